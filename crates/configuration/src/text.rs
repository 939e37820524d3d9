//! Hashes and GUIDs as text, as the configuration file, `httpsysctl` and the names of certificates have them.
//!
//! Owns both directions. Threading: plain data.

/// Bytes in small hexadecimal digits.
#[must_use]
pub fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a text in hexadecimal; colons and blanks between digits are passed over, as tools print hashes.
#[must_use]
pub fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !b" :".contains(byte)).collect();
    let pair = |pair: &[u8]| {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        Some((digit(pair[0])? << 4 | digit(*pair.get(1)?)?) as u8)
    };
    digits.chunks(2).map(pair).collect()
}

/// A GUID as it lies in memory, in braces: its first three numbers are little-endian there.
#[must_use]
pub fn guid_text(guid: &[u8; 16]) -> String {
    let digits = hex_text(&swapped(*guid));
    let parts = [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ];
    format!("{{{}}}", parts.join("-"))
}

/// The GUID of such a text, as it lies in memory. The braces may be left out, and so may all hyphens.
#[must_use]
pub fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    let inner = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}')?,
        None => text,
    };
    let has_hyphens = |text: &str| {
        let at = [8, 13, 18, 23];
        at.iter().all(|at| text.as_bytes().get(*at) == Some(&b'-'))
    };
    let digits: String = match inner.len() {
        32 => inner.to_owned(),
        36 if has_hyphens(inner) => inner.chars().filter(|letter| *letter != '-').collect(),
        _ => return None,
    };
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = hex_bytes(&digits)?.try_into().ok()?;
    Some(swapped(bytes))
}

fn swapped(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_tools_print_them() {
        assert_eq!(hex_bytes("01:aB 0f"), Some(vec![1, 0xab, 0x0f]));
        assert_eq!(hex_bytes(""), Some(Vec::new()));
        for bad in ["0", "0g", "é", "0x01", "+1", "01-02"] {
            assert_eq!(hex_bytes(bad), None, "{bad}");
        }
        assert_eq!(hex_text(&[0, 255]), "00ff");
    }

    #[test]
    fn a_guid_is_read_as_it_is_written() {
        let text = "{4dc3e181-e14b-4a21-b022-59fc669b0914}";
        let bytes = guid_bytes(text).unwrap();
        assert_eq!(bytes[..8], [0x81, 0xe1, 0xc3, 0x4d, 0x4b, 0xe1, 0x21, 0x4a]);
        assert_eq!(guid_text(&bytes), text);
        for also in [
            "4dc3e181-e14b-4a21-b022-59fc669b0914",
            "4DC3E181E14B4A21B02259FC669B0914",
            "{4dc3e181e14b4a21b02259fc669b0914}",
        ] {
            assert_eq!(guid_bytes(also), Some(bytes), "{also}");
        }
        for bad in [
            "",
            "{4dc3e181}",
            "{4dc3e181-e14b-4a21-b022-59fc669b0914",
            "4dc3e181-e14b-4a21-b02259fc-669b0914",
            "4dc3e181-e14b-4a21-b022-59fc669b09-4",
            "4dc3e181-e14b-4a21-b022-59fc669b091 ",
            "+dc3e181e14b4a21b02259fc669b0914",
            "4dc3e181e14b4a21b02259fc669b091é",
        ] {
            assert_eq!(guid_bytes(bad), None, "{bad}");
        }
    }
}
