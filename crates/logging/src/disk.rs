//! Directories in memory: the disk of a simulated machine.
//!
//! Owns: which directories and files there are. Does not own: what is in a directory ([`MemoryFiles`]). Clones are
//! the same disk. Threading: any thread.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use httpsys_socket::lock::Mutex;

use crate::files::MemoryFiles;

/// A disk in memory. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk {
    directories: Arc<Mutex<BTreeMap<PathBuf, MemoryFiles>>>,
}

impl MemoryDisk {
    /// The directory, made if it is not there, as its parents are.
    ///
    /// # Errors
    /// `NotADirectory`: it, or one of its parents, is a file.
    pub fn make_directory(&self, path: &Path) -> io::Result<MemoryFiles> {
        let directories = &mut *self.directories.lock();
        if path.ancestors().any(|part| is_file(directories, part)) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let made = directories.entry(path.to_owned()).or_default();
        Ok(made.clone())
    }

    /// The bytes of a file; `None` if there is no such file.
    #[must_use]
    pub fn read(&self, path: &Path) -> Option<Vec<u8>> {
        let (directory, name) = split(path)?;
        let files = self.directories.lock().get(directory)?.clone();
        files.contents(name)
    }

    /// Makes a file, or replaces it.
    ///
    /// # Errors
    /// As [`MemoryDisk::make_directory`] for its directory; `InvalidInput`: it has no name.
    pub fn write(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        let (directory, name) = split(path).ok_or(io::ErrorKind::InvalidInput)?;
        self.make_directory(directory)?
            .insert(name, contents.to_vec());
        Ok(())
    }

    /// Removes a file.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn remove_file(&self, path: &Path) -> io::Result<()> {
        let removed = split(path).and_then(|(directory, name)| {
            let files = self.directories.lock().get(directory)?.clone();
            files.remove(name)
        });
        removed.map(drop).ok_or(io::ErrorKind::NotFound.into())
    }

    /// Removes a directory with all its files.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn remove_directory(&self, path: &Path) -> io::Result<()> {
        let removed = self.directories.lock().remove(path);
        removed.map(drop).ok_or(io::ErrorKind::NotFound.into())
    }

    /// The paths of all files, in order.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let directories = self.directories.lock();
        let files = directories.iter().flat_map(|(path, files)| {
            let names = files.list();
            names.into_iter().map(move |name| path.join(name))
        });
        files.collect()
    }
}

fn split(path: &Path) -> Option<(&Path, &str)> {
    Some((path.parent()?, path.file_name()?.to_str()?))
}

fn is_file(directories: &BTreeMap<PathBuf, MemoryFiles>, path: &Path) -> bool {
    let found = split(path).and_then(|(directory, name)| {
        let files = directories.get(directory)?;
        Some(files.has(name))
    });
    found.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_in_their_directories() {
        let disk = MemoryDisk::default();
        let path = Path::new("/logs/one/a.log");
        assert_eq!(disk.read(path), None);
        disk.write(path, b"text").unwrap();
        disk.make_directory(Path::new("/logs/two")).unwrap();
        assert_eq!(disk.read(path), Some(b"text".to_vec()));
        assert_eq!(disk.files(), [path]);
        assert_eq!(
            disk.make_directory(path).unwrap_err().kind(),
            io::ErrorKind::NotADirectory
        );
        let below = disk.make_directory(&path.join("below")).unwrap_err();
        assert_eq!(below.kind(), io::ErrorKind::NotADirectory);
        disk.remove_file(path).unwrap();
        assert!(disk.remove_file(path).is_err());
        disk.make_directory(path).unwrap();
        disk.remove_directory(Path::new("/logs/one")).unwrap();
        assert!(disk.remove_directory(Path::new("/logs/one")).is_err());
    }
}
