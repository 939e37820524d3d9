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
use httparse::{EMPTY_HEADER, Error, Header, Status};

/// Fields that httparse is asked for at once.
const FIELDS: usize = 24;

/// Parses the fields from `head.parsed` on; `Some` is the index behind the blank line. `None` leaves
/// `head` as it was.
#[inline]
pub(super) fn parse(head: &mut RequestHead, window: &[u8], max_field: usize) -> Option<usize> {
    let lines = window.get(head.parsed..)?;
    let mut storage = [EMPTY_HEADER; FIELDS];
    let end = match httparse::parse_headers(lines, &mut storage) {
        Ok(Status::Complete((length, all))) => {
            take_fields(head, window, all).map(|()| head.parsed + length)
        }
        Err(Error::TooManyHeaders) => take_many(head, window, &storage),
        _ => return None,
    };
    // No field is longer than all of them; which one it would be is not worth a look.
    let end = end.filter(|end| end - head.parsed <= max_field);
    if end.is_none() {
        forget(head);
    }
    end
}

/// The fields of a head that has more than httparse was asked for: those that it has read, and then the next ones.
#[cold]
fn take_many(head: &mut RequestHead, window: &[u8], first: &[Header<'_>; FIELDS]) -> Option<usize> {
    let mut from = take_all(head, window, first, head.parsed)?;
    loop {
        let mut storage = [EMPTY_HEADER; FIELDS];
        match httparse::parse_headers(window.get(from..)?, &mut storage) {
            Ok(Status::Complete((length, all))) => {
                take_fields(head, window, all)?;
                return Some(from + length);
            }
            Err(Error::TooManyHeaders) => from = take_all(head, window, &storage, from)?,
            _ => return None,
        }
    }
}

/// Takes over a table that is full, and gives the index of the line behind its last field. Nothing but blanks is
/// between a value and its line end.
fn take_all(
    head: &mut RequestHead,
    window: &[u8],
    all: &[Header<'_>; FIELDS],
    from: usize,
) -> Option<usize> {
    let last = place(window, all[FIELDS - 1].name.as_bytes())?;
    // Whether httparse fills the table before it says that it is full, is not documented.
    if last.len == 0 || (last.start as usize) < from {
        return None;
    }
    take_fields(head, window, all)?;
    let value = place(window, all[FIELDS - 1].value)?;
    let behind = value.start as usize + value.len as usize;
    let line_end = window.get(behind..)?.iter().position(|b| *b == b'\n')?;
    Some(behind + line_end + 1)
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
