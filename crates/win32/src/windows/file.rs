//! Files of the system, as responses are sent from them.
//!
//! Owns [`File`], a second handle to a file that the program opened. Does not own the program's
//! handle, nor the file's position: reads are positioned, which moves the position of a file that
//! was opened without FILE_FLAG_OVERLAPPED. Threading: any thread.

use std::fs;
use std::mem::ManuallyDrop;
use std::os::windows::io::{AsRawHandle, FromRawHandle};
use std::sync::Arc;

use crate::handle::{self, Handle};
use crate::system::Owned;

/// A file behind a handle of the system.
#[derive(Debug)]
pub struct File {
    file: ManuallyDrop<fs::File>,
    /// What `file` refers to; closes it.
    _own: Owned,
}

impl File {
    /// The file, for chunks that are sent from it.
    pub fn file(&self) -> &fs::File {
        &self.file
    }
}

/// The file behind a handle, for chunks that are sent from it. It stays open when the program closes
/// its handle. `None` for what is no handle of the system.
pub fn of_handle(handle: Handle) -> Option<Arc<File>> {
    if handle.is_null() || handle::is_ours(handle) || handle == handle::INVALID_HANDLE_VALUE {
        return None;
    }
    let own = Owned::duplicate(handle).ok()?;
    // SAFETY: a valid handle, which `_own` closes after the last use of `file`.
    let file = ManuallyDrop::new(unsafe { fs::File::from_raw_handle(own.get()) });
    debug_assert_eq!(file.as_raw_handle(), own.get());
    Some(Arc::new(File { file, _own: own }))
}
