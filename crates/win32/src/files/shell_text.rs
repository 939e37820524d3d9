//! The string functions of shlwapi: searching, comparing, numbers, URLs.
//!
//! Owns the rules. Does not own memory of callers. Comparisons are by unit once letter case is folded, not
//! by a locale (documented difference). Threading: pure functions.

use super::shell::{ShellUnit, is};

/// Where the first of `what` is.
pub fn find<T: ShellUnit>(text: &[T], what: &[T], ignore_case: bool) -> Option<usize> {
    if what.is_empty() {
        return None;
    }
    text.windows(what.len())
        .position(|window| same(window, what, ignore_case))
}

/// Whether two texts are the same.
pub fn same<T: ShellUnit>(one: &[T], other: &[T], ignore_case: bool) -> bool {
    order(one, other, ignore_case) == 0
}

/// Negative, 0 or positive, as one comes before, with or behind the other.
pub fn order<T: ShellUnit>(one: &[T], other: &[T], ignore_case: bool) -> i32 {
    let fold = |unit: &T| if ignore_case { unit.fold() } else { *unit };
    match one.iter().map(fold).cmp(other.iter().map(fold)) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }
}

/// StrToInt and StrToIntEx: a decimal number after blanks and a sign; with `hexadecimal` also one behind
/// `0x`. `None` if there is none.
pub fn number<T: ShellUnit>(text: &[T], hexadecimal: bool) -> Option<i64> {
    let blanks = text
        .iter()
        .take_while(|&&unit| [b' ', b'\t', b'\n'].iter().any(|&b| is(unit, b)));
    let mut rest = &text[blanks.count()..];
    let mut negative = false;
    if let Some(&sign) = rest
        .first()
        .filter(|&&sign| is(sign, b'-') || is(sign, b'+'))
    {
        negative = is(sign, b'-');
        rest = &rest[1..];
    }
    let mut base = 10;
    if hexadecimal && rest.len() > 2 && is(rest[0], b'0') && is(rest[1].fold(), b'X') {
        base = 16;
        rest = &rest[2..];
    }
    let mut value = None;
    for digit in rest
        .iter()
        .map_while(|unit| char::from_u32(unit.number())?.to_digit(base))
    {
        let so_far: i64 = value.unwrap_or(0);
        value = Some(
            so_far
                .wrapping_mul(i64::from(base))
                .wrapping_add(i64::from(digit)),
        );
    }
    value.map(|value| {
        if negative && base == 10 {
            value.wrapping_neg()
        } else {
            value
        }
    })
}

/// The bounds of what is left without these units at the ends.
pub fn trimmed<T: ShellUnit>(text: &[T], what: &[T]) -> (usize, usize) {
    let begin = text.iter().take_while(|unit| what.contains(unit)).count();
    let end = text.len()
        - text[begin..]
            .iter()
            .rev()
            .take_while(|unit| what.contains(unit))
            .count();
    (begin, end)
}

/// A size as StrFormatByteSize writes it: three digits and their unit.
pub fn byte_size(bytes: i64) -> String {
    const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
    if (0..1024).contains(&bytes) || bytes < 0 {
        return format!("{bytes} bytes");
    }
    let (mut whole, mut unit) = (bytes as u64, 0);
    while whole >= 1024 * 1000 && unit + 1 < UNITS.len() {
        whole /= 1024;
        unit += 1;
    }
    // Thousandths, cut to three digits.
    let thousandths = u128::from(whole) * 1000 / 1024;
    let (integer, rest) = (thousandths / 1000, thousandths % 1000);
    match integer {
        0..10 => format!("{integer}.{:02} {}", rest / 10, UNITS[unit]),
        10..100 => format!("{integer}.{} {}", rest / 100, UNITS[unit]),
        _ => format!("{integer} {}", UNITS[unit]),
    }
}

/// URL_ESCAPE_SEGMENT_ONLY, URL_ESCAPE_PERCENT and URL_ESCAPE_SPACES_ONLY.
pub const ESCAPE_SEGMENT_ONLY: u32 = 0x2000;
/// Also `%` is escaped.
pub const ESCAPE_PERCENT: u32 = 0x1000;
/// Spaces alone are.
pub const ESCAPE_SPACES_ONLY: u32 = 0x0400_0000;
/// URL_DONT_ESCAPE_EXTRA_INFO: what follows `?` or `#` stays (of an escape or its reverse).
pub const DONT_ESCAPE_EXTRA_INFO: u32 = 0x0200_0000;

/// UrlEscape: the bytes of UTF-8 that a URL cannot hold, as `%XX`.
pub fn escape(url: &str, flags: u32) -> String {
    let mut text = String::with_capacity(url.len());
    let mut extra = false;
    for &byte in url.as_bytes() {
        extra |= matches!(byte, b'?' | b'#') && flags & DONT_ESCAPE_EXTRA_INFO != 0;
        let unsafe_byte = match byte {
            b' ' => true,
            _ if flags & ESCAPE_SPACES_ONLY != 0 => false,
            b'%' => flags & ESCAPE_PERCENT != 0,
            b'/' | b'?' | b'#' | b';' => flags & ESCAPE_SEGMENT_ONLY != 0,
            b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'[' | b']' | b'`' => true,
            byte => byte <= 0x20 || byte >= 0x7F,
        };
        match unsafe_byte && !extra {
            true => text.push_str(&format!("%{byte:02X}")),
            false => text.push(char::from(byte)),
        }
    }
    text
}

/// UrlUnescape: `%XX` as the bytes they stand for.
pub fn unescape(url: &[u8], flags: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(url.len());
    let mut at = 0;
    while at < url.len() {
        let digit = |at: usize| char::from(*url.get(at)?).to_digit(16);
        match (url[at], digit(at + 1), digit(at + 2)) {
            (b'?' | b'#', ..) if flags & DONT_ESCAPE_EXTRA_INFO != 0 => {
                bytes.extend(&url[at..]);
                break;
            }
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, decimal, any) in [
            ("12x", Some(12), Some(12)),
            (" -7", Some(-7), Some(-7)),
            ("0x1F", Some(0), Some(31)),
            ("x", None, None),
        ] {
            assert_eq!(number(text.as_bytes(), false), decimal, "{text}");
            assert_eq!(number(text.as_bytes(), true), any, "{text}");
        }
    }

    #[test]
    fn urls_and_sizes() {
        assert_eq!(escape("/a b?c d", 0), "/a%20b?c%20d");
        assert_eq!(escape("/a b?c d", DONT_ESCAPE_EXTRA_INFO), "/a%20b?c d");
        assert_eq!(
            escape("a/ü%", ESCAPE_SEGMENT_ONLY | ESCAPE_PERCENT),
            "a%2F%C3%BC%25"
        );
        assert_eq!(unescape(b"a%20b%zz%4", 0), b"a b%zz%4");
        for (bytes, text) in [
            (532, "532 bytes"),
            (1340, "1.30 KB"),
            (23506, "22.9 KB"),
            (2_400_016, "2.28 MB"),
            (2_400_000_000, "2.23 GB"),
        ] {
            assert_eq!(byte_size(bytes), text);
        }
    }

    #[test]
    fn searching() {
        assert_eq!(find(b"Hello", b"LL", true), Some(2));
        assert_eq!(find(b"Hello", b"LL", false), None);
        assert!(order(b"abc", b"ABD", true) < 0);
        assert_eq!(trimmed(b"  a b ", b" "), (2, 5));
    }
}
