//! What moves a connection on: reading heads, routing them to queues, throwing unread bodies away.
//!
//! Owns the steps between the bytes of a socket and a request in a queue. Does not own the answers to
//! what is refused (`error_pages.rs`). Called with the connection's slot locked, by whichever thread has
//! the news: the one that polls, or the one that has just answered (so that nothing crosses a thread for
//! keep-alive or pipelining).

use std::sync::Arc;

use httpsys_core::close_reason::TimerKind;
use httpsys_core::connection::Phase;
use httpsys_core::cooked_url::{cook, is_invalid_path};
use httpsys_core::proto::request::{Framing, Parsed, Target, parse_head};
use httpsys_core::proto::{Reject, RequestHead, Version};
use httpsys_core::request_queue::Pushed;
use httpsys_core::routing::Registration;
use httpsys_core::{CloseReason, Request, RequestId};

use crate::calls::queue::Queue;
use crate::conn::pool::{self, HEAD_READ};
use crate::conn::slot::{Conn, NOT_QUEUED, ReadOutcome};
use crate::conn::timers::{Alarm, Purpose};
use crate::control::routes::{Bound, Destination};
use crate::observe::tally::Fault;
use crate::observe::trace;
use crate::poll::waiter::Turn;
use crate::service::Service;

/// Steps, each of one read at most, that a connection has in a row: a client that floods one
/// connection must not keep the thread that polls from the others.
const STEPS: usize = 16;

/// At least what a request line has besides verb and target: two blanks and `HTTP/1.1`, CR, LF.
const LINE_REST: usize = 12;

impl Service {
    /// Moves the connection on as far as it goes without waiting.
    pub(crate) fn pump(&self, conn: &mut Conn, turn: &mut Turn) {
        for _ in 0..STEPS {
            let goes_on = match conn.state.phase() {
                Phase::Head { seen } => {
                    let seen = *seen;
                    self.head_step(conn, seen, turn)
                }
                Phase::Drain(_) => self.drain_step(conn, turn),
                Phase::Closing => self.closing_step(conn, turn),
                Phase::Exchange(_) | Phase::Closed => false,
            };
            if !goes_on {
                return;
            }
        }
        self.tallies().note(Fault::TurnUsedUp);
        self.shard().resume_later(conn);
    }

    fn head_step(&self, conn: &mut Conn, seen: usize, turn: &mut Turn) -> bool {
        if conn.unused().len() > seen {
            let (input, start) = conn.take_input();
            let used = self.take_head(conn, &input[start..], seen, turn);
            if conn.stream.is_some() {
                conn.put_input_back(input, start + used);
            } else {
                pool::put_buffer(input);
            }
            return true;
        }
        if !conn.readable {
            return false;
        }
        pool::with_scratch(|buffer| match conn.read(&mut buffer[..HEAD_READ]) {
            ReadOutcome::Bytes(n) if conn.unused().is_empty() => {
                let used = self.take_head(conn, &buffer[..n], 0, turn);
                if conn.stream.is_some() {
                    conn.keep(&buffer[used..n]);
                }
                true
            }
            ReadOutcome::Bytes(n) => {
                conn.keep(&buffer[..n]);
                true
            }
            ReadOutcome::Empty => false,
            ReadOutcome::End => {
                self.close_connection(conn, CloseReason::PeerClosed, turn);
                false
            }
            ReadOutcome::Broken => {
                self.reset_connection(conn, CloseReason::PeerReset, turn);
                false
            }
        })
    }

    /// Takes one head from `bytes`; returns how many were used.
    fn take_head(&self, conn: &mut Conn, bytes: &[u8], seen: usize, turn: &mut Turn) -> usize {
        // A head that comes in pieces keeps its block, so that no line is parsed twice.
        let mut block = conn.block.take().unwrap_or_else(|| self.requests().get());
        let reject = match parse_head(&mut block.head, bytes, seen, self.parameters()) {
            Parsed::Complete { consumed } => {
                self.route(conn, block, &bytes[consumed..], turn);
                return consumed;
            }
            Parsed::Partial if !self.has_invalid_url(&block.head, seen) => {
                conn.block = Some(block);
                if self.has_logs() {
                    self.log_from_now(conn);
                }
                *conn.state.phase_mut() = Phase::Head { seen: bytes.len() };
                if conn.alarm.purpose != Purpose::Timer(TimerKind::HeaderWait) {
                    self.start_timer(conn, TimerKind::HeaderWait, turn.millis(self));
                }
                return 0;
            }
            Parsed::Partial => Reject::InvalidUrl,
            // The request line comes before whatever was found behind it (G-009).
            Parsed::Reject(_) if self.has_invalid_url(&block.head, 0) => Reject::InvalidUrl,
            Parsed::Reject(reject) => reject,
        };
        self.refuse(conn, reject, Some(&block), turn);
        self.requests().put(block);
        bytes.len()
    }

    /// Whether the request line is complete and its path refused. `seen` bytes were looked at
    /// before: a line that ended among them was judged then.
    fn has_invalid_url(&self, head: &RequestHead, seen: usize) -> bool {
        let target = head.raw_url();
        let line = head.skipped() + head.verb_text().len() + target.len() + LINE_REST;
        if target.is_empty() || line < seen {
            return false;
        }
        match head.target() {
            Target::Origin(path)
            | Target::Absolute {
                path_and_query: path,
                ..
            } => is_invalid_path(path, self.parameters()),
            Target::Asterisk | Target::Authority(_) => false,
        }
    }

    /// Cooks the URL of a complete head and finds its queue; `rest` came behind the head.
    fn route(&self, conn: &mut Conn, mut block: Box<Request>, rest: &[u8], turn: &mut Turn) {
        let routes = self.routes();
        let destination = {
            let Request { head, url, .. } = &mut *block;
            let path = match head.target() {
                Target::Origin(path) => path,
                Target::Absolute { path_and_query, .. } => path_and_query,
                Target::Asterisk | Target::Authority(_) => b"*",
            };
            let cooked = cook(url, false, head.host(), conn.local, path, self.parameters());
            if url.is_host_assumed() && head.version() >= Version::HTTP_1_1 {
                url.set_host_empty();
            }
            match cooked {
                Ok(()) => Ok(routes.find(url, conn.local)),
                Err(Reject::Forbidden) => match routes.find(url, conn.local) {
                    // An unknown host is found out before a path that climbs (G-009).
                    Destination::UnknownHost => Ok(Destination::UnknownHost),
                    _ => Err(Reject::Forbidden),
                },
                Err(reject) => Err(reject),
            }
        };
        let reject = match destination {
            Ok(Destination::Queue(registration, bound)) => {
                return self.enqueue(conn, block, rest, registration, bound, turn);
            }
            Ok(Destination::Disabled(bound)) => {
                self.tallies().refused_behind(&bound.group, block.verb());
                let end = CloseReason::Unavailable("Disabled");
                self.refuse_unavailable(conn, bound, end, Some(&block), turn);
                return self.requests().put(block);
            }
            Ok(Destination::Unbound) => Reject::ServiceUnavailable,
            Ok(Destination::UnknownHost) => Reject::InvalidHostname,
            Ok(Destination::UnknownPath) => Reject::NotFound,
            Ok(Destination::Reserved) => Reject::BadRequest,
            Err(reject) => reject,
        };
        self.refuse(conn, reject, Some(&block), turn);
        self.requests().put(block);
    }

    fn enqueue(
        &self,
        conn: &mut Conn,
        mut block: Box<Request>,
        rest: &[u8],
        registration: Registration,
        bound: &Arc<Bound>,
        turn: &mut Turn,
    ) {
        let current = conn.bound.as_ref();
        let bytes = (block.head.head_len() + rest.len()) as u64;
        if !current.is_some_and(|own| Arc::ptr_eq(own, bound))
            && !conn.bind(bound, bytes, &self.tallies().traffic)
        {
            self.tallies().refused_behind(&bound.group, block.verb());
            let end = CloseReason::Unavailable("ConnLimit");
            self.refuse_unavailable(conn, bound, end, Some(&block), turn);
            return self.requests().put(block);
        }
        let queue = &bound.queue;
        let Some(id) = conn.ids_mut().next_request() else {
            // The slot has used up its ids: the connection ends, the slot is retired.
            self.requests().put(block);
            return self.close_connection(conn, CloseReason::Exhausted, turn);
        };
        conn.tally.request(block.verb());
        conn.state.begin_exchange(id, queue.id(), &block.head);
        let arrived = match block.head.framing() {
            Framing::None => 0,
            Framing::Length(length) => length.min(rest.len() as u64),
            Framing::Chunked => rest.len() as u64,
        };
        block.id = id;
        block.connection = conn.state.id();
        block.group = registration.group;
        block.context = registration.context;
        block.remote = conn.remote;
        block.local = conn.local;
        block.bytes_received = block.head.head_len() as u64 + arrived;
        if let Phase::Exchange(exchange) = conn.state.phase_mut() {
            block.has_body = !exchange.body_done();
            if arrived > 0 {
                exchange.body_has_begun();
            }
        }
        if bound.effective.logged {
            self.begin_log(conn, &block);
        }
        if trace::is_on() {
            trace::received(&block);
        }
        conn.block = Some(block);
        let (pushed, waits) = self.push_request(queue, id, turn);
        match pushed {
            Pushed::Queued if waits => {
                let now = turn.millis(self);
                conn.queued_at = now;
                self.start_timer(conn, TimerKind::RequestQueue, now);
            }
            Pushed::Queued => {
                conn.alarm = Alarm::NONE;
                conn.queued_at = NOT_QUEUED;
            }
            Pushed::Full => {
                self.refuse_queued(conn, bound, CloseReason::Unavailable("QueueFull"), turn);
            }
            Pushed::Disabled => {
                self.refuse_queued(conn, bound, CloseReason::Unavailable("Disabled"), turn);
            }
            Pushed::Closed => self.reset_connection(conn, CloseReason::QueueClosed, turn),
        }
    }

    /// Puts the request into the queue and pairs it with a receive that waits. Also returns whether a
    /// request has to wait there.
    #[inline]
    fn push_request(&self, queue: &Queue, id: RequestId, turn: &mut Turn) -> (Pushed, bool) {
        let mut fifos = queue.lock();
        let pushed = fifos.push(id);
        let polling = turn.keeps_requests_of(queue.id());
        // An overlapped receive was posted before the polling thread's: it goes first.
        let keep = polling && fifos.next_waiting().is_none_or(|next| !next.is_operation());
        if pushed == Pushed::Queued && !keep {
            turn.pair(&mut fifos);
        }
        if !polling && queue.is_polled() && !fifos.is_empty() {
            self.shard().interrupt();
        }
        // The polling thread takes the first that it keeps as soon as it is back.
        (pushed, fifos.len() > usize::from(keep))
    }

    /// Sends FIN behind the last byte, and throws away what still comes, up to the bounds of
    /// [`Phase::Closing`].
    pub(crate) fn close_when_read(&self, conn: &mut Conn, turn: &mut Turn) {
        conn.state.begin_closing();
        conn.forget_input();
        if conn.kept.is_some() {
            // The client has not read what it was sent before. FIN comes behind the rest.
            self.start_linger(conn);
            return self.pump(conn, turn);
        }
        self.end_output(conn, turn);
    }

    /// Everything is with the socket of a closing connection: sends FIN.
    pub(crate) fn end_output(&self, conn: &mut Conn, turn: &mut Turn) {
        let open = conn
            .stream
            .as_mut()
            .is_some_and(|s| s.shut_down_sending().is_ok());
        if !open {
            return self.close_connection(conn, CloseReason::PeerReset, turn);
        }
        self.start_linger(conn);
        self.pump(conn, turn);
    }

    fn drain_step(&self, conn: &mut Conn, turn: &mut Turn) -> bool {
        let mut ended = false;
        let outcome = if conn.unused().is_empty() {
            if !conn.readable {
                return false;
            }
            pool::with_scratch(|buffer| match conn.read(buffer) {
                ReadOutcome::Bytes(n) => {
                    let used = discard(conn, &buffer[..n]);
                    if let Ok(used) = used {
                        conn.keep(&buffer[used..n]);
                    }
                    used
                }
                ReadOutcome::Empty => Ok(0),
                ReadOutcome::End => {
                    ended = true;
                    Ok(0)
                }
                ReadOutcome::Broken => Err(()),
            })
        } else {
            let (input, start) = conn.take_input();
            let used = discard(conn, &input[start..]);
            conn.put_input_back(input, start + used.unwrap_or(0));
            used
        };
        if ended {
            // A client that sent less than it announced still gets the response that is under way.
            self.close_connection(conn, CloseReason::PeerClosed, turn);
            return false;
        }
        if outcome.is_err() {
            // The framing is broken. The response is out already, but perhaps not read.
            conn.why = Some(Box::new(CloseReason::BodyMalformed));
            self.close_when_read(conn, turn);
            return false;
        }
        if matches!(conn.state.phase(), Phase::Drain(body) if body.is_done()) {
            conn.state.end_drain();
            self.start_timer(conn, TimerKind::IdleConnection, turn.millis(self));
        }
        !conn.unused().is_empty() || conn.readable
    }

    fn closing_step(&self, conn: &mut Conn, turn: &mut Turn) -> bool {
        let most = self.parameters().choices.linger_bytes;
        let unsent = conn.kept.is_some();
        if !conn.readable || (unsent && conn.lingered > most) {
            return false;
        }
        let outcome = pool::with_scratch(|buffer| conn.read(buffer));
        match outcome {
            ReadOutcome::Bytes(n) => {
                // A short read is no proof of an empty socket here: the event that both sides are
                // closed may have come before it, and is the last one.
                conn.readable = true;
                conn.lingered = conn.lingered.saturating_add(n as u32);
                if conn.lingered > most && !unsent {
                    self.close_connection(conn, CloseReason::Completed, turn);
                    return false;
                }
                true
            }
            ReadOutcome::Empty => false,
            // The client still reads.
            ReadOutcome::End if unsent => false,
            ReadOutcome::End | ReadOutcome::Broken => {
                self.close_connection(conn, CloseReason::Completed, turn);
                false
            }
        }
    }
}

fn discard(conn: &mut Conn, bytes: &[u8]) -> Result<usize, ()> {
    match conn.state.phase_mut() {
        Phase::Drain(body) => body.discard(bytes).map_err(|_| ()),
        _ => Ok(0),
    }
}
