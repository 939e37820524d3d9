//! What threads wait for: events, mutexes, semaphores, waitable timers, locks, and the waits themselves.
//!
//! Owns the room and nothing else; each file says what it owns. A wait is in [`wait`] (who sleeps and who
//! wakes it), what it is for in [`signal`], several at once in `multi`.

#[cfg(not(windows))]
pub mod address;
#[cfg(not(windows))]
pub mod event;
#[cfg(windows)]
#[path = "windows/event.rs"]
pub mod event;
pub(crate) mod fifo;
#[cfg(not(windows))]
pub mod locks;
pub(crate) mod multi;
pub mod mutex;
#[cfg(not(windows))]
pub mod names;
pub(crate) mod park;
#[cfg(not(windows))]
pub mod semaphore;
pub mod signal;
#[cfg(not(windows))]
pub mod timer;
pub mod wait;
#[cfg(not(windows))]
pub(crate) mod word;
