//! The HTTPERR log: what HTTP.sys handled itself, for all programs together.
//!
//! Owns: its lines, its settings, and [`ErrorLog`]. Does not own: the reasons (`reason.rs`), or
//! where `EnableErrorLogging` and related settings are kept. Threading: any thread may log.
//!
//! Sources: KB 820729, format-of-the-http-server-api-error-logs,
//! error-logging-in-windows-server-2003-sp1 (documented); LOG-001 to LOG-010. KB 820729 says that
//! files have no column headings; since Windows Server 2003 SP1 they have the W3C directives.

use std::io;
use std::net::SocketAddr;

use crate::fields::{ERROR_COLUMNS, Fields};
use crate::files::Files;
use crate::format::{end_line, push_target};
use crate::reason::Reason;
use crate::record::{Version, push_ip, push_optional, push_version};
use crate::rollover::Rollover;
use crate::sink::{LogKind, LogPlan};
use crate::text::{CodePage, Text, push_field};
use crate::time::{Civil, Time, push_decimal};
use crate::writer::{LogWriter, WriterSettings};

/// `#Software` of the error log (observed).
pub const ERROR_LOG_SOFTWARE: &str = "Microsoft HTTP API 2.0";
/// Bytes after which a method is cut (LOG-004).
pub const MAX_VERB: usize = 255;
/// Bytes after which URL and query together are cut (LOG-004).
pub const MAX_URI: usize = 4096;

/// One line of the error log. What is not known stays `None` or absent and becomes `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorRecord<'a> {
    /// When it happened.
    pub time: Time,
    /// Why.
    pub reason: Reason,
    /// The client's end of the connection. IPv6 addresses have their scope.
    pub client: Option<SocketAddr>,
    /// The server's end of the connection.
    pub server: Option<SocketAddr>,
    /// The version of the request, if that much was parsed.
    pub version: Option<Version>,
    /// The method, known or not.
    pub method: Text<'a>,
    /// The cooked URL's path as a Unicode text; before the URL is cooked the raw URL as bytes.
    pub uri: Text<'a>,
    /// The query, unless it is part of `uri`; with or without its question mark.
    pub query: Text<'a>,
    /// The status code, if there was a response. Above 999 it counts as none.
    pub status: Option<u16>,
    /// The URL group's number. KB 820729 says "not used", always `-`; files of IIS have one.
    pub site_id: Option<u32>,
    /// The name of the request queue.
    pub queue_name: Text<'a>,
    /// The computer's name; this and the following are not logged by default.
    pub computer_name: Text<'a>,
    /// The User-Agent field.
    pub user_agent: Text<'a>,
    /// The Cookie field.
    pub cookie: Text<'a>,
    /// The Referer field.
    pub referrer: Text<'a>,
    /// The Host field.
    pub host: Text<'a>,
    /// Bytes sent.
    pub bytes_sent: Option<u64>,
    /// Bytes received.
    pub bytes_received: Option<u64>,
    /// Milliseconds since the first byte of the request.
    pub time_taken_ms: Option<u64>,
    /// HTTP/2 stream.
    pub stream_id: Option<u64>,
    /// HTTP/3 stream.
    pub stream_id_ex: Option<u64>,
    /// The kind of transport.
    pub transport: Text<'a>,
}

impl ErrorRecord<'_> {
    /// A record of which only time and reason are known.
    #[must_use]
    pub const fn new(time: Time, reason: Reason) -> Self {
        Self {
            time,
            reason,
            client: None,
            server: None,
            version: None,
            method: Text::ABSENT,
            uri: Text::ABSENT,
            query: Text::ABSENT,
            status: None,
            site_id: None,
            queue_name: Text::ABSENT,
            computer_name: Text::ABSENT,
            user_agent: Text::ABSENT,
            cookie: Text::ABSENT,
            referrer: Text::ABSENT,
            host: Text::ABSENT,
            bytes_sent: None,
            bytes_received: None,
            time_taken_ms: None,
            stream_id: None,
            stream_id_ex: None,
            transport: Text::ABSENT,
        }
    }
}

/// Appends a line of the error log with its CR LF; nothing if no field is selected.
pub fn error_line(
    fields: Fields,
    code_page: CodePage,
    record: &ErrorRecord<'_>,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    let civil = record.time.civil(false);
    for (field, _) in ERROR_COLUMNS {
        if fields.contains(field) {
            push(field, code_page, &civil, record, out);
            out.push(b' ');
        }
    }
    if out.len() > start {
        end_line(out, start);
    }
}

fn push(
    field: Fields,
    code_page: CodePage,
    civil: &Civil,
    record: &ErrorRecord<'_>,
    out: &mut Vec<u8>,
) {
    let text = |out: &mut Vec<u8>, text: Text<'_>| push_field(out, text, code_page, usize::MAX);
    match field {
        Fields::DATE => civil.push_date(out),
        Fields::TIME => civil.push_time(out),
        Fields::COMPUTER_NAME => text(out, record.computer_name),
        Fields::CLIENT_IP => push_end(out, record.client),
        Fields::CLIENT_PORT => push_optional(out, record.client.map(|end| end.port().into())),
        Fields::SERVER_IP => push_end(out, record.server),
        Fields::SERVER_PORT => push_optional(out, record.server.map(|end| end.port().into())),
        Fields::VERSION => push_version(out, record.version),
        Fields::METHOD => push_field(out, record.method, code_page, MAX_VERB),
        Fields::URI => push_target(out, record.uri, record.query, code_page, MAX_URI),
        Fields::STREAM_ID => push_optional(out, record.stream_id),
        Fields::STREAM_ID_EX => push_optional(out, record.stream_id_ex),
        Fields::USER_AGENT => text(out, record.user_agent),
        Fields::COOKIE => text(out, record.cookie),
        Fields::REFERER => text(out, record.referrer),
        Fields::HOST => text(out, record.host),
        Fields::STATUS => {
            let status = record.status.filter(|status| *status <= 999);
            push_optional(out, status.map(u64::from));
        }
        Fields::BYTES_SENT => push_optional(out, record.bytes_sent),
        Fields::BYTES_RECV => push_optional(out, record.bytes_received),
        Fields::TIME_TAKEN => push_optional(out, record.time_taken_ms),
        Fields::SITE_ID => push_optional(out, record.site_id.map(u64::from)),
        Fields::REASON => out.extend_from_slice(record.reason.name().as_bytes()),
        Fields::QUEUE_NAME => text(out, record.queue_name),
        Fields::TRANSPORT_TYPE => text(out, record.transport),
        _ => out.push(b'-'),
    }
}

/// The address of one end; an IPv6 address has its scope, which is 0 for most (LOG-002).
fn push_end(out: &mut Vec<u8>, end: Option<SocketAddr>) {
    let Some(end) = end else {
        out.push(b'-');
        return;
    };
    push_ip(out, end.ip());
    if let SocketAddr::V6(v6) = end {
        out.push(b'%');
        push_decimal(out, v6.scope_id().into());
    }
}

/// Settings of the error log. The defaults are those of HTTP.sys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorLogSettings {
    /// ErrorLoggingFields.
    pub fields: Fields,
    /// ErrorLoggingRolloverType and ErrorLogFileTruncateSize. A size below
    /// [`Rollover::MIN_SIZE`] is raised to it (it "can't be smaller", documented; that it is raised
    /// and not refused is assumed).
    pub rollover: Rollover,
    /// ErrorLoggingLocaltimeRollover.
    pub local_rollover: bool,
    /// The local code page, for cooked URLs and names.
    pub code_page: CodePage,
    /// `#Software`.
    pub software: String,
    /// Buffer and delay.
    pub writer: WriterSettings,
}

impl Default for ErrorLogSettings {
    fn default() -> Self {
        Self {
            fields: Fields::ERROR_LOG_DEFAULT,
            rollover: Rollover::Size(Rollover::MIN_SIZE),
            local_rollover: false,
            code_page: CodePage::LOCAL,
            software: ERROR_LOG_SOFTWARE.to_owned(),
            writer: WriterSettings::default(),
        }
    }
}

/// The error log, switched on.
#[derive(Debug)]
pub struct ErrorLog {
    fields: Fields,
    code_page: CodePage,
    writer: LogWriter,
}

impl ErrorLog {
    /// An error log in these files, usually [`crate::StdFiles::error_log`].
    ///
    /// Fails if the thread cannot be started. No file is made yet.
    pub fn start<F: Files>(files: F, settings: &ErrorLogSettings) -> io::Result<Self> {
        let plan = LogPlan {
            kind: LogKind::Error,
            rollover: match settings.rollover {
                Rollover::Size(size) => Rollover::Size(size.max(Rollover::MIN_SIZE)),
                by_time => by_time,
            },
            local: settings.local_rollover,
            fields: settings.fields,
            software: settings.software.clone(),
        };
        Ok(Self {
            fields: settings.fields,
            code_page: settings.code_page,
            writer: LogWriter::start(plan, files, &settings.writer)?,
        })
    }

    /// Logs a record. False if it had to be dropped. `scratch` is as in [`crate::AccessLog::log`].
    pub fn log(&self, record: &ErrorRecord<'_>, scratch: &mut Vec<u8>) -> bool {
        scratch.clear();
        error_line(self.fields, self.code_page, record, scratch);
        scratch.is_empty() || self.writer.try_push(record.time, scratch)
    }

    /// The writer: to flush, to close, and to see what happened to the entries.
    #[must_use]
    pub fn writer(&self) -> &LogWriter {
        &self.writer
    }
}

#[cfg(test)]
mod tests;
