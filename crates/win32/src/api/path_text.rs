//! Path arguments of the C functions, in UTF-16 and in UTF-8.
//!
//! Owns the conversions, which are strict: a name that is no text names nothing. Does not own results
//! (`text`), nor the rules of paths. Threading: any thread.

use std::ffi::CStr;

use super::{not_null, wide};
use crate::status::{Code, ERROR_INVALID_NAME};
use crate::text::unit::wide_of;

/// MAX_PATH: WCHARs of the buffers of fixed length.
pub(crate) const MAX_PATH: usize = 260;

/// The units of a name in UTF-8; 123 for what is not UTF-8, 87 for NULL.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
pub(crate) unsafe fn narrow(name: *const u8) -> Result<Vec<u16>, Code> {
    not_null(name)?;
    // SAFETY: terminated by the contract.
    let name = unsafe { CStr::from_ptr(name.cast()) };
    let name = name.to_str().map_err(|_| ERROR_INVALID_NAME)?;
    Ok(wide_of(name))
}

/// Works like [`narrow`]; `None` for NULL.
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
