//! Numbers from a seed, and bytes from a number.
//!
//! Owns: the generator that every plan is drawn from, and the pattern that every body is made of: a
//! byte is a function of its body's key and its position, so that a single byte shows whose it is.
//! Does not own what is drawn. Threading: each thread has a generator of its own.

/// xorshift64*: small, seeded, good enough to mix cases.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream with this number of a seed.
    pub(crate) fn of(seed: u64, stream: u64) -> Random {
        let mut random = Random(mix(seed ^ mix(stream.wrapping_add(1))) | 1);
        random.next();
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub(crate) fn index(&mut self, bound: usize) -> usize {
        self.below(bound as u64) as usize
    }

    pub(crate) fn within(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.index(of.len())]
    }
}

/// Spreads a number over all bits (the finaliser of SplitMix64).
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The bytes of the body `key` from `position` on.
pub(crate) fn fill(into: &mut [u8], key: u64, position: u64) {
    let mut at = position;
    let mut rest = into;
    while !rest.is_empty() {
        let word = mix(key ^ (at / 8)).to_le_bytes();
        let from = (at % 8) as usize;
        let count = rest.len().min(8 - from);
        let (now, later) = rest.split_at_mut(count);
        now.copy_from_slice(&word[from..from + count]);
        rest = later;
        at += count as u64;
    }
}

/// Where `bytes` stop being those of the body `key` from `position` on.
pub(crate) fn mismatch(bytes: &[u8], key: u64, position: u64) -> Option<usize> {
    let mut expected = [0; 512];
    for (number, part) in bytes.chunks(512).enumerate() {
        let expected = &mut expected[..part.len()];
        fill(expected, key, position + 512 * number as u64);
        if let Some(at) = part.iter().zip(&*expected).position(|(a, b)| a != b) {
            return Some(512 * number + at);
        }
    }
    None
}
