//! HttpReceiveRequestEntityBody.
//!
//! Owns the function. Does not own the body (`httpsys_engine`) or how a read waits (`receiving`).
//! Threading: any thread.

use std::ffi::c_void;

use httpsys_core::RequestId;
use httpsys_core::call::ReceiveEntityBody;

use super::check_flags;
use crate::entry::entry;
use crate::overlapped::{Overlapped, blocking};
use crate::pointers::{Buffer, Out};
use crate::queue_handle::QueueObject;
use crate::reason::NamedArgument;
use crate::receiving::{self, ReadTarget, Receiving};
use crate::types::{HANDLE, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER, OVERLAPPED};

entry! {
    /// Reads bytes of a request's entity body, decoded (ENT-003, ENT-004, ENT-010 to ENT-012).
    ///
    /// The call returns as soon as there are some bytes. With the flag
    /// HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER (1), it waits until the buffer is full or the
    /// body ends.
    ///
    /// 38 with a byte count of 0 when the whole body has been delivered: an overlapped call, too,
    /// returns this code immediately (ENT-005 to ENT-007); 234 with a byte count of 1 for an empty
    /// buffer while bytes are available (ENT-013); 1229 for id 0, an unknown id, or the id of an
    /// answered request (ENT-002, ENT-009); 6 for a handle that is not a queue (ENT-001); 87 for
    /// unknown flags and NULL; 995, 1229 or 64 when the client is gone (ENT-015). After a 101
    /// response with HTTP_SEND_RESPONSE_FLAG_OPAQUE, the call returns the bytes of the connection
    /// unchanged, and 38 when the client has closed its sending side (UPG-004, ENT-019, G-096).
    fn HttpReceiveRequestEntityBody(
        queue: HANDLE,
        request: u64,
        flags: u32,
        buffer: *mut c_void,
        length: u32,
        bytes_received: *mut u32,
        overlapped: *mut OVERLAPPED,
    ) -> u32 {
        let handle = QueueObject::worker(queue)?;
        check_flags(flags, HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER)?;
        let receive = ReceiveEntityBody { request: RequestId(request), fill_buffer: flags != 0 };
        // SAFETY: by the contract of the function, here and below.
        let count = unsafe { Out::optional(bytes_received) };
        // SAFETY: as above.
        let buffer = unsafe { Buffer::new(buffer.cast(), length as usize) }.named("EntityBuffer")?;
        let target = ReadTarget::Entity(buffer);
        if overlapped.is_null() {
            return blocking(receiving::read(&handle, receive, target), count);
        }
        let work = Receiving::body(receive, target);
        // SAFETY: as above.
        let call = unsafe { Overlapped::begin(&handle, overlapped, "HttpReceiveRequestEntityBody", work) };
        call.start(&handle, count)
    }
}
