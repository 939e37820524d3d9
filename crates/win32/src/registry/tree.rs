//! Keys and values.
//!
//! Owns the tree and its rules: names without regard to case, values with a type and bytes. Does not own
//! handles nor locks. Invariants: names are kept as they were first written; lists are in the order of their
//! folded names, which is the order of enumeration. Threading: plain data.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::text::case::upper;

/// REG_NONE and so on: the number of a type.
pub type ValueKind = u32;
/// REG_NONE.
pub const NONE: ValueKind = 0;
/// REG_SZ.
pub const SZ: ValueKind = 1;
/// REG_EXPAND_SZ.
pub const EXPAND_SZ: ValueKind = 2;
/// REG_BINARY.
pub const BINARY: ValueKind = 3;
/// REG_DWORD.
pub const DWORD: ValueKind = 4;
/// REG_MULTI_SZ.
pub const MULTI_SZ: ValueKind = 7;
/// REG_QWORD.
pub const QWORD: ValueKind = 11;

/// How many keys a path may have (documented: Registry Element Size Limits), roots counted. It also bounds
/// what walks down the tree.
const DEEPEST: usize = 512;
/// Units of the name of a key (documented there).
const LONGEST_KEY: usize = 255;
/// Units of the name of a value (documented there).
const LONGEST_VALUE: usize = 16_383;

/// One value: its type and its bytes. Text is UTF-16 with its NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryValue {
    /// Its name as it was written; empty for the default value.
    pub name: String,
    /// REG_SZ and so on.
    pub kind: ValueKind,
    /// The data.
    pub data: Vec<u8>,
}

/// One key.
#[derive(Clone, Debug, Default)]
pub struct KeyNode {
    /// Its name as it was written.
    pub name: String,
    /// Which key it is: one that is made after it was taken away is another.
    pub id: u64,
    /// FILETIME of the last change of its values or its list of keys.
    pub written: u64,
    keys: BTreeMap<String, KeyNode>,
    values: BTreeMap<String, RegistryValue>,
}

/// The name as names are compared.
pub fn fold(name: &str) -> String {
    let units: Vec<u16> = name.encode_utf16().map(upper).collect();
    String::from_utf16_lossy(&units)
}

/// The parts of a path: `\` separates; empty parts count for nothing.
pub fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('\\').filter(|part| !part.is_empty())
}

/// Whether there can be a key at a path from the roots on.
pub fn can_be_key(path: &str) -> bool {
    let fits = |part: &str| part.encode_utf16().take(LONGEST_KEY + 1).count() <= LONGEST_KEY;
    parts(path).all(fits) && parts(path).take(DEEPEST + 1).count() <= DEEPEST
}

/// Whether a value can have a name.
pub fn can_be_value(name: &str) -> bool {
    name.encode_utf16().take(LONGEST_VALUE + 1).count() <= LONGEST_VALUE
}

impl RegistryValue {
    /// A value of text.
    pub fn text(name: &str, kind: ValueKind, text: &str) -> RegistryValue {
        RegistryValue {
            name: name.to_owned(),
            kind,
            data: bytes_of(text),
        }
    }
}

/// UTF-16 with a NUL, as bytes.
pub fn bytes_of(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().chain([0]);
    units.flat_map(u16::to_ne_bytes).collect()
}

/// Whether a type is text.
pub fn is_text(kind: ValueKind) -> bool {
    matches!(kind, SZ | EXPAND_SZ | MULTI_SZ)
}

impl KeyNode {
    /// An empty key.
    pub fn new(name: &str, written: u64) -> KeyNode {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        KeyNode {
            name: name.to_owned(),
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            written,
            ..KeyNode::default()
        }
    }

    /// The key at a path below this one; this one for the empty path.
    pub fn find(&self, path: &str) -> Option<&KeyNode> {
        parts(path).try_fold(self, |node, part| node.keys.get(&fold(part)))
    }

    /// As [`KeyNode::find`].
    pub fn find_mut(&mut self, path: &str) -> Option<&mut KeyNode> {
        parts(path).try_fold(self, |node, part| node.keys.get_mut(&fold(part)))
    }

    /// The key at a path below this one, made with all above it if there is none; and whether it was made.
    pub fn create(&mut self, path: &str, now: u64) -> (&mut KeyNode, bool) {
        let mut made = false;
        let mut node = self;
        for part in parts(path) {
            let folded = fold(part);
            if !node.keys.contains_key(&folded) {
                node.written = now;
                made = true;
            }
            let new = || KeyNode::new(part, now);
            node = node.keys.entry(folded).or_insert_with(new);
        }
        (node, made)
    }

    /// The keys directly below.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &KeyNode> {
        self.keys.values()
    }

    /// The values.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &RegistryValue> {
        self.values.values()
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&RegistryValue> {
        self.values.get(&fold(name))
    }

    /// Sets a value; a name that is there keeps its letters.
    pub fn set(&mut self, mut value: RegistryValue, now: u64) {
        self.written = now;
        let folded = fold(&value.name);
        if let Some(old) = self.values.get(&folded) {
            value.name.clone_from(&old.name);
        }
        self.values.insert(folded, value);
    }

    /// Takes a value away. False if there is none.
    pub fn unset(&mut self, name: &str, now: u64) -> bool {
        let had = self.values.remove(&fold(name)).is_some();
        if had {
            self.written = now;
        }
        had
    }

    /// Takes the key at a path away, with all below it.
    pub fn remove(&mut self, path: &str, now: u64) -> Option<KeyNode> {
        let parts: Vec<_> = parts(path).collect();
        let (last, above) = parts.split_last()?;
        let above = self.find_mut(&above.join("\\"))?;
        let removed = above.keys.remove(&fold(last))?;
        above.written = now;
        Some(removed)
    }

    /// Adds what another key has.
    pub fn take_over(&mut self, other: KeyNode) {
        self.keys.extend(other.keys);
        self.values.extend(other.values);
    }

    /// Takes all values and keys away.
    pub fn clear(&mut self, now: u64) {
        self.keys.clear();
        self.values.clear();
        self.written = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_case_but_keep_their_letters() {
        let mut root = KeyNode::default();
        assert!(root.create("Software\\\\Éric", 1).1);
        assert!(!root.create("SOFTWARE\\éRIC\\", 2).1);
        let key = root.find_mut("software\\éric").expect("there");
        key.set(RegistryValue::text("Port", SZ, "80"), 3);
        key.set(RegistryValue::text("PORT", SZ, "81"), 4);
        assert_eq!(key.values().len(), 1);
        let value = key.value("pOrT").expect("there");
        assert_eq!((value.name.as_str(), value.data.len()), ("Port", 6));
        assert_eq!(key.name, "Éric");
        assert!(key.unset("port", 5) && !key.unset("port", 5));
        assert!(root.remove("Software\\éric", 6).is_some());
        assert!(root.remove("Software\\éric", 6).is_none());
        assert!(root.create("Straße", 7).1);
        assert!(root.create("STRASSE", 7).1, "ß has no other case");
    }

    #[test]
    fn names_and_depth_have_the_documented_limits() {
        assert!(can_be_key(&"a\\".repeat(512)) && !can_be_key(&"a\\".repeat(513)));
        assert!(can_be_key(&"é".repeat(255)) && !can_be_key(&"é".repeat(256)));
        assert!(can_be_value(&"a".repeat(16_383)) && !can_be_value(&"a".repeat(16_384)));
    }
}
