//! The local time zone, and zones that a program describes.
//!
//! Owns TIME_ZONE_INFORMATION: how the system's zone is told in it and how its rules apply to a time.
//! Does not own the zone data: that is jiff's, which reads the system's (TZ, /etc/localtime). Invariants:
//! a zone that changes its clocks other than twice a year is followed exactly by [`to_local`] and
//! [`to_utc`] without a description; a description has room for two changes. Threading: any thread.

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::civil::{self, SECOND, SYSTEMTIME};
use super::source;
use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// TIME_ZONE_INFORMATION (documented). Biases are minutes: UTC = local time + bias.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct TIME_ZONE_INFORMATION {
    /// Bias.
    pub bias: i32,
    /// StandardName.
    pub standard_name: [u16; 32],
    /// StandardDate, in daylight saving time; month 0 for a zone without.
    pub standard_date: SYSTEMTIME,
    /// StandardBias, added to the bias.
    pub standard_bias: i32,
    /// DaylightName.
    pub daylight_name: [u16; 32],
    /// DaylightDate, in standard time.
    pub daylight_date: SYSTEMTIME,
    /// DaylightBias, added to the bias.
    pub daylight_bias: i32,
}

/// DYNAMIC_TIME_ZONE_INFORMATION (documented).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct DYNAMIC_TIME_ZONE_INFORMATION {
    /// The fields of TIME_ZONE_INFORMATION, which come first.
    pub zone: TIME_ZONE_INFORMATION,
    /// TimeZoneKeyName.
    pub key_name: [u16; 128],
    /// DynamicDaylightTimeDisabled.
    pub daylight_disabled: u8,
}

/// 100-nanosecond intervals between 1601 and 1970.
const UNIX_EPOCH: i128 = 116_444_736_000_000_000;

fn name<const N: usize>(text: &str) -> [u16; N] {
    let mut name = [0; N];
    for (place, unit) in name[..N - 1].iter_mut().zip(text.encode_utf16()) {
        *place = unit;
    }
    name
}

fn timestamp(intervals: u64) -> Result<Timestamp, Code> {
    let nanoseconds = (i128::from(intervals) - UNIX_EPOCH) * 100;
    Timestamp::from_nanosecond(nanoseconds).map_err(|_| ERROR_INVALID_PARAMETER)
}

fn now() -> Timestamp {
    let since_1970 = source::unix_now().as_nanos();
    let now = i128::try_from(since_1970).map(Timestamp::from_nanosecond);
    now.ok().and_then(Result::ok).unwrap_or(Timestamp::MAX)
}

/// The time in the local zone: UTC plus the offset that holds at that moment. Years after 9999 have the
/// offset of today.
pub fn to_local(intervals: u64) -> Result<u64, Code> {
    let at = timestamp(intervals).unwrap_or_else(|_| now());
    let offset = TimeZone::system().to_offset(at).seconds();
    shift(intervals, i64::from(offset))
}

/// The time in UTC of one in the local zone. A time that was skipped counts as daylight saving time,
/// one that came twice as the first of the two.
pub fn to_utc(intervals: u64) -> Result<u64, Code> {
    let time = civil::from_intervals(intervals)?;
    let local = jiff::civil::DateTime::new(
        i16::try_from(time.year).map_err(|_| ERROR_INVALID_PARAMETER)?,
        time.month as i8,
        time.day as i8,
        time.hour as i8,
        time.minute as i8,
        time.second as i8,
        0,
    )
    .map_err(|_| ERROR_INVALID_PARAMETER)?;
    let offset = match TimeZone::system().to_ambiguous_zoned(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { after, .. } => after,
        AmbiguousOffset::Fold { before, .. } => before,
    };
    shift(intervals, -i64::from(offset.seconds()))
}

/// Seconds by which local time is ahead of UTC now.
pub fn offset_now() -> i64 {
    let offset = TimeZone::system().to_offset(now());
    i64::from(offset.seconds())
}

/// A time moved by seconds; 87 when it leaves the range of FILETIME.
pub fn shift(intervals: u64, seconds: i64) -> Result<u64, Code> {
    let moved = i128::from(intervals) + i128::from(seconds) * i128::from(SECOND);
    match u64::try_from(moved) {
        Ok(moved) if moved <= i64::MAX as u64 => Ok(moved),
        _ => Err(ERROR_INVALID_PARAMETER),
    }
}

/// What a zone has now: GetTimeZoneInformation's return value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Season {
    /// TIME_ZONE_ID_UNKNOWN: no daylight saving time.
    None = 0,
    /// TIME_ZONE_ID_STANDARD.
    Standard = 1,
    /// TIME_ZONE_ID_DAYLIGHT.
    Daylight = 2,
}

/// The system's zone as it is in this year, and what holds now.
pub fn current() -> (TIME_ZONE_INFORMATION, Season) {
    let now = now();
    let tz = TimeZone::system();
    let year = tz.to_datetime(now).year();
    let information = describe(&tz, year);
    let season = match information.standard_date.month {
        0 => Season::None,
        _ if tz.to_offset_info(now).dst().is_dst() => Season::Daylight,
        _ => Season::Standard,
    };
    (information, season)
}

/// The system's zone as it is in a year.
pub fn in_year(year: i16) -> TIME_ZONE_INFORMATION {
    describe(&TimeZone::system(), year)
}

/// A zone in a year. Names are the abbreviations of the zone data ("CET", "CEST").
fn describe(tz: &TimeZone, year: i16) -> TIME_ZONE_INFORMATION {
    let edge = |year: i16| {
        let first = jiff::civil::date(year, 1, 1).at(0, 0, 0, 0);
        tz.to_ambiguous_zoned(first).compatible()
    };
    let mut told = TIME_ZONE_INFORMATION::default();
    let (Ok(begin), Ok(end)) = (edge(year), edge(year.saturating_add(1))) else {
        return told;
    };
    let before = tz.to_offset_info(begin.timestamp());
    let mut standard = (before.offset().seconds(), before.abbreviation().to_owned());
    let mut daylight = None;
    let mut offset = before.offset();
    let mut changes = (None, None);
    for change in tz.following(begin.timestamp()) {
        if change.timestamp() >= end.timestamp() {
            break;
        }
        // The wall time at which it happens, by the clocks before it.
        let wall = offset.to_datetime(change.timestamp());
        offset = change.offset();
        let ours = (offset.seconds(), change.abbreviation().to_owned());
        if change.dst().is_dst() {
            daylight = Some(ours);
            changes.1 = Some(wall);
        } else {
            standard = ours;
            changes.0 = Some(wall);
        }
    }
    told.bias = -standard.0 / 60;
    told.standard_name = name(&standard.1);
    told.daylight_name = told.standard_name;
    if let ((Some(to_standard), Some(to_daylight)), Some(daylight)) = (changes, daylight) {
        told.standard_date = rule(to_standard);
        told.daylight_date = rule(to_daylight);
        told.daylight_name = name(&daylight.1);
        told.daylight_bias = -(daylight.0 - standard.0) / 60;
    }
    told
}

/// "The nth such day of the week in the month", with 5 for the last (documented).
fn rule(wall: jiff::civil::DateTime) -> SYSTEMTIME {
    let (month, day) = (wall.month() as u16, wall.day() as u16);
    let last = day + 7 > civil::days_in_month(wall.year() as u16, month);
    SYSTEMTIME {
        month,
        day_of_week: wall.weekday().to_sunday_zero_offset() as u16,
        day: if last { 5 } else { (day - 1) / 7 + 1 },
        hour: wall.hour() as u16,
        minute: wall.minute() as u16,
        second: wall.second() as u16,
        ..SYSTEMTIME::default()
    }
}

/// The zone's name for DYNAMIC_TIME_ZONE_INFORMATION: of the IANA database.
pub fn key_name() -> [u16; 128] {
    name(TimeZone::system().iana_name().unwrap_or("UTC"))
}

/// The moment at which a rule applies in a year, in intervals of local time; `None` in other years.
fn moment(rule: &SYSTEMTIME, year: u16) -> Result<Option<u64>, Code> {
    if rule.year != 0 {
        return Ok((rule.year == year).then_some(civil::to_intervals(rule)?));
    }
    let length = civil::days_in_month(year, rule.month);
    if length == 0 || rule.day_of_week > 6 || !(1..=5).contains(&rule.day) {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let first = civil::day_of_week(year, rule.month, 1);
    let mut day = 1 + (rule.day_of_week + 7 - first) % 7 + (rule.day - 1) * 7;
    while day > length {
        day -= 7;
    }
    let date = SYSTEMTIME { year, day, ..*rule };
    civil::to_intervals(&date).map(Some)
}

impl TIME_ZONE_INFORMATION {
    fn minutes(&self, daylight: bool) -> i64 {
        let season = match daylight {
            true => self.daylight_bias,
            false => self.standard_bias,
        };
        i64::from(self.bias) + i64::from(season)
    }

    /// Whether daylight saving time holds. `from_standard` and `from_daylight` turn the time into
    /// local time by the clocks of either season.
    fn is_daylight(&self, intervals: u64, from: [i64; 2]) -> Result<bool, Code> {
        if self.standard_date.month == 0 {
            return Ok(false);
        }
        let by_standard = shift(intervals, from[0])?;
        let by_daylight = shift(intervals, from[1])?;
        let year = civil::from_intervals(by_standard)?.year;
        let begin = moment(&self.daylight_date, year)?;
        let end = moment(&self.standard_date, year)?;
        let (Some(begin), Some(end)) = (begin, end) else {
            return Ok(false);
        };
        let (begun, ended) = (by_standard >= begin, by_daylight >= end);
        Ok(match begin < end {
            true => begun && !ended,
            false => begun || !ended,
        })
    }

    /// The local time of a time in UTC.
    pub fn to_local(&self, utc: u64) -> Result<u64, Code> {
        let from = [-self.minutes(false) * 60, -self.minutes(true) * 60];
        let daylight = self.is_daylight(utc, from)?;
        shift(utc, from[usize::from(daylight)])
    }

    /// The time in UTC of a local time.
    pub fn to_utc(&self, local: u64) -> Result<u64, Code> {
        let daylight = self.is_daylight(local, [0, 0])?;
        shift(local, self.minutes(daylight) * 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(month: u16, day: u16, hour: u16, minute: u16) -> u64 {
        let date = SYSTEMTIME {
            year: 2024,
            month,
            day,
            hour,
            minute,
            ..SYSTEMTIME::default()
        };
        civil::to_intervals(&date).expect("a date")
    }

    /// Clocks of New York, of Sydney, and of a zone without daylight saving time.
    #[test]
    fn a_zone_of_the_data_follows_its_own_rules() {
        for name in ["America/New_York", "Australia/Sydney", "Asia/Tokyo", "UTC"] {
            let tz = TimeZone::get(name).expect("a zone of the data");
            let told = describe(&tz, 2024);
            for hour in 0..366 * 24 {
                let utc = at(1, 1, 0, 0) + hour * 3600 * SECOND;
                let offset = tz.to_offset(timestamp(utc).expect("in range")).seconds();
                assert_eq!(
                    told.to_local(utc),
                    shift(utc, i64::from(offset)),
                    "{name} {hour}"
                );
            }
        }
    }

    #[test]
    fn rules_are_told_as_documented() {
        let berlin = describe(&TimeZone::get("Europe/Berlin").expect("a zone"), 2024);
        assert_eq!((berlin.bias, berlin.daylight_bias), (-60, -60));
        let date = berlin.standard_date;
        assert_eq!(
            (date.month, date.day_of_week, date.day, date.hour),
            (10, 0, 5, 3)
        );
        let date = berlin.daylight_date;
        assert_eq!(
            (date.month, date.day_of_week, date.day, date.hour),
            (3, 0, 5, 2)
        );
        let new_york = describe(&TimeZone::get("America/New_York").expect("a zone"), 2024);
        assert_eq!((new_york.bias, new_york.daylight_date.day), (300, 2));
        assert_eq!(&new_york.standard_name[..4], name::<4>("EST").as_slice());
    }

    #[test]
    fn skipped_and_repeated_hours() {
        let zone = describe(&TimeZone::get("America/New_York").expect("a zone"), 2024);
        // 2:30 on March 10 does not exist; 1:30 on November 3 comes twice.
        assert_eq!(zone.to_utc(at(3, 10, 2, 30)), Ok(at(3, 10, 6, 30)));
        assert_eq!(zone.to_utc(at(11, 3, 1, 30)), Ok(at(11, 3, 5, 30)));
        assert_eq!(zone.to_utc(at(11, 3, 2, 0)), Ok(at(11, 3, 7, 0)));
    }

    #[test]
    fn rules_that_are_none_are_refused() {
        let mut zone = TIME_ZONE_INFORMATION::default();
        zone.standard_date.month = 13;
        assert_eq!(zone.to_local(at(1, 1, 0, 0)), Err(ERROR_INVALID_PARAMETER));
    }
}
