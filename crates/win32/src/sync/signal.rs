//! The state under everything that can be waited for.
//!
//! Owns [`ObjectSignal`]: a manual-reset or auto-reset flag, the count of a semaphore or the owner of a
//! mutex, with the threads that wait for it, alone or with others (`AllWait`). Does not own
//! handles. Invariants: setting an auto-reset signal, or releasing one unit of a semaphore or a
//! mutex, releases exactly one thread that waits, or else leaves the signal set, so n sets release
//! n waiting threads; a thread waiting for all of several signals takes all of them at once or
//! none. Threads that wait for any signal come before threads that wait for all (no order is
//! documented). Threading: one mutex per signal; several are locked only to satisfy a wait for all,
//! in the order of their addresses.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use httpsys_socket::lock::{Mutex, MutexGuard};

use crate::status::{Code, ERROR_NOT_OWNER, ERROR_TOO_MANY_POSTS};
use crate::sync::wait::{self, Lease, TIMED_OUT, WaitingThread};
use crate::threads::ends;
use crate::threads::id::{self, ThreadId};

mod all_wait;

pub(crate) use all_wait::AllWait;

/// A state that threads can wait for (documented: Event Objects, Semaphore Objects, Mutex Objects).
pub struct ObjectSignal {
    kind: SignalKind,
    state: Mutex<SignalState>,
}

/// What a wait does to the signal that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SignalKind {
    /// Nothing.
    Manual,
    /// Resets it.
    Auto,
    /// Takes one unit of a count, which is at most this.
    Semaphore(u32),
    /// Makes the thread its owner, or its owner once more.
    Mutex,
}

/// In an outcome: the signal was that of a mutex whose owner had ended (WAIT_ABANDONED_0).
pub(crate) const ABANDONED: u32 = 0x80;

/// How a wait for one signal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// The signal was taken.
    Taken,
    /// A mutex was taken whose last owner ended without releasing it.
    Abandoned,
    /// The deadline passed.
    TimedOut,
}

struct SignalState {
    /// Of a flag 0 or 1, of a semaphore its count, of a mutex how often it is owned.
    count: u32,
    /// Of a mutex.
    owner: Option<ThreadId>,
    /// The last owner of the mutex ended.
    abandoned: bool,
    any: VecDeque<WaitEntry>,
    all: Vec<Arc<dyn JointWait>>,
}

/// A wait for several signals at once, of which this is one.
pub(crate) trait JointWait: Send + Sync {
    /// Ends the wait if all signals are set now.
    fn attempt(&self) -> bool;
}

struct WaitEntry {
    waiter: Arc<WaitingThread>,
    outcome: u32,
}

impl ObjectSignal {
    /// A manual-reset signal stays set until it is reset; an auto-reset signal is consumed by the
    /// one wait that it releases.
    pub const fn new(manual_reset: bool, set: bool) -> ObjectSignal {
        let kind = if manual_reset {
            SignalKind::Manual
        } else {
            SignalKind::Auto
        };
        ObjectSignal::of(kind, set as u32, None)
    }

    /// The signal of a semaphore: set while its count is not 0; each wait takes one unit.
    pub const fn semaphore(count: u32, most: u32) -> ObjectSignal {
        ObjectSignal::of(SignalKind::Semaphore(most), count, None)
    }

    /// The signal of a mutex: set for every thread while nobody owns it, and for its owner.
    pub const fn mutex(owner: Option<ThreadId>) -> ObjectSignal {
        ObjectSignal::of(SignalKind::Mutex, owner.is_some() as u32, owner)
    }

    const fn of(kind: SignalKind, count: u32, owner: Option<ThreadId>) -> ObjectSignal {
        let state = SignalState {
            count,
            owner,
            abandoned: false,
            any: VecDeque::new(),
            all: Vec::new(),
        };
        ObjectSignal {
            kind,
            state: Mutex::new(state),
        }
    }

    /// Whether it is a manual-reset signal.
    pub fn is_manual(&self) -> bool {
        self.kind == SignalKind::Manual
    }

    /// Whether it is the signal of a mutex.
    pub fn is_mutex(&self) -> bool {
        self.kind == SignalKind::Mutex
    }

    /// Sets the flag and releases who waits for it.
    pub fn set(&self) {
        let mut state = self.state.lock();
        if self.kind == SignalKind::Manual {
            state.count = 1;
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
        state.count = 1;
        self.hand_on(state);
    }

    /// Releases threads that wait now and leaves the flag reset (documented: PulseEvent): all of
    /// them on a manual-reset signal, one on an auto-reset signal.
    pub fn pulse(&self) {
        self.set();
        self.reset();
    }

    /// ReleaseSemaphore: adds units; returns the count before.
    ///
    /// # Errors
    /// 298 (ERROR_TOO_MANY_POSTS) when the count would pass its maximum; nothing has changed.
    pub fn release_units(&self, units: u32) -> Result<u32, Code> {
        let SignalKind::Semaphore(most) = self.kind else {
            return Err(ERROR_TOO_MANY_POSTS);
        };
        let mut state = self.state.lock();
        let before = state.count;
        let after = before.checked_add(units).filter(|&after| after <= most);
        state.count = after.ok_or(ERROR_TOO_MANY_POSTS)?;
        self.hand_on(state);
        Ok(before)
    }

    /// ReleaseMutex by the calling thread; true when it owns the mutex no more.
    ///
    /// # Errors
    /// 288 (ERROR_NOT_OWNER) when another thread owns it, or none.
    pub fn release_owned(&self) -> Result<bool, Code> {
        let mut state = self.state.lock();
        if self.kind != SignalKind::Mutex || state.owner != Some(id::current_id()) {
            return Err(ERROR_NOT_OWNER);
        }
        state.count -= 1;
        if state.count > 0 {
            return Ok(false);
        }
        state.owner = None;
        self.hand_on(state);
        Ok(true)
    }

    /// The thread that owns the mutex has ended: the next owner is told.
    pub(crate) fn abandon(&self, thread: ThreadId) {
        let mut state = self.state.lock();
        if self.kind == SignalKind::Mutex && state.owner == Some(thread) {
            state.owner = None;
            state.count = 0;
            state.abandoned = true;
            self.hand_on(state);
        }
    }

    /// Gives what the signal has to the threads that wait for it, in their order.
    fn hand_on(&self, mut state: MutexGuard<'_, SignalState>) {
        let mut released = SmallList::default();
        while let Some(entry) = state.any.front() {
            let thread = entry.waiter.owner();
            if !state.is_set_for(self.kind, thread) {
                break;
            }
            let mark = state.mark();
            let Some(entry) = state.any.pop_front() else {
                break;
            };
            if entry.waiter.claim(entry.outcome | mark) {
                state.consume(self.kind, thread);
                released.push(entry.waiter);
            }
        }
        let all = state.all.clone();
        drop(state);
        released.wake();
        all.iter().for_each(|wait| _ = wait.attempt());
    }

    /// Clears the flag.
    pub fn reset(&self) {
        self.state.lock().count = 0;
    }

    /// Whether the signal is set for the calling thread; does not consume it.
    pub fn is_set(&self) -> bool {
        let state = self.state.lock();
        state.is_set_for(self.kind, self.caller())
    }

    /// Consumes the signal without waiting. False if it is not set.
    pub fn try_wait(&self) -> bool {
        self.take() != Waited::TimedOut
    }

    /// As [`ObjectSignal::try_wait`]; says what was taken.
    pub(crate) fn take(&self) -> Waited {
        let mut state = self.state.lock();
        let mark = state.mark();
        match state.consume(self.kind, self.caller()) {
            false => Waited::TimedOut,
            true if mark != 0 => Waited::Abandoned,
            true => Waited::Taken,
        }
    }

    /// Waits until the signal is set and consumes it. False when the deadline (`None`: never)
    /// passes first.
    pub fn wait(&self, deadline: Option<Instant>) -> bool {
        self.wait_for(deadline) != Waited::TimedOut
    }

    /// As [`ObjectSignal::wait`]; says what was taken.
    pub fn wait_for(&self, deadline: Option<Instant>) -> Waited {
        let waited = self.take();
        if waited != Waited::TimedOut || wait::expired(deadline) {
            return waited;
        }
        let lease = Lease::new();
        let outcome = match self.take_or_enlist(lease.waiter(), 0) {
            true => lease.waiter().outcome(),
            false => wait::block(&lease, deadline),
        };
        match outcome {
            TIMED_OUT => {
                self.withdraw(lease.waiter());
                Waited::TimedOut
            }
            0 => Waited::Taken,
            _ => Waited::Abandoned,
        }
    }

    /// Consumes the signal for a waiter of the calling thread, or puts it on the list. True when the
    /// waiter needs no further signal: it got this one, or another one before.
    pub(crate) fn take_or_enlist(&self, waiter: &Arc<WaitingThread>, outcome: u32) -> bool {
        let mut state = self.state.lock();
        if state.is_set_for(self.kind, self.caller()) {
            if waiter.claim(outcome | state.mark()) {
                state.consume(self.kind, self.caller());
            }
            return true;
        }
        state.any.push_back(WaitEntry {
            waiter: waiter.clone(),
            outcome,
        });
        false
    }

    /// Takes a waiter off the list.
    pub(crate) fn withdraw(&self, waiter: &Arc<WaitingThread>) {
        self.state
            .lock()
            .any
            .retain(|entry| !Arc::ptr_eq(&entry.waiter, waiter));
    }

    /// The calling thread, as far as the kind asks for it.
    fn caller(&self) -> ThreadId {
        match self.kind {
            SignalKind::Mutex => ends::watched_thread(),
            _ => ThreadId(0),
        }
    }
}

impl fmt::Debug for ObjectSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectSignal")
            .field("kind", &self.kind)
            .field("count", &self.state.lock().count)
            .finish()
    }
}

impl SignalState {
    fn is_set_for(&self, kind: SignalKind, thread: ThreadId) -> bool {
        match kind {
            SignalKind::Mutex => self.owner.is_none_or(|owner| owner == thread),
            _ => self.count > 0,
        }
    }

    /// What the next outcome says beside the index of the signal.
    fn mark(&self) -> u32 {
        if self.abandoned { ABANDONED } else { 0 }
    }

    /// Takes the signal for a thread. False if it is not set for it.
    fn consume(&mut self, kind: SignalKind, thread: ThreadId) -> bool {
        if !self.is_set_for(kind, thread) {
            return false;
        }
        match kind {
            SignalKind::Manual => {}
            SignalKind::Auto => self.count = 0,
            SignalKind::Semaphore(_) => self.count -= 1,
            SignalKind::Mutex => {
                self.owner = Some(thread);
                self.count = self.count.saturating_add(1);
                self.abandoned = false;
            }
        }
        true
    }
}

/// Waiters that were claimed, to be woken without the lock: most often one, for which nothing is
/// allocated.
#[derive(Default)]
struct SmallList {
    first: Option<Arc<WaitingThread>>,
    rest: Vec<Arc<WaitingThread>>,
}

impl SmallList {
    fn push(&mut self, waiter: Arc<WaitingThread>) {
        match self.first {
            None => self.first = Some(waiter),
            Some(_) => self.rest.push(waiter),
        }
    }

    fn wake(self) {
        self.first.iter().chain(&self.rest).for_each(|w| w.wake());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn auto_reset_is_consumed_and_manual_reset_stays() {
        let (auto, manual) = (
            ObjectSignal::new(false, true),
            ObjectSignal::new(true, true),
        );
        assert!(auto.wait(None) && !auto.is_set());
        assert!(manual.wait(None) && manual.is_set());
        manual.reset();
        assert!(!manual.wait(Some(Instant::now() + Duration::from_millis(1))));
        assert!(!auto.try_wait());
    }

    #[test]
    fn each_set_of_an_auto_reset_signal_releases_one_waiting_thread() {
        const THREADS: usize = 4;
        let signal = ObjectSignal::new(false, false);
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
        let signal = ObjectSignal::new(true, false);
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
        let signal = ObjectSignal::new(false, false);
        assert!(!signal.wait(Some(Instant::now() + Duration::from_millis(1))));
        assert!(signal.state.lock().any.is_empty());
        signal.set();
        assert!(signal.is_set());
    }
}
