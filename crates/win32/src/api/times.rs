//! Clocks, and FILETIME and SYSTEMTIME.
//!
//! Owns the C form only. Times are UTC unless a name says local. Threading: any thread.

use super::{Bool, TRUE, fence, fence_bool, not_null, put};
use crate::status::{Code, ERROR_INVALID_PARAMETER};
use crate::time::civil::{self, FILETIME, SYSTEMTIME};
use crate::time::{self, zone};

/// Reads a structure that need not be aligned; 87 for NULL.
///
/// # Safety
/// `from` is NULL or valid for a read.
pub(crate) unsafe fn get<T: Copy>(from: *const T) -> Result<T, Code> {
    not_null(from)?;
    // SAFETY: not NULL, so valid by the contract.
    Ok(unsafe { from.read_unaligned() })
}

fn now() -> u64 {
    time::file_time().max(0).unsigned_abs()
}

/// Converts one structure to another. NULL gives 87, and nothing is written on failure.
///
/// # Safety
/// Each pointer is NULL or valid.
pub(crate) unsafe fn convert<A: Copy, B>(
    from: *const A,
    to: *mut B,
    by: impl FnOnce(A) -> Result<B, Code>,
) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        // SAFETY: by the contract of this function.
        let value = by(unsafe { get(from) }?)?;
        // SAFETY: not NULL, so valid.
        unsafe { put(to, value) };
        Ok(())
    })
}

/// Writes a result that cannot fail; nothing for NULL.
///
/// # Safety
/// `to` is NULL or valid for a write.
unsafe fn tell<T>(to: *mut T, value: impl FnOnce() -> Result<T, Code>) {
    fence((), || {
        let value = value()?;
        // SAFETY: by the contract of this function.
        unsafe { put(to, value) };
        Ok(())
    });
}

/// GetTickCount: returns the milliseconds since the system started, wrapping after 49.7 days.
#[unsafe(no_mangle)]
pub extern "system" fn GetTickCount() -> u32 {
    time::tick_count() as u32
}

/// GetTickCount64: returns the milliseconds since the system started.
#[unsafe(no_mangle)]
pub extern "system" fn GetTickCount64() -> u64 {
    time::tick_count()
}

/// GetSystemTimeAsFileTime: gets the system time, UTC.
///
/// # Safety
/// `time` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTimeAsFileTime(time: *mut FILETIME) {
    // SAFETY: the same contract.
    unsafe { tell(time, || Ok(FILETIME::new(now()))) }
}

/// GetSystemTimePreciseAsFileTime: gets the system time, UTC, as finely as the system counts.
///
/// # Safety
/// `time` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTimePreciseAsFileTime(time: *mut FILETIME) {
    // SAFETY: the same contract.
    unsafe { tell(time, || Ok(FILETIME::new(now()))) }
}

/// GetSystemTime: gets the date and the time of day, UTC.
///
/// # Safety
/// `time` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTime(time: *mut SYSTEMTIME) {
    // SAFETY: the same contract.
    unsafe { tell(time, || civil::from_intervals(now())) }
}

/// GetLocalTime: gets the date and the time of day in the local time zone.
///
/// # Safety
/// `time` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLocalTime(time: *mut SYSTEMTIME) {
    // SAFETY: the same contract.
    unsafe { tell(time, || civil::from_intervals(zone::to_local(now())?)) }
}

/// FileTimeToSystemTime: converts a time, cut to milliseconds. Fails with 87 for a time of 0x8000000000000000 or
/// more.
///
/// # Safety
/// Both pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FileTimeToSystemTime(
    from: *const FILETIME,
    to: *mut SYSTEMTIME,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { convert(from, to, |time| civil::from_intervals(time.intervals())) }
}

/// SystemTimeToFileTime: converts a date and time; the day of the week is ignored. Fails with 87 for something that
/// is not a date of the years 1601 to 30827.
///
/// # Safety
/// Both pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SystemTimeToFileTime(
    from: *const SYSTEMTIME,
    to: *mut FILETIME,
) -> Bool {
    // SAFETY: the same contract.
    unsafe {
        convert(from, to, |time| {
            civil::to_intervals(&time).map(FILETIME::new)
        })
    }
}

/// FileTimeToLocalFileTime: converts a time to local time, with the offset that the local zone has now, in whatever
/// season the time is (documented). Fails with 87 when the result is no time.
///
/// # Safety
/// Both pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FileTimeToLocalFileTime(
    from: *const FILETIME,
    to: *mut FILETIME,
) -> Bool {
    let by = |time: FILETIME| zone::shift(time.intervals(), zone::offset_now()).map(FILETIME::new);
    // SAFETY: the same contract.
    unsafe { convert(from, to, by) }
}

/// LocalFileTimeToFileTime: converts a local time to UTC: the inverse of FileTimeToLocalFileTime.
///
/// # Safety
/// Both pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalFileTimeToFileTime(
    from: *const FILETIME,
    to: *mut FILETIME,
) -> Bool {
    let by = |time: FILETIME| zone::shift(time.intervals(), -zone::offset_now()).map(FILETIME::new);
    // SAFETY: the same contract.
    unsafe { convert(from, to, by) }
}

/// CompareFileTime: returns -1, 0 or 1. Two times of which one is NULL count as equal, with last error 87.
///
/// # Safety
/// Both pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareFileTime(
    left: *const FILETIME,
    right: *const FILETIME,
) -> i32 {
    fence(0, || {
        // SAFETY: the same contract.
        let (left, right) = unsafe { (get(left)?, get(right)?) };
        Ok(left.intervals().cmp(&right.intervals()) as i32)
    })
}

/// FileTimeToDosDateTime: converts a time, in steps of two seconds. Fails with 87 outside the years 1980 to 2107.
///
/// # Safety
/// All pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FileTimeToDosDateTime(
    time: *const FILETIME,
    dos_date: *mut u16,
    dos_time: *mut u16,
) -> Bool {
    fence_bool(|| {
        not_null(dos_date)?;
        not_null(dos_time)?;
        // SAFETY: the same contract.
        let (day, moment) = civil::to_dos(unsafe { get(time) }?.intervals())?;
        // SAFETY: not NULL, so valid.
        unsafe {
            put(dos_date, day);
            put(dos_time, moment);
        }
        Ok(())
    })
}

/// DosDateTimeToFileTime: converts a date and time; fails with 87 for something that is not a date.
///
/// # Safety
/// `to` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DosDateTimeToFileTime(
    date: u16,
    time: u16,
    to: *mut FILETIME,
) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        let value = FILETIME::new(civil::from_dos(date, time)?);
        // SAFETY: not NULL, so valid.
        unsafe { put(to, value) };
        Ok(())
    })
}

/// QueryPerformanceCounter: gets the time in 100-nanosecond intervals since the system started, with the time that it
/// slept.
///
/// # Safety
/// `count` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryPerformanceCounter(count: *mut i64) -> Bool {
    fence_bool(|| {
        not_null(count)?;
        // SAFETY: not NULL, so valid.
        unsafe { put(count, time::interrupt_time(true) as i64) };
        Ok(())
    })
}

/// QueryPerformanceFrequency: gets 10,000,000: the counter has that many counts a second.
///
/// # Safety
/// `frequency` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryPerformanceFrequency(frequency: *mut i64) -> Bool {
    fence_bool(|| {
        not_null(frequency)?;
        // SAFETY: not NULL, so valid.
        unsafe { put(frequency, 10_000_000) };
        Ok(())
    })
}

/// QueryInterruptTime: gets the time in 100-nanosecond intervals since the system started, with the time that it
/// slept.
///
/// # Safety
/// `time` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryInterruptTime(time: *mut u64) {
    // SAFETY: the same contract.
    unsafe { tell(time, || Ok(time::interrupt_time(true))) }
}

/// QueryInterruptTimePrecise: works like QueryInterruptTime.
///
/// # Safety
/// `time` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryInterruptTimePrecise(time: *mut u64) {
    // SAFETY: the same contract.
    unsafe { tell(time, || Ok(time::interrupt_time(true))) }
}

/// QueryUnbiasedInterruptTime: gets the time in 100-nanosecond intervals since the system started, without the time
/// that it slept. Fails for NULL with 87.
///
/// # Safety
/// `time` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryUnbiasedInterruptTime(time: *mut u64) -> Bool {
    fence_bool(|| {
        not_null(time)?;
        // SAFETY: not NULL, so valid.
        unsafe { put(time, time::interrupt_time(false)) };
        Ok(())
    })
}

/// QueryUnbiasedInterruptTimePrecise: works like QueryUnbiasedInterruptTime.
///
/// # Safety
/// `time` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryUnbiasedInterruptTimePrecise(time: *mut u64) {
    // SAFETY: the same contract.
    unsafe { tell(time, || Ok(time::interrupt_time(false))) }
}

/// TIMERR_NOCANDO.
const TIMERR_NOCANDO: u32 = 97;

/// timeGetTime: returns the milliseconds since the system started, modulo 2 to the 32nd.
#[unsafe(no_mangle)]
pub extern "system" fn timeGetTime() -> u32 {
    time::tick_count() as u32
}

/// timeBeginPeriod: returns 0 (TIMERR_NOERROR), or 97 (TIMERR_NOCANDO) for a period of 0.
///
/// Differs: the system's timers are as fine as they are; nothing is changed.
#[unsafe(no_mangle)]
pub extern "system" fn timeBeginPeriod(milliseconds: u32) -> u32 {
    if milliseconds == 0 { TIMERR_NOCANDO } else { 0 }
}

/// timeEndPeriod: returns 0 (TIMERR_NOERROR), or 97 (TIMERR_NOCANDO) for a period of 0.
#[unsafe(no_mangle)]
pub extern "system" fn timeEndPeriod(milliseconds: u32) -> u32 {
    if milliseconds == 0 { TIMERR_NOCANDO } else { 0 }
}

/// timeGetDevCaps: gets the range of periods: from 1 to 1,000,000 milliseconds. Returns 0, or 97 for NULL or a wrong
/// size.
///
/// # Safety
/// `caps` is NULL or valid for a write of two UINT.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeGetDevCaps(caps: *mut [u32; 2], size: u32) -> u32 {
    if caps.is_null() || size as usize != size_of::<[u32; 2]>() {
        return TIMERR_NOCANDO;
    }
    // SAFETY: valid by the contract.
    unsafe { put(caps, [1, 1_000_000]) };
    0
}

/// GetSystemTimeAdjustment: reports that the clock is not adjusted through this interface; a tick is 156,250
/// intervals.
///
/// # Safety
/// All pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTimeAdjustment(
    adjustment: *mut u32,
    increment: *mut u32,
    disabled: *mut Bool,
) -> Bool {
    fence_bool(|| {
        if adjustment.is_null() || increment.is_null() || disabled.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: not NULL, so valid.
        unsafe {
            put(adjustment, 156_250);
            put(increment, 156_250);
            put(disabled, TRUE);
        }
        Ok(())
    })
}
