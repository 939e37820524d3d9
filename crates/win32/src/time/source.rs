//! Where this crate reads clocks, sleeps and gives its turn away.
//!
//! Owns: that there is one such place. Does not own: the clocks, which are the system's. Threading: any
//! thread.
//!
//! Three parts of the crate do not come here, because what they wait for is outside the process: sockets of
//! Winsock and the thread of their overlapped calls ([`crate::net`]), console signals ([`crate::console`]),
//! and the reading and writing of files ([`crate::io::file`]), which takes as long as the system needs.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The moment from which deadlines are counted.
#[inline]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The system time, since 1970; zero before.
#[inline]
pub(crate) fn unix_now() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

/// Suspends this thread for so long.
#[cfg(windows)]
pub(crate) fn sleep(time: Duration) {
    std::thread::sleep(time);
}

/// Suspends this thread for so long. Each piece ends at the latest with the whole: a sleep that goes on for
/// what was left when a signal came gets longer with each of them, and under a storm of signals has no end.
#[cfg(not(windows))]
pub(crate) fn sleep(time: Duration) {
    let end = now().checked_add(time);
    loop {
        let left = end.map_or(FOREVER, |end| end.saturating_duration_since(now()));
        if left.is_zero() {
            return;
        }
        let wanted = libc::timespec {
            tv_sec: left.as_secs() as libc::time_t,
            tv_nsec: left.subsec_nanos().into(),
        };
        // SAFETY: the call reads a timespec from a valid place. It may end early, by a signal.
        unsafe { libc::nanosleep(&wanted, std::ptr::null_mut()) };
    }
}

/// One piece of a sleep whose end is out of reach.
#[cfg(not(windows))]
const FOREVER: Duration = Duration::from_secs(1 << 24);

/// Lets other threads run.
#[inline]
pub(crate) fn yield_now() {
    std::thread::yield_now();
}
