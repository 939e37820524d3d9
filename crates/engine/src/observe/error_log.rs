//! The HTTPERR log: a line for each request or connection that the service itself ends.
//!
//! Owns: whether there is a log (`EnableErrorLogging`, LIM-019), and what of a connection goes into
//! a line: of a request that the program has, its request line is kept beside the connection.
//! Does not own the file nor its format (`httpsys-logging`). Lines are handed to a bounded buffer;
//! nothing here waits for a disk. Threading: any thread.

use std::net::SocketAddr;

use httpsys_core::Request;
use httpsys_core::proto::{Parameters, Version};
use httpsys_logging::{
    CodePage, ErrorLog, ErrorLogSettings, ErrorRecord, MAX_URI, MAX_VERB, Reason, Rollover,
    StdFiles, Text, Time,
};

use crate::calls::queue::Queue;
use crate::conn::pool;
use crate::conn::slot::Conn;
use crate::observe::trace;
use crate::service::Service;

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

/// What a line says of a request.
#[derive(Clone, Copy)]
pub(crate) struct RequestLine<'a> {
    version: Version,
    verb: &'a [u8],
    target: &'a [u8],
}

impl<'a> From<&'a Request> for RequestLine<'a> {
    fn from(request: &'a Request) -> Self {
        RequestLine {
            version: request.version(),
            verb: request.head.verb_text(),
            target: request.head.raw_url(),
        }
    }
}

/// The request line of the request that the program was given last, kept while there is a log: the
/// request itself may be the program's. It stays with the slot, so that it costs an allocation once.
#[derive(Debug)]
pub(crate) struct Received {
    version: Version,
    /// Verb and target, each as far as a line has it.
    text: Vec<u8>,
    verb: usize,
}

impl Received {
    fn line(&self) -> RequestLine<'_> {
        let (verb, target) = self.text.split_at(self.verb);
        RequestLine {
            version: self.version,
            verb,
            target,
        }
    }
}

impl Conn {
    /// The request is about to be handed to the program.
    #[inline(never)]
    pub(crate) fn remember_request_line(&mut self, request: &Request) {
        let line = RequestLine::from(request);
        let verb = &line.verb[..line.verb.len().min(MAX_VERB)];
        let target = &line.target[..line.target.len().min(MAX_URI)];
        let received = self.received.get_or_insert_with(|| {
            Box::new(Received {
                version: line.version,
                text: Vec::new(),
                verb: 0,
            })
        });
        received.version = line.version;
        received.verb = verb.len();
        received.text.clear();
        received.text.extend_from_slice(verb);
        received.text.extend_from_slice(target);
    }

    /// The request line of the last request that a program got.
    pub(crate) fn request_line(&self) -> Option<RequestLine<'_>> {
        self.received.as_deref().map(Received::line)
    }
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
        request: Option<RequestLine<'_>>,
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
            let version = request.version;
            record.version = (version.major > 0).then_some(httpsys_logging::Version {
                major: version.major,
                minor: version.minor,
            });
            record.method = Text::Bytes(request.verb);
            record.uri = Text::Bytes(request.target);
        }
        let mut line = pool::get_buffer();
        if log.log(&record, &mut line) {
            trace::log_file_write(conn.state.id(), status.unwrap_or(0));
        }
        pool::put_buffer(line);
    }
}
