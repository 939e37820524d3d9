//! What differs between operating systems.
//!
//! Owns: how a connection is reset, which read and write results mean "drained", and how a
//! listening socket is opened. Everything else in this crate is free of `cfg`.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// Pending connections that the system keeps for us before `accept`.
const BACKLOG: i32 = 4096;

/// True where a read that returned less than asked for means that the socket is empty, and the
/// next arrival makes a new event. mio's Windows and poll(2) backends re-arm only after WouldBlock.
pub(crate) const SHORT_READ_DRAINS: bool = cfg!(all(unix, not(mio_unsupported_force_poll_poll)));

/// Closes the transport connection so that the peer sees a reset, never a clean end (G-067).
pub(crate) fn reset(stream: TcpStream) {
    // A socket that the peer has reset refuses options on some systems; closing it is enough then.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    drop(stream);
}

/// Opens a listening socket on exactly this address and port.
///
/// # Errors
/// `AddrInUse` when a foreign socket has the port (PFX-013), and whatever the system says.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        // IPv4 has a socket of its own, so that its clients are never v4-mapped (HST-013).
        socket.set_only_v6(true)?;
    }
    // On Windows the option would let two programs have one port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// True for failures that say "this machine has no such address family or address".
pub(crate) fn is_unavailable(error: &io::Error) -> bool {
    if error.kind() == io::ErrorKind::AddrNotAvailable {
        return true;
    }
    // EAFNOSUPPORT: Linux 97, macOS 47, Winsock 10047.
    let no_family = if cfg!(windows) {
        10047
    } else if cfg!(target_os = "linux") {
        97
    } else {
        47
    };
    error.raw_os_error() == Some(no_family)
}

/// True when the process has no descriptor left for another connection.
pub(crate) fn is_out_of_descriptors(error: &io::Error) -> bool {
    // EMFILE and ENFILE have these numbers on all Unix systems; Winsock says WSAEMFILE.
    matches!(error.raw_os_error(), Some(23 | 24 | 10024))
}
