//! MinSendRate: TMO-010. A client may take as long for a response as it lasts at this rate; a pause
//! within that is harmless.
//!
use std::thread;

use httpsys_core::call::SendResponse;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::Timeouts;
use httpsys_core::{CloseReason, Error};
use httpsys_engine::{Chunk, Signal};
use httpsys_proto::ResponseParts;

use crate::calls::Told;
use crate::client::Client;
use crate::world::{GET, Received, World};

const SLOW: CloseReason = CloseReason::Timer(TimerKind::MinSendRate);
/// More than any socket holds.
static BODY: [u8; 64 << 20] = [b'x'; 64 << 20];
/// No head here has more bytes.
const HEAD: usize = 400;
/// No client here has more bytes in its own buffer.
const IN_CLIENT: usize = 64 * 1024;
/// A rate at which [`BODY`] lasts two thirds of a second.
const FAST: u32 = 100_000_000;

fn world(rate: u32) -> World {
    let world = World::new();
    world.set(Timeouts {
        min_send_rate: rate,
        ..Timeouts::default()
    });
    world
}

/// The milliseconds that so many bytes last.
fn lasts(bytes: usize, rate: u32) -> u64 {
    bytes as u64 * 1000 / u64::from(rate)
}

/// A client with a small receive buffer, whose GET the program has.
fn received(world: &World) -> (Client, Received) {
    let mut client = Client::small(world.port);
    client.send(GET);
    let received = world.receive();
    (client, received)
}

/// The time of `bytes` at `rate` begins, or began at `start`: not a millisecond before it is over,
/// and in the second behind it (G-087), the client is dropped.
#[track_caller]
fn expect_dropped_after(
    world: &World,
    (received, send): (Received, &Told<Result<u64, Error>>),
    start: u64,
    (bytes, rate): (usize, u32),
) {
    world.turn_to(start + lasts(bytes, rate) - 1);
    world.settle();
    world.expect_open(received.connection);
    send.expect_nothing();
    world.turn_to(start + lasts(bytes + HEAD, rate) + 1000);
    world.expect_fate(received.connection, SLOW);
}

#[test]
fn tmo_010_log_010_a_client_that_takes_longer_than_the_whole_response_lasts_is_reset() {
    for (rate, bytes) in [
        (100_000, 64 << 20),
        (100_000, 32 << 20),
        (5_000_000, 48 << 20),
        (150, 64 << 20),
    ] {
        let world = world(rate);
        for offset in [0, 1, 246, 247, 999] {
            world.turn(offset);
            let (mut client, received) = received(&world);
            let wait = world.disconnect_wait(received.connection);
            let body = &BODY[..bytes];
            let send = world.waiting_send(received.request, body);
            expect_dropped_after(&world, (received, &send), world.now(), (bytes, rate));
            // ENT-016 says of the body's timer that all calls fail alike; here it is the same.
            send.expect(&Err(Error::ConnectionInvalid));
            wait.expect(&Signal::Ready);
            let (got, end) = client.rest();
            assert_eq!(end, Err(std::io::ErrorKind::ConnectionReset));
            assert!(got.len() < bytes);
            let again = world.respond(received.request);
            assert_eq!(again, Err(Error::ConnectionInvalid));
            world.expect_event(received.connection, "Timer_MinBytesPerSecond");
        }
        let line = "HTTP/1.1 GET /x - - - Timer_MinBytesPerSecond -";
        assert_eq!(world.logged(), [line; 5]);
    }
}

/// And what it has taken at the beginning gives it no more time, nor less.
#[test]
fn tmo_010_a_client_that_takes_a_part_has_no_more_time() {
    const RATE: u32 = 100_000;
    let world = world(RATE);
    let (mut client, received) = received(&world);
    let send = world.waiting_send(received.request, &BODY);
    let start = world.now();
    let whole = lasts(BODY.len(), RATE);
    for part in 1..8 {
        client.read(1 << 20);
        world.turn_to(start + whole * part / 8);
        world.settle();
        world.expect_open(received.connection);
    }
    expect_dropped_after(&world, (received, &send), start, (BODY.len(), RATE));
}

/// A pause as long as nearly the whole time, then everything.
#[test]
fn tmo_010_a_pause_of_a_client_is_harmless() {
    const RATE: u32 = 100_000;
    let world = world(RATE);
    for read_before in [0, 1 << 20] {
        let (mut client, received) = received(&world);
        let send = world.waiting_send(received.request, &BODY);
        client.read(read_before);
        world.turn(lasts(BODY.len(), RATE) - 1);
        world.settle();
        world.expect_open(received.connection);
        // What is read from now on is read within the millisecond that is left.
        client.read(BODY.len() - read_before);
        let sent = send.get();
        assert!(sent.is_ok_and(|sent| sent > BODY.len() as u64));
        world.turn(60_000);
        world.expect_open(received.connection);
    }
}

#[test]
fn tmo_010_a_blocking_send_to_a_client_that_reads_too_slowly_fails() {
    let world = world(FAST);
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
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    let call = SendResponse {
        request: received.request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let body = [Chunk::Memory(&BODY)];
    world
        .service
        .send_response(&world.queue, &call, &mut head, &body, None)
}

/// 0 is the service's value: 64 MiB last five days.
#[test]
fn tmo_001_tmo_010_the_services_own_rate_is_150_bytes_a_second() {
    let world = world(0);
    let (_client, received) = received(&world);
    let send = world.waiting_send(received.request, &BODY);
    expect_dropped_after(&world, (received, &send), world.now(), (BODY.len(), 150));
    send.expect(&Err(Error::ConnectionInvalid));
}

/// The parts that waited count together, the time that the program takes between them does not.
#[test]
fn tmo_010_the_time_of_a_response_in_parts_is_that_of_all_its_bytes() {
    const RATE: u32 = 100_000;
    let world = world(RATE);
    let (mut client, received) = received(&world);
    let half = &BODY[..32 << 20];
    let send = world.waiting_send_on(&world.queue, received.request, half, true);
    client.read(32 << 20);
    assert!(send.get().is_ok());
    // The client has saved up the time of the first part.
    let send = world.part(received.request, half);
    let send = send.expect_err("it waits");
    expect_dropped_after(&world, (received, &send), world.now(), (64 << 20, RATE));
    send.expect(&Err(Error::ConnectionInvalid));
}

#[test]
fn tmo_009_tmo_010_a_pause_of_the_program_between_parts_costs_the_client_nothing() {
    const RATE: u32 = 100_000;
    let world = world(RATE);
    let (mut client, received) = received(&world);
    let half = &BODY[..32 << 20];
    let send = world.waiting_send_on(&world.queue, received.request, half, true);
    client.read(32 << 20);
    assert!(send.get().is_ok());
    world.turn(86_400_000);
    world.expect_open(received.connection);
    let send = world.part(received.request, half);
    let send = send.expect_err("it waits");
    expect_dropped_after(&world, (received, &send), world.now(), (32 << 20, RATE));
    send.expect(&Err(Error::ConnectionInvalid));
}

/// Small parts, and small responses of a client that sends requests and reads nothing: the last one
/// waits behind all that the socket holds, and so does its time.
#[test]
fn tmo_010_a_small_send_has_the_time_of_the_bytes_before_it() {
    const RATE: u32 = 10_000;
    const SIZE: usize = 1000;
    for parts in [true, false] {
        let world = world(RATE);
        let (mut client, mut received) = received(&world);
        let body = &BODY[..SIZE];
        let mut total = 0;
        let send = loop {
            total += SIZE;
            let sent = match (parts, total) {
                (true, 1..=SIZE) => world.whole(received.request, body, true),
                (true, _) => world.part(received.request, body),
                (false, _) => world.whole(received.request, body, false),
            };
            match sent {
                Err(waits) => break waits,
                Ok(bytes) => total += bytes as usize - SIZE,
            }
            if !parts {
                client.send(GET);
                received = world.receive();
            }
        };
        let start = world.now();
        world.turn_to(start + lasts(total - IN_CLIENT, RATE) - 1);
        world.settle();
        world.expect_open(received.connection);
        send.expect_nothing();
        world.turn_to(start + lasts(total + HEAD, RATE) + 1000);
        world.expect_fate(received.connection, SLOW);
        send.expect(&Err(Error::ConnectionInvalid));
    }
}

#[test]
fn tmo_003_tmo_010_without_a_rate_a_client_may_take_its_time() {
    let world = world(u32::MAX);
    let (_client, received) = received(&world);
    let send = world.waiting_send(received.request, &BODY);
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
    let world = world(FAST);
    let (mut client, received) = received(&world);
    let call = |more_data| SendResponse {
        request: received.request,
        disconnect: false,
        more_data,
        opaque: false,
        go_away: false,
    };
    let mut head = ResponseParts::new();
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
    let world = world(FAST);
    let (mut client, received) = received(&world);
    let send = world.waiting_send(received.request, &BODY);
    assert!(world.take_back(&send));
    send.expect(&Err(Error::Aborted));
    world.expect_fate(received.connection, CloseReason::SendCancelled);
    assert!(client.rest().1.is_err());
    world.turn(60_000);
    world.expect_fate(received.connection, CloseReason::SendCancelled);
}
