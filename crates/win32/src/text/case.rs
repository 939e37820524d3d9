//! Upper and lower case of UTF-16, unit by unit, as the system does it: without locale, without changing the
//! length.
//!
//! Owns which letters are mapped: those of the basic plane whose mapping is one letter that maps back
//! (assumed, from what is known of the system's table: ÿ and Ÿ are a pair; ı, ſ, µ and ß stay as they are).
//! Threading: pure functions.

fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next()?;
    mapped.next().is_none().then_some(first)
}

fn mapped(unit: u16, there: fn(char) -> Option<char>, back: fn(char) -> Option<char>) -> u16 {
    let Some(letter) = char::from_u32(u32::from(unit)) else {
        return unit;
    };
    let Some(other) = there(letter) else {
        return unit;
    };
    match u16::try_from(u32::from(other)) {
        Ok(other_unit) if back(other) == Some(letter) => other_unit,
        _ => unit,
    }
}

fn up(letter: char) -> Option<char> {
    single(letter.to_uppercase())
}

fn down(letter: char) -> Option<char> {
    single(letter.to_lowercase())
}

/// The unit in upper case.
pub fn upper(unit: u16) -> u16 {
    match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii() => u16::from(byte.to_ascii_uppercase()),
        _ => mapped(unit, up, down),
    }
}

/// The unit in lower case.
pub fn lower(unit: u16) -> u16 {
    match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii() => u16::from(byte.to_ascii_lowercase()),
        _ => mapped(unit, down, up),
    }
}

/// Maps the letters of UTF-8 in place, those whose other case has as many bytes. What is no UTF-8 stays.
pub fn in_place(bytes: &mut [u8], map: fn(u16) -> u16) {
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let valid = match std::str::from_utf8(rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = String::from_utf8_lossy(&rest[..valid]).into_owned();
        for letter in text.chars() {
            let length = letter.len_utf8();
            if let Ok(unit) = u16::try_from(u32::from(letter)) {
                let other = char::from_u32(u32::from(map(unit))).unwrap_or(letter);
                if other.len_utf8() == length {
                    other.encode_utf8(&mut bytes[at..at + length]);
                }
            }
            at += length;
        }
        // The byte at which it stopped being UTF-8.
        at += 1;
    }
}

/// Whether the unit is a letter.
pub fn is_alphabetic(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_some_and(char::is_alphabetic)
}

/// Whether the unit is a decimal digit.
pub fn is_digit(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_some_and(|letter| {
        letter.is_numeric() && (letter.is_ascii_digit() || !letter.is_ascii() && digit(letter))
    })
}

/// Numbers of other scripts that are digits; not fractions, superscripts and Roman numerals.
fn digit(letter: char) -> bool {
    !matches!(u32::from(letter), 0x80..=0x65F | 0x2070..=0x218F | 0x2460..=0x249B | 0x3007..=0x33FF)
}

/// Whether the unit is a capital letter.
pub fn is_upper(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_some_and(char::is_uppercase)
}

/// Whether the unit is a small letter.
pub fn is_lower(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_a_partner_or_stay() {
        for (small, capital) in [('a', 'A'), ('ä', 'Ä'), ('ÿ', 'Ÿ'), ('я', 'Я'), ('ω', 'Ω')]
        {
            assert_eq!(upper(small as u16), capital as u16);
            assert_eq!(lower(capital as u16), small as u16);
        }
        for stays in ['ß', 'ı', 'ſ', 'µ', '中', '1'] {
            assert_eq!(upper(stays as u16), stays as u16);
        }
        assert_eq!((lower(0x130), upper(0xD800)), (0x130, 0xD800));
    }

    #[test]
    fn bytes_keep_their_length() {
        let mut text = "aäÿß\u{250}z".as_bytes().to_vec();
        text.push(0xFF);
        text.push(b'z');
        in_place(&mut text, upper);
        assert_eq!(text, ["AÄŸß\u{250}Z".as_bytes(), b"\xFFZ"].concat());
    }
}
