//! Request heads: the request line, the fields and the blank line.
//!
//! Owns: [`RequestHead`], the reusable result of [`parse_head`], with everything that the head
//! alone decides: verb, target form, version, fields, effective host, body framing, persistence.
//! Does not own: validating and decoding the path, routing, or the body.
//!
//! Invariants: `RequestHead` owns a copy of the bytes, so the input buffer is free as soon as the
//! parse returns; accessors never panic, whatever state the head is in. Threading: plain value.
//!
//! There are two ways to parse the fields. If all of them are in the buffer and plain, one pass takes
//! them over as spans (`quick`). What it does not complete goes to the strict parser (`fields`). The
//! strict parser works line by line as bytes arrive, and knows the class of each fault, the order of
//! faults (G-007, G-009) and the relaxations of HTTP.sys (PRS-027). Both give the same head;
//! `tests_quick.rs` compares them. The request line has a single parser (`line`).

mod assemble;
mod authority;
mod fields;
mod framing;
mod line;
mod many;
mod parse;
mod quick;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_fields;
#[cfg(test)]
mod tests_quick;
#[cfg(test)]
mod tests_split;

pub use assemble::{RequestParts, assemble_head};
pub use parse::parse_head;

use crate::error_page::Reject;
use crate::header::{REQUEST_HEADERS, request_id};
use crate::{Verb, Version};

/// A part of the bytes of a head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Index of the first byte.
    pub start: u32,
    /// Number of bytes.
    pub len: u32,
}

impl Span {
    /// The span from `start` up to `end`. Heads are far below 4 GiB (`MaxRequestBytes`).
    #[inline]
    pub(crate) fn between(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            len: end.saturating_sub(start) as u32,
        }
    }

    #[inline]
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        let start = self.start as usize;
        bytes
            .get(start..start + self.len as usize)
            .unwrap_or_default()
    }
}

/// How the end of a request body is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// There is no body (BDY-003).
    #[default]
    None,
    /// Content-Length bytes.
    Length(u64),
    /// Chunked coding; decides even when there is a Content-Length (BDY-015).
    Chunked,
}

/// The form of a request target (RFC 9112 section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// `/path?query`.
    Origin(&'a [u8]),
    /// `http://authority/path?query`.
    Absolute {
        /// The scheme is `https`; the connection decides about TLS, not this (G-025).
        https: bool,
        /// `host` or `host:port`, valid and not empty.
        authority: &'a [u8],
        /// From the first slash on; may be empty, which means `/` (PRS-022).
        path_and_query: &'a [u8],
    },
    /// `*`, with OPTIONS only (PRS-019).
    Asterisk,
    /// `host:port` of CONNECT. Such requests are refused (PRS-020), so this is only seen on a head
    /// that was rejected.
    Authority(&'a [u8]),
}

/// Outcome of [`parse_head`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// More bytes are needed.
    Partial,
    /// The head is complete.
    Complete {
        /// Bytes of the input that are done with; the body starts behind them. Empty lines in
        /// front of the request line are counted here, but not in [`RequestHead::head_len`].
        consumed: usize,
    },
    /// The request must be answered with this error and the connection closed (ERR-018).
    Reject(Reject),
}

#[derive(Clone, Copy, Debug, Default)]
enum TargetForm {
    #[default]
    Origin,
    Absolute {
        https: bool,
        authority: Span,
        path_and_query: Span,
    },
    Asterisk,
    Authority,
}

/// What [`parse_head`] has worked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    RequestLine,
    Fields,
    Complete,
}

#[derive(Clone, Copy, Debug)]
struct UnknownField {
    name: Span,
    value: Span,
}

/// A request head. Storage is reused: one head serves any number of requests, one after another.
///
/// While a parse is in progress or after it was rejected, the accessors return what has been read
/// so far, which is what an HTTPERR log line needs.
#[derive(Debug)]
pub struct RequestHead {
    /// The head from the first byte of the request line, then the joined values of repeated
    /// fields. All spans point into it, and behind each that is not empty lies a byte which belongs
    /// to none.
    bytes: Vec<u8>,
    known: [Span; REQUEST_HEADERS],
    /// Bit n: `known[n]` is set.
    present: u64,
    unknown: Vec<UnknownField>,
    /// Further values of known fields, in order of arrival.
    repeats: Vec<(u8, Span)>,
    /// Scratch space of the search for repeated unknown fields.
    order: Vec<u32>,
    /// Line ends inside folded fields, with the blanks behind them (G-011).
    folds: Vec<Span>,
    /// The last Host that was found valid; empty, or one that [`authority`] would find valid again.
    valid_host: Vec<u8>,

    verb: Verb,
    verb_text: Span,
    raw_url: Span,
    version: Version,
    target: TargetForm,
    framing: Framing,
    close: bool,
    is_last: bool,

    stage: Stage,
    /// Bytes of empty lines in front of the request line.
    skipped: usize,
    /// Bytes of complete lines from the request line on.
    parsed: usize,
    /// No field line has been read yet (PRS-027).
    first_field: bool,
}

impl Default for RequestHead {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            known: [Span::default(); REQUEST_HEADERS],
            present: 0,
            unknown: Vec::new(),
            repeats: Vec::new(),
            order: Vec::new(),
            folds: Vec::new(),
            valid_host: Vec::new(),
            verb: Verb::Unparsed,
            verb_text: Span::default(),
            raw_url: Span::default(),
            version: Version { major: 0, minor: 0 },
            target: TargetForm::Origin,
            framing: Framing::None,
            close: false,
            is_last: false,
            stage: Stage::RequestLine,
            skipped: 0,
            parsed: 0,
            first_field: true,
        }
    }
}

impl RequestHead {
    /// An empty head that owns no memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the request and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.present = 0;
        self.unknown.clear();
        self.repeats.clear();
        self.folds.clear();
        self.verb = Verb::Unparsed;
        self.verb_text = Span::default();
        self.raw_url = Span::default();
        self.version = Version { major: 0, minor: 0 };
        self.target = TargetForm::Origin;
        self.framing = Framing::None;
        self.close = false;
        self.is_last = false;
        self.stage = Stage::RequestLine;
        self.skipped = 0;
        self.parsed = 0;
        self.first_field = true;
    }

    /// The verb.
    #[inline]
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// The verb as sent (PRS-014, PRS-015).
    #[must_use]
    pub fn verb_text(&self) -> &[u8] {
        self.verb_text.of(&self.bytes)
    }

    /// The request target as sent (HST-010).
    #[must_use]
    pub fn raw_url(&self) -> &[u8] {
        self.raw_url.of(&self.bytes)
    }

    /// The version as sent; 0.0 when it was not read.
    #[inline]
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The value of a known field, blanks around it removed; `Some(b"")` for a field that is
    /// present and empty (HDR-001, HDR-004, HDR-005). Ids from 41 on are never present.
    #[inline]
    #[must_use]
    pub fn known(&self, id: usize) -> Option<&[u8]> {
        let span = self.known.get(id)?;
        (self.present >> id & 1 == 1).then(|| span.of(&self.bytes))
    }

    /// Whether a known field is present whose id is the number of a bit in `ids`.
    #[inline]
    #[must_use]
    pub fn has_any(&self, ids: u64) -> bool {
        self.present & ids != 0
    }

    /// Name and value of the unknown fields, in order of first arrival, names as sent; each name
    /// once, in any letter case (HDR-002, HDR-007 to HDR-009).
    pub fn unknown(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> + '_ {
        self.unknown
            .iter()
            .map(|f| (f.name.of(&self.bytes), f.value.of(&self.bytes)))
    }

    /// Number of unknown fields.
    #[must_use]
    pub fn unknown_len(&self) -> usize {
        self.unknown.len()
    }

    /// The bytes that the spans of this head point into.
    ///
    /// The last byte of each span that is not empty is followed by one that belongs to no span, or
    /// the end: whoever takes a copy can end each part there with a NUL.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.bytes
    }

    /// Where [`verb_text`](Self::verb_text) lies in [`text`](Self::text).
    #[must_use]
    pub fn verb_span(&self) -> Span {
        self.verb_text
    }

    /// Where [`raw_url`](Self::raw_url) lies in [`text`](Self::text).
    #[must_use]
    pub fn raw_url_span(&self) -> Span {
        self.raw_url
    }

    /// The known fields that are present, by ascending id, as places in [`text`](Self::text).
    #[inline]
    pub fn known_spans(&self) -> impl Iterator<Item = (usize, Span)> + '_ {
        let mut left = self.present;
        std::iter::from_fn(move || {
            let id = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            Some((id, *self.known.get(id)?))
        })
    }

    /// Name and value of the unknown fields as places in [`text`](Self::text), in the order of
    /// [`unknown`](Self::unknown).
    pub fn unknown_spans(&self) -> impl ExactSizeIterator<Item = (Span, Span)> + '_ {
        self.unknown.iter().map(|field| (field.name, field.value))
    }

    /// The form of the request target.
    #[inline]
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        match self.target {
            TargetForm::Origin => Target::Origin(self.raw_url()),
            TargetForm::Absolute {
                https,
                authority,
                path_and_query,
            } => Target::Absolute {
                https,
                authority: authority.of(&self.bytes),
                path_and_query: path_and_query.of(&self.bytes),
            },
            TargetForm::Asterisk => Target::Asterisk,
            TargetForm::Authority => Target::Authority(self.raw_url()),
        }
    }

    /// The authority that routing uses: of the absolute form, else the Host field (PRS-021). Empty
    /// for HTTP/1.0 without Host (G-015), and for an empty Host (HST-002).
    #[inline]
    #[must_use]
    pub fn host(&self) -> &[u8] {
        match self.target {
            TargetForm::Absolute { authority, .. } => authority.of(&self.bytes),
            _ => self.known(request_id::HOST).unwrap_or_default(),
        }
    }

    /// How the body is framed.
    #[inline]
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// The connection has to close after the response: version below 1.1 without the Connection
    /// option `keep-alive` (CON-010, CON-011) or with chunked coding (G-021), the option `close`
    /// (CON-009), or Content-Length together with chunked (BDY-016).
    #[inline]
    #[must_use]
    pub fn close(&self) -> bool {
        self.close
    }

    /// The client has said that nothing comes behind this request: the option `close`, or a version below
    /// 1.1 without `keep-alive` (RFC 9112 sections 9.3 and 9.6).
    #[inline]
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.is_last
    }

    /// HTTP/1.1 and `Expect: 100-continue` (BDY-021). Other expectations go to the application
    /// (G-042).
    #[inline]
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.version >= Version::HTTP_1_1
            && self
                .known(request_id::EXPECT)
                .is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue"))
    }

    /// Bytes of request line, fields and blank line as received (HDR-015).
    #[must_use]
    pub fn head_len(&self) -> usize {
        self.parsed
    }

    /// Bytes of empty lines in front of the request line (G-017).
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Whether the known field `id` came more than once.
    fn is_repeated(&self, id: usize) -> bool {
        self.repeats
            .iter()
            .any(|(repeated, _)| *repeated as usize == id)
    }
}
