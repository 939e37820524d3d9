//! Which place of the cache has a URL: by its hash, which is secret.
//!
//! Owns: a table from hashes to places, and what it takes. Does not own: the URLs. Keys are chosen by clients, so the
//! hash is one with a secret (`key_hasher`); two URLs that are kept have the same one next to never, and then take each
//! other's place. The table does not hash again: when it becomes longer or shorter, nothing of the entries is read.
//! Threading: plain data.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// See the module head.
#[derive(Debug, Default)]
pub(super) struct UrlIndex {
    places: HashMap<u64, usize, BuildHasherDefault<GivenHash>>,
    /// How many the table had room for when it became as long as it is.
    room: usize,
}

impl UrlIndex {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn get(&self, hash: u64) -> Option<usize> {
        self.places.get(&hash).copied()
    }

    pub(super) fn set(&mut self, hash: u64, place: usize) {
        self.places.insert(hash, place);
        // What was removed may leave marks that take room: it is seen only when the table has become longer.
        self.room = self.room.max(self.places.capacity());
    }

    pub(super) fn remove(&mut self, hash: u64) {
        self.places.remove(&hash);
    }

    /// Bytes of the table.
    pub(super) fn taken(&self) -> u64 {
        // Of a hash table seven eighths are used at most; each place has a byte beside key and value.
        let place = size_of::<(u64, usize)>() as u64 + 1;
        self.room as u64 * 8 / 7 * place
    }

    /// Makes the table shorter if it is much longer than it need be.
    pub(super) fn shorten(&mut self) {
        if self.room > 3 * self.places.len() + 64 || self.places.is_empty() {
            // Not `shrink_to_fit`, which may leave the marks.
            let mut places = HashMap::default();
            places.reserve(self.places.len());
            places.extend(self.places.drain());
            self.room = places.capacity();
            self.places = places;
        }
    }
}

/// A hash that is one already.
#[derive(Debug, Default)]
struct GivenHash(u64);

impl Hasher for GivenHash {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        debug_assert!(bytes.is_empty(), "keys are numbers");
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
