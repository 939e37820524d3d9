//! Receiving, sending and the clock per tick, as cheap as Linux has them.
//!
//! Owns the system calls. The C library's recv and send are cancellation points (pthreads(7)): each makes its
//! thread cancellable for the time of the call and looks at what came meanwhile, four atomic operations and
//! some sixty instructions. A thread of the program that is in a call of ours cannot be cancelled there, so
//! the calls are made without that. Does not own: what the results mean. Threading: any thread.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// recv(2) without flags.
///
/// # Errors
/// What the system says.
#[inline]
pub fn recv(socket: &impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: the descriptor is open as long as `socket` is borrowed, and the memory is writable.
    count(unsafe { system::recv(fd, buffer.as_mut_ptr(), buffer.len()) })
}

/// send(2).
///
/// # Errors
/// What the system says.
#[inline]
pub fn send(socket: &impl AsFd, bytes: &[u8], flags: i32) -> io::Result<usize> {
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: the descriptor is open as long as `socket` is borrowed, and the memory is readable.
    count(unsafe { system::send(fd, bytes.as_ptr(), bytes.len(), flags) })
}

#[inline]
fn count(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// Milliseconds since the system started, from the clock that the kernel keeps per tick
/// (CLOCK_MONOTONIC_COARSE).
#[inline]
#[must_use]
pub fn coarse_millis() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure is writable. The clock exists since Linux 2.6.32; without it the time is zero.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
    time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000
}

#[cfg(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
))]
mod system {
    use std::ptr::null;

    /// # Safety
    /// As recv(2).
    #[inline]
    pub(super) unsafe fn recv(fd: i32, buffer: *mut u8, length: usize) -> isize {
        // SAFETY: by the contract.
        unsafe {
            libc::syscall(
                libc::SYS_recvfrom,
                fd,
                buffer,
                length,
                0,
                null::<u8>(),
                null::<u8>(),
            ) as isize
        }
    }

    /// # Safety
    /// As send(2).
    #[inline]
    pub(super) unsafe fn send(fd: i32, bytes: *const u8, length: usize, flags: i32) -> isize {
        // SAFETY: by the contract.
        unsafe {
            libc::syscall(libc::SYS_sendto, fd, bytes, length, flags, null::<u8>(), 0) as isize
        }
    }
}

#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
)))]
mod system {
    /// # Safety
    /// As recv(2).
    pub(super) unsafe fn recv(fd: i32, buffer: *mut u8, length: usize) -> isize {
        // SAFETY: by the contract.
        unsafe { libc::recv(fd, buffer.cast(), length, 0) }
    }

    /// # Safety
    /// As send(2).
    pub(super) unsafe fn send(fd: i32, bytes: *const u8, length: usize, flags: i32) -> isize {
        // SAFETY: by the contract.
        unsafe { libc::send(fd, bytes.cast(), length, flags) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn bytes_go_over_and_errors_are_the_system_s() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let client = TcpStream::connect(listener.local_addr().expect("bound")).expect("connected");
        let (server, _) = listener.accept().expect("one waits");
        let mut buffer = [0; 8];
        server.set_nonblocking(true).expect("its mode");
        let nothing = recv(&server, &mut buffer).expect_err("nothing was sent");
        assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
        server.set_nonblocking(false).expect("its mode");
        assert_eq!(
            send(&client, b"hello", libc::MSG_NOSIGNAL).expect("room"),
            5
        );
        assert_eq!(recv(&server, &mut buffer).expect("there"), 5);
        assert_eq!(&buffer[..5], b"hello");
        drop(client);
        assert_eq!(recv(&server, &mut buffer).expect("the end"), 0);
        server.shutdown(std::net::Shutdown::Write).expect("its end");
        let broken = send(&server, b"x", libc::MSG_NOSIGNAL).expect_err("shut down");
        assert_eq!(broken.kind(), ErrorKind::BrokenPipe);
    }

    #[test]
    fn the_clock_goes_on() {
        let before = coarse_millis();
        assert!(before > 0 && coarse_millis() >= before);
    }
}
