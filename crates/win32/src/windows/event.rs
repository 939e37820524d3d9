//! Events of the system, as overlapped operations set them.
//!
//! Owns [`Event`], a reference to an event that the program created. Does not own the event, nor
//! its name. Invariant: an event that an operation keeps stays the same, whatever becomes of the
//! program's handle. Threading: any thread.

use std::time::Instant;

use crate::handle::{self, Handle};
use crate::system::{self, Owned, import};

/// An event of the system (documented: Event Objects).
#[derive(Debug)]
pub struct Event(Reference);

#[derive(Debug)]
enum Reference {
    Kept(Owned),
    /// Of the caller, for the time of a call.
    Borrowed(usize),
}

/// An event as an operation keeps it.
pub(crate) type Kept = Event;

/// The event behind a handle, for an operation to set at its end, whatever becomes of the handle.
/// `None` for what is no handle of the system.
pub(crate) fn keep(handle: Handle) -> Option<Kept> {
    if handle::is_ours(handle) {
        return None;
    }
    let owned = Owned::duplicate(handle).ok()?;
    Some(Event(Reference::Kept(owned)))
}

/// As [`keep`], for the time of a call.
pub(crate) fn look_up(handle: Handle) -> Option<Kept> {
    let usable = !handle.is_null() && !handle::is_ours(handle);
    usable.then_some(Event(Reference::Borrowed(handle as usize)))
}

impl Event {
    fn handle(&self) -> Handle {
        match &self.0 {
            Reference::Kept(owned) => owned.get(),
            Reference::Borrowed(handle) => *handle as Handle,
        }
    }

    /// SetEvent. What is no event is left alone.
    pub fn set(&self) {
        import::SetEvent(self.handle());
    }

    /// ResetEvent.
    pub fn reset(&self) {
        import::ResetEvent(self.handle());
    }

    /// Waits for the event and consumes it if it is an auto-reset event. False when the deadline
    /// (`None`: never) passes first.
    pub fn wait(&self, deadline: Option<Instant>) -> bool {
        system::wait(self.handle(), deadline)
    }

    /// Always false: the system does not say it without consuming an auto-reset event. Who asks has
    /// another condition.
    pub fn is_set(&self) -> bool {
        false
    }
}
