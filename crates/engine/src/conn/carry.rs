//! Connections that carry streams: HTTP/2.
//!
//! Owns: how a connection becomes a carrier, what its frames mean for its streams, and its own timers and end. A
//! stream is a connection of its own in the table (CON-015), whose poll the carrier is: what the protocol
//! tells of a stream is said to it as the events of a socket are (`poll/deferred.rs`), so that everything above
//! the transport works on it unchanged. Does not own: the protocol (`httpsys-proto`), the frames that go out
//! (`transport/carrier.rs`), what a stream is as a transport (`transport/stream.rs`).
//!
//! Locks: the carrier's slot, then the slot of a stream that nobody knows yet, then the carrier's own lock.
//! A stream that is known is never locked from here: it is told, at the end of the turn. Threading: with the
//! carrier's slot locked, on the thread that polls, but for timers.

use std::sync::Arc;

use httpsys_core::CloseReason;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::proto::Verb;
use httpsys_core::proto::h2::{
    EndCause, H2Code, H2Event, H2Limits, H2Reason, PREFACE, RequestSection, StreamId,
};
use httpsys_core::timer::Tick;

use crate::conn::alarm::{Alarm, Purpose};
use crate::conn::pool;
use crate::conn::slot::Conn;
use crate::conn::under_way::PendingHead;
use crate::poll::deferred::Readiness;
use crate::poll::waiter::Turn;
use crate::service::Service;
use crate::transport::Transport;
use crate::transport::carrier::{Carrier, Fed};
use crate::transport::stream::H2Stream;

impl Service {
    /// Whether the head that was refused is the preface of HTTP/2, and that is to be spoken (H2X-001).
    #[cold]
    pub(super) fn has_prior_knowledge(&self, conn: &Conn, bytes: &[u8]) -> bool {
        let is_preface = bytes.starts_with(PREFACE) || PREFACE.starts_with(bytes);
        let is_first = conn.sent == 0 && conn.bound.is_none() && !conn.is_tls();
        self.parameters().choices.http2_prior_knowledge && is_preface && is_first
    }

    /// HTTP/2 was agreed on; `input` has come already.
    #[cold]
    pub(super) fn begin_carrying(&self, conn: &mut Conn, input: &[u8], turn: &mut Turn) {
        let Some(transport) = conn.stream.take() else {
            return;
        };
        let tls = transport.tls_info().cloned();
        let limits = H2Limits::from_parameters(self.parameters()).for_binding(&transport.http2());
        let link = match transport.into_link() {
            Ok(link) => link,
            Err(other) => {
                conn.stream = Some(other);
                return;
            }
        };
        let now = turn.millis(self);
        let carrier = Carrier::new(conn.state.id(), link, tls, limits, input, now);
        let carrier = Arc::new(carrier);
        // Of what has come some may be a stream's.
        carrier
            .lock()
            .add_received(std::mem::take(&mut conn.tally.received));
        conn.stream = Some(Transport::Carrier(Arc::clone(&carrier)));
        conn.state.begin_carrying();
        self.start_timer(conn, TimerKind::IdleConnection, now);
        // SETTINGS; a broken transport is found by its event.
        let _ = carrier.lock().flush();
        self.look_after_carrier(conn, &carrier, now, turn);
    }

    /// Takes what has come, or reads once. `false`: nothing is to be done now.
    #[cold]
    #[inline(never)]
    pub(super) fn step_carrier(&self, conn: &mut Conn, turn: &mut Turn) -> bool {
        let carrier = conn.stream.as_ref().and_then(Transport::carrier);
        let Some(carrier) = carrier.cloned() else {
            return false;
        };
        let now = turn.millis(self);
        let mut events = Vec::new();
        let fed = pool::with_scratch(|buffer| {
            let mut state = carrier.lock();
            state.receive(&mut conn.readable, buffer, &mut events, now)
        });
        self.hear_frames(conn, &carrier, events, turn);
        match fed {
            Fed::More | Fed::Nothing => {}
            Fed::Later => self.resume_later(conn),
            Fed::End => {
                tell_all(self, &carrier, Readiness::READ_CLOSED);
                if carrier.lock().is_done() {
                    self.close_connection(conn, CloseReason::PeerClosed, turn);
                    return false;
                }
            }
            Fed::Broken => {
                tell_all(self, &carrier, Readiness::ENDED);
                self.handle_broken(conn, turn);
                return false;
            }
        }
        self.look_after_carrier(conn, &carrier, now, turn);
        fed == Fed::More && !conn.has_ended()
    }

    /// There is room in the network again.
    #[cold]
    pub(super) fn carrier_is_writable(&self, conn: &mut Conn, turn: &mut Turn) {
        let carrier = conn.stream.as_ref().and_then(Transport::carrier);
        let Some(carrier) = carrier.cloned() else {
            return;
        };
        if carrier.lock().flush().is_err() {
            return self.reset_connection(conn, CloseReason::PeerReset, turn);
        }
        let now = turn.millis(self);
        self.look_after_carrier(conn, &carrier, now, turn);
        self.pump(conn, turn);
    }

    /// Does what the events ask for. Streams are told by the end of the turn.
    fn hear_frames(
        &self,
        conn: &mut Conn,
        carrier: &Arc<Carrier>,
        events: Vec<H2Event>,
        turn: &mut Turn,
    ) {
        let is_request = |event: &&H2Event| matches!(event, H2Event::Request { .. });
        let requests = events.iter().filter(is_request).count();
        self.shard_of(carrier.id()).batches.add(carrier, requests);
        let mut said = Vec::new();
        let mut failed = None;
        for event in events {
            match event {
                H2Event::Request {
                    stream,
                    section,
                    is_end,
                    wire,
                } => self.open_stream(conn, carrier, stream, (section, is_end, wire), turn),
                H2Event::Content { stream } => said.push((stream, Readiness::READABLE)),
                H2Event::Room { stream } => said.push((stream, Readiness::WRITABLE)),
                H2Event::Ended { stream, cause } => {
                    if let EndCause::Fault(reason) = cause {
                        note_stream_error(conn, carrier, stream, reason);
                    }
                    said.push((stream, Readiness::ENDED));
                }
                H2Event::Failed { reason } => failed = Some(reason),
                // Its streams are served to their end; then it closes. The carrier keeps trailers.
                H2Event::GoAway { .. } | H2Event::Sent { .. } | H2Event::Trailers { .. } => {}
            }
        }
        if !said.is_empty() {
            let state = carrier.lock();
            let known = said.into_iter();
            let known =
                known.filter_map(|(stream, what)| Some((*state.streams.get(&stream)?, what)));
            self.shard_of(carrier.id()).tell(known);
        }
        if let Some(reason) = failed {
            self.carrier_has_failed(conn, carrier, reason, turn);
        }
    }

    /// A connection error: its streams have ended, and GOAWAY is the last that goes out.
    #[cold]
    fn carrier_has_failed(
        &self,
        conn: &mut Conn,
        carrier: &Carrier,
        reason: H2Reason,
        turn: &mut Turn,
    ) {
        tracing::info!(
            connection = conn.state.id().0,
            remote = %conn.remote,
            local = %conn.local,
            reason = reason.name(),
            code = %reason.code(),
            "HTTP/2 connection error"
        );
        let end = CloseReason::Http2(phrase(reason.code()));
        carrier.lock().note_failure(end);
        tell_all(self, carrier, Readiness::ENDED);
        conn.state.end_carrying(Some(end));
        self.carry_out(conn, turn);
    }

    /// A request has come: its stream becomes a connection of its own.
    fn open_stream(
        &self,
        conn: &mut Conn,
        carrier: &Arc<Carrier>,
        id: StreamId,
        (section, is_end, wire): (RequestSection, bool, usize),
        turn: &mut Turn,
    ) {
        let mut place = carrier.place();
        let Some(vacancy) = self.shard_of(carrier.id()).table.acquire() else {
            let mut state = carrier.lock();
            state.answer(&mut place);
            state.reset(id, H2Code::REFUSED_STREAM);
            return state.h2.recycle(section.into_fields());
        };
        let mut block = self.requests().get();
        let assembled = section.assemble(is_end, &mut block.head, self.parameters());
        let counted = {
            let mut state = carrier.lock();
            state.streams.insert(id, vacancy.id());
            state.h2.recycle(section.into_fields());
            state.count_received(wire)
        };
        let mut stream = H2Stream::new(Arc::clone(carrier), id, place);
        stream.is_head = block.head.verb() == Verb::Head;
        let transport = Transport::Stream(Box::new(stream));
        let mut own = vacancy.fill(transport, conn.remote, conn.local);
        own.inherit_endpoint(conn);
        own.tally.received += counted as u64;
        // The connection counts for a group, not its streams (G-084).
        own.groups = std::mem::take(&mut conn.groups);
        match assembled {
            Ok(()) => {
                let head = PendingHead { block, log: None };
                self.route(&mut own, head, &[], turn);
            }
            Err(reject) => {
                self.refuse(&mut own, reject, Some(&block), turn);
                self.requests().put(block);
            }
        }
        conn.groups = std::mem::take(&mut own.groups);
        if own.bound.is_some() {
            // Whose time limits hold for it when it is idle.
            conn.bound.clone_from(&own.bound);
        }
    }

    /// After anything has happened on the carrier: tells the streams whose turn it is, starts its timers, and
    /// ends it if nothing is left.
    fn look_after_carrier(&self, conn: &mut Conn, carrier: &Carrier, now: u64, turn: &mut Turn) {
        conn.count_untold();
        if !conn.state.is_carrier() {
            return;
        }
        let (turns, has_block, deadline, is_done) = {
            let mut state = carrier.lock();
            let turns = state.take_turns();
            let (has_block, deadline) = (state.h2.has_open_block(), state.h2.deadline());
            (turns, has_block, deadline, state.is_done())
        };
        let turns = turns.into_iter();
        self.shard_of(carrier.id())
            .tell(turns.map(|stream| (stream, Readiness::WRITABLE)));
        if is_done {
            conn.state.end_carrying(None);
            return self.carry_out(conn, turn);
        }
        if has_block {
            self.start_timer_once(conn, TimerKind::HeaderWait, turn);
        } else if conn.alarm.purpose == Purpose::Timer(TimerKind::HeaderWait) {
            self.start_timer(conn, TimerKind::IdleConnection, now);
        }
        conn.send_alarm = match deadline {
            Some(deadline) => {
                let millis = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
                Alarm {
                    purpose: Purpose::Protocol,
                    at: Tick::after(millis, 0),
                }
            }
            None => Alarm::NONE,
        };
        self.arm(conn, now);
    }

    /// The protocol's own time has come: for the preface, or the acknowledgement of SETTINGS.
    #[cold]
    pub(super) fn protocol_is_late(&self, conn: &mut Conn, turn: &mut Turn) {
        let carrier = conn.stream.as_ref().and_then(Transport::carrier);
        let Some(carrier) = carrier.cloned() else {
            return;
        };
        let now = self.clock().millis();
        let mut events = Vec::new();
        carrier.lock().handle_timer(&mut events, now);
        self.hear_frames(conn, &carrier, events, turn);
        self.look_after_carrier(conn, &carrier, now, turn);
        self.shard_of(carrier.id()).interrupt();
    }

    /// A timer of the carrier has run out.
    #[cold]
    pub(super) fn carrier_is_late(&self, conn: &mut Conn, kind: TimerKind, turn: &mut Turn) {
        let carrier = conn.stream.as_ref().and_then(Transport::carrier);
        let Some(carrier) = carrier.cloned() else {
            return;
        };
        if kind != TimerKind::IdleConnection {
            self.tallies().timer_fired(kind);
            return self.reset_connection(conn, CloseReason::Timer(kind), turn);
        }
        let now = self.clock().millis();
        let mut state = carrier.lock();
        let since = match state.streams.is_empty() {
            true => state.idle_since,
            false => now,
        };
        let Some(seconds) = self.seconds(conn, kind) else {
            return;
        };
        let until = since.saturating_add(u64::from(seconds) * 1000);
        if until > now {
            drop(state);
            return self.start_idle_until(conn, until, now);
        }
        // What it may have on its way is not looked at, and it can know that.
        state.h2.refuse_streams();
        let _ = state.flush();
        drop(state);
        self.tallies().timer_fired(kind);
        conn.state.end_carrying(Some(CloseReason::Timer(kind)));
        self.carry_out(conn, turn);
    }

    /// Takes no more streams on a carrier, and ends it when it has none: `end` says why.
    #[cold]
    pub(crate) fn retire_carrier(&self, conn: &mut Conn, end: CloseReason, turn: &mut Turn) {
        let carrier = conn.stream.as_ref().and_then(Transport::carrier);
        let Some(carrier) = carrier.cloned() else {
            return;
        };
        let is_empty = {
            let mut state = carrier.lock();
            state.h2.refuse_streams();
            let _ = state.flush();
            state.streams.is_empty()
        };
        if is_empty {
            conn.state.end_carrying(Some(end));
            self.carry_out(conn, turn);
        }
    }

    /// A stream ends: in order, or with a reset.
    #[cold]
    pub(crate) fn end_stream(&self, stream: H2Stream, end: CloseReason, in_order: bool) {
        let carrier = Arc::clone(stream.carrier());
        let now = self.clock().millis();
        let is_done = if in_order {
            stream.close(reset_code(end), now)
        } else {
            stream.reset(reset_code(end), now)
        };
        if is_done {
            // The carrier sees to it at a turn of its own.
            let shard = self.shard_of(carrier.id());
            shard.tell([(carrier.id(), Readiness::RESUMED)]);
            shard.interrupt();
        }
    }

    /// The transport of a connection goes: so do its streams, if it is a carrier, for the same reason. Returns that
    /// carrier.
    #[cold]
    pub(crate) fn end_streams_of(
        &self,
        transport: &Transport,
        end: CloseReason,
    ) -> Option<Arc<Carrier>> {
        let carrier = transport.carrier()?;
        carrier.lock().note_failure(end);
        tell_all(self, carrier, Readiness::ENDED);
        self.shard_of(carrier.id()).interrupt();
        Some(Arc::clone(carrier))
    }
}

/// A stream has ended for an error of the client; its connection goes on.
#[cold]
fn note_stream_error(conn: &Conn, carrier: &Carrier, stream: StreamId, reason: H2Reason) {
    tracing::info!(
        connection = conn.state.id().0,
        stream = stream.number(),
        reason = reason.name(),
        code = %reason.code(),
        "HTTP/2 stream error"
    );
    let end = CloseReason::Http2(phrase(reason.code()));
    carrier.lock().note_fault(stream, end);
}

/// Says the same to all streams.
fn tell_all(service: &Service, carrier: &Carrier, what: Readiness) {
    let state = carrier.lock();
    let streams = state.streams.values();
    let shard = service.shard_of(carrier.id());
    shard.tell(streams.map(|stream| (*stream, what)));
}

/// The code with which a stream is reset that ends for this reason, unless the program has set one.
fn reset_code(end: CloseReason) -> H2Code {
    match end {
        CloseReason::QueueClosed
        | CloseReason::ServiceStopped
        | CloseReason::FileUnreadable
        | CloseReason::Exhausted => H2Code::INTERNAL_ERROR,
        // Nobody has looked at the request: it may be sent again.
        CloseReason::Unavailable(_) => H2Code::REFUSED_STREAM,
        // CXL-011; the others are chosen (G-098).
        _ => H2Code::CANCEL,
    }
}

/// The name of an error of the client in counters, events and logs.
fn phrase(code: H2Code) -> &'static str {
    match code {
        H2Code::FLOW_CONTROL_ERROR => "Http2_FlowControlError",
        H2Code::SETTINGS_TIMEOUT => "Http2_SettingsTimeout",
        H2Code::STREAM_CLOSED => "Http2_StreamClosed",
        H2Code::FRAME_SIZE_ERROR => "Http2_FrameSizeError",
        H2Code::COMPRESSION_ERROR => "Http2_CompressionError",
        H2Code::ENHANCE_YOUR_CALM => "Http2_EnhanceYourCalm",
        _ => "Http2_ProtocolError",
    }
}
