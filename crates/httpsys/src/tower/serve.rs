//! What a program says about serving before it begins.
//!
//! Owns the builder. Does not own the serving (`serving.rs`).

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use http_body::Body as HttpBody;
use tower_service::Service;

use super::options::Options;
use super::serve_error::ServeError;
use super::serving::ServeFuture;
use super::shutdown::Shutdown;
use super::task_set::ServeTask;
use crate::RequestQueue;
use crate::http::{Body, BoxError};

/// Requests in progress at most, unless [`Serve::concurrency`] says otherwise.
const CONCURRENCY: usize = 16 * 1024;

/// Serves the requests of a queue with `service`, until the queue is closed or shut down. See
/// [`crate::tower`].
///
/// The requests of several URL groups, of one [`Server`](crate::Server) for instance, are all served if
/// their queue is this one. Several `serve` may share a queue.
pub fn serve<S>(queue: &RequestQueue, service: S) -> Serve<S> {
    Serve {
        queue: queue.clone(),
        service,
        options: Options {
            concurrency: CONCURRENCY,
            half_close: false,
            spawn: None,
            shutdown: None,
        },
    }
}

/// Serves requests once it is awaited. Made by [`serve`].
///
/// Dropping its future resets the requests that it runs itself; those of [`Serve::spawn_with`] run on.
#[must_use = "nothing is served before it is awaited"]
pub struct Serve<S> {
    queue: RequestQueue,
    service: S,
    options: Options,
}

impl<S> Serve<S> {
    /// Works on at most `requests` at a time, 16,384 by default; more requests wait in the queue. Responses
    /// that never end count, too. 0 counts as 1.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.options.concurrency = requests.max(1);
        self
    }

    /// Starts the work on each request with `spawn`, for instance on a runtime with several threads:
    /// `|task| { tokio::spawn(task); }`. A task that is dropped resets its request.
    pub fn spawn_with(mut self, spawn: impl Fn(ServeTask) + Send + 'static) -> Self {
        self.options.spawn = Some(Box::new(spawn));
        self
    }

    /// Shuts the queue down gracefully when `signal` is ready, as
    /// [`RequestQueue::shutdown_gracefully`] does: requests in progress get `limit` to end. The call is
    /// made on a thread of its own. The future of `serve` is ready when all of them have ended, those of
    /// clients that are gone as well, or with the limit.
    pub fn shutdown_when(
        mut self,
        signal: impl Future<Output = ()> + Send + 'static,
        limit: Duration,
    ) -> Self {
        self.options.shutdown = Some(Shutdown::new(Box::pin(signal), limit));
        self
    }

    /// Whether a client that has ended its sending side is still served while the service is slow, see
    /// [`Responder::half_close`](crate::http::Responder::half_close). The default is no.
    pub fn half_close(mut self, is_served: bool) -> Self {
        self.options.half_close = is_served;
        self
    }
}

impl<S, B> IntoFuture for Serve<S>
where
    S: Service<::http::Request<Body>, Response = ::http::Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: HttpBody + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Output = Result<(), ServeError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(ServeFuture::new(self.queue, self.service, self.options))
    }
}

impl<S> fmt::Debug for Serve<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve")
            .field("queue", &self.queue)
            .field("concurrency", &self.options.concurrency)
            .field("half_close", &self.options.half_close)
            .finish_non_exhaustive()
    }
}
