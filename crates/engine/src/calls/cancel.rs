//! HttpCancelHttpRequest, and every other hard or orderly end of a connection.
//!
//! Owns the one way in which a connection ends. Invariant: under the slot's lock the socket is closed, the
//! exchange is over, and every waiting call is taken out to be signalled exactly once; with the lock the slot
//! is given back (`table.rs`). So a second cancel, the polling thread and a closing queue all find either a
//! live connection with the id they mean or nothing.

use httpsys_core::call::Cancel;
use httpsys_core::connection::{DeliveryState, Ended, Exchange, Phase};
use httpsys_core::{CloseReason, Error, QueueId, RequestId};

use crate::calls::queue::Queue;
use crate::conn::alarm::{Alarm, Purpose};
use crate::conn::slot::Conn;
use crate::conn::table::RequestGuard;
use crate::conn::under_way::{PendingHead, UnderWay};
use crate::control::routes::Bound;
use crate::observe::trace;
use crate::poll::operation::Signal;
use crate::poll::waiter::Turn;
use crate::service::Service;
use crate::transport::Transport;

impl Service {
    /// HttpCancelHttpRequest: resets the transport connection of exactly this request. Requests
    /// pipelined behind it are gone with it (CXL-010, G-070); calls that wait on the connection
    /// end with 995 (G-068). From any thread, at any moment.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] (6) on a closed queue; [`Error::ConnectionInvalid`] (1229) for an
    /// id that is unknown, zero, finished, another queue's, or whose last send was started
    /// (CXL-006, SND-033): nothing is touched.
    pub fn cancel(&self, queue: &Queue, cancel: &Cancel) -> Result<(), Error> {
        let request = self.live_request(queue, cancel.request)?;
        let mut guard = request.into_connection();
        let mut turn = Turn::default();
        self.reset_connection(&mut guard, CloseReason::Cancelled, &mut turn);
        drop(guard);
        turn.fire(self);
        Ok(())
    }

    /// HttpSetRequestProperty with HttpRequestPropertyStreamError: the code with which the stream of an HTTP/2
    /// request is reset, by a cancel or by any other end that is not in order (CXL-012). A request over
    /// HTTP/1.x has no use for it. Any thread.
    ///
    /// # Errors
    /// As [`Service::check_live`].
    pub fn set_stream_error(
        &self,
        queue: &Queue,
        request: RequestId,
        code: u32,
    ) -> Result<(), Error> {
        let mut guard = self.live_request(queue, request)?.into_connection();
        if let Some(stream) = guard.stream_mut() {
            stream.set_code(code);
        }
        Ok(())
    }

    /// Whether a request that a receive has returned is still there, for calls that change nothing
    /// on its connection.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] (6) on a closed queue; [`Error::ConnectionInvalid`] (1229) for an id
    /// that is unknown, zero, finished or another queue's.
    pub fn check_live(&self, queue: &Queue, request: RequestId) -> Result<(), Error> {
        self.live_request(queue, request).map(drop)
    }

    /// Locks the connection of a live request of `queue` that a receive has returned.
    #[inline(always)]
    pub(crate) fn live_request(
        &self,
        queue: &Queue,
        request: RequestId,
    ) -> Result<RequestGuard<'_>, Error> {
        self.check_process()?;
        let found = self
            .shard_at(request.place())
            .table
            .live_request(request, queue.id());
        found.ok_or_else(|| dead_request(queue))
    }

    /// As [`Service::live_request`], and in strict mode a call with the id of an answered request is a finding.
    #[inline(always)]
    pub(crate) fn live_request_of(
        &self,
        call: &'static str,
        queue: &Queue,
        request: RequestId,
    ) -> Result<RequestGuard<'_>, Error> {
        self.live_request(queue, request)
            .inspect_err(|_| self.note_dead(call, request))
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn note_dead(&self, call: &'static str, request: RequestId) {
        if let Some(strict) = self.strict() {
            strict.is_dead(call, request);
        }
    }

    /// Closes the transport connection with a reset, of a stream that alone; waiting calls end with the reason's code.
    pub(crate) fn reset_connection(&self, conn: &mut Conn, end: CloseReason, turn: &mut Turn) {
        count_last(conn);
        let Some(stream) = conn.stream.take() else {
            return;
        };
        let (stream_id, mut end) = (stream.stream_id(), end);
        match stream {
            Transport::Stream(stream) => {
                // Broken it may be for an error of the client, which the protocol knows.
                let own = stream.fault().filter(|_| end == CloseReason::PeerReset);
                end = own.unwrap_or(end);
                self.end_stream(*stream, end, false);
            }
            stream => {
                let carrier = self.end_streams_of(&stream, end);
                let shard = self.shard_of(conn.state.id());
                let polled = shard.lead.is_locked().then_some(&shard.registry);
                stream.reset(polled);
                if let Some(carrier) = carrier {
                    conn.count_last_of(&carrier);
                }
            }
        }
        self.has_closed(conn, end, stream_id, turn);
    }

    /// Closes the transport connection with FIN, a stream with its last frame, or with a reset if the client has left
    /// no room for all of the service's own answer: END_STREAM would say that it is whole.
    pub(crate) fn close_connection(&self, conn: &mut Conn, end: CloseReason, turn: &mut Turn) {
        count_last(conn);
        let Some(stream) = conn.stream.take() else {
            return;
        };
        let stream_id = stream.stream_id();
        match stream {
            Transport::Stream(stream) => self.end_stream(*stream, end, conn.kept.is_none()),
            stream => {
                let carrier = self.end_streams_of(&stream, end);
                stream.close(&self.shard_of(conn.state.id()).registry);
                if let Some(carrier) = carrier {
                    conn.count_last_of(&carrier);
                }
            }
        }
        self.has_closed(conn, end, stream_id, turn);
    }

    fn has_closed(
        &self,
        conn: &mut Conn,
        end: CloseReason,
        stream_id: Option<u64>,
        turn: &mut Turn,
    ) {
        if conn.has_log() {
            self.log_broken(conn, end.error());
        }
        trace::cleaned_up(conn.state.id());
        let ended = conn.state.close();
        let bound = conn.unbind(&self.tallies().traffic);
        self.note_end(conn, end, &ended, bound.as_deref(), stream_id);
        self.let_go(conn, ended, bound.as_deref(), end, turn);
        if conn.is_stream {
            // Whoever opens a stream that ends at once looks for the group of its request.
            conn.bound = bound;
        }
    }

    /// Ends what the connection carries, with this reason, which the transport tells the client: the connection
    /// lingers behind that, so that no reset overtakes it.
    #[cold]
    pub(crate) fn fail_connection(&self, conn: &mut Conn, end: CloseReason, turn: &mut Turn) {
        if conn.has_log() {
            self.log_broken(conn, end.error());
        }
        let ended = conn.state.fail(end);
        let bound = conn.bound.clone();
        self.report_end(conn, end, &ended, bound.as_deref(), conn.stream_id());
        self.let_go(conn, ended, bound.as_deref(), end, turn);
        self.carry_out(conn, turn);
        if !conn.has_ended() {
            // No event tells of what has come already.
            self.resume_later(conn);
        }
    }

    /// What a connection had when it ended goes back, and whoever waited for it is told.
    fn let_go(
        &self,
        conn: &mut Conn,
        ended: Ended<PendingHead, UnderWay>,
        bound: Option<&Bound>,
        end: CloseReason,
        turn: &mut Turn,
    ) {
        if let Some((exchange, own)) = ended.exchange {
            let was_throttled = conn.send_alarm.purpose == Purpose::Bandwidth;
            self.end_under_way(&exchange, own, bound, was_throttled, end, turn);
        }
        if let Some(head) = ended.head {
            self.requests().put(head.block);
        }
        conn.forget_input();
        conn.kept = None;
        (conn.alarm, conn.send_alarm) = (Alarm::NONE, Alarm::NONE);
        // What they waited for (DSC-001, CXL-009).
        for (_, waiting) in conn.take_disconnects() {
            turn.add(waiting, Signal::Ready);
        }
    }

    /// The connection of this request has ended.
    fn end_under_way(
        &self,
        exchange: &Exchange,
        mut own: UnderWay,
        bound: Option<&Bound>,
        was_throttled: bool,
        end: CloseReason,
        turn: &mut Turn,
    ) {
        if let Some(bound) = bound {
            if was_throttled {
                // Else clients that ask and go would use up the bandwidth of those that stay.
                let allowed = own.waits().map_or(0, |waits| waits.allowed);
                bound.group.give_back(&bound.effective, allowed);
            }
            if exchange.delivery() == DeliveryState::Queued {
                bound.queue.lock().forget(exchange.request());
            }
        }
        if let Some(block) = own.block.take() {
            self.requests().put(block);
        }
        if let Some(waits) = own.waits() {
            for waiting in waits.readers.drain(..).chain(waits.writer.take()) {
                turn.add(waiting, Signal::Failed(end.error()));
            }
        }
    }

    /// Resets the connections of all requests of a queue that `call` has closed (SHD-007, SHD-008).
    pub(crate) fn reset_requests_of(&self, call: &'static str, queue: QueueId, turn: &mut Turn) {
        self.for_each_connection(|service, conn| {
            let exchange = conn.state.exchange();
            if let Some(exchange) = exchange.filter(|exchange| exchange.queue() == queue) {
                if let Some(strict) = service.strict() {
                    strict.closes(call, queue, exchange);
                }
                service.reset_connection(conn, CloseReason::QueueClosed, turn);
            }
        });
    }

    /// Closes the idle connections of a port that has no registration left (G-077).
    pub(crate) fn close_idle_on(&self, port: u16, turn: &mut Turn) {
        self.for_each_connection(|service, conn| {
            if conn.endpoint().port() != port {
                return;
            }
            if conn.state.is_idle() {
                service.close_connection(conn, CloseReason::UrlRemoved, turn);
            } else if conn.has_no_streams() {
                service.retire_carrier(conn, CloseReason::UrlRemoved, turn);
            }
        });
    }

    /// Ends every connection: the service ends. Where a request is under way, with a reset;
    /// otherwise in order, since the client may not have taken the last response yet (G-077).
    pub(crate) fn end_all(&self, turn: &mut Turn) {
        self.for_each_connection(|service, conn| {
            let whole = match conn.state.phase() {
                Phase::Exchange(..) => false,
                Phase::Head { seen, .. } => *seen == 0,
                Phase::Carrier => conn.has_no_streams(),
                Phase::Drain(_) | Phase::Closing(_) | Phase::Closed => true,
            };
            if whole {
                service.close_connection(conn, CloseReason::ServiceStopped, turn);
            } else {
                service.reset_connection(conn, CloseReason::ServiceStopped, turn);
            }
        });
    }
}

/// Closing a queue ends its requests, so only dead ids pay for this look.
#[cold]
fn dead_request(queue: &Queue) -> Error {
    if queue.is_closed() {
        Error::InvalidHandle
    } else {
        Error::ConnectionInvalid
    }
}

/// Counts all wire bytes of a connection that ends.
fn count_last(conn: &mut Conn) {
    if let Some(carrier) = conn.stream.as_ref().and_then(Transport::carrier) {
        carrier.end_sharing();
    }
    conn.count_untold();
}
