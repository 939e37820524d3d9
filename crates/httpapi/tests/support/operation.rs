//! An overlapped call with its OVERLAPPED and its event, for the tests of the C ABI.
//!
//! Owns: both, at one address until dropped, the calls that tests make with them, and their end. Does not own any
//! expectation. Threading: one thread at a time.

use std::ptr::{null, null_mut};

use httpapi::api::receive_entity_body::HttpReceiveRequestEntityBody;
use httpapi::api::receive_request::HttpReceiveHttpRequest;
use httpapi::api::send_response::HttpSendHttpResponse;
use httpapi::types::*;
use httpsys_win32::OVERLAPPED as WIN32_OVERLAPPED;
use httpsys_win32::api::events::CreateEventW;
use httpsys_win32::api::overlapped::{CancelIoEx, GetOverlappedResult, GetOverlappedResultEx};
use httpsys_win32::{close, last_error};

use super::{RequestMemory, UNTOUCHED, chunks, response};

/// Milliseconds that only a failure lasts.
pub(crate) const LIMIT: u32 = 20_000;

/// An OVERLAPPED with an event; both live at one address until dropped.
pub(crate) struct Operation {
    overlapped: Box<WIN32_OVERLAPPED>,
    queue: HANDLE,
}

impl Operation {
    pub(crate) fn new(queue: HANDLE) -> Operation {
        // SAFETY: no name.
        let event = unsafe { CreateEventW(null(), 1, 0, null()) };
        let overlapped = WIN32_OVERLAPPED {
            Internal: 0,
            InternalHigh: 0,
            Offset: 0,
            OffsetHigh: 0,
            hEvent: event,
        };
        Operation {
            overlapped: Box::new(overlapped),
            queue,
        }
    }

    pub(crate) fn pointer(&mut self) -> *mut OVERLAPPED {
        (&raw mut *self.overlapped).cast()
    }

    /// Code and byte count without waiting; 996 while it runs.
    pub(crate) fn now(&mut self) -> (u32, u32) {
        let mut bytes = UNTOUCHED;
        let at = &raw mut *self.overlapped;
        // SAFETY: both live through the call.
        match unsafe { GetOverlappedResult(self.queue, at, &mut bytes, 0) } {
            0 => (last_error::get(), bytes),
            _ => (0, bytes),
        }
    }

    /// Code and byte count of the end.
    pub(crate) fn end(&mut self) -> (u32, u32) {
        let mut bytes = UNTOUCHED;
        let at = &raw mut *self.overlapped;
        // SAFETY: both live through the call.
        match unsafe { GetOverlappedResultEx(self.queue, at, &mut bytes, LIMIT, 0) } {
            0 => (last_error::get(), bytes),
            _ => (0, bytes),
        }
    }

    pub(crate) fn receive(&mut self, id: u64, flags: u32, buffer: &mut RequestMemory) -> u32 {
        let length = buffer.length;
        // SAFETY: the tests keep the buffer and the OVERLAPPED until the end.
        unsafe {
            HttpReceiveHttpRequest(
                self.queue,
                id,
                flags,
                buffer.first(),
                length,
                null_mut(),
                self.pointer(),
            )
        }
    }

    pub(crate) fn read(&mut self, id: u64, flags: u32, out: &mut [u8]) -> u32 {
        let (first, length) = (out.as_mut_ptr().cast(), out.len() as u32);
        // SAFETY: as above.
        unsafe {
            HttpReceiveRequestEntityBody(
                self.queue,
                id,
                flags,
                first,
                length,
                null_mut(),
                self.pointer(),
            )
        }
    }

    /// Sends a response whose descriptors are gone when the call has returned.
    pub(crate) fn respond(&mut self, id: u64, flags: u32, body: &[&[u8]]) -> u32 {
        let mut chunks = chunks(body);
        let mut response = response(200, b"OK");
        response.Base.EntityChunkCount = chunks.len() as u16;
        response.Base.pEntityChunks = chunks.as_mut_ptr();
        // SAFETY: the body lives until the end; the rest has to live through the call only.
        let code = unsafe {
            HttpSendHttpResponse(
                self.queue,
                id,
                flags,
                &response,
                null(),
                null_mut(),
                null(),
                0,
                self.pointer(),
                null(),
            )
        };
        for chunk in &mut chunks {
            chunk.DataChunkType = -1;
        }
        code
    }

    pub(crate) fn cancel(&mut self) -> bool {
        let at = &raw mut *self.overlapped;
        CancelIoEx(self.queue, at) != 0
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        close(self.overlapped.hEvent);
    }
}
