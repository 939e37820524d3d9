//! Lines of the error log against the documentation's samples and limits.

use super::*;
use crate::MemoryFiles;

fn text(record: &ErrorRecord<'_>) -> String {
    let mut out = Vec::new();
    error_line(Fields::ERROR_LOG_DEFAULT, CodePage::Utf8, record, &mut out);
    String::from_utf8(out).unwrap()
}

/// 2002-07-05 at a time of day.
fn at(hour: u64, minute: u64, second: u64) -> Time {
    Time::utc(1_025_827_200 + hour * 3_600 + minute * 60 + second)
}

fn ends(record: &mut ErrorRecord<'_>, client: &str, server: &str) {
    record.client = Some(client.parse().unwrap());
    record.server = Some(server.parse().unwrap());
}

#[test]
fn log_009_sample_version_not_supported() {
    let mut record = ErrorRecord::new(at(19, 53, 0), Reason::VersionNotSupported);
    ends(&mut record, "127.0.0.1:2894", "127.0.0.1:80");
    record.version = Some(Version { major: 2, minor: 0 });
    record.method = Text::Bytes(b"GET");
    record.uri = Text::Str("/");
    record.status = Some(505);
    // The sample is older than the stream's number and the queue's name at the end.
    assert_eq!(
        text(&record),
        "2002-07-05 19:53:00 127.0.0.1 2894 127.0.0.1 80 HTTP/2.0 GET / - 505 - Version_N/S -\r\n"
    );
}

#[test]
fn log_010_sample_client_too_slow() {
    let mut record = ErrorRecord::new(at(20, 6, 1), Reason::TimerMinBytesPerSecond);
    ends(&mut record, "172.31.77.6:64388", "127.0.0.1:80");
    assert_eq!(
        text(&record),
        "2002-07-05 20:06:01 172.31.77.6 64388 127.0.0.1 80 - - - - - - Timer_MinBytesPerSecond -\r\n"
    );
}

#[test]
fn log_002_unknown_fields_are_hyphens() {
    let record = ErrorRecord::new(at(0, 0, 0), Reason::NotAvailable);
    assert_eq!(
        text(&record),
        "2002-07-05 00:00:00 - - - - - - - - - - N/A -\r\n"
    );
}

#[test]
fn timers_are_logged_with_dashes_and_their_queue() {
    for (reason, name) in [
        (Reason::TimerHeaderWait, "Timer_HeaderWait"),
        (Reason::TimerConnectionIdle, "Timer_ConnectionIdle"),
    ] {
        let mut record = ErrorRecord::new(at(1, 2, 3), reason);
        ends(&mut record, "10.0.0.1:5000", "10.0.0.2:443");
        record.queue_name = Text::Str("my queue");
        assert_eq!(
            text(&record),
            format!(
                "2002-07-05 01:02:03 10.0.0.1 5000 10.0.0.2 443 - - - - - - {name} my+queue\r\n"
            )
        );
    }
}

#[test]
fn log_004_method_and_url_are_cut() {
    let mut record = ErrorRecord::new(at(0, 0, 0), Reason::Verb);
    let field =
        |record: &ErrorRecord<'_>, index| text(record).split(' ').nth(index).unwrap().to_owned();
    let method = vec![b'M'; MAX_VERB + 1];
    record.method = Text::Bytes(&method[1..]);
    assert_eq!(field(&record, 7), "M".repeat(255));
    record.method = Text::Bytes(&method);
    assert_eq!(field(&record, 7), "M".repeat(255));
    let path = "/".to_owned() + &"a".repeat(MAX_URI - 3);
    record.uri = Text::Str(&path);
    record.query = Text::Bytes(b"q");
    assert_eq!(field(&record, 8), path.clone() + "?q");
    record.query = Text::Bytes(b"qr");
    assert_eq!(field(&record, 8), path.clone() + "?q");
    let long = path.clone() + "bcd";
    record.uri = Text::Str(&long);
    assert_eq!(field(&record, 8), path + "bc");
}

#[test]
fn log_004_blanks_and_controls_become_plus() {
    let mut record = ErrorRecord::new(at(0, 0, 0), Reason::Url);
    record.method = Text::Bytes(b"G\x01T");
    record.uri = Text::Bytes(b"/a b\r\n\xe9");
    record.query = Text::Bytes(b"?c\td");
    let mut out = Vec::new();
    error_line(
        Fields::METHOD | Fields::URI,
        CodePage::Utf8,
        &record,
        &mut out,
    );
    assert_eq!(out, b"G+T /a+b++\xe9?c+d\r\n");
}

#[test]
fn log_002_a_status_has_three_digits_and_an_ipv6_address_its_scope() {
    let mut record = ErrorRecord::new(at(0, 0, 0), Reason::Internal);
    ends(&mut record, "[fe80::1%7]:1", "[2001:db8::2]:80");
    record.status = Some(999);
    record.site_id = Some(1);
    assert_eq!(
        text(&record),
        "2002-07-05 00:00:00 fe80::1%7 1 2001:db8::2%0 80 - - - - 999 1 Internal -\r\n"
    );
    record.status = Some(1_000);
    assert!(text(&record).contains(" - 1 Internal "));
}

#[test]
fn log_001_sizes_below_the_minimum_are_raised() {
    let files = MemoryFiles::default();
    let settings = ErrorLogSettings {
        rollover: Rollover::Size(1),
        ..ErrorLogSettings::default()
    };
    let log = ErrorLog::start(files.clone(), &settings).unwrap();
    let mut scratch = Vec::new();
    let mut record = ErrorRecord::new(at(0, 0, 0), Reason::Hostname);
    let uri = vec![b'u'; MAX_URI];
    record.uri = Text::Bytes(&uri);
    for _ in 0..260 {
        while !log.log(&record, &mut scratch) {
            log.writer().flush();
        }
    }
    log.writer().close();
    assert_eq!(files.list(), ["httperr1.log", "httperr2.log"]);
    let size = files.contents("httperr1.log").unwrap().len();
    assert!(size <= Rollover::MIN_SIZE as usize);
    assert!(size > Rollover::MIN_SIZE as usize - scratch.len());
}
