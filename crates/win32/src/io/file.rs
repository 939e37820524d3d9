//! Files, and handles for file descriptors.
//!
//! Owns [`File`] objects, the translation of Win32 paths and open modes to POSIX, and reads and
//! writes. Does not own buffers. Documented differences: share modes and security attributes are
//! not enforced; I/O is done on the calling thread, so an overlapped read or write ends within its
//! call. Paths: `\` separates like `/`, the prefix `\\?\` is dropped, UTF-16 becomes UTF-8.
//!
//! Invariants: a descriptor that is not owned is never closed here; an owned one lives as long as
//! somebody holds the object, also after its handle is closed. Threading: any thread.

use std::fs;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::handle::{self, Handle};
use crate::io::state::IoState;
use crate::object::Object;
use crate::status::{self, Code};
use crate::sync::signal::Signal;

/// A file, pipe or socket behind a handle.
#[derive(Debug)]
pub struct File {
    file: ManuallyDrop<fs::File>,
    owned: bool,
    readable: bool,
    writable: bool,
    append: bool,
    seekable: bool,
    delete_on_close: Option<PathBuf>,
    io: IoState,
}

/// What CreateFileW was asked for.
#[derive(Clone, Copy, Debug)]
pub struct OpenMode {
    /// dwDesiredAccess.
    pub access: u32,
    /// dwCreationDisposition, 1 to 5.
    pub disposition: u32,
    /// dwFlagsAndAttributes.
    pub flags: u32,
}

/// CREATE_NEW: fails if the file exists.
pub const CREATE_NEW: u32 = 1;
/// CREATE_ALWAYS: creates or truncates.
pub const CREATE_ALWAYS: u32 = 2;
/// OPEN_EXISTING: fails if the file does not exist.
pub const OPEN_EXISTING: u32 = 3;
/// OPEN_ALWAYS: opens or creates.
pub const OPEN_ALWAYS: u32 = 4;
/// TRUNCATE_EXISTING: opens and truncates; needs GENERIC_WRITE.
pub const TRUNCATE_EXISTING: u32 = 5;

const READ_BITS: u32 = 0x8000_0000 | 0x1000_0000 | 0x1; // GENERIC_READ, GENERIC_ALL, READ_DATA
const WRITE_BITS: u32 = 0x4000_0000 | 0x1000_0000 | 0x2; // GENERIC_WRITE, GENERIC_ALL, WRITE_DATA
const APPEND_BIT: u32 = 0x4; // FILE_APPEND_DATA
const GENERIC_WRITE: u32 = 0x4000_0000;
const FLAG_WRITE_THROUGH: u32 = 0x8000_0000;
const FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
const FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;

/// Longest transfer of one system call; larger ones are refused by some systems.
const MAX_TRANSFER: usize = 1 << 30;

impl File {
    /// CreateFileW. The flag tells whether an existing file was opened by CREATE_ALWAYS or
    /// OPEN_ALWAYS, which the caller reports as last error 183 (documented: CreateFileW).
    ///
    /// # Errors
    /// 2, 3, 5, 80, 87, 123 and what the system reports.
    pub fn open(path: &Path, mode: OpenMode) -> Result<(File, bool), Code> {
        let append = mode.access & APPEND_BIT != 0 && mode.access & WRITE_BITS == 0;
        let readable = mode.access & READ_BITS != 0;
        let writable = mode.access & WRITE_BITS != 0 || append;
        let mut options = fs::OpenOptions::new();
        options
            .read(readable || !writable)
            .write(writable)
            .append(append);
        if mode.flags & FLAG_WRITE_THROUGH != 0 {
            options.custom_flags(libc::O_SYNC);
        }
        let (file, existed) =
            open_by(path, mode, &options).map_err(|error| not_found(path, &error))?;
        let kind = file.metadata().map_err(|error| status::from_io(&error))?;
        if kind.is_dir() && mode.flags & FLAG_BACKUP_SEMANTICS == 0 {
            return Err(status::ERROR_ACCESS_DENIED);
        }
        let file = File {
            seekable: is_seekable(&kind.file_type()),
            file: ManuallyDrop::new(file),
            owned: true,
            readable,
            writable,
            append,
            delete_on_close: (mode.flags & FLAG_DELETE_ON_CLOSE != 0).then(|| path.to_owned()),
            io: IoState::new(),
        };
        Ok((file, existed))
    }

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
        let seekable = file
            .metadata()
            .is_ok_and(|kind| is_seekable(&kind.file_type()));
        let access = flags & libc::O_ACCMODE;
        Ok(File {
            file,
            owned: own,
            readable: access != libc::O_WRONLY,
            writable: access != libc::O_RDONLY,
            append: flags & libc::O_APPEND != 0,
            seekable,
            delete_on_close: None,
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

    /// Reads into caller memory: at an offset, or at the file position. 0 bytes at the end.
    ///
    /// # Errors
    /// 5 without read access; 998 for bad memory; what the system reports.
    ///
    /// # Safety
    /// The kernel checks the memory, but it must not be Rust memory that is borrowed elsewhere.
    pub unsafe fn read(&self, to: *mut u8, bytes: usize, at: Option<u64>) -> Result<usize, Code> {
        if !self.readable {
            return Err(status::ERROR_ACCESS_DENIED);
        }
        let fd = self.file.as_raw_fd();
        self.transfer(bytes, libc::POLLIN, self.seekable, |done, len| {
            let to = to.wrapping_add(done).cast();
            match at.filter(|_| self.seekable) {
                // SAFETY: the kernel writes to the caller's buffer or fails with EFAULT.
                Some(at) => unsafe { libc::pread(fd, to, len, position(at, done)) },
                // SAFETY: as above.
                None => unsafe { libc::read(fd, to, len) },
            }
        })
    }

    /// Writes from caller memory: at an offset (`u64::MAX`: at the end), or at the file position.
    /// Writes everything unless it fails.
    ///
    /// # Errors
    /// 5 without write access; 998 for bad memory; what the system reports.
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
        let at = match at.filter(|_| self.seekable && !self.append) {
            Some(u64::MAX) => Some(self.length()?),
            at => at,
        };
        let fd = self.file.as_raw_fd();
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

    /// Waits until a non-blocking descriptor can go on: ReadFile and WriteFile know no "would
    /// block".
    fn wait_ready(&self, events: i16) -> bool {
        let mut poll = libc::pollfd {
            fd: self.file.as_raw_fd(),
            events,
            revents: 0,
        };
        // SAFETY: one valid pollfd.
        let ready = unsafe { libc::poll(&mut poll, 1, -1) };
        ready > 0
    }
}

impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }
}

impl Object for File {
    fn on_close(&self) {
        if let Some(path) = &self.delete_on_close {
            // The handle is closed either way; CloseHandle does not report this.
            let _ = fs::remove_file(path);
        }
    }

    fn signal(&self) -> Option<&Signal> {
        Some(self.io.signal())
    }

    fn io(&self) -> Option<&IoState> {
        Some(&self.io)
    }
}

impl Drop for File {
    fn drop(&mut self) {
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

/// The POSIX path of a Win32 path.
///
/// # Errors
/// 3 for an empty path; 123 for one that is not valid UTF-16 or contains a NUL.
pub fn posix_path(path: &[u16]) -> Result<PathBuf, Code> {
    let text = String::from_utf16(path).map_err(|_| status::ERROR_INVALID_NAME)?;
    let text = text
        .strip_prefix(r"\\?\")
        .unwrap_or(&text)
        .replace('\\', "/");
    match text.as_str() {
        "" => Err(status::ERROR_PATH_NOT_FOUND),
        text if text.contains('\0') => Err(status::ERROR_INVALID_NAME),
        text => Ok(PathBuf::from(text)),
    }
}

/// DeleteFileW.
///
/// # Errors
/// 2, 3, 5 (a directory, too) and what the system reports.
pub fn delete(path: &Path) -> Result<(), Code> {
    if fs::symlink_metadata(path).is_ok_and(|kind| kind.is_dir()) {
        return Err(status::ERROR_ACCESS_DENIED);
    }
    fs::remove_file(path).map_err(|error| not_found(path, &error))
}

/// GetTempFileNameW: the name `<directory>/<prefix><hex of unique>.tmp`. With `unique` 0 a number
/// is chosen whose file did not exist, and the file is created, empty. Returns the name and the
/// number. The prefix is used up to three characters.
///
/// # Errors
/// 267 when the directory does not exist; 80 when all numbers are taken.
pub fn temp_name(directory: &str, prefix: &str, unique: u16) -> Result<(String, u16), Code> {
    if !Path::new(directory).is_dir() {
        return Err(status::ERROR_DIRECTORY);
    }
    let separator = if directory.ends_with('/') { "" } else { "/" };
    let prefix: String = prefix.chars().take(3).collect();
    let name = |number: u16| format!("{directory}{separator}{prefix}{number:X}.tmp");
    if unique != 0 {
        return Ok((name(unique), unique));
    }
    let first = crate::time::tick_count() as u16;
    for step in 0..=u16::MAX {
        let number = first.wrapping_add(step);
        if number == 0 {
            continue;
        }
        match fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(name(number))
        {
            Ok(_) => return Ok((name(number), number)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(status::from_io(&error)),
        }
    }
    Err(status::ERROR_FILE_EXISTS)
}

fn open_by(path: &Path, mode: OpenMode, options: &fs::OpenOptions) -> io::Result<(fs::File, bool)> {
    // Creating needs write access in POSIX terms; what the handle allows is checked by the object.
    let creating = {
        let mut creating = options.clone();
        creating.write(true).create_new(true);
        creating
    };
    let truncating = {
        let mut truncating = options.clone();
        truncating.append(false).write(true).truncate(true);
        truncating
    };
    match mode.disposition {
        CREATE_NEW => Ok((creating.open(path)?, false)),
        OPEN_EXISTING => Ok((options.open(path)?, true)),
        TRUNCATE_EXISTING if mode.access & GENERIC_WRITE != 0 => Ok((truncating.open(path)?, true)),
        CREATE_ALWAYS | OPEN_ALWAYS => {
            let again = if mode.disposition == CREATE_ALWAYS {
                &truncating
            } else {
                options
            };
            // Another process may create or delete the file between the two steps.
            for _ in 0..16 {
                match creating.open(path) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    created => return Ok((created?, false)),
                }
                match again.open(path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    opened => return Ok((opened?, true)),
                }
            }
            Err(io::Error::from_raw_os_error(libc::EBUSY))
        }
        _ => Err(io::Error::from_raw_os_error(libc::EINVAL)),
    }
}

/// Tells a missing file (2) from a missing directory on the way to it (3).
fn not_found(path: &Path, error: &io::Error) -> Code {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    match status::from_io(error) {
        status::ERROR_FILE_NOT_FOUND if parent.is_some_and(|parent| !parent.exists()) => {
            status::ERROR_PATH_NOT_FOUND
        }
        code => code,
    }
}

fn is_seekable(kind: &fs::FileType) -> bool {
    kind.is_file() || kind.is_block_device()
}

fn position(at: u64, done: usize) -> libc::off_t {
    // An offset beyond the range becomes negative, which the system refuses with EINVAL.
    at.wrapping_add(done as u64) as libc::off_t
}
