//! Where a thread waits for its turn.
//!
//! Owns: handing the turn over between threads of the operating system. Threading: one thread waits,
//! any thread gives.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread::Thread;

/// Looks before the thread goes to sleep.
const LOOKS: u32 = 50;

#[derive(Debug)]
pub(crate) struct Seat {
    turn: AtomicBool,
    thread: Thread,
}

impl Seat {
    pub(crate) fn new(thread: Thread) -> Seat {
        Seat {
            turn: AtomicBool::new(false),
            thread,
        }
    }

    /// It is this thread's turn.
    pub(crate) fn give(&self) {
        self.turn.store(true, Release);
        self.thread.unpark();
    }

    /// Sleeps until it is the calling thread's turn.
    pub(crate) fn wait(&self) {
        for _ in 0..LOOKS {
            if self.take() {
                return;
            }
            std::hint::spin_loop();
        }
        while !self.take() {
            std::thread::park();
        }
    }

    fn take(&self) -> bool {
        self.turn.load(Relaxed) && self.turn.swap(false, Acquire)
    }
}
