//! The threads that run callbacks.
//!
//! Owns [`Task`], the pools (the process's own and those of CreateThreadpool) and what a callback
//! asks to be done when it returns ([`Instance`]). Does not own the objects whose callbacks run,
//! nor their counts ([`crate::pool::calls`]). Invariant: no callback runs with a lock held. On Windows
//! the system's pool runs them, so that the functions which take a PTP_CALLBACK_INSTANCE get a real
//! one. Threading: any thread.

use std::ffi::c_void;
use std::sync::Arc;

use crate::io::overlapped::OVERLAPPED;
use crate::pool::file_io::{CompletionRoutine, ThreadpoolIo};
#[cfg(not(windows))]
use crate::pool::member::Member;
use crate::status::Code;

#[cfg(not(windows))]
mod instance;
#[cfg(windows)]
#[path = "../windows/pool.rs"]
mod system;
#[cfg(not(windows))]
mod threads;

#[cfg(not(windows))]
pub(crate) use instance::{Instance, OnReturn};
#[cfg(windows)]
pub(crate) use system::default_pool;
#[cfg(not(windows))]
pub(crate) use threads::{Pool, default_pool};

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
