//! Security identifiers: their bytes, their text, and the names of those that are known.
//!
//! Owns SID ([MS-DTYP] 2.4.2) as a value. There is no domain: the names of accounts of a domain or of the
//! machine in SDDL (LA, DA ...) stand for accounts of S-1-5-21-0-0-0 (assumed). Invariant: at most 15
//! subauthorities. Threading: plain data.

use crate::InvalidDescriptor;

/// SID_MAX_SUB_AUTHORITIES.
pub const MAX_SUB_AUTHORITIES: usize = 15;

/// A security identifier of revision 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sid {
    /// IdentifierAuthority, big-endian.
    pub authority: [u8; 6],
    /// SubAuthority.
    pub parts: Vec<u32>,
}

/// The two letters of SDDL, the authority and the subauthorities (documented: SID Strings).
const NAMES: &[(&str, u8, &[u32])] = &[
    ("AA", 5, &[32, 579]),
    ("AC", 15, &[2, 1]),
    ("AN", 5, &[7]),
    ("AO", 5, &[32, 548]),
    ("AS", 18, &[1]),
    ("AU", 5, &[11]),
    ("BA", 5, &[32, 544]),
    ("BG", 5, &[32, 546]),
    ("BO", 5, &[32, 551]),
    ("BU", 5, &[32, 545]),
    ("CD", 5, &[32, 574]),
    ("CG", 3, &[1]),
    ("CO", 3, &[0]),
    ("CY", 5, &[32, 569]),
    ("ED", 5, &[9]),
    ("ER", 5, &[32, 573]),
    ("ES", 5, &[32, 576]),
    ("HA", 5, &[32, 578]),
    ("HI", 16, &[12288]),
    ("IS", 5, &[32, 568]),
    ("IU", 5, &[4]),
    ("LS", 5, &[19]),
    ("LU", 5, &[32, 559]),
    ("LW", 16, &[4096]),
    ("ME", 16, &[8192]),
    ("MP", 16, &[8448]),
    ("MS", 5, &[32, 577]),
    ("MU", 5, &[32, 558]),
    ("NO", 5, &[32, 556]),
    ("NS", 5, &[20]),
    ("NU", 5, &[2]),
    ("OW", 3, &[4]),
    ("PO", 5, &[32, 550]),
    ("PS", 5, &[10]),
    ("PU", 5, &[32, 547]),
    ("RA", 5, &[32, 575]),
    ("RC", 5, &[12]),
    ("RD", 5, &[32, 555]),
    ("RE", 5, &[32, 552]),
    ("RM", 5, &[32, 580]),
    ("RU", 5, &[32, 554]),
    ("SI", 16, &[16384]),
    ("SO", 5, &[32, 549]),
    ("SS", 18, &[2]),
    ("SU", 5, &[6]),
    ("SY", 5, &[18]),
    ("UD", 5, &[84, 0, 0, 0, 0, 0]),
    ("WD", 1, &[0]),
    ("WR", 5, &[33]),
];

/// The names of accounts of a domain, with their last subauthority.
const OF_DOMAIN: &[(&str, u32)] = &[
    ("CA", 517),
    ("CN", 522),
    ("DA", 512),
    ("DC", 515),
    ("DD", 516),
    ("DG", 514),
    ("DU", 513),
    ("EA", 519),
    ("LA", 500),
    ("LG", 501),
    ("PA", 520),
    ("RO", 498),
    ("RS", 553),
    ("SA", 518),
];

/// WELL_KNOWN_SID_TYPE, from 0 on: the authority and the subauthorities.
const WELL_KNOWN: &[(u8, &[u32])] = &[
    (0, &[0]),
    (1, &[0]),
    (2, &[0]),
    (3, &[0]),
    (3, &[1]),
    (3, &[2]),
    (3, &[3]),
    (5, &[]),
    (5, &[1]),
    (5, &[2]),
    (5, &[3]),
    (5, &[4]),
    (5, &[6]),
    (5, &[7]),
    (5, &[8]),
    (5, &[9]),
    (5, &[10]),
    (5, &[11]),
    (5, &[12]),
    (5, &[13]),
    (5, &[14]),
    (5, &[5]),
    (5, &[18]),
    (5, &[19]),
    (5, &[20]),
    (5, &[32]),
    (5, &[32, 544]),
    (5, &[32, 545]),
    (5, &[32, 546]),
    (5, &[32, 547]),
    (5, &[32, 548]),
    (5, &[32, 549]),
    (5, &[32, 550]),
    (5, &[32, 551]),
    (5, &[32, 552]),
    (5, &[32, 554]),
    (5, &[32, 555]),
    (5, &[32, 556]),
];

impl Sid {
    /// Of an authority below 256.
    pub fn new(authority: u8, parts: &[u32]) -> Sid {
        Sid {
            authority: [0, 0, 0, 0, 0, authority],
            parts: parts.to_vec(),
        }
    }

    /// That of a WELL_KNOWN_SID_TYPE; `None` for those that need a domain, and for others.
    pub fn well_known(kind: usize) -> Option<Sid> {
        let (authority, parts) = WELL_KNOWN.get(kind)?;
        Some(Sid::new(*authority, parts))
    }

    /// The bytes of SID.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![1, self.parts.len() as u8];
        bytes.extend(self.authority);
        bytes.extend(self.parts.iter().flat_map(|part| part.to_le_bytes()));
        bytes
    }

    /// The identifier with which bytes begin, and how many they are; 1337 for a SID that is not valid.
    pub fn read(bytes: &[u8]) -> Result<(Sid, usize), InvalidDescriptor> {
        let (head, rest) = bytes.split_at_checked(8).ok_or(InvalidDescriptor::Sid)?;
        let count = usize::from(head[1]);
        let parts = rest.get(..count * 4).ok_or(InvalidDescriptor::Sid)?;
        if head[0] != 1 || count > MAX_SUB_AUTHORITIES {
            return Err(InvalidDescriptor::Sid);
        }
        let mut authority = [0; 6];
        authority.copy_from_slice(&head[2..]);
        let parts = parts.chunks_exact(4);
        let parts = parts.map(|part| u32::from_le_bytes([part[0], part[1], part[2], part[3]]));
        let parts = parts.collect();
        Ok((Sid { authority, parts }, 8 + count * 4))
    }

    /// "S-1-5-32-544"; an authority of more than 32 bits is hexadecimal.
    pub fn text(&self) -> String {
        let [a, b, c, d, e, f] = self.authority;
        let authority = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        let mut text = match u32::try_from(authority) {
            Ok(authority) => format!("S-1-{authority}"),
            Err(_) => format!("S-1-0x{authority:012X}"),
        };
        for part in &self.parts {
            text.push_str(&format!("-{part}"));
        }
        text
    }

    /// The two letters of SDDL, or the text.
    pub fn short(&self) -> String {
        let is_it = |(_, authority, parts): &&(&str, u8, &[u32])| {
            self.authority == [0, 0, 0, 0, 0, *authority] && self.parts == *parts
        };
        match NAMES.iter().find(is_it) {
            Some((name, ..)) => (*name).to_owned(),
            None => self.text(),
        }
    }

    /// Of its text, or of two letters; letters have no case. 1337 for a SID that is not valid.
    pub fn parse(text: &str) -> Result<Sid, InvalidDescriptor> {
        let text = text.to_ascii_uppercase();
        if let Some((_, authority, parts)) = NAMES.iter().find(|(name, ..)| *name == text) {
            return Ok(Sid::new(*authority, parts));
        }
        if let Some((_, last)) = OF_DOMAIN.iter().find(|(name, _)| *name == text) {
            return Ok(Sid::new(5, &[21, 0, 0, 0, *last]));
        }
        let mut words = text
            .strip_prefix("S-1-")
            .ok_or(InvalidDescriptor::Sid)?
            .split('-');
        let authority = number(words.next().unwrap_or_default()).filter(|&n| n < 1 << 48);
        let [_, _, authority @ ..] = authority.ok_or(InvalidDescriptor::Sid)?.to_be_bytes();
        let parts: Option<Vec<u32>> = words
            .map(|word| number(word).and_then(|part| u32::try_from(part).ok()))
            .collect();
        match parts {
            Some(parts) if (1..=MAX_SUB_AUTHORITIES).contains(&parts.len()) => {
                Ok(Sid { authority, parts })
            }
            _ => Err(InvalidDescriptor::Sid),
        }
    }
}

/// A decimal number, or a hexadecimal one after 0x. Signs are no part of it.
pub(super) fn number(word: &str) -> Option<u64> {
    let (digits, radix) = match word.strip_prefix("0X").or(word.strip_prefix("0x")) {
        Some(digits) => (digits, 16),
        None => (word, 10),
    };
    let good = digits.chars().all(|digit| digit.is_digit(radix));
    good.then(|| u64::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_come_back() {
        for text in [
            "S-1-1-0",
            "S-1-5-32-544",
            "S-1-5-21-1-2-4294967295-500",
            "S-1-0x010203040506-7",
        ] {
            let sid = Sid::parse(text).expect("a SID");
            assert_eq!(sid.text(), text);
            let bytes = sid.bytes();
            assert_eq!(Sid::read(&bytes), Ok((sid, bytes.len())));
        }
        for (name, ..) in NAMES {
            assert_eq!(Sid::parse(name).expect("a name").short(), *name);
        }
        assert_eq!(Sid::well_known(26).expect("a kind").short(), "BA");
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "S",
            "S-1",
            "S-1-5",
            "S-2-5-1",
            "S-1-5-",
            "S-1-5-+1",
            "S-1-5-4294967296",
            "ZZ",
            "S-1-5-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
            "S-1-281474976710656-1",
        ] {
            assert_eq!(Sid::parse(text), Err(InvalidDescriptor::Sid), "{text}");
        }
        assert!(Sid::read(&[1, 2, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0]).is_err());
        assert!(Sid::read(&[2, 0, 0, 0, 0, 0, 0, 5]).is_err());
    }
}
