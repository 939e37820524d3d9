//! Serving a request queue with any [`tower_service::Service`]. Needs the feature `tower`.
//!
//! An axum `Router`, a tonic service, a stack of `tower` layers: whatever is a
//! `Service<http::Request<Body>>` answers the requests of a queue. No runtime is required: by default, the
//! future of [`serve`] also runs the handlers, and any executor polls it; [`Serve::spawn_with`] hands each
//! request to a runtime, so that several threads work.
//!
//! ```
//! use std::convert::Infallible;
//! use std::future::{Ready, ready};
//! use std::task::{Context, Poll};
//!
//! use httpsys::http::Body;
//! use httpsys::Server;
//! # use std::io::{Read, Write};
//!
//! /// Any service; with `tower` it is `tower::service_fn(handler)`, with axum a `Router`.
//! #[derive(Clone)]
//! struct Hello;
//!
//! impl tower_service::Service<http::Request<Body>> for Hello {
//!     type Response = http::Response<Body>;
//!     type Error = Infallible;
//!     type Future = Ready<Result<Self::Response, Infallible>>;
//!
//!     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
//!         Poll::Ready(Ok(()))
//!     }
//!
//!     fn call(&mut self, request: http::Request<Body>) -> Self::Future {
//!         ready(Ok(http::Response::new(Body::from(format!("hello, {}", request.uri())))))
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::builder().url("http://localhost:0/").bind()?;
//! # let address = server.local_addr()?;
//! # let queue = server.queue().clone();
//! # let client = std::thread::spawn(move || {
//! #     let mut client = std::net::TcpStream::connect(address).unwrap();
//! #     client.write_all(b"GET /me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
//! #     let mut answer = String::new();
//! #     client.read_to_string(&mut answer).unwrap();
//! #     queue.close().unwrap();
//! #     answer
//! # });
//! // It ends when the queue is closed or shut down.
//! pollster::block_on(httpsys::tower::serve(server.queue(), Hello))?;
//! # assert!(client.join().unwrap().ends_with("hello, /me"));
//! # Ok(())
//! # }
//! ```
//!
//! With tokio and axum (`examples/axum` is a complete program):
//!
//! ```ignore
//! httpsys::tower::serve(server.queue(), router)
//!     .spawn_with(|task| {
//!         tokio::spawn(task);
//!     })
//!     .shutdown_when(async { tokio::signal::ctrl_c().await.unwrap() }, Duration::from_secs(30))
//!     .await?;
//! ```
//!
//! # What becomes of a request
//!
//! | event | effect |
//! |---|---|
//! | the service returns a response | it is sent as [`crate::http`] describes |
//! | the service returns an error | 500 |
//! | the response is none that can be sent, as one with a status of 1xx | 500 |
//! | the service panics before it has returned a response | 500; the other requests notice nothing |
//! | the body panics, fails or has the wrong length | the connection, over HTTP/2 the stream, is reset |
//! | the client is gone while the service or the body waits | its future is dropped, see [`Serve::half_close`] |
//! | the crate `http` cannot hold the request | 400 |
//!
//! With the feature `tracing`, the service runs in a span `request` for each request, with method,
//! path, ids, client, and at the end the status; errors and panics are events in it.
//!
//! # Structure
//!
//! Owns: receiving, the number of requests in progress, panics, shutdown. Does not own the conversion
//! of requests and responses ([`crate::http`]). Threading: the service is cloned for each request; whoever
//! polls [`serve`]'s future calls its `poll_ready`.

mod handle;
mod in_flight;
mod options;
mod serve;
mod serve_error;
mod serving;
mod shutdown;
mod span;
mod task_set;

pub use serve::{Serve, serve};
pub use serve_error::ServeError;
pub use task_set::ServeTask;
