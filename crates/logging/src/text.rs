//! Texts on their way into a log line.
//!
//! Owns: the forms in which a text may come ([`Text`]), the code pages in which a log file may be
//! written, and replacing everything that could break a line with plus signs. Does not own: which
//! field has which text.
//!
//! Invariant: what [`push_clean`] appends contains no blank, tab, line end or control character, so
//! that a client can forge neither fields nor lines. Threading: pure functions.

/// A borrowed text. Empty means absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// Bytes that are copied without conversion: fields of the request as the client sent them.
    Bytes(&'a [u8]),
    /// A Unicode text, converted to the log's code page.
    Str(&'a str),
    /// UTF-16 as the C API gives it, converted to the log's code page. A surrogate without its pair
    /// counts as a character that cannot be converted.
    Wide(&'a [u16]),
}

impl Text<'_> {
    /// No text.
    pub const ABSENT: Self = Self::Bytes(&[]);

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Str(text) => text.is_empty(),
            Self::Wide(units) => units.is_empty(),
        }
    }

    /// Whether the text begins with this ASCII character.
    pub(crate) fn starts_with(self, ascii: u8) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.first() == Some(&ascii),
            Self::Str(text) => text.as_bytes().first() == Some(&ascii),
            Self::Wide(units) => units.first() == Some(&u16::from(ascii)),
        }
    }
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self::ABSENT
    }
}

/// The multibyte encoding of a log file.
///
/// HTTP.sys converts Unicode fields with the system's local code page, or to UTF-8 if
/// HTTP_LOGGING_FLAG_USE_UTF8_CONVERSION is set (HTTP_LOGGING_INFO, documented).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePage {
    /// UTF-8.
    Utf8,
    /// Windows-1252, the local code page of Western installations of Windows. A character that it
    /// lacks is written as `?`.
    Windows1252,
}

impl CodePage {
    /// What is used as the system's local code page: UTF-8 on Linux and macOS, where that is what
    /// locales use, Windows-1252 on Windows (assumed: the real one is not asked for).
    pub const LOCAL: Self = if cfg!(windows) {
        Self::Windows1252
    } else {
        Self::Utf8
    };
}

/// What replaces a character that must not be in a log line (LOG-004, w3c-logging, documented).
const PLUS: u8 = b'+';

/// Appends a text with blanks, tabs and control characters replaced by `+`, at most `limit` bytes.
///
/// A character that does not fit as a whole is left out, with all that follow it. Beyond what is
/// documented, every Unicode space and line separator becomes a `+` (assumed).
pub(crate) fn push_clean(out: &mut Vec<u8>, text: Text<'_>, code_page: CodePage, limit: usize) {
    match text {
        Text::Bytes(bytes) => push_bytes(out, bytes, limit),
        Text::Str(text) if text.is_ascii() => push_bytes(out, text.as_bytes(), limit),
        Text::Str(text) => push_chars(out, text.chars(), code_page, limit),
        Text::Wide(units) if units.iter().fold(0, |all, unit| all | unit) < 0x80 => {
            let units = &units[..units.len().min(limit)];
            out.extend(units.iter().map(|&unit| clean_ascii(unit as u8)));
        }
        Text::Wide(units) => {
            let chars = char::decode_utf16(units.iter().copied())
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
            push_chars(out, chars, code_page, limit);
        }
    }
}

/// Makes sure that the line starting at `start` is not a directive, whatever its first field is.
pub(crate) fn no_directive(out: &mut [u8], start: usize) {
    if out.get(start) == Some(&b'#') {
        out[start] = b'+';
    }
}

/// Appends a field: the text as in [`push_clean`], or `-` if there is none.
#[inline]
pub(crate) fn push_field(out: &mut Vec<u8>, text: Text<'_>, code_page: CodePage, limit: usize) {
    if text.is_empty() {
        out.push(b'-');
    } else {
        push_clean(out, text, code_page, limit);
    }
}

/// One in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Whether no byte has to be replaced. Eight are looked at together; the last eight may overlap those before.
#[inline]
fn is_clean(bytes: &[u8]) -> bool {
    let is_clean_word = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        let low = word.wrapping_sub(ONES * 0x21) & !word;
        let del = word ^ (ONES * 0x7f);
        let del = del.wrapping_sub(ONES) & !del;
        (low | del) & (ONES * 0x80) == 0
    };
    match bytes.last_chunk() {
        Some(last) => {
            let words = bytes.chunks_exact(8).filter_map(<[u8]>::first_chunk);
            is_clean_word(last) && words.into_iter().all(is_clean_word)
        }
        None => bytes.iter().all(|&byte| clean_ascii(byte) == byte),
    }
}

/// Bytes that are not converted; most texts have nothing to replace and are copied as they are.
fn push_bytes(out: &mut Vec<u8>, bytes: &[u8], limit: usize) {
    let bytes = &bytes[..bytes.len().min(limit)];
    if is_clean(bytes) {
        out.extend_from_slice(bytes);
    } else {
        out.extend(bytes.iter().map(|&byte| clean_ascii(byte)));
    }
}

fn push_chars(
    out: &mut Vec<u8>,
    chars: impl Iterator<Item = char>,
    code_page: CodePage,
    limit: usize,
) {
    let end = out.len().saturating_add(limit);
    for c in chars {
        if c.is_ascii() {
            if out.len() >= end {
                return;
            }
            out.push(clean_ascii(c as u8));
            continue;
        }
        let mut utf8 = [0; 4];
        let single;
        let bytes: &[u8] = if c.is_control() || c.is_whitespace() {
            &[PLUS]
        } else if code_page == CodePage::Utf8 {
            c.encode_utf8(&mut utf8).as_bytes()
        } else {
            single = [windows_1252(c)];
            &single
        };
        if bytes.len() > end - out.len() {
            return;
        }
        out.extend_from_slice(bytes);
    }
}

/// A byte of a line: everything from blank down, and DEL, becomes a plus sign.
fn clean_ascii(byte: u8) -> u8 {
    if byte <= b' ' || byte == 0x7f {
        PLUS
    } else {
        byte
    }
}

/// The characters of Windows-1252 at 0x80 to 0x9f; NUL where the code page has none.
const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘',
    '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// A character that is neither ASCII nor a control character in Windows-1252, `?` if it has none.
fn windows_1252(c: char) -> u8 {
    match u8::try_from(u32::from(c)) {
        Ok(byte) if byte >= 0xa0 => byte,
        _ => WINDOWS_1252
            .iter()
            .position(|&known| known == c)
            .map_or(b'?', |at| 0x80 + at as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: Text<'_>, code_page: CodePage, limit: usize) -> Vec<u8> {
        let mut out = Vec::new();
        push_clean(&mut out, text, code_page, limit);
        out
    }

    #[test]
    fn log_004_blanks_tabs_and_controls_become_plus() {
        let text = "a b\tc\r\nd\0e\x7ff";
        let wide: Vec<u16> = text.encode_utf16().collect();
        for text in [
            Text::Bytes(text.as_bytes()),
            Text::Str(text),
            Text::Wide(&wide),
        ] {
            assert_eq!(clean(text, CodePage::Utf8, 100), b"a+b+c++d+e+f");
        }
        for space in [
            "\u{85}", "\u{a0}", "\u{2028}", "\u{2029}", "\u{3000}", "\u{9f}",
        ] {
            assert_eq!(clean(Text::Str(space), CodePage::Utf8, 9), b"+");
            assert_eq!(clean(Text::Str(space), CodePage::Windows1252, 9), b"+");
        }
    }

    #[test]
    fn unicode_is_converted_to_the_code_page() {
        let wide: Vec<u16> = "é€語".encode_utf16().collect();
        assert_eq!(
            clean(Text::Wide(&wide), CodePage::Utf8, 9),
            "é€語".as_bytes()
        );
        assert_eq!(
            clean(Text::Wide(&wide), CodePage::Windows1252, 9),
            b"\xe9\x80?"
        );
        assert_eq!(
            clean(Text::Str("é€語"), CodePage::Windows1252, 9),
            b"\xe9\x80?"
        );
        // Bytes are not converted.
        assert_eq!(clean(Text::Bytes(b"\xe9"), CodePage::Utf8, 9), b"\xe9");
        // Half a surrogate pair.
        assert_eq!(
            clean(Text::Wide(&[0xd800]), CodePage::Utf8, 9),
            "\u{fffd}".as_bytes()
        );
        assert_eq!(clean(Text::Wide(&[0xdc00]), CodePage::Windows1252, 9), b"?");
        // No character hides behind the holes of the table.
        assert_eq!(clean(Text::Str("\u{81}"), CodePage::Windows1252, 9), b"+");
    }

    #[test]
    fn a_limit_cuts_between_characters() {
        assert_eq!(clean(Text::Bytes(b"abc"), CodePage::Utf8, 2), b"ab");
        assert_eq!(clean(Text::Str("abc"), CodePage::Utf8, 2), b"ab");
        assert_eq!(clean(Text::Str("aéb"), CodePage::Utf8, 2), b"a");
        assert_eq!(clean(Text::Str("aéb"), CodePage::Utf8, 3), "aé".as_bytes());
        assert_eq!(clean(Text::Str("aéb"), CodePage::Windows1252, 2), b"a\xe9");
        assert_eq!(clean(Text::Str("é"), CodePage::Utf8, 0), b"");
    }

    #[test]
    fn an_absent_field_is_a_hyphen() {
        for text in [Text::ABSENT, Text::Str(""), Text::Wide(&[])] {
            let mut out = Vec::new();
            push_field(&mut out, text, CodePage::Utf8, 9);
            assert_eq!(out, b"-");
        }
    }
}
