//! Files, and handles for file descriptors.
//!
//! Owns [`File`] objects: opening by Win32 rules, reads and writes, the file pointer. Does not own
//! buffers, paths (`files::path`), share modes and locked ranges (`files::shared`), nor the threads of
//! overlapped calls (`files::disk`). Documented differences: security attributes and templates are
//! ignored; a handle is never inherited; FILE_FLAG_NO_BUFFERING, RANDOM_ACCESS and SEQUENTIAL_SCAN are
//! accepted without effect.
//!
//! Invariants: a descriptor that is not owned is never closed here; an owned one lives as long as
//! somebody holds the object, also after its handle is closed. Share mode, locked ranges and
//! FILE_FLAG_DELETE_ON_CLOSE end with the last handle, though operations may go on. Threading: any
//! thread.

use std::fs;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use httpsys_socket::lock::Mutex;

use crate::files::about;
use crate::files::shared::{self, Registration};
use crate::files::{disk, path, pipe};
use crate::handle::{self, Handle};
use crate::io::state::IoState;
use crate::object::{CancelScope, Object};
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
    stream: bool,
    overlapped: bool,
    opened: Option<Opened>,
    /// Open handles.
    handles: AtomicUsize,
    /// Held while something is written behind the end.
    appending: Mutex<()>,
    io: IoState,
}

/// What only a file opened by name has.
#[derive(Debug)]
struct Opened {
    /// Absolute, as far as the system could tell.
    path: Mutex<PathBuf>,
    delete: AtomicBool,
    deletable: bool,
    registration: Registration,
}

/// What CreateFileW was asked for.
#[derive(Clone, Copy, Debug)]
pub struct OpenMode {
    /// dwDesiredAccess.
    pub access: u32,
    /// dwShareMode.
    pub share: u32,
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
const EXECUTE_BITS: u32 = 0x2000_0000 | 0x20; // GENERIC_EXECUTE, FILE_EXECUTE
const WRITE_BITS: u32 = 0x4000_0000 | 0x1000_0000 | 0x2; // GENERIC_WRITE, GENERIC_ALL, WRITE_DATA
const APPEND_BIT: u32 = 0x4; // FILE_APPEND_DATA
const DELETE_BITS: u32 = 0x1_0000 | 0x1000_0000; // DELETE, GENERIC_ALL
const GENERIC_WRITE: u32 = 0x4000_0000;
const FLAG_WRITE_THROUGH: u32 = 0x8000_0000;
const FLAG_OVERLAPPED: u32 = 0x4000_0000;
const FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
const FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;

/// Longest transfer of one system call; larger ones are refused by some systems.
const MAX_TRANSFER: usize = 1 << 30;

impl OpenMode {
    fn appends(self) -> bool {
        self.access & APPEND_BIT != 0 && self.access & WRITE_BITS == 0
    }

    fn reads(self) -> bool {
        self.access & READ_BITS != 0
    }

    fn writes(self) -> bool {
        self.access & (WRITE_BITS | APPEND_BIT) != 0
    }

    fn deletes(self) -> bool {
        self.access & DELETE_BITS != 0 || self.flags & FLAG_DELETE_ON_CLOSE != 0
    }

    fn truncates(self) -> bool {
        matches!(self.disposition, CREATE_ALWAYS | TRUNCATE_EXISTING)
    }

    /// Access as share modes count it.
    fn shared_access(self) -> u32 {
        let bit = |wanted: bool, bit: u32| if wanted { bit } else { 0 };
        bit(
            self.reads() || self.access & EXECUTE_BITS != 0,
            shared::READ,
        ) | bit(self.writes(), shared::WRITE)
            | bit(self.deletes(), shared::DELETE)
    }
}

impl File {
    /// CreateFileW. The flag tells whether an existing file was opened by CREATE_ALWAYS or
    /// OPEN_ALWAYS, which the caller reports as last error 183 (documented: CreateFileW).
    ///
    /// # Errors
    /// 2, 3, 5 (a directory without FILE_FLAG_BACKUP_SEMANTICS; a read-only file to write), 32, 80, 87,
    /// those of [`path::native`] and what the system reports.
    pub fn open(name: &[u16], mode: OpenMode) -> Result<(File, bool), Code> {
        if !(CREATE_NEW..=TRUNCATE_EXISTING).contains(&mode.disposition)
            || mode.disposition == TRUNCATE_EXISTING && mode.access & GENERIC_WRITE == 0
        {
            return Err(status::ERROR_INVALID_PARAMETER);
        }
        let path = path::native(name)?;
        let there = fs::metadata(&path);
        if there.as_ref().is_ok_and(fs::Metadata::is_dir) {
            return File::open_directory(&path, mode);
        }
        let creates = !matches!(mode.disposition, OPEN_EXISTING | TRUNCATE_EXISTING);
        if creates && there.is_err() && path::ends_with_separator(name) {
            return Err(status::ERROR_INVALID_NAME);
        }
        let (file, existed) = open_by(&path, mode).map_err(|error| not_found(&path, &error))?;
        let kind = file.metadata().map_err(|error| status::from_io(&error))?;
        if existed && about::is_read_only(&kind) && (mode.writes() || mode.truncates()) {
            return Err(status::ERROR_ACCESS_DENIED);
        }
        // Before it is truncated: who does not share it must not lose its content.
        let file = File::opened(file, &path, &kind, mode)?;
        if existed && kind.is_file() && mode.truncates() {
            let emptied = file.file.set_len(0);
            emptied.map_err(|error| status::from_io(&error))?;
        }
        Ok((file, existed))
    }

    fn open_directory(path: &Path, mode: OpenMode) -> Result<(File, bool), Code> {
        match mode.disposition {
            CREATE_NEW => return Err(status::ERROR_FILE_EXISTS),
            OPEN_EXISTING | OPEN_ALWAYS if mode.flags & FLAG_BACKUP_SEMANTICS != 0 => {}
            _ => return Err(status::ERROR_ACCESS_DENIED),
        }
        let file = fs::File::open(path).map_err(|error| not_found(path, &error))?;
        let kind = file.metadata().map_err(|error| status::from_io(&error))?;
        Ok((File::opened(file, path, &kind, mode)?, true))
    }

    fn opened(
        file: fs::File,
        path: &Path,
        kind: &fs::Metadata,
        mode: OpenMode,
    ) -> Result<File, Code> {
        // What is no file, such as a terminal, is shared with everybody.
        let (access, share) = match kind.is_file() || kind.is_dir() {
            true => (mode.shared_access(), mode.share),
            false => (0, u32::MAX),
        };
        let registration = Registration::new(kind, access, share)?;
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Ok(File {
            file: ManuallyDrop::new(file),
            owned: true,
            readable: mode.reads() && !kind.is_dir(),
            writable: mode.writes() && !kind.is_dir(),
            append: mode.appends(),
            seekable: is_seekable(&kind.file_type()),
            stream: is_stream(&kind.file_type()),
            overlapped: mode.flags & FLAG_OVERLAPPED != 0,
            opened: Some(Opened {
                path: Mutex::new(absolute),
                delete: AtomicBool::new(mode.flags & FLAG_DELETE_ON_CLOSE != 0),
                deletable: mode.deletes(),
                registration,
            }),
            handles: AtomicUsize::new(1),
            appending: Mutex::new(()),
            io: IoState::new(),
        })
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
    pub(crate) fn registration(&self) -> Option<&Registration> {
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

    /// Meets locked ranges of others with 33.
    fn check_ranges(&self, at: Option<u64>, bytes: usize, writes: bool) -> Result<(), Code> {
        let Some(registration) = self.registration().filter(|_| self.seekable) else {
            return Ok(());
        };
        if !Registration::are_ranges_locked() {
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
            return pipe::without_signal(|| self.write_stream(from, bytes));
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
                (Ok(there), Ok(ours)) => shared::identity(&there) == shared::identity(&ours),
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
        if self.handles.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.release();
        }
    }

    fn on_duplicate(&self) {
        self.add_handle();
    }

    fn signal(&self) -> Option<&Signal> {
        Some(self.io.signal())
    }

    fn io(&self) -> Option<&IoState> {
        Some(&self.io)
    }

    fn cancel_io(&self, scope: CancelScope) -> bool {
        let waited = self
            .registration()
            .is_some_and(|ranges| ranges.cancel(scope));
        disk::cancel(self, scope) || waited
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

fn open_by(path: &Path, mode: OpenMode) -> io::Result<(fs::File, bool)> {
    let mut options = fs::OpenOptions::new();
    options
        .read(mode.reads() || !mode.writes())
        .write(mode.writes() && !mode.appends())
        .append(mode.appends());
    if mode.flags & FLAG_WRITE_THROUGH != 0 {
        options.custom_flags(libc::O_SYNC);
    }
    if mode.flags & about::READONLY != 0 {
        options.mode(0o444);
    }
    // Creating needs write access in POSIX terms; what the handle allows is checked by the object.
    let mut creating = options.clone();
    creating.write(true).create_new(true);
    let mut existing = options;
    existing.write(mode.truncates() || mode.writes() && !mode.appends());
    match mode.disposition {
        CREATE_NEW => Ok((creating.open(path)?, false)),
        CREATE_ALWAYS | OPEN_ALWAYS => {
            // Another process may create or delete the file between the two steps.
            for _ in 0..16 {
                match creating.open(path) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    created => return Ok((created?, false)),
                }
                match existing.open(path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    opened => return Ok((opened?, true)),
                }
            }
            Err(io::Error::from_raw_os_error(libc::EBUSY))
        }
        _ => Ok((existing.open(path)?, true)),
    }
}

/// Tells a missing file (2) from a missing directory on the way to it (3).
pub(crate) fn not_found(path: &Path, error: &io::Error) -> Code {
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

/// What ends with 109 when its other side is gone.
fn is_stream(kind: &fs::FileType) -> bool {
    kind.is_fifo()
}

fn position(at: u64, done: usize) -> libc::off_t {
    // An offset beyond the range becomes negative, which the system refuses with EINVAL.
    at.wrapping_add(done as u64) as libc::off_t
}
