//! Thread-pool I/O: completions delivered as callbacks.
//!
//! Owns [`ThreadpoolIo`]. Does not own associations ([`crate::io::state`]), handles (`ptp_io.rs`) nor
//! the threads (`workers.rs`). Invariants: a callback runs once per completion; started, queued and running
//! callbacks are counted so that WaitForThreadpoolIoCallbacks can wait for all of them. Threading: any
//! thread.

use std::ffi::c_void;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::handle::value::Handle;
use crate::pool::calls::Calls;
use crate::pool::task::{CallbackInput, Callee, Task};
use crate::pool::workers::default_pool;
use crate::status::Code;

/// PTP_WIN32_IO_CALLBACK: instance, context, OVERLAPPED, Win32 code, bytes, the PTP_IO.
pub type IoCallback =
    unsafe extern "system" fn(*mut c_void, *mut c_void, *mut c_void, u32, usize, Handle);

pub use crate::pool::task::CompletionRoutine;

/// A thread-pool I/O object (documented: CreateThreadpoolIo). The PTP_IO that the application holds
/// is a value of the handle table, so that a stale one fails instead of crashing.
pub struct ThreadpoolIo {
    callback: IoCallback,
    context: usize,
    /// The PTP_IO, for the callback's last argument.
    own: AtomicUsize,
    closed: AtomicBool,
    calls: Calls,
}

impl ThreadpoolIo {
    pub(crate) fn new(callback: IoCallback, context: usize) -> ThreadpoolIo {
        ThreadpoolIo {
            callback,
            context,
            own: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            calls: Calls::default(),
        }
    }

    /// Its PTP_IO is this.
    pub(crate) fn set_own(&self, own: Handle) {
        self.own.store(own as usize, Ordering::SeqCst);
    }

    /// Operations that are issued later run no callback.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// StartThreadpoolIo: an operation is about to be issued.
    pub fn start(&self) {
        self.calls.start();
    }

    /// CancelThreadpoolIo: the operation will not complete after all.
    pub fn cancel(&self) {
        self.calls.cancel();
    }

    /// WaitForThreadpoolIoCallbacks: waits until every started operation has run its callback.
    /// With `cancel_pending`, callbacks that have not begun are dropped and only running ones are
    /// waited for. A callback that waits for its own object does not wait for itself (on Windows
    /// that is a deadlock).
    pub fn wait(self: &Arc<Self>, cancel_pending: bool) {
        let own = |task: &Task| task.is_of(Arc::as_ptr(self).cast());
        let discard = || default_pool().discard(own);
        self.calls
            .wait(cancel_pending.then_some(&discard as &dyn Fn() -> usize));
    }
}

impl Callee for ThreadpoolIo {
    fn calls(&self) -> &Calls {
        &self.calls
    }

    fn call(&self, instance: *mut c_void, told: CallbackInput) {
        let own = self.own.load(Ordering::SeqCst) as Handle;
        let context = self.context as *mut c_void;
        let overlapped = told.overlapped as *mut c_void;
        // SAFETY: the application promised a function of this type that may be called from any thread
        // with the OVERLAPPED of a completed operation; the context is the application's own value.
        unsafe { (self.callback)(instance, context, overlapped, told.code, told.bytes, own) };
    }
}

impl fmt::Debug for ThreadpoolIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadpoolIo")
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

/// Queues the callback of a completed operation.
pub(crate) fn deliver(io: &Arc<ThreadpoolIo>, overlapped: usize, error: Code, bytes: usize) {
    io.calls.queue(true);
    let told = CallbackInput {
        overlapped,
        code: error,
        bytes,
    };
    let callee = io.clone();
    default_pool().submit(Task::Call { callee, told });
}

/// Queues a call of a BindIoCompletionCallback routine.
pub(crate) fn deliver_routine(
    routine: CompletionRoutine,
    overlapped: usize,
    status: u32,
    bytes: usize,
) {
    default_pool().submit(Task::Routine {
        routine,
        overlapped,
        status,
        bytes,
    });
}
