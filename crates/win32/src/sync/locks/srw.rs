//! Slim reader/writer locks.
//!
//! Owns the names of Windows for what parking_lot does. Invariant: who gives back a lock that nobody holds
//! changes nothing. Threading: any thread.

use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::RawRwLock;
use parking_lot::lock_api::RawRwLock as _;

use crate::sync::park;

/// SRWLOCK. A thread must not take it twice, in either mode (documented: Slim Reader/Writer Locks).
#[repr(transparent)]
pub struct SrwLock(RawRwLock);

/// How an [`SrwLock`] is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By one writer.
    Exclusive,
    /// By any number of readers.
    Shared,
}

impl SrwLock {
    /// An unlocked lock (SRWLOCK_INIT).
    pub const fn new() -> SrwLock {
        SrwLock(RawRwLock::INIT)
    }

    /// AcquireSRWLockExclusive and AcquireSRWLockShared.
    pub fn acquire(&self, mode: Mode) {
        let attempt = || self.attempt(mode);
        park::lock_at(self.key(), attempt, || match mode {
            Mode::Exclusive => self.0.lock_exclusive(),
            Mode::Shared => self.0.lock_shared(),
        });
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    fn attempt(&self, mode: Mode) -> bool {
        match mode {
            Mode::Exclusive => self.0.try_lock_exclusive(),
            Mode::Shared => self.0.try_lock_shared(),
        }
    }

    /// TryAcquireSRWLockExclusive and TryAcquireSRWLockShared.
    pub fn try_acquire(&self, mode: Mode) -> bool {
        park::about_to_look();
        self.attempt(mode)
    }

    /// ReleaseSRWLockExclusive and ReleaseSRWLockShared. A lock that nobody holds in this mode stays
    /// as it is (Windows raises an exception).
    pub fn release(&self, mode: Mode) {
        let has_readers = self.has_readers();
        match mode {
            Mode::Exclusive if self.0.is_locked_exclusive() && !has_readers => {
                // SAFETY: the lock is held by a writer, and only that thread may call this.
                unsafe { self.0.unlock_exclusive() };
            }
            // SAFETY: readers hold the lock, and this thread is one of them.
            Mode::Shared if has_readers => unsafe { self.0.unlock_shared() },
            Mode::Exclusive | Mode::Shared => {}
        }
        park::unlocked_at(self.key());
    }
}

/// Bits of the state of parking_lot's lock that count readers.
const READERS: usize = !0b1111;

const _: () = assert!(size_of::<RawRwLock>() == size_of::<AtomicUsize>());

impl SrwLock {
    /// Whether readers hold the lock. parking_lot itself says only that a writer has it or waits for readers to
    /// go, which it does not tell apart; its version is fixed by Cargo.lock, and tests show what the bits are.
    fn has_readers(&self) -> bool {
        // SAFETY: the lock is as large as its one field, an atomic number, which is only read.
        let state = unsafe { &*(&raw const self.0).cast::<AtomicUsize>() };
        state.load(Ordering::Relaxed) & READERS != 0
    }
}

impl Default for SrwLock {
    fn default() -> SrwLock {
        SrwLock::new()
    }
}
