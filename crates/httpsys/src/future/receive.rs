//! Receiving as a future.
//!
//! Owns the future and its drop. Does not own who gets which request (`inbox.rs`, the engine).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use httpsys_core::RequestId;
use httpsys_core::operation::Receive as Call;
use httpsys_engine::{Arrival, Signal, Verdict};

use super::inbox::Seat;
use super::slot::Slot;
use crate::queue::Scope;
use crate::{Error, Request, RequestQueue, Result, Server};

/// The next request of a queue. Made by [`RequestQueue::receive_async`].
///
/// It borrows nothing and does not keep its queue open. Receives that wait are served in the order
/// of their first poll (CON-006). Dropping one gives its place up and loses no request: one that
/// it was given but has not returned goes to another receive. Only a thread that already blocks
/// in [`RequestQueue::receive`] then is passed over until the next request comes.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct Receive {
    scope: Arc<Scope>,
    seat: Option<Seat>,
}

impl RequestQueue {
    /// As [`RequestQueue::receive`], without blocking the thread.
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
            seat: None,
        }
    }
}

impl Server {
    /// As [`RequestQueue::receive_async`].
    pub fn receive_async(&self) -> Receive {
        self.queue().receive_async()
    }
}

impl Future for Receive {
    type Output = Result<Request>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let Some(seat) = &self.seat else {
                match self.begin(context) {
                    Ok(None) => continue,
                    Ok(Some(request)) => return Poll::Ready(Ok(request)),
                    Err(error) => return Poll::Ready(Err(error)),
                }
            };
            let Poll::Ready(signal) = seat.poll(context.waker()) else {
                return Poll::Pending;
            };
            self.seat = None;
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
        if let Some(request) = self.scope.take_returned() {
            return Ok(Some(request));
        }
        let scope = Arc::clone(&self.scope);
        let engine = scope.service.engine();
        let call = Call {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut block = None;
        let mut sink = |arrival: &mut Arrival<'_>| {
            block = Some(arrival.take());
            Verdict::Taken
        };
        let found = engine.try_receive(&scope.queue, &call, &mut sink, &mut || {
            let seat = Slot::new(context.waker());
            let operation = scope.inbox.begin(&seat);
            self.seat = Some(seat);
            operation
        })?;
        if !found {
            scope.inbox.settle(engine);
            return Ok(None);
        }
        block
            .map(|block| Some(Request::new(scope, block)))
            .ok_or(Error::Internal)
    }
}

impl Drop for Receive {
    fn drop(&mut self) {
        if let Some(seat) = &self.seat {
            self.scope.inbox.end(seat, self.scope.service.engine());
        }
    }
}

impl Scope {
    /// Takes a request whose receive was dropped before it saw it.
    pub(crate) fn take_returned(self: &Arc<Self>) -> Option<Request> {
        loop {
            let id = self.inbox.take_returned()?;
            // Whatever it is, the request is gone and not this receive's.
            if let Ok(request) = self.take_given(id) {
                return Some(request);
            }
        }
    }

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
