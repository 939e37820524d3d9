//! The work on one request: the service, and its response.
//!
//! Owns what an error, a panic and a client that is gone come to. Does not own how a response is sent
//! (`http/responder.rs`). Invariant: no panic of the service or its body leaves the task.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::Body as HttpBody;
use httpsys_socket::panic_text;
use tower_service::Service;

use super::in_flight::FlightGuard;
use super::span::RequestSpan;
use super::task_set::ServeTask;
use crate::future::drop_payload;
use crate::http::{Body, BoxError, ClientWatch, Responder, ResponseError};
use crate::{Request, Response};

/// Made of a service that is ready.
pub(super) fn task<S, B>(
    service: S,
    request: Request,
    half_close: bool,
    guard: FlightGuard,
) -> ServeTask
where
    S: Service<::http::Request<Body>, Response = ::http::Response<B>> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: HttpBody + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let span = RequestSpan::of(&request);
    let work = Box::pin(handle(service, request, half_close, span.clone()));
    Box::pin(Contained {
        work: Some(work),
        span,
        _guard: guard,
    })
}

/// What the service has come to.
enum ServiceOutcome<R> {
    Response(R),
    Failed(BoxError),
    Panicked(String),
    /// Nobody waits for the response.
    ClientGone,
}

async fn handle<S, B>(service: S, request: Request, half_close: bool, span: RequestSpan)
where
    S: Service<::http::Request<Body>, Response = ::http::Response<B>>,
    S::Error: Into<BoxError>,
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    let (request, responder) = match request.into_http() {
        Ok(parts) => parts,
        Err(request) => {
            span.status(400);
            let _ = request.respond_async(Response::from_status(400)).await;
            return;
        }
    };
    let responder = responder.half_close(half_close);
    let response = match call(service, request, &responder, half_close, &span).await {
        ServiceOutcome::Response(response) => response,
        ServiceOutcome::ClientGone => return span.not_sent(&"the client is gone"),
        ServiceOutcome::Failed(error) => {
            span.failed("the service failed", &error);
            return refuse(responder, &span).await;
        }
        ServiceOutcome::Panicked(text) => {
            span.failed("the service panicked", &text);
            return refuse(responder, &span).await;
        }
    };
    span.status(response.status().as_u16());
    match responder.send(response).await {
        Ok(()) => {}
        Err(error @ ResponseError::Refused(_)) => {
            span.status(500);
            span.failed("the service returned no response", &error);
        }
        Err(error) => span.not_sent(&error),
    }
}

/// Calls the service and awaits it, as long as the client does.
async fn call<S, B>(
    mut service: S,
    request: ::http::Request<Body>,
    responder: &Responder,
    half_close: bool,
    span: &RequestSpan,
) -> ServiceOutcome<S::Response>
where
    S: Service<::http::Request<Body>, Response = ::http::Response<B>>,
    S::Error: Into<BoxError>,
{
    let mut future = match catch_unwind(AssertUnwindSafe(|| Box::pin(service.call(request)))) {
        Ok(future) => future,
        Err(payload) => {
            drop_caught(service, span);
            return ServiceOutcome::Panicked(text_of(payload));
        }
    };
    let mut watch = ClientWatch::New;
    let outcome = poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match polled {
            Ok(Poll::Ready(Ok(response))) => Poll::Ready(ServiceOutcome::Response(response)),
            Ok(Poll::Ready(Err(error))) => Poll::Ready(ServiceOutcome::Failed(error.into())),
            Err(payload) => Poll::Ready(ServiceOutcome::Panicked(text_of(payload))),
            Ok(Poll::Pending) => {
                let gone = watch.poll(responder.request(), half_close, context);
                gone.map(|()| ServiceOutcome::ClientGone)
            }
        }
    })
    .await;
    // A response that was returned is sent, whatever becomes of what the service leaves behind.
    drop_caught(future, span);
    drop_caught(service, span);
    outcome
}

async fn refuse(responder: Responder, span: &RequestSpan) {
    span.status(500);
    let mut response = ::http::Response::new(Body::empty());
    *response.status_mut() = ::http::StatusCode::INTERNAL_SERVER_ERROR;
    if let Err(error) = responder.send(response).await {
        span.not_sent(&error);
    }
}

/// Work whose panics end with it. Its request is reset then, if it was not answered.
struct Contained<F> {
    /// `None`: it has ended.
    work: Option<Pin<Box<F>>>,
    span: RequestSpan,
    /// Dropped with the rest: the request is no longer in progress.
    _guard: FlightGuard,
}

impl<F: Future<Output = ()>> Future for Contained<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let Some(work) = &mut this.work else {
            return Poll::Ready(());
        };
        let span = &this.span;
        let polled = span.within(|| catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))));
        let ended = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(())) => Ok(()),
            Err(payload) => Err(payload),
        };
        if let Err(payload) = ended {
            this.span
                .failed("the body of the response panicked", &text_of(payload));
        }
        this.end();
        Poll::Ready(())
    }
}

impl<F> Contained<F> {
    /// What the work still holds may panic in its drop.
    fn end(&mut self) {
        drop_caught(self.work.take(), &self.span);
    }
}

impl<F> Drop for Contained<F> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Drops what may panic in that.
fn drop_caught<T>(value: T, span: &RequestSpan) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        span.failed("a drop panicked", &text_of(payload));
    }
}

/// The text of a panic.
fn text_of(payload: Box<dyn Any + Send>) -> String {
    let text = panic_text(&*payload).to_owned();
    drop_payload(payload);
    text
}
