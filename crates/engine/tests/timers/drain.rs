//! DrainEntityBody: TMO-011.

use httpsys_core::CloseReason;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::Timeouts;
use httpsys_engine::Signal;

use crate::client::Client;
use crate::world::{GET, POST, Received, World};

const DRAIN: CloseReason = CloseReason::Timer(TimerKind::DrainEntityBody);

fn world() -> World {
    let world = World::new();
    world.set(Timeouts {
        drain_entity_body: 4,
        idle_connection: 9,
        ..Timeouts::default()
    });
    world
}

/// A POST that was answered before its body had come.
fn answered(world: &World) -> (Client, Received) {
    let mut client = world.connect();
    client.send(POST);
    let received = world.receive();
    world.turn(60_000);
    world.respond(received.request).expect("an answer");
    client.expect_ok();
    (client, received)
}

/// LOG-008 has no phrase of its own for it.
#[test]
fn tmo_011_g_086_a_body_that_is_thrown_away_has_its_time_from_the_response_on() {
    let world = world();
    for offset in [0, 1, 246, 247, 999] {
        world.turn(offset);
        let (mut client, received) = answered(&world);
        let wait = world.disconnect_wait(received.connection);
        let start = world.now();
        world.expect_timer(&mut client, received.connection, (start, 4), DRAIN);
        client.expect_reset();
        wait.expect(&Signal::Ready);
        world.expect_event(received.connection, "Timer_EntityBody");
    }
    assert_eq!(
        world.logged(),
        ["HTTP/1.1 POST /x - - - Timer_EntityBody -"; 5]
    );
}

/// It bounds the whole, however many bytes come.
#[test]
fn tmo_011_arrivals_do_not_put_the_end_off() {
    let world = world();
    let (mut client, received) = answered(&world);
    let start = world.now();
    for _ in 0..13 {
        world.turn(300);
        client.send("x");
        world.settle();
        world.expect_open(received.connection);
    }
    world.expect_timer(&mut client, received.connection, (start, 4), DRAIN);
    client.expect_reset();
}

#[test]
fn tmo_011_a_body_that_ends_in_time_leaves_the_connection_to_the_next_request() {
    let world = world();
    let (mut client, received) = answered(&world);
    world.turn(3999);
    client.send([b'x'; 1000]);
    world.settle();
    world.turn(8000);
    world.expect_open(received.connection);
    client.send(GET);
    let next = world.receive();
    assert_eq!(next.connection, received.connection);
    world.respond(next.request).expect("an answer");
    client.expect_ok();
}

#[test]
fn tmo_011_tmo_012_behind_the_body_the_connection_is_idle() {
    let world = world();
    let (mut client, received) = answered(&world);
    world.turn(3000);
    client.send([b'x'; 1000]);
    world.settle();
    let start = world.now();
    let idle = CloseReason::Timer(TimerKind::IdleConnection);
    world.expect_timer(&mut client, received.connection, (start, 9), idle);
    client.expect_end();
}
