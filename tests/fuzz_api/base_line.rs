//! What a round leaves behind.
//!
//! Owns: the counting allocator, the number of open descriptors, and the claim that both return to
//! where they were behind HttpTerminate. Does not own leaks within a round. Threading: any thread;
//! asked while only the test's own thread runs.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::findings::{finding, say};

/// The system's allocator, counted.
pub(crate) struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is the system allocator's; counting has no effect on memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: by the contract of the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: by the contract of the caller.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_add(size, Ordering::Relaxed);
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: by the contract of the caller.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// Rounds that are compared: the least of the first with the least of the last.
const COMPARED: usize = 6;
/// How much more than at first may stay: tables keep the size that the busiest round gave them.
const SLACK: usize = 2 << 20;

/// What each round left.
#[derive(Debug, Default)]
pub(crate) struct BaseLine {
    descriptors: Option<usize>,
    memory: Vec<usize>,
}

impl BaseLine {
    /// A round has ended; `own` bytes are the fuzzer's.
    pub(crate) fn check(&mut self, own: usize) {
        let memory = live_bytes().saturating_sub(own);
        self.memory.push(memory);
        let descriptors = descriptors();
        let before = *self.descriptors.get_or_insert(descriptors);
        if descriptors > before {
            finding!(
                "{descriptors} descriptors are open, {before} were: {:?}",
                open_files()
            );
            self.descriptors = Some(descriptors);
        }
        if self.memory.len() > 2 * COMPARED {
            let least = |part: &[usize]| part.iter().copied().min().unwrap_or(0);
            let first = least(&self.memory[1..COMPARED]);
            let last = least(&self.memory[self.memory.len() - COMPARED..]);
            if last > first + SLACK {
                finding!(
                    "{last} bytes stay allocated, {first} did: {:?}",
                    self.memory
                );
                self.memory.clear();
            }
        }
    }

    pub(crate) fn report(&self) {
        let last = self.memory.len().saturating_sub(1);
        let shown: Vec<_> = [0, 1, last / 2, last]
            .into_iter()
            .filter_map(|at| self.memory.get(at))
            .collect();
        say(format_args!(
            "bytes that stayed after the first and second round, the middle and the last: \
             {shown:?}; descriptors {:?}",
            self.descriptors
        ));
    }
}

/// Bytes that are allocated.
pub(crate) fn live_bytes() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// Open descriptors, where the system tells.
pub(crate) fn descriptors() -> usize {
    // One is the listing's own.
    std::fs::read_dir("/proc/self/fd").map_or(0, |list| list.count())
}

fn open_files() -> Vec<String> {
    let Ok(list) = std::fs::read_dir("/proc/self/fd") else {
        return Vec::new();
    };
    list.flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}
