//! FILETIME and SYSTEMTIME: a count of intervals, and a date with a time of day.
//!
//! Owns both structures, the conversion between them and MS-DOS dates. Does not own time zones: a
//! value says nothing about the zone that it is in. Invariants: a date that [`to_intervals`] accepts
//! comes back from [`from_intervals`] with its day of the week put right; years are 1601 to 30827
//! (documented: SYSTEMTIME). Threading: pure functions.

use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// FILETIME: 100-nanosecond intervals since 1601-01-01, in two halves (documented).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FILETIME {
    /// dwLowDateTime.
    pub low: u32,
    /// dwHighDateTime.
    pub high: u32,
}

impl FILETIME {
    /// Of a number of intervals.
    pub fn new(intervals: u64) -> FILETIME {
        FILETIME {
            low: intervals as u32,
            high: (intervals >> 32) as u32,
        }
    }

    /// The number of intervals.
    pub fn intervals(self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }
}

/// SYSTEMTIME (documented).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SYSTEMTIME {
    /// wYear, 1601 to 30827.
    pub year: u16,
    /// wMonth, 1 to 12.
    pub month: u16,
    /// wDayOfWeek, 0 is Sunday.
    pub day_of_week: u16,
    /// wDay, 1 to 31.
    pub day: u16,
    /// wHour, 0 to 23.
    pub hour: u16,
    /// wMinute, 0 to 59.
    pub minute: u16,
    /// wSecond, 0 to 59.
    pub second: u16,
    /// wMilliseconds, 0 to 999.
    pub milliseconds: u16,
}

/// Intervals of 100 nanoseconds in a second.
pub const SECOND: u64 = 10_000_000;
const DAY: u64 = 86_400 * SECOND;

/// Days from 1601-01-01 to a date of the Gregorian calendar; may be negative.
fn days(year: i64, month: u16, day: u16) -> i64 {
    // Years begin in March, so that the leap day is the last one.
    let (year, month) = match month {
        1 | 2 => (year - 1, i64::from(month) + 9),
        _ => (year, i64::from(month) - 3),
    };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 0000-03-01 is 584,694 days before 1601-01-01.
    year * 365 + leaps + (153 * month + 2) / 5 + i64::from(day) - 1 - 584_694
}

/// The days of a month; 0 for an invalid month.
pub fn days_in_month(year: u16, month: u16) -> u16 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// The day of the week of a date, 0 for Sunday.
pub fn day_of_week(year: u16, month: u16, day: u16) -> u16 {
    // 1601-01-01 was a Monday.
    (days(i64::from(year), month, day) + 1).rem_euclid(7) as u16
}

/// The intervals since 1601 of a date; its day of the week is ignored. 87 for what is no date.
pub fn to_intervals(time: &SYSTEMTIME) -> Result<u64, Code> {
    let good = (1601..=30827).contains(&time.year)
        && (1..=days_in_month(time.year, time.month)).contains(&time.day)
        && time.hour < 24
        && time.minute < 60
        && time.second < 60
        && time.milliseconds < 1000;
    if !good {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let days = days(i64::from(time.year), time.month, time.day) as u64;
    let minutes = u64::from(time.hour) * 60 + u64::from(time.minute);
    let seconds = minutes * 60 + u64::from(time.second);
    Ok(days * DAY + seconds * SECOND + u64::from(time.milliseconds) * 10_000)
}

/// The date of a number of intervals, cut to milliseconds; 87 from 0x8000000000000000 on.
pub fn from_intervals(intervals: u64) -> Result<SYSTEMTIME, Code> {
    if intervals > i64::MAX as u64 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let all_days = (intervals / DAY) as i64;
    let rest = intervals % DAY;
    // The inverse of `days`, by eras of 400 years.
    let since = all_days + 584_694;
    let era = since.div_euclid(146_097);
    let in_era = since.rem_euclid(146_097);
    let year_of_era = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let year = year_of_era + era * 400 + i64::from(month >= 10);
    let seconds = rest / SECOND;
    Ok(SYSTEMTIME {
        year: year as u16,
        month: (if month < 10 { month + 3 } else { month - 9 }) as u16,
        day_of_week: ((all_days + 1) % 7) as u16,
        day: (day_of_year - (153 * month + 2) / 5 + 1) as u16,
        hour: (seconds / 3600) as u16,
        minute: (seconds / 60 % 60) as u16,
        second: (seconds % 60) as u16,
        milliseconds: (rest % SECOND / 10_000) as u16,
    })
}

/// The MS-DOS date and time of a time, in steps of two seconds, cut; 87 outside 1980 to 2107.
pub fn to_dos(intervals: u64) -> Result<(u16, u16), Code> {
    let time = from_intervals(intervals)?;
    if !(1980..=2107).contains(&time.year) {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let date = (time.year - 1980) << 9 | time.month << 5 | time.day;
    Ok((date, time.hour << 11 | time.minute << 5 | (time.second / 2)))
}

/// The time of an MS-DOS date and time; 87 for what is none.
pub fn from_dos(date: u16, time: u16) -> Result<u64, Code> {
    to_intervals(&SYSTEMTIME {
        year: (date >> 9) + 1980,
        month: date >> 5 & 0xF,
        day: date & 0x1F,
        hour: time >> 11,
        minute: time >> 5 & 0x3F,
        second: (time & 0x1F) * 2,
        ..SYSTEMTIME::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_comes_back_as_it_was() {
        // Each day of 900 years, and the ends of the range.
        for day in (0..900 * 366).chain([5_000_000, 10_000_000]) {
            let intervals = day * DAY + 12_345 * SECOND;
            let date = from_intervals(intervals).expect("a time in range");
            assert_eq!(to_intervals(&date), Ok(intervals));
            assert_eq!(
                day_of_week(date.year, date.month, date.day),
                date.day_of_week
            );
        }
    }

    #[test]
    fn known_dates() {
        let unix = from_intervals(116_444_736_000_000_000).expect("1970");
        assert_eq!((unix.year, unix.month, unix.day), (1970, 1, 1));
        assert_eq!(unix.day_of_week, 4);
        let first = from_intervals(0).expect("1601");
        assert_eq!((first.year, first.month, first.day), (1601, 1, 1));
        assert_eq!(first.day_of_week, 1);
        let last = from_intervals(i64::MAX as u64).expect("30828");
        assert_eq!((last.year, last.month, last.day), (30828, 9, 14));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let good = SYSTEMTIME {
            year: 2024,
            month: 2,
            day: 29,
            ..SYSTEMTIME::default()
        };
        assert!(to_intervals(&good).is_ok());
        for bad in [
            SYSTEMTIME { year: 2023, ..good },
            SYSTEMTIME { year: 1600, ..good },
            SYSTEMTIME { month: 0, ..good },
            SYSTEMTIME { month: 13, ..good },
            SYSTEMTIME { day: 0, ..good },
            SYSTEMTIME { hour: 24, ..good },
            SYSTEMTIME { minute: 60, ..good },
            SYSTEMTIME { second: 60, ..good },
        ] {
            assert_eq!(to_intervals(&bad), Err(ERROR_INVALID_PARAMETER));
        }
    }

    #[test]
    fn dos_dates_have_two_seconds_and_an_end() {
        let time = from_dos(0x5000 | 2 << 5 | 29, 23 << 11 | 59 << 5 | 29).expect("a date");
        assert_eq!(
            to_dos(time + SECOND),
            Ok((0x5000 | 2 << 5 | 29, 23 << 11 | 59 << 5 | 29))
        );
        assert_eq!(to_dos(0), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(from_dos(0, 0), Err(ERROR_INVALID_PARAMETER));
    }
}
