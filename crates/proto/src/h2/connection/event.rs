//! What a connection tells its driver.
//!
//! Owns: events, and why a stream ended. Does not own: when they come. Threading: plain data.

use crate::h2::field_section::FieldSection;
use crate::h2::reason::{H2Code, H2Reason};
use crate::h2::request_section::RequestSection;
use crate::h2::stream_id::StreamId;

/// Something that the driver has to know, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum H2Event {
    /// A request has come: its stream is open.
    Request {
        /// The stream.
        stream: StreamId,
        /// The fields, as sent.
        section: RequestSection,
        /// No content follows.
        is_end: bool,
        /// Bytes of its field block as they were sent, with the headers of their frames.
        wire: usize,
    },
    /// There is content to read, or its end: [`read_content`](super::H2Connection::read_content). It is
    /// told once until then, however much comes.
    Content {
        /// The stream.
        stream: StreamId,
    },
    /// The trailers of a request, behind all content; nothing follows.
    Trailers {
        /// The stream.
        stream: StreamId,
        /// The fields, as sent.
        fields: FieldSection,
    },
    /// The last frame of a response was handed to [`poll_transmit`](super::H2Connection::poll_transmit)'s
    /// caller: the stream has ended.
    Sent {
        /// The stream.
        stream: StreamId,
    },
    /// The stream has ended before its response was complete. Content that was not read is gone.
    Ended {
        /// The stream.
        stream: StreamId,
        /// Why.
        cause: EndCause,
    },
    /// A window has grown for whose sake [`send_content`](super::H2Connection::send_content) took nothing
    /// of this stream's content.
    Room {
        /// The stream.
        stream: StreamId,
    },
    /// The peer will open no more streams, and says why.
    GoAway {
        /// Why.
        code: H2Code,
    },
    /// A connection error: all streams have ended. A GOAWAY frame is still to be sent.
    Failed {
        /// Why.
        reason: H2Reason,
    },
}

/// Why a stream ended before its response was complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// The peer reset it.
    Peer(H2Code),
    /// The peer has closed the connection before the request was complete.
    PeerClosed,
    /// It was reset for an error of the peer.
    Fault(H2Reason),
}

/// A DATA frame whose header was written: the driver puts `length` bytes of the stream's content behind
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the frame header is written: its bytes have to follow"]
pub struct DataPiece {
    /// The stream.
    pub stream: StreamId,
    /// Bytes, at least one.
    pub length: usize,
}
