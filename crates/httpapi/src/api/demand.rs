//! HttpWaitForDemandStart.
//!
//! Owns the function. Does not own the wait (`httpsys_engine`). Threading: any thread.

use crate::entry::entry;
use crate::overlapped::{OverlappedCall, WaitingCall, first_attempt};
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::types::{HANDLE, OVERLAPPED};

entry! {
    /// Tells a controller when to start a worker: ends once a request waits in the queue, where it
    /// stays for the worker (QUE-011).
    ///
    /// 183 while another wait of the queue is outstanding (QUE-012); 1343 for a handle that is not
    /// a controller's (QUE-013); 6 for a closed handle and after HttpShutdownRequestQueue
    /// (QUE-014); 87 for what never was a queue (QUE-015); 995 when the wait is cancelled
    /// (QUE-016), and when the queue is shut or closed meanwhile.
    fn HttpWaitForDemandStart(queue: HANDLE, overlapped: *mut OVERLAPPED) -> u32 {
        let handle = QueueObject::controller(queue)?;
        let (service, queue) = (handle.service(), handle.queue());
        if overlapped.is_null() {
            service.wait_for_demand_start(queue)?;
            return Ok(());
        }
        // SAFETY: by the contract of the function.
        let call = unsafe { OverlappedCall::begin(&handle, overlapped) };
        first_attempt(call, Out::nowhere(), |call| {
            service.try_wait_for_demand_start(queue, &mut || WaitingCall::take(call, None))?;
            Ok(0)
        })
    }
}
