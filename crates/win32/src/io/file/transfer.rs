//! Reads and writes of files, pipes and what else has a descriptor.
//!
//! Owns what one call does with the descriptor: at an offset or at the file pointer, past locked ranges,
//! to its end. Does not own the caller's memory, nor when an overlapped call is done (`disk`). Threading:
//! any thread.

use std::io;
use std::os::fd::AsRawFd;

use httpsys_socket::{Absence, without_sigpipe};

use super::File;
use crate::files::shared::FileRegistration;
use crate::status::{self, Code};

/// Longest transfer of one system call; larger ones are refused by some systems.
const MAX_TRANSFER: usize = 1 << 30;

impl File {
    /// Meets locked ranges of others with 33.
    fn check_ranges(&self, at: Option<u64>, bytes: usize, writes: bool) -> Result<(), Code> {
        let Some(registration) = self.registration().filter(|_| self.seekable) else {
            return Ok(());
        };
        if !FileRegistration::are_ranges_locked() {
            return Ok(());
        }
        let at = match at {
            Some(at) => at,
            None => self.position()?,
        };
        registration.check(at, bytes, writes)
    }

    /// Reads into caller memory: at an offset, or at the file position. 0 bytes at the end.
    ///
    /// # Errors
    /// 5 without read access; 33 in a locked range; 109 at the end of a pipe; 998 for bad memory; what
    /// the system reports.
    ///
    /// # Safety
    /// The kernel checks the memory, but it must not be Rust memory that is borrowed elsewhere.
    pub unsafe fn read(&self, to: *mut u8, bytes: usize, at: Option<u64>) -> Result<usize, Code> {
        if !self.readable {
            return Err(status::ERROR_ACCESS_DENIED);
        }
        self.check_ranges(at, bytes, false)?;
        let fd = self.file.as_raw_fd();
        let read = self.transfer(bytes, libc::POLLIN, self.seekable, |done, len| {
            let to = to.wrapping_add(done).cast();
            match at.filter(|_| self.seekable) {
                // SAFETY: the kernel writes to the caller's buffer or fails with EFAULT.
                Some(at) => unsafe { libc::pread(fd, to, len, position(at, done)) },
                // SAFETY: as above.
                None => unsafe { libc::read(fd, to, len) },
            }
        })?;
        match read == 0 && bytes > 0 && self.stream {
            true => Err(status::ERROR_BROKEN_PIPE),
            false => Ok(read),
        }
    }

    /// As [`File::read`] at an offset, if that needs no disk: what is wanted, or the rest of the file, is
    /// in the system's cache. `None` if it is not, or nobody can say.
    ///
    /// # Safety
    /// As for [`File::read`].
    #[cfg(target_os = "linux")]
    pub(crate) unsafe fn read_cached(&self, to: *mut u8, bytes: usize, at: u64) -> Option<usize> {
        let room = libc::iovec {
            iov_base: to.cast(),
            iov_len: bytes.min(MAX_TRANSFER),
        };
        self.check_ranges(Some(at), bytes, false).ok()?;
        let fd = self.file.as_raw_fd();
        // SAFETY: one vector; the kernel writes to the caller's buffer or fails with EFAULT.
        let read =
            unsafe { libc::preadv2(fd, &raw const room, 1, position(at, 0), libc::RWF_NOWAIT) };
        let read = usize::try_from(read).ok()?;
        let whole = read == bytes || at.checked_add(read as u64)? >= self.length().ok()?;
        whole.then_some(read)
    }

    /// Nobody can say.
    ///
    /// # Safety
    /// Does nothing.
    #[cfg(not(target_os = "linux"))]
    pub(crate) unsafe fn read_cached(&self, _: *mut u8, _: usize, _: u64) -> Option<usize> {
        None
    }

    /// Writes from caller memory: at an offset (`u64::MAX`: at the end), or at the file position.
    /// Writes everything unless it fails.
    ///
    /// # Errors
    /// 5 without write access; 33 in a locked range; 109 if nobody reads the pipe any more; 998 for bad
    /// memory; what the system reports.
    ///
    /// # Safety
    /// The kernel checks the memory, but it must not be Rust memory that is borrowed elsewhere.
    pub unsafe fn write(
        &self,
        from: *const u8,
        bytes: usize,
        at: Option<u64>,
    ) -> Result<usize, Code> {
        if !self.writable {
            return Err(status::ERROR_ACCESS_DENIED);
        }
        let _last = (at == Some(u64::MAX)).then(|| self.appending.lock());
        let at = match at.filter(|_| self.seekable && !self.append) {
            Some(u64::MAX) => Some(self.length()?),
            at => at,
        };
        self.check_ranges(at, bytes, true)?;
        let fd = self.file.as_raw_fd();
        if !self.seekable {
            return without_sigpipe(|| self.write_stream(from, bytes));
        }
        self.transfer(bytes, libc::POLLOUT, true, |done, len| {
            let from = from.wrapping_add(done).cast();
            match at {
                // SAFETY: the kernel reads the caller's buffer or fails with EFAULT.
                Some(at) => unsafe { libc::pwrite(fd, from, len, position(at, done)) },
                // SAFETY: as above.
                None => unsafe { libc::write(fd, from, len) },
            }
        })
    }

    /// Writes to what has no positions.
    fn write_stream(&self, from: *const u8, bytes: usize) -> Result<usize, Code> {
        let fd = self.file.as_raw_fd();
        self.transfer(bytes, libc::POLLOUT, true, |done, len| {
            // SAFETY: the kernel reads the caller's buffer or fails with EFAULT.
            unsafe { libc::write(fd, from.wrapping_add(done).cast(), len) }
        })
        .map_err(|code| match code {
            status::ERROR_NO_DATA => status::ERROR_BROKEN_PIPE,
            code => code,
        })
    }

    /// The file pointer follows a transfer at an offset, on a handle without FILE_FLAG_OVERLAPPED.
    pub(crate) fn moved_to(&self, at: u64) {
        if self.seekable && !self.overlapped {
            // The transfer was done; that there is no such place is nothing to report.
            let _ = self.place(at);
        }
    }

    /// Repeats a system call until all bytes are through, or one came short and `whole` is not
    /// wanted, or the end is reached.
    fn transfer(
        &self,
        bytes: usize,
        events: i16,
        whole: bool,
        mut call: impl FnMut(usize, usize) -> isize,
    ) -> Result<usize, Code> {
        let mut done = 0;
        let _waits = Absence::begin_if(|| self.may_wait(events, bytes));
        loop {
            let moved = call(done, (bytes - done).min(MAX_TRANSFER));
            if moved < 0 {
                let error = io::Error::last_os_error();
                match error.kind() {
                    io::ErrorKind::Interrupted => continue,
                    io::ErrorKind::WouldBlock if self.wait_ready(events) => continue,
                    _ if done > 0 => return Ok(done),
                    _ => return Err(status::from_io(&error)),
                }
            }
            done += moved as usize;
            if done >= bytes || moved == 0 || !whole {
                return Ok(done);
            }
        }
    }

    /// Whether a transfer may have to wait for somebody at the other end. What is ready to be written to takes so many
    /// bytes at once.
    fn may_wait(&self, events: i16, bytes: usize) -> bool {
        let is_long = events == libc::POLLOUT && bytes > libc::PIPE_BUF;
        !self.seekable && (is_long || !self.poll(events, 0))
    }

    /// Waits until a non-blocking descriptor can go on: ReadFile and WriteFile know no "would
    /// block".
    fn wait_ready(&self, events: i16) -> bool {
        let _waits = Absence::begin();
        self.poll(events, -1)
    }

    /// Whether the descriptor is ready within so many milliseconds, or ever (-1).
    fn poll(&self, events: i16, timeout: i32) -> bool {
        let mut poll = libc::pollfd {
            fd: self.file.as_raw_fd(),
            events,
            revents: 0,
        };
        loop {
            // SAFETY: one valid pollfd.
            let ready = unsafe { libc::poll(&mut poll, 1, timeout) };
            // A signal is no reason, and those who wait have no time limit.
            if ready >= 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                return ready > 0;
            }
        }
    }
}

fn position(at: u64, done: usize) -> libc::off_t {
    // An offset beyond the range becomes negative, which the system refuses with EINVAL.
    at.wrapping_add(done as u64) as libc::off_t
}
