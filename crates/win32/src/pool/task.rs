//! What the pool is given to run.
//!
//! Owns [`Task`]. Does not own the objects whose callbacks run: they say how ([`Callee`]). Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use crate::io::overlapped::OVERLAPPED;
use crate::pool::calls::Calls;
#[cfg(not(windows))]
use crate::pool::instance::Instance;
use crate::status::Code;

/// LPOVERLAPPED_COMPLETION_ROUTINE of BindIoCompletionCallback: NTSTATUS, bytes, OVERLAPPED.
pub type CompletionRoutine = unsafe extern "system" fn(u32, u32, *mut OVERLAPPED);

/// What a callback is told: of a completion its OVERLAPPED, Win32 code and bytes; of a wait its TP_WAIT_RESULT as
/// the code.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallbackInput {
    pub(crate) overlapped: usize,
    pub(crate) code: Code,
    pub(crate) bytes: usize,
}

/// An object whose callback a pool runs.
pub(crate) trait Callee: Send + Sync {
    /// The count of its callbacks.
    fn calls(&self) -> &Calls;

    /// Calls the callback with this PTP_CALLBACK_INSTANCE.
    fn call(&self, instance: *mut c_void, told: CallbackInput);

    /// The callback has returned.
    #[cfg(not(windows))]
    fn returned(self: Arc<Self>) {}
}

/// One callback to run.
pub(crate) enum Task {
    Call {
        callee: Arc<dyn Callee>,
        told: CallbackInput,
    },
    Routine {
        routine: CompletionRoutine,
        overlapped: usize,
        status: u32,
        bytes: usize,
    },
}

impl Task {
    /// Whether it is one of the object at this address.
    pub(crate) fn is_of(&self, address: *const ()) -> bool {
        match self {
            Task::Call { callee, .. } => std::ptr::addr_eq(Arc::as_ptr(callee), address),
            Task::Routine { .. } => false,
        }
    }

    #[cfg(not(windows))]
    pub(super) fn run(self) {
        match self {
            Task::Routine { .. } => self.run_in(std::ptr::null_mut()),
            Task::Call { callee, told } => {
                Instance::run(callee.calls(), |instance| callee.call(instance, told));
                callee.returned();
            }
        }
    }

    /// Calls the callback with this PTP_CALLBACK_INSTANCE.
    pub(super) fn run_in(self, instance: *mut c_void) {
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
            Task::Call { callee, told } => {
                #[cfg(windows)]
                callee.calls().begin();
                callee.call(instance, told);
                #[cfg(windows)]
                callee.calls().end();
            }
        }
    }
}
