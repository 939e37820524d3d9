//! Executors for the tests: two of the ecosystem, and a bell to poll by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// The longest a test waits for a wake-up: one that would hang fails instead.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the test on each executor.
pub(crate) fn on_each<F: Future<Output = ()>>(test: impl Fn() -> F) {
    pollster::block_on(test());
    futures_executor::block_on(test());
}

/// Rings when its task is woken.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

impl Bell {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Waits until it has rung; silences it.
    pub(crate) fn wait(&self) {
        let rung = self.rung.lock().unwrap();
        let (mut rung, time) = self
            .changed
            .wait_timeout_while(rung, PATIENCE, |rung| !*rung)
            .unwrap();
        assert!(!time.timed_out(), "the task was not woken");
        *rung = false;
    }

    pub(crate) fn has_rung(&self) -> bool {
        *self.rung.lock().unwrap()
    }

    pub(crate) fn poll<F: Future + Unpin>(self: &Arc<Self>, future: &mut F) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(self));
        Pin::new(future).poll(&mut Context::from_waker(&waker))
    }

    /// Polls a future that must not be ready.
    pub(crate) fn poll_pending<F>(self: &Arc<Self>, future: &mut F)
    where
        F: Future + Unpin,
        F::Output: std::fmt::Debug,
    {
        let poll = self.poll(future);
        assert!(poll.is_pending(), "{poll:?}");
    }

    /// Polls a future each time it is woken, to its end.
    pub(crate) fn run<F: Future + Unpin>(self: &Arc<Self>, future: &mut F) -> F::Output {
        loop {
            match self.poll(future) {
                Poll::Ready(output) => return output,
                Poll::Pending => self.wait(),
            }
        }
    }
}
