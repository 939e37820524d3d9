//! HeaderWait: CON-018, G-088.

use httpsys_core::CloseReason;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::Timeouts;
use httpsys_engine::Signal;

use crate::world::{GET, World};

const HEADER: CloseReason = CloseReason::Timer(TimerKind::HeaderWait);

fn two_seconds() -> Timeouts {
    Timeouts {
        header_wait: 2,
        ..Timeouts::default()
    }
}

/// LOG-008; the line has dashes even if the request line has come.
#[test]
fn con_018_g_086_an_unfinished_head_is_reset_and_logged_with_dashes() {
    let world = World::new();
    world.set(two_seconds());
    for part in ["G", "GET /x", "GET /x HTTP/1.1\r\n", &GET[..GET.len() - 1]] {
        let (mut client, connection) = world.known();
        let wait = world.disconnect_wait(connection);
        world.turn(777);
        client.send(part);
        world.settle();
        let start = world.now();
        world.expect_timer(&mut client, connection, (start, 2), HEADER);
        client.expect_reset();
        wait.expect(&Signal::Ready);
        world.expect_event(connection, "Timer_HeaderWait");
    }
    assert_eq!(world.logged(), ["- - - - - - Timer_HeaderWait -"; 4]);
}

/// TMO-005: no group is known yet, so the service's 120 s count.
#[test]
fn g_088_header_wait_begins_with_the_first_byte_and_not_with_the_connection() {
    let world = World::new();
    world.set(two_seconds());
    let mut client = world.connect();
    world.settle();
    world.turn(100_000);
    client.send("GET");
    world.settle();
    let start = world.now();
    world.turn_to(start + 119_999);
    world.settle();
    assert!(client.is_quiet());
    world.turn_to(start + 121_000);
    client.expect_reset();
    assert_eq!(world.logged(), ["- - - - - - Timer_HeaderWait -"]);
}

#[test]
fn con_018_further_bytes_do_not_put_the_end_off() {
    let world = World::new();
    world.set(Timeouts {
        header_wait: 10,
        ..Timeouts::default()
    });
    let (mut client, connection) = world.known();
    let start = world.now();
    for byte in GET.as_bytes()[..9].chunks(1) {
        client.send(byte);
        world.settle();
        world.turn(1000);
        world.expect_open(connection);
    }
    world.expect_timer(&mut client, connection, (start, 10), HEADER);
    client.expect_reset();
}

#[test]
fn con_018_a_head_that_is_complete_in_time_is_a_request() {
    let world = World::new();
    world.set(two_seconds());
    let (mut client, connection) = world.known();
    for split in [1, 20, GET.len() - 1] {
        client.send(&GET[..split]);
        world.settle();
        world.turn(1999);
        client.send(&GET[split..]);
        let received = world.receive();
        assert_eq!(received.connection, connection);
        world.turn(60_000);
        world.respond(received.request).expect("an answer");
        client.expect_ok();
    }
    world.expect_open(connection);
}

/// The head came while the program had the request before it: its time begins with the response.
#[test]
fn con_018_an_unfinished_head_behind_a_request_has_its_time_from_the_response_on() {
    let world = World::new();
    world.set(two_seconds());
    let mut client = world.connect();
    client.send(GET.to_owned() + "GET /");
    let received = world.receive();
    world.turn(60_000);
    world.respond(received.request).expect("an answer");
    client.expect_ok();
    let start = world.now();
    world.expect_timer(&mut client, received.connection, (start, 2), HEADER);
    client.expect_reset();
}
