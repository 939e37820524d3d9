//! Interlocked singly linked lists: a lock and the first entry.
//!
//! Owns the list and its depth. Does not own the entries, whose first word is the link. Invariant: links are
//! read and written under the lock only. Threading: any thread.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use parking_lot::RawMutex;
use parking_lot::lock_api::RawMutex as _;

use crate::sync::park;

/// SLIST_HEADER: a last-in, first-out list whose entries are the program's (documented: Interlocked
/// Singly Linked Lists). The layout is ours; only its size and alignment are those of Windows.
#[repr(C, align(16))]
pub struct ListHeader {
    first: AtomicUsize,
    depth: AtomicU32,
    mutex: RawMutex,
}

impl ListHeader {
    /// An empty list.
    pub const fn new() -> ListHeader {
        ListHeader {
            first: AtomicUsize::new(0),
            depth: AtomicU32::new(0),
            mutex: RawMutex::INIT,
        }
    }

    fn locked<R>(&self, body: impl FnOnce() -> R) -> R {
        // In a world nobody else has it: nobody sleeps while it is held.
        park::about_to_look();
        self.mutex.lock();
        let result = body();
        // SAFETY: locked above by this thread.
        unsafe { self.mutex.unlock() };
        result
    }

    /// InterlockedPushEntrySList: returns the entry that was first, 0 for none.
    ///
    /// # Safety
    /// `entry` is the address of an SLIST_ENTRY that stays valid while it is on the list.
    pub unsafe fn push(&self, entry: usize) -> usize {
        self.locked(|| {
            let first = self.first.load(Ordering::Relaxed);
            // SAFETY: an SLIST_ENTRY begins with its link; valid by the contract.
            unsafe { (entry as *mut usize).write_unaligned(first) };
            self.first.store(entry, Ordering::Relaxed);
            self.depth.fetch_add(1, Ordering::Relaxed);
            first
        })
    }

    /// InterlockedPopEntrySList: the first entry, 0 for none.
    ///
    /// # Safety
    /// The entries on the list are valid.
    pub unsafe fn pop(&self) -> usize {
        self.locked(|| {
            let first = self.first.load(Ordering::Relaxed);
            if first != 0 {
                // SAFETY: as in `push`; the entry is on the list, so it is valid by the contract.
                let next = unsafe { (first as *const usize).read_unaligned() };
                self.first.store(next, Ordering::Relaxed);
                self.depth.fetch_sub(1, Ordering::Relaxed);
            }
            first
        })
    }

    /// InterlockedFlushSList: takes all entries, still linked; returns the first, 0 for none.
    pub fn flush(&self) -> usize {
        self.locked(|| {
            self.depth.store(0, Ordering::Relaxed);
            self.first.swap(0, Ordering::Relaxed)
        })
    }

    /// QueryDepthSList: the number of entries, modulo 65,536.
    pub fn depth(&self) -> u16 {
        self.depth.load(Ordering::Relaxed) as u16
    }
}

impl Default for ListHeader {
    fn default() -> ListHeader {
        ListHeader::new()
    }
}
