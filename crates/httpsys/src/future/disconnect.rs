//! Waiting for a connection's end as a future.
//!
//! Owns the future and its drop, which takes the wait out of the connection.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use httpsys_core::ConnectionId;
use httpsys_core::operation::WaitForDisconnect as Call;
use httpsys_engine::{PendingOperation, Service, Signal};

use super::slot::{Closed, FutureSlot};
use crate::queue::QueueScope;
use crate::{Error, Request, RequestQueue, Result};

/// The end of a connection. Made by [`RequestQueue::wait_for_disconnect_async`].
///
/// It borrows nothing and does not keep its queue open.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct WaitForDisconnect {
    scope: Arc<QueueScope>,
    connection: ConnectionId,
    wait: Option<Arc<FutureSlot<Signal>>>,
    over: bool,
}

impl RequestQueue {
    /// As [`RequestQueue::wait_for_disconnect`], without blocking the thread; it fails alike.
    ///
    /// ```
    /// use httpsys::{ConnectionId, Error, Service};
    ///
    /// # fn main() -> httpsys::Result<()> {
    /// let queue = Service::global()?.create_request_queue()?;
    /// let unknown = queue.wait_for_disconnect_async(ConnectionId(0));
    /// assert_eq!(pollster::block_on(unknown), Err(Error::ConnectionInvalid));
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_disconnect_async(&self, connection: ConnectionId) -> WaitForDisconnect {
        WaitForDisconnect {
            scope: Arc::clone(self.scope()),
            connection,
            wait: None,
            over: false,
        }
    }
}

impl Request {
    /// Whether the connection has ended, or the client has closed its side of it (DSC-006). A queue
    /// that was shut down does not say.
    pub(crate) fn client_is_gone(&self) -> bool {
        let wait = WaitForDisconnect {
            scope: Arc::clone(self.shared_scope()),
            connection: self.connection_id(),
            wait: None,
            over: false,
        };
        let polled = pin!(wait).poll(&mut Context::from_waker(Waker::noop()));
        matches!(polled, Poll::Ready(Ok(()) | Err(Error::ConnectionInvalid)))
    }
}

impl Future for WaitForDisconnect {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.over {
            return Poll::Ready(Err(Error::Internal));
        }
        let this = &mut *self;
        this.scope.check_process()?;
        let wait = match &mut this.wait {
            Some(wait) => wait,
            none => {
                let slot = FutureSlot::new(context.waker());
                let call = Call {
                    connection: this.connection,
                };
                let begun = this.scope.service.engine().try_wait_for_disconnect(
                    &this.scope.queue,
                    &call,
                    &mut || Box::new(DisconnectOperation(Arc::clone(&slot))),
                );
                if let Err(error) = begun {
                    this.over = true;
                    return Poll::Ready(Err(error));
                }
                none.insert(slot)
            }
        };
        let Poll::Ready(signal) = wait.poll(context.waker()) else {
            return Poll::Pending;
        };
        this.over = true;
        Poll::Ready(match signal {
            Signal::Failed(error) => Err(error),
            Signal::Ready | Signal::Request(_) => Ok(()),
        })
    }
}

impl Drop for WaitForDisconnect {
    fn drop(&mut self) {
        if self.scope.check_process().is_err() {
            return;
        }
        if let Some(wait) = &self.wait {
            if wait.close() == Closed::Waiting {
                // If it is not found, its signal is on its way and nobody listens.
                self.scope.service.engine().cancel_operation_at(
                    &self.scope.queue,
                    wait.tag(),
                    Some(self.connection.place()),
                );
            }
        }
    }
}

/// One wait as the engine keeps it.
struct DisconnectOperation(Arc<FutureSlot<Signal>>);

impl PendingOperation for DisconnectOperation {
    fn signal(self: Box<Self>, _: &Service, signal: Signal) {
        // The future may be gone.
        let _ = self.0.complete(signal);
    }

    fn tag(&self) -> usize {
        self.0.tag()
    }
}
