//! Request body framing: from bytes on the wire to bytes of the entity.
//!
//! Owns: counting Content-Length and decoding the chunked coding (RFC 9112 section 7.1) as HTTP.sys
//! accepts it: line ends are CRLF only (PRS-028, A-14), chunk sizes have at most 16 significant hex
//! digits (G-022), and extensions and trailer fields are read up to a limit (G-022, G-024). Which of
//! the consumed bytes are trailer fields is told, for who wants to keep them (BDY-020). Does not own:
//! buffers, or what happens to the connection after an error (G-023).
//!
//! Invariants: how the input is split affects neither the entity nor the error; nothing is
//! allocated; once a call has failed, every later call returns the same error. Threading: plain
//! value, one per request.

#[cfg(test)]
mod tests;

use crate::request::Framing;
use crate::scan::is_token;
use std::fmt;

/// Most bytes of trailer fields when the caller names no other limit: the default of
/// `MaxRequestBytes` (G-024).
pub const DEFAULT_TRAILER_LIMIT: u32 = 16_384;
/// Most bytes of one chunk-size line without its line end, leading zeros and extensions counted
/// (G-022).
const CHUNK_LINE_LIMIT: u32 = 4_096;
/// Hex digits of a 64-bit number.
const SIZE_DIGITS: u8 = 16;

/// Result of [`BodyDecoder::decode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes of `input` that are done with.
    pub consumed: usize,
    /// Bytes written to the front of `output`.
    pub produced: usize,
}

/// Why a body cannot be read on. The connection has lost its framing and must be closed (G-023).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// The chunked coding is malformed.
    Framing,
    /// Trailer fields are longer than the limit.
    TrailersTooLong,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Framing => "the chunked request body is malformed",
            Self::TrailersTooLong => "the trailer fields of the request body are too long",
        })
    }
}

impl std::error::Error for BodyError {}

/// Where the decoder stands.
///
/// ```text
/// Length ──────────────────────────────────────────────────────────► Done
/// Size ─► Extension ─► SizeLf ─► Data ─► DataCr ─► DataLf ─► Size
///                        └ size 0 ─► TrailerStart ─► EndLf ─────────► Done
///                                     ▲    └─► TrailerName ─► TrailerValue ─► TrailerLf ┐
///                                     └─────────────────────────────────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DecoderState {
    Length,
    Size,
    /// Blanks after the size: only an extension may follow.
    Blank,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,
    Done,
    Failed(BodyError),
}

/// Decoder of one request body.
#[derive(Clone, Debug)]
pub struct BodyDecoder {
    /// Bytes left of the body (`Length`) or of the chunk; the size while it is being read.
    remaining: u64,
    /// Bytes of the current chunk-size line, or of all trailer fields.
    line: u32,
    trailer_limit: u32,
    /// Significant hex digits read; `any_digit` also counts zeros.
    digits: u8,
    any_digit: bool,
    state: DecoderState,
}

impl BodyDecoder {
    /// A decoder for a body framed as `framing`, with [`DEFAULT_TRAILER_LIMIT`].
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        Self::with_trailer_limit(framing, DEFAULT_TRAILER_LIMIT)
    }

    /// Like [`new`](Self::new); trailer fields may take `limit` bytes with their line ends.
    #[must_use]
    pub fn with_trailer_limit(framing: Framing, limit: u32) -> Self {
        let (state, remaining) = match framing {
            Framing::None | Framing::Length(0) => (DecoderState::Done, 0),
            Framing::Length(length) => (DecoderState::Length, length),
            Framing::Chunked => (DecoderState::Size, 0),
        };
        Self {
            remaining,
            line: 0,
            trailer_limit: limit,
            digits: 0,
            any_digit: false,
            state,
        }
    }

    /// Moves entity bytes from `input` to `output`, until one of them is used up or the body ends.
    ///
    /// Framing is consumed as far as it goes even when `output` is full or empty, so that
    /// [`is_done`](Self::is_done) reports the end of a body as early as the bytes allow. Bytes
    /// behind the body are never consumed.
    ///
    /// # Errors
    /// The body is malformed. Entity bytes in front of the error are returned first, the error by
    /// the next call.
    pub fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<Decoded, BodyError> {
        let mut done = Decoded {
            consumed: 0,
            produced: 0,
        };
        while let Some(rest) = input.get(done.consumed..).filter(|rest| !rest.is_empty()) {
            match self.state {
                DecoderState::Done => break,
                DecoderState::Data => {
                    let moved = self.chunks(rest, &mut output[done.produced..]);
                    if moved.consumed == 0 {
                        break;
                    }
                    done.consumed += moved.consumed;
                    done.produced += moved.produced;
                }
                DecoderState::Length => {
                    let room = output.len() - done.produced;
                    let n = self.take(rest.len().min(room));
                    if n == 0 {
                        break;
                    }
                    output[done.produced..][..n].copy_from_slice(&rest[..n]);
                    done.consumed += n;
                    done.produced += n;
                }
                _ => match self.framing(rest) {
                    Ok(n) => done.consumed += n,
                    Err(_) if done.produced > 0 => break,
                    Err(error) => return Err(error),
                },
            }
        }
        self.checked(done, done.produced > 0)
    }

    /// Moves what is left of a chunk, and the chunks behind it as long as their size lines are whole: what the steps
    /// make of these is the same.
    fn chunks(&mut self, input: &[u8], output: &mut [u8]) -> Decoded {
        let (mut at, mut to) = (0, 0);
        let mut left = self.remaining;
        self.state = loop {
            let n = usize::try_from(left).unwrap_or(usize::MAX);
            let n = n.min(input.len() - at).min(output.len() - to);
            output[to..to + n].copy_from_slice(&input[at..at + n]);
            (at, to) = (at + n, to + n);
            left -= n as u64;
            if left > 0 {
                break DecoderState::Data;
            }
            let Some((size, length)) = next_chunk(&input[at..]) else {
                break DecoderState::DataCr;
            };
            (left, at) = (size, at + length);
        };
        self.remaining = left;
        Decoded {
            consumed: at,
            produced: to,
        }
    }

    /// Reads over the body without keeping it; returns how many bytes of `input` belong to it.
    ///
    /// # Errors
    /// The body is malformed.
    pub fn discard(&mut self, input: &[u8]) -> Result<usize, BodyError> {
        let mut consumed = 0;
        while let Some(rest) = input.get(consumed..).filter(|rest| !rest.is_empty()) {
            consumed += match self.state {
                DecoderState::Done => break,
                DecoderState::Length | DecoderState::Data => self.take(rest.len()),
                DecoderState::DataCr => match next_chunk(rest) {
                    Some((size, length)) => {
                        (self.remaining, self.state) = (size, DecoderState::Data);
                        length
                    }
                    None => self.framing(rest)?,
                },
                _ => self.framing(rest)?,
            };
        }
        self.checked(consumed, false)
    }

    /// Whether the whole body, with its last line end, has been consumed.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == DecoderState::Done
    }

    /// Bytes of trailer fields that were consumed, with their line ends; the empty line behind them is not counted.
    #[must_use]
    pub fn trailer_bytes(&self) -> usize {
        match self.state {
            DecoderState::TrailerStart
            | DecoderState::TrailerName
            | DecoderState::TrailerValue
            | DecoderState::TrailerLf
            | DecoderState::EndLf
            | DecoderState::Done => self.line as usize,
            _ => 0,
        }
    }

    /// Where the trailer fields are among bytes that a call has consumed, before which there were `before` of them.
    #[must_use]
    pub fn trailers_in<'a>(&self, before: usize, consumed: &'a [u8]) -> &'a [u8] {
        let length = self.trailer_bytes().saturating_sub(before);
        let behind = match self.state {
            DecoderState::Done => 2,
            DecoderState::EndLf => 1,
            _ => 0,
        };
        let end = consumed.len().saturating_sub(behind);
        match length {
            0 => &[],
            length => consumed
                .get(end.saturating_sub(length)..end)
                .unwrap_or_default(),
        }
    }

    /// The error that every further call returns.
    #[must_use]
    pub fn error(&self) -> Option<BodyError> {
        match self.state {
            DecoderState::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// Bytes left of a body with Content-Length: they may be read from the socket straight into
    /// the caller's buffer, then [`advance`](Self::advance) is told. `None` for a chunked body and
    /// for no body (a finished one with a length gives `None` too: nothing is left to read).
    #[must_use]
    pub fn remaining_length(&self) -> Option<u64> {
        (self.state == DecoderState::Length).then_some(self.remaining)
    }

    /// Counts `n` bytes that were read without [`decode`](Self::decode). Bytes beyond
    /// [`remaining_length`](Self::remaining_length) are not counted.
    pub fn advance(&mut self, n: u64) {
        debug_assert!(n <= self.remaining_length().unwrap_or(0));
        if self.state == DecoderState::Length {
            self.remaining = self.remaining.saturating_sub(n);
            if self.remaining == 0 {
                self.state = DecoderState::Done;
            }
        }
    }

    fn checked<T>(&self, value: T, keep: bool) -> Result<T, BodyError> {
        match self.state {
            DecoderState::Failed(error) if !keep => Err(error),
            _ => Ok(value),
        }
    }

    /// Counts up to `available` entity bytes and returns how many may be taken now.
    fn take(&mut self, available: usize) -> usize {
        let n = usize::try_from(self.remaining)
            .unwrap_or(usize::MAX)
            .min(available);
        self.remaining -= n as u64;
        if self.remaining == 0 {
            self.state = if self.state == DecoderState::Data {
                DecoderState::DataCr
            } else {
                DecoderState::Done
            };
        }
        n
    }

    /// Reads framing bytes from the front of `input` (not empty) up to the next entity byte.
    fn framing(&mut self, input: &[u8]) -> Result<usize, BodyError> {
        for (at, byte) in input.iter().enumerate() {
            if matches!(self.state, DecoderState::Data | DecoderState::Done) {
                return Ok(at);
            }
            match self.step(*byte) {
                Ok(state) => self.state = state,
                Err(error) => {
                    self.state = DecoderState::Failed(error);
                    return Err(error);
                }
            }
        }
        Ok(input.len())
    }

    /// One framing byte: the next state.
    fn step(&mut self, byte: u8) -> Result<DecoderState, BodyError> {
        let malformed = Err(BodyError::Framing);
        match (self.state, byte) {
            (DecoderState::Size | DecoderState::Blank | DecoderState::Extension, _) => {
                self.size_line(byte)
            }
            (DecoderState::SizeLf, b'\n') if self.remaining == 0 => {
                self.line = 0;
                Ok(DecoderState::TrailerStart)
            }
            (DecoderState::SizeLf, b'\n') => Ok(DecoderState::Data),
            (DecoderState::DataCr, b'\r') => Ok(DecoderState::DataLf),
            (DecoderState::DataLf, b'\n') => {
                (self.line, self.digits, self.any_digit) = (0, 0, false);
                Ok(DecoderState::Size)
            }
            (DecoderState::TrailerStart, b'\r') => Ok(DecoderState::EndLf),
            (DecoderState::EndLf, b'\n') => Ok(DecoderState::Done),
            (
                DecoderState::TrailerStart | DecoderState::TrailerName | DecoderState::TrailerValue,
                _,
            ) => self.trailer(byte),
            (DecoderState::TrailerLf, b'\n') => self.count_trailer(DecoderState::TrailerStart),
            (DecoderState::Failed(error), _) => Err(error),
            _ => malformed,
        }
    }

    /// One byte of `1*HEXDIG [ BWS ";" ... ] CR`.
    fn size_line(&mut self, byte: u8) -> Result<DecoderState, BodyError> {
        if byte == b'\r' && self.any_digit && self.state != DecoderState::Blank {
            return Ok(DecoderState::SizeLf);
        }
        self.line += 1;
        if self.line > CHUNK_LINE_LIMIT {
            return Err(BodyError::Framing);
        }
        let digit = (byte as char).to_digit(16);
        match (self.state, byte, digit) {
            (DecoderState::Size, _, Some(digit)) => {
                self.any_digit = true;
                self.digits += u8::from(self.digits > 0 || digit > 0);
                if self.digits > SIZE_DIGITS {
                    return Err(BodyError::Framing);
                }
                self.remaining = self.remaining << 4 | u64::from(digit);
                Ok(DecoderState::Size)
            }
            (DecoderState::Size | DecoderState::Blank, b';', _) if self.any_digit => {
                Ok(DecoderState::Extension)
            }
            (DecoderState::Size | DecoderState::Blank, b' ' | b'\t', _) if self.any_digit => {
                Ok(DecoderState::Blank)
            }
            (DecoderState::Extension, b'\t' | 0x20..=0x7E | 0x80.., _) => {
                Ok(DecoderState::Extension)
            }
            _ => Err(BodyError::Framing),
        }
    }

    /// One byte of a trailer field, its line end excepted.
    fn trailer(&mut self, byte: u8) -> Result<DecoderState, BodyError> {
        match (self.state, byte) {
            (DecoderState::TrailerValue, b'\r') => self.count_trailer(DecoderState::TrailerLf),
            (DecoderState::TrailerValue, b'\t' | 0x20..=0x7E | 0x80..) => {
                self.count_trailer(DecoderState::TrailerValue)
            }
            (DecoderState::TrailerName, b':') => self.count_trailer(DecoderState::TrailerValue),
            (DecoderState::TrailerStart | DecoderState::TrailerName, _) if is_token(byte) => {
                self.count_trailer(DecoderState::TrailerName)
            }
            _ => Err(BodyError::Framing),
        }
    }

    fn count_trailer(&mut self, next: DecoderState) -> Result<DecoderState, BodyError> {
        self.line = self.line.saturating_add(1);
        if self.line > self.trailer_limit {
            Err(BodyError::TrailersTooLong)
        } else {
            Ok(next)
        }
    }
}

/// The line end of a chunk and the size line of the next one, at the front of `input`: its size, and the length of
/// both. `None` for all that is looked at byte by byte: an extension, many digits, the last chunk, what is malformed,
/// and lines near the end of what has arrived.
#[inline]
fn next_chunk(input: &[u8]) -> Option<(u64, usize)> {
    let lines: &[u8; 12] = input.first_chunk()?;
    if lines[..2] != *b"\r\n" {
        return None;
    }
    let mut size = 0;
    for at in 2..11 {
        let digit = match lines[at] {
            byte @ b'0'..=b'9' => byte - b'0',
            byte @ (b'a'..=b'f' | b'A'..=b'F') => (byte | 0x20) - b'a' + 10,
            b'\r' if size > 0 && lines[at + 1] == b'\n' => return Some((size, at + 2)),
            _ => return None,
        };
        size = size << 4 | u64::from(digit);
    }
    None
}
