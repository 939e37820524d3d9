//! The A-label form of a Unicode host name (RFC 3492, RFC 5890 section 2.3.2.1).
//!
//! A prefix holds the Unicode form (HST-014) while clients send `xn--` labels in Host, so routing
//! also enters the encoded name (assumed: it is the only way such a prefix can be reached). Owns
//! which labels are encoded; the encoder is that of the crate `idna`. Nothing is mapped or normalised
//! beyond the case folding that the input already has.
//!
//! Invariant: the result is ASCII. Pure: any thread.

use idna::punycode;

/// The encoded name, or `None` when `name` is ASCII already, or has a label that cannot be encoded.
pub(crate) fn to_ascii(name: &[u16]) -> Option<Vec<u16>> {
    if name.iter().all(|&unit| unit < 0x80) {
        return None;
    }
    let name = String::from_utf16_lossy(name);
    let labels: Option<Vec<String>> = name.split('.').map(encode).collect();
    Some(labels?.join(".").encode_utf16().collect())
}

fn encode(label: &str) -> Option<String> {
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    punycode::encode_str(label).map(|encoded| format!("xn--{encoded}"))
}

#[cfg(test)]
mod tests {
    use super::to_ascii;

    fn ascii(name: &str) -> Option<String> {
        let units: Vec<u16> = name.encode_utf16().collect();
        to_ascii(&units).map(|u| String::from_utf16(&u).expect("ASCII"))
    }

    #[test]
    fn hst_014_known_names_encode_to_their_a_labels() {
        assert_eq!(ascii("example.com"), None);
        assert_eq!(
            ascii("bücher.example").as_deref(),
            Some("xn--bcher-kva.example")
        );
        assert_eq!(ascii("münchen.de").as_deref(), Some("xn--mnchen-3ya.de"));
        assert_eq!(
            ascii("例え.テスト").as_deref(),
            Some("xn--r8jz45g.xn--zckzah")
        );
        // RFC 3492 section 7.1 (A): Arabic (Egyptian).
        let arabic = "ليهمابتكلموشعربي؟";
        assert_eq!(ascii(arabic).as_deref(), Some("xn--egbpdaj6bu4bxfgehfvwxn"));
    }

    #[test]
    fn extreme_names_do_not_overflow() {
        let high: Vec<u16> = [0xDBFF, 0xDFFF].repeat(127);
        let low_and_high: Vec<u16> = (0..254)
            .map(|i| {
                if i < 252 {
                    0x80 + i
                } else {
                    [0xDBFF, 0xDFFF][i as usize % 2]
                }
            })
            .collect();
        let unpaired = [0xD800u16; 255];
        for name in [&high[..], &low_and_high[..], &unpaired[..]] {
            let encoded = to_ascii(name).expect("not ASCII");
            assert!(encoded.iter().all(|&u| u < 0x80));
        }
    }
}
