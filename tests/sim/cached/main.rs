//! The response cache beside a service without one: the same clients and the same program, in the same simulated
//! time, and every answer is compared. Some clients speak HTTP/2 (`streams.rs`).
//!
//! Owns: the seeds. Each is a script (`script.rs`) that two services play (`run.rs`, `world.rs`), one of them with
//! `UriEnableCache` 0. What a URL says (`site.rs`) changes only when no entry of it may be left, so that an answer that
//! is not the same comes from the wrong entry, or from one that should be gone. `model.rs` knows which requests the
//! program must not see, `hit.rs` what the cache makes of a response. Does not own: sends and flushes that race
//! (`crates/httpsys/tests/api`).
//!
//! HTTPSYS_SEEDS is the number of seeds, HTTPSYS_SEED the first one.
#![allow(missing_docs, reason = "a test program")]

mod hit;
mod model;
mod run;
mod script;
mod site;
mod streams;
mod wire;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use httpsys_sim::{Sim, env_seed, try_sim};

use run::Tally;

/// What happened under a seed, and the digest of the run's trace.
fn run_of(seed: u64) -> (Tally, u64) {
    let mut tally = Tally::default();
    let script = script::draw(seed);
    let sim = Sim::seeded(seed).step_limit(1_000_000);
    match try_sim(sim, |sim| tally = run::run(sim, seed, &script)) {
        Ok(finished) => {
            assert!(finished.left.is_empty(), "left: {:?}", finished.left);
            (tally, finished.trace.digest())
        }
        Err(failure) => panic!("SEED {seed}: {failure}"),
    }
}

/// Tells the other threads that this one has failed.
struct Failing(&'static AtomicBool);

impl Drop for Failing {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Relaxed);
        }
    }
}

#[test]
fn csh_003_csh_019_every_answer_is_that_of_a_service_without_a_cache() {
    static FAILED: AtomicBool = AtomicBool::new(false);
    let count = std::env::var("HTTPSYS_SEEDS").ok();
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(200);
    let (first, began) = (env_seed(), Instant::now());
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let all = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for thread in 0..processors {
            let all = &all;
            scope.spawn(move || {
                let _failing = Failing(&FAILED);
                let seeds = (first..first + count).skip(thread as usize);
                for seed in seeds.step_by(processors as usize) {
                    if FAILED.load(Relaxed) {
                        return;
                    }
                    let tally = run_of(seed).0;
                    all.lock().expect("nobody failed").add(&tally);
                }
            });
        }
    });
    let rate = count as f64 / began.elapsed().as_secs_f64();
    let all = all.into_inner().expect("nobody failed");
    println!("{count} seeds, {rate:.0} a second: {all:?}");
    // Nothing is shown by runs in which the cache answers nothing.
    if count >= 200 {
        all.check(count);
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 1..=10 {
        assert_eq!(run_of(seed), run_of(seed), "seed {seed}");
    }
}
