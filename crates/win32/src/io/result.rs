//! GetOverlappedResult: waiting for the end of an overlapped operation.
//!
//! Owns the wait. Does not own the structure ([`crate::io::overlapped`]). Threading: any thread.

use std::time::Instant;

use crate::handle::{self, Handle};
use crate::io::begin::look_up;
use crate::io::overlapped::{self, OVERLAPPED, OverlappedOutcome};
use crate::status::{Code, ERROR_INVALID_HANDLE};
use crate::sync::wait;
use crate::time::source;

/// The result of the operation, or `None` if it still runs at the deadline (now, for a deadline in
/// the past; never, for `None`). An auto-reset event of the operation is consumed by a wait, as on
/// Windows.
///
/// # Errors
/// 6 if the operation runs and there is neither a file-like handle nor an event to wait for.
///
/// # Safety
/// `overlapped` points to a valid OVERLAPPED for the whole call.
pub(crate) unsafe fn result(
    file: Handle,
    overlapped: *mut OVERLAPPED,
    deadline: Option<Instant>,
) -> Result<Option<OverlappedOutcome>, Code> {
    // SAFETY: valid by the contract of this function, here and below.
    let event = look_up(unsafe { overlapped::event_of(overlapped) }.0);
    // SAFETY: as above.
    let outcome = || unsafe { overlapped::outcome(overlapped) };
    if outcome().is_none() && wait::expired(deadline) {
        return Ok(None);
    }
    let object = handle::lookup(file);
    let Some(io) = object.as_ref().and_then(|object| object.io()) else {
        return match (outcome(), event) {
            (Some(outcome), _) => Ok(Some(outcome)),
            (None, Some(event)) => {
                event.wait(deadline);
                Ok(outcome())
            }
            (None, None) => Err(ERROR_INVALID_HANDLE),
        };
    };
    let waited = outcome().is_none();
    if waited && !io.wait_result(overlapped as usize, &|| outcome().is_some(), deadline) {
        return Ok(None);
    }
    if let Some(event) = event {
        io.settle(&event);
        if waited {
            event.wait(Some(source::now()));
        }
    }
    Ok(outcome())
}
