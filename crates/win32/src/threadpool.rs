//! Thread-pool I/O: completions delivered as callbacks.
//!
//! Owns [`ThreadpoolIo`] with its accounting, and the pool of threads that runs callbacks. Does not
//! own associations ([`crate::io`]). Invariants: a callback runs once per completion; started,
//! queued and running callbacks are counted so that WaitForThreadpoolIoCallbacks can wait for all
//! of them; no callback runs with a lock held. The pool starts with the first callback, grows at
//! once up to a few threads, then by one each time the queue has not moved for 10 ms, so that
//! callbacks which block cannot hold up the others for ever. On Windows the system's pool runs them, so
//! that the functions which take a PTP_CALLBACK_INSTANCE get a real one. Threading: any thread.

use std::cell::Cell;
use std::ffi::c_void;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(windows))]
use std::time::Duration;
use std::time::Instant;

use parking_lot::Mutex;

use crate::fifo::Fifo;
#[cfg(not(windows))]
use crate::fifo::Pushed;
use crate::handle::{self, Handle};
use crate::io::{IoState, Target};
use crate::object::Object;
use crate::overlapped::OVERLAPPED;
use crate::status::{Code, ERROR_NO_SYSTEM_RESOURCES};
use crate::wait::{self, Lease, Waiter};

/// PTP_WIN32_IO_CALLBACK: instance, context, OVERLAPPED, Win32 code, bytes, the PTP_IO.
pub type IoCallback =
    unsafe extern "system" fn(*mut c_void, *mut c_void, *mut c_void, u32, usize, Handle);

/// LPOVERLAPPED_COMPLETION_ROUTINE of BindIoCompletionCallback: NTSTATUS, bytes, OVERLAPPED.
pub type CompletionRoutine = unsafe extern "system" fn(u32, u32, *mut OVERLAPPED);

/// A thread-pool I/O object (documented: CreateThreadpoolIo). The PTP_IO that the application holds
/// is a value of the handle table, so that a stale one fails instead of crashing.
pub struct ThreadpoolIo {
    callback: IoCallback,
    context: usize,
    /// The PTP_IO, for the callback's last argument.
    own: AtomicUsize,
    closed: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// StartThreadpoolIo calls whose completion or cancellation has not come.
    started: usize,
    queued: usize,
    running: usize,
    waiters: Vec<Arc<Waiter>>,
}

impl ThreadpoolIo {
    /// Creates the object, associates the handle's I/O with it and opens its PTP_IO.
    ///
    /// # Errors
    /// 87 when the handle is associated with a port or another thread-pool I/O already.
    pub fn create(io: &IoState, callback: IoCallback, context: usize) -> Result<Handle, Code> {
        let object = Arc::new(ThreadpoolIo {
            callback,
            context,
            own: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            state: Mutex::default(),
        });
        let own = handle::insert(object.clone());
        if own.is_null() {
            return Err(ERROR_NO_SYSTEM_RESOURCES);
        }
        object.own.store(own as usize, Ordering::SeqCst);
        if let Err(code) = io.bind(Target::Pool(object)) {
            handle::remove(own);
            return Err(code);
        }
        Ok(own)
    }

    /// CloseThreadpoolIo: invalidates the PTP_IO. Operations under way still run their callback,
    /// later ones do not; the object goes with the last of them.
    pub fn close(own: Handle) {
        if let Some(object) = handle::lookup_as::<ThreadpoolIo>(own) {
            object.closed.store(true, Ordering::SeqCst);
            handle::remove(own);
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// StartThreadpoolIo: an operation is about to be issued.
    pub fn start(&self) {
        self.state.lock().started += 1;
    }

    /// CancelThreadpoolIo: the operation will not complete after all.
    pub fn cancel(&self) {
        let mut state = self.state.lock();
        state.started = state.started.saturating_sub(1);
        state.tell_waiters();
    }

    /// WaitForThreadpoolIoCallbacks: waits until every started operation has run its callback.
    /// With `cancel_pending`, callbacks that have not begun are dropped and only running ones are
    /// waited for. A callback that waits for its own object does not wait for itself (on Windows
    /// that is a deadlock).
    pub fn wait(self: &Arc<Self>, cancel_pending: bool) {
        let own = usize::from(CURRENT.get() == Arc::as_ptr(self) as usize);
        loop {
            if cancel_pending {
                let dropped = POOL.tasks.discard(|task| task.belongs_to(self));
                self.state.lock().queued -= dropped;
            }
            let lease = Lease::new();
            {
                let mut state = self.state.lock();
                let idle = state.running <= own && state.queued == 0;
                if idle && (cancel_pending || state.started == 0) {
                    return;
                }
                state.waiters.push(lease.waiter().clone());
            }
            wait::block(&lease, None);
            let mut state = self.state.lock();
            state
                .waiters
                .retain(|other| !Arc::ptr_eq(other, lease.waiter()));
        }
    }
}

impl State {
    fn tell_waiters(&mut self) {
        for waiter in self.waiters.drain(..) {
            if waiter.claim(0) {
                waiter.wake();
            }
        }
    }
}

impl Object for ThreadpoolIo {
    fn close_allowed(&self) -> bool {
        false
    }
}

impl fmt::Debug for ThreadpoolIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.lock();
        f.debug_struct("ThreadpoolIo")
            .field("started", &state.started)
            .field("queued", &state.queued)
            .field("running", &state.running)
            .finish_non_exhaustive()
    }
}

/// Queues the callback of a completed operation.
pub(crate) fn deliver(io: &Arc<ThreadpoolIo>, overlapped: usize, error: Code, bytes: usize) {
    {
        let mut state = io.state.lock();
        // A completion without StartThreadpoolIo is a bug of the application; it is delivered.
        state.started = state.started.saturating_sub(1);
        state.queued += 1;
    }
    POOL.submit(Task::Io {
        io: io.clone(),
        overlapped,
        error,
        bytes,
    });
}

/// Queues a call of a BindIoCompletionCallback routine.
pub(crate) fn deliver_routine(
    routine: CompletionRoutine,
    overlapped: usize,
    status: u32,
    bytes: usize,
) {
    POOL.submit(Task::Routine {
        routine,
        overlapped,
        status,
        bytes,
    });
}

thread_local! {
    /// Address of the object whose callback runs on this thread.
    static CURRENT: Cell<usize> = const { Cell::new(0) };
}

#[cfg(windows)]
static POOL: SystemPool = SystemPool { tasks: Fifo::new() };

#[cfg(not(windows))]
static POOL: Pool = Pool {
    tasks: Fifo::new(),
    threads: AtomicUsize::new(0),
    taken: AtomicUsize::new(0),
    watched: AtomicBool::new(false),
};

/// Default maximum of a Windows thread pool.
#[cfg(not(windows))]
const MAX_THREADS: usize = 500;
#[cfg(not(windows))]
const STALL: Duration = Duration::from_millis(10);
#[cfg(not(windows))]
const IDLE: Duration = Duration::from_secs(20);

/// The system's default pool. The tasks are kept here, so that some can be discarded.
#[cfg(windows)]
struct SystemPool {
    tasks: Fifo<Task>,
}

#[cfg(windows)]
impl SystemPool {
    fn submit(&'static self, task: Task) {
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
            task.run(instance.unwrap_or(std::ptr::from_mut(&mut stand_in).cast()));
        }
    }
}

/// PTP_SIMPLE_CALLBACK: what the pool calls once for each task.
#[cfg(windows)]
unsafe extern "system" fn run_next(instance: *mut c_void, _context: *mut c_void) {
    POOL.run_one(Some(instance));
}

#[cfg(not(windows))]
struct Pool {
    tasks: Fifo<Task>,
    threads: AtomicUsize,
    /// Tasks begun so far: tells the watcher whether the queue moves.
    taken: AtomicUsize,
    watched: AtomicBool,
}

enum Task {
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
}

#[cfg(not(windows))]
impl Pool {
    fn submit(&'static self, task: Task) {
        if self.tasks.push(task) != Pushed::Queued {
            return;
        }
        // Below the quick limit every queued task brings its own thread.
        if self.threads.load(Ordering::SeqCst) < quick_threads() && self.spawn() {
            return;
        }
        if !self.watched.swap(true, Ordering::SeqCst)
            && httpsys_socket::spawn("httpsys-tp-watch", || self.watch()).is_err()
        {
            self.watched.store(false, Ordering::SeqCst);
        }
    }

    fn spawn(&'static self) -> bool {
        let count = self.threads.fetch_add(1, Ordering::SeqCst);
        let started =
            count < MAX_THREADS && httpsys_socket::spawn("httpsys-tp", || self.work()).is_ok();
        if !started {
            self.threads.fetch_sub(1, Ordering::SeqCst);
        }
        started
    }

    fn work(&'static self) {
        while let Ok(task) = self.tasks.take_one(Instant::now().checked_add(IDLE)) {
            self.taken.fetch_add(1, Ordering::SeqCst);
            let mut instance = 0usize;
            task.run(std::ptr::from_mut(&mut instance).cast());
        }
        self.threads.fetch_sub(1, Ordering::SeqCst);
    }

    /// Adds a thread whenever the queue stands still; ends when it has been empty for a second.
    fn watch(&'static self) {
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

impl Task {
    fn belongs_to(&self, object: &Arc<ThreadpoolIo>) -> bool {
        matches!(self, Task::Io { io, .. } if Arc::ptr_eq(io, object))
    }

    fn run(self, instance: *mut c_void) {
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
                {
                    let mut state = io.state.lock();
                    state.queued -= 1;
                    state.running += 1;
                }
                CURRENT.set(Arc::as_ptr(&io) as usize);
                let own = io.own.load(Ordering::SeqCst) as Handle;
                let context = io.context as *mut c_void;
                // SAFETY: as above; the context is the application's own value.
                unsafe {
                    (io.callback)(
                        instance,
                        context,
                        overlapped as *mut c_void,
                        error,
                        bytes,
                        own,
                    );
                }
                CURRENT.set(0);
                let mut state = io.state.lock();
                state.running -= 1;
                state.tell_waiters();
            }
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
