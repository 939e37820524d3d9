//! Bytes of a request target as UTF-16 units, a word of eight at a time.
//!
//! Owns: the conversion, the words, and which controls may be let through. Does not own: decoding (`path.rs`).
//! Threading: pure functions.

/// One in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte of a word.
pub(super) const HIGH: u64 = ONES * 0x80;
/// Bytes of a word.
pub(super) const WORD: usize = 8;
/// From so many bytes on the compiler's loop, which takes sixteen at once, is shorter than one over words.
const LONG: usize = 32;

/// Appends each byte as one unit.
#[inline]
pub(super) fn push_bytes(text: &mut Vec<u16>, bytes: &[u8]) {
    let Some(end) = bytes.last_chunk::<WORD>() else {
        return push_short(text, bytes);
    };
    if bytes.len() >= LONG {
        return text.extend(bytes.iter().copied().map(u16::from));
    }
    text.reserve(bytes.len());
    let mut words = bytes.chunks_exact(WORD);
    for word in words.by_ref().filter_map(<[u8]>::first_chunk) {
        push_word(text, *word);
    }
    let left = words.remainder().len();
    if left != 0 {
        text.truncate(text.len() - (WORD - left));
        push_word(text, *end);
    }
}

/// Appends each byte of a word as one unit.
#[inline]
pub(super) fn push_word(text: &mut Vec<u16>, word: [u8; WORD]) {
    text.extend_from_slice(&word.map(u16::from));
}

fn push_short(text: &mut Vec<u16>, bytes: &[u8]) {
    if let Some(word) = short_word(bytes) {
        push_front(text, word.to_le_bytes(), bytes.len());
    }
}

/// Appends the first bytes of a word. To append all of it and cut the end off again is quicker than to append a part.
#[inline]
pub(super) fn push_front(text: &mut Vec<u16>, word: [u8; WORD], length: usize) {
    let end = text.len() + length;
    push_word(text, word);
    text.truncate(end);
}

/// One to seven bytes as the lower ones of a word.
#[inline]
pub(super) fn short_word(bytes: &[u8]) -> Option<u64> {
    if let (Some(front), Some(end)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let place = (bytes.len() - 4) * 8;
        let (front, end) = (u32::from_le_bytes(*front), u32::from_le_bytes(*end));
        return (place < 32).then(|| u64::from(front) | u64::from(end) << place);
    }
    let (first, last) = (bytes.first()?, bytes.last()?);
    let middle = bytes.len() / 2;
    let at = |byte: u8, place: usize| u64::from(byte) << (place * 8);
    Some(at(*first, 0) | at(bytes[middle], middle) | at(*last, bytes.len() - 1))
}

/// The word with an `a` in each byte from `length` on, which is less than eight; those bytes were zeros.
#[inline]
pub(super) fn filled(word: u64, length: usize) -> u64 {
    word | (ONES * u64::from(b'a')) << (length * 8)
}

/// The highest bit of each byte of `word` that is `byte`, among other bits. All are ASCII.
#[inline]
pub(super) fn is_byte(word: u64, byte: u8) -> u64 {
    HIGH - (word ^ (ONES * u64::from(byte)))
}

/// The highest bit of each byte of `word` that is a control or a blank, among other bits. All are ASCII.
#[inline]
pub(super) fn is_control_or_blank(word: u64) -> u64 {
    (HIGH + ONES * 0x20 - word) | (word + ONES)
}

/// Whether a query has a byte that may not stand in one, as far as words tell ([`super::push_query`]).
#[inline]
pub(super) fn may_be_bad_query(query: &[u8]) -> bool {
    let is_bad = |word: u64| {
        let ascii = word & !HIGH;
        (is_control_or_blank(ascii) | is_byte(ascii, b'#')) & !word & HIGH != 0
    };
    let Some(end) = query.last_chunk() else {
        return short_word(query).is_some_and(|word| is_bad(filled(word, query.len())));
    };
    let mut words = query.chunks_exact(WORD).filter_map(<[u8]>::first_chunk);
    words.any(|word| is_bad(u64::from_le_bytes(*word))) || is_bad(u64::from_le_bytes(*end))
}

/// A control that `AllowUnEscapedRestrictedChars` lets through (LIM-002; which ones is assumed).
pub(super) fn is_weak_control(b: u8) -> bool {
    b.is_ascii_control() && !matches!(b, 0 | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_becomes_one_unit_in_texts_of_every_length() {
        for length in 0..40_usize {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 37 + 200) as u8).collect();
            let mut text = vec![7; 3];
            push_bytes(&mut text, &bytes);
            let units = bytes.iter().map(|&b| u16::from(b));
            assert_eq!(text, [7; 3].into_iter().chain(units).collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_bad_byte_of_a_query_is_found_at_every_place() {
        assert!(!may_be_bad_query(b""));
        for length in 1..28 {
            for around in [b'a', b'~', b'!', 0xFF] {
                for at in 0..length {
                    for byte in 0..=255_u8 {
                        let mut query = vec![around; length];
                        query[at] = byte;
                        let bad = byte <= 0x20 || byte == 0x7F || byte == b'#';
                        assert_eq!(may_be_bad_query(&query), bad, "{query:?}");
                    }
                }
            }
        }
    }
}
