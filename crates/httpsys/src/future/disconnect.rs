//! Waiting for a connection's end as a future.
//!
//! Owns the future and its drop, which takes the wait out of the connection.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use httpsys_core::ConnectionId;
use httpsys_core::OperationId;
use httpsys_core::call::WaitForDisconnect as Call;
use httpsys_engine::{Operation, PendingOperation, Signal, Started};

use super::slot::{Closed, FutureSlot, Wait};
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
    wait: Option<Wait<Signal>>,
    over: bool,
}

impl RequestQueue {
    /// Works like [`RequestQueue::wait_for_disconnect`], without blocking the thread; it fails in the same cases.
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
    /// The end of the connection, or of the client's side of it (DSC-006).
    pub(crate) fn end_of_connection(&self) -> WaitForDisconnect {
        WaitForDisconnect {
            scope: Arc::clone(self.shared_scope()),
            connection: self.connection_id(),
            wait: None,
            over: false,
        }
    }

    /// Whether the connection has ended, or the client has closed its side of it (DSC-006). A queue
    /// that was shut down does not say.
    pub(crate) fn client_is_gone(&self) -> bool {
        let wait = self.end_of_connection();
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
                let call = Call {
                    connection: this.connection,
                };
                let begins = Begins {
                    waker: context.waker(),
                    wait: none,
                };
                let (engine, queue) = (this.scope.service.engine(), &this.scope.queue);
                if let Started::Done(_, result) =
                    engine.try_wait_for_disconnect(queue, &call, begins)
                {
                    this.over = true;
                    return Poll::Ready(result);
                }
                match none {
                    Some(wait) => wait,
                    None => return Poll::Ready(Err(Error::Internal)),
                }
            }
        };
        let Poll::Ready(signal) = wait.slot.poll(context.waker()) else {
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
            if wait.slot.close() == Closed::Waiting {
                // If it is not found, its signal is on its way and nobody listens.
                let (engine, place) = (self.scope.service.engine(), self.connection.place());
                engine.cancel_operation(&self.scope.queue, wait.id, Some(place));
            }
        }
    }
}

/// The beginning of a wait.
struct Begins<'a> {
    waker: &'a Waker,
    wait: &'a mut Option<Wait<Signal>>,
}

impl Operation for Begins<'_> {
    type Kept = Notified;

    fn keep(self, id: OperationId) -> std::result::Result<Notified, (Self, Error)> {
        Ok(Notified(Wait::begin(self.wait, id, self.waker)))
    }
}

/// One wait as the engine keeps it.
struct Notified(Arc<FutureSlot<Signal>>);

impl PendingOperation for Notified {
    fn signal(self, signal: Signal) {
        // The future may be gone.
        let _ = self.0.complete(signal);
    }
}
