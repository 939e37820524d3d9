//! Locks on futex(2).
//!
//! Owns: the raw locks behind `lock_api`, and a condition variable for the guards of any lock. Invariants:
//! a thread counts itself among the waiting before it looks at the lock for the last time, and who lets go
//! looks at the count afterwards, so one of them sees the other. Threading: any thread.

#![cfg_attr(
    feature = "sim",
    allow(unreachable_pub, reason = "only what wraps them is public then")
)]

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::time::{Duration, Instant};

use parking_lot::lock_api;

#[cfg(not(feature = "sim"))]
use super::timed_out::WaitTimeoutResult;

/// As `parking_lot::Mutex`, without its list of sleepers.
#[cfg(not(feature = "sim"))]
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;
/// The guard of a [`Mutex`].
#[cfg(not(feature = "sim"))]
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;
/// As `parking_lot::RwLock`.
#[cfg(not(feature = "sim"))]
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;

/// Looks at a lock that is held before its thread goes to sleep, with twice as long a pause after each:
/// most locks are held for a moment, and each look takes the line from who holds it.
const LOOKS: u32 = 6;

/// Sleeps while the word has this value, until it is woken, the deadline has passed, or for no reason.
/// `false`: the deadline has passed.
fn sleep(word: &AtomicU32, value: u32, deadline: Option<Instant>) -> bool {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    if let Some(deadline) = deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        time.tv_sec = left.as_secs().try_into().unwrap_or(libc::time_t::MAX);
        time.tv_nsec = left.subsec_nanos().into();
    }
    let limit = deadline.map_or(std::ptr::null(), |_| &raw const time);
    // SAFETY: both addresses are those of live values, or NULL, which is no limit.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            value,
            limit,
        )
    };
    true
}

/// Wakes so many threads that sleep on the word.
#[cold]
fn wake(word: &AtomicU32, most: i32) {
    // SAFETY: the address is that of a live value, and only names the word.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            most,
        )
    };
}

const FREE: u32 = 0;
const LOCKED: u32 = 1;
/// Let go for one of the threads that were waiting then: others do not take it.
const HANDED_ON: u32 = 2;

/// The lock of a [`Mutex`].
#[derive(Debug)]
pub struct RawMutex {
    state: AtomicU32,
    waiting: AtomicU32,
}

impl RawMutex {
    #[inline]
    fn take(&self, from: u32) -> bool {
        self.state
            .compare_exchange(from, LOCKED, Acquire, Relaxed)
            .is_ok()
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> u32 {
        self.waiting.load(SeqCst)
    }

    #[cold]
    fn wait(&self, deadline: Option<Instant>) -> bool {
        let mut looks = 0;
        loop {
            match self.state.load(Relaxed) {
                FREE if self.take(FREE) => return true,
                LOCKED if looks < LOOKS && self.waiting.load(Relaxed) == 0 => {
                    (0..1u32 << looks).for_each(|_| std::hint::spin_loop());
                    looks += 1;
                }
                // For another thread, which is about to run.
                HANDED_ON if deadline.is_none_or(|at| at > Instant::now()) => {
                    std::thread::yield_now();
                }
                HANDED_ON => return false,
                FREE => {}
                _ => break,
            }
        }
        self.waiting.fetch_add(1, SeqCst);
        loop {
            let state = self.state.load(SeqCst);
            if state != LOCKED {
                if self.take(state) {
                    self.waiting.fetch_sub(1, SeqCst);
                    return true;
                }
            } else if !sleep(&self.state, LOCKED, deadline) {
                break;
            }
        }
        self.waiting.fetch_sub(1, SeqCst);
        // It may have been handed on to this thread, the last that waited. Looked at in the one order of
        // all: a look before the count is seen to fall would leave the lock handed on to nobody.
        match self.state.load(SeqCst) {
            LOCKED => false,
            state => self.take(state) || self.take(FREE),
        }
    }
}

// SAFETY: the state leaves FREE or HANDED_ON for LOCKED in one step that one thread wins, and only the
// holder changes LOCKED.
unsafe impl lock_api::RawMutex for RawMutex {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "what the trait asks for"
    )]
    const INIT: RawMutex = RawMutex {
        state: AtomicU32::new(FREE),
        waiting: AtomicU32::new(0),
    };

    type GuardMarker = lock_api::GuardNoSend;

    #[inline]
    fn lock(&self) {
        if !self.take(FREE) {
            self.wait(None);
        }
    }

    #[inline]
    fn try_lock(&self) -> bool {
        self.take(FREE)
    }

    #[inline]
    unsafe fn unlock(&self) {
        self.state.swap(FREE, SeqCst);
        if self.waiting.load(SeqCst) != 0 {
            wake(&self.state, 1);
        }
    }

    #[inline]
    fn is_locked(&self) -> bool {
        self.state.load(Relaxed) != FREE
    }
}

// SAFETY: as above; the lock is let go in each case.
unsafe impl lock_api::RawMutexFair for RawMutex {
    unsafe fn unlock_fair(&self) {
        let waited_for = self.waiting.load(SeqCst) != 0;
        let next = if waited_for { HANDED_ON } else { FREE };
        self.state.swap(next, SeqCst);
        // The last that waited may have gone without having seen it.
        if waited_for && self.waiting.load(SeqCst) == 0 {
            let _ = self
                .state
                .compare_exchange(HANDED_ON, FREE, Release, Relaxed);
        }
        if self.waiting.load(SeqCst) != 0 {
            wake(&self.state, 1);
        }
    }

    unsafe fn bump(&self) {
        if self.waiting.load(Relaxed) != 0 {
            // SAFETY: the caller holds the lock.
            unsafe { self.unlock_fair() };
            lock_api::RawMutex::lock(self);
        }
    }
}

// SAFETY: as above; `true` is returned only by who has taken the lock.
unsafe impl lock_api::RawMutexTimed for RawMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[inline]
    fn try_lock_for(&self, timeout: Duration) -> bool {
        self.take(FREE) || self.wait(Instant::now().checked_add(timeout))
    }

    #[inline]
    fn try_lock_until(&self, timeout: Instant) -> bool {
        self.take(FREE) || self.wait(Some(timeout))
    }
}

const WRITER: u32 = 1 << 31;
/// A writer waits: no more readers come in.
const WRITER_WAITS: u32 = 1 << 30;

/// The lock of an [`RwLock`]: the number of readers, and two bits.
#[derive(Debug)]
pub struct RawRwLock {
    state: AtomicU32,
    waiting: AtomicU32,
}

impl RawRwLock {
    #[inline]
    fn take(&self, from: u32, to: u32) -> bool {
        self.state
            .compare_exchange(from, to, Acquire, Relaxed)
            .is_ok()
    }

    #[inline]
    fn wake_all(&self) {
        if self.waiting.load(SeqCst) != 0 {
            wake(&self.state, i32::MAX);
        }
    }

    /// Sleeps until `attempt`, which is given the state, has done it.
    #[cold]
    fn wait(&self, attempt: impl Fn(u32) -> Option<bool>) {
        self.waiting.fetch_add(1, SeqCst);
        loop {
            let state = self.state.load(SeqCst);
            match attempt(state) {
                Some(true) => break,
                Some(false) => {}
                None => {
                    sleep(&self.state, state, None);
                }
            }
        }
        self.waiting.fetch_sub(1, SeqCst);
    }
}

// SAFETY: WRITER is set only where there is no reader, and readers are counted up only where it is not.
unsafe impl lock_api::RawRwLock for RawRwLock {
    #[allow(
        clippy::declare_interior_mutable_const,
        reason = "what the trait asks for"
    )]
    const INIT: RawRwLock = RawRwLock {
        state: AtomicU32::new(0),
        waiting: AtomicU32::new(0),
    };

    type GuardMarker = lock_api::GuardNoSend;

    #[inline]
    fn lock_shared(&self) {
        if !self.try_lock_shared() {
            self.wait(|state| match state & (WRITER | WRITER_WAITS) {
                0 => Some(self.take(state, state + 1)),
                _ => None,
            });
        }
    }

    #[inline]
    fn try_lock_shared(&self) -> bool {
        let state = self.state.load(Relaxed);
        state & (WRITER | WRITER_WAITS) == 0 && self.take(state, state + 1)
    }

    #[inline]
    unsafe fn unlock_shared(&self) {
        let before = self.state.fetch_sub(1, SeqCst);
        if before & !WRITER_WAITS == 1 {
            self.wake_all();
        }
    }

    #[inline]
    fn lock_exclusive(&self) {
        if !self.try_lock_exclusive() {
            self.wait(|state| match state {
                0 | WRITER_WAITS => Some(self.take(state, WRITER)),
                _ if state & WRITER_WAITS == 0 => {
                    self.take(state, state | WRITER_WAITS);
                    Some(false)
                }
                _ => None,
            });
        }
    }

    #[inline]
    fn try_lock_exclusive(&self) -> bool {
        self.take(0, WRITER)
    }

    #[inline]
    unsafe fn unlock_exclusive(&self) {
        self.state.fetch_and(!WRITER, SeqCst);
        self.wake_all();
    }

    #[inline]
    fn is_locked(&self) -> bool {
        self.state.load(Relaxed) & !WRITER_WAITS != 0
    }
}

/// As `parking_lot::Condvar`.
#[derive(Debug, Default)]
pub struct Condvar {
    /// Grows with each notification.
    notified: AtomicU32,
    waiting: AtomicU32,
}

impl Condvar {
    /// Nobody waits.
    #[must_use]
    pub const fn new() -> Condvar {
        Condvar {
            notified: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
        }
    }

    /// Lets the lock go and sleeps until it is notified, or for no reason. `true`: the deadline has
    /// passed.
    pub(super) fn sleep<R: lock_api::RawMutex, T: ?Sized>(
        &self,
        guard: &mut lock_api::MutexGuard<'_, R, T>,
        deadline: Option<Instant>,
    ) -> bool {
        // Under the lock: whoever changes what is waited for has it later, and sees both.
        let notified = self.notified.load(Relaxed);
        self.waiting.fetch_add(1, SeqCst);
        let in_time =
            lock_api::MutexGuard::unlocked(guard, || sleep(&self.notified, notified, deadline));
        self.waiting.fetch_sub(1, Relaxed);
        !in_time || deadline.is_some_and(|at| at <= Instant::now())
    }

    /// Wakes one thread that waits. Best after its lock was let go: it would have to wait for that.
    #[inline]
    pub fn notify_one(&self) {
        self.notify(1);
    }

    /// Wakes all threads that wait.
    #[inline]
    pub fn notify_all(&self) {
        self.notify(i32::MAX);
    }

    #[inline]
    fn notify(&self, most: i32) {
        // Who waited before the change has counted itself under the lock under which that was made.
        if self.waiting.load(SeqCst) != 0 {
            self.notified.fetch_add(1, SeqCst);
            wake(&self.notified, most);
        }
    }
}

/// The interface of parking_lot; with the feature `sim` the locks of a world have their own.
#[cfg(not(feature = "sim"))]
impl Condvar {
    /// Lets the lock go and sleeps until it is notified, or for no reason.
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        self.sleep(guard, None);
    }

    /// As [`Condvar::wait`], until that moment at the latest.
    pub fn wait_until<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        until: Instant,
    ) -> WaitTimeoutResult {
        WaitTimeoutResult::new(self.sleep(guard, Some(until)))
    }

    /// As [`Condvar::wait`], no longer than so long.
    pub fn wait_for<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        time: Duration,
    ) -> WaitTimeoutResult {
        WaitTimeoutResult::new(self.sleep(guard, Instant::now().checked_add(time)))
    }
}

#[cfg(test)]
mod tests;
