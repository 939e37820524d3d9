//! HttpSendHttpResponse and HttpSendResponseEntityBody: writing a response.
//!
//! Owns: the order of the pieces, one vectored write of head and body from the calling thread,
//! what happens when the socket is full, and what the connection does after the last piece. Does
//! not own the head's text (`httpsys-proto`) nor which fields are added (`httpsys_core`'s
//! `ResponsePlan`). The caller's memory is used only while the call runs.

use std::io;
use std::sync::Arc;

use httpsys_core::connection::{After, Phase, ResponseFacts};
use httpsys_core::end::TimerKind;
use httpsys_core::operation::Send;
use httpsys_core::proto::response::{Finish, ResponseHead};
use httpsys_core::{ConnectionId, End, Error};
use parking_lot::MutexGuard;

use crate::access_log::Log;
use crate::chunk::{self, Chunk, Next, next_piece};
use crate::clock;
use crate::conn::Conn;
use crate::queue::Queue;
use crate::routes::Bound;
use crate::service::Service;
use crate::sys;
use crate::tally::Fault;
use crate::timers::{Alarm, Purpose};
use crate::waiter::{PendingOperation, Signal, Waiter, Waiting, Wakes};

/// The bytes that one hold of a slot's lock may write: a long send must not keep the thread that
/// polls waiting.
const SHARE: u64 = 1 << 20;

/// A response that is in the client's receive buffer as soon as it is sent.
const SMALL: u64 = 16 * 1024;

/// A body of at most so many bytes is copied behind the head: one plain write of all costs the
/// system less than a vectored one.
const COPIED: usize = 1024;

/// The most chunks of one call (SND-020).
pub(crate) const MAX_CHUNKS: usize = 9999;

/// What an overlapped send keeps alive until its end.
///
/// The body's memory is the program's: the implementor vouches that it stays valid until `done`.
pub trait PendingSend: std::marker::Send {
    /// Lends the body chunks that were given with the call.
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>]));
    /// The send has ended: bytes put on the wire, or why not. Called exactly once, without locks.
    fn done(self: Box<Self>, service: &Service, result: Result<u64, Error>);
    /// Names the operation, to cancel it (the address of its OVERLAPPED).
    fn tag(&self) -> usize;
    /// Whether the operation was cancelled: asked, with a lock held, before a send that goes on
    /// waits again, because a cancel does not find it between two waits.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// What one call puts on the wire.
#[derive(Clone, Copy)]
struct Piece<'a> {
    head: &'a [u8],
    body: &'a [Chunk<'a>],
    /// The response ends with it.
    last: bool,
    /// The clock's milliseconds, if they are not old.
    now: Option<u64>,
}

/// How a send goes on that finds the socket full.
enum WhenFull<'a> {
    Block,
    Pend(&'a mut dyn FnMut() -> Box<dyn PendingSend>),
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
    pub fn send_response(
        &self,
        queue: &Queue,
        send: &Send,
        head: &mut ResponseHead,
        body: &[Chunk<'_>],
        log: Log<'_>,
    ) -> Result<u64, Error> {
        self.begin_response(queue, send, head, body, log, WhenFull::Block)
            .map(|sent| sent.unwrap_or_default())
    }

    /// As [`Service::send_response`], overlapped: `Ok(None)` when the socket did not take all; the
    /// operation that `register` made is done later then. `head` is copied as far as needed.
    ///
    /// # Errors
    /// As [`Service::send_response`].
    pub fn try_send_response(
        &self,
        queue: &Queue,
        send: &Send,
        head: &mut ResponseHead,
        body: &[Chunk<'_>],
        log: Log<'_>,
        register: &mut dyn FnMut() -> Box<dyn PendingSend>,
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
        queue: &Queue,
        send: &Send,
        body: &[Chunk<'_>],
        log: Log<'_>,
    ) -> Result<u64, Error> {
        self.continue_response(queue, send, body, log, WhenFull::Block)
            .map(|sent| sent.unwrap_or_default())
    }

    /// As [`Service::send_entity_body`], overlapped.
    ///
    /// # Errors
    /// As [`Service::send_entity_body`].
    pub fn try_send_entity_body(
        &self,
        queue: &Queue,
        send: &Send,
        body: &[Chunk<'_>],
        log: Log<'_>,
        register: &mut dyn FnMut() -> Box<dyn PendingSend>,
    ) -> Result<Option<u64>, Error> {
        self.continue_response(queue, send, body, log, WhenFull::Pend(register))
    }

    fn begin_response(
        &self,
        queue: &Queue,
        send: &Send,
        head: &mut ResponseHead,
        body: &[Chunk<'_>],
        log: Log<'_>,
        when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let mut guard = self.lock_to_send(queue, send, body)?;
        let Phase::Exchange(exchange) = guard.state.phase_mut() else {
            return Err(Error::ConnectionInvalid);
        };
        let plan = exchange.begin_response(&ResponseFacts {
            status: head.status(),
            has_content_length: head.has_content_length(),
            has_transfer_encoding: head.has_transfer_encoding(),
            upgrades_to_websocket: head.upgrades_to_websocket(),
            body_len: chunk::total(body),
            more_data: send.more_data,
            disconnect: send.disconnect,
            opaque: send.opaque,
        })?;
        if send.opaque {
            tracing::debug!(request = send.request.0, "upgraded: bytes as they are");
        }
        if guard.log.is_some() {
            self.keep_log_data(&mut guard, log);
        }
        let now = self.clock().millis();
        let date = clock::date(self.clock(), now);
        head.finish(&Finish {
            date: &date,
            connection: plan.connection,
            content_length: plan.content_length,
        });
        let mut body = body;
        if let Some(pieces) = chunk::as_small_memory(body, COPIED) {
            pieces.for_each(|bytes| head.append_body(bytes));
            body = &[];
        }
        self.transmit(
            guard,
            Piece {
                head: head.bytes(),
                body,
                last: !send.more_data,
                now: Some(now),
            },
            when_full,
        )
    }

    fn continue_response(
        &self,
        queue: &Queue,
        send: &Send,
        body: &[Chunk<'_>],
        log: Log<'_>,
        when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let mut guard = self.lock_to_send(queue, send, body)?;
        let Phase::Exchange(exchange) = guard.state.phase_mut() else {
            return Err(Error::ConnectionInvalid);
        };
        let last = exchange.continue_response(send.more_data, send.disconnect)?;
        if guard.log.is_some() {
            self.keep_log_data(&mut guard, log);
        }
        self.transmit(
            guard,
            Piece {
                head: &[],
                body,
                last,
                now: None,
            },
            when_full,
        )
    }

    fn lock_to_send(
        &self,
        queue: &Queue,
        send: &Send,
        body: &[Chunk<'_>],
    ) -> Result<MutexGuard<'_, Conn>, Error> {
        if body.len() > MAX_CHUNKS {
            return Err(Error::InvalidParameter);
        }
        let guard = self.lock_live(queue, send.request)?;
        if guard.sending {
            return Err(Error::SendOutstanding);
        }
        Ok(guard)
    }

    /// Writes the piece; what the socket does not take is waited for or left to an operation.
    fn transmit<'s>(
        &'s self,
        mut guard: MutexGuard<'s, Conn>,
        mut piece: Piece<'_>,
        mut when_full: WhenFull<'_>,
    ) -> Result<Option<u64>, Error> {
        let mut sent = 0;
        loop {
            match self.write_on(guard, piece, sent)? {
                Written::All => return Ok(Some(piece.length())),
                Written::UpTo(position, conn) => {
                    sent = position;
                    guard = conn;
                }
            }
            guard.sending = true;
            piece.now = None;
            if guard.send_alarm.purpose != Purpose::Bandwidth {
                self.tallies().note(Fault::SendWaited);
            }
            self.limit_send(&mut guard, sent, piece.length() - sent);
            match &mut when_full {
                WhenFull::Block => guard = self.wait_writable(guard)?,
                WhenFull::Pend(register) => {
                    let operation = Continuation {
                        connection: guard.state.id(),
                        head: piece.head.to_vec(),
                        last: piece.last,
                        sent,
                        send: register(),
                    };
                    guard.waits_mut().writer = Some(Waiting::Operation(Box::new(operation)));
                    drop(guard);
                    self.arm_fallback();
                    return Ok(None);
                }
            }
        }
    }

    /// Writes on from byte `sent`; ends the exchange or the connection where that is due.
    fn write_on<'s>(
        &'s self,
        mut guard: MutexGuard<'s, Conn>,
        piece: Piece<'_>,
        sent: u64,
    ) -> Result<Written<'s>, Error> {
        let mut wakes = Wakes::at(piece.now);
        let connection = guard.state.id();
        let mut sent = sent;
        let most = self.parameters().max_bytes_per_send;
        let total = piece.length();
        let result = match loop {
            let Some(share) = self.share_of(&mut guard, total - sent) else {
                break Ok(Stopped::Full(sent));
            };
            let written = write_from(&mut guard, piece, sent, share, most);
            if let Ok(stopped) = &written {
                guard.has_sent(stopped.position() - sent);
            }
            match written {
                Ok(Stopped::Share(position)) => {
                    sent = position;
                    guard.sending = true;
                    if guard.log.is_some() {
                        self.log_part_sent(&mut guard, position);
                    }
                    // The thread that polls may be waiting for this slot, and with it all others.
                    MutexGuard::bump(&mut guard);
                    // What is read from a slow disk may never fill the socket, and take its time.
                    wakes.forget_time();
                    if guard.state.id() != connection || guard.stream.is_none() {
                        return Err(Error::Aborted);
                    }
                }
                other => break other,
            }
        } {
            Ok(Stopped::Full(position)) => {
                if guard.log.is_some() {
                    self.log_part_sent(&mut guard, position);
                }
                return Ok(Written::UpTo(position, guard));
            }
            Ok(_) => {
                if guard.log.is_some() {
                    self.log_sent(&mut guard, total, piece.last);
                }
                guard.sending = false;
                guard.send_alarm = Alarm::NONE;
                guard.in_flight |= !piece.last || total > SMALL;
                if piece.last {
                    self.after_response(&mut guard, &mut wakes);
                }
                Ok(Written::All)
            }
            Err(broken) => {
                let (end, error) = match broken {
                    Broken::File => (End::FileUnreadable, Error::EndOfBody),
                    // G-061: 1229 for a call that starts on a broken connection, 64 in flight.
                    Broken::Connection if sent == 0 => (End::PeerReset, Error::ConnectionInvalid),
                    Broken::Connection => (End::PeerReset, Error::PeerReset),
                };
                self.reset_connection(&mut guard, end, &mut wakes);
                Err(error)
            }
        };
        drop(guard);
        wakes.fire(self);
        result
    }

    /// Waits until the socket takes bytes again; the slot is unlocked meanwhile.
    fn wait_writable<'s>(
        &'s self,
        mut guard: MutexGuard<'s, Conn>,
    ) -> Result<MutexGuard<'s, Conn>, Error> {
        let connection = guard.state.id();
        let waiter = Waiter::of_this_thread();
        guard.waits_mut().writer = Some(Waiting::Thread(Arc::clone(&waiter)));
        drop(guard);
        let signal = self.wait(&waiter, None);
        waiter.recycle();
        if let Some(Signal::Failed(error)) = signal {
            return Err(error);
        }
        self.lock_connection(connection).ok_or(Error::Aborted)
    }

    fn lock_connection(&self, connection: ConnectionId) -> Option<MutexGuard<'_, Conn>> {
        let guard = self.shard().table.lock(connection.place())?;
        (guard.state.id() == connection && guard.stream.is_some()).then_some(guard)
    }

    /// The last piece is with the transport: the connection goes on, drains, or ends.
    fn after_response(&self, conn: &mut Conn, wakes: &mut Wakes) {
        if let Some(block) = conn.block.take() {
            self.requests().put(block);
        }
        // Body reads that still wait have no request any more.
        while let Some(reader) = conn.pop_reader() {
            wakes.add(reader, Signal::Failed(Error::ConnectionInvalid));
        }
        let in_flight = std::mem::take(&mut conn.in_flight);
        if self.parameters().choices.warn_unterminated_response {
            warn_unterminated(conn);
        }
        match conn.state.end_exchange() {
            After::NextHead => {
                self.start_timer(conn, TimerKind::IdleConnection, wakes.millis(self));
                if conn.readable || !conn.unused().is_empty() {
                    self.pump(conn, wakes);
                }
            }
            After::Drain => {
                self.start_timer(conn, TimerKind::DrainEntityBody, wakes.millis(self));
                self.pump(conn, wakes);
            }
            After::Close { unread } => self.close_after_response(conn, unread || in_flight, wakes),
        }
    }

    fn close_after_response(&self, conn: &mut Conn, unread: bool, wakes: &mut Wakes) {
        // A byte that comes after the close turns it into a reset, to which the client can lose
        // what it has not taken (RFC 9112 section 9.6). A small response to a request that was read
        // to its end is with the client before it can send more.
        if unread || conn.readable || !conn.unused().is_empty() {
            self.close_when_read(conn, wakes);
        } else {
            self.close_connection(conn, End::Completed, wakes);
        }
    }

    /// How many of `left` bytes may be written now; `None`: a bandwidth limit lets it go on later.
    #[inline]
    fn share_of(&self, conn: &mut Conn, left: u64) -> Option<u64> {
        match &conn.bound {
            Some(bound) if bound.effective.is_throttled() && left > 0 => {
                let bound = Arc::clone(bound);
                self.throttled_share(conn, &bound, left)
            }
            _ => Some(SHARE),
        }
    }

    #[cold]
    fn throttled_share(&self, conn: &mut Conn, bound: &Bound, left: u64) -> Option<u64> {
        if conn.allowed == 0 {
            let now = self.clock().millis();
            let (bytes, from) = bound.group.reserve(&bound.effective, left, now);
            conn.allowed = bytes;
            if from > now {
                self.tallies().note(Fault::SendThrottled);
                self.resume_send_at(conn, from, now);
                return None;
            }
        }
        Some(conn.allowed.min(left))
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

/// How far a piece came.
enum Written<'s> {
    All,
    UpTo(u64, MutexGuard<'s, Conn>),
}

/// An overlapped send that the socket has not taken whole.
struct Continuation {
    connection: ConnectionId,
    head: Vec<u8>,
    last: bool,
    sent: u64,
    send: Box<dyn PendingSend>,
}

impl PendingOperation for Continuation {
    fn signal(mut self: Box<Self>, service: &Service, signal: Signal) {
        if let Signal::Failed(error) = signal {
            return self.send.done(service, Err(error));
        }
        let Some(guard) = service.lock_connection(self.connection) else {
            return self.send.done(service, Err(Error::Aborted));
        };
        let mut guard = Some(guard);
        let mut result = None;
        let (head, last, sent) = (std::mem::take(&mut self.head), self.last, self.sent);
        self.send.with_body(&mut |body| {
            let piece = Piece {
                head: &head,
                body,
                last,
                now: None,
            };
            if let Some(guard) = guard.take() {
                result = Some(
                    service
                        .write_on(guard, piece, sent)
                        .map(|w| (w, piece.length())),
                );
            }
        });
        match result {
            Some(Ok((Written::UpTo(_, mut guard), _))) if self.send.is_cancelled() => {
                let mut wakes = Wakes::default();
                // As if the cancel had found it waiting (SND-032).
                service.reset_connection(&mut guard, End::SendCancelled, &mut wakes);
                drop(guard);
                wakes.fire(service);
                self.send.done(service, Err(Error::Aborted));
            }
            Some(Ok((Written::UpTo(position, mut guard), total))) => {
                self.sent = position;
                self.head = head;
                service.limit_send(&mut guard, position, total - position);
                guard.waits_mut().writer = Some(Waiting::Operation(self));
            }
            Some(Ok((Written::All, total))) => self.send.done(service, Ok(total)),
            Some(Err(error)) => self.send.done(service, Err(error)),
            None => self.send.done(service, Err(Error::Internal)),
        }
    }

    fn tag(&self) -> usize {
        self.send.tag()
    }
}

impl Piece<'_> {
    fn length(&self) -> u64 {
        chunk::total(self.body).saturating_add(self.head.len() as u64)
    }
}

/// Why a piece cannot be written on.
enum Broken {
    /// The peer is gone.
    Connection,
    /// A file chunk cannot be read, or not that far.
    File,
}

/// Where a write stopped: the bytes of the piece that are out.
enum Stopped {
    /// Everything is out.
    Done(u64),
    /// The socket is full.
    Full(u64),
    /// It has had its share of the lock.
    Share(u64),
}

impl Stopped {
    fn position(&self) -> u64 {
        match self {
            Stopped::Done(position) | Stopped::Full(position) | Stopped::Share(position) => {
                *position
            }
        }
    }
}

/// Writes on from byte `sent` until everything is out, the socket is full, or `share` is used up.
/// One call of the system hands over `most` bytes at most (LIM-015).
fn write_from(
    conn: &mut Conn,
    piece: Piece<'_>,
    mut sent: u64,
    share: u64,
    most: Option<u32>,
) -> Result<Stopped, Broken> {
    let total = piece.length();
    let until = sent.saturating_add(share);
    let most = most.map_or(usize::MAX, |most| most as usize);
    let most = if share < SHARE {
        most.min(share as usize)
    } else {
        most
    };
    if conn.interim > 0 && !conn.flush_interim() {
        return if conn.stream.is_some() {
            Ok(Stopped::Full(sent))
        } else {
            Err(Broken::Connection)
        };
    }
    let Some(stream) = &conn.stream else {
        return Err(Broken::Connection);
    };
    while sent < total {
        if sent >= until {
            return Ok(Stopped::Share(sent));
        }
        let (result, broken) = match next_piece(piece.head, piece.body, sent, most) {
            Next::Plain(bytes) => (sys::send(stream, bytes), Broken::Connection),
            Next::Memory(pieces) => (sys::send_pieces(stream, &pieces), Broken::Connection),
            Next::File {
                file,
                offset,
                length,
            } => (sys::send_file(stream, file, offset, length), Broken::File),
        };
        match result {
            Ok(0) => return Err(broken),
            Ok(n) => sent += n as u64,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(Stopped::Full(sent));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if sys::is_peer_gone(&error) => return Err(Broken::Connection),
            Err(_) => return Err(broken),
        }
    }
    Ok(Stopped::Done(total))
}
