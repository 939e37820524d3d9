//! How many requests are in progress.
//!
//! Owns the count and who is woken when one ends. Threading: any thread ends one; the lock is held for the
//! change alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

#[derive(Debug, Default)]
pub(super) struct InFlight {
    counted: Mutex<FlightCount>,
}

#[derive(Debug, Default)]
struct FlightCount {
    requests: usize,
    waker: Option<Waker>,
}

/// One of them. It ends with the drop.
#[derive(Debug)]
pub(super) struct FlightGuard(Arc<InFlight>);

impl InFlight {
    pub(super) fn begin(self: &Arc<Self>) -> FlightGuard {
        self.lock().requests += 1;
        FlightGuard(Arc::clone(self))
    }

    /// How many there are. The task is woken when one of them ends.
    pub(super) fn count(&self, context: &Context<'_>) -> usize {
        let fresh = context.waker().clone();
        let mut counted = self.lock();
        let before = counted.waker.replace(fresh);
        let requests = counted.requests;
        drop(counted);
        // Dropping a waker may run code of an executor.
        drop(before);
        requests
    }

    fn lock(&self) -> MutexGuard<'_, FlightCount> {
        // Nothing in a section can leave the count half changed.
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FlightGuard {
    fn drop(&mut self) {
        let mut counted = self.0.lock();
        counted.requests -= 1;
        let waker = counted.waker.take();
        drop(counted);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
