//! The counters after much has happened at once: every sum is exact.
//!
//! Clients send, give up and reset; the queue is short, so that it rejects; threads receive, answer
//! and cancel. Nothing is said about how often which happens, only that all of it adds up.

use std::sync::atomic::{AtomicU64, Ordering};

use httpsys_tests::both_doors;
use httpsys_tests::door::{DISCONNECT, Door, Reply, Verbosity, World};
use httpsys_tests::thread;

both_doors![every_request_is_delivered_rejected_abandoned_or_still_there];

const CLIENTS: u64 = 16;
const ROUNDS: u64 = 60;

/// What the program saw.
#[derive(Default)]
struct Seen {
    received: AtomicU64,
    sent: AtomicU64,
    sends_failed: AtomicU64,
}

fn work<D: Door>(w: &World<D>, seen: &Seen) {
    while let Ok(request) = w.door.receive(&w.queue) {
        let n = seen.received.fetch_add(1, Ordering::Relaxed);
        if n % 7 == 3 {
            // Its client may be gone already.
            let _ = w.cancel(request.id);
            continue;
        }
        let mut reply = Reply::ok().chunk(vec![b'x'; (n % 3000) as usize]);
        if n % 5 == 1 {
            reply = reply.flags(DISCONNECT);
        }
        match w.respond(request.id, &reply) {
            Ok(bytes) => seen.sent.fetch_add(bytes, Ordering::Relaxed),
            Err(_) => seen.sends_failed.fetch_add(1, Ordering::Relaxed),
        };
    }
}

/// One client after the other.
fn ask<D: Door>(w: &World<D>, seed: u64) {
    for round in 0..ROUNDS {
        let n = seed.wrapping_mul(31).wrapping_add(round);
        let mut client = w.connect();
        match n % 4 {
            // Gives up at once: the request may be anywhere by then.
            0 => {
                client.try_send(w.get("/reset"));
                client.reset();
            }
            // Two in one go, and whatever comes back.
            1 => {
                let both = [
                    w.get("/1"),
                    w.request("HEAD", "/2", "Connection: close\r\n"),
                ];
                client.try_send(both.concat());
                client.read_until_gone();
            }
            _ => {
                client.try_send(w.request("GET", "/", "Connection: close\r\n"));
                client.read_until_gone();
            }
        }
    }
}

fn every_request_is_delivered_rejected_abandoned_or_still_there<D: Door>(w: &World<D>) {
    w.door.set_queue_length(&w.queue, 10).expect("a length");
    w.door
        .set_verbosity(&w.queue, Verbosity::Full)
        .expect("a verbosity");
    let seen = Seen::default();
    let looks = AtomicU64::new(0);
    thread::scope(|scope| {
        let workers = [0, 1].map(|_| scope.spawn(|| work(w, &seen)));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| scope.spawn(move || ask(w, n)))
            .collect();
        // Whoever looks meanwhile sees totals that never fall.
        let mut before = (0, 0, 0);
        while !clients.iter().all(thread::ScopedJoinHandle::is_finished) {
            let queue = w.door.queue_counters(&w.queue).expect("counters");
            let group = w.door.group_counters(&w.group).expect("counters");
            let now = (
                queue.ArrivalRate,
                group.AllRequests,
                group.BytesTransferredRate,
            );
            assert!(now.0 >= before.0 && now.1 >= before.1 && now.2 >= before.2);
            assert!(queue.CurrentQueueSize <= 10);
            before = now;
            looks.fetch_add(1, Ordering::Relaxed);
        }
        for client in clients {
            client.join().expect("a client");
        }
        // Every connection has ended, and with it every request.
        while w
            .door
            .group_counters(&w.group)
            .expect("counters")
            .CurrentConnections
            > 0
        {
            thread::yield_now();
        }
        w.door.shutdown_queue(&w.queue).expect("shut down");
        for worker in workers {
            worker.join().expect("a worker");
        }
    });
    let queue = w.door.queue_counters(&w.queue).expect("counters");
    let group = w.door.group_counters(&w.group).expect("counters");
    let received = seen.received.load(Ordering::Relaxed);
    assert_eq!(queue.CurrentQueueSize, 0);
    assert_eq!(
        queue.ArrivalRate,
        received + queue.RejectedRequests + queue.AbandonedRequests,
        "{queue:?}"
    );
    assert_eq!(group.AllRequests, queue.ArrivalRate);
    assert_eq!(group.AllRequests, group.GetRequests + group.HeadRequests);
    assert!(received > 0 && looks.load(Ordering::Relaxed) > 0);
    assert!(group.MaxConnections <= group.ConnectionAttempts);
    assert!(group.ConnectionAttempts <= CLIENTS * ROUNDS);
    // Of a send that fails and of a refusal the program does not see the bytes.
    assert!(group.BytesSentRate >= seen.sent.load(Ordering::Relaxed));
}
