//! The machine of one HTTP/1.x connection.
//!
//! Owns: what bytes, an end, a timer mean in each phase; what comes behind a response; pipelining; how a
//! connection closes so that the peer gets the last bytes. Does not own: what belongs to the request
//! under way (`exchange.rs`).
//!
//! ```text
//!            head complete                 last piece of the response handed over
//!   Head ─────────────────► Exchange ───────────────┬──────────────► Closing ──► Closed
//!    ▲  │ refused: error page  │ (101 with OPAQUE:  │ keep-alive         ▲          ▲
//!    │  │                      │  bytes as they are)│                    │          │
//!    │  └──────────────────────┼──► Closing         ▼                    │          │
//!    └─────────────────────────┼──────── body read? Drain ── peer ended ─┘          │
//!                              └── cancel, reset, queue closed ─────────────────────┘
//! ```
//!
//! A connection of HTTP/2 is a carrier: it has no requests, its streams do, each as a connection of its own
//! with one exchange (CON-015):
//!
//! ```text
//!   Head ── HTTP/2 was agreed on ──► Carrier ── failed, or no streams are left ──► Closing ──► Closed
//!
//!   a stream: Head ── its head ──► Exchange ── its response, a reset ──► Closed
//! ```
//!
//! Invariants: at most one exchange at a time; a pipelined request stays with the driver until the one
//! before it is answered (CON-005). A request that was answered with 101 and OPAQUE stays an exchange
//! until the connection ends: its "entity bodies" are the bytes of the connection in both directions
//! (UPG-003 to UPG-006). An event has at most one effect, so that one place is enough for it.

use std::mem;

use httpsys_proto::h1::body::BodyDecoder;
use httpsys_proto::request::{Framing, Parsed, Target, parse_head};
use httpsys_proto::{Parameters, Reject, RequestHead};

use super::{BodyAtArrival, Cause, Effect, Ended, Exchange, Progress, Wants};
use crate::close_reason::{CloseReason, TimerKind};
use crate::connection::DeliveryState;
use crate::cooked_url::is_invalid_path;
use crate::error::Error;
use crate::ids::{ConnectionId, QueueId, RequestId};

/// At least what a request line has besides verb and target: two blanks and `HTTP/1.1`, CR, LF.
const LINE_REST: usize = 12;

/// See the module head. `H` is what the driver keeps of a head that has come in part, `D` what it keeps
/// of the request under way: they come and go with the phase.
#[derive(Debug)]
pub struct Connection<H = (), D = ()> {
    id: ConnectionId,
    effect: Option<Effect>,
    phase: Phase<H, D>,
}

/// The phases of a connection; the diagram is in the module head.
#[derive(Debug)]
pub enum Phase<H = (), D = ()> {
    /// No request is under way; `seen` bytes of the next head were looked at.
    Head {
        /// How many buffered bytes the parser has looked at.
        seen: usize,
        /// What the driver keeps of a head that has come in part.
        kept: Option<H>,
    },
    /// A request is queued, with the program, or being answered.
    Exchange(Exchange, D),
    /// The response is complete; the unread rest of the entity body is thrown away (BDY-022).
    Drain(BodyDecoder),
    /// No more responses; what still arrives is thrown away until the peer closes.
    Closing(Closing),
    /// It carries streams, which are connections of their own.
    Carrier,
    /// The socket is gone.
    Closed,
}

impl<H, D> Phase<H, D> {
    /// Nothing of the next head has come.
    const NEXT_HEAD: Self = Phase::Head {
        seen: 0,
        kept: None,
    };
}

/// The end of a connection that is not cut off, so that its peer gets the last bytes (RFC 9112 section
/// 9.6, G-006).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Why, if not because all is done.
    reason: Option<CloseReason>,
    /// The reason was told already.
    is_reported: bool,
    /// The sending side has ended: everything is with the transport.
    is_output_ended: bool,
    /// Bytes thrown away.
    lingered: u32,
    /// What the peer had taken when its time began.
    taken: u64,
}

impl<H, D> Connection<H, D> {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(id: ConnectionId) -> Self {
        Connection {
            id,
            effect: None,
            phase: Phase::NEXT_HEAD,
        }
    }

    /// HTTP_CONNECTION_ID.
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// The phase.
    #[must_use]
    pub fn phase(&self) -> &Phase<H, D> {
        &self.phase
    }

    /// True while no request is under way and no byte of a next head has arrived.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Head { seen: 0, .. })
    }

    /// The connection ends behind what was sent.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        matches!(self.phase, Phase::Closing(_))
    }

    /// The exchange, whatever its state.
    #[must_use]
    pub fn exchange(&self) -> Option<&Exchange> {
        match &self.phase {
            Phase::Exchange(exchange, _) => Some(exchange),
            _ => None,
        }
    }

    /// As [`Connection::exchange`], to change it.
    pub fn exchange_mut(&mut self) -> Option<&mut Exchange> {
        match &mut self.phase {
            Phase::Exchange(exchange, _) => Some(exchange),
            _ => None,
        }
    }

    /// What the driver keeps of the request under way.
    #[inline]
    #[must_use]
    pub fn under_way(&self) -> Option<&D> {
        match &self.phase {
            Phase::Exchange(_, under_way) => Some(under_way),
            _ => None,
        }
    }

    /// As [`Connection::under_way`], to change it.
    #[inline]
    pub fn under_way_mut(&mut self) -> Option<&mut D> {
        match &mut self.phase {
            Phase::Exchange(_, under_way) => Some(under_way),
            _ => None,
        }
    }

    /// The exchange, and what the driver keeps of its request, to change them.
    #[inline]
    pub fn parts_mut(&mut self) -> Option<(&mut Exchange, &mut D)> {
        match &mut self.phase {
            Phase::Exchange(exchange, under_way) => Some((exchange, under_way)),
            _ => None,
        }
    }

    /// The live exchange of `request` on `queue`.
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`] (1229) for an id that is unknown, answered, or another
    /// queue's: nothing is touched (RCV-002, RCV-003, SND-001, CXL-006).
    #[inline]
    pub fn live(&mut self, request: RequestId, queue: QueueId) -> Result<&mut Exchange, Error> {
        self.exchange_of(request, queue)
            .filter(|exchange| exchange.is_live())
            .ok_or(Error::ConnectionInvalid)
    }

    /// The exchange of `request`, if it is under way and was routed to `queue`; whatever its state.
    #[inline]
    pub fn exchange_of(&mut self, request: RequestId, queue: QueueId) -> Option<&mut Exchange> {
        self.exchange_mut()
            .filter(|exchange| exchange.request() == request && exchange.queue() == queue)
    }

    /// Takes what is to be done next.
    #[inline]
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effect.take()
    }

    #[inline]
    fn ask(&mut self, effect: Effect) {
        debug_assert_eq!(
            self.effect, None,
            "each effect is carried out before the next event"
        );
        self.effect = Some(effect);
    }

    /// Which bytes of the peer are to be fed now.
    #[inline]
    #[must_use]
    pub fn wants(&self, parameters: &Parameters) -> Wants {
        match &self.phase {
            Phase::Head { seen, .. } => Wants::Head { seen: *seen },
            Phase::Drain(_) => Wants::Body,
            Phase::Carrier => Wants::Frames,
            Phase::Closing(closing) if closing.is_output_ended || closing.has_room(parameters) => {
                Wants::Rest
            }
            // An entity body is read when the program asks for it.
            Phase::Exchange(..) | Phase::Closing(_) | Phase::Closed => Wants::Nothing,
        }
    }

    /// Bytes of the next head, from its first one; `head` is what was given for the ones before.
    pub fn handle_head(
        &mut self,
        input: &[u8],
        head: &mut RequestHead,
        parameters: &Parameters,
    ) -> Progress {
        let Phase::Head { seen: before, .. } = &mut self.phase else {
            return Progress::Partial;
        };
        let seen = *before;
        let reject = match parse_head(head, input, seen, parameters) {
            Parsed::Complete { consumed } => return Progress::Complete { consumed },
            Parsed::Partial if !has_invalid_url(head, seen, parameters) => {
                *before = input.len();
                self.ask(Effect::StartTimer(TimerKind::HeaderWait));
                return Progress::Partial;
            }
            Parsed::Partial => Reject::InvalidUrl,
            // The request line comes before whatever was found behind it (G-009).
            Parsed::Reject(_) if has_invalid_url(head, 0, parameters) => Reject::InvalidUrl,
            Parsed::Reject(reject) => reject,
        };
        self.refuse(CloseReason::Refused(reject.httperr_reason()));
        Progress::Refused(reject)
    }

    /// Takes what the driver keeps of a head that has come in part.
    #[inline]
    pub fn take_head(&mut self) -> Option<H> {
        match &mut self.phase {
            Phase::Head { kept, .. } => kept.take(),
            _ => None,
        }
    }

    /// Keeps it, when [`Connection::handle_head`] has found that more is needed.
    pub fn keep_head(&mut self, head: H) {
        if let Phase::Head { kept, .. } = &mut self.phase {
            *kept = Some(head);
        }
    }

    /// Bytes to be thrown away ([`Wants::Body`], [`Wants::Rest`]); returns how many were used.
    pub fn handle_bytes(&mut self, input: &[u8], parameters: &Parameters) -> usize {
        match &mut self.phase {
            Phase::Drain(body) => match body.discard(input) {
                Ok(used) => {
                    if body.is_done() {
                        self.phase = Phase::NEXT_HEAD;
                        self.ask(Effect::StartTimer(TimerKind::IdleConnection));
                    }
                    used
                }
                Err(_) => {
                    // The response is out already, but perhaps not read.
                    let reason = Some(CloseReason::BodyMalformed);
                    self.begin_closing(Closing::because(reason, false));
                    input.len()
                }
            },
            Phase::Closing(closing) => {
                let more = u32::try_from(input.len()).unwrap_or(u32::MAX);
                closing.lingered = closing.lingered.saturating_add(more);
                if closing.is_output_ended && !closing.has_room(parameters) {
                    self.ask(Effect::Close(Cause::Completed));
                }
                input.len()
            }
            Phase::Head { .. } | Phase::Exchange(..) | Phase::Carrier | Phase::Closed => 0,
        }
    }

    /// The peer has closed its sending side, and all that it sent was fed.
    pub fn handle_end(&mut self) {
        match &self.phase {
            // A client that sent less than it announced still gets the response that is under way.
            Phase::Head { .. } | Phase::Drain(_) => self.ask(Effect::Close(Cause::PeerClosed)),
            Phase::Closing(closing) if closing.is_output_ended => {
                self.ask(Effect::Close(Cause::Completed));
            }
            // It still reads.
            Phase::Closing(_) => {}
            // Whoever reads the entity body finds it; what it means for streams says their protocol.
            Phase::Exchange(..) | Phase::Carrier | Phase::Closed => {}
        }
    }

    /// Nothing can be read any more.
    pub fn handle_broken(&mut self) {
        match &self.phase {
            Phase::Head { .. } | Phase::Exchange(..) | Phase::Drain(_) | Phase::Carrier => {
                self.ask(Effect::Reset(Cause::PeerReset));
            }
            Phase::Closing(_) => self.ask(Effect::Close(Cause::Completed)),
            Phase::Closed => {}
        }
    }

    /// The transport says that the connection is broken, or that both sides have ended; bytes may be
    /// left in it. Behind everything that was sent they are read first: left unread they would make of
    /// the close a reset, to which the peer loses what was sent last.
    pub fn handle_hangup(&mut self) {
        match &self.phase {
            Phase::Closing(closing) if closing.is_output_ended => {}
            Phase::Closed => {}
            _ => self.ask(Effect::Reset(Cause::PeerReset)),
        }
    }

    /// A timer ran out. EntityBody and MinSendRate are fed only while a call waits for the peer.
    ///
    /// G-086: an idle connection ends with FIN, everything else with a reset, and none with an answer,
    /// except that a request in the queue has the 503 handling (G-083).
    pub fn handle_timer(&mut self, kind: TimerKind) {
        let is_due = match (kind, &self.phase) {
            (TimerKind::IdleConnection, Phase::Head { seen: 0, .. }) => {
                return self.ask(Effect::Close(Cause::Timer(kind)));
            }
            (TimerKind::RequestQueue, Phase::Exchange(exchange, _)) => {
                if exchange.delivery() == DeliveryState::Queued {
                    self.ask(Effect::Expire);
                }
                return;
            }
            (TimerKind::HeaderWait, Phase::Head { .. })
            | (TimerKind::DrainEntityBody, Phase::Drain(_))
            | (TimerKind::EntityBody | TimerKind::MinSendRate, Phase::Exchange(..)) => true,
            _ => false,
        };
        if is_due {
            self.ask(Effect::Reset(Cause::Timer(kind)));
        }
    }

    /// The peer's time to take the last bytes begins; not everything is with the transport, and so many
    /// bytes were taken until now.
    pub fn begin_linger(&mut self, taken: u64) {
        if let Phase::Closing(closing) = &mut self.phase {
            closing.taken = taken;
        }
    }

    /// The time to take the last bytes is over, and so many were taken until now. Who takes some in it,
    /// while not everything is with the transport, gets another one.
    pub fn handle_linger(&mut self, taken: u64) {
        match &self.phase {
            Phase::Closing(closing) if taken > closing.taken && !closing.is_output_ended => {
                self.ask(Effect::Linger);
            }
            Phase::Closing(_) => self.ask(Effect::Close(Cause::Completed)),
            Phase::Head { .. }
            | Phase::Exchange(..)
            | Phase::Drain(_)
            | Phase::Carrier
            | Phase::Closed => {}
        }
    }

    /// A call waits for bytes of the entity body: the peer may have to be told to send them (ENT-018,
    /// G-041).
    pub fn body_is_awaited(&mut self) {
        if self.exchange_mut().is_some_and(Exchange::take_continue) {
            self.ask(Effect::Continue);
        }
    }

    /// A head is complete and routed to `queue`; `behind` bytes came behind it. The exchange begins, not
    /// yet taken.
    #[inline(always)]
    pub fn begin_exchange(
        &mut self,
        request: RequestId,
        queue: QueueId,
        head: &RequestHead,
        behind: usize,
        under_way: D,
    ) -> BodyAtArrival {
        debug_assert!(matches!(self.phase, Phase::Head { .. }));
        let arrived = match head.framing() {
            Framing::None => 0,
            Framing::Length(length) => length.min(behind as u64),
            Framing::Chunked => behind as u64,
        };
        let exchange = Exchange::begin(request, queue, head, arrived > 0);
        let is_expected = !exchange.body_done();
        let begun = Phase::Exchange(exchange, under_way);
        if matches!(self.phase, Phase::Head { kept: None, .. }) {
            // As most often: nothing is to be dropped, which is not looked for again.
            mem::forget(mem::replace(&mut self.phase, begun));
        } else {
            self.phase = begun;
        }
        BodyAtArrival {
            arrived,
            is_expected,
        }
    }

    /// The last piece of the response is with the transport. `has_input`: the peer has sent more, or
    /// will, as over TLS, where it answers the end with its close_notify. Where it has, or may do so, as it
    /// may not know of the end yet, or may not have taken the whole response, a byte of it that comes
    /// behind a close would make a reset of it, to which it can lose what it has not taken: the connection
    /// lingers (RFC 9112 section 9.6). A small response to the last request of a client, read to its end,
    /// is with the client before that could send more.
    pub fn end_exchange(&mut self, has_input: bool) {
        // Looked at where it is: an exchange is large, and this is done for each request.
        let Phase::Exchange(exchange, _) = &self.phase else {
            return;
        };
        if exchange.is_stream() {
            // It ends with its exchange. What is unread of the request, the protocol throws away (H2X-011).
            self.phase = Phase::Closing(Closing::because(None, false));
            return self.ask(Effect::Close(Cause::Completed));
        }
        let unread = exchange.unread_body();
        if !exchange.closes() {
            let timer = if let Some(body) = unread {
                self.phase = Phase::Drain(body.clone());
                TimerKind::DrainEntityBody
            } else {
                self.phase = Phase::NEXT_HEAD;
                TimerKind::IdleConnection
            };
            self.ask(Effect::StartTimer(timer));
        } else if has_input
            || exchange.in_flight()
            || exchange.may_be_followed()
            || unread.is_some()
        {
            self.begin_closing(Closing::because(None, false));
        } else {
            self.phase = Phase::Closing(Closing::because(None, false));
            self.ask(Effect::Close(Cause::Completed));
        }
    }

    /// The service answers the request itself, or ends its connection, and tells why at once. What comes
    /// next is [`Connection::end_output`], behind the answer.
    pub fn refuse(&mut self, reason: CloseReason) {
        self.phase = Phase::Closing(Closing::because(Some(reason), true));
    }

    /// The transport has failed, and tells the peer why: the connection lingers behind that, without the request
    /// that was under way. Returns what was known of it, as [`Connection::close`] does; the reason is told at once.
    pub fn fail(&mut self, reason: CloseReason) -> Ended<H, D> {
        let ended = self.close();
        self.begin_closing(Closing::because(Some(reason), true));
        ended
    }

    /// HTTP/2 was agreed on, or its preface has come: the connection carries streams from now on, and nothing
    /// of a request has come. Its timers are the driver's.
    pub fn begin_carrying(&mut self) {
        self.effect = None;
        self.phase = Phase::Carrier;
    }

    /// Whether it carries streams.
    #[inline]
    #[must_use]
    pub fn is_carrier(&self) -> bool {
        matches!(self.phase, Phase::Carrier)
    }

    /// It carries no streams any more, for this reason or because all is done; what was sent last is still
    /// to reach the peer.
    pub fn end_carrying(&mut self, reason: Option<CloseReason>) {
        if self.is_carrier() {
            self.begin_closing(Closing::because(reason, false));
        }
    }

    /// The answer of a request that was refused is under way: nothing comes behind it.
    pub fn end_output(&mut self) {
        if matches!(&self.phase, Phase::Closing(closing) if !closing.is_output_ended) {
            self.ask(Effect::EndOutput);
        }
    }

    fn begin_closing(&mut self, closing: Closing) {
        self.phase = Phase::Closing(closing);
        self.ask(Effect::EndOutput);
    }

    /// The sending side has ended: everything is with the transport.
    pub fn output_ended(&mut self) {
        if let Phase::Closing(closing) = &mut self.phase {
            closing.is_output_ended = true;
        }
    }

    /// The connection is gone. Returns what was known of it.
    pub fn close(&mut self) -> Ended<H, D> {
        self.effect = None;
        let (mut head, mut exchange, mut closing) = (None, None, None);
        match std::mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Head { kept, .. } => head = kept,
            Phase::Exchange(state, under_way) => exchange = Some((state, under_way)),
            Phase::Closing(end) => closing = Some(end),
            Phase::Drain(_) | Phase::Carrier | Phase::Closed => {}
        }
        Ended {
            head,
            exchange,
            reason: closing.and_then(|closing| closing.reason),
            is_reported: closing.is_some_and(|closing| closing.is_reported),
        }
    }
}

impl Closing {
    const fn because(reason: Option<CloseReason>, is_reported: bool) -> Closing {
        Closing {
            reason,
            is_reported,
            is_output_ended: false,
            lingered: 0,
            taken: 0,
        }
    }

    /// The sending side has ended.
    #[must_use]
    pub fn is_output_ended(&self) -> bool {
        self.is_output_ended
    }

    /// How many bytes were thrown away.
    #[must_use]
    pub fn lingered(&self) -> u32 {
        self.lingered
    }

    /// Bytes are thrown away up to a bound. Beyond it a peer that does not take what it was sent is not
    /// read from any more.
    fn has_room(&self, parameters: &Parameters) -> bool {
        self.lingered <= parameters.choices.linger_bytes
    }
}

/// Whether the request line is complete and its path refused. `seen` bytes were looked at before: a line
/// that ended among them was judged then.
fn has_invalid_url(head: &RequestHead, seen: usize, parameters: &Parameters) -> bool {
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
        } => is_invalid_path(path, parameters),
        Target::Asterisk | Target::Authority(_) => false,
    }
}
