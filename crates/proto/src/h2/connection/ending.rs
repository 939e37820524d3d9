//! The ends of streams and of the connection.
//!
//! Owns: resets of both sides, GOAWAY, connection errors, the peer's end, the timer. Does not own: the end
//! of a complete response (`transmit`). Invariant: each stream that was told of ends with one event, or by
//! the driver's own call, or with the connection. Threading: none.

use std::time::Duration;

use super::event::{EndCause, H2Event};
use super::respond::SendError;
use super::stream::{ClosedBy, StreamPlace};
use super::{H2Connection, H2Phase, H2Shutdown};
use crate::h2::frame::{self, kind};
use crate::h2::reason::{H2Code, H2Fault, H2Reason};
use crate::h2::stream_id::{MAX_31, StreamId};

/// Streams that are still taken behind the first GOAWAY (H2X-009).
const GRACE: u32 = 200;

impl H2Connection {
    /// The peer has closed its sending side: requests that are not complete never will be, and responses that
    /// wait for a window never can be. Others are still sent.
    pub fn handle_end(&mut self) {
        self.is_peer_ended = true;
        self.deadline = None;
        self.block = None;
        let streams = self.streams.iter_mut();
        let open = streams.filter(|(_, active)| active.state.is_open() || active.is_blocked);
        let open: Vec<StreamId> = open.map(|(id, _)| id).collect();
        for stream in open {
            self.end_stream(stream, ClosedBy::Peer, EndCause::PeerClosed);
        }
    }

    /// The time of [`deadline`](Self::deadline) has come.
    pub fn handle_timer(&mut self, now: Duration) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.deadline = None;
            if self.phase != H2Phase::Failed {
                self.fail(H2Reason::SettingsTimeout);
            }
        }
    }

    /// Asks the client to open no more streams: GOAWAY with the highest number there is (H2X-008). It
    /// may have more on the way, so the next 200 are still taken; with the last of them a second GOAWAY
    /// goes out, and what comes then is ignored (H2X-009).
    pub fn go_away(&mut self) {
        if self.shutdown == H2Shutdown::No && self.phase != H2Phase::Failed {
            self.shutdown = H2Shutdown::Announced { left: GRACE };
            self.write_go_away(MAX_31, H2Code::NO_ERROR, b"");
        }
    }

    /// Takes no more streams from now on.
    pub fn refuse_streams(&mut self) {
        let is_final = matches!(self.shutdown, H2Shutdown::Final { .. });
        if !is_final && self.phase != H2Phase::Failed {
            let last = self.last_stream();
            self.shutdown = H2Shutdown::Final { last };
            self.write_go_away(last, H2Code::NO_ERROR, b"");
        }
    }

    /// The highest stream that anything was done for.
    fn last_stream(&self) -> u32 {
        match self.shutdown {
            H2Shutdown::Final { last } => last,
            _ => self.streams.last().map_or(0, StreamId::number),
        }
    }

    /// Resets a stream (CXL-011, CXL-012). There is no event for it.
    ///
    /// # Errors
    /// [`SendError::Gone`]: nothing is sent for a stream that has ended (CXL-013).
    pub fn reset(&mut self, stream: StreamId, code: H2Code) -> Result<(), SendError> {
        if self.streams.get_mut(stream).is_none() {
            return Err(SendError::Gone);
        }
        self.write_reset(stream, code);
        self.forget(stream, ClosedBy::Us);
        Ok(())
    }

    /// Counts a stream that was opened behind the first GOAWAY.
    pub(super) fn count_grace(&mut self, stream: StreamId) {
        if let H2Shutdown::Announced { left } = &mut self.shutdown {
            *left -= 1;
            if *left == 0 {
                let last = stream.number();
                self.shutdown = H2Shutdown::Final { last };
                self.write_go_away(last, H2Code::NO_ERROR, b"");
            }
        }
    }

    pub(super) fn handle_reset(
        &mut self,
        stream: StreamId,
        code: H2Code,
        now: Duration,
    ) -> Result<(), H2Fault> {
        match self.streams.find(stream) {
            StreamPlace::Idle => return Err(H2Fault::Connection(H2Reason::StreamIdle)),
            StreamPlace::Closed(_) => return self.count_idle_frame(now),
            StreamPlace::Active(_) => {}
        }
        self.end_stream(stream, ClosedBy::Peer, EndCause::Peer(code));
        self.count_reset(now)
    }

    /// Does what an error of the peer calls for.
    pub(super) fn raise(&mut self, fault: H2Fault, now: Duration) {
        match fault {
            H2Fault::Connection(reason) => self.fail(reason),
            H2Fault::Stream(stream, reason) => {
                if matches!(self.streams.find(stream), StreamPlace::Idle) {
                    // There is no stream to reset (RFC 9113 section 5.1, idle).
                    return self.fail(reason);
                }
                self.write_reset(stream, reason.code());
                self.end_stream(stream, ClosedBy::Us, EndCause::Fault(reason));
                if let Err(H2Fault::Connection(reason)) = self.count_reset(now) {
                    self.fail(reason);
                }
            }
        }
    }

    /// Counts a stream that was reset: a client gets as little for an error that makes this side reset it
    /// as for a reset of its own.
    fn count_reset(&mut self, now: Duration) -> Result<(), H2Fault> {
        match self.meters.resets.count(1, self.limits.resets, now) {
            true => Ok(()),
            false => Err(H2Fault::Connection(H2Reason::ResetFlood)),
        }
    }

    /// A connection error (RFC 9113 section 5.4.1).
    fn fail(&mut self, reason: H2Reason) {
        self.write_go_away(self.last_stream(), reason.code(), reason.text().as_bytes());
        self.phase = H2Phase::Failed;
        self.deadline = None;
        self.block = None;
        self.block_bytes = Vec::new();
        self.ready.clear();
        self.streams.clear();
        self.events.push_back(H2Event::Failed { reason });
    }

    /// Ends a stream and tells of it, unless it had ended or was never told of.
    fn end_stream(&mut self, stream: StreamId, by: ClosedBy, cause: EndCause) {
        if self.forget(stream, by) {
            self.events.push_back(H2Event::Ended { stream, cause });
        }
    }

    /// Takes a stream out of the table, and gives back what nobody reads now. False: it was not there.
    pub(super) fn forget(&mut self, stream: StreamId, by: ClosedBy) -> bool {
        let Some(active) = self.streams.close(stream, by) else {
            return false;
        };
        self.give_back(active.content.len());
        if active.is_queued {
            self.ready.retain(|other| *other != stream);
        }
        true
    }

    pub(super) fn write_reset(&mut self, stream: StreamId, code: H2Code) {
        let payload = code.0.to_be_bytes();
        frame::write(
            &mut self.output,
            kind::RST_STREAM,
            0,
            Some(stream),
            &payload,
        );
    }

    fn write_go_away(&mut self, last: u32, code: H2Code, text: &[u8]) {
        let payload = [&last.to_be_bytes()[..], &code.0.to_be_bytes(), text].concat();
        frame::write(&mut self.output, kind::GOAWAY, 0, None, &payload);
    }
}
