//! A connection as a machine that is fed: bytes, ends and timers go in, effects come out.
//!
//! Owns: the words that driver and machine speak, whatever the protocol. Does not own: the machine of
//! HTTP/1.x ([`h1`]), what belongs to a request and its response (`exchange.rs`), nor sockets, clocks,
//! buffers, queues and pages: the driver has those, and does what the machine asks of it.
//!
//! A driver asks [`Connection::wants`], feeds what it has ([`Connection::handle_head`] or
//! [`Connection::handle_bytes`]), and after each event carries out [`Connection::poll_effect`]. The
//! engine, the fuzz target and the tests drive the same type. What the machine does in each phase with
//! each event is written down in `connection/table.txt`, which a test compares. Threading: plain data.

pub mod h1;

use httpsys_proto::Reject;

use crate::close_reason::{CloseReason, TimerKind};

pub use crate::exchange::{
    DeliveryState, Exchange, Opaque, ResponseFacts, ResponsePlan, ResponseState,
};
pub use h1::{Connection, Phase};

/// What the machine would do with bytes that the peer has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Nothing: they stay with the transport, which lets the peer wait.
    Nothing,
    /// A request head: [`Connection::handle_head`], with all bytes from its first one, as soon as there
    /// are more than the `seen` ones that it was shown before.
    Head {
        /// Bytes of the head that it has looked at.
        seen: usize,
    },
    /// Throw them away as the rest of an entity body: [`Connection::handle_bytes`].
    Body,
    /// Throw them away, whatever they are: [`Connection::handle_bytes`].
    Rest,
    /// They carry streams, each a connection of its own: the driver feeds them to the protocol that does.
    Frames,
}

/// What became of the bytes of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More are needed. All of them, and the [`RequestHead`](httpsys_proto::RequestHead), are to be
    /// kept as they are.
    Partial,
    /// The head is complete; `consumed` bytes are done with. The driver routes the request: then comes
    /// [`Connection::begin_exchange`], or [`Connection::refuse`].
    Complete {
        /// Bytes up to the end of the head.
        consumed: usize,
    },
    /// The request is refused with this page, and all bytes are done with. The driver sends the page:
    /// then comes [`Connection::end_output`], or its end if it cannot be sent.
    Refused(Reject),
}

/// What the driver is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Start this timer, unless it runs, in the place of the one that runs.
    StartTimer(TimerKind),
    /// Send `100 Continue` (BDY-021).
    Continue,
    /// Nobody has received the request in time (TMO-008): take it out of the queue, and refuse it if it
    /// was still there.
    Expire,
    /// End the sending side behind what is still to be sent, and say so with
    /// [`Connection::output_ended`]. What was received is forgotten. From the first moment on the time
    /// runs that the peer has ([`Effect::Linger`]).
    EndOutput,
    /// Start the time that the peer has to take the last bytes (G-006):
    /// [`Connection::handle_linger`] when it is over.
    Linger,
    /// Close the connection in order.
    Close(Cause),
    /// Reset it.
    Reset(Cause),
}

/// Why the machine ends a connection by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// In order, behind its last response.
    Completed,
    /// The peer has closed its sending side.
    PeerClosed,
    /// The connection is broken.
    PeerReset,
    /// A timer ran out.
    Timer(TimerKind),
}

impl From<Cause> for CloseReason {
    fn from(cause: Cause) -> CloseReason {
        match cause {
            Cause::Completed => CloseReason::Completed,
            Cause::PeerClosed => CloseReason::PeerClosed,
            Cause::PeerReset => CloseReason::PeerReset,
            Cause::Timer(kind) => CloseReason::Timer(kind),
        }
    }
}

/// What the driver learns of the entity body when an exchange begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyAtArrival {
    /// Bytes of it that came with the head, with their framing (BDY-024).
    pub arrived: u64,
    /// Something of it is not handed over yet.
    pub is_expected: bool,
}

/// How a connection has ended, for whoever tells of it.
#[derive(Debug)]
pub struct Ended<H = (), D = ()> {
    /// What the driver kept of a head that has come in part.
    pub head: Option<H>,
    /// The exchange that was under way, and what the driver kept of it.
    pub exchange: Option<(Exchange, D)>,
    /// Why, where that was known before the end came.
    pub reason: Option<CloseReason>,
    /// The reason was told already: the request was refused for it.
    pub is_reported: bool,
}

#[cfg(test)]
mod tests;
