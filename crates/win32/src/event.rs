//! Event objects.
//!
//! Owns [`Event`] and the names of named events. Does not own waits. Invariant: a name refers to
//! one event as long as somebody holds it; names are private to the process (documented difference:
//! on Windows they are shared by the session). Threading: any thread.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Instant;

use parking_lot::Mutex;

use crate::handle::{self, Handle};
use crate::object::Object;
use crate::signal::Signal;

/// An event object (documented: Event Objects).
#[derive(Debug)]
pub struct Event {
    signal: Signal,
}

impl Event {
    /// A new event, not yet in the handle table.
    pub const fn new(manual_reset: bool, set: bool) -> Event {
        Event {
            signal: Signal::new(manual_reset, set),
        }
    }

    /// SetEvent.
    pub fn set(&self) {
        self.signal.set();
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

impl Object for Event {
    fn signal(&self) -> Option<&Signal> {
        Some(&self.signal)
    }
}

/// An event as an operation keeps it.
pub(crate) type Kept = Arc<Event>;

/// The event behind a handle, for an operation to set at its end, whatever becomes of the handle.
pub(crate) fn keep(handle: Handle) -> Option<Kept> {
    handle::lookup_as(handle)
}

/// As [`keep`], for the time of a call.
pub(crate) fn look_up(handle: Handle) -> Option<Kept> {
    handle::lookup_as(handle)
}

/// The event of that name, and whether it existed before; in that case the other arguments are
/// ignored (documented: CreateEventW).
pub(crate) fn named(name: &[u16], manual_reset: bool, set: bool) -> (Arc<Event>, bool) {
    static NAMES: Mutex<Option<HashMap<Vec<u16>, Weak<Event>>>> = Mutex::new(None);
    let mut names = NAMES.lock();
    let names = names.get_or_insert_default();
    if let Some(event) = names.get(name).and_then(Weak::upgrade) {
        return (event, true);
    }
    names.retain(|_, event| event.strong_count() > 0);
    let event = Arc::new(Event::new(manual_reset, set));
    names.insert(name.to_vec(), Arc::downgrade(&event));
    (event, false)
}
