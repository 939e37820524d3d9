//! Locks and channels for the program under test, in place of those of [`std::sync`].
//!
//! Owns: types with the names and methods of std whose waits belong to the simulation. Does not own: the locks
//! (`httpsys_socket::lock`), threads ([`crate::thread`]). What is missing here can be used from std: `Arc`, atomics,
//! `OnceLock`. A lock is never poisoned: a panic in a thread that nobody joins fails the simulation. Threading: as
//! std's; in a thread outside a simulation they wait in real time.
//!
//! A program whose tests are in its own crate uses these in tests only, and ships std's:
//!
//! ```
//! #[cfg(test)]
//! use httpsys_sim::{sync::{Mutex, mpsc}, thread};
//! #[cfg(not(test))]
//! use std::{sync::{Mutex, mpsc}, thread};
//! ```

pub mod mpsc;

use std::sync::LockResult;
use std::time::Duration;

use httpsys_socket::lock::{self, MutexGuard, WaitTimeoutResult};

/// As [`std::sync::Mutex`]. A thread may call the library and the simulation while it holds one.
#[derive(Debug, Default)]
pub struct Mutex<T: ?Sized>(lock::Mutex<T>);

impl<T> Mutex<T> {
    /// A mutex with this value, which nobody holds.
    pub const fn new(value: T) -> Mutex<T> {
        Mutex(lock::Mutex::new(value))
    }

    /// The value.
    ///
    /// # Errors
    /// Never.
    pub fn into_inner(self) -> LockResult<T> {
        Ok(self.0.into_inner())
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Locks it; the simulation may let another thread run first.
    ///
    /// # Errors
    /// Never.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(self.0.lock())
    }
}

/// As [`std::sync::Condvar`].
#[derive(Debug, Default)]
pub struct Condvar(lock::Condvar);

impl Condvar {
    /// A condition variable for which nobody waits.
    #[must_use]
    pub const fn new() -> Condvar {
        Condvar(lock::Condvar::new())
    }

    /// Releases the lock and sleeps until it is notified.
    ///
    /// # Errors
    /// Never.
    pub fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.0.wait(&mut guard);
        Ok(guard)
    }

    /// As [`Condvar::wait`], but at most for this virtual time.
    ///
    /// # Errors
    /// Never.
    pub fn wait_timeout<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        time: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let result = self.0.wait_for(&mut guard, time);
        Ok((guard, result))
    }

    /// Wakes one thread that waits.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes all threads that wait.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}
