//! The two text formats with fixed fields: IIS and NCSA.
//!
//! Owns: their lines. Does not own: replacement of characters (`text.rs`). Threading: pure
//! functions.
//!
//! Where the documentation is silent (assumed): blanks inside a field become `+` here as well, so
//! that `, ` in an IIS line and a blank in an NCSA line only ever separate fields; a quotation mark
//! inside the quoted request of an NCSA line becomes `+`.

use crate::record::{Record, push_address, push_version};
use crate::text::{CodePage, Text, no_directive, push_clean, push_field};
use crate::time::{push_decimal, push_two};

/// A line of the IIS format (iis-logging, documented, the sample included): fields in a fixed
/// order, each followed by a comma; local date as `MM/DD/YY`, local time with an hour of one digit
/// or two.
pub(super) fn iis(code_page: CodePage, record: &Record<'_>, out: &mut Vec<u8>) {
    let data = &record.fields;
    let text = |out: &mut Vec<u8>, text: Text<'_>| {
        push_field(out, text, code_page, usize::MAX);
        out.extend_from_slice(b", ");
    };
    let number = |out: &mut Vec<u8>, number: u64| {
        push_decimal(out, number);
        out.extend_from_slice(b", ");
    };
    let local = record.time.civil(true);
    let start = out.len();
    push_address(out, data.client_ip);
    no_directive(out, start);
    out.extend_from_slice(b", ");
    text(out, data.user_name);
    push_two(out, local.month);
    out.push(b'/');
    push_two(out, local.day);
    out.push(b'/');
    push_two(out, local.year);
    out.extend_from_slice(b", ");
    push_decimal(out, local.hour);
    out.push(b':');
    push_two(out, local.minute);
    out.push(b':');
    push_two(out, local.second);
    out.extend_from_slice(b", ");
    text(out, data.service_name);
    text(out, data.server_name);
    push_address(out, data.server_ip);
    out.extend_from_slice(b", ");
    number(out, record.time_taken_ms);
    number(out, record.bytes_received);
    number(out, record.bytes_sent);
    number(out, data.protocol_status.into());
    number(out, data.win32_status.into());
    text(out, data.method);
    text(out, data.uri_stem);
    push_field(out, data.uri_query, code_page, usize::MAX);
    out.extend_from_slice(b",\r\n");
}

/// A line of the NCSA common format (ncsa-logging, documented, the sample included): client, `-`,
/// user, local time with its offset from Greenwich, request in quotation marks, status, bytes sent.
pub(super) fn ncsa(code_page: CodePage, record: &Record<'_>, out: &mut Vec<u8>) {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let data = &record.fields;
    let start = out.len();
    push_address(out, data.client_ip);
    no_directive(out, start);
    out.extend_from_slice(b" - ");
    push_field(out, data.user_name, code_page, usize::MAX);
    out.extend_from_slice(b" [");
    let local = record.time.civil(true);
    push_two(out, local.day);
    out.push(b'/');
    let month = (local.month as usize - 1) * 3;
    out.extend_from_slice(&MONTHS[month..month + 3]);
    out.push(b'/');
    push_two(out, local.year / 100);
    push_two(out, local.year % 100);
    out.push(b':');
    local.push_time(out);
    out.push(b' ');
    let offset = record.time.offset();
    out.push(if offset < 0 { b'-' } else { b'+' });
    let minutes = u64::from(offset.unsigned_abs()) / 60;
    push_two(out, minutes / 60);
    push_two(out, minutes % 60);
    out.extend_from_slice(b"] \"");

    let request = out.len();
    push_field(out, data.method, code_page, usize::MAX);
    out.push(b' ');
    push_target(out, data.uri_stem, data.uri_query, code_page, usize::MAX);
    for byte in &mut out[request..] {
        if *byte == b'"' {
            *byte = b'+';
        }
    }
    out.push(b' ');
    push_version(out, record.version);
    out.extend_from_slice(b"\" ");
    push_decimal(out, data.protocol_status.into());
    out.push(b' ');
    push_decimal(out, record.bytes_sent);
    out.extend_from_slice(b"\r\n");
}

/// Path and query as one field with a question mark between them, `-` if there is neither.
pub(crate) fn push_target(
    out: &mut Vec<u8>,
    stem: Text<'_>,
    query: Text<'_>,
    code_page: CodePage,
    limit: usize,
) {
    if query.is_empty() {
        push_field(out, stem, code_page, limit);
        return;
    }
    let start = out.len();
    push_clean(out, stem, code_page, limit);
    if !query.starts_with(b'?') && out.len() - start < limit {
        out.push(b'?');
    }
    let left = limit - (out.len() - start);
    push_clean(out, query, code_page, left);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Address, FieldsData, Version};
    use crate::time::Time;

    #[test]
    fn the_documentations_sample_of_an_iis_line() {
        let record = Record {
            time: Time::utc(1_111_305_320), // 2005-03-20 07:55:20
            time_taken_ms: 4_502,
            bytes_received: 163,
            bytes_sent: 3_223,
            fields: FieldsData {
                client_ip: Address::Text(b"192.168.114.201"),
                service_name: Text::Bytes(b"W3SVC2"),
                server_name: Text::Bytes(b"SERVER"),
                server_ip: Address::Text(b"172.21.13.45"),
                protocol_status: 200,
                method: Text::Bytes(b"GET"),
                uri_stem: Text::Str("/DeptLogo.gif"),
                ..FieldsData::default()
            },
            ..Record::default()
        };
        let mut out = Vec::new();
        iis(CodePage::Utf8, &record, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "192.168.114.201, -, 03/20/05, 7:55:20, W3SVC2, SERVER, 172.21.13.45, 4502, 163, \
             3223, 200, 0, GET, /DeptLogo.gif, -,\r\n"
        );
    }

    #[test]
    fn the_documentations_sample_of_an_ncsa_line() {
        let mut record = Record {
            time: Time {
                unix_seconds: 1_081_388_344, // 2004-04-08 01:39:04 UTC
                utc_offset: -8 * 3_600,
            },
            version: Some(Version { major: 1, minor: 0 }),
            bytes_sent: 3_401,
            fields: FieldsData {
                client_ip: Address::Text(b"172.21.13.45"),
                user_name: Text::Str("Microsoft\\JohnDoe"),
                protocol_status: 200,
                method: Text::Bytes(b"GET"),
                uri_stem: Text::Str("/scripts/iisadmin/ism.dll"),
                uri_query: Text::Bytes(b"?http/serv"),
                ..FieldsData::default()
            },
            ..Record::default()
        };
        let mut made = |offset| {
            record.time.utc_offset = offset;
            let mut out = Vec::new();
            ncsa(CodePage::Utf8, &record, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            made(-8 * 3_600),
            "172.21.13.45 - Microsoft\\JohnDoe [07/Apr/2004:17:39:04 -0800] \
             \"GET /scripts/iisadmin/ism.dll?http/serv HTTP/1.0\" 200 3401\r\n"
        );
        assert!(made(20_700).contains("[08/Apr/2004:07:24:04 +0545]"));
        assert!(made(-12_600).contains("[07/Apr/2004:22:09:04 -0330]"));
    }

    #[test]
    fn a_target_has_one_question_mark_and_keeps_its_limit() {
        let target = |stem, query, limit| {
            let mut out = Vec::new();
            push_target(
                &mut out,
                Text::Str(stem),
                Text::Str(query),
                CodePage::Utf8,
                limit,
            );
            String::from_utf8(out).unwrap()
        };
        assert_eq!(target("", "", 99), "-");
        assert_eq!(target("/a", "", 99), "/a");
        assert_eq!(target("/a", "b=c", 99), "/a?b=c");
        assert_eq!(target("/a", "?b=c", 99), "/a?b=c");
        assert_eq!(target("", "b", 99), "?b");
        assert_eq!(target("/abc", "def", 3), "/ab");
        assert_eq!(target("/ab", "def", 3), "/ab");
        assert_eq!(target("/a", "def", 3), "/a?");
        assert_eq!(target("/a", "?def", 4), "/a?d");
    }
}
