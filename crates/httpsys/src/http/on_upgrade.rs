//! The connection of a request behind a 101, for the code that has seen the request.
//!
//! Owns the place where the responder leaves the pipe and a task waits for it. Does not own the upgrade
//! (`future/upgrade.rs`). Threading: any; the lock is held for a look alone, wakers are woken without it.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::{Error, Result, Upgraded};

/// The connection after an upgrade: an extension of each request with an `Upgrade` field. Take it from the
/// request, answer with 101 and the fields `Upgrade: websocket` and `Connection: Upgrade`, and await it
/// elsewhere.
///
/// It returns the pipe when the 101 has been sent; [`Error::ConnectionInvalid`] if the response was
/// another one or the client is gone. The pipe is returned once; clones wait for the same pipe. If all of
/// them are dropped before, the connection is reset after the 101.
///
/// ```
/// use httpsys::http::{Body, OnUpgrade};
///
/// fn switch(mut request: http::Request<Body>) -> http::Response<Body> {
///     let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
///         return http::Response::builder().status(426).body(Body::empty()).unwrap();
///     };
///     std::thread::spawn(|| {
///         let Ok(pipe) = pollster::block_on(upgrade) else { return };
///         let _ = pipe.write(b"hello");
///         let _ = pipe.close();
///     });
///     let response = http::Response::builder().status(101);
///     let response = response.header("Upgrade", "websocket").header("Connection", "Upgrade");
///     response.body(Body::empty()).unwrap()
/// }
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct OnUpgrade {
    place: Arc<UpgradePlace>,
    /// Tells its waker from those of its clones.
    waiter: usize,
}

#[derive(Debug, Default)]
struct UpgradePlace {
    state: Mutex<UpgradeState>,
    waiters: AtomicUsize,
}

#[derive(Debug)]
enum UpgradeState {
    /// The response is not sent yet. Each that waits has one waker at most.
    Open(Vec<(usize, Waker)>),
    Here(Upgraded),
    Over,
}

impl Default for UpgradeState {
    fn default() -> Self {
        UpgradeState::Open(Vec::new())
    }
}

impl OnUpgrade {
    /// The side that waits, and the one that sends the response.
    pub(super) fn pair() -> (OnUpgrade, PipeSender) {
        let place: Arc<UpgradePlace> = Arc::default();
        (OnUpgrade::of(&place), PipeSender(place))
    }

    fn of(place: &Arc<UpgradePlace>) -> Self {
        OnUpgrade {
            place: Arc::clone(place),
            waiter: place.waiters.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Clone for OnUpgrade {
    fn clone(&self) -> Self {
        OnUpgrade::of(&self.place)
    }
}

impl Drop for OnUpgrade {
    fn drop(&mut self) {
        let mut state = self.place.lock();
        let mut own = None;
        if let UpgradeState::Open(wakers) = &mut *state {
            own = take(wakers, self.waiter);
        }
        drop(state);
        // Dropping a waker may run code of an executor.
        drop(own);
    }
}

impl UpgradePlace {
    fn lock(&self) -> MutexGuard<'_, UpgradeState> {
        // Nothing in a section can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(wakers: &mut Vec<(usize, Waker)>, waiter: usize) -> Option<Waker> {
    let at = wakers.iter().position(|(of, _)| *of == waiter)?;
    Some(wakers.swap_remove(at).1)
}

/// Leaves the pipe for whoever waits. Dropped, it says that there will be none.
#[derive(Debug)]
pub(super) struct PipeSender(Arc<UpgradePlace>);

impl PipeSender {
    pub(super) fn send(self, pipe: Upgraded) {
        self.end(UpgradeState::Here(pipe));
    }

    fn end(&self, state: UpgradeState) {
        let mut place = self.0.lock();
        let UpgradeState::Open(wakers) = &mut *place else {
            return;
        };
        let wakers = std::mem::take(wakers);
        *place = state;
        drop(place);
        wakers.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

impl Drop for PipeSender {
    fn drop(&mut self) {
        self.end(UpgradeState::Over);
    }
}

impl Future for OnUpgrade {
    type Output = Result<Upgraded>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let fresh = context.waker().clone();
        let mut state = self.place.lock();
        match std::mem::replace(&mut *state, UpgradeState::Over) {
            UpgradeState::Here(pipe) => Poll::Ready(Ok(pipe)),
            UpgradeState::Over => Poll::Ready(Err(Error::ConnectionInvalid)),
            UpgradeState::Open(mut wakers) => {
                let before = take(&mut wakers, self.waiter);
                wakers.push((self.waiter, fresh));
                *state = UpgradeState::Open(wakers);
                drop(state);
                drop(before);
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::future::counting_waker::CountingWaker;

    #[test]
    fn each_clone_that_waits_keeps_its_last_waker_alone() {
        let tasks: [Arc<CountingWaker>; 3] = Default::default();
        let poll = |upgrade: &mut OnUpgrade, task: &Arc<CountingWaker>| {
            let waker = Waker::from(Arc::clone(task));
            Pin::new(upgrade).poll(&mut Context::from_waker(&waker))
        };
        let (mut first, sender) = OnUpgrade::pair();
        let (mut second, mut third) = (first.clone(), first.clone());
        assert!(poll(&mut first, &tasks[0]).is_pending());
        assert!(poll(&mut first, &tasks[1]).is_pending());
        assert!(poll(&mut second, &tasks[1]).is_pending());
        assert!(poll(&mut third, &tasks[2]).is_pending());
        drop(third);
        // The task's own, and one for each waker that is kept.
        let counts = || tasks.each_ref().map(Arc::strong_count);
        assert_eq!(counts(), [1, 3, 1]);
        drop(sender);
        assert_eq!(counts(), [1, 1, 1]);
        let woken = tasks.each_ref().map(|task| task.0.load(Ordering::SeqCst));
        assert_eq!(woken, [0, 2, 0]);
        for upgrade in [&mut first, &mut second] {
            let polled = poll(upgrade, &tasks[0]);
            assert!(matches!(polled, Poll::Ready(Err(Error::ConnectionInvalid))));
        }
    }
}
