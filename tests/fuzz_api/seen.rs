//! Every id that was ever handed out.
//!
//! Owns: the claim that no request id and no connection id comes twice in a process (G-031). Does
//! not own what an id means: it is a number of 64 bits, kept as a bit in a sparse bitmap; rotated,
//! because ids of one slot then lie side by side and an hour's ids fit into memory. Threading: any
//! thread.

use std::collections::HashMap;
use std::sync::Mutex;

/// Ids that one entry holds.
const BITS: u32 = 9;
/// The half of the number that changes most goes to the end.
const TURN: u32 = 22;

#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<HashMap<u64, [u64; 8]>>);

impl Seen {
    /// Whether the id is new.
    pub(crate) fn insert(&self, id: u64) -> bool {
        let id = id.rotate_right(TURN);
        let bit = id & ((1 << BITS) - 1);
        let mut map = self.0.lock().expect("ids");
        let words = map.entry(id >> BITS).or_default();
        let word = &mut words[(bit / 64) as usize];
        let is_new = *word & (1 << (bit % 64)) == 0;
        *word |= 1 << (bit % 64);
        is_new
    }

    /// Bytes of memory in use.
    pub(crate) fn memory(&self) -> usize {
        self.0.lock().expect("ids").capacity() * (size_of::<(u64, [u64; 8])>() + 1) * 8 / 7
    }
}
