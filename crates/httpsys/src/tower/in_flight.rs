//! How many requests are in progress.
//!
//! Owns the count, and who is woken when one ends. Threading: any thread ends one; the lock is held for the
//! change alone.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Instant;

use httpsys_socket::lock::{Condvar, Mutex};

pub(super) struct InFlight {
    counted: Mutex<FlightCount>,
    /// The last of them has ended.
    idle: Condvar,
}

#[derive(Default)]
struct FlightCount {
    requests: usize,
    waker: Option<Waker>,
}

/// One of them. It ends with the drop.
pub(super) struct FlightGuard(Arc<InFlight>);

impl InFlight {
    pub(super) fn begin(self: &Arc<Self>) -> FlightGuard {
        self.counted.lock().requests += 1;
        FlightGuard(Arc::clone(self))
    }

    /// How many there are. The task is woken when one of them ends.
    pub(super) fn count(&self, context: &Context<'_>) -> usize {
        let fresh = context.waker().clone();
        let mut counted = self.counted.lock();
        let before = counted.waker.replace(fresh);
        let requests = counted.requests;
        drop(counted);
        // Dropping a waker may run code of an executor.
        drop(before);
        requests
    }

    /// Blocks until there are none, or to the deadline.
    pub(super) fn wait_until_idle(&self, deadline: Option<Instant>) {
        let mut counted = self.counted.lock();
        while counted.requests != 0 {
            match deadline {
                None => self.idle.wait(&mut counted),
                Some(at) if self.idle.wait_until(&mut counted, at).timed_out() => return,
                Some(_) => {}
            }
        }
    }
}

impl Default for InFlight {
    fn default() -> Self {
        InFlight {
            counted: Mutex::default(),
            idle: Condvar::new(),
        }
    }
}

impl Drop for FlightGuard {
    fn drop(&mut self) {
        let mut counted = self.0.counted.lock();
        counted.requests -= 1;
        if counted.requests == 0 {
            self.0.idle.notify_all();
        }
        let waker = counted.waker.take();
        drop(counted);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
