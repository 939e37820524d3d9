//! Comparing strings: by code unit, and as a reader would sort them.
//!
//! Owns both orders. The second one follows what the documentation says of word sorts: letter by letter
//! without regard to accents and case; then accents; then case, small letters first; a hyphen and an
//! apostrophe count only when everything else is equal; punctuation comes before digits, digits before
//! letters. It has no tables of languages, so it is not the order of Windows for every pair (documented in
//! the header). Threading: pure functions.

use std::cmp::Ordering;

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::case;

/// The order by code unit, of capitals if `fold`.
pub fn ordinal(left: &[u16], right: &[u16], fold: bool) -> Ordering {
    match fold {
        true => {
            let upper = |units: &[u16]| units.iter().map(|&unit| case::upper(unit)).collect();
            let (left, right): (Vec<u16>, Vec<u16>) = (upper(left), upper(right));
            left.cmp(&right)
        }
        false => left.cmp(right),
    }
}

/// What of the second order does not count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignores {
    /// NORM_IGNORECASE.
    pub case: bool,
    /// NORM_IGNORENONSPACE.
    pub accents: bool,
    /// NORM_IGNORESYMBOLS.
    pub symbols: bool,
    /// SORT_STRINGSORT: hyphen and apostrophe are symbols like others.
    pub string_sort: bool,
    /// SORT_DIGITSASNUMBERS.
    pub digits_are_numbers: bool,
}

/// The keys of a string, in the order in which they count.
#[derive(Default)]
struct Keys {
    letters: Vec<(u8, u64, char)>,
    accents: Vec<Vec<char>>,
    case: Vec<bool>,
    /// Hyphens and apostrophes, with the number of letters before them.
    minor: Vec<(usize, char)>,
}

fn keys(units: &[u16], ignores: Ignores) -> Keys {
    let text = String::from_utf16_lossy(units);
    let text = DecomposingNormalizerBorrowed::new_nfd().normalize(&text);
    let mut keys = Keys::default();
    let mut number = false;
    for letter in text.chars() {
        if is_mark(letter) {
            match keys.accents.last_mut() {
                Some(last) => last.push(letter),
                None => keys.accents.push(vec![letter]),
            }
            continue;
        }
        let minor = matches!(letter, '-' | '\'' | '\u{AD}' | '\u{2019}');
        if minor && !ignores.string_sort && !ignores.symbols {
            keys.minor.push((keys.letters.len(), letter));
            continue;
        }
        let mut small = letter.to_lowercase();
        let base = match (small.next(), small.next()) {
            (Some(base), None) => base,
            _ => letter,
        };
        let class = match letter {
            _ if letter.is_alphabetic() => 3,
            _ if letter.is_numeric() => 2,
            _ if letter.is_whitespace() => 0,
            _ if ignores.symbols => continue,
            _ => 1,
        };
        let digit = letter.to_digit(10).filter(|_| ignores.digits_are_numbers);
        if let (Some(digit), true, Some((_, value, _))) = (digit, number, keys.letters.last_mut()) {
            *value = value.saturating_mul(10).saturating_add(u64::from(digit));
            continue;
        }
        number = digit.is_some();
        let value = digit.map_or(0, u64::from);
        let base = if number { '0' } else { base };
        keys.letters.push((class, value, base));
        keys.accents.push(Vec::new());
        keys.case.push(letter.is_uppercase());
    }
    keys
}

fn is_mark(letter: char) -> bool {
    matches!(u32::from(letter), 0x300..=0x36F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// The order in which a reader would look for them.
pub fn linguistic(left: &[u16], right: &[u16], ignores: Ignores) -> Ordering {
    let (left, right) = (keys(left, ignores), keys(right, ignores));
    let accents = || match ignores.accents {
        true => Ordering::Equal,
        false => left.accents.cmp(&right.accents),
    };
    let case = || match ignores.case {
        true => Ordering::Equal,
        false => left.case.cmp(&right.case),
    };
    left.letters
        .cmp(&right.letters)
        .then_with(accents)
        .then_with(case)
        .then_with(|| left.minor.cmp(&right.minor))
}

/// Where FindStringOrdinal looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchPlace {
    /// FIND_STARTSWITH.
    Start,
    /// FIND_ENDSWITH.
    End,
    /// FIND_FROMSTART.
    FromStart,
    /// FIND_FROMEND.
    FromEnd,
}

/// The index at which `part` stands in `text`, by code unit.
pub fn find(text: &[u16], part: &[u16], place: SearchPlace, fold: bool) -> Option<usize> {
    let last = text.len().checked_sub(part.len())?;
    let there = |at: &usize| ordinal(&text[*at..*at + part.len()], part, fold).is_eq();
    match place {
        SearchPlace::Start => Some(0).filter(there),
        SearchPlace::End => Some(last).filter(there),
        SearchPlace::FromStart => (0..=last).find(there),
        SearchPlace::FromEnd => (0..=last).rev().find(there),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn a_reader_finds_words_in_order() {
        let order = [
            "", " ", "_a", "1", "10", "2", "a", "A", "ä", "aa", "b", "coop", "co-op", "cop", "z",
        ];
        for pair in order.windows(2) {
            let found = linguistic(&units(pair[0]), &units(pair[1]), Ignores::default());
            assert_eq!(found, Ordering::Less, "{pair:?}");
        }
        let relaxed = Ignores {
            case: true,
            accents: true,
            digits_are_numbers: true,
            ..Ignores::default()
        };
        assert!(linguistic(&units("ÄB2"), &units("ab2"), relaxed).is_eq());
        assert!(linguistic(&units("file9"), &units("file10"), relaxed).is_lt());
    }

    #[test]
    fn ordinal_order_is_that_of_units() {
        assert!(ordinal(&units("Z"), &units("a"), false).is_lt());
        assert!(ordinal(&units("Z"), &units("a"), true).is_gt());
        assert!(ordinal(&units("ÄÖ"), &units("äö"), true).is_eq());
        assert!(ordinal(&units("a"), &units("aa"), false).is_lt());
    }

    #[test]
    fn parts_are_found() {
        let text = units("abcABC");
        assert_eq!(
            find(&text, &units("abc"), SearchPlace::FromEnd, true),
            Some(3)
        );
        assert_eq!(find(&text, &units("abc"), SearchPlace::End, false), None);
        assert_eq!(find(&text, &units("ABC"), SearchPlace::End, false), Some(3));
        assert_eq!(
            find(&text, &units(""), SearchPlace::FromStart, false),
            Some(0)
        );
        assert_eq!(
            find(&text, &units("abcABCd"), SearchPlace::Start, false),
            None
        );
    }
}
