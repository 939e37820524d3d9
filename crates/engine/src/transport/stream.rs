//! A stream of HTTP/2 as what carries a connection's bytes: the content of DATA frames, both ways.
//!
//! Owns: what reading, writing, ending and resetting a stream mean. Does not own: the frames and the lock of
//! all streams (`carrier.rs`). Threading: behind the lock of its connection's slot; takes the carrier's lock.
//!
//! Content comes from the program's memory, which may stand in a page fault; so it is copied before the
//! carrier's lock is taken, at most one buffer's worth, and only if there is room for it. While other streams stand in
//! the line for room it is their turn then (`line.rs`), and one record's worth is the most while frames wait.

use std::io::{self, IoSlice};
use std::sync::Arc;

use httpsys_core::proto::Trailers;
use httpsys_core::proto::h2::{FieldSection, H2Code, SendError, StreamId, StreamResponse};
use httpsys_core::tls::TlsInfo;
use httpsys_core::{CloseReason, ConnectionId};

use super::batch::BatchPlace;
use super::carrier::{Carrier, CarrierState, OUT, RECORD};
use super::outcome::{Read, Wrote};
use crate::conn::pool;

/// The header of a frame.
const FRAME_HEADER: usize = 9;

/// See the module head.
#[derive(Debug)]
pub(crate) struct H2Stream {
    carrier: Arc<Carrier>,
    id: StreamId,
    /// The code of HttpRequestPropertyStreamError (CXL-012).
    code: Option<H2Code>,
    /// The request is HEAD: its response can have no content (H2X-007).
    pub(crate) is_head: bool,
    /// What ends the response, if the program has given any (H2X-014).
    trailers: Option<FieldSection>,
    /// Of its request among those that came together with it.
    place: Option<BatchPlace>,
    /// How much content the call has that sends now, if it also ends the response.
    left: Option<u64>,
    /// Bytes of content that were taken.
    content: u64,
    /// The end was said.
    has_ended: bool,
    /// It has said something while others stood in the line: they go before it says more.
    has_had_turn: bool,
}

/// The response cannot go out: the stream has ended.
#[derive(Debug)]
pub(crate) struct StreamGone;

impl H2Stream {
    /// A stream that the peer has opened; `place`: of its request in a batch.
    pub(crate) fn new(carrier: Arc<Carrier>, id: StreamId, place: Option<BatchPlace>) -> H2Stream {
        H2Stream {
            carrier,
            id,
            code: None,
            is_head: false,
            trailers: None,
            place,
            left: None,
            content: 0,
            has_ended: false,
            has_had_turn: false,
        }
    }

    /// What it is a stream of.
    pub(crate) fn carrier(&self) -> &Arc<Carrier> {
        &self.carrier
    }

    /// Its number.
    pub(super) fn number(&self) -> u64 {
        u64::from(self.id.number())
    }

    /// The error of the client for which the stream has ended, or why its connection has.
    pub(crate) fn fault(&self) -> Option<CloseReason> {
        self.carrier.lock().fault_of(self.id)
    }

    /// The TLS session below.
    pub(super) fn tls(&self) -> Option<&Arc<TlsInfo>> {
        self.carrier.tls()
    }

    /// The code with which a reset of the program's goes out.
    pub(crate) fn set_code(&mut self, code: u32) {
        self.code = Some(H2Code(code));
    }

    /// The connection is to take no more streams (H2X-008), which goes out with what is sent next.
    pub(crate) fn go_away(&self) {
        self.carrier.lock().h2.go_away();
    }

    /// The response ends with these.
    pub(crate) fn set_trailers(&mut self, trailers: &FieldSection) {
        if !self.is_head {
            self.trailers = Some(trailers.clone());
        }
    }

    /// The trailers that have ended the request.
    pub(crate) fn request_trailers(&self) -> Trailers {
        let state = self.carrier.lock();
        state.trailers.get(&self.id).cloned().unwrap_or_default()
    }

    pub(super) fn read(&self, buffer: &mut [u8]) -> Read {
        let mut state = self.carrier.lock();
        let Some(read) = state.h2.read_content(self.id, buffer) else {
            return Read::Broken;
        };
        if read.length > 0 {
            let wire = state.count_received(read.length);
            if state.h2.waiting_output() > 0 {
                // The peer may send more now.
                let _ = state.flush();
            }
            return Read::Bytes {
                n: read.length,
                wire,
                drained: read.length < buffer.len() && !read.is_end,
            };
        }
        if read.is_end { Read::End } else { Read::Empty }
    }

    pub(super) fn write(&mut self, pieces: &[IoSlice<'_>]) -> Wrote {
        if self.is_head && pieces.iter().any(|piece| !piece.is_empty()) {
            return self.refuse_content();
        }
        let most = match self.room() {
            Ok(0) => return Wrote::Full,
            Ok(room) => room.min(OUT),
            Err(StreamGone) => return Wrote::Gone,
        };
        pool::with_scratch(|buffer| {
            let most = most.min(buffer.len());
            let length = gather(pieces, &mut buffer[..most]);
            self.write_copied(&buffer[..length])
        })
    }

    /// How much content can be taken now; 0: the stream is told when that changes.
    fn room(&mut self) -> Result<usize, StreamGone> {
        let mut state = self.carrier.lock();
        if !state.is_open() {
            return Err(StreamGone);
        }
        let room = state.h2.room_for(self.id).map_err(|_| StreamGone)?;
        if room == 0 {
            // The head that was said before does not wait for a window.
            state.flush().map_err(|_| StreamGone)?;
            state.line.leave(self.id);
            return Ok(0);
        }
        let has_had_turn = std::mem::take(&mut self.has_had_turn);
        let has_others = state.line.has_others(self.id);
        let has_to_wait = |state: &CarrierState| match state.unsent() {
            0 => false,
            unsent => unsent >= OUT || state.line.has_others_before(self.id),
        };
        if has_others && has_had_turn {
            state.flush().map_err(|_| StreamGone)?;
            state.let_others_go(self.id);
            return Ok(0);
        }
        if has_to_wait(&state) {
            // What is still here then waits for room, of which an event tells.
            state.flush().map_err(|_| StreamGone)?;
            if has_to_wait(&state) {
                state.line.join(self.id);
                return Ok(0);
            }
        }
        Ok(match state.unsent() {
            _ if !has_others => room,
            0 => room.min(OUT),
            _ => room.min(RECORD),
        })
    }

    fn write_copied(&mut self, bytes: &[u8]) -> Wrote {
        let mut state = self.carrier.lock();
        if state.unsent() >= OUT {
            // Other streams have used the room since this one looked.
            if state.flush().is_err() {
                return Wrote::Gone;
            }
            if state.unsent() >= OUT {
                state.line.join(self.id);
                return Wrote::Full;
            }
        }
        state.line.leave(self.id);
        self.has_had_turn = state.line.has_others(self.id);
        let is_last = self.left == Some(bytes.len() as u64) && self.trailers.is_none();
        let Ok(said) = state.say_content(self.id, bytes, is_last) else {
            return Wrote::Gone;
        };
        let plain = said.content;
        self.content += plain as u64;
        self.has_ended |= said.has_ended;
        self.left = self.left.map(|left| left.saturating_sub(plain as u64));
        let passed_on = match self.left {
            Some(_) => state.keep_frames(),
            None => state.flush(),
        };
        if passed_on.is_err() {
            // What the network has taken of it is counted for the connection.
            return Wrote::Gone;
        }
        let wire = plain + said.frames * FRAME_HEADER;
        state.count_sent(wire);
        if plain == 0 {
            // What was kept does not wait for a window.
            let _ = state.flush();
            return Wrote::Full;
        }
        Wrote::Accepted { plain, wire }
    }

    /// How much content the call has that sends now, if it also ends the response: then the end goes out with the
    /// last of it. Whoever says so flushes the stream if the call does not come to its end.
    pub(crate) fn expect_end(&mut self, content: Option<u64>) {
        self.left = content;
    }

    /// Says the end of the response, if it was not said with its content. `false`: it has no response, or is over.
    fn finish(&mut self, state: &mut CarrierState) -> bool {
        let trailers = self.trailers.take();
        let has_ended = self.has_ended || state.finish(self.id, trailers);
        // A broken transport is found by its event.
        let _ = state.pass_on(self.place.as_ref());
        has_ended
    }

    /// H2X-007.
    #[cold]
    fn refuse_content(&self) -> Wrote {
        self.carrier
            .lock()
            .reset(self.id, H2Code::HTTP_1_1_REQUIRED);
        Wrote::Gone
    }

    /// Sends the head of the response, behind GOAWAY if it asks for that (H2X-008). Returns its bytes as they
    /// are in frames.
    ///
    /// # Errors
    /// The stream has ended.
    pub(crate) fn respond(&mut self, response: &StreamResponse<'_>) -> Result<usize, StreamGone> {
        let mut state = self.carrier.lock();
        if !state.is_open() {
            return Err(StreamGone);
        }
        if response.closes() {
            state.h2.go_away();
        }
        state.answer(&mut self.place);
        let before = state.h2.waiting_output();
        let sent = state
            .h2
            .respond(self.id, response.status(), response.fields());
        end_head(&mut state, before, sent)
    }

    /// Sends an interim response without fields.
    ///
    /// # Errors
    /// As [`H2Stream::respond`].
    pub(crate) fn interim(&self, status: u16) -> Result<usize, StreamGone> {
        let mut state = self.carrier.lock();
        let before = state.h2.waiting_output();
        let sent = state.h2.interim(self.id, status, std::iter::empty());
        end_head(&mut state, before, sent)
    }

    /// What was said goes out now.
    pub(crate) fn flush(&self) {
        // A broken transport is found by its event.
        let _ = self.carrier.lock().flush();
    }

    /// The connection that is to be told that there is room, if this stream has let others go first.
    pub(crate) fn take_yield(&self) -> Option<ConnectionId> {
        let has_yielded = self.carrier.lock().take_yield();
        has_yielded.then(|| self.carrier.id())
    }

    /// Ends the response behind its last byte: an empty DATA frame with END_STREAM (H2X-002, H2X-003).
    pub(super) fn shut_down_sending(&mut self) -> io::Result<()> {
        let carrier = Arc::clone(&self.carrier);
        match self.finish(&mut carrier.lock()) {
            true => Ok(()),
            false => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Ends the stream in order, or with a reset if it has no response. Returns whether nothing is left to be
    /// done on the connection.
    pub(crate) fn close(mut self, code: H2Code, now: u64) -> bool {
        let carrier = Arc::clone(&self.carrier);
        let mut state = carrier.lock();
        state.answer(&mut self.place);
        if !self.finish(&mut state) {
            state.reset(self.id, self.code.unwrap_or(code));
        }
        state.remove(self.id, now)
    }

    /// Resets the stream (CXL-011, CXL-012); nothing is sent for one that is over (CXL-013). Returns as
    /// [`H2Stream::close`].
    pub(crate) fn reset(mut self, code: H2Code, now: u64) -> bool {
        let mut state = self.carrier.lock();
        if self.has_ended {
            let _ = state.flush();
        }
        state.reset(self.id, self.code.unwrap_or(code));
        // On a stream that the peer has reset nothing was sent.
        state.give_up(&mut self.place);
        state.remove(self.id, now)
    }

    /// Bytes of content that the connection has taken from its other streams.
    pub(crate) fn content_of_others(&self) -> u64 {
        self.carrier.lock().content - self.content
    }

    /// Whether the peer holds its window shut.
    pub(crate) fn is_window_used_up(&self) -> bool {
        self.carrier.lock().h2.is_window_used_up(self.id)
    }

    /// The wire bytes that the peer has not acknowledged and that may be this stream's.
    pub(super) fn unacknowledged(&self) -> Option<u64> {
        let held = self.carrier.lock().unsent() as u64;
        let below = self.carrier.with_link(|link| link.unacknowledged())??;
        Some(held + below)
    }
}

fn end_head(
    state: &mut CarrierState,
    before: usize,
    sent: Result<(), SendError>,
) -> Result<usize, StreamGone> {
    sent.map_err(|_| StreamGone)?;
    let length = state.h2.waiting_output() - before;
    state.count_sent(length);
    state.forget_sent();
    Ok(length)
}

/// Copies from the front of `pieces` as much as there is room for.
fn gather(pieces: &[IoSlice<'_>], buffer: &mut [u8]) -> usize {
    let mut length = 0;
    for piece in pieces {
        let room = &mut buffer[length..];
        let more = piece.len().min(room.len());
        room[..more].copy_from_slice(&piece[..more]);
        length += more;
    }
    length
}
