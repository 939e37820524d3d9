//! Frames (RFC 9113 sections 4 and 6): from bytes, without a copy, and to bytes.
//!
//! Owns: the layout of frames and what a single frame can be wrong in by itself. Does not own: whether
//! a frame may come now (`connection`), values of settings, compression. Invariant: decoding looks at
//! nothing but the frame. Threading: plain values.

use super::reason::{H2Code, H2Fault, H2Reason};
use super::stream_id::{MAX_31, StreamId};

/// Bytes of a frame header.
pub const FRAME_HEADER: usize = 9;
/// The largest payload that is accepted and sent: the initial SETTINGS_MAX_FRAME_SIZE.
pub const MAX_FRAME_SIZE: usize = 16_384;
/// Numbers of the frame types.
pub mod kind {
    /// Content of a message.
    pub const DATA: u8 = 0;
    /// A field block.
    pub const HEADERS: u8 = 1;
    /// Deprecated, ignored.
    pub const PRIORITY: u8 = 2;
    /// The end of a stream.
    pub const RST_STREAM: u8 = 3;
    /// Settings of the sender.
    pub const SETTINGS: u8 = 4;
    /// A request that the server makes up.
    pub const PUSH_PROMISE: u8 = 5;
    /// A question that has to be answered.
    pub const PING: u8 = 6;
    /// The sender takes no more streams.
    pub const GOAWAY: u8 = 7;
    /// More DATA may be sent.
    pub const WINDOW_UPDATE: u8 = 8;
    /// More of a field block.
    pub const CONTINUATION: u8 = 9;
}

/// Flags of frames.
pub mod flag {
    /// Of SETTINGS and PING.
    pub const ACK: u8 = 0x1;
    /// Of DATA and HEADERS: nothing follows on the stream.
    pub const END_STREAM: u8 = 0x1;
    /// Of HEADERS and CONTINUATION: the field block is complete.
    pub const END_HEADERS: u8 = 0x4;
    /// Of DATA and HEADERS.
    pub const PADDED: u8 = 0x8;
    /// Of HEADERS.
    pub const PRIORITY: u8 = 0x20;
}

/// The nine bytes in front of each payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Bytes of the payload.
    pub length: usize,
    /// A number of [`kind`], or another.
    pub kind: u8,
    /// Bits of [`flag`].
    pub flags: u8,
    /// The stream; `None` is stream 0, the connection.
    pub stream: Option<StreamId>,
}

impl FrameHeader {
    /// Reads a header. The reserved bit is ignored.
    #[must_use]
    pub fn read(bytes: &[u8; FRAME_HEADER]) -> Self {
        let [a, b, c, kind, flags, stream @ ..] = *bytes;
        Self {
            length: u32::from_be_bytes([0, a, b, c]) as usize,
            kind,
            flags,
            stream: StreamId::new(u32::from_be_bytes(stream) & MAX_31),
        }
    }

    /// Appends the header.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.length as u32).to_be_bytes()[1..]);
        out.extend_from_slice(&[self.kind, self.flags]);
        let stream = self.stream.map_or(0, StreamId::number);
        out.extend_from_slice(&stream.to_be_bytes());
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A frame, with its payload where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// DATA.
    Data {
        /// The stream.
        stream: StreamId,
        /// The content, without padding.
        data: &'a [u8],
        /// What counts for flow control: the content and all of the padding.
        flow: usize,
        /// END_STREAM.
        is_end: bool,
    },
    /// HEADERS; its priority is skipped.
    Headers {
        /// The stream.
        stream: StreamId,
        /// The field block, or the beginning of it.
        block: &'a [u8],
        /// END_STREAM.
        is_end: bool,
        /// END_HEADERS.
        is_whole: bool,
    },
    /// PRIORITY, which says nothing any more.
    Priority,
    /// RST_STREAM.
    ResetStream {
        /// The stream.
        stream: StreamId,
        /// Why.
        code: H2Code,
    },
    /// SETTINGS without ACK.
    Settings(SettingsPayload<'a>),
    /// SETTINGS with ACK.
    SettingsAck,
    /// PUSH_PROMISE.
    PushPromise,
    /// PING.
    Ping {
        /// It answers one of ours.
        is_ack: bool,
        /// What has to come back.
        data: [u8; 8],
    },
    /// GOAWAY.
    GoAway {
        /// Why.
        code: H2Code,
    },
    /// WINDOW_UPDATE.
    WindowUpdate {
        /// The stream, or the connection.
        stream: Option<StreamId>,
        /// May be 0, which is an error.
        increment: u32,
    },
    /// CONTINUATION.
    Continuation {
        /// The stream.
        stream: StreamId,
        /// More of the field block.
        block: &'a [u8],
        /// END_HEADERS.
        is_whole: bool,
    },
    /// A type that nobody knows, which is to be ignored.
    Unknown,
}

/// The settings in a SETTINGS frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsPayload<'a>(&'a [u8]);

impl SettingsPayload<'_> {
    /// Identifiers and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u16, u32)> + '_ {
        self.0.chunks_exact(6).map(|entry| match *entry {
            [a, b, c, d, e, f] => (u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f])),
            _ => (0, 0), // chunks have six bytes
        })
    }
}

/// Decodes a frame whose payload is all there.
///
/// # Errors
/// What is wrong with it, whatever came before.
pub fn decode(header: FrameHeader, payload: &[u8]) -> Result<Frame<'_>, H2Fault> {
    match header.kind {
        kind::DATA => {
            let stream = needs_stream(header)?;
            Ok(Frame::Data {
                stream,
                data: unpadded(header, payload)?,
                flow: payload.len(),
                is_end: header.has(flag::END_STREAM),
            })
        }
        kind::HEADERS => decode_headers(header, payload),
        kind::PRIORITY => {
            let stream = needs_stream(header)?;
            match payload.len() {
                5 => Ok(Frame::Priority),
                _ => Err(H2Fault::Stream(stream, H2Reason::FrameLength)),
            }
        }
        kind::RST_STREAM => {
            let stream = needs_stream(header)?;
            let code = H2Code(u32::from_be_bytes(fixed(payload)?));
            Ok(Frame::ResetStream { stream, code })
        }
        kind::SETTINGS => decode_settings(header, payload),
        kind::PUSH_PROMISE => Ok(Frame::PushPromise),
        kind::PING => {
            needs_connection(header)?;
            Ok(Frame::Ping {
                is_ack: header.has(flag::ACK),
                data: fixed(payload)?,
            })
        }
        kind::GOAWAY => {
            needs_connection(header)?;
            match payload {
                [_, _, _, _, a, b, c, d, ..] => Ok(Frame::GoAway {
                    code: H2Code(u32::from_be_bytes([*a, *b, *c, *d])),
                }),
                _ => Err(H2Fault::Connection(H2Reason::FrameLength)),
            }
        }
        kind::WINDOW_UPDATE => Ok(Frame::WindowUpdate {
            stream: header.stream,
            increment: u32::from_be_bytes(fixed(payload)?) & MAX_31,
        }),
        kind::CONTINUATION => Ok(Frame::Continuation {
            stream: needs_stream(header)?,
            block: payload,
            is_whole: header.has(flag::END_HEADERS),
        }),
        _ => Ok(Frame::Unknown),
    }
}

fn decode_headers(header: FrameHeader, payload: &[u8]) -> Result<Frame<'_>, H2Fault> {
    let stream = needs_stream(header)?;
    let mut block = unpadded(header, payload)?;
    if header.has(flag::PRIORITY) {
        block = block
            .get(5..)
            .ok_or(H2Fault::Connection(H2Reason::FrameLength))?;
    }
    Ok(Frame::Headers {
        stream,
        block,
        is_end: header.has(flag::END_STREAM),
        is_whole: header.has(flag::END_HEADERS),
    })
}

fn decode_settings(header: FrameHeader, payload: &[u8]) -> Result<Frame<'_>, H2Fault> {
    needs_connection(header)?;
    let is_ack = header.has(flag::ACK);
    if payload.len() % 6 != 0 || (is_ack && !payload.is_empty()) {
        return Err(H2Fault::Connection(H2Reason::FrameLength));
    }
    if is_ack {
        Ok(Frame::SettingsAck)
    } else {
        Ok(Frame::Settings(SettingsPayload(payload)))
    }
}

fn needs_stream(header: FrameHeader) -> Result<StreamId, H2Fault> {
    header
        .stream
        .ok_or(H2Fault::Connection(H2Reason::StreamZero))
}

fn needs_connection(header: FrameHeader) -> Result<(), H2Fault> {
    match header.stream {
        None => Ok(()),
        Some(_) => Err(H2Fault::Connection(H2Reason::NotStreamZero)),
    }
}

/// A payload of a fixed length.
fn fixed<const N: usize>(payload: &[u8]) -> Result<[u8; N], H2Fault> {
    payload
        .try_into()
        .map_err(|_| H2Fault::Connection(H2Reason::FrameLength))
}

/// The payload without its padding, whose bytes may be anything.
fn unpadded(header: FrameHeader, payload: &[u8]) -> Result<&[u8], H2Fault> {
    if !header.has(flag::PADDED) {
        return Ok(payload);
    }
    let (padding, rest) = payload
        .split_first()
        .ok_or(H2Fault::Connection(H2Reason::FrameLength))?;
    let length = rest.len().checked_sub(usize::from(*padding));
    length
        .and_then(|length| rest.get(..length))
        .ok_or(H2Fault::Connection(H2Reason::Padding))
}

/// Appends a frame whose payload is at hand.
pub fn write(out: &mut Vec<u8>, kind: u8, flags: u8, stream: Option<StreamId>, payload: &[u8]) {
    let header = FrameHeader {
        length: payload.len(),
        kind,
        flags,
        stream,
    };
    header.write(out);
    out.extend_from_slice(payload);
}

/// Appends a field block as one HEADERS frame and the CONTINUATION frames that it needs.
pub(crate) fn write_block(out: &mut Vec<u8>, stream: StreamId, is_end: bool, block: &[u8]) {
    let (mut kind, mut flags) = (kind::HEADERS, if is_end { flag::END_STREAM } else { 0 });
    let mut rest = block;
    loop {
        let (piece, behind) = rest.split_at(rest.len().min(MAX_FRAME_SIZE));
        if behind.is_empty() {
            flags |= flag::END_HEADERS;
        }
        write(out, kind, flags, Some(stream), piece);
        if behind.is_empty() {
            return;
        }
        (kind, flags, rest) = (self::kind::CONTINUATION, 0, behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_9113_4_1_a_header_comes_back_without_its_reserved_bit() {
        let header = FrameHeader {
            length: 0x01_02_03,
            kind: 9,
            flags: 0xAB,
            stream: StreamId::new(MAX_31),
        };
        let mut out = Vec::new();
        header.write(&mut out);
        assert_eq!(out, [1, 2, 3, 9, 0xAB, 0x7F, 0xFF, 0xFF, 0xFF]);
        out[5] |= 0x80;
        assert_eq!(FrameHeader::read(out[..].try_into().unwrap()), header);
    }

    #[test]
    fn rfc_9113_6_2_long_blocks_continue_in_frames_of_the_largest_size() {
        let stream = StreamId::new(1).unwrap();
        for (length, frames) in [(0, 1), (16_384, 1), (16_385, 2), (40_000, 3)] {
            let mut out = Vec::new();
            write_block(&mut out, stream, true, &vec![7; length]);
            let mut rest = &out[..];
            let mut seen = Vec::new();
            while let Some((front, behind)) = rest.split_first_chunk::<FRAME_HEADER>() {
                let header = FrameHeader::read(front);
                seen.push((header.kind, header.flags, header.length));
                rest = &behind[header.length..];
            }
            assert_eq!(seen.len(), frames);
            assert_eq!(
                seen.iter().map(|(.., length)| length).sum::<usize>(),
                length
            );
            let last = seen.len() - 1;
            for (at, (kind, flags, _)) in seen.into_iter().enumerate() {
                assert_eq!(kind, if at == 0 { 1 } else { 9 });
                assert_eq!(flags & flag::END_STREAM != 0, at == 0);
                assert_eq!(flags & flag::END_HEADERS != 0, at == last);
            }
        }
    }
}
