//! The locks of the library: those that a child made by fork(2) can go on with.
//!
//! Owns: which locks there are. Does not own: what they protect. Threading: any thread.
//!
//! A sleeping thread leaves nothing behind that others find but the lock it waits for. A list of
//! sleepers that all locks of the process share, as parking_lot has it, names in a child threads that
//! are not there, and parts of it may be locked for ever: then a lock that the child has made itself
//! would not work. So on Linux these are futexes under the interface of parking_lot; elsewhere they are
//! parking_lot's, and a child that initialises anew beside threads of its parent is not safe there.
//! With the feature `sim` they are wrapped: threads of a [`crate::world`] wait in it.

#[cfg(target_os = "linux")]
mod futex;
#[cfg(feature = "sim")]
mod in_world;
#[cfg(all(feature = "sim", any(test, not(target_os = "linux"))))]
mod monitor;
#[cfg(any(feature = "sim", target_os = "linux"))]
mod timed_out;

#[cfg(feature = "sim")]
pub use in_world::{Condvar, Mutex, MutexGuard, RwLock};
#[cfg(any(feature = "sim", target_os = "linux"))]
pub use timed_out::WaitTimeoutResult;

#[cfg(all(not(feature = "sim"), target_os = "linux"))]
pub use futex::{Condvar, Mutex, MutexGuard, RwLock};
#[cfg(all(not(feature = "sim"), not(target_os = "linux")))]
pub use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, WaitTimeoutResult};

/// What the locks of a world are made of.
#[cfg(all(feature = "sim", target_os = "linux"))]
use futex as native;
#[cfg(all(feature = "sim", not(target_os = "linux")))]
mod native {
    pub(super) use super::monitor::Monitor as Condvar;
    pub(super) use parking_lot::{RawMutex, RawRwLock};
}
