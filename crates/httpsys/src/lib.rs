//! The Windows HTTP Server API (HTTP.sys) in user space: an idiomatic Rust API for Linux, macOS
//! and Windows.
//!
//! HTTP.sys is the HTTP server inside the Windows kernel: programs register URL prefixes, and
//! requests that match them arrive in request queues. This crate does the same as a library: it has
//! the same objects, error codes and limits, and sends the same bytes on the wire. It needs neither
//! Windows nor a driver; several parts of one process can share ports, as programs on Windows do.
//!
//! # Quick start
//!
//! ```
//! use httpsys::{Response, Server};
//! # use std::io::{Read, Write};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Port 0 stands for a free port, which `local_addr` returns.
//! let server = Server::builder().url("http://localhost:0/").bind()?;
//! println!("listening on http://{}/", server.local_addr()?);
//! # let address = server.local_addr()?;
//! # let client = std::thread::spawn(move || -> std::io::Result<String> {
//! #     let mut client = std::net::TcpStream::connect(address)?;
//! #     client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
//! #     let mut answer = String::new();
//! #     client.read_to_string(&mut answer)?;
//! #     Ok(answer)
//! # });
//! for request in server.incoming() {
//!     let text = format!("You asked for {}\n", request.path());
//!     let answer = Response::ok().header("Content-Type", "text/plain").body(text);
//!     if let Err(error) = request.respond(answer) {
//!         eprintln!("the client went away: {error}");
//!     }
//! #   break;
//! }
//! # let answer = client.join().unwrap()?;
//! # assert!(answer.ends_with("You asked for /\n"), "{answer}");
//! # Ok(())
//! # }
//! ```
//!
//! # The objects
//!
//! | type | HTTP Server API |
//! |---|---|
//! | [`Service`] | the driver itself: one namespace of URLs and queue names |
//! | [`ServerSession`] | HttpCreateServerSession |
//! | [`UrlGroup`] | HttpCreateUrlGroup: prefixes that go to one queue |
//! | [`RequestQueue`] | HttpCreateRequestQueue |
//! | [`Request`] | HTTP_REQUEST, with HttpReceiveRequestEntityBody and HttpCancelHttpRequest |
//! | [`Response`], [`ResponseStream`] | HttpSendHttpResponse, HttpSendResponseEntityBody |
//! | [`Upgraded`] | the same with HTTP_SEND_RESPONSE_FLAG_OPAQUE |
//! | [`Server`] | a session, a group and a queue in one object |
//!
//! # Threads
//!
//! All types are `Send` and `Sync`. Any number of threads may receive from one queue; a request may
//! be answered by any thread, and cancelled by another one at any moment
//! ([`RequestQueue::cancel`]). There is no thread to start: a thread that waits in a call also
//! handles the sockets, and a background thread of the service does so while no thread is waiting.
//!
//! Calls block; those that wait also have an asynchronous form, see [`future`]. A receive can have
//! a time limit. A send waits until the transport has taken the last byte, including the bytes of
//! files, unless [`RequestQueue::cancel`] ends it from another thread. A blocking call borrows its
//! arguments until it returns. A future owns its data and keeps it until the transport has taken
//! it, even if the future is dropped.
//!
//! # Features
//!
//! All are off by default, and none forces a runtime. `docs/RUST-ECOSYSTEM.md` has more.
//!
//! | feature | adds |
//! |---|---|
//! | `http` | `httpsys::http`: requests and responses of the crate `http`, bodies of `http-body` |
//! | `headers` | `Request::typed_header`, `Response::typed_header`: fields as types of the crate `headers` |
//! | `tower` | `httpsys::tower`: any `tower_service::Service` serves a queue, an axum `Router` for instance |
//! | `stream` | `RequestQueue::requests`, a `futures_core::Stream` |
//! | `tokio`, `futures-io` | `AsyncRead`, `AsyncWrite` for upgraded connections, streamed responses and bodies |
//! | `tracing` | a span around each request that `httpsys::tower` serves |
//! | `sim` | for the crate `httpsys-sim`, which tests use |
//!
//! # What a drop does
//!
//! | dropped | effect |
//! |---|---|
//! | [`Server`] | its URLs are removed and its queue closes, also for clones of the queue |
//! | last clone of the creator's [`RequestQueue`] | the queue closes, and its requests are reset |
//! | last clone of an opened [`RequestQueue`] | the requests that it received are reset; the queue stays |
//! | [`UrlGroup`] | its URLs are removed |
//! | [`ServerSession`] | closes when its groups are gone, too |
//! | [`Request`] without an answer | its connection is reset |
//! | [`ResponseStream`], [`Upgraded`] before its end | its connection is reset |
//! | last handle or object of a private [`Service`] | it stops |
//!
//! # Errors
//!
//! [`Error`] gives names to the Win32 codes that HTTP.sys reports; [`Error::win32`] is the code. A
//! server should expect these errors, and handle them as follows:
//!
//! - Receives end with [`Error::InvalidHandle`] (6) or [`Error::Aborted`] (995) when the queue was closed
//!   or shut down: end the loop, as [`RequestQueue::incoming`] does.
//! - Body reads and sends fail with [`Error::ConnectionInvalid`] (1229), [`Error::PeerReset`] (64) or
//!   [`Error::Aborted`] (995) when the client is gone or the request was cancelled: serve the next one.
//!   [`Request::why_closed`] has the reason.
//! - A send fails with [`Error::InvalidResponse`] (87) for a field or a reason that cannot be sent:
//!   nothing was sent, and [`Request::try_respond`] leaves the request open for another response.
//!   [`Error::EndOfBody`] (38) means that a file is shorter than it should be.
//! - [`Request::read_body_to_end`] fails with [`Error::MoreData`] (234) for a body that is longer than
//!   its limit: answer with 413.
//! - [`ServerBuilder::bind`] and [`UrlGroup::add_url`] fail with a [`RegisterError`] (32, 87, 183, ...),
//!   whose text says why the URL cannot be served: show it to the user and exit.
//!
//! [`last_reason`] describes in words why a call refused an argument.
//!
//! A request that is dropped after an error is reset, so that its client does not keep waiting.
//!
//! # Ending
//!
//! [`Server::shutdown_gracefully`] lets the requests in progress finish, [`RequestQueue::shutdown`]
//! ends the receives of one handle, and dropping the server ends everything immediately.
//!
//! # Cost
//!
//! Once the buffers have grown to the size that the traffic needs, a request costs no allocation:
//! the memory of a [`Request`] is recycled when it is dropped, and a [`Response`] with a few
//! borrowed fields holds them in place and is written into a buffer of the calling thread.
//!
//! # Parameters
//!
//! The registry parameters of HTTP.sys are [`Parameters`]. [`Service::global`], which
//! [`Server::builder`] uses by default, takes them from the environment
//! (`HTTPSYS_MaxFieldLength=1024`), as C programs do; a private service has the parameters that you
//! pass to [`Service::new`] or [`ServerBuilder::parameters`].
//!
//! Reservations, certificates, timeouts and listen addresses are records of a configuration store.
//! [`Service::global`] shares the file that `HTTPSYS_CONFIG` names with all programs of the user. A
//! private service has its records in memory, or in the store that you pass to
//! [`Service::with_configuration`].
//!
//! # Looking inside
//!
//! Events go to the program's own subscriber of the crate `tracing`, for instance
//! `tracing_subscriber::fmt().init()`. They include the reason for each refused request and
//! registration. The variable `HTTPSYS_TRACE` is for programs in C and has no effect here.
//!
//! [`Service::counters`] returns HTTP.sys's performance counters and more, also as text for
//! Prometheus; [`Service::state`] lists the request queues with their URL groups and URLs. See
//! [`counters`].
//!
//! # Structure of this crate
//!
//! Owns: the RAII objects, the builder, and the framing of [`Request::start_chunked_response`].
//! Does not own: the behaviour, which lives in `httpsys-core` (objects), `httpsys-proto` (HTTP) and
//! `httpsys-engine` (sockets and threads). Ids such as `HST-006` or `G-047` in the documentation
//! refer to rows and gaps of the project's behaviour catalog.
#![forbid(unsafe_code)]

#[cfg(any(feature = "futures-io", feature = "tokio"))]
mod async_response;
mod body;
mod by_id;
mod cache;
mod chunk;
mod configuration;
pub mod counters;
mod data;
mod fields;
mod fragment;
pub mod future;
mod headers;
#[cfg(feature = "http")]
pub mod http;
mod log;
mod log_data;
#[cfg(any(feature = "futures-io", feature = "tokio"))]
mod pipe;
mod property;
mod push;
mod queue;
mod reason;
mod receive;
mod register_error;
mod request;
#[cfg(feature = "stream")]
mod requests;
mod reservation;
mod response;
mod server;
mod service;
pub mod service_manager;
mod session;
mod shutdown;
mod ssl;
mod stream;
mod text;
mod timeouts;
pub mod tls;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "headers")]
mod typed_header;
mod upgraded;
mod url_group;
mod verb;
#[cfg(any(feature = "futures-io", feature = "tokio"))]
mod write_side;

#[cfg(any(feature = "futures-io", feature = "tokio"))]
pub use async_response::AsyncResponse;
pub use body::BodyReader;
pub use chunk::{DataChunk, FileRange};
pub use data::Data;
pub use fragment::Fragment;
pub use headers::Headers;
pub use httpsys_core::cache::CachePolicy;
pub use httpsys_core::call::InvalidPush;
pub use httpsys_core::close_reason::TimerKind;
pub use httpsys_core::configuration::ssl::{
    SslFlags, SslKey, SslKeyKind, SslParameters, SslRecord,
};
pub use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedKind};
pub use httpsys_core::configuration::{CacheParameter, ServiceSetting, ServiceTimeout};
pub use httpsys_core::property::{LogFormat, Rollover, State, Verbosity};
pub use httpsys_core::proto::{
    Choices, InvalidField, InvalidParameter, InvalidSetting, IpNetwork, Parameters, ProxyProtocol,
    StrictMode, Trailers, Version, header,
};
pub use httpsys_core::refusal::Refusal;
pub use httpsys_core::url_prefix::{HostName, InvalidPrefix, PrefixHost, Scheme, UrlPrefix};
pub use httpsys_core::{
    CloseReason, ConnectionId, Error, Finding, Misuse, QueueId, RequestId, ServerSessionId,
    UrlGroupId,
};
pub use httpsys_engine::configuration::{
    CertificateFolders, ConfigurationStore, StoreError, StoreFault, StorePlace,
};
pub use httpsys_engine::logging::{Fields as LogFields, Flags as LogFlags, LogCounters};
pub use httpsys_engine::{ConnectionStatus, InvalidEnvironment, parameters_from_environment};
pub use log::Logging;
pub use log_data::LogData;
#[cfg(any(feature = "futures-io", feature = "tokio"))]
pub use pipe::AsyncPipe;
pub use property::Limits;
pub use push::Push;
pub use queue::RequestQueue;
pub use receive::Incoming;
pub use register_error::RegisterError;
pub use request::Request;
#[cfg(feature = "stream")]
pub use requests::Requests;
pub use response::Response;
pub use server::{Server, ServerBuilder};
pub use service::Service;
pub use session::ServerSession;
pub use shutdown::Drained;
pub use stream::ResponseStream;
pub use timeouts::{Setting, Timeouts};
pub use upgraded::Upgraded;
pub use url_group::{UrlGroup, prepare_url};
pub use verb::Verb;

/// The version of this crate, as `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Describes why the last call of this thread that refused an argument, a URL or its port did so: what is
/// wrong with it, which program uses it otherwise, and the code.
///
/// [`Error`] is a plain number, since one is made for each client that goes away; this text explains
/// [`Error::InvalidParameter`] (87), which has many causes. A [`RegisterError`] has its own text. Each thread
/// has its own last reason, and calls that succeed do not change it. `None` means that no call was refused.
/// The wording may change.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let service = httpsys::Service::new(httpsys::Parameters::default())?;
/// let queue = service.create_request_queue()?;
/// assert!(queue.set_length_limit(7).is_err());
/// assert_eq!(
///     httpsys::last_reason().as_deref(),
///     Some("PropertyInformation: a queue's length is 10 to 65535: ERROR_INVALID_PARAMETER (87)")
/// );
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn last_reason() -> Option<String> {
    httpsys_engine::reason::last()
}

/// What the calls of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;
