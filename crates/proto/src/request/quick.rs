//! The common case: the fields of a head that is complete in the buffer, in one pass.
//!
//! Owns: the pass over the first well-formed lines, a word at a time where the bytes have no meaning. Does not
//! own: the fields of a long head behind these, which httparse reads (`many`), the request line (`line`) or any
//! refusal. What is not plain is left to the strict parser (`fields`), which knows the class of each fault, the
//! order of faults (G-007, G-009) and the relaxations of HTTP.sys (PRS-027).
//!
//! Invariant: fields accepted here read exactly as the strict parser would read them; `tests_quick.rs`
//! compares the two. Threading: none.

use super::{RequestHead, Span, UnknownField, fields, many};
use crate::header::request_header_id;
use crate::scan::{find_colon, find_control, is_token_text, trim_end, trim_start};

/// Fields that are read here: as many as a browser sends, most of whose names are known. For unknown names in a longer
/// head httparse is a little shorter.
const SHORT: usize = 16;

/// Parses the fields from `head.parsed` on; `Some` is the index behind the blank line. `None` leaves
/// `head` as it was.
#[inline]
pub(super) fn parse(head: &mut RequestHead, window: &[u8], max_field: usize) -> Option<usize> {
    // No field is longer than all of them; which one it would be is not worth a look.
    let end = take_fields(head, window).filter(|end| end - head.parsed <= max_field);
    if end.is_none() {
        forget(head);
    }
    end
}

/// Takes line after line over, up to the blank one, and leaves those of a long head to httparse.
#[inline(never)]
fn take_fields(head: &mut RequestHead, window: &[u8]) -> Option<usize> {
    let mut at = head.parsed;
    for _ in 0..=SHORT {
        let line = window.get(at..)?;
        match line {
            [b'\r', b'\n', ..] => return Some(at + 2),
            [b'\n', ..] => return Some(at + 1),
            _ => {}
        }
        let colon = find_colon(line)?;
        let name = &line[..colon];
        let (from, to, next) = value(line, colon + 1)?;
        let value = Span::between(at + from, at + to);
        match request_header_id(name) {
            Some(id) => fields::store_known(head, id, value),
            // A colon of a later line: what is in front of it is no token.
            None if !is_token_text(name) => return None,
            None => head.unknown.push(UnknownField {
                name: Span::between(at, at + colon),
                value,
            }),
        }
        at += next;
    }
    many::parse(head, window, at)
}

/// Begin and end of the value that is in `line` from `from` on, blanks around it left out, and the
/// index of the next line.
#[inline]
fn value(line: &[u8], from: usize) -> Option<(usize, usize, usize)> {
    let from = from + usize::from(line.get(from) == Some(&b' '));
    let mut end = find_control(line, from);
    while line.get(end) == Some(&b'\t') {
        end = find_control(line, end + 1);
    }
    let next = match line.get(end..)? {
        [b'\r', b'\n', ..] => end + 2,
        [b'\n', ..] => end + 1,
        _ => return None,
    };
    let text = line.get(from..end)?;
    match text {
        [b' ' | b'\t', ..] | [.., b' ' | b'\t'] => {
            let (from, to) = without_blanks(text, from);
            Some((from, to, next))
        }
        _ => Some((from, end, next)),
    }
}

/// Begin and end of `text`, which lies at `at`, without the blanks around it.
#[cold]
fn without_blanks(text: &[u8], at: usize) -> (usize, usize) {
    let front = trim_start(text);
    let from = at + text.len() - front.len();
    (from, from + trim_end(front).len())
}

/// Undoes a take-over that was broken off.
#[cold]
fn forget(head: &mut RequestHead) {
    head.present = 0;
    head.unknown.clear();
    head.repeats.clear();
}
