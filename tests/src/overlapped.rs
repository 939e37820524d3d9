//! Overlapped calls: OVERLAPPED structures, events, completion ports.
//!
//! Owns: the memory of asynchronous calls. Does not own: what a call should return. Invariant: the
//! memory that a call may still write to is leaked, so that no test outcome, not even a panic, can
//! free it under the service.

use std::ptr;

use windows_sys::Win32::Foundation::{GetLastError, INVALID_HANDLE_VALUE, WAIT_OBJECT_0};
use windows_sys::Win32::Networking::HttpServer as http;
use windows_sys::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use windows_sys::Win32::System::IO::{
    CancelIo, CancelIoEx, CreateIoCompletionPort, GetOverlappedResult, GetQueuedCompletionStatus,
    OVERLAPPED, PostQueuedCompletionStatus,
};
use windows_sys::Win32::System::Threading::{CreateEventW, WaitForSingleObject};

use crate::PATIENCE;
use crate::door::Reply;
use crate::raw::{CResponse, Handle, RequestBuffer};

/// Patience in milliseconds.
fn patience() -> u32 {
    u32::try_from(PATIENCE.as_millis()).expect("a short time")
}

/// An OVERLAPPED, with or without an event.
#[derive(Clone, Copy, Debug)]
pub struct Overlapped {
    pointer: *mut OVERLAPPED,
    event: Handle,
}

// SAFETY: the memory is leaked and only written by the service while a call is pending.
unsafe impl Send for Overlapped {}
// SAFETY: as above; reads go through GetOverlappedResult.
unsafe impl Sync for Overlapped {}

impl Overlapped {
    /// With a manual-reset event.
    #[must_use]
    pub fn with_event() -> Overlapped {
        // SAFETY: no pointers but NULL.
        let event = unsafe { CreateEventW(ptr::null(), 1, 0, ptr::null()) };
        assert!(!event.is_null(), "an event");
        Overlapped::new(event.into())
    }

    /// Without event, for a completion port.
    #[must_use]
    pub fn without_event() -> Overlapped {
        Overlapped::new(Handle::NULL)
    }

    fn new(event: Handle) -> Overlapped {
        let overlapped = Box::leak(Box::new(OVERLAPPED {
            hEvent: event.raw(),
            ..OVERLAPPED::default()
        }));
        Overlapped {
            pointer: overlapped,
            event,
        }
    }

    /// For a call.
    #[must_use]
    pub fn pointer(&self) -> *mut OVERLAPPED {
        self.pointer
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> Handle {
        self.event
    }

    /// Whether the event is signalled now.
    #[must_use]
    pub fn is_signalled(&self) -> bool {
        self.wait_for(0)
    }

    /// Waits for the event.
    ///
    /// # Panics
    /// If it is not signalled in time.
    pub fn wait(&self) {
        assert!(self.wait_for(patience()), "no completion");
    }

    fn wait_for(&self, milliseconds: u32) -> bool {
        // SAFETY: no pointers.
        unsafe { WaitForSingleObject(self.event.raw(), milliseconds) == WAIT_OBJECT_0 }
    }

    /// GetOverlappedResult without waiting.
    ///
    /// # Errors
    /// The last error.
    pub fn result(&self, queue: Handle) -> Result<u32, u32> {
        let mut bytes = u32::MAX;
        // SAFETY: the structure is leaked, `bytes` outlives the call.
        if unsafe { GetOverlappedResult(queue.raw(), self.pointer, &raw mut bytes, 0) } != 0 {
            Ok(bytes)
        } else {
            Err(last_error())
        }
    }

    /// Waits for the event, then [`result`](Overlapped::result).
    ///
    /// # Errors
    /// The last error.
    pub fn wait_result(&self, queue: Handle) -> Result<u32, u32> {
        self.wait();
        self.result(queue)
    }

    /// CancelIoEx: whether it found the operation.
    pub fn cancel(&self, queue: Handle) -> Result<(), u32> {
        // SAFETY: the structure is leaked.
        if unsafe { CancelIoEx(queue.raw(), self.pointer) } != 0 {
            Ok(())
        } else {
            Err(last_error())
        }
    }

    /// HttpReceiveHttpRequest with this OVERLAPPED; the count pointer is optional.
    pub fn receive(
        &self,
        queue: Handle,
        id: u64,
        flags: u32,
        buffer: &'static mut RequestBuffer,
        count: Option<&'static mut u32>,
    ) -> u32 {
        let size = u32::try_from(buffer.size()).expect("a short buffer");
        self.receive_into(queue, id, flags, buffer, size, count)
    }

    /// The same with only the first `size` bytes of the buffer.
    pub fn receive_into(
        &self,
        queue: Handle,
        id: u64,
        flags: u32,
        buffer: &'static mut RequestBuffer,
        size: u32,
        count: Option<&'static mut u32>,
    ) -> u32 {
        assert!(size as usize <= buffer.size(), "the buffer is that long");
        let count = count.map_or(ptr::null_mut(), ptr::from_mut);
        let request = buffer.pointer();
        // SAFETY: buffer, count and OVERLAPPED live as long as the process.
        unsafe {
            http::HttpReceiveHttpRequest(queue.raw(), id, flags, request, size, count, self.pointer)
        }
    }

    /// HttpReceiveRequestEntityBody.
    pub fn read_body(&self, queue: Handle, id: u64, flags: u32, buffer: &'static mut [u8]) -> u32 {
        let size = u32::try_from(buffer.len()).expect("a short buffer");
        let data = buffer.as_mut_ptr().cast();
        // SAFETY: buffer and OVERLAPPED live as long as the process.
        unsafe {
            http::HttpReceiveRequestEntityBody(
                queue.raw(),
                id,
                flags,
                data,
                size,
                ptr::null_mut(),
                self.pointer,
            )
        }
    }

    /// HttpSendHttpResponse. The structures are gone when the call returns, as programs do it
    /// (programs.md section 3); only what they point to stays.
    pub fn respond(&self, queue: Handle, id: u64, reply: &'static Reply) -> u32 {
        let response = CResponse::new(reply);
        // SAFETY: the bytes live as long as the process, the structures as long as the call.
        unsafe {
            http::HttpSendHttpResponse(
                queue.raw(),
                id,
                reply.flags,
                &raw const response.value,
                ptr::null(),
                ptr::null_mut(),
                ptr::null(),
                0,
                self.pointer,
                ptr::null(),
            )
        }
    }

    /// HttpSendResponseEntityBody.
    pub fn send_body(
        &self,
        queue: Handle,
        id: u64,
        flags: u32,
        chunks: &'static [&'static [u8]],
    ) -> u32 {
        let chunks: Vec<_> = chunks
            .iter()
            .map(|bytes| crate::raw::memory_chunk(bytes))
            .collect();
        self.send_chunks(queue, id, flags, &chunks)
    }

    /// The same with chunks of the caller's making, for a send that ends at once or whose memory outlives it.
    pub fn send_chunks(
        &self,
        queue: Handle,
        id: u64,
        flags: u32,
        chunks: &[http::HTTP_DATA_CHUNK],
    ) -> u32 {
        let count = u16::try_from(chunks.len()).expect("a few chunks");
        let first = if chunks.is_empty() {
            ptr::null()
        } else {
            chunks.as_ptr()
        };
        // SAFETY: the bytes live as long as the process, the array as long as the call.
        unsafe {
            http::HttpSendResponseEntityBody(
                queue.raw(),
                id,
                flags,
                count,
                first,
                ptr::null_mut(),
                ptr::null(),
                0,
                self.pointer,
                ptr::null(),
            )
        }
    }

    /// HttpCancelHttpRequest.
    pub fn cancel_request(&self, queue: Handle, id: u64) -> u32 {
        // SAFETY: the OVERLAPPED lives as long as the process.
        unsafe { http::HttpCancelHttpRequest(queue.raw(), id, self.pointer) }
    }

    /// HttpWaitForDisconnect.
    pub fn wait_for_disconnect(&self, queue: Handle, connection: u64) -> u32 {
        // SAFETY: the OVERLAPPED lives as long as the process.
        unsafe { http::HttpWaitForDisconnect(queue.raw(), connection, self.pointer) }
    }

    /// HttpWaitForDisconnectEx.
    pub fn wait_for_disconnect_ex(&self, queue: Handle, connection: u64) -> u32 {
        // SAFETY: the OVERLAPPED lives as long as the process.
        unsafe { http::HttpWaitForDisconnectEx(queue.raw(), connection, 0, self.pointer) }
    }
}

/// A buffer for an overlapped receive, and a way to look into it once that has completed.
#[must_use]
pub fn leaked_buffer(size: usize) -> (&'static mut RequestBuffer, Completed) {
    let buffer: *mut RequestBuffer = Box::leak(Box::new(RequestBuffer::new(size)));
    // SAFETY: freshly leaked, this is the only reference until the receive has completed, by the
    // rule of `Completed`.
    (unsafe { &mut *buffer }, Completed(buffer))
}

/// Access to a leaked buffer after the completion.
#[derive(Clone, Copy, Debug)]
pub struct Completed(*const RequestBuffer);

// SAFETY: only read after the completion, which synchronises.
unsafe impl Send for Completed {}

impl Completed {
    /// The buffer; to be called after the completion only.
    #[must_use]
    pub fn buffer(&self) -> &'static RequestBuffer {
        // SAFETY: leaked; the service does not write to it after the completion.
        unsafe { &*self.0 }
    }
}

/// CancelIoEx without an OVERLAPPED: everything on the handle.
///
/// # Errors
/// The last error; 1168 if there was nothing.
pub fn cancel_all(queue: Handle) -> Result<(), u32> {
    // SAFETY: no pointer is given.
    if unsafe { CancelIoEx(queue.raw(), ptr::null()) } != 0 {
        Ok(())
    } else {
        Err(last_error())
    }
}

/// CancelIo on all operations that this thread started on the handle.
///
/// # Errors
/// The last error.
pub fn cancel_io(queue: Handle) -> Result<(), u32> {
    // SAFETY: no pointers.
    if unsafe { CancelIo(queue.raw()) } != 0 {
        Ok(())
    } else {
        Err(last_error())
    }
}

/// SetFileCompletionNotificationModes(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS): whether it succeeded.
#[must_use]
pub fn skip_on_success(queue: Handle) -> bool {
    // SAFETY: no pointers.
    unsafe { SetFileCompletionNotificationModes(queue.raw(), 1) != 0 }
}

/// GetLastError.
#[must_use]
pub fn last_error() -> u32 {
    // SAFETY: no arguments.
    unsafe { GetLastError() }
}

/// A completion port.
#[derive(Clone, Copy, Debug)]
pub struct CompletionPort(Handle);

/// One packet: bytes, key, the OVERLAPPED, and the error if the operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Bytes transferred.
    pub bytes: u32,
    /// The key of the association.
    pub key: usize,
    /// Address of the OVERLAPPED.
    pub overlapped: usize,
    /// 0, or the last error.
    pub error: u32,
}

impl CompletionPort {
    /// A port that the queue is associated with under `key`.
    ///
    /// # Panics
    /// If the association is refused.
    #[must_use]
    pub fn of(queue: Handle, key: usize) -> CompletionPort {
        // SAFETY: no pointers.
        let port =
            unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, Handle::NULL.raw(), 0, 0) };
        assert!(!port.is_null(), "a port");
        // SAFETY: no pointers.
        let same = unsafe { CreateIoCompletionPort(queue.raw(), port, key, 0) };
        assert_eq!(same, port, "the association returns the port");
        CompletionPort(port.into())
    }

    /// The next packet.
    ///
    /// # Panics
    /// If none comes in time.
    #[must_use]
    pub fn next(&self) -> Packet {
        self.poll(patience()).expect("a packet")
    }

    /// Expects that no packet is queued: one that is posted now is the next.
    ///
    /// # Panics
    /// If another comes first.
    pub fn assert_empty(&self) {
        const MARK: usize = 0x6D61_726B;
        // SAFETY: no pointers but NULL.
        let posted = unsafe { PostQueuedCompletionStatus(self.0.raw(), 0, MARK, ptr::null()) };
        assert_ne!(posted, 0, "PostQueuedCompletionStatus");
        let (mut bytes, mut key, mut overlapped) = (0, 0, ptr::null_mut());
        // SAFETY: the three places outlive the call.
        let taken = unsafe {
            GetQueuedCompletionStatus(
                self.0.raw(),
                &raw mut bytes,
                &raw mut key,
                &raw mut overlapped,
                patience(),
            )
        };
        assert_eq!((taken, key), (1, MARK), "a packet too many");
    }

    fn poll(&self, milliseconds: u32) -> Option<Packet> {
        let (mut bytes, mut key, mut overlapped) = (0, 0, ptr::null_mut());
        // SAFETY: the three places outlive the call.
        let taken = unsafe {
            GetQueuedCompletionStatus(
                self.0.raw(),
                &raw mut bytes,
                &raw mut key,
                &raw mut overlapped,
                milliseconds,
            )
        };
        if taken == 0 && overlapped.is_null() {
            return None;
        }
        Some(Packet {
            bytes,
            key,
            overlapped: overlapped as usize,
            error: if taken == 0 { last_error() } else { 0 },
        })
    }
}
