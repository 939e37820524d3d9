//! Access control lists and their entries.
//!
//! Owns ACL and the kinds of ACE that SDDL writes without conditions ([MS-DTYP] 2.4.4 and 2.4.5). Invariant:
//! [`Acl::read`] gives what [`Acl::bytes`] wrote. Threading: plain data.

use crate::InvalidDescriptor;
use crate::sid::Sid;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ace {
    /// AceType.
    pub kind: u8,
    /// AceFlags.
    pub flags: u8,
    /// Mask.
    pub mask: u32,
    /// ObjectType, in the order of its bytes.
    pub object: Option<[u8; 16]>,
    /// InheritedObjectType.
    pub inherited: Option<[u8; 16]>,
    /// Whom it is about.
    pub sid: Sid,
}

/// Whether entries of the kind have GUIDs.
pub fn has_objects(kind: u8) -> bool {
    (5..=8).contains(&kind)
}

fn is_known(kind: u8) -> bool {
    matches!(kind, 0..=3 | 5..=8 | 0x11 | 0x13)
}

impl Ace {
    fn bytes(&self) -> Vec<u8> {
        let mut body = self.mask.to_le_bytes().to_vec();
        if has_objects(self.kind) {
            let there = u32::from(self.object.is_some()) | u32::from(self.inherited.is_some()) << 1;
            body.extend(there.to_le_bytes());
            body.extend(self.object.iter().chain(&self.inherited).flatten());
        }
        body.extend(self.sid.bytes());
        let mut bytes = vec![self.kind, self.flags];
        bytes.extend(((body.len() + 4) as u16).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    fn read(entry: &[u8]) -> Result<Ace, InvalidDescriptor> {
        let bad = InvalidDescriptor::Acl;
        let (head, rest) = entry.split_first_chunk::<4>().ok_or(bad)?;
        let (mask, mut rest) = rest.split_first_chunk::<4>().ok_or(bad)?;
        let kind = head[0];
        if !is_known(kind) {
            return Err(bad);
        }
        let (mut object, mut inherited) = (None, None);
        if has_objects(kind) {
            let (there, behind) = rest.split_first_chunk::<4>().ok_or(bad)?;
            rest = behind;
            for (bit, place) in [(1, &mut object), (2, &mut inherited)] {
                if u32::from_le_bytes(*there) & bit != 0 {
                    let (guid, behind) = rest.split_first_chunk::<16>().ok_or(bad)?;
                    *place = Some(*guid);
                    rest = behind;
                }
            }
        }
        Ok(Ace {
            kind,
            flags: head[1],
            mask: u32::from_le_bytes(*mask),
            object,
            inherited,
            sid: Sid::read(rest).map_err(|_| bad)?.0,
        })
    }
}

/// A list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acl {
    /// In the order in which they count.
    pub entries: Vec<Ace>,
}

/// The size of ACL.
pub const HEAD: usize = 8;

impl Acl {
    /// The bytes of ACL and its entries; 1336 when they are more than 65,535.
    pub fn bytes(&self) -> Result<Vec<u8>, InvalidDescriptor> {
        let entries: Vec<u8> = self.entries.iter().flat_map(Ace::bytes).collect();
        let size = u16::try_from(HEAD + entries.len()).map_err(|_| InvalidDescriptor::Acl)?;
        let count = self.entries.len() as u16;
        let objects = self.entries.iter().any(|entry| has_objects(entry.kind));
        // ACL_REVISION_DS for entries with objects, else ACL_REVISION.
        let mut bytes = vec![if objects { 4 } else { 2 }, 0];
        bytes.extend(size.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(entries);
        Ok(bytes)
    }

    /// Of its bytes; 1336 for what is none, and for entries of other kinds.
    pub fn read(bytes: &[u8]) -> Result<Acl, InvalidDescriptor> {
        let entries = entries(bytes)?
            .into_iter()
            .map(|(_, entry)| Ace::read(entry));
        Ok(Acl {
            entries: entries.collect::<Result<_, _>>()?,
        })
    }
}

/// The entries of a list, each with the place where it begins; 1336 for what is no list.
pub fn entries(list: &[u8]) -> Result<Vec<(usize, &[u8])>, InvalidDescriptor> {
    let bad = InvalidDescriptor::Acl;
    let head = list.get(..HEAD).ok_or(bad)?;
    let size = usize::from(u16::from_le_bytes([head[2], head[3]]));
    let count = u16::from_le_bytes([head[4], head[5]]);
    let list = list.get(..size).ok_or(bad)?;
    if !(2..=4).contains(&head[0]) || size < HEAD {
        return Err(bad);
    }
    let mut at = HEAD;
    let mut found = Vec::new();
    for _ in 0..count {
        let header = list.get(at..at + 4).ok_or(bad)?;
        let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let entry = list.get(at..at + length).ok_or(bad)?;
        if length < 4 {
            return Err(bad);
        }
        found.push((at, entry));
        at += length;
    }
    Ok(found)
}

/// An entry of the simple kinds: 0 allows, 1 denies.
pub fn simple(kind: u8, flags: u8, mask: u32, sid: Sid) -> Vec<u8> {
    Ace {
        kind,
        flags,
        mask,
        object: None,
        inherited: None,
        sid,
    }
    .bytes()
}
