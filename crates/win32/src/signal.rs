//! The state under everything that can be waited for.
//!
//! Owns [`Signal`]: a manual-reset or auto-reset flag with its waiting threads. Does not own
//! handles. Invariants: setting an auto-reset signal releases exactly one thread that waits, or
//! else leaves the flag set, so n sets release n waiting threads; a thread waiting for all of
//! several signals takes all of them at once or none. Threads that wait for any signal come before
//! threads that wait for all (no order is documented). Threading: one mutex per signal; several are
//! locked only to satisfy a wait for all, in the order of their addresses.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use crate::object::Object;
use crate::wait::{self, Lease, TIMED_OUT, Waiter};

/// A flag that threads can wait for (documented: Event Objects).
pub struct Signal {
    manual: bool,
    state: Mutex<State>,
}

struct State {
    set: bool,
    any: VecDeque<Entry>,
    all: Vec<Arc<AllWait>>,
}

struct Entry {
    waiter: Arc<Waiter>,
    outcome: u32,
}

impl Signal {
    /// A manual-reset signal stays set until it is reset; an auto-reset signal is consumed by the
    /// one wait that it releases.
    pub const fn new(manual_reset: bool, set: bool) -> Signal {
        let state = State {
            set,
            any: VecDeque::new(),
            all: Vec::new(),
        };
        Signal {
            manual: manual_reset,
            state: Mutex::new(state),
        }
    }

    /// Whether it is a manual-reset signal.
    pub fn is_manual(&self) -> bool {
        self.manual
    }

    /// Sets the signal and releases who waits for it.
    pub fn set(&self) {
        let mut state = self.state.lock();
        if self.manual {
            state.set = true;
            if state.any.is_empty() && state.all.is_empty() {
                return;
            }
            let mut released = std::mem::take(&mut state.any);
            released.retain(|entry| entry.waiter.claim(entry.outcome));
            let all = state.all.clone();
            drop(state);
            released.drain(..).for_each(|entry| entry.waiter.wake());
            all.iter().for_each(|wait| _ = wait.attempt());
            // Give the list its capacity back: the next wait need not allocate.
            let mut state = self.state.lock();
            if state.any.capacity() == 0 {
                state.any = released;
            }
            return;
        }
        while let Some(entry) = state.any.pop_front() {
            if entry.waiter.claim(entry.outcome) {
                drop(state);
                entry.waiter.wake();
                return;
            }
        }
        state.set = true;
        let all = state.all.clone();
        drop(state);
        all.iter().for_each(|wait| _ = wait.attempt());
    }

    /// Clears the flag.
    pub fn reset(&self) {
        self.state.lock().set = false;
    }

    /// Whether the flag is set; does not consume it.
    pub fn is_set(&self) -> bool {
        self.state.lock().set
    }

    /// Consumes the signal without waiting. False if it is not set.
    pub fn try_wait(&self) -> bool {
        self.state.lock().consume(self.manual)
    }

    /// Waits until the signal is set and consumes it. False when the deadline (`None`: never)
    /// passes first.
    pub fn wait(&self, deadline: Option<Instant>) -> bool {
        if self.try_wait() {
            return true;
        }
        if wait::expired(deadline) {
            return false;
        }
        let lease = Lease::new();
        if self.take_or_enlist(lease.waiter(), 0) {
            return true;
        }
        let outcome = wait::block(&lease, deadline);
        if outcome == TIMED_OUT {
            self.withdraw(lease.waiter());
        }
        outcome != TIMED_OUT
    }

    /// Consumes the signal for a waiter, or puts the waiter on the list. True when the waiter needs
    /// no further signal: it got this one, or another one before.
    pub(crate) fn take_or_enlist(&self, waiter: &Arc<Waiter>, outcome: u32) -> bool {
        let mut state = self.state.lock();
        if state.set {
            if waiter.claim(outcome) {
                state.consume(self.manual);
            }
            return true;
        }
        state.any.push_back(Entry {
            waiter: waiter.clone(),
            outcome,
        });
        false
    }

    /// Takes a waiter off the list.
    pub(crate) fn withdraw(&self, waiter: &Arc<Waiter>) {
        self.state
            .lock()
            .any
            .retain(|entry| !Arc::ptr_eq(&entry.waiter, waiter));
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("manual_reset", &self.manual)
            .field("set", &self.is_set())
            .finish()
    }
}

impl State {
    fn consume(&mut self, manual: bool) -> bool {
        let set = self.set;
        self.set = set && manual;
        set
    }
}

/// A thread that waits for all of several signals at once.
pub(crate) struct AllWait {
    waiter: Arc<Waiter>,
    /// In the order of the signals' addresses, each signal once.
    objects: Vec<Arc<dyn Object>>,
}

impl AllWait {
    pub(crate) fn new(waiter: Arc<Waiter>, mut objects: Vec<Arc<dyn Object>>) -> AllWait {
        objects.sort_by_key(address);
        objects.dedup_by_key(|object| address(object));
        AllWait { waiter, objects }
    }

    /// Puts the wait on the list of every signal; to be followed by an [`AllWait::attempt`].
    pub(crate) fn enlist(self: &Arc<Self>) {
        for signal in self.signals() {
            signal.state.lock().all.push(self.clone());
        }
    }

    /// Takes the wait off the lists.
    pub(crate) fn withdraw(self: &Arc<Self>) {
        for signal in self.signals() {
            signal
                .state
                .lock()
                .all
                .retain(|other| !Arc::ptr_eq(other, self));
        }
    }

    /// Satisfies the wait if all signals are set now: consumes them together. Done by the thread
    /// that sets a signal, so that a second set is not lost on the first.
    pub(crate) fn attempt(&self) -> bool {
        let mut locked: Vec<_> = self.signals().map(|s| (s.manual, s.state.lock())).collect();
        if !locked.iter().all(|(_, state)| state.set) || !self.waiter.claim(0) {
            return false;
        }
        for (manual, state) in &mut locked {
            state.consume(*manual);
        }
        drop(locked);
        self.waiter.wake();
        true
    }

    fn signals(&self) -> impl Iterator<Item = &Signal> {
        self.objects.iter().filter_map(|object| object.signal())
    }
}

fn address(object: &Arc<dyn Object>) -> usize {
    object
        .signal()
        .map_or(0, |signal| std::ptr::from_ref(signal) as usize)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn auto_reset_is_consumed_and_manual_reset_stays() {
        let (auto, manual) = (Signal::new(false, true), Signal::new(true, true));
        assert!(auto.wait(None) && !auto.is_set());
        assert!(manual.wait(None) && manual.is_set());
        manual.reset();
        assert!(!manual.wait(Some(Instant::now() + Duration::from_millis(1))));
        assert!(!auto.try_wait());
    }

    #[test]
    fn each_set_of_an_auto_reset_signal_releases_one_waiting_thread() {
        const THREADS: usize = 4;
        let signal = Signal::new(false, false);
        let released = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    assert!(signal.wait(None));
                    released.fetch_add(1, Ordering::SeqCst);
                });
            }
            // All of them are on the list: from here no set may be lost on another.
            while signal.state.lock().any.len() < THREADS {
                std::thread::yield_now();
            }
            (0..THREADS).for_each(|_| signal.set());
        });
        assert_eq!(released.into_inner(), THREADS);
        assert!(!signal.is_set());
    }

    #[test]
    fn a_manual_reset_signal_releases_all_even_if_reset_at_once() {
        let signal = Signal::new(true, false);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| signal.wait(None))).collect();
            while signal.state.lock().any.len() < 4 {
                std::thread::yield_now();
            }
            signal.set();
            signal.reset();
            assert!(threads.into_iter().all(|t| t.join().unwrap_or(false)));
        });
        assert!(!signal.is_set());
    }

    #[test]
    fn a_timed_out_wait_leaves_nothing_behind() {
        let signal = Signal::new(false, false);
        assert!(!signal.wait(Some(Instant::now() + Duration::from_millis(1))));
        assert!(signal.state.lock().any.is_empty());
        signal.set();
        assert!(signal.is_set());
    }
}
