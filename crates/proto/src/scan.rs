//! Byte classes and the search for control bytes.
//!
//! Owns: which byte is allowed where. Does not own: what an invalid byte leads to. Invariant: pure
//! functions of bytes. Threading: constants only.

/// A character of an RFC 9110 token (G-013).
pub(crate) const TOKEN: u8 = 1;
/// Ends the request target: SP, CR or LF.
pub(crate) const TARGET_END: u8 = 2;
/// Not allowed inside a request target: controls, DEL and `#` (PTH-002, G-027).
pub(crate) const TARGET_BAD: u8 = 4;
/// A character of a host name: letters, digits, `-._~` and the bytes of UTF-8 (G-016).
pub(crate) const HOST: u8 = 8;

/// One in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte of a word.
const HIGH: u64 = ONES * 0x80;

static CLASS: [u8; 256] = build();

/// The classes of `byte`, or-ed.
#[inline]
pub(crate) fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// Whether a token may contain `byte`.
#[inline]
pub(crate) fn is_token(byte: u8) -> bool {
    class(byte) & TOKEN != 0
}

/// Whether `text` is a token (RFC 9110 section 5.6.2).
#[inline]
pub(crate) fn is_token_text(text: &[u8]) -> bool {
    // Not `all`: without a branch for each byte several are looked at in a row.
    let common = text.iter().fold(TOKEN, |all, byte| all & class(*byte));
    common != 0 && !text.is_empty()
}

/// Index of the first control byte (0x00-0x1F or 0x7F) at or after `from`, else `text.len()`.
///
/// Eight bytes per step. A byte above a hit may be flagged by the borrow, the lowest never is.
#[inline]
pub(crate) fn find_control(text: &[u8], from: usize) -> usize {
    let mut rest = text.get(from..).unwrap_or_default();
    let mut at = from.min(text.len());
    while let Some((word, behind)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*word);
        let low = word.wrapping_sub(ONES * 0x20);
        // Neither a control nor a byte above 0x7E, as most often; else looked at again.
        if (low | word.wrapping_add(ONES)) & HIGH != 0 {
            let hit = (low & !word | is_byte(word, 0x7F)) & HIGH;
            if hit != 0 {
                return at + (hit.trailing_zeros() / 8) as usize;
            }
        }
        at += 8;
        rest = behind;
    }
    match text.last_chunk() {
        Some(word) if !rest.is_empty() => {
            // The last bytes again, without those that were looked at: a zero behind the text ends it.
            let word = u64::from_le_bytes(*word) >> (u64::BITS as usize - 8 * rest.len());
            let hit = (word.wrapping_sub(ONES * 0x20) & !word | is_byte(word, 0x7F)) & HIGH;
            at + (hit.trailing_zeros() / 8) as usize
        }
        _ => {
            let is_text = |byte: &u8| *byte >= 0x20 && *byte != 0x7F;
            at + rest.iter().take_while(|byte| is_text(byte)).count()
        }
    }
}

/// Index of the first colon.
#[inline]
pub(crate) fn find_colon(text: &[u8]) -> Option<usize> {
    let (mut at, mut rest) = (0, text);
    while let Some((word, behind)) = rest.split_first_chunk() {
        let hit = is_byte(u64::from_le_bytes(*word), b':') & HIGH;
        if hit != 0 {
            return Some(at + (hit.trailing_zeros() / 8) as usize);
        }
        at += 8;
        rest = behind;
    }
    let place = rest.iter().position(|byte| *byte == b':');
    place.map(|place| at + place)
}

/// Index of the first byte at or after `from` that ends a request target or may not stand in one
/// ([`TARGET_END`], [`TARGET_BAD`]), else `text.len()`.
#[inline]
pub(crate) fn find_target_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*word);
        let low = word.wrapping_sub(ONES * 0x21) & !word;
        let hit = (low | is_byte(word, 0x7F) | is_byte(word, b'#')) & HIGH;
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let is_inside = |byte: &u8| class(*byte) & (TARGET_END | TARGET_BAD) == 0;
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_inside(byte)).count()
}

/// The highest bit of each byte of `word` that is `byte`, among other bits. One above a hit may be
/// flagged by the borrow, the lowest never is.
#[inline]
fn is_byte(word: u64, byte: u8) -> u64 {
    let word = word ^ (ONES * byte as u64);
    word.wrapping_sub(ONES) & !word
}

/// The bytes of a text of at most seven in one word; some of them twice, an empty text gives 0.
#[inline]
pub(crate) const fn short_word(text: &[u8]) -> u64 {
    if let (Some(front), Some(end)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return u32::from_le_bytes(*front) as u64 | (u32::from_le_bytes(*end) as u64) << 32;
    }
    if let (Some(front), Some(end)) = (text.first_chunk::<2>(), text.last_chunk::<2>()) {
        let half = u16::from_le_bytes(*front) as u64 | (u16::from_le_bytes(*end) as u64) << 16;
        return half | half << 32;
    }
    match text {
        [] => 0,
        [byte, ..] => ONES * *byte as u64,
    }
}

/// Whether `text` contains a byte below 0x20.
#[inline]
pub(crate) fn has_low_byte(text: &[u8]) -> bool {
    any_word(text, |word| {
        word.wrapping_sub(ONES * 0x20) & !word & HIGH != 0
    })
}

/// Whether `test` holds for a word of `text`. The last word overlaps the one before it.
#[inline]
fn any_word(text: &[u8], test: impl Fn(u64) -> bool) -> bool {
    let Some(last) = text.last_chunk::<8>() else {
        return !text.is_empty() && test(short_word(text));
    };
    test(u64::from_le_bytes(*last))
        || text
            .chunks_exact(8)
            .filter_map(<[u8]>::first_chunk)
            .any(|word| test(u64::from_le_bytes(*word)))
}

/// `text` without the blanks and tabs around it (HDR-001).
#[inline]
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// `text` without the blanks and tabs in front.
#[inline]
pub(crate) fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// `text` without the blanks and tabs at its end.
#[inline]
pub(crate) fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// The non-empty elements of a comma-separated list, blanks around them removed.
pub(crate) fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|b| *b == b',')
        .map(trim)
        .filter(|e| !e.is_empty())
}

const fn build() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        if byte.is_ascii_alphanumeric() {
            table[i] |= TOKEN | HOST;
        }
        if byte >= 0x80 {
            table[i] |= HOST;
        }
        if byte < 0x20 || byte == 0x7F || byte == b'#' {
            table[i] |= TARGET_BAD;
        }
        i += 1;
    }
    mark(
        mark(mark(table, b"!#$%&'*+-.^_`|~", TOKEN), b"-._~", HOST),
        b" \r\n",
        TARGET_END,
    )
}

const fn mark(mut table: [u8; 256], bytes: &[u8], class: u8) -> [u8; 256] {
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] |= class;
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_at_every_place() {
        for byte in 0..=255u8 {
            let control = byte < 0x20 || byte == 0x7F;
            for place in 0..20 {
                let mut text = [b'a'; 20];
                text[place] = byte;
                text[19] = 0;
                let expected = if control { place } else { 19 };
                assert_eq!(find_control(&text, 0), expected);
                assert_eq!(find_control(&text, place), expected);
            }
        }
        for length in 0..20 {
            for place in 0..=length {
                let mut text = [b'\xFF'; 20];
                text[place..].fill(b'\r');
                for from in 0..=place {
                    assert_eq!(find_control(&text[..length], from), place);
                }
            }
        }
        assert_eq!(find_control(b"", 0), 0);
        assert_eq!(find_control(b"abc", 3), 3);
        assert_eq!(find_control(b"\xFF\x80\xA0 ~abcde", 0), 10);
    }

    #[test]
    fn colons_and_ends_of_targets_are_found_at_every_place() {
        for byte in 0..=255u8 {
            let ends = class(byte) & (TARGET_END | TARGET_BAD) != 0;
            for length in 1..20 {
                for place in 0..length {
                    for around in [b'a', 0xFF, b'9', b'!'] {
                        let mut text = [around; 20];
                        text[place] = byte;
                        let text = &text[..length];
                        let colon = (byte == b':').then_some(place);
                        assert_eq!(find_colon(text), colon, "{text:?}");
                        let end = if ends { place } else { length };
                        assert_eq!(find_target_end(text, 0), end, "{text:?}");
                        assert_eq!(find_target_end(text, place), end, "{text:?}");
                    }
                }
            }
        }
        assert_eq!(find_colon(b""), None);
        assert_eq!(find_colon(b"a:b::::::::::::"), Some(1));
        assert_eq!(find_target_end(b"", 0), 0);
        assert_eq!(find_target_end(b"/a#b c", 3), 4);
    }

    #[test]
    fn g_013_tokens_of_every_length_are_found_valid_and_no_others() {
        assert!(!is_token_text(b""));
        for length in 1..28 {
            for around in [b'a', b'-', b'Z', b'9', b'_'] {
                let mut text = vec![around; length];
                assert!(is_token_text(&text));
                for at in 0..length {
                    for byte in 0..=255u8 {
                        text[at] = byte;
                        assert_eq!(is_token_text(&text), is_token(byte), "{text:?}");
                    }
                    text[at] = around;
                }
            }
        }
    }

    #[test]
    fn low_bytes_are_found_in_texts_of_every_length() {
        assert!(!has_low_byte(b""));
        for length in 1..28 {
            let mut text = vec![b'"'; length];
            assert!(!has_low_byte(&text));
            for at in 0..length {
                for byte in 0..=255u8 {
                    text[at] = byte;
                    assert_eq!(has_low_byte(&text), byte < 0x20, "{length} {at} {byte:#x}");
                }
                text[at] = b'"';
            }
        }
    }

    #[test]
    fn short_words_hold_every_byte() {
        assert_eq!(short_word(b""), 0);
        for length in 1..8 {
            let words: Vec<u64> = (0..length)
                .map(|at| {
                    let mut text = [b'a'; 7];
                    text[at] = b'b';
                    short_word(&text[..length])
                })
                .collect();
            for (i, word) in words.iter().enumerate() {
                assert!(!words[..i].contains(word), "{length} {i}");
            }
        }
    }

    #[test]
    fn g_013_token_characters_are_those_of_the_rfc() {
        let separators = b"()<>@,;:\\\"/[]?={} \t";
        for byte in 0..=255u8 {
            let expected = (0x21..0x7F).contains(&byte) && !separators.contains(&byte);
            assert_eq!(is_token(byte), expected, "{byte:#x}");
        }
    }

    #[test]
    fn lists_are_split_at_commas() {
        let found: Vec<&[u8]> = elements(b" a ,, b\t,").collect();
        assert_eq!(found, [b"a", b"b"]);
    }
}
