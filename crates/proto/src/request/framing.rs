//! What the fields say about the body and about the connection.
//!
//! Owns: Transfer-Encoding, Content-Length and Connection of a request. Does not own: decoding the
//! body. Invariant: 501 takes precedence over 411, and 411 over 400 (G-009). Threading: none.

use super::{Framing, RequestHead};
use crate::error_page::Reject;
use crate::header::id;
use crate::response_parts::{CLOSE, KEEP_ALIVE, has_option};
use crate::scan::{elements, is_token};
use crate::{Verb, Version};

/// The fields that this module reads, as bits of `RequestHead::present`.
const FIELDS: u64 = 1 << id::TRANSFER_ENCODING | 1 << id::CONTENT_LENGTH | 1 << id::CONNECTION;

/// Sets framing and persistence of a head whose fields have all been read but not yet joined.
#[inline]
pub(super) fn apply(head: &mut RequestHead) -> Result<(), Reject> {
    if head.present & FIELDS == 0 && !matches!(head.verb, Verb::Post | Verb::Put) {
        head.is_last = head.version < Version::HTTP_1_1;
        head.close = head.is_last;
        return Ok(());
    }
    apply_fields(head)
}

fn apply_fields(head: &mut RequestHead) -> Result<(), Reject> {
    let chunked = head.known(id::TRANSFER_ENCODING).is_some();
    if chunked {
        check_transfer_encoding(head)?;
    }
    let has_length = head.known(id::CONTENT_LENGTH).is_some();
    let is_http_1_1 = head.version >= Version::HTTP_1_1;
    let is_unframed = !chunked && !has_length && matches!(head.verb, Verb::Post | Verb::Put);
    if is_unframed && is_http_1_1 {
        return Err(Reject::LengthRequired); // ERR-013; a 1.0 request has no body then
    }
    let length = if has_length {
        Some(content_length(head).ok_or(Reject::BadRequest)?)
    } else {
        None
    };
    head.framing = match length {
        _ if chunked => Framing::Chunked, // BDY-015
        Some(length) => Framing::Length(length),
        None => Framing::None,
    };
    let is_last = has_connection_option(head, CLOSE)
        || !(is_http_1_1 || has_connection_option(head, KEEP_ALIVE));
    // RFC 9112 section 6.1: what 1.0 says about chunked is not to be relied on (G-021). A POST
    // without a length may have a body all the same, up to the end of the connection.
    head.close = is_last
        || if is_http_1_1 {
            chunked && has_length
        } else {
            chunked || is_unframed
        };
    head.is_last = is_last && !is_unframed;
    Ok(())
}

/// Whether a Connection line has `option`; `close` counts beside `keep-alive` (RFC 9112 section
/// 9.3).
fn has_connection_option(head: &RequestHead, option: &[u8]) -> bool {
    values(head, id::CONNECTION).any(|list| has_option(list, option))
}

/// The values of all lines of a known field.
fn values(head: &RequestHead, id: usize) -> impl Iterator<Item = &[u8]> {
    let repeats = head
        .repeats
        .iter()
        .filter(move |(repeat, _)| *repeat as usize == id);
    head.known(id)
        .into_iter()
        .chain(repeats.map(|(_, value)| value.of(&head.bytes)))
}

/// The last coding must be `chunked` and the only one of that name; others before it are left to
/// the application, but `identity` is not (G-020, BDY-011 to BDY-014).
fn check_transfer_encoding(head: &RequestHead) -> Result<(), Reject> {
    let mut last_is_chunked = false;
    for coding in values(head, id::TRANSFER_ENCODING).flat_map(elements) {
        let is_valid = coding.iter().all(|b| is_token(*b));
        if last_is_chunked || !is_valid || coding.eq_ignore_ascii_case(b"identity") {
            return Err(Reject::TransferEncoding);
        }
        last_is_chunked = coding.eq_ignore_ascii_case(b"chunked");
    }
    if last_is_chunked {
        Ok(())
    } else {
        Err(Reject::TransferEncoding)
    }
}

/// The one number that all Content-Length lines agree on (BDY-005 to BDY-010).
fn content_length(head: &RequestHead) -> Option<u64> {
    let mut lengths = values(head, id::CONTENT_LENGTH).map(number);
    let first = lengths.next()??;
    lengths.all(|other| other == Some(first)).then_some(first)
}

/// Digits only, at most 64 bits.
fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}
