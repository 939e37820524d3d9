//! Winsock's socket functions.
//!
//! Owns the C form only. Those whose names the C library has as well (`bind`, `send`) are exported with
//! `Httpsys_` in front; `crt/winsock_names.h` tells compilers. All need WSAStartup first (10093).
//! Threading: any thread.

#![allow(non_snake_case, reason = "documented names behind Httpsys_")]

use std::ffi::c_void;
use std::net::SocketAddr;

use super::{fence, put};
use crate::net::errors::{WSAEMSGSIZE, WSAEOPNOTSUPP};
use crate::net::socket::{self, Half, Socket};
use crate::net::transfer::{self, Buffer, ReceivedData};
use crate::status::{Code, WSAEFAULT, WSAEINVAL};
use crate::wsa::{self, SOCKADDR_IN6_BYTES};

use super::winsock::SOCKET_ERROR;

/// INVALID_SOCKET.
pub const INVALID_SOCKET: usize = usize::MAX;

/// WSABUF: 16 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WSABUF {
    /// Bytes at `buf`.
    pub len: u32,
    /// The bytes.
    pub buf: *mut u8,
}

/// A call that returns 0 or SOCKET_ERROR.
pub(super) fn zero(body: impl FnOnce() -> Result<(), Code>) -> i32 {
    fence(SOCKET_ERROR, || body().map(|()| 0))
}

/// socket: creates a socket: family 2 or 23, kind 1 to 3, protocol 0 for the usual one. INVALID_SOCKET with 10022,
/// 10024, 10043, 10044, 10047.
///
/// Differs: AF_UNIX (1) and the families of other networks give 10047.
#[unsafe(no_mangle)]
pub extern "system" fn Httpsys_socket(family: i32, kind: i32, protocol: i32) -> usize {
    fence(INVALID_SOCKET, || {
        wsa::started()?;
        socket::open(Socket::new(family, kind, protocol)?)
    })
}

/// WSASocketW: works like `socket`. Flags: WSA_FLAG_OVERLAPPED (1) and WSA_FLAG_NO_HANDLE_INHERIT (0x80) are accepted,
/// others give 10022.
///
/// Differs: a protocol description (WSAPROTOCOL_INFO) and groups are refused with 10045: no socket is
/// shared with another process. A socket that is made without WSA_FLAG_OVERLAPPED takes overlapped calls.
///
/// # Safety
/// `info` is not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASocketW(
    family: i32,
    kind: i32,
    protocol: i32,
    info: *const c_void,
    group: u32,
    flags: u32,
) -> usize {
    fence(INVALID_SOCKET, || {
        wsa::started()?;
        if !info.is_null() || group != 0 {
            return Err(WSAEOPNOTSUPP);
        }
        if flags & !0x81 != 0 {
            return Err(WSAEINVAL);
        }
        socket::open(Socket::new(family, kind, protocol)?)
    })
}

/// WSASocketA: works like [`WSASocketW`].
///
/// # Safety
/// `info` is not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASocketA(
    family: i32,
    kind: i32,
    protocol: i32,
    info: *const c_void,
    group: u32,
    flags: u32,
) -> usize {
    // SAFETY: as the contract of this function.
    unsafe { WSASocketW(family, kind, protocol, info, group, flags) }
}

/// closesocket: calls of other threads that sleep on it end with 10004. SOCKET_ERROR with 10038.
#[unsafe(no_mangle)]
pub extern "system" fn closesocket(handle: usize) -> i32 {
    zero(|| socket::close(handle))
}

/// bind: binds a socket to an address. SOCKET_ERROR with 10013, 10014, 10022 (bound already), 10038, 10047, 10048,
/// 10049.
///
/// # Safety
/// `address` is NULL or points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_bind(
    handle: usize,
    address: *const c_void,
    length: i32,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        // SAFETY: by the contract of this function.
        socket.bind(&unsafe { read_address(address, length) }?)
    })
}

/// listen: lets a socket accept connections; SOMAXCONN (0x7FFFFFFF) is what the system allows. SOCKET_ERROR with
/// 10022 (not bound), 10038, 10045, 10056.
#[unsafe(no_mangle)]
pub extern "system" fn Httpsys_listen(handle: usize, backlog: i32) -> i32 {
    zero(|| socket::find(handle)?.listen(backlog))
}

/// accept: accepts a connection; the new socket has the blocking mode and the timeouts of the listening one.
/// INVALID_SOCKET with 10004 (closed meanwhile), 10014 (`length` too small), 10022 (not listening), 10024, 10035,
/// 10038, 10045.
///
/// # Safety
/// `address` is NULL or points to `*length` bytes; `length` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_accept(
    handle: usize,
    address: *mut c_void,
    length: *mut i32,
) -> usize {
    fence(INVALID_SOCKET, || {
        let socket = socket::find(handle)?;
        // SAFETY: by the contract of this function.
        unsafe { has_room(address, length, socket.is_ipv6()) }?;
        let (accepted, peer) = socket.accept()?;
        if let Some(peer) = peer {
            // SAFETY: as above.
            unsafe { write_address(&peer, address, length) }?;
        }
        socket::open(accepted)
    })
}

/// connect: connects a socket. SOCKET_ERROR with 10004, 10014, 10035 (non-blocking: it is in progress), 10037, 10038,
/// 10047, 10049, 10051, 10056, 10060, 10061, 10065.
///
/// # Safety
/// `address` is NULL or points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_connect(
    handle: usize,
    address: *const c_void,
    length: i32,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        // SAFETY: by the contract of this function.
        socket.connect(&unsafe { read_address(address, length) }?)
    })
}

/// shutdown: ends receiving (SD_RECEIVE, 0), sending (SD_SEND, 1) or both (SD_BOTH, 2). SOCKET_ERROR with 10022,
/// 10038, 10057.
#[unsafe(no_mangle)]
pub extern "system" fn Httpsys_shutdown(handle: usize, how: i32) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        socket.shut_down(match how {
            0 => Half::Receive,
            1 => Half::Send,
            2 => Half::Both,
            _ => return Err(WSAEINVAL),
        })
    })
}

/// getsockname: gets the address of a socket. SOCKET_ERROR with 10014, 10022 (neither bound nor connected), 10038.
///
/// # Safety
/// `address` is NULL or points to `*length` bytes; `length` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_getsockname(
    handle: usize,
    address: *mut c_void,
    length: *mut i32,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        if address.is_null() || length.is_null() {
            return Err(WSAEFAULT);
        }
        // SAFETY: by the contract of this function.
        unsafe { write_address(&socket.local()?, address, length) }
    })
}

/// getpeername: gets the address of the peer. SOCKET_ERROR with 10014, 10038, 10057.
///
/// # Safety
/// `address` is NULL or points to `*length` bytes; `length` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_getpeername(
    handle: usize,
    address: *mut c_void,
    length: *mut i32,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        if address.is_null() || length.is_null() {
            return Err(WSAEFAULT);
        }
        // SAFETY: by the contract of this function.
        unsafe { write_address(&socket.peer()?, address, length) }
    })
}

/// send: sends bytes and returns their number; a blocking socket sends all of them. SOCKET_ERROR with 10004, 10014,
/// 10035, 10038, 10045 (flags), 10053, 10054, 10057, 10058 (after shutdown), 10060 (SO_SNDTIMEO).
///
/// # Safety
/// `bytes` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_send(
    handle: usize,
    bytes: *const u8,
    length: i32,
    flags: i32,
) -> i32 {
    // SAFETY: by the contract of this function.
    unsafe { Httpsys_sendto(handle, bytes, length, flags, std::ptr::null(), 0) }
}

/// sendto: works like `send`, for a socket without a connection, to this address. Also 10039 (no address), 10040 (too
/// large), 10047.
///
/// # Safety
/// `bytes` points to `length` bytes, `to` is NULL or points to `to_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_sendto(
    handle: usize,
    bytes: *const u8,
    length: i32,
    flags: i32,
    to: *const c_void,
    to_length: i32,
) -> i32 {
    fence(SOCKET_ERROR, || {
        let socket = socket::find(handle)?;
        let mut buffers = [one(bytes.cast_mut(), length)?];
        let to = match to.is_null() {
            true => None,
            // SAFETY: by the contract of this function.
            false => Some(unsafe { read_address(to, to_length) }?),
        };
        // SAFETY: as above.
        let sent = unsafe { socket.send(&mut buffers, flags as u32, to.as_ref()) }?;
        Ok(sent as i32)
    })
}

/// recv: receives bytes and returns their number; 0 when the peer has shut down. SOCKET_ERROR with 10004, 10014,
/// 10035, 10038, 10040 (the rest of the datagram is lost), 10045 (flags), 10053, 10054, 10057, 10058, 10060
/// (SO_RCVTIMEO).
///
/// # Safety
/// `bytes` has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_recv(
    handle: usize,
    bytes: *mut u8,
    length: i32,
    flags: i32,
) -> i32 {
    let (from, from_length) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: by the contract of this function.
    unsafe { Httpsys_recvfrom(handle, bytes, length, flags, from, from_length) }
}

/// recvfrom: works like `recv`, and also returns the sender.
///
/// # Safety
/// `bytes` has room for `length` bytes; `from` is NULL or has room for `*from_length`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_recvfrom(
    handle: usize,
    bytes: *mut u8,
    length: i32,
    flags: i32,
    from: *mut c_void,
    from_length: *mut i32,
) -> i32 {
    fence(SOCKET_ERROR, || {
        let socket = socket::find(handle)?;
        let mut buffers = [one(bytes, length)?];
        if socket.kind() != socket::STREAM {
            // SAFETY: by the contract of this function.
            unsafe { has_room(from, from_length, socket.is_ipv6()) }?;
        }
        // SAFETY: as above.
        let received = unsafe { socket.receive(&mut buffers, flags as u32) }?;
        // SAFETY: as above.
        unsafe { tell_from(&received, from, from_length) }?;
        Ok(received.bytes as i32)
    })
}

/// Where a datagram came from; 10040 if not all of it was taken.
///
/// # Safety
/// Works like [`write_address`].
pub(super) unsafe fn tell_from(
    received: &ReceivedData,
    from: *mut c_void,
    length: *mut i32,
) -> Result<(), Code> {
    if let Some(address) = &received.from {
        // SAFETY: by the contract of this function.
        unsafe { write_address(address, from, length) }?;
    }
    match received.truncated {
        true => Err(WSAEMSGSIZE),
        false => Ok(()),
    }
}

fn one(bytes: *mut u8, length: i32) -> Result<Buffer, Code> {
    let length = usize::try_from(length).map_err(|_| WSAEFAULT)?;
    if bytes.is_null() && length > 0 {
        return Err(WSAEFAULT);
    }
    Ok(Buffer {
        iov_base: bytes.cast(),
        iov_len: length,
    })
}

/// The buffers of a call; 10022 for none, 10014 for NULL.
///
/// # Safety
/// `buffers` is NULL or points to `count` entries.
pub(super) unsafe fn buffers(buffers: *const WSABUF, count: u32) -> Result<Vec<Buffer>, Code> {
    if buffers.is_null() {
        return Err(WSAEFAULT);
    }
    if count == 0 {
        return Err(WSAEINVAL);
    }
    (0..count as usize)
        .map(|at| {
            // SAFETY: below the count that the caller vouched for.
            let buffer = unsafe { buffers.add(at).read_unaligned() };
            match buffer.buf.is_null() && buffer.len > 0 {
                true => Err(WSAEFAULT),
                false => Ok(transfer::Buffer {
                    iov_base: buffer.buf.cast(),
                    iov_len: buffer.len as usize,
                }),
            }
        })
        .collect()
}

/// Reads an address of the program.
///
/// # Safety
/// `address` is NULL or points to `length` bytes.
pub(super) unsafe fn read_address(address: *const c_void, length: i32) -> Result<SocketAddr, Code> {
    let length = usize::try_from(length).map_err(|_| WSAEFAULT)?;
    if address.is_null() {
        return Err(WSAEFAULT);
    }
    let mut copy = [0; SOCKADDR_IN6_BYTES];
    let used = copy.len().min(length);
    // SAFETY: `used` bytes can be read by the contract of this function.
    unsafe { std::ptr::copy_nonoverlapping(address.cast(), copy.as_mut_ptr(), used) };
    wsa::decode(&copy[..used]).map_err(|code| match code {
        WSAEINVAL => crate::status::WSAEAFNOSUPPORT,
        code => code,
    })
}

/// Whether an address of the family fits, if one is asked for.
unsafe fn has_room(address: *const c_void, length: *const i32, ipv6: bool) -> Result<(), Code> {
    if address.is_null() || length.is_null() {
        return Ok(());
    }
    // SAFETY: valid by the contracts of the exported functions.
    let room = unsafe { length.read_unaligned() };
    let needed = match ipv6 {
        true => SOCKADDR_IN6_BYTES,
        false => wsa::SOCKADDR_IN_BYTES,
    };
    match usize::try_from(room).is_ok_and(|room| room >= needed) {
        true => Ok(()),
        false => Err(WSAEFAULT),
    }
}

/// Writes an address and its length, unless one of them is NULL; 10014 when it does not fit.
///
/// # Safety
/// `address` is NULL or has room for `*length` bytes; `length` is NULL or valid.
pub(super) unsafe fn write_address(
    from: &SocketAddr,
    address: *mut c_void,
    length: *mut i32,
) -> Result<(), Code> {
    if address.is_null() || length.is_null() {
        return Ok(());
    }
    // SAFETY: by the contract of this function.
    unsafe { has_room(address, length, from.is_ipv6()) }?;
    let mut bytes = [0; SOCKADDR_IN6_BYTES];
    let used = wsa::encode(from, wsa::AF_INET6, &mut bytes);
    // SAFETY: as above, and there is room.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), address.cast(), used);
        put(length, used as i32);
    }
    Ok(())
}
