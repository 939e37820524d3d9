//! A slab whose keys carry a generation: the ids of sessions, URL groups and queues.
//!
//! Owns the packing of such an id (tag, generation, index) and the rule that a closed object's id
//! never names a later object. Does not own request and connection ids: those are guarded by the
//! driver's connection table (`ids.rs` has their packing).

use slab::Slab;

const INDEX_BITS: u32 = 24;
const GENERATION_BITS: u32 = 32;

/// A slab of `T` with ids of the form `tag | generation | index`.
///
/// `tag` tells the kinds of id apart, so that a URL group id is never taken for a session id.
#[derive(Debug)]
pub struct Arena<T> {
    tag: u8,
    next: u32,
    slots: Slab<(u64, T)>,
}

impl<T> Arena<T> {
    /// An empty arena whose ids carry `tag` (not 0: small integers are never valid ids).
    #[must_use]
    pub fn new(tag: u8) -> Self {
        debug_assert!(tag != 0);
        Arena {
            tag,
            next: 1,
            slots: Slab::new(),
        }
    }

    /// Stores `value`; `None` when 16 million objects are alive or 4 billion were ever made.
    pub fn insert(&mut self, value: T) -> Option<u64> {
        let entry = self.slots.vacant_entry();
        let index = entry.key() as u64;
        if index >> INDEX_BITS != 0 || self.next == u32::MAX {
            return None;
        }
        let generation = u64::from(self.next);
        self.next += 1;
        let id = (u64::from(self.tag) << (INDEX_BITS + GENERATION_BITS))
            | (generation << INDEX_BITS)
            | index;
        entry.insert((id, value));
        Some(id)
    }

    /// The object with this id, if it is alive.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&T> {
        let (stored, value) = self.slots.get(index_of(id))?;
        (*stored == id).then_some(value)
    }

    /// As [`Arena::get`], to change it.
    pub fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let (stored, value) = self.slots.get_mut(index_of(id))?;
        (*stored == id).then_some(value)
    }

    /// Takes the object out; its id is dead from now on.
    pub fn remove(&mut self, id: u64) -> Option<T> {
        self.get(id)?;
        Some(self.slots.remove(index_of(id)).1)
    }

    /// The arena with the numbers of its next ids beginning here, if it has had none.
    #[must_use]
    pub fn numbered_from(self, first: u32) -> Self {
        debug_assert!(self.slots.is_empty() && first != 0);
        Arena {
            next: first,
            ..self
        }
    }

    /// The arena without its objects; their ids do not come back.
    #[must_use]
    pub fn emptied(self) -> Self {
        Arena {
            slots: Slab::new(),
            ..self
        }
    }

    /// All live objects with their ids, by index.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        self.slots.iter().map(|(_, (id, value))| (*id, value))
    }
}

/// The place of an object among those of its kind: smaller than the most there ever were at once. Another one has it
/// after this one has gone.
#[must_use]
pub fn index_of(id: u64) -> usize {
    (id & ((1 << INDEX_BITS) - 1)) as usize
}

#[cfg(test)]
mod tests {
    use super::Arena;

    #[test]
    fn a_removed_id_never_names_the_next_object_of_its_slot() {
        let mut arena = Arena::new(1);
        let first = arena.insert('a').unwrap();
        assert_eq!(arena.remove(first), Some('a'));
        let second = arena.insert('b').unwrap();
        assert_ne!(first, second);
        assert_eq!(arena.get(first), None);
        assert_eq!(arena.remove(first), None);
        assert_eq!(arena.get(second), Some(&'b'));
    }

    #[test]
    fn ids_of_another_kind_and_forged_ids_are_unknown() {
        let mut sessions = Arena::new(1);
        let mut groups = Arena::new(2);
        let session = sessions.insert(()).unwrap();
        let group = groups.insert(()).unwrap();
        assert_eq!(groups.get(session), None);
        assert_eq!(sessions.get(group), None);
        for forged in [0, 0xdead, u64::MAX, session + 1, session ^ (1 << 30)] {
            assert_eq!(sessions.get(forged), None);
        }
    }
}
