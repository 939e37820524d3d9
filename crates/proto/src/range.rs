//! Byte ranges: what a Range field asks of a body that is there whole (RFC 9110 section 14).
//!
//! Owns: reading Range and If-Range, and which bytes are sent. Does not own: the response that carries them
//! (`partial`), nor who asks. Invariant: the ranges of a choice lie in the body, in the order of the request,
//! at most [`MAX_RANGES`]. Threading: pure functions.

use std::ops::Range;

use crate::date::parse_http_date;

/// More ranges are answered with the whole body: many small ones cost the service more than the client (RFC
/// 9110 section 14.2 allows it; the number is ours, G-245).
pub const MAX_RANGES: usize = 32;

/// What becomes of a request with a Range field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeChoice {
    /// The whole body: there is no Range, it is in another unit or not well-formed, its condition does not
    /// hold, or it asks for too much.
    Whole,
    /// These bytes, in the order of the request (CSH-016, CSH-017).
    Parts(Vec<Range<u64>>),
    /// 416: no range begins within the body.
    Unsatisfiable,
    /// A number with more than 64 bits: 400 Invalid Header (ERR-007).
    Overflow,
}

/// What If-Range is compared with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Validators<'a> {
    /// ETag of the response.
    pub etag: Option<&'a [u8]>,
    /// Last-Modified of the response.
    pub last_modified: Option<&'a [u8]>,
}

/// What is sent of a body of `length` bytes. `now`, in seconds since 1970, is for years of two digits.
///
/// ```
/// use httpsys_proto::range::{RangeChoice, Validators, choose};
///
/// let choose = |range: &str| choose(Some(range.as_bytes()), None, Validators::default(), 100, 0);
/// assert_eq!(choose("bytes=0-10, -5"), RangeChoice::Parts(vec![0..11, 95..100]));
/// assert_eq!(choose("bytes=100-"), RangeChoice::Unsatisfiable);
/// assert_eq!(choose("lines=1-2"), RangeChoice::Whole);
/// ```
#[must_use]
pub fn choose(
    range: Option<&[u8]>,
    if_range: Option<&[u8]>,
    validators: Validators<'_>,
    length: u64,
    now: u64,
) -> RangeChoice {
    let Some(range) = range else {
        return RangeChoice::Whole;
    };
    let asked = match parse(range) {
        Ok(Some(asked)) => asked,
        Ok(None) => return RangeChoice::Whole,
        Err(RangeOverflow) => return RangeChoice::Overflow,
    };
    if if_range.is_some_and(|condition| !holds(condition, validators, now)) {
        return RangeChoice::Whole;
    }
    let parts = asked.iter().filter_map(|asked| asked.within(length));
    let parts: Vec<Range<u64>> = parts.collect();
    if parts.is_empty() {
        return RangeChoice::Unsatisfiable;
    }
    // Overlapping ranges would send more than there is.
    let total = parts.iter().fold(0, |all: u64, part| {
        all.saturating_add(part.end - part.start)
    });
    if total > length {
        return RangeChoice::Whole;
    }
    RangeChoice::Parts(parts)
}

/// Whether the response is the one that the client has a part of (RFC 9110 section 13.1.5): the same strong entity
/// tag, or the same date.
fn holds(condition: &[u8], validators: Validators<'_>, now: u64) -> bool {
    let condition = condition.trim_ascii();
    if condition.starts_with(b"\"") {
        return validators.etag == Some(condition);
    }
    let own = validators.last_modified;
    let own = own.and_then(|date| parse_http_date(date.trim_ascii(), now));
    own.is_some() && parse_http_date(condition, now) == own
}

#[derive(Clone, Copy, Debug)]
enum AskedRange {
    /// `first-last`
    Between(u64, u64),
    /// `first-`
    From(u64),
    /// `-length`
    Last(u64),
}

impl AskedRange {
    fn within(self, length: u64) -> Option<Range<u64>> {
        let range = match self {
            AskedRange::Between(first, last) => first..last.saturating_add(1).min(length),
            AskedRange::From(first) => first..length,
            AskedRange::Last(count) => length.saturating_sub(count)..length,
        };
        (range.start < range.end).then_some(range)
    }
}

#[derive(Debug)]
struct RangeOverflow;

/// `None`: another unit, not well-formed, or too many.
fn parse(range: &[u8]) -> Result<Option<Vec<AskedRange>>, RangeOverflow> {
    let Some(at) = range.iter().position(|byte| *byte == b'=') else {
        return Ok(None);
    };
    let (unit, list) = (&range[..at], &range[at + 1..]);
    if !unit.eq_ignore_ascii_case(b"bytes") {
        return Ok(None);
    }
    let mut asked = Vec::new();
    for item in list.split(|byte| *byte == b',') {
        let item = item.trim_ascii();
        if item.is_empty() {
            continue;
        }
        let Some(dash) = item.iter().position(|byte| *byte == b'-') else {
            return Ok(None);
        };
        let (first, last) = (&item[..dash], &item[dash + 1..]);
        asked.push(match (number(first)?, number(last)?) {
            (Digits::Number(first), Digits::Number(last)) if first <= last => {
                AskedRange::Between(first, last)
            }
            (Digits::Number(first), Digits::None) => AskedRange::From(first),
            (Digits::None, Digits::Number(count)) => AskedRange::Last(count),
            _ => return Ok(None),
        });
        if asked.len() > MAX_RANGES {
            return Ok(None);
        }
    }
    Ok((!asked.is_empty()).then_some(asked))
}

enum Digits {
    None,
    Number(u64),
    Bad,
}

fn number(digits: &[u8]) -> Result<Digits, RangeOverflow> {
    if digits.is_empty() {
        return Ok(Digits::None);
    }
    if !digits.iter().all(u8::is_ascii_digit) {
        return Ok(Digits::Bad);
    }
    let mut value = 0_u64;
    for digit in digits {
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit - b'0')))
            .ok_or(RangeOverflow)?;
    }
    // As the last byte of a range it would have no end (MS15-034).
    if value == u64::MAX {
        return Err(RangeOverflow);
    }
    Ok(Digits::Number(value))
}

#[cfg(test)]
#[allow(
    clippy::single_range_in_vec_init,
    reason = "lists of ranges are what is meant"
)]
mod tests {
    use super::*;

    fn of(range: &str, length: u64) -> RangeChoice {
        choose(
            Some(range.as_bytes()),
            None,
            Validators::default(),
            length,
            0,
        )
    }

    /// CSH-016, CSH-017.
    #[test]
    fn ranges_lie_in_the_body_in_the_order_asked() {
        let parts = |parts: &[Range<u64>]| RangeChoice::Parts(parts.to_vec());
        for (range, expected) in [
            ("bytes=0-10", parts(&[0..11])),
            ("bytes=0-0", parts(&[0..1])),
            ("bytes=99-", parts(&[99..100])),
            ("bytes=90-1000", parts(&[90..100])),
            ("bytes=-1", parts(&[99..100])),
            ("bytes=-100", parts(&[0..100])),
            ("bytes=-500", parts(&[0..100])),
            ("BYTES=5-6", parts(&[5..7])),
            ("bytes=50-59,0-9", parts(&[50..60, 0..10])),
            ("bytes= 0-9 ,\t20-29 ,, ", parts(&[0..10, 20..30])),
            ("bytes=0-9,200-", parts(&[0..10])),
        ] {
            assert_eq!(of(range, 100), expected, "{range}");
        }
    }

    #[test]
    fn what_is_not_well_formed_or_too_much_is_the_whole() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=5",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=1-2x",
            "bytes=1--2",
            "bytes=+1-2",
            "bytes =1-2",
            "lines=1-2",
            "bytes=0-99,0-0",
            "bytes=-100,0-",
        ] {
            assert_eq!(of(range, 100), RangeChoice::Whole, "{range:?}");
        }
        let many = |count: usize| format!("bytes={}", vec!["0-0"; count].join(","));
        assert!(
            matches!(of(&many(MAX_RANGES), 100), RangeChoice::Parts(list) if list.len() == MAX_RANGES)
        );
        assert_eq!(of(&many(MAX_RANGES + 1), 100), RangeChoice::Whole);
        assert_eq!(
            choose(None, Some(b"x"), Validators::default(), 100, 0),
            RangeChoice::Whole
        );
    }

    #[test]
    fn ranges_behind_the_end_are_unsatisfiable() {
        for (range, length) in [
            ("bytes=100-", 100),
            ("bytes=100-200,300-", 100),
            ("bytes=-0", 100),
            ("bytes=0-", 0),
            ("bytes=-5", 0),
        ] {
            assert_eq!(of(range, length), RangeChoice::Unsatisfiable, "{range}");
        }
    }

    /// ERR-007.
    #[test]
    fn numbers_of_more_than_64_bits_are_an_error() {
        for range in [
            "bytes=0-18446744073709551615",
            "bytes=18446744073709551616-",
            "bytes=-99999999999999999999999",
            "bytes=0-1,5-18446744073709551615",
        ] {
            assert_eq!(of(range, 100), RangeChoice::Overflow, "{range}");
        }
        let large = of("bytes=0-18446744073709551614", 100);
        assert_eq!(large, RangeChoice::Parts(vec![0..100]));
    }

    #[test]
    fn rfc_9110_13_1_5_if_range_asks_for_the_same_response() {
        let validators = Validators {
            etag: Some(b"\"one\""),
            last_modified: Some(b"Sun, 06 Nov 1994 08:49:37 GMT"),
        };
        let part = RangeChoice::Parts(vec![0..1]);
        for (condition, expected) in [
            ("\"one\"", &part),
            (" \"one\" ", &part),
            ("Sun, 06 Nov 1994 08:49:37 GMT", &part),
            ("Sunday, 06-Nov-94 08:49:37 GMT", &part),
            ("\"two\"", &RangeChoice::Whole),
            ("W/\"one\"", &RangeChoice::Whole),
            ("one", &RangeChoice::Whole),
            ("", &RangeChoice::Whole),
            ("Sun, 06 Nov 1994 08:49:38 GMT", &RangeChoice::Whole),
        ] {
            let chosen = choose(
                Some(b"bytes=0-0"),
                Some(condition.as_bytes()),
                validators,
                100,
                1_700_000_000,
            );
            assert_eq!(chosen, *expected, "{condition:?}");
        }
        let without = choose(
            Some(b"bytes=0-0"),
            Some(b"Sun, 06 Nov 1994 08:49:37 GMT"),
            Validators::default(),
            100,
            0,
        );
        assert_eq!(without, RangeChoice::Whole);
        let weak = Validators {
            etag: Some(b"W/\"one\""),
            last_modified: None,
        };
        let weak = choose(Some(b"bytes=0-0"), Some(b"W/\"one\""), weak, 100, 0);
        assert_eq!(weak, RangeChoice::Whole, "only strong ones compare");
    }
}
