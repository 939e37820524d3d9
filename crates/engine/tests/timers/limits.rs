//! Limits of queues and URL groups: the reason, the event and the line of each refusal, and what
//! counts. (What the client sees of each verbosity: `tests/conformance`.)

use httpsys_core::call::Control;
use httpsys_core::property::{Property, QueueProperty, State, Verbosity};
use httpsys_core::{CloseReason, ConnectionId, UrlGroupId};
use httpsys_engine::Signal;

use crate::client::Client;
use crate::world::{GET, Received, World, receive};

const CONN_LIMIT: CloseReason = CloseReason::Unavailable("ConnLimit");

fn limit(world: &World, group: UrlGroupId, limit: Option<u32>) {
    world.control(Control::SetUrlGroupProperty {
        group,
        property: Property::ConnectionLimit(limit),
    });
}

/// A request on a new connection is taken.
fn admitted(world: &World) -> (Client, Received) {
    let (mut client, received) = world.received();
    world.respond(received.request).expect("an answer");
    client.expect_ok();
    (client, received)
}

/// A request on a new connection is refused; the default verbosity resets it.
fn refused(world: &World) {
    let mut client = world.connect();
    client.send(GET);
    client.expect_reset();
}

/// The client goes away, and the service has seen it.
fn leave(world: &World, (client, received): (Client, Received)) {
    let wait = world.disconnect_wait(received.connection);
    client.reset();
    wait.expect(&Signal::Ready);
}

/// LOG-006.
#[test]
fn que_006_g_084_connections_count_from_their_first_request_until_they_close() {
    let world = World::new();
    limit(&world, world.group, Some(3));
    // Connections that have sent nothing do not count.
    let silent: Vec<Client> = (0..5).map(|_| world.connect()).collect();
    world.settle();
    let mut three: Vec<_> = (0..3).map(|_| admitted(&world)).collect();
    // Idle ones do.
    refused(&world);
    // Their own further requests go on.
    for (client, own) in &mut three {
        client.send(GET);
        let received = world.receive();
        assert_eq!(received.connection, own.connection);
        world.respond(received.request).expect("an answer");
        client.expect_ok();
    }
    for _ in 0..10 {
        leave(&world, three.remove(0));
        three.push(admitted(&world));
        refused(&world);
    }
    drop(silent);
    assert_eq!(world.logged(), ["HTTP/1.1 GET /x - - - ConnLimit -"; 11]);
}

#[test]
fn que_006_log_006_a_connection_that_is_refused_has_one_reason() {
    let world = World::new();
    world.set_verbosity(Verbosity::Limited);
    let (other, queue) = world.another_group("other/");
    limit(&world, other, Some(0));
    let (mut client, connection) = world.known();
    client.send("GET /other/y HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.expect_reset();
    world.expect_fate(connection, CONN_LIMIT);
    world.expect_event(connection, "ConnLimit");
    assert!(queue.is_empty());
    assert_eq!(world.logged(), ["HTTP/1.1 GET /other/y - - - ConnLimit -"]);
}

/// A connection that was refused, or that the timer ended, counts no more.
#[test]
fn que_006_every_end_of_a_connection_makes_room() {
    let world = World::new();
    limit(&world, world.group, Some(1));
    for n in 0..6 {
        let (mut client, received) = world.received();
        refused(&world);
        if n % 2 == 0 {
            world.respond(received.request).expect("an answer");
            client.expect_ok();
        }
        match n {
            0 => {
                world.turn(121_000);
                client.expect_end();
            }
            1 => {
                let cancel = httpsys_core::call::Cancel {
                    request: received.request,
                };
                world.service.cancel(&world.queue, &cancel).expect("live");
                client.expect_reset();
            }
            2 => {
                client.send("?\r\n\r\n");
                assert!(client.rest().0.starts_with(b"HTTP/1.1 400 "));
                drop(client);
                world.settle();
            }
            3 => {
                let answer = world.respond_on(&world.queue, received.request, true);
                answer.expect("an answer");
                client.expect_ok();
                client.expect_end();
                drop(client);
                world.settle();
            }
            _ => leave(&world, (client, received)),
        }
    }
    admitted(&world);
}

#[test]
fn que_006_the_limit_may_change_while_connections_are_open() {
    let world = World::new();
    let mut all: Vec<_> = (0..5).map(|_| admitted(&world)).collect();
    // Those that were there before there was a limit count.
    limit(&world, world.group, Some(5));
    refused(&world);
    limit(&world, world.group, Some(6));
    all.push(admitted(&world));
    refused(&world);
    // Below what is there: nobody is turned out, and nobody comes in.
    limit(&world, world.group, Some(2));
    for (client, _) in &mut all {
        client.send(GET);
        let received = world.receive();
        world.respond(received.request).expect("an answer");
        client.expect_ok();
    }
    for _ in 0..4 {
        refused(&world);
        leave(&world, all.remove(0));
    }
    refused(&world);
    leave(&world, all.remove(0));
    all.push(admitted(&world));
    refused(&world);
    for unlimited in [None, Some(u32::MAX)] {
        limit(&world, world.group, unlimited);
        all.extend((0..5).map(|_| admitted(&world)));
    }
}

#[test]
fn que_006_a_group_that_is_bound_anew_keeps_its_count() {
    let world = World::new();
    limit(&world, world.group, Some(2));
    let first = admitted(&world);
    let _second = admitted(&world);
    let (_, queue) = world.another_group("elsewhere/");
    for bound in [None, Some(queue.id())] {
        world.control(Control::BindUrlGroup {
            group: world.group,
            queue: bound,
        });
    }
    refused(&world);
    leave(&world, first);
    let mut client = world.connect();
    client.send(GET);
    let received = receive(&world.service, &queue).expect("a request");
    world
        .respond_on(&queue, received.request, false)
        .expect("an answer");
    client.expect_ok();
    refused(&world);
}

/// One connection, two groups: it counts for both until it closes.
#[test]
fn que_006_a_connection_counts_for_each_group_that_it_has_used() {
    let world = World::new();
    limit(&world, world.group, Some(1));
    let (other, queue) = world.another_group("other/");
    limit(&world, other, Some(1));
    let (mut client, received) = admitted(&world);
    let other = "GET /other/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.send(other);
    let second = receive(&world.service, &queue).expect("a request");
    assert_eq!(second.connection, received.connection);
    world
        .respond_on(&queue, second.request, false)
        .expect("an answer");
    client.expect_ok();
    refused(&world);
    let mut late = world.connect();
    late.send(other);
    late.expect_reset();
    leave(&world, (client, received));
    admitted(&world);
    let mut next = world.connect();
    next.send(other);
    receive(&world.service, &queue).expect("a request");
}

/// A request over the length of the queue ends its own connection and no other.
#[test]
fn que_002_g_081_log_006_only_requests_that_nobody_took_fill_a_queue() {
    let world = World::new();
    world.control(Control::SetRequestQueueProperty {
        queue: world.queue.id(),
        property: QueueProperty::Length(10),
    });
    // Twenty that were taken do not count.
    let taken: Vec<_> = (0..20).map(|_| world.received()).collect();
    let (mut late, connection) = world_known_on_side(&world);
    let mut queued: Vec<Client> = (0..10)
        .map(|_| {
            let mut client = world.connect();
            client.send(GET);
            world.settle();
            client
        })
        .collect();
    assert_eq!(world.queue.len(), 10);
    late.send(GET);
    late.expect_reset();
    world.expect_fate(connection, CloseReason::Unavailable("QueueFull"));
    world.expect_event(connection, "QueueFull");
    // One is taken: there is room for one.
    let first = world.receive();
    world.respond(first.request).expect("an answer");
    queued[0].expect_ok();
    queued[0].send(GET);
    world.settle();
    assert_eq!(world.queue.len(), 10);
    drop(taken);
    world.settle();
    for _ in 0..10 {
        let received = world.receive();
        world.respond(received.request).expect("an answer");
    }
    for client in &mut queued {
        client.expect_ok();
    }
    let logged = world.logged();
    let full: Vec<_> = logged
        .iter()
        .filter(|line| line.contains("QueueFull"))
        .collect();
    assert_eq!(full, ["HTTP/1.1 GET /x - - - QueueFull -"]);
}

/// A connection whose one request went to another queue.
fn world_known_on_side(world: &World) -> (Client, ConnectionId) {
    let (_, queue) = world.another_group("elsewhere/");
    let mut client = world.connect();
    client.send("GET /elsewhere/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let received = receive(&world.service, &queue).expect("a request");
    world
        .respond_on(&queue, received.request, false)
        .expect("an answer");
    client.expect_ok();
    (client, received.connection)
}

#[test]
fn que_008_log_006_what_is_disabled_refuses_and_what_was_taken_goes_on() {
    let world = World::new();
    let group = |state| Control::SetUrlGroupProperty {
        group: world.group,
        property: Property::State(Some(state)),
    };
    let session = |state| Control::SetServerSessionProperty {
        session: world.session,
        property: Property::State(Some(state)),
    };
    let queue = |state| Control::SetRequestQueueProperty {
        queue: world.queue.id(),
        property: QueueProperty::State(state),
    };
    let calls: [&dyn Fn(State) -> Control; 3] = [&group, &session, &queue];
    for set in calls {
        let (mut taken, received) = world.received();
        let (mut idle, connection) = world.known();
        world.control(set(State::Inactive));
        idle.send(GET);
        idle.expect_reset();
        world.expect_fate(connection, CloseReason::Unavailable("Disabled"));
        world.expect_event(connection, "Disabled");
        world.respond(received.request).expect("an answer");
        taken.expect_ok();
        world.control(set(State::Active));
        taken.send(GET);
        let again = world.receive();
        assert_eq!(again.connection, received.connection);
    }
    let lines = world.logged();
    let disabled = lines.iter().filter(|line| line.ends_with("Disabled -"));
    assert_eq!(disabled.count(), 3, "{lines:?}");
}
