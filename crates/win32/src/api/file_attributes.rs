//! The attributes of files, by name.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;

use super::find::halves;
use super::path_text::narrow;
use super::{Bool, fence, fence_bool, not_null, put, wide};
use crate::files::{names, path};
use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// WIN32_FILE_ATTRIBUTE_DATA. 36 bytes. Times are FILETIMEs, low half first.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(
    missing_docs,
    non_snake_case,
    reason = "documented names of a C structure"
)]
pub struct WIN32_FILE_ATTRIBUTE_DATA {
    pub dwFileAttributes: u32,
    pub ftCreationTime: [u32; 2],
    pub ftLastAccessTime: [u32; 2],
    pub ftLastWriteTime: [u32; 2],
    pub nFileSizeHigh: u32,
    pub nFileSizeLow: u32,
}

const _: () = assert!(size_of::<WIN32_FILE_ATTRIBUTE_DATA>() == 36);

/// GetFileAttributesW: tells the attributes of a file; 0xFFFFFFFF on failure: 2, 3, 5, 123.
///
/// Differs: READONLY is a mode without write bits, HIDDEN a name with a dot in front, ARCHIVE every regular
/// file; a symbolic link is a REPARSE_POINT.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileAttributesW(name: *const u16) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(u32::MAX, || unsafe {
        let name = wide(name)?;
        Ok(names::about(name)?.attributes)
    })
}

/// GetFileAttributesA: works like [`GetFileAttributesW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileAttributesA(name: *const u8) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(u32::MAX, || unsafe {
        let name = &narrow(name)?;
        Ok(names::about(name)?.attributes)
    })
}

/// SetFileAttributesW: makes a file read-only, or writable again; the other attributes are accepted
/// without effect.
///
/// Errors: 2, 3, 5, 123.
///
/// Differs: HIDDEN, SYSTEM, ARCHIVE and others cannot be set.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFileAttributesW(name: *const u16, attributes: u32) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = wide(name)?;
        names::set_attributes(&path::native(name)?, attributes)
    })
}

/// SetFileAttributesA: works like [`SetFileAttributesW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFileAttributesA(name: *const u8, attributes: u32) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = &narrow(name)?;
        names::set_attributes(&path::native(name)?, attributes)
    })
}

/// GetFileAttributesExW: tells attributes, times and size of a file into a WIN32_FILE_ATTRIBUTE_DATA.
///
/// Errors: 2, 3, 5, 87 for another level than GetFileExInfoStandard, 123.
///
/// Differs: as for GetFileAttributesW; size and times of a symbolic link are those of what it
/// leads to.
///
/// # Safety
/// `name` is NULL (87) or a NUL-terminated string; `data` is NULL (87) or has room for 36 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileAttributesExW(
    name: *const u16,
    level: i32,
    data: *mut c_void,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = wide(name)?;
        attributes_ex(name, level, data)
    })
}

/// GetFileAttributesExA: works like [`GetFileAttributesExW`] with names in UTF-8.
///
/// # Safety
/// `name` is NULL (87) or a NUL-terminated string; `data` is NULL (87) or has room for 36 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileAttributesExA(
    name: *const u8,
    level: i32,
    data: *mut c_void,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = &narrow(name)?;
        attributes_ex(name, level, data)
    })
}

unsafe fn attributes_ex(name: &[u16], level: i32, data: *mut c_void) -> Result<(), Code> {
    not_null(data)?;
    if level != 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let about = names::about(name)?;
    let told = WIN32_FILE_ATTRIBUTE_DATA {
        dwFileAttributes: about.attributes,
        ftCreationTime: halves(about.created),
        ftLastAccessTime: halves(about.accessed),
        ftLastWriteTime: halves(about.written),
        nFileSizeHigh: (about.size >> 32) as u32,
        nFileSizeLow: about.size as u32,
    };
    // SAFETY: room by the contract of the callers.
    unsafe { put(data.cast(), told) };
    Ok(())
}
