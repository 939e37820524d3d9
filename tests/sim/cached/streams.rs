//! A client that speaks HTTP/2, in clear text: all requests of a step at once, each on a stream of its own.
//!
//! Owns: one connection, its frames and its windows. Does not own: what is asked and what must come of it. What a
//! stream says is given the form of HTTP/1, so that the same checks judge it: names with their capital letters, and the
//! reasons of the statuses that the cache makes. Header compression and the forms of frames are those of
//! `httpsys-proto`, whose rules have tests of their own. Threading: the main thread.

use std::collections::BTreeMap;
use std::io::Read;

use httpsys_proto::h2::frame::{self, FRAME_HEADER, FrameHeader, MAX_FRAME_SIZE, flag, kind};
use httpsys_proto::h2::hpack::{HpackDecoder, HpackEncoder};
use httpsys_proto::h2::{FieldSection, PREFACE, StreamId};
use httpsys_sim::Client;

use crate::script::Item;
use crate::wire::Answer;

const INITIAL_WINDOW: u16 = 4;

/// See the module head.
pub(crate) struct Streams {
    client: Client,
    encoder: HpackEncoder,
    decoder: HpackDecoder,
    unread: Vec<u8>,
    /// What is to be said before more is read.
    out: Vec<u8>,
    /// Content that was taken and not granted again, of the connection and of streams that go on.
    taken: BTreeMap<u32, u32>,
    next: u32,
    /// The highest stream of the service's GOAWAY.
    last: Option<u32>,
    has_ended: bool,
    /// What is asked for, by stream: its place among the requests, and what has come.
    asked: BTreeMap<u32, (usize, Option<Answer>)>,
}

impl Streams {
    /// A connection whose streams have this window at first.
    pub(crate) fn begin(client: Client, window: u32) -> Streams {
        let mut out = PREFACE.to_vec();
        let mut settings = INITIAL_WINDOW.to_be_bytes().to_vec();
        settings.extend(window.to_be_bytes());
        frame::write(&mut out, kind::SETTINGS, 0, None, &settings);
        Streams {
            client,
            encoder: HpackEncoder::new(),
            decoder: HpackDecoder::new(1 << 20),
            unread: Vec::new(),
            out,
            taken: BTreeMap::new(),
            next: 1,
            last: None,
            has_ended: false,
            asked: BTreeMap::new(),
        }
    }

    /// Sends those of the requests that stand at these places.
    pub(crate) fn send(&mut self, items: &[Item], places: impl Iterator<Item = usize>) {
        let mut out = std::mem::take(&mut self.out);
        for place in places {
            let item = &items[place];
            let stream = StreamId::new(self.next);
            let mut block = Vec::new();
            self.encoder.begin(&mut block);
            for (name, value) in item.stream_fields() {
                let (name, value) = (name.as_bytes(), value.as_bytes());
                self.encoder.field(name, value, &mut block);
            }
            let is_bare = item.body.is_empty() && !item.ends_late;
            let end = if is_bare { flag::END_STREAM } else { 0 };
            let flags = end | flag::END_HEADERS;
            frame::write(&mut out, kind::HEADERS, flags, stream, &block);
            if !is_bare {
                let body = item.body.as_bytes();
                frame::write(&mut out, kind::DATA, flag::END_STREAM, stream, body);
            }
            self.asked.insert(self.next, (place, None));
            self.next += 2;
        }
        self.client.send(out);
    }

    /// No request is sent here any more.
    pub(crate) fn is_going(&self) -> bool {
        self.last.is_some() || self.has_ended
    }

    /// Reads until each request has its answer, or will not get it here; each with its place.
    pub(crate) fn read(&mut self) -> Vec<(usize, Answer)> {
        let is_open = |(stream, (_, answer)): (&u32, &(usize, Option<Answer>)), last| {
            *stream <= last && answer.as_ref().is_none_or(|answer| !answer.is_last)
        };
        loop {
            let unread = std::mem::take(&mut self.unread);
            let mut rest = &*unread;
            while let Some((header, payload, behind)) = next_frame(rest) {
                self.hear(header, payload);
                rest = behind;
            }
            self.unread = rest.to_vec();
            let last = self.last.unwrap_or(u32::MAX);
            if !self.asked.iter().any(|asked| is_open(asked, last)) {
                break;
            }
            self.grant();
            assert!(!self.has_ended, "streams without an end: {:?}", self.asked);
            let mut bytes = [0; 16_384];
            let read = self.client.read(&mut bytes);
            let read = read.unwrap_or_else(|error| panic!("{error}: {:?}", self.asked));
            self.has_ended = read == 0;
            self.unread.extend_from_slice(&bytes[..read]);
        }
        let asked = std::mem::take(&mut self.asked).into_values();
        let answers = asked.filter_map(|(place, answer)| {
            // An end of a stream is not one of the connection.
            let is_last = false;
            answer.map(|answer| (place, Answer { is_last, ..answer }))
        });
        answers.collect()
    }

    fn hear(&mut self, header: FrameHeader, payload: &[u8]) {
        let stream = header.stream.map_or(0, StreamId::number);
        let is_end = header.flags & flag::END_STREAM != 0;
        match header.kind {
            kind::SETTINGS if header.flags & flag::ACK == 0 => {
                frame::write(&mut self.out, kind::SETTINGS, flag::ACK, None, &[]);
            }
            kind::HEADERS => {
                assert_ne!(header.flags & flag::END_HEADERS, 0, "a part of a block");
                let mut section = FieldSection::new();
                let decoded = self.decoder.decode(payload, &mut section);
                assert!(decoded.is_ok(), "a field block that is none");
                let (status, lines) = lines(&section);
                let answer = self.answer(stream);
                // An interim response, or trailers, which nobody sends.
                if status >= 200 {
                    assert!(answer.is_none(), "two heads: {answer:?}");
                    *answer = Some(Answer {
                        status,
                        lines,
                        body: Vec::new(),
                        is_last: is_end,
                        of_stream: true,
                    });
                }
            }
            kind::DATA => {
                let Some(answer) = self.answer(stream) else {
                    panic!("content before a head on stream {stream}");
                };
                assert!(!answer.is_last, "content behind the end of stream {stream}");
                answer.body.extend_from_slice(payload);
                answer.is_last = is_end;
                let taken = payload.len() as u32;
                *self.taken.entry(0).or_default() += taken;
                if is_end {
                    self.taken.remove(&stream);
                } else {
                    *self.taken.entry(stream).or_default() += taken;
                }
            }
            kind::RST_STREAM => self.hear_reset(stream, payload),
            kind::GOAWAY => {
                let last = payload.first_chunk::<4>().expect("a stream");
                self.last = Some(u32::from_be_bytes(*last));
            }
            _ => {}
        }
    }

    fn hear_reset(&mut self, stream: u32, code: &[u8]) {
        self.taken.remove(&stream);
        // Behind the end it only says that no more content is wanted (H2X-011).
        let Some((_, answer)) = self.asked.get_mut(&stream) else {
            return;
        };
        if answer.as_ref().is_none_or(|answer| !answer.is_last) {
            *answer = Some(Answer {
                status: 0,
                lines: vec![format!("reset with {code:?}")],
                body: Vec::new(),
                is_last: true,
                of_stream: true,
            });
        }
    }

    fn answer(&mut self, stream: u32) -> &mut Option<Answer> {
        let asked = self.asked.get_mut(&stream);
        let Some((_, answer)) = asked else {
            panic!("nobody has opened stream {stream}");
        };
        answer
    }

    /// Makes the windows as large again as they were.
    fn grant(&mut self) {
        for (stream, taken) in std::mem::take(&mut self.taken) {
            let (stream, taken) = (StreamId::new(stream), taken.to_be_bytes());
            if taken != [0; 4] {
                frame::write(&mut self.out, kind::WINDOW_UPDATE, 0, stream, &taken);
            }
        }
        if !self.out.is_empty() {
            let said = self.client.try_send(std::mem::take(&mut self.out));
            // A service that goes takes nothing any more.
            assert!(said.is_ok() || self.last.is_some(), "{said:?}");
        }
    }
}

/// The frame in front, and what is behind it.
fn next_frame(bytes: &[u8]) -> Option<(FrameHeader, &[u8], &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<FRAME_HEADER>()?;
    let header = FrameHeader::read(header);
    assert!(header.length <= MAX_FRAME_SIZE, "a frame is too long");
    let (payload, rest) = rest.split_at_checked(header.length)?;
    Some((header, payload, rest))
}

/// The status, and the lines that a head would have in HTTP/1.
fn lines(section: &FieldSection) -> (u16, Vec<String>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let mut fields = section.iter();
    let first = fields.next().map(|(name, value)| (text(name), text(value)));
    let (name, status) = first.expect("a status");
    assert_eq!(name, ":status");
    let reason = match &*status {
        "206" => " Partial Content",
        "304" => " Not Modified",
        "416" => " Requested Range Not Satisfiable",
        _ => "",
    };
    let mut lines = vec![format!("{status}{reason}")];
    lines.extend(fields.map(|(name, value)| match &*text(name) {
        "date" => "Date: now".to_owned(),
        name => format!("{}: {}", capitals(name), text(value)),
    }));
    (status.parse().expect("a number"), lines)
}

/// As names are written in HTTP/1.
fn capitals(name: &str) -> String {
    match name {
        "etag" => return "ETag".to_owned(),
        "www-authenticate" => return "WWW-Authenticate".to_owned(),
        _ => {}
    }
    let words = name.split('-').map(|word| {
        assert_eq!(word, word.to_lowercase(), "names have no capital letters");
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}
