//! A timer that fires at the moment of the arrival: threads against a clock.
//!
//! Whichever is first, exactly the right connection ends, and each call that waits is end_reported once.
//! Invariant of each round: client, call and fate tell the same story.

use std::io::{Read, Write};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use httpsys_core::call::Control;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::property::Timeouts;
use httpsys_core::{CloseReason, Error};
use httpsys_engine::{ConnectionStatus, Signal};

use crate::client::Client;
use crate::world::{GET, POST, World, receive, receive_now};

const ROUNDS: usize = 60;
const CLIENTS: usize = 8;

/// Runs `work` on a thread of its own while the clock goes past the timers of one second that began
/// now. The later the round, the later the clock.
fn against_the_clock(world: &World, round: usize, work: impl FnOnce() + Send) {
    let start = world.now();
    world.turn_to(start + 999);
    let both = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            both.wait();
            work();
        });
        both.wait();
        let late = Instant::now() + Duration::from_micros(20) * round as u32;
        while Instant::now() < late {
            thread::yield_now();
        }
        world.turn_to(start + 2000);
    });
}

/// Runs `test` while a thread waits for requests that never come: it looks after the sockets at
/// once, so that arrivals and the clock meet.
fn beside_a_leader(world: &World, test: impl FnOnce()) {
    let (_, queue) = world.another_group("leader/");
    thread::scope(|scope| {
        let leader = scope.spawn(|| receive(&world.service, &queue));
        test();
        let queue = queue.id();
        world.control(Control::CloseRequestQueue { queue });
        assert!(leader.join().expect("no panic").is_err());
    });
}

/// Says how often either side won: a race that one side always wins shows nothing.
fn report(what: &str, served: usize, ended: usize) {
    eprintln!("{what}: {served} served, {ended} ended by the timer");
    assert_eq!(served + ended, ROUNDS * CLIENTS);
}

#[test]
fn tmo_006_reads_and_arrivals_against_the_timer() {
    let world = World::new();
    world.set(Timeouts {
        entity_body: 1,
        ..Timeouts::default()
    });
    let (mut served, mut late) = (0, 0);
    beside_a_leader(&world, || {
        for round in 0..ROUNDS {
            let mut all = Vec::new();
            for _ in 0..CLIENTS {
                let mut client = world.connect();
                client.send(POST);
                let received = world.receive();
                let reads = [(); 2].map(|()| world.waiting_read(received.request));
                all.push((client, received, reads));
            }
            let mut clients: Vec<&mut Client> = all.iter_mut().map(|(client, ..)| client).collect();
            let mut end_reported = Vec::new();
            against_the_clock(&world, round, || {
                end_reported = send_each(&mut clients, b"x")
            });
            world.settle();
            // Those that were served have a second read that waits since the arrival: it ends too.
            for ((mut client, received, [first, second]), end_reported) in
                all.into_iter().zip(end_reported)
            {
                let wait = first.get();
                if wait == Signal::Ready {
                    served += 1;
                    let mut out = [0; 16];
                    match world.read(received.request, &mut out) {
                        Ok(Ok(1)) => assert_eq!(out[0], b'x'),
                        Ok(Ok(n)) => panic!("{n} bytes"),
                        // The second read's time was over before this.
                        Ok(Err(again)) => drop(again),
                        Err(error) => assert_eq!(error, Error::ConnectionInvalid),
                    }
                } else {
                    late += 1;
                    assert_eq!(wait, Signal::Failed(Error::ConnectionInvalid));
                }
                world.turn(2000);
                second.expect(&Signal::Failed(Error::ConnectionInvalid));
                world.expect_fate(
                    received.connection,
                    CloseReason::Timer(TimerKind::EntityBody),
                );
                if !end_reported {
                    client.expect_reset();
                }
                let gone = world.respond(received.request);
                assert_eq!(gone, Err(Error::ConnectionInvalid));
            }
        }
    });
    report("reads", served, late);
}

#[test]
fn tmo_008_receives_against_the_timer() {
    let world = World::new();
    world.set(Timeouts {
        request_queue: 1,
        ..Timeouts::default()
    });
    let (mut served, mut ended) = (0, 0);
    for round in 0..ROUNDS {
        let mut clients: Vec<Client> = (0..CLIENTS).map(|_| world.connect()).collect();
        clients.iter_mut().for_each(|client| client.send(GET));
        world.settle();
        assert_eq!(world.queue.len(), CLIENTS);
        against_the_clock(&world, round / 8, || {
            while let Ok(received) = receive_now(&world) {
                // What was received is never ended by this timer.
                let sent = world.respond(received.request);
                assert!(sent.is_ok(), "{sent:?}");
            }
        });
        for mut client in clients {
            match ok_or_reset(&mut client) {
                Ok(whole) => {
                    assert!(whole, "half an answer");
                    served += 1;
                }
                Err(()) => ended += 1,
            }
        }
        assert_eq!(world.queue.len(), 0);
    }
    report("receives", served, ended);
}

/// Sends from each client; for each, whether that end_reported it of a reset, which reading does not tell
/// again then.
fn send_each(clients: &mut [&mut Client], bytes: &[u8]) -> Vec<bool> {
    let mut send = |client: &mut &mut Client| {
        thread::yield_now();
        client.0.write_all(bytes).is_err()
    };
    clients.iter_mut().map(&mut send).collect()
}

/// `Ok(true)` for the whole answer, `Ok(false)` for a part of one.
fn ok_or_reset(client: &mut Client) -> Result<bool, ()> {
    let mut got = Vec::new();
    let mut byte = [0];
    loop {
        match client.0.read(&mut byte) {
            Ok(1) => got.push(byte[0]),
            Ok(_) | Err(_) if got.is_empty() => return Err(()),
            Ok(_) | Err(_) => return Ok(false),
        }
        if got.ends_with(b"\r\n\r\nok") {
            return Ok(true);
        }
    }
}

/// The request comes while the connection's idle time ends: it is served, or the connection ends
/// without a byte. Connections that are not idle are never hit.
#[test]
fn tmo_012_requests_against_the_timer() {
    let world = World::new();
    world.set(Timeouts {
        idle_connection: 1,
        ..Timeouts::default()
    });
    let (mut busy, held) = world.received();
    let (mut served, mut ended) = (0, 0);
    beside_a_leader(&world, || {
        for round in 0..ROUNDS {
            let mut all: Vec<_> = (0..CLIENTS).map(|_| world.known()).collect();
            let mut clients: Vec<&mut Client> = all.iter_mut().map(|(client, _)| client).collect();
            against_the_clock(&world, round, || {
                send_each(&mut clients, GET.as_bytes());
            });
            world.settle();
            while !world.queue.is_empty() {
                let received = world.receive();
                assert!(all.iter().any(|(_, own)| *own == received.connection));
                world.respond(received.request).expect("an answer");
            }
            for (mut client, connection) in all {
                match ok_or_reset(&mut client) {
                    Ok(whole) => {
                        assert!(whole, "half an answer");
                        served += 1;
                        assert_eq!(world.service.fate_of(connection), ConnectionStatus::Open);
                    }
                    Err(()) => {
                        ended += 1;
                        world
                            .expect_fate(connection, CloseReason::Timer(TimerKind::IdleConnection));
                    }
                }
            }
            world.expect_open(held.connection);
        }
    });
    report("idle connections", served, ended);
    world.respond(held.request).expect("an answer");
    busy.expect_ok();
}

/// Two threads look at the timers at once, as the service's own and a program's do.
#[test]
fn tmo_012_two_threads_that_run_the_timers_end_each_connection_once() {
    let world = World::new();
    world.set(Timeouts {
        idle_connection: 1,
        ..Timeouts::default()
    });
    for _ in 0..ROUNDS {
        let mut all = Vec::new();
        for _ in 0..CLIENTS {
            let (client, connection) = world.known();
            let wait = world.disconnect_wait(connection);
            all.push((client, connection, wait));
        }
        let go = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !go.load(Ordering::SeqCst) {
                        thread::yield_now();
                    }
                    world.service.run_timers();
                });
            }
            world.set_clock(world.now() + 2000);
            go.store(true, Ordering::SeqCst);
        });
        for (mut client, connection, wait) in all {
            wait.expect(&Signal::Ready);
            world.expect_fate(connection, CloseReason::Timer(TimerKind::IdleConnection));
            client.expect_end();
            world.expect_event(connection, "Timer_ConnectionIdle");
        }
    }
}
