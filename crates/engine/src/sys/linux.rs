//! Linux (and Android's kernel): tcp(7), send(2), listen(2), clock_gettime(2).
//!
//! accept4(2) makes accepted sockets non-blocking and close-on-exec in one step (mio).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

pub(crate) use httpsys_socket::FilePages;
use mio::Interest;
use mio::net::TcpStream;
use nix::time::{ClockId, clock_gettime};
use socket2::Socket;

pub(super) use super::interfaces::has_address;
pub(super) use super::proc_net::port_owner;

/// splice(2): a socket takes pages of a file without a copy.
pub(crate) const HAS_PAGES: bool = true;

/// epoll(7), edge-triggered: a short read has emptied the socket. A read also stops at the mark of urgent
/// data (tcp(7)); EPOLLPRI tells of that, no later than the bytes behind the mark can be read.
pub(super) const SHORT_READ_DRAINS: bool = true;

/// What the poll tells of a connection.
pub(crate) const INTEREST: Interest = Interest::READABLE
    .add(Interest::WRITABLE)
    .add(Interest::PRIORITY);

/// connect(2) with AF_UNSPEC tells epoll of an error; a close does not.
pub(super) const ABORT_IS_AN_EVENT: bool = true;

/// An accepted socket has TCP_NODELAY from its listener.
pub(super) const ACCEPTED_INHERIT: bool = true;

/// Pending connections; cut to net.core.somaxconn, 4096 since Linux 5.4 (listen(2)).
pub(super) const BACKLOG: i32 = 4096;

/// MSG_MORE: what comes next fills the packet.
pub(super) const MORE: i32 = 0x8000;

/// MSG_NOSIGNAL: a peer that is gone is an error, never a SIGPIPE, whose default ends the program.
/// (Rust programs ignore the signal; programs in C do not.)
pub(super) const SEND_FLAGS: i32 = 0x4000;

/// EAFNOSUPPORT.
pub(super) const NO_FAMILY: i32 = 97;

/// EFAULT.
pub(super) const BAD_MEMORY: i32 = 14;

/// A port whose old connections are in TIME-WAIT can be opened again; one that somebody listens on
/// cannot (socket(7)).
pub(super) fn before_bind(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_address(true)
}

/// access(2): whether files can be made in the directory.
pub(super) fn check_writable(directory: &Path) -> io::Result<()> {
    use nix::unistd::{AccessFlags, access};
    Ok(access(directory, AccessFlags::W_OK | AccessFlags::X_OK)?)
}

/// MemTotal of proc_meminfo(5), in KiB there.
pub(super) fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// No option of its own.
pub(super) fn prepare(_: &TcpStream) {}

/// Seconds since 1970-01-01 00:00:00 UTC. Needed for each response: the clock that the kernel keeps
/// per tick is good enough for whole seconds and costs a fifth.
pub(crate) fn unix_seconds() -> u64 {
    clock_gettime(ClockId::CLOCK_REALTIME_COARSE)
        .ok()
        .and_then(|time| u64::try_from(time.tv_sec()).ok())
        .unwrap_or(0)
}

/// Milliseconds since the system started, from the clock that the kernel keeps per tick.
pub(crate) fn millis() -> u64 {
    httpsys_socket::coarse_millis()
}

/// pread(2): the position of the file stays.
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}
