//! What goes to the peer next.
//!
//! Owns: the order of frames, whose turn it is, how much of a stream's content goes in one frame, and the
//! end of a response. Does not own: the content. Invariant: one frame of a stream per turn, so that a
//! large response does not hold up the others; a stream or connection whose window is used up holds up
//! nothing but its own content. Threading: none.

use super::H2Connection;
use super::event::{DataPiece, H2Event};
use super::respond::SendError;
use super::stream::{ClosedBy, ResponseEnd, ResponseProgress};
use crate::h2::field_section::FieldSection;
use crate::h2::frame::{self, FRAME_HEADER, FrameHeader, MAX_FRAME_SIZE, flag, kind};
use crate::h2::reason::H2Code;
use crate::h2::request_section::is_connection_field;
use crate::h2::stream_id::StreamId;
use crate::scan::trim;

/// What a stream has to send now.
enum SendTurn {
    /// Its content, or nothing, until a window grows or the driver has more.
    Wait,
    /// The connection's window is used up.
    Blocked,
    /// There is no room in the driver's buffer.
    NoRoom,
    /// A DATA frame of this length; whether it uses a window up.
    Data(usize, bool),
    /// The end.
    End(ResponseEnd),
}

impl H2Connection {
    /// Appends frames to `out` until it has about `room` bytes, or there are no more. `Some`: the header
    /// of a DATA frame comes last; the driver appends the content and asks again.
    ///
    /// Frames other than DATA are appended whatever the room is; so `out` may become longer.
    pub fn poll_transmit(&mut self, out: &mut Vec<u8>, room: usize) -> Option<DataPiece> {
        self.flush(out);
        for _ in 0..self.ready.len() {
            let stream = self.ready.pop_front()?;
            match self.turn(stream, room.saturating_sub(out.len())) {
                SendTurn::Wait => self.set_queued(stream, false),
                SendTurn::Blocked => self.ready.push_back(stream),
                SendTurn::NoRoom => {
                    self.ready.push_front(stream);
                    return None;
                }
                SendTurn::Data(length, uses_window_up) => {
                    self.ready.push_back(stream);
                    self.meters.count_data(length, uses_window_up);
                    let header = FrameHeader {
                        length,
                        kind: kind::DATA,
                        flags: 0,
                        stream: Some(stream),
                    };
                    header.write(out);
                    return Some(DataPiece { stream, length });
                }
                SendTurn::End(behind) => {
                    self.write_end(stream, behind);
                    self.flush(out);
                }
            }
        }
        None
    }

    /// For a driver that has content at hand and keeps none of it: appends what goes before it to `out`, then
    /// the header of a DATA frame for at most `most` bytes, and returns how many bytes the driver has to append
    /// to it. 0: a window is used up, and [`H2Event::Room`] tells when it has grown.
    ///
    /// # Errors
    /// [`SendError::Order`] before the head, behind the end and behind content that was offered;
    /// [`SendError::Gone`].
    pub fn send_content(
        &mut self,
        stream: StreamId,
        most: usize,
        out: &mut Vec<u8>,
    ) -> Result<usize, SendError> {
        let room = self.room_for(stream)?;
        let length = room.min(most).min(MAX_FRAME_SIZE);
        if length == 0 {
            return Ok(0);
        }
        if let Some(active) = self.streams.get_mut(stream) {
            active.window.take(length);
        }
        self.send_window.take(length);
        self.meters.count_data(length, length == room);
        self.flush(out);
        let header = FrameHeader {
            length,
            kind: kind::DATA,
            flags: 0,
            stream: Some(stream),
        };
        header.write(out);
        Ok(length)
    }

    /// How much content both windows have room for; when that is 0, the driver is told when it changes.
    ///
    /// # Errors
    /// As [`send_content`](Self::send_content). [`SendError::Gone`] also when the peer has closed its sending
    /// side and there is no room: nothing can grant any.
    pub fn room_for(&mut self, stream: StreamId) -> Result<usize, SendError> {
        let connection = self.send_window.available();
        let active = self.streams.get_mut(stream).ok_or(SendError::Gone)?;
        let window = active.window.available();
        match active.state.sending_mut() {
            ResponseProgress::Content {
                pending: 0,
                behind: None,
            } => {}
            _ => return Err(SendError::Order),
        }
        let room = window.min(connection);
        active.is_blocked = room == 0;
        if room == 0 && self.is_peer_ended {
            self.forget(stream, ClosedBy::Peer);
            return Err(SendError::Gone);
        }
        Ok(room)
    }

    /// Whether the stream's own window has no room: it waits for nothing but its peer.
    #[must_use]
    pub fn is_window_used_up(&mut self, stream: StreamId) -> bool {
        let active = self.streams.get_mut(stream);
        active.is_some_and(|active| active.window.available() == 0)
    }

    /// The stream's window, or the connection's, has grown.
    pub(super) fn tell_of_room(&mut self, stream: StreamId) {
        let connection = self.send_window.available();
        let Some(active) = self.streams.get_mut(stream) else {
            return;
        };
        if active.is_blocked && connection > 0 && active.window.available() > 0 {
            active.is_blocked = false;
            self.events.push_back(H2Event::Room { stream });
        }
    }

    /// The connection's window has grown.
    pub(super) fn tell_of_room_for_all(&mut self) {
        let blocked = self.streams.iter_mut().filter(|(_, one)| one.is_blocked);
        let blocked: Vec<StreamId> = blocked.map(|(id, _)| id).collect();
        for stream in blocked {
            self.tell_of_room(stream);
        }
    }

    /// Bytes of frames that wait to be taken by [`poll_transmit`](Self::poll_transmit).
    #[must_use]
    pub fn waiting_output(&self) -> usize {
        self.output.len()
    }

    /// Whether [`poll_transmit`](Self::poll_transmit) may have something.
    #[must_use]
    pub fn wants_transmit(&self) -> bool {
        !self.output.is_empty() || !self.ready.is_empty()
    }

    /// Puts a stream at the end of the queue, if it has something to send.
    pub(super) fn make_ready(&mut self, stream: StreamId) {
        let Some(active) = self.streams.get_mut(stream) else {
            return;
        };
        let has_more = match active.state.sending_mut() {
            ResponseProgress::Head => false,
            ResponseProgress::Content { pending, behind } => *pending > 0 || behind.is_some(),
        };
        if has_more && !active.is_queued {
            active.is_queued = true;
            self.ready.push_back(stream);
        }
    }

    /// Takes what `stream` sends in its turn.
    fn turn(&mut self, stream: StreamId, room: usize) -> SendTurn {
        let connection = self.send_window.available();
        let Some(active) = self.streams.get_mut(stream) else {
            return SendTurn::Wait;
        };
        let window = active.window.available();
        let ResponseProgress::Content { pending, behind } = active.state.sending_mut() else {
            return SendTurn::Wait;
        };
        if *pending == 0 {
            return behind.take().map_or(SendTurn::Wait, SendTurn::End);
        }
        if window == 0 {
            return SendTurn::Wait;
        }
        if connection == 0 {
            return SendTurn::Blocked;
        }
        let room = room.saturating_sub(FRAME_HEADER);
        if room == 0 {
            return SendTurn::NoRoom;
        }
        let most = window.min(connection).min(room).min(MAX_FRAME_SIZE);
        let length = usize::try_from(*pending).map_or(most, |pending| pending.min(most));
        let uses_window_up = length == window.min(connection);
        *pending -= length as u64;
        active.window.take(length);
        self.send_window.take(length);
        SendTurn::Data(length, uses_window_up)
    }

    fn set_queued(&mut self, stream: StreamId, is_queued: bool) {
        if let Some(active) = self.streams.get_mut(stream) {
            active.is_queued = is_queued;
        }
    }

    /// Ends a response, and with it the stream: if the request is not complete, the client may stop now
    /// (H2X-011, CXL-014).
    fn write_end(&mut self, stream: StreamId, behind: ResponseEnd) {
        match behind {
            ResponseEnd::EmptyData => {
                let output = &mut self.output;
                frame::write(output, kind::DATA, flag::END_STREAM, Some(stream), &[]);
                self.meters.count_data(0, false);
            }
            ResponseEnd::Trailers(fields) => self.write_trailers(stream, fields),
        }
        self.set_queued(stream, false);
        let active = self.streams.get_mut(stream);
        let is_open = active.is_some_and(|active| active.state.is_open());
        if is_open {
            self.write_reset(stream, H2Code::NO_ERROR);
        }
        let by = if is_open {
            ClosedBy::Us
        } else {
            ClosedBy::Peer
        };
        self.forget(stream, by);
        self.events.push_back(H2Event::Sent { stream });
    }

    fn write_trailers(&mut self, stream: StreamId, fields: FieldSection) {
        self.begin_block();
        let block = &mut self.encoded;
        let sent = fields.iter().filter(|(name, _)| !is_connection_field(name));
        for (name, value) in sent {
            self.encoder.field(name, trim(value), block);
        }
        frame::write_block(&mut self.output, stream, true, &self.encoded);
        self.recycle(fields);
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.output);
    }
}
