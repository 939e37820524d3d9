//! Other systems with BSD sockets, FreeBSD first of all: only compiled, never run here.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
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

/// As on macOS: BSD sockets stop a read at the mark of urgent data.
pub(super) const SHORT_READ_DRAINS: bool = false;

/// What the poll tells of a connection.
pub(crate) const INTEREST: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// There is no abort but the close.
pub(super) const ABORT_IS_AN_EVENT: bool = false;

/// Options are set for each accepted socket.
pub(super) const ACCEPTED_INHERIT: bool = false;

/// Pending connections; the systems cut it to their limit.
pub(super) const BACKLOG: i32 = 4096;

/// MSG_NOSIGNAL where its number is known; elsewhere the program has to ignore SIGPIPE.
pub(super) const SEND_FLAGS: i32 = if cfg!(target_os = "freebsd") {
    0x20000
} else {
    0
};

/// Not asked.
pub(super) fn port_owner(_: SocketAddr) -> Option<String> {
    None
}

/// EAFNOSUPPORT of the BSDs.
pub(super) const NO_FAMILY: i32 = 47;

/// EFAULT of the BSDs.
pub(super) const BAD_MEMORY: i32 = 14;

/// A port whose old connections are in TIME_WAIT can be opened again.
pub(super) fn before_bind(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_address(true)
}

/// Not asked: the first file tells.
#[allow(clippy::unnecessary_wraps, reason = "as in the other systems")]
pub(super) fn check_writable(_directory: &Path) -> io::Result<()> {
    Ok(())
}

/// No option of its own.
pub(super) fn prepare(_: &TcpStream) {}

/// pread(2): the position of the file stays.
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

/// Not asked for: what depends on it has a bound of its own.
pub(super) fn memory() -> Option<u64> {
    None
}
