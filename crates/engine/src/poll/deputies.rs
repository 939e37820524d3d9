//! The threads that stand in for the one in office, and the signals that wait for them.
//!
//! Owns the data. Does not own who is in office when (`deputy.rs`).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64};

use httpsys_socket::lock::{Condvar, Mutex};

use crate::poll::operation::{Registered, Signal};

#[derive(Default)]
pub(crate) struct Deputies {
    /// What the thread in office signals next.
    pub(super) pending: Mutex<VecDeque<(Box<dyn Registered>, Signal)>>,
    /// Signals so far. Changed by the thread in office.
    pub(super) count: AtomicU64,
    /// The number of the signal under way; 0 if none is.
    pub(super) firing: AtomicU64,
    /// A deputy looks again within [`LATE`].
    pub(super) armed: AtomicBool,
    pub(super) threads: Mutex<Threads>,
    pub(super) alarm: Condvar,
}

#[derive(Default)]
pub(super) struct Threads {
    /// Were started as deputies and have not ended.
    pub(super) started: usize,
    /// Are deputies now.
    pub(super) waiting: usize,
}

impl std::fmt::Debug for Deputies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deputies")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Deputies {
    /// Makes all of them look whether the service ends.
    pub(crate) fn ring(&self) {
        let _threads = self.threads.lock();
        self.alarm.notify_all();
    }
}
