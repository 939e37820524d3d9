//! Completion ports and notification modes.
//!
//! Owns the C form, and which port a thread has used last. Does not own: packets (`io/port.rs`). Threading: any thread;
//! dequeuing blocks the caller.

use std::cell::Cell;
use std::sync::Arc;

use super::{Bool, fence, fence_bool, not_null, object, object_as, open, put};
use crate::handle::{self, Handle, INVALID_HANDLE_VALUE};
use crate::io::overlapped::{OVERLAPPED, OVERLAPPED_ENTRY};
use crate::io::port::{Packet, Port};
use crate::status::{self, Code, ERROR_INVALID_PARAMETER};
use crate::time::deadline;

thread_local! {
    /// The last port that this thread has used, with the value of its handle. It may have been closed since then: it is
    /// let go at the next use of a port, or when the thread ends.
    static LAST: Cell<Option<(usize, Arc<Port>)>> = const { Cell::new(None) };
}

/// Calls `f` with the port behind a handle. Most threads use one port only: each keeps its last one, so that a call
/// neither locks the handle table nor changes the count of references. The value of a handle is not used again, so as
/// long as it is open it means that port.
fn with_port<R>(handle: Handle, f: impl FnOnce(&Arc<Port>) -> Result<R, Code>) -> Result<R, Code> {
    let last = LAST.try_with(Cell::take).ok().flatten();
    let port = match last {
        Some((last, port)) if last == handle as usize && handle::is_open(handle) => port,
        _ => object_as::<Port>(handle)?,
    };
    let result = f(&port);
    if handle::is_open(handle) {
        let _ = LAST.try_with(|last| last.set(Some((handle as usize, port))));
    }
    result
}

/// CreateIoCompletionPort: creates a port (`file` is INVALID_HANDLE_VALUE), associates a handle
/// with a port, or both. Returns the port; NULL on failure: 87 if the handle is associated already
/// or is not file-like, 6 for a bad handle.
///
/// At most `concurrent_threads` threads run at once after they were released (0: as many as the process has processors;
/// ignored with an `existing` port). A thread that then waits in a function of this library does not count meanwhile.
///
/// Differs: how a thread spends its time elsewhere, such as in the C library or in a `recv` that blocks, is not
/// known. If a packet has waited for 10 ms and none was taken meanwhile, the threads that were released are taken to
/// wait, and the next 1,000 packets are taken without a limit. Shorter waits, such as 3 ms in `usleep`, a `std::mutex`
/// or a database client, count as running: give a larger value if the threads mostly wait so. 0 counts the
/// processors that the process may use, not all of the machine.
#[unsafe(no_mangle)]
pub extern "system" fn CreateIoCompletionPort(
    file: Handle,
    existing: Handle,
    key: usize,
    concurrent_threads: u32,
) -> Handle {
    fence(std::ptr::null_mut(), || {
        if file == INVALID_HANDLE_VALUE {
            return match existing.is_null() {
                true => open(Arc::new(Port::new(concurrent_threads))),
                false => Err(ERROR_INVALID_PARAMETER),
            };
        }
        let file = object(file)?;
        let io = file.io().ok_or(ERROR_INVALID_PARAMETER)?;
        if !existing.is_null() {
            io.bind_port(object_as::<Port>(existing)?, key)?;
            return Ok(existing);
        }
        let port = Arc::new(Port::new(concurrent_threads));
        let created = open(port.clone())?;
        io.bind_port(port, key)
            .inspect_err(|_| _ = handle::remove(created))?;
        Ok(created)
    })
}

/// GetQueuedCompletionStatus: takes a packet of the port. TRUE: that of a successful operation.
/// FALSE with a non-NULL OVERLAPPED: that of a failed one, whose error is the last error. FALSE
/// with NULL: no packet (258 time-out, 735 port closed, 6 bad handle, 87 NULL argument).
///
/// # Safety
/// `bytes`, `key` and `overlapped` are NULL or valid for writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetQueuedCompletionStatus(
    port: Handle,
    bytes: *mut u32,
    key: *mut usize,
    overlapped: *mut *mut OVERLAPPED,
    milliseconds: u32,
) -> Bool {
    fence_bool(|| {
        // SAFETY: NULL or valid by the contract of this function, here and below.
        unsafe { put(overlapped, std::ptr::null_mut()) };
        not_null(bytes)?;
        not_null(key)?;
        not_null(overlapped)?;
        let mut packet = Packet {
            key: 0,
            overlapped: 0,
            status: 0,
            bytes: 0,
        };
        with_port(port, |port| {
            port.take(1, deadline(milliseconds), |_, taken| packet = taken)
        })?;
        // SAFETY: as above.
        unsafe {
            put(bytes, packet.bytes as u32);
            put(key, packet.key);
            put(overlapped, packet.overlapped as *mut OVERLAPPED);
        }
        match status::nt_success(packet.status) {
            true => Ok(()),
            false => Err(status::win32_from_nt(packet.status)),
        }
    })
}

/// GetQueuedCompletionStatusEx: takes up to `count` packets at once. FALSE: none (258, 735, 6, 87).
/// There are no asynchronous procedure calls.
///
/// # Safety
/// `entries` points to `count` entries; `removed` is valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetQueuedCompletionStatusEx(
    port: Handle,
    entries: *mut OVERLAPPED_ENTRY,
    count: u32,
    removed: *mut u32,
    milliseconds: u32,
    _alertable: Bool,
) -> Bool {
    fence_bool(|| {
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(removed, 0) };
        not_null(entries)?;
        not_null(removed)?;
        if count == 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let sink = |at, packet: Packet| {
            let entry = OVERLAPPED_ENTRY {
                lpCompletionKey: packet.key,
                lpOverlapped: packet.overlapped as *mut OVERLAPPED,
                Internal: packet.status as usize,
                dwNumberOfBytesTransferred: packet.bytes as u32,
            };
            // SAFETY: `at` is below `count`, and there are as many entries.
            unsafe { put(entries.add(at), entry) };
        };
        let deadline = deadline(milliseconds);
        let taken = with_port(port, |port| port.take(count as usize, deadline, sink))?;
        // SAFETY: not NULL as tested, so valid by the contract of this function.
        unsafe { put(removed, taken as u32) };
        Ok(())
    })
}

/// PostQueuedCompletionStatus: queues a packet with these values; the OVERLAPPED is not touched.
#[unsafe(no_mangle)]
pub extern "system" fn PostQueuedCompletionStatus(
    port: Handle,
    bytes: u32,
    key: usize,
    overlapped: *mut OVERLAPPED,
) -> Bool {
    fence_bool(|| {
        let packet = Packet {
            key,
            overlapped: overlapped as usize,
            status: 0,
            bytes: bytes as usize,
        };
        with_port(port, |port| port.post(packet))
    })
}

/// SetFileCompletionNotificationModes: adds FILE_SKIP_COMPLETION_PORT_ON_SUCCESS (1) and
/// FILE_SKIP_SET_EVENT_ON_HANDLE (2). Other bits: 87.
#[unsafe(no_mangle)]
pub extern "system" fn SetFileCompletionNotificationModes(file: Handle, flags: u8) -> Bool {
    fence_bool(|| {
        if flags > 3 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        object(file)?
            .io()
            .ok_or(ERROR_INVALID_PARAMETER)?
            .add_modes(flags);
        Ok(())
    })
}
