//! Where the values of timers come from: TMO-001 to TMO-003, TMO-005.

use httpsys_core::CloseReason;
use httpsys_core::call::Control;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::{Property, Timeouts};

use crate::world::{GET, POST, World};

const DAY: u64 = 24 * 3_600_000;

fn idle(seconds: u16) -> Timeouts {
    Timeouts {
        idle_connection: seconds,
        ..Timeouts::default()
    }
}

/// Group, session, and the seconds that count; `None`: for ever.
#[test]
fn tmo_001_tmo_002_tmo_003_a_value_is_the_groups_or_the_sessions_or_the_services() {
    let cases = [
        (0, 0, Some(120)),
        (0, 7, Some(7)),
        (5, 7, Some(5)),
        (5, 0, Some(5)),
        (5, u16::MAX, Some(5)),
        (u16::MAX, 7, None),
        (0, u16::MAX, None),
        (65_534, 0, Some(65_534)),
    ];
    for (group, session, seconds) in cases {
        let world = World::new();
        world.set_session(idle(session));
        world.set(idle(group));
        let (mut client, connection) = world.known();
        let start = world.now();
        match seconds {
            Some(seconds) => {
                let end = CloseReason::Timer(TimerKind::IdleConnection);
                world.expect_timer(&mut client, connection, (start, seconds), end);
                client.expect_end();
            }
            None => {
                world.turn(DAY);
                world.settle();
                world.expect_open(connection);
                assert!(client.is_quiet(), "{group} {session}");
            }
        }
    }
}

#[test]
fn tmo_002_values_that_are_unset_are_inherited_again() {
    let world = World::new();
    world.set(idle(5));
    world.control(Control::SetUrlGroupProperty {
        group: world.group,
        property: Property::Timeouts(None),
    });
    let (mut client, connection) = world.known();
    let start = world.now();
    let end = CloseReason::Timer(TimerKind::IdleConnection);
    world.expect_timer(&mut client, connection, (start, 120), end);
    client.expect_end();
}

/// MAXUSHORT for each of them. (MinSendRate: `send_rate`.)
#[test]
fn tmo_003_timers_that_are_off_never_fire() {
    let world = World::new();
    world.set(Timeouts {
        entity_body: u16::MAX,
        drain_entity_body: u16::MAX,
        request_queue: u16::MAX,
        idle_connection: u16::MAX,
        header_wait: u16::MAX,
        min_send_rate: u32::MAX,
    });
    let (mut idle, idles) = world.known();
    let (mut head, heads) = world.known();
    let (mut body, bodies) = world.known();
    let (mut drain, drains) = world.known();
    let (mut queued, waits) = world.known();
    head.send("GET");
    body.send(POST);
    let received = world.receive();
    let read = world.waiting_read(received.request);
    drain.send(POST);
    let drained = world.receive();
    world.respond(drained.request).expect("an answer");
    drain.expect_ok();
    queued.send(GET);
    world.settle();
    for _ in 0..30 {
        world.turn(DAY);
        world.settle();
    }
    for connection in [idles, heads, bodies, drains, waits] {
        world.expect_open(connection);
    }
    read.expect_nothing();
    for client in [&mut idle, &mut head, &mut body, &mut drain, &mut queued] {
        assert!(client.is_quiet());
    }
    assert_eq!(world.queue.len(), 1);
}

/// (150 bytes a second: `send_rate`.)
#[test]
fn tmo_001_the_services_own_values_are_120_seconds() {
    let world = World::new();
    let (mut idle, idles) = world.known();
    let (mut head, heads) = world.known();
    head.send("GET");
    let mut body = world.connect();
    body.send(POST);
    let received = world.receive();
    let read = world.waiting_read(received.request);
    let mut drain = world.connect();
    drain.send(POST);
    let drained = world.receive();
    world.respond(drained.request).expect("an answer");
    drain.expect_ok();
    let (mut queued, waits) = world.known();
    queued.send(GET);
    world.settle();
    let all = [idles, heads, received.connection, drained.connection, waits];
    world.turn(119_999);
    world.settle();
    all.iter()
        .for_each(|connection| world.expect_open(*connection));
    read.expect_nothing();
    world.turn(1001);
    let kinds = [
        TimerKind::IdleConnection,
        TimerKind::HeaderWait,
        TimerKind::EntityBody,
        TimerKind::DrainEntityBody,
        TimerKind::RequestQueue,
    ];
    for (connection, kind) in all.into_iter().zip(kinds) {
        world.expect_fate(connection, CloseReason::Timer(kind));
    }
    idle.expect_end();
    for client in [&mut head, &mut body, &mut drain, &mut queued] {
        client.expect_reset();
    }
}

/// Until the first request is there, the service's values count; what follows from the request on
/// has the group's, also what belongs to that first request.
#[test]
fn tmo_005_before_the_first_request_the_services_values_count() {
    let world = World::new();
    let two = Timeouts {
        entity_body: 2,
        drain_entity_body: 2,
        request_queue: 2,
        idle_connection: 2,
        header_wait: 2,
        min_send_rate: 0,
    };
    world.set_session(two);
    let mut idle = world.connect();
    let mut head = world.connect();
    head.send("GET");
    let mut body = world.connect();
    body.send(POST);
    let received = world.receive();
    let _read = world.waiting_read(received.request);
    let mut queued = world.connect();
    queued.send(GET);
    world.settle();
    world.turn(3000);
    // The first request has the group's values: its queue and body timers have run out.
    queued.expect_reset();
    body.expect_reset();
    world.turn(116_000);
    world.settle();
    assert!(idle.is_quiet());
    assert!(head.is_quiet());
    world.turn(2000);
    idle.expect_end();
    head.expect_reset();
}

/// The group of the last request counts, whichever had the one before.
#[test]
fn tmo_005_the_group_of_the_last_request_counts() {
    let world = World::new();
    world.set(idle(5));
    let (other, queue) = world.another_group("other/");
    world.control(Control::SetUrlGroupProperty {
        group: other,
        property: Property::Timeouts(Some(idle(30))),
    });
    let (mut client, connection) = world.known();
    client.send("GET /other/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let received = crate::world::receive(&world.service, &queue).expect("a request");
    assert_eq!(received.connection, connection);
    world
        .respond_on(&queue, received.request, false)
        .expect("an answer");
    client.expect_ok();
    let start = world.now();
    let end = CloseReason::Timer(TimerKind::IdleConnection);
    world.expect_timer(&mut client, connection, (start, 30), end);
    client.expect_end();
}
