//! The memory and the OVERLAPPED structures that pending calls have, as strict mode sees them.
//!
//! Owns: addresses, lengths and sums of what was lent to calls that wait, and which of them collide. Does not own: the
//! memory itself, which only a door that has pointers reads: all here are numbers. Invariant: one entry for each
//! OVERLAPPED, from the moment its call waits until it ends. Threading: plain data.

use std::collections::BTreeMap;
use std::fmt;

/// What a pending call does with a piece of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LentUse {
    /// It sends the bytes.
    Sends,
    /// It fills the memory.
    Fills,
}

/// A piece of memory, and the sum of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LentRange {
    /// Its first byte.
    pub address: usize,
    /// Its length.
    pub length: usize,
    /// A sum of its bytes, made by who has the memory.
    pub sum: u64,
}

impl LentRange {
    fn overlaps(&self, other: &LentRange) -> bool {
        let end = |range: &LentRange| range.address.saturating_add(range.length);
        self.address < end(other) && other.address < end(self)
    }
}

impl fmt::Display for LentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "buffer {:#x} of {} bytes", self.address, self.length)
    }
}

/// A pending call.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LentCallMemory {
    call: &'static str,
    purpose: LentUse,
    ranges: Vec<LentRange>,
}

/// See the module head. By the address of the OVERLAPPED.
#[derive(Debug, Default)]
pub(crate) struct LentMemory(BTreeMap<usize, LentCallMemory>);

impl LentMemory {
    /// The pending call that has this OVERLAPPED.
    pub(super) fn owner(&self, overlapped: usize) -> Option<&'static str> {
        self.0.get(&overlapped).map(|lent| lent.call)
    }

    /// A call waits with this memory; another one that fills a part of the same.
    pub(super) fn lend(
        &mut self,
        call: &'static str,
        overlapped: usize,
        purpose: LentUse,
        ranges: Vec<LentRange>,
    ) -> Option<(&'static str, LentRange)> {
        let shared = match purpose {
            LentUse::Sends => None,
            LentUse::Fills => self.shared_with(overlapped, &ranges),
        };
        let memory = LentCallMemory {
            call,
            purpose,
            ranges,
        };
        self.0.insert(overlapped, memory);
        shared
    }

    /// A call waits no more; the call, what it does, and the piece whose sum is another one now.
    pub(super) fn take_back(
        &mut self,
        overlapped: usize,
        ranges: &[LentRange],
    ) -> Option<(&'static str, LentUse, LentRange)> {
        let lent = self.0.remove(&overlapped)?;
        // Another call may have taken its OVERLAPPED over: then that was found.
        let place = |range: &LentRange| (range.address, range.length);
        if !lent.ranges.iter().map(place).eq(ranges.iter().map(place)) {
            return None;
        }
        let mut pairs = lent.ranges.iter().zip(ranges);
        let (range, _) = pairs.find(|(was, is)| was != is)?;
        Some((lent.call, lent.purpose, *range))
    }

    /// A call waits no more, and its memory may be gone.
    pub(super) fn forget(&mut self, overlapped: usize) {
        self.0.remove(&overlapped);
    }

    /// Another call that fills a part of the same memory.
    fn shared_with(
        &self,
        overlapped: usize,
        ranges: &[LentRange],
    ) -> Option<(&'static str, LentRange)> {
        let others = self
            .0
            .iter()
            .filter(|(other, lent)| **other != overlapped && lent.purpose == LentUse::Fills);
        others.into_iter().find_map(|(_, lent)| {
            let mut own = ranges.iter();
            let shared = own.find(|own| lent.ranges.iter().any(|range| range.overlaps(own)));
            shared.map(|range| (lent.call, *range))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(address: usize, length: usize, sum: u64) -> Vec<LentRange> {
        vec![LentRange {
            address,
            length,
            sum,
        }]
    }

    #[test]
    fn a_pending_call_keeps_its_overlapped_and_its_memory_to_itself() {
        let (mut lent, fills) = (LentMemory::default(), LentUse::Fills);
        assert_eq!(lent.owner(0x10), None);
        assert_eq!(lent.lend("A", 0x10, fills, range(0x100, 16, 1)), None);
        let beside = lent.lend("B", 0x20, fills, range(0x110, 16, 1));
        let sent = lent.lend("S", 0x40, LentUse::Sends, range(0x100, 16, 1));
        assert_eq!((beside, sent), (None, None));
        let shared = lent.lend("C", 0x30, fills, range(0x10F, 1, 1));
        assert_eq!(shared.map(|(call, _)| call), Some("A"));
        assert_eq!(lent.owner(0x10), Some("A"));
        assert_eq!(lent.take_back(0x10, &range(0x100, 16, 1)), None);
        assert_eq!(lent.owner(0x10), None);
    }

    #[test]
    fn a_sum_that_is_another_one_is_found_once() {
        let mut lent = LentMemory::default();
        for purpose in [LentUse::Sends, LentUse::Fills] {
            lent.lend("A", 0x10, purpose, range(0x100, 16, 1));
            let changed = lent.take_back(0x10, &range(0x100, 16, 2));
            let found = ("A", purpose, range(0x100, 16, 1)[0]);
            assert_eq!(changed, Some(found));
            assert_eq!(lent.take_back(0x10, &range(0x100, 16, 3)), None);
        }
    }
}
