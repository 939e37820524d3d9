//! From the raw bytes of a path to the cooked path (rows PTH-001 to PTH-030).
//!
//! Owns, in this order: refusal of raw bytes that may not stand in a path; decoding of `%XX` and
//! `%uXXXX`, once, as UTF-8 or Windows-1252 (G-028); backslash to slash; collapsing of slash runs
//! before dot segments are applied (PTH-022); the segment limits, on the cooked path (G-026).
//!
//! Invariants: works in the caller's text behind what is already there and allocates nothing else;
//! time is linear in the path, hostile input included. Pure: any thread.

use httpsys_proto::{Parameters, Reject};

use super::bytes::{
    HIGH, WORD, filled, is_byte, is_control_or_blank, is_weak_control, push_bytes, push_front,
    push_word, short_word,
};
use crate::url_prefix::{MAX_URL_UNITS, SLASH};

// What a raw byte does in a path; most do nothing.
/// Needs the slow path: escape or backslash.
const SPECIAL: u8 = 1;
/// Never allowed: controls and blank (PTH-002), `#` (G-027), 0x7F and above (G-029).
const BAD: u8 = 2;
/// Ends the path.
const QUERY: u8 = 4;
/// Ends a segment.
const SEPARATOR: u8 = 8;
/// May begin a dot segment.
const DOT: u8 = 16;

const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        if b <= 0x20 || b >= 0x7F {
            table[b] = BAD;
        }
        b += 1;
    }
    table[b'#' as usize] = BAD;
    table[b'%' as usize] = SPECIAL;
    table[b'\\' as usize] = SPECIAL;
    table[b'?' as usize] = QUERY;
    table[b'/' as usize] = SEPARATOR;
    table[b'.' as usize] = DOT;
    table
};

/// A cooked unit takes at most six raw bytes (`%uXXXX`). A longer path could only fit by dropping
/// segments; it is refused before any work is put into it.
const MAX_RAW_PATH: usize = MAX_URL_UNITS * 6;

/// Appends the cooked form of the path in `target` and returns what follows it: the query with its
/// `?`, or nothing. `Forbidden` means that the path climbs above the root (PTH-025), every other
/// failure is `InvalidUrl`; `text` is then left with a partial path.
pub(super) fn push_target<'t>(
    text: &mut Vec<u16>,
    target: &'t [u8],
    p: &Parameters,
) -> (Result<(), Reject>, &'t [u8]) {
    let start = text.len();
    let front = push_plain(text, target);
    if front.is_whole && target.starts_with(b"/") && front.length <= MAX_RAW_PATH {
        return (check_segments(&text[start..], p), &target[front.length..]);
    }
    push_rest(text, start, (target, front), p)
}

/// As [`push_target`], which has appended the front behind `start`.
#[inline(never)]
fn push_rest<'t>(
    text: &mut Vec<u16>,
    start: usize,
    (target, front): (&'t [u8], PlainFront),
    p: &Parameters,
) -> (Result<(), Reject>, &'t [u8]) {
    let (length, kind) = scan(target, front);
    let (path, query) = target.split_at(length);
    let result = match kind {
        PathKind::Bad if !is_weak(path, p) => Err(Reject::InvalidUrl),
        _ if path.first() != Some(&b'/') || path.len() > MAX_RAW_PATH => Err(Reject::InvalidUrl),
        PathKind::Canonical => {
            push_bytes(text, &path[front.length..]);
            check_segments(&text[start..], p)
        }
        PathKind::Other | PathKind::Bad => {
            text.truncate(start);
            push_decoded(text, path, p)
        }
    };
    (result, query)
}

/// Whether a path with bytes that may not stand in one passes because of
/// `AllowUnEscapedRestrictedChars` (LIM-002).
#[cold]
fn is_weak(path: &[u8], p: &Parameters) -> bool {
    let is_bad = |b: &u8| CLASS[usize::from(*b)] & BAD != 0;
    p.allow_unescaped_restricted_chars
        && path
            .iter()
            .filter(|b| is_bad(b))
            .all(|b| is_weak_control(*b))
}

#[inline(never)]
fn push_decoded(text: &mut Vec<u16>, path: &[u8], p: &Parameters) -> Result<(), Reject> {
    let start = text.len();
    decode(text, path, p)?;
    normalize(text, start)?;
    check_segments(&text[start..], p)
}

/// What one look at a path tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PathKind {
    /// It is its own cooked form.
    Canonical,
    /// It has to be decoded or normalised.
    Other,
    /// It has a byte that may not stand in a path.
    Bad,
}

/// The front of a path, as far as it is its own cooked form and words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PlainFront {
    /// In bytes.
    length: usize,
    /// Its last byte is a slash; not said of a whole path.
    ends_with_slash: bool,
    /// It is the whole path, as of most requests.
    is_whole: bool,
}

/// Appends the front of a path.
#[inline]
fn push_plain(text: &mut Vec<u16>, target: &[u8]) -> PlainFront {
    let whole = |length| PlainFront {
        length,
        ends_with_slash: false,
        is_whole: true,
    };
    let (mut behind, mut rest) = (0, target);
    while let Some((word, others)) = rest.split_first_chunk() {
        let at = target.len() - rest.len();
        match look_at(u64::from_le_bytes(*word), behind) {
            LookedAt::Plain(last) => {
                push_word(text, *word);
                (behind, rest) = (last, others);
            }
            LookedAt::Query(place) => {
                push_front(text, *word, place);
                return whole(at + place);
            }
            LookedAt::Other => {
                return PlainFront {
                    length: at,
                    ends_with_slash: behind != 0,
                    is_whole: false,
                };
            }
        }
    }
    let (length, left) = (target.len() - rest.len(), rest.len());
    if left == 0 && length > 0 {
        return whole(length);
    }
    // What is left, as one word: behind bytes that were looked at, or in front of others.
    let (word, before) = match target.last_chunk() {
        Some(end) => (Some(u64::from_le_bytes(*end)), WORD - left),
        None => (short_word(target).map(|word| filled(word, left)), 0),
    };
    let end = match word.map_or(LookedAt::Other, |word| look_at(word, 0)) {
        LookedAt::Plain(_) => before + left,
        LookedAt::Query(place) => place,
        LookedAt::Other => {
            return PlainFront {
                length,
                ends_with_slash: behind != 0,
                is_whole: false,
            };
        }
    };
    text.truncate(text.len() - before);
    push_front(text, word.unwrap_or_default().to_le_bytes(), end);
    whole(length + end - before)
}

/// What a look at eight bytes of a path tells.
enum LookedAt {
    /// They are plain bytes and slashes. The last one is a slash: the highest bit of the lowest byte; else 0.
    Plain(u64),
    /// The path ends in front of this one, and those before are plain.
    Query(usize),
    /// One of them is something else, or follows a slash and is a slash or a dot.
    Other,
}

/// Looks at eight bytes of a path; `behind` says of the byte before them whether it is a slash, as
/// [`LookedAt::Plain`] does.
#[inline(always)]
fn look_at(word: u64, behind: u64) -> LookedAt {
    if word & HIGH != 0 {
        return LookedAt::Other;
    }
    let queries = is_byte(word, b'?');
    let special = is_byte(word, b'%') | is_byte(word, b'\\') | is_byte(word, b'#');
    let slashes = is_byte(word, b'/') & HIGH;
    let pairs = (slashes << 8 | behind) & (slashes | is_byte(word, b'.'));
    let others = special | is_control_or_blank(word) | pairs;
    let found = (queries | others) & HIGH;
    if found == 0 {
        return LookedAt::Plain(slashes >> 56);
    }
    // The lowest one counts.
    let lowest = found & found.wrapping_neg();
    if lowest & queries != 0 {
        LookedAt::Query((lowest.trailing_zeros() / 8) as usize)
    } else {
        LookedAt::Other
    }
}

/// The length of the path in `target` and what it is, looked at byte by byte behind its front.
fn scan(target: &[u8], front: PlainFront) -> (usize, PathKind) {
    const BEHIND: u8 = SEPARATOR | DOT;
    let (mut seen, mut pairs) = (0, 0);
    let mut previous = if front.ends_with_slash { BEHIND } else { 0 };
    let mut length = target.len();
    for (at, &b) in target.iter().enumerate().skip(front.length) {
        let class = CLASS[usize::from(b)];
        if class & QUERY != 0 {
            length = at;
            break;
        }
        seen |= class;
        // Behind a slash another one, or a dot: a segment that begins with a dot is rare enough to
        // be looked at by the slow path.
        pairs |= previous & class;
        previous = (class & SEPARATOR) * (BEHIND / SEPARATOR);
    }
    let kind = match () {
        () if seen & BAD != 0 => PathKind::Bad,
        () if seen & SPECIAL != 0 || pairs != 0 => PathKind::Other,
        () => PathKind::Canonical,
    };
    (length, kind)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Ansi,
}

/// G-028: the whole path is UTF-8 or, where that is allowed, the whole path is ANSI. Windows-1252
/// gives every byte a character, so with ANSI first (LIM-004) there is no second attempt.
fn decode(text: &mut Vec<u16>, path: &[u8], p: &Parameters) -> Result<(), Reject> {
    let start = text.len();
    if p.favor_utf8 || !p.enable_non_utf8 {
        if decode_as(text, path, Encoding::Utf8, p)? {
            return Ok(());
        }
        text.truncate(start);
        if !p.enable_non_utf8 {
            return Err(Reject::InvalidUrl);
        }
    }
    decode_as(text, path, Encoding::Ansi, p).map(|_| ())
}

/// One decoded piece of a path.
enum Piece {
    /// A byte, sent as it is or as `%XX`.
    Byte(u8),
    /// A code unit, sent as `%uXXXX`.
    Unit(u16),
}

/// False when the bytes are not valid in `encoding`.
fn decode_as(
    text: &mut Vec<u16>,
    path: &[u8],
    encoding: Encoding,
    p: &Parameters,
) -> Result<bool, Reject> {
    let mut rest = path;
    let mut restricted = false;
    while !rest.is_empty() {
        let escaped = rest.first() == Some(&b'%');
        let unit = match next_piece(&mut rest, p)? {
            Piece::Byte(lead @ 0x80..) if encoding == Encoding::Utf8 => {
                match next_utf8(lead, &mut rest, p)? {
                    Some(c) => {
                        let mut pair = [0; 2];
                        let units = c.encode_utf16(&mut pair);
                        if let [high, low] = *units {
                            text.push(high);
                            low
                        } else {
                            units[0]
                        }
                    }
                    None => return Ok(false),
                }
            }
            Piece::Byte(b) => windows_1252(b),
            Piece::Unit(unit) => unit,
        };
        // A control that was not escaped has been let through by another parameter.
        restricted |= escaped && is_restricted(unit);
        text.push(if unit == u16::from(b'\\') {
            SLASH
        } else {
            unit
        });
    }
    if restricted && !p.allow_restricted_chars {
        return Err(Reject::InvalidUrl);
    }
    Ok(true)
}

/// The control characters of LIM-001. The upper range is assumed; it explains why `%F0%8F%8F%BF`
/// fails (PTH-011) although `%C0%A4` passes as ANSI (PTH-015): 0x8F is a control in Windows-1252.
fn is_restricted(unit: u16) -> bool {
    unit < 0x20 || (0x7F..=0x9F).contains(&unit)
}

fn next_piece(rest: &mut &[u8], p: &Parameters) -> Result<Piece, Reject> {
    match **rest {
        [b'%', b'u', a, b, c, d, ref tail @ ..] if p.percent_u_allowed => {
            let (high, low) = (hex_pair(a, b)?, hex_pair(c, d)?);
            *rest = tail;
            Ok(Piece::Unit(u16::from_be_bytes([high, low])))
        }
        [b'%', a, b, ref tail @ ..] => {
            *rest = tail;
            hex_pair(a, b).map(Piece::Byte)
        }
        [b, ref tail @ ..] if b != b'%' => {
            *rest = tail;
            Ok(Piece::Byte(b))
        }
        _ => Err(Reject::InvalidUrl),
    }
}

fn hex_pair(high: u8, low: u8) -> Result<u8, Reject> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    match (digit(high), digit(low)) {
        (Some(high), Some(low)) => Ok(high << 4 | low),
        _ => Err(Reject::InvalidUrl),
    }
}

/// The character that begins with `lead`; `None` when the bytes are not UTF-8 (RFC 3629: overlong
/// forms and surrogates are not).
fn next_utf8(lead: u8, rest: &mut &[u8], p: &Parameters) -> Result<Option<char>, Reject> {
    let len = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Ok(None),
    };
    let mut bytes = [lead, 0, 0, 0];
    for slot in &mut bytes[1..len] {
        if rest.is_empty() {
            return Ok(None);
        }
        match next_piece(rest, p)? {
            Piece::Byte(b @ 0x80..=0xBF) => *slot = b,
            _ => return Ok(None),
        }
    }
    Ok(std::str::from_utf8(&bytes[..len])
        .ok()
        .and_then(|s| s.chars().next()))
}

/// The ANSI code page (assumed 1252; the unassigned bytes map to the control of the same number).
fn windows_1252(b: u8) -> u16 {
    #[rustfmt::skip]
    const HIGH: [u16; 32] = [
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
        0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
    ];
    match b {
        0x80..=0x9F => HIGH[usize::from(b - 0x80)],
        _ => u16::from(b),
    }
}

/// Collapses slash runs and applies dot segments in place, in one pass: the written end never
/// passes the read position because each segment is preceded by at least one slash.
fn normalize(text: &mut Vec<u16>, start: usize) -> Result<(), Reject> {
    const DOT: u16 = b'.' as u16;
    let mut read = start;
    let mut end = start;
    let mut ends_with_slash = true;
    while read < text.len() {
        if text[read] == SLASH {
            read += 1;
            ends_with_slash = true;
            continue;
        }
        let length = text[read..].iter().position(|&u| u == SLASH);
        let stop = length.map_or(text.len(), |n| read + n);
        match text[read..stop] {
            [DOT] => ends_with_slash = true,
            [DOT, DOT] => {
                if end == start {
                    return Err(Reject::Forbidden);
                }
                let parent = text[start..end].iter().rposition(|&u| u == SLASH);
                end = start + parent.unwrap_or(0);
                ends_with_slash = true;
            }
            _ => {
                text[end] = SLASH;
                text.copy_within(read..stop, end + 1);
                end += 1 + (stop - read);
                ends_with_slash = false;
            }
        }
        read = stop;
    }
    text.truncate(end);
    if ends_with_slash {
        text.push(SLASH);
    }
    Ok(())
}

/// PTH-028, PTH-029: 0 switches a limit off; a final slash does not begin another segment.
fn check_segments(path: &[u16], p: &Parameters) -> Result<(), Reject> {
    let limit = |value: u32| match value {
        0 => usize::MAX,
        _ => usize::try_from(value).unwrap_or(usize::MAX),
    };
    let (max_length, max_count) = (
        limit(p.url_segment_max_length),
        limit(p.url_segment_max_count),
    );
    // A segment and its slash take two units at least, so a short path cannot be over.
    if path.len() <= max_length && path.len() / 2 <= max_count {
        return Ok(());
    }
    let mut count = 0;
    for segment in path.split(|&u| u == SLASH).filter(|s| !s.is_empty()) {
        count += 1;
        if segment.len() > max_length || count > max_count {
            return Err(Reject::InvalidUrl);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two bytes of every kind side by side, at every place of paths of every length.
    #[test]
    fn words_tell_the_same_of_a_path_as_bytes() {
        let kinds = *b"/.?%\\#az~!\0 \x7F\x1F\x80\xFF-0";
        for length in 1..27 {
            for around in [b'a', b'/', b'.', b'~', 0xFF] {
                for at in 0..length {
                    for (first, second) in kinds.iter().flat_map(|a| kinds.map(|b| (*a, b))) {
                        let mut path = vec![around; length];
                        path[at] = first;
                        if let Some(next) = path.get_mut(at + 1) {
                            *next = second;
                        }
                        check(&path);
                    }
                }
            }
        }
    }

    fn check(target: &[u8]) {
        let none = PlainFront {
            length: 0,
            ends_with_slash: false,
            is_whole: false,
        };
        let bytes = scan(target, none);
        let mut text = vec![1, 2];
        let front = push_plain(&mut text, target);
        let units = target[..front.length].iter().map(|b| u16::from(*b));
        let expected: Vec<u16> = [1, 2].into_iter().chain(units).collect();
        assert_eq!(text, expected, "{}", target.escape_ascii());
        let words = match front.is_whole {
            true => (front.length, PathKind::Canonical),
            false => scan(target, front),
        };
        assert!(words == bytes, "{}", target.escape_ascii());
        let goes_by_words = bytes.1 == PathKind::Canonical;
        // What follows the path may be in its last word, and is not looked at but for that.
        let is_ascii = target.is_ascii();
        assert!(
            front.is_whole == goes_by_words || !is_ascii,
            "{}",
            target.escape_ascii()
        );
    }
}
