//! Standard error without the lock that the standard library puts in front of it.
//!
//! Owns: writing to it. Does not own: what is written. A child made by fork would wait for ever for that
//! lock if another thread of its parent had it; one write(2) needs none, and the lines of two threads
//! stay whole because each is one write. Threading: any thread.

use std::io;

/// Standard error, to write to.
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardError;

#[cfg(unix)]
impl io::Write for StandardError {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the address and the length are those of `bytes`. If the program has closed the
        // descriptor the call fails.
        let written =
            unsafe { libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len()) };
        usize::try_from(written).map_err(|_| io::Error::last_os_error())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// There is no fork.
#[cfg(not(unix))]
impl io::Write for StandardError {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
