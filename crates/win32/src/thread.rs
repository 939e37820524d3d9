//! Threads of the application.
//!
//! Owns [`Thread`] objects (waitable, with an exit code) and the thread ids of Win32. Does not own
//! the pool threads of thread-pool I/O. Invariants: the object is signalled after the exit code is
//! stored; ids are multiples of 4, never 0, and belong to one thread for the life of the process.
//! Threading: any thread.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use crate::object::Object;
use crate::signal::Signal;
use crate::status::{Code, ERROR_NOT_ENOUGH_MEMORY};

/// The id of a thread, as GetCurrentThreadId returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreadId(pub u32);

/// STILL_ACTIVE: the exit code of a thread that runs (documented: GetExitCodeThread).
pub const STILL_ACTIVE: u32 = 259;

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

/// A thread that the application started.
#[derive(Debug)]
pub struct Thread {
    id: ThreadId,
    exit_code: AtomicU32,
    done: Signal,
    /// Suspend count until the thread has started to run; it cannot be suspended later.
    held: Mutex<u32>,
    released: Signal,
}

impl Thread {
    /// Starts a thread that runs `body` and ends with its result as exit code.
    ///
    /// # Errors
    /// 8 when the system has no more threads.
    pub fn start(
        stack_bytes: usize,
        suspended: bool,
        body: impl FnOnce() -> u32 + Send + 'static,
    ) -> Result<Arc<Thread>, Code> {
        let thread = Arc::new(Thread {
            id: next_id(),
            exit_code: AtomicU32::new(STILL_ACTIVE),
            done: Signal::new(true, false),
            held: Mutex::new(u32::from(suspended)),
            released: Signal::new(true, !suspended),
        });
        let mut builder = std::thread::Builder::new();
        if stack_bytes > 0 {
            builder = builder.stack_size(stack_bytes.clamp(MIN_STACK, MAX_STACK));
        }
        let own = thread.clone();
        let run = move || {
            ID.with(|id| id.set(own.id));
            own.released.wait(None);
            own.exit_code.store(body(), Ordering::SeqCst);
            own.done.set();
        };
        match builder.spawn(run) {
            Ok(_) => Ok(thread),
            Err(_) => Err(ERROR_NOT_ENOUGH_MEMORY),
        }
    }

    /// The thread's id.
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// The exit code, or [`STILL_ACTIVE`].
    pub fn exit_code(&self) -> u32 {
        self.exit_code.load(Ordering::SeqCst)
    }

    /// ResumeThread: returns the suspend count before the call.
    pub fn resume(&self) -> u32 {
        let mut held = self.held.lock();
        let before = *held;
        *held = before.saturating_sub(1);
        if *held == 0 {
            self.released.set();
        }
        before
    }
}

impl Object for Thread {
    fn signal(&self) -> Option<&Signal> {
        Some(&self.done)
    }
}

const MIN_STACK: usize = 64 << 10;
const MAX_STACK: usize = 1 << 30;

fn next_id() -> ThreadId {
    ThreadId(NEXT_ID.fetch_add(4, Ordering::Relaxed))
}
