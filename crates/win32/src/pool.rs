//! The threads that run callbacks.
//!
//! Owns the pools (the process's own and those of CreateThreadpool), their tasks, the count of a
//! task's owner ([`Calls`]) and what a callback asks to be done when it returns ([`Instance`]). Does
//! not own the objects whose callbacks run. Invariants: a task runs once or is discarded; no callback
//! runs with a lock held. A pool starts with its first task, grows at once up to a few threads, then
//! by one each time the queue has not moved for 10 ms, so that callbacks which block cannot hold up
//! the others for ever. On Windows the system's pool runs them, so that the functions which take a
//! PTP_CALLBACK_INSTANCE get a real one. Threading: any thread.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Arc;
#[cfg(not(windows))]
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(windows))]
use std::time::Duration;
use std::time::Instant;

use httpsys_socket::lock::Mutex;
#[cfg(not(windows))]
use httpsys_socket::process::PerProcess;

use crate::fifo::Fifo;
#[cfg(not(windows))]
use crate::fifo::{Pushed, Stop};
#[cfg(not(windows))]
use crate::handle::Handle;
#[cfg(not(windows))]
use crate::locks::CriticalSection;
#[cfg(not(windows))]
use crate::member::Member;
use crate::overlapped::OVERLAPPED;
use crate::status::Code;
#[cfg(not(windows))]
use crate::status::ERROR_NOT_ENOUGH_MEMORY;
use crate::threadpool::{CompletionRoutine, ThreadpoolIo};
use crate::wait::{self, Lease, Waiter};

/// One callback to run.
pub(crate) enum Task {
    Io {
        io: Arc<ThreadpoolIo>,
        overlapped: usize,
        error: Code,
        bytes: usize,
    },
    Routine {
        routine: CompletionRoutine,
        overlapped: usize,
        status: u32,
        bytes: usize,
    },
    #[cfg(not(windows))]
    Member {
        member: Arc<Member>,
        /// TP_WAIT_RESULT of a wait, else 0.
        result: u32,
    },
}

/// The callbacks of one object: how many are queued and running, and who waits for them.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Announced by StartThreadpoolIo, neither completed nor cancelled.
    started: usize,
    queued: usize,
    running: usize,
    waiters: Vec<Arc<Waiter>>,
}

thread_local! {
    /// Address of the [`Calls`] whose callback runs on this thread.
    static CURRENT: Cell<usize> = const { Cell::new(0) };
}

impl Calls {
    fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// A completion is to come.
    pub(crate) fn start(&self) {
        self.0.lock().started += 1;
    }

    /// The completion will not come.
    pub(crate) fn cancel(&self) {
        let mut counts = self.0.lock();
        counts.started = counts.started.saturating_sub(1);
        counts.tell_waiters();
    }

    /// Whether a callback is queued or runs.
    #[cfg(not(windows))]
    pub(crate) fn is_busy(&self) -> bool {
        let counts = self.0.lock();
        counts.queued + counts.running > 0
    }

    /// Whether somebody sleeps until callbacks have run.
    #[cfg(all(test, not(windows)))]
    pub(crate) fn has_waiter(&self) -> bool {
        !self.0.lock().waiters.is_empty()
    }

    /// A task was queued; `started` if it was announced.
    pub(crate) fn queue(&self, started: bool) {
        let mut counts = self.0.lock();
        if started {
            // A completion without StartThreadpoolIo is a bug of the application; it is delivered.
            counts.started = counts.started.saturating_sub(1);
        }
        counts.queued += 1;
    }

    fn begin(&self) {
        let mut counts = self.0.lock();
        counts.queued -= 1;
        counts.running += 1;
        CURRENT.set(self.address());
    }

    fn end(&self) {
        CURRENT.set(0);
        let mut counts = self.0.lock();
        counts.running -= 1;
        counts.tell_waiters();
    }

    /// Waits until every announced and queued callback has run; with `discard`, which drops the
    /// queued ones and says how many, only for those that run. A callback that waits for its own
    /// object does not wait for itself (on Windows that is a deadlock).
    pub(crate) fn wait(&self, discard: Option<&dyn Fn() -> usize>) -> usize {
        let own = usize::from(CURRENT.get() == self.address());
        let mut dropped = 0;
        loop {
            if let Some(discard) = discard {
                let count = discard();
                let mut counts = self.0.lock();
                counts.queued -= count;
                dropped += count;
                // Others may wait for those that are gone now.
                counts.tell_waiters();
            }
            let lease = Lease::new();
            {
                let mut counts = self.0.lock();
                let idle = counts.running <= own && counts.queued == 0;
                if idle && (discard.is_some() || counts.started == 0) {
                    return dropped;
                }
                counts.waiters.push(lease.waiter().clone());
            }
            wait::block(&lease, None);
            let mut counts = self.0.lock();
            counts
                .waiters
                .retain(|other| !Arc::ptr_eq(other, lease.waiter()));
        }
    }
}

impl Counts {
    fn tell_waiters(&mut self) {
        for waiter in self.waiters.drain(..) {
            if waiter.claim(0) {
                waiter.wake();
            }
        }
    }
}

/// What a PTP_CALLBACK_INSTANCE points to while the callback runs.
#[cfg(not(windows))]
#[derive(Default)]
pub(crate) struct Instance {
    /// The owner of the callback counts it as running.
    calls: Option<usize>,
    on_return: Vec<OnReturn>,
}

/// What is done when a callback returns.
#[cfg(not(windows))]
pub(crate) enum OnReturn {
    SetEvent(Handle),
    ReleaseSemaphore(Handle, u32),
    ReleaseMutex(Handle),
    LeaveCriticalSection(*const CriticalSection),
}

#[cfg(not(windows))]
impl Instance {
    pub(crate) fn on_return(&mut self, what: OnReturn) {
        self.on_return.push(what);
    }

    /// DisassociateCurrentThreadFromCallback: nobody waits for this callback any more.
    ///
    /// # Safety
    /// Called on the thread of the callback, whose object is alive.
    pub(crate) unsafe fn disassociate(&mut self) {
        if let Some(calls) = self.calls.take() {
            // SAFETY: `run` keeps the owner alive while the callback runs.
            unsafe { (*(calls as *const Calls)).end() };
        }
    }

    /// Runs a callback as one of `calls`, and then what it left to do.
    fn run(calls: &Calls, callback: impl FnOnce(*mut c_void)) {
        let mut instance = Instance {
            calls: Some(calls.address()),
            on_return: Vec::new(),
        };
        calls.begin();
        callback(std::ptr::from_mut(&mut instance).cast());
        for what in std::mem::take(&mut instance.on_return) {
            what.perform();
        }
        if instance.calls.is_some() {
            calls.end();
        }
    }
}

#[cfg(not(windows))]
impl OnReturn {
    fn perform(self) {
        use crate::api;
        match self {
            OnReturn::SetEvent(event) => _ = api::events::SetEvent(event),
            OnReturn::ReleaseSemaphore(semaphore, units) => {
                // SAFETY: NULL is allowed.
                unsafe {
                    api::mutexes::ReleaseSemaphore(semaphore, units as i32, std::ptr::null_mut());
                }
            }
            OnReturn::ReleaseMutex(mutex) => _ = api::mutexes::ReleaseMutex(mutex),
            OnReturn::LeaveCriticalSection(section) => {
                // SAFETY: the application promised that the section lives until the callback returns.
                unsafe { api::locks::LeaveCriticalSection(section) };
            }
        }
    }
}

/// The system's default pool. The tasks are kept here, so that some can be discarded.
#[cfg(windows)]
pub(crate) struct Pool {
    tasks: Fifo<Task>,
}

#[cfg(windows)]
static DEFAULT: Pool = Pool { tasks: Fifo::new() };

/// The pool of the process.
#[cfg(windows)]
pub(crate) fn default_pool() -> &'static Pool {
    &DEFAULT
}

#[cfg(windows)]
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
        if let Ok(task) = self.tasks.take_one(Some(Instant::now())) {
            let mut stand_in = 0usize;
            task.run_in(instance.unwrap_or(std::ptr::from_mut(&mut stand_in).cast()));
        }
    }
}

/// PTP_SIMPLE_CALLBACK: what the pool calls once for each task.
#[cfg(windows)]
unsafe extern "system" fn run_next(instance: *mut c_void, _context: *mut c_void) {
    DEFAULT.run_one(Some(instance));
}

/// Default maximum of a Windows thread pool.
#[cfg(not(windows))]
const MAX_THREADS: usize = 500;
#[cfg(not(windows))]
const STALL: Duration = Duration::from_millis(10);
#[cfg(not(windows))]
const IDLE: Duration = Duration::from_secs(20);

/// A pool of threads.
#[cfg(not(windows))]
pub(crate) struct Pool {
    tasks: Fifo<Task>,
    threads: AtomicUsize,
    /// SetThreadpoolThreadMaximum.
    most: AtomicUsize,
    /// Tasks begun so far: tells the watcher whether the queue moves.
    taken: AtomicUsize,
    watched: AtomicBool,
}

#[cfg(not(windows))]
impl crate::object::Object for Pool {
    fn close_allowed(&self) -> bool {
        false
    }
}

/// The pool of the process.
#[cfg(not(windows))]
pub(crate) fn default_pool() -> &'static Arc<Pool> {
    static DEFAULT: PerProcess<Arc<Pool>> = PerProcess::new();
    DEFAULT.get_or_init(Pool::new)
}

#[cfg(not(windows))]
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
        if self.tasks.push(task) != Pushed::Queued {
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
        loop {
            match self.tasks.take_one(Instant::now().checked_add(IDLE)) {
                Ok(task) => {
                    self.taken.fetch_add(1, Ordering::SeqCst);
                    task.run();
                }
                Err(Stop::TimedOut) if !self.can_spare_one() => {}
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
            std::thread::sleep(STALL);
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

#[cfg(windows)]
impl Pool {
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

impl Task {
    #[cfg(not(windows))]
    fn run(self) {
        match self {
            Task::Routine { .. } => self.run_in(std::ptr::null_mut()),
            Task::Io { ref io, .. } => {
                let io = io.clone();
                Instance::run(io.calls(), |instance| self.run_in(instance));
            }
            Task::Member { ref member, .. } => {
                let member = member.clone();
                Instance::run(member.calls(), |instance| self.run_in(instance));
                member.returned();
            }
        }
    }

    /// Calls the callback with this PTP_CALLBACK_INSTANCE.
    fn run_in(self, instance: *mut c_void) {
        match self {
            Task::Routine {
                routine,
                overlapped,
                status,
                bytes,
            } => {
                // SAFETY: the application promised a function of this type that may be called from
                // any thread with the OVERLAPPED of a completed operation.
                unsafe { routine(status, bytes as u32, overlapped as *mut OVERLAPPED) };
            }
            Task::Io {
                io,
                overlapped,
                error,
                bytes,
            } => {
                #[cfg(windows)]
                io.calls().begin();
                io.call(instance, overlapped, error, bytes);
                #[cfg(windows)]
                io.calls().end();
            }
            #[cfg(not(windows))]
            Task::Member { member, result } => member.call(instance, result),
        }
    }
}

#[cfg(not(windows))]
fn quick_threads() -> usize {
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
