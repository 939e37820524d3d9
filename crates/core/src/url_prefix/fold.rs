//! Case folding of one UTF-16 unit, the comparison rule of hosts and paths (gap G-090: Unicode
//! simple case folding).
//!
//! Owns only that mapping. It works unit by unit, so letters outside the Basic Multilingual Plane
//! compare as they are (assumed: Windows compares names by single units too).
//!
//! Invariants: idempotent; ASCII other than `A` to `Z` maps to itself, and no other unit maps to
//! ASCII punctuation, so folding can neither create nor remove a separator. Pure: any thread.

/// The folded form of `unit`. Surrogates map to themselves.
#[inline]
pub(crate) fn fold_unit(unit: u16) -> u16 {
    match unit {
        0x41..=0x5A => unit | 0x20,
        // ASCII; surrogates and the private use area, in which addresses are written.
        0..=0x7F | 0xD800..=0xF8FF => unit,
        _ => fold_other(unit),
    }
}

/// Unicode's simple folding equals lower(upper(c)) over the mappings of one character to one,
/// except for the dotless i, which folds to itself.
fn fold_other(unit: u16) -> u16 {
    const DOTLESS_I: u16 = 0x0131;
    let Some(c) = char::from_u32(u32::from(unit)) else {
        return unit;
    };
    if unit == DOTLESS_I {
        return unit;
    }
    let upper = single(c.to_uppercase()).unwrap_or(c);
    let folded = single(upper.to_lowercase()).unwrap_or(upper);
    u16::try_from(u32::from(folded)).unwrap_or(unit)
}

fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    match (mapped.next(), mapped.next()) {
        (Some(c), None) => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::fold_unit;

    fn fold(c: char) -> char {
        let unit = fold_unit(u16::try_from(u32::from(c)).expect("a BMP character"));
        char::from_u32(u32::from(unit)).expect("not a surrogate")
    }

    #[test]
    fn g_090_simple_folding_of_known_letters() {
        let pairs = [
            ('A', 'a'),
            ('z', 'z'),
            ('[', '['),
            ('@', '@'),
            ('Ä', 'ä'),
            ('Σ', 'σ'),
            ('ς', 'σ'),
            ('Я', 'я'),
            ('ẞ', 'ß'),
            ('ß', 'ß'),
            ('ſ', 's'),
            ('\u{212A}', 'k'),
            ('µ', 'μ'),
            ('Ǆ', 'ǆ'),
            ('ǅ', 'ǆ'),
            ('İ', 'İ'),
            ('ı', 'ı'),
            ('ᾼ', 'ᾳ'),
            ('漢', '漢'),
        ];
        for (from, to) in pairs {
            assert_eq!(fold(from), to, "{from}");
        }
    }

    #[test]
    fn g_090_folding_is_idempotent_and_keeps_separators() {
        for unit in 0..=u16::MAX {
            let folded = fold_unit(unit);
            assert_eq!(fold_unit(folded), folded, "{unit:#06x}");
            let ascii_other = folded < 0x80 && !(0x61..=0x7A).contains(&folded);
            assert!(
                !ascii_other || folded == unit,
                "{unit:#06x} became {folded:#06x}"
            );
        }
    }
}
