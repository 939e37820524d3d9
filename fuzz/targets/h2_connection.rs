//! Whole connections of HTTP/2: a client that sends anything, and a driver that does anything.
//!
//! Input: steps, each a byte that says what and some that say how ([`Run::step`]).
//!
//! Checks: frames that go out are whole, in an order that RFC 9113 allows, within the client's windows;
//! each stream that the driver was told of ends exactly once; nothing is told of others; content that was
//! not read is bounded, and once all streams have ended nothing of the connection's window is lost; the client's bytes, shown one by one without a driver that does anything, give the
//! events that they give in one piece.
#![no_main]

use std::collections::BTreeMap;
use std::time::Duration;

use httpsys_proto::Parameters;
use httpsys_proto::RequestHead;
use httpsys_proto::h2::frame::{FRAME_HEADER, FrameHeader, flag, kind};
use httpsys_proto::h2::hpack::HpackDecoder;
use httpsys_proto::h2::{
    FieldSection, H2Code, H2Connection, H2Event, H2Limits, StreamId, connection::PREFACE, frame,
};
use libfuzzer_sys::fuzz_target;

/// What the client knows of a stream.
#[derive(Debug, Default)]
struct Seen {
    granted: i64,
    received: i64,
    has_head: bool,
    has_ended: bool,
}

struct Run<'a> {
    input: &'a [u8],
    connection: H2Connection,
    now: Duration,
    /// What the client has sent, and what of it was taken.
    sent: Vec<u8>,
    taken: usize,
    /// Streams that the driver was told of, and whether they have ended.
    told: BTreeMap<StreamId, bool>,
    has_failed: bool,
    /// Upper bounds of what may be sent.
    initial: i64,
    granted: i64,
    received: i64,
    /// What the connection's WINDOW_UPDATE frames have given the client.
    given_back: i64,
    streams: BTreeMap<u32, Seen>,
    decoder: HpackDecoder,
    next_stream: u32,
}

fn limits() -> H2Limits {
    let mut limits = H2Limits::default();
    limits.concurrent_streams = 8;
    limits.header_list_size = 512;
    limits.block_bytes = 600;
    limits.connection_window = 100_000;
    limits
}

impl Run<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.input.split_first()?;
        self.input = rest;
        Some(*first)
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let (front, rest) = self.input.split_at(self.input.len().min(most));
        self.input = rest;
        front.to_vec()
    }

    /// One of the first streams.
    fn stream(&mut self) -> Option<StreamId> {
        let byte = self.byte()?;
        StreamId::new(u32::from(byte % 16) * 2 + 1)
    }

    fn send(&mut self, kind: u8, flags: u8, stream: Option<StreamId>, payload: &[u8]) {
        frame::write(&mut self.sent, kind, flags, stream, payload);
    }

    fn send_request(&mut self, flags: u8, more: &[u8]) {
        let mut block = b"\x82\x87\x84\x41\x01a".to_vec();
        block.extend_from_slice(more);
        let stream = StreamId::new(self.next_stream);
        self.next_stream += 2;
        self.send(kind::HEADERS, flags | flag::END_HEADERS, stream, &block);
    }

    /// Does one thing; `None` at the end.
    fn step(&mut self) -> Option<()> {
        match self.byte()? % 20 {
            0 => self.send_request(flag::END_STREAM, b""),
            1 => self.send_request(0, b""),
            2 => {
                let length = usize::from(self.byte()?);
                let more = self.bytes(length);
                self.send_request(0, &more);
            }
            3 => {
                let (stream, flags) = (self.stream()?, self.byte()?);
                let length = usize::from(self.byte()?) * usize::from(flags >> 4);
                let length = length.min(16_384);
                let mut payload = vec![b'x'; length];
                if let Some(padding) = payload.first_mut() {
                    *padding = flags;
                }
                self.send(kind::DATA, flags & 9, Some(stream), &payload);
            }
            4 => {
                let stream = self.stream()?;
                self.send(kind::RST_STREAM, 0, Some(stream), &[0, 0, 0, 8]);
            }
            5 => {
                let (stream, increment) = (self.stream(), self.byte()?);
                let increment = u32::from(increment) << (increment % 16);
                let stream = stream.filter(|stream| stream.number() > 1);
                self.send(kind::WINDOW_UPDATE, 0, stream, &increment.to_be_bytes());
                self.grant(stream, increment);
            }
            6 => {
                let (id, value) = (self.byte()?, self.byte()?);
                let value = u32::from(value) << (value % 16);
                let payload = [&[0, id % 8], &value.to_be_bytes()[..]].concat();
                self.send(kind::SETTINGS, 0, None, &payload);
                if id % 8 == 4 {
                    self.initial = self.initial.max(i64::from(value));
                }
            }
            7 => self.send(kind::PING, 0, None, b"12345678"),
            8 => {
                let (kind, flags, stream) = (self.byte()? % 12, self.byte()?, self.stream());
                let length = usize::from(self.byte()? % 64);
                let payload = self.bytes(length);
                // Windows that grow here are not known to the model.
                if kind != kind::WINDOW_UPDATE && kind != kind::SETTINGS {
                    self.send(kind, flags, stream, &payload);
                }
            }
            9 => {
                let passed = u64::from(self.byte()?) * 100;
                self.now += Duration::from_millis(passed);
            }
            10 => {
                let stream = self.stream()?;
                let fields: [(&[u8], &[u8]); 1] = [(b"Name", b"value")];
                let _ = self.connection.respond(stream, 200, fields.into_iter());
            }
            11 => {
                let (stream, bytes) = (self.stream()?, self.byte()?);
                let _ = self
                    .connection
                    .offer(stream, u64::from(bytes) << (bytes % 12));
            }
            12 => {
                let stream = self.stream()?;
                let _ = self.connection.finish(stream);
            }
            13 => {
                let stream = self.stream()?;
                let mut trailers = FieldSection::new();
                trailers.push(b"trailer", b"x");
                let _ = self.connection.finish_with_trailers(stream, trailers);
            }
            14 => {
                let stream = self.stream()?;
                if self.connection.reset(stream, H2Code::CANCEL).is_ok() {
                    self.end(stream);
                }
            }
            15 => {
                let (stream, most) = (self.stream()?, self.byte()?);
                let mut out = vec![0; usize::from(most) * 64];
                if let Some(read) = self.connection.read_content(stream, &mut out) {
                    assert!(read.length <= out.len());
                }
            }
            16 => self.connection.go_away(),
            17 => {
                let room = usize::from(self.byte()?) * 16;
                self.transmit(room);
            }
            18 => self.connection.handle_timer(self.now),
            _ => {
                self.feed();
                self.events();
                self.transmit(usize::MAX);
            }
        }
        Some(())
    }

    fn grant(&mut self, stream: Option<StreamId>, increment: u32) {
        match stream {
            None => self.granted += i64::from(increment),
            Some(stream) => {
                let seen = self.streams.entry(stream.number()).or_default();
                seen.granted += i64::from(increment);
            }
        }
    }

    fn feed(&mut self) {
        let taken = self
            .connection
            .handle_bytes(&self.sent[self.taken..], self.now);
        self.taken += taken;
        assert!(self.taken <= self.sent.len());
    }

    fn end(&mut self, stream: StreamId) {
        let ended = self.told.insert(stream, true);
        assert_eq!(ended, Some(false), "{stream} ends once, and was told of");
    }

    fn events(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                H2Event::Request {
                    stream,
                    section,
                    is_end,
                    ..
                } => {
                    assert!(
                        self.told.insert(stream, false).is_none(),
                        "{stream} begins once"
                    );
                    let mut head = RequestHead::new();
                    let done = section.assemble(is_end, &mut head, &Parameters::default());
                    assert!(!section.is_over() || done.is_err());
                    self.connection.recycle(section.into_fields());
                }
                H2Event::Content { stream }
                | H2Event::Trailers { stream, .. }
                | H2Event::Room { stream, .. } => {
                    assert!(self.told.contains_key(&stream));
                }
                H2Event::Sent { stream } | H2Event::Ended { stream, .. } => self.end(stream),
                H2Event::GoAway { .. } => {}
                H2Event::Failed { .. } => {
                    assert!(!self.has_failed, "once");
                    self.has_failed = true;
                }
            }
        }
        let live = self.told.values().filter(|ended| !**ended).count();
        if self.has_failed {
            assert_eq!(self.connection.active_streams(), 0);
        } else {
            assert_eq!(self.connection.active_streams(), live);
        }
        assert!(live <= 8 || self.has_failed);
    }

    fn transmit(&mut self, room: usize) {
        let mut out = Vec::new();
        while let Some(piece) = self.connection.poll_transmit(&mut out, room) {
            assert!(piece.length > 0);
            out.extend(vec![b'y'; piece.length]);
            assert!(out.len() <= room.max(out.len().min(100_000)));
        }
        let mut rest = &out[..];
        while let Some((front, behind)) = rest.split_first_chunk::<FRAME_HEADER>() {
            let header = FrameHeader::read(front);
            let (payload, behind) = behind.split_at(header.length);
            rest = behind;
            self.check_frame(header, payload);
        }
        assert!(rest.is_empty());
    }

    fn check_frame(&mut self, header: FrameHeader, payload: &[u8]) {
        let Some(stream) = header.stream else {
            if let (kind::WINDOW_UPDATE, Ok(increment)) = (header.kind, payload.try_into()) {
                self.given_back += i64::from(u32::from_be_bytes(increment));
            }
            return;
        };
        let initial = self.initial;
        let seen = self.streams.entry(stream.number()).or_default();
        let is_message = header.kind == kind::DATA || header.kind == kind::HEADERS;
        let is_reset = header.kind == kind::RST_STREAM;
        // RST_STREAM may follow a complete response, and nothing follows that.
        assert!(!seen.has_ended || is_reset || header.kind == kind::WINDOW_UPDATE);
        match header.kind {
            kind::HEADERS => {
                let mut fields = FieldSection::new();
                self.decoder.decode(payload, &mut fields).unwrap();
                let has_status = fields.get(0).is_some_and(|(name, _)| name == b":status");
                assert_eq!(has_status, !seen.has_head, "a head, then trailers");
                seen.has_head = true;
            }
            kind::DATA => {
                assert!(seen.has_head);
                let length = payload.len() as i64;
                seen.received += length;
                self.received += length;
                assert!(
                    seen.received <= seen.granted + initial,
                    "the stream's window"
                );
                assert!(
                    self.received <= self.granted + 65_535,
                    "the connection's window"
                );
            }
            _ => {}
        }
        seen.has_ended |= is_reset || (is_message && header.flags & flag::END_STREAM != 0);
    }
}

impl Run<'_> {
    /// Once no stream is left, nothing of the connection's window is lost: at most half of it waits to be
    /// given back.
    fn check_window(&mut self) {
        let open: Vec<StreamId> = self
            .told
            .iter()
            .filter(|(_, ended)| !**ended)
            .map(|(id, _)| *id)
            .collect();
        for stream in open {
            let _ = self.connection.reset(stream, H2Code::CANCEL);
        }
        self.transmit(usize::MAX);
        let (mut rest, mut taken) = (&self.sent[PREFACE.len()..self.taken.max(PREFACE.len())], 0);
        while let Some((front, behind)) = rest.split_first_chunk::<FRAME_HEADER>() {
            let header = FrameHeader::read(front);
            if header.kind == kind::DATA {
                taken += header.length as i64;
            }
            rest = behind.get(header.length..).unwrap_or_default();
        }
        let window = i64::from(limits().connection_window);
        let left = window - taken + self.given_back - i64::from(window as u32 - 65_535);
        assert!(left <= window, "{left}");
        assert!(left * 2 >= window - 1, "{left}");
    }
}

/// The events of a client's bytes, shown in pieces of `step` to a driver that only looks.
fn look(sent: &[u8], step: usize) -> Vec<H2Event> {
    let mut connection = H2Connection::new(limits(), Duration::ZERO);
    let (mut events, mut out, mut taken, mut end) = (Vec::new(), Vec::new(), 0, 0);
    while end < sent.len() {
        end = sent.len().min(end + step);
        loop {
            let more = connection.handle_bytes(&sent[taken..end], Duration::ZERO);
            taken += more;
            events.extend(std::iter::from_fn(|| connection.poll_event()));
            out.clear();
            let _ = connection.poll_transmit(&mut out, usize::MAX);
            if more == 0 {
                break;
            }
        }
    }
    events
}

fuzz_target!(|input: &[u8]| {
    let mut run = Run {
        input,
        connection: H2Connection::new(limits(), Duration::ZERO),
        now: Duration::ZERO,
        sent: PREFACE.to_vec(),
        taken: 0,
        told: BTreeMap::new(),
        has_failed: false,
        initial: 65_535,
        granted: 0,
        received: 0,
        given_back: 0,
        streams: BTreeMap::new(),
        decoder: HpackDecoder::new(usize::MAX),
        next_stream: 1,
    };
    run.send(kind::SETTINGS, 0, None, b"");
    while run.step().is_some() {}
    run.feed();
    run.events();
    run.connection.handle_end();
    run.events();
    run.transmit(usize::MAX);
    run.events();
    if !run.has_failed {
        run.check_window();
    }
    if run.sent.len() < 20_000 {
        assert_eq!(
            look(&run.sent, usize::MAX),
            look(&run.sent, 1),
            "by the byte"
        );
    }
});
