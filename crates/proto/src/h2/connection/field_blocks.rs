//! HEADERS and CONTINUATION frames: requests and trailers.
//!
//! Owns: putting field blocks together, opening streams, the limits of both. Does not own: decompression,
//! and which fields are allowed. Invariant: every whole block is decompressed, also one of a stream that is
//! refused or has ended: the tables of both sides stay in step. Threading: none.

use std::time::Duration;

use super::event::H2Event;
use super::flow::{ContentBuffer, ReceiveWindow, SendWindow};
use super::stream::{
    ActiveStream, ClosedBy, RequestProgress, ResponseProgress, StreamPlace, StreamState,
};
use super::{H2Connection, H2Shutdown, OpenBlock};
use crate::h2::field_section::FieldSection;
use crate::h2::frame::FRAME_HEADER;
use crate::h2::reason::{H2Fault, H2Reason};
use crate::h2::request_section::{RequestSection, check_trailers};
use crate::h2::stream_id::StreamId;

impl H2Connection {
    pub(super) fn handle_headers(
        &mut self,
        stream: StreamId,
        block: &[u8],
        is_end: bool,
        is_whole: bool,
        now: Duration,
    ) -> Result<(), H2Fault> {
        if !stream.is_client() {
            return Err(H2Fault::Connection(H2Reason::EvenStream));
        }
        self.block = Some(OpenBlock {
            stream,
            is_end,
            continuations: 0,
            wire: 0,
        });
        self.block_bytes.clear();
        self.add_to_block(block, is_whole, now)
    }

    pub(super) fn handle_continuation(
        &mut self,
        block: &[u8],
        is_whole: bool,
        now: Duration,
    ) -> Result<(), H2Fault> {
        if let Some(open) = &mut self.block {
            open.continuations += 1;
            if open.continuations > self.limits.continuations {
                return Err(H2Fault::Connection(H2Reason::BlockTooLong));
            }
        }
        self.add_to_block(block, is_whole, now)
    }

    fn add_to_block(&mut self, block: &[u8], is_whole: bool, now: Duration) -> Result<(), H2Fault> {
        if block.is_empty() && !is_whole {
            self.count_empty_frame(now)?;
        }
        if self.block_bytes.len() + block.len() > self.limits.block_bytes as usize {
            return Err(H2Fault::Connection(H2Reason::BlockTooLong));
        }
        if let Some(open) = &mut self.block {
            open.wire += FRAME_HEADER + block.len();
        }
        if !is_whole {
            self.block_bytes.extend_from_slice(block);
            return Ok(());
        }
        let Some(open) = self.block.take() else {
            return Ok(());
        };
        let mut fields = self.spare.pop().unwrap_or_default();
        let decoded = if self.block_bytes.is_empty() {
            self.decoder.decode(block, &mut fields)
        } else {
            // Blocks in more than one frame are rare, and their memory is not kept.
            let mut whole = std::mem::take(&mut self.block_bytes);
            whole.extend_from_slice(block);
            self.decoder.decode(&whole, &mut fields)
        };
        if decoded.is_err() {
            return Err(H2Fault::Connection(H2Reason::Compression));
        }
        self.handle_fields(open, fields, now)
    }

    fn handle_fields(
        &mut self,
        open: OpenBlock,
        fields: FieldSection,
        now: Duration,
    ) -> Result<(), H2Fault> {
        let stream = open.stream;
        let is_idle = matches!(self.streams.find(stream), StreamPlace::Idle);
        if is_idle && matches!(self.shutdown, H2Shutdown::Final { .. }) {
            // It is above the last stream of our GOAWAY: the client knows that nobody looked at it.
            self.recycle(fields);
            self.streams.use_number(stream);
            self.streams.close(stream, ClosedBy::Us);
            return self.count_idle_frame(now);
        }
        match self.streams.find(stream) {
            StreamPlace::Idle => self.open_stream(open, fields, now),
            StreamPlace::Active(_) => self.handle_trailers(stream, fields, open.is_end),
            StreamPlace::Closed(by) => {
                self.recycle(fields);
                match by {
                    Some(ClosedBy::Us) => self.count_idle_frame(now),
                    Some(ClosedBy::Peer) => Err(H2Fault::Connection(H2Reason::StreamEnded)),
                    None => Err(H2Fault::Connection(H2Reason::StreamOutOfOrder)),
                }
            }
        }
    }

    fn open_stream(
        &mut self,
        open: OpenBlock,
        fields: FieldSection,
        now: Duration,
    ) -> Result<(), H2Fault> {
        let OpenBlock { stream, is_end, .. } = open;
        self.streams.use_number(stream);
        self.meters.count_stream();
        self.count_grace(stream);
        if self.streams.len() >= self.limits.concurrent_streams as usize {
            self.recycle(fields);
            return self.refuse_stream(stream, now);
        }
        let section = match RequestSection::new(fields) {
            Ok(section) => section,
            Err((reason, fields)) => {
                self.recycle(fields);
                return Err(H2Fault::Stream(stream, reason));
            }
        };
        let mut receiving = RequestProgress {
            window: ReceiveWindow::new(self.limits.stream_window()),
            declared: section.content_length(),
            received: 0,
        };
        if is_end && !receiving.count(0, true) {
            self.recycle(section.into_fields());
            return Err(H2Fault::Stream(stream, H2Reason::ContentLength));
        }
        let state = match is_end {
            true => StreamState::HalfClosedRemote(ResponseProgress::Head),
            false => StreamState::Open(receiving, ResponseProgress::Head),
        };
        let active = ActiveStream {
            state,
            window: SendWindow::new(self.peer.initial_window),
            content: ContentBuffer::default(),
            is_told: false,
            is_queued: false,
            is_blocked: false,
        };
        self.streams.insert(stream, active);
        self.events.push_back(H2Event::Request {
            stream,
            section,
            is_end,
            wire: open.wire,
        });
        Ok(())
    }

    /// Refuses a stream that is one too many. A client that has not acknowledged SETTINGS could not know
    /// that (RFC 9113 section 5.1.2), and may send the request again (section 8.7): it does nothing wrong.
    fn refuse_stream(&mut self, stream: StreamId, now: Duration) -> Result<(), H2Fault> {
        if self.is_acknowledged {
            return Err(H2Fault::Stream(stream, H2Reason::TooManyStreams));
        }
        self.write_reset(stream, H2Reason::TooManyStreams.code());
        self.streams.refuse_early(stream);
        let rate = self.limits.early_refusals;
        match self.meters.early_refusals.count(1, rate, now) {
            true => Ok(()),
            false => Err(H2Fault::Connection(H2Reason::ResetFlood)),
        }
    }

    fn handle_trailers(
        &mut self,
        stream: StreamId,
        fields: FieldSection,
        is_end: bool,
    ) -> Result<(), H2Fault> {
        let checked = match self.streams.get_mut(stream).map(|active| &mut active.state) {
            Some(StreamState::Open(receiving, _)) => {
                if !is_end {
                    Err(H2Reason::Trailers)
                } else if !receiving.count(0, true) {
                    Err(H2Reason::ContentLength)
                } else {
                    check_trailers(&fields)
                }
            }
            _ => Err(H2Reason::StreamEnded),
        };
        if let Err(reason) = checked {
            self.recycle(fields);
            return Err(H2Fault::Stream(stream, reason));
        }
        if let Some(active) = self.streams.get_mut(stream) {
            active.state.end_receiving();
        }
        self.events.push_back(H2Event::Trailers { stream, fields });
        Ok(())
    }
}
