//! The requests of a queue as a stream of the crate `futures-core`.
//!
//! Owns the stream. Does not own the receive that it repeats (`future/receive.rs`).

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::future::Receive;
use crate::{Request, RequestQueue};

/// The requests of a queue, until it is closed or shut down. Made by [`RequestQueue::requests`].
///
/// Like [`Receive`], it borrows nothing and does not keep its queue open. If the reason for the end matters,
/// call [`RequestQueue::receive_async`] instead.
#[derive(Debug)]
#[must_use = "streams do nothing before they are polled"]
pub struct Requests {
    /// `None`: it has ended.
    receive: Option<Receive>,
}

impl RequestQueue {
    /// The requests as a stream: [`RequestQueue::incoming`] for asynchronous code. Several tasks may have
    /// such streams. Needs the feature `stream`.
    ///
    /// ```
    /// use std::pin::Pin;
    ///
    /// use futures_core::Stream;
    ///
    /// # fn main() -> httpsys::Result<()> {
    /// let queue = httpsys::Service::global()?.create_request_queue()?;
    /// let mut requests = queue.requests(); // with `futures`: while let Some(request) = requests.next().await
    /// queue.shutdown()?;
    /// let next = std::future::poll_fn(|context| Pin::new(&mut requests).poll_next(context));
    /// assert!(pollster::block_on(next).is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn requests(&self) -> Requests {
        Requests {
            receive: Some(self.receive_async()),
        }
    }
}

impl Stream for Requests {
    type Item = Request;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Request>> {
        let Some(receive) = &mut self.receive else {
            return Poll::Ready(None);
        };
        match ready!(Pin::new(receive).poll(context)) {
            Ok(request) => Poll::Ready(Some(request)),
            Err(_) => {
                self.receive = None;
                Poll::Ready(None)
            }
        }
    }
}
