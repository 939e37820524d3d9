//! The Windows HTTP Server API (HTTP.sys) in user space: an idiomatic Rust API for Linux, macOS
//! and Windows.
//!
//! HTTP.sys is the HTTP server inside the Windows kernel: programs register URL prefixes, and
//! requests that match them arrive in request queues. This crate is the same machine as a library:
//! the same objects, error codes and limits, and the same bytes on the wire. It needs neither
//! Windows nor a driver; several parts of one process share ports as programs on Windows do.
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
//! | [`Server`] | a session, a group and a queue in one |
//!
//! # Threads
//!
//! All types are `Send` and `Sync`. Any number of threads may receive from one queue; a request may
//! be answered by any thread, and cancelled by another one at any moment
//! ([`RequestQueue::cancel`]). There is no thread to start: a thread that waits in a call looks
//! after the sockets, and a background thread of the service does so while none waits.
//!
//! Calls block; those that wait also have an asynchronous form, see [`future`]. A receive can have a
//! time limit; a send waits until the transport has taken the last byte, including those of files;
//! [`RequestQueue::cancel`] from another thread ends it. A blocking call borrows its arguments until
//! it returns. A future owns its data and keeps it until the transport has taken it, even if the
//! future is dropped.
//!
//! # What a drop does
//!
//! | dropped | effect |
//! |---|---|
//! | [`Server`] | its URLs vanish and its queue closes, also for clones of the queue |
//! | last clone of the creator's [`RequestQueue`] | the queue closes, its requests are reset |
//! | last clone of an opened [`RequestQueue`] | what it received is reset; the queue stays |
//! | [`UrlGroup`] | its URLs vanish |
//! | [`ServerSession`] | closes when its groups are gone, too |
//! | [`Request`] without an answer | its connection is reset |
//! | [`ResponseStream`], [`Upgraded`] before its end | its connection is reset |
//! | last handle or object of a private [`Service`] | it stops |
//!
//! # Errors
//!
//! [`Error`] names what HTTP.sys reports as a Win32 code, and [`Error::win32`] is the code. What a
//! server has to expect, and what it does about it:
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
//! [`last_reason`] says in words which argument a call refused.
//!
//! A request that is dropped after an error is reset, so that its client does not keep waiting.
//!
//! # Ending
//!
//! [`Server::shutdown_gracefully`] lets the requests in progress finish, [`RequestQueue::shutdown`]
//! ends the receives of one handle, and a drop ends everything at once.
//!
//! # Cost
//!
//! Once its buffers have grown to what the traffic needs, a request costs no allocation: the
//! memory of a [`Request`] is recycled when it is dropped, and a [`Response`] with a few borrowed
//! fields holds them in place and is written into a buffer of the calling thread.
//!
//! # Parameters
//!
//! The registry parameters of HTTP.sys are [`Parameters`]. [`Service::global`], which
//! [`Server::builder`] uses unless told otherwise, takes them from the environment
//! (`HTTPSYS_MaxFieldLength=1024`), as programs in C do; a service of one's own has those that
//! [`Service::new`] or [`ServerBuilder::parameters`] is given.
//!
//! Reservations, certificates, timeouts and listen addresses are records of a configuration store:
//! [`Service::global`] shares the file that `HTTPSYS_CONFIG` names with all programs of the user, a service of
//! one's own has its records in memory or in the store that [`Service::with_configuration`] is given.
//!
//! # Looking inside
//!
//! Events go to the program's own subscriber of the crate `tracing`, for instance
//! `tracing_subscriber::fmt().init()`: each refused request and registration has its reason there.
//! The variable `HTTPSYS_TRACE` is for programs in C and has no effect here.
//!
//! [`Service::counters`] has HTTP.sys's performance counters and more, also as text for Prometheus;
//! [`Service::state`] lists the request queues with their URL groups and URLs. See [`counters`].
//!
//! # Structure of this crate
//!
//! Owns: the RAII objects, the builder, and the framing of [`Request::start_chunked_response`].
//! Does not own: the behaviour, which lives in `httpsys-core` (objects), `httpsys-proto` (HTTP)
//! and `httpsys-engine` (sockets and threads). Ids such as `HST-006` or `G-047` in the
//! documentation name rows of the project's behaviour catalog.
#![forbid(unsafe_code)]

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
mod log;
mod log_data;
mod property;
mod push;
mod queue;
mod reason;
mod receive;
mod register_error;
mod request;
mod reservation;
mod response;
mod server;
mod service;
mod session;
mod shutdown;
mod ssl;
mod stream;
mod text;
mod timeouts;
pub mod tls;
mod upgraded;
mod url_group;
mod verb;

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
    Choices, InvalidField, InvalidParameter, InvalidSetting, Parameters, Trailers, Version, header,
};
pub use httpsys_core::refusal::Refusal;
pub use httpsys_core::url_prefix::{HostName, InvalidPrefix, PrefixHost, Scheme, UrlPrefix};
pub use httpsys_core::{
    CloseReason, ConnectionId, Error, QueueId, RequestId, ServerSessionId, UrlGroupId,
};
pub use httpsys_engine::configuration::{
    CertificateFolders, ConfigurationStore, StoreError, StoreFault, StorePlace,
};
pub use httpsys_engine::logging::{Fields as LogFields, Flags as LogFlags, LogCounters};
pub use httpsys_engine::{ConnectionStatus, InvalidEnvironment, parameters_from_environment};
pub use log::Logging;
pub use log_data::LogData;
pub use property::Limits;
pub use push::Push;
pub use queue::RequestQueue;
pub use receive::Incoming;
pub use register_error::RegisterError;
pub use request::Request;
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

/// Why the last call of this thread was refused for an argument, a URL or its port: what is wrong with it,
/// who else has it, and the code.
///
/// [`Error`] is a plain number, since it is made for each client that goes away; this is the text behind
/// [`Error::InvalidParameter`] (87), which has many causes. A [`RegisterError`] says its own. Each thread has
/// a text of its own; calls that succeed leave it alone. `None` when none was refused. The wording may
/// change.
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
