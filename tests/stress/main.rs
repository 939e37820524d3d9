//! Overlapped calls under load: ten thousand at once, cancelled from all sides, ended by closing.
//!
//! Owns: the claim that each OVERLAPPED completes exactly once for each call that owes a
//! completion, never for another, and that nothing hangs. Does not own what the calls return
//! (`conformance`). Four threads serve two queues on two completion ports while client threads
//! abort; then one queue is shut down and both are closed under calls that go on. Randomness: a
//! seed that is printed, and taken back from HTTPSYS_STRESS_SEED.

mod client;
mod slot;
mod worker;

use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use httpsys_tests::ports::Port;
use httpsys_tests::raw::{self, Handle, V2};
use httpsys_tests::watchdog::Watchdog;
use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use windows_sys::Win32::System::IO::CreateIoCompletionPort;

use crate::slot::{Kind, Slots};
use crate::worker::Server;

/// Slots of each of the two queues.
const SLOTS: usize = 6000;
/// Receives that each queue keeps posted, and disconnect waits it has at most.
const RECEIVES: usize = 4500;
const WAITS: usize = 800;
const WORKERS: u64 = 4;
const CLIENTS: u64 = 2;
/// How long the load lasts.
const DURATION: Duration = Duration::from_secs(3);
/// How long each of these may take: a success of every kind of call, all packets after the close.
const PATIENCE: Duration = Duration::from_secs(60);

/// xorshift64*: small, seeded, good enough to mix cases.
pub(crate) struct Random(u64);

impl Random {
    fn seeded(seed: u64, number: u64) -> Random {
        Random((seed ^ (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Whether calls are still made.
#[derive(Default)]
pub(crate) struct Phase(AtomicBool);

impl Phase {
    fn is_closed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[test]
fn each_overlapped_completes_once_for_each_call_that_owes_it() {
    run(false);
}

#[test]
fn ses_031_with_packets_skipped_only_pending_calls_complete() {
    run(true);
}

fn run(skips: bool) {
    let _watchdog = Watchdog::start();
    let seed = seed();
    eprintln!("HTTPSYS_STRESS_SEED={seed}");
    assert_eq!(raw::initialize(), 0);
    // Held: clients go on when the queues are closed, and may not reach somebody else.
    let ports = [Port::take(), Port::take()];
    let session = raw::create_session(V2).expect("a session");
    let servers = ports
        .each_ref()
        .map(|port| server(session, port.number(), skips));
    let mut random = Random::seeded(seed, 99);
    for server in &servers {
        while server.slots.in_flight_of(Kind::Receive) < RECEIVES {
            server.post_receives(&mut random);
        }
    }
    load(&servers, ports.each_ref().map(Port::number), seed);
    for server in &servers {
        let left: Vec<_> = Kind::ALL
            .map(|kind| (kind, server.slots.in_flight_of(kind)))
            .into();
        let (owed, delivered) = server.slots.books();
        let successes = server
            .successes
            .each_ref()
            .map(|count| count.load(Ordering::Relaxed));
        let peak = server.slots.peak();
        eprintln!("skips {skips}: {delivered} of {owed} packets, {successes:?}, peak {peak}");
        assert_eq!(server.slots.in_flight(), 0, "{left:?} never ended");
        assert_eq!(owed, delivered);
        assert_eq!(
            server.take_packets(&mut random, true),
            0,
            "packets that nobody owes"
        );
        assert!(peak >= RECEIVES && server.has_seen_all());
        assert!(raw::close_handle(server.port));
    }
    assert_eq!(raw::close_session(session), 0);
}

/// Load, shutdown, close, and the packets after it.
fn load(servers: &[Server; 2], ports: [u16; 2], seed: u64) {
    let (phase, failed, stop) = (
        Phase::default(),
        AtomicBool::new(false),
        AtomicBool::new(false),
    );
    std::thread::scope(|scope| {
        let (phase, failed, stop) = (&phase, &failed, &stop);
        for number in 0..WORKERS {
            let server = &servers[(number % 2) as usize];
            let random = Random::seeded(seed, number);
            scope.spawn(move || server.run(phase, failed, random));
        }
        for number in 0..CLIENTS {
            let random = Random::seeded(seed, WORKERS + number);
            scope.spawn(move || client::run(ports, stop, random));
        }
        rest(DURATION, failed);
        // On a slow machine until every kind of call was seen to succeed.
        let end = Instant::now() + PATIENCE;
        while servers.iter().any(|server| !server.has_seen_all()) && Instant::now() < end {
            rest(Duration::from_millis(5), failed);
            if failed.load(Ordering::SeqCst) {
                break;
            }
        }
        let shut = raw::shutdown_queue(servers[0].queue);
        rest(DURATION / 10, failed);
        let closed = servers
            .each_ref()
            .map(|server| raw::close_queue(server.queue));
        // Calls on closed queues, for a moment.
        rest(DURATION / 30, failed);
        phase.0.store(true, Ordering::SeqCst);
        let end = Instant::now() + PATIENCE;
        while servers.iter().any(|server| server.slots.in_flight() != 0) && Instant::now() < end {
            rest(Duration::from_millis(5), failed);
            if failed.load(Ordering::SeqCst) {
                break;
            }
        }
        failed.store(true, Ordering::SeqCst);
        stop.store(true, Ordering::SeqCst);
        assert_eq!((shut, closed), (0, [0, 0]));
    });
}

/// Lets the load go on, unless a thread has failed.
fn rest(time: Duration, failed: &AtomicBool) {
    let end = Instant::now() + time;
    while Instant::now() < end && !failed.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn server(session: u64, number: u16, skips: bool) -> Server {
    let group = raw::create_group(session).expect("a group");
    let queue = raw::create_queue(V2, None, 0).expect("a queue");
    assert_eq!(raw::bind(group, Some(queue)), 0);
    assert_eq!(
        raw::add_url_to_group(group, &format!("http://localhost:{number}/"), 0),
        0
    );
    // SAFETY: no pointers.
    let port: Handle = unsafe {
        let port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 0);
        assert_eq!(CreateIoCompletionPort(queue.raw(), port, queue.0, 0), port);
        if skips {
            // FILE_SKIP_COMPLETION_PORT_ON_SUCCESS.
            assert_ne!(SetFileCompletionNotificationModes(queue.raw(), 1), 0);
        }
        port.into()
    };
    Server {
        queue,
        port,
        slots: Slots::new(SLOTS, skips),
        receives: RECEIVES,
        waits: WAITS,
        recent: Mutex::default(),
        successes: Default::default(),
    }
}

fn seed() -> u64 {
    let given = std::env::var("HTTPSYS_STRESS_SEED").ok();
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_010_827)
}
