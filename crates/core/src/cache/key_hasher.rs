//! Hashing of what clients choose: cooked URLs, and the names of fragments.
//!
//! Owns: a family of hash functions from which each table picks one by a secret of its own. Whoever does not know
//! the secret finds texts of the same hash by luck only: two of at most n bytes have it with a probability of about
//! n / 2^61. Texts are cut into blocks; a block is summed up by NH (as in UMAC and VMAC: products of words, to each of
//! which a secret one was added), and the sums are the coefficients of a polynomial modulo 2^61 - 1, behind the length
//! of the text, that is evaluated at a secret point. Does not own: the tables. It takes fewer than half of the
//! instructions that SipHash takes for a usual URL. Threading: plain values.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Secret words, one for each word of a block.
const WORDS: usize = 8;
/// Bytes of a block.
const BLOCK: usize = WORDS * 8;
/// Bytes that a product takes.
const PAIR: usize = 16;
/// The prime 2^61 - 1.
const PRIME: u64 = (1 << 61) - 1;

/// The secret of a table. Makes its [`KeyHasher`]s.
#[derive(Clone, Copy)]
pub(super) struct KeySecret {
    words: [u64; WORDS],
    /// Where the polynomial is evaluated.
    point: u64,
    /// Odd: spreads the result over all bits.
    spread: u64,
}

impl Default for KeySecret {
    fn default() -> Self {
        // The numbers in a row, encrypted by SipHash with a secret of the standard library's.
        let source = RandomState::new();
        let word = |number: usize| source.hash_one(number);
        KeySecret {
            words: std::array::from_fn(word),
            point: word(WORDS) & PRIME,
            spread: word(WORDS + 1) | 1,
        }
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySecret").finish_non_exhaustive()
    }
}

impl BuildHasher for KeySecret {
    type Hasher = KeyHasher;

    #[inline(always)]
    fn build_hasher(&self) -> KeyHasher {
        KeyHasher {
            secret: *self,
            sum: 0,
        }
    }
}

/// See the module head.
#[derive(Clone, Debug)]
pub(super) struct KeyHasher {
    secret: KeySecret,
    /// What the polynomial is so far, below 2^61 + 8.
    sum: u64,
}

impl KeyHasher {
    /// The next coefficient.
    #[inline(always)]
    fn add(&mut self, coefficient: u64) {
        let sum = self.sum + (coefficient & PRIME) + (coefficient >> 61);
        let product = u128::from(sum) * u128::from(self.secret.point);
        let folded = (product as u64 & PRIME) + (product >> 61) as u64;
        self.sum = (folded & PRIME) + (folded >> 61);
    }
}

impl Hasher for KeyHasher {
    #[inline(always)]
    fn finish(&self) -> u64 {
        // Tables look at the lowest bits and at the highest ones.
        let spread = u128::from(self.sum) * u128::from(self.secret.spread);
        spread as u64 ^ (spread >> 64) as u64
    }

    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) {
        for block in bytes.chunks(BLOCK) {
            let mut sum: u128 = 0;
            let mut secrets = self.secret.words.chunks_exact(2);
            let mut pairs = block.chunks_exact(PAIR);
            for (pair, secret) in pairs.by_ref().zip(secrets.by_ref()) {
                sum = sum.wrapping_add(product(words_of(pair), secret));
            }
            let rest = pairs.remainder();
            if !rest.is_empty() {
                // Together with bytes of the pair before, if there is one.
                let end = block
                    .last_chunk::<PAIR>()
                    .map_or(rest, <[u8; PAIR]>::as_slice);
                let secret = secrets.next().unwrap_or_default();
                sum = sum.wrapping_add(product(words_of(end), secret));
            }
            self.add(sum as u64);
            self.add((sum >> 64) as u64);
        }
    }

    /// The length of the text that follows.
    #[inline(always)]
    fn write_usize(&mut self, length: usize) {
        self.add(length as u64);
    }
}

/// The product of two words, to each of which a secret one is added.
#[inline(always)]
fn product((a, b): (u64, u64), secret: &[u64]) -> u128 {
    let [c, d] = *secret else { return 0 };
    u128::from(a.wrapping_add(c)) * u128::from(b.wrapping_add(d))
}

/// At most sixteen bytes as two words; bytes of short texts are in both. Texts of the same length differ in a word if
/// they differ at all.
#[inline(always)]
fn words_of(bytes: &[u8]) -> (u64, u64) {
    if let (Some(front), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u64::from_le_bytes(*front), u64::from_le_bytes(*end));
    }
    if let (Some(front), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (front, end) = (u32::from_le_bytes(*front), u32::from_le_bytes(*end));
        return (front.into(), end.into());
    }
    let word = bytes
        .iter()
        .fold(0, |word, byte| word << 8 | u64::from(*byte));
    (word, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> KeySecret {
        KeySecret {
            words: std::array::from_fn(|at| (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            point: 0x0123_4567_89AB_CDEF,
            spread: 0xD1B5_4A32_D192_ED03,
        }
    }

    fn units(length: usize) -> Vec<u16> {
        (0..length as u16)
            .map(|at| at.wrapping_mul(40_503))
            .collect()
    }

    #[test]
    fn every_unit_of_texts_of_every_length_counts() {
        let secret = secret();
        for length in 0..150 {
            let text = units(length);
            let whole = secret.hash_one(&*text);
            assert_eq!(secret.hash_one(text.clone().into_boxed_slice()), whole);
            let longer = [&*text, &[0]].concat();
            assert_ne!(secret.hash_one(&*longer), whole, "{length}");
            for at in 0..length {
                for bit in 0..16 {
                    let mut other = text.clone();
                    other[at] ^= 1 << bit;
                    assert_ne!(secret.hash_one(&*other), whole, "{length} {at} {bit}");
                }
            }
        }
    }

    #[test]
    fn order_counts_also_that_of_blocks() {
        let secret = secret();
        let (a, b) = (units(BLOCK / 2), vec![7; BLOCK / 2]);
        let (one, other) = ([&*a, &*b].concat(), [&*b, &*a].concat());
        assert_ne!(secret.hash_one(&*one), secret.hash_one(&*other));
    }

    /// Numbered URLs, as clients ask for: no place of a table gets many of them, by the lowest bits nor by the highest.
    #[test]
    fn texts_that_are_alike_are_spread() {
        let secret = secret();
        let (mut low, mut high) = ([0; 256], [0; 128]);
        for number in 0..256 * 64 {
            let url = format!("http://www.example.com:80/item?id={number}");
            let url: Vec<u16> = url.encode_utf16().collect();
            let hash = secret.hash_one(&*url);
            low[(hash % 256) as usize] += 1;
            high[(hash >> 57) as usize] += 1;
        }
        assert!(low.iter().all(|count| (20..120).contains(count)), "{low:?}");
        assert!(
            high.iter().all(|count| (64..200).contains(count)),
            "{high:?}"
        );
    }

    #[test]
    fn each_table_has_its_own_secret_and_does_not_show_it() {
        let (one, other) = (KeySecret::default(), KeySecret::default());
        let url = units(20);
        assert_ne!(one.hash_one(&*url), other.hash_one(&*url));
        assert_eq!(format!("{one:?}"), "KeySecret { .. }");
    }
}
