//! Why connections ended: told to whoever asks, to `tracing`, and to the HTTPERR log.
//!
//! Owns: what is remembered of connections that are gone, and the one event and the one line that
//! each end gives. Does not own: the reasons (`httpsys_core::close_reason`), ending (`cancel.rs`), nor the
//! log (`error_log.rs`). Threading: any thread; the list's lock is a leaf.

use httpsys_core::close_reason::TimerKind;
use httpsys_core::connection::{DeliveryState, Ended, Exchange};
use httpsys_core::open_connections::ConnectionStatus;
use httpsys_core::{CloseReason, ConnectionId};

use crate::conn::slot::Conn;
use crate::conn::under_way::{PendingHead, UnderWay};
use crate::control::routes::Bound;
use crate::observe::error_log::RequestLine;
use crate::observe::trace;
use crate::service::Service;

impl Service {
    /// Why a connection ended, or that it has not. Any thread, at any moment.
    #[must_use]
    pub fn fate_of(&self, connection: ConnectionId) -> ConnectionStatus {
        if self.is_inherited() {
            return ConnectionStatus::Unknown;
        }
        if self
            .shard_of(connection)
            .table
            .connection(connection)
            .is_some()
        {
            return ConnectionStatus::Open;
        }
        let ended = self.shard_of(connection).ends.of(connection);
        ended.map_or(ConnectionStatus::Unknown, ConnectionStatus::Ended)
    }

    /// The connection has just ended, in order or for this reason if none was known before. Its slot is
    /// still locked; `ended` has the request block if no program has it. `stream_id` is that of an HTTP/2 stream.
    pub(crate) fn note_end(
        &self,
        conn: &Conn,
        end: CloseReason,
        ended: &Ended<PendingHead, UnderWay>,
        bound: Option<&Bound>,
        stream_id: Option<u64>,
    ) {
        let connection = conn.state.id();
        let end = ended.reason.unwrap_or(end);
        self.shard_of(connection)
            .ends
            .remember(connection, end, !conn.is_stream);
        if !ended.is_reported {
            self.report_end(conn, end, ended, bound, stream_id);
        }
    }

    /// The events and the line of the error log of an end.
    pub(crate) fn report_end(
        &self,
        conn: &Conn,
        end: CloseReason,
        ended: &Ended<PendingHead, UnderWay>,
        bound: Option<&Bound>,
        stream_id: Option<u64>,
    ) {
        let connection = conn.state.id();
        let exchange = ended.exchange.as_ref().map(|(exchange, _)| exchange);
        if let CloseReason::Timer(timer) = end {
            trace::timed_out(connection, timer.name());
        }
        if !end.is_ordinary() {
            tracing::info!(
                connection = connection.0,
                request = exchange.map(|exchange| exchange.request().0),
                queue = bound.map(|bound| bound.queue.id().0),
                url_group = bound.map(|bound| bound.group.id().0),
                reason = end.name(),
                "connection ended"
            );
        } else {
            tracing::debug!(
                connection = connection.0,
                reason = end.name(),
                "connection ended"
            );
        }
        if self.error_log().is_some() {
            if let Some(phrase) = phrase(end, exchange) {
                // An unfinished head shows nothing of itself (CON-018); a body that is thrown away
                // is still that of its request.
                let draining = end == CloseReason::Timer(TimerKind::DrainEntityBody);
                let under_way = exchange.is_some() || draining;
                let own = ended.exchange.as_ref().map(|(_, own)| own);
                let block = own.and_then(|own| own.block.as_deref());
                let line = block.map(RequestLine::from).or_else(|| conn.request_line());
                let line = line.filter(|_| under_way);
                let queue = bound.filter(|_| under_way);
                let queue = queue.map(|bound| &*bound.queue);
                self.log_error(conn, phrase, None, line, queue, stream_id);
            }
        }
    }
}

/// HTTPERR's phrase for an end (LOG-007, LOG-008), if it has one.
fn phrase(end: CloseReason, exchange: Option<&Exchange>) -> Option<&'static str> {
    match end {
        CloseReason::Timer(timer) => Some(timer.name()),
        CloseReason::QueueClosed => Some("Connection_Abandoned_By_ReqQueue"),
        CloseReason::Exhausted => Some("Internal"),
        CloseReason::Http2(name) => Some(name),
        CloseReason::PeerReset | CloseReason::PeerClosed | CloseReason::BodyIncomplete => {
            match exchange?.delivery() {
                DeliveryState::Queued => Some("Client_Reset"),
                DeliveryState::Bound | DeliveryState::Delivered => Some("Connection_Dropped"),
            }
        }
        _ => None,
    }
}
