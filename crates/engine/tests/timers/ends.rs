//! Ends that no timer causes: their reasons, and what the log says of them (LOG-005 to LOG-007, as far
//! as this service has such reasons).

use httpsys_core::call::{Cancel, Control};
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::{Property, State};
use httpsys_core::{CloseReason, ConnectionId, Error};
use httpsys_engine::{ConnectionStatus, Signal};

use crate::world::{GET, POST, World};

/// SHD-007, SHD-008.
#[test]
fn shd_007_shd_008_log_007_requests_of_a_queue_that_closes_are_abandoned() {
    let world = World::new();
    let (mut taken, received) = world.received();
    let (mut queued, connection) = world.known();
    queued.send(GET);
    world.settle();
    let waits = [received.connection, connection].map(|id| world.disconnect_wait(id));
    let queue = world.queue.id();
    world.control(Control::CloseRequestQueue { queue });
    taken.expect_reset();
    queued.expect_reset();
    // DSC-009.
    for wait in waits {
        wait.expect(&Signal::Failed(Error::Aborted));
    }
    for connection in [received.connection, connection] {
        world.expect_fate(connection, CloseReason::QueueClosed);
        world.expect_event(connection, "QueueClosed");
    }
    let line = "HTTP/1.1 GET /x - - - Connection_Abandoned_By_ReqQueue -";
    assert_eq!(world.logged(), [line; 2]);
}

#[test]
fn g_077_idle_connections_end_in_order_with_the_last_url_of_their_port() {
    let world = World::new();
    let (mut client, connection) = world.known();
    let wait = world.disconnect_wait(connection);
    let url = |path: &str| format!("http://localhost:{}/{path}", world.port);
    // One URL is left: the other queue's.
    world.control(Control::RemoveUrlFromUrlGroup {
        group: world.group,
        url: None,
    });
    world.settle();
    world.expect_open(connection);
    assert!(client.is_quiet());
    let (other, _) = world.another_group("last/");
    // The side queue is of version 1; closing it takes its URL along.
    world.close_side();
    world.expect_open(connection);
    world.control(Control::RemoveUrlFromUrlGroup {
        group: other,
        url: Some(url("last/").encode_utf16().collect()),
    });
    client.expect_end();
    wait.expect(&Signal::Ready);
    world.expect_fate(connection, CloseReason::UrlRemoved);
    assert!(world.logged().is_empty());
}

#[test]
fn dsc_005_log_007_a_client_that_breaks_off_is_told_apart_by_what_it_waited_for() {
    let world = World::new();
    let (client, taken) = world.received();
    let wait = world.disconnect_wait(taken.connection);
    client.reset();
    wait.expect(&Signal::Ready);
    world.expect_fate(taken.connection, CloseReason::PeerReset);
    world.expect_event(taken.connection, "PeerReset");
    // Between two requests it is nobody's loss.
    let (client, idle) = world.known();
    let wait = world.disconnect_wait(idle);
    client.reset();
    wait.expect(&Signal::Ready);
    world.expect_fate(idle, CloseReason::PeerReset);
    let (mut client, idle) = world.known();
    client.finish();
    client.expect_end();
    world.expect_fate(idle, CloseReason::PeerClosed);
    let (mut client, queued) = world.known();
    let wait = world.disconnect_wait(queued);
    client.send(GET);
    world.settle();
    client.reset();
    wait.expect(&Signal::Ready);
    world.expect_fate(queued, CloseReason::PeerReset);
    assert_eq!(world.queue.len(), 0);
    assert_eq!(
        world.logged(),
        [
            "HTTP/1.1 GET /x - - - Connection_Dropped -",
            "HTTP/1.1 GET /x - - - Client_Reset -",
        ]
    );
}

#[test]
fn cxl_001_log_007_a_cancelled_connection_has_its_reason() {
    let world = World::new();
    let (mut client, received) = world.received();
    let wait = world.disconnect_wait(received.connection);
    world.expect_open(received.connection);
    let cancel = Cancel {
        request: received.request,
    };
    assert_eq!(world.service.cancel(&world.queue, &cancel), Ok(()));
    wait.expect(&Signal::Ready);
    client.expect_reset();
    world.expect_fate(received.connection, CloseReason::Cancelled);
    world.expect_event(received.connection, "Cancelled");
    assert!(world.logged().is_empty());
}

#[test]
fn que_008_log_006_a_disabled_group_has_one_event_and_one_line() {
    let world = World::new();
    let (mut client, connection) = world.known();
    let wait = world.disconnect_wait(connection);
    world.control(Control::SetUrlGroupProperty {
        group: world.group,
        property: Property::State(Some(State::Inactive)),
    });
    client.send(POST);
    client.expect_reset();
    wait.expect(&Signal::Ready);
    world.expect_fate(connection, CloseReason::Unavailable("Disabled"));
    world.expect_event(connection, "Disabled");
    assert_eq!(world.logged(), ["HTTP/1.1 POST /x - - - Disabled -"]);
}

/// What is between two requests belongs to no queue.
#[test]
fn log_002_a_line_names_the_queue_of_its_request() {
    let mut world = World::new();
    world.bind_to_queue_named("orders");
    let (mut idle, _) = world.known();
    world.turn(121_000);
    idle.expect_end();
    let (mut disabled, _) = world.known();
    let state = |state| Control::SetUrlGroupProperty {
        group: world.group,
        property: Property::State(state),
    };
    world.control(state(Some(State::Inactive)));
    disabled.send(GET);
    disabled.expect_reset();
    world.control(state(None));
    let (mut held, _) = world.received();
    let queue = world.queue.id();
    world.control(Control::CloseRequestQueue { queue });
    held.expect_reset();
    assert_eq!(
        world.logged(),
        [
            "- - - - - - Timer_ConnectionIdle -",
            "HTTP/1.1 GET /x - - - Disabled orders",
            "HTTP/1.1 GET /x - - - Connection_Abandoned_By_ReqQueue orders",
        ]
    );
}

/// Whatever the program has of it, and whatever came before it on its connection.
#[test]
fn log_007_log_008_a_line_names_the_request_under_way_and_no_other() {
    let mut world = World::new();
    world.bind_to_queue_named("orders");
    let long = "/?".to_owned() + &"l".repeat(5000);
    let asked = [
        ("POST", "/first?a=b", "HTTP/1.1"),
        ("VERB-OF-A-PROGRAM", "/second", "HTTP/1.0"),
        ("POST", long.as_str(), "HTTP/1.1"),
        ("PUT", "/x", "HTTP/1.1"),
    ];
    for (verb, target, version) in asked {
        let (mut client, before) = world.known();
        client.send(format!(
            "{verb} {target} {version}\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
        ));
        let received = world.receive();
        assert_eq!(received.connection, before);
        client.reset();
        world.expect_fate(before, CloseReason::PeerReset);
    }
    // What was answered is nobody's any more: not the next head, nor the silence behind it.
    let (mut idle, _) = world.known();
    world.turn(121_000);
    idle.expect_end();
    let (mut partial, connection) = world.known();
    partial.send("GET /never");
    world.settle();
    world.turn(121_000);
    partial.expect_reset();
    world.expect_fate(connection, CloseReason::Timer(TimerKind::HeaderWait));
    let dropped = asked.map(|(verb, target, version)| {
        let target = &target[..target.len().min(4096)];
        format!("{version} {verb} {target} - - - Connection_Dropped orders")
    });
    let silent = ["Timer_ConnectionIdle", "Timer_HeaderWait"];
    let silent = silent.map(|reason| format!("- - - - - - {reason} -"));
    assert_eq!(world.logged(), [&dropped[..], &silent[..]].concat());
}

#[test]
fn log_005_a_refused_request_has_one_event_and_one_line() {
    let world = World::new();
    let (mut client, connection) = world.known();
    client.send("GET /x HTTP/1.1\r\nHost: \r\n\r\n");
    let (answer, end) = client.rest();
    assert!(answer.starts_with(b"HTTP/1.1 400 Bad Request\r\n"));
    assert_eq!(end, Ok(()));
    drop(client);
    world.expect_fate(connection, CloseReason::Refused("Hostname"));
    world.expect_event(connection, "Hostname");
    assert_eq!(world.logged(), ["HTTP/1.1 GET /x - 400 - Hostname -"]);
}

#[test]
fn dsc_007_an_orderly_last_response_is_completed() {
    let world = World::new();
    let (mut client, received) = world.received();
    let wait = world.disconnect_wait(received.connection);
    world
        .respond_on(&world.queue, received.request, true)
        .expect("an answer");
    client.expect_ok();
    client.expect_end();
    drop(client);
    wait.expect(&Signal::Ready);
    world.expect_fate(received.connection, CloseReason::Completed);
    assert!(world.logged().is_empty());
}

/// DSC-008: one wait spans requests.
#[test]
fn dsc_008_a_wait_spans_requests_until_the_timer() {
    let world = World::new();
    let (mut client, connection) = world.known();
    let wait = world.disconnect_wait(connection);
    for _ in 0..5 {
        client.send(GET);
        let received = world.receive();
        world.respond(received.request).expect("an answer");
        client.expect_ok();
        wait.expect_nothing();
    }
    world.turn(121_000);
    client.expect_end();
    wait.expect(&Signal::Ready);
}

#[test]
fn ids_that_never_were_have_no_fate() {
    let world = World::new();
    let (client, connection) = world.known();
    for id in [0, connection.0 + (1 << 28), u64::MAX] {
        assert_eq!(
            world.service.fate_of(ConnectionId(id)),
            ConnectionStatus::Unknown
        );
    }
    drop(client);
    world.expect_fate(connection, CloseReason::PeerClosed);
    world.service.stop();
    world.expect_fate(connection, CloseReason::PeerClosed);
}

/// G-079 closes everything; G-077 says how for connections without a request.
#[test]
fn g_079_g_077_a_service_that_stops_breaks_off_requests_and_nothing_else() {
    let world = World::new();
    let (mut taken, received) = world.received();
    let (mut partial, _) = world.known();
    partial.send("GET");
    let (mut idle, connection) = world.known();
    let (mut answered, late) = world.received();
    let (mut last, closing) = world.received();
    let (mut queued, _) = world.known();
    queued.send(GET);
    world.settle();
    for (disconnect, received) in [(false, late), (true, closing)] {
        let answer = world.respond_on(&world.queue, received.request, disconnect);
        answer.expect("an answer");
    }
    world.service.stop();
    taken.expect_reset();
    queued.expect_reset();
    partial.expect_reset();
    idle.expect_end();
    // What was handed over before is not lost.
    for client in [&mut answered, &mut last] {
        client.expect_ok();
        client.expect_end();
    }
    for id in [connection, late.connection] {
        world.expect_fate(id, CloseReason::ServiceStopped);
    }
    assert!(matches!(
        world.service.fate_of(received.connection),
        ConnectionStatus::Ended(CloseReason::ServiceStopped | CloseReason::QueueClosed)
    ));
}
