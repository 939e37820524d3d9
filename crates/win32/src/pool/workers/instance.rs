//! PTP_CALLBACK_INSTANCE: a callback that runs, and what it leaves to be done when it returns.

use std::ffi::c_void;

use crate::handle::Handle;
use crate::pool::calls::Calls;
use crate::sync::locks::CriticalSection;

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
