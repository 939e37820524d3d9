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
use crate::text::{CodePage, no_directive, push_field};
use crate::time::{Time, push_decimal};

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
    push_columns(fields, code_page, record, out);
    if out.len() > start {
        end_line(out, start);
    }
}

/// The columns that are selected, a blank behind each, in the order of [`W3C_COLUMNS`].
fn push_columns(fields: Fields, code_page: CodePage, record: &Record<'_>, out: &mut Vec<u8>) {
    let data = &record.fields;
    let text = |text| move |out: &mut Vec<u8>| push_field(out, text, code_page, usize::MAX);
    let number = |number: u64| move |out: &mut Vec<u8>| push_decimal(out, number);
    let optional = |number| move |out: &mut Vec<u8>| push_optional(out, number);
    let address = |address| move |out: &mut Vec<u8>| push_address(out, address);
    let mut line = Columns { fields, out };

    if fields.0 & (Fields::DATE | Fields::TIME).0 != 0 {
        let civil = record.time.civil(false);
        line.put(Fields::DATE, |out| civil.push_date(out));
        line.put(Fields::TIME, |out| civil.push_time(out));
    }
    line.put(Fields::SITE_NAME, text(data.service_name));
    line.put(Fields::COMPUTER_NAME, text(data.server_name));
    line.put(Fields::SERVER_IP, address(data.server_ip));
    line.put(Fields::METHOD, text(data.method));
    line.put(Fields::URI_STEM, text(data.uri_stem));
    line.put(Fields::URI_QUERY, text(data.uri_query));
    line.put(Fields::SERVER_PORT, number(data.server_port.into()));
    line.put(Fields::USER_NAME, text(data.user_name));
    line.put(Fields::CLIENT_IP, address(data.client_ip));
    line.put(Fields::VERSION, |out| push_version(out, record.version));
    line.put(Fields::USER_AGENT, text(data.user_agent));
    line.put(Fields::COOKIE, text(data.cookie));
    line.put(Fields::REFERER, text(data.referrer));
    line.put(Fields::HOST, text(data.host));
    line.put(Fields::STATUS, number(data.protocol_status.into()));
    line.put(Fields::SUB_STATUS, number(data.sub_status.into()));
    line.put(Fields::WIN32_STATUS, number(data.win32_status.into()));
    line.put(Fields::BYTES_SENT, number(record.bytes_sent));
    line.put(Fields::BYTES_RECV, number(record.bytes_received));
    line.put(Fields::TIME_TAKEN, number(record.time_taken_ms));
    line.put(Fields::STREAM_ID, optional(record.stream_id));
    line.put(Fields::STREAM_ID_EX, optional(record.stream_id_ex));
    line.put(Fields::TRANSPORT_TYPE, text(record.transport));
}

/// A line that is being written: the columns that are selected.
struct Columns<'a> {
    fields: Fields,
    out: &'a mut Vec<u8>,
}

impl Columns<'_> {
    /// Straight on: a loop over the columns would look for each one's value among all.
    #[inline(always)]
    fn put(&mut self, field: Fields, push: impl FnOnce(&mut Vec<u8>)) {
        if self.fields.contains(field) {
            push(self.out);
            self.out.push(b' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Address, FieldsData, Version};
    use crate::text::Text;

    #[test]
    fn a_line_has_the_columns_that_its_header_names() {
        let text =
            |number: u8| Text::Str(std::str::from_utf8(&ABC[usize::from(number)..]).unwrap());
        const ABC: [u8; 26] = *b"abcdefghijklmnopqrstuvwxyz";
        let record = Record {
            time: Time::utc(1_234_567_890),
            version: Some(Version { major: 1, minor: 1 }),
            bytes_sent: 101,
            bytes_received: 102,
            time_taken_ms: 103,
            stream_id: Some(104),
            stream_id_ex: Some(105),
            transport: text(0),
            site_id: 106,
            fields: FieldsData {
                user_name: text(1),
                uri_stem: text(2),
                client_ip: Address::Text(b"client"),
                server_name: text(3),
                service_name: text(4),
                server_ip: Address::Text(b"server"),
                method: text(5),
                uri_query: text(6),
                host: text(7),
                user_agent: text(8),
                cookie: text(9),
                referrer: text(10),
                server_port: 107,
                protocol_status: 108,
                win32_status: 109,
                method_num: 110,
                sub_status: 111,
            },
        };
        let written = |fields: Fields| {
            let mut out = Vec::new();
            line(Format::W3c, fields, CodePage::Utf8, &record, &mut out);
            String::from_utf8(out).unwrap().trim_end().to_owned()
        };
        let alone: Vec<String> = W3C_COLUMNS
            .iter()
            .map(|(field, _)| written(*field))
            .collect();
        let mut different = alone.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), W3C_COLUMNS.len());
        assert!(
            alone
                .iter()
                .all(|column| !column.is_empty() && column != "-")
        );
        assert_eq!(written(Fields(u32::MAX)), alone.join(" "));
    }

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
