//! How long the response cache is locked at once: so long a request for a cached response may wait for whoever changes
//! the cache.
//!
//! `pauses [N]` prints, for N cached responses (10,000 unless given; 120,000 fill the default budget), the microseconds
//! of each step, of all calls and of the longest one. Each call is one for which the service takes the lock: it looks
//! at 512 entries at a time (`crates/engine/src/control/cached.rs`). The least of five runs counts, since other work on
//! the machine makes a call longer and never shorter. Owns the steps. Does not own how long a flush takes with its lock
//! and its call: that is in `growth`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use httpsys_core::cache::{CacheEntry, CacheLimits, CachePolicy, ResponseCache, ShareProgress};
use httpsys_core::{QueueId, UrlGroupId};
use httpsys_proto::ResponseParts;

const SHARE: usize = 512;
const RUNS: usize = 5;

/// All calls, and the longest.
type Times = (Duration, Duration);
type Step = (&'static str, fn(usize) -> Times);

const STEPS: [Step; 7] = [
    ("keep N responses", |n| keep(&mut cache(), 0..n)),
    ("keep as many more", more),
    ("keep 10, all others being used", used),
    ("keep 10, all others being sent", sent),
    ("flush one", |n| flush(n, |number| number == 0)),
    ("flush every other one", |n| {
        flush(n, |number| number % 2 == 0)
    }),
    ("flush all", |n| flush(n, |_| true)),
];

fn main() -> ExitCode {
    let n = std::env::args().nth(1);
    let n = n.map_or(Ok(10_000), |n| n.parse());
    let Ok(n) = n else {
        eprintln!("usage: pauses [N]");
        return ExitCode::from(2);
    };
    println!("| N = {n} | all calls, us | longest, us |");
    println!("| --- | ---: | ---: |");
    for (name, run) in STEPS {
        let runs: Vec<Times> = (0..RUNS).map(|_| run(n)).collect();
        let least = |of: fn(&Times) -> Duration| {
            let times = runs.iter().map(|times| of(times).as_secs_f64() * 1e6);
            times.fold(f64::INFINITY, f64::min)
        };
        let (all, longest) = (least(|times| times.0), least(|times| times.1));
        println!("| {name} | {all:.0} | {longest:.0} |");
    }
    ExitCode::SUCCESS
}

fn cache() -> ResponseCache {
    let limits = CacheLimits {
        response_bytes: 262_144,
        total_bytes: 64 << 20,
        idle: 120_000,
    };
    ResponseCache::new(limits, 0)
}

fn url(number: usize) -> Vec<u16> {
    let url = format!("http://localhost:80/{number}");
    url.encode_utf16().collect()
}

/// Each has a queue of its own, by which a flush tells them apart.
fn entry(number: usize) -> CacheEntry {
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    let owner = (QueueId(1 + number as u64), UrlGroupId(1));
    let policy = CachePolicy::UserInvalidates;
    CacheEntry::response(&url(number), owner, &head, vec![b'x'], policy, (0, 0))
}

/// Times calls, one by one.
fn timed(calls: impl Iterator<Item = Duration>) -> Times {
    calls.fold(Times::default(), |(all, longest), call| {
        (all + call, longest.max(call))
    })
}

fn keep(cache: &mut ResponseCache, numbers: impl Iterator<Item = usize>) -> Times {
    timed(numbers.map(|number| {
        let entry = entry(number);
        let begin = Instant::now();
        let _ = cache.insert(entry, 0);
        begin.elapsed()
    }))
}

fn full(n: usize) -> ResponseCache {
    let mut cache = cache();
    keep(&mut cache, 0..n);
    cache
}

fn more(n: usize) -> Times {
    keep(&mut full(n), n..2 * n)
}

/// A cache whose budget is used up.
fn without_room(n: usize) -> ResponseCache {
    let mut cache = full(n);
    let limits = CacheLimits {
        total_bytes: cache.usage().bytes,
        ..cache.limits()
    };
    cache.set_limits(limits, 0);
    cache
}

fn used(n: usize) -> Times {
    let mut cache = without_room(n);
    for number in 0..n {
        let _ = cache.response(&url(number), 0);
    }
    keep(&mut cache, n..n + 10)
}

fn sent(n: usize) -> Times {
    let mut cache = without_room(n);
    let sent: Vec<_> = cache.entries().map(Arc::clone).collect();
    let times = keep(&mut cache, n..n + 10);
    drop(sent);
    times
}

fn flush(n: usize, goes: fn(u64) -> bool) -> Times {
    let mut cache = full(n);
    let mut next = Some(ShareProgress::default());
    timed(std::iter::from_fn(|| {
        let from = next?;
        let begin = Instant::now();
        next = cache.drop_share(from, SHARE, |entry| goes(entry.queue().0 - 1));
        Some(begin.elapsed())
    }))
}
