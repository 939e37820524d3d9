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
    /// Resets the transport connection of a request (CXL-001, CXL-002, G-067). Requests pipelined
    /// behind it go with it (CXL-010); calls pending on it end with 995, disconnect waits with 0
    /// (CXL-003, CXL-004, CXL-009, G-068).
    ///
    /// 1229 for an id that is unknown, 0, another queue's, answered, or whose last send was
    /// started: nothing is touched (CXL-005, CXL-006, SND-033, G-063); 6 for a handle that is not
    /// a queue (G-064). An overlapped call ends at once: it returns 0 and its completion is
    /// delivered with size 0, unless the handle skips those (CXL-007, G-069).
    fn HttpCancelHttpRequest(queue: HANDLE, request: u64, overlapped: *mut OVERLAPPED) -> u32 {
        let handle = QueueObject::worker(queue)?;
        let cancel = Cancel { request: RequestId(request) };
        if overlapped.is_null() {
            handle.service().cancel(handle.queue(), &cancel)?;
            return Ok(());
        }
        // SAFETY: by the contract of the function.
        let call = unsafe { Overlapped::begin(&handle, overlapped, ()) };
        let result = handle.service().cancel(handle.queue(), &cancel);
        call.inline(result.map(|()| 0), Out::nowhere())
    }
}
