//! Random programs against random clients on a random network: our own use of the simulation.
//!
//! Owns: the seeds, and making a failing program small. Each seed is a script (`script.rs`), which a
//! simulation runs (`run.rs`); what must hold is asserted by the client (`client.rs`), by the program
//! (`server.rs`), for both together (`ledger.rs`), and at the end (`run.rs`).
//!
//! HTTPSYS_SEEDS is the number of seeds, HTTPSYS_SEED the first one; HTTPSYS_SHRINK=0 leaves a failing
//! script as it is. One script of eight is over TLS; HTTPSYS_SIM_TLS=1 has all of them so, 0 none. One of four is over
//! HTTP/2; HTTPSYS_SIM_H2 does the same for that. One of three has several shards; HTTPSYS_SIM_SHARDS is the number for
//! all.
#![allow(missing_docs, reason = "a test program")]

mod checks;
mod client;
mod future;
mod h2_client;
mod h2_stream;
mod h2_wire;
mod ledger;
mod line;
mod logs;
mod objects;
mod operation;
mod run;
mod script;
mod server;
mod streams;
mod tls;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use httpsys_sim::{Failure, Sim, env_seed, shrink, try_sim};

use script::{Settings, Step};

fn simulation(seed: u64) -> Sim {
    Sim::seeded(seed).step_limit(1_000_000)
}

/// The digest of the run's trace.
fn try_script(seed: u64, settings: &Settings, steps: &[Step]) -> Result<u64, Box<Failure>> {
    let finished = try_sim(simulation(seed), |sim| run::run(sim, settings, steps))?;
    assert!(finished.left.is_empty(), "left: {:?}", finished.left);
    Ok(finished.trace.digest())
}

/// Panics with the smallest script that still fails.
fn report(seed: u64, settings: &Settings, steps: Vec<Step>, failure: &Failure) -> ! {
    if std::env::var("HTTPSYS_SHRINK").is_ok_and(|shrink| shrink == "0") {
        panic!("SEED {seed}: {}", failure.kind);
    }
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let smallest = shrink(steps, |steps| try_script(seed, settings, steps).is_err());
    std::panic::set_hook(hook);
    let last = try_script(seed, settings, &smallest).err();
    let kind = last.map_or_else(|| failure.kind.clone(), |last| last.kind);
    let lines: Vec<_> = smallest.iter().map(|step| format!("{step:?}")).collect();
    panic!(
        "SEED {seed}: {}\nits smallest script, {kind}:\n{settings:?}\n{}\n{failure}",
        failure.kind,
        lines.join("\n")
    );
}

#[test]
fn random_programs_answer_random_clients() {
    let count = std::env::var("HTTPSYS_SEEDS").ok();
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(200);
    let (first, began) = (env_seed(), Instant::now());
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    std::thread::scope(|scope| {
        for thread in 0..processors {
            scope.spawn(move || {
                let seeds = (first..first + count).skip(thread as usize);
                seeds.step_by(processors as usize).for_each(try_seed_of);
            });
        }
    });
    let rate = count as f64 / began.elapsed().as_secs_f64();
    println!("{count} seeds, {rate:.0} a second");
}

fn try_seed_of(seed: u64) {
    static FAILED: AtomicBool = AtomicBool::new(false);
    if FAILED.load(Relaxed) {
        return;
    }
    let (settings, steps) = script::draw(seed);
    if let Err(failure) = try_script(seed, &settings, &steps) {
        FAILED.store(true, Relaxed);
        report(seed, &settings, steps, &failure);
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 1..=100 {
        let (settings, steps) = script::draw(seed);
        let runs = [(); 2].map(|()| try_script(seed, &settings, &steps).map_err(|f| f.to_string()));
        assert_eq!(runs[0], runs[1], "seed {seed}");
    }
}
