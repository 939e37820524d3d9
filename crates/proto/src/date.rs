//! The date formats of HTTP (RFC 9110 section 5.6.7).
//!
//! Owns: writing IMF-fixdate, and reading it and the two obsolete formats. Does not own: a clock; the time is
//! an argument. Invariant: what is written is always 29 ASCII bytes. Threading: pure functions.

/// Last second of the year 9999: the format has four digits for the year.
const MAX_SECOND: u64 = 253_402_300_799;

/// `Sun, 06 Nov 1994 08:49:37 GMT` for a number of seconds since 1970-01-01 00:00:00 UTC.
///
/// Seconds after the year 9999 give its last second.
#[must_use]
pub fn imf_fixdate(unix_seconds: u64) -> [u8; 29] {
    const DAYS: &[u8; 21] = b"ThuFriSatSunMonTueWed";
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let seconds = unix_seconds.min(MAX_SECOND);
    let days = seconds / 86_400;
    let (year, month, day) = civil(days);
    let clock = seconds % 86_400;

    let mut out = *b"Thu, 01 Jan 1970 00:00:00 GMT";
    let weekday = (days % 7) as usize * 3;
    out[0..3].copy_from_slice(&DAYS[weekday..weekday + 3]);
    out[5..7].copy_from_slice(&two_digits(day));
    let name = (month as usize - 1) * 3;
    out[8..11].copy_from_slice(&MONTHS[name..name + 3]);
    out[12..14].copy_from_slice(&two_digits(year / 100));
    out[14..16].copy_from_slice(&two_digits(year % 100));
    out[17..19].copy_from_slice(&two_digits(clock / 3_600));
    out[20..22].copy_from_slice(&two_digits(clock / 60 % 60));
    out[23..25].copy_from_slice(&two_digits(clock % 60));
    out
}

/// Seconds since 1970-01-01 00:00:00 UTC for an HTTP-date: IMF-fixdate, or one of the obsolete formats of
/// RFC 850 and asctime. `None` for anything else, among it a wrong day of the week, a day of one digit (G-186)
/// and a date before 1970.
///
/// A year of two digits is the one at most fifty years ahead of `now`.
///
/// ```
/// use httpsys_proto::date::parse_http_date;
///
/// let now = 1_700_000_000;
/// for text in [
///     "Sun, 06 Nov 1994 08:49:37 GMT",
///     "Sunday, 06-Nov-94 08:49:37 GMT",
///     "Sun Nov  6 08:49:37 1994",
/// ] {
///     assert_eq!(parse_http_date(text.as_bytes(), now), Some(784_111_777), "{text}");
/// }
/// assert_eq!(parse_http_date(b"Mon, 06 Nov 1994 08:49:37 GMT", now), None);
/// ```
#[must_use]
pub fn parse_http_date(text: &[u8], now: u64) -> Option<u64> {
    let (weekday, date) = match text.iter().position(|byte| *byte == b',') {
        Some(3) => (text.get(..3)?, imf(text.get(4..)?)?),
        Some(comma) => {
            let name = text.get(..comma)?;
            let is_name = WEEKDAYS.iter().any(|day| day.as_bytes() == name);
            is_name.then_some(())?;
            (text.get(..3)?, rfc_850(text.get(comma + 1..)?, now)?)
        }
        None => (text.get(..3)?, asctime(text.get(3..)?)?),
    };
    let seconds = date.seconds()?;
    let day = (seconds / 86_400 % 7) as usize;
    (WEEKDAYS[day].as_bytes().get(..3)? == weekday).then_some(seconds)
}

/// Thursday was the first day of 1970.
const WEEKDAYS: [&str; 7] = [
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
];

struct DateParts<'a> {
    year: u64,
    month: &'a [u8],
    day: u64,
    /// `08:49:37`.
    time: &'a [u8],
}

/// ` 06 Nov 1994 08:49:37 GMT`
fn imf(text: &[u8]) -> Option<DateParts<'_>> {
    let text = text.strip_prefix(b" ")?.strip_suffix(b" GMT")?;
    (text.len() == 20 && text[2] == b' ' && text[6] == b' ' && text[11] == b' ').then_some(())?;
    Some(DateParts {
        year: number(&text[7..11])?,
        month: &text[3..6],
        day: number(&text[..2])?,
        time: &text[12..],
    })
}

/// ` 06-Nov-94 08:49:37 GMT`
fn rfc_850(text: &[u8], now: u64) -> Option<DateParts<'_>> {
    let text = text.strip_prefix(b" ")?.strip_suffix(b" GMT")?;
    (text.len() == 18 && text[2] == b'-' && text[6] == b'-' && text[9] == b' ').then_some(())?;
    let (this_year, _, _) = civil(now.min(MAX_SECOND) / 86_400);
    let mut year = this_year / 100 * 100 + number(&text[7..9])?;
    if year > this_year + 50 {
        year -= 100;
    }
    Some(DateParts {
        year,
        month: &text[3..6],
        day: number(&text[..2])?,
        time: &text[10..],
    })
}

/// ` Nov  6 08:49:37 1994`
fn asctime(text: &[u8]) -> Option<DateParts<'_>> {
    let text = text.strip_prefix(b" ")?;
    (text.len() == 20 && text[3] == b' ' && text[6] == b' ' && text[15] == b' ').then_some(())?;
    let day = text[4..6].strip_prefix(b" ").unwrap_or(&text[4..6]);
    Some(DateParts {
        year: number(&text[16..])?,
        month: &text[..3],
        day: number(day)?,
        time: &text[7..15],
    })
}

impl DateParts<'_> {
    fn seconds(&self) -> Option<u64> {
        let names = b"JanFebMarAprMayJunJulAugSepOctNovDec".chunks(3);
        let month = names.zip(1..).find(|(name, _)| *name == self.month)?.1;
        let time = self.time;
        (time.len() == 8 && time[2] == b':' && time[5] == b':').then_some(())?;
        let (hour, minute) = (number(&time[..2])?, number(&time[3..5])?);
        let second = number(&time[6..])?;
        // A leap second is the first of the next minute.
        (hour < 24 && minute < 60 && second <= 60).then_some(())?;
        let days = days_since_1970(self.year, month, self.day)?;
        (civil(days) == (self.year, month, self.day)).then_some(())?;
        Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
    }
}

/// The inverse of [`civil`], for a day of 1 to 31.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    (1..=31).contains(&day).then_some(())?;
    let (year, from_march) = if month > 2 {
        (year, month - 3)
    } else {
        (year.checked_sub(1)?, month + 9)
    };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).checked_sub(719_468)
}

fn number(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number.then_some(())?;
    let value = |value, digit: &u8| value * 10 + u64::from(digit - b'0');
    Some(digits.iter().fold(0, value))
}

/// Year, month (1 to 12) and day of the month for a count of days since 1970-01-01.
///
/// Counts in years that start on March 1, so that the leap day is the last day of a year.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468; // days since 0000-03-01
    let era = shifted / 146_097; // 400 years
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let (month, carry) = if from_march < 10 {
        (from_march + 3, 0)
    } else {
        (from_march - 9, 1)
    };
    (era * 400 + year_of_era + carry, month, day)
}

fn two_digits(n: u64) -> [u8; 2] {
    [b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seconds: u64) -> String {
        String::from_utf8(imf_fixdate(seconds).to_vec()).unwrap()
    }

    #[test]
    fn known_dates() {
        let table = [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
            (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (MAX_SECOND, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ];
        for (seconds, expected) in table {
            assert_eq!(text(seconds), expected);
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let mut seconds = 0;
        while seconds <= MAX_SECOND {
            assert_eq!(parse_http_date(&imf_fixdate(seconds), 0), Some(seconds));
            seconds += 86_400 * 97 + 12_345;
        }
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_fifty_years_ahead() {
        let now = 1_700_000_000; // 2023
        let year =
            |text: &str| parse_http_date(text.as_bytes(), now).map(|at| civil(at / 86_400).0);
        assert_eq!(year("Sunday, 01-Jan-73 00:00:00 GMT"), Some(2073));
        assert_eq!(year("Tuesday, 01-Jan-74 00:00:00 GMT"), Some(1974));
        assert_eq!(year("Saturday, 01-Jan-00 00:00:00 GMT"), Some(2000));
    }

    #[test]
    fn g_186_what_is_no_http_date_is_none() {
        for text in [
            "",
            "Sun",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Tue, 30 Feb 2021 00:00:00 GMT",
            "Tue, 00 Feb 2021 00:00:00 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Fri, 00 Jan 0000 00:00:00 GMT",
            "Sund, 06-Nov-94 08:49:37 GMT",
            "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 1994 ",
            "0",
            "-1",
        ] {
            assert_eq!(parse_http_date(text.as_bytes(), 0), None, "{text:?}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..60_000 {
            assert_eq!(civil(days), (year, month, day));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = lengths[month as usize - 1] + u64::from(month == 2 && leap);
            day += 1;
            if day > last {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }
}
