//! The common case: the fields of a head that is complete in the buffer, parsed by httparse.
//!
//! Owns: the call of httparse and HTTP.sys's additional rules. Does not own: the request line
//! (`line`) or any refusal. What is not accepted here is left to the strict parser (`fields`),
//! which knows the class of each fault, the order of faults (G-007, G-009) and the relaxations of
//! HTTP.sys (PRS-027).
//!
//! Invariant: fields accepted here read exactly as the strict parser would read them;
//! `tests_quick.rs` lists where httparse and HTTP.sys differ. Threading: none.

use super::{RequestHead, Span, UnknownField, fields};
use crate::header::request_header_id;
use httparse::{EMPTY_HEADER, Header, Status};

/// Most fields of a head taken over; a longer list is for the strict parser.
const FIELDS: usize = 24;

/// Parses the fields from `head.parsed` on; `Some` is the index behind the blank line. `None` leaves
/// `head` as it was.
#[inline]
pub(super) fn parse(head: &mut RequestHead, window: &[u8], max_field: usize) -> Option<usize> {
    let lines = window.get(head.parsed..)?;
    let mut storage = [EMPTY_HEADER; FIELDS];
    let Ok(Status::Complete((length, all))) = httparse::parse_headers(lines, &mut storage) else {
        return None;
    };
    // No field is longer than all of them; which one it would be is not worth a look.
    if length > max_field {
        return None;
    }
    if take_fields(head, window, all).is_none() {
        forget(head);
        return None;
    }
    Some(head.parsed + length)
}

/// httparse removes blanks around values, and refuses what HTTP.sys refuses and more.
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
    head.present = 0;
    head.unknown.clear();
    head.repeats.clear();
}
