//! Opening files by Win32 rules.
//!
//! Owns what CreateFileW asks for and what of it is done when. Does not own the object ([`File`]), paths
//! ([`path`]) or share modes ([`crate::files::shared`]). Documented differences: security attributes and
//! templates are ignored; a handle is never inherited; FILE_FLAG_NO_BUFFERING, RANDOM_ACCESS and
//! SEQUENTIAL_SCAN are accepted without effect. Threading: any thread.

use std::fs;
use std::io;
use std::mem::ManuallyDrop;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use httpsys_socket::lock::Mutex;

use super::{File, OpenedFile, is_seekable, is_stream};
use crate::files::shared::{self, FileRegistration};
use crate::files::{about, path};
use crate::io::state::IoState;
use crate::status::{self, Code};

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
        let (file, existed) =
            open_by(&path, mode).map_err(|error| path::not_found(&path, &error))?;
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
        let file = fs::File::open(path).map_err(|error| path::not_found(path, &error))?;
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
        let registration = FileRegistration::new(kind, access, share)?;
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
            opened: Some(OpenedFile {
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
