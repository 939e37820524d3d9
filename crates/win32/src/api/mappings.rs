//! Strings in another form: letter case, normal forms, international domain names.
//!
//! Owns the C form only. Strings ending in A are UTF-8. Threading: any thread.

use super::code_pages::{counted, deliver};
use super::text::Unit;
use super::{Bool, fence, locales};
use crate::status::{Code, ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER};
use crate::text::{case, locale, normal};

const LCMAP_LOWERCASE: u32 = 0x100;
const LCMAP_UPPERCASE: u32 = 0x200;
const LCMAP_LINGUISTIC_CASING: u32 = 0x0100_0000;

/// # Safety
/// `from` is NULL or has as many units as `count` says; `to` has room for `room`.
unsafe fn map<U: Copy + Default + PartialEq>(
    flags: u32,
    (from, count): (*const U, i32),
    (to, room): (*mut U, i32),
    change: impl FnOnce(Vec<U>, fn(u16) -> u16) -> Vec<U>,
) -> Result<i32, Code> {
    let map = match flags & !LCMAP_LINGUISTIC_CASING {
        LCMAP_LOWERCASE => case::lower,
        LCMAP_UPPERCASE => case::upper,
        _ => return Err(ERROR_INVALID_FLAGS),
    };
    if count == 0 || room < 0 || room > 0 && to.is_null() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: by the contract of this function.
    unsafe { deliver(&change(counted(from, count)?, map), to, room) }
}

fn change_units(units: Vec<u16>, map: fn(u16) -> u16) -> Vec<u16> {
    units.into_iter().map(map).collect()
}

fn change_bytes(bytes: Vec<u8>, map: fn(u16) -> u16) -> Vec<u8> {
    u8::encode(&change_units(u8::decode(bytes), map))
}

/// LCMapStringW: converts a string to upper or lower case. Returns the number of units, or, with a buffer size of 0,
/// how many there would be. 0 with 87, 122, or 1004 for other flags.
///
/// Partial: LCMAP_UPPERCASE and LCMAP_LOWERCASE; sort keys and the others fail with 1004.
///
/// # Safety
/// `from` has `count` units, or below 0 a NUL; `to`, which may be the same, has room for `room`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LCMapStringW(
    id: u32,
    flags: u32,
    from: *const u16,
    count: i32,
    to: *mut u16,
    room: i32,
) -> i32 {
    fence(0, || {
        locale::by_id(id)?;
        // SAFETY: the same contract.
        unsafe { map(flags, (from, count), (to, room), change_units) }
    })
}

/// LCMapStringA: works like [`LCMapStringW`] for UTF-8; counts and rooms are in bytes, of which the other case may
/// have more or fewer.
///
/// Partial: LCMAP_UPPERCASE and LCMAP_LOWERCASE; sort keys and the others fail with 1004.
///
/// # Safety
/// `from` has `count` bytes, or below 0 a NUL; `to` has room for `room`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LCMapStringA(
    id: u32,
    flags: u32,
    from: *const u8,
    count: i32,
    to: *mut u8,
    room: i32,
) -> i32 {
    fence(0, || {
        locale::by_id(id)?;
        // SAFETY: the same contract.
        unsafe { map(flags, (from, count), (to, room), change_bytes) }
    })
}

/// LCMapStringEx: works like LCMapStringW, by the locale's name.
///
/// Partial: LCMAP_UPPERCASE and LCMAP_LOWERCASE; sort keys and the others fail with 1004.
///
/// # Safety
/// As for LCMapStringW; the reserved arguments are ignored.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LCMapStringEx(
    locale: *const u16,
    flags: u32,
    from: *const u16,
    count: i32,
    to: *mut u16,
    room: i32,
    _version: *const u8,
    _reserved: *const u8,
    _handle: isize,
) -> i32 {
    fence(0, || {
        // SAFETY: the same contract.
        unsafe {
            locales::named(locale)?;
            map(flags, (from, count), (to, room), change_units)
        }
    })
}

/// # Safety
/// `from` is NULL or has as many units as `count` says; `to` has room for `room`.
unsafe fn through(
    from: *const u16,
    count: i32,
    to: *mut u16,
    room: i32,
    by: impl FnOnce(&[u16]) -> Result<Vec<u16>, Code>,
) -> i32 {
    fence(0, || {
        if count == 0 || count < -1 || room < 0 || room > 0 && to.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: by the contract of this function.
        unsafe {
            let mut units = counted(from, count)?;
            let ended = units.last() == Some(&0);
            if ended {
                units.pop();
            }
            let mut result = by(&units)?;
            if ended {
                result.push(0);
            }
            deliver(&result, to, room)
        }
    })
}

/// NormalizeString: converts a string to a normal form of Unicode. Returns the number of units, or, with a buffer
/// size of 0, how many there would be. 0 or less with 87, 122, or 1113 for half a surrogate pair.
///
/// Differs: with a room of 0 the length is exact.
///
/// # Safety
/// `from` has `count` units, or with -1 a NUL; `to` has room for `room`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn NormalizeString(
    form: i32,
    from: *const u16,
    count: i32,
    to: *mut u16,
    room: i32,
) -> i32 {
    // SAFETY: the same contract.
    unsafe {
        through(from, count, to, room, |units| {
            normal::normalize(form, units)
        })
    }
}

/// IsNormalizedString: returns whether a string is in a normal form of Unicode; FALSE with 87 or 1113 on failure,
/// with 0 if it is not.
///
/// # Safety
/// `from` has `count` units, or with -1 a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsNormalizedString(form: i32, from: *const u16, count: i32) -> Bool {
    fence(super::FALSE, || {
        if count < -1 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: the same contract.
        let units = unsafe { counted(from, count) }?;
        super::last_error::set(0);
        Ok(Bool::from(normal::normalize(form, &units)? == units))
    })
}

const IDN_ALLOW_UNASSIGNED: u32 = 1;
const IDN_USE_STD3_ASCII_RULES: u32 = 2;

/// IdnToAscii: converts a host name to Punycode. Returns the number of units, or, with a buffer size of 0, how many
/// there would be. 0 with 87, 122, 123 for something that is not a name, 1004 for other flags.
///
/// Partial: IDN_EMAIL_ADDRESS and IDN_RAW_PUNYCODE fail with 1004. The rules are those of UTS 46.
///
/// # Safety
/// `from` has `count` units, or with -1 a NUL; `to` has room for `room`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IdnToAscii(
    flags: u32,
    from: *const u16,
    count: i32,
    to: *mut u16,
    room: i32,
) -> i32 {
    let by = |units: &[u16]| match flags & !(IDN_ALLOW_UNASSIGNED | IDN_USE_STD3_ASCII_RULES) {
        0 => normal::to_ascii(units, flags & IDN_USE_STD3_ASCII_RULES != 0),
        _ => Err(ERROR_INVALID_FLAGS),
    };
    // SAFETY: the same contract.
    unsafe { through(from, count, to, room, by) }
}

/// IdnToUnicode: converts a host name from Punycode to its own script; otherwise it works like IdnToAscii.
///
/// Partial: IDN_EMAIL_ADDRESS and IDN_RAW_PUNYCODE fail with 1004. The rules are those of UTS 46.
///
/// # Safety
/// `from` has `count` units, or with -1 a NUL; `to` has room for `room`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IdnToUnicode(
    flags: u32,
    from: *const u16,
    count: i32,
    to: *mut u16,
    room: i32,
) -> i32 {
    let by = |units: &[u16]| match flags & !(IDN_ALLOW_UNASSIGNED | IDN_USE_STD3_ASCII_RULES) {
        0 => normal::to_unicode(units, flags & IDN_USE_STD3_ASCII_RULES != 0),
        _ => Err(ERROR_INVALID_FLAGS),
    };
    // SAFETY: the same contract.
    unsafe { through(from, count, to, room, by) }
}
