//! From the name of a header field to its id.
//!
//! Owns: a perfect hash over the known names, and the comparison without letter case. Does not
//! own: the names and their numbers. Invariants: a collision does not compile; a name is compared
//! whole, so the hash can only miss. Threading: constants only.

use crate::scan::short_word;

/// Slots of a table: a power of two.
const SLOTS: usize = 64;
/// The bit that tells `a` from `A`.
const CASE: u64 = 0x2020_2020_2020_2020;

/// A known name in lower case, as [`words`] cuts it.
#[derive(Clone, Copy, Debug)]
struct Row {
    words: [u64; 3],
    /// Bytes of the name; 0 in an empty slot, and no name has that length.
    length: usize,
    id: usize,
}

/// The names of one direction.
#[derive(Debug)]
pub(super) struct Lookup {
    rows: [Row; SLOTS],
    multiplier: u32,
}

impl Lookup {
    /// Places `names`; the ids are their positions.
    ///
    /// # Panics
    /// When two names share a slot, which for a constant is an error of the compiler.
    pub(super) const fn new(names: &[&str], multiplier: u32) -> Self {
        let empty = Row {
            words: [0; 3],
            length: 0,
            id: 0,
        };
        let mut rows = [empty; SLOTS];
        let mut id = 0;
        while id < names.len() {
            let name = names[id].as_bytes();
            let slot = slot(name, name[0], name[name.len() - 1], multiplier);
            assert!(rows[slot].length == 0, "two names in one slot");
            let [a, b, c] = words(name);
            rows[slot] = Row {
                words: [lower(a), lower(b), lower(c)],
                length: name.len(),
                id,
            };
            id += 1;
        }
        Self { rows, multiplier }
    }

    /// The id of `name`, whatever its letter case.
    #[inline]
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        let (first, last) = (name.first()?, name.last()?);
        let row = &self.rows[slot(name, *first, *last, self.multiplier)];
        if row.length != name.len() {
            return None;
        }
        let [a, b, c] = words(name);
        let [x, y, z] = row.words;
        // Names of more than 24 bytes have been refused by their length.
        let is_equal = is_word(a, x) && is_word(b, y) && is_word(c, z);
        is_equal.then_some(row.id)
    }
}

/// No two known names of a direction agree in length, first and last byte.
#[inline]
const fn slot(name: &[u8], first: u8, last: u8, multiplier: u32) -> usize {
    let key = name.len() as u32 | (first as u32) << 8 | (last as u32) << 16 | 0x0020_2000;
    (key.wrapping_mul(multiplier) >> (u32::BITS - SLOTS.trailing_zeros())) as usize
}

/// The bytes of a name of at most 24 bytes: the front, the end, and from the ninth byte on what
/// these two may leave over; they overlap.
#[inline]
const fn words(name: &[u8]) -> [u64; 3] {
    let (Some(front), Some(end)) = (name.first_chunk::<8>(), name.last_chunk::<8>()) else {
        return [short_word(name), 0, 0];
    };
    let middle = match name.split_at_checked(8) {
        Some((_, rest)) if name.len() > 16 => rest.first_chunk::<8>(),
        _ => None,
    };
    let middle = match middle {
        Some(middle) => u64::from_le_bytes(*middle),
        None => 0,
    };
    [u64::from_le_bytes(*front), u64::from_le_bytes(*end), middle]
}

/// Of the bytes in known names only the letters have bit 6 set; shifted down by one it is their
/// case bit.
#[inline]
const fn lower(word: u64) -> u64 {
    word | (word >> 1 & CASE)
}

/// Whether each byte of `word` is that of `lower` in either case.
#[inline]
const fn is_word(word: u64, lower: u64) -> bool {
    word | (lower >> 1 & CASE) == lower
}
