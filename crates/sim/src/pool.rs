//! Threads of the operating system that simulations use one after the other.
//!
//! Owns: those that wait for work. Does not own: when they run (`seat.rs`). Invariant: what a worker is
//! given is done before it is given something else. Threading: any thread.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::Thread;

use httpsys_socket::world;

type WorkerJob = Box<dyn FnOnce() + Send>;

/// A thread of the operating system.
pub(crate) struct Worker {
    thread: Thread,
    job: Mutex<Option<WorkerJob>>,
}

static WAITING: Mutex<Vec<Arc<Worker>>> = Mutex::new(Vec::new());

fn waiting() -> MutexGuard<'static, Vec<Arc<Worker>>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Worker {
    /// One that waits, or a new one.
    pub(crate) fn take() -> io::Result<Arc<Worker>> {
        let worker = waiting().pop();
        match worker {
            Some(worker) => Ok(worker),
            None => world::outside(Worker::start),
        }
    }

    fn start() -> io::Result<Arc<Worker>> {
        let (send, receive) = mpsc::sync_channel(1);
        httpsys_socket::spawn("httpsys-sim", move || {
            let worker = Arc::new(Worker {
                thread: std::thread::current(),
                job: Mutex::new(None),
            });
            if send.send(Arc::clone(&worker)).is_ok() {
                worker.work();
            }
        })?;
        receive.recv().map_err(io::Error::other)
    }

    fn work(&self) {
        loop {
            let job = self
                .job
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            match job {
                Some(job) => job(),
                None => std::thread::park(),
            }
        }
    }

    pub(crate) fn thread(&self) -> &Thread {
        &self.thread
    }

    pub(crate) fn give(&self, job: WorkerJob) {
        *self.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(job);
        self.thread.unpark();
    }

    /// For other work, from the job's last lines.
    pub(crate) fn give_back(self: Arc<Worker>) {
        waiting().push(self);
    }
}
