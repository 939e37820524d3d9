//! FindFirstFile and its relatives.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use super::path_text::{MAX_PATH, narrow};
use super::text::Unit;
use super::{Bool, fence, fence_bool, not_null, object_as, open, put, wide};
use crate::files::find::{self, Found, Search};
use crate::handle::{self, Handle, INVALID_HANDLE_VALUE};
use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// WIN32_FIND_DATAW. 592 bytes. Times are FILETIMEs, low half first.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(
    missing_docs,
    non_snake_case,
    reason = "documented names of a C structure"
)]
pub struct WIN32_FIND_DATA<T, const NAME: usize, const SHORT: usize> {
    pub dwFileAttributes: u32,
    pub ftCreationTime: [u32; 2],
    pub ftLastAccessTime: [u32; 2],
    pub ftLastWriteTime: [u32; 2],
    pub nFileSizeHigh: u32,
    pub nFileSizeLow: u32,
    pub dwReserved0: u32,
    pub dwReserved1: u32,
    pub cFileName: [T; NAME],
    pub cAlternateFileName: [T; SHORT],
}

/// WIN32_FIND_DATAW.
#[allow(non_camel_case_types, reason = "documented name")]
pub type WIN32_FIND_DATAW = WIN32_FIND_DATA<u16, MAX_PATH, 14>;
/// WIN32_FIND_DATAA. 320 bytes.
#[allow(non_camel_case_types, reason = "documented name")]
pub type WIN32_FIND_DATAA = WIN32_FIND_DATA<u8, MAX_PATH, 14>;

pub(super) fn halves(time: i64) -> [u32; 2] {
    [time as u32, (time >> 32) as u32]
}

fn data<T: Copy + Default>(found: &Found, name: &[T]) -> WIN32_FIND_DATA<T, MAX_PATH, 14> {
    let about = &found.about;
    let mut text = [T::default(); MAX_PATH];
    let length = name.len().min(MAX_PATH - 1);
    text[..length].copy_from_slice(&name[..length]);
    WIN32_FIND_DATA {
        dwFileAttributes: about.attributes,
        ftCreationTime: halves(about.created),
        ftLastAccessTime: halves(about.accessed),
        ftLastWriteTime: halves(about.written),
        nFileSizeHigh: (about.size >> 32) as u32,
        nFileSizeLow: about.size as u32,
        dwReserved0: about.tag,
        dwReserved1: 0,
        cFileName: text,
        cAlternateFileName: [T::default(); 14],
    }
}

fn begin<T>(
    name: &[u16],
    only_directories: bool,
    to: *mut T,
    give: impl FnOnce(&Found) -> T,
) -> Result<Handle, Code> {
    not_null(to)?;
    let (search, found) = find::first(name, only_directories)?;
    // SAFETY: valid by the contract of the exported functions.
    unsafe { put(to, give(&found)) };
    open(Arc::new(search))
}

fn wide_data(found: &Found) -> WIN32_FIND_DATAW {
    data(found, &found.name)
}

fn narrow_data(found: &Found) -> WIN32_FIND_DATAA {
    data(found, &u8::encode(&found.name))
}

/// FindFirstFileW: begins to enumerate what matches a pattern (`*` and `?` in the last component), or tells
/// about one file.
///
/// INVALID_HANDLE_VALUE on failure: 2 when nothing matches or the path ends with a separator, 3 without
/// the directory, 123, 267. The names come in the order of NTFS, `.` and `..` first.
///
/// Differs: there are no short names; a symbolic link has the size of what it leads to; a name of more
/// than 259 units is cut.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `data` is NULL (87) or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindFirstFileW(
    name: *const u16,
    data: *mut WIN32_FIND_DATAW,
) -> Handle {
    fence(INVALID_HANDLE_VALUE, || {
        // SAFETY: terminated by the contract of this function.
        begin(unsafe { wide(name) }?, false, data, wide_data)
    })
}

/// FindFirstFileA: works like [`FindFirstFileW`] with names in UTF-8.
///
/// # Safety
/// As for [`FindFirstFileW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindFirstFileA(
    name: *const u8,
    data: *mut WIN32_FIND_DATAA,
) -> Handle {
    fence(INVALID_HANDLE_VALUE, || {
        // SAFETY: terminated by the contract of this function.
        begin(&unsafe { narrow(name) }?, false, data, narrow_data)
    })
}

/// Whether to give directories alone; the levels FindExInfoStandard and FindExInfoBasic, no filter.
fn only_directories(level: i32, search: i32, filter: *mut c_void) -> Result<bool, Code> {
    match (level, search, filter.is_null()) {
        (0 | 1, 0 | 1, true) => Ok(search == 1),
        _ => Err(ERROR_INVALID_PARAMETER),
    }
}

/// FindFirstFileExW: works like [`FindFirstFileW`] with levels and flags; 87 for unknown ones. With
/// FindExSearchLimitToDirectories only directories are given.
///
/// Differs: FIND_FIRST_EX_CASE_SENSITIVE is accepted and has no effect.
///
/// # Safety
/// As for [`FindFirstFileW`]; `data` is a WIN32_FIND_DATAW.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindFirstFileExW(
    name: *const u16,
    level: i32,
    data: *mut c_void,
    search: i32,
    filter: *mut c_void,
    _flags: u32,
) -> Handle {
    fence(INVALID_HANDLE_VALUE, || {
        let only = only_directories(level, search, filter)?;
        // SAFETY: terminated by the contract of this function.
        begin(unsafe { wide(name) }?, only, data.cast(), wide_data)
    })
}

/// FindFirstFileExA: works like [`FindFirstFileExW`] with names in UTF-8.
///
/// # Safety
/// As for [`FindFirstFileA`]; `data` is a WIN32_FIND_DATAA.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindFirstFileExA(
    name: *const u8,
    level: i32,
    data: *mut c_void,
    search: i32,
    filter: *mut c_void,
    _flags: u32,
) -> Handle {
    fence(INVALID_HANDLE_VALUE, || {
        let only = only_directories(level, search, filter)?;
        // SAFETY: terminated by the contract of this function.
        begin(&unsafe { narrow(name) }?, only, data.cast(), narrow_data)
    })
}

/// FindNextFileW: gives the next match; 18 after the last, 6 for another handle.
///
/// # Safety
/// `data` is NULL (87) or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindNextFileW(search: Handle, data: *mut WIN32_FIND_DATAW) -> Bool {
    fence_bool(|| {
        not_null(data)?;
        let found = object_as::<Search>(search)?.next()?;
        // SAFETY: valid by the contract of this function.
        unsafe { put(data, wide_data(&found)) };
        Ok(())
    })
}

/// FindNextFileA: works like [`FindNextFileW`] with names in UTF-8.
///
/// # Safety
/// As for [`FindNextFileW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindNextFileA(search: Handle, data: *mut WIN32_FIND_DATAA) -> Bool {
    fence_bool(|| {
        not_null(data)?;
        let found = object_as::<Search>(search)?.next()?;
        // SAFETY: valid by the contract of this function.
        unsafe { put(data, narrow_data(&found)) };
        Ok(())
    })
}

/// FindClose: ends a search; 6 for another handle. CloseHandle does not close one.
#[unsafe(no_mangle)]
pub extern "system" fn FindClose(search: Handle) -> Bool {
    fence_bool(|| {
        object_as::<Search>(search)?;
        handle::remove(search);
        Ok(())
    })
}

const _: () = assert!(size_of::<WIN32_FIND_DATAW>() == 592);
const _: () = assert!(size_of::<WIN32_FIND_DATAA>() == 320);
