//! Which listeners have connections that wait to be accepted.
//!
//! Owns the list and the time of the next try. Does not own accepting (`accept.rs`). Threading: the thread
//! that leads.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// When accepting failed, the next attempt.
pub(super) const RETRY: Duration = Duration::from_millis(50);

/// Listeners, by index, at which connections may wait. Each is in one list at most.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    /// Who is next is at the front.
    pub(super) ready: VecDeque<usize>,
    /// Accepting failed there: most often there is no descriptor left.
    pub(super) failed: Vec<usize>,
    /// When those have another attempt.
    pub(super) retry_at: Option<Instant>,
}

impl Arrivals {
    /// The listener has told that it has connections.
    pub(crate) fn add(&mut self, index: usize) {
        if !self.ready.contains(&index) && !self.failed.contains(&index) {
            self.ready.push_back(index);
        }
    }

    /// Whether there is anything to look at.
    #[inline]
    pub(crate) fn may_wait(&self) -> bool {
        !self.ready.is_empty() || self.retry_at.is_some()
    }

    /// Whether connections wait that only the share of a turn kept from being accepted.
    pub(crate) fn are_waiting(&self) -> bool {
        !self.ready.is_empty()
    }

    /// When accepting is tried again where it failed.
    pub(crate) fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }

    pub(super) fn retry_if_due(&mut self, now: impl FnOnce() -> Instant) {
        if self.retry_at.is_some_and(|at| at <= now()) {
            self.retry_at = None;
            self.ready.extend(self.failed.drain(..));
        }
    }
}
