//! Unicode normalization, and host names in other scripts.
//!
//! Owns the forms of NormalizeString and the flags of IdnToAscii. Does not own the tables: icu_normalizer and
//! idna (UTS 46, not transitional). Threading: pure functions.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::status::{
    Code, ERROR_INVALID_NAME, ERROR_INVALID_PARAMETER, ERROR_NO_UNICODE_TRANSLATION,
};

/// The normal form of a string: form 1 is C, 2 is D, 5 is KC, 6 is KD. 1113 for half a surrogate pair, 87 for
/// another form.
pub fn normalize(form: i32, units: &[u16]) -> Result<Vec<u16>, Code> {
    let text = String::from_utf16(units).map_err(|_| ERROR_NO_UNICODE_TRANSLATION)?;
    let normal = match form {
        1 => ComposingNormalizerBorrowed::new_nfc().normalize(&text),
        2 => DecomposingNormalizerBorrowed::new_nfd().normalize(&text),
        5 => ComposingNormalizerBorrowed::new_nfkc().normalize(&text),
        6 => DecomposingNormalizerBorrowed::new_nfkd().normalize(&text),
        _ => return Err(ERROR_INVALID_PARAMETER),
    };
    Ok(normal.encode_utf16().collect())
}

fn deny(std3: bool) -> AsciiDenyList {
    match std3 {
        true => AsciiDenyList::STD3,
        false => AsciiDenyList::EMPTY,
    }
}

/// The name in Punycode; 123 for what is no name.
pub fn to_ascii(units: &[u16], std3: bool) -> Result<Vec<u16>, Code> {
    let text = String::from_utf16(units).map_err(|_| ERROR_INVALID_NAME)?;
    let name = Uts46::new().to_ascii(
        text.as_bytes(),
        deny(std3),
        Hyphens::Allow,
        DnsLength::VerifyAllowRootDot,
    );
    let name = name.map_err(|_| ERROR_INVALID_NAME)?;
    Ok(name.encode_utf16().collect())
}

/// The name in its script; 123 for what is no name.
pub fn to_unicode(units: &[u16], std3: bool) -> Result<Vec<u16>, Code> {
    let text = String::from_utf16(units).map_err(|_| ERROR_INVALID_NAME)?;
    let (name, good) = Uts46::new().to_unicode(text.as_bytes(), deny(std3), Hyphens::Allow);
    good.map_err(|_| ERROR_INVALID_NAME)?;
    Ok(name.encode_utf16().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn forms() {
        assert_eq!(normalize(1, &units("a\u{308}")), Ok(units("ä")));
        assert_eq!(normalize(2, &units("ä")), Ok(units("a\u{308}")));
        assert_eq!(normalize(5, &units("ﬁ")), Ok(units("fi")));
        assert_eq!(normalize(3, &[]), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(normalize(1, &[0xD800]), Err(ERROR_NO_UNICODE_TRANSLATION));
    }

    #[test]
    fn names() {
        assert_eq!(
            to_ascii(&units("bücher.example"), true),
            Ok(units("xn--bcher-kva.example"))
        );
        assert_eq!(
            to_unicode(&units("xn--bcher-kva.example"), true),
            Ok(units("bücher.example"))
        );
        assert_eq!(to_ascii(&units("a b"), true), Err(ERROR_INVALID_NAME));
    }
}
