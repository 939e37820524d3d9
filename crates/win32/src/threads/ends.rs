//! The end of a thread that may own something.
//!
//! Owns the watch over the end of threads. Does not own what is owned: whoever does says what is to be done.
//! Threading: any thread.

use std::cell::Cell;
use std::sync::OnceLock;

use crate::threads::id::{self, ThreadId};

/// CallbackInput of the end of a thread, on that thread.
type OnEnd = fn(ThreadId);

static ON_END: OnceLock<OnEnd> = OnceLock::new();

struct ThreadEnd(Cell<ThreadId>);

thread_local! {
    static END: ThreadEnd = const { ThreadEnd(Cell::new(ThreadId(0))) };
}

impl Drop for ThreadEnd {
    fn drop(&mut self) {
        self.tell();
    }
}

impl ThreadEnd {
    fn tell(&self) {
        let own = self.0.replace(ThreadId(0));
        if let Some(on_end) = ON_END.get().filter(|_| own != ThreadId(0)) {
            on_end(own);
        }
    }
}

/// Says what is to be done at the end of each thread that is watched. There is one such function.
pub(crate) fn at_end(function: OnEnd) {
    ON_END.get_or_init(|| function);
}

/// The calling thread, whose end is watched from now on: it may own something.
pub(crate) fn watched_thread() -> ThreadId {
    let id = id::current_id();
    // Refused while the thread ends: what it takes then stays its own.
    let _ = END.try_with(|end| end.0.set(id));
    id
}

/// The calling thread ends.
pub(crate) fn leave() {
    let _ = END.try_with(ThreadEnd::tell);
}
