//! macOS: getsockopt(2), listen(2), accept(2) of its manual.
//!
//! There is no accept4: mio sets close-on-exec after the accept, so a program that forks and executes
//! another in between hands the socket on; non-blocking is inherited from the listener. There is no
//! MSG_NOSIGNAL: each accepted socket gets SO_NOSIGPIPE.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::Path;

use mio::Interest;
use mio::net::TcpStream;
use socket2::{SockRef, Socket};

pub(super) use super::interfaces::has_address;
pub(crate) use super::no_pages::NoPages as FilePages;
pub(crate) use super::std_clock::{millis, unix_seconds};

/// Files are copied.
pub(crate) const HAS_PAGES: bool = false;

/// Not asked for.
pub(super) const MORE: i32 = 0;

/// A read stops at the mark of urgent data, of which mio tells nothing here: a short read says nothing.
pub(super) const SHORT_READ_DRAINS: bool = false;

/// What the poll tells of a connection.
pub(crate) const INTEREST: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// There is no abort but the close.
pub(super) const ABORT_IS_AN_EVENT: bool = false;

/// Options are set for each accepted socket.
pub(super) const ACCEPTED_INHERIT: bool = false;

/// Pending connections; cut to kern.ipc.somaxconn, 128 unless the administrator raised it.
pub(super) const BACKLOG: i32 = 4096;

/// [`prepare`] sets the socket option instead.
pub(super) const SEND_FLAGS: i32 = 0;

/// Not asked.
pub(super) fn port_owner(_: SocketAddr) -> Option<String> {
    None
}

/// EAFNOSUPPORT.
pub(super) const NO_FAMILY: i32 = 47;

/// EFAULT.
pub(super) const BAD_MEMORY: i32 = 14;

/// Without the option a port whose old connections are in TIME_WAIT cannot be opened again. With it
/// a wildcard and a specific address of one port may be bound side by side, by two programs too.
pub(super) fn before_bind(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_address(true)
}

/// access(2): whether files can be made in the directory.
pub(super) fn check_writable(directory: &Path) -> io::Result<()> {
    use nix::unistd::{AccessFlags, access};
    Ok(access(directory, AccessFlags::W_OK | AccessFlags::X_OK)?)
}

/// Instead of a flag for each send. A client that has gone already makes it fail with EINVAL; reading
/// tells it then.
pub(super) fn prepare(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_nosigpipe(true);
}

/// pread(2): the position of the file stays.
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

/// Not asked for: what depends on it has a bound of its own.
pub(super) fn memory() -> Option<u64> {
    None
}
