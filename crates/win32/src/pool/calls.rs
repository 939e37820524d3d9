//! The count of an object's callbacks, and who waits for them.
//!
//! Owns [`Calls`]. Does not own the callbacks: whoever queues, drops or runs one says so here.
//! Invariant: whatever may end a wait wakes everybody who waits. Threading: any thread; the lock is
//! a leaf.

use std::cell::Cell;
use std::sync::Arc;

use httpsys_socket::lock::Mutex;

use crate::sync::wait::{self, Lease, WaitingThread};

/// The callbacks of one object: how many are queued and running, and who waits for them.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Announced by StartThreadpoolIo, neither completed nor cancelled.
    started: usize,
    queued: usize,
    running: usize,
    waiters: Vec<Arc<WaitingThread>>,
}

thread_local! {
    /// Address of the [`Calls`] whose callback runs on this thread.
    static CURRENT: Cell<usize> = const { Cell::new(0) };
}

impl Calls {
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// A completion is to come.
    pub(crate) fn start(&self) {
        self.0.lock().started += 1;
    }

    /// The completion will not come.
    pub(crate) fn cancel(&self) {
        let mut counts = self.0.lock();
        counts.started = counts.started.saturating_sub(1);
        counts.tell_waiters();
    }

    /// Whether a callback is queued or runs.
    #[cfg(not(windows))]
    pub(crate) fn is_busy(&self) -> bool {
        let counts = self.0.lock();
        counts.queued + counts.running > 0
    }

    /// Whether somebody sleeps until callbacks have run.
    #[cfg(all(test, not(windows)))]
    pub(crate) fn has_waiter(&self) -> bool {
        !self.0.lock().waiters.is_empty()
    }

    /// A task was queued; `started` if it was announced.
    pub(crate) fn queue(&self, started: bool) {
        let mut counts = self.0.lock();
        if started {
            // A completion without StartThreadpoolIo is a bug of the application; it is delivered.
            counts.started = counts.started.saturating_sub(1);
        }
        counts.queued += 1;
    }

    pub(crate) fn begin(&self) {
        let mut counts = self.0.lock();
        counts.queued -= 1;
        counts.running += 1;
        CURRENT.set(self.address());
    }

    pub(crate) fn end(&self) {
        CURRENT.set(0);
        let mut counts = self.0.lock();
        counts.running -= 1;
        counts.tell_waiters();
    }

    /// Waits until every announced and queued callback has run; with `discard`, which drops the
    /// queued ones and says how many, only for those that run. A callback that waits for its own
    /// object does not wait for itself (on Windows that is a deadlock).
    pub(crate) fn wait(&self, discard: Option<&dyn Fn() -> usize>) -> usize {
        let own = usize::from(CURRENT.get() == self.address());
        let mut dropped = 0;
        loop {
            if let Some(discard) = discard {
                let count = discard();
                let mut counts = self.0.lock();
                counts.queued -= count;
                dropped += count;
                // Others may wait for those that are gone now.
                counts.tell_waiters();
            }
            let lease = Lease::new();
            {
                let mut counts = self.0.lock();
                let idle = counts.running <= own && counts.queued == 0;
                if idle && (discard.is_some() || counts.started == 0) {
                    return dropped;
                }
                counts.waiters.push(lease.waiter().clone());
            }
            wait::block(&lease, None);
            let mut counts = self.0.lock();
            counts
                .waiters
                .retain(|other| !Arc::ptr_eq(other, lease.waiter()));
        }
    }
}

impl Counts {
    fn tell_waiters(&mut self) {
        for waiter in self.waiters.drain(..) {
            if waiter.claim(0) {
                waiter.wake();
            }
        }
    }
}
