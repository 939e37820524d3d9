//! The system's pool on Windows: it runs the callbacks, the tasks are kept here.
//!
//! Owns the queue of tasks. Does not own the threads, which are the system's. Threading: any thread.

use std::ffi::c_void;

use crate::pool::task::Task;
use crate::status::Code;
use crate::sync::fifo::Fifo;
use crate::time::source;

/// The system's default pool. The tasks are kept here, so that some can be discarded.
pub(crate) struct Pool {
    tasks: Fifo<Task>,
}

static DEFAULT: Pool = Pool { tasks: Fifo::new() };

/// The pool of the process.
pub(crate) fn default_pool() -> &'static Pool {
    &DEFAULT
}

impl Pool {
    pub(crate) fn submit(&'static self, task: Task) {
        self.tasks.push(task);
        let (context, environment) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: the function may be called from any thread, with any context.
        let submitted = unsafe {
            crate::system::import::TrySubmitThreadpoolCallback(run_next, context, environment)
        };
        if submitted == 0 {
            // No memory for an item of the pool's: a thread of our own is the last resort.
            let _ = httpsys_socket::spawn("httpsys-tp", || self.run_one(None));
        }
    }

    /// Runs the oldest task; there may be none, since tasks can be discarded.
    fn run_one(&self, instance: Option<*mut c_void>) {
        if let Ok(task) = self.tasks.take_one(Some(source::now())) {
            let mut stand_in = 0usize;
            task.run_in(instance.unwrap_or(std::ptr::from_mut(&mut stand_in).cast()));
        }
    }

    /// The system's pool looks after itself.
    #[allow(clippy::unnecessary_wraps, reason = "as off Windows")]
    pub(crate) fn ensure(&self) -> Result<(), Code> {
        Ok(())
    }

    /// Drops queued tasks; returns how many.
    pub(crate) fn discard(&self, matches: impl FnMut(&Task) -> bool) -> usize {
        self.tasks.discard(matches)
    }
}

/// PTP_SIMPLE_CALLBACK: what the pool calls once for each task.
unsafe extern "system" fn run_next(instance: *mut c_void, _context: *mut c_void) {
    DEFAULT.run_one(Some(instance));
}
