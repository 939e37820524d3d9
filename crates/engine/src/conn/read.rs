//! What moves a connection on: it is fed with what the socket has, and what it asks for is done.
//!
//! Owns the way from the bytes of a socket to a request in a queue. Does not own what bytes, ends and
//! timers mean (`httpsys_core::connection`), nor the answers to what is refused (`error_pages.rs`).
//! Threading: called with the connection's slot locked, by whichever thread has the news: the one that
//! polls, or the one that has just answered (so that nothing crosses a thread for keep-alive or
//! pipelining).

use std::sync::Arc;

use httpsys_core::close_reason::TimerKind;
use httpsys_core::connection::{Cause, Effect, Progress, Wants};
use httpsys_core::cooked_url::cook;
use httpsys_core::proto::request::Target;
use httpsys_core::proto::{Reject, Version};
use httpsys_core::request_queue::Pushed;
use httpsys_core::routing::Registration;
use httpsys_core::{CloseReason, Request, RequestId};

use crate::calls::queue::Queue;
use crate::conn::alarm::Alarm;
use crate::conn::pool::{self, HEAD_READ};
use crate::conn::slot::{Conn, ReadOutcome};
use crate::conn::under_way::{PendingHead, UnderWay};
use crate::control::routes::{Bound, Destination, Routes};
use crate::observe::tally::Fault;
use crate::observe::trace;
use crate::poll::waiter::Turn;
use crate::service::Service;

/// Steps, each of one read at most, that a connection has in a row: a client that floods one
/// connection must not keep the thread that polls from the others.
const STEPS: usize = 16;

impl Service {
    /// Moves the connection on as far as it goes without waiting: feeds it what has come, and carries out
    /// what it asks for.
    pub(crate) fn pump(&self, conn: &mut Conn, turn: &mut Turn) {
        for _ in 0..STEPS {
            if !self.step(conn, turn) {
                return;
            }
        }
        self.tallies().note(Fault::TurnUsedUp);
        self.resume_later(conn);
    }

    /// Feeds the bytes that are kept, or reads once. `false`: there is nothing to be fed now.
    #[inline(always)]
    fn step(&self, conn: &mut Conn, turn: &mut Turn) -> bool {
        let wants = conn.state.wants(self.parameters());
        let (seen, most) = match wants {
            Wants::Nothing => return false,
            Wants::Head { seen } => (seen, HEAD_READ),
            Wants::Body | Wants::Rest => (0, usize::MAX),
            Wants::Frames => return self.step_carrier(conn, turn),
        };
        if conn.unused().len() > seen {
            let (input, start) = conn.take_input();
            let used = self.feed(conn, wants, &input[start..], turn);
            if !conn.has_ended() {
                conn.put_input_back(input, start + used);
            } else {
                pool::put_buffer(input);
            }
            return true;
        }
        conn.readable
            && pool::with_scratch(|buffer| {
                let most = most.min(buffer.len());
                self.read_and_feed(conn, wants, &mut buffer[..most], turn)
            })
    }

    #[inline]
    fn read_and_feed(
        &self,
        conn: &mut Conn,
        wants: Wants,
        buffer: &mut [u8],
        turn: &mut Turn,
    ) -> bool {
        match conn.read(buffer) {
            ReadOutcome::Bytes(n) if conn.unused().is_empty() => {
                let used = self.feed(conn, wants, &buffer[..n], turn);
                if !conn.has_ended() {
                    conn.keep(&buffer[used..n]);
                }
                return true;
            }
            ReadOutcome::Bytes(n) => {
                conn.keep(&buffer[..n]);
                return true;
            }
            ReadOutcome::Empty => return false,
            ReadOutcome::End => conn.state.handle_end(),
            ReadOutcome::Broken => return self.handle_broken(conn, turn),
            ReadOutcome::Progress(progress) => return self.handle_progress(conn, progress, turn),
        }
        self.carry_out(conn, turn);
        false
    }

    /// Feeds bytes that the connection wants; returns how many it has used.
    #[inline(always)]
    fn feed(&self, conn: &mut Conn, wants: Wants, bytes: &[u8], turn: &mut Turn) -> usize {
        if matches!(wants, Wants::Head { .. }) {
            return self.feed_head(conn, bytes, turn);
        }
        if wants == Wants::Rest {
            // A short read is no proof of an empty socket here: the event that both sides are closed
            // may have come before it, and is the last one.
            conn.readable = true;
        }
        let used = conn.state.handle_bytes(bytes, self.parameters());
        self.carry_out(conn, turn);
        used
    }

    fn feed_head(&self, conn: &mut Conn, bytes: &[u8], turn: &mut Turn) -> usize {
        // A head that comes in pieces keeps its block, so that no line is parsed twice.
        let (mut block, log) = match conn.state.take_head() {
            Some(head) => (head.block, head.log),
            None => (self.requests().get(), None),
        };
        match conn
            .state
            .handle_head(bytes, &mut block.head, self.parameters())
        {
            Progress::Complete { consumed } => {
                self.route(conn, PendingHead { block, log }, &bytes[consumed..], turn);
                // Nothing comes of what is behind a request that was refused.
                if conn.state.is_closing() {
                    bytes.len()
                } else {
                    consumed
                }
            }
            Progress::Partial => {
                let log = log.or_else(|| self.has_logs().then(|| self.log_from_now()));
                conn.state.keep_head(PendingHead { block, log });
                self.carry_out(conn, turn);
                0
            }
            Progress::Refused(_) if self.has_prior_knowledge(conn, bytes) => {
                self.begin_carrying(conn, bytes, turn);
                self.requests().put(block);
                bytes.len()
            }
            Progress::Refused(reject) => {
                self.refuse(conn, reject, Some(&block), turn);
                self.requests().put(block);
                bytes.len()
            }
        }
    }

    /// Does what the connection asks for.
    #[inline]
    pub(crate) fn carry_out(&self, conn: &mut Conn, turn: &mut Turn) {
        match conn.state.poll_effect() {
            None => {}
            Some(Effect::StartTimer(kind)) => self.start_timer_once(conn, kind, turn),
            Some(effect) => self.carry_out_other(conn, effect, turn),
        }
    }

    /// What comes up less often than with each request.
    #[cold]
    fn carry_out_other(&self, conn: &mut Conn, effect: Effect, turn: &mut Turn) {
        match effect {
            Effect::StartTimer(kind) => self.start_timer_once(conn, kind, turn),
            Effect::Continue => {
                // A connection that is broken is found by its event.
                self.write_interim(conn, 100, b"Continue");
            }
            Effect::Expire => {
                self.expire_request(conn, turn);
                self.pump(conn, turn);
            }
            Effect::EndOutput => {
                conn.forget_input();
                if conn.has_unsent() {
                    // The client has not read what it was sent before: FIN comes behind the rest.
                    self.start_linger(conn);
                } else {
                    self.end_output(conn, turn);
                }
            }
            Effect::Linger => self.start_linger(conn),
            Effect::Close(cause) => {
                self.count_timer(cause);
                self.close_connection(conn, cause.into(), turn);
            }
            Effect::Reset(cause) => {
                self.count_timer(cause);
                self.reset_connection(conn, cause.into(), turn);
            }
        }
    }

    fn count_timer(&self, cause: Cause) {
        if let Cause::Timer(kind) = cause {
            self.tallies().timer_fired(kind);
        }
    }

    /// Everything is with the socket of a closing connection: sends FIN.
    pub(crate) fn end_output(&self, conn: &mut Conn, turn: &mut Turn) {
        if conn.is_stream {
            // END_STREAM is the end of both sides.
            return self.close_connection(conn, CloseReason::Completed, turn);
        }
        let is_open = conn
            .stream
            .as_mut()
            .is_some_and(|s| s.shut_down_sending().is_ok());
        if !is_open {
            return self.close_connection(conn, CloseReason::PeerReset, turn);
        }
        conn.state.output_ended();
        self.start_linger(conn);
    }

    /// Cooks the URL of a complete head and finds its queue; `rest` came behind the head.
    #[inline]
    pub(super) fn route(&self, conn: &mut Conn, head: PendingHead, rest: &[u8], turn: &mut Turn) {
        self.with_routes(|routes| self.route_by(routes, conn, head, rest, turn));
    }

    fn route_by(
        &self,
        routes: &Routes,
        conn: &mut Conn,
        head: PendingHead,
        rest: &[u8],
        turn: &mut Turn,
    ) {
        let PendingHead { mut block, log } = head;
        let destination = {
            let Request { head, url, .. } = &mut *block;
            let path = match head.target() {
                Target::Origin(path) => path,
                Target::Absolute { path_and_query, .. } => path_and_query,
                Target::Asterisk | Target::Authority(_) => b"*",
            };
            let cooked = cook(
                url,
                conn.is_tls(),
                head.host(),
                conn.endpoint(),
                path,
                self.parameters(),
            );
            if url.is_host_assumed() && head.version() >= Version::HTTP_1_1 {
                url.set_host_empty();
            }
            match cooked {
                Ok(()) => Ok(routes.find(url, conn.endpoint())),
                Err(Reject::Forbidden) => match routes.find(url, conn.endpoint()) {
                    // An unknown host is found out before a path that climbs (G-009).
                    Destination::UnknownHost => Ok(Destination::UnknownHost),
                    _ => Err(Reject::Forbidden),
                },
                Err(reject) => Err(reject),
            }
        };
        let reject = match destination {
            Ok(Destination::Queue(registration, bound)) => {
                let head = PendingHead { block, log };
                return self.enqueue(conn, head, rest, registration, bound, turn);
            }
            Ok(Destination::Disabled(bound)) => {
                self.tallies()
                    .refused_behind(&bound.group.traffic, block.verb());
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
        head: PendingHead,
        rest: &[u8],
        registration: Registration,
        bound: &Arc<Bound>,
        turn: &mut Turn,
    ) {
        let PendingHead { mut block, log } = head;
        let current = conn.bound.as_ref();
        let bytes = (block.head.head_len() + rest.len()) as u64;
        if !current.is_some_and(|own| Arc::ptr_eq(own, bound))
            && !conn.bind(bound, bytes, &self.tallies().traffic)
        {
            self.tallies()
                .refused_behind(&bound.group.traffic, block.verb());
            let end = CloseReason::Unavailable("ConnLimit");
            self.refuse_unavailable(conn, bound, end, Some(&block), turn);
            return self.requests().put(block);
        }
        let queue = &bound.queue;
        let Some(id) = conn.next_request() else {
            // The slot has used up its ids: the connection ends, the slot is retired.
            self.requests().put(block);
            return self.close_connection(conn, CloseReason::Exhausted, turn);
        };
        conn.tally.request(block.verb());
        let own = UnderWay::new(log);
        let body = conn
            .state
            .begin_exchange(id, queue.id(), &block.head, rest.len(), own);
        block.id = id;
        block.connection = conn.state.id();
        block.raw_connection = conn.raw_id();
        block.group = registration.group;
        block.context = registration.context;
        block.remote = conn.remote;
        block.local = conn.local;
        if conn.is_tls() || block.tls.is_some() {
            set_tls(&mut block, conn, bound);
        }
        block.bytes_received = block.head.head_len() as u64 + body.arrived;
        block.has_body = body.is_expected;
        if bound.effective.logged {
            self.begin_log(conn, &block);
        }
        if trace::is_on() {
            trace::received(&block);
        }
        if self.cache().has_responses()
            && self.answer_from_cache(conn, bound, &block, !rest.is_empty(), turn)
        {
            return self.requests().put(block);
        }
        if let Some(own) = conn.state.under_way_mut() {
            own.block = Some(block);
        }
        let (pushed, waits) = self.push_request(queue, id, turn);
        match pushed {
            Pushed::Queued if waits => {
                let now = turn.millis(self);
                conn.set_queued_at(now);
                self.start_timer(conn, TimerKind::RequestQueue, now);
            }
            Pushed::Queued => conn.alarm = Alarm::NONE,
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
        if !polling {
            self.wake_poller(queue, &fifos);
        }
        // The polling thread takes the first that it keeps as soon as it is back.
        (pushed, fifos.len() > usize::from(keep))
    }
}

/// What the request tells of TLS; a block may have that of an earlier request.
#[cold]
fn set_tls(block: &mut Request, conn: &Conn, bound: &Bound) {
    block.tls = conn.tls_info().cloned();
    if block.tls.is_some() {
        block.shows_channel_token = bound.effective.shows_channel_token;
    }
}
