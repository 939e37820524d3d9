//! The dynamic table (RFC 7541 sections 2.3.2 and 4).
//!
//! Owns: entries, their order and eviction. Does not own: indices of field blocks, which begin with the
//! static table. Invariant: the sum of the entries' sizes is at most the limit, and the bytes behind them
//! at most twice that. Threading: plain value.

use std::collections::VecDeque;

use crate::h2::field_section::FIELD_OVERHEAD;

/// Where an entry lies: counted from the first byte that the table ever held.
#[derive(Clone, Copy, Debug)]
struct TableEntry {
    start: u64,
    name: u32,
    value: u32,
}

impl TableEntry {
    fn size(self) -> usize {
        self.name as usize + self.value as usize + FIELD_OVERHEAD
    }
}

/// See the module head.
#[derive(Debug, Default)]
pub(super) struct DynamicTable {
    /// Name and value of each entry, the oldest first, behind those that were evicted.
    bytes: Vec<u8>,
    /// Bytes that were in front of `bytes` once.
    gone: u64,
    /// The oldest first.
    entries: VecDeque<TableEntry>,
    size: usize,
    limit: usize,
}

impl DynamicTable {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// The size that it may have.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The sum of the entries' sizes.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Changes the limit and evicts what is above it.
    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.evict(limit);
    }

    /// The entry at `index`, 0 for the newest.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let at = self.entries.len().checked_sub(index + 1)?;
        let entry = self.entries.get(at)?;
        Some(self.parts(*entry))
    }

    /// Adds an entry in front of the others. One that is larger than the limit empties the table.
    pub(super) fn insert(&mut self, name: &[u8], value: &[u8]) {
        let size = name.len() + value.len() + FIELD_OVERHEAD;
        self.evict(self.limit.saturating_sub(size));
        if size > self.limit {
            return;
        }
        self.compact();
        self.entries.push_back(TableEntry {
            start: self.gone + self.bytes.len() as u64,
            name: name.len() as u32,
            value: value.len() as u32,
        });
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(value);
        self.size += size;
    }

    /// The index of an entry with this name and value, and of the newest one with this name.
    pub(super) fn find(&self, name: &[u8], value: &[u8]) -> (Option<usize>, Option<usize>) {
        let mut named = None;
        for (index, entry) in self.entries.iter().rev().enumerate() {
            if entry.name as usize != name.len() {
                continue;
            }
            let (other, other_value) = self.parts(*entry);
            if other == name {
                if other_value == value {
                    return (Some(index), Some(index));
                }
                named = named.or(Some(index));
            }
        }
        (None, named)
    }

    fn parts(&self, entry: TableEntry) -> (&[u8], &[u8]) {
        let start = (entry.start - self.gone) as usize;
        let end = start + entry.name as usize + entry.value as usize;
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        bytes
            .split_at_checked(entry.name as usize)
            .unwrap_or_default()
    }

    fn evict(&mut self, limit: usize) {
        while self.size > limit {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.size -= oldest.size();
        }
    }

    /// Throws the bytes of evicted entries away once they are more than the table may hold.
    fn compact(&mut self) {
        let end = self.gone + self.bytes.len() as u64;
        let first = self.entries.front().map_or(end, |oldest| oldest.start);
        let unused = (first - self.gone) as usize;
        if unused > self.limit {
            self.bytes.drain(..unused);
            self.gone = first;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7541_4_4_old_entries_make_room() {
        let mut table = DynamicTable::new(100);
        table.insert(b"a", b"1");
        table.insert(b"b", b"22");
        assert_eq!(table.size(), 34 + 35);
        table.insert(b"c", b"");
        assert_eq!(table.get(0), Some((&b"c"[..], &b""[..])));
        assert_eq!(table.get(1), Some((&b"b"[..], &b"22"[..])));
        assert_eq!(table.get(2), None);
        table.insert(b"large", &[b'x'; 64]);
        assert_eq!(
            table.get(0),
            None,
            "an entry above the limit empties the table"
        );
        assert_eq!(table.size(), 0);
        table.insert(b"fits", &[b'x'; 64]);
        assert_eq!(table.size(), 100);
    }

    #[test]
    fn rfc_7541_4_4_entries_may_fill_the_table_to_its_limit() {
        for (limit, oldest) in [(69, Some((&b"a"[..], &b"1"[..]))), (68, None)] {
            let mut table = DynamicTable::new(limit);
            table.insert(b"a", b"1");
            table.insert(b"b", b"22");
            assert_eq!(table.get(1), oldest);
            table.set_limit(limit);
            assert_eq!(table.get(1), oldest);
        }
    }

    #[test]
    fn rfc_7541_4_3_a_lower_limit_evicts() {
        let mut table = DynamicTable::new(4096);
        table.insert(b"a", b"1");
        table.insert(b"b", b"2");
        table.set_limit(67);
        assert_eq!(table.get(0), Some((&b"b"[..], &b"2"[..])));
        assert_eq!(table.get(1), None);
        table.set_limit(0);
        table.insert(b"a", b"1");
        assert_eq!(table.get(0), None);
    }

    #[test]
    fn the_bytes_behind_a_table_stay_bounded() {
        let mut table = DynamicTable::new(4096);
        for n in 0..10_000u32 {
            let value = n.to_string().repeat(n as usize % 40);
            table.insert(b"name", value.as_bytes());
            assert_eq!(table.get(0), Some((&b"name"[..], value.as_bytes())));
            assert!(table.bytes.len() <= 3 * 4096, "{}", table.bytes.len());
        }
        let oldest = table.entries.len() - 1;
        let value = table.get(oldest).unwrap().1.to_vec();
        assert_eq!(table.find(b"name", &value).0, Some(oldest));
        assert_eq!(table.find(b"name", b"?"), (None, Some(0)));
        assert_eq!(table.find(b"eman", &value), (None, None));
    }
}
