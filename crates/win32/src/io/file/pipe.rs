//! Anonymous pipes.
//!
//! Owns: making a pair, how much is in one, and that a write to a pipe whose reader is gone is an
//! error and not a signal that ends the program. Does not own reads and writes (`transfer`).
//! Threading: any thread.

use std::io;
use std::os::fd::{AsRawFd, RawFd};

use super::File;
use crate::status::{self, Code};

/// CreatePipe: the reading and the writing end. The size of the buffer is the system's.
///
/// # Errors
/// What the system reports: 4 without descriptors.
pub fn create() -> Result<(File, File), Code> {
    let [reader, writer] = ends().map_err(|error| status::from_io(&error))?;
    // SAFETY: descriptors that were just made; the objects own them.
    unsafe {
        let reader = File::from_fd(reader, true)?;
        Ok((reader, File::from_fd(writer, true)?))
    }
}

/// Two descriptors that programs which are started do not get.
fn ends() -> io::Result<[RawFd; 2]> {
    let mut ends = [-1; 2];
    #[cfg(target_os = "linux")]
    // SAFETY: room for two descriptors.
    let failed = unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0;
    #[cfg(not(target_os = "linux"))]
    // SAFETY: room for two descriptors, of which the flags are set if there are any.
    let failed = unsafe {
        let failed = libc::pipe(ends.as_mut_ptr()) != 0;
        for end in ends {
            libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC);
        }
        failed
    };
    match failed {
        true => Err(io::Error::last_os_error()),
        false => Ok(ends),
    }
}

/// The bytes that can be read at once.
///
/// # Errors
/// What the system reports.
pub fn available(file: &File) -> Result<u32, Code> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int to the address of a live one.
    let failed = unsafe { libc::ioctl(file.as_raw_fd(), libc::FIONREAD, &raw mut bytes) } != 0;
    match failed {
        true => Err(status::from_io(&io::Error::last_os_error())),
        false => Ok(u32::try_from(bytes).unwrap_or(0)),
    }
}

/// Whether nobody can write to it any more, and nothing is left.
pub fn is_broken(file: &File) -> bool {
    let mut poll = libc::pollfd {
        fd: file.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one valid pollfd.
    let ready = unsafe { libc::poll(&raw mut poll, 1, 0) };
    ready > 0 && poll.revents & libc::POLLIN == 0 && poll.revents & libc::POLLHUP != 0
}
