//! How an overlapped call of this API ends.
//!
//! Owns: the rules that decide whether a completion is delivered (documented: HTTP Completion
//! Routines) and the registration with the handle, for CancelIo. Does not own the delivery itself
//! (`httpsys-win32`). Invariants: each [`OverlappedCall`] ends once, inline or later; NO_ERROR and 997
//! deliver, every other code that the function returns does not. Threading: a call may end on any
//! thread.

use std::cell::Cell;
use std::sync::Arc;

use httpsys_core::Error;
use httpsys_core::ids::SlotAddress;
use httpsys_engine::{PendingOperation, Service, Signal};
use httpsys_win32::Pending;

use crate::code::{CallResult, ErrorCode};
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::types::OVERLAPPED;

/// An overlapped call in progress.
#[derive(Debug)]
pub(crate) struct OverlappedCall {
    handle: Arc<QueueObject>,
    pending: Pending,
    /// It is on the list of its handle.
    listed: Cell<bool>,
}

impl OverlappedCall {
    /// The program's OVERLAPPED is in use from now on.
    ///
    /// # Safety
    /// `overlapped` is valid for reads and writes until the operation has ended.
    pub(crate) unsafe fn begin(
        handle: &Arc<QueueObject>,
        overlapped: *mut OVERLAPPED,
    ) -> OverlappedCall {
        // SAFETY: by the contract of this function; both types are the OVERLAPPED of Windows.
        let pending = unsafe { handle.io_state().begin(overlapped.cast()) };
        OverlappedCall {
            handle: Arc::clone(handle),
            pending,
            listed: Cell::new(false),
        }
    }

    /// The handle that the call was made on.
    pub(crate) fn handle(&self) -> &Arc<QueueObject> {
        &self.handle
    }

    /// Names the operation for the engine: the address of its OVERLAPPED.
    pub(crate) fn tag(&self) -> usize {
        self.pending.overlapped()
    }

    /// The operation is about to be registered with the engine: the function returns 997, and
    /// [`QueueObject::registered`] has to be called after the registration.
    /// `place` is that of the request or connection it waits on, `None` when it waits on the queue.
    pub(crate) fn registers(&self, place: Option<SlotAddress>) {
        let tag = self.tag();
        if self.listed.replace(true) {
            self.handle.move_pending(tag, place);
        } else {
            self.handle.add_pending(tag, self.pending.thread(), place);
        }
    }

    /// The operation ends after the function has returned 997.
    pub(crate) fn complete(self, result: Result<u64, Error>) {
        self.handle.remove_pending(self.tag());
        let (code, bytes) = code_and_bytes(result);
        self.pending.complete(code, bytes);
    }

    /// The operation ends within the function; fills the program's byte count, which is legal
    /// beside an OVERLAPPED and the only one there is for 234 and 38.
    pub(crate) fn inline(self, result: Result<u64, Error>, count: Out<u32>) -> CallResult {
        let (code, bytes) = code_and_bytes(result);
        count.set_count(bytes as u64);
        match result {
            Ok(_) => self.pending.complete_inline(code, bytes),
            // Completed without a packet, for programs that skip packets (HP sample).
            Err(Error::MoreData { .. }) if self.pending.skips_on_success() => {
                self.pending.complete_inline(code, bytes);
            }
            Err(_) => self.pending.abandon(code),
        }
        Ok(result.map(|_| ())?)
    }
}

/// A blocking call has ended: fills the byte count.
pub(crate) fn blocking(result: Result<u64, Error>, count: Out<u32>) -> CallResult {
    count.set_count(code_and_bytes(result).1 as u64);
    Ok(result.map(|_| ())?)
}

/// Runs the first attempt of an overlapped call. `attempt` takes the call out if it registers it:
/// then it ends by itself, perhaps has done so already.
pub(crate) fn first_attempt(
    call: OverlappedCall,
    count: Out<u32>,
    attempt: impl FnOnce(&mut Option<OverlappedCall>) -> Result<u64, Error>,
) -> CallResult {
    let (handle, tag) = (Arc::clone(call.handle()), call.tag());
    let mut call = Some(call);
    let result = attempt(&mut call);
    match call {
        Some(call) => call.inline(result, count),
        None => {
            handle.registered(tag);
            Err(ErrorCode::IO_PENDING)
        }
    }
}

/// An operation that waits for one thing and then has no more to do, as the engine holds it;
/// always `Some` when it was registered.
#[derive(Debug)]
pub(crate) struct WaitingCall(Option<OverlappedCall>);

impl WaitingCall {
    /// Takes the call, which is about to be registered.
    pub(crate) fn take(
        call: &mut Option<OverlappedCall>,
        place: Option<SlotAddress>,
    ) -> Box<dyn PendingOperation> {
        let call = call.take();
        if let Some(call) = &call {
            call.registers(place);
        }
        Box::new(WaitingCall(call))
    }
}

impl PendingOperation for WaitingCall {
    fn signal(self: Box<Self>, _: &Service, signal: Signal) {
        let Some(call) = self.0 else { return };
        call.complete(match signal {
            Signal::Failed(error) => Err(error),
            // G-071: a fulfilled wait is a success of size 0.
            Signal::Ready | Signal::Request(_) => Ok(0),
        });
    }

    fn tag(&self) -> usize {
        self.0.as_ref().map_or(0, OverlappedCall::tag)
    }
}

/// RCV-009, ENT-013: the size needed is the byte count of 234. Of other failures it is 0 (RCV-008,
/// ENT-005).
#[inline]
fn code_and_bytes(result: Result<u64, Error>) -> (u32, usize) {
    match result {
        Ok(bytes) => (0, usize::try_from(bytes).unwrap_or(usize::MAX)),
        Err(error @ Error::MoreData { needed }) => (error.win32(), needed as usize),
        Err(error) => (error.win32(), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_counts_of_each_end() {
        let count = |result| {
            let mut bytes = 77;
            // SAFETY: `bytes` outlives the call.
            let outcome = blocking(result, unsafe { Out::optional(&mut bytes) });
            (outcome.err().map_or(0, ErrorCode::win32), bytes)
        };
        assert_eq!(count(Ok(5)), (0, 5));
        assert_eq!(count(Ok(u64::MAX)), (0, u32::MAX));
        assert_eq!(count(Err(Error::MoreData { needed: 900 })), (234, 900));
        assert_eq!(count(Err(Error::EndOfBody)), (38, 0));
    }
}
