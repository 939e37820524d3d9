//! What threads that read files have to do, and what is known of the threads.
//!
//! Owns the data behind its lock, which is a leaf. Does not own the threads (`file_threads.rs`), nor the reads
//! (`pending_send.rs`).

use std::collections::VecDeque;

use httpsys_socket::lock::{Condvar, Mutex};

/// A send that goes on with bytes of a file.
pub(crate) trait FileWork: Send {
    /// Reads, which may take long, and writes on. What comes back is the next read.
    fn run(self: Box<Self>) -> Option<Box<dyn FileWork>>;
    /// There is no thread to read it: the send ends with ERROR_NOT_ENOUGH_MEMORY (8).
    fn give_up(self: Box<Self>);
}

/// The threads of a service.
#[derive(Default)]
pub(crate) struct FileThreads {
    pub(super) state: Mutex<FileThreadsState>,
    pub(super) work: Condvar,
    /// The system has no threads.
    #[cfg(test)]
    pub(super) none: std::sync::atomic::AtomicBool,
}

#[derive(Default)]
pub(super) struct FileThreadsState {
    pub(super) reads: VecDeque<Box<dyn FileWork>>,
    pub(super) threads: usize,
    /// Those that wait for work.
    pub(super) idle: usize,
    pub(super) stopped: bool,
}
