//! HttpReceiveHttpRequest.
//!
//! Owns the function. Does not own how a receive runs (`receiving`), the layout (`marshal::request`), nor
//! which request it is (`httpsys_engine`). Threading: any thread.

use httpsys_core::call::Receive;
use httpsys_core::{Error, RequestId};

use super::check_flags;
use crate::entry::entry;
use crate::marshal::request::RequestBuffer;
use crate::overlapped::{Overlapped, blocking};
use crate::pointers::Out;
use crate::queue_handle::QueueObject;
use crate::receiving::{self, Receiving};
use crate::types::{
    HANDLE, HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY, HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY,
    HTTP_REQUEST_V2, OVERLAPPED,
};

entry! {
    /// Receives the next request or, by its id, a request that did not fit into the buffer before.
    ///
    /// With the flag HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY (1), the part of the entity body that has
    /// arrived is copied into the buffer as well, as far as it fits (RCV-019, RCV-020); with
    /// HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY (2), the whole body is (RCV-021).
    /// HttpReceiveRequestEntityBody reads what was not copied.
    ///
    /// 6 for a handle that is not an open queue (RCV-001), and for any handle after its
    /// HttpShutdownRequestQueue (G-075); 5 for a controller's handle (SES-022); 87 for unknown
    /// flags (G-036); 998 for a buffer that is NULL or misaligned (RCV-022); 122 for a buffer smaller than the fixed
    /// structure: the request stays in the queue (RCV-008); 234 for a buffer that is too small for
    /// the request: the call returns the required size, RequestId and ConnectionId (RCV-009 to
    /// RCV-012); 1229 for an id that is unknown on this queue or has been answered, or whose client
    /// is gone (RCV-002, RCV-003, RCV-013); 38 for the id of a request that has already been
    /// received completely (RCV-023); 995 when the queue is closed meanwhile (RCV-007).
    fn HttpReceiveHttpRequest(
        queue: HANDLE,
        request: u64,
        flags: u32,
        buffer: *mut HTTP_REQUEST_V2,
        length: u32,
        bytes_received: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        const COPY: u32 = HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY;
        const FLUSH: u32 = HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY;
        let handle = QueueObject::worker(queue)?;
        check_flags(flags, COPY | FLUSH)?;
        // SAFETY: by the contract of the function, here and below.
        let count = unsafe { Out::optional(bytes_received) };
        // SAFETY: as above.
        let buffer = unsafe { RequestBuffer::new(buffer, length, handle.is_version_1()) };
        let mut buffer = buffer.inspect_err(|code| {
            if *code == Error::InsufficientBuffer.into() {
                count.set(0);
            }
        })?;
        if handle.strict().is_some() {
            buffer.mark_url();
        }
        let receive = Receive {
            request: RequestId(request),
            copy_body: flags & COPY != 0,
            flush_body: flags & FLUSH != 0,
        };
        if overlapped.is_null() {
            return blocking(receiving::receive(&handle, receive, buffer), count);
        }
        let work = Receiving::request(receive, buffer);
        // SAFETY: as above.
        let call = unsafe { Overlapped::begin(&handle, overlapped, "HttpReceiveHttpRequest", work) };
        call.start(&handle, count)
    }
}
