//! The locks of the library: those that a child made by fork(2) can go on with.
//!
//! Owns: which locks there are. Does not own: what they protect. Threading: any thread.
//!
//! A sleeping thread leaves nothing behind that others find but the lock it waits for. A list of
//! sleepers that all locks of the process share, as parking_lot has it, names in a child threads that
//! are not there, and parts of it may be locked for ever: then a lock that the child has made itself
//! would not work. So on Linux these are futexes under the interface of parking_lot; elsewhere they are
//! parking_lot's, and a child that initialises anew beside threads of its parent is not safe there.

#[cfg(target_os = "linux")]
mod futex;

#[cfg(target_os = "linux")]
pub use futex::{Condvar, Mutex, MutexGuard, RwLock, WaitTimeoutResult};
#[cfg(not(target_os = "linux"))]
pub use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, WaitTimeoutResult};
