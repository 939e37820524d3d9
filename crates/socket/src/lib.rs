//! The system calls that the engine needs and no safe library makes: what a TCP socket's peer has not
//! taken, and threads that leave the program's signals alone.
//!
//! Owns: one function per question, with its unsafe block, so that its users have none. Does not own:
//! what the answers are for. Threading: any thread; nothing here blocks.

mod thread;

pub use thread::spawn;

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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

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
