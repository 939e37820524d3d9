//! Properties that hold for every input, over inputs that proptest makes up and makes small again
//! when one fails.
//!
//! Owns: what is independent of splits, what comes back after writing and reading, and routing
//! beside a model. Does not own: single rules, which have tables beside the code, nor what only
//! coverage finds (`fuzz/`). On the wire the cuts are in `wire/header.rs`. Invariant: each run has
//! the same inputs; PROPTEST_RNG_SEED and PROPTEST_CASES give others and more. Threading: none.

use proptest::test_runner::{Config, RngSeed};

mod body;
mod cache;
mod h2;
mod head;
mod model;
mod proxy;
mod response;
mod store;
mod store_text;
mod url;

/// A fixed seed and a number of cases that takes a fraction of a second, unless told otherwise.
fn config() -> Config {
    let mut config = Config::default();
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1);
    }
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 256;
    }
    // A case that failed once becomes a test of its own, not a file.
    config.failure_persistence = None;
    config
}

/// The pieces that `length` bytes are read in, of these lengths again and again.
fn pieces(length: usize, steps: &[usize]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut steps = steps.iter().cycle();
    let mut at = 0;
    std::iter::from_fn(move || {
        let end = length.min(at + steps.next().copied().unwrap_or(1).max(1));
        let piece = at..end;
        at = end;
        (!piece.is_empty()).then_some(piece)
    })
}
