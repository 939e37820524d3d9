//! The time that rustls asks for, as an argument.
//!
//! Owns the moment that the thread works in: a session sets it before it hands bytes to rustls.
//! Threading: each thread has its own.

use std::cell::Cell;
use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// Does `work` at this moment, in seconds since 1970-01-01 00:00:00 UTC.
#[inline]
pub(crate) fn at<R>(now: u64, work: impl FnOnce() -> R) -> R {
    NOW.set(now);
    work()
}

/// Tells rustls the moment that its caller gave.
#[derive(Debug)]
pub(crate) struct GivenTime;

impl TimeProvider for GivenTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(unix(NOW.get()))
    }
}

pub(crate) fn unix(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}
