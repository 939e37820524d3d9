//! Which response is kept, and which request may get it.
//!
//! Owns: the documented conditions of the page *Kernel Mode Cache*, and those that were observed (CSH-001, CSH-002,
//! CSH-004, CSH-005, CSH-008 to CSH-015). Does not own: room, and what conditional requests get (`answer`). What
//! is not said about a response does not keep it out: Vary and Set-Cookie are not looked at (CSH-011).
//! Threading: pure functions.

use std::fmt;

use httpsys_proto::date::parse_http_date;
use httpsys_proto::header::{id, request_id};
use httpsys_proto::{Framing, RequestHead, ResponseParts, Verb};

use super::policy::CachePolicy;

/// Why a response is not kept. It is sent all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotCached {
    /// The policy says so, or there is none, or its time is 0 (CFG-006, CSH-005).
    Policy,
    /// The request is not one that is served from the cache, or asks for a range (CSH-001, CSH-010, CSH-013).
    Request,
    /// The response comes in parts, or closes the connection, or has a coding of its own (CSH-014; the last two are
    /// assumed, G-247).
    Parts,
    /// The status is not 200 to 599, or 206 (CSH-008, CSH-009).
    Status,
    /// There is no Content-Type (CSH-004).
    ContentType,
    /// Last-Modified is not a date (CSH-002).
    LastModified,
    /// It is larger than a response may be (CSH-002).
    TooLarge,
    /// There is no room, and none can be made.
    NoRoom,
}

impl fmt::Display for NotCached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Policy => "its policy is not to be cached, or a time of 0 seconds",
            Self::Request => "the request is not a plain GET, or has Authorization, Range or If-Range",
            Self::Parts => {
                "it was not sent in one call that leaves the connection open, or has Transfer-Encoding"
            }
            Self::Status => "its status is below 200, above 599 or 206",
            Self::ContentType => "it has no Content-Type",
            Self::LastModified => "its Last-Modified is not a date",
            Self::TooLarge => "it is larger than UriMaxUriBytes or MaxCacheResponseSize",
            Self::NoRoom => "the cache has no room for it",
        })
    }
}

/// How a response is sent, as far as keeping it is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheablePart {
    /// HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
    pub more_data: bool,
    /// HTTP_SEND_RESPONSE_FLAG_DISCONNECT.
    pub disconnect: bool,
    /// HTTP_SEND_RESPONSE_FLAG_OPAQUE.
    pub opaque: bool,
}

/// Whether the request may get its response from the cache (CSH-001): a GET without a body, without Authorization,
/// `Translate: f` and expectations other than 100-continue. Pragma and Cache-Control are not looked at (CSH-012).
#[must_use]
pub fn may_be_served(request: &RequestHead) -> bool {
    const LOOKED_AT: u64 =
        1 << request_id::AUTHORIZATION | 1 << request_id::TRANSLATE | 1 << request_id::EXPECT;
    let is_plain = request.verb() == Verb::Get
        && matches!(request.framing(), Framing::None | Framing::Length(0));
    is_plain && (!request.has_any(LOOKED_AT) || may_be_served_with(request))
}

/// What [`may_be_served`] says of a plain GET with one of the fields that it looks at.
#[cold]
fn may_be_served_with(request: &RequestHead) -> bool {
    let is = |id: usize, value: &[u8]| {
        request
            .known(id)
            .is_some_and(|own| own.trim_ascii().eq_ignore_ascii_case(value))
    };
    request.known(request_id::AUTHORIZATION).is_none()
        && !is(request_id::TRANSLATE, b"f")
        && (request.known(request_id::EXPECT).is_none() || is(request_id::EXPECT, b"100-continue"))
}

/// Whether the response to this request is kept, before its size is known.
///
/// # Errors
/// The first condition that is not met.
pub fn may_be_stored(
    request: &RequestHead,
    response: &ResponseParts,
    sent: CacheablePart,
    policy: CachePolicy,
) -> Result<(), NotCached> {
    if !policy.keeps() {
        return Err(NotCached::Policy);
    }
    let asks_for_range =
        request.known(request_id::RANGE).is_some() || request.known(request_id::IF_RANGE).is_some();
    if !may_be_served(request) || asks_for_range {
        return Err(NotCached::Request);
    }
    let is_whole = !sent.more_data && !sent.disconnect && !sent.opaque;
    if !is_whole || response.has_transfer_encoding() {
        return Err(NotCached::Parts);
    }
    if !(200..=599).contains(&response.status()) || response.status() == 206 {
        return Err(NotCached::Status);
    }
    if field(response, id::CONTENT_TYPE).is_none() {
        return Err(NotCached::ContentType);
    }
    if let Some(date) = field(response, id::LAST_MODIFIED) {
        // Which century it is does not matter for whether it is one.
        parse_http_date(date.trim_ascii(), 0).ok_or(NotCached::LastModified)?;
    }
    Ok(())
}

/// The value of a known field, in whichever list of the response it stands.
pub(super) fn field(response: &ResponseParts, id: usize) -> Option<&[u8]> {
    let mut fields = response.fields();
    fields
        .find(|field| {
            let own = field
                .id
                .or_else(|| httpsys_proto::header::response_header_id(field.name));
            own == Some(id) && !field.value.is_empty()
        })
        .map(|field| field.value)
}
