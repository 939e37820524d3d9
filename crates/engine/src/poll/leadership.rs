//! What threads that lead, follow and stand by tell one another.
//!
//! Owns the flags and the bell of the fallback thread. Does not own who leads (`lead.rs`).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use httpsys_socket::lock::{Condvar, Mutex};

/// How long work can lie unseen when the threads of the program are all busy.
pub(crate) const TICK: Duration = Duration::from_millis(2);

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

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    pub(crate) fn ring(&self) {
        // Who is about to sleep has it, and is asleep, or sees what it is rung for.
        drop(self.sleep.lock());
        self.alarm.notify_one();
    }
}
