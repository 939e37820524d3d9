//! GUIDs: made, and read and written as text.
//!
//! Owns the layout and the two forms of text, with braces and without. Threading: any thread.

use crate::random;
use crate::status::Code;

/// GUID (documented).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GUID {
    /// Data1.
    pub data1: u32,
    /// Data2.
    pub data2: u16,
    /// Data3.
    pub data3: u16,
    /// Data4.
    pub data4: [u8; 8],
}

impl GUID {
    /// A random one (RFC 9562, version 4); 31 when the system has no random numbers.
    pub fn random() -> Result<GUID, Code> {
        let mut bytes = [0; 16];
        random::fill(&mut bytes)?;
        let [a, b, c, d, e, f, g, h, data4 @ ..] = bytes;
        let mut guid = GUID {
            data1: u32::from_le_bytes([a, b, c, d]),
            data2: u16::from_le_bytes([e, f]),
            data3: u16::from_le_bytes([g, h]) & 0x0FFF | 0x4000,
            data4,
        };
        guid.data4[0] = guid.data4[0] & 0x3F | 0x80;
        Ok(guid)
    }

    /// "01234567-89ab-cdef-0123-456789abcdef".
    pub fn text(&self) -> String {
        let tail = |bytes: &[u8]| -> String {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            digits.collect()
        };
        let (first, last) = self.data4.split_at(2);
        format!(
            "{:08x}-{:04x}-{:04x}-{}-{}",
            self.data1,
            self.data2,
            self.data3,
            tail(first),
            tail(last)
        )
    }

    /// "{01234567-89AB-CDEF-0123-456789ABCDEF}".
    pub fn braced(&self) -> String {
        format!("{{{}}}", self.text().to_uppercase())
    }

    /// Of the form without braces; `None` for what is none.
    pub fn parse(text: &[u16]) -> Option<GUID> {
        let text: Option<Vec<u8>> = text.iter().map(|&unit| u8::try_from(unit).ok()).collect();
        let text = text?;
        let dashes = [8, 13, 18, 23];
        let good = |(at, byte): (usize, &u8)| match dashes.contains(&at) {
            true => *byte == b'-',
            false => byte.is_ascii_hexdigit(),
        };
        if text.len() != 36 || !text.iter().enumerate().all(good) {
            return None;
        }
        let digits: String = text
            .iter()
            .filter(|&&byte| byte != b'-')
            .map(|&byte| char::from(byte))
            .collect();
        let all = u128::from_str_radix(&digits, 16).ok()?;
        Some(GUID {
            data1: (all >> 96) as u32,
            data2: (all >> 80) as u16,
            data3: (all >> 64) as u16,
            data4: (all as u64).to_be_bytes(),
        })
    }

    /// Of the form with braces; `None` for what is none.
    pub fn parse_braced(text: &[u16]) -> Option<GUID> {
        let open = u16::from(b'{');
        let close = u16::from(b'}');
        let inner = text.strip_prefix(&[open])?.strip_suffix(&[close])?;
        GUID::parse(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back() {
        let guid = GUID::random().expect("random numbers");
        let units: Vec<u16> = guid.text().encode_utf16().collect();
        assert_eq!(GUID::parse(&units), Some(guid));
        let units: Vec<u16> = guid.braced().encode_utf16().collect();
        assert_eq!(GUID::parse_braced(&units), Some(guid));
        assert_eq!((guid.data3 >> 12, guid.data4[0] >> 6), (4, 2));
        assert_ne!(GUID::random().expect("random numbers"), guid);
    }

    #[test]
    fn other_text_is_none() {
        for bad in [
            "",
            "{}",
            "01234567-89ab-cdef-0123-456789abcde",
            "01234567-89ab-cdef-0123-456789abcdeg",
            "0123456789ab-cdef-0123-456789abcdef-",
            "+1234567-89ab-cdef-0123-456789abcdef",
        ] {
            let units: Vec<u16> = bad.encode_utf16().collect();
            assert_eq!(GUID::parse(&units), None, "{bad}");
        }
    }
}
