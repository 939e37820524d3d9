//! The ids of threads.
//!
//! Owns [`ThreadId`] and which one the calling thread has. Does not own threads. Invariant: ids are multiples of
//! 4, never 0, and belong to one thread for the life of the process. Threading: any thread.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

/// The id of a thread, as GetCurrentThreadId returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreadId(pub u32);

static NEXT_ID: AtomicU32 = AtomicU32::new(4);

thread_local! {
    static ID: Cell<ThreadId> = const { Cell::new(ThreadId(0)) };
}

/// The id of the calling thread.
pub fn current_id() -> ThreadId {
    ID.with(|id| {
        if id.get() == ThreadId(0) {
            id.set(next_id());
        }
        id.get()
    })
}

/// An id that no thread has.
pub(crate) fn next_id() -> ThreadId {
    ThreadId(NEXT_ID.fetch_add(4, Ordering::Relaxed))
}

/// The calling thread is that one.
pub(crate) fn adopt(own: ThreadId) {
    ID.with(|id| id.set(own));
}
