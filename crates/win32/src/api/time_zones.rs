//! Time zones.
//!
//! Owns the C form only. Threading: any thread.

use super::times::{convert, get};
use super::{Bool, fence, fence_bool, not_null, put};
use crate::status::{Code, ERROR_INVALID_PARAMETER};
use crate::time::civil::{self, SYSTEMTIME};
use crate::time::zone::{self, DYNAMIC_TIME_ZONE_INFORMATION, TIME_ZONE_INFORMATION};

/// TIME_ZONE_ID_INVALID.
const INVALID: u32 = u32::MAX;

/// GetTimeZoneInformation: gets the local zone in the current year. Returns 0 (TIME_ZONE_ID_UNKNOWN: no daylight
/// saving time), 1 (standard time), 2 (daylight saving time), or 0xFFFFFFFF.
///
/// Differs: names are abbreviations ("CET", "CEST"), as the system's zone data has them.
///
/// # Safety
/// `information` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTimeZoneInformation(
    information: *mut TIME_ZONE_INFORMATION,
) -> u32 {
    fence(INVALID, || {
        not_null(information)?;
        let (zone, season) = zone::current();
        // SAFETY: not NULL, so valid.
        unsafe { put(information, zone) };
        Ok(season as u32)
    })
}

/// GetDynamicTimeZoneInformation: works like GetTimeZoneInformation, with the zone's key.
///
/// Differs: the key is the name of the IANA database ("Europe/Berlin"), not that of the registry.
///
/// # Safety
/// `information` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDynamicTimeZoneInformation(
    information: *mut DYNAMIC_TIME_ZONE_INFORMATION,
) -> u32 {
    fence(INVALID, || {
        not_null(information)?;
        let (zone, season) = zone::current();
        let told = DYNAMIC_TIME_ZONE_INFORMATION {
            zone,
            key_name: zone::key_name(),
            daylight_disabled: 0,
        };
        // SAFETY: not NULL, so valid.
        unsafe { put(information, told) };
        Ok(season as u32)
    })
}

/// Applies a zone to a date, the system's if it is NULL.
///
/// # Safety
/// Each pointer is NULL or valid.
unsafe fn apply(
    zone: *const TIME_ZONE_INFORMATION,
    from: *const SYSTEMTIME,
    to: *mut SYSTEMTIME,
    by_system: fn(u64) -> Result<u64, Code>,
    by_zone: fn(&TIME_ZONE_INFORMATION, u64) -> Result<u64, Code>,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe {
        convert(from, to, |time| {
            let intervals = civil::to_intervals(&time)?;
            let moved = match zone.is_null() {
                true => by_system(intervals)?,
                false => by_zone(&get(zone)?, intervals)?,
            };
            civil::from_intervals(moved)
        })
    }
}

/// SystemTimeToTzSpecificLocalTime: converts a time in UTC to local time, in the zone given, or in the local one for
/// NULL. Fails with 87 for something that is not a date or no rule.
///
/// # Safety
/// All pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SystemTimeToTzSpecificLocalTime(
    zone: *const TIME_ZONE_INFORMATION,
    utc: *const SYSTEMTIME,
    local: *mut SYSTEMTIME,
) -> Bool {
    // SAFETY: the same contract.
    unsafe {
        apply(
            zone,
            utc,
            local,
            zone::to_local,
            TIME_ZONE_INFORMATION::to_local,
        )
    }
}

/// TzSpecificLocalTimeToSystemTime: converts a local time to UTC: the inverse of SystemTimeToTzSpecificLocalTime. A
/// time that comes twice counts as the first, one that is skipped as daylight saving time.
///
/// # Safety
/// All pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TzSpecificLocalTimeToSystemTime(
    zone: *const TIME_ZONE_INFORMATION,
    local: *const SYSTEMTIME,
    utc: *mut SYSTEMTIME,
) -> Bool {
    // SAFETY: the same contract.
    unsafe {
        apply(
            zone,
            local,
            utc,
            zone::to_utc,
            TIME_ZONE_INFORMATION::to_utc,
        )
    }
}

/// SystemTimeToTzSpecificLocalTimeEx: works like SystemTimeToTzSpecificLocalTime. Rules of other
/// years than those given are not looked up by the key.
///
/// # Safety
/// All pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SystemTimeToTzSpecificLocalTimeEx(
    zone: *const DYNAMIC_TIME_ZONE_INFORMATION,
    utc: *const SYSTEMTIME,
    local: *mut SYSTEMTIME,
) -> Bool {
    // SAFETY: the same contract; the zone is the first field.
    unsafe { SystemTimeToTzSpecificLocalTime(zone.cast(), utc, local) }
}

/// TzSpecificLocalTimeToSystemTimeEx: works like TzSpecificLocalTimeToSystemTime.
///
/// # Safety
/// All pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TzSpecificLocalTimeToSystemTimeEx(
    zone: *const DYNAMIC_TIME_ZONE_INFORMATION,
    local: *const SYSTEMTIME,
    utc: *mut SYSTEMTIME,
) -> Bool {
    // SAFETY: the same contract; the zone is the first field.
    unsafe { TzSpecificLocalTimeToSystemTime(zone.cast(), local, utc) }
}

/// GetTimeZoneInformationForYear: gets the local zone in a year; with a zone given, that zone.
///
/// Partial: the key of a zone that is given is not looked up.
///
/// # Safety
/// `zone` is NULL or valid; `information` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTimeZoneInformationForYear(
    year: u16,
    zone: *const DYNAMIC_TIME_ZONE_INFORMATION,
    information: *mut TIME_ZONE_INFORMATION,
) -> Bool {
    fence_bool(|| {
        not_null(information)?;
        if !(1601..=9998).contains(&year) {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let told = match zone.is_null() {
            true => zone::in_year(year as i16),
            // SAFETY: not NULL, so valid by the contract of this function.
            false => unsafe { get(zone) }?.zone,
        };
        // SAFETY: not NULL, so valid.
        unsafe { put(information, told) };
        Ok(())
    })
}
