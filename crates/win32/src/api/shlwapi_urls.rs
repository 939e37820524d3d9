//! The URL functions of shlwapi.
//!
//! Owns the C form only; what is escaped is decided in [`crate::files::shell_text`]. Threading: any thread; a
//! text is the caller's, and no other thread changes it meanwhile.

use super::text::{Unit, borrow, store_text, wide_of};
use super::{E_INVALIDARG, fence, not_null, put};
use crate::files::shell::ShellUnit;
use crate::files::shell_text as rules;
use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// HRESULT of too little room.
const E_POINTER: i32 = 0x8000_4003_u32 as i32;
/// URL_UNESCAPE_INPLACE.
const UNESCAPE_INPLACE: u32 = 0x0010_0000;

/// UrlEscapeW: writes a URL with what it cannot hold as `%XX` of UTF-8; `*length` is the room, and then
/// the length. S_OK, E_POINTER (with the room that is needed, with NUL), E_INVALIDARG.
///
/// Partial: of the flags, URL_ESCAPE_SEGMENT_ONLY, URL_ESCAPE_PERCENT, URL_ESCAPE_SPACES_ONLY and
/// URL_DONT_ESCAPE_EXTRA_INFO have an effect.
///
/// # Safety
/// The texts are NULL (E_INVALIDARG) or NUL-terminated; `to` has room for `*length` units; `length` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UrlEscapeW(
    url: *const u16,
    to: *mut u16,
    length: *mut u32,
    flags: u32,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe { escape(url, to, length, flags) })
}

/// UrlEscapeA: works like [`UrlEscapeW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (E_INVALIDARG) or NUL-terminated; `to` has room for `*length` units; `length` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UrlEscapeA(
    url: *const u8,
    to: *mut u8,
    length: *mut u32,
    flags: u32,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe { escape(url, to, length, flags) })
}

/// UrlUnescapeW: writes a URL with the characters that `%XX` (of UTF-8) stand for, as UrlEscape; with
/// URL_UNESCAPE_INPLACE over the URL itself.
///
/// Differs: the bytes are always UTF-8, as with URL_UNESCAPE_AS_UTF8.
///
/// # Safety
/// The texts are NULL (E_INVALIDARG) or NUL-terminated; `to` has room for `*length` units; `length` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UrlUnescapeW(
    url: *mut u16,
    to: *mut u16,
    length: *mut u32,
    flags: u32,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe { unescape(url, to, length, flags) })
}

/// UrlUnescapeA: works like [`UrlUnescapeW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (E_INVALIDARG) or NUL-terminated; `to` has room for `*length` units; `length` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UrlUnescapeA(
    url: *mut u8,
    to: *mut u8,
    length: *mut u32,
    flags: u32,
) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(E_INVALIDARG, || unsafe { unescape(url, to, length, flags) })
}

/// # Safety
/// As for UrlEscapeW.
unsafe fn escape<T: ShellUnit>(
    url: *const T,
    to: *mut T,
    length: *mut u32,
    flags: u32,
) -> Result<i32, Code> {
    // SAFETY: the same contract.
    let text = unsafe { text_of(url) }?;
    let escaped = T::encode(&wide_of(&rules::escape(&text, flags)));
    // SAFETY: the same contract.
    unsafe { give(&escaped, to, length) }
}

/// # Safety
/// As for UrlUnescapeW.
unsafe fn unescape<T: ShellUnit>(
    url: *mut T,
    to: *mut T,
    length: *mut u32,
    flags: u32,
) -> Result<i32, Code> {
    // SAFETY: the same contract.
    let text = unsafe { text_of(url) }?;
    let plain = rules::unescape(text.as_bytes(), flags);
    let plain = T::encode(&u8::decode(plain));
    if flags & UNESCAPE_INPLACE != 0 {
        // SAFETY: what a URL stands for is not longer than the URL, so it fits over it.
        unsafe { store_text(url, plain.len() + 1, &plain) };
        return Ok(0);
    }
    // SAFETY: the same contract.
    unsafe { give(&plain, to, length) }
}

/// The text of a URL; 87 for NULL and for bytes that are no UTF-8.
///
/// # Safety
/// `url` is NULL or NUL-terminated.
unsafe fn text_of<T: ShellUnit>(url: *const T) -> Result<String, Code> {
    // SAFETY: the same contract; the text is copied before anything is written.
    let units = T::wide(unsafe { borrow(url) }?).ok_or(ERROR_INVALID_PARAMETER)?;
    Ok(String::from_utf16_lossy(&units))
}

/// Writes a URL and its length; E_POINTER with the room that is needed.
///
/// # Safety
/// `length` is NULL or valid; `to` is NULL or has room for `*length` units.
unsafe fn give<T: Unit>(url: &[T], to: *mut T, length: *mut u32) -> Result<i32, Code> {
    not_null(length)?;
    // SAFETY: valid and of that room by the contract of this function.
    unsafe {
        let room = length.read_unaligned();
        let fits = store_text(to, room as usize, url);
        let told = u32::try_from(url.len()).unwrap_or(u32::MAX - 1);
        put(length, if fits { told } else { told + 1 });
        Ok(if fits { 0 } else { E_POINTER })
    }
}
