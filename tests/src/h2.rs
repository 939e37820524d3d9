//! A client of HTTP/2 that sends and reads single frames.
//!
//! Owns: the client's side of one connection as frames, with texts for what the server sends. Does not own any
//! expectation, nor flow control: a test grants windows itself. Header compression and frame headers are those of
//! `httpsys-proto`, whose rules have tests of their own.

use std::collections::VecDeque;

use httpsys_core::proto::h2::frame::{self, flag, kind};
use httpsys_core::proto::h2::hpack::{HpackDecoder, HpackEncoder};
use httpsys_core::proto::h2::{FieldSection, H2Code, PREFACE, StreamId};

use crate::client::Client;

/// A frame of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct H2Frame {
    /// Its type.
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// Its stream; 0 for the connection.
    pub stream: u32,
    /// Its payload; of HEADERS, the fields as lines `name: value`.
    pub payload: Vec<u8>,
}

impl H2Frame {
    /// The frame in words: `HEADERS 1 200`, `DATA 1 344`, `DATA 1 0 end`, `RST_STREAM 1 CANCEL`,
    /// `GOAWAY 2147483647 NO_ERROR`.
    #[must_use]
    pub fn text(&self) -> String {
        let stream = self.stream;
        let end = match self.kind {
            kind::DATA | kind::HEADERS if self.flags & flag::END_STREAM != 0 => " end",
            _ => "",
        };
        let number = |at: usize| {
            let bytes = self.payload.get(at..at + 4).expect("four bytes");
            u32::from_be_bytes(bytes.try_into().expect("four bytes"))
        };
        match self.kind {
            kind::DATA => format!("DATA {stream} {}{end}", self.payload.len()),
            kind::HEADERS => match self.field(":status") {
                Some(status) => format!("HEADERS {stream} {status}{end}"),
                None => format!("HEADERS {stream} trailers{end}"),
            },
            kind::RST_STREAM => format!("RST_STREAM {stream} {}", H2Code(number(0))),
            kind::GOAWAY => format!("GOAWAY {} {}", number(0), H2Code(number(4))),
            kind::PING => "PING ack".to_owned(),
            kind::SETTINGS if self.flags & flag::ACK != 0 => "SETTINGS ack".to_owned(),
            kind::SETTINGS => "SETTINGS".to_owned(),
            kind::WINDOW_UPDATE => format!("WINDOW_UPDATE {stream} {}", number(0)),
            other => format!("frame of type {other}"),
        }
    }

    /// The value of a field of HEADERS.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.payload).into_owned();
        let mut lines = text.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    }
}

/// A response that was read whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct H2Response {
    /// `:status`.
    pub status: String,
    /// The fields as lines `name: value`.
    pub fields: String,
    /// The content.
    pub body: Vec<u8>,
    /// The frames in words, in order.
    pub frames: Vec<String>,
}

/// See the module head.
#[derive(Debug)]
pub struct H2Client {
    client: Client,
    decoder: HpackDecoder,
    encoder: HpackEncoder,
    next: u32,
    authority: String,
    /// Frames that were read and not asked for.
    kept: VecDeque<H2Frame>,
    /// Frames that are to go out with the next ones.
    together: Option<Vec<u8>>,
}

impl H2Client {
    /// Begins: preface, SETTINGS with these entries, and the acknowledgement of the server's.
    ///
    /// # Panics
    /// If the server does not begin with SETTINGS.
    #[must_use]
    pub fn begin(client: Client, port: u16, settings: &[(u16, u32)]) -> H2Client {
        let mut own = H2Client::begin_in_the_dark(client, port, settings);
        own.acknowledge();
        assert_eq!(own.read().text(), "SETTINGS");
        while own.read().text() != "SETTINGS ack" {}
        own
    }

    /// Begins as a client that has not seen the server's SETTINGS: what it sends until it acknowledges them, it
    /// sends without knowing them. Nothing is read.
    #[must_use]
    pub fn begin_in_the_dark(client: Client, port: u16, settings: &[(u16, u32)]) -> H2Client {
        let mut own = H2Client::over(client, port);
        let mut payload = Vec::new();
        for (id, value) in settings {
            payload.extend_from_slice(&id.to_be_bytes());
            payload.extend_from_slice(&value.to_be_bytes());
        }
        let mut out = PREFACE.to_vec();
        frame::write(&mut out, kind::SETTINGS, 0, None, &payload);
        own.client.send(out);
        own
    }

    /// Nothing is sent, not even the preface.
    #[must_use]
    pub fn over(client: Client, port: u16) -> H2Client {
        H2Client {
            client,
            decoder: HpackDecoder::new(1 << 20),
            encoder: HpackEncoder::new(),
            next: 1,
            authority: format!("localhost:{port}"),
            kept: VecDeque::new(),
            together: None,
        }
    }

    /// Acknowledges the server's SETTINGS.
    pub fn acknowledge(&mut self) {
        self.send(kind::SETTINGS, flag::ACK, 0, &[]);
    }

    /// The connection below.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Sends a frame.
    ///
    /// # Panics
    /// If the connection is broken.
    pub fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let stream = StreamId::new(stream);
        if let Some(out) = &mut self.together {
            return frame::write(out, kind, flags, stream, payload);
        }
        let mut out = Vec::new();
        frame::write(&mut out, kind, flags, stream, payload);
        self.client.send(out);
    }

    /// What `say` sends goes out in one write: the server reads it at once.
    pub fn together<R>(&mut self, say: impl FnOnce(&mut H2Client) -> R) -> R {
        self.together = Some(Vec::new());
        let said = say(self);
        if let Some(frames) = self.together.take() {
            self.client.send(frames);
        }
        said
    }

    /// Opens a stream with a request; `is_end`: it has no content. Returns its number.
    pub fn request(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        is_end: bool,
    ) -> u32 {
        let stream = self.next;
        self.next += 2;
        let authority = self.authority.clone();
        let pseudo = [
            (":method", method),
            (":scheme", "https"),
            (":authority", &*authority),
            (":path", path),
        ];
        let fields: Vec<(&str, &str)> = pseudo.iter().chain(fields).copied().collect();
        self.fields(stream, &fields, is_end);
        stream
    }

    /// Sends a field block on a stream, in as many frames as it needs.
    pub fn fields(&mut self, stream: u32, fields: &[(&str, &str)], is_end: bool) {
        let mut block = Vec::new();
        self.encoder.begin(&mut block);
        for (name, value) in fields {
            self.encoder
                .field(name.as_bytes(), value.as_bytes(), &mut block);
        }
        let end = if is_end { flag::END_STREAM } else { 0 };
        let pieces: Vec<&[u8]> = block.chunks(16_384).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let last = if at + 1 == pieces.len() {
                flag::END_HEADERS
            } else {
                0
            };
            match at {
                0 => self.send(kind::HEADERS, last | end, stream, piece),
                _ => self.send(kind::CONTINUATION, last, stream, piece),
            }
        }
    }

    /// `GET path`, complete.
    pub fn get(&mut self, path: &str) -> u32 {
        self.request("GET", path, &[], true)
    }

    /// Sends content.
    pub fn data(&mut self, stream: u32, bytes: &[u8], is_end: bool) {
        let end = if is_end { flag::END_STREAM } else { 0 };
        self.send(kind::DATA, end, stream, bytes);
    }

    /// Resets a stream.
    pub fn reset(&mut self, stream: u32, code: H2Code) {
        self.send(kind::RST_STREAM, 0, stream, &code.0.to_be_bytes());
    }

    /// Grants a window; 0 is that of the connection.
    pub fn grant(&mut self, stream: u32, bytes: u32) {
        self.send(kind::WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes());
    }

    /// The next frame, whatever it is.
    ///
    /// # Panics
    /// If the connection ends, or a field block is none.
    pub fn read(&mut self) -> H2Frame {
        if let Some(kept) = self.kept.pop_front() {
            return kept;
        }
        let head = self.client.read_exactly(9);
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let number = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = self.client.read_exactly(length);
        if head[3] == kind::HEADERS {
            assert_ne!(head[4] & flag::END_HEADERS, 0, "a block of one frame");
            let mut fields = FieldSection::new();
            let decoded = self.decoder.decode(&payload, &mut fields);
            assert!(decoded.is_ok(), "a field block");
            let lines = fields.iter().map(|(name, value)| {
                let (name, value) = (
                    String::from_utf8_lossy(name),
                    String::from_utf8_lossy(value),
                );
                format!("{name}: {value}\n")
            });
            payload = lines.collect::<String>().into_bytes();
        }
        H2Frame {
            kind: head[3],
            flags: head[4],
            stream: number,
            payload,
        }
    }

    /// The next frame but those of windows.
    pub fn next_frame(&mut self) -> H2Frame {
        loop {
            let frame = self.read();
            if frame.kind != kind::WINDOW_UPDATE {
                return frame;
            }
        }
    }

    /// The next frame but those of windows, in words.
    pub fn next_text(&mut self) -> String {
        self.next_frame().text()
    }

    /// Reads a response to the end of its stream, and grants what it takes. Frames of other streams are kept.
    ///
    /// # Panics
    /// As [`H2Client::read`].
    pub fn response(&mut self, stream: u32) -> H2Response {
        let mut response = H2Response::default();
        let mut others = Vec::new();
        loop {
            let frame = self.next_frame();
            if frame.stream != stream {
                if frame.kind == kind::DATA && !frame.payload.is_empty() {
                    // The window of the connection is not theirs to use up.
                    self.grant(0, frame.payload.len() as u32);
                }
                others.push(frame);
                continue;
            }
            response.frames.push(frame.text());
            match frame.kind {
                kind::HEADERS => {
                    response.status = frame.field(":status").unwrap_or_default();
                    response.fields = String::from_utf8_lossy(&frame.payload).into_owned();
                }
                kind::DATA => {
                    response.body.extend_from_slice(&frame.payload);
                    let length = frame.payload.len() as u32;
                    if length > 0 {
                        self.grant(0, length);
                        self.grant(stream, length);
                    }
                }
                _ => break,
            }
            if frame.flags & flag::END_STREAM != 0 {
                break;
            }
        }
        others
            .into_iter()
            .rev()
            .for_each(|other| self.kept.push_front(other));
        response
    }

    /// Shows that the connection lives: a PING comes back behind everything else that was sent.
    ///
    /// # Panics
    /// If something else comes.
    pub fn assert_quiet(&mut self) {
        self.send(kind::PING, 0, 0, b"12345678");
        assert_eq!(self.next_text(), "PING ack");
    }
}
