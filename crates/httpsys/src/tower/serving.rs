//! Serving a queue: one future that is polled.
//!
//! Owns: the order of readiness, receive and start, and when all has ended. Does not own the work on a
//! request (`handle.rs`) or the shutdown (`shutdown.rs`). Invariant: a request is received only when the
//! service is ready for it and there is room.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body::Body as HttpBody;
use tower_service::Service;

use super::handle::task;
use super::in_flight::InFlight;
use super::options::Options;
use super::serve_error::ServeError;
use super::shutdown::Shutdown;
use super::task_set::TaskSet;
use crate::future::Receive;
use crate::http::{Body, BoxError};
use crate::{Request, RequestQueue};

/// Requests that one poll receives at most: the executor's other tasks get their turn.
const AT_ONCE: usize = 32;

pub(super) struct ServeFuture<S> {
    queue: RequestQueue,
    service: S,
    /// `poll_ready` has succeeded, and no call has used it.
    is_ready: bool,
    /// `None`: nothing more comes.
    receive: Option<Receive>,
    /// With what serving ends when nothing is in progress any more.
    error: Option<ServeError>,
    options: Options,
    in_flight: Arc<InFlight>,
    tasks: TaskSet,
}

impl<S> ServeFuture<S> {
    pub(super) fn new(queue: RequestQueue, service: S, options: Options) -> Self {
        ServeFuture {
            receive: Some(queue.receive_async()),
            queue,
            service,
            is_ready: false,
            error: None,
            options,
            in_flight: Arc::default(),
            tasks: TaskSet::default(),
        }
    }
}

/// No field is pinned in place.
impl<S> Unpin for ServeFuture<S> {}

impl<S, B> Future for ServeFuture<S>
where
    S: Service<::http::Request<Body>, Response = ::http::Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: HttpBody + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Output = Result<(), ServeError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let is_shut_down = this.poll_shutdown(context);
        this.tasks.poll(context);
        for _ in 0..AT_ONCE {
            match this.next(context) {
                Poll::Pending => return this.end(is_shut_down, context),
                Poll::Ready(request) => this.start(request),
            }
            // What was started and needs nothing is answered before the next one is received.
            this.tasks.poll(context);
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S, B> ServeFuture<S>
where
    S: Service<::http::Request<Body>, Response = ::http::Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: HttpBody + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Whether the graceful shutdown is over: what is still in progress is not waited for.
    fn poll_shutdown(&mut self, context: &mut Context<'_>) -> bool {
        let Some(shutdown) = &mut self.options.shutdown else {
            return false;
        };
        let Some(result) = shutdown.poll(&self.queue, &self.in_flight, context) else {
            return false;
        };
        // A receive that is not polled, since there is no room, does not learn of it.
        self.receive = None;
        match result {
            Ok(_) => true,
            Err(error) => {
                self.error.get_or_insert(ServeError::Shutdown(error));
                false
            }
        }
    }

    /// The next request, once there is room for it and the service is ready.
    fn next(&mut self, context: &mut Context<'_>) -> Poll<Request> {
        let Some(receive) = &mut self.receive else {
            return Poll::Pending;
        };
        if self.in_flight.count(context) >= self.options.concurrency {
            return Poll::Pending;
        }
        if !self.is_ready {
            match self.service.poll_ready(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => {
                    self.error = Some(ServeError::NotReady(error.into()));
                    self.receive = None;
                    return Poll::Pending;
                }
                Poll::Ready(Ok(())) => self.is_ready = true,
            }
        }
        match Pin::new(receive).poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(request)) => Poll::Ready(request),
            Poll::Ready(Err(_)) => {
                self.receive = None;
                Poll::Pending
            }
        }
    }

    fn start(&mut self, request: Request) {
        // The one that is ready makes the call.
        let fresh = self.service.clone();
        let service = std::mem::replace(&mut self.service, fresh);
        self.is_ready = false;
        let guard = self.in_flight.begin();
        let task = task(service, request, self.options.half_close, guard);
        match &self.options.spawn {
            Some(spawn) => spawn(task),
            None => self.tasks.add(task),
        }
    }

    /// Whether everything has ended.
    fn end(&mut self, is_shut_down: bool, context: &Context<'_>) -> Poll<Result<(), ServeError>> {
        if !is_shut_down {
            let is_idle = self.receive.is_none() && self.in_flight.count(context) == 0;
            let is_shutting_down = self.error.is_none()
                && (self.options.shutdown.as_ref()).is_some_and(Shutdown::is_draining);
            if !is_idle || is_shutting_down {
                return Poll::Pending;
            }
        }
        Poll::Ready(self.error.take().map_or(Ok(()), Err))
    }
}
