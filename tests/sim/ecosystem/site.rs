//! A server on a simulated machine, and the services and futures that its tests are made of.
//!
//! Owns: the site, a service made of a function, a gate. Does not own clients (`httpsys_sim::Client`).

use std::convert::Infallible;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame};
use httpsys::http::{Body, BoxError};
use httpsys::tower::{Serve, ServeError, serve};
use httpsys::{Error, Parameters, Server};
use httpsys_sim::{JoinHandle, Sim, block_on, env_seed};
use tower_service::Service;

/// A server on port 80 of a simulated machine.
pub(crate) struct Site {
    pub(crate) sim: Sim,
    pub(crate) server: Server,
}

/// Runs the test under ten seeds: the threads in another order, the bytes split elsewhere.
pub(crate) fn under_ten_seeds(test: impl Fn(&Site)) {
    for seed in env_seed()..env_seed() + 10 {
        let sim = Sim::seeded(seed).strict().split_bytes(0.3);
        let sim = sim.delay(Duration::ZERO..=Duration::from_millis(20));
        let mut parameters = Parameters::default();
        parameters.choices.http2_prior_knowledge = true;
        let service = sim.service(parameters);
        let builder = Server::builder().service(&service);
        let server = builder.url("http://localhost:80/").bind().unwrap();
        let site = Site { sim, server };
        test(&site);
        drop(site.server);
        site.sim.finish();
    }
}

impl Site {
    /// Serves on a thread of the simulation while the test runs, then shuts the queue down and waits for the end.
    pub(crate) fn serving<S, B>(&self, service: S, test: impl FnOnce())
    where
        S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let thread = self.start(serve(self.server.queue(), service));
        test();
        self.server.shutdown().unwrap();
        thread.join().unwrap().unwrap();
    }

    /// Polls the future of `serve` on a thread of the simulation.
    pub(crate) fn start<S>(&self, serve: Serve<S>) -> JoinHandle<Result<(), ServeError>>
    where
        Serve<S>: IntoFuture<Output = Result<(), ServeError>>,
        <Serve<S> as IntoFuture>::IntoFuture: Send + 'static,
    {
        let future = serve.into_future();
        self.sim.spawn("serve", move || block_on(future))
    }
}

/// A service made of a function.
#[derive(Clone)]
pub(crate) struct Handler<F>(pub(crate) F);

impl<F, R, B, E> Service<http::Request<Body>> for Handler<F>
where
    F: Fn(http::Request<Body>) -> R,
    R: Future<Output = Result<http::Response<B>, E>>,
{
    type Response = http::Response<B>;
    type Error = E;
    type Future = R;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> R {
        (self.0)(request)
    }
}

/// What a handler without errors returns.
pub(crate) type Answer<B = Body> = Result<http::Response<B>, Infallible>;

pub(crate) fn text(text: impl Into<String>) -> http::Response<Body> {
    http::Response::new(Body::from(text.into()))
}

/// The next frame of a body.
pub(crate) async fn next(body: &mut Body) -> Option<Result<Frame<Bytes>, Error>> {
    poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

/// How many bytes a body has.
pub(crate) async fn length(mut body: Body) -> Result<usize, Error> {
    let mut length = 0;
    while let Some(frame) = next(&mut body).await {
        length += frame?.data_ref().map_or(0, Bytes::len);
    }
    Ok(length)
}

/// Opens for all who wait.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Gate {
    pub(crate) fn open(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        let wakers = std::mem::take(&mut state.1);
        // A lock of std must not be held while a thread of the simulation is woken.
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(crate) async fn wait(self) {
        poll_fn(|context| {
            let mut state = self.0.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// Says that something has happened.
#[derive(Clone, Default)]
pub(crate) struct Flag(Arc<AtomicBool>);

impl Flag {
    pub(crate) fn raise(&self) {
        self.0.store(true, Relaxed);
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// Raises its flag when it is dropped: with the future that has it.
pub(crate) struct RaisesInDrop(pub(crate) Flag);

impl Drop for RaisesInDrop {
    fn drop(&mut self) {
        self.0.raise();
    }
}
