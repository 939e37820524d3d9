//! Random numbers that are the same on every platform.
//!
//! Owns: the generator and chances. Does not own: what is drawn for. Invariant: each kind of decision of
//! each end of a connection has a generator of its own, so a decision depends on the seed and on how many
//! of its kind that end made before, not on what else happened meanwhile.

use std::ops::RangeInclusive;
use std::time::Duration;

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
#[derive(Clone, Debug)]
pub(crate) struct SplitMix(u64);

impl SplitMix {
    /// A generator for one kind of decision (`purpose`) of `owner`.
    pub(crate) fn new(seed: u64, owner: u64, purpose: u64) -> SplitMix {
        let mut mixed = SplitMix(seed);
        let mut other = SplitMix(mixed.draw() ^ owner.rotate_left(32) ^ purpose);
        SplitMix(other.draw())
    }

    /// The next number.
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in the range; its start if the range is empty.
    pub(crate) fn within(&mut self, range: &RangeInclusive<u64>) -> u64 {
        let (start, end) = (*range.start(), *range.end());
        if start >= end {
            return start;
        }
        match (end - start).checked_add(1) {
            // The high half of a product: the same everywhere, and even enough for ranges like these.
            Some(count) => {
                let product = u128::from(self.draw()) * u128::from(count);
                start + (product >> 64) as u64
            }
            None => self.draw(),
        }
    }

    /// A time in the range, in nanoseconds; its start if the range is empty.
    pub(crate) fn time(&mut self, range: &RangeInclusive<Duration>) -> Duration {
        let nanos = |time: &Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.within(&(nanos(range.start())..=nanos(range.end()))))
    }

    /// Whether something with this chance happens. Draws nothing if it never does.
    pub(crate) fn happens(&mut self, chance: Chance) -> bool {
        match chance.0 {
            0 => false,
            u32::MAX => true,
            below => ((self.draw() >> 32) as u32) < below,
        }
    }
}

/// How probable something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chance(u32);

impl Chance {
    /// It never happens.
    pub const NEVER: Chance = Chance(0);
    /// It happens each time.
    pub const ALWAYS: Chance = Chance(u32::MAX);
}

impl From<f64> for Chance {
    /// From a probability; what is below 0 or no number is 0, what is above 1 is 1.
    fn from(probability: f64) -> Chance {
        // The conversion saturates, and makes 0 of NaN.
        Chance((probability * f64::from(u32::MAX)) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        // The first outputs for the seed 1234567, as published with the reference implementation.
        let mut random = SplitMix(1_234_567);
        let drawn = [(); 3].map(|()| random.draw());
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(drawn, published);
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_both_ends() {
        let mut random = SplitMix::new(1, 2, 3);
        let drawn: Vec<u64> = (0..1000).map(|_| random.within(&(5..=8))).collect();
        for number in 5..=8 {
            assert!(drawn.contains(&number));
        }
        assert!(drawn.iter().all(|number| (5..=8).contains(number)));
        assert_eq!(random.within(&(7..=7)), 7);
        random.within(&(0..=u64::MAX));
    }

    #[test]
    fn chances_are_probabilities() {
        let mut random = SplitMix::new(1, 2, 3);
        let mut count = |chance: Chance| (0..10_000).filter(|_| random.happens(chance)).count();
        assert_eq!(count(Chance::NEVER), 0);
        assert_eq!(count(Chance::ALWAYS), 10_000);
        assert_eq!(count(Chance::from(f64::NAN)), 0);
        assert_eq!(count(Chance::from(7.0)), 10_000);
        let third = count(Chance::from(0.3));
        assert!((2800..3200).contains(&third), "{third}");
    }
}
