//! The configuration file in the file system: reading it, seeing that it has changed, replacing it.
//!
//! Owns: the lock, writing aside and renaming, and the marks by which a change is seen. Does not own the content.
//! Invariants: a reader sees a whole file, the old or the new one; a write that fails leaves the old one. The lock is
//! a file of its own, `config.json.lock`, since the other one is replaced; beside a link's target, not the link.
//! Threading: any thread; the lock is between processes, the store has one between threads.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fs4::FileExt;

use crate::error::{StoreError, StoreFault};

/// A larger file is not read: nobody has so much to configure.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;

/// So soon after a change the marks of a file may be those of another change: clocks of file systems are coarse.
const SETTLED: Duration = Duration::from_millis(100);

/// By what a changed file is known. `None` for a file that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileMarks {
    modified: Option<SystemTime>,
    size: u64,
    /// The number of the file in its file system, where there is one.
    number: u64,
}

impl FileMarks {
    /// The marks of a file, for one look at it.
    pub(crate) fn of(path: &Path) -> Option<FileMarks> {
        fs::metadata(path)
            .ok()
            .map(|metadata| FileMarks::from(&metadata))
    }

    fn from(metadata: &fs::Metadata) -> FileMarks {
        FileMarks {
            modified: metadata.modified().ok(),
            size: metadata.len(),
            number: number(metadata),
        }
    }

    /// Whether another change would show: this one is long enough ago.
    pub(crate) fn are_settled(&self, now: SystemTime) -> bool {
        let age = self
            .modified
            .and_then(|modified| now.duration_since(modified).ok());
        age.is_some_and(|age| age > SETTLED)
    }
}

#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_metadata: &fs::Metadata) -> u64 {
    0
}

/// Reads a file with its marks; `None` if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<(String, FileMarks)>, StoreError> {
    let unreadable = |error: io::Error| StoreError::of_system(&error, path, "read");
    // Asked for before it is opened: the other end of a pipe would be waited for.
    let is_file = fs::metadata(path).map(|metadata| metadata.is_file());
    if matches!(is_file, Ok(false)) {
        let words = "is not a file";
        return Err(StoreError::new(StoreFault::Unreachable, path, words));
    }
    let mut file = match is_file.and_then(|_| File::open(path)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let metadata = file.metadata().map_err(unreadable)?;
    let broken = |words| {
        let fault = StoreFault::Broken { line: 1, column: 1 };
        StoreError::new(fault, path, words)
    };
    let mut bytes = Vec::new();
    let mut limited = Read::by_ref(&mut file).take(MAX_BYTES + 1);
    limited.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(broken("is larger than 16 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| broken("is not UTF-8"))?;
    Ok(Some((text, FileMarks::from(&metadata))))
}

/// The file that is written for this one, in a folder that is there. A link stays one: what it leads to is written,
/// whether it is there already or not, and a chain of links is followed to its end.
pub(crate) fn target_of(path: &Path) -> Result<PathBuf, StoreError> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(next) = fs::read_link(&target) else {
            return in_its_folder(path, target);
        };
        // From the folder in which the link is; an absolute one replaces it.
        target.pop();
        target.push(next);
    }
    let words = "cannot be written: it is a link that leads through more than 40 others";
    Err(StoreError::new(StoreFault::Unreachable, path, words))
}

fn in_its_folder(path: &Path, target: PathBuf) -> Result<PathBuf, StoreError> {
    let Some(folder) = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(target);
    };
    if target == path {
        make_folder(folder)?;
    } else if !folder.is_dir() {
        // Not made: a disk that is not mounted would be written beside.
        let words = format!(
            "cannot be written: it is a link to {}, whose folder is not there",
            target.display()
        );
        return Err(StoreError::new(StoreFault::Unreachable, path, words));
    }
    Ok(target)
}

/// The lock of a configuration file or of a folder of certificates, between processes. It ends with this value.
#[derive(Debug)]
pub(crate) struct FileLock(File);

impl FileLock {
    /// Waits for the lock of a file in a folder that is there.
    pub(crate) fn take(path: &Path) -> Result<FileLock, StoreError> {
        let lock = beside(path, ".lock");
        let failed = |error: io::Error| StoreError::of_system(&error, &lock, "written");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = private(&mut options).open(&lock).map_err(failed)?;
        loop {
            match FileExt::lock(&file) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
                Ok(()) => return Ok(FileLock(file)),
            }
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Not by closing alone: a child made by fork may have the file, too. There is nobody to tell.
        let _ = FileExt::unlock(&self.0);
    }
}

/// Replaces a file: written aside, brought to the disk, renamed. Who calls has the lock, and follows links
/// ([`target_of`]). A file that its owner has made read-only stays as it is.
pub(crate) fn replace(target: &Path, text: &[u8]) -> Result<FileMarks, StoreError> {
    let aside = beside(target, ".new");
    // Of a process that was killed while it wrote.
    let _ = fs::remove_file(&aside);
    let written = write_aside(target, &aside, text);
    if written.is_err() {
        // It is not whole; the error that is returned is the first.
        let _ = fs::remove_file(&aside);
    }
    written
}

fn write_aside(target: &Path, aside: &Path, text: &[u8]) -> Result<FileMarks, StoreError> {
    let failed = |error: io::Error| StoreError::of_system(&error, target, "written");
    let replaced = writable(target).map_err(failed)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let file = private(&mut options).open(aside);
    let mut file = file.map_err(|error| StoreError::of_system(&error, aside, "written"))?;
    if let Some(permissions) = replaced {
        file.set_permissions(permissions).map_err(failed)?;
    }
    file.write_all(text).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let marks = FileMarks::from(&file.metadata().map_err(failed)?);
    drop(file);
    fs::rename(aside, target).map_err(failed)?;
    if let (true, Some(folder)) = (cfg!(unix), target.parent()) {
        // Some file systems cannot: then the name is on the disk when they like.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(marks)
}

/// The permissions of a file that is to be replaced; `None` if it is not there. Renaming asks for none of them.
fn writable(target: &Path) -> io::Result<Option<fs::Permissions>> {
    let metadata = match fs::metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        metadata => metadata?,
    };
    // Asked for before it is opened: the other end of a pipe would be waited for.
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let permissions = metadata.permissions();
    // Also for root, who may write all.
    if permissions.readonly() {
        let words = "the file is read-only";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
    }
    OpenOptions::new().write(true).open(target)?;
    Ok(Some(permissions))
}

/// Makes a folder for this user alone, if it is not there.
pub(crate) fn make_folder(path: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(path);
    made.map_err(|error| match what_is_in_the_way(path) {
        Some((place, words)) => StoreError::new(StoreFault::Unreachable, place, words),
        None => StoreError::of_system(&error, path, "made"),
    })
}

/// The part of a path that is there, but is not a folder.
fn what_is_in_the_way(path: &Path) -> Option<(&Path, String)> {
    path.ancestors().find_map(|part| {
        if fs::metadata(part).is_ok_and(|found| !found.is_dir()) {
            return Some((part, "is not a folder".to_owned()));
        }
        let link = fs::read_link(part).ok().filter(|_| !part.exists())?;
        let words = format!("is a link to {}, which is not there", link.display());
        Some((part, words))
    })
}

/// What is made is for this user alone.
fn private(options: &mut OpenOptions) -> &OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
