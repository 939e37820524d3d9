//! The string functions of shlwapi.
//!
//! Owns the C form only; URLs are in `shlwapi_urls`. Threading: any thread; a text is the caller's, and no
//! other thread changes it meanwhile.

use std::ptr::null_mut;

use super::text::{Unit, borrow, store_text, units_at_most, wide_of};
use super::{Bool, FALSE, TRUE, fence, not_null, put};
use crate::files::shell::ShellUnit;
use crate::files::shell_text as rules;
use crate::status::Code;

/// The address of a place in a text; NULL for none.
fn at<T: ShellUnit>(text: *const T, place: Option<usize>) -> *mut T {
    place.map_or(null_mut(), |place| text.wrapping_add(place).cast_mut())
}

/// The first such unit in either letter case.
///
/// # Safety
/// `text` is NULL or NUL-terminated.
unsafe fn first_in_either_case<T: ShellUnit>(text: *const T, unit: u16) -> Result<*mut T, Code> {
    let wanted = T::encode(&[unit])
        .first()
        .copied()
        .unwrap_or_default()
        .fold();
    // SAFETY: the same contract.
    let all = unsafe { borrow(text)? };
    Ok(at(
        text,
        all.iter().position(|&other| other.fold() == wanted),
    ))
}

/// The last such unit in front of `end` (NULL: of the whole text).
///
/// # Safety
/// `text` is NULL or NUL-terminated.
unsafe fn last_before<T: ShellUnit + Into<u32>>(
    text: *const T,
    end: *const T,
    unit: u16,
) -> Result<*mut T, Code> {
    // SAFETY: the same contract.
    let all = unsafe { borrow(text)? };
    let length = if end.is_null() {
        all.len()
    } else {
        (end as usize).saturating_sub(text as usize) / size_of::<T>()
    };
    let before = &all[..length.min(all.len())];
    Ok(at(
        text,
        before
            .iter()
            .rposition(|&other| other.into() == u32::from(unit)),
    ))
}

/// The order of the first `count` units of two texts.
///
/// # Safety
/// As [`units_at_most`] says, of both.
unsafe fn order_at_most<T: ShellUnit>(
    one: *const T,
    other: *const T,
    count: i32,
    either_case: bool,
) -> Result<i32, Code> {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: the same contract.
    let (one, other) = unsafe { (units_at_most(one, count)?, units_at_most(other, count)?) };
    Ok(rules::order(&one, &other, either_case))
}

/// StrChrW: finds the first such unit; NULL if there is none.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrChrW(text: *const u16, unit: u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        Ok(at(
            text,
            borrow(text)?
                .iter()
                .position(|&other| u32::from(other) == u32::from(unit)),
        ))
    })
}

/// StrChrA: works like [`StrChrW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrChrA(text: *const u8, unit: u16) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        Ok(at(
            text,
            borrow(text)?
                .iter()
                .position(|&other| u32::from(other) == u32::from(unit)),
        ))
    })
}

/// StrChrIW: finds the first such unit in either letter case.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrChrIW(text: *const u16, unit: u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe { first_in_either_case(text, unit) })
}

/// StrChrIA: works like [`StrChrIW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrChrIA(text: *const u8, unit: u16) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe { first_in_either_case(text, unit) })
}

/// StrRChrW: finds the last such unit in front of `end` (NULL: of the whole text).
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrRChrW(text: *const u16, end: *const u16, unit: u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe { last_before(text, end, unit) })
}

/// StrRChrA: works like [`StrRChrW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrRChrA(text: *const u8, end: *const u8, unit: u16) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe { last_before(text, end, unit) })
}

/// StrStrW: finds the first place where another text is in one; NULL if there is none.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrStrW(text: *const u16, what: *const u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        Ok(at(text, rules::find(borrow(text)?, borrow(what)?, false)))
    })
}

/// StrStrA: works like [`StrStrW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrStrA(text: *const u8, what: *const u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        Ok(at(text, rules::find(borrow(text)?, borrow(what)?, false)))
    })
}

/// StrStrIW: finds the first place where another text is in one, in either letter case.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrStrIW(text: *const u16, what: *const u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        Ok(at(text, rules::find(borrow(text)?, borrow(what)?, true)))
    })
}

/// StrStrIA: works like [`StrStrIW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrStrIA(text: *const u8, what: *const u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        Ok(at(text, rules::find(borrow(text)?, borrow(what)?, true)))
    })
}

/// StrPBrkW: finds the first unit that is one of a set.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrPBrkW(text: *const u16, set: *const u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let set = borrow(set)?;
        Ok(at(
            text,
            borrow(text)?.iter().position(|unit| set.contains(unit)),
        ))
    })
}

/// StrPBrkA: works like [`StrPBrkW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrPBrkA(text: *const u8, set: *const u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let set = borrow(set)?;
        Ok(at(
            text,
            borrow(text)?.iter().position(|unit| set.contains(unit)),
        ))
    })
}

/// StrSpnW: counts the units in front that are of a set.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrSpnW(text: *const u16, set: *const u16) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let set = borrow(set)?;
        Ok(borrow(text)?
            .iter()
            .take_while(|unit| set.contains(unit))
            .count() as i32)
    })
}

/// StrSpnA: works like [`StrSpnW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrSpnA(text: *const u8, set: *const u8) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let set = borrow(set)?;
        Ok(borrow(text)?
            .iter()
            .take_while(|unit| set.contains(unit))
            .count() as i32)
    })
}

/// StrCSpnW: counts the units in front that are not of a set.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCSpnW(text: *const u16, set: *const u16) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let set = borrow(set)?;
        Ok(borrow(text)?
            .iter()
            .take_while(|unit| !set.contains(unit))
            .count() as i32)
    })
}

/// StrCSpnA: works like [`StrCSpnW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCSpnA(text: *const u8, set: *const u8) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        let set = borrow(set)?;
        Ok(borrow(text)?
            .iter()
            .take_while(|unit| !set.contains(unit))
            .count() as i32)
    })
}

/// StrCmpIW: compares two texts in either letter case.
///
/// Differs: by unit, not by a locale.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCmpIW(one: *const u16, other: *const u16) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(rules::order(borrow(one)?, borrow(other)?, true))
    })
}

/// StrCmpIA: works like [`StrCmpIW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCmpIA(one: *const u8, other: *const u8) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(rules::order(borrow(one)?, borrow(other)?, true))
    })
}

/// StrCmpW: compares two texts.
///
/// Differs: by unit, not by a locale.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCmpW(one: *const u16, other: *const u16) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(rules::order(borrow(one)?, borrow(other)?, false))
    })
}

/// StrCmpA: works like [`StrCmpW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCmpA(one: *const u8, other: *const u8) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(rules::order(borrow(one)?, borrow(other)?, false))
    })
}

/// StrCmpNW: compares at most so many units of two texts.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCmpNW(one: *const u16, other: *const u16, count: i32) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe { order_at_most(one, other, count, false) })
}

/// StrCmpNA: works like [`StrCmpNW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCmpNA(one: *const u8, other: *const u8, count: i32) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe { order_at_most(one, other, count, false) })
}

/// StrCmpNIW: compares at most so many units of two texts in either letter case.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCmpNIW(one: *const u16, other: *const u16, count: i32) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe { order_at_most(one, other, count, true) })
}

/// StrCmpNIA: works like [`StrCmpNIW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCmpNIA(one: *const u8, other: *const u8, count: i32) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe { order_at_most(one, other, count, true) })
}

/// StrToIntW: reads a decimal number; 0 if there is none.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrToIntW(text: *const u16) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(rules::number(borrow(text)?, false).unwrap_or(0) as i32)
    })
}

/// StrToIntA: works like [`StrToIntW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrToIntA(text: *const u8) -> i32 {
    // SAFETY: as the contract of this function says.
    fence(0, || unsafe {
        Ok(rules::number(borrow(text)?, false).unwrap_or(0) as i32)
    })
}

/// StrToIntExW: reads a decimal number, or with flag 1 a hexadecimal one behind `0x`; FALSE if there is
/// none.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrToIntExW(text: *const u16, flags: i32, number: *mut i32) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(match rules::number(borrow(text)?, flags & 1 != 0) {
            Some(value) => {
                put(number, value as i32);
                TRUE
            }
            None => FALSE,
        })
    })
}

/// StrToIntExA: works like [`StrToIntExW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrToIntExA(text: *const u8, flags: i32, number: *mut i32) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(match rules::number(borrow(text)?, flags & 1 != 0) {
            Some(value) => {
                put(number, value as i32);
                TRUE
            }
            None => FALSE,
        })
    })
}

/// StrToInt64ExW: reads a number of 64 bits, as StrToIntEx.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrToInt64ExW(
    text: *const u16,
    flags: i32,
    number: *mut i64,
) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(match rules::number(borrow(text)?, flags & 1 != 0) {
            Some(value) => {
                put(number, value);
                TRUE
            }
            None => FALSE,
        })
    })
}

/// StrToInt64ExA: works like [`StrToInt64ExW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrToInt64ExA(text: *const u8, flags: i32, number: *mut i64) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        Ok(match rules::number(borrow(text)?, flags & 1 != 0) {
            Some(value) => {
                put(number, value);
                TRUE
            }
            None => FALSE,
        })
    })
}

/// StrDupW: copies a text into memory that LocalFree frees; NULL without any.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrDupW(text: *const u16) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(text)?;
        let memory: *mut u16 =
            super::local_memory::LocalAlloc(0, (text.len() + 1) * size_of::<u16>()).cast();
        Ok(if store_text(memory, text.len() + 1, text) {
            memory
        } else {
            null_mut()
        })
    })
}

/// StrDupA: works like [`StrDupW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrDupA(text: *const u8) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = borrow(text)?;
        let memory: *mut u8 =
            super::local_memory::LocalAlloc(0, (text.len() + 1) * size_of::<u8>()).cast();
        Ok(if store_text(memory, text.len() + 1, text) {
            memory
        } else {
            null_mut()
        })
    })
}

/// StrTrimW: removes units of a set at both ends; FALSE if there were none.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrTrimW(text: *mut u16, set: *const u16) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let all = borrow(text)?;
        let (begin, end) = rules::trimmed(all, borrow(set)?);
        let changed = end - begin < all.len();
        let left = all[begin..end].to_vec();
        store_text(text, left.len() + 1, &left);
        Ok(Bool::from(changed))
    })
}

/// StrTrimA: works like [`StrTrimW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrTrimA(text: *mut u8, set: *const u8) -> Bool {
    // SAFETY: as the contract of this function says.
    fence(FALSE, || unsafe {
        let all = borrow(text)?;
        let (begin, end) = rules::trimmed(all, borrow(set)?);
        let changed = end - begin < all.len();
        let left = all[begin..end].to_vec();
        store_text(text, left.len() + 1, &left);
        Ok(Bool::from(changed))
    })
}

/// StrCpyNW: copies at most so many units, with the NUL; returns the buffer.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCpyNW(to: *mut u16, text: *const u16, room: i32) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let room = usize::try_from(room).unwrap_or(0);
        not_null(to)?;
        if room > 0 {
            store_text(to, room, &units_at_most(text, room - 1)?);
        }
        Ok(to)
    })
}

/// StrCpyNA: works like [`StrCpyNW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrCpyNA(to: *mut u8, text: *const u8, room: i32) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let room = usize::try_from(room).unwrap_or(0);
        not_null(to)?;
        if room > 0 {
            store_text(to, room, &units_at_most(text, room - 1)?);
        }
        Ok(to)
    })
}

/// StrFormatByteSizeW: writes a size in bytes, KB, MB and so on, with three digits; returns the buffer,
/// NULL if it does not fit.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrFormatByteSizeW(bytes: i64, to: *mut u16, room: u32) -> *mut u16 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = wide_of(&rules::byte_size(bytes));
        Ok(if store_text(to, room as usize, &u16::encode(&text)) {
            to
        } else {
            null_mut()
        })
    })
}

/// StrFormatByteSizeA: works like [`StrFormatByteSizeW`] with text in UTF-8.
///
/// # Safety
/// The texts are NULL (87) or NUL-terminated; buffers have their room.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StrFormatByteSizeA(bytes: u32, to: *mut u8, room: u32) -> *mut u8 {
    // SAFETY: as the contract of this function says.
    fence(null_mut(), || unsafe {
        let text = wide_of(&rules::byte_size(i64::from(bytes)));
        Ok(if store_text(to, room as usize, &u8::encode(&text)) {
            to
        } else {
            null_mut()
        })
    })
}
