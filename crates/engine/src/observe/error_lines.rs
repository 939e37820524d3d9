//! Lines of the HTTPERR log: what is said of a connection or a request that ended by an error.
//!
//! Owns which fields a line has. Does not own the log nor what is remembered for it (`error_log.rs`).

use std::net::SocketAddr;

use httpsys_core::Request;
use httpsys_logging::{ErrorRecord, MAX_URI, MAX_VERB, Reason, Text, Time};

use crate::calls::queue::Queue;
use crate::conn::pool;
use crate::conn::slot::Conn;
use crate::observe::error_log::{Received, RequestLine};
use crate::observe::trace;
use crate::service::Service;

const HTTP_2_0: httpsys_logging::Version = httpsys_logging::Version { major: 2, minor: 0 };

impl Conn {
    /// The request is about to be handed to the program.
    #[inline(never)]
    pub(crate) fn remember_request_line(&mut self, request: &Request, now: u64) {
        let since = self.queued_at().min(now);
        let line = RequestLine::from(request);
        let verb = &line.verb[..line.verb.len().min(MAX_VERB)];
        let target = &line.target[..line.target.len().min(MAX_URI)];
        let received = self.received.get_or_insert_with(|| {
            Box::new(Received {
                version: line.version,
                since,
                text: Vec::new(),
                verb: 0,
            })
        });
        received.version = line.version;
        received.since = since;
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
    /// read, the queue that it was routed to, and its HTTP/2 stream. Reasons that HTTP.sys has no name for give none.
    pub(crate) fn log_error(
        &self,
        conn: &Conn,
        reason: &str,
        status: Option<u16>,
        request: Option<RequestLine<'_>>,
        queue: Option<&Queue>,
        stream_id: Option<u64>,
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
        record.stream_id = stream_id;
        if reason.is_http2() {
            record.version = Some(HTTP_2_0);
        }
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
