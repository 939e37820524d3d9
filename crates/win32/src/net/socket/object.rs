//! A socket behind its SOCKET.
//!
//! Owns what closing, waiting and cancelling mean for it. Threading: as [`Object`].

use std::sync::atomic::Ordering;

use super::Socket;
use crate::io::state::IoState;
use crate::net::pending;
use crate::object::{CancelScope, Object};
use crate::sync::signal::ObjectSignal;

impl Object for Socket {
    fn on_close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        // Under the lock: a thread that goes on does not take its descriptors away meanwhile.
        for wake in self.waiting.lock().iter() {
            wake.wake();
        }
        pending::cancel(self, CancelScope::All);
    }

    fn cancel_io(&self, scope: CancelScope) -> bool {
        pending::cancel(self, scope)
    }

    fn signal(&self) -> Option<&ObjectSignal> {
        Some(self.io.signal())
    }

    fn io(&self) -> Option<&IoState> {
        Some(&self.io)
    }
}
