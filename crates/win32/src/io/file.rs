//! Files, and handles for file descriptors.
//!
//! Owns [`File`] objects: their state, the file pointer, what the last handle takes with it. Opening is in
//! `open`, reads and writes in `transfer`, the threads of overlapped calls in `disk`, pairs of pipes in
//! `pipe`. Does not own buffers, paths ([`crate::files::path`]), nor share modes and locked ranges
//! ([`crate::files::shared`]).
//!
//! Invariants: a descriptor that is not owned is never closed here; an owned one lives as long as
//! somebody holds the object, also after its handle is closed. Share mode, locked ranges and
//! FILE_FLAG_DELETE_ON_CLOSE end with the last handle, though operations may go on. Threading: any
//! thread.

pub(crate) mod disk;
mod object;
mod open;
pub mod pipe;
mod transfer;

use std::fs;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::FileTypeExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use httpsys_socket::lock::Mutex;

use crate::files::shared::{self, FileRegistration};
use crate::handle::{self, Handle};
use crate::io::state::IoState;
use crate::status::{self, Code};

pub use open::{
    CREATE_ALWAYS, CREATE_NEW, OPEN_ALWAYS, OPEN_EXISTING, OpenMode, TRUNCATE_EXISTING,
};

/// A file, pipe or socket behind a handle.
#[derive(Debug)]
pub struct File {
    file: ManuallyDrop<fs::File>,
    owned: bool,
    readable: bool,
    writable: bool,
    append: bool,
    seekable: bool,
    stream: bool,
    overlapped: bool,
    opened: Option<OpenedFile>,
    /// Open handles.
    handles: AtomicUsize,
    /// Held while something is written behind the end.
    appending: Mutex<()>,
    io: IoState,
}

/// What only a file opened by name has.
#[derive(Debug)]
struct OpenedFile {
    /// Absolute, as far as the system could tell.
    path: Mutex<PathBuf>,
    delete: AtomicBool,
    deletable: bool,
    registration: FileRegistration,
}

impl File {
    /// Wraps a descriptor; with `own` it is closed with the last reference to the object.
    ///
    /// # Errors
    /// 6 when it is not an open descriptor.
    ///
    /// # Safety
    /// The descriptor stays open as long as the object lives; with `own` nobody else closes it.
    pub unsafe fn from_fd(fd: RawFd, own: bool) -> Result<File, Code> {
        // SAFETY: F_GETFL touches no memory.
        let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
        if fd < 0 || flags < 0 {
            return Err(status::ERROR_INVALID_HANDLE);
        }
        // SAFETY: an open descriptor, as just tested; it is closed only if it is owned.
        let file = ManuallyDrop::new(unsafe { fs::File::from_raw_fd(fd) });
        let kind = file.metadata().map(|kind| kind.file_type());
        let access = flags & libc::O_ACCMODE;
        Ok(File {
            seekable: kind.as_ref().is_ok_and(is_seekable),
            stream: kind.as_ref().is_ok_and(is_stream),
            file,
            owned: own,
            readable: access != libc::O_WRONLY,
            writable: access != libc::O_RDONLY,
            append: flags & libc::O_APPEND != 0,
            overlapped: false,
            opened: None,
            handles: AtomicUsize::new(1),
            appending: Mutex::new(()),
            io: IoState::new(),
        })
    }

    /// The file, for chunks that are sent from it. Use positioned reads: the file position belongs
    /// to the application.
    pub fn file(&self) -> &fs::File {
        &self.file
    }

    /// Whether positioned reads are possible (a regular file or block device).
    pub fn is_seekable(&self) -> bool {
        self.seekable
    }

    /// Whether it was opened with FILE_FLAG_OVERLAPPED: calls end later, on another thread.
    pub fn is_overlapped(&self) -> bool {
        self.overlapped && self.seekable
    }

    /// Whether reads are allowed.
    pub fn is_readable(&self) -> bool {
        self.readable
    }

    /// Whether writes are allowed.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// Whether it was opened with the right to delete it (DELETE or GENERIC_ALL).
    pub fn is_deletable(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.deletable)
    }

    /// The path it was opened by or renamed to, in the system's terms.
    pub fn path(&self) -> Option<PathBuf> {
        Some(self.opened.as_ref()?.path.lock().clone())
    }

    /// The file was renamed.
    pub(crate) fn set_path(&self, path: PathBuf) {
        if let Some(opened) = &self.opened {
            *opened.path.lock() = path;
        }
    }

    /// Whether its name is removed with the last handle; false if it has no name.
    pub(crate) fn set_delete(&self, delete: bool) -> bool {
        if let Some(opened) = &self.opened {
            opened.delete.store(delete, Ordering::SeqCst);
        }
        self.opened.is_some()
    }

    /// Whether its name goes with the last handle.
    pub(crate) fn is_delete_pending(&self) -> bool {
        let opened = self.opened.as_ref();
        opened.is_some_and(|opened| opened.delete.load(Ordering::SeqCst))
    }

    /// Its share mode and ranges; `None` for a descriptor.
    pub(crate) fn registration(&self) -> Option<&FileRegistration> {
        self.opened.as_ref().map(|opened| &opened.registration)
    }

    /// Another handle refers to the file.
    pub(crate) fn add_handle(&self) {
        self.handles.fetch_add(1, Ordering::SeqCst);
    }

    /// Moves the file pointer: from the begin (0), from where it is (1), from the end (2).
    ///
    /// # Errors
    /// 131 for a place before the begin, 87 for another method, what the system reports.
    pub fn seek(&self, distance: i64, method: u32) -> Result<u64, Code> {
        let base = match method {
            0 => 0,
            1 => self.position()?,
            2 => self.length()?,
            _ => return Err(status::ERROR_INVALID_PARAMETER),
        };
        let base = i64::try_from(base).map_err(|_| status::ERROR_INVALID_PARAMETER)?;
        let to = base
            .checked_add(distance)
            .ok_or(status::ERROR_INVALID_PARAMETER)?;
        let to = u64::try_from(to).map_err(|_| status::ERROR_NEGATIVE_SEEK)?;
        self.place(to)?;
        Ok(to)
    }

    /// The file pointer.
    ///
    /// # Errors
    /// What the system reports: 132 for a pipe.
    pub fn position(&self) -> Result<u64, Code> {
        self.lseek(0, libc::SEEK_CUR)
    }

    fn place(&self, to: u64) -> Result<(), Code> {
        let to = libc::off_t::try_from(to).map_err(|_| status::ERROR_INVALID_PARAMETER)?;
        self.lseek(to, libc::SEEK_SET).map(drop)
    }

    fn lseek(&self, to: libc::off_t, whence: i32) -> Result<u64, Code> {
        // SAFETY: the descriptor is open as long as the object lives; no memory is touched.
        let at = unsafe { libc::lseek(self.file.as_raw_fd(), to, whence) };
        u64::try_from(at).map_err(|_| status::from_io(&io::Error::last_os_error()))
    }

    /// SetEndOfFile, or a length by number.
    ///
    /// # Errors
    /// 5 without write access; what the system reports.
    pub fn set_length(&self, length: u64) -> Result<(), Code> {
        if !self.writable {
            return Err(status::ERROR_ACCESS_DENIED);
        }
        self.file
            .set_len(length)
            .map_err(|error| status::from_io(&error))
    }

    /// FlushFileBuffers.
    ///
    /// # Errors
    /// 5 without write access; what the system reports.
    pub fn flush(&self) -> Result<(), Code> {
        if !self.writable {
            return Err(status::ERROR_ACCESS_DENIED);
        }
        match self.seekable {
            true => self
                .file
                .sync_all()
                .map_err(|error| status::from_io(&error)),
            false => Ok(()),
        }
    }

    /// The last handle was closed.
    fn release(&self) {
        let Some(opened) = &self.opened else {
            return;
        };
        if opened.delete.swap(false, Ordering::SeqCst) {
            let path = opened.path.lock().clone();
            let same = match (fs::symlink_metadata(&path), self.file.metadata()) {
                (Ok(there), Ok(ours)) => {
                    shared::identity(&there) == shared::identity(&ours)
                        && !crate::files::about::is_device(&there)
                }
                _ => false,
            };
            // The handle is closed either way; CloseHandle does not report this.
            let _ = match fs::symlink_metadata(&path).is_ok_and(|kind| kind.is_dir()) {
                true if same => fs::remove_dir(&path),
                false if same => fs::remove_file(&path),
                _ => Ok(()),
            };
        }
        opened.registration.release();
    }

    /// GetFileSizeEx.
    ///
    /// # Errors
    /// What the system reports.
    pub fn length(&self) -> Result<u64, Code> {
        self.file
            .metadata()
            .map(|kind| kind.len())
            .map_err(|error| status::from_io(&error))
    }
}

impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.release();
        if self.owned {
            // SAFETY: dropped once, here, and not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.file) };
        }
    }
}

/// The file behind a handle, for chunks that are sent from it.
pub fn of_handle(handle: Handle) -> Option<Arc<File>> {
    handle::lookup_as(handle)
}

fn is_seekable(kind: &fs::FileType) -> bool {
    kind.is_file() || kind.is_block_device()
}

/// What ends with 109 when its other side is gone.
fn is_stream(kind: &fs::FileType) -> bool {
    kind.is_fifo()
}
