//! DATA frames of the peer: the content of requests.
//!
//! Owns: counting it against both windows and Content-Length, keeping it until it is read, giving windows
//! back. Does not own: content of responses. Invariant: what counts against the connection's window is
//! given back exactly once: when it is read, or when nobody can read it any more. Threading: none.

use std::time::Duration;

use super::H2Connection;
use super::event::H2Event;
use super::stream::{ClosedBy, StreamPlace, StreamState};
use crate::h2::frame::{self, kind};
use crate::h2::reason::{H2Fault, H2Reason};
use crate::h2::stream_id::StreamId;

/// What [`H2Connection::read_content`] gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRead {
    /// Bytes written to the caller's buffer.
    pub length: usize,
    /// There is no more, now or later. Trailers, if there are any, are told by an event, which may still
    /// be in the queue.
    pub is_end: bool,
}

impl H2Connection {
    /// Reads content of the request on `stream`, and lets the peer send as much again. `None`: the stream
    /// has ended, and what was not read is gone.
    ///
    /// Where Content-Length says how much there is, the last byte is not given before the end of the request has come:
    /// who has read all of it knows its trailers, or that there are none.
    pub fn read_content(&mut self, stream: StreamId, out: &mut [u8]) -> Option<ContentRead> {
        let active = self.streams.get_mut(stream)?;
        active.is_told = false;
        let kept = match &active.state {
            StreamState::Open(receiving, _) => usize::from(receiving.is_whole()),
            StreamState::HalfClosedRemote(_) => 0,
        };
        let most = active.content.len().saturating_sub(kept).min(out.len());
        let length = active.content.read(&mut out[..most]);
        let is_end = active.content.len() == 0 && !active.state.is_open();
        let update = match &mut active.state {
            StreamState::Open(receiving, _) => receiving.window.give_back(length),
            StreamState::HalfClosedRemote(_) => None,
        };
        if let Some(increment) = update {
            self.announce(Some(stream), increment);
        }
        self.give_back(length);
        Some(ContentRead { length, is_end })
    }

    pub(super) fn handle_data(
        &mut self,
        stream: StreamId,
        data: &[u8],
        flow: usize,
        is_end: bool,
        now: Duration,
    ) -> Result<(), H2Fault> {
        if !self.receive_window.take(flow) {
            return Err(H2Fault::Connection(H2Reason::WindowExceeded));
        }
        if data.is_empty() && !is_end {
            self.count_empty_frame(now)?;
        }
        let kept = self.keep_content(stream, data, flow, is_end);
        let unkept = match kept {
            Ok(true) => flow - data.len(),
            _ => flow,
        };
        self.give_back(unkept);
        kept.map(|_| ())
    }

    /// Keeps the content of a frame; false when nobody wants it.
    fn keep_content(
        &mut self,
        stream: StreamId,
        data: &[u8],
        flow: usize,
        is_end: bool,
    ) -> Result<bool, H2Fault> {
        let active = match self.streams.find(stream) {
            StreamPlace::Active(active) => active,
            StreamPlace::Idle => return Err(H2Fault::Connection(H2Reason::StreamIdle)),
            StreamPlace::Closed(Some(ClosedBy::Us)) => return Ok(false),
            StreamPlace::Closed(_) => return Err(H2Fault::Connection(H2Reason::StreamEnded)),
        };
        let StreamState::Open(receiving, _) = &mut active.state else {
            return Err(H2Fault::Stream(stream, H2Reason::StreamEnded));
        };
        if !receiving.window.take(flow) {
            return Err(H2Fault::Stream(stream, H2Reason::WindowExceeded));
        }
        if !receiving.count(data.len(), is_end) {
            return Err(H2Fault::Stream(stream, H2Reason::ContentLength));
        }
        let padding = receiving.window.give_back(flow - data.len());
        active.content.push(data);
        if is_end {
            active.state.end_receiving();
        }
        if !active.is_told && (is_end || !data.is_empty()) {
            active.is_told = true;
            self.events.push_back(H2Event::Content { stream });
        }
        if let Some(increment) = padding.filter(|_| !is_end) {
            self.announce(Some(stream), increment);
        }
        Ok(true)
    }

    /// Gives back what counted against the connection's window.
    pub(super) fn give_back(&mut self, bytes: usize) {
        if let Some(increment) = self.receive_window.give_back(bytes) {
            self.announce(None, increment);
        }
    }

    fn announce(&mut self, stream: Option<StreamId>, increment: u32) {
        let payload = increment.to_be_bytes();
        frame::write(&mut self.output, kind::WINDOW_UPDATE, 0, stream, &payload);
    }
}
