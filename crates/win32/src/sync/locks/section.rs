//! Critical sections: locks that know the thread inside.
//!
//! Owns who is inside and how often. Invariants: only the thread inside changes the count; the mutex is held
//! as long as the owner is not 0. Threading: any thread.

use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use parking_lot::RawMutex;
use parking_lot::lock_api::RawMutex as _;

use crate::sync::park;
use crate::threads::id;

/// CRITICAL_SECTION: a lock that one thread may enter several times.
#[repr(C)]
pub struct CriticalSection {
    debug_info: AtomicUsize,
    lock_count: AtomicI32,
    recursion: AtomicI32,
    /// The id of the thread inside, 0 for none. Only that thread stores its own id here.
    owner: AtomicUsize,
    mutex: RawMutex,
    spin_count: AtomicUsize,
}

impl CriticalSection {
    /// A section that nobody is in.
    pub const fn new() -> CriticalSection {
        CriticalSection {
            debug_info: AtomicUsize::new(0),
            lock_count: AtomicI32::new(-1),
            recursion: AtomicI32::new(0),
            owner: AtomicUsize::new(0),
            mutex: RawMutex::INIT,
            spin_count: AtomicUsize::new(0),
        }
    }

    /// Whether the calling thread is inside.
    pub fn is_ours(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == own_id()
    }

    /// EnterCriticalSection.
    pub fn enter(&self) {
        if !self.is_ours() {
            park::lock_at(self.key(), || self.mutex.try_lock(), || self.mutex.lock());
            self.owner.store(own_id(), Ordering::Relaxed);
        }
        self.recursion.fetch_add(1, Ordering::Relaxed);
    }

    /// TryEnterCriticalSection.
    pub fn try_enter(&self) -> bool {
        if !self.is_ours() {
            park::about_to_look();
            if !self.mutex.try_lock() {
                return false;
            }
            self.owner.store(own_id(), Ordering::Relaxed);
        }
        self.recursion.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// LeaveCriticalSection. By a thread that is not inside: nothing happens (on Windows the section
    /// is unusable from then on).
    pub fn leave(&self) {
        if self.is_ours() && self.recursion.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.open();
        }
    }

    /// Lets the section go whatever the depth, and returns the depth.
    pub(super) fn leave_whole(&self) -> i32 {
        let depth = self.recursion.swap(0, Ordering::Relaxed);
        self.open();
        depth
    }

    fn open(&self) {
        self.owner.store(0, Ordering::Relaxed);
        // SAFETY: the calling thread is inside, so it holds the mutex.
        unsafe { self.mutex.unlock() };
        park::unlocked_at(self.key());
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }
}

impl Default for CriticalSection {
    fn default() -> CriticalSection {
        CriticalSection::new()
    }
}

fn own_id() -> usize {
    id::current_id().0 as usize
}
