//! Reading a centralized binary log.
//!
//! Owns: checking records and looking up their texts. Invariant: no input makes it panic or read
//! outside the file; memory grows only with the number of texts in the file.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    HEADER, HEADER_SIZE, INDEX, INDEX_HEAD, MAGIC, REQUEST, REQUEST_SIZE, TEXTS_AT, VERSION,
    u16_at, u32_at, u64_at,
};
use crate::record::Version;

/// The requests of a binary log, oldest first. Ends after the first record that is malformed.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    in_file: bool,
    texts: HashMap<u32, &'a [u8]>,
}

/// A request from a binary log. Texts are empty where there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawEntry<'a> {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub unix_seconds: u64,
    /// Bytes sent to the client.
    pub bytes_sent: u64,
    /// Bytes received from the client.
    pub bytes_received: u64,
    /// Milliseconds that the request took.
    pub time_taken_ms: u64,
    /// The URL group's number.
    pub site_id: u32,
    /// A Win32 code.
    pub win32_status: u32,
    /// The status code.
    pub protocol_status: u16,
    /// A number beside the status code.
    pub sub_status: u16,
    /// The server's port.
    pub server_port: u16,
    /// The version of the request.
    pub version: Option<Version>,
    /// HTTP_VERB.
    pub method_num: u32,
    /// The client.
    pub client_ip: Option<IpAddr>,
    /// The server's end of the connection.
    pub server_ip: Option<IpAddr>,
    /// The computer's name.
    pub server_name: &'a [u8],
    /// The path of the request.
    pub uri_stem: &'a [u8],
    /// The query.
    pub uri_query: &'a [u8],
    /// The authenticated user.
    pub user_name: &'a [u8],
}

/// There is no whole, valid record at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Bytes from the beginning of the file.
    pub offset: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no valid record at offset {}", self.offset)
    }
}

impl std::error::Error for Malformed {}

impl<'a> Reader<'a> {
    /// Reads the contents of a file.
    #[must_use]
    pub fn new(file: &'a [u8]) -> Self {
        Self {
            rest: file,
            offset: 0,
            in_file: false,
            texts: HashMap::new(),
        }
    }

    /// The next record of any type; an entry if it is a request.
    fn record(&mut self) -> Option<Option<RawEntry<'a>>> {
        if self.rest.len() < 8 {
            return None;
        }
        let length = u32_at(self.rest, 4) as usize;
        let (record, rest) = self.rest.split_at_checked(length)?;
        let entry = match u16_at(self.rest, 0) {
            HEADER if length == HEADER_SIZE => {
                if &record[8..16] != MAGIC || u32_at(record, 16) != VERSION {
                    return None;
                }
                self.texts.clear();
                self.in_file = true;
                None
            }
            INDEX if self.in_file && length >= INDEX_HEAD && length % 8 == 0 => {
                let text = record[INDEX_HEAD..].get(..u32_at(record, 12) as usize)?;
                self.texts.insert(u32_at(record, 8), text);
                None
            }
            REQUEST if self.in_file && length == REQUEST_SIZE => Some(self.entry(record)?),
            _ => return None,
        };
        self.rest = rest;
        self.offset += length;
        Some(entry)
    }

    fn entry(&self, record: &[u8]) -> Option<RawEntry<'a>> {
        let version = Version {
            major: u16_at(record, 56),
            minor: u16_at(record, 58),
        };
        Some(RawEntry {
            unix_seconds: u64_at(record, 8),
            bytes_sent: u64_at(record, 16),
            bytes_received: u64_at(record, 24),
            time_taken_ms: u64_at(record, 32),
            site_id: u32_at(record, 40),
            win32_status: u32_at(record, 44),
            protocol_status: u16_at(record, 48),
            sub_status: u16_at(record, 50),
            server_port: u16_at(record, 52),
            version: (version.major != 0 || version.minor != 0).then_some(version),
            method_num: u32_at(record, 60),
            client_ip: address(record[54], &record[64..80])?,
            server_ip: address(record[55], &record[80..96])?,
            server_name: self.text(u32_at(record, TEXTS_AT))?,
            uri_stem: self.text(u32_at(record, TEXTS_AT + 4))?,
            uri_query: self.text(u32_at(record, TEXTS_AT + 8))?,
            user_name: self.text(u32_at(record, TEXTS_AT + 12))?,
        })
    }

    fn text(&self, number: u32) -> Option<&'a [u8]> {
        match number {
            0 => Some(&[]),
            _ => self.texts.get(&number).copied(),
        }
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<RawEntry<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            match self.record() {
                Some(Some(entry)) => return Some(Ok(entry)),
                Some(None) => {}
                None => {
                    self.rest = &[];
                    return Some(Err(Malformed {
                        offset: self.offset,
                    }));
                }
            }
        }
        None
    }
}

/// The address of a kind; none for a kind that does not exist.
fn address(kind: u8, bytes: &[u8]) -> Option<Option<IpAddr>> {
    let octets: [u8; 16] = bytes.try_into().ok()?;
    match kind {
        0 => Some(None),
        4 => Some(Some(
            Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3]).into(),
        )),
        6 => Some(Some(Ipv6Addr::from(octets).into())),
        _ => None,
    }
}
