//! The clocks of tests: those of the system, and in a simulated test those of its simulation.
//!
//! Owns: the choice between both. Does not own: either.

use std::ops::{Add, Sub};
use std::time::Duration;

/// As [`std::time::Instant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(std::time::Instant);

impl Instant {
    /// The present.
    #[must_use]
    pub fn now() -> Instant {
        #[cfg(feature = "sim")]
        return Instant(httpsys_socket::now());
        #[cfg(not(feature = "sim"))]
        Instant(std::time::Instant::now())
    }

    /// The time since then.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// The time from `earlier` until then.
    #[must_use]
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.duration_since(earlier.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, time: Duration) -> Instant {
        Instant(self.0 + time)
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

/// The time since 1970.
///
/// # Panics
/// The system's clock is before that.
#[must_use]
pub fn unix_now() -> Duration {
    #[cfg(feature = "sim")]
    return httpsys_sim::unix_now();
    #[cfg(not(feature = "sim"))]
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
}
