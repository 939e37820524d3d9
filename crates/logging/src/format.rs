//! Log formats: what a file begins with and what a response becomes in it.
//!
//! Owns: [`Format`], [`header`] and [`line()`], and the W3C format; IIS and NCSA lines are in
//! `format/fixed.rs`, the binary format in `raw.rs`. Does not own: file names and rollover
//! (`rollover.rs`), or the error log (`error_log.rs`).
//!
//! Invariants of the text formats: a line ends with CR LF and has no other line end; the number of
//! fields does not depend on the values; no line begins with `#`, which would make it a directive.
//! Threading: pure functions that append to the caller's buffer and keep nothing.
//!
//! Sources: w3c-logging, iis-logging, ncsa-logging (HTTP Server API documentation); the directives
//! are those of the W3C working draft "Extended Log File Format". CR LF is observed in files.

mod fixed;

pub(crate) use fixed::push_target;

use crate::fields::{Fields, W3C_COLUMNS};
use crate::raw;
use crate::record::{Record, push_address, push_optional, push_version};
use crate::text::{CodePage, Text, no_directive, push_field};
use crate::time::{Civil, Time, push_decimal};

/// HTTP_LOGGING_TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// HttpLoggingTypeW3C: W3C extended, with the fields that the program selects.
    W3c,
    /// HttpLoggingTypeIIS: fixed fields, separated by commas, local time.
    Iis,
    /// HttpLoggingTypeNCSA: the common log format, local time.
    Ncsa,
    /// HttpLoggingTypeRaw: centralized binary, for a whole server session.
    Raw,
}

impl Format {
    /// The format with this number in HTTP_LOGGING_TYPE.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::W3c),
            1 => Some(Self::Iis),
            2 => Some(Self::Ncsa),
            3 => Some(Self::Raw),
            _ => None,
        }
    }
}

/// The `#Software` of a W3C log whose program gives no name (w3c-logging, documented).
pub const DEFAULT_SOFTWARE: &str = "Microsoft HTTP Server API 2.0";

/// Appends what a file, or a new run in an old file, begins with.
///
/// W3C: the directives Software, Version, Date and Fields, where Date is the time of the entry that
/// follows (documented). IIS and NCSA files have nothing. Binary: the record described in
/// [`raw`].
pub fn header(format: Format, fields: Fields, software: &str, time: Time, out: &mut Vec<u8>) {
    match format {
        Format::W3c => push_directives(&W3C_COLUMNS, fields, software, time, out),
        Format::Iis | Format::Ncsa => {}
        Format::Raw => raw::push_header(time, out),
    }
}

/// Appends a response.
///
/// For the text formats that is a line with its CR LF. For [`Format::Raw`] it is an entry with its
/// texts inline, which a [`raw::Encoder`] turns into the records of a file. `fields` selects the
/// columns of W3C; `code_page` is for the texts that are Unicode.
pub fn line(
    format: Format,
    fields: Fields,
    code_page: CodePage,
    record: &Record<'_>,
    out: &mut Vec<u8>,
) {
    match format {
        Format::W3c => w3c(fields, code_page, record, out),
        Format::Iis => fixed::iis(code_page, record, out),
        Format::Ncsa => fixed::ncsa(code_page, record, out),
        Format::Raw => raw::push_entry(record, out),
    }
}

/// The four directives of a log in W3C format.
pub(crate) fn push_directives(
    columns: &[(Fields, &str)],
    fields: Fields,
    software: &str,
    time: Time,
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(b"#Software: ");
    for c in software.chars() {
        // The name is one line; blanks are part of it.
        let c = if c == ' ' || !(c.is_control() || c.is_whitespace()) {
            c
        } else {
            '+'
        };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out.extend_from_slice(b"\r\n#Version: 1.0\r\n#Date: ");
    let civil = time.civil(false);
    civil.push_date(out);
    out.push(b' ');
    civil.push_time(out);
    out.extend_from_slice(b"\r\n#Fields:");
    for (field, name) in columns {
        if fields.contains(*field) {
            out.push(b' ');
            out.extend_from_slice(name.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Ends a line of blank-terminated fields that begins at `start`.
pub(crate) fn end_line(out: &mut Vec<u8>, start: usize) {
    if out.len() > start {
        out.pop();
    }
    no_directive(out, start);
    out.extend_from_slice(b"\r\n");
}

/// A line of the W3C format; nothing if no column is selected ("otherwise no fields are logged").
fn w3c(fields: Fields, code_page: CodePage, record: &Record<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    let civil = record.time.civil(false);
    for &(field, _) in &W3C_COLUMNS {
        if fields.contains(field) {
            w3c_field(field, code_page, &civil, record, out);
            out.push(b' ');
        }
    }
    if out.len() > start {
        end_line(out, start);
    }
}

fn w3c_field(
    field: Fields,
    code_page: CodePage,
    civil: &Civil,
    record: &Record<'_>,
    out: &mut Vec<u8>,
) {
    let data = &record.fields;
    let text = |out: &mut Vec<u8>, text: Text<'_>| push_field(out, text, code_page, usize::MAX);
    match field {
        Fields::DATE => civil.push_date(out),
        Fields::TIME => civil.push_time(out),
        Fields::SITE_NAME => text(out, data.service_name),
        Fields::COMPUTER_NAME => text(out, data.server_name),
        Fields::SERVER_IP => push_address(out, data.server_ip),
        Fields::METHOD => text(out, data.method),
        Fields::URI_STEM => text(out, data.uri_stem),
        Fields::URI_QUERY => text(out, data.uri_query),
        Fields::SERVER_PORT => push_decimal(out, data.server_port.into()),
        Fields::USER_NAME => text(out, data.user_name),
        Fields::CLIENT_IP => push_address(out, data.client_ip),
        Fields::VERSION => push_version(out, record.version),
        Fields::USER_AGENT => text(out, data.user_agent),
        Fields::COOKIE => text(out, data.cookie),
        Fields::REFERER => text(out, data.referrer),
        Fields::HOST => text(out, data.host),
        Fields::STATUS => push_decimal(out, data.protocol_status.into()),
        Fields::SUB_STATUS => push_decimal(out, data.sub_status.into()),
        Fields::WIN32_STATUS => push_decimal(out, data.win32_status.into()),
        Fields::BYTES_SENT => push_decimal(out, record.bytes_sent),
        Fields::BYTES_RECV => push_decimal(out, record.bytes_received),
        Fields::TIME_TAKEN => push_decimal(out, record.time_taken_ms),
        Fields::STREAM_ID => push_optional(out, record.stream_id),
        Fields::STREAM_ID_EX => push_optional(out, record.stream_id_ex),
        Fields::TRANSPORT_TYPE => text(out, record.transport),
        _ => out.push(b'-'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::FieldsData;

    #[test]
    fn a_line_cannot_pose_as_a_directive() {
        let record = Record {
            fields: FieldsData {
                method: Text::Bytes(b"#Fields: date"),
                ..FieldsData::default()
            },
            ..Record::default()
        };
        let mut out = b"before".to_vec();
        line(
            Format::W3c,
            Fields::METHOD,
            CodePage::Utf8,
            &record,
            &mut out,
        );
        assert_eq!(out, b"before+Fields:+date\r\n");
    }

    #[test]
    fn no_field_selected_means_no_line() {
        let error_only = Fields::CLIENT_PORT
            | Fields::URI
            | Fields::SITE_ID
            | Fields::REASON
            | Fields::QUEUE_NAME
            | Fields::CORRELATION_ID
            | Fields::FAULT_CODE;
        for fields in [Fields::NONE, error_only] {
            let mut out = Vec::new();
            line(
                Format::W3c,
                fields,
                CodePage::Utf8,
                &Record::default(),
                &mut out,
            );
            assert_eq!(out, b"");
        }
    }

    #[test]
    fn a_software_name_stays_on_its_line() {
        let mut out = Vec::new();
        let name = "A B\r\n#Fields: x\u{2028}é";
        header(Format::W3c, Fields::DATE, name, Time::utc(0), &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "#Software: A B++#Fields: x+é\r\n#Version: 1.0\r\n#Date: 1970-01-01 00:00:00\r\n\
             #Fields: date\r\n"
        );
    }
}
