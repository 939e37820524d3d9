//! Threads for the program under test, in place of those of [`std::thread`].
//!
//! Owns: the names of std. Does not own: starting and joining (`join.rs`, `scope.rs`). Threading: the calling thread
//! belongs to a simulation.

pub use httpsys_socket::world::{sleep, yield_now};

pub use crate::join::JoinHandle;
pub use crate::scope::scope;

/// As [`std::thread::spawn`], and [`crate::spawn`]: the thread has to end before [`crate::Sim::finish`] does.
///
/// # Panics
/// The system has no thread, or the calling thread belongs to no simulation.
pub fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let thread = crate::sim::spawn("spawned", body);
    thread.unwrap_or_else(|error| panic!("no thread of a simulation: {error}"))
}
