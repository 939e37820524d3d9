//! Strings: length, copies, comparison.
//!
//! Owns the C form and the flags. Strings ending in A are UTF-8. Threading: any thread.

use std::cmp::Ordering;

use super::code_pages::counted;
use super::text::Unit;
use super::{Bool, fence, last_error, locales, not_null};
use crate::status::{Code, ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER};
use crate::text::compare::{self, Ignores, SearchPlace};
use crate::text::locale;

/// CSTR_LESS_THAN, CSTR_EQUAL, CSTR_GREATER_THAN.
fn compared(order: Ordering) -> i32 {
    order as i32 + 2
}

/// The units of a NUL-terminated string, however long.
///
/// # Safety
/// `text` is not NULL and NUL-terminated.
unsafe fn length<U: Copy + Default + PartialEq>(text: *const U) -> usize {
    // SAFETY: a NUL comes by the contract.
    let at = (0..).find(|&at| unsafe { text.add(at).read_unaligned() } == U::default());
    at.unwrap_or(0)
}

/// The text to compare: without its NUL.
///
/// # Safety
/// `text` is NULL, or valid for as many units as `count` says.
unsafe fn given<U: Copy + Default + PartialEq>(text: *const U, count: i32) -> Result<Vec<U>, Code> {
    // SAFETY: by the contract.
    let mut units = unsafe { counted(text, count) }?;
    if count < 0 {
        units.pop();
    }
    Ok(units)
}

/// CompareStringOrdinal: compares code units, with `ignore_case` their capitals: 1 (CSTR_LESS_THAN), 2
/// (CSTR_EQUAL), 3 (CSTR_GREATER_THAN), or 0 with 87 for NULL and counts below -1.
///
/// # Safety
/// The strings have as many units as their counts say, or with -1 a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareStringOrdinal(
    left: *const u16,
    left_count: i32,
    right: *const u16,
    right_count: i32,
    ignore_case: Bool,
) -> i32 {
    fence(0, || {
        if left_count < -1 || right_count < -1 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: the same contract.
        let (left, right) = unsafe { (given(left, left_count)?, given(right, right_count)?) };
        Ok(compared(compare::ordinal(&left, &right, ignore_case != 0)))
    })
}

/// The flags of CompareString; 1004 for unknown ones.
fn ignores(flags: u32) -> Result<Ignores, Code> {
    const NORM_IGNORECASE: u32 = 0x1;
    const NORM_IGNORENONSPACE: u32 = 0x2;
    const NORM_IGNORESYMBOLS: u32 = 0x4;
    const SORT_DIGITSASNUMBERS: u32 = 0x8;
    const LINGUISTIC_IGNORECASE: u32 = 0x10;
    const LINGUISTIC_IGNOREDIACRITIC: u32 = 0x20;
    const SORT_STRINGSORT: u32 = 0x1000;
    // Kana, width, linguistic casing, LOCALE_USE_CP_ACP.
    const WITHOUT_EFFECT: u32 = 0x1_0000 | 0x2_0000 | 0x800_0000 | 0x4000_0000;
    let known = NORM_IGNORECASE
        | NORM_IGNORENONSPACE
        | NORM_IGNORESYMBOLS
        | SORT_DIGITSASNUMBERS
        | LINGUISTIC_IGNORECASE
        | LINGUISTIC_IGNOREDIACRITIC
        | SORT_STRINGSORT;
    if flags & !(known | WITHOUT_EFFECT) != 0 {
        return Err(ERROR_INVALID_FLAGS);
    }
    let flag = |one: u32| flags & one != 0;
    Ok(Ignores {
        case: flag(NORM_IGNORECASE | LINGUISTIC_IGNORECASE),
        accents: flag(NORM_IGNORENONSPACE | LINGUISTIC_IGNOREDIACRITIC),
        symbols: flag(NORM_IGNORESYMBOLS),
        string_sort: flag(SORT_STRINGSORT),
        digits_are_numbers: flag(SORT_DIGITSASNUMBERS),
    })
}

/// CompareStringW: compares as a reader sorts: 1, 2 or 3 as CompareStringOrdinal, or 0 with 87 or 1004.
///
/// Differs: one order for all locales: letters, then accents, then case (small first), then hyphens and
/// apostrophes; without the tables of Windows. Kana and width always count.
///
/// # Safety
/// The strings have as many units as their counts say, or below 0 a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareStringW(
    locale: u32,
    flags: u32,
    left: *const u16,
    left_count: i32,
    right: *const u16,
    right_count: i32,
) -> i32 {
    fence(0, || {
        locale::by_id(locale)?;
        let ignores = ignores(flags)?;
        // SAFETY: the same contract.
        let (left, right) = unsafe { (given(left, left_count)?, given(right, right_count)?) };
        Ok(compared(compare::linguistic(&left, &right, ignores)))
    })
}

/// CompareStringA: compares as CompareStringW, UTF-8.
///
/// # Safety
/// The strings have as many bytes as their counts say, or below 0 a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareStringA(
    locale: u32,
    flags: u32,
    left: *const u8,
    left_count: i32,
    right: *const u8,
    right_count: i32,
) -> i32 {
    fence(0, || {
        locale::by_id(locale)?;
        let ignores = ignores(flags)?;
        // SAFETY: the same contract.
        let (left, right) = unsafe { (given(left, left_count)?, given(right, right_count)?) };
        let order = compare::linguistic(&u8::decode(left), &u8::decode(right), ignores);
        Ok(compared(order))
    })
}

/// CompareStringEx: compares as CompareStringW, by the locale's name.
///
/// # Safety
/// As for CompareStringW; the reserved arguments are ignored.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareStringEx(
    locale: *const u16,
    flags: u32,
    left: *const u16,
    left_count: i32,
    right: *const u16,
    right_count: i32,
    _version: *const u8,
    _reserved: *const u8,
    _parameter: isize,
) -> i32 {
    fence(0, || {
        // SAFETY: the same contract.
        unsafe { locales::named(locale) }?;
        let ignores = ignores(flags)?;
        // SAFETY: the same contract.
        let (left, right) = unsafe { (given(left, left_count)?, given(right, right_count)?) };
        Ok(compared(compare::linguistic(&left, &right, ignores)))
    })
}

/// FindStringOrdinal: looks for a string in another, by code unit: its index, or -1 with last error 0 when it
/// is not there, with 87 for NULL, 1004 for invalid flags.
///
/// # Safety
/// The strings have as many units as their counts say, or with -1 a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindStringOrdinal(
    flags: u32,
    text: *const u16,
    text_count: i32,
    part: *const u16,
    part_count: i32,
    ignore_case: Bool,
) -> i32 {
    fence(-1, || {
        let place = match flags {
            0x10_0000 => SearchPlace::Start,
            0x20_0000 => SearchPlace::End,
            0 | 0x40_0000 => SearchPlace::FromStart,
            0x80_0000 => SearchPlace::FromEnd,
            _ => return Err(ERROR_INVALID_FLAGS),
        };
        if text_count < -1 || part_count < -1 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: the same contract.
        let (text, part) = unsafe { (given(text, text_count)?, given(part, part_count)?) };
        let found = compare::find(&text, &part, place, ignore_case != 0);
        last_error::set(0);
        Ok(found.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1))
    })
}

/// # Safety
/// Both are NULL or NUL-terminated.
unsafe fn lstrcmp(left: *const u16, right: *const u16, ignore_case: bool) -> i32 {
    fence(0, || {
        if left.is_null() || right.is_null() {
            return Ok(i32::from(!left.is_null()) - i32::from(!right.is_null()));
        }
        let ignores = Ignores {
            case: ignore_case,
            ..Ignores::default()
        };
        // SAFETY: the same contract.
        let (left, right) = unsafe { (given(left, -1)?, given(right, -1)?) };
        Ok(compare::linguistic(&left, &right, ignores) as i32)
    })
}

/// # Safety
/// `text` is NULL or NUL-terminated.
unsafe fn wide_of(text: *const u8) -> Option<Vec<u16>> {
    if text.is_null() {
        return None;
    }
    // SAFETY: by the contract.
    let bytes = unsafe { given(text, -1) }.unwrap_or_default();
    let mut units = u8::decode(bytes);
    units.push(0);
    Some(units)
}

/// # Safety
/// Both are NULL or NUL-terminated.
unsafe fn lstrcmp_narrow(left: *const u8, right: *const u8, ignore_case: bool) -> i32 {
    fence(0, || {
        // SAFETY: the same contract.
        let (left, right) = unsafe { (wide_of(left), wide_of(right)) };
        let address = |units: &Option<Vec<u16>>| {
            units
                .as_ref()
                .map_or(std::ptr::null(), |units| units.as_ptr())
        };
        // SAFETY: NULL, or terminated above.
        Ok(unsafe { lstrcmp(address(&left), address(&right), ignore_case) })
    })
}

/// lstrcmpW: compares as CompareStringW without flags: below 0, 0 or above 0; NULL comes first.
///
/// # Safety
/// Both are NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcmpW(left: *const u16, right: *const u16) -> i32 {
    // SAFETY: the same contract.
    unsafe { lstrcmp(left, right, false) }
}

/// lstrcmpiW: compares as lstrcmpW, without regard to case.
///
/// # Safety
/// Both are NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcmpiW(left: *const u16, right: *const u16) -> i32 {
    // SAFETY: the same contract.
    unsafe { lstrcmp(left, right, true) }
}

/// lstrcmpA: compares as lstrcmpW, UTF-8.
///
/// # Safety
/// Both are NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcmpA(left: *const u8, right: *const u8) -> i32 {
    // SAFETY: the same contract.
    unsafe { lstrcmp_narrow(left, right, false) }
}

/// lstrcmpiA: compares as lstrcmpA, without regard to case.
///
/// # Safety
/// Both are NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcmpiA(left: *const u8, right: *const u8) -> i32 {
    // SAFETY: the same contract.
    unsafe { lstrcmp_narrow(left, right, true) }
}

/// # Safety
/// `text` is NULL or NUL-terminated.
unsafe fn lstrlen<U: Copy + Default + PartialEq>(text: *const U) -> i32 {
    match text.is_null() {
        true => 0,
        // SAFETY: not NULL.
        false => i32::try_from(unsafe { length(text) }).unwrap_or(i32::MAX),
    }
}

/// Copies at most `most` units with the NUL to `to`, behind what is there if `appends`; NULL for NULL.
///
/// # Safety
/// `to` is NULL or has room, with a NUL if `appends`; `from` is NULL or NUL-terminated. They may overlap.
unsafe fn copy<U: Copy + Default + PartialEq>(
    to: *mut U,
    from: *const U,
    most: usize,
    appends: bool,
) -> *mut U {
    fence(std::ptr::null_mut(), || {
        not_null(to)?;
        not_null(from)?;
        if most == 0 {
            return Ok(to);
        }
        // SAFETY: by the contract of this function.
        unsafe {
            let units =
                (0..most - 1).take_while(|&at| from.add(at).read_unaligned() != U::default());
            let count = units.count();
            let at = if appends { to.add(length(to)) } else { to };
            std::ptr::copy(from.cast::<u8>(), at.cast::<u8>(), count * size_of::<U>());
            at.add(count).write_unaligned(U::default());
        }
        Ok(to)
    })
}

/// lstrlenW: returns the number of units of a string without its NUL; 0 for NULL.
///
/// # Safety
/// `text` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrlenW(text: *const u16) -> i32 {
    // SAFETY: the same contract.
    unsafe { lstrlen(text) }
}

/// lstrcpyW: copies a string; `to`, or NULL if one of the two is.
///
/// # Safety
/// `from` is NULL or NUL-terminated; `to` is NULL or has room for it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcpyW(to: *mut u16, from: *const u16) -> *mut u16 {
    // SAFETY: the same contract.
    unsafe { copy(to, from, usize::MAX, false) }
}

/// lstrcpynW: copies as much of a string as has room with its NUL; `to`, or NULL if one of the two is.
///
/// # Safety
/// `from` is NULL or NUL-terminated; `to` is NULL or has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcpynW(to: *mut u16, from: *const u16, room: i32) -> *mut u16 {
    // SAFETY: the same contract.
    unsafe { copy(to, from, usize::try_from(room).unwrap_or(0), false) }
}

/// lstrcatW: appends a string; `to`, or NULL if one of the two is.
///
/// # Safety
/// Both are NULL or NUL-terminated; `to` has room for both strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcatW(to: *mut u16, from: *const u16) -> *mut u16 {
    // SAFETY: the same contract.
    unsafe { copy(to, from, usize::MAX, true) }
}

/// lstrlenA: returns the number of bytes of a string without its NUL; 0 for NULL.
///
/// # Safety
/// `text` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrlenA(text: *const u8) -> i32 {
    // SAFETY: the same contract.
    unsafe { lstrlen(text) }
}

/// lstrcpyA: copies a string; `to`, or NULL if one of the two is.
///
/// # Safety
/// `from` is NULL or NUL-terminated; `to` is NULL or has room for it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcpyA(to: *mut u8, from: *const u8) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { copy(to, from, usize::MAX, false) }
}

/// lstrcpynA: copies as much of a string as has room with its NUL; `to`, or NULL if one of the two is.
///
/// # Safety
/// `from` is NULL or NUL-terminated; `to` is NULL or has room for `room` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcpynA(to: *mut u8, from: *const u8, room: i32) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { copy(to, from, usize::try_from(room).unwrap_or(0), false) }
}

/// lstrcatA: appends a string; `to`, or NULL if one of the two is.
///
/// # Safety
/// Both are NULL or NUL-terminated; `to` has room for both strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcatA(to: *mut u8, from: *const u8) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { copy(to, from, usize::MAX, true) }
}
