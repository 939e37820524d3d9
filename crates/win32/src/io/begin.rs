//! The beginning of an overlapped operation: the event that its OVERLAPPED names is looked up.
//!
//! Owns the look-up. Does not own what follows ([`crate::io::state`]). Threading: any thread.

use crate::io::overlapped::{self, OVERLAPPED};
use crate::io::state::{IoState, Pending};
#[cfg(not(windows))]
use crate::objects::keep;
#[cfg(not(windows))]
pub(crate) use crate::objects::keep as look_up;
#[cfg(windows)]
use crate::sync::event::keep;
#[cfg(windows)]
pub(crate) use crate::sync::event::look_up;

impl IoState {
    /// Called when an overlapped call is issued: marks the OVERLAPPED as pending, resets its event
    /// (or the handle's signal) and captures event, port, key, thread-pool I/O and notification
    /// modes as of now. An `hEvent` that is not an event is ignored.
    ///
    /// # Safety
    /// `overlapped` is valid for reads and writes until the operation has ended. (That it is also
    /// the OVERLAPPED of another pending operation is survivable: each ends once, into the same
    /// memory.)
    pub unsafe fn begin(&self, overlapped: *mut OVERLAPPED) -> Pending {
        // SAFETY: valid by the contract of this function.
        let (event, no_packet) = unsafe { overlapped::event_of(overlapped) };
        let event = match event.is_null() {
            true => None,
            false => keep(event),
        };
        // SAFETY: the same contract.
        unsafe { self.begin_with(overlapped, event, no_packet) }
    }
}
