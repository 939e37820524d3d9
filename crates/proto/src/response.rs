//! Serialising response heads.
//!
//! Owns: the bytes from the status line to the blank line and their order (RSP-015): known fields
//! by ascending id with Server in its place, unknown fields as given, Date, generated Connection,
//! generated Content-Length. Does not own: whether the connection closes, which length to generate,
//! or the body.
//!
//! The head is built in two steps, so that everything that depends on the application is done
//! before the connection is locked: [`ResponseHead::begin`], [`known`](ResponseHead::known) and
//! [`unknown`](ResponseHead::unknown) first, then [`ResponseHead::finish`] with what only the
//! connection knows. After a call that fails, the head is unusable until the next `begin`.
//!
//! Invariant: no field can end a line early (G-058). Threading: plain value.

#[cfg(test)]
mod tests;

use crate::header::{RESPONSE_HEADER_NAMES, RESPONSE_HEADERS, id, response_id};
use crate::scan;
use std::collections::TryReserveError;
use std::fmt;

/// The product that HTTP.sys adds to the Server field, behind a blank (RSP-017).
const PRODUCT: &[u8; 22] = b" Microsoft-HTTPAPI/2.0";
/// The Server field without one of the application (RSP-016).
const SERVER_LINE: &[u8; 31] = b"Server: Microsoft-HTTPAPI/2.0\r\n";
/// Digits of the longest 64-bit number.
const DIGITS: usize = 20;
/// The known fields whose slot is never written, as bits: the service has its own Date (SND-011)
/// and its own Connection (CON-012).
const NOT_WRITTEN: u32 = 1 << id::DATE | 1 << id::CONNECTION;

/// The front of a known field line, padded so that its copy has a fixed size.
#[derive(Clone, Copy, Debug)]
struct Prefix {
    text: [u8; 24],
    length: usize,
}

/// `Name: ` of the known fields.
static PREFIXES: [Prefix; RESPONSE_HEADERS] = prefixes();

const fn prefixes() -> [Prefix; RESPONSE_HEADERS] {
    let empty = Prefix {
        text: [0; 24],
        length: 0,
    };
    let mut out = [empty; RESPONSE_HEADERS];
    let mut id = 0;
    while id < RESPONSE_HEADERS {
        let name = RESPONSE_HEADER_NAMES[id].as_bytes();
        let mut at = 0;
        while at < name.len() {
            out[id].text[at] = name[at];
            at += 1;
        }
        out[id].text[at] = b':';
        out[id].text[at + 1] = b' ';
        out[id].length = name.len() + 2;
        id += 1;
    }
    out
}

/// Why a part of a response cannot be sent; `ERROR_INVALID_PARAMETER` at the API (G-057, G-058).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidField {
    /// The status code is 0 or has more than three digits.
    Status,
    /// The reason phrase contains CR, LF or NUL.
    Reason,
    /// The field name is empty or contains a control, a blank or a colon.
    Name,
    /// The field value contains CR, LF or NUL.
    Value,
    /// Known fields out of ascending order, after an unknown one, or an id that does not exist.
    Order,
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Status => "the status code must be between 1 and 999",
            Self::Reason => "the reason phrase contains CR, LF or NUL",
            Self::Name => "the field name is empty or contains a control, a blank or a colon",
            Self::Value => "the field value contains CR, LF or NUL",
            Self::Order => "known fields must come in ascending order of their ids",
        })
    }
}

impl std::error::Error for InvalidField {}

/// The generated Connection line. It is left out when an unknown field of the application says the
/// same, so that a client sees each option once (CON-012, G-053).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionLine {
    /// None: HTTP/1.1 stays open without saying so (CON-008).
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

/// What the service does with the Server field of a program's response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerToken {
    /// The product follows the program's value, or is sent alone if there is none (RSP-016,
    /// RSP-017).
    #[default]
    Behind,
    /// The program's value stands alone; without one the product does (the other side of A-03).
    Instead,
    /// The product is never added: `DisableServerHeader` = 2 (LIM-017).
    Never,
}

/// What may come next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    #[default]
    Empty,
    Known,
    Unknown,
    Finished,
}

/// A response head under construction; reusable, [`begin`](Self::begin) starts again and keeps the
/// memory.
#[derive(Debug, Default)]
pub struct ResponseHead {
    bytes: Vec<u8>,
    status: u16,
    /// Id of the last known field.
    last: usize,
    part: Part,
    server_token: ServerToken,
    server_written: bool,
    content_length: bool,
    transfer_encoding: bool,
    /// An unknown Connection field has the option `close`.
    close: bool,
    /// An unknown Connection field has the option `keep-alive`.
    keep_alive: bool,
    /// An Upgrade field names `websocket`.
    websocket: bool,
}

impl ResponseHead {
    /// An empty head that owns no memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Clears the head and writes `HTTP/1.1 NNN reason` (SND-007, SND-008, PRS-011). The reason is
    /// the application's alone and may be empty; the blank in front of it stays.
    ///
    /// # Errors
    /// [`InvalidField::Status`], [`InvalidField::Reason`].
    pub fn begin(&mut self, status: u16, reason: &[u8]) -> Result<(), InvalidField> {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        *self = Self {
            bytes,
            status,
            ..Self::default()
        };
        if !(1..=999).contains(&status) {
            return Err(InvalidField::Status);
        }
        if !stays_on_line(reason) {
            return Err(InvalidField::Reason);
        }
        self.bytes.extend_from_slice(b"HTTP/1.1 200 ");
        if status != 200 {
            let digit = |n: u16| b'0' + (n % 10) as u8;
            let digits = [digit(status / 100), digit(status / 10), digit(status)];
            self.bytes[9..12].copy_from_slice(&digits);
        }
        self.bytes.extend_from_slice(reason);
        self.bytes.extend_from_slice(b"\r\n");
        self.part = Part::Known;
        Ok(())
    }

    /// What becomes of Server; [`ServerToken::Behind`] after [`begin`](Self::begin). To be called
    /// before any field, with what [`Parameters::server_token`](crate::Parameters::server_token)
    /// says.
    #[inline]
    pub fn set_server_token(&mut self, token: ServerToken) {
        self.server_token = token;
    }

    /// Writes one line for a known field. An empty value is left out (RSP-019), Date (SND-011) and
    /// Connection (CON-012) are ignored, Server becomes `value Microsoft-HTTPAPI/2.0` (RSP-017) unless
    /// [`set_server_token`](Self::set_server_token) says otherwise.
    ///
    /// Ids ascend; an id may come several times in a row and gives several lines (RSP-022).
    /// `p_server_token` false is the same as [`ServerToken::Never`].
    ///
    /// # Errors
    /// [`InvalidField::Value`], [`InvalidField::Order`].
    pub fn known(
        &mut self,
        id: usize,
        value: &[u8],
        p_server_token: bool,
    ) -> Result<(), InvalidField> {
        if !p_server_token {
            self.server_token = ServerToken::Never;
        }
        let prefix = PREFIXES.get(id).ok_or(InvalidField::Order)?;
        if self.part != Part::Known || id < self.last {
            return Err(InvalidField::Order);
        }
        self.last = id;
        if !stays_on_line(value) {
            return Err(InvalidField::Value);
        }
        if value.is_empty() || NOT_WRITTEN >> id & 1 == 1 {
            return Ok(());
        }
        if id > response_id::SERVER {
            self.write_server();
        }
        push_front(&mut self.bytes, &prefix.text, prefix.length);
        self.bytes.extend_from_slice(value);
        if id == response_id::SERVER
            && self.server_token == ServerToken::Behind
            && !self.server_written
        {
            self.bytes.extend_from_slice(PRODUCT);
        }
        self.bytes.extend_from_slice(b"\r\n");
        match id {
            id::CONTENT_LENGTH => self.content_length = true,
            id::TRANSFER_ENCODING => self.transfer_encoding = true,
            id::UPGRADE => self.websocket |= has_option(value, b"websocket"),
            response_id::SERVER => self.server_written = true,
            _ => {}
        }
        Ok(())
    }

    /// Makes room for this many bytes of fields, for callers with many fields; a head also grows by
    /// itself.
    ///
    /// # Errors
    /// When there is no memory for them; nothing has changed.
    pub fn try_reserve(&mut self, bytes: usize) -> Result<(), TryReserveError> {
        self.bytes.try_reserve(bytes)
    }

    /// Writes one line for an unknown field; an empty value gives `Name: ` (RSP-020). The first
    /// call ends the known fields. A field named Date is ignored like the known one (assumed); one
    /// named Connection is written as given and says nothing about the connection (CON-012).
    ///
    /// # Errors
    /// [`InvalidField::Name`], [`InvalidField::Value`], [`InvalidField::Order`] before `begin` and
    /// after `finish`.
    pub fn unknown(&mut self, name: &[u8], value: &[u8]) -> Result<(), InvalidField> {
        if self.part != Part::Known && self.part != Part::Unknown {
            return Err(InvalidField::Order);
        }
        if name.is_empty() || name.iter().any(|b| *b <= b' ' || *b == 0x7F || *b == b':') {
            return Err(InvalidField::Name);
        }
        if !stays_on_line(value) {
            return Err(InvalidField::Value);
        }
        self.write_server();
        self.part = Part::Unknown;
        match crate::header::response_header_id(name) {
            Some(id::DATE) => return Ok(()),
            Some(id::CONTENT_LENGTH) => self.content_length = true,
            Some(id::TRANSFER_ENCODING) => self.transfer_encoding = true,
            Some(id::CONNECTION) => {
                self.close |= has_option(value, CLOSE);
                self.keep_alive |= has_option(value, KEEP_ALIVE);
            }
            Some(id::UPGRADE) => self.websocket |= has_option(value, b"websocket"),
            _ => {}
        }
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(b": ");
        self.bytes.extend_from_slice(value);
        self.bytes.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// The status code given to [`begin`](Self::begin).
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the application wrote a Content-Length, as known or unknown field.
    #[must_use]
    pub fn has_content_length(&self) -> bool {
        self.content_length
    }

    /// Whether the application wrote a Transfer-Encoding, as known or unknown field.
    #[must_use]
    pub fn has_transfer_encoding(&self) -> bool {
        self.transfer_encoding
    }

    /// Whether the application wrote `Upgrade: websocket`, as known or unknown field (UPG-003).
    #[must_use]
    pub fn upgrades_to_websocket(&self) -> bool {
        self.websocket
    }

    /// Adds Date, the generated lines and the blank line, and returns the whole head. A second
    /// call changes nothing.
    pub fn finish(&mut self, f: &Finish<'_>) -> &[u8] {
        if self.part == Part::Finished || self.part == Part::Empty {
            return &self.bytes;
        }
        self.write_server();
        self.part = Part::Finished;
        // Line ends go with the line behind them: each copy of a fixed size saves one.
        self.bytes.extend_from_slice(b"Date: ");
        self.bytes.extend_from_slice(f.date);
        match f.connection {
            ConnectionLine::Close if !self.close => {
                self.bytes.extend_from_slice(b"\r\nConnection: close");
            }
            ConnectionLine::KeepAlive if !self.close && !self.keep_alive => {
                self.bytes.extend_from_slice(b"\r\nConnection: keep-alive");
            }
            _ => {}
        }
        if let Some(length) = f.content_length {
            if !self.content_length && !self.transfer_encoding {
                self.bytes.extend_from_slice(b"\r\nContent-Length: ");
                push_number(&mut self.bytes, length);
            }
        }
        self.bytes.extend_from_slice(b"\r\n\r\n");
        &self.bytes
    }

    /// Appends bytes of the body to the finished head, so that both can be sent in one piece.
    pub fn append_body(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.part, Part::Finished, "the body comes behind the head");
        self.bytes.extend_from_slice(bytes);
    }

    /// The bytes written so far; after [`finish`](Self::finish) the whole head.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn write_server(&mut self) {
        if self.server_token != ServerToken::Never && !self.server_written {
            self.bytes.extend_from_slice(SERVER_LINE);
        }
        self.server_written = true;
    }
}

/// Appends `number` in decimal.
pub(crate) fn push_number(out: &mut Vec<u8>, number: u64) {
    let mut count = 1;
    let mut rest = number / 10;
    while rest > 0 {
        count += 1;
        rest /= 10;
    }
    let start = out.len();
    push_front(out, &[b'0'; DIGITS], count);
    rest = number;
    for digit in out[start..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Appends the first `length` bytes of `text`. To copy all of it and cut the end off again is
/// quicker than a copy whose size is not known when compiling.
#[inline]
fn push_front<const N: usize>(out: &mut Vec<u8>, text: &[u8; N], length: usize) {
    let end = out.len() + length.min(N);
    out.extend_from_slice(text);
    out.truncate(end);
}

/// The connection option that ends the connection.
pub(crate) const CLOSE: &[u8] = b"close";
/// The connection option with which HTTP/1.0 keeps the connection.
pub(crate) const KEEP_ALIVE: &[u8] = b"keep-alive";

/// Whether a list of options or protocols contains `option`, in any letter case.
pub(crate) fn has_option(list: &[u8], option: &[u8]) -> bool {
    scan::elements(list).any(|one| one.eq_ignore_ascii_case(option))
}

/// No CR, LF or NUL: other controls pass as the application gave them (RSP-030).
#[inline]
fn stays_on_line(text: &[u8]) -> bool {
    !scan::has_low_byte(text) || !text.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0))
}
