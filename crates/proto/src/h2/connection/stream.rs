//! Streams (RFC 9113 section 5.1).
//!
//! Owns: the states of a stream as a server has them, what belongs to each, and the table of streams with
//! what is remembered of those that ended. Does not own: frames, and the connection's windows.
//!
//! ```text
//!            HEADERS                END_STREAM
//!   idle ─────────────► Open ────────────────────► HalfClosedRemote
//!                        │                                │
//!                        │ the response is sent, then     │ the response is sent
//!                        │ RST_STREAM NO_ERROR            │
//!                        │ RST_STREAM of either side      │ RST_STREAM of either side
//!                        └──────────► closed ◄────────────┘
//! ```
//!
//! Idle and closed streams are no values: their numbers are above those of all opened streams, or not. Even ones, which
//! only the server could open, are all idle.
//! Half-closed (local) never lasts, since a complete response resets a stream on which the request goes on
//! (H2X-011). Reserved streams come with pushes, which are not built. Threading: plain values.

use std::collections::{BTreeMap, VecDeque};

use super::flow::{ContentBuffer, ReceiveWindow, SendWindow};
use crate::h2::field_section::FieldSection;
use crate::h2::stream_id::StreamId;

/// How many streams are remembered that this side has reset: what was on its way then is ignored. A client
/// that still sends behind so many others is wrong.
const REMEMBERED_RESETS: usize = 256;
/// How many others are remembered, to name the error.
const REMEMBERED_ENDS: usize = 64;

/// A stream that has not ended; the diagram is in the module head.
#[derive(Debug)]
pub(super) enum StreamState {
    /// The request goes on.
    Open(RequestProgress, ResponseProgress),
    /// The request is complete.
    HalfClosedRemote(ResponseProgress),
}

impl StreamState {
    /// The sending side.
    pub(super) fn sending_mut(&mut self) -> &mut ResponseProgress {
        match self {
            Self::Open(_, sending) | Self::HalfClosedRemote(sending) => sending,
        }
    }

    /// The peer has said that nothing follows.
    pub(super) fn end_receiving(&mut self) {
        if let Self::Open(_, sending) = self {
            let sending = std::mem::replace(sending, ResponseProgress::Head);
            *self = Self::HalfClosedRemote(sending);
        }
    }

    /// The request is not complete.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Open(..))
    }
}

/// A request whose end has not come.
#[derive(Debug)]
pub(super) struct RequestProgress {
    pub(super) window: ReceiveWindow,
    /// What Content-Length says.
    pub(super) declared: Option<u64>,
    /// Bytes of content that have come.
    pub(super) received: u64,
}

impl RequestProgress {
    /// Counts content; false when it is more than Content-Length says, or its end and less.
    pub(super) fn count(&mut self, bytes: usize, is_end: bool) -> bool {
        self.received = self.received.saturating_add(bytes as u64);
        match self.declared {
            None => true,
            Some(declared) if is_end => self.received == declared,
            Some(declared) => self.received <= declared,
        }
    }

    /// All content has come that was announced.
    pub(super) fn is_whole(&self) -> bool {
        self.declared == Some(self.received)
    }
}

/// A response that is not complete.
#[derive(Debug)]
pub(super) enum ResponseProgress {
    /// Its head has not been given.
    Head,
    /// Its head is on the way, or sent.
    Content {
        /// Bytes that the driver has, and that may go.
        pending: u64,
        /// What comes behind them; `None`: more of them.
        behind: Option<ResponseEnd>,
    },
}

/// What ends a response.
#[derive(Debug)]
pub(super) enum ResponseEnd {
    /// An empty DATA frame with END_STREAM (H2X-002, H2X-003).
    EmptyData,
    /// Trailers.
    Trailers(FieldSection),
}

/// A stream that has not ended.
#[derive(Debug)]
pub(super) struct ActiveStream {
    pub(super) state: StreamState,
    pub(super) window: SendWindow,
    pub(super) content: ContentBuffer,
    /// The driver was told of content and has not read since.
    pub(super) is_told: bool,
    /// It waits for its turn to send.
    pub(super) is_queued: bool,
    /// The driver has content that no window had room for.
    pub(super) is_blocked: bool,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClosedBy {
    /// By a reset of this side: what the peer had on its way is ignored.
    Us,
    /// By a reset of the peer, or by END_STREAM in both directions.
    Peer,
}

/// Where a number stands.
#[derive(Debug)]
pub(super) enum StreamPlace<'a> {
    /// Nobody has opened it.
    Idle,
    /// It goes on.
    Active(&'a mut ActiveStream),
    /// It has ended; `None`: how is forgotten, or it was passed over when a higher number was opened.
    Closed(Option<ClosedBy>),
}

/// All streams of a connection.
#[derive(Debug, Default)]
pub(super) struct StreamTable {
    active: BTreeMap<StreamId, ActiveStream>,
    last: Option<StreamId>,
    /// The last ones that were [`ClosedBy::Us`].
    resets: VecDeque<StreamId>,
    /// The last ones that were [`ClosedBy::Peer`].
    ends: VecDeque<StreamId>,
    /// The first and the last of those that were refused before the peer could know better. What it still sends
    /// on them is ignored, however many they are; so is what it sends on others in between that are forgotten.
    refused_early: Option<(StreamId, StreamId)>,
}

impl StreamTable {
    /// Where `stream` stands.
    pub(super) fn find(&mut self, stream: StreamId) -> StreamPlace<'_> {
        if self.last < Some(stream) || !stream.is_client() {
            return StreamPlace::Idle;
        }
        let is_refused_early = self.is_refused_early(stream);
        match self.active.get_mut(&stream) {
            Some(active) => StreamPlace::Active(active),
            None if self.resets.contains(&stream) => StreamPlace::Closed(Some(ClosedBy::Us)),
            None if self.ends.contains(&stream) => StreamPlace::Closed(Some(ClosedBy::Peer)),
            None if is_refused_early => StreamPlace::Closed(Some(ClosedBy::Us)),
            None => StreamPlace::Closed(None),
        }
    }

    /// The stream, if it goes on.
    pub(super) fn get_mut(&mut self, stream: StreamId) -> Option<&mut ActiveStream> {
        self.active.get_mut(&stream)
    }

    /// How many go on.
    pub(super) fn len(&self) -> usize {
        self.active.len()
    }

    /// Those that go on, the oldest first.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (StreamId, &mut ActiveStream)> {
        self.active.iter_mut().map(|(id, stream)| (*id, stream))
    }

    /// The highest number that the peer has used.
    pub(super) fn last(&self) -> Option<StreamId> {
        self.last
    }

    /// The peer has used the number: those below it that it has not used are closed.
    pub(super) fn use_number(&mut self, stream: StreamId) {
        self.last = self.last.max(Some(stream));
    }

    /// Adds a stream whose number is used.
    pub(super) fn insert(&mut self, stream: StreamId, active: ActiveStream) {
        self.active.insert(stream, active);
    }

    /// Refuses a stream whose number is used, before the peer could know that it is one too many.
    pub(super) fn refuse_early(&mut self, stream: StreamId) {
        let first = self.refused_early.map_or(stream, |(first, _)| first);
        self.refused_early = Some((first, stream));
    }

    fn is_refused_early(&self, stream: StreamId) -> bool {
        let range = self.refused_early;
        range.is_some_and(|(first, last)| first <= stream && stream <= last)
    }

    /// Ends a stream; returns it if it went on.
    pub(super) fn close(&mut self, stream: StreamId, by: ClosedBy) -> Option<ActiveStream> {
        let (closed, most) = match by {
            ClosedBy::Us => (&mut self.resets, REMEMBERED_RESETS),
            ClosedBy::Peer => (&mut self.ends, REMEMBERED_ENDS),
        };
        if closed.len() == most {
            closed.pop_front();
        }
        closed.push_back(stream);
        self.active.remove(&stream)
    }

    /// Forgets all that go on.
    pub(super) fn clear(&mut self) {
        self.active.clear();
    }
}
