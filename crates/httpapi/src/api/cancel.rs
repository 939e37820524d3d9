//! HttpCancelHttpRequest.
//!
//! Owns the function. Does not own what a cancel does (`httpsys_engine`). Threading: any thread, at
//! any moment, also within a completion.

use httpsys_core::RequestId;
use httpsys_core::call::Cancel;

use crate::entry::entry;
use crate::overlapped::Overlapped;
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::types::{HANDLE, OVERLAPPED};

entry! {
    /// Resets the transport connection of a request (CXL-001, CXL-002, G-067). Requests that are
    /// pipelined after it are lost with the connection (CXL-010). Calls pending on the request end
    /// with error 995, disconnect waits with 0 (CXL-003, CXL-004, CXL-009, G-068).
    ///
    /// 1229 for an id that is unknown, is 0, belongs to another queue, has been answered, or whose
    /// last send has started: nothing is changed (CXL-005, CXL-006, SND-033, G-063); 6 for a handle
    /// that is not a queue (G-064). An overlapped call finishes immediately: it returns 0, and its
    /// completion is delivered with size 0, unless the handle skips such completions (CXL-007,
    /// G-069).
    fn HttpCancelHttpRequest(queue: HANDLE, request: u64, overlapped: *mut OVERLAPPED) -> u32 {
        let handle = QueueObject::worker(queue)?;
        let cancel = Cancel { request: RequestId(request) };
        if overlapped.is_null() {
            handle.service().cancel(handle.queue(), &cancel)?;
            return Ok(());
        }
        // SAFETY: by the contract of the function.
        let call = unsafe { Overlapped::begin(&handle, overlapped, "HttpCancelHttpRequest", ()) };
        let result = handle.service().cancel(handle.queue(), &cancel);
        call.inline(result.map(|()| 0), Out::nowhere())
    }
}
