//! Receiving as a future.
//!
//! Owns the future and its drop. Does not own who gets which request: each receive that waits has
//! an operation of its own in the engine's FIFO. Invariant: a request that the engine gave to a
//! receive is returned by a poll or given back to the engine. A drop does it for a request that is
//! in the slot, the operation for one that comes later. Threading: any thread may signal an
//! operation while another polls or drops its future; the slot decides which is first.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use httpsys_core::call::Receive as Call;
use httpsys_core::{OperationId, RequestId};
use httpsys_engine::{
    Operation, PendingOperation, ReceiveOperation, ReceivedRequest, Signal, Started, Verdict,
};

use super::slot::{Closed, FutureSlot, Wait};
use crate::queue::QueueScope;
use crate::{Error, Request, RequestQueue, Result, Server};

/// The next request of a queue. Made by [`RequestQueue::receive_async`].
///
/// It borrows nothing and does not keep its queue open. Receives that wait are served in the order
/// of their first poll (CON-006). Dropping one gives up its place but loses no request: a request
/// that it got but has not returned goes to the receive, of any kind, that has waited longest; if
/// none is waiting, it is the next request of the queue again.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct Receive {
    scope: Arc<QueueScope>,
    wait: Option<Wait<Signal>>,
}

impl RequestQueue {
    /// Works like [`RequestQueue::receive`], without blocking the thread.
    ///
    /// The future fails as [`RequestQueue::receive`] does: with [`Error::InvalidHandle`] when the
    /// queue is closed before the first poll, with [`Error::Aborted`] when it closes or is shut
    /// down later (RCV-007).
    ///
    /// ```
    /// use httpsys::{Error, Service};
    ///
    /// # fn main() -> httpsys::Result<()> {
    /// let queue = Service::global()?.create_request_queue()?;
    /// let next = queue.receive_async();
    /// queue.close()?;
    /// assert_eq!(pollster::block_on(next).unwrap_err(), Error::InvalidHandle);
    /// # Ok(())
    /// # }
    /// ```
    pub fn receive_async(&self) -> Receive {
        Receive {
            scope: Arc::clone(self.scope()),
            wait: None,
        }
    }
}

impl Server {
    /// Works like [`RequestQueue::receive_async`].
    pub fn receive_async(&self) -> Receive {
        self.queue().receive_async()
    }
}

impl Future for Receive {
    type Output = Result<Request>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.scope.check_process()?;
        loop {
            let Some(wait) = &self.wait else {
                match self.begin(context) {
                    Ok(None) => continue,
                    Ok(Some(request)) => return Poll::Ready(Ok(request)),
                    Err(error) => return Poll::Ready(Err(error)),
                }
            };
            let Poll::Ready(signal) = wait.slot.poll(context.waker()) else {
                return Poll::Pending;
            };
            self.wait = None;
            match signal {
                Signal::Ready => {}
                Signal::Failed(error) => return Poll::Ready(Err(error)),
                Signal::Request(id) => match self.scope.take_given(id) {
                    // Its client is gone: wait for the next one.
                    Err(Error::ConnectionInvalid) => {}
                    result => return Poll::Ready(result),
                },
            }
        }
    }
}

impl Receive {
    /// Takes a request that is here, or begins to wait: `None`.
    fn begin(&mut self, context: &Context<'_>) -> Result<Option<Request>> {
        let call = Call {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let operation = Takes {
            scope: &self.scope,
            waker: context.waker(),
            wait: &mut self.wait,
            block: None,
        };
        let engine = self.scope.service.engine();
        let block = match engine.try_receive(&self.scope.queue, &call, operation) {
            Started::Pending(_) => return Ok(None),
            Started::Done(operation, result) => result.map(|()| operation.block)?,
        };
        block
            .map(|block| Some(Request::new(Arc::clone(&self.scope), block)))
            .ok_or(Error::Internal)
    }
}

impl Drop for Receive {
    fn drop(&mut self) {
        let Some(wait) = &self.wait else { return };
        if self.scope.check_process().is_err() {
            return;
        }
        let engine = self.scope.service.engine();
        match wait.slot.close() {
            Closed::Waiting => {
                // If it is not found, its signal is on its way and gives the request back.
                engine.cancel_operation(&self.scope.queue, wait.id, None);
            }
            Closed::Done(Signal::Request(id)) => engine.give_back(&self.scope.queue, id),
            Closed::Done(Signal::Ready | Signal::Failed(_)) | Closed::Taken => {}
        }
    }
}

impl QueueScope {
    fn take_given(self: &Arc<Self>, id: RequestId) -> Result<Request> {
        let mut block = None;
        self.service
            .engine()
            .receive_given(&self.queue, id, &mut |arrival| {
                block = Some(arrival.take());
                Verdict::Taken
            })?;
        block
            .map(|block| Request::new(Arc::clone(self), block))
            .ok_or(Error::Internal)
    }
}

/// One attempt to receive.
struct Takes<'a> {
    scope: &'a Arc<QueueScope>,
    waker: &'a Waker,
    wait: &'a mut Option<Wait<Signal>>,
    block: Option<Box<httpsys_core::Request>>,
}

impl Operation for Takes<'_> {
    type Kept = Given;

    fn keep(self, id: OperationId) -> std::result::Result<Given, (Self, Error)> {
        Ok(Given {
            slot: Wait::begin(self.wait, id, self.waker),
            scope: Arc::clone(self.scope),
        })
    }
}

impl ReceiveOperation for Takes<'_> {
    fn receive(&mut self, request: &mut ReceivedRequest<'_>) -> Verdict {
        self.block = Some(request.take());
        Verdict::Taken
    }
}

/// One receive as the engine keeps it. The queue holds it, and it the queue, until it is signalled
/// or its future takes it out.
struct Given {
    slot: Arc<FutureSlot<Signal>>,
    scope: Arc<QueueScope>,
}

impl PendingOperation for Given {
    fn signal(self, signal: Signal) {
        if let Err(Signal::Request(id)) = self.slot.complete(signal) {
            let engine = self.scope.service.engine();
            engine.give_back(&self.scope.queue, id);
        }
    }
}
