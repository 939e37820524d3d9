//! Windows: Winsock's pages "listen", "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", "closesocket".
//!
//! Sockets are not inherited by child processes unless their handle is made so, and there is no
//! SIGPIPE. Events come from the AFD driver through mio, which re-arms after WouldBlock only.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::windows::fs::FileExt;
use std::path::Path;

use mio::Interest;
use mio::net::TcpStream;
use socket2::Socket;

pub(crate) use super::no_pages::NoPages as FilePages;
pub(super) use super::probe::has_address;
pub(crate) use super::std_clock::{millis, unix_seconds};

/// Files are copied.
pub(crate) const HAS_PAGES: bool = false;

/// Not asked for.
pub(super) const MORE: i32 = 0;

/// The next event comes only after a read that found nothing.
pub(super) const SHORT_READ_DRAINS: bool = false;

/// What the poll tells of a connection.
pub(crate) const INTEREST: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// There is no abort but the close.
pub(super) const ABORT_IS_AN_EVENT: bool = false;

/// Options are set for each accepted socket.
pub(super) const ACCEPTED_INHERIT: bool = false;

/// SOMAXCONN: the provider takes the largest reasonable number; a plain number is cut to 200.
pub(super) const BACKLOG: i32 = 0x7fff_ffff;

/// There is no signal.
pub(super) const SEND_FLAGS: i32 = 0;

/// Not asked.
pub(super) fn port_owner(_: SocketAddr) -> Option<String> {
    None
}

/// WSAEAFNOSUPPORT.
pub(super) const NO_FAMILY: i32 = 10047;

/// WSAEFAULT.
pub(super) const BAD_MEMORY: i32 = 10014;

/// Nothing: SO_REUSEADDR would let two programs have one port here, and old connections do not keep
/// a port from being opened again.
#[allow(clippy::unnecessary_wraps, reason = "as in the other systems")]
pub(super) fn before_bind(_socket: &Socket) -> io::Result<()> {
    Ok(())
}

/// Not asked: the first file tells.
#[allow(clippy::unnecessary_wraps, reason = "as in the other systems")]
pub(super) fn check_writable(_directory: &Path) -> io::Result<()> {
    Ok(())
}

/// No option of its own.
pub(super) fn prepare(_: &TcpStream) {}

/// ReadFile at an offset. It moves the position of the file, which is not used.
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

/// Not asked for: what depends on it has a bound of its own.
pub(super) fn memory() -> Option<u64> {
    None
}
