//! Requests that the service answers itself, with an error page or a reset.
//!
//! Owns what is told of a refused request to its client, to counters, events and the HTTPERR log. Does not
//! own which requests are refused (`httpsys-proto`, `read.rs`), the text of the pages (`httpsys-proto`),
//! nor refused registrations (`refused.rs`). Threading: called with the connection's slot locked.

use httpsys_core::property::Verbosity;
use httpsys_core::proto::error_page::PageBody;
use httpsys_core::proto::h1::response::write;
use httpsys_core::proto::h2::StreamResponse;
use httpsys_core::proto::{ConnectionLine, Finish, Reject, ResponseParts};
use httpsys_core::{CloseReason, Request};

use crate::clock;
use crate::conn::pool;
use crate::conn::slot::Conn;
use crate::control::routes::Bound;
use crate::observe::error_log::RequestLine;
use crate::observe::trace;
use crate::poll::waiter::Turn;
use crate::service::Service;

impl Service {
    /// A queue did not take the request of the exchange that has just begun (QUE-002, QUE-008), or
    /// nobody took it from there in time (G-083).
    #[cold]
    pub(crate) fn refuse_queued(
        &self,
        conn: &mut Conn,
        bound: &Bound,
        end: CloseReason,
        turn: &mut Turn,
    ) {
        let own = conn.state.under_way_mut();
        let block = own.and_then(|own| own.block.take());
        self.refuse_unavailable(conn, bound, end, block.as_deref(), turn);
        if let Some(block) = block {
            self.requests().put(block);
        }
    }

    /// The 503 handling: what the queue's verbosity lets the client see (QUE-003 to QUE-005).
    #[cold]
    pub(crate) fn refuse_unavailable(
        &self,
        conn: &mut Conn,
        bound: &Bound,
        end: CloseReason,
        request: Option<&Request>,
        turn: &mut Turn,
    ) {
        let verbosity = bound.queue.properties().verbosity;
        let status = (verbosity != Verbosity::Basic).then_some(503);
        tracing::info!(
            connection = conn.state.id().0,
            request = conn.state.exchange().map(|exchange| exchange.request().0),
            queue = bound.queue.id().0,
            url_group = bound.group.id().0,
            status,
            reason = end.name(),
            "refused"
        );
        self.tallies().refused(end.name());
        conn.state.refuse(end);
        let line = request.map(RequestLine::from);
        let stream_id = conn.stream_id();
        self.log_error(
            conn,
            end.name(),
            status,
            line,
            Some(&bound.queue),
            stream_id,
        );
        let page = match verbosity {
            Verbosity::Basic => {
                return self.reset_connection(conn, end, turn);
            }
            Verbosity::Limited => Reject::respond_limited,
            Verbosity::Full => Reject::respond,
        };
        self.send_page(conn, Reject::ServiceUnavailable, page, turn);
    }

    /// Answers with the service's own error page, then ends the connection in order: the write
    /// side is closed, and what the client still sends is read and thrown away, so that the page
    /// is not lost to a reset (ERR-017, ERR-018, G-006).
    pub(crate) fn refuse(
        &self,
        conn: &mut Conn,
        reject: Reject,
        request: Option<&Request>,
        turn: &mut Turn,
    ) {
        tracing::info!(
            connection = conn.state.id().0,
            status = reject.status(),
            reason = reject.httperr_reason(),
            "refused"
        );
        let (reason, status) = (reject.httperr_reason(), reject.status());
        trace::parse_failed(conn.state.id(), reason);
        self.tallies().refused(reason);
        conn.state.refuse(CloseReason::Refused(reason));
        let line = request.map(RequestLine::from);
        self.log_error(conn, reason, Some(status), line, None, conn.stream_id());
        self.send_page(conn, reject, Reject::respond, turn);
    }

    fn send_page(
        &self,
        conn: &mut Conn,
        reject: Reject,
        respond: fn(Reject, &mut ResponseParts, bool) -> PageBody,
        turn: &mut Turn,
    ) {
        let date = clock::date(self.clock(), turn.millis(self));
        let server = self.parameters().disable_server_header == 0;
        let sent = pool::with_response_parts(|parts| {
            let body = respond(reject, parts, server);
            let finish = Finish {
                date: &date,
                connection: match conn.is_stream {
                    // The connection goes on (ERR-019, H2X-024).
                    true => ConnectionLine::None,
                    false => ConnectionLine::Close,
                },
                content_length: Some(body.iter().map(|piece| piece.len() as u64).sum()),
            };
            if let Some(stream) = conn.stream_mut() {
                let is_head = stream.is_head;
                let Ok(length) = stream.respond(&StreamResponse::new(parts, &finish)) else {
                    return false;
                };
                let body = match is_head {
                    true => Vec::new(),
                    false => body.map(str::as_bytes).concat(),
                };
                stream.expect_end(Some(body.len() as u64));
                conn.sent += length as u64;
                return self.write_own(conn, &body);
            }
            let mut page = write(parts, &finish);
            for piece in body {
                page.push_body(piece.as_bytes());
            }
            self.write_own(conn, page.into_bytes())
        });
        if sent {
            conn.state.end_output();
            self.carry_out(conn, turn);
        } else {
            self.reset_connection(conn, CloseReason::PeerReset, turn);
        }
    }
}
