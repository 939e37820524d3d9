//! Path arguments and results of the C functions, in UTF-16 and in UTF-8.
//!
//! Owns the conversions. Does not own the rules of paths. Threading: any thread.

use std::ffi::CStr;

use super::{not_null, put, wide};
use crate::status::{Code, ERROR_INVALID_NAME};

/// MAX_PATH: WCHARs of the buffers of fixed length.
pub(crate) const MAX_PATH: usize = 260;

/// The units of a name in UTF-8; 123 for one that is none, 87 for NULL.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
pub(crate) unsafe fn narrow(name: *const u8) -> Result<Vec<u16>, Code> {
    not_null(name)?;
    // SAFETY: terminated by the contract.
    let name = unsafe { CStr::from_ptr(name.cast()) };
    let name = name.to_str().map_err(|_| ERROR_INVALID_NAME)?;
    Ok(name.encode_utf16().collect())
}

/// As [`narrow`]; `None` for NULL.
///
/// # Safety
/// As for [`narrow`].
pub(crate) unsafe fn narrow_or_none(name: *const u8) -> Result<Option<Vec<u16>>, Code> {
    match name.is_null() {
        true => Ok(None),
        // SAFETY: the same contract.
        false => unsafe { narrow(name) }.map(Some),
    }
}

/// The units of a string; `None` for NULL.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
pub(crate) unsafe fn wide_or_none<'a>(name: *const u16) -> Result<Option<&'a [u16]>, Code> {
    match name.is_null() {
        true => Ok(None),
        // SAFETY: the same contract.
        false => unsafe { wide(name) }.map(Some),
    }
}

/// UTF-8 of a text; what is no text becomes U+FFFD.
pub(crate) fn to_utf8(text: &[u16]) -> Vec<u8> {
    String::from_utf16_lossy(text).into_bytes()
}

/// Writes a text with its NUL if there is room and returns its length without it, else the room that is
/// needed, with it (documented: GetCurrentDirectoryW, GetFullPathNameW and others).
///
/// # Safety
/// `buffer` is NULL or has room for `room` units.
pub(crate) unsafe fn give<T: Copy + Default>(text: &[T], buffer: *mut T, room: u32) -> u32 {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX - 1);
    if buffer.is_null() || room <= length {
        return length + 1;
    }
    for (at, &unit) in text.iter().chain([&T::default()]).enumerate() {
        // SAFETY: `room` units by the contract, more than the text has.
        unsafe { put(buffer.add(at), unit) };
    }
    length
}

/// [`give`] in UTF-8.
///
/// # Safety
/// As for [`give`].
pub(crate) unsafe fn give_narrow(text: &[u16], buffer: *mut u8, room: u32) -> u32 {
    // SAFETY: the same contract.
    unsafe { give(&to_utf8(text), buffer, room) }
}
