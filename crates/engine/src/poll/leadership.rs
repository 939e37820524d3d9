//! What threads that lead, follow and stand by tell one another.
//!
//! Owns the flags and the bell of the fallback thread. Does not own who leads (`lead.rs`).

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use httpsys_socket::lock::{Condvar, Mutex};

/// How long work can lie unseen when the threads of the program are all busy.
pub(crate) const TICK: Duration = Duration::from_millis(2);

/// Turns in a row that found something for other threads only, until a thread that borrows the lead gives way.
pub(super) const FOREIGN_TURNS: u32 = 8;

/// What leaders and the fallback thread tell each other.
#[derive(Debug, Default)]
pub(crate) struct Leadership {
    /// Counts leads taken and requests taken: "somebody is at work".
    pub(super) progress: AtomicU64,
    /// The fallback thread looks again within a tick.
    pub(super) armed: AtomicBool,
    /// The fallback thread polls without a limit.
    pub(super) fallback_leads: AtomicBool,
    /// The fallback thread polls without waiting: it is done soon.
    pub(super) looks: AtomicBool,
    /// A thread that waits for something else polls; it steps back like the fallback thread.
    pub(super) lent: AtomicBool,
    /// Turns in a row that found something for other threads, and not what the thread that polls waits for.
    foreign_turns: AtomicU32,
    /// Another thread takes the lead over from the one that borrows it. Set back with the lead held.
    taken_over: AtomicBool,
    /// A thread of the program wants the lead from it.
    pub(super) wanted: AtomicBool,
    pub(super) stop: AtomicBool,
    pub(super) started: AtomicBool,
    /// Held while the fallback thread is being started: who comes meanwhile learns how it went.
    pub(super) starting: Mutex<()>,
    pub(super) sleep: Mutex<()>,
    pub(super) alarm: Condvar,
}

impl Leadership {
    /// A request was taken.
    pub(crate) fn note_progress(&self) {
        // Not an atomic addition: one of two at the same moment may get lost, which costs a look of
        // the fallback thread at most.
        let progress = self.progress.load(Ordering::Relaxed);
        self.progress
            .store(progress.wrapping_add(1), Ordering::Relaxed);
    }

    /// Whether a thread of the program polls here, or will be back soon.
    pub(crate) fn is_of_program(&self) -> bool {
        let led = self.progress.load(Ordering::Relaxed) != 0;
        led && !self.is_led_by_fallback()
    }

    /// Whether the fallback thread polls without a limit.
    #[inline]
    pub(super) fn is_led_by_fallback(&self) -> bool {
        self.fallback_leads.load(Ordering::Relaxed)
    }

    /// Whether the thread that polls waits for something else.
    pub(super) fn is_lent(&self) -> bool {
        self.lent.load(Ordering::Relaxed)
    }

    /// A turn of a thread that waits for something else has found what that thread waits for, or something for other
    /// threads only.
    #[inline]
    pub(super) fn note_turn(&self, is_own: bool) {
        // As in `note_progress`: what gets lost costs a few more such turns.
        let turns = self.foreign_turns.load(Ordering::Relaxed);
        match is_own {
            true if turns == 0 => {}
            true => self.foreign_turns.store(0, Ordering::Relaxed),
            false => self
                .foreign_turns
                .store(turns.saturating_add(1), Ordering::Relaxed),
        }
    }

    /// Whether the thread that borrows the lead has worked for others only, for a while. True for one of those that
    /// ask, which takes over.
    pub(super) fn gives_way(&self) -> bool {
        let gives = self.foreign_turns.load(Ordering::Relaxed) >= FOREIGN_TURNS
            && self.foreign_turns.swap(0, Ordering::Relaxed) >= FOREIGN_TURNS;
        if gives {
            self.taken_over.store(true, Ordering::Release);
        }
        gives
    }

    /// A thread that waits for something else polls from now on; it holds the lead.
    pub(super) fn begin_loan(&self) {
        self.taken_over.store(false, Ordering::Relaxed);
        self.lent.store(true, Ordering::Release);
    }

    /// Whether another thread takes the lead over; asked with the lead held.
    pub(super) fn is_taken_over(&self) -> bool {
        self.taken_over.load(Ordering::Acquire)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    pub(crate) fn ring(&self) {
        // Who is about to sleep has it, and is asleep, or sees what it is rung for.
        drop(self.sleep.lock());
        self.alarm.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_things_for_others_only_gives_way_to_one_thread() {
        let leadership = Leadership::default();
        let works_for_others = |turns| (0..turns).for_each(|_| leadership.note_turn(false));
        works_for_others(FOREIGN_TURNS - 1);
        assert!(!leadership.gives_way());
        leadership.note_turn(true);
        works_for_others(FOREIGN_TURNS - 1);
        assert!(!leadership.gives_way(), "not in a row");
        assert!(!leadership.is_taken_over());
        works_for_others(1);
        assert!(leadership.gives_way() && !leadership.gives_way());
        assert!(leadership.is_taken_over());
        leadership.begin_loan();
        assert!(!leadership.is_taken_over() && leadership.is_lent());
    }
}
