//! The system calls that the engine needs and no safe library makes: what a TCP socket's peer has not
//! taken, breaking a connection off, what a child made by fork must not share, and threads that leave
//! the program's signals alone.
//!
//! Owns: one function per call, with its unsafe block, so that its users have none. Does not own:
//! what they are for. Threading: any thread; nothing here blocks but the filling of [`FilePages`].

pub mod activation;
pub mod lock;
#[cfg(target_os = "linux")]
mod pages;
mod panic;
mod per_world;
pub mod process;
mod running;
#[cfg(unix)]
mod sigpipe;
mod standard_error;
mod thread;
#[cfg(target_os = "linux")]
mod transfer;
#[cfg(feature = "sim")]
pub mod world;

#[cfg(target_os = "linux")]
pub use pages::FilePages;
pub use panic::panic_text;
pub use per_world::{Own, PerWorld};
pub use running::{Absence, Membership, RunLimit};
#[cfg(unix)]
pub use sigpipe::without_sigpipe;
pub use standard_error::StandardError;
pub use thread::{JoinHandle, spawn};
#[cfg(target_os = "linux")]
pub use transfer::{coarse_millis, recv, send};
#[cfg(feature = "sim")]
pub use world::now;

/// The present, for deadlines. With the feature `sim` it is virtual for threads of a world.
#[cfg(not(feature = "sim"))]
#[inline]
#[must_use]
pub fn now() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
use std::os::fd::{AsFd, AsRawFd};

/// The bytes that were handed to the socket and that its peer has not acknowledged. `None` where the
/// system does not say, and for a socket that has no such queue.
///
/// Linux: SIOCOUTQ (tcp(7)).
#[cfg(target_os = "linux")]
#[must_use]
pub fn unacknowledged(socket: &impl AsFd) -> Option<u64> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the descriptor is open while it is borrowed; TIOCOUTQ, which is SIOCOUTQ, writes one
    // int to the address, which is that of a live one.
    let result = unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    (result == 0).then(|| u64::try_from(bytes).ok()).flatten()
}

/// As on Linux.
///
/// macOS: SO_NWRITE (getsockopt(2)): "the amount of data in the output socket buffer".
#[cfg(target_vendor = "apple")]
#[must_use]
pub fn unacknowledged(socket: &impl AsFd) -> Option<u64> {
    let mut bytes: libc::c_int = 0;
    let mut length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the descriptor is open while it is borrowed; both addresses are those of live values,
    // and `length` says how much may be written to `bytes`.
    let result = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_NWRITE,
            (&raw mut bytes).cast(),
            &raw mut length,
        )
    };
    (result == 0).then(|| u64::try_from(bytes).ok()).flatten()
}

/// The system does not say.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
#[must_use]
pub fn unacknowledged<S>(_socket: &S) -> Option<u64> {
    None
}

/// Breaks the connection off: its peer gets a reset at once, whoever else holds the socket (a copy
/// of the descriptor in another process, a duplicate in this one). The socket stays to be closed.
/// `false`: the system cannot do it so, and nothing has happened.
///
/// Linux: connect(2) to an address of the family AF_UNSPEC dissolves the association; for a stream
/// socket with a reset (tcp(7)). That is also what a close with a linger time of 0 does, but only
/// that of the last descriptor. Never blocks.
#[cfg(target_os = "linux")]
#[must_use]
pub fn abort(socket: &impl AsFd) -> bool {
    let nowhere = libc::sockaddr {
        sa_family: libc::AF_UNSPEC as libc::sa_family_t,
        sa_data: [0; 14],
    };
    let length = size_of::<libc::sockaddr>() as libc::socklen_t;
    // SAFETY: the descriptor is open while it is borrowed; the address is that of a live value of
    // the length that is given.
    unsafe { libc::connect(socket.as_fd().as_raw_fd(), &raw const nowhere, length) == 0 }
}

/// The system has no such call that was tried.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn abort<S>(_socket: &S) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn an_abort_resets_although_somebody_else_holds_the_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        server.write_all(b"part of an answer").unwrap();
        let copy = server.try_clone().unwrap();
        assert!(abort(&server));
        let error = client.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        // What is broken off already can be so again.
        assert!(abort(&copy));
        assert!(!abort(&std::fs::File::open("/dev/null").unwrap()));
    }

    #[test]
    fn bytes_count_until_the_peer_has_them() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        assert_eq!(unacknowledged(&server), Some(0));
        server.set_nonblocking(true).unwrap();
        let mut sent = 0;
        while let Ok(n) = server.write(&[0; 65_536]) {
            sent += n as u64;
        }
        // A client that reads nothing takes what its receive buffer holds.
        let left = unacknowledged(&server).unwrap();
        assert!(left > 0 && left < sent, "{left} of {sent}");
        server.shutdown(std::net::Shutdown::Write).unwrap();
        client.read_to_end(&mut Vec::new()).unwrap();
        while unacknowledged(&server).unwrap() > 1 {
            std::thread::yield_now();
        }
    }
}
