//! Response heads as HTTP/1.1 text.
//!
//! Owns: what the connection adds to the parts of a response (Date, the generated Connection and
//! Content-Length lines, in this order: RSP-015), the blank line, and a body that goes out in one piece
//! with the head. Does not own: the parts ([`ResponseParts`]), whether the connection closes, and which
//! length to generate. Threading: plain values.

use crate::response_parts::ResponseParts;

/// The front of the Date line.
const DATE: &[u8; 6] = b"Date: ";
/// Bytes of a date.
const DATE_TEXT: usize = 29;
/// The end of the last line, and the blank line.
const HEAD_END: &[u8; 4] = b"\r\n\r\n";
/// The two digits of each number below 100, in the order of the text.
static PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut out = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < out.len() {
        out[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    out
}

/// Digits of the longest 64-bit number.
const DIGITS: usize = 20;

/// The generated Connection line. It is left out when an unknown field of the application says the
/// same, so that a client sees each option once (CON-012, G-053).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionLine {
    /// None: HTTP/1.1 goes on without a word (CON-008).
    #[default]
    None,
    /// `Connection: close`: the connection closes after the response (CON-009, CON-010, CON-013).
    Close,
    /// `Connection: keep-alive`: an HTTP/1.0 client asked for it and gets it (CON-011). An unknown
    /// `Connection: close` of the application takes its place (G-054).
    KeepAlive,
}

/// What only the connection knows about a response.
#[derive(Clone, Copy, Debug)]
pub struct Finish<'a> {
    /// The current second, see [`imf_fixdate`](crate::imf_fixdate).
    pub date: &'a [u8; 29],
    /// What the head says about the connection.
    pub connection: ConnectionLine,
    /// Adds this Content-Length, unless the application wrote one or a Transfer-Encoding (SND-009,
    /// SND-010, G-049).
    pub content_length: Option<u64>,
}

impl<'a> Finish<'a> {
    /// Adds nothing but the date.
    #[must_use]
    pub fn new(date: &'a [u8; 29]) -> Self {
        Self {
            date,
            connection: ConnectionLine::None,
            content_length: None,
        }
    }
}

/// A whole head as it goes on the wire, perhaps with a body behind it.
#[derive(Debug)]
pub struct ResponseText<'a>(&'a mut Vec<u8>);

/// Writes the whole head: the parts, what the connection adds, and the blank line. Parts that were
/// written before are not changed; nothing was begun or it failed: no text.
#[inline]
pub fn write<'a>(parts: &'a mut ResponseParts, finish: &Finish<'_>) -> ResponseText<'a> {
    if !parts.end() {
        return ResponseText(parts.lines_mut());
    }
    let (close, keep_alive) = parts.connection_options();
    let length = finish.content_length.filter(|_| !parts.frames_itself());
    let text = parts.lines_mut();
    // Line ends go with the line behind them: each copy of a fixed size saves one.
    let mut line = [0; DATE.len() + DATE_TEXT];
    line[..DATE.len()].copy_from_slice(DATE);
    line[DATE.len()..].copy_from_slice(finish.date);
    text.extend_from_slice(&line);
    match finish.connection {
        ConnectionLine::Close if !close => {
            text.extend_from_slice(b"\r\nConnection: close");
        }
        ConnectionLine::KeepAlive if !close && !keep_alive => {
            text.extend_from_slice(b"\r\nConnection: keep-alive");
        }
        _ => {}
    }
    match length {
        Some(length) => {
            text.extend_from_slice(b"\r\nContent-Length: ");
            push_last_number(text, length);
        }
        None => text.extend_from_slice(HEAD_END),
    }
    ResponseText(text)
}

/// Writes an interim response (RFC 9110 section 15.2): the parts and the blank line. It has no Date and
/// ends no exchange.
pub fn write_interim(parts: &mut ResponseParts) -> ResponseText<'_> {
    let adds = parts.end();
    let text = parts.lines_mut();
    if adds {
        text.extend_from_slice(b"\r\n");
    }
    ResponseText(text)
}

impl<'a> ResponseText<'a> {
    /// Puts bytes of the body behind the head, so that both can be sent in one piece.
    #[inline]
    pub fn push_body(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// All of it.
    #[inline]
    #[must_use]
    pub fn into_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Appends `number` in decimal and the end of the head.
#[inline]
fn push_last_number(out: &mut Vec<u8>, number: u64) {
    if number >= 10_000 {
        push_number(out, number);
        return out.extend_from_slice(HEAD_END);
    }
    // Four digits, of which the leading zeros are shifted out. See below for the copy.
    let number = number as usize;
    let [a, b, c, d] = *HEAD_END;
    let ([e, f], [g, h]) = (PAIRS[number / 100], PAIRS[number % 100]);
    let zeros = usize::from(number < 1000) + usize::from(number < 100) + usize::from(number < 10);
    let text = u64::from_le_bytes([e, f, g, h, a, b, c, d]) >> (zeros * 8);
    let end = out.len() + 8 - zeros;
    out.extend_from_slice(&text.to_le_bytes());
    out.truncate(end);
}

/// Appends `number` in decimal.
fn push_number(out: &mut Vec<u8>, number: u64) {
    let mut count = 1;
    let mut rest = number / 10;
    while rest > 0 {
        count += 1;
        rest /= 10;
    }
    let start = out.len();
    // To copy all of it and cut the end off again is quicker than a copy whose size is not known when
    // compiling.
    out.extend_from_slice(&[b'0'; DIGITS]);
    out.truncate(start + count);
    rest = number;
    for digit in out[start..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}
