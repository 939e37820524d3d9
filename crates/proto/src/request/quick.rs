//! The common case: a whole head that httparse accepts, taken over as spans.
//!
//! Owns: the call of httparse and what HTTP.sys demands beyond it. Does not own: any refusal. What
//! is not accepted here is left to the strict parser (`line`, `fields`), which knows the class of
//! each fault and their order (G-007, G-009) and the relaxations of HTTP.sys (PRS-025, PRS-027).
//!
//! Invariant: a head accepted here reads exactly as the strict parser would read it; the places
//! where httparse and HTTP.sys differ are listed in `tests_quick.rs`. Threading: none.

use super::{RequestHead, Span, UnknownField, fields, line};
use crate::header::request_header_id;
use crate::scan::has_byte;
use crate::{Verb, Version};
use httparse::{Header, Request, Status};
use std::mem::MaybeUninit;

/// Most fields of a head taken over; a longer list is for the strict parser.
const FIELDS: usize = 64;

/// Parses the head at the front of `window` into `head`, which is clear; `Some` is the index behind
/// the blank line. Afterwards `head` is clear again, or holds request line and fields.
#[inline]
pub(super) fn parse(head: &mut RequestHead, window: &[u8], max_field: usize) -> Option<usize> {
    let mut storage: [MaybeUninit<Header<'_>>; FIELDS] = [const { MaybeUninit::uninit() }; FIELDS];
    let mut request = Request::new(&mut []);
    let Ok(Status::Complete(end)) = request.parse_with_uninit_headers(window, &mut storage) else {
        return None;
    };
    // No field is longer than the whole head; which one it would be is not worth a look.
    if end > max_field {
        return None;
    }
    if take_line(head, window, &request).is_none()
        || take_fields(head, window, request.headers).is_none()
    {
        forget(head);
        return None;
    }
    Some(end)
}

/// The request line: verbs of any length, `#` and any form of target are fine with httparse.
#[inline]
fn take_line(head: &mut RequestHead, window: &[u8], request: &Request<'_, '_>) -> Option<()> {
    let (verb, url) = (request.method?.as_bytes(), request.path?.as_bytes());
    if verb.len() > line::MAX_VERB || has_byte(url, b'#') {
        return None;
    }
    head.version = match request.version? {
        0 => Version::HTTP_1_0,
        1 => Version::HTTP_1_1,
        _ => return None,
    };
    head.verb = match verb {
        b"GET" => Verb::Get,
        _ => Verb::from_token(verb),
    };
    head.verb_text = place(window, verb)?;
    head.raw_url = place(window, url)?;
    if !matches!(url, [b'/', ..]) {
        head.target = line::target_form(head.verb, window, head.raw_url).ok()?;
    }
    line::check_parts(head).ok()
}

/// The fields: httparse removes blanks around values, and refuses what HTTP.sys refuses and more.
#[inline(never)]
fn take_fields(head: &mut RequestHead, window: &[u8], all: &[Header<'_>]) -> Option<()> {
    for field in all {
        let name = field.name.as_bytes();
        let value = place(window, field.value)?;
        match request_header_id(name) {
            Some(id) => fields::store_known(head, id, value),
            None => head.unknown.push(UnknownField {
                name: place(window, name)?,
                value,
            }),
        }
    }
    Some(())
}

/// Where `part` lies in `window`; `None` when it does not.
#[inline]
fn place(window: &[u8], part: &[u8]) -> Option<Span> {
    let start = part.as_ptr().addr().wrapping_sub(window.as_ptr().addr());
    let end = start.wrapping_add(part.len());
    (start <= end && end <= window.len()).then(|| Span::between(start, end))
}

/// Undoes a take-over that was broken off.
#[cold]
fn forget(head: &mut RequestHead) {
    let skipped = head.skipped;
    head.clear();
    head.skipped = skipped;
}
