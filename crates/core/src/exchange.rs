//! One request and its response, whatever carries them.
//!
//! Owns: which call is legal now, when an id dies, what the service adds to a response head, whether the
//! connection may live on behind it, and the accounting of the entity body. Does not own: the connection
//! (`connection.rs`), the request's head (`request.rs`), the queue, nor any buffer. Threading: plain data.

use std::num::NonZeroU64;

use httpsys_proto::ConnectionLine;
use httpsys_proto::h1::body::{BodyDecoder, BodyError, Decoded};
use httpsys_proto::request::Framing;
use httpsys_proto::{RequestHead, ResponseParts, Verb};

use crate::error::Error;
use crate::ids::{HandleId, QueueId, RequestId};

/// How far the program has taken a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// In the queue's FIFO.
    Queued,
    /// A receive got its id but not the whole request (234): retrievable by id only (RCV-010).
    Bound,
    /// Handed over whole.
    Delivered,
}

/// How far the response has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseState {
    /// No response was begun.
    None,
    /// The head was sent with MORE_DATA.
    Streaming,
    /// The last piece was started: the id is void (SND-033).
    Last,
}

/// One request and its response.
#[derive(Debug)]
pub struct Exchange {
    request: RequestId,
    queue: QueueId,
    delivery: DeliveryState,
    /// The handle through which the request was received, once it was.
    /// No handle has the number 0.
    holder: Option<NonZeroU64>,
    answer: ResponseState,
    body: BodyDecoder,
    body_received: u64,
    body_begun: bool,
    /// The program has asked for entity bytes.
    body_asked: bool,
    expect_continue: bool,
    close: bool,
    /// The client sends nothing behind this request.
    is_last: bool,
    is_http_1_0: bool,
    /// On a stream of HTTP/2, which ends with it.
    is_stream: bool,
    head_verb: bool,
    upgradable: bool,
    opaque: Opaque,
    /// A response with MORE_DATA has neither a length nor chunked coding.
    unframed: bool,
    /// A part of the response is not with the transport yet, and its call waits.
    is_sending: bool,
    /// The peer may not have taken all of the response.
    in_flight: bool,
}

/// Whether a connection carries bytes as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// It carries HTTP.
    No,
    /// Since a 101 response with OPAQUE (UPG-004).
    Open,
    /// The same, and the peer has closed its sending side: reads give 38, sends go on (G-096).
    PeerEnded,
}

/// What the driver knows about a response when it begins (from its head and its flags).
#[derive(Clone, Copy, Debug)]
pub struct ResponseFacts {
    /// The status code.
    pub status: u16,
    /// The program supplied Content-Length.
    pub has_content_length: bool,
    /// The program supplied Transfer-Encoding.
    pub has_transfer_encoding: bool,
    /// The program supplied `Upgrade: websocket`.
    pub upgrades_to_websocket: bool,
    /// Entity bytes given with the head.
    pub body_len: u64,
    /// HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
    pub more_data: bool,
    /// HTTP_SEND_RESPONSE_FLAG_DISCONNECT.
    pub disconnect: bool,
    /// HTTP_SEND_RESPONSE_FLAG_OPAQUE.
    pub opaque: bool,
}

/// What the service adds to the response head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponsePlan {
    /// What the head says about the connection.
    pub connection: ConnectionLine,
    /// The generated Content-Length (SND-009, G-047 to G-050).
    pub content_length: Option<u64>,
}
impl Exchange {
    /// A head is complete and routed to `queue`: the exchange begins, not yet taken. `has_begun`: bytes of
    /// the entity body came with it.
    #[inline]
    pub(crate) fn begin(
        request: RequestId,
        queue: QueueId,
        head: &RequestHead,
        has_begun: bool,
    ) -> Self {
        let is_http_1_0 = head.version() < httpsys_proto::Version::HTTP_1_1;
        let is_stream = head.version() >= httpsys_proto::Version::HTTP_2_0;
        let framing = match head.framing() {
            // What the program sees as chunked (H2X-006) has no chunks: the stream ends.
            Framing::Chunked if is_stream => Framing::Length(u64::MAX),
            framing => framing,
        };
        let is_bodyless = matches!(framing, Framing::None | Framing::Length(0));
        Exchange {
            request,
            queue,
            delivery: DeliveryState::Queued,
            holder: None,
            answer: ResponseState::None,
            body: BodyDecoder::new(framing),
            body_received: 0,
            // A client that announced no bytes has none to wait with (G-043).
            body_begun: is_bodyless || has_begun,
            body_asked: false,
            expect_continue: head.expects_continue(),
            close: head.close(),
            is_last: head.is_last(),
            is_http_1_0,
            is_stream,
            head_verb: head.verb() == Verb::Head,
            upgradable: !is_http_1_0 && is_bodyless && !is_stream,
            opaque: Opaque::No,
            unframed: false,
            is_sending: false,
            in_flight: false,
        }
    }

    /// Whether its connection is a stream, on which nothing comes behind it.
    #[inline]
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.is_stream
    }

    /// The stream's content has ended, where nothing said before how long it is.
    pub fn end_content(&mut self) {
        debug_assert!(self.is_stream);
        self.body = BodyDecoder::new(Framing::None);
    }

    /// The connection ends behind the response.
    pub(crate) fn closes(&self) -> bool {
        self.close
    }

    /// Whether the peer may send something behind this request: it has not said that it does not, nor
    /// ended an opaque connection.
    pub(crate) fn may_be_followed(&self) -> bool {
        !self.is_last && self.opaque != Opaque::PeerEnded
    }

    /// The rest of the entity body, if it was not read to its end.
    pub(crate) fn unread_body(&self) -> Option<&BodyDecoder> {
        (!self.body_done()).then_some(&self.body)
    }

    /// True once a receive has taken it and until the last piece of the response was started.
    #[inline]
    pub(crate) fn is_live(&self) -> bool {
        self.is_open() && self.delivery != DeliveryState::Queued
    }

    /// HTTP_REQUEST_ID.
    #[must_use]
    pub fn request(&self) -> RequestId {
        self.request
    }

    /// The queue the request was routed to.
    #[must_use]
    pub fn queue(&self) -> QueueId {
        self.queue
    }

    /// How far the program has taken the request.
    #[must_use]
    pub fn delivery(&self) -> DeliveryState {
        self.delivery
    }

    /// How far the response has come.
    #[must_use]
    pub fn answer(&self) -> ResponseState {
        self.answer
    }

    /// True while the id is valid: the last piece of the response was not started (SND-033).
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.answer != ResponseState::Last
    }

    /// The handle through which a receive took the request, whole or not.
    #[must_use]
    pub fn holder(&self) -> Option<HandleId> {
        self.holder.map(|holder| HandleId(holder.get()))
    }

    /// Puts a request back of which a receive got the id and no more, because its handle is shut
    /// down: another one may receive it (SHD-001: "returned"). `false`, and nothing has changed,
    /// when it was handed over whole, or the program has begun to work on it.
    pub fn give_back(&mut self) -> bool {
        let untouched = self.answer == ResponseState::None && !self.body_asked;
        let back = self.delivery == DeliveryState::Bound && untouched;
        if back {
            self.delivery = DeliveryState::Queued;
            self.holder = None;
        }
        back
    }

    /// A receive took the request, whole or not (RCV-010, RCV-012).
    #[inline]
    pub fn deliver(&mut self, whole: bool, holder: HandleId) {
        self.holder = NonZeroU64::new(holder.0);
        self.delivery = if whole {
            DeliveryState::Delivered
        } else {
            DeliveryState::Bound
        };
    }

    /// The connection ends after the response, whose head says so if it is not out yet.
    pub fn close_after_response(&mut self) {
        self.close = true;
    }

    /// Whether a send is under way; a second one is refused (SND-019).
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.is_sending
    }

    /// A send goes on later.
    pub fn begin_sending(&mut self) {
        self.is_sending = true;
    }

    /// All that a call sends is with the transport; `in_flight`: the peer may not have taken it. The end
    /// of the connection has to wait for that then.
    #[inline]
    pub fn end_sending(&mut self, in_flight: bool) {
        self.is_sending = false;
        self.in_flight |= in_flight;
    }

    /// Whether the peer may not have taken all of the response.
    pub(crate) fn in_flight(&self) -> bool {
        self.in_flight
    }

    /// True for a HEAD request.
    #[must_use]
    pub fn is_head(&self) -> bool {
        self.head_verb
    }

    /// The entity body was handed over whole (ENT-005); in opaque mode: the peer has ended.
    #[must_use]
    pub fn body_done(&self) -> bool {
        self.body.is_done() && self.opaque != Opaque::Open
    }

    /// Whether the connection carries bytes as they are, and goes on in both directions.
    #[must_use]
    pub fn opaque(&self) -> Opaque {
        self.opaque
    }

    /// The peer has closed its sending side of an opaque connection, and all it sent was read.
    pub fn end_opaque_input(&mut self) {
        debug_assert_ne!(self.opaque, Opaque::No);
        self.opaque = Opaque::PeerEnded;
    }

    /// Bytes of the entity body that were handed over, with their framing; in opaque mode, all that
    /// came behind the head.
    #[must_use]
    pub fn body_received(&self) -> u64 {
        self.body_received
    }

    /// `n` bytes of an opaque connection were handed over.
    pub fn advance_opaque(&mut self, n: usize) {
        self.body_received += n as u64;
    }

    /// Bytes that may be read from the transport straight into the program's buffer.
    #[must_use]
    pub fn direct_body_length(&self) -> Option<u64> {
        self.body.remaining_length()
    }

    /// `n` bytes were read straight from the transport.
    pub fn advance_body(&mut self, n: u64) {
        self.body_begun = true;
        self.body_received += n;
        self.body_asked = true;
        self.body.advance(n);
    }

    /// Decodes buffered entity bytes.
    ///
    /// # Errors
    /// [`BodyError`]: the framing is broken; the connection is to be reset (G-023).
    pub fn decode_body(&mut self, input: &[u8], output: &mut [u8]) -> Result<Decoded, BodyError> {
        self.body_asked = true;
        if !input.is_empty() {
            self.body_begun = true;
        }
        let decoded = self.body.decode(input, output)?;
        self.body_received += decoded.consumed as u64;
        Ok(decoded)
    }

    /// Whether `input` holds at least one body byte, which is not consumed, and how many bytes of
    /// framing before it are (ENT-013).
    ///
    /// # Errors
    /// As [`Exchange::decode_body`].
    pub fn probe_body(&mut self, input: &[u8]) -> Result<(bool, usize), BodyError> {
        let mut trial = self.body.clone();
        let decoded = trial.decode(input, &mut [0])?;
        if decoded.produced > 0 {
            return Ok((true, 0));
        }
        self.body = trial;
        self.body_received += decoded.consumed as u64;
        Ok((false, decoded.consumed))
    }

    /// Bytes of trailer fields that were consumed with the body.
    #[must_use]
    pub fn trailer_bytes(&self) -> usize {
        self.body.trailer_bytes()
    }

    /// The trailer fields among bytes that were consumed just now, before which there were `before` bytes of them.
    #[must_use]
    pub fn trailers_in<'a>(&self, before: usize, consumed: &'a [u8]) -> &'a [u8] {
        self.body.trailers_in(before, consumed)
    }

    /// The program asks for body bytes and none have arrived: true once, when the interim
    /// `100 Continue` is to be sent now (BDY-021, ENT-018, G-041).
    pub fn take_continue(&mut self) -> bool {
        let due = self.expect_continue && !self.body_begun && self.answer == ResponseState::None;
        self.body_asked = true;
        if due {
            self.expect_continue = false;
        }
        due
    }

    /// Body bytes are known to have arrived: the client no longer waits for the interim response.
    pub fn body_has_begun(&mut self) {
        self.body_begun = true;
    }

    /// The response is one whose end the client cannot find, on a connection that stays open
    /// (G-051).
    #[must_use]
    pub fn is_unterminated(&self) -> bool {
        self.unframed && !self.close
    }

    /// Begins the response; see [`ResponsePlan`] for what the service adds.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) when a response was begun already (G-055), and for an opaque
    /// one to a request that cannot be upgraded (UPG-001, UPG-002), that ends at once, or that does
    /// not say `Upgrade: websocket` (UPG-003); the code is assumed.
    #[inline]
    pub fn begin_response(&mut self, facts: &ResponseFacts) -> Result<ResponsePlan, Error> {
        if self.answer != ResponseState::None {
            return Err(Error::InvalidParameter);
        }
        if facts.opaque {
            return self.begin_opaque(facts);
        }
        // A client that still waits for 100 would send its body as the next request (G-043).
        let unanswered_expect = self.expect_continue && !self.body_begun && !self.is_stream;
        self.close |= unanswered_expect || facts.disconnect;
        if self.is_http_1_0 {
            self.close |= !facts.has_end_for_http_1_0();
        }
        let plan = ResponsePlan {
            connection: match (self.close, self.is_http_1_0) {
                (true, _) => ConnectionLine::Close,
                (false, true) => ConnectionLine::KeepAlive,
                (false, false) => ConnectionLine::None,
            },
            content_length: facts.generated_content_length(self.head_verb),
        };
        let finds_end = self.head_verb || self.is_stream;
        self.unframed = facts.more_data && facts.lacks_framing() && !finds_end;
        self.answer = if facts.more_data {
            ResponseState::Streaming
        } else {
            ResponseState::Last
        };
        Ok(plan)
    }

    /// UPG-005: nothing is added to the head. The connection ends with the response (UPG-006), so
    /// DISCONNECT on the head says nothing new (assumed; SND-024 as in HTTP).
    fn begin_opaque(&mut self, facts: &ResponseFacts) -> Result<ResponsePlan, Error> {
        let is_handshake = facts.status == 101 && facts.upgrades_to_websocket;
        if !self.upgradable || !facts.more_data || !is_handshake {
            return Err(Error::InvalidParameter);
        }
        self.close = true;
        self.opaque = Opaque::Open;
        self.answer = ResponseState::Streaming;
        Ok(ResponsePlan {
            connection: ConnectionLine::None,
            content_length: None,
        })
    }

    /// One more piece of the response's entity body. True for the last one, which in opaque mode is
    /// also one with DISCONNECT and MORE_DATA (UPG-006); otherwise those two together mean no more
    /// than that the connection closes after the last (SND-024).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) before a response was begun (G-056).
    pub fn continue_response(&mut self, more_data: bool, disconnect: bool) -> Result<bool, Error> {
        if self.answer != ResponseState::Streaming {
            return Err(Error::InvalidParameter);
        }
        self.close |= disconnect;
        let last = !more_data || (disconnect && self.opaque != Opaque::No);
        if last {
            self.answer = ResponseState::Last;
        }
        Ok(last)
    }
}

impl ResponseFacts {
    /// Those of a response that is given whole, by a call without flags.
    #[must_use]
    #[inline]
    pub fn whole(head: &ResponseParts, body_len: u64) -> ResponseFacts {
        ResponseFacts {
            status: head.status(),
            has_content_length: head.has_content_length(),
            has_transfer_encoding: head.has_transfer_encoding(),
            upgrades_to_websocket: head.upgrades_to_websocket(),
            body_len,
            more_data: false,
            disconnect: false,
            opaque: false,
        }
    }

    /// The status allows a body, and the program did not frame it.
    fn lacks_framing(&self) -> bool {
        let bodiless = matches!(self.status, 100..=199 | 204 | 304);
        !bodiless && !self.has_content_length && !self.has_transfer_encoding
    }

    /// SND-009, G-047 to G-050: one-call responses get a length, except where the status forbids
    /// a body, the program framed it itself, or it answers HEAD without one (RSP-028).
    fn generated_content_length(&self, head_verb: bool) -> Option<u64> {
        let is_told = !head_verb || self.body_len > 0;
        (!self.more_data && is_told && self.lacks_framing()).then_some(self.body_len)
    }

    /// Whether an HTTP/1.0 client, which knows no chunks, can find the end of the response while
    /// the connection stays open (CON-011).
    fn has_end_for_http_1_0(&self) -> bool {
        !self.has_transfer_encoding && (self.has_content_length || !self.more_data)
    }
}
