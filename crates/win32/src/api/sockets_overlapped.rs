//! Winsock 2's calls with several buffers, overlapped or not, and its events.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;

use super::sockets::{
    Httpsys_accept, Httpsys_connect, INVALID_SOCKET, WSABUF, buffers, read_address, tell_from, zero,
};
use super::{Bool, FALSE, TRUE, events, fence, last_error, overlapped, put, waits};
use crate::handle::Handle;
use crate::io::overlapped::OVERLAPPED;
use crate::net::errors::{WSAENOTSOCK, WSAEOPNOTSUPP};
use crate::net::pending::{self, Issued, SocketOperation, Tell, as_winsock};
use crate::net::socket::{self, Socket};
use crate::net::transfer::{PARTIAL, ReceivedData};
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_IO_PENDING, WSAEFAULT, WSAEINVAL};
use crate::wsa;

/// WSASend: sends what is in the buffers, overlapped if there is an OVERLAPPED (997 while it goes on; event,
/// completion port or thread-pool I/O as with files). SOCKET_ERROR with the codes of `send`, 10022 for
/// no buffers.
///
/// Partial: no completion routines (10045).
///
/// # Safety
/// `list` points to `count` buffers; these and `overlapped` are valid until the operation has ended.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASend(
    handle: usize,
    list: *const WSABUF,
    count: u32,
    sent: *mut u32,
    flags: u32,
    overlapped: *mut OVERLAPPED,
    routine: *const c_void,
) -> i32 {
    let null = std::ptr::null();
    // SAFETY: by the contract of this function.
    unsafe {
        WSASendTo(
            handle, list, count, sent, flags, null, 0, overlapped, routine,
        )
    }
}

/// WSASendTo: works like [`WSASend`]; of a socket without connections to this address.
///
/// Partial: no completion routines (10045).
///
/// # Safety
/// Works like [`WSASend`]; `to` is NULL or points to `to_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASendTo(
    handle: usize,
    list: *const WSABUF,
    count: u32,
    sent: *mut u32,
    flags: u32,
    to: *const c_void,
    to_length: i32,
    overlapped: *mut OVERLAPPED,
    routine: *const c_void,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        // SAFETY: by the contract of this function.
        let mut buffers = unsafe { buffers(list, count) }?;
        let to = match to.is_null() {
            true => None,
            // SAFETY: as above.
            false => Some(unsafe { read_address(to, to_length) }?),
        };
        if overlapped.is_null() {
            if sent.is_null() {
                return Err(WSAEFAULT);
            }
            // SAFETY: as above.
            let bytes = unsafe { socket.send(&mut buffers, flags, to.as_ref()) }?;
            // SAFETY: as above.
            unsafe { put(sent, bytes as u32) };
            return Ok(());
        }
        let operation = SocketOperation::send(buffers, flags, to);
        // SAFETY: as above.
        unsafe { issue(&socket, operation, overlapped, routine, sent) }
    })
}

/// WSARecv: receives into the buffers, overlapped if there is an OVERLAPPED (997 while it goes on). `flags` is
/// read and written. SOCKET_ERROR with the codes of `recv`, 10022 for no buffers.
///
/// Partial: no completion routines (10045).
///
/// # Safety
/// `list` points to `count` buffers; these, `flags` and `overlapped` are valid until the operation has ended.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSARecv(
    handle: usize,
    list: *const WSABUF,
    count: u32,
    received: *mut u32,
    flags: *mut u32,
    overlapped: *mut OVERLAPPED,
    routine: *const c_void,
) -> i32 {
    let (from, length) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: by the contract of this function.
    unsafe {
        WSARecvFrom(
            handle, list, count, received, flags, from, length, overlapped, routine,
        )
    }
}

/// WSARecvFrom: works like [`WSARecv`], and where it came from.
///
/// Partial: no completion routines (10045).
///
/// # Safety
/// Works like [`WSARecv`]; `from` is NULL or has room for `*from_length` bytes, both until the
/// operation has ended.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSARecvFrom(
    handle: usize,
    list: *const WSABUF,
    count: u32,
    received: *mut u32,
    flags: *mut u32,
    from: *mut c_void,
    from_length: *mut i32,
    overlapped: *mut OVERLAPPED,
    routine: *const c_void,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        // SAFETY: by the contract of this function.
        let mut buffers = unsafe { buffers(list, count) }?;
        if flags.is_null() {
            return Err(WSAEFAULT);
        }
        // SAFETY: not NULL, so valid by the contract of this function.
        let asked = unsafe { flags.read_unaligned() };
        let tell = ReceiveTarget {
            flags,
            from,
            from_length,
        };
        if overlapped.is_null() {
            if received.is_null() {
                return Err(WSAEFAULT);
            }
            // SAFETY: as above.
            let got = unsafe { socket.receive(&mut buffers, asked) }?;
            // SAFETY: as above.
            unsafe { put(received, got.bytes as u32) };
            return tell.tell(&got);
        }
        let operation = SocketOperation::receive(buffers, asked, Box::new(tell));
        // SAFETY: as above.
        unsafe { issue(&socket, operation, overlapped, routine, received) }
    })
}

/// What a receive writes.
#[derive(Debug)]
struct ReceiveTarget {
    flags: *mut u32,
    from: *mut c_void,
    from_length: *mut i32,
}

// SAFETY: pointers to memory that the program lends until the operation has ended, on whatever thread.
unsafe impl Send for ReceiveTarget {}

impl Tell for ReceiveTarget {
    fn tell(&self, received: &ReceivedData) -> Result<(), Code> {
        let flags = match (received.out_of_band, received.truncated) {
            (true, _) => 1,
            (_, true) => PARTIAL,
            _ => 0,
        };
        // SAFETY: valid until the operation has ended, by the contracts of the exported functions.
        unsafe {
            put(self.flags, flags);
            tell_from(received, self.from, self.from_length)
        }
    }
}

/// Issues an overlapped call.
///
/// # Safety
/// As the exported functions.
unsafe fn issue(
    socket: &std::sync::Arc<Socket>,
    operation: SocketOperation,
    overlapped: *mut OVERLAPPED,
    routine: *const c_void,
    bytes: *mut u32,
) -> Result<(), Code> {
    if !routine.is_null() {
        return Err(WSAEOPNOTSUPP);
    }
    let io = crate::Object::io(&**socket).ok_or(WSAENOTSOCK)?;
    // SAFETY: valid until the operation has ended, by the contracts of the exported functions.
    let issued = unsafe { pending::issue(socket, operation, io.begin(overlapped)) }?;
    match issued {
        Issued::Done(done) => {
            // SAFETY: NULL or valid.
            unsafe { put(bytes, done as u32) };
            Ok(())
        }
        Issued::Pending => Err(ERROR_IO_PENDING),
    }
}

/// WSAGetOverlappedResult: returns TRUE if the operation succeeded; otherwise the last error is its Winsock code, or
/// 996 if it goes on and `wait` is FALSE.
///
/// # Safety
/// `overlapped` points to the OVERLAPPED of the operation; `bytes` and `flags` are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAGetOverlappedResult(
    handle: usize,
    overlapped: *mut OVERLAPPED,
    bytes: *mut u32,
    wait: Bool,
    flags: *mut u32,
) -> Bool {
    let checked = fence(FALSE, || {
        socket::find(handle)?;
        match overlapped.is_null() || bytes.is_null() || flags.is_null() {
            true => Err(WSAEFAULT),
            false => Ok(TRUE),
        }
    });
    if checked == FALSE {
        return FALSE;
    }
    // SAFETY: by the contract of this function.
    let ended =
        unsafe { overlapped::GetOverlappedResult(handle as Handle, overlapped, bytes, wait) };
    if ended == FALSE {
        last_error::set(as_winsock(last_error::get()));
        return FALSE;
    }
    // SAFETY: as above.
    unsafe { put(flags, 0) };
    TRUE
}

/// WSAAccept: works like `accept`.
///
/// Partial: no condition function (10045).
///
/// # Safety
/// As `accept`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAAccept(
    handle: usize,
    address: *mut c_void,
    length: *mut i32,
    condition: *const c_void,
    _data: usize,
) -> usize {
    if !condition.is_null() {
        return fence(INVALID_SOCKET, || Err(WSAEOPNOTSUPP));
    }
    // SAFETY: by the contract of this function.
    unsafe { Httpsys_accept(handle, address, length) }
}

/// WSAConnect: works like `connect`; data and qualities of service are not exchanged.
///
/// # Safety
/// As `connect`; the other pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAConnect(
    handle: usize,
    address: *const c_void,
    length: i32,
    _caller: *const c_void,
    _callee: *mut c_void,
    _socket: *const c_void,
    _group: *const c_void,
) -> i32 {
    // SAFETY: by the contract of this function.
    unsafe { Httpsys_connect(handle, address, length) }
}

/// WSACreateEvent: returns a manual-reset event that is not set; NULL with 10093 or 8.
#[unsafe(no_mangle)]
pub extern "system" fn WSACreateEvent() -> Handle {
    let null = std::ptr::null_mut();
    if fence(FALSE, || wsa::started().map(|()| TRUE)) == FALSE {
        return null;
    }
    // SAFETY: no attributes, no name.
    unsafe { events::CreateEventW(null.cast(), TRUE, FALSE, null.cast()) }
}

/// WSASetEvent: works like SetEvent.
#[unsafe(no_mangle)]
pub extern "system" fn WSASetEvent(event: Handle) -> Bool {
    events::SetEvent(event)
}

/// WSAResetEvent: works like ResetEvent.
#[unsafe(no_mangle)]
pub extern "system" fn WSAResetEvent(event: Handle) -> Bool {
    events::ResetEvent(event)
}

/// WSACloseEvent: closes the handle of an event; 6 for another.
#[unsafe(no_mangle)]
pub extern "system" fn WSACloseEvent(event: Handle) -> Bool {
    fence(FALSE, || {
        let known = crate::lookup_as::<crate::Event>(event);
        known.ok_or(ERROR_INVALID_HANDLE)?;
        match crate::close(event) {
            true => Ok(TRUE),
            false => Err(ERROR_INVALID_HANDLE),
        }
    })
}

/// WSAWaitForMultipleEvents: works like WaitForMultipleObjectsEx, for at most 64 events; 10022 for
/// none.
///
/// # Safety
/// `list` points to `count` handles.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAWaitForMultipleEvents(
    count: u32,
    list: *const Handle,
    all: Bool,
    milliseconds: u32,
    alertable: Bool,
) -> u32 {
    let checked = fence(waits::WAIT_FAILED, || {
        wsa::started()?;
        match count {
            1..=64 => Ok(0),
            _ => Err(WSAEINVAL),
        }
    });
    if checked == waits::WAIT_FAILED {
        return waits::WAIT_FAILED;
    }
    // SAFETY: by the contract of this function.
    unsafe { waits::WaitForMultipleObjectsEx(count, list, all, milliseconds, alertable) }
}
