//! Places that are used again: each connection has its own deadlines, and none of those before it.

use httpsys_core::CloseReason;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::Timeouts;

use crate::client::Client;
use crate::world::{GET, World};

const IDLE: CloseReason = CloseReason::Timer(TimerKind::IdleConnection);
const HEADER: CloseReason = CloseReason::Timer(TimerKind::HeaderWait);

fn world() -> World {
    let world = World::new();
    world.set(Timeouts {
        idle_connection: 20,
        header_wait: 2,
        ..Timeouts::default()
    });
    world
}

/// The wheel still holds the short deadline of the connection before.
#[test]
fn tmo_012_a_short_deadline_does_not_end_the_next_connection_of_its_place() {
    let world = world();
    for _ in 0..50 {
        let (mut client, before) = world.known();
        client.send("GET");
        world.settle();
        client.reset();
        world.settle();
        let (mut client, connection) = world.known();
        assert_ne!(connection, before);
        let start = world.now();
        world.turn(7000);
        world.settle();
        world.expect_open(connection);
        world.expect_timer(&mut client, connection, (start, 20), IDLE);
        client.expect_end();
    }
}

/// The wheel would look at the place only at the long deadline of the connection before.
#[test]
fn tmo_012_a_long_deadline_does_not_put_off_the_next_connection_of_its_place() {
    let world = world();
    for _ in 0..50 {
        let (client, _) = world.known();
        client.reset();
        world.settle();
        let (mut client, connection) = world.known();
        world.turn(300);
        client.send("GET");
        world.settle();
        let start = world.now();
        world.expect_timer(&mut client, connection, (start, 2), HEADER);
        client.expect_reset();
    }
}

/// Hundreds of connections, each with a deadline of its own, in three rounds over the same places.
#[test]
fn tmo_012_g_087_each_of_hundreds_of_connections_ends_in_its_own_second() {
    let world = world();
    for round in 0..3 {
        let mut all = Vec::new();
        for n in 0..300_u64 {
            let (mut client, connection) = world.known();
            let short = (n + round) % 3 == 0;
            if short {
                client.send("GET");
                world.settle();
            }
            let time = if short { 2000 } else { 20_000 };
            all.push(Some((client, connection, world.now() + time, short)));
            world.turn(n % 13);
        }
        while all.iter().any(Option::is_some) {
            world.turn(250);
            let now = world.now();
            for place in &mut all {
                let Some((client, connection, due, short)) = place else {
                    continue;
                };
                if now < *due {
                    world.expect_open(*connection);
                } else if now >= *due + 1000 {
                    world.expect_fate(*connection, if *short { HEADER } else { IDLE });
                    end(client, *short);
                    *place = None;
                }
            }
        }
    }
}

fn end(client: &mut Client, reset: bool) {
    if reset {
        client.expect_reset();
    } else {
        client.expect_end();
    }
}

/// One connection that is used for days: each request moves the deadline, and no old one counts.
#[test]
fn tmo_012_a_connection_in_use_for_days_stays() {
    let world = world();
    let (mut client, connection) = world.known();
    for n in 0..2000_u64 {
        world.turn(n * 7919 % 19_999);
        client.send(GET);
        let received = world.receive();
        assert_eq!(received.connection, connection, "request {n}");
        world.turn(n * 104_729 % 500_000);
        world.respond(received.request).expect("an answer");
        client.expect_ok();
    }
    let start = world.now();
    world.expect_timer(&mut client, connection, (start, 20), IDLE);
    client.expect_end();
}
