//! HttpReceiveRequestEntityBody: reading a request's entity body.
//!
//! Owns: back-pressure (bytes are read from the socket only when the program asks for them), the
//! interim `100 Continue`, and what a broken body does. Content-Length bodies go from the socket
//! straight into the caller's buffer, and so do the bytes of an upgraded connection. Does not own
//! the chunked coding (`httpsys-proto`).

use std::sync::Arc;

use httpsys_core::call::ReceiveEntityBody;
use httpsys_core::connection::Opaque;
use httpsys_core::exchange::Exchange;
use httpsys_core::proto::Trailers;
use httpsys_core::{CloseReason, Error, RequestId};

use crate::calls::queue_handle::{Blocked, QueueHandle};
use crate::conn::pool;
use crate::conn::slot::{Conn, ReadOutcome};
use crate::conn::table::ConnGuard;
use crate::conn::under_way::UnderWay;
use crate::poll::operation::{Operation, Signal, Started};
use crate::poll::waiter::{Turn, Waiter, Waiting};
use crate::service::Service;

/// What one attempt to read gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyRead {
    /// So many bytes, at least one.
    Bytes(usize),
    /// Nothing is here yet.
    Empty,
    /// The body was handed over whole before.
    Done,
    /// The body can never be completed.
    Broken(CloseReason),
}

/// An overlapped read of an entity body.
pub trait ReadOperation: Operation {
    /// The whole buffer, and how many bytes of it are filled.
    fn buffer(&mut self) -> (&mut [u8], &mut usize);
}

/// What an attempt at a whole call gave.
enum Attempt<C> {
    Done(Result<usize, Error>),
    /// It has to wait on the connection, which is locked.
    Waits(C),
}

impl Service {
    /// HttpReceiveRequestEntityBody, blocking until there is something (ENT-011), or until the
    /// buffer is full or the body ends with `fill_buffer` (ENT-012). Returns the bytes read.
    ///
    /// # Errors
    /// [`Error::EndOfBody`] (38) when the body was handed over whole (ENT-005);
    /// [`Error::ConnectionInvalid`] for a dead or foreign id, and for a body whose framing is
    /// broken (G-023); [`Error::Aborted`] (995) when the client broke off in the middle of the
    /// body, or the request was cancelled meanwhile (ENT-015, CXL-003); [`Error::MoreData`] with 1
    /// for an empty buffer while bytes are here (ENT-013).
    pub fn receive_entity_body(
        &self,
        queue: &QueueHandle,
        receive: &ReceiveEntityBody,
        out: &mut [u8],
    ) -> Result<usize, Error> {
        let mut got = 0;
        let mut blocked = None;
        loop {
            let (mut conn, mut turn) = match self.attempt_read(queue, receive, out, &mut got) {
                Attempt::Done(result) => return result,
                Attempt::Waits(waits) => waits,
            };
            let blocked = blocked.get_or_insert_with(|| Blocked::new(queue));
            if blocked.is_cancelled() {
                drop(conn);
                turn.fire(self);
                return Err(Error::Aborted);
            }
            let waiter = Waiter::of_this_thread();
            let waiting = Waiting::Thread(Arc::clone(&waiter), queue.handle_id());
            self.await_body(&mut conn, got, waiting);
            let shard = self.shard_of(conn.state.id());
            drop(conn);
            turn.fire(self);
            let signal = self.wait(shard, &waiter, None);
            waiter.recycle();
            if let Some(Signal::Failed(error)) = signal {
                return Err(error);
            }
        }
    }

    /// The trailer fields of a request whose body was read to its end: those that came, or none. `None`: there may be
    /// more of the body. HTTP.sys has no such call (BDY-020, H2X-025). Any thread; never waits.
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`] (1229) for a dead or foreign id.
    pub fn request_trailers(
        &self,
        queue: &QueueHandle,
        request: RequestId,
    ) -> Result<Option<Trailers>, Error> {
        let found = self.live_request_of("Request::trailers", queue, request)?;
        if !found.exchange().body_done() {
            return Ok(None);
        }
        let mut conn = found.into_connection();
        if let Some(stream) = conn.stream_mut() {
            return Ok(Some(stream.request_trailers()));
        }
        let waits = conn.state.under_way_mut().and_then(UnderWay::waits);
        let lines = waits.map_or(&[][..], |waits| &waits.trailers);
        Ok(Some(Trailers::of_lines(lines)))
    }

    /// An overlapped read. One that waits is signalled when there may be bytes, and calls this again.
    ///
    /// # Errors
    /// As [`Service::receive_entity_body`].
    pub fn try_receive_entity_body<O: ReadOperation>(
        &self,
        queue: &QueueHandle,
        receive: &ReceiveEntityBody,
        mut operation: O,
    ) -> Started<O, usize> {
        let (out, got) = operation.buffer();
        let (mut conn, mut turn) = match self.attempt_read(queue, receive, out, got) {
            Attempt::Done(result) => return Started::Done(operation, result),
            Attempt::Waits(waits) => waits,
        };
        let got = *got;
        let started = self.operations().keep(operation, |operation| {
            self.await_body(&mut conn, got, Waiting::Operation(operation));
        });
        let shard = self.shard_of(conn.state.id());
        drop(conn);
        turn.fire(self);
        self.arm_fallback(shard);
        started
    }

    fn await_body(&self, conn: &mut Conn, got: usize, waiting: Waiting) {
        let own = conn.state.under_way_mut();
        debug_assert!(own.is_some(), "a body belongs to a request");
        let Some(own) = own else { return };
        let readers = &mut own.waits_mut().readers;
        // A read that has begun keeps its turn (G-040).
        if got > 0 {
            readers.push_front(waiting);
        } else {
            readers.push_back(waiting);
        }
        self.body_is_awaited(conn);
    }

    fn attempt_read(
        &self,
        queue: &QueueHandle,
        receive: &ReceiveEntityBody,
        out: &mut [u8],
        got: &mut usize,
    ) -> Attempt<(ConnGuard<'_>, Turn)> {
        let call = "HttpReceiveRequestEntityBody";
        let mut conn = match self.live_request_of(call, queue, receive.request) {
            Ok(found) => found.into_connection(),
            Err(error) => return Attempt::Done(Err(error)),
        };
        let mut turn = Turn::default();
        match self.attempt_locked(&mut conn, receive, out, got, &mut turn) {
            Attempt::Waits(()) => Attempt::Waits((conn, turn)),
            Attempt::Done(result) => {
                drop(conn);
                turn.fire(self);
                Attempt::Done(result)
            }
        }
    }

    fn attempt_locked(
        &self,
        conn: &mut Conn,
        receive: &ReceiveEntityBody,
        out: &mut [u8],
        got: &mut usize,
        turn: &mut Turn,
    ) -> Attempt<()> {
        let probe = out.is_empty();
        if !probe && *got == out.len() {
            return Attempt::Done(Ok(*got));
        }
        loop {
            let read = if probe {
                self.probe_body(conn)
            } else {
                self.read_body_now(conn, &mut out[*got..])
            };
            match read {
                BodyRead::Bytes(_) if probe => {
                    return self.end_read(conn, Err(Error::MoreData { needed: 1 }), turn);
                }
                BodyRead::Bytes(n) => {
                    *got += n;
                    if !receive.fill_buffer || *got == out.len() {
                        return self.end_read(conn, Ok(*got), turn);
                    }
                }
                BodyRead::Done if *got > 0 => return self.end_read(conn, Ok(*got), turn),
                BodyRead::Done => return self.end_read(conn, Err(Error::EndOfBody), turn),
                BodyRead::Empty => {
                    if *got > 0 && !receive.fill_buffer {
                        return self.end_read(conn, Ok(*got), turn);
                    }
                    if conn.readable {
                        // The transport has more to do, of which no event tells.
                        self.resume_later(conn);
                    }
                    conn.state.body_is_awaited();
                    self.carry_out(conn, turn);
                    return Attempt::Waits(());
                }
                BodyRead::Broken(end) => {
                    if !self.end_failed_tls(conn, turn) {
                        self.reset_connection(conn, end, turn);
                    }
                    return Attempt::Done(Err(end.error()));
                }
            }
        }
    }

    /// A read is served: the next waiting one has its turn if there may be more (G-040).
    fn end_read(
        &self,
        conn: &mut Conn,
        result: Result<usize, Error>,
        turn: &mut Turn,
    ) -> Attempt<()> {
        let more = conn.readable
            || !conn.unused().is_empty()
            || conn
                .state
                .exchange()
                .is_some_and(|exchange| exchange.body_done());
        if more {
            if let Some(reader) = conn.pop_reader() {
                turn.add(reader, Signal::Ready);
            }
        }
        Attempt::Done(result)
    }

    /// Reads what is here into `out` (not empty), without waiting.
    pub(crate) fn read_body_now(&self, conn: &mut Conn, out: &mut [u8]) -> BodyRead {
        loop {
            let Some(exchange) = conn.state.exchange() else {
                return BodyRead::Broken(CloseReason::BodyMalformed);
            };
            if exchange.body_done() {
                return BodyRead::Done;
            }
            if exchange.opaque() == Opaque::Open {
                let read = read_opaque(conn, out);
                if let (BodyRead::Bytes(n), Some(exchange)) = (read, conn.state.exchange_mut()) {
                    exchange.advance_opaque(n);
                }
                return read;
            }
            if !conn.unused().is_empty() {
                match decode_buffered(conn, out) {
                    Ok(0) => continue,
                    Ok(n) => return BodyRead::Bytes(n),
                    Err(()) => return BodyRead::Broken(CloseReason::BodyMalformed),
                }
            }
            if !conn.readable {
                return BodyRead::Empty;
            }
            let read = match exchange.direct_body_length() {
                Some(length) => {
                    let most = usize::try_from(length).unwrap_or(usize::MAX).min(out.len());
                    let read = conn.read(&mut out[..most]);
                    if let ReadOutcome::Bytes(n) = read {
                        advance(conn, n);
                        return BodyRead::Bytes(n);
                    }
                    read
                }
                None => fill_input(conn),
            };
            match read {
                ReadOutcome::Bytes(_) => {}
                ReadOutcome::Empty | ReadOutcome::Progress(_) => return BodyRead::Empty,
                ReadOutcome::End if end_content(conn) => {}
                ReadOutcome::End | ReadOutcome::Broken => {
                    return BodyRead::Broken(CloseReason::BodyIncomplete);
                }
            }
        }
    }

    /// Finds out whether at least one body byte is here, consuming none.
    fn probe_body(&self, conn: &mut Conn) -> BodyRead {
        loop {
            let Some(exchange) = conn.state.exchange() else {
                return BodyRead::Broken(CloseReason::BodyMalformed);
            };
            if exchange.body_done() {
                return BodyRead::Done;
            }
            if exchange.opaque() == Opaque::Open {
                return probe_opaque(conn);
            }
            if !conn.unused().is_empty() {
                match probe_buffered(conn) {
                    Ok(true) => return BodyRead::Bytes(1),
                    Ok(false) => {}
                    Err(()) => return BodyRead::Broken(CloseReason::BodyMalformed),
                }
                if conn
                    .state
                    .exchange()
                    .is_some_and(|exchange| exchange.body_done())
                {
                    return BodyRead::Done;
                }
            }
            if !conn.readable {
                return BodyRead::Empty;
            }
            match fill_input(conn) {
                ReadOutcome::Bytes(_) => {}
                ReadOutcome::Empty | ReadOutcome::Progress(_) => return BodyRead::Empty,
                ReadOutcome::End if end_content(conn) => {}
                ReadOutcome::End | ReadOutcome::Broken => {
                    return BodyRead::Broken(CloseReason::BodyIncomplete);
                }
            }
        }
    }
}

/// The peer has sent the end: of a stream of HTTP/2 it is that of the content. `false`: the body is not whole.
#[cold]
fn end_content(conn: &mut Conn) -> bool {
    let exchange = conn.state.exchange_mut();
    let Some(exchange) = exchange.filter(|exchange| exchange.is_stream()) else {
        return false;
    };
    exchange.end_content();
    true
}

/// Finds out whether at least one byte of an upgraded connection is here, consuming none.
fn probe_opaque(conn: &mut Conn) -> BodyRead {
    if !conn.unused().is_empty() {
        return BodyRead::Bytes(1);
    }
    pool::with_scratch(|buffer| {
        let read = read_opaque(conn, buffer);
        if let BodyRead::Bytes(n) = read {
            conn.keep(&buffer[..n]);
        }
        read
    })
}

/// Reads bytes of an upgraded connection as they are: first those that came behind the head.
fn read_opaque(conn: &mut Conn, out: &mut [u8]) -> BodyRead {
    let kept = conn.unused();
    if !kept.is_empty() {
        let n = kept.len().min(out.len());
        out[..n].copy_from_slice(&kept[..n]);
        conn.consume(n);
        return BodyRead::Bytes(n);
    }
    if !conn.readable {
        return BodyRead::Empty;
    }
    match conn.read(out) {
        ReadOutcome::Bytes(n) => BodyRead::Bytes(n),
        ReadOutcome::Empty | ReadOutcome::Progress(_) => BodyRead::Empty,
        ReadOutcome::End => {
            if let Some(exchange) = conn.state.exchange_mut() {
                exchange.end_opaque_input();
            }
            BodyRead::Done
        }
        ReadOutcome::Broken => BodyRead::Broken(CloseReason::BodyIncomplete),
    }
}

fn trailer_bytes(conn: &Conn) -> usize {
    conn.state.exchange().map_or(0, Exchange::trailer_bytes)
}

/// Keeps the trailer fields among the bytes that were consumed just now (BDY-020).
#[cold]
fn keep_trailers(conn: &mut Conn, before: usize, consumed: &[u8]) {
    let lines = conn
        .state
        .exchange()
        .map(|exchange| exchange.trailers_in(before, consumed));
    if let (Some(lines), Some(own)) = (lines, conn.state.under_way_mut()) {
        own.waits_mut().trailers.extend_from_slice(lines);
    }
}

fn advance(conn: &mut Conn, n: usize) {
    if let Some(exchange) = conn.state.exchange_mut() {
        exchange.advance_body(n as u64);
    }
}

/// Reads from the socket behind the bytes that are kept.
fn fill_input(conn: &mut Conn) -> ReadOutcome {
    pool::with_scratch(|buffer| {
        let read = conn.read(buffer);
        if let ReadOutcome::Bytes(n) = read {
            conn.keep(&buffer[..n]);
        }
        read
    })
}

fn decode_buffered(conn: &mut Conn, out: &mut [u8]) -> Result<usize, ()> {
    with_input(conn, |exchange, input| {
        let decoded = exchange.decode_body(input, out).map_err(|_| ())?;
        Ok((decoded.produced, decoded.consumed))
    })
}

/// True when the kept bytes hold a body byte. Framing before it is consumed, the byte is not:
/// the decoder works on a copy for that.
fn probe_buffered(conn: &mut Conn) -> Result<bool, ()> {
    with_input(conn, |exchange, input| {
        exchange.probe_body(input).map_err(|_| ())
    })
}

/// Runs `step` on the bytes that are kept; it says how many of them it consumed, which are gone then. Trailer fields
/// among them are kept (BDY-020). An error consumes nothing.
fn with_input<T>(
    conn: &mut Conn,
    step: impl FnOnce(&mut Exchange, &[u8]) -> Result<(T, usize), ()>,
) -> Result<T, ()> {
    let (input, start) = conn.take_input();
    let before = trailer_bytes(conn);
    let result = match conn.state.exchange_mut() {
        Some(exchange) => step(exchange, &input[start..]),
        None => Err(()),
    };
    let consumed = result.as_ref().map_or(0, |(_, consumed)| *consumed);
    if trailer_bytes(conn) > before {
        keep_trailers(conn, before, &input[start..start + consumed]);
    }
    conn.put_input_back(input, start + consumed);
    result.map(|(found, _)| found)
}
