//! The machine of one HTTP/2 connection, on the server's side (RFC 9113).
//!
//! Owns: the connection's state: settings, windows, streams, field blocks that have come in part, what is
//! to be told and sent, how often the peer did what costs it nothing. Does not own: content that goes
//! out, which stays with the driver until a frame for it is written.
//!
//! A driver shows what it has received ([`H2Connection::handle_bytes`]), the end of it and timers, takes
//! events ([`H2Connection::poll_event`]), answers, and writes what [`H2Connection::poll_transmit`] gives.
//!
//! Invariants: a connection that has failed has no streams; nothing is received while the driver does not
//! take events or the peer does not take frames; so both are bounded. Threading: plain value.
//!
//! The files: `receive` takes bytes apart and says who gets which frame; `field_blocks`, `content` and
//! `control` have one kind of frames each; `respond` has what the driver asks for; `transmit` says what
//! goes next; `ending` ends streams and connections.

mod content;
mod control;
mod ending;
pub mod event;
mod field_blocks;
mod flow;
mod receive;
mod respond;
mod stream;
#[cfg(test)]
mod tests;
mod transmit;

use std::collections::VecDeque;
use std::time::Duration;

use event::H2Event;
use flow::{ReceiveWindow, SendWindow};
use stream::StreamTable;

use super::field_section::FieldSection;
use super::frame::{self, kind};
use super::hpack::{HpackDecoder, HpackEncoder};
use super::limits::{DEFAULT_WINDOW, H2Limits, RateMeter};
use super::settings::{self, PeerSettings};
use super::stream_id::StreamId;

pub use content::ContentRead;
pub use respond::{SendError, check_response};

/// The bytes with which a client begins (RFC 9113 section 3.4).
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Events that wait for the driver; while there are more, nothing is received.
const EVENTS: usize = 128;
/// Sections that are kept for the next requests, and the most memory of each: a connection that has nothing to do holds
/// no more than most heads need, whatever the client has sent before.
const SPARE_SECTIONS: usize = 4;
const SPARE_CAPACITY: usize = 8_192;

/// See the module head.
#[derive(Debug)]
pub struct H2Connection {
    limits: H2Limits,
    phase: H2Phase,
    shutdown: H2Shutdown,
    is_peer_ended: bool,
    /// The peer has sent GOAWAY.
    is_peer_leaving: bool,
    peer: PeerSettings,
    /// When the preface and the acknowledgement of SETTINGS have to be there.
    deadline: Option<Duration>,
    /// The peer has acknowledged SETTINGS: what it does from now on, it does knowing the limits in them.
    is_acknowledged: bool,
    decoder: HpackDecoder,
    encoder: HpackEncoder,
    /// The field block that has come in part; its bytes are in `block_bytes`.
    block: Option<OpenBlock>,
    block_bytes: Vec<u8>,
    streams: StreamTable,
    send_window: SendWindow,
    receive_window: ReceiveWindow,
    meters: H2Meters,
    events: VecDeque<H2Event>,
    /// Frames to be sent, besides content.
    output: Vec<u8>,
    /// Streams that have something to send, in their order.
    ready: VecDeque<StreamId>,
    spare: Vec<FieldSection>,
    /// A field block that is being encoded.
    encoded: Vec<u8>,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum H2Phase {
    /// The client's preface has not come.
    Preface,
    /// Its SETTINGS have not come.
    FirstSettings,
    /// Frames come and go.
    Running,
    /// A connection error has ended it; only a GOAWAY frame is still to be sent.
    Failed,
}

/// Whether this side takes new streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum H2Shutdown {
    /// It does.
    No,
    /// It has asked for no more, and takes this many all the same (H2X-008, H2X-009).
    Announced { left: u32 },
    /// It does not: what comes above `last` is ignored.
    Final { last: u32 },
}

/// A field block that has come in part.
#[derive(Clone, Copy, Debug)]
struct OpenBlock {
    stream: StreamId,
    is_end: bool,
    continuations: u32,
    /// Bytes of its frames, without padding.
    wire: usize,
}

/// What is counted against [`H2Limits`].
#[derive(Clone, Copy, Debug, Default)]
struct H2Meters {
    settings_frames: RateMeter,
    settings: RateMeter,
    pings: RateMeter,
    resets: RateMeter,
    early_refusals: RateMeter,
    empty_frames: RateMeter,
    idle_frames: RateMeter,
    /// Frames without effect that streams may still have: they count for no rate.
    idle_frames_earned: u64,
    /// PING frames that streams and DATA frames may still have: they count for no rate.
    pings_earned: u64,
    /// Streams that the peer has opened.
    streams: u64,
    /// WINDOW_UPDATE frames.
    window_updates: u64,
    /// Bytes of content sent.
    sent: u64,
    /// DATA frames sent that have not used a window up: a peer that grants little cannot make more of them.
    free_frames: u64,
}

/// Frames without effect that a client may send for each stream without being suspected of anything: one that
/// says how urgent it is, and one that crosses its end.
const IDLE_FRAMES_PER_STREAM: u64 = 2;

impl H2Meters {
    /// The peer has opened a stream.
    fn count_stream(&mut self) {
        self.streams += 1;
        self.idle_frames_earned += IDLE_FRAMES_PER_STREAM;
        self.pings_earned += 1;
    }

    /// A DATA frame was sent. A client that measures the connection may answer each with a PING, and grant anew what
    /// was in it, however little that is (as those of gRPC do).
    fn count_data(&mut self, length: usize, uses_window_up: bool) {
        self.sent += length as u64;
        if !uses_window_up {
            self.free_frames += 1;
            self.pings_earned += 1;
        }
    }

    /// WINDOW_UPDATE frames that the peer may have sent.
    fn window_updates_allowed(&self, limits: &H2Limits) -> u64 {
        let by_bytes = self.sent / u64::from(limits.bytes_per_update.max(1));
        // Of the stream, and of the connection.
        let by_frames = 2 * self.free_frames;
        u64::from(limits.window_updates) + self.streams + by_bytes + by_frames
    }
}

impl H2Connection {
    /// A connection that begins at `now`: this side's SETTINGS are its first output.
    #[must_use]
    pub fn new(limits: H2Limits, now: Duration) -> Self {
        let mut output = Vec::new();
        settings::write_first(&mut output, &limits);
        let window = limits.connection_window();
        if window > DEFAULT_WINDOW {
            let increment = (window - DEFAULT_WINDOW).to_be_bytes();
            frame::write(&mut output, kind::WINDOW_UPDATE, 0, None, &increment);
        }
        Self {
            phase: H2Phase::Preface,
            shutdown: H2Shutdown::No,
            is_peer_ended: false,
            is_peer_leaving: false,
            peer: PeerSettings::default(),
            deadline: Some(now.saturating_add(limits.settings_timeout)),
            is_acknowledged: false,
            decoder: HpackDecoder::new(limits.header_list_size as usize),
            encoder: HpackEncoder::new(),
            block: None,
            block_bytes: Vec::new(),
            streams: StreamTable::default(),
            send_window: SendWindow::new(DEFAULT_WINDOW),
            receive_window: ReceiveWindow::new(window),
            meters: H2Meters::default(),
            events: VecDeque::new(),
            output,
            ready: VecDeque::new(),
            spare: Vec::new(),
            encoded: Vec::new(),
            limits,
        }
    }

    /// Takes the next event.
    pub fn poll_event(&mut self) -> Option<H2Event> {
        self.events.pop_front()
    }

    /// When [`handle_timer`](Self::handle_timer) is to be called, if it is.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// How many streams have not ended.
    #[must_use]
    pub fn active_streams(&self) -> usize {
        self.streams.len()
    }

    /// A field block has come in part: the rest of it is due.
    #[must_use]
    pub fn has_open_block(&self) -> bool {
        self.block.is_some()
    }

    /// Bytes of requests that were handled and that nobody has yet: content that waits to be read, and a field
    /// block that is not whole.
    #[must_use]
    pub fn waiting_input(&self) -> usize {
        let block = self.block.as_ref().map_or(0, |open| open.wire);
        self.receive_window.kept() + block
    }

    /// The peer was asked to open no more streams.
    #[must_use]
    pub fn is_going_away(&self) -> bool {
        self.shutdown != H2Shutdown::No
    }

    /// Nothing more happens on this connection: it has failed, or takes no more streams and has none,
    /// and everything is with the driver. The transport is to be closed.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let takes_none = self.is_peer_ended || matches!(self.shutdown, H2Shutdown::Final { .. });
        let is_over = self.phase == H2Phase::Failed || (takes_none && self.streams.len() == 0);
        is_over && self.output.is_empty()
    }

    /// Gives the memory of a section back, for the next request.
    pub fn recycle(&mut self, mut fields: FieldSection) {
        if self.spare.len() < SPARE_SECTIONS && fields.capacity() <= SPARE_CAPACITY {
            fields.clear();
            self.spare.push(fields);
        }
    }
}
