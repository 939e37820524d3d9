//! Thread-pool I/O: completions delivered as callbacks.
//!
//! Owns [`ThreadpoolIo`]. Does not own associations ([`crate::io::state`]) nor the threads
//! (`workers.rs`). Invariants: a callback runs once per completion; started, queued and running
//! callbacks are counted so that WaitForThreadpoolIoCallbacks can wait for all of them. Threading: any
//! thread.

use std::ffi::c_void;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::handle::{self, Handle};
use crate::io::overlapped::OVERLAPPED;
use crate::io::state::{CompletionTarget, IoState};
use crate::object::Object;
use crate::pool::calls::Calls;
use crate::pool::workers::{Task, default_pool};
use crate::status::{Code, ERROR_NO_SYSTEM_RESOURCES};

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
    calls: Calls,
}

impl ThreadpoolIo {
    /// Creates the object, associates the handle's I/O with it and opens its PTP_IO.
    ///
    /// # Errors
    /// 87 when the handle is associated with a port or another thread-pool I/O already; 8 when the system
    /// has no thread for callbacks.
    pub fn create(io: &IoState, callback: IoCallback, context: usize) -> Result<Handle, Code> {
        default_pool().ensure()?;
        let object = Arc::new(ThreadpoolIo {
            callback,
            context,
            own: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            calls: Calls::default(),
        });
        let own = handle::insert(object.clone());
        if own.is_null() {
            return Err(ERROR_NO_SYSTEM_RESOURCES);
        }
        object.own.store(own as usize, Ordering::SeqCst);
        if let Err(code) = io.bind(CompletionTarget::Pool(object)) {
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

    pub(crate) fn calls(&self) -> &Calls {
        &self.calls
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
        let own = |task: &Task| matches!(task, Task::Io { io, .. } if Arc::ptr_eq(io, self));
        let discard = || default_pool().discard(own);
        self.calls
            .wait(cancel_pending.then_some(&discard as &dyn Fn() -> usize));
    }

    /// Calls the callback of one completion.
    pub(crate) fn call(&self, instance: *mut c_void, overlapped: usize, error: Code, bytes: usize) {
        let own = self.own.load(Ordering::SeqCst) as Handle;
        let context = self.context as *mut c_void;
        let overlapped = overlapped as *mut c_void;
        // SAFETY: the application promised a function of this type that may be called from any thread
        // with the OVERLAPPED of a completed operation; the context is the application's own value.
        unsafe { (self.callback)(instance, context, overlapped, error, bytes, own) };
    }
}

impl Object for ThreadpoolIo {
    fn close_allowed(&self) -> bool {
        false
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
    default_pool().submit(Task::Io {
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
    default_pool().submit(Task::Routine {
        routine,
        overlapped,
        status,
        bytes,
    });
}
