//! Cancels through the C ABI that race with each other and with all that may be under way: CXL-001 to CXL-009, G-067,
//! G-068, over TLS.
//!
//! Owns: that exactly one of several cancels is taken, that each accepted OVERLAPPED completes once, by event or by
//! packet, that the client sees a reset and no close_notify, and that nobody else is touched: neither a connection
//! beside it, nor those that shake hands meanwhile. Does not own single cancels, which are the conformance tests'.

use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, Door, MORE_DATA, Received, Reply, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped};
use httpsys_tests::raw::Handle;
use httpsys_tests::tls::{Offer, TlsWire};

/// With it close_notify comes before each orderly end: so one before a reset would be seen.
const PARAMETER: &str = "HTTPSYS_EnableSslCloseNotify";
const NAME: &str =
    "cancel_races::g_067_one_of_several_cancels_resets_its_connection_and_no_other_over_tls";

const WORKERS: usize = 4;
const ROUNDS: usize = 32;
const CANCELS: usize = 3;
/// More than the sockets of both sides hold.
const MUCH: usize = 32 << 20;

/// What a request is in when it is cancelled.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pending {
    Nothing,
    Read,
    Send,
    Disconnect,
}

const PENDING: [Pending; 4] = [
    Pending::Nothing,
    Pending::Read,
    Pending::Send,
    Pending::Disconnect,
];

/// Where calls of a queue complete.
enum Completions {
    Events,
    Port(CompletionPort),
}

impl Completions {
    fn overlapped(&self) -> Overlapped {
        match self {
            Completions::Events => Overlapped::with_event(),
            Completions::Port(_) => Overlapped::without_event(),
        }
    }

    /// Each of these completes once, with this result; `others` do not.
    fn expect(
        &self,
        queue: Handle,
        expected: &[(Overlapped, Result<u32, u32>)],
        others: &[Overlapped],
    ) {
        match self {
            Completions::Events => {
                for (overlapped, result) in expected {
                    assert_eq!(overlapped.wait_result(queue), *result);
                }
                assert!(!others.iter().any(Overlapped::is_signalled));
            }
            Completions::Port(port) => {
                let packets = expected.iter().map(|_| port.next().overlapped);
                let mut packets: Vec<_> = packets.collect();
                let pointers = expected.iter().map(|(own, _)| own.pointer() as usize);
                let mut pointers: Vec<_> = pointers.collect();
                packets.sort_unstable();
                pointers.sort_unstable();
                assert_eq!(packets, pointers, "one packet for each");
                for (overlapped, result) in expected {
                    assert_eq!(overlapped.result(queue), *result);
                }
                port.assert_empty();
            }
        }
    }
}

/// Starts what is to be pending, and tells how it has to end.
fn begin(
    pending: Pending,
    queue: Handle,
    request: &Received,
    overlapped: Overlapped,
    reply: &'static Reply,
) -> Option<(Overlapped, Result<u32, u32>)> {
    let (code, result) = match pending {
        Pending::Nothing => return None,
        Pending::Read => {
            let buffer = Box::leak(Box::new([0; 10]));
            // G-068.
            (overlapped.read_body(queue, request.id, 0, buffer), Err(995))
        }
        Pending::Send => (overlapped.respond(queue, request.id, reply), Err(995)),
        // G-071.
        Pending::Disconnect => (
            overlapped.wait_for_disconnect(queue, request.connection_id),
            Ok(0),
        ),
    };
    assert_eq!(code, 997, "{pending:?}");
    Some((overlapped, result))
}

/// Several threads cancel the same request at once: the one that was taken, and those that were not.
fn cancel(queue: Handle, request: u64, completions: &Completions) -> (Overlapped, Vec<Overlapped>) {
    let barrier = Barrier::new(CANCELS);
    let cancels = [(); CANCELS].map(|()| completions.overlapped());
    let codes = thread::scope(|scope| {
        let threads = cancels.map(|overlapped| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                overlapped.cancel_request(queue, request)
            })
        });
        threads.map(|thread| thread.join().expect("no panic"))
    });
    let (taken, others): (Vec<_>, Vec<_>) = cancels
        .into_iter()
        .zip(codes)
        .partition(|(_, code)| matches!(code, 0 | 997));
    assert_eq!(taken.len(), 1, "{codes:?}");
    assert!(others.iter().all(|(_, code)| *code == 1229), "{codes:?}");
    (taken[0].0, others.into_iter().map(|(own, _)| own).collect())
}

fn serve(w: &World<CAbi>, queue: Handle, client: &mut Client, path: &str) {
    client.send(w.get(path));
    let request = w.door.receive(&queue).expect("a request");
    w.door
        .respond(&queue, request.id, &Reply::ok().chunk(path))
        .expect("an answer");
    assert_eq!(client.read_response().body, path.as_bytes());
}

/// A queue of its own, on which connections are cancelled in every state, and one connection beside them lives.
fn race(w: &World<CAbi>, worker: usize, reply: &'static Reply) {
    let (group, queue) = w.another_group();
    let path = format!("/{worker}/");
    w.door.add_url(&group, &w.url(&path), 0).expect("a URL");
    let completions = match worker % 2 {
        0 => Completions::Events,
        _ => Completions::Port(CompletionPort::of(queue, 7)),
    };
    let mut beside = w.connect();
    for round in 0..ROUNDS {
        let pending = PENDING[(worker + round) % PENDING.len()];
        let offer = if round / 4 % 2 == 0 {
            Offer::tls13()
        } else {
            Offer::tls12()
        };
        let mut client = w.connect_tls(&offer);
        client.send(match pending {
            Pending::Read => w.request("POST", &path, "Content-Length: 10\r\n"),
            _ => w.get(&path),
        });
        let request = w.door.receive(&queue).expect("a request");
        let begun = begin(pending, queue, &request, completions.overlapped(), reply);
        let (taken, others) = cancel(queue, request.id, &completions);
        match pending {
            Pending::Send => drop(client.read_to_reset()),
            _ => client.expect_reset(),
        }
        let mut expected = vec![(taken, Ok(0))];
        expected.extend(begun);
        completions.expect(queue, &expected, &others);
        serve(w, queue, &mut beside, &path);
    }
    w.door.close_queue(&queue).expect("closed");
}

/// Shakes hands, or begins to, and goes.
fn shake_hands(w: &World<CAbi>, stop: &AtomicBool) {
    let mut count = 0_usize;
    while !stop.load(Relaxed) {
        count += 1;
        if count % 3 == 0 {
            let mut hello = Vec::new();
            let mut wire = TlsWire::begin(&Offer::new());
            wire.session_mut().write_tls(&mut hello).expect("a hello");
            let mut half = Client::connect(w.port());
            half.send(&hello[..hello.len() * (count % 5) / 5]);
            half.reset();
        } else {
            drop(w.connect());
        }
    }
}

#[test]
fn g_067_one_of_several_cancels_resets_its_connection_and_no_other_over_tls() {
    if std::env::var_os(PARAMETER).is_none() {
        let own = std::env::current_exe().expect("a program");
        let mut child = Command::new(own);
        child.args(["--exact", NAME]).env(PARAMETER, "1");
        let output = child.output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{text}{wrong}"
        );
        return;
    }
    let w = World::<CAbi>::secure();
    let reply = Reply::ok().chunk(vec![b'x'; MUCH]).flags(MORE_DATA);
    let reply: &'static Reply = Box::leak(Box::new(reply));
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let (w, stop) = (&w, &stop);
        scope.spawn(move || shake_hands(w, stop));
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| scope.spawn(move || race(w, worker, reply)))
            .collect();
        let ended: Vec<_> = workers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        stop.store(true, Relaxed);
        assert!(ended.iter().all(Result::is_ok), "a worker has failed");
    });
    w.assert_serves();
}
