//! The calling thread's last error, as GetLastError and WSAGetLastError see it.
//!
//! Owns the thread-local value; on Windows it is the system's. Does not own `errno`. Invariant: only
//! the owning thread reads or writes it. Threading: thread-local.

#[cfg(not(windows))]
use std::cell::Cell;

#[cfg(not(windows))]
use crate::status::Code;

#[cfg(windows)]
pub use crate::system::{last_error as get, set_last_error as set};

#[cfg(not(windows))]
thread_local! {
    static LAST: Cell<Code> = const { Cell::new(0) };
}

/// The last error of this thread; 0 on a thread that never had one.
#[cfg(not(windows))]
pub fn get() -> Code {
    LAST.with(Cell::get)
}

/// Sets the last error of this thread.
#[cfg(not(windows))]
pub fn set(code: Code) {
    LAST.with(|last| last.set(code));
}

// On Windows starting a thread may set it.
#[cfg(all(test, not(windows)))]
mod tests {
    #[test]
    fn each_thread_has_its_own() {
        super::set(5);
        let other = std::thread::spawn(super::get).join();
        assert_eq!(other.ok(), Some(0));
        assert_eq!(super::get(), 5);
    }
}
