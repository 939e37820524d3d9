//! The threads that run callbacks.
//!
//! Owns the pools (the process's own and those of CreateThreadpool). Does not own the objects whose callbacks
//! run, nor their counts ([`crate::pool::calls`]). Invariant: no callback runs with a lock held. On Windows the
//! system's pool runs them, so that the functions which take a PTP_CALLBACK_INSTANCE get a real one. Threading:
//! any thread.

#[cfg(windows)]
#[path = "../windows/pool.rs"]
mod system;
#[cfg(not(windows))]
mod threads;

#[cfg(windows)]
pub(crate) use system::default_pool;
#[cfg(not(windows))]
pub(crate) use threads::{Pool, default_pool};
