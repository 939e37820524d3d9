//! Hashing of numbers that are ours: ids and addresses of objects.
//!
//! Owns one hasher that spreads and does not protect: keys that a client could choose must not be
//! hashed by it. Threading: plain values.

use std::hash::{BuildHasherDefault, Hasher};

/// Makes a [`IdHasher`].
pub type BuildSpread = BuildHasherDefault<IdHasher>;

/// See the module head.
#[derive(Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // The golden ratio's bits carry low differences into the high bits, which a table uses.
        self.0 = (self.0 ^ number)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(26);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}
