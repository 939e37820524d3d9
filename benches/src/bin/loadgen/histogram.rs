//! Latencies in buckets of at most 1.6 % width: fixed memory, one addition per value.
//!
//! Values below 64 have a bucket each; above, each power of two is cut into 64 equal steps. Values
//! are nanoseconds here, but nothing depends on the unit. Each thread has its own and they are
//! merged at the end.

/// Steps per power of two.
const STEPS: usize = 64;
const STEP_BITS: usize = STEPS.trailing_zeros() as usize;
/// One row of steps for the values below 64 and one for each higher power of two of a `u64`.
const BUCKETS: usize = (64 - STEP_BITS + 1) * STEPS;

/// Counts of values by bucket.
#[derive(Debug)]
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self {
            buckets: vec![0; BUCKETS],
            count: 0,
            max: 0,
        }
    }

    pub(crate) fn add(&mut self, value: u64) {
        self.buckets[bucket_of(value)] += 1;
        self.count += 1;
        self.max = self.max.max(value);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// The largest value, exact; 0 without values.
    pub(crate) fn max(&self) -> u64 {
        self.max
    }

    /// Lower edge of the bucket in which the given share of the values (0 to 1) is reached; 0
    /// without values.
    pub(crate) fn quantile(&self, share: f64) -> u64 {
        let wanted = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return lower_edge(bucket);
            }
        }
        0
    }
}

fn bucket_of(value: u64) -> usize {
    if value < STEPS as u64 {
        return value as usize;
    }
    let power = value.ilog2() as usize;
    let step = (value >> (power - STEP_BITS)) as usize - STEPS;
    (power - STEP_BITS + 1) * STEPS + step
}

fn lower_edge(bucket: usize) -> u64 {
    if bucket < STEPS {
        return bucket as u64;
    }
    ((STEPS + bucket % STEPS) as u64) << (bucket / STEPS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_the_bucket_that_begins_at_or_just_below_it() {
        let mut values: Vec<u64> = (0..10_000).collect();
        values.extend((0..64).map(|shift| 1 << shift));
        values.extend((1..64).map(|shift| (1u64 << shift) - 1));
        values.push(u64::MAX);
        for value in values {
            let edge = lower_edge(bucket_of(value));
            assert!(
                edge <= value && value - edge <= value / 64,
                "{value} {edge}"
            );
        }
    }

    #[test]
    fn quantiles_are_ranks() {
        let mut h = Histogram::new();
        assert_eq!((h.quantile(0.5), h.max()), (0, 0));
        (1..=60).for_each(|v| h.add(v));
        assert_eq!(
            (h.quantile(0.0), h.quantile(0.5), h.quantile(1.0), h.max()),
            (1, 30, 60, 60)
        );
    }

    #[test]
    fn merged_histograms_count_the_values_of_both() {
        let (mut a, mut b) = (Histogram::new(), Histogram::new());
        a.add(10);
        b.add(20);
        b.add(30);
        a.merge(&b);
        assert_eq!((a.quantile(0.5), a.max()), (20, 30));
    }
}
