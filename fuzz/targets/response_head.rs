//! Response heads: whatever a program gives, nothing breaks out of its line.
//!
//! Checks: the head ends where it ends and not before; httparse reads it and finds the fields that
//! were given, in order.
#![no_main]

use httpsys_proto::header::{RESPONSE_HEADER_NAMES, RESPONSE_HEADERS};
use httpsys_proto::{Finish, ResponseHead};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [a, b, flags, rest @ ..] = data else {
        return;
    };
    let status = u16::from_le_bytes([*a, *b & 3]);
    let mut parts = rest.split(|byte| *byte == 0xFF);
    let mut head = ResponseHead::new();
    let reason = parts.next().unwrap_or_default();
    if head.begin(status, reason).is_err() {
        return;
    }
    let mut given = Vec::new();
    let mut last = 0;
    for part in parts {
        let [kind, text @ ..] = part else { continue };
        let id = usize::from(*kind);
        if id < RESPONSE_HEADERS && id >= last {
            last = id;
            if head.known(id, text, true).is_err() {
                return;
            }
            if !text.is_empty() && RESPONSE_HEADER_NAMES[id] != "Date" {
                given.push(RESPONSE_HEADER_NAMES[id].as_bytes().to_vec());
            }
        } else {
            let (name, value) = text.split_at(text.len().min(id % 8));
            if head.unknown(name, value).is_err() {
                return;
            }
            if !name.eq_ignore_ascii_case(b"date") {
                given.push(name.to_vec());
            }
            last = RESPONSE_HEADERS;
        }
    }
    let bytes = head.finish(&Finish {
        date: b"Tue, 24 Nov 2026 09:00:00 GMT",
        connection_close: flags & 1 != 0,
        replace_connection: flags & 2 != 0,
        content_length: (flags & 4 != 0).then_some(u64::from(*flags)),
    });
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    assert_eq!(end, Some(bytes.len() - 4), "{}", bytes.escape_ascii());
    let lines = bytes.windows(2).filter(|two| two == b"\r\n").count();
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns = bytes.iter().filter(|byte| **byte == b'\r').count();
    assert_eq!((feeds, returns), (lines, lines), "{}", bytes.escape_ascii());
    // Lines are those given, and at most Server, Date, Connection and Content-Length of our own.
    assert!(lines <= given.len() + 6, "{}", bytes.escape_ascii());
    let mut at = 0;
    let text: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').skip(1).collect();
    for name in given.iter().filter(|name| flags & 3 != 3 || !name.eq_ignore_ascii_case(b"connection")) {
        let is_it = |line: &&[u8]| line.starts_with(name) && line.get(name.len()) == Some(&b':');
        let found = text[at..].iter().position(is_it);
        at += found.unwrap_or_else(|| panic!("{} lost", name.escape_ascii())) + 1;
    }
    let plain = bytes.iter().all(|byte| (0x20..0x7F).contains(byte) || matches!(byte, b'\r' | b'\n'));
    let mut storage = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut storage);
    if plain && given.iter().all(|name| name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')) {
        match parsed.parse(bytes) {
            Ok(status) => assert!(status.is_complete()),
            Err(error) => assert!(
                status < 100 || error == httparse::Error::TooManyHeaders,
                "{error}: {}",
                bytes.escape_ascii()
            ),
        }
    }
});
