//! Points in time and their calendar dates.
//!
//! Owns: [`Time`], its date and time of day in UTC and in local time, and the digits that log lines
//! are made of. Does not own: a clock or a time zone; both are arguments, the zone as an offset.
//! Invariant: years are 1970 to 9999. Threading: plain values and pure functions.

/// Last second of the year 9999: the formats have four digits for the year.
const MAX_SECOND: i64 = 253_402_300_799;
/// No zone is farther from UTC than this, in seconds.
const MAX_OFFSET: i32 = 86_399;

/// A point in time, with the local zone of that moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub unix_seconds: u64,
    /// Local time minus UTC in seconds: positive east of Greenwich.
    pub utc_offset: i32,
}

impl Time {
    /// A point in time where local time is UTC.
    #[must_use]
    pub const fn utc(unix_seconds: u64) -> Self {
        Self {
            unix_seconds,
            utc_offset: 0,
        }
    }

    /// The offset in seconds, cut to less than a day.
    pub(crate) fn offset(self) -> i32 {
        self.utc_offset.clamp(-MAX_OFFSET, MAX_OFFSET)
    }

    /// Date and time of day in UTC or in local time.
    pub(crate) fn civil(self, local: bool) -> Civil {
        let offset = if local { i64::from(self.offset()) } else { 0 };
        let seconds = i64::try_from(self.unix_seconds)
            .unwrap_or(MAX_SECOND)
            .saturating_add(offset)
            .clamp(0, MAX_SECOND);
        Civil::new(seconds as u64)
    }
}

/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    /// Days since 1970-01-01.
    pub(crate) days: u64,
    /// 1970 to 9999.
    pub(crate) year: u64,
    /// 1 to 12.
    pub(crate) month: u64,
    /// 1 to 31.
    pub(crate) day: u64,
    pub(crate) hour: u64,
    pub(crate) minute: u64,
    pub(crate) second: u64,
}

impl Civil {
    /// Counts in years that start on March 1, so that the leap day is the last day of a year.
    fn new(seconds: u64) -> Self {
        let days = seconds / 86_400;
        let clock = seconds % 86_400;
        let shifted = days + 719_468; // days since 0000-03-01
        let era = shifted / 146_097; // 400 years
        let day_of_era = shifted % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let (month, carry) = if from_march < 10 {
            (from_march + 3, 0)
        } else {
            (from_march - 9, 1)
        };
        Self {
            days,
            year: era * 400 + year_of_era + carry,
            month,
            day: day_of_year - (153 * from_march + 2) / 5 + 1,
            hour: clock / 3_600,
            minute: clock / 60 % 60,
            second: clock % 60,
        }
    }

    /// The row of the calendar's month page: 1 to 6, weeks begin on Sunday.
    pub(crate) fn week_of_month(&self) -> u64 {
        // 1970-01-01 was a Thursday, day 4 of a week that begins on Sunday.
        let first_weekday = (self.days + 4 + 7 * 5 - (self.day - 1)) % 7;
        (self.day - 1 + first_weekday) / 7 + 1
    }

    /// `YYYY-MM-DD`.
    pub(crate) fn push_date(&self, out: &mut Vec<u8>) {
        let ([a, b], [c, d]) = (two(self.year / 100), two(self.year));
        let ([e, f], [g, h]) = (two(self.month), two(self.day));
        out.extend_from_slice(&[a, b, c, d, b'-', e, f, b'-', g, h]);
    }

    /// `HH:MM:SS`.
    pub(crate) fn push_time(&self, out: &mut Vec<u8>) {
        let ([a, b], [c, d], [e, f]) = (two(self.hour), two(self.minute), two(self.second));
        out.extend_from_slice(&[a, b, b':', c, d, b':', e, f]);
    }
}

/// The last two digits of a number.
pub(crate) fn push_two(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&two(number));
}

#[inline]
fn two(number: u64) -> [u8; 2] {
    let number = (number % 100) as u8;
    [b'0' + number / 10, b'0' + number % 10]
}

/// A number in decimal.
#[inline]
pub(crate) fn push_decimal(out: &mut Vec<u8>, number: u64) {
    // Most are a status, an octet, or the size of something small.
    if number < 10 {
        out.push(b'0' + number as u8);
    } else if number < 1_000 {
        let hundreds = b'0' + (number / 100) as u8;
        let [tens, ones] = two(number);
        if hundreds != b'0' {
            out.push(hundreds);
        }
        out.extend_from_slice(&[tens, ones]);
    } else {
        push_long_decimal(out, number);
    }
}

fn push_long_decimal(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(time: Time, local: bool) -> String {
        let civil = time.civil(local);
        let mut out = Vec::new();
        civil.push_date(&mut out);
        out.push(b' ');
        civil.push_time(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn known_dates_and_both_ends() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_025_894_709, "2002-07-05 18:45:09"),
            (253_402_300_799, "9999-12-31 23:59:59"),
            (u64::MAX, "9999-12-31 23:59:59"),
        ] {
            assert_eq!(text(Time::utc(seconds), false), expected);
        }
    }

    #[test]
    fn local_time_is_utc_plus_the_offset() {
        let time = |unix_seconds, utc_offset| Time {
            unix_seconds,
            utc_offset,
        };
        let noon = 1_025_870_400; // 2002-07-05 12:00:00
        assert_eq!(text(time(noon, -28_800), true), "2002-07-05 04:00:00");
        assert_eq!(text(time(noon, 45_900), true), "2002-07-06 00:45:00");
        assert_eq!(text(time(noon, 45_900), false), "2002-07-05 12:00:00");
        assert_eq!(text(time(0, -3_600), true), "1970-01-01 00:00:00");
        assert_eq!(text(time(0, i32::MIN), true), "1970-01-01 00:00:00");
        assert_eq!(text(time(0, i32::MAX), true), "1970-01-01 23:59:59");
    }

    #[test]
    fn weeks_begin_on_sunday_and_with_the_month() {
        let week = |seconds| Time::utc(seconds).civil(false).week_of_month();
        let july_1_2002 = 1_025_481_600; // a Monday
        let expected = [
            1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 5, 5,
            5, 5,
        ];
        for (day, row) in expected.into_iter().enumerate() {
            assert_eq!(
                week(july_1_2002 + day as u64 * 86_400),
                row,
                "July {}",
                day + 1
            );
        }
        assert_eq!(week(0), 1);
        assert_eq!(week(1_033_257_600), 5); // Sunday, 2002-09-29
        assert_eq!(week(1_022_889_600), 1); // Saturday, 2002-06-01
        assert_eq!(week(1_025_395_200), 6); // Sunday, 2002-06-30
    }

    #[test]
    fn numbers_have_all_their_digits() {
        for number in [0, 9, 10, 65_535, u64::MAX] {
            let mut out = Vec::new();
            push_decimal(&mut out, number);
            assert_eq!(out, number.to_string().into_bytes());
        }
    }
}
