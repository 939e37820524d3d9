//! Threads of the application.
//!
//! Owns [`Thread`] objects (waitable, with an exit code), which thread is the calling one, and the
//! threads that are known. Does not own the threads of the pool (`pool/workers.rs`) nor ids ([`id`]).
//! Invariant: the object is signalled after the exit code is stored. Threading: any thread.

#[cfg(not(windows))]
use std::cell::RefCell;
#[cfg(not(windows))]
use std::collections::BTreeMap;
use std::sync::Arc;
#[cfg(not(windows))]
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};

use httpsys_socket::lock::Mutex;
#[cfg(not(windows))]
use httpsys_socket::lock::MutexGuard;
#[cfg(not(windows))]
use httpsys_socket::process::PerProcess;

use crate::object::Object;
use crate::status::{Code, ERROR_NOT_ENOUGH_MEMORY};
use crate::sync::signal::ObjectSignal;
use crate::threads::ends;
use crate::threads::id::{self, ThreadId};
use crate::time::source;

/// STILL_ACTIVE: the exit code of a thread that runs (documented: GetExitCodeThread).
pub const STILL_ACTIVE: u32 = 259;

/// A thread that the application started, or that one of its calls came from.
#[derive(Debug)]
pub struct Thread {
    id: ThreadId,
    exit_code: AtomicU32,
    done: ObjectSignal,
    /// Suspend count until the thread has started to run; it cannot be suspended later.
    held: Mutex<u32>,
    released: ObjectSignal,
    /// It ends without having run: nobody can have a handle to it.
    given_up: AtomicBool,
    #[cfg(not(windows))]
    apcs: Arc<crate::threads::apc::ApcQueue>,
    /// SetThreadPriority; kept, not used.
    priority: AtomicI32,
}

impl Thread {
    fn new(id: ThreadId, suspended: bool) -> Arc<Thread> {
        Arc::new(Thread {
            id,
            exit_code: AtomicU32::new(STILL_ACTIVE),
            done: ObjectSignal::new(true, false),
            held: Mutex::new(u32::from(suspended)),
            released: ObjectSignal::new(true, !suspended),
            given_up: AtomicBool::new(false),
            #[cfg(not(windows))]
            apcs: Arc::default(),
            priority: AtomicI32::new(0),
        })
    }

    /// Starts a thread that runs `body` and ends with its result as exit code.
    ///
    /// # Errors
    /// 8 when the system has no more threads.
    pub fn start(
        stack_bytes: usize,
        suspended: bool,
        body: impl FnOnce() -> u32 + Send + 'static,
    ) -> Result<Arc<Thread>, Code> {
        let thread = Thread::new(id::next_id(), suspended);
        let stack = (stack_bytes > 0).then(|| stack_bytes.clamp(MIN_STACK, MAX_STACK));
        let own = thread.clone();
        let run = move || {
            id::adopt(own.id);
            own.released.wait(None);
            if own.given_up.load(Ordering::SeqCst) {
                return own.end(0);
            }
            #[cfg(not(windows))]
            register(&own);
            let code = body();
            if source::is_simulated() {
                leave();
            }
            own.end(code);
        };
        match source::start_thread(stack, run) {
            Ok(()) => Ok(thread),
            Err(_) => Err(ERROR_NOT_ENOUGH_MEMORY),
        }
    }

    /// The thread's id.
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// The exit code, or [`STILL_ACTIVE`].
    pub fn exit_code(&self) -> u32 {
        self.exit_code.load(Ordering::SeqCst)
    }

    /// The thread has ended with this code; the first end counts.
    pub(crate) fn end(&self, code: u32) {
        let ended =
            self.exit_code
                .compare_exchange(STILL_ACTIVE, code, Ordering::SeqCst, Ordering::SeqCst);
        if ended.is_ok() {
            self.done.set();
        }
    }

    /// The calls queued to it.
    #[cfg(not(windows))]
    pub fn apcs(&self) -> &Arc<crate::threads::apc::ApcQueue> {
        &self.apcs
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.done.is_set()
    }

    /// The priority that was set last.
    pub fn priority(&self) -> i32 {
        self.priority.load(Ordering::Relaxed)
    }

    /// SetThreadPriority: the value is kept for GetThreadPriority; the system's scheduler decides.
    pub fn set_priority(&self, priority: i32) {
        self.priority.store(priority, Ordering::Relaxed);
    }

    /// A thread that was started suspended ends without having run.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::SeqCst);
        self.released.set();
    }

    /// ResumeThread: returns the suspend count before the call.
    pub fn resume(&self) -> u32 {
        let mut held = self.held.lock();
        let before = *held;
        *held = before.saturating_sub(1);
        if *held == 0 {
            self.released.set();
        }
        before
    }
}

/// What the destructors of the thread's own values would do too late: it is in its world no more then, or the
/// system's thread is used for another one.
fn leave() {
    #[cfg(not(windows))]
    {
        crate::threads::tls::clear();
        let own = OWN.try_with(|own| own.0.take()).ok().flatten();
        if let Some(own) = own {
            known().remove(&own.id);
        }
    }
    ends::leave();
    httpsys_socket::Membership::end();
    crate::last_error::set(0);
}

impl Object for Thread {
    fn signal(&self) -> Option<&ObjectSignal> {
        Some(&self.done)
    }
}

/// The threads that are known, by id.
#[cfg(not(windows))]
static KNOWN: PerProcess<Mutex<BTreeMap<ThreadId, Weak<Thread>>>> = PerProcess::new();

#[cfg(not(windows))]
fn known() -> MutexGuard<'static, BTreeMap<ThreadId, Weak<Thread>>> {
    KNOWN.get_or_init(Mutex::default).lock()
}

/// What a thread keeps of itself. Its end is noticed here, for a thread that we did not start.
#[cfg(not(windows))]
struct OwnThread(RefCell<Option<Arc<Thread>>>);

#[cfg(not(windows))]
thread_local! {
    static OWN: OwnThread = const { OwnThread(RefCell::new(None)) };
}

#[cfg(not(windows))]
impl Drop for OwnThread {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            known().remove(&thread.id);
            // A thread that we started has its exit code already.
            thread.end(0);
        }
    }
}

#[cfg(not(windows))]
fn register(thread: &Arc<Thread>) {
    known().insert(thread.id, Arc::downgrade(thread));
    let _ = OWN.try_with(|own| own.0.replace(Some(thread.clone())));
}

/// The calling thread (documented: GetCurrentThread).
#[cfg(not(windows))]
pub fn current() -> Arc<Thread> {
    let known = OWN.try_with(|own| own.0.borrow().clone()).ok().flatten();
    known.unwrap_or_else(|| {
        let thread = Thread::new(id::current_id(), false);
        register(&thread);
        thread
    })
}

/// The calls queued to the calling thread.
#[cfg(not(windows))]
pub fn own_calls() -> Arc<crate::threads::apc::ApcQueue> {
    current().apcs().clone()
}

/// The thread of that id, if it runs and has called a function of this library that asks who it is
/// (documented: OpenThread).
#[cfg(not(windows))]
pub fn by_id(id: ThreadId) -> Option<Arc<Thread>> {
    if id == id::current_id() {
        return Some(current());
    }
    known().get(&id).and_then(Weak::upgrade)
}

const MIN_STACK: usize = 64 << 10;
const MAX_STACK: usize = 1 << 30;
