//! Pools of threads of our own.
//!
//! Invariants: a task runs once or is discarded, and a pool that has a thread keeps one while somebody can
//! submit. It starts with its first task, grows at once up to a few threads, then by one each time the
//! queue has not moved for 10 ms, so that callbacks which block cannot hold up the others for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use httpsys_socket::{Own, PerWorld};

use crate::pool::task::Task;
use crate::status::{Code, ERROR_NOT_ENOUGH_MEMORY};
use crate::sync::fifo::{Fifo, FifoPushed, Stop};
use crate::time::source;

/// Default maximum of a Windows thread pool.
const MAX_THREADS: usize = 500;
const STALL: Duration = Duration::from_millis(10);
const IDLE: Duration = Duration::from_secs(20);

/// A pool of threads.
pub(crate) struct Pool {
    tasks: Fifo<Task>,
    threads: AtomicUsize,
    /// SetThreadpoolThreadMaximum.
    most: AtomicUsize,
    /// Tasks begun so far: tells the watcher whether the queue moves.
    taken: AtomicUsize,
    watched: AtomicBool,
}

/// The pool of the process.
pub(crate) fn default_pool() -> Own<Arc<Pool>> {
    static DEFAULT: PerWorld<Arc<Pool>> = PerWorld::new();
    DEFAULT.get_or_init(Pool::new)
}

impl Pool {
    pub(crate) fn new() -> Arc<Pool> {
        Arc::new(Pool {
            tasks: Fifo::new(),
            threads: AtomicUsize::new(0),
            most: AtomicUsize::new(MAX_THREADS),
            taken: AtomicUsize::new(0),
            watched: AtomicBool::new(false),
        })
    }

    /// SetThreadpoolThreadMaximum; at least one.
    pub(crate) fn set_most(&self, most: u32) {
        self.most.store((most as usize).max(1), Ordering::SeqCst);
    }

    pub(crate) fn submit(self: &Arc<Self>, task: Task) {
        if self.tasks.push(task) != FifoPushed::Queued {
            return;
        }
        // Below the quick limit every queued task brings its own thread.
        let most = self.most.load(Ordering::SeqCst);
        let quick = quick_threads().min(most);
        if self.threads.load(Ordering::SeqCst) < quick && self.spawn() {
            return;
        }
        if quick < most && !self.watched.swap(true, Ordering::SeqCst) {
            let pool = self.clone();
            if httpsys_socket::spawn("httpsys-tp-watch", move || pool.watch()).is_err() {
                self.watched.store(false, Ordering::SeqCst);
            }
        }
    }

    /// Sees that what will be submitted runs. The first thread stays: a task that comes when the system
    /// has no more threads is late, never lost.
    ///
    /// # Errors
    /// 8 when the system has no thread.
    pub(crate) fn ensure(self: &Arc<Self>) -> Result<(), Code> {
        if self.threads.load(Ordering::SeqCst) > 0 || self.spawn() {
            return Ok(());
        }
        Err(ERROR_NOT_ENOUGH_MEMORY)
    }

    /// Drops queued tasks; returns how many.
    pub(crate) fn discard(&self, matches: impl FnMut(&Task) -> bool) -> usize {
        self.tasks.discard(matches)
    }

    fn spawn(self: &Arc<Self>) -> bool {
        let count = self.threads.fetch_add(1, Ordering::SeqCst);
        let pool = self.clone();
        let started = count < self.most.load(Ordering::SeqCst)
            && httpsys_socket::spawn("httpsys-tp", move || pool.work()).is_ok();
        if !started {
            self.threads.fetch_sub(1, Ordering::SeqCst);
        }
        started
    }

    fn work(self: &Arc<Self>) {
        let mut idle = Some(IDLE);
        loop {
            let until = idle.and_then(|idle| source::now().checked_add(idle));
            match self.tasks.take_one(until) {
                Ok(task) => {
                    self.taken.fetch_add(1, Ordering::SeqCst);
                    task.run();
                    idle = Some(IDLE);
                }
                Err(Stop::TimedOut(_)) if !self.can_spare_one() => {
                    if source::is_simulated() {
                        // A thread that looks now and then would hide from the world that nothing
                        // happens any more.
                        idle = None;
                    }
                }
                Err(_) => return,
            }
        }
    }

    /// Takes the calling thread out of the count if it may end: another is there, or nobody can submit
    /// any more.
    fn can_spare_one(self: &Arc<Self>) -> bool {
        let least = usize::from(Arc::strong_count(self) > 1);
        let fewer = |threads: usize| (threads > least).then(|| threads - 1);
        let update = self
            .threads
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer);
        update.is_ok()
    }

    /// Adds a thread whenever the queue stands still; ends when it has been empty for a second.
    fn watch(self: &Arc<Self>) {
        let mut quiet = 0;
        while quiet < 100 {
            let before = self.taken.load(Ordering::SeqCst);
            source::sleep(STALL);
            if self.tasks.is_empty() {
                quiet += 1;
                continue;
            }
            quiet = 0;
            if self.taken.load(Ordering::SeqCst) == before {
                self.spawn();
            }
        }
        self.watched.store(false, Ordering::SeqCst);
        // A task queued since the last look relied on this watcher.
        if !self.tasks.is_empty() {
            self.spawn();
        }
    }
}

fn quick_threads() -> usize {
    if source::is_simulated() {
        // The same everywhere.
        return 4;
    }
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    match COUNT.load(Ordering::Relaxed) {
        0 => {
            let cores = std::thread::available_parallelism().map_or(2, usize::from);
            let count = (cores * 2).clamp(4, 16);
            COUNT.store(count, Ordering::Relaxed);
            count
        }
        count => count,
    }
}
