//! The centralized binary log.
//!
//! **The layout of the bytes is ours.** Of HTTP.sys's format it is documented that files are called
//! `*.ibl` and consist of fixed-length records and of index records, which map numbers to the texts
//! that records name by number (centralized-binary-logging), and which values a request has (the
//! fields of Log Parser's BIN format). The layout is in the SDK of IIS 6.0, which we do not have.
//! So Log Parser does not read these files; they begin with a mark of their own that no reader
//! takes for something else, and [`Reader`] reads them.
//!
//! Owns: the layout, the table of texts, a reader. Does not own: files. Threading: plain values.
//!
//! # Layout
//!
//! Numbers are little-endian. Every record begins with its type (u16), two zero bytes, and its
//! length in bytes (u32), a multiple of 8.
//!
//! | type | record | after the first 8 bytes |
//! |---|---|---|
//! | 1 | header, 32 bytes | `httpsys\0`, version u32 = 1, zero u32, seconds since 1970 u64 |
//! | 2 | index | number u32, bytes of the text u32, the text, zero to a multiple of 8 |
//! | 3 | request, 112 bytes | see below |
//!
//! A header makes all numbers before it void; there may be several in a file. Numbers count from 1;
//! 0 in a request means no text. Texts are UTF-8 where they came as Unicode, else as they came.
//!
//! Request, offsets from the start of the record: seconds since 1970 u64 (8), bytes sent u64 (16),
//! bytes received u64 (24), milliseconds taken u64 (32), site u32 (40), Win32 status u32 (44),
//! status u16 (48), sub status u16 (50), server port u16 (52), kinds of client and server address
//! u8 (54, 55: 0 none, 4, 6), HTTP version u16 major and minor (56, 58; both 0 if unknown),
//! HTTP_VERB u32 (60), client address (64), server address (80, 16 bytes each), numbers of the
//! computer's name (96), path (100), query (104) and user (108).

use std::collections::HashMap;
use std::net::IpAddr;

use crate::record::{Address, Record};
use crate::text::Text;
use crate::time::Time;

mod reader;
#[cfg(test)]
mod tests;

pub use reader::{Malformed, RawEntry, Reader};

const HEADER: u16 = 1;
const INDEX: u16 = 2;
const REQUEST: u16 = 3;
const MAGIC: &[u8; 8] = b"httpsys\0";
const VERSION: u32 = 1;
const HEADER_SIZE: usize = 32;
const REQUEST_SIZE: usize = 112;
/// Type, zero, length, number, bytes of the text.
const INDEX_HEAD: usize = 16;
/// Where a request has its numbers of texts; in an entry their lengths.
const TEXTS_AT: usize = 96;
const TEXTS: usize = 4;

/// Texts a table holds before it starts again.
const MAX_TEXTS: usize = 65_536;
/// Bytes of text a table holds before it starts again.
const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// How much longer an entry is at most in a file than [`crate::line()`] made it: an index record's
/// head and padding for each text, and a header if the table starts again.
pub(crate) const MAX_GROWTH: usize = HEADER_SIZE + TEXTS * (INDEX_HEAD + 7);

/// Turns entries into the records of one file.
#[derive(Debug, Default)]
pub struct Encoder {
    numbers: HashMap<Box<[u8]>, u32>,
    bytes: usize,
}

impl Encoder {
    /// Forgets all texts and appends a header, at the beginning of a file or after records that may
    /// not have reached it.
    pub fn header(&mut self, time: Time, out: &mut Vec<u8>) {
        self.numbers.clear();
        self.bytes = 0;
        push_header(time, out);
    }

    /// Appends the records of an entry that [`crate::line()`] made for [`crate::Format::Raw`].
    /// False, and nothing appended, if it is not such an entry.
    pub fn append(&mut self, entry: &[u8], out: &mut Vec<u8>) -> bool {
        let Some((fixed, mut rest)) = entry.split_at_checked(REQUEST_SIZE) else {
            return false;
        };
        let mut texts: [&[u8]; TEXTS] = [&[]; TEXTS];
        for (index, text) in texts.iter_mut().enumerate() {
            let length = u32_at(fixed, TEXTS_AT + 4 * index) as usize;
            let Some((head, tail)) = rest.split_at_checked(length) else {
                return false;
            };
            (*text, rest) = (head, tail);
        }
        if !rest.is_empty() || u16_at(fixed, 0) != REQUEST {
            return false;
        }
        let new = texts.iter().map(|text| text.len()).sum::<usize>();
        if self.numbers.len() + TEXTS > MAX_TEXTS || self.bytes + new > MAX_TEXT_BYTES {
            self.header(Time::utc(u64_at(fixed, 8)), out);
        }
        let numbers = texts.map(|text| self.number(text, out));
        out.extend_from_slice(&fixed[..TEXTS_AT]);
        for number in numbers {
            out.extend_from_slice(&number.to_le_bytes());
        }
        true
    }

    /// The number of a text; a new one gets its index record.
    fn number(&mut self, text: &[u8], out: &mut Vec<u8>) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.numbers.len() as u32 + 1;
        self.numbers.insert(text.into(), number);
        self.bytes += text.len();
        let length = (INDEX_HEAD + text.len()).next_multiple_of(8);
        let start = out.len();
        push_head(INDEX, length, out);
        out.extend_from_slice(&number.to_le_bytes());
        out.extend_from_slice(&(text.len() as u32).to_le_bytes());
        out.extend_from_slice(text);
        out.resize(start + length, 0);
        number
    }
}

/// A header record.
pub(crate) fn push_header(time: Time, out: &mut Vec<u8>) {
    push_head(HEADER, HEADER_SIZE, out);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&time.unix_seconds.to_le_bytes());
}

/// An entry: a request record that has lengths where a file has numbers, then the texts.
pub(crate) fn push_entry(record: &Record<'_>, out: &mut Vec<u8>) {
    let data = &record.fields;
    let start = out.len();
    push_head(REQUEST, REQUEST_SIZE, out);
    out.extend_from_slice(&record.time.unix_seconds.to_le_bytes());
    out.extend_from_slice(&record.bytes_sent.to_le_bytes());
    out.extend_from_slice(&record.bytes_received.to_le_bytes());
    out.extend_from_slice(&record.time_taken_ms.to_le_bytes());
    out.extend_from_slice(&record.site_id.to_le_bytes());
    out.extend_from_slice(&data.win32_status.to_le_bytes());
    out.extend_from_slice(&data.protocol_status.to_le_bytes());
    out.extend_from_slice(&data.sub_status.to_le_bytes());
    out.extend_from_slice(&data.server_port.to_le_bytes());
    let client = octets(data.client_ip);
    let server = octets(data.server_ip);
    out.extend_from_slice(&[client.0, server.0]);
    let (major, minor) = record
        .version
        .map_or((0, 0), |version| (version.major, version.minor));
    out.extend_from_slice(&major.to_le_bytes());
    out.extend_from_slice(&minor.to_le_bytes());
    out.extend_from_slice(&verb_number(data.method, data.method_num).to_le_bytes());
    out.extend_from_slice(&client.1);
    out.extend_from_slice(&server.1);
    out.extend_from_slice(&[0; 4 * TEXTS]);
    let texts = [
        data.server_name,
        data.uri_stem,
        data.uri_query,
        data.user_name,
    ];
    for (index, text) in texts.into_iter().enumerate() {
        let before = out.len();
        push_unformatted(text, out);
        let length = u32::try_from(out.len() - before).unwrap_or(u32::MAX);
        let at = start + TEXTS_AT + 4 * index;
        out[at..at + 4].copy_from_slice(&length.to_le_bytes());
    }
}

/// "Binary, unformatted log data" (documented): no character is replaced.
fn push_unformatted(text: Text<'_>, out: &mut Vec<u8>) {
    match text {
        Text::Bytes(bytes) => out.extend_from_slice(bytes),
        Text::Str(text) => out.extend_from_slice(text.as_bytes()),
        Text::Wide(units) => {
            for unit in char::decode_utf16(units.iter().copied()) {
                let c = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}

fn push_head(kind: u16, length: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out.extend_from_slice(&(length as u32).to_le_bytes());
}

/// Kind and bytes of an address; a text that is none has kind 0.
fn octets(address: Address<'_>) -> (u8, [u8; 16]) {
    let ip = match address {
        Address::Absent => None,
        Address::Ip(ip) => Some(ip),
        Address::Text(text) => std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok()),
    };
    let mut octets = [0; 16];
    match ip {
        None => (0, octets),
        Some(IpAddr::V4(v4)) => {
            octets[..4].copy_from_slice(&v4.octets());
            (4, octets)
        }
        Some(IpAddr::V6(v6)) => (6, v6.octets()),
    }
}

/// The methods of HTTP_VERB from HttpVerbOPTIONS, 3, on.
const VERBS: [&[u8]; 17] = [
    b"OPTIONS",
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"TRACE",
    b"CONNECT",
    b"TRACK",
    b"MOVE",
    b"COPY",
    b"PROPFIND",
    b"PROPPATCH",
    b"MKCOL",
    b"LOCK",
    b"UNLOCK",
    b"SEARCH",
];

/// HTTP_VERB of a method: by its text, else as the program numbered it.
fn verb_number(method: Text<'_>, number: u32) -> u32 {
    let known = match method {
        Text::Bytes(bytes) => VERBS.iter().position(|verb| *verb == bytes),
        Text::Str(text) => VERBS.iter().position(|verb| *verb == text.as_bytes()),
        Text::Wide(units) => VERBS.iter().position(|verb| {
            verb.len() == units.len() && verb.iter().zip(units).all(|(a, b)| u16::from(*a) == *b)
        }),
    };
    known.map_or(number, |at| at as u32 + 3)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
