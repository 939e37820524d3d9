//! Threads of the program, and joining them.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Result;

use httpsys_socket::world::{World, panic_message};

use crate::scheduler::Scheduler;
use crate::state::ThreadRole;

/// A thread of the program in a simulation. Dropped, the thread goes on, and its panic fails the
/// simulation.
pub struct JoinHandle<T> {
    scheduler: Arc<Scheduler>,
    number: usize,
    result: Arc<Mutex<Option<Result<T>>>>,
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl<T> JoinHandle<T> {
    /// Lets the others run until the thread has ended; what it returned. From a thread of the same
    /// simulation.
    ///
    /// # Errors
    /// What it panicked with: then the simulation does not fail for that.
    ///
    /// # Panics
    /// The simulation has failed or is finished.
    pub fn join(self) -> Result<T> {
        loop {
            let result = self
                .result
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(result) = result {
                let mut state = self.scheduler.state();
                state.panics.retain(|(number, _)| *number != self.number);
                return result;
            }
            self.scheduler.wait(self.key(), None);
        }
    }

    /// Whether the thread has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let result = self.result.lock();
        result.unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn key(&self) -> usize {
        Arc::as_ptr(&self.result).cast::<()>() as usize
    }
}

pub(crate) fn spawn<T: Send + 'static>(
    scheduler: &Arc<Scheduler>,
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let result = Arc::new(Mutex::new(None));
    let left = Arc::clone(&result);
    let here = Arc::downgrade(scheduler);
    let run = move || {
        let result = catch_unwind(AssertUnwindSafe(body));
        let scheduler = here.upgrade();
        if let (Err(panic), Some(scheduler)) = (&result, &scheduler) {
            if let Some(message) = panic_message(&**panic) {
                scheduler.panicked(message);
            }
        }
        *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        if let Some(scheduler) = scheduler {
            scheduler.wake(Arc::as_ptr(&left).cast::<()>() as usize, true);
        }
    };
    let number = scheduler.start(name, ThreadRole::Program, Box::new(run))?;
    Ok(JoinHandle {
        scheduler: Arc::clone(scheduler),
        number,
        result,
    })
}
