//! Timers: ticks, and the wheel that tells whose deadline has come.
//!
//! Owns: the granularity (G-087), the rounding that makes a timer of T seconds fire between T and
//! T + 1 s, and the wheel. Does not own: what a timer is for, whose it is, nor the clock: times are
//! milliseconds from a source that never goes back. A wheel holds numbers of places, not deadlines:
//! who is found at his tick says himself whether he is due or moves on, so that a deadline that is
//! put off with each request costs the wheel nothing. Threading: plain data.

/// Milliseconds of one tick.
pub const TICK_MS: u64 = 250;
/// Buckets of the wheel; a later deadline is looked at once per turn.
const BUCKETS: u32 = 1024;
const WORDS: usize = (BUCKETS / u64::BITS) as usize;
/// The last tick that a wheel can be at: those of a whole turn behind it are still numbers.
const LAST: u32 = u32::MAX - BUCKETS;

/// A moment on the wheel: so many times [`TICK_MS`] after the clock's zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub u32);

impl Tick {
    /// No moment at all: later than every other.
    pub const NEVER: Tick = Tick(u32::MAX);

    /// The last tick that has begun by `now`.
    #[must_use]
    pub fn floor(now: u64) -> Tick {
        Tick(clamp(now / TICK_MS))
    }

    /// The first tick that does not begin before `now` and another `milliseconds`.
    #[inline]
    #[must_use]
    pub fn after(now: u64, milliseconds: u64) -> Tick {
        let behind = now.saturating_add(milliseconds).saturating_add(TICK_MS - 1);
        Tick(clamp(behind / TICK_MS))
    }

    /// When the tick begins, in milliseconds.
    #[must_use]
    pub fn millis(self) -> u64 {
        u64::from(self.0) * TICK_MS
    }
}

/// Thirty-four years of ticks.
#[inline]
fn clamp(ticks: u64) -> u32 {
    u32::try_from(ticks).unwrap_or(u32::MAX).min(u32::MAX - 1)
}

/// See the module head.
#[derive(Debug)]
pub struct TimerWheel {
    buckets: Vec<Vec<u32>>,
    /// A bit for each bucket that holds something.
    occupied: [u64; WORDS],
    /// How many places were entered and not handed out.
    held: usize,
    /// Everything up to this tick was handed out.
    current: u32,
}

impl Default for TimerWheel {
    fn default() -> Self {
        TimerWheel {
            buckets: vec![Vec::new(); BUCKETS as usize],
            occupied: [0; WORDS],
            held: 0,
            current: 0,
        }
    }
}

impl TimerWheel {
    /// Enters a place for a tick. Returns the tick at which it will be handed out: a later turn's
    /// place comes earlier, to be entered again, and a past one's at the next tick. `now` is the tick
    /// that has begun.
    pub fn enter(&mut self, place: u32, at: Tick, now: Tick) -> Tick {
        if self.held == 0 {
            // Nobody advances an empty wheel.
            self.current = self.current.max(now.0.min(LAST));
        }
        self.held += 1;
        let first = self.current.saturating_add(1);
        let tick = at.0.clamp(first, self.current.saturating_add(BUCKETS - 1));
        let bucket = tick % BUCKETS;
        self.buckets[bucket as usize].push(place);
        self.occupied[word(bucket)] |= bit(bucket);
        Tick(tick)
    }

    /// The first tick for which something was entered.
    #[must_use]
    pub fn next(&self) -> Option<Tick> {
        let start = self.current.wrapping_add(1) % BUCKETS;
        // The word that `start` is in comes twice: first its upper part, at last its lower one.
        for step in 0..=WORDS {
            let index = (word(start) + step) % WORDS;
            let upper = !(bit(start) - 1);
            let mask = match step {
                0 => upper,
                WORDS => !upper,
                _ => u64::MAX,
            };
            let found = self.occupied[index] & mask;
            if found != 0 {
                let bucket = index as u32 * u64::BITS + found.trailing_zeros();
                let ahead = (bucket + BUCKETS - start) % BUCKETS;
                return Some(Tick(self.current + 1 + ahead));
            }
        }
        None
    }

    /// Hands out everything that was entered for `now` or before, each with its tick, in the order
    /// of ticks and, within one, of entering.
    pub fn advance(&mut self, now: Tick, due: &mut impl Extend<(u32, Tick)>) {
        while let Some(tick) = self.next().filter(|tick| *tick <= now) {
            let bucket = tick.0 % BUCKETS;
            self.occupied[word(bucket)] &= !bit(bucket);
            let places = std::mem::take(&mut self.buckets[bucket as usize]);
            self.held -= places.len();
            due.extend(places.into_iter().map(|place| (place, tick)));
            self.current = tick.0.min(LAST);
        }
        self.current = self.current.max(now.0.min(LAST));
    }
}

fn word(bucket: u32) -> usize {
    (bucket / u64::BITS) as usize
}

fn bit(bucket: u32) -> u64 {
    1 << (bucket % u64::BITS)
}

#[cfg(test)]
mod tests;
