//! What the functions of shlwapi and pathcch share: reading and writing the caller's text.
//!
//! Owns the conversions. Does not own the rules. Threading: any thread.

use super::put;
use crate::files::shell::Unit;
use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// The text up to its NUL; 87 for NULL.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string that nobody changes meanwhile.
pub(super) unsafe fn read<'a, T: Unit>(text: *const T) -> Result<&'a [T], Code> {
    if text.is_null() || !text.is_aligned() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let mut length = 0;
    // SAFETY: terminated by the contract; nothing behind the NUL is read.
    while unsafe { *text.add(length) } != T::default() {
        length += 1;
    }
    // SAFETY: so many units were just read.
    Ok(unsafe { std::slice::from_raw_parts(text, length) })
}

/// A copy of the text, of at most `most` units.
///
/// # Safety
/// `text` is NULL or NUL-terminated, or has `most` units.
pub(super) unsafe fn read_some<T: Unit>(text: *const T, most: usize) -> Result<Vec<T>, Code> {
    if text.is_null() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: as the contract says; nothing behind the NUL is read.
    let units = (0..most).map(|at| unsafe { text.add(at).read_unaligned() });
    Ok(units.take_while(|&unit| unit != T::default()).collect())
}

/// Writes a text with its NUL if it fits.
///
/// # Safety
/// `to` is NULL or has room for `room` units; the text is not in it.
pub(super) unsafe fn write<T: Unit>(to: *mut T, room: usize, text: &[T]) -> bool {
    if to.is_null() || text.len() >= room {
        return false;
    }
    for (at, &unit) in text.iter().chain([&T::default()]).enumerate() {
        // SAFETY: fewer than `room` units.
        unsafe { put(to.add(at), unit) };
    }
    true
}
