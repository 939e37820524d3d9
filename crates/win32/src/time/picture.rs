//! Dates and times as text, by pictures ("yyyy-MM-dd", "h:mm tt").
//!
//! Owns the pictures of GetDateFormat and GetTimeFormat and the words of the two locales that there are:
//! the invariant one and en-US. Does not own which of them a program means. Invariant: a letter that is
//! no picture is printed as it is. Threading: pure functions.

use super::civil::{self, SYSTEMTIME};
use crate::status::{Code, ERROR_INVALID_PARAMETER};

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Calls `each` with each run of one letter and its length, `plain` with everything else. Text in single
/// quotes is plain; two quotes are one.
fn runs(
    picture: &[u16],
    letters: &str,
    out: &mut Vec<u16>,
    mut each: impl FnMut(char, usize, &mut Vec<u16>),
) {
    let mut at = 0;
    while let Some(&unit) = picture.get(at) {
        if unit == u16::from(b'\'') {
            at += 1;
            while let Some(&unit) = picture.get(at) {
                at += 1;
                if unit != u16::from(b'\'') {
                    out.push(unit);
                } else if picture.get(at) == Some(&u16::from(b'\'')) {
                    out.push(unit);
                    at += 1;
                } else {
                    break;
                }
            }
            continue;
        }
        let count = picture[at..].iter().take_while(|&&u| u == unit).count();
        match char::from_u32(u32::from(unit)).filter(|&letter| letters.contains(letter)) {
            Some(letter) => each(letter, count, out),
            None => out.extend(&picture[at..at + count]),
        }
        at += count;
    }
}

fn text(out: &mut Vec<u16>, text: &str) {
    out.extend(text.encode_utf16());
}

fn number(out: &mut Vec<u16>, value: u16, digits: usize) {
    text(out, &format!("{value:0digits$}"));
}

/// A date by its picture; 87 for what is no date. The day of the week is computed.
pub fn date(time: &SYSTEMTIME, picture: &[u16]) -> Result<Vec<u16>, Code> {
    civil::to_intervals(&SYSTEMTIME {
        hour: 0,
        minute: 0,
        second: 0,
        milliseconds: 0,
        ..*time
    })?;
    let day = DAYS[usize::from(civil::day_of_week(time.year, time.month, time.day))];
    let month = MONTHS[usize::from(time.month - 1)];
    let mut out = Vec::new();
    runs(picture, "dMyg", &mut out, |letter, count, out| {
        match (letter, count) {
            ('d', 1 | 2) => number(out, time.day, count),
            ('d', 3) => text(out, &day[..3]),
            ('d', _) => text(out, day),
            ('M', 1 | 2) => number(out, time.month, count),
            ('M', 3) => text(out, &month[..3]),
            ('M', _) => text(out, month),
            ('y', 1 | 2) => number(out, time.year % 100, count),
            ('y', _) => number(out, time.year, count.min(5)),
            _ => text(out, "A.D."),
        }
    });
    Ok(out)
}

/// Which parts of a time GetTimeFormat leaves out.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeParts {
    /// TIME_NOMINUTESORSECONDS.
    pub no_minutes: bool,
    /// TIME_NOSECONDS.
    pub no_seconds: bool,
    /// TIME_NOTIMEMARKER.
    pub no_marker: bool,
    /// TIME_FORCE24HOURFORMAT.
    pub force_24: bool,
}

/// A time of day by its picture; 87 for what is none. What is left out goes with the separator before it.
pub fn time(time: &SYSTEMTIME, picture: &[u16], parts: TimeParts) -> Result<Vec<u16>, Code> {
    if time.hour > 23 || time.minute > 59 || time.second > 59 || time.milliseconds > 999 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let (marker, twelve) = match time.hour {
        0..12 => ("AM", (time.hour + 11) % 12 + 1),
        _ => ("PM", (time.hour + 11) % 12 + 1),
    };
    let mut out = Vec::new();
    // How long the text was after the last part that stays: separators behind it go when the next does.
    let mut kept = 0;
    runs(picture, "hHmst", &mut out, |letter, count, out| {
        let leaves = match letter {
            'm' => parts.no_minutes,
            's' => parts.no_minutes || parts.no_seconds,
            't' => parts.no_marker,
            _ => false,
        };
        if leaves {
            out.truncate(kept);
            return;
        }
        let digits = count.min(2);
        match letter {
            'h' if !parts.force_24 => number(out, twelve, digits),
            'h' | 'H' => number(out, time.hour, digits),
            'm' => number(out, time.minute, digits),
            's' => number(out, time.second, digits),
            _ => text(out, &marker[..digits]),
        }
        kept = out.len();
    });
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: SYSTEMTIME = SYSTEMTIME {
        year: 2009,
        month: 3,
        day_of_week: 0,
        day: 7,
        hour: 0,
        minute: 5,
        second: 9,
        milliseconds: 0,
    };

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn dates() {
        let shown = |picture: &str| {
            String::from_utf16_lossy(&date(&TIME, &units(picture)).expect("a date"))
        };
        assert_eq!(shown("ddd',' MMM dd yy"), "Sat, Mar 07 09");
        assert_eq!(shown("d/M/y"), "7/3/9");
        assert_eq!(
            shown("dddd, d MMMM yyyy 'o''clock' x"),
            "Saturday, 7 March 2009 o'clock x"
        );
        assert!(date(&SYSTEMTIME { day: 32, ..TIME }, &[]).is_err());
    }

    #[test]
    fn times() {
        let shown = |picture: &str, parts| {
            String::from_utf16_lossy(&time(&TIME, &units(picture), parts).expect("a time"))
        };
        let all = TimeParts::default();
        assert_eq!(shown("h:mm:ss tt", all), "12:05:09 AM");
        assert_eq!(shown("HH:m:s t", all), "00:5:9 A");
        let no_seconds = TimeParts {
            no_seconds: true,
            ..all
        };
        assert_eq!(shown("h:mm:ss tt", no_seconds), "12:05 AM");
        let bare = TimeParts {
            no_marker: true,
            no_minutes: true,
            ..all
        };
        assert_eq!(shown("h:mm:ss tt", bare), "12");
    }
}
