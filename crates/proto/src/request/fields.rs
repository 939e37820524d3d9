//! Field lines, and joining repeated fields.
//!
//! Owns: the syntax of a field line, the storage of fields, and HDR-007 to HDR-009. Does not own:
//! what a field means. Invariant: the work is linear in the size of the head (times a logarithm for
//! repeated unknown fields), however many fields there are (HDR-012). Threading: none.

use super::{RequestHead, Span, UnknownField};
use crate::Parameters;
use crate::error_page::Reject;
use crate::header::{REQUEST_HEADERS, id, request_header_id};
use crate::scan::{find_control, is_token, trim_start};
use std::cmp::Ordering;

/// Up to this many unknown fields are compared with each other one by one.
const FEW_FIELDS: usize = 8;
/// Marks an unknown field whose value was joined to an earlier one.
const JOINED: u32 = u32::MAX;
/// Stands behind each joined value, so that no two parts of a head touch each other.
const SEPARATOR: u8 = 0;

/// Parses field lines from `head.parsed` on; `Some` is the index behind the blank line.
///
/// Refused: names that are not tokens, also a blank before the colon (G-012, G-013, HDR-011);
/// lines without a colon (ERR-022); folded lines (G-011); controls but tab in values (G-014); CR
/// without LF (PRS-026). LF alone ends a line (PRS-025). Blanks before the first field and lines
/// of nothing but blanks there are skipped (PRS-027); a truly empty line ends the head even there,
/// as a request without fields could not end otherwise. The parameters of LIM-002 and the choice
/// for G-011 relax this.
pub(super) fn parse(
    head: &mut RequestHead,
    window: &[u8],
    p: &Parameters,
) -> Result<Option<usize>, Reject> {
    let max_field = p.field_limit();
    let mut at = head.parsed;
    loop {
        let line = window.get(at..).unwrap_or_default();
        let mut name_at = 0;
        let mut colon = name_end(line, 0, p);
        if colon == 0 && head.first_field {
            name_at = line.len() - trim_start(line).len();
            colon = name_end(line, name_at, p);
        }
        if colon > max_field {
            return Err(Reject::FieldTooLong);
        }
        if colon == name_at || line.get(colon) != Some(&b':') {
            match without_colon(line, name_at, colon)? {
                NoField::Partial => return Ok(None),
                NoField::Blank(next) => return Ok(Some(at + next)),
                NoField::Skip(next) => {
                    at += next;
                    head.parsed = at;
                    continue;
                }
            }
        }
        let folds = head.folds.len();
        let Some((value, next)) = value(head, line, at, colon + 1, p)? else {
            head.folds.truncate(folds);
            return Ok(None);
        };
        match request_header_id(&line[name_at..colon]) {
            Some(id) => store_known(head, id, value),
            None => head.unknown.push(UnknownField {
                name: Span::between(at + name_at, at + colon),
                value,
            }),
        }
        head.first_field = false;
        at += next;
        head.parsed = at;
    }
}

/// The value that begins at `from` in `line`, which lies at `at`, and the index of the next line;
/// `None` when its end has not arrived.
fn value(
    head: &mut RequestHead,
    line: &[u8],
    at: usize,
    from: usize,
    p: &Parameters,
) -> Result<Option<(Span, usize)>, Reject> {
    let mut end = text_end(line, from, p);
    let mut folded = false;
    let next = loop {
        if end > p.field_limit() {
            return Err(Reject::FieldTooLong);
        }
        let Some(next) = line_end(line, end)? else {
            return Ok(None);
        };
        if !p.choices.join_folded_fields {
            break next;
        }
        // The first byte of the next line says whether the field continues.
        match line.get(next..).map(trim_start) {
            None | Some([]) => return Ok(None),
            Some(text) if text.len() + next < line.len() => {
                let text_at = line.len() - text.len();
                head.folds.push(Span::between(at + end, at + text_at));
                folded = true;
                end = text_end(line, text_at, p);
            }
            Some(_) => break next,
        }
    };
    let is_blank =
        |byte: &u8| matches!(byte, b' ' | b'\t') || (folded && matches!(byte, b'\r' | b'\n'));
    let text = &line[from..end];
    let front = text.iter().take_while(|byte| is_blank(byte)).count();
    let back = text[front..]
        .iter()
        .rev()
        .take_while(|byte| is_blank(byte))
        .count();
    Ok(Some((
        Span::between(at + from + front, at + end - back),
        next,
    )))
}

/// Puts one blank in the place of each line end inside a field and the blanks around it (G-011, RFC
/// 9112 section 5.2). The folds lie in the order of the bytes, so each value finds its own.
#[cold]
pub(super) fn unfold(head: &mut RequestHead) {
    let RequestHead {
        bytes,
        known,
        present,
        repeats,
        unknown,
        folds,
        ..
    } = head;
    let known = known.iter_mut().enumerate();
    let known = known.filter_map(|(id, value)| (*present >> id & 1 != 0).then_some(value));
    let repeats = repeats.iter_mut().map(|(_, value)| value);
    let unknown = unknown.iter_mut().map(|field| &mut field.value);
    for value in known.chain(repeats).chain(unknown) {
        let first = folds.partition_point(|fold| fold.start < value.start);
        let end = value.start + value.len;
        let inside = folds[first..].iter().take_while(|fold| fold.start < end);
        let start = value.start as usize;
        let (mut from, mut to) = (start, start);
        for fold in inside {
            let fold_at = fold.start as usize;
            bytes.copy_within(from..fold_at, to);
            to += fold_at - from;
            while to > start && matches!(bytes[to - 1], b' ' | b'\t') {
                to -= 1;
            }
            bytes[to] = b' ';
            to += 1;
            from = fold_at + fold.len as usize;
        }
        bytes.copy_within(from..end as usize, to);
        value.len = (to + end as usize - from - start) as u32;
    }
}

/// Makes one entry of repeated fields, values joined with `, ` in order of arrival.
#[inline]
pub(super) fn join(head: &mut RequestHead) {
    if !head.repeats.is_empty() {
        join_known(head);
    }
    if head.unknown.len() > 1 && has_repeated_unknown(head) {
        join_unknown(head);
    }
}

/// What a line is that holds no field.
enum NoField {
    /// Its end has not arrived.
    Partial,
    /// The blank line; the body starts at this index.
    Blank(usize),
    /// Blanks only (PRS-027); the next line starts at this index.
    Skip(usize),
}

/// What a line is whose token from `name_at` to `end` is empty or not followed by a colon.
#[cold]
fn without_colon(line: &[u8], name_at: usize, end: usize) -> Result<NoField, Reject> {
    let has_name = end > name_at;
    match line.get(end) {
        None => Ok(NoField::Partial),
        Some(b'\r' | b'\n') => match line_end(line, end)? {
            Some(_) if has_name => Err(Reject::BadRequest),
            Some(next) if name_at > 0 => Ok(NoField::Skip(next)),
            Some(next) => Ok(NoField::Blank(next)),
            None => Ok(NoField::Partial),
        },
        Some(b' ' | b'\t') if !has_name => Err(Reject::BadRequest),
        Some(_) => Err(Reject::InvalidHeader),
    }
}

/// Index of the first byte at or after `from` that is not part of a name: a token, or with
/// `AllowWeakHeaderNameSyntax` any visible ASCII character but a colon.
#[inline]
fn name_end(line: &[u8], from: usize, p: &Parameters) -> usize {
    let rest = line.get(from..).unwrap_or_default();
    let is_weak = |byte: &u8| byte.is_ascii_graphic() && *byte != b':';
    let length = if p.allow_weak_header_name_syntax {
        rest.iter().position(|b| !is_weak(b))
    } else {
        rest.iter().position(|b| !is_token(*b))
    };
    from + length.unwrap_or(rest.len())
}

/// Index of the first byte at or after `from` that cannot stand in a value: a control other than
/// tab, or with `AllowWeakHeaderValueSyntax` NUL, LF or CR.
#[inline]
fn text_end(line: &[u8], from: usize, p: &Parameters) -> usize {
    let mut end = find_control(line, from);
    while let Some(byte) = line.get(end) {
        let weak = p.allow_weak_header_value_syntax && !matches!(byte, 0 | b'\n' | b'\r');
        if *byte != b'\t' && !weak {
            break;
        }
        end = find_control(line, end + 1);
    }
    end
}

/// Index behind the line end at `at`, `None` when it has not wholly arrived.
#[inline]
fn line_end(line: &[u8], at: usize) -> Result<Option<usize>, Reject> {
    match line.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => Ok(Some(at + 2)),
        [b'\n', ..] => Ok(Some(at + 1)),
        [] | [b'\r'] => Ok(None),
        _ => Err(Reject::BadRequest),
    }
}

/// Adds a line of the known field `id`.
#[inline]
pub(super) fn store_known(head: &mut RequestHead, id: usize, value: Span) {
    if head.present >> id & 1 == 0 {
        head.present |= 1 << id;
        head.known[id] = value;
    } else {
        head.repeats.push((id as u8, value));
    }
}

fn join_known(head: &mut RequestHead) {
    let RequestHead {
        bytes,
        known,
        repeats,
        ..
    } = head;
    let repeated = repeats.iter().fold(0u64, |ids, (id, _)| ids | 1 << id);
    for (id, first) in known.iter_mut().enumerate().take(REQUEST_HEADERS) {
        // Content-Length lines are equal (BDY-009, BDY-010) and stay one number.
        if repeated >> id & 1 == 0 || id == id::CONTENT_LENGTH {
            continue;
        }
        let start = bytes.len();
        append(bytes, *first);
        for (_, value) in repeats.iter().filter(|(repeat, _)| *repeat as usize == id) {
            bytes.extend_from_slice(b", ");
            append(bytes, *value);
        }
        *first = Span::between(start, bytes.len());
        bytes.push(SEPARATOR);
    }
}

/// Looks names up in a table, and sorts them where that does not do, so that a head of thousands of short ones costs
/// no quadratic time.
fn has_repeated_unknown(head: &mut RequestHead) -> bool {
    let RequestHead {
        bytes,
        unknown,
        order,
        ..
    } = head;
    if unknown.len() <= FEW_FIELDS {
        return unknown.iter().enumerate().any(|(i, field)| {
            let name = field.name.of(bytes);
            unknown[..i]
                .iter()
                .any(|other| other.name.of(bytes).eq_ignore_ascii_case(name))
        });
    }
    if let Some(known) = has_repeated_name(bytes, unknown, order) {
        return known;
    }
    sort_by_name(bytes, unknown, order);
    order.windows(2).any(|pair| {
        let name = |i: u32| unknown[i as usize].name.of(bytes);
        name(pair[0]).eq_ignore_ascii_case(name(pair[1]))
    })
}

/// Whether a name comes twice, by a table of places for hashes; `None` when so many of them meet there as only
/// happens where somebody wants it to, and for more names than a place can number.
fn has_repeated_name(bytes: &[u8], unknown: &[UnknownField], table: &mut Vec<u32>) -> Option<bool> {
    if unknown.len() > usize::from(u16::MAX) {
        return None;
    }
    let mask = (2 * unknown.len() as u64).next_power_of_two() - 1;
    table.clear();
    table.resize(mask as usize + 1, 0);
    let mut left = 2 * unknown.len();
    for (number, field) in (1u32..).zip(unknown) {
        let name = field.name.of(bytes);
        let hash = name_hash(name);
        // A place has the number of a name, from 1 on, and more of its hash, so that few names are compared.
        let place = (hash >> 16) as u32 & 0xFFFF_0000 | number;
        // The uppermost bits, which depend on all bytes.
        let mut at = (hash >> mask.leading_zeros()) as usize;
        while table[at] != 0 {
            let other = table[at];
            if (other ^ place) & 0xFFFF_0000 == 0 {
                let other = unknown[(other & 0xFFFF) as usize - 1].name;
                if other.of(bytes).eq_ignore_ascii_case(name) {
                    return Some(true);
                }
            }
            left = left.checked_sub(1)?;
            at = (at + 1) & mask as usize;
        }
        table[at] = place;
    }
    Some(false)
}

/// Equal for names that differ in letter case only: of the length and eight bytes at both ends.
#[inline]
fn name_hash(name: &[u8]) -> u64 {
    const CASE: u64 = 0x2020_2020_2020_2020;
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes) | CASE;
    let both = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => word(first) ^ word(last).rotate_left(31),
        _ => name
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(byte | 0x20)),
    };
    (both ^ name.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn join_unknown(head: &mut RequestHead) {
    let RequestHead {
        bytes,
        unknown,
        order,
        ..
    } = head;
    sort_by_name(bytes, unknown, order);
    let mut at = 0;
    while at < order.len() {
        let first = order[at] as usize;
        let name = unknown[first].name;
        let same = order[at + 1..]
            .iter()
            .take_while(|i| {
                let other = unknown[**i as usize].name.of(bytes);
                other.eq_ignore_ascii_case(name.of(bytes))
            })
            .count();
        if same > 0 {
            let start = bytes.len();
            append(bytes, unknown[first].value);
            for i in &order[at + 1..][..same] {
                bytes.extend_from_slice(b", ");
                append(bytes, unknown[*i as usize].value);
                unknown[*i as usize].name.start = JOINED;
            }
            unknown[first].value = Span::between(start, bytes.len());
            bytes.push(SEPARATOR);
        }
        at += same + 1;
    }
    unknown.retain(|field| field.name.start != JOINED);
}

/// Fills `order` with the indices of `unknown`, by name without case, then by arrival.
fn sort_by_name(bytes: &[u8], unknown: &[UnknownField], order: &mut Vec<u32>) {
    order.clear();
    order.extend(0..unknown.len() as u32);
    order.sort_unstable_by(|a, b| {
        let name = |i: &u32| unknown[*i as usize].name.of(bytes);
        compare(name(a), name(b)).then(a.cmp(b))
    });
}

/// Length first: equal names only have to be neighbours.
fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let lower = |name: &[u8], i: usize| name[i].to_ascii_lowercase();
    a.len().cmp(&b.len()).then_with(|| {
        (0..a.len())
            .map(|i| lower(a, i).cmp(&lower(b, i)))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal)
    })
}

fn append(bytes: &mut Vec<u8>, span: Span) {
    let start = span.start as usize;
    bytes.extend_from_within(start..start + span.len as usize);
}
