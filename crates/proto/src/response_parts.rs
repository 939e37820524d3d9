//! A response as its parts: status, reason and header fields, whichever protocol carries it.
//!
//! Owns: which fields a response has and their order (RSP-015): known fields by ascending id with Server
//! at its place, unknown fields as given; the checks of G-057 and G-058; and what the fields say about
//! the body and the connection. Does not own: Date and the other fields that depend on the connection,
//! how the head looks on the wire (`h1/response.rs`), and the body.
//!
//! The parts are put together before the connection is locked, by everyone who answers: both doors of
//! the API, and the service with its error pages and interim responses. A call that fails leaves them
//! unusable until the next `begin`.
//!
//! The fields stand in one buffer as the lines of HTTP/1, which sends it as it is; who writes another
//! protocol asks for them one by one ([`ResponseParts::fields`]) and finds them by their line ends. Measured
//! with `benches/micro.py` (`response`, three fields with Server): 716 instructions, as many as when there was
//! only text; an index beside the buffer cost 27 more. Fields kept apart until they are sent would be copied
//! twice, or read from the program's memory with the connection locked.
//!
//! Invariant: no field can end a line early (G-058). Threading: plain value.

#[cfg(test)]
mod tests;

use crate::header::{RESPONSE_HEADER_NAMES, RESPONSE_HEADERS, id, response_header_id, response_id};
use crate::scan;
use std::collections::TryReserveError;
use std::fmt;

/// The product that HTTP.sys adds to the Server field, behind a blank (RSP-017).
const PRODUCT: &[u8; 22] = b" Microsoft-HTTPAPI/2.0";
/// The Server field without one of the application (RSP-016).
const SERVER_LINE: &[u8; 31] = b"Server: Microsoft-HTTPAPI/2.0\r\n";
/// The beginning of a status line, up to the reason; the blank in front of an empty one stays.
const STATUS_200: &[u8; 13] = b"HTTP/1.1 200 ";
/// The status line of most responses, to be copied at once.
const STATUS_LINE_OK: &[u8; 17] = b"HTTP/1.1 200 OK\r\n";
/// Bytes of the end of a line.
const LINE_END: usize = 2;
/// Bytes between name and value: colon and blank.
const SEPARATOR: usize = 2;
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
    Ended,
}

/// A header field of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseField<'a> {
    /// The id of a field that was given as a known one, and of Server.
    pub id: Option<usize>,
    /// The name: of a known field as the RFCs spell it, else as the application does.
    pub name: &'a [u8],
    /// The value; never with CR, LF or NUL in it.
    pub value: &'a [u8],
}

/// The parts of a response; reusable, [`begin`](Self::begin) starts again and keeps the memory.
#[derive(Debug, Default)]
pub struct ResponseParts {
    /// The status line and a line for each field.
    lines: Vec<u8>,
    status: u16,
    reason_length: usize,
    /// Where the known fields end, once they have.
    known_end: usize,
    /// Where the fields end, once they have.
    fields_end: usize,
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

/// A copy keeps the memory of what it replaces.
impl Clone for ResponseParts {
    fn clone(&self) -> Self {
        let mut copy = ResponseParts::new();
        copy.clone_from(self);
        copy
    }

    #[inline]
    fn clone_from(&mut self, from: &Self) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clone_from(&from.lines);
        *self = ResponseParts { lines, ..*from };
    }
}

impl ResponseParts {
    /// Empty parts that own no memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts again, with a status and a reason (SND-007, SND-008, PRS-011). The reason is the
    /// application's alone and may be empty.
    ///
    /// # Errors
    /// [`InvalidField::Status`], [`InvalidField::Reason`].
    pub fn begin(&mut self, status: u16, reason: &[u8]) -> Result<(), InvalidField> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        *self = Self {
            lines,
            status,
            reason_length: reason.len(),
            ..Self::default()
        };
        if status == 200 && reason == b"OK" {
            self.lines.extend_from_slice(STATUS_LINE_OK);
            self.part = Part::Known;
            return Ok(());
        }
        if !(1..=999).contains(&status) {
            return Err(InvalidField::Status);
        }
        if !stays_on_line(reason) {
            return Err(InvalidField::Reason);
        }
        self.lines.extend_from_slice(STATUS_200);
        if status != 200 {
            let digit = |n: u16| b'0' + (n % 10) as u8;
            let digits = [digit(status / 100), digit(status / 10), digit(status)];
            self.lines[9..12].copy_from_slice(&digits);
        }
        self.lines.extend_from_slice(reason);
        self.lines.extend_from_slice(b"\r\n");
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

    /// What becomes of Server, or has become of it.
    pub(crate) fn server_token(&self) -> ServerToken {
        self.server_token
    }

    /// Whether Server has its place: it stands among the fields, or is left out.
    pub(crate) fn is_server_written(&self) -> bool {
        self.server_written
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
        push_front(&mut self.lines, &prefix.text, prefix.length);
        self.lines.extend_from_slice(value);
        if id == response_id::SERVER
            && self.server_token == ServerToken::Behind
            && !self.server_written
        {
            self.lines.extend_from_slice(PRODUCT);
        }
        self.lines.extend_from_slice(b"\r\n");
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
        self.lines.try_reserve(bytes)
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
        self.end_known();
        self.part = Part::Unknown;
        match response_header_id(name) {
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
        self.lines.extend_from_slice(name);
        self.lines.extend_from_slice(b": ");
        self.lines.extend_from_slice(value);
        self.lines.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// The status code given to [`begin`](Self::begin).
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The reason given to [`begin`](Self::begin).
    #[must_use]
    pub fn reason(&self) -> &[u8] {
        let reason = self.lines.get(STATUS_200.len()..).unwrap_or_default();
        reason.get(..self.reason_length).unwrap_or_default()
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

    /// The fields in the order in which they go on the wire, without those that the connection adds.
    /// Server is among them once it was given, or an unknown field, or the head is written.
    pub fn fields(&self) -> impl Iterator<Item = ResponseField<'_>> + Clone {
        let first = STATUS_200.len() + self.reason_length + LINE_END;
        let known = if self.part <= Part::Known {
            usize::MAX
        } else {
            self.known_end
        };
        let end = if self.part == Part::Ended {
            self.fields_end
        } else {
            self.lines.len()
        };
        let lines = self.lines.get(first..end).unwrap_or_default();
        let mut at = first;
        // Neither CR nor LF is in a line.
        lines
            .split_inclusive(|byte| *byte == b'\n')
            .map(move |line| {
                let is_known = at < known;
                at += line.len();
                let line = line.strip_suffix(b"\r\n").unwrap_or(line);
                // There is no colon in a name.
                let colon = line.iter().position(|byte| *byte == b':');
                let (name, value) = line.split_at(colon.unwrap_or_default());
                ResponseField {
                    id: is_known.then(|| response_header_id(name)).flatten(),
                    name,
                    value: value.get(SEPARATOR..).unwrap_or_default(),
                }
            })
    }

    /// A copy to be sent again: with Server among its fields, to which nothing was added yet. Copies of it are
    /// written ([`Clone::clone_from`] keeps the memory of the one before).
    #[must_use]
    pub fn to_stored(&self) -> ResponseParts {
        let mut copy = self.clone();
        if copy.part == Part::Known {
            // A list that grows would take twice what it needs, for as long as the copy is kept.
            copy.lines.reserve_exact(SERVER_LINE.len());
            copy.end_known();
            copy.part = Part::Unknown;
        }
        copy
    }

    /// Bytes of the status line and the fields, with their line ends.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.lines.len() as u64
    }

    /// No field follows: Server is among them now. False: that was so before, or nothing was begun.
    #[inline]
    pub(crate) fn end(&mut self) -> bool {
        if self.part == Part::Ended || self.part == Part::Empty {
            return false;
        }
        self.end_known();
        self.part = Part::Ended;
        self.fields_end = self.lines.len();
        true
    }

    /// The status line and the field lines, to add more to them.
    pub(crate) fn lines_mut(&mut self) -> &mut Vec<u8> {
        &mut self.lines
    }

    /// Whether a field says how long the body is, or how its end is found.
    pub(crate) fn frames_itself(&self) -> bool {
        self.content_length || self.transfer_encoding
    }

    /// Whether an unknown Connection field has the options `close` and `keep-alive`.
    pub(crate) fn connection_options(&self) -> (bool, bool) {
        (self.close, self.keep_alive)
    }

    /// Only unknown fields may follow.
    #[inline]
    fn end_known(&mut self) {
        if self.part == Part::Known {
            self.write_server();
            self.known_end = self.lines.len();
        }
    }

    fn write_server(&mut self) {
        if self.server_token != ServerToken::Never && !self.server_written {
            self.lines.extend_from_slice(SERVER_LINE);
        }
        self.server_written = true;
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
