//! Directories, and where things are.
//!
//! Owns the C form only. Threading: any thread; the current directory is the process's.

use std::ffi::c_void;

use super::path_text::{narrow, narrow_or_none, wide_or_none};
use super::text::{Unit, store_or_need};
use super::{Bool, fence, fence_bool, put, wide};
use crate::files::{names, path, search};

/// Writes a path, and where its last component is in the buffer.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units; `part` is NULL or valid.
unsafe fn place<T: Unit>(text: &[u16], buffer: *mut T, room: u32, part: *mut *mut T) -> u32 {
    // SAFETY: the same contract.
    let length = unsafe { store_or_need(buffer, room, text) };
    if !part.is_null() && !buffer.is_null() && length < room {
        let last = path::last_component(text);
        // As long as it is in the encoding of the buffer.
        let before = last.map(|last| T::encode(&text[..last]).len());
        let address = before.map_or(std::ptr::null_mut(), |at| buffer.wrapping_add(at));
        // SAFETY: NULL or valid by the contract of this function.
        unsafe { put(part, address) };
    }
    length
}

/// CreateDirectoryW: makes a directory; 183 if the name is taken, 3 without the one above it, 123.
///
/// Differs: security attributes are ignored.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateDirectoryW(
    name: *const u16,
    _attributes: *const c_void,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = wide(name)?;
        names::create_directory(name)
    })
}

/// CreateDirectoryA: works like [`CreateDirectoryW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateDirectoryA(
    name: *const u8,
    _attributes: *const c_void,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = &narrow(name)?;
        names::create_directory(name)
    })
}

/// RemoveDirectoryW: removes an empty directory, or a symbolic link to one; 2, 3, 145 if it is not
/// empty, 267 for a file.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RemoveDirectoryW(name: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = wide(name)?;
        names::remove_directory(name)
    })
}

/// RemoveDirectoryA: works like [`RemoveDirectoryW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RemoveDirectoryA(name: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = &narrow(name)?;
        names::remove_directory(name)
    })
}

/// SetCurrentDirectoryW: sets the current directory of the process; 2, 3, 267 for a file.
///
/// Differs: there is one for the process, not one for each drive.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetCurrentDirectoryW(name: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = wide(name)?;
        names::set_current_directory(name)
    })
}

/// SetCurrentDirectoryA: works like [`SetCurrentDirectoryW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL (87) or NUL-terminated strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetCurrentDirectoryA(name: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence_bool(|| unsafe {
        let name = &narrow(name)?;
        names::set_current_directory(name)
    })
}

/// GetCurrentDirectoryW: tells the current directory, with its drive.
///
/// Returns the length without NUL, or the room that is needed with it; 0 on failure.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentDirectoryW(room: u32, buffer: *mut u16) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &path::current_directory()?))
    })
}

/// GetCurrentDirectoryA: works like [`GetCurrentDirectoryW`] with names in UTF-8.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentDirectoryA(room: u32, buffer: *mut u8) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &path::current_directory()?))
    })
}

/// GetFullPathNameW: makes a path absolute by its text alone; nothing needs to be there.
///
/// Returns the length without NUL, or the room that is needed with it; 0 on failure: 123 for an empty path.
/// `part` gets the address of the last component in the buffer, or NULL. A path that begins with one
/// separator is one of the system, and gets its drive.
///
/// # Safety
/// `name` is NULL (87) or NUL-terminated; `buffer` is NULL or has room for `room` units; `part` is NULL
/// or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFullPathNameW(
    name: *const u16,
    room: u32,
    buffer: *mut u16,
    part: *mut *mut u16,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let name = wide(name)?;
        Ok(place(&path::full(name)?, buffer, room, part))
    })
}

/// GetFullPathNameA: works like [`GetFullPathNameW`] with names in UTF-8.
///
/// # Safety
/// `name` is NULL (87) or NUL-terminated; `buffer` is NULL or has room for `room` units; `part` is NULL
/// or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFullPathNameA(
    name: *const u8,
    room: u32,
    buffer: *mut u8,
    part: *mut *mut u8,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let name = &narrow(name)?;
        Ok(place(&path::full(name)?, buffer, room, part))
    })
}

/// GetLongPathNameW: tells a path with the letter case that its names have; 2, 3 when it is not there.
///
/// # Safety
/// `name` is NULL (87) or NUL-terminated; `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLongPathNameW(
    name: *const u16,
    buffer: *mut u16,
    room: u32,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let name = wide(name)?;
        Ok(store_or_need(buffer, room, &names::long_name(name)?))
    })
}

/// GetLongPathNameA: works like [`GetLongPathNameW`] with names in UTF-8.
///
/// # Safety
/// `name` is NULL (87) or NUL-terminated; `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLongPathNameA(name: *const u8, buffer: *mut u8, room: u32) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let name = &narrow(name)?;
        Ok(store_or_need(buffer, room, &names::long_name(name)?))
    })
}

/// GetShortPathNameW: works like GetLongPathNameW.
///
/// Differs: there are no short names, as on a volume of Windows where they are switched off.
///
/// # Safety
/// `name` is NULL (87) or NUL-terminated; `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetShortPathNameW(
    name: *const u16,
    buffer: *mut u16,
    room: u32,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let name = wide(name)?;
        Ok(store_or_need(buffer, room, &names::long_name(name)?))
    })
}

/// GetShortPathNameA: works like [`GetShortPathNameW`] with names in UTF-8.
///
/// # Safety
/// `name` is NULL (87) or NUL-terminated; `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetShortPathNameA(
    name: *const u8,
    buffer: *mut u8,
    room: u32,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let name = &narrow(name)?;
        Ok(store_or_need(buffer, room, &names::long_name(name)?))
    })
}

/// GetTempPathW: tells the directory for temporary files, with `\` at its end.
///
/// Differs: of the variables TMP, TEMP and TMPDIR the first that is set, else `/tmp`.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempPathW(room: u32, buffer: *mut u16) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::temporary()?))
    })
}

/// GetTempPathA: works like [`GetTempPathW`] with names in UTF-8.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempPathA(room: u32, buffer: *mut u8) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::temporary()?))
    })
}

/// GetTempPath2W: works like GetTempPathW.
///
/// Differs: also for the processes of the system.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempPath2W(room: u32, buffer: *mut u16) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::temporary()?))
    })
}

/// GetTempPath2A: works like [`GetTempPath2W`] with names in UTF-8.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempPath2A(room: u32, buffer: *mut u8) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::temporary()?))
    })
}

/// GetWindowsDirectoryW: tells the Windows directory: what SystemRoot or windir names, else `C:\Windows`.
///
/// Differs: it need not be there.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowsDirectoryW(buffer: *mut u16, room: u32) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::windows_directory()))
    })
}

/// GetWindowsDirectoryA: works like [`GetWindowsDirectoryW`] with names in UTF-8.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowsDirectoryA(buffer: *mut u8, room: u32) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::windows_directory()))
    })
}

/// GetSystemWindowsDirectoryW: works like GetWindowsDirectoryW.
///
/// Differs: it need not be there.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemWindowsDirectoryW(buffer: *mut u16, room: u32) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::windows_directory()))
    })
}

/// GetSystemWindowsDirectoryA: works like [`GetSystemWindowsDirectoryW`] with names in UTF-8.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemWindowsDirectoryA(buffer: *mut u8, room: u32) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::windows_directory()))
    })
}

/// GetSystemDirectoryW: tells the system directory, `System32` in the Windows directory.
///
/// Differs: it need not be there.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemDirectoryW(buffer: *mut u16, room: u32) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::system_directory()))
    })
}

/// GetSystemDirectoryA: works like [`GetSystemDirectoryW`] with names in UTF-8.
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemDirectoryA(buffer: *mut u8, room: u32) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(store_or_need(buffer, room, &search::system_directory()))
    })
}

/// SearchPathW: looks for a file in the directories of `among` (separated by `;`), or, for NULL, of the
/// program, the current one and those of PATH.
///
/// Returns the length without NUL, or the room that is needed with it; 0 with 2 when it is nowhere.
///
/// # Safety
/// The names are NULL or NUL-terminated; `buffer` is NULL or has room for `room` units; `part` is NULL or
/// valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SearchPathW(
    among: *const u16,
    name: *const u16,
    extension: *const u16,
    room: u32,
    buffer: *mut u16,
    part: *mut *mut u16,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let among = wide_or_none(among)?;
        let name = wide(name)?;
        let extension = wide_or_none(extension)?;
        let found = search::search(among, name, extension.unwrap_or_default())?;
        Ok(place(&found, buffer, room, part))
    })
}

/// SearchPathA: works like [`SearchPathW`] with names in UTF-8.
///
/// # Safety
/// The names are NULL or NUL-terminated; `buffer` is NULL or has room for `room` units; `part` is NULL or
/// valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SearchPathA(
    among: *const u8,
    name: *const u8,
    extension: *const u8,
    room: u32,
    buffer: *mut u8,
    part: *mut *mut u8,
) -> u32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let among = narrow_or_none(among)?;
        let among = among.as_deref();
        let name = &narrow(name)?;
        let extension = narrow_or_none(extension)?;
        let extension = extension.as_deref();
        let found = search::search(among, name, extension.unwrap_or_default())?;
        Ok(place(&found, buffer, room, part))
    })
}
