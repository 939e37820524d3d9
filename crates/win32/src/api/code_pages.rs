//! Code pages and their conversions.
//!
//! Owns the C form and the checks of flags. Threading: any thread.

use super::{Bool, FALSE, fence, fence_bool, not_null, put};
use crate::status::{
    Code, ERROR_ARITHMETIC_OVERFLOW, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_FLAGS,
    ERROR_INVALID_PARAMETER, ERROR_NO_UNICODE_TRANSLATION,
};
use crate::text::code_page::{self, KnownCodePage, UTF8};

const MB_PRECOMPOSED: u32 = 0x1;
const MB_COMPOSITE: u32 = 0x2;
const MB_USEGLYPHCHARS: u32 = 0x4;
const MB_ERR_INVALID_CHARS: u32 = 0x8;
const WC_DISCARDNS: u32 = 0x10;
const WC_SEPCHARS: u32 = 0x20;
const WC_DEFAULTCHAR: u32 = 0x40;
const WC_ERR_INVALID_CHARS: u32 = 0x80;
const WC_COMPOSITECHECK: u32 = 0x200;
const WC_NO_BEST_FIT_CHARS: u32 = 0x400;

/// The text that a program gives: `count` units, or -1 for those up to the NUL and the NUL.
///
/// # Safety
/// `text` is NULL, or valid for as many units as `count` says.
pub(crate) unsafe fn counted<U: Copy + Default + PartialEq>(
    text: *const U,
    count: i32,
) -> Result<Vec<U>, Code> {
    not_null(text)?;
    // SAFETY: a NUL comes by the contract.
    let ends = |at: &usize| unsafe { text.add(*at).read_unaligned() } == U::default();
    let length = match count {
        ..=-1 => 1 + (0..).find(ends).unwrap_or(0),
        count => count as usize,
    };
    let mut units = Vec::with_capacity(length);
    // SAFETY: so many units are there; the list has room for them; bytes need no alignment.
    unsafe {
        let to = units.as_mut_ptr() as *mut u8;
        to.copy_from_nonoverlapping(text.cast(), length * size_of::<U>());
        units.set_len(length);
    }
    Ok(units)
}

/// Hands a result to the caller, or tells its length for a room of 0; 122 when it does not fit, and then what
/// fits is there.
///
/// # Safety
/// `to` has room for `room` units.
pub(crate) unsafe fn deliver<U: Copy>(units: &[U], to: *mut U, room: i32) -> Result<i32, Code> {
    let length = i32::try_from(units.len()).map_err(|_| ERROR_ARITHMETIC_OVERFLOW)?;
    if room == 0 {
        return Ok(length);
    }
    for (at, &unit) in units.iter().take(room as usize).enumerate() {
        // SAFETY: fewer than `room`.
        unsafe { to.add(at).write_unaligned(unit) };
    }
    match length > room {
        true => Err(ERROR_INSUFFICIENT_BUFFER),
        false => Ok(length),
    }
}

/// The checks that both directions share.
fn check<A, B>(
    page: u32,
    from: *const A,
    count: i32,
    to: *mut B,
    room: i32,
) -> Result<KnownCodePage, Code> {
    let page = code_page::find(page)?;
    let bad = from.is_null()
        || count == 0
        || count < -1
        || room < 0
        || room > 0 && to.is_null()
        || from.cast::<u8>() == to.cast_const().cast::<u8>();
    match bad {
        true => Err(ERROR_INVALID_PARAMETER),
        false => Ok(page),
    }
}

/// MultiByteToWideChar: converts bytes to UTF-16. Returns the number of units, or, with a buffer size of 0, how many
/// there would be. 0 with 87 for pages that do not exist, and for NULL and invalid sizes; 122 when they do not fit,
/// 1004 for invalid flags, 1113 with MB_ERR_INVALID_CHARS for bytes that are no character.
///
/// Differs: CP_ACP, CP_OEMCP and CP_THREAD_ACP are UTF-8, with the flags that other pages take; MB_COMPOSITE
/// does not take characters apart; tables are those of the WHATWG.
///
/// # Safety
/// `from` has `count` bytes, or with -1 a NUL; `to` has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MultiByteToWideChar(
    number: u32,
    flags: u32,
    from: *const u8,
    count: i32,
    to: *mut u16,
    room: i32,
) -> i32 {
    fence(0, || {
        let page = check(number, from, count, to, room)?;
        let known = MB_PRECOMPOSED | MB_COMPOSITE | MB_USEGLYPHCHARS | MB_ERR_INVALID_CHARS;
        let strict = matches!(number, UTF8 | 54936);
        let bad = match page.takes_no_flags() {
            true => flags != 0,
            false if strict => flags & !MB_ERR_INVALID_CHARS != 0,
            false => flags & !known != 0 || flags & 3 == 3,
        };
        if bad {
            return Err(ERROR_INVALID_FLAGS);
        }
        // SAFETY: the same contract.
        let decoded = page.decode(&unsafe { counted(from, count) }?);
        if !decoded.whole && flags & MB_ERR_INVALID_CHARS != 0 {
            return Err(ERROR_NO_UNICODE_TRANSLATION);
        }
        // SAFETY: the same contract.
        unsafe { deliver(&decoded.units, to, room) }
    })
}

/// WideCharToMultiByte: converts UTF-16 to bytes. Returns the number of bytes, or, with a buffer size of 0, how many
/// there would be. 0 with 87 for pages that do not exist, for NULL and invalid sizes, and for a default character
/// with UTF-8; 122 when they do not fit, 1004 for invalid flags, 1113 with WC_ERR_INVALID_CHARS for half a surrogate
/// pair.
///
/// Differs: CP_ACP, CP_OEMCP and CP_THREAD_ACP are UTF-8, with the flags that other pages take; a character
/// that a page lacks is never replaced by one that looks like it.
///
/// # Safety
/// `from` has `count` units, or with -1 a NUL; `to` has room for `room` bytes; the others are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WideCharToMultiByte(
    number: u32,
    flags: u32,
    from: *const u16,
    count: i32,
    to: *mut u8,
    room: i32,
    substitute: *const u8,
    used_substitute: *mut Bool,
) -> i32 {
    fence(0, || {
        let page = check(number, from, count, to, room)?;
        let strict = matches!(number, UTF8 | 54936);
        if strict && !(substitute.is_null() && used_substitute.is_null()) {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let composite = WC_COMPOSITECHECK | WC_DISCARDNS | WC_SEPCHARS | WC_DEFAULTCHAR;
        let bad = match page.takes_no_flags() {
            true => flags != 0,
            false if strict => flags & !WC_ERR_INVALID_CHARS != 0,
            false if page.is_unicode() => {
                flags & !(composite | WC_NO_BEST_FIT_CHARS | WC_ERR_INVALID_CHARS) != 0
            }
            false => flags & !(composite | WC_NO_BEST_FIT_CHARS) != 0,
        };
        if bad {
            return Err(ERROR_INVALID_FLAGS);
        }
        let given = match substitute.is_null() {
            true => vec![b'?'],
            // SAFETY: not NULL: a character, of two bytes if the first is a lead byte.
            false => unsafe {
                let first = substitute.read();
                match is_lead(page, first) {
                    true => vec![first, substitute.add(1).read()],
                    false => vec![first],
                }
            },
        };
        // SAFETY: the same contract.
        let encoded = page.encode(&unsafe { counted(from, count) }?, &given);
        // SAFETY: NULL or valid.
        unsafe { put(used_substitute, Bool::from(!encoded.whole)) };
        if !encoded.whole && flags & WC_ERR_INVALID_CHARS != 0 {
            return Err(ERROR_NO_UNICODE_TRANSLATION);
        }
        // SAFETY: the same contract.
        unsafe { deliver(&encoded.units, to, room) }
    })
}

fn is_lead(page: KnownCodePage, byte: u8) -> bool {
    let mut ranges = page.lead_bytes().iter();
    ranges.any(|&(first, last)| (first..=last).contains(&byte))
}

/// GetACP: returns 65001, UTF-8.
#[unsafe(no_mangle)]
pub extern "system" fn GetACP() -> u32 {
    UTF8
}

/// GetOEMCP: returns 65001, UTF-8.
#[unsafe(no_mangle)]
pub extern "system" fn GetOEMCP() -> u32 {
    UTF8
}

/// IsValidCodePage: returns TRUE for the pages that the conversions have.
#[unsafe(no_mangle)]
pub extern "system" fn IsValidCodePage(number: u32) -> Bool {
    fence(FALSE, || {
        Ok(Bool::from(number > 3 && code_page::find(number).is_ok()))
    })
}

/// IsDBCSLeadByte: returns FALSE, since UTF-8 has no lead bytes of this kind.
#[unsafe(no_mangle)]
pub extern "system" fn IsDBCSLeadByte(_byte: u8) -> Bool {
    FALSE
}

/// IsDBCSLeadByteEx: returns TRUE for the first byte of a character of two bytes; FALSE with 87 for a page that does
/// not exist.
#[unsafe(no_mangle)]
pub extern "system" fn IsDBCSLeadByteEx(number: u32, byte: u8) -> Bool {
    fence(FALSE, || {
        Ok(Bool::from(is_lead(code_page::find(number)?, byte)))
    })
}

/// CPINFO (documented).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CPINFO {
    /// MaxCharSize.
    pub max_bytes: u32,
    /// DefaultChar.
    pub substitute: [u8; 2],
    /// LeadByte, in pairs.
    pub lead_bytes: [u8; 12],
}

/// CPINFOEX of either width (documented).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CPINFOEX<U> {
    /// The fields of CPINFO, which come first.
    pub info: CPINFO,
    /// UnicodeDefaultChar.
    pub bad_character: u16,
    /// CodePage.
    pub number: u32,
    /// CodePageName.
    pub name: [U; 260],
}

fn info(page: KnownCodePage) -> CPINFO {
    let mut lead_bytes = [0; 12];
    for (place, &(first, last)) in lead_bytes.chunks_mut(2).zip(page.lead_bytes()) {
        place.copy_from_slice(&[first, last]);
    }
    CPINFO {
        max_bytes: page.max_bytes(),
        substitute: [b'?', 0],
        lead_bytes,
    }
}

/// GetCPInfo: describes a code page; FALSE with 87 for one that does not exist.
///
/// # Safety
/// `to` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCPInfo(number: u32, to: *mut CPINFO) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        let told = info(code_page::find(number)?);
        // SAFETY: not NULL, so valid.
        unsafe { put(to, told) };
        Ok(())
    })
}

/// # Safety
/// `to` is NULL or valid for a write.
unsafe fn extended<U: Copy + Default + From<u8>>(
    number: u32,
    flags: u32,
    to: *mut CPINFOEX<U>,
) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        if flags != 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let page = code_page::find(number)?;
        let mut name = [U::default(); 260];
        for (place, byte) in name.iter_mut().zip(page.number.to_string().bytes()) {
            *place = byte.into();
        }
        let told = CPINFOEX {
            info: info(page),
            bad_character: u32::from(page.bad_character()) as u16,
            number: page.number,
            name,
        };
        // SAFETY: not NULL, so valid.
        unsafe { put(to, told) };
        Ok(())
    })
}

/// GetCPInfoExW: describes a code page; FALSE with 87 for one that does not exist.
///
/// Differs: the name is the number alone.
///
/// # Safety
/// `to` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCPInfoExW(
    number: u32,
    flags: u32,
    to: *mut CPINFOEX<u16>,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { extended(number, flags, to) }
}

/// GetCPInfoExA: describes a code page; FALSE with 87 for one that does not exist.
///
/// Differs: the name is the number alone.
///
/// # Safety
/// `to` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCPInfoExA(number: u32, flags: u32, to: *mut CPINFOEX<u8>) -> Bool {
    // SAFETY: the same contract.
    unsafe { extended(number, flags, to) }
}
