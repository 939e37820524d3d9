//! HttpSendHttpResponse and HttpSendResponseEntityBody: writing a response.
//!
//! Owns: the calls, how a blocking one waits for the socket, and what the connection does after the
//! last piece. Does not own the head's text (`httpsys-proto`), which fields are added
//! (`httpsys_core`'s `ResponsePlan`), the writing (`write.rs`), nor an overlapped send that waits
//! (`pending_send.rs`). The caller's memory is used only while the call runs.

use std::sync::Arc;

use httpsys_core::connection::ResponseFacts;
use httpsys_core::operation::SendResponse;
use httpsys_core::proto::h1::response::write;
use httpsys_core::proto::{Finish, ResponseParts};
use httpsys_core::{CloseReason, Error, OperationId};
use httpsys_socket::lock::MutexGuard;

use crate::calls::chunk::Chunk;
use crate::calls::pending_send::PendingSend;
use crate::calls::queue::Queue;
use crate::calls::queue_handle::{Blocked, QueueHandle};
use crate::clock;
use crate::conn::outgoing::Outgoing;
use crate::conn::slot::Conn;
use crate::conn::write::Written;
use crate::observe::access_log::Log;
use crate::observe::reason;
use crate::poll::operation::Signal;
use crate::poll::waiter::{Reading, Turn, Waiter, Waiting};
use crate::service::Service;

/// The most chunks of one call (SND-020).
pub(crate) const MAX_CHUNKS: usize = 9999;

/// How a send goes on that finds the socket full.
enum WhenFull<'a> {
    Block(&'a QueueHandle),
    Pend(&'a mut dyn FnMut(OperationId) -> Box<dyn PendingSend>),
}

impl Service {
    /// HttpSendHttpResponse: sends `head` and `body`, blocking until the
    /// transport has taken the last byte. Returns head and body bytes put on the wire (SND-005).
    /// `log` is used while the call runs.
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`] (1229) for a dead or foreign id or a client that is gone;
    /// [`Error::InvalidParameter`] (87) for a second response (G-055) or too many chunks;
    /// [`Error::SendOutstanding`] (22) while another send on the request runs (SND-019);
    /// [`Error::PeerReset`] (64) when the client breaks off while the call waits;
    /// [`Error::Aborted`] (995) when the request is cancelled meanwhile (CXL-004);
    /// [`Error::EndOfBody`] (38) when a file chunk cannot be read that far: the connection is reset.
    #[inline]
    pub fn send_response(
        &self,
        queue: &QueueHandle,
        send: &SendResponse,
        head: &mut ResponseParts,
        body: &[Chunk<'_>],
        log: Log<'_>,
    ) -> Result<u64, Error> {
        self.begin_response(queue, send, head, body, log, WhenFull::Block(queue))
            .map(|sent| sent.unwrap_or_default())
    }

    /// As [`Service::send_response`], overlapped: `Ok(None)` when the socket did not take all; the
    /// operation that `register` made is done later then. `head` is copied as far as needed.
    ///
    /// # Errors
    /// As [`Service::send_response`].
    #[inline]
    pub fn try_send_response(
        &self,
        queue: &Queue,
        send: &SendResponse,
        head: &mut ResponseParts,
        body: &[Chunk<'_>],
        log: Log<'_>,
        register: &mut dyn FnMut(OperationId) -> Box<dyn PendingSend>,
    ) -> Result<Option<u64>, Error> {
        self.begin_response(queue, send, head, body, log, WhenFull::Pend(register))
    }

    /// HttpSendResponseEntityBody. Returns the body bytes of this call
    /// (SND-006). Without `more_data` it ends the response (SND-014, SND-015).
    ///
    /// # Errors
    /// As [`Service::send_response`]; [`Error::InvalidParameter`] (87) before a response was begun
    /// (G-056).
    pub fn send_entity_body(
        &self,
        queue: &QueueHandle,
        send: &SendResponse,
        body: &[Chunk<'_>],
        log: Log<'_>,
    ) -> Result<u64, Error> {
        self.continue_response(queue, send, body, log, WhenFull::Block(queue))
            .map(|sent| sent.unwrap_or_default())
    }

    /// As [`Service::send_entity_body`], overlapped.
    ///
    /// # Errors
    /// As [`Service::send_entity_body`].
    pub fn try_send_entity_body(
        &self,
        queue: &Queue,
        send: &SendResponse,
        body: &[Chunk<'_>],
        log: Log<'_>,
        register: &mut dyn FnMut(OperationId) -> Box<dyn PendingSend>,
    ) -> Result<Option<u64>, Error> {
        self.continue_response(queue, send, body, log, WhenFull::Pend(register))
    }

    fn begin_response(
        &self,
        queue: &Queue,
        send: &SendResponse,
        head: &mut ResponseParts,
        body: &[Chunk<'_>],
        log: Log<'_>,
        when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let mut guard = self.lock_to_send(queue, send, body)?;
        let Some(exchange) = guard.state.exchange_mut() else {
            return Err(Error::ConnectionInvalid);
        };
        let mut outgoing = Outgoing::body(body, !send.more_data);
        let facts = ResponseFacts {
            status: head.status(),
            has_content_length: head.has_content_length(),
            has_transfer_encoding: head.has_transfer_encoding(),
            upgrades_to_websocket: head.upgrades_to_websocket(),
            body_len: outgoing.total(),
            more_data: send.more_data,
            disconnect: send.disconnect,
            opaque: send.opaque,
        };
        let plan = exchange.begin_response(&facts).map_err(|_| {
            reason::invalid(if send.opaque {
                "HTTP_SEND_RESPONSE_FLAG_OPAQUE: a response was begun, or this is no answer to an upgrade to \
                 websocket: status 101, Upgrade: websocket, HTTP_SEND_RESPONSE_FLAG_MORE_DATA"
            } else {
                "RequestId has a response already: HttpSendResponseEntityBody goes on with it"
            })
        })?;
        if send.opaque {
            tracing::debug!(request = send.request.0, "upgraded: bytes as they are");
        }
        if guard.has_log() {
            self.keep_log_data(&mut guard, log);
        }
        let now = self.clock().millis();
        let date = clock::date(self.clock(), now);
        let finish = Finish {
            date: &date,
            connection: plan.connection,
            content_length: plan.content_length,
        };
        outgoing.put_head(write(head, &finish));
        self.transmit(guard, outgoing, Some(now), when_full)
    }

    fn continue_response(
        &self,
        queue: &Queue,
        send: &SendResponse,
        body: &[Chunk<'_>],
        log: Log<'_>,
        when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let mut guard = self.lock_to_send(queue, send, body)?;
        let Some(exchange) = guard.state.exchange_mut() else {
            return Err(Error::ConnectionInvalid);
        };
        let last = exchange
            .continue_response(send.more_data, send.disconnect)
            .map_err(|_| {
                reason::invalid(
                    "RequestId: no response with HTTP_SEND_RESPONSE_FLAG_MORE_DATA was begun",
                )
            })?;
        if guard.has_log() {
            self.keep_log_data(&mut guard, log);
        }
        self.transmit(guard, Outgoing::body(body, last), None, when_full)
    }

    fn lock_to_send(
        &self,
        queue: &Queue,
        send: &SendResponse,
        body: &[Chunk<'_>],
    ) -> Result<MutexGuard<'_, Conn>, Error> {
        if body.len() > MAX_CHUNKS {
            return Err(reason::invalid("EntityChunkCount is more than 9999"));
        }
        let guard = self.lock_live(queue, send.request)?;
        if guard.is_sending() {
            return Err(Error::SendOutstanding);
        }
        Ok(guard)
    }

    /// Writes; what the socket does not take is waited for or left to an operation.
    #[inline(always)]
    fn transmit<'s>(
        &'s self,
        guard: MutexGuard<'s, Conn>,
        mut outgoing: Outgoing<'_>,
        now: Option<u64>,
        when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        match self.write_on(guard, &mut outgoing, now)? {
            Written::All => Ok(Some(outgoing.total())),
            written => self.transmit_on(written, outgoing, when_full),
        }
    }

    /// As [`Service::transmit`], after a first write that came so far.
    #[cold]
    fn transmit_on<'s>(
        &'s self,
        mut written: Written<'s>,
        mut outgoing: Outgoing<'_>,
        mut when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let mut reading = None;
        let mut blocked = None;
        loop {
            let guard = match written {
                Written::All => return Ok(Some(outgoing.total())),
                Written::File(conn, most) => match &mut when_full {
                    // The first bytes of a file are read here: more often than not they are all.
                    WhenFull::Pend(register) if reading.is_some() => {
                        self.pend(conn, outgoing, *register, Some(most));
                        return Ok(None);
                    }
                    _ => {
                        let reading = reading.get_or_insert_with(|| Reading::new(None));
                        let connection = conn.state.id();
                        self.begin_reading(conn, reading);
                        let read = outgoing.read_ahead(most);
                        self.end_reading(connection, reading, &read)?
                    }
                },
                Written::Full(mut conn) => {
                    self.begins_to_wait(&mut conn, &outgoing);
                    match &mut when_full {
                        WhenFull::Block(queue) => {
                            let blocked = blocked.get_or_insert_with(|| Blocked::new(queue));
                            self.wait_writable(conn, queue, blocked)?
                        }
                        WhenFull::Pend(register) => {
                            self.pend(conn, outgoing, *register, None);
                            return Ok(None);
                        }
                    }
                }
            };
            written = self.write_on(guard, &mut outgoing, None)?;
        }
    }

    /// Waits until the socket takes bytes again; the slot is unlocked meanwhile.
    fn wait_writable<'s>(
        &'s self,
        mut guard: MutexGuard<'s, Conn>,
        queue: &QueueHandle,
        blocked: &Blocked<'_>,
    ) -> Result<MutexGuard<'s, Conn>, Error> {
        let connection = guard.state.id();
        if blocked.is_cancelled() {
            // As if the cancel had found it waiting (SND-032).
            let mut turn = Turn::default();
            self.reset_connection(&mut guard, CloseReason::SendCancelled, &mut turn);
            drop(guard);
            turn.fire(self);
            return Err(Error::Aborted);
        }
        let waiter = Waiter::of_this_thread();
        let wait = Waiting::Thread(Arc::clone(&waiter), queue.handle_id());
        guard.set_writer(Some(wait));
        drop(guard);
        let signal = self.wait(&waiter, None);
        waiter.recycle();
        if let Some(Signal::Failed(error)) = signal {
            return Err(error);
        }
        self.lock_connection(connection).ok_or(Error::Aborted)
    }

    /// The last piece is with the transport.
    pub(crate) fn after_response(&self, conn: &mut Conn, turn: &mut Turn) {
        if let Some(own) = conn.state.under_way_mut() {
            if let Some(block) = own.block.take() {
                self.requests().put(block);
            }
            // Body reads that still wait have no request any more.
            while let Some(reader) = own.pop_reader() {
                turn.add(reader, Signal::Failed(Error::ConnectionInvalid));
            }
        }
        if self.parameters().choices.warn_unterminated_response {
            warn_unterminated(conn);
        }
        conn.state.end_exchange(conn.has_input());
        self.carry_out(conn, turn);
        if conn.has_input() {
            self.pump(conn, turn);
        }
    }
}

/// G-051: the client cannot find the end of this response, and the connection stays open.
#[cold]
fn warn_unterminated(conn: &Conn) {
    if let Some(exchange) = conn.state.exchange() {
        if exchange.is_unterminated() {
            let request = exchange.request().0;
            tracing::warn!(request, "the response has no end that its client can find");
        }
    }
}
