//! EntityBody: TMO-006, TMO-007, ENT-016.

use std::thread;

use httpsys_core::call::ReceiveEntityBody;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::Timeouts;
use httpsys_core::{CloseReason, Error};
use httpsys_engine::Signal;

use crate::client::Client;
use crate::world::{POST, Received, World};

const BODY: CloseReason = CloseReason::Timer(TimerKind::EntityBody);
const LATE: Signal = Signal::Failed(Error::ConnectionInvalid);

fn world() -> World {
    let world = World::new();
    world.set(Timeouts {
        entity_body: 2,
        ..Timeouts::default()
    });
    world
}

/// A client whose POST the program has, without a byte of its body.
fn posted(world: &World) -> (Client, Received) {
    let mut client = world.connect();
    client.send(POST);
    let received = world.receive();
    (client, received)
}

/// Everything that comes after the end fails with the code of the read that waited.
fn expect_all_late(world: &World, received: Received) {
    let read = world.read(received.request, &mut [0; 16]);
    assert_eq!(read.err(), Some(Error::ConnectionInvalid));
    let sent = world.respond(received.request);
    assert_eq!(sent, Err(Error::ConnectionInvalid));
}

#[test]
fn tmo_007_ent_016_g_086_a_body_that_does_not_come_fails_all_calls_alike() {
    let world = world();
    for offset in [0, 1, 246, 247, 999] {
        world.turn(offset);
        let (mut client, received) = posted(&world);
        let wait = world.disconnect_wait(received.connection);
        // Time that passes before a read does not count.
        world.turn(10_000);
        let read = world.waiting_read(received.request);
        let start = world.now();
        world.expect_timer(&mut client, received.connection, (start, 2), BODY);
        read.expect(&LATE);
        wait.expect(&Signal::Ready);
        client.expect_reset();
        expect_all_late(&world, received);
        world.expect_event(received.connection, "Timer_EntityBody");
    }
    assert_eq!(
        world.logged(),
        ["HTTP/1.1 POST /x - - - Timer_EntityBody -"; 5]
    );
}

#[test]
fn tmo_007_ent_016_a_blocking_read_fails_with_the_same_code() {
    let world = world();
    let (mut client, received) = posted(&world);
    let read = thread::scope(|scope| {
        let read = scope.spawn(|| {
            let call = ReceiveEntityBody {
                request: received.request,
                fill_buffer: true,
            };
            let mut out = [0; 16];
            world
                .service
                .receive_entity_body(&world.queue, &call, &mut out)
        });
        // When it has begun to wait cannot be seen.
        while !read.is_finished() {
            world.turn(500);
            thread::yield_now();
        }
        read.join().expect("no panic")
    });
    assert_eq!(read, Err(Error::ConnectionInvalid));
    world.expect_fate(received.connection, BODY);
    client.expect_reset();
    expect_all_late(&world, received);
}

#[test]
fn tmo_006_the_time_begins_anew_with_each_arrival() {
    let world = world();
    let (mut client, received) = posted(&world);
    for _ in 0..20 {
        let read = world.waiting_read(received.request);
        world.turn(1999);
        read.expect_nothing();
        client.send("x");
        read.expect(&Signal::Ready);
        let mut out = [0; 16];
        assert!(matches!(world.read(received.request, &mut out), Ok(Ok(1))));
    }
    let read = world.waiting_read(received.request);
    let start = world.now();
    world.expect_timer(&mut client, received.connection, (start, 2), BODY);
    read.expect(&LATE);
}

/// A read with FILL_BUFFER waits on after a part of what it wants.
#[test]
fn tmo_006_ent_012_a_read_that_fills_its_buffer_has_time_from_the_last_arrival_on() {
    let world = world();
    let (mut client, received) = posted(&world);
    let (mut out, mut got) = ([0; 16], 0);
    for n in 0..10 {
        let read = world.read_as(received.request, &mut out, &mut got, true);
        let Ok(Err(read)) = read else {
            panic!("it does not wait");
        };
        assert_eq!(got, n);
        world.turn(1999);
        client.send("x");
        read.expect(&Signal::Ready);
    }
    let read = world.read_as(received.request, &mut out, &mut got, true);
    let Ok(Err(read)) = read else {
        panic!("it does not wait");
    };
    let start = world.now();
    world.expect_timer(&mut client, received.connection, (start, 2), BODY);
    read.expect(&LATE);
}

#[test]
fn tmo_006_only_the_time_in_which_a_read_waits_counts() {
    let world = world();
    let (mut client, received) = posted(&world);
    world.turn(3_600_000);
    let read = world.waiting_read(received.request);
    world.turn(1500);
    client.send("x");
    read.expect(&Signal::Ready);
    // Between the arrival and the next read the program takes its time.
    world.turn(3_600_000);
    assert!(matches!(
        world.read(received.request, &mut [0; 16]),
        Ok(Ok(1))
    ));
    world.turn(3_600_000);
    world.settle();
    world.expect_open(received.connection);
    assert!(client.is_quiet());
}

#[test]
fn tmo_006_several_reads_that_wait_fail_together() {
    let world = world();
    let (mut client, received) = posted(&world);
    let start = world.now();
    let mut reads = vec![world.waiting_read(received.request)];
    // A further read is no arrival.
    for _ in 0..4 {
        world.turn(400);
        reads.push(world.waiting_read(received.request));
    }
    world.expect_timer(&mut client, received.connection, (start, 2), BODY);
    reads.into_iter().for_each(|read| read.expect(&LATE));
    client.expect_reset();
}

#[test]
fn tmo_006_g_040_an_arrival_for_one_read_gives_the_others_their_time_anew() {
    let world = world();
    let (mut client, received) = posted(&world);
    let mut reads: Vec<_> = (0..5)
        .map(|_| world.waiting_read(received.request))
        .collect();
    for _ in 0..4 {
        world.turn(1999);
        client.send("x");
        reads.remove(0).expect(&Signal::Ready);
        assert!(matches!(
            world.read(received.request, &mut [0; 16]),
            Ok(Ok(1))
        ));
        world.settle();
    }
    let start = world.now();
    world.expect_timer(&mut client, received.connection, (start, 2), BODY);
    reads.remove(0).expect(&LATE);
}

#[test]
fn tmo_006_a_read_that_was_taken_back_leaves_no_time_behind() {
    let world = world();
    let (mut client, received) = posted(&world);
    let read = world.read_as(received.request, &mut [0; 16], &mut 0, false);
    let Ok(Err(read)) = read else {
        panic!("it does not wait");
    };
    world.turn(1500);
    assert!(world.take_back(&read));
    read.expect(&Signal::Failed(Error::Aborted));
    world.turn(400);
    // The next one has its whole time.
    let read = world.waiting_read(received.request);
    let start = world.now();
    world.expect_timer(&mut client, received.connection, (start, 2), BODY);
    read.expect(&LATE);
    client.expect_reset();
}

#[test]
fn tmo_006_a_read_that_was_taken_back_is_followed_by_no_end() {
    let world = world();
    let (mut client, received) = posted(&world);
    let read = world.read_as(received.request, &mut [0; 16], &mut 0, false);
    let Ok(Err(read)) = read else {
        panic!("it does not wait");
    };
    assert!(world.take_back(&read));
    read.expect(&Signal::Failed(Error::Aborted));
    world.turn(60_000);
    world.settle();
    world.expect_open(received.connection);
    assert!(client.is_quiet());
}

/// The bytes of a chunked body's framing arrive as well.
#[test]
fn tmo_006_a_chunked_body_has_the_same_time() {
    let world = world();
    let mut client = world.connect();
    client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    let received = world.receive();
    let read = world.waiting_read(received.request);
    world.turn(1999);
    client.send("1\r\nx");
    read.expect(&Signal::Ready);
    assert!(matches!(
        world.read(received.request, &mut [0; 16]),
        Ok(Ok(1))
    ));
    let read = world.waiting_read(received.request);
    let start = world.now();
    world.expect_timer(&mut client, received.connection, (start, 2), BODY);
    read.expect(&LATE);
    client.expect_reset();
}

/// A response ends the request, and with it the reads that wait.
#[test]
fn tmo_006_a_response_ends_the_waiting_for_the_body() {
    let world = world();
    let (mut client, received) = posted(&world);
    let read = world.waiting_read(received.request);
    world.turn(1500);
    world.respond(received.request).expect("an answer");
    read.expect(&LATE);
    client.expect_ok();
    world.turn(10_000);
    world.settle();
    // The drain timer is the service's.
    world.expect_open(received.connection);
}
