//! Files of tests: those of the system, and in a simulated test those of its disk in memory.
//!
//! Owns: the choice between both, by what the calling thread belongs to. Does not own: either. For the logs of the
//! service, which are where its machine is.

use std::io;
use std::path::Path;

/// As [`std::fs::read`].
///
/// # Errors
/// As that.
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    #[cfg(feature = "sim")]
    if let Some(disk) = crate::simulation::disk() {
        return disk
            .read(path.as_ref())
            .ok_or(io::ErrorKind::NotFound.into());
    }
    std::fs::read(path)
}

/// As [`std::fs::write`].
///
/// # Errors
/// As that.
pub fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    #[cfg(feature = "sim")]
    if let Some(disk) = crate::simulation::disk() {
        return disk.write(path.as_ref(), contents.as_ref());
    }
    std::fs::write(path, contents)
}

/// As [`std::fs::remove_file`].
///
/// # Errors
/// As that.
pub fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    #[cfg(feature = "sim")]
    if let Some(disk) = crate::simulation::disk() {
        return disk.remove_file(path.as_ref());
    }
    std::fs::remove_file(path)
}

/// As [`std::fs::remove_dir`].
///
/// # Errors
/// As that.
pub fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    #[cfg(feature = "sim")]
    if let Some(disk) = crate::simulation::disk() {
        let inside = |file: &std::path::PathBuf| file.starts_with(path.as_ref());
        if disk.files().iter().any(inside) {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        return disk.remove_directory(path.as_ref());
    }
    std::fs::remove_dir(path)
}
