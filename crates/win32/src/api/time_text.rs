//! Dates and times as text.
//!
//! Owns the C form, the flags and the default pictures of the two locales that there are. Threading: any
//! thread.

use super::fence;
use super::text::{Unit, read, store_or_count, wide_of};
use super::times::get;
use crate::status::{Code, ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER};
use crate::text::locale::{self, Locale};
use crate::time::civil::{self, SYSTEMTIME};
use crate::time::picture::{self, TimeParts};
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
struct TimeTextCall {
    locale: Result<Locale, Code>,
    flags: u32,
    /// The picture, if the program gives one.
    picture: Result<Option<Vec<u16>>, Code>,
}

impl TimeTextCall {
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
        let shown = given.unwrap_or_else(|| wide_of(default));
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
        let parts = TimeParts {
            no_minutes: flag(TIME_NOMINUTESORSECONDS),
            no_seconds: flag(TIME_NOSECONDS),
            no_marker: flag(TIME_NOTIMEMARKER),
            force_24: flag(TIME_FORCE24HOURFORMAT),
        };
        let shown = given.unwrap_or_else(|| wide_of(default));
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

/// The picture that the program gives; `None` for NULL.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string.
unsafe fn given_picture<U: Unit>(text: *const U) -> Result<Option<Vec<u16>>, Code> {
    match text.is_null() {
        true => Ok(None),
        // SAFETY: terminated by the contract.
        false => unsafe { read(text) }.map(Some),
    }
}

/// GetDateFormatW: makes the text of a date. Returns the number of units with the NUL, or 0 on failure (87, 122,
/// 1004). NULL for the time means now.
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
            let picture = given_picture(format);
            let call = TimeTextCall {
                locale,
                flags,
                picture,
            };
            store_or_count(to, room, &call.date(time)?)
        }
    })
}

/// GetDateFormatA: works like GetDateFormatW, in UTF-8.
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
            let picture = given_picture(format);
            let call = TimeTextCall {
                locale,
                flags,
                picture,
            };
            store_or_count(to, room, &call.date(time)?)
        }
    })
}

/// GetDateFormatEx: works like GetDateFormatW, by the locale's name; NULL is the user's locale.
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
            let picture = given_picture(format);
            let call = TimeTextCall {
                locale,
                flags,
                picture,
            };
            store_or_count(to, room, &call.date(time)?)
        }
    })
}

/// GetTimeFormatW: makes the text of a time of day. Returns the number of units with the NUL, or 0 on failure (87,
/// 122, 1004). NULL for the time means now.
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
            let picture = given_picture(format);
            let call = TimeTextCall {
                locale,
                flags,
                picture,
            };
            store_or_count(to, room, &call.time(time)?)
        }
    })
}

/// GetTimeFormatA: works like GetTimeFormatW, in UTF-8.
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
            let picture = given_picture(format);
            let call = TimeTextCall {
                locale,
                flags,
                picture,
            };
            store_or_count(to, room, &call.time(time)?)
        }
    })
}

/// GetTimeFormatEx: works like GetTimeFormatW, by the locale's name; NULL is the user's locale.
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
            let picture = given_picture(format);
            let call = TimeTextCall {
                locale,
                flags,
                picture,
            };
            store_or_count(to, room, &call.time(time)?)
        }
    })
}
