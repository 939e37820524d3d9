//! Receiving requests, on a thread that waits.
//!
//! Owns the blocking receives of a queue and the iterator over its requests. Does not own the queue (`queue.rs`),
//! requests (`request.rs`) or receives as futures (`future/receive.rs`). Threading: any number of threads may
//! receive from one queue; the requests are handed out in the order of their arrival.

use std::sync::Arc;
use std::time::{Duration, Instant};

use httpsys_core::RequestId;
use httpsys_core::call::Receive as ReceiveCall;
use httpsys_engine::Verdict;

use crate::queue::QueueScope;
use crate::{Error, Request, RequestQueue, Result};

/// Receiving.
impl RequestQueue {
    /// Waits for the next request, as long as it takes: HttpReceiveHttpRequest with
    /// HTTP_NULL_ID. The entity body is read separately, see [`Request::read_body`].
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] when the queue is closed or the handle shut down; [`Error::Aborted`]
    /// when that happens while the call waits (RCV-007).
    pub fn receive(&self) -> Result<Request> {
        self.receive_until(None)
    }

    /// Works like [`RequestQueue::receive`], but waits for at most `timeout`. `Ok(None)` means that
    /// no request arrived.
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::receive`].
    pub fn receive_timeout(&self, timeout: Duration) -> Result<Option<Request>> {
        // A time that cannot be represented never comes.
        let deadline = self.service().engine().now().checked_add(timeout);
        match self.receive_until(deadline) {
            Ok(request) => Ok(Some(request)),
            Err(Error::Timeout) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An iterator over the requests, each as [`RequestQueue::receive`] returns it, until the queue
    /// is closed or shut down. Several threads may have such iterators.
    #[must_use]
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming { queue: self }
    }

    fn receive_until(&self, deadline: Option<Instant>) -> Result<Request> {
        let QueueScope { service, queue } = &**self.scope();
        let call = ReceiveCall {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut block = None;
        service
            .engine()
            .receive(queue, &call, deadline, &mut |arrival| {
                block = Some(arrival.take());
                Verdict::Taken
            })?;
        block
            .map(|block| Request::new(Arc::clone(self.scope()), block))
            .ok_or(Error::Internal)
    }
}

/// An iterator over the requests of a queue, see [`RequestQueue::incoming`]. If the reason for the
/// end matters, call [`RequestQueue::receive`] instead.
///
/// ```
/// # fn main() -> httpsys::Result<()> {
/// let queue = httpsys::Service::global()?.create_request_queue()?;
/// queue.shutdown()?;
/// assert!(queue.incoming().next().is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Incoming<'a> {
    queue: &'a RequestQueue,
}

impl Iterator for Incoming<'_> {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        self.queue.receive().ok()
    }
}
