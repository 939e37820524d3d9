//! HttpWaitForDemandStart.
//!
//! Owns the function. Does not own the wait (`httpsys_engine`). Threading: any thread.

use httpsys_core::ids::SlotAddress;
use httpsys_engine::{Signal, Started};

use crate::entry::entry;
use crate::overlapped::{LentCall, Overlapped, Work};
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::types::{HANDLE, OVERLAPPED};

entry! {
    /// Waits until a request is in the queue, so that a controller knows when to start a worker;
    /// the request stays in the queue for the worker (QUE-011).
    ///
    /// 183 while another such wait is outstanding on the queue (QUE-012); 1343 for a handle that is
    /// not a controller's (QUE-013); 6 for a closed handle and after HttpShutdownRequestQueue
    /// (QUE-014); 87 for a handle that never was a queue (QUE-015); 995 when the wait is cancelled
    /// (QUE-016), and when the queue is shut down or closed meanwhile.
    fn HttpWaitForDemandStart(queue: HANDLE, overlapped: *mut OVERLAPPED) -> u32 {
        let handle = QueueObject::controller(queue)?;
        if overlapped.is_null() {
            handle.service().wait_for_demand_start(handle.queue())?;
            return Ok(());
        }
        // SAFETY: by the contract of the function.
        let call = unsafe { Overlapped::begin(&handle, overlapped, "HttpWaitForDemandStart", DemandStart) };
        call.start(&handle, Out::nowhere())
    }
}

/// The wait of an overlapped call.
#[derive(Debug)]
struct DemandStart;

impl Work for DemandStart {
    fn place(&self) -> Option<SlotAddress> {
        None
    }

    fn call(&self) -> &'static str {
        "HttpWaitForDemandStart"
    }

    fn attempt<'a>(
        operation: LentCall<'a, Self>,
        handle: &QueueObject,
        signal: Option<Signal>,
    ) -> Started<LentCall<'a, Self>, u64> {
        if signal.is_some() {
            return Started::Done(operation, Ok(0));
        }
        let service = handle.service();
        let started = service.try_wait_for_demand_start(handle.queue(), operation);
        started.map(|()| 0)
    }
}
