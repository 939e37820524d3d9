//! Threads with the feature `sim`: of a world, or real ones.
//!
//! Owns: the handle that joins either. Threading: any thread.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Result;

use crate::world::{self, World};

/// As [`std::thread::JoinHandle`].
pub struct JoinHandle<T>(Joined<T>);

enum Joined<T> {
    Real(std::thread::JoinHandle<T>),
    World(Arc<ThreadOutcome<T>>),
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// What a thread of a world has left.
struct ThreadOutcome<T> {
    result: Mutex<Option<Result<T>>>,
    /// For threads that do not belong to the world.
    ended: Condvar,
}

impl<T> ThreadOutcome<T> {
    fn key(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self).cast::<()>() as usize
    }
}

impl<T> JoinHandle<T> {
    pub(super) fn real(handle: std::thread::JoinHandle<T>) -> JoinHandle<T> {
        JoinHandle(Joined::Real(handle))
    }

    /// As [`std::thread::JoinHandle::join`].
    ///
    /// # Errors
    /// What the thread panicked with.
    ///
    /// # Panics
    /// Never: a result that is there is there once.
    pub fn join(self) -> Result<T> {
        let outcome = match self.0 {
            Joined::Real(handle) => return handle.join(),
            Joined::World(outcome) => outcome,
        };
        let lock = || {
            outcome
                .result
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(world) = world::current() {
            while lock().is_none() {
                world.wait(outcome.key(), None);
            }
        }
        let mut result = lock();
        loop {
            match result.take() {
                Some(result) => return result,
                None => {
                    let ended = outcome.ended.wait(result);
                    result = ended.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// As [`std::thread::JoinHandle::is_finished`].
    pub fn is_finished(&self) -> bool {
        match &self.0 {
            Joined::Real(handle) => handle.is_finished(),
            Joined::World(outcome) => {
                let result = outcome.result.lock();
                result.unwrap_or_else(PoisonError::into_inner).is_some()
            }
        }
    }
}

pub(super) fn spawn<T: Send + 'static>(
    world: &Arc<dyn World>,
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let outcome = Arc::new(ThreadOutcome {
        result: Mutex::new(None),
        ended: Condvar::new(),
    });
    let left = Arc::clone(&outcome);
    let run = move || {
        let result = catch_unwind(AssertUnwindSafe(body));
        let world = world::current();
        if let (Err(panic), Some(world)) = (&result, &world) {
            if let Some(message) = world::panic_message(&**panic) {
                world.panicked(message);
            }
        }
        *left.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        left.ended.notify_all();
        if let Some(world) = world {
            world.wake(left.key(), true);
        }
    };
    world.spawn(name, Box::new(run))?;
    Ok(JoinHandle(Joined::World(outcome)))
}
