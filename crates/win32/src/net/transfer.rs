//! Sending and receiving.
//!
//! Owns the loops around the system's sendmsg and recvmsg, with the flags and rules of Windows. Does not
//! own the buffers. Invariants: a blocking call ends when its socket is closed; a blocking send of a
//! stream sends everything or fails. Threading: any thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use socket2::SockAddr;

use super::errors::*;
use super::socket::{STREAM, Socket};
use crate::status::{Code, WSAEAFNOSUPPORT};

/// MSG_OOB.
pub const OUT_OF_BAND: u32 = 1;
/// MSG_PEEK.
pub const PEEK: u32 = 2;
/// MSG_DONTROUTE.
pub const DONT_ROUTE: u32 = 4;
/// MSG_WAITALL.
pub const WAIT_ALL: u32 = 8;
/// MSG_PARTIAL: more of the message is to come.
pub const PARTIAL: u32 = 0x8000;

#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;
/// The socket has SO_NOSIGPIPE.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_SIGNAL: i32 = 0;

/// One piece of the program's memory: WSABUF as the system has it.
pub use libc::iovec as Buffer;

/// What was received.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedData {
    /// Bytes in the buffers.
    pub bytes: usize,
    /// Of a socket without connections.
    pub from: Option<SocketAddr>,
    /// The rest of the datagram is lost (WSAEMSGSIZE).
    pub truncated: bool,
    /// Out-of-band data.
    pub out_of_band: bool,
}

impl Socket {
    /// recv, recvfrom, WSARecv: 0 bytes when the peer has shut down.
    ///
    /// # Errors
    /// 10004, 10014, 10035, 10045 (flags), 10053, 10054, 10057, 10058, 10060.
    ///
    /// # Safety
    /// The kernel checks the memory, but it must not be Rust memory that is borrowed elsewhere.
    pub unsafe fn receive(
        self: &Arc<Self>,
        buffers: &mut [Buffer],
        flags: u32,
    ) -> Result<ReceivedData, Code> {
        let settings = self.settings();
        // SAFETY: by the contract of this function.
        let mut received = match unsafe { self.receive_now(buffers, flags) } {
            Err(WSAEWOULDBLOCK) if settings.blocking => ReceivedData::none(),
            other => return self.all_of(other?, buffers, flags),
        };
        while received.bytes == 0 {
            self.sleep(events_of(flags), settings.receive_timeout)?;
            // SAFETY: by the contract of this function.
            match unsafe { self.receive_now(buffers, flags) } {
                Err(WSAEWOULDBLOCK) => {}
                other => {
                    received = other?;
                    break;
                }
            }
        }
        self.all_of(received, buffers, flags)
    }

    /// With MSG_WAITALL goes on until the buffers are full.
    fn all_of(
        self: &Arc<Self>,
        mut received: ReceivedData,
        buffers: &mut [Buffer],
        flags: u32,
    ) -> Result<ReceivedData, Code> {
        let settings = self.settings();
        if flags & WAIT_ALL == 0 || !settings.blocking || self.kind() != STREAM {
            return Ok(received);
        }
        let wanted: usize = buffers.iter().map(|buffer| buffer.iov_len).sum();
        let mut rest = advance(buffers, received.bytes);
        while received.bytes > 0 && received.bytes < wanted {
            // SAFETY: parts of the memory that the caller of `receive` vouched for.
            match unsafe { self.receive_now(rest, flags) } {
                Ok(more) if more.bytes == 0 => break,
                Ok(more) => {
                    received.bytes += more.bytes;
                    rest = advance(rest, more.bytes);
                }
                Err(WSAEWOULDBLOCK) => self.sleep(libc::POLLIN, settings.receive_timeout)?,
                Err(code) => return Err(code),
            }
        }
        Ok(received)
    }

    /// Receives what is there: 10035 when there is nothing.
    ///
    /// # Errors
    /// As [`Socket::receive`].
    ///
    /// # Safety
    /// As [`Socket::receive`].
    pub unsafe fn receive_now(
        &self,
        buffers: &mut [Buffer],
        flags: u32,
    ) -> Result<ReceivedData, Code> {
        let known = OUT_OF_BAND | PEEK | WAIT_ALL | PARTIAL;
        if flags & !known != 0 || (flags & WAIT_ALL != 0 && flags & (PEEK | OUT_OF_BAND) != 0) {
            return Err(WSAEOPNOTSUPP);
        }
        if self.settings().shut_receive {
            return Err(WSAESHUTDOWN);
        }
        let mut system = 0;
        if flags & OUT_OF_BAND != 0 {
            system |= libc::MSG_OOB;
        }
        if flags & PEEK != 0 {
            system |= libc::MSG_PEEK;
        }
        loop {
            let received = receive_message(self.fd(), buffers, system);
            match received {
                Ok(received) => return Ok(received),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(from_io(&error)),
            }
        }
    }

    /// send, sendto, WSASend, WSASendTo. A blocking send of a stream sends everything.
    ///
    /// # Errors
    /// 10004, 10014, 10035, 10039, 10040, 10045 (flags), 10054, 10056, 10057, 10058, 10060.
    ///
    /// # Safety
    /// As [`Socket::receive`].
    pub unsafe fn send(
        self: &Arc<Self>,
        buffers: &mut [Buffer],
        flags: u32,
        to: Option<&SocketAddr>,
    ) -> Result<usize, Code> {
        let settings = self.settings();
        let wanted: usize = buffers.iter().map(|buffer| buffer.iov_len).sum();
        let (mut rest, mut sent) = (buffers, 0);
        loop {
            // SAFETY: by the contract of this function.
            match unsafe { self.send_now(rest, flags, to) } {
                Ok(more) => {
                    sent += more;
                    if sent >= wanted || !settings.blocking || self.kind() != STREAM {
                        return Ok(sent);
                    }
                    rest = advance(rest, more);
                }
                Err(WSAEWOULDBLOCK) if settings.blocking => {
                    self.sleep(libc::POLLOUT, settings.send_timeout)?;
                }
                Err(code) => return Err(code),
            }
        }
    }

    /// Sends what the system takes at once: 10035 when it takes nothing.
    ///
    /// # Errors
    /// As [`Socket::send`].
    ///
    /// # Safety
    /// As [`Socket::receive`].
    pub unsafe fn send_now(
        &self,
        buffers: &mut [Buffer],
        flags: u32,
        to: Option<&SocketAddr>,
    ) -> Result<usize, Code> {
        if flags & !(OUT_OF_BAND | DONT_ROUTE | PARTIAL) != 0 {
            return Err(WSAEOPNOTSUPP);
        }
        if self.settings().shut_send {
            return Err(WSAESHUTDOWN);
        }
        // A stream is connected: where to is not looked at (documented: sendto).
        let to = to.filter(|_| self.kind() != STREAM);
        if to.is_some_and(|to| to.is_ipv6() != self.is_ipv6()) {
            return Err(WSAEAFNOSUPPORT);
        }
        let to = to.map(|to| SockAddr::from(*to));
        let mut system = NO_SIGNAL;
        if flags & OUT_OF_BAND != 0 {
            system |= libc::MSG_OOB;
        }
        if flags & DONT_ROUTE != 0 {
            system |= libc::MSG_DONTROUTE;
        }
        let mut message = message(buffers);
        if let Some(to) = &to {
            message.msg_name = to.as_ptr().cast_mut().cast();
            message.msg_namelen = to.len();
        }
        loop {
            // SAFETY: the kernel reads the caller's buffers or fails with EFAULT; the address is a local.
            let sent = unsafe { libc::sendmsg(self.fd(), &raw const message, system) };
            match usize::try_from(sent) {
                Ok(sent) => return Ok(sent),
                Err(_) => match last() {
                    WSAEINTR => {}
                    // What a socket without a peer says; Windows has one code for both.
                    WSAECONNRESET if !self.settings().connected => return Err(WSAENOTCONN),
                    WSAEDESTADDRREQ if to.is_none() => return Err(WSAENOTCONN),
                    code => return Err(code),
                },
            }
        }
    }
}

impl ReceivedData {
    fn none() -> ReceivedData {
        ReceivedData {
            bytes: 0,
            from: None,
            truncated: false,
            out_of_band: false,
        }
    }
}

fn events_of(flags: u32) -> i16 {
    match flags & OUT_OF_BAND {
        0 => libc::POLLIN,
        _ => libc::POLLPRI,
    }
}

/// The buffers without their first bytes.
pub(super) fn advance(mut buffers: &mut [Buffer], mut bytes: usize) -> &mut [Buffer] {
    while let Some(first) = buffers.first().map(|first| first.iov_len) {
        if first > bytes {
            let rest = &mut buffers[0];
            rest.iov_base = rest.iov_base.cast::<u8>().wrapping_add(bytes).cast();
            rest.iov_len -= bytes;
            break;
        }
        bytes -= first;
        buffers = &mut buffers[1..];
    }
    buffers
}

fn message(buffers: &mut [Buffer]) -> libc::msghdr {
    // SAFETY: a structure of numbers and pointers, for which zero is a value.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = buffers.as_mut_ptr();
    message.msg_iovlen = buffers.len() as _;
    message
}

/// One recvmsg.
fn receive_message(fd: i32, buffers: &mut [Buffer], flags: i32) -> io::Result<ReceivedData> {
    let mut message = message(buffers);
    // SAFETY: the address that `recvmsg` writes is in the storage, and its length where it is asked for.
    let (bytes, from) = unsafe {
        SockAddr::try_init(|storage, length| {
            message.msg_name = storage.cast();
            message.msg_namelen = *length;
            let bytes = libc::recvmsg(fd, &raw mut message, flags);
            *length = message.msg_namelen;
            usize::try_from(bytes).map_err(|_| io::Error::last_os_error())
        })?
    };
    Ok(ReceivedData {
        bytes,
        from: from.as_socket(),
        truncated: message.msg_flags & libc::MSG_TRUNC != 0,
        out_of_band: message.msg_flags & libc::MSG_OOB != 0,
    })
}
