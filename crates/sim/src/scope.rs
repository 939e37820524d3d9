//! Threads that borrow from the frame that starts them, as those of [`std::thread::scope`].
//!
//! Owns: starting them, joining them in virtual time, and that all have ended when the scope does. Does not own: the
//! borrowing, which is that of std. Invariant: the scope's frame is left only when its threads have ended, also
//! where the simulation has failed. Threading: threads of a simulation.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, mpsc};
use std::thread;

use httpsys_socket::world::World;

use crate::scheduler::{Belongs, Scheduler};
use crate::seat::Seat;

/// Where threads are started that end before the scope does.
#[derive(Clone, Copy)]
pub struct SimScope<'scope, 'env> {
    threads: &'scope thread::Scope<'scope, 'env>,
    number: u64,
}

impl fmt::Debug for SimScope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimScope").field(&self.number).finish()
    }
}

/// A thread of a [`SimScope`]. Dropped, the thread goes on; the scope waits for it.
pub struct ScopedSimThread<'scope, T> {
    scheduler: Arc<Scheduler>,
    number: usize,
    thread: thread::ScopedJoinHandle<'scope, T>,
}

impl<T> fmt::Debug for ScopedSimThread<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScopedSimThread")
            .field(&self.number)
            .finish()
    }
}

fn current() -> Arc<Scheduler> {
    let current = Scheduler::current();
    current.expect("a thread of a simulation").0
}

/// As [`std::thread::scope`], with threads of the simulation that the calling thread belongs to.
///
/// # Panics
/// As that of std. The calling thread belongs to no simulation.
pub fn scope<'env, T>(body: impl for<'scope> FnOnce(SimScope<'scope, 'env>) -> T) -> T {
    let scheduler = current();
    let number = scheduler.state().open_scope();
    thread::scope(|threads| {
        let result = catch_unwind(AssertUnwindSafe(|| body(SimScope { threads, number })));
        scheduler.wait_for_scope(number);
        let result = result.unwrap_or_else(|panic| resume_unwind(panic));
        // Before std tells of threads that were unwound for that.
        scheduler.raise_failure();
        result
    })
}

impl<'scope> SimScope<'scope, '_> {
    /// Starts a thread.
    ///
    /// # Panics
    /// The operating system has no thread. The calling thread belongs to no simulation.
    pub fn spawn<T: Send + 'scope>(
        self,
        body: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedSimThread<'scope, T> {
        let scheduler = current();
        let (tell, told) = mpsc::sync_channel::<(usize, Arc<Seat>)>(1);
        let own = Arc::clone(&scheduler);
        let thread = self.threads.spawn(move || {
            let (number, seat) = told.recv().expect("a place in the simulation");
            seat.wait();
            let belongs = Belongs::new(&own, number);
            let result = catch_unwind(AssertUnwindSafe(body));
            drop(belongs);
            own.end(number);
            result.unwrap_or_else(|panic| resume_unwind(panic))
        });
        let (number, seat) = scheduler.adopt("scoped", self.number, thread.thread().clone());
        tell.send((number, seat)).expect("it waits");
        scheduler.yield_now();
        ScopedSimThread {
            scheduler,
            number,
            thread,
        }
    }
}

impl<T> ScopedSimThread<'_, T> {
    /// Whether the thread has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.scheduler.state().members[self.number].is_gone()
    }

    /// Lets the others run until the thread has ended; what it returned.
    ///
    /// # Errors
    /// What it panicked with.
    ///
    /// # Panics
    /// The simulation has failed.
    pub fn join(self) -> thread::Result<T> {
        while !self.is_finished() {
            self.scheduler.wait(self.scheduler.end_key(), None);
        }
        self.thread.join()
    }
}
