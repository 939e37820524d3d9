//! MinSendRate: TMO-010. The rate is measured over windows of `SendRateWindow` seconds while a send
//! waits for the client.

use std::thread;

use httpsys_core::end::TimerKind;
use httpsys_core::operation::Send as SendCall;
use httpsys_core::property::Timeouts;
use httpsys_core::{End, Error};
use httpsys_engine::{Chunk, Signal};
use httpsys_proto::{Parameters, ResponseHead};

use crate::client::Client;
use crate::world::{GET, Received, World};

const SLOW: End = End::Timer(TimerKind::MinSendRate);
/// More than any socket holds.
static BODY: [u8; 64 << 20] = [b'x'; 64 << 20];
/// A rate that no client can keep who does not read.
const FAST: u32 = 100_000_000;

fn world(rate: u32, window: &str) -> World {
    let mut parameters = Parameters::default();
    parameters.set("SendRateWindow", window).expect("a choice");
    let world = World::with(parameters);
    world.set(Timeouts {
        min_send_rate: rate,
        ..Timeouts::default()
    });
    world
}

/// A client with a small receive buffer, whose GET the program has.
fn received(world: &World) -> (Client, Received) {
    let mut client = Client::small(world.port);
    client.send(GET);
    let received = world.receive();
    (client, received)
}

/// LOG-010.
#[test]
fn tmo_010_log_010_a_client_that_reads_too_slowly_is_reset() {
    for window in [10, 1, 60] {
        let world = world(FAST, &window.to_string());
        for offset in [0, 1, 246, 247, 999] {
            world.turn(offset);
            let (mut client, received) = received(&world);
            let wait = world.disconnect_wait(received.connection);
            let send = world.waiting_send(received.request, &BODY, 0);
            let start = world.now();
            world.turn_to(start + window * 1000 - 1);
            world.settle();
            world.expect_open(received.connection);
            send.expect_nothing();
            world.turn_to(start + window * 1000 + 1000);
            world.expect_fate(received.connection, SLOW);
            // ENT-016 says of the body's timer that all calls fail alike; here it is the same.
            send.expect(&Err(Error::ConnectionInvalid));
            wait.expect(&Signal::Ready);
            let (got, end) = client.rest();
            assert_eq!(end, Err(std::io::ErrorKind::ConnectionReset));
            assert!(got.len() < BODY.len());
            let again = world.respond(received.request);
            assert_eq!(again, Err(Error::ConnectionInvalid));
            world.expect_event(received.connection, "Timer_MinBytesPerSecond");
        }
        assert_eq!(world.logged(), ["- - - - - Timer_MinBytesPerSecond -"; 5]);
    }
}

#[test]
fn tmo_010_a_blocking_send_to_a_client_that_reads_too_slowly_fails() {
    let world = world(FAST, "10");
    let (mut client, received) = received(&world);
    let sent = thread::scope(|scope| {
        let sent = scope.spawn(|| send_all(&world, received));
        // When it has begun to wait cannot be seen.
        while !sent.is_finished() {
            world.turn(2500);
            thread::yield_now();
        }
        sent.join().expect("no panic")
    });
    assert_eq!(sent, Err(Error::ConnectionInvalid));
    world.expect_fate(received.connection, SLOW);
    assert!(client.rest().1.is_err());
}

fn send_all(world: &World, received: Received) -> Result<u64, Error> {
    let mut head = ResponseHead::new();
    head.begin(200, b"OK").expect("a status");
    let call = SendCall {
        request: received.request,
        disconnect: false,
        more_data: false,
        opaque: false,
    };
    let body = [Chunk::Memory(&BODY)];
    world
        .service
        .send_response(&world.queue, &call, &mut head, &body, None)
}

/// A megabyte in each window is far more than 150 bytes per second, whatever the sockets hold.
#[test]
fn tmo_010_a_client_that_reads_fast_enough_is_never_dropped() {
    // 0 is the service's value, 150.
    let world = world(0, "10");
    let (mut client, received) = received(&world);
    let send = world.waiting_send(received.request, &BODY, 0);
    let mut left = BODY.len();
    while left > 8 << 20 {
        client.read(1 << 20);
        left -= 1 << 20;
        world.turn(10_000);
        world.expect_open(received.connection);
    }
    // The rest, and the head.
    let total = thread::scope(|scope| {
        scope.spawn(|| client.rest());
        let total = send.get();
        world.service.stop();
        total
    });
    assert!(total.is_ok_and(|total| total > BODY.len() as u64));
}

/// Over a window so long that what the sockets hold counts for little.
#[test]
fn tmo_001_tmo_010_the_services_own_rate_is_150_bytes_a_second() {
    const WINDOW: u64 = 100_000;
    let world = world(0, &WINDOW.to_string());
    for (percent, kept) in [(95, false), (105, true)] {
        let (mut client, received) = received(&world);
        let _send = world.waiting_send(received.request, &BODY, 0);
        client.read((150 * WINDOW * percent / 100) as usize);
        world.turn(WINDOW * 1000 - 1);
        world.settle();
        world.expect_open(received.connection);
        world.turn(1001);
        if kept {
            world.settle();
            world.expect_open(received.connection);
        } else {
            world.expect_fate(received.connection, SLOW);
        }
    }
}

/// With the default, a client that reads nothing any more is dropped as well. What is on its way when
/// a window begins counts for it, so it may last one longer.
#[test]
fn tmo_010_by_default_a_client_that_reads_nothing_is_dropped() {
    let world = world(0, "10");
    let (_client, received) = received(&world);
    let send = world.waiting_send(received.request, &BODY, 0);
    world.turn(9999);
    world.expect_open(received.connection);
    world.turn(11_000);
    world.turn(11_000);
    world.expect_fate(received.connection, SLOW);
    send.expect(&Err(Error::ConnectionInvalid));
}

#[test]
fn tmo_003_tmo_010_without_a_rate_a_client_may_take_its_time() {
    let world = world(u32::MAX, "10");
    let (_client, received) = received(&world);
    let send = world.waiting_send(received.request, &BODY, 0);
    for _ in 0..24 {
        world.turn(3_600_000);
        world.settle();
    }
    world.expect_open(received.connection);
    send.expect_nothing();
}

/// The rate is the client's affair only while something waits for it.
#[test]
fn tmo_009_tmo_010_the_time_between_two_sends_does_not_count() {
    let world = world(FAST, "10");
    let (mut client, received) = received(&world);
    let call = |more_data| SendCall {
        request: received.request,
        disconnect: false,
        more_data,
        opaque: false,
    };
    let mut head = ResponseHead::new();
    head.begin(200, b"OK").expect("a status");
    head.known(httpsys_proto::header::id::CONTENT_LENGTH, b"102", true)
        .expect("digits");
    let begun = world
        .service
        .send_response(&world.queue, &call(true), &mut head, &[], None);
    assert!(begun.is_ok());
    for _ in 0..100 {
        world.turn(60_000);
        let byte = [Chunk::Memory(b"x")];
        let sent = world
            .service
            .send_entity_body(&world.queue, &call(true), &byte, None);
        assert_eq!(sent, Ok(1));
    }
    let last = [Chunk::Memory(b"ok")];
    let sent = world
        .service
        .send_entity_body(&world.queue, &call(false), &last, None);
    assert_eq!(sent, Ok(2));
    let head = begun.expect("the head") as usize;
    client.read(head + 102);
    world.expect_open(received.connection);
}

/// CXL-004: a send that waits can still be cancelled, and its timer is gone with it.
#[test]
fn tmo_010_snd_032_a_send_that_was_taken_back_ends_the_connection_at_once() {
    let world = world(FAST, "10");
    let (mut client, received) = received(&world);
    let send = world.waiting_send(received.request, &BODY, 5);
    assert!(world.service.cancel_operation(&world.queue, 5));
    send.expect(&Err(Error::Aborted));
    world.expect_fate(received.connection, End::SendCancelled);
    assert!(client.rest().1.is_err());
    world.turn(60_000);
    world.expect_fate(received.connection, End::SendCancelled);
}
