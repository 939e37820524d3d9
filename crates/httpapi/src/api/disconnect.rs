//! HttpWaitForDisconnect and HttpWaitForDisconnectEx.
//!
//! Owns the functions. Does not own connections (`httpsys_engine`). Threading: any thread.

use std::sync::Arc;

use httpsys_core::ConnectionId;
use httpsys_core::operation::WaitForDisconnect;

use super::reserved as check_reserved;
use crate::code::CallResult;
use crate::entry::entry;
use crate::overlapped::{OverlappedCall, WaitingCall, first_attempt};
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::types::{HANDLE, OVERLAPPED};

entry! {
    /// Waits until a connection is gone, for whatever reason (DSC-001, DSC-002, DSC-005, DSC-007); a
    /// client that closed its sending side counts as gone. The wait spans requests (DSC-008).
    ///
    /// 1229 for a connection that is unknown or gone already (DSC-003, DSC-004, G-073); 6 for a
    /// handle that is not an open queue; 995 when the queue is shut or closed (DSC-009).
    fn HttpWaitForDisconnect(queue: HANDLE, connection: u64, overlapped: *mut OVERLAPPED) -> u32 {
        let handle = QueueObject::worker(queue)?;
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
        let handle = QueueObject::worker(queue)?;
        check_reserved(reserved)?;
        // SAFETY: by the contract of the function.
        unsafe { wait(&handle, connection, overlapped) }
    }
}

/// # Safety
/// `overlapped` is NULL or valid until the operation has ended.
unsafe fn wait(
    handle: &Arc<QueueObject>,
    connection: u64,
    overlapped: *mut OVERLAPPED,
) -> CallResult {
    let wait = WaitForDisconnect {
        connection: ConnectionId(connection),
    };
    let (service, queue) = (handle.service(), handle.queue());
    if overlapped.is_null() {
        service.wait_for_disconnect(queue, &wait)?;
        return Ok(());
    }
    // SAFETY: by the contract of this function.
    let call = unsafe { OverlappedCall::begin(handle, overlapped) };
    first_attempt(call, Out::nowhere(), |call| {
        let place = Some(wait.connection.place());
        service.try_wait_for_disconnect(queue, &wait, &mut || WaitingCall::take(call, place))?;
        Ok(0)
    })
}
