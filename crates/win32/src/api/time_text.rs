//! Dates and times as text.
//!
//! Owns the C form, the flags and the default pictures of the two locales that there are. Threading: any
//! thread.

use super::times::get;
use super::{fence, wide};
use crate::status::{
    Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER,
};
use crate::text::locale::{self, Locale};
use crate::time::civil::{self, SYSTEMTIME};
use crate::time::picture::{self, Parts};
use crate::time::zone;

const LOCALE_NOUSEROVERRIDE: u32 = 0x8000_0000;
const LOCALE_USE_CP_ACP: u32 = 0x4000_0000;
const DATE_SHORTDATE: u32 = 0x1;
const DATE_LONGDATE: u32 = 0x2;
const DATE_USE_ALT_CALENDAR: u32 = 0x4;
const DATE_YEARMONTH: u32 = 0x8;
const DATE_MONTHDAY: u32 = 0x80;
const TIME_NOMINUTESORSECONDS: u32 = 0x1;
const TIME_NOSECONDS: u32 = 0x2;
const TIME_NOTIMEMARKER: u32 = 0x4;
const TIME_FORCE24HOURFORMAT: u32 = 0x8;
const COMMON: u32 = LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP;

/// What the functions have in common, in either width.
struct Call {
    locale: Result<Locale, Code>,
    flags: u32,
    /// The picture, if the program gives one.
    picture: Result<Option<Vec<u16>>, Code>,
}

impl Call {
    fn date(self, time: *const SYSTEMTIME) -> Result<Vec<u16>, Code> {
        let locale = self.locale?;
        let given = self.picture?;
        let kinds = DATE_SHORTDATE | DATE_LONGDATE | DATE_YEARMONTH | DATE_MONTHDAY;
        let kind = self.flags & kinds;
        if self.flags & !(COMMON | kinds | DATE_USE_ALT_CALENDAR) != 0
            || kind.count_ones() > 1
            || given.is_some() && self.flags & !LOCALE_USE_CP_ACP != 0
        {
            return Err(ERROR_INVALID_FLAGS);
        }
        let default = match (kind, locale) {
            (DATE_LONGDATE, Locale::Invariant) => "dddd, dd MMMM yyyy",
            (DATE_LONGDATE, Locale::EnglishUs) => "dddd, MMMM d, yyyy",
            (DATE_YEARMONTH, Locale::Invariant) => "yyyy MMMM",
            (DATE_YEARMONTH, Locale::EnglishUs) => "MMMM yyyy",
            (DATE_MONTHDAY, Locale::Invariant) => "MMMM dd",
            (DATE_MONTHDAY, Locale::EnglishUs) => "MMMM d",
            (_, Locale::Invariant) => "MM/dd/yyyy",
            (_, Locale::EnglishUs) => "M/d/yyyy",
        };
        let shown = given.unwrap_or_else(|| default.encode_utf16().collect());
        picture::date(&given_or_now(time)?, &shown)
    }

    fn time(self, time: *const SYSTEMTIME) -> Result<Vec<u16>, Code> {
        let locale = self.locale?;
        let given = self.picture?;
        let flag = |flag: u32| self.flags & flag != 0;
        let known =
            TIME_NOMINUTESORSECONDS | TIME_NOSECONDS | TIME_NOTIMEMARKER | TIME_FORCE24HOURFORMAT;
        // With a picture, LOCALE_NOUSEROVERRIDE has nothing to say (documented: an error).
        if self.flags & !(COMMON | known) != 0 || given.is_some() && flag(LOCALE_NOUSEROVERRIDE) {
            return Err(ERROR_INVALID_FLAGS);
        }
        let default = match locale {
            Locale::Invariant => "HH:mm:ss",
            Locale::EnglishUs => "h:mm:ss tt",
        };
        let parts = Parts {
            no_minutes: flag(TIME_NOMINUTESORSECONDS),
            no_seconds: flag(TIME_NOSECONDS),
            no_marker: flag(TIME_NOTIMEMARKER),
            force_24: flag(TIME_FORCE24HOURFORMAT),
        };
        let shown = given.unwrap_or_else(|| default.encode_utf16().collect());
        picture::time(&given_or_now(time)?, &shown, parts)
    }
}

fn given_or_now(time: *const SYSTEMTIME) -> Result<SYSTEMTIME, Code> {
    if time.is_null() {
        let now = crate::time::file_time().max(0).unsigned_abs();
        return civil::from_intervals(zone::to_local(now)?);
    }
    // SAFETY: the callers' contract: NULL or valid.
    unsafe { get(time) }
}

/// # Safety
/// `text` is NULL or a NUL-terminated string.
unsafe fn wide_picture(text: *const u16) -> Result<Option<Vec<u16>>, Code> {
    match text.is_null() {
        true => Ok(None),
        // SAFETY: terminated by the contract.
        false => unsafe { wide(text) }.map(|text| Some(text.to_vec())),
    }
}

/// # Safety
/// `text` is NULL or a NUL-terminated string.
unsafe fn narrow_picture(text: *const u8) -> Option<Vec<u16>> {
    if text.is_null() {
        return None;
    }
    // SAFETY: terminated by the contract.
    let text = unsafe { std::ffi::CStr::from_ptr(text.cast()) };
    Some(text.to_string_lossy().encode_utf16().collect())
}

/// Hands text and its NUL to the caller, or tells how long it is; 122 when it does not fit.
///
/// # Safety
/// `room` units can be written to `to`.
pub(crate) unsafe fn hand_over<U: Copy + Default>(
    text: &[U],
    to: *mut U,
    room: i32,
) -> Result<i32, Code> {
    let needed = text.len() + 1;
    let room = usize::try_from(room).map_err(|_| ERROR_INVALID_PARAMETER)?;
    if room > 0 {
        super::not_null(to)?;
        if room < needed {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        for (at, &unit) in text.iter().chain([&U::default()]).enumerate() {
            // SAFETY: fewer than `room`.
            unsafe { to.add(at).write_unaligned(unit) };
        }
    }
    i32::try_from(needed).map_err(|_| ERROR_INVALID_PARAMETER)
}

fn narrow(text: &[u16]) -> Vec<u8> {
    String::from_utf16_lossy(text).into_bytes()
}

/// GetDateFormatW: a date as text: the units with the NUL, 0 on failure (87, 122, 1004). NULL for the time
/// is now.
///
/// Partial: the locales are the invariant one and en-US (which is the user's and the system's).
///
/// # Safety
/// Pointers are NULL or valid, strings NUL-terminated, and `to` has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDateFormatW(
    locale: u32,
    flags: u32,
    time: *const SYSTEMTIME,
    format: *const u16,
    to: *mut u16,
    room: i32,
) -> i32 {
    fence(0, || {
        let locale = locale::by_id(locale);
        // SAFETY: the same contract.
        unsafe {
            let picture = wide_picture(format);
            let call = Call {
                locale,
                flags,
                picture,
            };
            hand_over(&call.date(time)?, to, room)
        }
    })
}

/// GetDateFormatA: as GetDateFormatW, in UTF-8.
///
/// # Safety
/// As for GetDateFormatW.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDateFormatA(
    locale: u32,
    flags: u32,
    time: *const SYSTEMTIME,
    format: *const u8,
    to: *mut u8,
    room: i32,
) -> i32 {
    fence(0, || {
        let locale = locale::by_id(locale);
        // SAFETY: the same contract.
        unsafe {
            let picture = Ok(narrow_picture(format));
            let call = Call {
                locale,
                flags,
                picture,
            };
            hand_over(&narrow(&call.date(time)?), to, room)
        }
    })
}

/// GetDateFormatEx: as GetDateFormatW, by the locale's name; NULL is the user's locale.
///
/// # Safety
/// As for GetDateFormatW. `calendar` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDateFormatEx(
    locale: *const u16,
    flags: u32,
    time: *const SYSTEMTIME,
    format: *const u16,
    to: *mut u16,
    room: i32,
    calendar: *const u16,
) -> i32 {
    fence(0, || {
        if !calendar.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: the same contract.
        unsafe {
            let locale = super::locales::named(locale);
            let picture = wide_picture(format);
            let call = Call {
                locale,
                flags,
                picture,
            };
            hand_over(&call.date(time)?, to, room)
        }
    })
}

/// GetTimeFormatW: a time of day as text: the units with the NUL, 0 on failure (87, 122, 1004). NULL for
/// the time is now.
///
/// Partial: the locales are the invariant one and en-US (which is the user's and the system's).
///
/// # Safety
/// As for GetDateFormatW.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTimeFormatW(
    locale: u32,
    flags: u32,
    time: *const SYSTEMTIME,
    format: *const u16,
    to: *mut u16,
    room: i32,
) -> i32 {
    fence(0, || {
        let locale = locale::by_id(locale);
        // SAFETY: the same contract.
        unsafe {
            let picture = wide_picture(format);
            let call = Call {
                locale,
                flags,
                picture,
            };
            hand_over(&call.time(time)?, to, room)
        }
    })
}

/// GetTimeFormatA: as GetTimeFormatW, in UTF-8.
///
/// # Safety
/// As for GetDateFormatW.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTimeFormatA(
    locale: u32,
    flags: u32,
    time: *const SYSTEMTIME,
    format: *const u8,
    to: *mut u8,
    room: i32,
) -> i32 {
    fence(0, || {
        let locale = locale::by_id(locale);
        // SAFETY: the same contract.
        unsafe {
            let picture = Ok(narrow_picture(format));
            let call = Call {
                locale,
                flags,
                picture,
            };
            hand_over(&narrow(&call.time(time)?), to, room)
        }
    })
}

/// GetTimeFormatEx: as GetTimeFormatW, by the locale's name; NULL is the user's locale.
///
/// # Safety
/// As for GetDateFormatW.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTimeFormatEx(
    locale: *const u16,
    flags: u32,
    time: *const SYSTEMTIME,
    format: *const u16,
    to: *mut u16,
    room: i32,
) -> i32 {
    fence(0, || {
        // SAFETY: the same contract.
        unsafe {
            let locale = super::locales::named(locale);
            let picture = wide_picture(format);
            let call = Call {
                locale,
                flags,
                picture,
            };
            hand_over(&call.time(time)?, to, room)
        }
    })
}
