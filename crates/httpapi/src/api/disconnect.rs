//! HttpWaitForDisconnect and HttpWaitForDisconnectEx.
//!
//! Owns the functions and the operation that waits. Does not own connections (`httpsys_engine`).
//! Threading: any thread.

use std::sync::Arc;

use httpsys_core::ConnectionId;
use httpsys_core::operation::WaitForDisconnect;
use httpsys_engine::{PendingOperation, Service, Signal};

use super::reserved as check_reserved;
use crate::code::Outcome;
use crate::entry::entry;
use crate::overlapped::{Call, first_attempt};
use crate::pointers::Out;
use crate::queue_handle::QueueHandle;
use crate::types::{HANDLE, OVERLAPPED};

entry! {
    /// Waits until a connection is gone, whatever ended it (DSC-001, DSC-002, DSC-005, DSC-007); a
    /// client that closed its sending side counts as gone. The wait spans requests (DSC-008).
    ///
    /// 1229 for a connection that is unknown or gone already (DSC-003, DSC-004, G-073); 6 for a
    /// handle that is not an open queue; 995 when the queue is shut or closed (DSC-009).
    fn HttpWaitForDisconnect(queue: HANDLE, connection: u64, overlapped: *mut OVERLAPPED) -> u32 {
        let handle = QueueHandle::worker(queue)?;
        // SAFETY: by the contract of the function.
        unsafe { wait(&handle, connection, overlapped) }
    }

    /// As HttpWaitForDisconnect (DSC-006).
    fn HttpWaitForDisconnectEx(
        queue: HANDLE,
        connection: u64,
        reserved: u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        let handle = QueueHandle::worker(queue)?;
        check_reserved(reserved)?;
        // SAFETY: by the contract of the function.
        unsafe { wait(&handle, connection, overlapped) }
    }
}

/// # Safety
/// `overlapped` is NULL or valid until the operation has ended.
unsafe fn wait(handle: &Arc<QueueHandle>, connection: u64, overlapped: *mut OVERLAPPED) -> Outcome {
    let wait = WaitForDisconnect {
        connection: ConnectionId(connection),
    };
    let (service, queue) = (handle.service(), handle.queue());
    if overlapped.is_null() {
        service.wait_for_disconnect(queue, &wait)?;
        return Ok(());
    }
    // SAFETY: by the contract of this function.
    let mut call = Some(unsafe { Call::begin(handle, overlapped) });
    let result = service.try_wait_for_disconnect(queue, &wait, &mut || {
        let call = call.take();
        if let Some(call) = &call {
            call.registers();
        }
        Box::new(Waiting(call))
    });
    // SAFETY: there is no place for a byte count.
    let nowhere = unsafe { Out::optional(std::ptr::null_mut()) };
    first_attempt(call, result.map(|()| 0), nowhere)
}

/// What the engine holds; always `Some` when it was registered.
struct Waiting(Option<Call>);

impl PendingOperation for Waiting {
    fn signal(self: Box<Self>, _: &Service, signal: Signal) {
        let Some(call) = self.0 else { return };
        call.complete(match signal {
            Signal::Failed(error) => Err(error),
            // G-071: a fulfilled wait is a success of size 0.
            Signal::Ready | Signal::Request(_) => Ok(0),
        });
    }

    fn tag(&self) -> usize {
        self.0.as_ref().map_or(0, Call::tag)
    }
}
