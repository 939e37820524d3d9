//! PTP_CALLBACK_INSTANCE: a callback that runs, and what it leaves to be done when it returns.
//!
//! Owns that list. Does not own the count of callbacks that run ([`Calls`]). Threading: an instance belongs to
//! the thread of its callback.

use std::ffi::c_void;

use crate::handle::{Handle, lookup_as};
use crate::pool::calls::Calls;
use crate::sync::event::Event;
use crate::sync::locks::CriticalSection;
use crate::sync::mutex::MutexObject;
use crate::sync::semaphore::Semaphore;

/// What a PTP_CALLBACK_INSTANCE points to while the callback runs.
#[derive(Default)]
pub(crate) struct Instance {
    /// The owner of the callback counts it as running.
    calls: Option<usize>,
    on_return: Vec<OnReturn>,
}

/// What is done when a callback returns.
pub(crate) enum OnReturn {
    SetEvent(Handle),
    ReleaseSemaphore(Handle, u32),
    ReleaseMutex(Handle),
    LeaveCriticalSection(*const CriticalSection),
}

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
    pub(super) fn run(calls: &Calls, callback: impl FnOnce(*mut c_void)) {
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

impl OnReturn {
    /// What the documentation gives no way to report is not reported: a stale handle, a semaphore that is
    /// full, a mutex of another thread.
    fn perform(self) {
        match self {
            OnReturn::SetEvent(event) => {
                if let Some(event) = lookup_as::<Event>(event) {
                    event.set();
                }
            }
            OnReturn::ReleaseSemaphore(semaphore, units) => {
                let semaphore = lookup_as::<Semaphore>(semaphore);
                let _ = semaphore.map(|semaphore| semaphore.release(units as i32));
            }
            OnReturn::ReleaseMutex(mutex) => {
                let _ = lookup_as::<MutexObject>(mutex).map(|mutex| mutex.release());
            }
            OnReturn::LeaveCriticalSection(section) => {
                let section = Some(section).filter(|at| at.is_aligned());
                // SAFETY: the application promised that the section lives until the callback returns.
                if let Some(section) = section.and_then(|at| unsafe { at.as_ref() }) {
                    section.leave();
                }
            }
        }
    }
}
