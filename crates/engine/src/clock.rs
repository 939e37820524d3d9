//! Time as an argument: the driver asks a [`Clock`], so that tests can turn it themselves.
//!
//! Owns the clock trait, the system's clock, and the per-second text of the Date header.

use std::cell::Cell;
use std::sync::OnceLock;
use std::time::Instant;

use httpsys_core::proto::date::imf_fixdate;

use crate::sys;

/// A source of time.
pub trait Clock: Send + Sync + 'static {
    /// The monotonic time that deadlines are measured in.
    fn now(&self) -> Instant;
    /// The monotonic time that timers of connections are measured in: milliseconds since any fixed
    /// moment, asked for with each request, and allowed to lag behind [`Clock::now`] by 10 ms.
    fn millis(&self) -> u64 {
        static ZERO: OnceLock<Instant> = OnceLock::new();
        let now = self.now();
        let since = now.saturating_duration_since(*ZERO.get_or_init(|| now));
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
    /// Seconds since 1970-01-01 00:00:00 UTC.
    fn unix_seconds(&self) -> u64;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn millis(&self) -> u64 {
        sys::millis()
    }

    fn unix_seconds(&self) -> u64 {
        sys::unix_seconds()
    }
}

thread_local! {
    static DATE: Cell<(u64, [u8; 29])> = const { Cell::new((u64::MAX, [0; 29])) };
}

/// The Date field's text for this second; computed once a second and thread (RSP-018).
pub(crate) fn date(clock: &dyn Clock) -> [u8; 29] {
    let now = clock.unix_seconds();
    DATE.with(|cell| {
        let (second, text) = cell.get();
        if second == now {
            return text;
        }
        let text = imf_fixdate(now);
        cell.set((now, text));
        text
    })
}
