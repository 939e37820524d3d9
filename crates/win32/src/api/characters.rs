//! Single characters: case, kind, the next one.
//!
//! Owns the C form only. Strings ending in A are UTF-8. Threading: any thread.

use super::{Bool, fence, not_null};
use crate::text::case;

/// Whether the argument of CharUpper and CharLower is a character and no address.
fn is_character<U>(text: *mut U) -> bool {
    text as usize <= 0xFFFF
}

/// # Safety
/// `text` is NULL, a character, or a NUL-terminated string.
unsafe fn change_wide(text: *mut u16, map: fn(u16) -> u16) -> *mut u16 {
    if is_character(text) {
        return usize::from(map(text as usize as u16)) as *mut u16;
    }
    let mut at = text;
    // SAFETY: a NUL comes by the contract.
    unsafe {
        while at.read_unaligned() != 0 {
            at.write_unaligned(map(at.read_unaligned()));
            at = at.add(1);
        }
    }
    text
}

/// # Safety
/// `text` is NULL, a character, or a NUL-terminated string.
unsafe fn change_narrow(text: *mut u8, map: fn(u16) -> u16) -> *mut u8 {
    if is_character(text) {
        let unit = text as usize as u16;
        let mapped = if unit < 0x80 { map(unit) } else { unit };
        return usize::from(mapped) as *mut u8;
    }
    // SAFETY: terminated by the contract, and the program's to write.
    let bytes = unsafe {
        let length = std::ffi::CStr::from_ptr(text.cast()).count_bytes();
        std::slice::from_raw_parts_mut(text, length)
    };
    case::in_place(bytes, map);
    text
}

/// # Safety
/// `text` is NULL or has `count` units.
unsafe fn buffer_wide(text: *mut u16, count: u32, map: fn(u16) -> u16) -> u32 {
    fence(0, || {
        not_null(text)?;
        for at in 0..count as usize {
            // SAFETY: fewer than `count`.
            unsafe {
                let place = text.add(at);
                place.write_unaligned(map(place.read_unaligned()));
            }
        }
        Ok(count)
    })
}

/// # Safety
/// `text` is NULL or has `count` bytes.
unsafe fn buffer_narrow(text: *mut u8, count: u32, map: fn(u16) -> u16) -> u32 {
    fence(0, || {
        not_null(text)?;
        // SAFETY: by the contract, and the program's to write.
        let bytes = unsafe { std::slice::from_raw_parts_mut(text, count as usize) };
        case::in_place(bytes, map);
        Ok(count)
    })
}

/// CharUpperW: changes a string to upper case, or a character given in its place; the string or the
/// character.
///
/// # Safety
/// `text` is NULL, a character, or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharUpperW(text: *mut u16) -> *mut u16 {
    // SAFETY: the same contract.
    unsafe { change_wide(text, case::upper) }
}

/// CharUpperA: changes a string to upper case, or a character given in its place.
///
/// Differs: letters whose other case has another number of bytes stay; so does a character that is no ASCII.
///
/// # Safety
/// `text` is NULL, a character, or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharUpperA(text: *mut u8) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { change_narrow(text, case::upper) }
}

/// CharUpperBuffW: changes `count` units to upper case; the number of units.
///
/// # Safety
/// `text` is NULL or has `count` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharUpperBuffW(text: *mut u16, count: u32) -> u32 {
    // SAFETY: the same contract.
    unsafe { buffer_wide(text, count, case::upper) }
}

/// CharUpperBuffA: changes `count` bytes to upper case; the number of bytes.
///
/// Differs: letters whose other case has another number of bytes stay.
///
/// # Safety
/// `text` is NULL or has `count` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharUpperBuffA(text: *mut u8, count: u32) -> u32 {
    // SAFETY: the same contract.
    unsafe { buffer_narrow(text, count, case::upper) }
}

/// CharLowerW: changes a string to lower case, or a character given in its place; the string or the
/// character.
///
/// # Safety
/// `text` is NULL, a character, or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharLowerW(text: *mut u16) -> *mut u16 {
    // SAFETY: the same contract.
    unsafe { change_wide(text, case::lower) }
}

/// CharLowerA: changes a string to lower case, or a character given in its place.
///
/// Differs: letters whose other case has another number of bytes stay; so does a character that is no ASCII.
///
/// # Safety
/// `text` is NULL, a character, or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharLowerA(text: *mut u8) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { change_narrow(text, case::lower) }
}

/// CharLowerBuffW: changes `count` units to lower case; the number of units.
///
/// # Safety
/// `text` is NULL or has `count` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharLowerBuffW(text: *mut u16, count: u32) -> u32 {
    // SAFETY: the same contract.
    unsafe { buffer_wide(text, count, case::lower) }
}

/// CharLowerBuffA: changes `count` bytes to lower case; the number of bytes.
///
/// Differs: letters whose other case has another number of bytes stay.
///
/// # Safety
/// `text` is NULL or has `count` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharLowerBuffA(text: *mut u8, count: u32) -> u32 {
    // SAFETY: the same contract.
    unsafe { buffer_narrow(text, count, case::lower) }
}

/// IsCharAlphaW: returns whether a unit is a letter.
#[unsafe(no_mangle)]
pub extern "system" fn IsCharAlphaW(unit: u16) -> Bool {
    Bool::from(case::is_alphabetic(unit))
}

/// IsCharAlphaA: returns whether a byte is a letter; bytes outside ASCII are not.
#[unsafe(no_mangle)]
pub extern "system" fn IsCharAlphaA(byte: u8) -> Bool {
    let unit = u16::from(byte);
    Bool::from(byte.is_ascii() && (case::is_alphabetic(unit)))
}

/// IsCharAlphaNumericW: returns whether a unit is a letter or a digit.
#[unsafe(no_mangle)]
pub extern "system" fn IsCharAlphaNumericW(unit: u16) -> Bool {
    Bool::from(case::is_alphabetic(unit) || case::is_digit(unit))
}

/// IsCharAlphaNumericA: returns whether a byte is a letter or a digit; bytes outside ASCII are not.
#[unsafe(no_mangle)]
pub extern "system" fn IsCharAlphaNumericA(byte: u8) -> Bool {
    let unit = u16::from(byte);
    Bool::from(byte.is_ascii() && (case::is_alphabetic(unit) || case::is_digit(unit)))
}

/// IsCharUpperW: returns whether a unit is a capital letter.
#[unsafe(no_mangle)]
pub extern "system" fn IsCharUpperW(unit: u16) -> Bool {
    Bool::from(case::is_upper(unit))
}

/// IsCharUpperA: returns whether a byte is a capital letter; bytes outside ASCII are not.
#[unsafe(no_mangle)]
pub extern "system" fn IsCharUpperA(byte: u8) -> Bool {
    let unit = u16::from(byte);
    Bool::from(byte.is_ascii() && (case::is_upper(unit)))
}

/// IsCharLowerW: returns whether a unit is a small letter.
#[unsafe(no_mangle)]
pub extern "system" fn IsCharLowerW(unit: u16) -> Bool {
    Bool::from(case::is_lower(unit))
}

/// IsCharLowerA: returns whether a byte is a small letter; bytes outside ASCII are not.
#[unsafe(no_mangle)]
pub extern "system" fn IsCharLowerA(byte: u8) -> Bool {
    let unit = u16::from(byte);
    Bool::from(byte.is_ascii() && (case::is_lower(unit)))
}

/// CharNextW: returns the address of the next unit; at the NUL, the same address.
///
/// # Safety
/// `text` is NULL or points into a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharNextW(text: *const u16) -> *mut u16 {
    // SAFETY: the same contract.
    let ends = text.is_null() || unsafe { text.read_unaligned() } == 0;
    text.wrapping_add(usize::from(!ends)).cast_mut()
}

/// CharPrevW: returns the address of the previous unit; at the beginning of the string, the same address.
///
/// # Safety
/// `start` and `text` are of one string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharPrevW(start: *const u16, text: *const u16) -> *mut u16 {
    text.wrapping_sub(usize::from(text > start)).cast_mut()
}

fn continues(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// CharNextA: returns the address of the next character, which is as many bytes away as this one has in UTF-8; at the
/// NUL, the same address.
///
/// # Safety
/// `text` is NULL or points into a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharNextA(text: *const u8) -> *mut u8 {
    let mut at = text;
    // SAFETY: the NUL ends it.
    unsafe {
        if !at.is_null() && at.read() != 0 {
            at = at.add(1);
            while continues(at.read()) {
                at = at.add(1);
            }
        }
    }
    at.cast_mut()
}

/// CharPrevA: returns the address of the previous character, which may have several bytes; at the beginning of the
/// string, the same address.
///
/// # Safety
/// `start` and `text` are of one string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharPrevA(start: *const u8, text: *const u8) -> *mut u8 {
    let mut at = text;
    // SAFETY: between the two.
    unsafe {
        while at > start {
            at = at.sub(1);
            if !continues(at.read()) {
                break;
            }
        }
    }
    at.cast_mut()
}
