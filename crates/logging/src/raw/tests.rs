//! The binary layout: what is written is read again, and nothing else is.

use super::*;
use crate::record::{FieldsData, Version};
use crate::{CodePage, Fields, Format, line};

fn entry(record: &Record<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    line(Format::Raw, Fields::NONE, CodePage::Utf8, record, &mut out);
    out
}

fn record<'a>(stem: &'a str, query: &'a [u8]) -> Record<'a> {
    Record {
        time: Time::utc(1_000),
        version: Some(Version { major: 1, minor: 1 }),
        bytes_sent: u64::MAX,
        bytes_received: 2,
        time_taken_ms: 3,
        site_id: 4,
        fields: FieldsData {
            uri_stem: Text::Str(stem),
            uri_query: Text::Bytes(query),
            server_name: Text::Bytes(b"SERVER"),
            method: Text::Bytes(b"GET"),
            client_ip: Address::Text(b"10.0.0.1"),
            server_ip: Address::Ip("2001:db8::1".parse().unwrap()),
            server_port: 80,
            protocol_status: 200,
            sub_status: 5,
            win32_status: 6,
            ..FieldsData::default()
        },
        ..Record::default()
    }
}

fn file() -> Vec<u8> {
    let mut encoder = Encoder::default();
    let mut file = Vec::new();
    encoder.header(Time::utc(7), &mut file);
    for (stem, query) in [("/a", &b"x=1"[..]), ("/a", b"\r\n \xff"), ("/é", b"x=1")] {
        assert!(encoder.append(&entry(&record(stem, query)), &mut file));
    }
    file
}

#[test]
fn what_is_written_is_read_again() {
    let file = file();
    let entries: Vec<RawEntry<'_>> = Reader::new(&file).map(Result::unwrap).collect();
    let expected = RawEntry {
        unix_seconds: 1_000,
        bytes_sent: u64::MAX,
        bytes_received: 2,
        time_taken_ms: 3,
        site_id: 4,
        win32_status: 6,
        protocol_status: 200,
        sub_status: 5,
        server_port: 80,
        version: Some(Version { major: 1, minor: 1 }),
        method_num: 4,
        client_ip: Some([10, 0, 0, 1].into()),
        server_ip: Some("2001:db8::1".parse().unwrap()),
        server_name: b"SERVER",
        uri_stem: b"/a",
        uri_query: b"x=1",
        user_name: b"",
    };
    assert_eq!(
        entries,
        [
            expected,
            RawEntry {
                uri_query: b"\r\n \xff",
                ..expected
            },
            RawEntry {
                uri_stem: "/é".as_bytes(),
                ..expected
            },
        ]
    );
    // A text that was there before has no second index record.
    let index = INDEX_HEAD + 8;
    assert_eq!(file.len(), HEADER_SIZE + 3 * REQUEST_SIZE + 5 * index);
}

#[test]
fn growth_of_an_entry_is_bounded() {
    let mut encoder = Encoder::default();
    for number in 0..200 {
        let stem = format!("/{number}");
        let query = vec![b'q'; number % 9];
        let entry = entry(&record(&stem, &query));
        let mut out = Vec::new();
        assert!(encoder.append(&entry, &mut out));
        assert!(out.len() <= entry.len() + MAX_GROWTH);
    }
}

#[test]
fn a_full_table_starts_anew_with_a_header() {
    let mut encoder = Encoder::default();
    let mut file = Vec::new();
    encoder.header(Time::utc(7), &mut file);
    let long = vec![b'x'; MAX_TEXT_BYTES / 2];
    for first in [b'a', b'b', b'c'] {
        let mut query = long.clone();
        query[0] = first;
        assert!(encoder.append(&entry(&record("/", &query)), &mut file));
    }
    assert!(encoder.bytes <= MAX_TEXT_BYTES);
    let entries: Vec<RawEntry<'_>> = Reader::new(&file).map(Result::unwrap).collect();
    let firsts: Vec<u8> = entries.iter().map(|entry| entry.uri_query[0]).collect();
    assert_eq!(firsts, b"abc");
    let headers = file.windows(8).filter(|window| *window == MAGIC).count();
    assert_eq!(headers, 3);
}

#[test]
fn what_is_no_entry_is_refused_whole() {
    let good = entry(&record("/a", b"q"));
    let mut encoder = Encoder::default();
    let mut out = Vec::new();
    for length in 0..good.len() {
        assert!(!encoder.append(&good[..length], &mut out), "{length}");
    }
    let mut long = good.clone();
    long.push(0);
    assert!(!encoder.append(&long, &mut out));
    let mut other = good.clone();
    other[0] = 1;
    assert!(!encoder.append(&other, &mut out));
    let mut huge = good;
    huge[TEXTS_AT..TEXTS_AT + 4].copy_from_slice(&[0xff; 4]);
    assert!(!encoder.append(&huge, &mut out));
    assert_eq!(out, b"");
}

#[test]
fn a_file_cut_anywhere_gives_what_was_whole_and_an_error() {
    let file = file();
    let whole: Vec<_> = Reader::new(&file).collect();
    for length in 0..file.len() {
        let read: Vec<_> = Reader::new(&file[..length]).collect();
        let good = read.iter().take_while(|entry| entry.is_ok()).count();
        assert_eq!(read[..good], whole[..good]);
        assert!(read.len() <= good + 1);
    }
}

#[test]
fn damaged_files_do_not_panic() {
    let file = file();
    for at in 0..file.len() {
        for byte in [0, 1, 2, 3, 8, 0x7f, 0xff] {
            let mut damaged = file.clone();
            damaged[at] = byte;
            assert!(Reader::new(&damaged).count() <= 4);
        }
    }
    let other = b"#Software: Microsoft HTTP Server API 2.0\r\n";
    let read: Vec<_> = Reader::new(other).collect();
    assert_eq!(read, [Err(Malformed { offset: 0 })]);
}

#[test]
fn methods_have_their_number() {
    let wide: Vec<u16> = "SEARCH".encode_utf16().collect();
    assert_eq!(verb_number(Text::Wide(&wide), 0), 19);
    assert_eq!(verb_number(Text::Str("OPTIONS"), 0), 3);
    assert_eq!(verb_number(Text::Bytes(b"BREW"), 1), 1);
    assert_eq!(verb_number(Text::ABSENT, 6), 6);
}
