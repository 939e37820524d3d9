//! From the name of a header field to its id.
//!
//! Owns: a perfect hash over the known names, and the case-insensitive comparison. Does not own:
//! the names and their numbers. Invariants: a hash collision fails to compile; the whole name is
//! compared, so an unknown name is never taken for a known one. Threading: constants only.

use crate::scan::short_word;

/// Slots of a table: a power of two.
const SLOTS: usize = 64;
/// The bit that tells `a` from `A`.
const CASE: u64 = 0x2020_2020_2020_2020;

/// A known name in lower case, as [`words`] cuts it. A row is a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Row {
    words: [u64; 3],
    /// The case bits of the letters in `words`.
    cases: [u64; 3],
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
            cases: [0; 3],
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
                words: [a | case(a), b | case(b), c | case(c)],
                cases: [case(a), case(b), case(c)],
                length: name.len(),
                id,
            };
            id += 1;
        }
        Self { rows, multiplier }
    }

    /// The id of `name`, in any letter case.
    #[inline]
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        let (first, last) = (name.first()?, name.last()?);
        let row = &self.rows[slot(name, *first, *last, self.multiplier)];
        if row.length != name.len() {
            return None;
        }
        let is_equal = |i: usize, word: u64| word | row.cases[i] == row.words[i];
        let (Some(front), Some(end)) = (name.first_chunk(), name.last_chunk()) else {
            return is_equal(0, short_word(name)).then_some(row.id);
        };
        let ends = is_equal(0, u64::from_le_bytes(*front)) && is_equal(1, u64::from_le_bytes(*end));
        (ends && (name.len() <= 16 || is_equal(2, middle(name)))).then_some(row.id)
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
const fn words(name: &[u8]) -> [u64; 3] {
    match (name.first_chunk(), name.last_chunk()) {
        (Some(front), Some(end)) => [
            u64::from_le_bytes(*front),
            u64::from_le_bytes(*end),
            middle(name),
        ],
        _ => [short_word(name), 0, 0],
    }
}

/// Bytes 9 to 16, 0 when there are no more bytes.
#[inline]
const fn middle(name: &[u8]) -> u64 {
    match name.split_at_checked(8) {
        Some((_, rest)) if rest.len() > 8 => match rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => 0,
        },
        _ => 0,
    }
}

/// The case bits of the letters in a part of a known name: of the bytes in these only the letters
/// have bit 6 set, and shifted down by one it is their case bit.
const fn case(word: u64) -> u64 {
    word >> 1 & CASE
}
