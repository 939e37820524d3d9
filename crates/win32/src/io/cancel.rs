//! Which operations a cancellation means.
//!
//! Owns [`CancelScope`]. Does not own cancelling. Threading: a value.

use crate::threads::id::ThreadId;

/// Which operations of a handle CancelIo and CancelIoEx mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelScope {
    /// The operation with the OVERLAPPED at this address (CancelIoEx).
    One(usize),
    /// All operations that this thread issued (CancelIo).
    Thread(ThreadId),
    /// All operations of the handle (CancelIoEx with NULL).
    All,
}

impl CancelScope {
    /// Whether an operation is meant: by the address of its OVERLAPPED and the thread that issued it.
    pub fn means(self, overlapped: usize, thread: ThreadId) -> bool {
        match self {
            CancelScope::One(one) => one == overlapped,
            CancelScope::Thread(one) => one == thread,
            CancelScope::All => true,
        }
    }
}
