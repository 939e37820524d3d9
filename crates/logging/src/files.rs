//! Where log files are stored.
//!
//! Owns: the trait through which the writer reaches files, an implementation for a directory of the
//! file system, and one in memory for tests. Does not own: the names of files, or when a file ends.
//! Threading: used by one writer thread; [`MemoryFiles`] may be read by other threads at the same
//! time.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use httpsys_socket::lock::Mutex;

/// A directory with log files.
pub trait Files: Send + 'static {
    /// An open log file.
    type File: LogFile;

    /// The names of all files; none if the directory does not exist yet.
    fn names(&mut self) -> io::Result<Vec<String>>;

    /// Opens a file for appending and gives its size in bytes. Creates it, and the directory.
    fn open(&mut self, name: &str) -> io::Result<(Self::File, u64)>;
}

/// An open log file.
pub trait LogFile: Send {
    /// Appends all bytes. After an error any part of them may have been written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to its first `size` bytes.
    fn truncate(&mut self, size: u64) -> io::Result<()>;
}

/// A directory of the file system.
#[derive(Clone, Debug)]
pub struct StdFiles {
    directory: PathBuf,
    #[cfg_attr(not(unix), allow(dead_code, reason = "permissions are inherited"))]
    private: bool,
}

impl StdFiles {
    /// A directory whose files get the system's default permissions. It is made with the first
    /// file, as its parents are.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            private: false,
        }
    }

    /// The directory of the error log below `ErrorLoggingDir`: `HTTPERR` (KB 820729, documented).
    ///
    /// Others than the owner have no access, where permissions are those of Unix; on Windows they
    /// are inherited.
    #[must_use]
    pub fn error_log(error_logging_dir: &Path) -> Self {
        Self {
            directory: error_logging_dir.join("HTTPERR"),
            private: true,
        }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn create_directory(&self) -> io::Result<()> {
        if let Some(parent) = self.directory.parent() {
            DirBuilder::new().recursive(true).create(parent)?;
        }
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        if self.private {
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        }
        builder.create(&self.directory)
    }
}

impl Files for StdFiles {
    type File = File;

    fn names(&mut self) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            // A name that is not Unicode is none of ours.
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn open(&mut self, name: &str) -> io::Result<(File, u64)> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        if self.private {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let path = self.directory.join(name);
        let file = match options.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create_directory()?;
                options.open(&path)?
            }
            other => other?,
        };
        let size = file.metadata()?.len();
        Ok((file, size))
    }
}

impl LogFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.set_len(size)
    }
}

/// A directory in memory. Clones are the same directory.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl MemoryFiles {
    /// The bytes of a file; none if there is no such file.
    #[must_use]
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        self.files.lock().get(name).cloned()
    }

    /// The names of all files in alphabetical order.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        self.files.lock().keys().cloned().collect()
    }

    /// Whether there is such a file.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.files.lock().contains_key(name)
    }

    /// Takes a file out.
    pub(crate) fn remove(&self, name: &str) -> Option<Vec<u8>> {
        self.files.lock().remove(name)
    }

    /// Makes a file, or replaces it.
    pub fn insert(&self, name: &str, contents: Vec<u8>) {
        self.files.lock().insert(name.to_owned(), contents);
    }
}

/// A file in memory.
#[derive(Debug)]
pub struct MemoryFile {
    directory: MemoryFiles,
    name: String,
}

impl Files for MemoryFiles {
    type File = MemoryFile;

    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.list())
    }

    fn open(&mut self, name: &str) -> io::Result<(MemoryFile, u64)> {
        let size = self.files.lock().entry(name.to_owned()).or_default().len();
        let file = MemoryFile {
            directory: self.clone(),
            name: name.to_owned(),
        };
        Ok((file, size as u64))
    }
}

impl LogFile for MemoryFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut files = self.directory.files.lock();
        files
            .entry(self.name.clone())
            .or_default()
            .extend_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        if let Some(contents) = self.directory.files.lock().get_mut(&self.name) {
            contents.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        }
        Ok(())
    }
}
