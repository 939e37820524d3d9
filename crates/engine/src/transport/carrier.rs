//! An HTTP/2 connection below its streams: what carries it, its protocol state, and the frames that wait to go
//! out.
//!
//! Owns: the lock that all streams of a connection share, one buffer of frames for all of them, who waits for
//! room in it, and which connection id each stream has. Does not own: the protocol (`httpsys-proto`), when the
//! connection is read and what its events mean (`conn/carry.rs`), nor a stream as a transport (`stream.rs`).
//!
//! Content of responses is copied into the buffer only while that is below [`OUT`] and both windows have room,
//! and only from memory that cannot stand still (`stream.rs`): whoever has the lock never waits. Streams that
//! find no room stand in a line (`line.rs`), and are told one after the other when there is some. While others stand in
//! it, a stream says at most [`OUT`] bytes, or a record if frames wait, and goes behind them for more: so each has its
//! turn, however large its response is, and a slow one holds up nobody.
//!
//! **Responses that go out together.** Requests that were read from a connection between two polls that may wait
//! came together: a *batch*, if there are two or more. What the call says that ends the response to one of them is
//! kept in the buffer, for one record of TLS and one write with the responses to the others, while another of the
//! batch has no answer: no head of a response, and its stream has not ended. What is kept goes out as soon as
//! - each of the batch has its answer, and the call that gives the last has said all; or
//! - there are [`OUT`] bytes of it, or the content of one response comes to a record; the batch goes on, and what is
//!   left that makes no record is kept; or
//! - a tick goes by while nobody polls, or the fallback thread begins a poll or signals for longer than a tick: it lets
//!   it go (`poll/lead.rs`, `poll/deputy.rs`), and the batch goes on; or
//! - the last of the batch that had no answer ends without one; or
//! - a thread begins a poll that may wait, or is about to sleep in a receive, a send or a read: then all batches end,
//!   on all connections; or
//! - anything else goes out on the connection, or it ends, in order or not.
//!
//! When a batch has ended, nothing waits for the rest of it. So no response waits for a request that the program
//! sits on: while it computes, a tick goes by, and while it sleeps in a call of ours, it has let everything go.
//! Beside that, a call that ends a response says its content and its end at once
//! ([`H2Stream::expect_end`](super::stream::H2Stream::expect_end)).
//!
//! Order of locks: the slot of the carrier, or of one of its streams, then this one; never the other way.
//! Threading: any thread; no call here blocks but on the lock.

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::time::Duration;

use httpsys_core::proto::Trailers;
use httpsys_core::proto::h2::{FieldSection, H2Code, H2Connection, H2Event, H2Limits, StreamId};
use httpsys_core::tls::TlsInfo;
use httpsys_core::{CloseReason, ConnectionId};
use httpsys_socket::lock::{Mutex, MutexGuard};
use smallvec::SmallVec;

use super::batch::{Batch, BatchPlace};
use super::line::TurnLine;
use super::link::Link;
use super::outcome::{Read, Wrote};

/// Bytes of frames that wait for room in the network; while there are more, no content is taken.
pub(super) const OUT: usize = 64 * 1024;

/// The most plain bytes of a record of TLS.
pub(super) const RECORD: usize = 16 * 1024;

/// The memory that an idle carrier keeps for them.
const KEPT: usize = 16 * 1024;

/// Streams that are told at a time while the buffer is not empty: about what there is room for.
const TOLD: usize = 4;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Carrier {
    id: ConnectionId,
    tls: Option<Arc<TlsInfo>>,
    state: Mutex<CarrierState>,
}

/// DATA frames: where in the buffer the header of each ends, and its content, if that is not in the buffer.
type Frames<'a> = SmallVec<[(usize, &'a [u8]); 8]>;

/// What was said of a response.
#[derive(Debug)]
pub(super) struct Said {
    /// Bytes of content.
    pub(super) content: usize,
    /// Frames that they are in.
    pub(super) frames: usize,
    /// The end, too.
    pub(super) has_ended: bool,
}

/// What is behind the lock.
#[derive(Debug)]
pub(crate) struct CarrierState {
    /// `None`: it has ended.
    link: Option<Link>,
    pub(crate) h2: H2Connection,
    /// Frames, and how many bytes of them are out.
    out: Vec<u8>,
    out_at: usize,
    /// The memory of frames that are out.
    spare: Vec<u8>,
    /// What was received and is not whole, or cannot be taken now.
    input: Vec<u8>,
    /// The streams that have not ended here.
    pub(crate) streams: BTreeMap<StreamId, ConnectionId>,
    /// Why streams have ended that do not know it yet, if it was for an error of the client. As many as streams.
    faults: BTreeMap<StreamId, CloseReason>,
    /// The trailers of requests whose streams have not ended here.
    pub(super) trailers: BTreeMap<StreamId, Trailers>,
    /// Why all have ended.
    failed: Option<CloseReason>,
    /// The requests that came together last.
    pub(super) batch: Batch,
    /// Those that wait for room in `out`.
    pub(crate) line: TurnLine,
    /// A stream has let others go first although there is room: no event tells of that.
    has_yielded: bool,
    /// Bytes of content that were taken from all streams.
    pub(super) content: u64,
    /// When the last stream ended, in the clock's milliseconds.
    pub(crate) idle_since: u64,
    /// Wire bytes that the connection has received and sent, less those that streams count as theirs.
    received: i64,
    sent: i64,
    /// Streams still take what has come for them.
    is_shared: bool,
}

/// The result of a look at what was received.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fed {
    /// There may be more.
    More,
    /// Nothing more now; an event tells of more.
    Nothing,
    /// There is more to be done at a later turn.
    Later,
    /// The peer has closed its sending side.
    End,
    /// Nothing can be read any more.
    Broken,
}

impl Carrier {
    /// Takes a connection over on which nothing of HTTP was said, but `input`.
    pub(crate) fn new(
        id: ConnectionId,
        link: Link,
        tls: Option<Arc<TlsInfo>>,
        limits: H2Limits,
        input: &[u8],
        now: u64,
    ) -> Carrier {
        Carrier {
            id,
            tls,
            state: Mutex::new(CarrierState {
                link: Some(link),
                h2: H2Connection::new(limits, Duration::from_millis(now)),
                out: Vec::new(),
                out_at: 0,
                spare: Vec::new(),
                input: input.to_vec(),
                streams: BTreeMap::new(),
                faults: BTreeMap::new(),
                trailers: BTreeMap::new(),
                failed: None,
                batch: Batch::default(),
                line: TurnLine::default(),
                has_yielded: false,
                content: 0,
                idle_since: now,
                received: 0,
                sent: 0,
                is_shared: true,
            }),
        }
    }

    /// HTTP_RAW_CONNECTION_ID of its streams.
    pub(crate) fn id(&self) -> ConnectionId {
        self.id
    }

    /// The TLS session below.
    pub(crate) fn tls(&self) -> Option<&Arc<TlsInfo>> {
        self.tls.as_ref()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, CarrierState> {
        self.state.lock()
    }

    /// Ends it. What is kept goes before, also before a reset: calls have said that it is sent. Wire bytes of which
    /// nobody was told are left to [`Carrier::take_unreported`].
    pub(super) fn take_link(&self) -> Option<Link> {
        let mut state = self.lock();
        if state.is_open() {
            let _ = state.flush();
        }
        let mut link = state.link.take()?;
        let (received, sent) = link.take_unreported();
        state.received += received as i64;
        state.sent += sent as i64;
        Some(link)
    }

    /// A thread is about to sleep: nothing is kept any more.
    pub(super) fn end_batch(&self) {
        let mut state = self.lock();
        state.batch.end();
        state.let_go();
    }

    /// A tick has gone by: what is kept goes out.
    pub(super) fn let_go(&self) {
        self.lock().let_go();
    }

    /// A place in the batch for a request that was read just now.
    pub(crate) fn place(&self) -> Option<BatchPlace> {
        self.lock().batch.place()
    }

    /// Whether something waits for room in the network.
    pub(super) fn holds_unsent(&self) -> bool {
        let state = self.lock();
        state.unsent() > 0 || state.line.has_untold() || state.link_is_full()
    }

    /// Hands to the network what waits.
    pub(super) fn flush(&self) -> Wrote {
        let mut state = self.lock();
        match state.flush() {
            Err(LinkBroken) => Wrote::Gone,
            Ok(()) if state.unsent() > 0 || state.link_is_full() => Wrote::Full,
            Ok(()) => Wrote::Accepted { plain: 0, wire: 0 },
        }
    }

    /// Reads what is thrown away.
    pub(super) fn read(&self, buffer: &mut [u8]) -> Read {
        match &mut self.lock().link {
            Some(link) => link.read(buffer),
            None => Read::Broken,
        }
    }

    pub(super) fn shut_down_sending(&self) -> io::Result<()> {
        match &mut self.lock().link {
            Some(link) => link.shut_down_sending(),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// What `look` says of the transport below; `None`: it has ended.
    pub(super) fn with_link<R>(&self, look: impl FnOnce(&mut Link) -> R) -> Option<R> {
        self.lock().link.as_mut().map(look)
    }

    /// Streams count nothing as theirs any more: what they have not taken is the connection's.
    pub(crate) fn end_sharing(&self) {
        self.lock().is_shared = false;
    }

    /// What streams have taken of the bytes that the connection has counted before: of a record of TLS they take
    /// content whose first part has come, and was counted, earlier. At most `counted`.
    pub(crate) fn take_back(&self, counted: u64) -> u64 {
        let mut state = self.lock();
        let back = counted.min(u64::try_from(-state.received).unwrap_or(0));
        state.received += back as i64;
        back
    }

    /// The wire bytes that no stream counts as its own, nor will: what waits for one is not among them.
    pub(crate) fn take_unreported(&self) -> (usize, usize) {
        let mut state = self.lock();
        let is_shared = state.is_shared;
        let told = state.link.as_mut().map(|link| {
            let (received, sent) = link.take_unreported();
            if is_shared {
                // A part of a record, whose content may be a stream's.
                link.tell_later(received);
                return (0, sent);
            }
            (received, sent)
        });
        if let Some((received, sent)) = told {
            state.received += received as i64;
            state.sent += sent as i64;
        }
        let waiting = match state.is_shared {
            true => {
                let below = state.link.as_ref().map_or(0, Link::unread);
                below + state.input.len() + state.h2.waiting_input()
            }
            false => 0,
        };
        let take = |count: &mut i64, kept: usize| {
            let taken = usize::try_from(*count - kept as i64).unwrap_or(0);
            *count -= taken as i64;
            taken
        };
        let state = &mut *state;
        (take(&mut state.received, waiting), take(&mut state.sent, 0))
    }
}

/// The transport is broken.
#[derive(Debug)]
pub(crate) struct LinkBroken;

impl CarrierState {
    /// Frames that are not with the network, in bytes.
    pub(crate) fn unsent(&self) -> usize {
        self.out.len() - self.out_at
    }

    /// Bytes of frames that were received and are not used, and of those that are not with the network.
    #[cfg(feature = "sim")]
    pub(crate) fn buffered(&self) -> (usize, usize) {
        (self.input.len(), self.unsent())
    }

    fn link_is_full(&self) -> bool {
        self.link.as_ref().is_some_and(Link::holds_unsent)
    }

    /// A stream has ended for an error of the client.
    pub(crate) fn note_fault(&mut self, stream: StreamId, reason: CloseReason) {
        if self.streams.contains_key(&stream) {
            self.faults.insert(stream, reason);
        }
    }

    /// The connection has, and with it all its streams; the first reason is the reason.
    pub(crate) fn note_failure(&mut self, reason: CloseReason) {
        self.failed.get_or_insert(reason);
    }

    /// Why a stream has ended, if that is known here.
    pub(super) fn fault_of(&self, stream: StreamId) -> Option<CloseReason> {
        self.faults.get(&stream).copied().or(self.failed)
    }

    /// Whether it goes on.
    pub(super) fn is_open(&self) -> bool {
        self.link.is_some()
    }

    /// Nothing more happens on the connection, and everything is with the network.
    pub(crate) fn is_done(&self) -> bool {
        self.h2.is_done() && self.unsent() == 0 && self.streams.is_empty()
    }

    /// Says content: as much as both windows have room for, and the end behind it if it is the last. Content of a
    /// record or more goes out at once, without a copy.
    ///
    /// # Errors
    /// The transport is broken, or the stream is gone.
    pub(super) fn say_content(
        &mut self,
        stream: StreamId,
        bytes: &[u8],
        is_last: bool,
    ) -> Result<Said, LinkBroken> {
        // A header each, and where in the buffer it ends.
        let mut frames = Frames::new();
        let (mut content, mut is_gone) = (0, false);
        let is_lent = bytes.len() >= RECORD && !self.link_is_full();
        while let Some(rest) = bytes.get(content..).filter(|rest| !rest.is_empty()) {
            let sent = self.h2.send_content(stream, rest.len(), &mut self.out);
            is_gone = sent.is_err();
            let length = sent.unwrap_or(0);
            if length == 0 {
                // The windows have become smaller meanwhile.
                break;
            }
            let piece = &rest[..length];
            if is_lent {
                frames.push((self.out.len(), piece));
            } else {
                self.out.extend_from_slice(piece);
                frames.push((self.out.len(), &[]));
            }
            content += length;
        }
        self.content += content as u64;
        let has_ended = is_last && content == bytes.len() && self.finish(stream, None);
        if is_lent && content > 0 {
            self.hand_over_lent(&frames)?;
        }
        match is_gone {
            true => Err(LinkBroken),
            false => Ok(Said {
                content,
                frames: frames.len(),
                has_ended,
            }),
        }
    }

    /// Hands over what is in the buffer, with content of these frames that is not in it, while it comes to a record
    /// and there is room. The rest is in the buffer then.
    fn hand_over_lent(&mut self, frames: &Frames<'_>) -> Result<(), LinkBroken> {
        let link = self.link.as_mut().ok_or(LinkBroken)?;
        let (mut pieces, mut from) = (SmallVec::<[IoSlice<'_>; 16]>::new(), self.out_at);
        for (end, content) in frames {
            pieces.push(IoSlice::new(&self.out[from..*end]));
            pieces.push(IoSlice::new(content));
            from = *end;
        }
        pieces.push(IoSlice::new(&self.out[from..]));
        let mut left = &mut pieces[..];
        let mut length = left.iter().map(|piece| piece.len()).sum::<usize>();
        while length >= RECORD {
            let (plain, wire, has_room) = match link.write_vectored(left) {
                Wrote::Accepted { plain, wire } => (plain, wire, true),
                Wrote::Held { plain, wire } => (plain, wire, false),
                Wrote::Full => (0, 0, false),
                Wrote::Gone | Wrote::BadMemory => return Err(LinkBroken),
            };
            IoSlice::advance_slices(&mut left, plain);
            length -= plain;
            self.sent += wire as i64;
            if !has_room {
                break;
            }
        }
        let mut rest = std::mem::take(&mut self.spare);
        left.iter().for_each(|piece| rest.extend_from_slice(piece));
        drop(pieces);
        self.spare = std::mem::replace(&mut self.out, rest);
        self.spare.clear();
        self.spare.shrink_to(KEPT);
        self.out_at = 0;
        Ok(())
    }

    /// A stream goes behind the others that want to say something. If there is room, no event tells of it, and whoever
    /// has said something tells the carrier ([`CarrierState::take_yield`]).
    pub(super) fn let_others_go(&mut self, stream: StreamId) {
        self.line.leave(stream);
        self.line.join(stream);
        self.has_yielded |= self.unsent() == 0 && !self.link_is_full();
    }

    /// Whether the carrier is to be told that there is room for those in the line.
    pub(super) fn take_yield(&mut self) -> bool {
        std::mem::take(&mut self.has_yielded)
    }

    /// The streams whose turn it is, since there is room.
    pub(crate) fn take_turns(&mut self) -> Vec<ConnectionId> {
        if !self.line.has_untold() {
            return Vec::new();
        }
        // What is left then waits for room, of which an event tells: what is only kept for a batch has none, and those
        // that are not told now would stay in the line.
        self.let_go();
        let most = match self.unsent() {
            0 => usize::MAX,
            unsent if unsent < OUT => TOLD,
            _ => return Vec::new(),
        };
        let told = self.line.tell(most);
        told.filter_map(|stream| self.streams.get(&stream).copied())
            .collect()
    }

    /// The stream counts so many wire bytes as its own.
    pub(super) fn count_sent(&mut self, bytes: usize) {
        self.sent -= bytes as i64;
    }

    /// The stream takes so many received wire bytes. Returns how many it counts as its own.
    pub(crate) fn count_received(&mut self, bytes: usize) -> usize {
        let counted = if self.is_shared { bytes } else { 0 };
        self.received -= counted as i64;
        counted
    }

    /// So many wire bytes were received before it carried streams.
    pub(crate) fn add_received(&mut self, bytes: u64) {
        self.received += bytes as i64;
    }

    /// Nobody waits for the request with this place any more.
    pub(crate) fn answer(&mut self, place: &mut Option<BatchPlace>) {
        self.batch.answer(place);
    }

    /// As [`CarrierState::answer`], and nothing will be said that could take along what was kept for this request.
    pub(super) fn give_up(&mut self, place: &mut Option<BatchPlace>) {
        if self.batch.answer(place) {
            self.let_go();
        }
    }

    /// Moves the frames that the protocol has into the buffer.
    fn encode(&mut self) {
        if self.unsent() < OUT {
            let piece = self.h2.poll_transmit(&mut self.out, OUT);
            debug_assert_eq!(piece, None, "no content is offered");
        }
    }

    /// The response to the request with this place is at its end: it goes out now, or with the others.
    ///
    /// # Errors
    /// As [`CarrierState::flush`].
    pub(super) fn pass_on(&mut self, place: Option<&BatchPlace>) -> Result<(), LinkBroken> {
        if self.batch.has_others(place) {
            self.keep_frames()
        } else {
            self.flush()
        }
    }

    /// What was said goes out later; of much of it, whole records now.
    ///
    /// # Errors
    /// As [`CarrierState::flush`].
    pub(super) fn keep_frames(&mut self) -> Result<(), LinkBroken> {
        self.encode();
        match self.unsent() < OUT {
            true => Ok(()),
            false => self.hand_over(true),
        }
    }

    /// What was kept goes out.
    fn let_go(&mut self) {
        if self.is_open() && self.unsent() > 0 {
            // A broken transport is found by its event.
            let _ = self.flush();
        }
    }

    /// Hands frames to the network until there are none, or there is no room.
    ///
    /// # Errors
    /// It is broken.
    pub(crate) fn flush(&mut self) -> Result<(), LinkBroken> {
        self.hand_over(false)
    }

    /// As [`CarrierState::flush`]; `only_records`: the rest that makes no record is kept.
    fn hand_over(&mut self, only_records: bool) -> Result<(), LinkBroken> {
        loop {
            self.encode();
            let rest = if only_records {
                self.unsent() % RECORD
            } else {
                0
            };
            let end = self.out.len() - rest;
            let bytes = self.out.get(self.out_at..end).unwrap_or_default();
            if bytes.is_empty() && !self.link_is_full() {
                break;
            }
            let link = self.link.as_mut().ok_or(LinkBroken)?;
            let wrote = match bytes {
                [] => link.flush(),
                bytes => link.write(bytes),
            };
            match wrote {
                Wrote::Accepted { plain, wire } => {
                    self.out_at += plain;
                    self.sent += wire as i64;
                }
                Wrote::Held { plain, wire } => {
                    self.out_at += plain;
                    self.sent += wire as i64;
                    break;
                }
                Wrote::Full => break,
                Wrote::Gone | Wrote::BadMemory => return Err(LinkBroken),
            }
        }
        if self.unsent() == 0 {
            self.out_at = 0;
            self.out.clear();
            if self.streams.is_empty() {
                self.out.shrink_to(KEPT);
                self.spare = Vec::new();
            }
        } else if self.out_at >= self.unsent() {
            // What is moved is no more than what went out since the last time.
            self.out.drain(..self.out_at);
            self.out_at = 0;
        }
        Ok(())
    }

    /// Takes what was received before, else reads once, and collects what happens. `readable`: a read may find
    /// something.
    pub(crate) fn receive(
        &mut self,
        readable: &mut bool,
        buffer: &mut [u8],
        events: &mut Vec<H2Event>,
        now: u64,
    ) -> Fed {
        let _ = self.flush();
        self.collect(events);
        if !self.h2.takes_bytes() {
            // The peer does not take its answers: it is told no more, and heard no more.
            return Fed::Nothing;
        }
        let before = self.input.len();
        if before > 0 {
            let input = std::mem::take(&mut self.input);
            let used = self.feed(&input, events, now);
            self.keep(&input, used);
            if used > 0 {
                return Fed::More;
            }
        }
        let Some(link) = self.link.as_mut().filter(|_| *readable) else {
            return Fed::Nothing;
        };
        let n = match link.read(buffer) {
            Read::Bytes { n, wire, drained } => {
                self.received += wire as i64;
                *readable &= !drained;
                n
            }
            Read::Empty => {
                *readable = false;
                return Fed::Nothing;
            }
            Read::End => {
                *readable = false;
                self.h2.handle_end();
                self.collect(events);
                return Fed::End;
            }
            Read::Broken => return Fed::Broken,
            Read::Progress(_) => return Fed::Later,
        };
        let bytes = buffer.get(..n).unwrap_or_default();
        if self.input.is_empty() {
            let used = self.feed(bytes, events, now);
            self.keep(bytes, used);
        } else {
            self.input.extend_from_slice(bytes);
            let input = std::mem::take(&mut self.input);
            let used = self.feed(&input, events, now);
            self.keep(&input, used);
        }
        Fed::More
    }

    fn keep(&mut self, bytes: &[u8], used: usize) {
        self.input
            .extend_from_slice(bytes.get(used..).unwrap_or_default());
    }

    /// Feeds as much as the protocol takes.
    fn feed(&mut self, bytes: &[u8], events: &mut Vec<H2Event>, now: u64) -> usize {
        let now = Duration::from_millis(now);
        let mut used = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            let taken = self.h2.handle_bytes(rest, now);
            used += taken;
            self.collect(events);
            // A broken transport is found by the next read.
            let _ = self.flush();
            if taken == 0 || used == bytes.len() {
                return used;
            }
        }
    }

    fn collect(&mut self, events: &mut Vec<H2Event>) {
        while let Some(event) = self.h2.poll_event() {
            match event {
                H2Event::Sent { .. } => {}
                H2Event::Trailers { stream, fields } => {
                    // Kept at once: whoever reads the end of the content may ask for them.
                    self.keep_trailers(stream, fields, events);
                    events.push(H2Event::Content { stream });
                }
                event => events.push(event),
            }
        }
    }

    /// The trailers of a request on a stream that goes on here, or has just come.
    #[cold]
    fn keep_trailers(&mut self, of: StreamId, fields: FieldSection, events: &[H2Event]) {
        let comes =
            |event: &H2Event| matches!(event, H2Event::Request { stream, .. } if *stream == of);
        if self.streams.contains_key(&of) || events.iter().any(comes) {
            self.trailers.insert(of, fields.into());
        }
    }

    /// The time of the protocol's deadline may have come.
    pub(crate) fn handle_timer(&mut self, events: &mut Vec<H2Event>, now: u64) {
        self.h2.handle_timer(Duration::from_millis(now));
        self.collect(events);
        let _ = self.flush();
    }

    /// Ends the response of a stream behind what was sent; it is in the buffer. `false`: it has no response, or is
    /// over.
    pub(super) fn finish(&mut self, stream: StreamId, trailers: Option<FieldSection>) -> bool {
        let is_finished = match trailers {
            Some(trailers) => self.h2.finish_with_trailers(stream, trailers),
            None => self.h2.finish(stream),
        };
        self.encode();
        self.forget_sent();
        is_finished.is_ok()
    }

    /// Resets a stream, if it goes on.
    pub(crate) fn reset(&mut self, stream: StreamId, code: H2Code) {
        self.trailers.remove(&stream);
        if self.h2.reset(stream, code).is_ok() {
            let _ = self.flush();
        }
    }

    /// Streams that have ended in order are nobody's concern any more. Whoever polls takes all events at
    /// once; there are no others.
    pub(super) fn forget_sent(&mut self) {
        while let Some(event) = self.h2.poll_event() {
            debug_assert!(matches!(event, H2Event::Sent { .. }), "{event:?}");
        }
    }

    /// The stream is over here, at this millisecond. Returns whether nothing is left to be done on the
    /// connection.
    pub(super) fn remove(&mut self, stream: StreamId, now: u64) -> bool {
        self.streams.remove(&stream);
        self.faults.remove(&stream);
        self.trailers.remove(&stream);
        self.line.leave(stream);
        if self.streams.is_empty() {
            self.idle_since = now;
            // Nobody else may come to do it.
            let _ = self.flush();
        }
        self.is_done() && self.is_open()
    }
}
