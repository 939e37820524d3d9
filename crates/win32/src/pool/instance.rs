//! PTP_CALLBACK_INSTANCE: a callback that runs, and what it leaves to be done when it returns.
//!
//! Owns that list. Does not own the count of callbacks that run ([`Calls`]). Threading: an instance belongs to
//! the thread of its callback.

use std::ffi::c_void;

use crate::pool::calls::Calls;

/// What a PTP_CALLBACK_INSTANCE points to while the callback runs.
#[derive(Default)]
pub(crate) struct Instance {
    /// The owner of the callback counts it as running.
    calls: Option<usize>,
    /// What is done when it returns.
    on_return: Vec<Box<dyn FnOnce()>>,
}

impl Instance {
    /// Has this done when the callback returns.
    pub(crate) fn on_return(&mut self, what: impl FnOnce() + 'static) {
        self.on_return.push(Box::new(what));
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
            what();
        }
        if instance.calls.is_some() {
            calls.end();
        }
    }
}
