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
    /// moment, asked for with each request, and allowed to lag behind [`Clock::now`] by 10 ms. While
    /// they stand still, [`Clock::unix_seconds`] is not asked again.
    fn millis(&self) -> u64 {
        static ZERO: OnceLock<Instant> = OnceLock::new();
        let now = self.now();
        let since = now.saturating_duration_since(*ZERO.get_or_init(|| now));
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
    /// Seconds since 1970-01-01 00:00:00 UTC.
    fn unix_seconds(&self) -> u64;
    /// Local time minus UTC, in seconds, at this moment. For logs that have local time.
    fn utc_offset(&self, _unix_seconds: u64) -> i32 {
        0
    }
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        httpsys_socket::now()
    }

    fn millis(&self) -> u64 {
        sys::millis()
    }

    fn unix_seconds(&self) -> u64 {
        sys::unix_seconds()
    }

    fn utc_offset(&self, unix_seconds: u64) -> i32 {
        thread_local! {
            static LAST: Cell<(u64, i32)> = const { Cell::new((u64::MAX, 0)) };
        }
        // Zones change at full quarters of an hour.
        let quarter = unix_seconds / 900;
        let (known, offset) = LAST.get();
        if known == quarter {
            return offset;
        }
        let offset = sys::utc_offset(unix_seconds);
        LAST.set((quarter, offset));
        offset
    }
}

/// The clock of a simulated world.
#[cfg(feature = "sim")]
pub(crate) struct WorldClock(pub(crate) std::sync::Arc<dyn httpsys_socket::world::World>);

#[cfg(feature = "sim")]
impl Clock for WorldClock {
    fn now(&self) -> Instant {
        httpsys_socket::world::instant_in(&*self.0)
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.0.now().as_millis()).unwrap_or(u64::MAX)
    }

    fn unix_seconds(&self) -> u64 {
        self.0.unix_now().as_secs()
    }
}

/// The Date field's text and what it was made for.
#[derive(Clone, Copy)]
struct Made {
    /// Which clock, and its milliseconds: as long as those stand, nothing is asked.
    clock: usize,
    millis: u64,
    second: u64,
    text: [u8; 29],
}

thread_local! {
    static DATE: Cell<Made> = const {
        Cell::new(Made {
            clock: 0,
            millis: 0,
            second: u64::MAX,
            text: [0; 29],
        })
    };
}

/// The Date field's text at `millis` of the clock; computed once a second and thread (RSP-018).
pub(crate) fn date(clock: &dyn Clock, millis: u64) -> [u8; 29] {
    let address = std::ptr::from_ref(clock).cast::<()>() as usize;
    DATE.with(|cell| {
        let mut made = cell.get();
        if (made.clock, made.millis) == (address, millis) {
            return made.text;
        }
        let second = clock.unix_seconds();
        if made.second != second {
            made.second = second;
            made.text = imf_fixdate(second);
        }
        (made.clock, made.millis) = (address, millis);
        cell.set(made);
        made.text
    })
}
