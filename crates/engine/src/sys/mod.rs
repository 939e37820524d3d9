//! What differs between operating systems.
//!
//! Owns: the calls whose meaning or form differs, one module per system, and what they share. Does
//! not own: anything about HTTP; which event delivery a system has is mio's. Everything else in this
//! crate is free of `cfg`, but for the feature `sim`. docs/PLATFORMS.md has each difference, its source,
//! and what was checked where. Threading: any thread; nothing here blocks but a read of a file.
//!
//! Each module has: `HAS_PAGES`, `FilePages`, `MORE`, `SHORT_READ_DRAINS`, `INTEREST`, `ABORT_IS_AN_EVENT`,
//! `ACCEPTED_INHERIT`, `BACKLOG`, `SEND_FLAGS`, `NO_FAMILY`, `BAD_MEMORY`, `before_bind`, `prepare`, `check_writable`,
//! `unix_seconds`, `millis`, `read_at`, `has_address`, `port_owner`, `memory`.

// Choosing is all that happens with `cfg`; a system that is none of the three has `other`.
#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(
    not(any(target_os = "linux", target_os = "macos", windows)),
    path = "other.rs"
)]
mod system;

/// The addresses of this machine, where the system lists them.
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod interfaces;
/// Pages of files where they cannot be handed to a socket.
#[cfg(not(target_os = "linux"))]
mod no_pages;
/// Listening sockets that a service manager has passed, where there is one.
#[cfg(unix)]
mod passed;
mod passed_endpoint;
/// The addresses of this machine, where they have to be tried.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod probe;
/// Whose socket has a port, where the system tells.
#[cfg(target_os = "linux")]
mod proc_net;
/// Clocks of systems without one that is kept per tick.
#[cfg(not(target_os = "linux"))]
mod std_clock;

use std::fs::File;
use std::io::{self, IoSlice};
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::path::Path;
use std::time::Duration;

use mio::Registry;
use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

pub(crate) use httpsys_socket::process::{Held, Listed, Moment};
pub(crate) use passed_endpoint::PassedEndpoint;
pub(crate) use system::{FilePages, HAS_PAGES, INTEREST, millis, unix_seconds};

/// True where a read that returned less than asked for means that the socket is empty, and the
/// next arrival makes a new event; unless the peer has closed its side, or has sent urgent data, of which
/// such a system tells with an event of its own. mio's Windows and poll(2) backends re-arm only after WouldBlock.
pub(crate) const SHORT_READ_DRAINS: bool =
    system::SHORT_READ_DRAINS && cfg!(not(mio_unsupported_force_poll_poll));

/// The longest a poll may wait, if it may not wait for ever. mio's poll(2) backend takes the token of a wake-up
/// before it empties the descriptor that tells of one: a wake-up that comes in between is lost until the next poll.
pub(crate) const LONGEST_POLL: Option<Duration> = if cfg!(mio_unsupported_force_poll_poll) {
    Some(Duration::from_millis(50))
} else {
    None
};

/// Closes the transport connection so that the peer sees a reset, never a clean end (G-067), and at
/// once, whoever else has a copy of the descriptor. `polled`: where it is registered, if a thread
/// may be polling there now.
pub(crate) fn reset(mut stream: Held<TcpStream>, polled: Option<&Registry>) {
    if let Some(registry) = polled.filter(|_| system::ABORT_IS_AN_EVENT) {
        // One call more, which the close has less to do for; the thread that polls would wake up.
        let _ = registry.deregister(&mut *stream);
    }
    if httpsys_socket::abort(&*stream) {
        return;
    }
    // A time of zero means the same everywhere: unsent bytes are lost and the peer gets RST, when
    // the last descriptor is closed. A socket that the peer has reset refuses options on some
    // systems; closing it is enough then.
    let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
}

/// Closes the transport connection in order, so that the peer sees the end now, also while a child
/// process has a copy of the descriptor.
pub(crate) fn close(mut stream: Held<TcpStream>, registry: &Registry) {
    if stream.may_be_elsewhere() {
        // The registration is that of the open file, which the copy would keep in the poll.
        let _ = registry.deregister(&mut *stream);
        let _ = stream.shutdown(Shutdown::Both);
    }
}

/// Ends listening, also while a child process has a copy of the descriptor.
pub(crate) fn close_listener(mut listener: Held<TcpListener>, registry: &Registry) {
    let _ = registry.deregister(&mut *listener);
    if listener.may_be_elsewhere() {
        // Linux: no more connections come; elsewhere it fails, and the copy has to go first.
        let _ = SockRef::from(&*listener).shutdown(Shutdown::Both);
    }
}

/// The next connection that waits at a listener.
pub(crate) fn accept(listener: &TcpListener) -> io::Result<(Held<TcpStream>, SocketAddr)> {
    let made = Moment::now();
    let (stream, remote) = listener.accept()?;
    Ok((Held::new(stream, made), remote))
}

/// Opens a listening socket on exactly this address and port.
///
/// # Errors
/// `AddrInUse` when a foreign socket has the port (PFX-013), and whatever the system says.
pub(crate) fn listen(address: SocketAddr) -> io::Result<Held<TcpListener>> {
    let made = Moment::now();
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        // IPv4 has a socket of its own, so that its clients are never v4-mapped (HST-013).
        socket.set_only_v6(true)?;
    }
    system::before_bind(&socket)?;
    if system::ACCEPTED_INHERIT {
        let _ = socket.set_tcp_nodelay(true);
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(system::BACKLOG)?;
    Ok(Held::new(TcpListener::from_std(socket.into()), made))
}

/// Where the sockets of this port listen that a service manager has passed.
pub(crate) fn passed_on(port: u16) -> Vec<PassedEndpoint> {
    #[cfg(unix)]
    return passed::on_port(port);
    #[cfg(not(unix))]
    {
        let _ = port;
        Vec::new()
    }
}

/// A listener with the socket that was passed for this address. `None`: no socket was passed for it.
///
/// # Errors
/// The system has no descriptor for it.
pub(crate) fn listen_on_passed(address: SocketAddr) -> io::Result<Option<Held<TcpListener>>> {
    #[cfg(unix)]
    return passed::listener_at(address);
    #[cfg(not(unix))]
    {
        let _ = address;
        Ok(None)
    }
}

/// Ends listening with a copy of a passed socket, which goes on to collect connections for the next listener.
pub(crate) fn close_passed(mut listener: Held<TcpListener>, registry: &Registry) {
    let _ = registry.deregister(&mut *listener);
}

/// Children made by fork close what `registry` polls with, where that has a descriptor: events would be
/// told to them, and what they take out of a shared poll is out for all.
pub(crate) fn list_poll(registry: &Registry) -> Option<Listed> {
    #[cfg(all(unix, not(mio_unsupported_force_poll_poll)))]
    return Some(Listed::new(std::os::fd::AsRawFd::as_raw_fd(registry)));
    #[cfg(not(all(unix, not(mio_unsupported_force_poll_poll))))]
    {
        let _ = registry;
        None
    }
}

/// Whether a prefix may have this address as its host: an address of this machine, or one of
/// loopback, whether or not the machine answers on all of them (PFX-033).
pub(crate) fn has_address(ip: IpAddr) -> bool {
    let special = match ip {
        IpAddr::V4(ip) => ip.is_multicast() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_multicast(),
    };
    ip.is_loopback() || (!special && system::has_address(ip))
}

/// The bytes of memory that the machine has, where the system tells.
pub(crate) fn memory() -> Option<u64> {
    system::memory()
}

/// Whose socket has this address and port, in words, where the system tells this program.
pub(crate) fn port_owner(address: SocketAddr) -> Option<String> {
    system::port_owner(address)
}

/// Sets the options of an accepted socket; `of_passed`: its listener was passed, and has not those of [`listen`].
pub(crate) fn prepare(stream: &TcpStream, of_passed: bool) {
    // Without TCP_NODELAY a response in two pieces waits for the client's delayed ACK.
    if of_passed || !system::ACCEPTED_INHERIT {
        let _ = stream.set_nodelay(true);
    }
    system::prepare(stream);
}

// All sends go through `try_io`: mio's Windows and poll(2) backends hear of a full socket there, and
// only then tell when it takes bytes again.

/// Sends the pieces with one call; returns how many bytes were taken. `more`: others come at once.
pub(crate) fn send_pieces(
    stream: &TcpStream,
    pieces: &[IoSlice<'_>],
    more: bool,
) -> io::Result<usize> {
    let flags = system::SEND_FLAGS | if more { system::MORE } else { 0 };
    stream.try_io(|| SockRef::from(stream).send_vectored_with_flags(pieces, flags))
}

/// Sends at most `most` of the bytes that the pages hold.
pub(crate) fn send_pages(stream: &TcpStream, pages: &FilePages, most: usize) -> io::Result<usize> {
    stream.try_io(|| pages.send(stream, most))
}

/// As [`send_pieces`] for one piece: the system's vectored call costs more than its plain one.
#[inline]
pub(crate) fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    #[cfg(target_os = "linux")]
    let send = || httpsys_socket::send(stream, bytes, system::SEND_FLAGS);
    #[cfg(not(target_os = "linux"))]
    let send = || SockRef::from(stream).send_with_flags(bytes, system::SEND_FLAGS);
    stream.try_io(send)
}

/// Receives bytes; 0 at the end of what the peer sends.
#[inline]
pub(crate) fn recv(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    #[cfg(target_os = "linux")]
    return stream.try_io(|| httpsys_socket::recv(stream, buffer));
    #[cfg(not(target_os = "linux"))]
    std::io::Read::read(stream, buffer)
}

/// Reads bytes of a file from `offset` on; 0 at its end. The only call here that may take long.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    system::read_at(file, buffer, offset)
}

/// Local time minus UTC, in seconds, at this moment; 0 where the system does not know its zone.
pub(crate) fn utc_offset(unix_seconds: u64) -> i32 {
    use jiff::{Timestamp, tz::TimeZone};
    let time = i64::try_from(unix_seconds).ok();
    let time = time.and_then(|time| Timestamp::from_second(time).ok());
    time.map_or(0, |time| TimeZone::system().to_offset(time).seconds())
}

/// Makes a directory, with its parents, unless it exists.
///
/// # Errors
/// What the system says when that fails or files cannot be made in it.
pub(crate) fn make_writable(directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    system::check_writable(directory)
}

/// The bytes that the peer has not acknowledged, where the system says.
pub(crate) fn unacknowledged(stream: &TcpStream) -> Option<u64> {
    httpsys_socket::unacknowledged(stream)
}

/// True for failures that say "this machine has no such address family or address".
pub(crate) fn is_unavailable(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(system::NO_FAMILY)
}

/// True where the memory that was lent to a call cannot be read or written.
pub(crate) fn is_bad_memory(error: &io::Error) -> bool {
    error.raw_os_error() == Some(system::BAD_MEMORY)
}

#[cfg(test)]
mod tests;
