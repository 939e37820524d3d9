//! Many seeds, and every order.
//!
//! Owns: running a test under each. Does not own: what the test does.

use std::panic::{AssertUnwindSafe, catch_unwind};

use httpsys_socket::world::panic_message;

use crate::failure::{Failure, FailureKind};
use crate::schedule::Schedule;
use crate::sim::{Finished, Sim};

/// Runs a test in the simulation of a seed, and finishes it. A panic of the test is a failure as well.
///
/// # Errors
/// The simulation or the test has failed.
pub fn try_seed(seed: u64, test: impl FnOnce(&Sim)) -> Result<Finished, Box<Failure>> {
    try_sim(Sim::seeded(seed), test)
}

/// As [`try_seed`], in a simulation with settings of its own.
///
/// # Errors
/// The simulation or the test has failed.
pub fn try_sim(sim: Sim, test: impl FnOnce(&Sim)) -> Result<Finished, Box<Failure>> {
    let sim = sim.quiet();
    let panic = match catch_unwind(AssertUnwindSafe(|| test(&sim))) {
        Ok(()) => return sim.try_finish(),
        Err(panic) => panic,
    };
    let panic = match panic.downcast::<Failure>() {
        Ok(failure) => return Err(failure),
        Err(panic) => panic,
    };
    match panic_message(&*panic) {
        Some(message) => Err(Box::new(sim.failed(FailureKind::Panicked {
            thread: "main".to_owned(),
            message: message.to_owned(),
        }))),
        None => match sim.try_finish() {
            Err(failure) => Err(failure),
            Ok(_) => std::panic::resume_unwind(panic),
        },
    }
}

/// Runs a test under so many seeds, from the given one on.
///
/// # Errors
/// The first failure.
pub fn try_seeds(first: u64, count: u64, test: impl Fn(&Sim)) -> Result<(), Box<Failure>> {
    for seed in (0..count).map(|more| first.wrapping_add(more)) {
        try_seed(seed, &test)?;
    }
    Ok(())
}

/// Runs a test under so many seeds; under the one that HTTPSYS_SEED names, if it is set.
///
/// # Panics
/// With the seed, if a simulation or the test fails.
pub fn each_seed(count: u64, test: impl Fn(&Sim)) {
    let count = match std::env::var_os("HTTPSYS_SEED") {
        Some(_) => 1,
        None => count,
    };
    if let Err(failure) = try_seeds(crate::env_seed(), count, test) {
        panic!("{failure}");
    }
}

/// Runs a test under every order of its threads in which the thread whose turn it is has to give way at most so often
/// although it could go on; where it waits, each of the others goes on once. Returns how many runs that were.
///
/// Threads are switched at the calls of the library and of the simulation. Decisions begin with [`Sim::choose`], so
/// that what comes before is the same each time. A test gives up after `limit` runs.
///
/// # Panics
/// With the decisions, if a simulation or the test fails; if there are more runs.
pub fn every_schedule(preemptions: usize, limit: usize, test: impl Fn(&Sim)) -> usize {
    let schedule = Schedule::new(preemptions);
    for run in 1..=limit {
        let sim = Sim::seeded(1).scheduled(schedule.clone());
        if let Err(failure) = try_sim(sim, &test) {
            panic!("run {run}, decisions {:?}: {failure}", schedule.taken());
        }
        if !schedule.advance() {
            return run;
        }
    }
    panic!("more than {limit} schedules");
}
