//! Cancel under fire: live, dead, forged and foreign ids from many threads while clients connect,
//! abort, pipeline, and the queue closes at the end.
//!
//! Owns: the claim that nothing crashes, hangs or reaches the wrong request. Invariant: healthy
//! clients, whose requests nobody cancels, get every answer they asked for, in order, whatever
//! happens to the others. Randomness: a seed that is printed on failure and taken back from
//! HTTPSYS_STRESS_SEED.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use httpsys_tests::both_doors;
use httpsys_tests::door::{Door, MORE_DATA, Reply, World};
use httpsys_tests::thread;
use httpsys_tests::time::Instant;

both_doors![cancel_from_many_threads_harms_only_what_it_names];

const SERVERS: usize = 3;
const CANCELLERS: usize = 3;
const HEALTHY: usize = 3;
const VICTIMS: usize = 3;
/// How long the fire lasts.
const DURATION: Duration = Duration::from_secs(2);
/// Ids that the cancellers draw from.
const REMEMBERED: usize = 64;

/// xorshift64*: small, seeded, good enough to mix cases.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

fn seed() -> u64 {
    std::env::var("HTTPSYS_STRESS_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| {
            let now = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .expect("after 1970");
            now.as_nanos() as u64 | 1
        })
}

/// Ids of requests of victims, by which queue gave them out.
#[derive(Default)]
struct Ids {
    live: Mutex<Vec<u64>>,
    foreign: Mutex<Vec<u64>>,
    cancelled: AtomicU64,
    refused: AtomicU64,
}

/// Remembers an id; returns the one that had to go for it.
fn remember(list: &Mutex<Vec<u64>>, id: u64, random: &mut Random) -> Option<u64> {
    let mut list = list.lock().expect("the ids");
    if list.len() < REMEMBERED {
        list.push(id);
        return None;
    }
    let at = random.below(REMEMBERED as u64) as usize;
    Some(std::mem::replace(&mut list[at], id))
}

fn pick(list: &Mutex<Vec<u64>>, random: &mut Random) -> Option<u64> {
    let list = list.lock().expect("the ids");
    let length = list.len() as u64;
    (length > 0).then(|| list[random.below(length) as usize])
}

fn cancel_from_many_threads_harms_only_what_it_names<D: Door>(w: &World<D>) {
    let seed = seed();
    eprintln!("HTTPSYS_STRESS_SEED={seed}");
    let (group, other) = w.another_group();
    w.door
        .add_url(&group, &w.url("/foreign/"), 1)
        .expect("a URL");
    let ids = Ids::default();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for number in 0..SERVERS {
            let (ids, queue) = (&ids, &w.queue);
            let random = Random(seed + number as u64 * 7919 + 1);
            scope.spawn(move || serve(w, queue, ids, random));
        }
        let foreign = Random(seed ^ 0xF0E1);
        let (ids, stop, other) = (&ids, &stop, &other);
        scope.spawn(move || serve(w, other, ids, foreign));
        for number in 0..CANCELLERS {
            let random = Random(seed + number as u64 * 104_729 + 3);
            scope.spawn(move || fire(w, ids, stop, random));
        }
        let clients: Vec<_> = (0..VICTIMS)
            .map(|number| {
                let random = Random(seed + number as u64 * 1_299_709 + 5);
                scope.spawn(move || be_a_victim(w, stop, random))
            })
            .collect();
        let healthy: Vec<_> = (0..HEALTHY)
            .map(|number| scope.spawn(move || be_healthy(w, stop, number)))
            .collect();
        let end = Instant::now() + DURATION;
        while Instant::now() < end && !healthy.iter().any(|it| it.is_finished()) {
            thread::sleep(Duration::from_millis(20));
        }
        stop.store(true, Ordering::Relaxed);
        let answers: usize = healthy
            .into_iter()
            .map(|client| client.join().expect("a healthy client"))
            .sum();
        assert!(answers > 0);
        // Victims and cancellers may still be at work when the queue goes.
        w.door.close_queue(&w.queue).expect("close");
        w.door.close_queue(other).expect("close");
        for client in clients {
            client.join().expect("a victim");
        }
        let cancelled = ids.cancelled.load(Ordering::Relaxed);
        let refused = ids.refused.load(Ordering::Relaxed);
        eprintln!("{answers} answers, {cancelled} cancelled, {refused} refused");
        assert!(cancelled > 0 && refused > 0);
    });
}

/// Answers until the queue closes. Ids of victims get known to the cancellers before the answer.
fn serve<D: Door>(w: &World<D>, queue: &D::Queue, ids: &Ids, mut random: Random) {
    while let Ok(request) = w.door.receive(queue) {
        let id = request.id;
        let reply = Reply::ok().chunk(&request.raw_url);
        if request.raw_url.starts_with(b"/healthy/") {
            w.door
                .respond(queue, id, &reply)
                .expect("nobody cancels a healthy request");
            continue;
        }
        let foreign = request.raw_url.starts_with(b"/foreign/");
        let list = if foreign { &ids.foreign } else { &ids.live };
        if let Some(forgotten) = remember(list, id, &mut random) {
            // It may be one that was left to the cancellers, who no longer know it.
            let _ = w.door.cancel(queue, forgotten);
        }
        match random.below(6) {
            0 => drop(w.door.cancel(queue, id)),
            1 => {
                let head = reply.header("Content-Length", "100000").flags(MORE_DATA);
                let _ = w.door.respond(queue, id, &head);
                let _ = w.door.send_body(queue, id, &[&[b'x'; 1000]], MORE_DATA);
                let _ = w.door.cancel(queue, id);
            }
            2 => {
                let _ = w.door.read_body(queue, id, &mut [0; 100]);
                let _ = w.door.respond(queue, id, &reply);
            }
            3 => {
                let big = Reply::ok().chunk(vec![b'y'; 300_000]);
                let _ = w.door.respond(queue, id, &big);
            }
            // Left to the cancellers; the close takes the rest.
            4 if !foreign => {}
            _ => drop(w.door.respond(queue, id, &reply)),
        }
    }
}

/// Cancels ids of all kinds until told to stop, and then a while into the closed queue.
fn fire<D: Door>(w: &World<D>, ids: &Ids, stop: &AtomicBool, mut random: Random) {
    let mut after_stop = 0;
    while after_stop < 200 {
        if stop.load(Ordering::Relaxed) {
            after_stop += 1;
        }
        let live = pick(&ids.live, &mut random).unwrap_or(1);
        // Forged ids differ in the top bits: other changes might name a healthy request by chance.
        let (id, may_be_live) = match random.below(6) {
            0 => (random.next() | 1 << 63, false),
            1 => (live ^ 1 << (60 + random.below(4)), false),
            2 => (pick(&ids.foreign, &mut random).unwrap_or(2), false),
            _ => (live, true),
        };
        match w.door.cancel(&w.queue, id) {
            Ok(()) => {
                assert!(may_be_live, "{id:#x} is forged or of another queue");
                ids.cancelled.fetch_add(1, Ordering::Relaxed);
            }
            Err(code) => {
                assert!(matches!(code, 1229 | 6), "{code}");
                ids.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
        if random.below(8) == 0 {
            thread::yield_now();
        }
    }
}

/// Sends what will be cancelled, in all shapes, and expects nothing but an end.
fn be_a_victim<D: Door>(w: &World<D>, stop: &AtomicBool, mut random: Random) {
    while !stop.load(Ordering::Relaxed) {
        let mut client = w.connect();
        let path = if random.below(4) == 0 {
            "/foreign/"
        } else {
            "/victim/"
        };
        match random.below(5) {
            0 => drop(client.try_send([w.get(path), w.get(path), w.get(path)].concat())),
            1 => drop(client.try_send(w.request("POST", path, "Content-Length: 100\r\n") + "abc")),
            2 => drop(client.try_send("GET /victim/ HT")),
            _ => drop(client.try_send(w.get(path))),
        }
        if random.below(2) == 0 {
            client.reset();
        } else {
            // An answer, a reset or an orderly end, whatever befell the request.
            let _ = client.try_finish();
            client.read_until_gone();
        }
    }
}

/// Pipelines in small groups and checks each answer; returns how many came.
fn be_healthy<D: Door>(w: &World<D>, stop: &AtomicBool, number: usize) -> usize {
    let mut answers = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut client = w.connect();
        for _ in 0..20 {
            let paths: Vec<_> = (0..4)
                .map(|at| format!("/healthy/{number}/{}", answers + at))
                .collect();
            client.send(paths.iter().map(|path| w.get(path)).collect::<String>());
            for path in &paths {
                let response = client.read_response();
                assert_eq!(response.status(), 200);
                assert_eq!(String::from_utf8_lossy(&response.body), *path);
            }
            answers += paths.len();
        }
    }
    answers
}
