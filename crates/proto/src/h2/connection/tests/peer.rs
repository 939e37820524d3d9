//! A client of raw frames, and what it and the driver see as text.
//!
//! Owns: building frames by hand, reading those of the connection. Does not use the encoder of the crate,
//! so that a mistake there does not hide one here.

use std::time::Duration;

use crate::h2::connection::PREFACE;
use crate::h2::hpack::HpackDecoder;
use crate::h2::{EndCause, FieldSection, H2Code, H2Connection, H2Event, H2Limits, StreamId};

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const PRIORITY: u8 = 2;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PUSH_PROMISE: u8 = 5;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const ES: u8 = 0x1;
pub(super) const EH: u8 = 0x4;
pub(super) const PADDED: u8 = 0x8;
pub(super) const PRIO: u8 = 0x20;

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend(payload);
    out
}

/// A field block of literals that are in no table.
pub(super) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let raw: Vec<(&[u8], &[u8])> = fields
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    raw_block(&raw)
}

pub(super) fn raw_block(fields: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        out.push(0);
        for part in [name, value] {
            assert!(part.len() < 127);
            out.push(part.len() as u8);
            out.extend(*part);
        }
    }
    out
}

pub(super) const GET_FIELDS: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "a"),
    (":path", "/"),
];
pub(super) const POST_FIELDS: [(&str, &str); 4] = [
    (":method", "POST"),
    (":scheme", "https"),
    (":authority", "a"),
    (":path", "/"),
];

/// The fields of a GET with more behind them.
pub(super) fn get_with(more: &[(&str, &str)]) -> Vec<u8> {
    headers(1, ES, &[&GET_FIELDS[..], more].concat())
}

pub(super) fn headers(stream: u32, flags: u8, fields: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, flags | EH, stream, &block(fields))
}

pub(super) fn get(stream: u32) -> Vec<u8> {
    headers(stream, ES, &GET_FIELDS)
}

/// A request whose content follows.
pub(super) fn post(stream: u32) -> Vec<u8> {
    headers(stream, 0, &POST_FIELDS)
}

/// As [`post`], with Content-Length.
pub(super) fn post_of(stream: u32, length: &str) -> Vec<u8> {
    let length = [("content-length", length)];
    headers(stream, 0, &[&POST_FIELDS[..], &length].concat())
}

pub(super) fn data(stream: u32, flags: u8, bytes: &[u8]) -> Vec<u8> {
    frame(DATA, flags, stream, bytes)
}

pub(super) fn settings(entries: &[(u16, u32)]) -> Vec<u8> {
    let entries = entries.iter().map(|(id, value)| {
        let (id, value) = (id.to_be_bytes(), value.to_be_bytes());
        [&id[..], &value].concat()
    });
    frame(SETTINGS, 0, 0, &entries.collect::<Vec<_>>().concat())
}

pub(super) fn window(stream: u32, increment: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &increment.to_be_bytes())
}

pub(super) fn reset(stream: u32, code: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &code.to_be_bytes())
}

pub(super) fn ping() -> Vec<u8> {
    frame(PING, 0, 0, b"12345678")
}

pub(super) fn id(stream: u32) -> StreamId {
    StreamId::new(stream).unwrap()
}

/// A client and the driver of its connection.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) connection: H2Connection,
    pub(super) now: Duration,
    /// What the connection has not taken.
    waiting: Vec<u8>,
    events: Vec<String>,
    /// What was sent to the client.
    pub(super) received: Vec<u8>,
    decoder: HpackDecoder,
    /// The requests that came.
    pub(super) requests: Vec<FieldSection>,
}

impl Peer {
    /// Nothing has been sent or received.
    pub(super) fn new(limits: H2Limits) -> Self {
        Self {
            connection: H2Connection::new(limits, Duration::ZERO),
            now: Duration::ZERO,
            waiting: Vec::new(),
            events: Vec::new(),
            received: Vec::new(),
            decoder: HpackDecoder::new(usize::MAX),
            requests: Vec::new(),
        }
    }

    /// Preface and SETTINGS of both sides are through.
    pub(super) fn started() -> Self {
        Self::started_with(H2Limits::default())
    }

    pub(super) fn started_with(limits: H2Limits) -> Self {
        let mut peer = Self::new(limits);
        let ack = frame(SETTINGS, 1, 0, &[]);
        peer.send(&[&PREFACE[..], &settings(&[]), &ack].concat());
        assert_eq!(peer.events(), "");
        assert!(peer.frames().ends_with("SETTINGS ack"));
        peer
    }

    /// The client sends; what there is to send comes back.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
        loop {
            let taken = self.connection.handle_bytes(&self.waiting, self.now);
            self.waiting.drain(..taken);
            self.drive();
            if taken == 0 || self.waiting.is_empty() {
                return;
            }
        }
    }

    pub(super) fn send_in_steps(&mut self, bytes: &[u8], step: usize) {
        for piece in bytes.chunks(step) {
            self.send(piece);
        }
    }

    /// Takes events and frames.
    pub(super) fn drive(&mut self) {
        self.take_events();
        while let Some(piece) = self
            .connection
            .poll_transmit(&mut self.received, usize::MAX)
        {
            self.received.extend(vec![b'x'; piece.length]);
        }
        self.take_events();
    }

    fn take_events(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            let text = self.event_text(event);
            self.events.push(text);
        }
    }

    fn event_text(&mut self, event: H2Event) -> String {
        match event {
            H2Event::Request {
                stream,
                section,
                is_end,
                ..
            } => {
                let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
                let path = section.path().or(section.authority());
                let line = format!(
                    "request {stream} {} {}{}{}",
                    text(section.method()),
                    text(path.unwrap_or_default()),
                    if section.is_over() { " over" } else { "" },
                    if is_end { " end" } else { "" }
                );
                self.requests.push(section.into_fields());
                line
            }
            H2Event::Content { stream } => format!("content {stream}"),
            H2Event::Trailers { stream, fields } => {
                format!("trailers {stream} {}", fields_text(&fields))
            }
            H2Event::Sent { stream } => format!("sent {stream}"),
            H2Event::Ended { stream, cause } => match cause {
                EndCause::Peer(code) => format!("ended {stream} by peer {code}"),
                EndCause::PeerClosed => format!("ended {stream} by end"),
                EndCause::Fault(reason) => format!("ended {stream} {}", reason.name()),
            },
            H2Event::GoAway { code } => format!("goaway {code}"),
            H2Event::Failed { reason } => format!("failed {}", reason.name()),
            H2Event::Room { stream } => format!("{stream} room"),
        }
    }

    /// The events since the last call.
    pub(super) fn events(&mut self) -> String {
        std::mem::take(&mut self.events).join("; ")
    }

    /// The frames since the last call.
    pub(super) fn frames(&mut self) -> String {
        let received = std::mem::take(&mut self.received);
        let (mut rest, mut texts) = (&received[..], Vec::new());
        while let [a, b, c, kind, flags, e, f, g, h, behind @ ..] = rest {
            let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            let stream = u32::from_be_bytes([*e, *f, *g, *h]);
            let (payload, behind) = behind.split_at(length);
            texts.push(self.frame_text(*kind, *flags, stream, payload));
            rest = behind;
        }
        assert!(rest.is_empty(), "half a frame");
        texts.join("; ")
    }

    fn frame_text(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> String {
        let number = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().unwrap());
        let end = if flags & ES != 0 { " end" } else { "" };
        match kind {
            DATA => format!("DATA {stream} {}{end}", payload.len()),
            HEADERS => {
                assert_eq!(flags & !ES, EH, "the tests have no longer ones");
                let mut fields = FieldSection::new();
                self.decoder.decode(payload, &mut fields).unwrap();
                format!("HEADERS {stream} {}{end}", fields_text(&fields))
            }
            RST_STREAM => format!("RST {stream} {}", H2Code(number(0))),
            SETTINGS if flags & 1 != 0 => "SETTINGS ack".to_owned(),
            SETTINGS => {
                let entries = payload.chunks(6).map(|entry| {
                    let value = u32::from_be_bytes(entry[2..].try_into().unwrap());
                    format!(" {}={value}", entry[1])
                });
                format!("SETTINGS{}", entries.collect::<String>())
            }
            PING => format!("PING{end} {}", String::from_utf8_lossy(payload)),
            GOAWAY => format!("GOAWAY {} {}", number(0), H2Code(number(4))),
            WINDOW_UPDATE => format!("WINDOW {stream} +{}", number(0)),
            other => format!("FRAME {other}"),
        }
    }

    /// Reads at most `most` bytes of content: how many, and whether that was all.
    pub(super) fn read(&mut self, stream: u32, most: usize) -> Option<(usize, bool)> {
        let mut out = vec![0; most];
        let read = self.connection.read_content(id(stream), &mut out)?;
        Some((read.length, read.is_end))
    }

    /// Answers with a status and `length` bytes of content.
    pub(super) fn answer(&mut self, stream: u32, length: u64) {
        let stream = id(stream);
        let fields: [(&[u8], &[u8]); 0] = [];
        self.connection
            .respond(stream, 200, fields.into_iter())
            .unwrap();
        self.connection.offer(stream, length).unwrap();
        self.connection.finish(stream).unwrap();
    }
}

fn fields_text(fields: &FieldSection) -> String {
    let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| format!("{}={}", text(name), text(value)));
    fields.collect::<Vec<_>>().join(" ")
}
