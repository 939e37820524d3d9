//! The fields of a long head, read by httparse.
//!
//! Owns: the call of httparse, as often as there are more fields than it is asked for. Does not own: the first fields
//! (`quick`), or any refusal: what httparse does not accept is left to the strict parser (`fields`).
//!
//! Invariant: as in `quick`; httparse refuses what HTTP.sys refuses and more. Threading: none.

use httparse::{EMPTY_HEADER, Error, Header, Status};

use super::{RequestHead, Span, UnknownField, fields};
use crate::header::request_header_id;

/// Fields that httparse is asked for at once.
const FIELDS: usize = 24;

/// Takes over the fields from `from` on; `Some` is the index behind the blank line. After `None` some may have been
/// taken over.
#[inline(never)]
pub(super) fn parse(head: &mut RequestHead, window: &[u8], mut from: usize) -> Option<usize> {
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
