//! HttpSendHttpResponse and HttpSendResponseEntityBody: writing a response.
//!
//! Owns: the calls, how a blocking one waits for the socket, and what the connection does after the
//! last piece. Does not own the head's text (`httpsys-proto`), which fields are added
//! (`httpsys_core`'s `ResponsePlan`), the writing (`write.rs`), nor an overlapped send that waits
//! (`pending_send.rs`). The caller's memory is used only while the call runs.

use std::sync::Arc;

use httpsys_core::call::SendResponse;
use httpsys_core::connection::ResponseFacts;
use httpsys_core::proto::h1::response::write;
use httpsys_core::proto::h2::{SendError, StreamResponse, check_parts};
use httpsys_core::proto::{Finish, ResponseParts};
use httpsys_core::{CloseReason, Error};

use crate::calls::chunk::{Chunk, MAX_CHUNKS};
use crate::calls::keep::ToKeep;
use crate::calls::pending_send::RegisterSend;
use crate::calls::queue::Queue;
use crate::calls::queue_handle::{Blocked, QueueHandle};
use crate::clock;
use crate::conn::outgoing::Outgoing;
use crate::conn::slot::Conn;
use crate::conn::table::{ConnGuard, RequestGuard};
use crate::conn::write::{Obstacle, Written};
use crate::observe::access_log::{Log, SendLog};
use crate::observe::reason;
use crate::observe::strict::state::ReportsAtEnd;
use crate::poll::operation::Signal;
use crate::poll::waiter::{Reading, Turn, Waiter, Waiting};
use crate::service::Service;

/// How a send goes on that finds the socket full.
enum WhenFull<'a> {
    Block(&'a QueueHandle),
    Pend(&'a mut RegisterSend<'a>),
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
    /// [`Error::EndOfBody`] (38) when a file chunk cannot be read that far: the connection is reset;
    /// [`Error::InvalidParameter`] (87) for trailers that are not at the end of the response,
    /// [`Error::NotSupported`] (50) for trailers with `EnableTrailerSupport` 0 (LIM-021).
    #[inline]
    pub fn send_response(
        &self,
        queue: &QueueHandle,
        send: &SendResponse,
        head: &mut ResponseParts,
        body: &[Chunk<'_>],
        log: Log<'_>,
    ) -> Result<u64, Error> {
        self.send_response_and_keep(queue, send, head, body, log, None)
    }

    /// As [`Service::send_response`], and keeps the response in the cache as soon as it goes out.
    ///
    /// # Errors
    /// As [`Service::send_response`]; nothing is kept then unless the response was begun.
    pub fn send_response_and_keep(
        &self,
        queue: &QueueHandle,
        send: &SendResponse,
        head: &mut ResponseParts,
        body: &[Chunk<'_>],
        log: Log<'_>,
        keep: Option<Box<ToKeep>>,
    ) -> Result<u64, Error> {
        let when_full = WhenFull::Block(queue);
        self.begin_response(queue, send, (head, body), log, keep, when_full)
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
        register: &mut RegisterSend<'_>,
    ) -> Result<Option<u64>, Error> {
        self.try_send_response_and_keep(queue, send, (head, body), log, None, register)
    }

    /// As [`Service::send_response_and_keep`], overlapped.
    ///
    /// # Errors
    /// As [`Service::send_response_and_keep`].
    #[inline]
    pub fn try_send_response_and_keep(
        &self,
        queue: &Queue,
        send: &SendResponse,
        (head, body): (&mut ResponseParts, &[Chunk<'_>]),
        log: Log<'_>,
        keep: Option<Box<ToKeep>>,
        register: &mut RegisterSend<'_>,
    ) -> Result<Option<u64>, Error> {
        let when_full = WhenFull::Pend(register);
        self.begin_response(queue, send, (head, body), log, keep, when_full)
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
        register: &mut RegisterSend<'_>,
    ) -> Result<Option<u64>, Error> {
        self.continue_response(queue, send, body, log, WhenFull::Pend(register))
    }

    fn begin_response(
        &self,
        queue: &Queue,
        send: &SendResponse,
        (head, body): (&mut ResponseParts, &[Chunk<'_>]),
        log: Log<'_>,
        keep: Option<Box<ToKeep>>,
        when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let strict = ReportsAtEnd(self.strict());
        let mut found = self.lock_to_send("HttpSendHttpResponse", queue, send, body)?;
        if found.is_stream {
            check_for_stream(head)?;
        }
        let mut outgoing = Outgoing::body(body, !send.more_data);
        let facts = ResponseFacts {
            more_data: send.more_data,
            disconnect: send.disconnect,
            opaque: send.opaque,
            ..ResponseFacts::whole(head, outgoing.total())
        };
        let plan = found.exchange_mut().begin_response(&facts).map_err(|_| {
            reason::invalid(if send.opaque {
                "HTTP_SEND_RESPONSE_FLAG_OPAQUE: a response was begun, or this is no answer to an upgrade to \
                 websocket: status 101, Upgrade: websocket, HTTP_SEND_RESPONSE_FLAG_MORE_DATA"
            } else {
                "RequestId has a response already: HttpSendResponseEntityBody goes on with it"
            })
        })?;
        if let Some(strict) = strict.0 {
            strict.begins(head, found.exchange(), outgoing.total());
        }
        if send.opaque {
            tracing::debug!(request = send.request.0, "upgraded: bytes as they are");
        }
        let mut guard = found.into_connection();
        let now = self.clock().millis();
        if let Some(keep) = keep {
            self.keep_now(queue, send.request, *keep, now);
        }
        let date = clock::date(self.clock(), now);
        let finish = Finish {
            date: &date,
            connection: plan.connection,
            content_length: plan.content_length,
        };
        if guard.is_stream {
            if guard.has_log() {
                self.keep_log_data(&mut guard, log);
            }
            keep_trailers(&mut guard, body);
            if let Some(stream) = guard.stream_mut().filter(|_| send.go_away) {
                stream.go_away();
            }
            let head = StreamResponse::new(head, &finish);
            let guard = self.send_head(guard, head, &mut outgoing)?;
            return self.transmit(guard, outgoing, Some(now), SendLog::Kept, when_full);
        }
        outgoing.put_head(write(head, &finish));
        self.transmit(guard, outgoing, Some(now), SendLog::New(log), when_full)
    }

    /// The head goes to the stream. What comes behind it is content.
    #[cold]
    fn send_head<'s>(
        &self,
        mut guard: ConnGuard<'s>,
        response: StreamResponse<'_>,
        outgoing: &mut Outgoing<'_>,
    ) -> Result<ConnGuard<'s>, Error> {
        if let Some(stream) = guard.stream_mut() {
            stream.expect_end(outgoing.is_last().then(|| outgoing.total()));
        }
        let sent = match guard.stream_mut() {
            // H2X-007: the content that comes next resets the stream.
            Some(stream) if stream.is_head && outgoing.total() > 0 => return Ok(guard),
            Some(stream) => stream.respond(&response).ok().inspect(|_| {
                // Else it goes out with the content, or with the end.
                if outgoing.total() == 0 && !outgoing.is_last() {
                    stream.flush();
                }
            }),
            None => None,
        };
        let Some(length) = sent else {
            let mut turn = Turn::default();
            self.reset_connection(&mut guard, CloseReason::PeerReset, &mut turn);
            drop(guard);
            turn.fire(self);
            return Err(Error::ConnectionInvalid);
        };
        guard.sent += length as u64;
        outgoing.put_sent_head(length);
        Ok(guard)
    }

    fn continue_response(
        &self,
        queue: &Queue,
        send: &SendResponse,
        body: &[Chunk<'_>],
        log: Log<'_>,
        when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let strict = ReportsAtEnd(self.strict());
        let mut found = self.lock_to_send("HttpSendResponseEntityBody", queue, send, body)?;
        let last = found
            .exchange_mut()
            .continue_response(send.more_data, send.disconnect)
            .map_err(|_| {
                reason::invalid(
                    "RequestId: no response with HTTP_SEND_RESPONSE_FLAG_MORE_DATA was begun",
                )
            })?;
        let mut guard = found.into_connection();
        let outgoing = Outgoing::body(body, last);
        if let Some(strict) = strict.0 {
            strict.continues(send.request, outgoing.total(), last);
        }
        if guard.is_stream {
            keep_trailers(&mut guard, body);
            if let Some(stream) = guard.stream_mut() {
                stream.expect_end(last.then(|| outgoing.total()));
                if send.disconnect {
                    stream.go_away();
                }
            }
        }
        self.transmit(guard, outgoing, None, SendLog::New(log), when_full)
    }

    #[inline(always)]
    fn lock_to_send(
        &self,
        call: &'static str,
        queue: &Queue,
        send: &SendResponse,
        body: &[Chunk<'_>],
    ) -> Result<RequestGuard<'_>, Error> {
        if body.len() > MAX_CHUNKS {
            return Err(reason::invalid("EntityChunkCount is more than 9999"));
        }
        if !matches!(body, [] | [Chunk::Memory(_)]) {
            self.check_trailers(send, body)?;
        }
        let found = self.live_request_of(call, queue, send.request)?;
        if found.exchange().is_sending() {
            return Err(Error::SendOutstanding);
        }
        Ok(found)
    }

    /// Trailers end the response (H2X-014): nothing of the body comes behind them, in this call or a later
    /// one.
    #[inline(never)]
    fn check_trailers(&self, send: &SendResponse, body: &[Chunk<'_>]) -> Result<(), Error> {
        if Chunk::has_trailers_inside(body) {
            return Err(reason::invalid(
                "HttpDataChunkTrailers is not the last data chunk",
            ));
        }
        if Chunk::trailers(body).is_none() {
            return Ok(());
        }
        if !self.parameters().enable_trailer_support {
            return Err(Error::NotSupported);
        }
        if send.more_data {
            return Err(reason::invalid(
                "HttpDataChunkTrailers with HTTP_SEND_RESPONSE_FLAG_MORE_DATA: trailers end the response",
            ));
        }
        Ok(())
    }

    /// Writes; what the socket does not take is waited for or left to an operation.
    #[inline(always)]
    fn transmit<'s>(
        &'s self,
        guard: ConnGuard<'s>,
        mut outgoing: Outgoing<'_>,
        now: Option<u64>,
        log: SendLog<'_>,
        when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        match self.write_on(guard, &mut outgoing, now, log)? {
            Written::All => Ok(Some(outgoing.total())),
            Written::Part(guard, obstacle) => {
                self.transmit_on(guard, obstacle, outgoing, when_full)
            }
        }
    }

    /// As [`Service::transmit`], after a first write that came so far.
    #[cold]
    fn transmit_on<'s>(
        &'s self,
        mut guard: ConnGuard<'s>,
        mut obstacle: Obstacle,
        mut outgoing: Outgoing<'_>,
        mut when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let mut reading = None;
        let mut blocked = None;
        loop {
            guard = match obstacle {
                Obstacle::File(most) => match &mut when_full {
                    // The first bytes of a file are read here: more often than not they are all.
                    WhenFull::Pend(register) if reading.is_some() => {
                        self.pend(guard, outgoing, *register, Some(most))?;
                        return Ok(None);
                    }
                    _ => {
                        let reading = reading.get_or_insert_with(|| Reading::new(None));
                        let connection = guard.state.id();
                        self.begin_reading(guard, reading);
                        let read = outgoing.read_ahead(most);
                        self.end_reading(connection, reading, &read)?
                    }
                },
                Obstacle::Full => {
                    self.begins_to_wait(&mut guard, &outgoing);
                    match &mut when_full {
                        WhenFull::Block(queue) => {
                            let blocked = blocked.get_or_insert_with(|| Blocked::new(queue));
                            self.wait_writable(guard, queue, blocked)?
                        }
                        WhenFull::Pend(register) => {
                            self.pend(guard, outgoing, *register, None)?;
                            return Ok(None);
                        }
                    }
                }
            };
            let written = self.write_on(guard, &mut outgoing, None, SendLog::Kept)?;
            (guard, obstacle) = match written {
                Written::All => return Ok(Some(outgoing.total())),
                Written::Part(guard, obstacle) => (guard, obstacle),
            };
        }
    }

    /// Waits until the socket takes bytes again; the slot is unlocked meanwhile.
    fn wait_writable<'s>(
        &'s self,
        mut guard: ConnGuard<'s>,
        queue: &QueueHandle,
        blocked: &Blocked<'_>,
    ) -> Result<ConnGuard<'s>, Error> {
        let connection = guard.state.id();
        if blocked.is_cancelled() {
            self.take_send_back(guard);
            return Err(Error::Aborted);
        }
        let waiter = Waiter::of_this_thread();
        let wait = Waiting::Thread(Arc::clone(&waiter), queue.handle_id());
        guard.set_writer(Some(wait));
        drop(guard);
        let signal = self.wait(self.shard_of(connection), &waiter, None);
        waiter.recycle();
        if let Some(Signal::Failed(error)) = signal {
            return Err(error);
        }
        self.shard_of(connection)
            .table
            .connection(connection)
            .ok_or(Error::Aborted)
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
        self.end_response(conn, false, turn);
        if conn.has_input() {
            self.pump(conn, turn);
        }
    }

    /// The exchange ends, and what the connection asks for then is done; `behind`: bytes of a next request have come
    /// that are not among those it keeps.
    #[inline]
    pub(crate) fn end_response(&self, conn: &mut Conn, behind: bool, turn: &mut Turn) {
        let has_input = behind || conn.has_input() || conn.is_tls();
        conn.state.end_exchange(has_input);
        self.carry_out(conn, turn);
    }
}

/// A stream ends with the trailers that were given (H2X-014), behind all content.
#[cold]
fn keep_trailers(conn: &mut Conn, body: &[Chunk<'_>]) {
    let trailers = Chunk::trailers(body).filter(|trailers| !trailers.is_empty());
    if let (Some(stream), Some(trailers)) = (conn.stream_mut(), trailers) {
        stream.set_trailers(trailers.section());
    }
}

/// What HTTP/2 cannot send is refused before anything has changed.
#[cold]
fn check_for_stream(head: &ResponseParts) -> Result<(), Error> {
    check_parts(head).map_err(|error| match error {
        SendError::Field => reason::invalid("a header name that HTTP/2 cannot send"),
        _ => reason::invalid("StatusCode: HTTP/2 has no such response"),
    })
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
