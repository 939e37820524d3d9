//! HttpWaitForDisconnect and HttpWaitForDisconnectEx.
//!
//! Owns the functions. Does not own connections (`httpsys_engine`). Threading: any thread.

use httpsys_core::call::WaitForDisconnect;
use httpsys_core::ids::SlotAddress;
use httpsys_core::{ConnectionId, Error};
use httpsys_engine::{Signal, Started};

use super::reserved as check_reserved;
use crate::code::CallResult;
use crate::entry::entry;
use crate::overlapped::{LentCall, Overlapped, Work};
use crate::pointers::Out;
use crate::queue_handle::{HeldHandle, QueueObject};
use crate::types::{HANDLE, OVERLAPPED};

entry! {
    /// Waits until a connection ends, for whatever reason (DSC-001, DSC-002, DSC-005, DSC-007); a
    /// client that closes its sending side counts as disconnected. The wait spans all
    /// requests of the connection (DSC-008).
    ///
    /// 1229 for a connection that is unknown or has already ended (DSC-003, DSC-004, G-073); 6 for
    /// a handle that is not an open queue; 995 when the queue is shut down or closed (DSC-009).
    fn HttpWaitForDisconnect(queue: HANDLE, connection: u64, overlapped: *mut OVERLAPPED) -> u32 {
        let handle = QueueObject::worker(queue)?;
        // SAFETY: by the contract of the function.
        unsafe { wait(&handle, connection, overlapped) }
    }

    /// Works like HttpWaitForDisconnect (DSC-006).
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
unsafe fn wait(handle: &HeldHandle, connection: u64, overlapped: *mut OVERLAPPED) -> CallResult {
    let wait = WaitForDisconnect {
        connection: ConnectionId(connection),
    };
    let (service, queue) = (handle.service(), handle.queue());
    if overlapped.is_null() {
        service.wait_for_disconnect(queue, &wait)?;
        return Ok(());
    }
    // SAFETY: by the contract of this function.
    let call = unsafe { Overlapped::begin(handle, overlapped, "HttpWaitForDisconnect", wait) };
    call.start(handle, Out::nowhere())
}

impl Work for WaitForDisconnect {
    fn place(&self) -> Option<SlotAddress> {
        Some(self.connection.place())
    }

    fn call(&self) -> &'static str {
        "HttpWaitForDisconnect"
    }

    fn attempt<'a>(
        mut operation: LentCall<'a, Self>,
        handle: &QueueObject,
        signal: Option<Signal>,
    ) -> Started<LentCall<'a, Self>, u64> {
        if signal.is_some() {
            // G-071: a fulfilled wait is a success of size 0.
            return Started::Done(operation, Ok(0));
        }
        let Some(wait) = operation.work().copied() else {
            return Started::Done(operation, Err(Error::Internal));
        };
        let service = handle.service();
        let started = service.try_wait_for_disconnect(handle.queue(), &wait, operation);
        started.map(|()| 0)
    }
}
