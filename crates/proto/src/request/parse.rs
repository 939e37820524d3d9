//! The driver of the head parser: limits, progress between calls, order of the checks.
//!
//! Owns: [`parse_head`], and the choice between the two parsers. Does not own: what a line means
//! (`quick`, or `line` and `fields`), or what the fields add up to (`framing`, `authority`).
//! Invariant: the outcome is a function of the bytes alone; the first fault in the order of the
//! bytes counts (G-009), and it is reported as soon as the byte that decides has been seen (G-007,
//! PRS-004). Threading: none.

use super::{Parsed, RequestHead, Stage, authority, fields, framing, line, quick};
use crate::error_page::Reject;
use crate::parameters::Parameters;

/// Parses a request head into `head`.
///
/// `input` holds all bytes received so far, from where the head starts; it grows from call to
/// call. `seen` is how many of them the previous call already looked at, 0 on the first. When
/// nothing has arrived that could end a line the answer is [`Parsed::Partial`] after a look at the
/// new bytes only, so that a client which sends byte by byte costs no more than one that does not.
///
/// `head` need not be the one of the previous call. When it is, complete lines are not parsed
/// again. `p` is the same for all calls that use a head.
///
/// The head must stay below `max_request_bytes`: a head of 16,383 bytes is accepted by default, one
/// of 16,384 is not (LIM-008, LIM-009), and is 414 when the URL alone gets there (LIM-010, G-008).
#[inline]
pub fn parse_head(head: &mut RequestHead, input: &[u8], seen: usize, p: &Parameters) -> Parsed {
    parse(head, input, seen, p, Way::Quick)
}

/// How a head is parsed that is looked at from its start. The outcome is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The fields in one pass where all are there and plain, else by the strict parser.
    Quick,
    /// By the strict parser; the other half of the differential test.
    #[cfg(test)]
    Strict,
}

/// [`parse_head`] by a given way.
pub(super) fn parse(
    head: &mut RequestHead,
    input: &[u8],
    seen: usize,
    p: &Parameters,
    way: Way,
) -> Parsed {
    if seen > 0 && is_nothing_new(input, seen, p) {
        return Parsed::Partial;
    }
    if seen == 0 || !is_resumable(head, input) {
        head.clear();
        match skip_empty_lines(input, p.choices.empty_lines) {
            Ok(Some(skipped)) => head.skipped = skipped,
            Ok(None) => return Parsed::Partial,
            Err(reject) => return Parsed::Reject(reject),
        }
    }
    let text = &input[head.skipped..];
    let limit = (p.max_request_bytes as usize).max(1);
    // The byte that reaches the limit is never looked at by the line parsers: whatever it is, the
    // head is too long.
    let window = &text[..text.len().min(limit - 1)];
    match parse_lines(head, window, p, way) {
        Ok(Some(end)) => Parsed::Complete {
            consumed: head.skipped + end,
        },
        Ok(None) if text.len() < limit => {
            let parsed = head.parsed;
            copy(head, &text[..parsed]);
            Parsed::Partial
        }
        Ok(None) => {
            copy(head, window);
            // 414 only while inside the URL: a blank at the limit has ended it (G-008).
            let in_url = head.stage == Stage::RequestLine && line::is_in_url(window);
            let url_too_long = in_url && text[limit - 1] != b' ';
            Parsed::Reject(if url_too_long {
                Reject::UrlTooLong
            } else {
                Reject::RequestTooLong
            })
        }
        Err(reject) => {
            if head.stage != Stage::Complete {
                copy(head, window);
            }
            Parsed::Reject(reject)
        }
    }
}

/// Whether the bytes behind `seen` cannot change the outcome of the previous call.
fn is_nothing_new(input: &[u8], seen: usize, p: &Parameters) -> bool {
    // A CR that was the last byte seen may be a bare one: look at it again.
    let Some(new) = input.get(seen - 1..) else {
        return false;
    };
    input.len() < p.max_request_bytes as usize
        && input.len() <= p.field_limit()
        && !new.iter().any(|b| matches!(b, b'\r' | b'\n'))
}

/// Whether `head` holds the complete lines at the front of `input`.
fn is_resumable(head: &RequestHead, input: &[u8]) -> bool {
    head.stage == Stage::Fields
        && head.bytes.len() == head.parsed
        && input
            .get(head.skipped..)
            .is_some_and(|text| text.starts_with(&head.bytes))
}

/// Index of the first byte of the request line, `None` when it has not arrived.
fn skip_empty_lines(input: &[u8], most: u32) -> Result<Option<usize>, Reject> {
    let mut at = 0;
    for _ in 0..=most {
        match &input[at..] {
            [b'\n', ..] => at += 1,
            [b'\r', b'\n', ..] => at += 2,
            [] | [b'\r'] => return Ok(None),
            _ => return Ok(Some(at)),
        }
    }
    Err(Reject::InvalidVerb)
}

/// Parses from where the head stands; `Some` is the length of the complete head.
fn parse_lines(
    head: &mut RequestHead,
    window: &[u8],
    p: &Parameters,
    way: Way,
) -> Result<Option<usize>, Reject> {
    let max_field = p.field_limit();
    let mut quick = None;
    if head.stage == Stage::RequestLine {
        let Some(next) = line::parse(head, window, p)? else {
            return Ok(None);
        };
        head.parsed = next;
        head.stage = Stage::Fields;
        if way == Way::Quick {
            quick = quick::parse(head, window, max_field);
        }
    }
    let end = match quick {
        Some(end) => end,
        None => match fields::parse(head, window, p)? {
            Some(end) => end,
            None => return Ok(None),
        },
    };
    head.parsed = end;
    copy(head, &window[..end]);
    if !head.folds.is_empty() {
        fields::unfold(head);
    }
    head.stage = Stage::Complete;
    framing::apply(head)?;
    authority::check_host(head)?;
    fields::join(head);
    Ok(Some(end))
}

/// Takes over the bytes of `text` that the head does not hold yet.
fn copy(head: &mut RequestHead, text: &[u8]) {
    if let Some(new) = text.get(head.bytes.len()..) {
        head.bytes.extend_from_slice(new);
    }
}
