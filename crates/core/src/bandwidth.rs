//! A limit of bytes per second, shared by any number of senders.
//!
//! Owns: who may send how much when. A sender reserves a piece and is told the moment from which it
//! may go out; reservations follow each other in time, so senders that wait have their turn in the
//! order in which they came, and the rate holds whatever their number. Does not own: the rate (a
//! property, `property.rs`), waiting, nor the clock. Threading: plain data.

/// Microseconds by which senders may be ahead after a pause, and behind because whoever waits is
/// woken late.
const BURST_US: u64 = 500_000;
/// The part of a second's bytes that one reservation takes at most.
const PARTS: u32 = 4;
/// The most that one reservation takes in bytes.
const LARGEST: u32 = 256 * 1024;

/// See the module head.
#[derive(Debug, Default)]
pub struct Throttle {
    /// The microsecond from which the next reservation may go out.
    free_from: u64,
}

impl Throttle {
    /// How many of `wanted` bytes one reservation covers at this rate (bytes per second).
    #[must_use]
    pub fn share(rate: u32, wanted: u64) -> u64 {
        wanted.min(u64::from((rate / PARTS).clamp(1, LARGEST)))
    }

    /// Reserves `bytes`; returns the millisecond from which they may go out, `now` at the earliest.
    pub fn reserve(&mut self, rate: u32, bytes: u64, now: u64) -> u64 {
        let takes = bytes.saturating_mul(1_000_000) / u64::from(rate.max(1));
        let now_us = now.saturating_mul(1000);
        let earliest = now_us.saturating_sub(BURST_US);
        let from = self.free_from.max(earliest);
        self.free_from = from.saturating_add(takes);
        (from / 1000).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as fast as it may for ten seconds and looks again only every `step` milliseconds.
    fn sent_in_ten_seconds(rate: u32, senders: usize, step: u64) -> Vec<u64> {
        let mut throttle = Throttle::default();
        let start = 1_000_000;
        let mut sent = vec![0; senders];
        let mut next: Vec<(u64, u64)> = vec![(0, start); senders];
        let mut now = start;
        while now < start + 10_000 {
            for (sent, (bytes, from)) in sent.iter_mut().zip(&mut next) {
                while *from <= now {
                    *sent += *bytes;
                    *bytes = Throttle::share(rate, u64::MAX);
                    *from = throttle.reserve(rate, *bytes, now);
                }
            }
            now += step;
        }
        sent
    }

    #[test]
    fn the_rate_holds_for_one_sender_and_for_many() {
        for rate in [1024, 100_000, 50_000_000] {
            for senders in [1, 3, 50] {
                let total: u64 = sent_in_ten_seconds(rate, senders, 250).iter().sum();
                let asked = u64::from(rate) * 10;
                assert!(total <= asked + asked / 10, "{total} of {asked}");
                assert!(
                    total >= asked - asked / 8,
                    "{total} of {asked}, {senders} senders"
                );
            }
        }
    }

    #[test]
    fn senders_share_alike() {
        let sent = sent_in_ten_seconds(1_000_000, 4, 250);
        let (least, most) = (sent.iter().min(), sent.iter().max());
        let (Some(least), Some(most)) = (least, most) else {
            panic!("no senders")
        };
        // Whoever comes first finds the burst saved up: that is worth two reservations.
        assert!(
            most - least <= 4 * Throttle::share(1_000_000, u64::MAX),
            "{sent:?}"
        );
    }

    #[test]
    fn a_pause_saves_no_more_than_the_burst() {
        let mut throttle = Throttle::default();
        throttle.reserve(1000, 1000, 10_000);
        // A minute later: half a second's bytes at once, then the rate.
        assert_eq!(throttle.reserve(1000, 500, 70_000), 70_000);
        assert_eq!(throttle.reserve(1000, 500, 70_000), 70_000);
        assert_eq!(throttle.reserve(1000, 500, 70_000), 70_500);
    }
}
