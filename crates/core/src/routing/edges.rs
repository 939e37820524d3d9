//! The hash table of a trie's edges: from a hash to the numbers of the nodes that have it.
//!
//! Owns: open addressing with linear probing over a persistent vector, so that a clone shares the table and a change
//! copies the page it is on. Does not own what a number means: who looks one up compares in full.
//!
//! Invariants: at most half of the places are taken, and no free place lies between the place of a hash and its
//! entry. Plain data.

use crate::persistent_vec::PersistentVec;

/// The least number of places, a power of two.
const LEAST: usize = 32;

/// An entry has the number and one in its lower half, so that 0 is a free place, and the hash above it.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    places: PersistentVec<u64>,
    /// Places less one: a mask. 0 while there is no table.
    mask: usize,
    len: usize,
}

impl Edges {
    #[inline]
    fn at(&self, place: usize) -> u64 {
        self.places.get(place).copied().unwrap_or_default()
    }

    /// What `look` finds at the first number of this hash at which it finds something.
    #[inline]
    pub(super) fn find<R>(&self, hash: u32, look: impl Fn(u32) -> Option<R>) -> Option<R> {
        let mut place = hash as usize & self.mask;
        loop {
            let entry = self.at(place);
            if entry == 0 {
                return None;
            }
            if hash_of(entry) == hash {
                if let Some(found) = look(number_of(entry)) {
                    return Some(found);
                }
            }
            place = (place + 1) & self.mask;
        }
    }

    /// `number` is not in the table.
    pub(super) fn insert(&mut self, hash: u32, number: u32) {
        if (self.len + 1) * 2 > self.mask + 1 {
            self.grow();
        }
        self.len += 1;
        self.put(entry_of(hash, number));
    }

    fn put(&mut self, entry: u64) {
        let mut place = hash_of(entry) as usize & self.mask;
        while self.at(place) != 0 {
            place = (place + 1) & self.mask;
        }
        *self.places.get_mut(place) = entry;
    }

    /// A table of twice the size, for the price of a copy: once in as many insertions as there are entries.
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.places);
        self.mask = LEAST.max(2 * (self.mask + 1)) - 1;
        for (_, entry) in old.iter().filter(|(_, entry)| **entry != 0) {
            self.put(*entry);
        }
    }

    /// `number` is in the table with this hash.
    pub(super) fn remove(&mut self, hash: u32, number: u32) {
        let entry = entry_of(hash, number);
        let mut gap = hash as usize & self.mask;
        while self.at(gap) != entry {
            if self.at(gap) == 0 {
                debug_assert!(false, "the edge of a node is in the table");
                return;
            }
            gap = (gap + 1) & self.mask;
        }
        self.len -= 1;
        // What lies behind moves up, unless that is before its own place.
        let mut place = gap;
        loop {
            place = (place + 1) & self.mask;
            let entry = self.at(place);
            if entry == 0 {
                break;
            }
            let own = hash_of(entry) as usize & self.mask;
            if (place.wrapping_sub(own) & self.mask) >= (place.wrapping_sub(gap) & self.mask) {
                *self.places.get_mut(gap) = entry;
                gap = place;
            }
        }
        *self.places.get_mut(gap) = 0;
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0 && self.places.iter().all(|(_, entry)| *entry == 0)
    }
}

fn entry_of(hash: u32, number: u32) -> u64 {
    (u64::from(hash) << 32) | (u64::from(number) + 1)
}

fn hash_of(entry: u64) -> u32 {
    (entry >> 32) as u32
}

fn number_of(entry: u64) -> u32 {
    (entry as u32).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::Edges;

    fn find(edges: &Edges, hash: u32, number: u32) -> Option<u32> {
        edges.find(hash, |other| (other == number).then_some(other))
    }

    /// Hashes that are equal, neighbours, and at the end of the table.
    #[test]
    fn entries_are_told_apart_and_removed_in_any_order() {
        let hashes = [0, 0, 1, 31, 31, 63, 0x8000_001F, u32::MAX];
        for rotation in 0..hashes.len() {
            for step in [1, 3, 5, 7] {
                let mut edges = Edges::default();
                for (number, hash) in (0..).zip(hashes) {
                    edges.insert(hash, number);
                }
                let before = edges.clone();
                let mut left: Vec<u32> = (0..hashes.len() as u32).collect();
                for turn in 0..hashes.len() {
                    let gone = ((rotation + turn * step) % hashes.len()) as u32;
                    edges.remove(hashes[gone as usize], gone);
                    left.retain(|number| *number != gone);
                    for (number, hash) in (0..).zip(hashes) {
                        let found = find(&edges, hash, number);
                        assert_eq!(found, left.contains(&number).then_some(number));
                        assert_eq!(find(&before, hash, number), Some(number));
                    }
                }
                assert!(edges.is_empty());
            }
        }
    }

    #[test]
    fn a_table_grows_and_finds_all_that_is_in_it() {
        let hash = |number: u32| number.wrapping_mul(0x9E37_79B9) >> 3;
        let mut edges = Edges::default();
        assert_eq!(edges.find(7, Some), None);
        for number in 0..5_000 {
            edges.insert(hash(number), number);
        }
        for number in 0..5_000 {
            assert_eq!(find(&edges, hash(number), number), Some(number));
            assert_eq!(edges.find(hash(number), |_| None::<u32>), None);
        }
        for number in (0..5_000).step_by(2) {
            edges.remove(hash(number), number);
        }
        for number in 0..5_000 {
            let found = find(&edges, hash(number), number);
            assert_eq!(found, (number % 2 == 1).then_some(number));
        }
    }
}
