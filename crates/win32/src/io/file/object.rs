//! A file behind a handle.
//!
//! Owns what closing, waiting and cancelling mean for it. Threading: as [`Object`].

use std::sync::atomic::Ordering;

use super::{File, disk};
use crate::io::state::IoState;
use crate::object::{CancelScope, Object};
use crate::sync::signal::ObjectSignal;

impl Object for File {
    fn on_close(&self) {
        if self.handles.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.release();
        }
    }

    fn on_duplicate(&self) {
        self.add_handle();
    }

    fn signal(&self) -> Option<&ObjectSignal> {
        Some(self.io.signal())
    }

    fn io(&self) -> Option<&IoState> {
        Some(&self.io)
    }

    fn cancel_io(&self, scope: CancelScope) -> bool {
        let waited = self
            .registration()
            .is_some_and(|ranges| ranges.cancel(scope));
        disk::cancel(self, scope) || waited
    }
}
