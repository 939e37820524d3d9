//! What is logged about one response.
//!
//! Owns: [`Record`] with the values that HTTP.sys generates and [`FieldsData`] with those that the
//! program passes, as plain borrowed data. Does not own: how they are written (`format.rs`).
//! Threading: plain values.

use std::net::IpAddr;

use crate::text::{CodePage, Text, push_field};
use crate::time::{Time, push_decimal};

/// An HTTP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Major number.
    pub major: u16,
    /// Minor number.
    pub minor: u16,
}

/// The address of one end of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Address<'a> {
    /// Not known, or not to be logged.
    #[default]
    Absent,
    /// As the program wrote it (ClientIp, ServerIp).
    Text(&'a [u8]),
    /// An address.
    Ip(IpAddr),
}

/// HTTP_LOG_FIELDS_DATA: the fields that come from the program, with the last send call.
///
/// A field that is absent is logged as `-`, though the log has its column: "the application passes
/// a NULL pointer and a zero length to disable logging for that field" (documented). Nothing is
/// filled in from the request. A caller without such data, as a Rust program may be, fills it from
/// the request itself. Numbers have no absent value and are always written (assumed).
///
/// Of the texts only `user_name` and `uri_stem` are UTF-16 in the C structure; the others are
/// bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldsData<'a> {
    /// The authenticated user.
    pub user_name: Text<'a>,
    /// The path of the request.
    pub uri_stem: Text<'a>,
    /// The client.
    pub client_ip: Address<'a>,
    /// The computer's name, `s-computername`.
    pub server_name: Text<'a>,
    /// Service and instance, `s-sitename`.
    pub service_name: Text<'a>,
    /// The server's end of the connection.
    pub server_ip: Address<'a>,
    /// The method.
    pub method: Text<'a>,
    /// The query. Programs pass it with or without its question mark; W3C and IIS logs have it as
    /// it is passed (assumed).
    pub uri_query: Text<'a>,
    /// The Host field of the request.
    pub host: Text<'a>,
    /// The User-Agent field of the request.
    pub user_agent: Text<'a>,
    /// The Cookie field of the request.
    pub cookie: Text<'a>,
    /// The Referer field of the request.
    pub referrer: Text<'a>,
    /// The server's port.
    pub server_port: u16,
    /// The status code.
    pub protocol_status: u16,
    /// A Win32 code; 0 for success.
    pub win32_status: u32,
    /// The method as HTTP_VERB. Only the binary format has it, where `method` is not a text it
    /// knows by number (assumed).
    pub method_num: u32,
    /// A number beside the status code.
    pub sub_status: u16,
}

/// One response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record<'a> {
    /// When the response ended: "the date and time at which the activity occurred".
    pub time: Time,
    /// The version of the request.
    pub version: Option<Version>,
    /// Bytes sent to the client.
    pub bytes_sent: u64,
    /// Bytes received from the client and processed.
    pub bytes_received: u64,
    /// Milliseconds from the first byte received to the completion of the last send (documented).
    pub time_taken_ms: u64,
    /// HTTP/2 stream.
    pub stream_id: Option<u64>,
    /// HTTP/3 stream.
    pub stream_id_ex: Option<u64>,
    /// The kind of transport.
    pub transport: Text<'a>,
    /// The URL group's number, for the binary format.
    pub site_id: u32,
    /// What the program passed.
    pub fields: FieldsData<'a>,
}

/// `HTTP/x.y`; `HTTP/?.?` when a number has two digits; `-` when there is none (LOG-003).
pub(crate) fn push_version(out: &mut Vec<u8>, version: Option<Version>) {
    match version {
        None => out.push(b'-'),
        Some(Version { major, minor }) if major < 10 && minor < 10 => {
            out.extend_from_slice(b"HTTP/");
            out.push(b'0' + major as u8);
            out.push(b'.');
            out.push(b'0' + minor as u8);
        }
        Some(_) => out.extend_from_slice(b"HTTP/?.?"),
    }
}

pub(crate) fn push_address(out: &mut Vec<u8>, address: Address<'_>) {
    match address {
        Address::Absent => out.push(b'-'),
        Address::Text(text) => push_field(out, Text::Bytes(text), CodePage::Utf8, usize::MAX),
        Address::Ip(ip) => push_ip(out, ip),
    }
}

pub(crate) fn push_ip(out: &mut Vec<u8>, ip: IpAddr) {
    use std::io::Write;
    match ip {
        IpAddr::V4(ip) => {
            for (at, octet) in ip.octets().into_iter().enumerate() {
                if at > 0 {
                    out.push(b'.');
                }
                push_decimal(out, octet.into());
            }
        }
        // Writing into a vector cannot fail.
        IpAddr::V6(ip) => {
            let _ = write!(out, "{ip}");
        }
    }
}

/// A number, `-` if there is none.
pub(crate) fn push_optional(out: &mut Vec<u8>, number: Option<u64>) {
    match number {
        None => out.push(b'-'),
        Some(number) => push_decimal(out, number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_003_version_field() {
        let text = |version| {
            let mut out = Vec::new();
            push_version(&mut out, version);
            String::from_utf8(out).unwrap()
        };
        let version = |major, minor| Some(Version { major, minor });
        assert_eq!(text(None), "-");
        assert_eq!(text(version(1, 0)), "HTTP/1.0");
        assert_eq!(text(version(9, 9)), "HTTP/9.9");
        assert_eq!(text(version(10, 0)), "HTTP/?.?");
        assert_eq!(text(version(1, 10)), "HTTP/?.?");
        assert_eq!(text(version(u16::MAX, u16::MAX)), "HTTP/?.?");
    }

    #[test]
    fn addresses_are_written_as_given_or_in_canonical_form() {
        let text = |address| {
            let mut out = Vec::new();
            push_address(&mut out, address);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(Address::Absent), "-");
        assert_eq!(text(Address::Text(b"")), "-");
        assert_eq!(text(Address::Text(b"not an\naddress")), "not+an+address");
        assert_eq!(text(Address::Ip([127, 0, 0, 1].into())), "127.0.0.1");
        assert_eq!(
            text(Address::Ip("2001:db8::1".parse().unwrap())),
            "2001:db8::1"
        );
        assert_eq!(text(Address::Ip([0, 9, 10, 255].into())), "0.9.10.255");
    }
}
