//! Random numbers that a seed determines.
//!
//! Owns: the generator. Invariant: the same seed gives the same numbers on every platform.

/// A generator of random numbers (SplitMix64).
#[derive(Clone, Debug)]
pub struct SeededRandom(u64);

impl SeededRandom {
    /// The generator of a seed. Generators of one seed with different purposes are independent.
    #[must_use]
    pub fn new(seed: u64, purpose: u64) -> SeededRandom {
        let mut random = SeededRandom(seed);
        let mixed = random.next_u64();
        SeededRandom(mixed ^ purpose.wrapping_mul(0xD605_BBB5_8C8A_BBC5))
    }

    /// Any number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below the limit; 0 if that is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let product = u128::from(self.next_u64()) * u128::from(limit);
        (product >> 64) as u64
    }

    /// An index of a list of this length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// `true` once in so many times.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
