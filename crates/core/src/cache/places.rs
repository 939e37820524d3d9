//! The places of entries: a circle with holes, and where an entry is found.
//!
//! Owns: entries by place and by URL, holes, and what all of that takes. Does not own: which entry goes (`store.rs`).
//! No call takes long: holes are filled with entries from the end, as many as the caller says ([`Places::tidy`]).
//! Invariant: an entry that changes its place goes to one before it, so that whoever looks at all places from the last
//! to the first, some at a time, misses none. Threading: plain data.

use std::hash::BuildHasher;
use std::sync::Arc;

use super::entry::CacheEntry;
use super::index::UrlIndex;
use super::key_hasher::KeySecret;

/// What the lists take for an entry at most if they have just grown, as part of what an entry costs: its place and one
/// in the list of holes, each of them twice, and sixteen sevenths of a hash with its place and a byte.
const LISTS: u64 = 96;
/// Lists may be longer than they need be by so many bytes where nobody asks for room.
pub(super) const SLACK: u64 = 4096;

/// See the module head.
#[derive(Debug, Default)]
pub(super) struct Places {
    secret: KeySecret,
    responses: UrlIndex,
    fragments: UrlIndex,
    circle: Vec<Option<Placed>>,
    /// Holes of the circle, and places that are none any more.
    holes: Vec<usize>,
}

#[derive(Debug)]
struct Placed {
    hash: u64,
    entry: Arc<CacheEntry>,
}

impl Places {
    pub(super) fn responses(&self) -> usize {
        self.responses.len()
    }

    pub(super) fn fragments(&self) -> usize {
        self.fragments.len()
    }

    /// How many places there are, holes among them.
    pub(super) fn len(&self) -> usize {
        self.circle.len()
    }

    pub(super) fn get(&self, place: usize) -> Option<&Arc<CacheEntry>> {
        let placed = self.circle.get(place)?.as_ref()?;
        Some(&placed.entry)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<CacheEntry>> {
        self.circle.iter().flatten().map(|placed| &placed.entry)
    }

    /// What is kept under a URL or name.
    pub(super) fn find(&self, url: &[u16], is_fragment: bool) -> Option<&Arc<CacheEntry>> {
        let hash = self.secret.hash_one(url);
        let place = self.index(is_fragment).get(hash)?;
        self.get(place).filter(|entry| entry.url() == url)
    }

    /// Where the entry is that one with this URL or name takes the place of.
    pub(super) fn place_of(&self, url: &[u16], is_fragment: bool) -> Option<usize> {
        let hash = self.secret.hash_one(url);
        self.index(is_fragment).get(hash)
    }

    /// There is none with its URL or name: see [`Places::place_of`].
    pub(super) fn put(&mut self, entry: Arc<CacheEntry>) {
        let hash = self.secret.hash_one(entry.url());
        let is_fragment = entry.group().is_none();
        let place = self.hole().unwrap_or_else(|| {
            self.circle.push(None);
            self.circle.len() - 1
        });
        self.circle[place] = Some(Placed { hash, entry });
        self.index_mut(is_fragment).set(hash, place);
    }

    /// Leaves a hole.
    pub(super) fn take(&mut self, place: usize) -> Option<Arc<CacheEntry>> {
        let placed = self.circle.get_mut(place)?.take()?;
        let index = self.index_mut(placed.entry.group().is_none());
        index.remove(placed.hash);
        self.holes.push(place);
        Some(placed.entry)
    }

    /// A hole that is to be filled.
    fn hole(&mut self) -> Option<usize> {
        while let Some(place) = self.holes.pop() {
            if self.circle.get(place).is_some_and(Option::is_none) {
                return Some(place);
            }
        }
        None
    }

    /// What the lists take beyond what the entries in them pay for: they were longer once.
    pub(super) fn waste(&self) -> u64 {
        let (place, hole) = (size_of::<Option<Placed>>(), size_of::<usize>());
        let lists = self.circle.capacity() * place + self.holes.capacity() * hole;
        let taken = lists as u64 + self.responses.taken() + self.fragments.taken();
        let entries = self.responses() + self.fragments();
        taken.saturating_sub(entries as u64 * LISTS)
    }

    /// Makes the lists shorter until so little is wasted, or so many places have gone.
    pub(super) fn tidy(&mut self, waste: u64, most: usize) {
        let mut left = most;
        while left > 0 && self.waste() > waste {
            left -= 1;
            match self.circle.pop() {
                None => break,
                Some(None) => {}
                Some(Some(placed)) => {
                    let Some(place) = self.hole() else {
                        self.circle.push(Some(placed));
                        break;
                    };
                    let index = self.index_mut(placed.entry.group().is_none());
                    index.set(placed.hash, place);
                    self.circle[place] = Some(placed);
                }
            }
            if left % 64 == 0 {
                self.shorten();
            }
        }
        if left < most {
            self.shorten();
        }
    }

    /// Gives back what is not needed, if it is much: what was shortened may soon be long again.
    fn shorten(&mut self) {
        let entries = self.responses() + self.fragments();
        if self.circle.len() == entries {
            self.holes = Vec::new();
        }
        shrink(&mut self.circle);
        shrink(&mut self.holes);
        self.responses.shorten();
        self.fragments.shorten();
    }

    fn index(&self, is_fragment: bool) -> &UrlIndex {
        if is_fragment {
            &self.fragments
        } else {
            &self.responses
        }
    }

    fn index_mut(&mut self, is_fragment: bool) -> &mut UrlIndex {
        if is_fragment {
            &mut self.fragments
        } else {
            &mut self.responses
        }
    }
}

/// Gives room back that is more than twice what is needed.
pub(super) fn shrink<T>(list: &mut Vec<T>) {
    if list.capacity() > 2 * list.len() + 64 || list.is_empty() {
        list.shrink_to_fit();
    }
}
