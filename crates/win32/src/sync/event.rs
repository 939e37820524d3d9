//! Event objects.
//!
//! Owns [`Event`]. Does not own waits, names ([`crate::sync::names`]) nor handles
//! (`objects.rs`). Threading: any thread.

use std::sync::Arc;
use std::time::Instant;

use crate::sync::signal::ObjectSignal;

/// An event object (documented: Event Objects).
#[derive(Debug)]
pub struct Event {
    pub(crate) signal: ObjectSignal,
}

impl Event {
    /// A new event, not yet in the handle table.
    pub const fn new(manual_reset: bool, set: bool) -> Event {
        Event {
            signal: ObjectSignal::new(manual_reset, set),
        }
    }

    /// SetEvent.
    pub fn set(&self) {
        self.signal.set();
    }

    /// PulseEvent: releases those that wait now, and leaves the event reset.
    pub fn pulse(&self) {
        self.signal.pulse();
    }

    /// ResetEvent.
    pub fn reset(&self) {
        self.signal.reset();
    }

    /// Waits for the event and consumes it if it is an auto-reset event. False when the deadline
    /// (`None`: never) passes first.
    pub fn wait(&self, deadline: Option<Instant>) -> bool {
        self.signal.wait(deadline)
    }

    /// Whether the event is set; does not consume it.
    pub fn is_set(&self) -> bool {
        self.signal.is_set()
    }
}

/// An event as an operation keeps it.
pub(crate) type Kept = Arc<Event>;
