//! Code pages: bytes to UTF-16 and back.
//!
//! Owns which pages there are and what becomes of text that a page does not have. Does not own the tables of
//! most of them: encoding_rs, whose tables are those of the WHATWG; where these differ from Windows's the
//! page says so below. CP_ACP, CP_OEMCP and CP_THREAD_ACP are UTF-8. Threading: pure functions.

use encoding_rs::{self as rs, DecoderResult, EncoderResult, Encoding};

use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// CP_UTF8.
pub const UTF8: u32 = 65001;

/// The upper halves of two pages of MS-DOS.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

/// A code page that there is.
#[derive(Clone, Copy, Debug)]
pub struct KnownCodePage {
    /// Its number.
    pub number: u32,
    table: CodeTable,
}

#[derive(Clone, Copy, Debug)]
enum CodeTable {
    Utf8,
    /// The first code points, up to 0x7F or 0xFF.
    First(u32),
    /// ASCII, and 128 characters.
    Upper(&'static str),
    Foreign(&'static Encoding),
}

/// The page of a number; 87 for one that is not there (documented: as for one that is not installed).
pub fn find(number: u32) -> Result<KnownCodePage, Code> {
    let foreign = CodeTable::Foreign;
    let table = match number {
        0 | 1 | 3 | UTF8 => CodeTable::Utf8,
        20127 => CodeTable::First(0x7F),
        28591 => CodeTable::First(0xFF),
        437 => CodeTable::Upper(CP437),
        850 => CodeTable::Upper(CP850),
        866 => foreign(rs::IBM866),
        874 => foreign(rs::WINDOWS_874),
        932 => foreign(rs::SHIFT_JIS),
        936 => foreign(rs::GBK),
        949 | 51949 => foreign(rs::EUC_KR),
        950 => foreign(rs::BIG5),
        1250 => foreign(rs::WINDOWS_1250),
        1251 => foreign(rs::WINDOWS_1251),
        1252 => foreign(rs::WINDOWS_1252),
        1253 => foreign(rs::WINDOWS_1253),
        1254 => foreign(rs::WINDOWS_1254),
        1255 => foreign(rs::WINDOWS_1255),
        1256 => foreign(rs::WINDOWS_1256),
        1257 => foreign(rs::WINDOWS_1257),
        1258 => foreign(rs::WINDOWS_1258),
        10000 => foreign(rs::MACINTOSH),
        10007 => foreign(rs::X_MAC_CYRILLIC),
        20866 => foreign(rs::KOI8_R),
        21866 => foreign(rs::KOI8_U),
        20932 | 51932 => foreign(rs::EUC_JP),
        28592 => foreign(rs::ISO_8859_2),
        28593 => foreign(rs::ISO_8859_3),
        28594 => foreign(rs::ISO_8859_4),
        28595 => foreign(rs::ISO_8859_5),
        28596 => foreign(rs::ISO_8859_6),
        28597 => foreign(rs::ISO_8859_7),
        28598 => foreign(rs::ISO_8859_8),
        28603 => foreign(rs::ISO_8859_13),
        28605 => foreign(rs::ISO_8859_15),
        50220 => foreign(rs::ISO_2022_JP),
        54936 => foreign(rs::GB18030),
        _ => return Err(ERROR_INVALID_PARAMETER),
    };
    let number = if number <= 3 { UTF8 } else { number };
    Ok(KnownCodePage { number, table })
}

/// What came of a conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted<U> {
    /// The text.
    pub units: Vec<U>,
    /// Whether everything could be converted; if not, something stands in its place.
    pub whole: bool,
}

impl KnownCodePage {
    /// The most bytes of a character.
    pub fn max_bytes(self) -> u32 {
        match self.number {
            UTF8 | 54936 => 4,
            51932 | 20932 => 3,
            50220 => 5,
            932 | 936 | 949 | 950 | 51949 => 2,
            _ => 1,
        }
    }

    /// The ranges of lead bytes of a page of one or two bytes (documented: CPINFO).
    pub fn lead_bytes(self) -> &'static [(u8, u8)] {
        match self.number {
            932 => &[(0x81, 0x9F), (0xE0, 0xFC)],
            936 | 949 | 950 => &[(0x81, 0xFE)],
            _ => &[],
        }
    }

    /// Whether the flags of the conversion functions must be those of UTF-8 (documented).
    pub fn is_unicode(self) -> bool {
        matches!(self.number, UTF8 | 54936)
    }

    /// Whether no flags are allowed at all (documented).
    pub fn takes_no_flags(self) -> bool {
        self.number == 50220
    }

    /// What stands for bytes that are no character.
    pub fn bad_character(self) -> char {
        match self.number {
            UTF8 | 54936 => char::REPLACEMENT_CHARACTER,
            932 => '\u{30FB}',
            _ => '?',
        }
    }

    /// UTF-16 of bytes. Each maximal piece that is no character gives one replacement.
    pub fn decode(self, bytes: &[u8]) -> Converted<u16> {
        let mut text = String::with_capacity(bytes.len());
        let mut whole = true;
        match self.table {
            CodeTable::Utf8 => {
                let lossy = String::from_utf8_lossy(bytes);
                whole = matches!(lossy, std::borrow::Cow::Borrowed(_));
                return Converted {
                    units: lossy.encode_utf16().collect(),
                    whole,
                };
            }
            // Windows takes the eighth bit of ASCII away; that it is no error is documented nowhere.
            CodeTable::First(last) => text.extend(bytes.iter().map(|&byte| {
                char::from_u32(u32::from(byte) & last).unwrap_or(char::REPLACEMENT_CHARACTER)
            })),
            CodeTable::Upper(upper) => {
                let upper: Vec<char> = upper.chars().collect();
                text.extend(bytes.iter().map(|&byte| match byte {
                    0..=0x7F => char::from(byte),
                    _ => *upper.get(usize::from(byte) - 0x80).unwrap_or(&'?'),
                }));
            }
            CodeTable::Foreign(encoding) => {
                let mut decoder = encoding.new_decoder_without_bom_handling();
                let mut rest = bytes;
                loop {
                    let most = decoder.max_utf8_buffer_length_without_replacement(rest.len());
                    text.reserve(most.unwrap_or(rest.len() * 4) + 4);
                    let (result, read) =
                        decoder.decode_to_string_without_replacement(rest, &mut text, true);
                    rest = &rest[read..];
                    match result {
                        DecoderResult::InputEmpty => break,
                        DecoderResult::OutputFull => {}
                        DecoderResult::Malformed(..) => {
                            whole = false;
                            text.push(self.bad_character());
                        }
                    }
                }
            }
        }
        Converted {
            units: text.encode_utf16().collect(),
            whole,
        }
    }

    /// Bytes of UTF-16. `substitute` stands for what the page does not have; for UTF-8, which has
    /// everything, U+FFFD stands for half a surrogate pair.
    pub fn encode(self, units: &[u16], substitute: &[u8]) -> Converted<u8> {
        let mut whole = true;
        let characters = char::decode_utf16(units.iter().copied()).map(|character| {
            character.unwrap_or_else(|_| {
                whole = false;
                char::REPLACEMENT_CHARACTER
            })
        });
        let text: String = characters.collect();
        let mut bytes = Vec::with_capacity(text.len());
        match self.table {
            CodeTable::Utf8 => bytes = text.into_bytes(),
            CodeTable::First(last) => {
                for character in text.chars() {
                    match u32::from(character) {
                        code if code <= last => bytes.push(code as u8),
                        _ => {
                            whole = false;
                            bytes.extend(substitute);
                        }
                    }
                }
            }
            CodeTable::Upper(upper) => {
                for character in text.chars() {
                    let at = upper.chars().position(|known| known == character);
                    match (character.is_ascii(), at) {
                        (true, _) => bytes.push(character as u8),
                        (_, Some(at)) => bytes.push(0x80 + at as u8),
                        _ => {
                            whole = false;
                            bytes.extend(substitute);
                        }
                    }
                }
            }
            CodeTable::Foreign(encoding) => {
                whole &= encode_foreign(encoding, &text, substitute, &mut bytes);
            }
        }
        Converted {
            units: bytes,
            whole,
        }
    }
}

/// Whether the page has everything.
fn encode_foreign(
    encoding: &'static Encoding,
    text: &str,
    substitute: &[u8],
    bytes: &mut Vec<u8>,
) -> bool {
    let mut whole = true;
    let mut encoder = encoding.new_encoder();
    let mut rest = text;
    loop {
        let most = encoder.max_buffer_length_from_utf8_without_replacement(rest.len());
        bytes.reserve(most.unwrap_or(rest.len() * 4) + 16);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, bytes, true);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return whole,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(_) => {
                whole = false;
                bytes.extend(substitute);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both_ways(number: u32, text: &str, bytes: &[u8]) {
        let page = find(number).expect("a page");
        let units: Vec<u16> = text.encode_utf16().collect();
        let decoded = page.decode(bytes);
        assert_eq!(
            decoded,
            Converted {
                units: units.clone(),
                whole: true
            },
            "{number}"
        );
        let encoded = page.encode(&units, b"?");
        assert_eq!(
            encoded,
            Converted {
                units: bytes.to_vec(),
                whole: true
            },
            "{number}"
        );
    }

    #[test]
    fn known_bytes_of_known_pages() {
        both_ways(UTF8, "a€😀", b"a\xE2\x82\xAC\xF0\x9F\x98\x80");
        both_ways(1252, "€ä", b"\x80\xE4");
        both_ways(28591, "\u{80}ä", b"\x80\xE4");
        both_ways(437, "Çß\u{A0}", b"\x80\xE1\xFF");
        both_ways(850, "Ç\u{A0}", b"\x80\xFF");
        both_ways(932, "あ\\", b"\x82\xA0\\");
        both_ways(936, "中€", b"\xD6\xD0\x80");
        both_ways(949, "한", b"\xC7\xD1");
        both_ways(950, "中", b"\xA4\xA4");
        both_ways(1251, "Я", b"\xDF");
        both_ways(54936, "中😀", b"\xD6\xD0\x94\x39\xFC\x36");
    }

    #[test]
    fn tables_have_128_characters() {
        assert_eq!((CP437.chars().count(), CP850.chars().count()), (128, 128));
    }

    #[test]
    fn what_a_page_does_not_have_is_replaced_and_told() {
        let page = find(1252).expect("a page");
        let encoded = page.encode(&[0x61, 0x4E2D, 0x62], b"*");
        assert_eq!(
            (encoded.units.as_slice(), encoded.whole),
            (&b"a*b"[..], false)
        );
        let page = find(932).expect("a page");
        let decoded = page.decode(b"a\x82");
        assert_eq!(
            (decoded.units.as_slice(), decoded.whole),
            (&[0x61, 0x30FB][..], false)
        );
        let page = find(UTF8).expect("a page");
        assert_eq!(page.encode(&[0xD800], b"?").units, b"\xEF\xBF\xBD");
        assert!(!page.decode(b"\xC0\x80").whole);
        assert!(find(1200).is_err() && find(65000).is_err());
    }
}
