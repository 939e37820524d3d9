//! What is done to names: files deleted, renamed, copied, linked.
//!
//! Owns the C form only. Threading: any thread.

use std::ffi::c_void;

use super::path_text::{MAX_PATH, narrow, narrow_or_none, wide_or_none};
use super::text::store_or_need;
use super::{Bool, FALSE, fence, fence_bool, not_null, wide};
use crate::files::names::{self, Go};
use crate::handle::Handle;
use crate::status::{Code, ERROR_BUFFER_OVERFLOW, ERROR_NOT_SUPPORTED};

/// LPPROGRESS_ROUTINE: sizes and bytes so far (of the file, of the stream), stream, reason, two handles,
/// the caller's pointer.
pub type ProgressRoutine =
    unsafe extern "system" fn(i64, i64, i64, i64, u32, u32, Handle, Handle, *mut c_void) -> u32;

fn flag(fail_if_exists: Bool) -> u32 {
    match fail_if_exists == FALSE {
        true => 0,
        false => names::COPY_FAIL_IF_EXISTS,
    }
}

unsafe fn copy(
    from: &[u16],
    to: &[u16],
    routine: Option<ProgressRoutine>,
    data: *mut c_void,
    cancel: *const Bool,
    flags: u32,
) -> Result<(), Code> {
    if routine.is_none() && cancel.is_null() {
        return names::copy(from, to, flags, None);
    }
    let none = std::ptr::null_mut();
    let mut first = true;
    let mut ask = |size: u64, done: u64| {
        // SAFETY: the caller's own, valid during the call, and set by any thread.
        if !cancel.is_null() && unsafe { cancel.read_volatile() } != 0 {
            return Go::Cancel;
        }
        let Some(routine) = routine else {
            return Go::On;
        };
        // CALLBACK_STREAM_SWITCH (1) is the first, CALLBACK_CHUNK_FINISHED (0) the others.
        let reason = u32::from(std::mem::replace(&mut first, false));
        let (size, done) = (size as i64, done as i64);
        // SAFETY: the application promised a function of this type.
        match unsafe { routine(size, done, size, done, 1, reason, none, none, data) } {
            1 => Go::Cancel,
            2 => Go::Stop,
            3 => Go::Quiet,
            _ => Go::On,
        }
    };
    names::copy(from, to, flags, Some(&mut ask))
}

/// DeleteFileW: deletes a file; its name goes immediately, who has it open keeps it.
///
/// Errors: 2, 3, 5 (a directory, or a read-only file), 32 (open without FILE_SHARE_DELETE), 123.
///
/// Differs: what other processes have open is not asked for.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteFileW(name: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = wide(name)?;
        names::delete(name)
    })
}

/// DeleteFileA: works like [`DeleteFileW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteFileA(name: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = &narrow(name)?;
        names::delete(name)
    })
}

/// MoveFileW: renames a file or directory; a file to another file system, too.
///
/// Errors: 2, 3, 5, 17 (a directory to another file system), 32, 183 (the new name is taken).
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MoveFileW(from: *const u16, to: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let from = wide(from)?;
        let to = wide(to)?;
        names::rename(from, to, names::MOVE_COPY)
    })
}

/// MoveFileA: works like [`MoveFileW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MoveFileA(from: *const u8, to: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let from = &narrow(from)?;
        let to = &narrow(to)?;
        names::rename(from, to, names::MOVE_COPY)
    })
}

/// MoveFileExW: renames with flags: MOVEFILE_REPLACE_EXISTING, MOVEFILE_COPY_ALLOWED, MOVEFILE_WRITE_THROUGH.
///
/// Errors: works like MoveFileW; 50 for MOVEFILE_DELAY_UNTIL_REBOOT.
///
/// Partial: nothing is done at the next start of the system.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MoveFileExW(from: *const u16, to: *const u16, flags: u32) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let from = wide(from)?;
        let to = wide_or_none(to)?;
        names::rename(from, to.ok_or(ERROR_NOT_SUPPORTED)?, flags)
    })
}

/// MoveFileExA: works like [`MoveFileExW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MoveFileExA(from: *const u8, to: *const u8, flags: u32) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let from = &narrow(from)?;
        let to = narrow_or_none(to)?;
        let to = to.as_deref();
        names::rename(from, to.ok_or(ERROR_NOT_SUPPORTED)?, flags)
    })
}

/// CopyFileW: copies a file with its attributes and the time of its last write.
///
/// Errors: 2, 3, 5, 32 (onto itself, or not shared), 80 (there is one, and `fail_if_exists`).
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CopyFileW(
    from: *const u16,
    to: *const u16,
    fail_if_exists: Bool,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let from = wide(from)?;
        let to = wide(to)?;
        names::copy(from, to, flag(fail_if_exists), None)
    })
}

/// CopyFileA: works like [`CopyFileW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CopyFileA(
    from: *const u8,
    to: *const u8,
    fail_if_exists: Bool,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let from = &narrow(from)?;
        let to = &narrow(to)?;
        names::copy(from, to, flag(fail_if_exists), None)
    })
}

/// CopyFileExW: copies as CopyFileW, and asks a progress routine and `cancel` between steps of 1 MiB.
///
/// Errors: those of CopyFileW; 1235 when the routine ends it, or `cancel` is TRUE.
///
/// Partial: of the flags COPY_FILE_FAIL_IF_EXISTS; the others are accepted. The routine gets no handles.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings; `cancel` is NULL or valid during the call.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CopyFileExW(
    from: *const u16,
    to: *const u16,
    routine: Option<ProgressRoutine>,
    data: *mut c_void,
    cancel: *const Bool,
    flags: u32,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let from = wide(from)?;
        let to = wide(to)?;
        copy(from, to, routine, data, cancel, flags)
    })
}

/// CopyFileExA: works like [`CopyFileExW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings; `cancel` is NULL or valid during the call.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CopyFileExA(
    from: *const u8,
    to: *const u8,
    routine: Option<ProgressRoutine>,
    data: *mut c_void,
    cancel: *const Bool,
    flags: u32,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let from = &narrow(from)?;
        let to = &narrow(to)?;
        copy(from, to, routine, data, cancel, flags)
    })
}

/// ReplaceFileW: gives one file the name and the attributes of another, which may be kept under a third name.
///
/// Errors: 2, 3, 5, 32.
///
/// Differs: flags are ignored; security descriptors are not merged.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReplaceFileW(
    replaced: *const u16,
    by: *const u16,
    backup: *const u16,
    _flags: u32,
    _exclude: *mut c_void,
    _reserved: *mut c_void,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let replaced = wide(replaced)?;
        let by = wide(by)?;
        let backup = wide_or_none(backup)?;
        names::replace(replaced, by, backup)
    })
}

/// ReplaceFileA: works like [`ReplaceFileW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReplaceFileA(
    replaced: *const u8,
    by: *const u8,
    backup: *const u8,
    _flags: u32,
    _exclude: *mut c_void,
    _reserved: *mut c_void,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let replaced = &narrow(replaced)?;
        let by = &narrow(by)?;
        let backup = narrow_or_none(backup)?;
        let backup = backup.as_deref();
        names::replace(replaced, by, backup)
    })
}

/// CreateHardLinkW: gives a file another name; 183 if it is taken, 5 for a directory, 17 on another
/// file system.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateHardLinkW(
    name: *const u16,
    existing: *const u16,
    _attributes: *const c_void,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = wide(name)?;
        let existing = wide(existing)?;
        names::hard_link(name, existing)
    })
}

/// CreateHardLinkA: works like [`CreateHardLinkW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateHardLinkA(
    name: *const u8,
    existing: *const u8,
    _attributes: *const c_void,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = &narrow(name)?;
        let existing = &narrow(existing)?;
        names::hard_link(name, existing)
    })
}

/// CreateSymbolicLinkW: makes a symbolic link; 183 if the name is taken. What it leads to need not be there.
///
/// Differs: needs no privilege; whether it is for a directory makes no difference.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSymbolicLinkW(
    name: *const u16,
    target: *const u16,
    _flags: u32,
) -> u8 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let name = wide(name)?;
        let target = wide(target)?;
        names::symbolic_link(name, target).map(|()| 1)
    })
}

/// CreateSymbolicLinkA: works like [`CreateSymbolicLinkW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSymbolicLinkA(
    name: *const u8,
    target: *const u8,
    _flags: u32,
) -> u8 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let name = &narrow(name)?;
        let target = &narrow(target)?;
        names::symbolic_link(name, target).map(|()| 1)
    })
}

/// GetTempFileNameW: makes the name `<directory>\<prefix><hex>.tmp`, and with `unique` 0 the file.
///
/// Returns the number; 0 on failure: 267 without the directory, 111 for a long one, 123. A directory that is
/// written with `/` alone gets another `/`.
///
/// # Safety
/// `path` and `prefix` are NULL (87) or NUL-terminated; `name` is NULL (87) or has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempFileNameW(
    path: *const u16,
    prefix: *const u16,
    unique: u32,
    name: *mut u16,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let path = wide(path)?;
        let prefix = wide(prefix)?;
        not_null(name)?;
        if path.len() > MAX_PATH - 14 {
            return Err(ERROR_BUFFER_OVERFLOW);
        }
        let (text, number) = names::temporary(path, prefix, unique as u16)?;
        store_or_need(name, MAX_PATH as u32, &text);
        Ok(u32::from(number))
    })
}

/// GetTempFileNameA: works like [`GetTempFileNameW`] with names in UTF-8.
///
/// # Safety
/// `path` and `prefix` are NULL (87) or NUL-terminated; `name` is NULL (87) or has room for 260 units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempFileNameA(
    path: *const u8,
    prefix: *const u8,
    unique: u32,
    name: *mut u8,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let path = &narrow(path)?;
        let prefix = &narrow(prefix)?;
        not_null(name)?;
        if path.len() > MAX_PATH - 14 {
            return Err(ERROR_BUFFER_OVERFLOW);
        }
        let (text, number) = names::temporary(path, prefix, unique as u16)?;
        store_or_need(name, MAX_PATH as u32, &text);
        Ok(u32::from(number))
    })
}
