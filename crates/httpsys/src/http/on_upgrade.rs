//! The connection of a request behind a 101, for the code that has seen the request.
//!
//! Owns the place where the responder leaves the pipe and a task waits for it. Does not own the upgrade
//! (`future/upgrade.rs`). Threading: any; the lock is held for a look alone, wakers are woken without it.

use std::future::Future;
use std::pin::Pin;
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
#[derive(Clone, Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct OnUpgrade {
    place: Arc<Mutex<UpgradeState>>,
}

#[derive(Debug)]
enum UpgradeState {
    /// The response is not sent yet.
    Open(Vec<Waker>),
    Here(Upgraded),
    Over,
}

impl OnUpgrade {
    /// The side that waits, and the one that sends the response.
    pub(super) fn pair() -> (OnUpgrade, PipeSender) {
        let state = UpgradeState::Open(Vec::new());
        let place = Arc::new(Mutex::new(state));
        let sender = PipeSender(OnUpgrade {
            place: Arc::clone(&place),
        });
        (OnUpgrade { place }, sender)
    }

    fn lock(&self) -> MutexGuard<'_, UpgradeState> {
        // Nothing in a section can leave the state half changed.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leaves the pipe for whoever waits. Dropped, it says that there will be none.
#[derive(Debug)]
pub(super) struct PipeSender(OnUpgrade);

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
        wakers.into_iter().for_each(Waker::wake);
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
        let mut state = self.lock();
        match std::mem::replace(&mut *state, UpgradeState::Over) {
            UpgradeState::Here(pipe) => Poll::Ready(Ok(pipe)),
            UpgradeState::Over => Poll::Ready(Err(Error::ConnectionInvalid)),
            UpgradeState::Open(mut wakers) => {
                if !wakers.iter().any(|waker| waker.will_wake(&fresh)) {
                    wakers.push(fresh);
                }
                *state = UpgradeState::Open(wakers);
                Poll::Pending
            }
        }
    }
}
