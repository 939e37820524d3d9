//! The HTTPERR log: a line for each request or connection that the service itself ends.
//!
//! Owns: whether there is a log (`EnableErrorLogging`, LIM-019), and what of a connection goes into
//! a line. Does not own the file nor its format (`httpsys-logging`). Lines are handed to a bounded
//! buffer; nothing here waits for a disk. Threading: any thread.

use std::net::SocketAddr;

use httpsys_core::Request;
use httpsys_core::proto::Parameters;
use httpsys_logging::{
    CodePage, ErrorLog, ErrorLogSettings, ErrorRecord, Reason, Rollover, StdFiles, Text, Time,
    Version,
};

use crate::conn::Conn;
use crate::pool;
use crate::queue::Queue;
use crate::service::Service;
use crate::trace;

/// The log that these parameters ask for, if they do.
pub(crate) fn open(parameters: &Parameters) -> std::io::Result<Option<ErrorLog>> {
    if !parameters.enable_error_logging {
        return Ok(None);
    }
    let folder = if parameters.error_logging_dir.is_empty() {
        std::env::temp_dir()
    } else {
        parameters.error_logging_dir.clone().into()
    };
    let settings = ErrorLogSettings {
        rollover: Rollover::Size(parameters.error_log_file_truncate_size),
        code_page: CodePage::LOCAL,
        ..ErrorLogSettings::default()
    };
    ErrorLog::start(StdFiles::error_log(&folder), &settings).map(Some)
}

impl Service {
    /// Writes a line for a connection that was not taken.
    pub(crate) fn log_refused_connection(
        &self,
        remote: SocketAddr,
        local: SocketAddr,
        reason: &str,
    ) {
        let (Some(log), Some(reason)) = (self.error_log(), Reason::from_name(reason)) else {
            return;
        };
        let time = Time::utc(self.clock().unix_seconds());
        let mut record = ErrorRecord::new(time, reason);
        record.client = Some(remote);
        record.server = Some(local);
        log.log(&record, &mut Vec::new());
    }

    /// Writes a line: why, with which status if there was an answer, the request as far as it was
    /// read, and the queue that it was routed to. Reasons that HTTP.sys has no name for give none.
    pub(crate) fn log_error(
        &self,
        conn: &Conn,
        reason: &str,
        status: Option<u16>,
        request: Option<&Request>,
        queue: Option<&Queue>,
    ) {
        let (Some(log), Some(reason)) = (self.error_log(), Reason::from_name(reason)) else {
            return;
        };
        let time = Time::utc(self.clock().unix_seconds());
        let mut record = ErrorRecord::new(time, reason);
        record.queue_name = queue.and_then(Queue::name).map_or(Text::ABSENT, Text::Str);
        record.client = Some(conn.remote);
        record.server = Some(conn.local);
        record.status = status;
        if let Some(request) = request {
            let version = request.version();
            record.version = (version.major > 0).then_some(Version {
                major: version.major,
                minor: version.minor,
            });
            record.method = Text::Bytes(request.head.verb_text());
            record.uri = Text::Bytes(request.head.raw_url());
        }
        let mut line = pool::get_buffer();
        if log.log(&record, &mut line) {
            trace::log_file_write(conn.state.id(), status.unwrap_or(0));
        }
        pool::put_buffer(line);
    }
}
