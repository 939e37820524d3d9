//! What was found wrong, and what was done: the report.
//!
//! Owns: findings, which are printed when they are made and fail the test at its end, and the counts
//! of operations. Does not own any judgement. Threading: any thread.

use std::collections::BTreeMap;
use std::fmt::Arguments;
use std::io::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

/// After so many the run ends early.
const ENOUGH: usize = 10;

static FOUND: AtomicUsize = AtomicUsize::new(0);
static SEED: AtomicU64 = AtomicU64::new(0);
static ROUND: AtomicU64 = AtomicU64::new(0);
static START: OnceLock<Instant> = OnceLock::new();
static COUNTS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// Makes a finding.
macro_rules! finding {
    ($($text:tt)*) => { $crate::findings::report(format_args!($($text)*)) };
}
pub(crate) use finding;

/// A run begins.
pub(crate) fn begin(seed: u64) {
    SEED.store(seed, Ordering::Relaxed);
    START.get_or_init(Instant::now);
    COUNTS.lock().expect("counts").clear();
}

/// A round begins.
pub(crate) fn round(number: u64) {
    ROUND.store(number, Ordering::Relaxed);
}

pub(crate) fn report(text: Arguments<'_>) {
    let number = FOUND.fetch_add(1, Ordering::SeqCst);
    if number < 3 * ENOUGH {
        say(format_args!("FINDING {number}: {text}"));
    }
}

/// Prints at once, also what a test harness would collect and lose when the process ends.
pub(crate) fn say(text: Arguments<'_>) {
    let line = format!(
        "[HTTPSYS_FUZZ_SEED={} round {} {:.1?}] {text}\n",
        SEED.load(Ordering::Relaxed),
        ROUND.load(Ordering::Relaxed),
        START.get_or_init(Instant::now).elapsed(),
    );
    let _ = std::io::stderr().write_all(line.as_bytes());
}

pub(crate) fn found() -> usize {
    FOUND.load(Ordering::SeqCst)
}

pub(crate) fn are_enough() -> bool {
    found() >= ENOUGH
}

/// Adds to a line of the report at the end.
pub(crate) fn count(what: impl Into<String>, by: u64) {
    *COUNTS
        .lock()
        .expect("counts")
        .entry(what.into())
        .or_default() += by;
}

/// The lines of the report.
pub(crate) fn counts() -> Vec<(String, u64)> {
    let counts = COUNTS.lock().expect("counts");
    counts
        .iter()
        .map(|(what, count)| (what.clone(), *count))
        .collect()
}
