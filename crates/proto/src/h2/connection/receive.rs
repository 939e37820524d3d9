//! Bytes of the peer: the preface and frames.
//!
//! Owns: taking bytes apart, what a frame header can be wrong in, and who gets which frame. Does not own:
//! what a frame does. Invariant: a frame is taken as a whole, so how bytes were split between calls
//! changes nothing. Threading: none.

use std::time::Duration;

use super::{EVENTS, H2Connection, H2Phase, PREFACE};
use crate::h2::frame::{self, FRAME_HEADER, Frame, FrameHeader, MAX_FRAME_SIZE, flag, kind};
use crate::h2::reason::{H2Fault, H2Reason};

impl H2Connection {
    /// Shows what has been received and was not taken yet, and returns how many bytes of it are done
    /// with. The rest is to be shown again, with more behind it, or once events and output were taken
    /// ([`takes_bytes`](Self::takes_bytes)). A frame is at most 16,393 bytes.
    pub fn handle_bytes(&mut self, input: &[u8], now: Duration) -> usize {
        let mut used = 0;
        while self.takes_bytes() {
            let rest = input.get(used..).unwrap_or_default();
            match self.step(rest, now) {
                Ok(0) => break,
                Ok(taken) => used += taken,
                Err((taken, fault)) => {
                    used += taken;
                    self.raise(fault, now);
                }
            }
        }
        if self.phase == H2Phase::Failed {
            return input.len();
        }
        used
    }

    /// Whether [`handle_bytes`](Self::handle_bytes) would take anything: not while too many events or
    /// frames wait, nor after a connection error.
    #[must_use]
    pub fn takes_bytes(&self) -> bool {
        self.phase != H2Phase::Failed
            && self.events.len() < EVENTS
            && self.output.len() <= self.limits.output_bytes as usize
    }

    /// Takes the preface or a frame: how many bytes that was, 0 when not all of it has come, and what
    /// was wrong with it.
    fn step(&mut self, input: &[u8], now: Duration) -> Result<usize, (usize, H2Fault)> {
        if self.phase == H2Phase::Preface {
            return self.preface(input).map_err(|fault| (0, fault));
        }
        let Some(front) = input.first_chunk::<FRAME_HEADER>() else {
            return Ok(0);
        };
        let header = FrameHeader::read(front);
        if let Err(reason) = self.check_header(header) {
            return Err((0, H2Fault::Connection(reason)));
        }
        let end = FRAME_HEADER + header.length;
        let Some(payload) = input.get(FRAME_HEADER..end) else {
            return Ok(0);
        };
        let done = frame::decode(header, payload).and_then(|frame| self.handle_frame(frame, now));
        match done {
            Ok(()) => Ok(end),
            Err(fault) => Err((end, fault)),
        }
    }

    fn preface(&mut self, input: &[u8]) -> Result<usize, H2Fault> {
        let length = input.len().min(PREFACE.len());
        if input.get(..length) != PREFACE.get(..length) {
            return Err(H2Fault::Connection(H2Reason::BadPreface));
        }
        if length < PREFACE.len() {
            return Ok(0);
        }
        self.phase = H2Phase::FirstSettings;
        Ok(length)
    }

    /// What can be said before the payload has come.
    fn check_header(&self, header: FrameHeader) -> Result<(), H2Reason> {
        let is_settings = header.kind == kind::SETTINGS && header.flags & flag::ACK == 0;
        let is_continuation = header.kind == kind::CONTINUATION;
        if header.length > MAX_FRAME_SIZE {
            return Err(H2Reason::FrameTooLong);
        }
        if self.phase == H2Phase::FirstSettings && !is_settings {
            return Err(H2Reason::NoSettings);
        }
        match self.block {
            Some(block) if !is_continuation || header.stream != Some(block.stream) => {
                Err(H2Reason::BlockInterrupted)
            }
            None if is_continuation => Err(H2Reason::StrayContinuation),
            _ => Ok(()),
        }
    }

    fn handle_frame(&mut self, frame: Frame<'_>, now: Duration) -> Result<(), H2Fault> {
        match frame {
            Frame::Data {
                stream,
                data,
                flow,
                is_end,
            } => self.handle_data(stream, data, flow, is_end, now),
            Frame::Headers {
                stream,
                block,
                is_end,
                is_whole,
            } => self.handle_headers(stream, block, is_end, is_whole, now),
            Frame::Continuation {
                block, is_whole, ..
            } => self.handle_continuation(block, is_whole, now),
            Frame::ResetStream { stream, code } => self.handle_reset(stream, code, now),
            Frame::Settings(payload) => self.handle_settings(payload, now),
            Frame::SettingsAck => self.handle_settings_ack(now),
            Frame::Ping { is_ack, data } => self.handle_ping(is_ack, data, now),
            Frame::GoAway { code } => self.handle_go_away(code, now),
            Frame::WindowUpdate { stream, increment } => {
                self.handle_window_update(stream, increment)
            }
            Frame::PushPromise => Err(H2Fault::Connection(H2Reason::PushFromClient)),
            Frame::Priority | Frame::Unknown => self.count_idle_frame(now),
        }
    }
}
