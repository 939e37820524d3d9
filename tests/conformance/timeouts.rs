//! Each timer of HTTP_TIMEOUT_LIMIT_INFO, set to a second, in real time: area TMO.
//!
//! Owns: that timers fire by themselves, in their time, whatever the program does meanwhile. Does not
//! own: what restarts them, where values come from and the log: that is tested under a clock that is
//! turned by hand (`crates/engine/tests/timers`).

use std::time::Duration;

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, Door, FLUSH_BODY, Reply, Timeouts, Verbosity, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped};
use httpsys_tests::raw;
use httpsys_tests::time::Instant;

both_doors![
    tmo_012_g_086_an_idle_connection_ends_in_order,
    tmo_005_con_018_g_086_an_unfinished_second_head_is_reset,
    tmo_008_g_083_a_request_that_nobody_receives_is_reset,
    tmo_008_g_083_with_more_verbosity_it_gets_503,
    tmo_007_ent_016_a_body_that_does_not_come_fails_read_and_response_alike,
    tmo_011_a_body_that_is_thrown_away_is_waited_for_a_second,
    tmo_009_no_timer_limits_the_program,
    tmo_010_a_client_that_reads_nothing_is_dropped,
];

/// All are set to it.
const T: Duration = Duration::from_secs(1);
/// G-087: a timer ends within the second behind its time.
const GRANULARITY: Duration = Duration::from_secs(1);
/// What the machine may take until the service's thread and the test's own run: with some tens of
/// threads ready on each processor, each waits some hundred milliseconds for its turn at most, and
/// there are two turns.
const SCHEDULING: Duration = Duration::from_secs(1);

/// What began at `start` at the earliest has just ended.
#[track_caller]
fn in_time(start: Instant) {
    let took = start.elapsed();
    assert!(took >= T, "too early: {took:?}");
    assert!(took <= T + GRANULARITY + SCHEDULING, "too late: {took:?}");
}

fn set<D: Door>(w: &World<D>, timeouts: Timeouts) {
    assert_eq!(w.door.set_group_timeouts(&w.group, timeouts), Ok(()));
}

/// A client of which one request was answered, and its connection.
fn known<D: Door>(w: &World<D>) -> (Client, u64) {
    let (mut client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
    (client, request.connection_id)
}

/// Waits for the end of the connection.
fn ended<D: Door>(w: &World<D>, connection: u64) {
    let waited = w.door.wait_for_disconnect(&w.queue, connection);
    // 1229: on a busy machine it has ended before.
    assert!(matches!(waited, Ok(()) | Err(1229)), "{waited:?}");
}

fn tmo_012_g_086_an_idle_connection_ends_in_order<D: Door>(w: &World<D>) {
    set(
        w,
        Timeouts {
            idle_connection: 1,
            ..Timeouts::default()
        },
    );
    let start = Instant::now();
    let (mut client, connection) = known(w);
    ended(w, connection);
    in_time(start);
    client.expect_eof();
    let again = w.door.wait_for_disconnect(&w.queue, connection);
    assert_eq!(again, Err(1229));
    w.assert_serves();
}

fn tmo_005_con_018_g_086_an_unfinished_second_head_is_reset<D: Door>(w: &World<D>) {
    set(
        w,
        Timeouts {
            header_wait: 1,
            ..Timeouts::default()
        },
    );
    // For a first head the service's 120 s count.
    let mut first = w.connect();
    first.send("GET / HTTP/1.1\r\n");
    let (mut client, _) = known(w);
    let start = Instant::now();
    client.send("GET / HTTP/1.1\r\n");
    client.expect_reset();
    in_time(start);
    first.send(format!("Host: localhost:{}\r\n\r\n", w.port()));
    let request = w.receive();
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(first.read_response().status(), 200);
}

fn tmo_008_g_083_a_request_that_nobody_receives_is_reset<D: Door>(w: &World<D>) {
    set(
        w,
        Timeouts {
            request_queue: 1,
            ..Timeouts::default()
        },
    );
    let mut client = w.connect();
    let start = Instant::now();
    client.send(w.get("/"));
    client.expect_reset();
    in_time(start);
    w.assert_serves();
}

fn tmo_008_g_083_with_more_verbosity_it_gets_503<D: Door>(w: &World<D>) {
    set(
        w,
        Timeouts {
            request_queue: 1,
            ..Timeouts::default()
        },
    );
    let set = w.door.set_verbosity(&w.queue, Verbosity::Limited);
    assert_eq!(set, Ok(()));
    let mut client = w.connect();
    let start = Instant::now();
    client.send(w.get("/"));
    let answer = client.read_response();
    in_time(start);
    assert_eq!(answer.status_line, "HTTP/1.1 503 Service Unavailable");
    client.expect_eof();
    w.assert_serves();
}

fn tmo_007_ent_016_a_body_that_does_not_come_fails_read_and_response_alike<D: Door>(w: &World<D>) {
    set(
        w,
        Timeouts {
            entity_body: 1,
            ..Timeouts::default()
        },
    );
    let mut client = w.connect();
    client.send(w.request("PUT", "/", "Content-Length: 10\r\n"));
    let request = w.receive();
    let start = Instant::now();
    let mut buffer = [0; 16];
    assert_eq!(w.read_body(request.id, &mut buffer), Err(1229));
    in_time(start);
    assert_eq!(w.read_body(request.id, &mut buffer), Err(1229));
    assert_eq!(w.respond(request.id, &Reply::ok()), Err(1229));
    client.expect_reset();
    w.assert_serves();
}

fn tmo_011_a_body_that_is_thrown_away_is_waited_for_a_second<D: Door>(w: &World<D>) {
    set(
        w,
        Timeouts {
            drain_entity_body: 1,
            ..Timeouts::default()
        },
    );
    let mut client = w.connect();
    client.send(w.request("PUT", "/", "Content-Length: 10\r\n"));
    let request = w.receive();
    let start = Instant::now();
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
    client.expect_reset();
    in_time(start);
    w.assert_serves();
}

/// A request that the program has for longer than any timer.
fn tmo_009_no_timer_limits_the_program<D: Door>(w: &World<D>) {
    set(
        w,
        Timeouts {
            entity_body: 1,
            drain_entity_body: 1,
            request_queue: 1,
            idle_connection: 1,
            header_wait: 1,
            min_send_rate: u32::MAX - 1,
        },
    );
    let (mut client, request) = w.received_get("/");
    // An idle connection shows when the time of all timers is over.
    let (_idle, connection) = known(w);
    ended(w, connection);
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
}

/// A program that only waits for its completion port: the timer's end is a packet.
#[test]
fn tmo_007_ent_016_an_overlapped_read_completes_with_the_timers_code() {
    let w = World::<CAbi>::new();
    set(
        &w,
        Timeouts {
            entity_body: 1,
            ..Timeouts::default()
        },
    );
    let mut client = w.connect();
    client.send(w.request("PUT", "/", "Content-Length: 10\r\n"));
    let request = w.receive();
    let port = CompletionPort::of(w.queue, 7);
    let wait = Overlapped::without_event();
    let waits = wait.wait_for_disconnect(w.queue, request.connection_id);
    assert_eq!(waits, 997);
    let start = Instant::now();
    let reads = [(); 3].map(|()| {
        let read = Overlapped::without_event();
        let buffer = Box::leak(Box::new([0; 16]));
        assert_eq!(read.read_body(w.queue, request.id, 0, buffer), 997);
        read.pointer() as usize
    });
    let packets = [(); 4].map(|()| port.next());
    in_time(start);
    for packet in packets {
        let is_wait = packet.overlapped == wait.pointer() as usize;
        let code = if is_wait { 0 } else { 1229 };
        assert_eq!((packet.bytes, packet.error), (0, code));
        assert!(is_wait || reads.contains(&packet.overlapped));
    }
    port.assert_empty();
    client.expect_reset();
}

/// A receive with FLUSH_BODY waits for the body as a read does. What it returns then is assumed.
#[test]
fn tmo_006_g_039_a_receive_that_waits_for_the_whole_body_fails_in_time() {
    let w = World::<CAbi>::new();
    set(
        &w,
        Timeouts {
            entity_body: 1,
            ..Timeouts::default()
        },
    );
    let mut client = w.connect();
    let start = Instant::now();
    client.send(w.request("PUT", "/", "Content-Length: 10\r\n") + "01234");
    let mut buffer = raw::RequestBuffer::new(4096);
    let code = raw::receive(w.queue, 0, FLUSH_BODY, &mut buffer, 4096, None);
    in_time(start);
    assert_eq!(code, 1229);
    client.expect_reset();
    w.assert_serves();
}

/// What ends is the send that waits; the client gets no more than a part.
fn tmo_010_a_client_that_reads_nothing_is_dropped<D: Door>(w: &World<D>) {
    // The response lasts a second at this rate.
    const BYTES: usize = 32 << 20;
    set(
        w,
        Timeouts {
            min_send_rate: BYTES as u32,
            ..Timeouts::default()
        },
    );
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().chunk(vec![b'x'; BYTES]);
    let start = Instant::now();
    assert_eq!(w.respond(request.id, &reply), Err(1229));
    in_time(start);
    assert!(client.read_to_reset().len() < BYTES);
    w.assert_serves();
}
