//! What a request gets from an entry.
//!
//! Owns: conditional requests and ranges on what is kept (CSH-016, CSH-017, G-094). Does not own: whether the
//! request may be served at all (`conditions`) and the heads (`httpsys_proto::partial`). Threading: pure functions.

use std::ops::Range;

use httpsys_proto::date::parse_http_date;
use httpsys_proto::header::request_id;
use httpsys_proto::partial::{self, BodyPiece};
use httpsys_proto::range::RangeChoice;
use httpsys_proto::{RequestHead, ResponseParts};

use super::conditions::may_be_served;
use super::entry::CacheEntry;

/// What a request gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CacheAnswer {
    /// Nothing: the program answers.
    Program,
    /// The response as it was given.
    Whole,
    /// 304: the client has it.
    NotModified,
    /// 206 with these bytes.
    Parts(Vec<Range<u64>>),
    /// 416.
    Unsatisfiable,
    /// 400 Invalid Header (ERR-007).
    InvalidHeader,
}

/// The body of an answer, whose head was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CachedBody {
    /// None.
    Empty,
    /// The whole body of the entry.
    Whole,
    /// These pieces.
    Pieces(Vec<BodyPiece>),
}

impl CacheEntry {
    /// What a request for this URL gets; `second` is the present one since 1970.
    ///
    /// Only If-Modified-Since is decided here, by a well-formed Last-Modified (documented: "used for cache control
    /// verification"). Other conditions, and a date that is none, are the program's (G-094, G-186).
    #[inline]
    #[must_use]
    pub fn answer(&self, request: &RequestHead, second: u64) -> CacheAnswer {
        const OTHERS: u64 = 1 << request_id::IF_MATCH
            | 1 << request_id::IF_NONE_MATCH
            | 1 << request_id::IF_UNMODIFIED_SINCE;
        /// What the answer depends on otherwise.
        const CONDITIONS: u64 =
            1 << request_id::IF_MODIFIED_SINCE | 1 << request_id::RANGE | 1 << request_id::IF_RANGE;
        let Some(stored) = self.stored() else {
            return CacheAnswer::Program;
        };
        if request.has_any(OTHERS) || !may_be_served(request) {
            return CacheAnswer::Program;
        }
        if !request.has_any(CONDITIONS) {
            return CacheAnswer::Whole;
        }
        // What is said of a success only (RFC 9110 sections 13.2.1 and 14.2).
        if stored.parts.status() != 200 {
            return CacheAnswer::Whole;
        }
        if let Some(since) = request.known(request_id::IF_MODIFIED_SINCE) {
            let Some(since) = parse_http_date(since.trim_ascii(), second) else {
                return CacheAnswer::Program;
            };
            if stored.last_modified.is_some_and(|own| own <= since) {
                return CacheAnswer::NotModified;
            }
        }
        let length = self.body().len() as u64;
        match partial::choose(request, &stored.parts, length, second) {
            RangeChoice::Whole => CacheAnswer::Whole,
            RangeChoice::Parts(parts) => CacheAnswer::Parts(parts),
            RangeChoice::Unsatisfiable => CacheAnswer::Unsatisfiable,
            RangeChoice::Overflow => CacheAnswer::InvalidHeader,
        }
    }

    /// Writes the head of an answer, and says what its body is. `None`: it has no head here
    /// ([`CacheAnswer::Program`], [`CacheAnswer::InvalidHeader`], and what a fragment would give).
    ///
    /// `boundary` is a random token, for several parts.
    #[inline]
    pub fn write(
        &self,
        answer: &CacheAnswer,
        boundary: &[u8],
        out: &mut ResponseParts,
    ) -> Option<CachedBody> {
        let parts = &self.stored()?.parts;
        let length = self.body().len() as u64;
        let written = match answer {
            CacheAnswer::Program | CacheAnswer::InvalidHeader => return None,
            CacheAnswer::Whole => {
                out.clone_from(parts);
                Ok(CachedBody::Whole)
            }
            CacheAnswer::NotModified => {
                partial::not_modified(parts, out).map(|()| CachedBody::Empty)
            }
            CacheAnswer::Parts(asked) => {
                partial::content(parts, asked, length, boundary, out).map(CachedBody::Pieces)
            }
            CacheAnswer::Unsatisfiable => {
                partial::unsatisfiable(parts, length, out).map(|()| CachedBody::Empty)
            }
        };
        debug_assert!(written.is_ok(), "the fields of the response were checked");
        written.ok()
    }
}
