//! Which events the callback of HttpsysSetLogCallback gets.
//!
//! Owns: the level, and the numbers of levels. Does not own the callback (`callback.rs`). Threading: any thread.

use std::sync::atomic::{AtomicU8, Ordering};

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_core::callsite::rebuild_interest_cache;

/// The levels by the numbers of HTTPSYS_LOG_LEVEL, from 1 on.
pub(super) const LEVELS: [Level; 5] = [
    Level::ERROR,
    Level::WARN,
    Level::INFO,
    Level::DEBUG,
    Level::TRACE,
];

/// The number of the most verbose level that the callback is to have; 0 for none.
static CALLED: AtomicU8 = AtomicU8::new(0);

/// The most verbose level that the callback gets.
pub(super) fn called() -> LevelFilter {
    let number = usize::from(CALLED.load(Ordering::Acquire));
    let level = number.checked_sub(1).and_then(|place| LEVELS.get(place));
    level.map_or(LevelFilter::OFF, |level| LevelFilter::from_level(*level))
}

/// Gives the callback events up to this level from now on: 0 for none, 5 for all.
pub(super) fn set_called(level: u8) {
    CALLED.store(level, Ordering::Release);
    // Callsites remember whether somebody wants them, so that they cost nothing otherwise.
    rebuild_interest_cache();
}

/// The number that the C ABI has for a level.
pub(super) fn number(level: Level) -> u8 {
    let place = LEVELS.iter().position(|known| *known == level);
    place.map_or(0, |place| place as u8 + 1)
}
