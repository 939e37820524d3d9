//! Locales.
//!
//! Owns the C form only. There are the invariant locale and en-US, which is the user's, the system's and
//! the thread's. Threading: any thread.

use super::text::{store_or_count, wide_of};
use super::{Bool, FALSE, TRUE, fence, wide};
use crate::status::{Code, ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER};
use crate::text::locale::{self, ENGLISH_US, Locale};

/// The locale of a name; NULL is the user's.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
pub(crate) unsafe fn named(name: *const u16) -> Result<Locale, Code> {
    match name.is_null() {
        true => locale::by_name(None),
        // SAFETY: terminated by the contract.
        false => locale::by_name(Some(unsafe { wide(name) }?)),
    }
}

/// GetUserDefaultLCID: returns 0x0409, en-US.
#[unsafe(no_mangle)]
pub extern "system" fn GetUserDefaultLCID() -> u32 {
    ENGLISH_US
}

/// GetSystemDefaultLCID: returns 0x0409, en-US.
#[unsafe(no_mangle)]
pub extern "system" fn GetSystemDefaultLCID() -> u32 {
    ENGLISH_US
}

/// GetThreadLocale: returns 0x0409, en-US.
#[unsafe(no_mangle)]
pub extern "system" fn GetThreadLocale() -> u32 {
    ENGLISH_US
}

/// SetThreadLocale: returns TRUE for a locale that stands for en-US, otherwise FALSE with 87.
///
/// Partial: a thread has no other locale than en-US.
#[unsafe(no_mangle)]
pub extern "system" fn SetThreadLocale(id: u32) -> Bool {
    super::fence_bool(|| match locale::by_id(id)? {
        Locale::EnglishUs => Ok(()),
        Locale::Invariant => Err(ERROR_INVALID_PARAMETER),
    })
}

/// GetUserDefaultLangID: returns 0x0409.
#[unsafe(no_mangle)]
pub extern "system" fn GetUserDefaultLangID() -> u16 {
    ENGLISH_US as u16
}

/// GetSystemDefaultLangID: returns 0x0409.
#[unsafe(no_mangle)]
pub extern "system" fn GetSystemDefaultLangID() -> u16 {
    ENGLISH_US as u16
}

/// GetUserDefaultUILanguage: returns 0x0409.
#[unsafe(no_mangle)]
pub extern "system" fn GetUserDefaultUILanguage() -> u16 {
    ENGLISH_US as u16
}

/// GetSystemDefaultUILanguage: returns 0x0409.
#[unsafe(no_mangle)]
pub extern "system" fn GetSystemDefaultUILanguage() -> u16 {
    ENGLISH_US as u16
}

/// GetUserDefaultLocaleName: copies "en-US", and returns the number of units with the NUL; 0 with 122 if they do not
/// fit.
///
/// # Safety
/// `to` has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserDefaultLocaleName(to: *mut u16, room: i32) -> i32 {
    fence(0, || match room {
        ..=0 => Err(ERROR_INVALID_PARAMETER),
        // SAFETY: the same contract.
        _ => unsafe { store_or_count(to, room, &wide_of(Locale::EnglishUs.name())) },
    })
}

/// GetSystemDefaultLocaleName: works like GetUserDefaultLocaleName.
///
/// # Safety
/// `to` has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemDefaultLocaleName(to: *mut u16, room: i32) -> i32 {
    // SAFETY: the same contract.
    unsafe { GetUserDefaultLocaleName(to, room) }
}

/// IsValidLocale: returns TRUE for the invariant locale and for en-US.
#[unsafe(no_mangle)]
pub extern "system" fn IsValidLocale(id: u32, _flags: u32) -> Bool {
    match id {
        0 => FALSE,
        _ => Bool::from(locale::by_id(id).is_ok()),
    }
}

/// IsValidLocaleName: returns TRUE for "", "en" and "en-US".
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsValidLocaleName(name: *const u16) -> Bool {
    // SAFETY: the same contract.
    match !name.is_null() && unsafe { named(name) }.is_ok() {
        true => TRUE,
        false => FALSE,
    }
}

/// LocaleNameToLCID: returns the id of a locale; 0 with 87 for an invalid name.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocaleNameToLCID(name: *const u16, flags: u32) -> u32 {
    const LOCALE_ALLOW_NEUTRAL_NAMES: u32 = 0x0800_0000;
    fence(0, || {
        if flags & !LOCALE_ALLOW_NEUTRAL_NAMES != 0 {
            return Err(ERROR_INVALID_FLAGS);
        }
        // SAFETY: the same contract.
        Ok(unsafe { named(name) }?.id())
    })
}

/// LCIDToLocaleName: copies the name of a locale, and returns the number of units with the NUL; 0 with 87 or 122.
///
/// # Safety
/// `to` has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LCIDToLocaleName(
    id: u32,
    to: *mut u16,
    room: i32,
    _flags: u32,
) -> i32 {
    fence(0, || {
        // SAFETY: the same contract.
        unsafe { store_or_count(to, room, &wide_of(locale::by_id(id)?.name())) }
    })
}
