//! Rollover at the boundaries of size and time, and the names of files.

use super::*;

const JULY_5: u64 = 1_025_827_200; // 2002-07-05 00:00:00 UTC, a Friday

fn west(unix_seconds: u64) -> Time {
    Time {
        unix_seconds,
        utc_offset: -8 * 3_600,
    }
}

fn open(rollover: Rollover, local: bool, time: Time) -> OpenFile {
    OpenFile {
        period: rollover.period(time, local),
        size: 1_000,
        has_entries: true,
        newest: time.unix_seconds,
    }
}

/// Seconds since [`JULY_5`] of the last entry in a file and of the first that is not.
fn boundary(rollover: Rollover, local: bool, last: u64, first: u64) {
    let file = open(rollover, local, west(JULY_5));
    assert!(!is_due(rollover, local, &file, 9, west(JULY_5)));
    assert!(!is_due(rollover, local, &file, 9, west(JULY_5 + last)));
    assert!(is_due(rollover, local, &file, 9, west(JULY_5 + first)));
}

#[test]
fn periods_end_at_their_boundary_in_utc_and_in_local_time() {
    let (hour, day) = (3_600, 86_400);
    boundary(Rollover::Hourly, false, hour - 1, hour);
    boundary(Rollover::Daily, false, day - 1, day);
    // The next Sunday is July 7; the month ends in 27 days.
    boundary(Rollover::Weekly, false, 2 * day - 1, 2 * day);
    boundary(Rollover::Monthly, false, 27 * day - 1, 27 * day);
    // It is 16:00 on July 4 in the west.
    boundary(Rollover::Hourly, true, hour - 1, hour);
    boundary(Rollover::Daily, true, 8 * hour - 1, 8 * hour);
    boundary(
        Rollover::Weekly,
        true,
        2 * day + 8 * hour - 1,
        2 * day + 8 * hour,
    );
    boundary(
        Rollover::Monthly,
        true,
        27 * day + 8 * hour - 1,
        27 * day + 8 * hour,
    );
}

#[test]
fn periods_grow_over_the_turn_of_the_year() {
    let new_year = 1_041_379_200; // 2003-01-01
    for rollover in [
        Rollover::Hourly,
        Rollover::Daily,
        Rollover::Weekly,
        Rollover::Monthly,
    ] {
        let before = rollover.period(Time::utc(new_year - 1), false);
        assert!(rollover.period(Time::utc(new_year), false) > before);
    }
}

#[test]
fn a_late_entry_stays_but_a_clock_set_back_is_followed() {
    let file = open(Rollover::Daily, false, Time::utc(JULY_5));
    assert!(!is_due(
        Rollover::Daily,
        false,
        &file,
        9,
        Time::utc(JULY_5 - 1)
    ));
    assert!(!is_due(
        Rollover::Daily,
        false,
        &file,
        9,
        Time::utc(JULY_5 - 3_600)
    ));
    assert!(is_due(
        Rollover::Daily,
        false,
        &file,
        9,
        Time::utc(JULY_5 - 3_601)
    ));
}

#[test]
fn log_001_size_limit_at_below_and_above() {
    let mut file = open(Rollover::Size(1_009), false, Time::utc(0));
    let due =
        |file: &OpenFile, bytes| is_due(Rollover::Size(1_009), false, file, bytes, Time::utc(0));
    assert!(!due(&file, 8));
    assert!(!due(&file, 9));
    assert!(due(&file, 10));
    assert!(due(&file, usize::MAX));
    // An entry larger than the limit has to go somewhere.
    file.has_entries = false;
    assert!(!due(&file, 10));
    file.has_entries = true;
    file.size = u64::from(u32::MAX) + 1;
    assert!(!is_due(
        Rollover::Size(Rollover::UNLIMITED),
        false,
        &file,
        10,
        Time::utc(0)
    ));
}

#[test]
fn names_of_all_formats_and_periods() {
    let evening = west(JULY_5 + 2 * 3_600); // 02:00 UTC, 18:00 on July 4 in the west
    let names = |format, utf8| {
        [
            Rollover::Size(0),
            Rollover::Hourly,
            Rollover::Daily,
            Rollover::Weekly,
            Rollover::Monthly,
        ]
        .map(|rollover| file_name(format, rollover, false, utf8, evening, 12))
        .join(" ")
    };
    assert_eq!(
        names(Format::W3c, false),
        "extend12.log ex02070502.log ex020705.log ex020701.log ex0207.log"
    );
    assert_eq!(
        names(Format::W3c, true),
        "u_extend12.log u_ex02070502.log u_ex020705.log u_ex020701.log u_ex0207.log"
    );
    assert_eq!(
        names(Format::Iis, false),
        "inetsv12.log in02070502.log in020705.log in020701.log in0207.log"
    );
    assert_eq!(
        names(Format::Ncsa, true),
        "u_ncsa12.log u_nc02070502.log u_nc020705.log u_nc020701.log u_nc0207.log"
    );
    assert_eq!(
        names(Format::Raw, true),
        "raw12.ibl ra02070502.ibl ra020705.ibl ra020701.ibl ra0207.ibl"
    );
    let local = |rollover| file_name(Format::W3c, rollover, true, false, evening, 1);
    assert_eq!(local(Rollover::Hourly), "ex02070418.log");
    assert_eq!(local(Rollover::Daily), "ex020704.log");
}

#[test]
fn log_001_names_of_the_error_log() {
    let time = Time::utc(JULY_5);
    let name = |rollover, sequence| error_file_name(rollover, false, time, sequence);
    assert_eq!(name(Rollover::Size(0), 1), "httperr1.log");
    assert_eq!(name(Rollover::Size(0), u32::MAX), "httperr4294967295.log");
    assert_eq!(name(Rollover::Hourly, 1), "ht02070500.log");
    assert_eq!(name(Rollover::Daily, 1), "ht020705.log");
    assert_eq!(name(Rollover::Weekly, 1), "ht020701.log");
    assert_eq!(name(Rollover::Monthly, 1), "ht0207.log");
}

#[test]
fn sequence_numbers_are_found_in_our_names_only() {
    let sequence = |name| sequence_of(name, "httperr", ".log");
    assert_eq!(sequence("httperr1.log"), Some(1));
    assert_eq!(sequence("httperr4294967295.log"), Some(u32::MAX));
    for name in [
        "httperr.log",
        "httperr0.log",
        "httperr01.log",
        "httperr+1.log",
        "httperr1.log.gz",
        "httperr4294967296.log",
        "other1.log",
        "httperrx.log",
    ] {
        assert_eq!(sequence(name), None, "{name}");
    }
}

#[test]
fn numbers_of_the_c_api() {
    let types = [0, 1, 2, 3, 4, 5].map(|number| Rollover::from_number(number, 7));
    assert_eq!(
        types,
        [
            Some(Rollover::Size(7)),
            Some(Rollover::Daily),
            Some(Rollover::Weekly),
            Some(Rollover::Monthly),
            Some(Rollover::Hourly),
            None,
        ]
    );
    let formats = [0, 1, 2, 3, 4].map(Format::from_number);
    assert_eq!(
        formats,
        [
            Some(Format::W3c),
            Some(Format::Iis),
            Some(Format::Ncsa),
            Some(Format::Raw),
            None,
        ]
    );
}
