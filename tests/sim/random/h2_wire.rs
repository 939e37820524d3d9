//! The frames of a client's connection.
//!
//! Owns: bytes from frames and back, and how the connection ends. Does not own: what is said (`h2_client.rs`). Header
//! compression and the forms of frames are those of `httpsys-proto`, whose rules have tests of their own.

use std::io::{ErrorKind, Read, Write};

use httpsys_proto::h2::frame::{self, FRAME_HEADER, FrameHeader, MAX_FRAME_SIZE, flag, kind};
use httpsys_proto::h2::hpack::{HpackDecoder, HpackEncoder};
use httpsys_proto::h2::{FieldSection, PREFACE, StreamId};

use crate::client::Clients;
use crate::line::Line;

/// See the module head.
pub(crate) struct H2Wire<'a> {
    pub(crate) line: Line<'a>,
    inbox: Vec<u8>,
    used: usize,
    out: Vec<u8>,
    encoder: HpackEncoder,
    decoder: HpackDecoder,
    /// Nothing more comes from the service.
    pub(crate) has_ended: bool,
    /// Nothing more can be sent.
    pub(crate) is_shut: bool,
}

/// A frame of the service, with the bytes that it is on the wire.
pub(crate) struct Received {
    pub(crate) header: FrameHeader,
    pub(crate) payload: Vec<u8>,
}

impl<'a> H2Wire<'a> {
    /// With the preface on its way.
    pub(crate) fn connect(clients: &'a Clients) -> H2Wire<'a> {
        H2Wire {
            line: Line::connect(clients),
            inbox: Vec::new(),
            used: 0,
            out: PREFACE.to_vec(),
            encoder: HpackEncoder::new(),
            decoder: HpackDecoder::new(1 << 20),
            has_ended: false,
            is_shut: false,
        }
    }

    pub(crate) fn push(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        if !self.is_shut {
            frame::write(&mut self.out, kind, flags, StreamId::new(stream), payload);
        }
    }

    /// A field block; `cut`: so much of it is in HEADERS.
    pub(crate) fn push_fields(
        &mut self,
        stream: u32,
        fields: &[(&str, &str)],
        is_end: bool,
        cut: Option<u64>,
    ) {
        let mut block = Vec::new();
        self.encoder.begin(&mut block);
        for (name, value) in fields {
            let (name, value) = (name.as_bytes(), value.as_bytes());
            self.encoder.field(name, value, &mut block);
        }
        let end = if is_end { flag::END_STREAM } else { 0 };
        match cut.and_then(|at| block.split_at_checked(at as usize)) {
            Some((first, rest)) => {
                self.push(kind::HEADERS, end, stream, first);
                self.push(kind::CONTINUATION, flag::END_HEADERS, stream, rest);
            }
            None => self.push(kind::HEADERS, end | flag::END_HEADERS, stream, &block),
        }
    }

    /// The fields of a block, which has to be whole in its frame.
    pub(crate) fn fields(&mut self, frame: &Received) -> Vec<(String, String)> {
        assert_ne!(
            frame.header.flags & flag::END_HEADERS,
            0,
            "a part of a block"
        );
        let mut section = FieldSection::new();
        let decoded = self.decoder.decode(&frame.payload, &mut section);
        assert!(decoded.is_ok(), "a field block that is none");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let fields = section.iter();
        fields
            .map(|(name, value)| (text(name), text(value)))
            .collect()
    }

    /// How much waits to be sent.
    pub(crate) fn unsent(&self) -> usize {
        self.out.len()
    }

    /// Hands over what the network takes.
    pub(crate) fn flush(&mut self) {
        let mut at = 0;
        while !self.is_shut {
            let left = &self.out[at..];
            let written = match left {
                [] => self.line.stream.flush().map(|()| 0),
                left => self.line.stream.write(left),
            };
            match written {
                Ok(_) if left.is_empty() => break,
                Ok(n) => at += n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // What came before can still be read.
                Err(_) => self.is_shut = true,
            }
        }
        self.out.drain(..at);
    }

    /// Ends the sending side in order, once all is out.
    pub(crate) fn end_sending(&mut self) {
        // Whoever writes and does not read may wait for ever.
        while !self.is_shut && !self.has_ended {
            self.flush();
            if self.unsent() == 0 {
                break;
            }
            if !self.read(4_096) {
                self.line.wait();
            }
        }
        while let Err(error) = self.line.stream.end_sending() {
            if error.kind() != ErrorKind::WouldBlock {
                break;
            }
            self.line.wait();
        }
        self.is_shut = true;
    }

    /// Reads once. `false`: nothing is there.
    pub(crate) fn read(&mut self, most: usize) -> bool {
        if self.has_ended {
            return false;
        }
        let length = self.inbox.len();
        self.inbox.resize(length + most, 0);
        let read = self.line.stream.read(&mut self.inbox[length..]);
        let got = read.as_ref().map_or(0, |n| *n);
        self.inbox.truncate(length + got);
        match read {
            Ok(0) => self.has_ended = true,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
            Err(_) => (self.has_ended, self.is_shut) = (true, true),
        }
        true
    }

    /// The next frame that is whole.
    pub(crate) fn next(&mut self) -> Option<Received> {
        let bytes = &self.inbox[self.used..];
        let header = FrameHeader::read(bytes.first_chunk::<FRAME_HEADER>()?);
        assert!(header.length <= MAX_FRAME_SIZE, "a frame is too long");
        let payload = bytes[FRAME_HEADER..].get(..header.length)?.to_vec();
        self.used += FRAME_HEADER + header.length;
        if self.used > 20_000 {
            self.inbox.drain(..self.used);
            self.used = 0;
        }
        Some(Received { header, payload })
    }
}
