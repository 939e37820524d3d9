//! The security descriptor definition language.
//!
//! Owns reading and writing the text ([MS-DTYP] 2.5.1; documented: Security Descriptor String Format) and the
//! descriptor as a value. Does not own identifiers and lists. Conditions (XA, XD ...) and resource attributes
//! (RA) are not read. Threading: plain data.

use crate::acl::{self, Ace, Acl};
use crate::sid::{self, Sid};
use crate::{DACL_PRESENT, InvalidDescriptor, SACL_PRESENT};

/// A security descriptor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityDescriptor {
    /// Control, without SE_SELF_RELATIVE.
    pub control: u16,
    /// Owner.
    pub owner: Option<Sid>,
    /// Primary group.
    pub group: Option<Sid>,
    /// The discretionary list; without one, but with SE_DACL_PRESENT, it is a NULL list.
    pub dacl: Option<Acl>,
    /// The system's list.
    pub sacl: Option<Acl>,
}

/// Which parts of a descriptor are meant: SECURITY_INFORMATION.
#[derive(Clone, Copy, Debug)]
pub struct SecurityParts(pub u32);

const KINDS: &[(&str, u8)] = &[
    ("A", 0),
    ("D", 1),
    ("AU", 2),
    ("AL", 3),
    ("OA", 5),
    ("OD", 6),
    ("OU", 7),
    ("OL", 8),
    ("ML", 0x11),
    ("SP", 0x13),
];

const FLAGS: &[(&str, u8)] = &[
    ("OI", 0x01),
    ("CI", 0x02),
    ("NP", 0x04),
    ("IO", 0x08),
    ("ID", 0x10),
    ("SA", 0x40),
    ("FA", 0x80),
];

/// Rights of one bit, in the order in which they are written.
const BITS: &[(&str, u32)] = &[
    ("GA", 0x1000_0000),
    ("GR", 0x8000_0000),
    ("GW", 0x4000_0000),
    ("GX", 0x2000_0000),
    ("CC", 0x0001),
    ("DC", 0x0002),
    ("LC", 0x0004),
    ("SW", 0x0008),
    ("RP", 0x0010),
    ("WP", 0x0020),
    ("DT", 0x0040),
    ("LO", 0x0080),
    ("CR", 0x0100),
    ("SD", 0x0001_0000),
    ("RC", 0x0002_0000),
    ("WD", 0x0004_0000),
    ("WO", 0x0008_0000),
];

/// Rights of several bits, which are written when they are all there is.
const SETS: &[(&str, u32)] = &[
    ("FA", 0x001F_01FF),
    ("FR", 0x0012_0089),
    ("FW", 0x0012_0116),
    ("FX", 0x0012_00A0),
    ("KA", 0x000F_003F),
    ("KR", 0x0002_0019),
    ("KW", 0x0002_0006),
    ("KX", 0x0002_0019),
];

/// Rights of mandatory labels.
const LABEL: &[(&str, u32)] = &[("NW", 1), ("NR", 2), ("NX", 4)];

fn value<V: Copy>(table: &[(&str, V)], word: &str) -> Option<V> {
    let mut all = table.iter();
    all.find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|&(_, value)| value)
}

/// Reads a descriptor: 87 for a text that is not SDDL, 1336 for a bad list, 1337 for a bad identifier.
pub fn parse(text: &str) -> Result<SecurityDescriptor, InvalidDescriptor> {
    let bad = InvalidDescriptor::Text;
    if !text.is_ascii() {
        return Err(bad);
    }
    let mut descriptor = SecurityDescriptor::default();
    let mut seen = String::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let letter = rest.as_bytes()[0].to_ascii_uppercase();
        let body = rest[1..].strip_prefix(':').ok_or(bad)?;
        let (body, behind) = body.split_at(end_of_part(body));
        let body = body.trim();
        if seen.contains(char::from(letter)) {
            return Err(bad);
        }
        seen.push(char::from(letter));
        match letter {
            b'O' => descriptor.owner = Some(Sid::parse(body)?),
            b'G' => descriptor.group = Some(Sid::parse(body)?),
            b'D' => {
                let (control, list) = list(body)?;
                descriptor.control |= DACL_PRESENT | control;
                descriptor.dacl = list;
            }
            b'S' => {
                let (control, list) = list(body)?;
                descriptor.control |= SACL_PRESENT | control << 1;
                descriptor.sacl = list;
            }
            _ => return Err(bad),
        }
        rest = behind;
    }
    Ok(descriptor)
}

/// Where the next part ("G:", "D:" ...) begins, outside of parentheses.
fn end_of_part(body: &str) -> usize {
    let bytes = body.as_bytes();
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && at > 0 => return at - 1,
            _ => {}
        }
    }
    body.len()
}

/// A list with its flags before it; `None` for NO_ACCESS_CONTROL.
fn list(body: &str) -> Result<(u16, Option<Acl>), InvalidDescriptor> {
    let bad = InvalidDescriptor::Acl;
    let at = body.find('(').unwrap_or(body.len());
    let (mut flags, mut entries) = body.split_at(at);
    let mut control = 0;
    let mut is_null = false;
    flags = flags.trim();
    while !flags.is_empty() {
        let starts = |word: &str| {
            let start = flags.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        let (length, bits) = match () {
            () if starts("NO_ACCESS_CONTROL") => {
                is_null = true;
                (17, 0)
            }
            () if starts("AR") => (2, 0x0100),
            () if starts("AI") => (2, 0x0400),
            () if starts("P") => (1, 0x1000),
            () => return Err(InvalidDescriptor::Text),
        };
        control |= bits;
        flags = flags[length..].trim_start();
    }
    let mut list = Acl::default();
    while !entries.trim().is_empty() {
        let open = entries.trim().strip_prefix('(').ok_or(bad)?;
        let (entry, behind) = open.split_once(')').ok_or(bad)?;
        list.entries.push(parse_entry(entry)?);
        entries = behind;
    }
    // Refused here rather than when it is written.
    list.bytes()?;
    match is_null {
        true if !list.entries.is_empty() => Err(bad),
        true => Ok((control, None)),
        false => Ok((control, Some(list))),
    }
}

fn parse_entry(text: &str) -> Result<Ace, InvalidDescriptor> {
    let bad = InvalidDescriptor::Acl;
    let words: Vec<&str> = text.split(';').map(str::trim).collect();
    let [kind, flags, rights, object, inherited, sid] = words[..] else {
        return Err(bad);
    };
    let kind = value(KINDS, kind).ok_or(bad)?;
    let mut bits = 0;
    for pair in pairs(flags)? {
        bits |= value(FLAGS, pair).ok_or(bad)?;
    }
    let guid = |word: &str| match word {
        "" => Ok(None),
        _ if acl::has_objects(kind) => parse_guid(word).map(Some).ok_or(bad),
        _ => Err(bad),
    };
    Ok(Ace {
        kind,
        flags: bits,
        mask: mask(rights)?,
        object: guid(object)?,
        inherited: guid(inherited)?,
        sid: Sid::parse(sid)?,
    })
}

fn pairs(word: &str) -> Result<Vec<&str>, InvalidDescriptor> {
    let bytes = word.as_bytes();
    let pairs: Option<Vec<&str>> = (0..bytes.len())
        .step_by(2)
        .map(|at| word.get(at..at + 2))
        .collect();
    pairs.ok_or(InvalidDescriptor::Acl)
}

fn mask(word: &str) -> Result<u32, InvalidDescriptor> {
    if word.starts_with(|first: char| first.is_ascii_digit()) {
        let mask = sid::number(word).and_then(|mask| u32::try_from(mask).ok());
        return mask.ok_or(InvalidDescriptor::Acl);
    }
    let mut mask = 0;
    for pair in pairs(word)? {
        let known = value(BITS, pair)
            .or(value(SETS, pair))
            .or(value(LABEL, pair));
        mask |= known.ok_or(InvalidDescriptor::Acl)?;
    }
    Ok(mask)
}

/// A GUID as it lies in memory: the first three numbers little-endian.
fn parse_guid(word: &str) -> Option<[u8; 16]> {
    let digits: String = word.chars().filter(|&digit| digit != '-').collect();
    let dashes = [8, 13, 18, 23]
        .iter()
        .all(|&at| word.as_bytes().get(at) == Some(&b'-'));
    if word.len() != 36 || digits.len() != 32 || !dashes || digits.starts_with('+') {
        return None;
    }
    let mut bytes = u128::from_str_radix(&digits, 16).ok()?.to_be_bytes();
    swap(&mut bytes);
    Some(bytes)
}

fn swap(bytes: &mut [u8; 16]) {
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
}

fn guid_text(mut bytes: [u8; 16]) -> String {
    swap(&mut bytes);
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let (a, b, c, d, e) = (
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    );
    format!("{a}-{b}-{c}-{d}-{e}")
}

fn mask_text(kind: u8, mask: u32) -> String {
    let by_bits = |table: &[(&str, u32)]| {
        let there = table.iter().filter(|(_, bit)| mask & bit != 0);
        let (names, bits) = there.fold((String::new(), 0), |(names, bits), (name, bit)| {
            (names + name, bits | bit)
        });
        (bits == mask).then_some(names)
    };
    let set = SETS
        .iter()
        .find(|(_, set)| *set == mask)
        .map(|(name, _)| (*name).to_owned());
    let names = match kind {
        0x11 => by_bits(LABEL),
        _ => set.or_else(|| by_bits(BITS)),
    };
    names.unwrap_or_else(|| format!("0x{mask:x}"))
}

fn entry_text(entry: &Ace) -> String {
    let kind = KINDS
        .iter()
        .find(|(_, kind)| *kind == entry.kind)
        .map_or("", |(name, _)| name);
    let flags = FLAGS
        .iter()
        .filter(|(_, bit)| entry.flags & bit != 0)
        .map(|(name, _)| *name);
    let flags: String = flags.collect();
    let rights = mask_text(entry.kind, entry.mask);
    let guid = |guid: Option<[u8; 16]>| guid.map(guid_text).unwrap_or_default();
    let (object, inherited) = (guid(entry.object), guid(entry.inherited));
    format!(
        "({kind};{flags};{rights};{object};{inherited};{})",
        entry.sid.short()
    )
}

fn list_text(letter: char, control: u16, list: Option<&Acl>) -> String {
    let mut text = format!("{letter}:");
    for (name, bit) in [("P", 0x1000), ("AR", 0x0100), ("AI", 0x0400)] {
        if control & bit != 0 {
            text.push_str(name);
        }
    }
    match list {
        None => text.push_str("NO_ACCESS_CONTROL"),
        Some(list) => text.extend(list.entries.iter().map(entry_text)),
    }
    text
}

/// Writes the parts of a descriptor that are asked for: OWNER 1, GROUP 2, DACL 4, SACL 8 (LABEL 0x10 too).
pub fn text(descriptor: &SecurityDescriptor, parts: SecurityParts) -> String {
    let asked = |bits: u32| parts.0 & bits != 0;
    let mut text = String::new();
    if let Some(owner) = descriptor.owner.as_ref().filter(|_| asked(1)) {
        text.push_str(&format!("O:{}", owner.short()));
    }
    if let Some(group) = descriptor.group.as_ref().filter(|_| asked(2)) {
        text.push_str(&format!("G:{}", group.short()));
    }
    let control = descriptor.control;
    if asked(4) && control & DACL_PRESENT != 0 {
        text.push_str(&list_text('D', control, descriptor.dacl.as_ref()));
    }
    if asked(0x18) && control & SACL_PRESENT != 0 {
        let control = control >> 1;
        text.push_str(&list_text('S', control, descriptor.sacl.as_ref()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back() {
        for given in [
            "",
            "D:(A;;GX;;;WD)",
            "O:BAG:SYD:P(A;OICI;FA;;;SY)(D;;GA;;;S-1-5-21-1-2-3-1001)S:(AU;SAFA;CCDC;;;WD)",
            "D:PARAI",
            "D:NO_ACCESS_CONTROL",
            "D:(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;AU)",
            "D:(A;;0x1234567;;;WD)",
            "S:(ML;;NWNX;;;HI)",
        ] {
            let read = parse(given).expect(given);
            assert_eq!(text(&read, SecurityParts(0x1F)), given);
        }
        assert_eq!(parse("d:(a;;gx;;;wd)"), parse(" D: (A;;GX;;;WD)"));
        assert_eq!(parse("D:(A;;536870912;;;S-1-1-0)"), parse("D:(A;;GX;;;WD)"));
    }

    #[test]
    fn what_is_no_descriptor_is_refused() {
        for (given, code) in [
            ("nonsense", InvalidDescriptor::Text),
            ("X:", InvalidDescriptor::Text),
            ("D", InvalidDescriptor::Text),
            ("D:D:", InvalidDescriptor::Text),
            ("D:Q(A;;GX;;;WD)", InvalidDescriptor::Text),
            ("O:", InvalidDescriptor::Sid),
            ("O:ZZ", InvalidDescriptor::Sid),
            ("D:(A;;GX;;;ZZ)", InvalidDescriptor::Sid),
            ("D:(A;;GX;;WD)", InvalidDescriptor::Acl),
            ("D:(A;;GX;;;WD", InvalidDescriptor::Acl),
            ("D:(A;;QQ;;;WD)", InvalidDescriptor::Acl),
            ("D:(A;O;GX;;;WD)", InvalidDescriptor::Acl),
            ("D:(Q;;GX;;;WD)", InvalidDescriptor::Acl),
            ("D:(A;;GX;;;WD)x", InvalidDescriptor::Acl),
            ("D:(A;;0x100000000;;;WD)", InvalidDescriptor::Acl),
            ("D:(OA;;CR;0;;AU)", InvalidDescriptor::Acl),
        ] {
            assert_eq!(parse(given), Err(code), "{given}");
        }
    }

    #[test]
    fn lists_are_bytes_and_back() {
        let read = parse("D:(A;OI;GX;;;WD)(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;AU)");
        let list = read.expect("a descriptor").dacl.expect("a list");
        let bytes = list.bytes().expect("short");
        assert_eq!(Acl::read(&bytes), Ok(list));
        assert_eq!(bytes[0], 4);
        for cut in 0..bytes.len() {
            assert_eq!(Acl::read(&bytes[..cut]), Err(InvalidDescriptor::Acl));
        }
    }
}
