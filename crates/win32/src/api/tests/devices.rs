//! What is done to the names of device nodes.

use std::ffi::CString;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::files::{Dir, READ, WRITE, create};
use super::*;
use crate::api::file_attributes::SetFileAttributesW;
use crate::api::file_names::*;
use crate::handle::INVALID_HANDLE_VALUE;

const OPEN_EXISTING: u32 = 3;
const DELETE: u32 = 0x1_0000;
const DELETE_ON_CLOSE: u32 = 0x0400_0000;

/// A node of the null device in a folder of the test's own; `None` if this user may make or use none.
fn null_device(folder: &Dir) -> Option<String> {
    let path = folder.path("null");
    let text = CString::new(path.clone()).expect("no NUL in it");
    let device = fs::metadata("/dev/null").expect("there").rdev();
    // SAFETY: a terminated string.
    let failed = unsafe { libc::mknod(text.as_ptr(), libc::S_IFCHR | 0o666, device as _) } != 0;
    if failed || fs::File::open(&path).is_err() {
        eprintln!("SKIPPED: no device nodes for this user or in {path}");
        return None;
    }
    Some(path)
}

/// A program that runs as root must not take `NUL` from the machine.
#[test]
fn a_device_is_not_deleted_renamed_replaced_nor_changed() {
    let folder = Dir::new("devices");
    let Some(device) = null_device(&folder) else {
        return;
    };
    let file = folder.path("file");
    fs::write(&file, "text").expect("written");
    let (node, text, other) = (wide(&device), wide(&file), wide(&folder.path("other")));
    let (node, text, other) = (node.as_ptr(), text.as_ptr(), other.as_ptr());
    let before = fs::metadata(&device).expect("there").mode();
    let none = std::ptr::null();
    // SAFETY: terminated names.
    unsafe {
        assert_eq!((DeleteFileW(node), GetLastError()), (0, 87));
        assert_eq!((MoveFileExW(node, other, 1), GetLastError()), (0, 87));
        assert_eq!((MoveFileExW(text, node, 1), GetLastError()), (0, 87));
        assert_eq!((CopyFileW(node, other, 0), GetLastError()), (0, 87));
        let replaced = ReplaceFileW(node, text, none, 0, null_mut(), null_mut());
        assert_eq!((replaced, GetLastError()), (0, 87));
        let replaced = ReplaceFileW(text, node, none, 0, null_mut(), null_mut());
        assert_eq!((replaced, GetLastError()), (0, 87));
        let linked = CreateHardLinkW(other, node, null_mut());
        assert_eq!((linked, GetLastError()), (0, 87));
        assert_eq!(CopyFileW(text, node, 0), 1);
        assert_eq!(SetFileAttributesW(node, 1), 1);
    }
    let handle = create(
        &device,
        READ | WRITE | DELETE,
        OPEN_EXISTING,
        DELETE_ON_CLOSE,
    );
    assert_ne!(handle, INVALID_HANDLE_VALUE);
    assert!(handle::close(handle));
    let after = fs::symlink_metadata(&device).expect("still there");
    assert!(after.file_type().is_char_device() && after.mode() == before);
    assert_eq!(fs::read(&file).expect("still there"), b"text");
}
