//! Requests and responses as those of the crate [`http`](https://docs.rs/http), with bodies of
//! [`http-body`](https://docs.rs/http-body). Needs the feature `http`.
//!
//! [`Request::into_http`](crate::Request::into_http) splits a request into a `http::Request<Body>` and
//! the [`Responder`] that sends its response, whose body may be of any type. The feature `tower` does
//! both for a whole request queue ([`crate::tower`]).
//!
//! ```
//! use httpsys::http::{Body, RequestInfo};
//! use httpsys::Server;
//! # use std::io::{Read, Write};
//!
//! /// A handler that knows nothing of httpsys but the type of the body.
//! fn handle(request: http::Request<Body>) -> http::Response<Body> {
//!     let client = request.extensions().get::<RequestInfo>().unwrap().remote_addr.ip();
//!     let text = format!("{} {} for {client}", request.method(), request.uri());
//!     http::Response::new(Body::from(text))
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::builder().url("http://localhost:0/").bind()?;
//! # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
//! # client.write_all(b"GET /a?b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
//! pollster::block_on(async {
//!     let request = server.receive_async().await?;
//!     let Ok((request, responder)) = request.into_http() else { return Ok(()) };
//!     responder.send(handle(request)).await
//! })?;
//! # let mut answer = String::new();
//! # client.read_to_string(&mut answer)?;
//! # assert!(answer.ends_with("\r\n\r\nGET /a?b for 127.0.0.1"), "{answer}");
//! # Ok(())
//! # }
//! ```
//!
//! # Requests
//!
//! The URI is the request target as the client sent it, like `/a%20b?c`, not the cooked URL, by which the
//! service has chosen the queue; [`RequestInfo::url`] is that. Bytes that `http::Uri` does not allow
//! are percent-encoded. A field that was sent several times is one field, with its values joined
//! by `, `, as in [`Request::headers`](crate::Request::headers). The extension [`RequestInfo`] has what
//! only the service knows: ids, addresses, TLS, the URL's context. A request that can be upgraded has
//! the extension [`OnUpgrade`].
//!
//! [`Body`] reads nothing ahead: what the program does not ask for stays with the client, so that a slow
//! program slows the client down. Its size hint is exact if the client has announced a length. Trailers of a chunked
//! request or over HTTP/2 are its last frame ([`Request::trailers`](crate::Request::trailers)).
//!
//! # Responses
//!
//! | body | on the wire |
//! |---|---|
//! | its first frame is all of it, or it is empty | one send, with `Content-Length` |
//! | its length is known by hint or head | `Content-Length`; any other length resets the connection |
//! | of unknown length | chunked; to HTTP/1.0, up to the end of the connection |
//! | to HEAD, or with status 204 or 304 | none; to HEAD with the length that the body would have |
//!
//! The next frame is asked for when the transport has taken the one before. If the first frame is not
//! there at once, the head is sent without it. Trailers are sent over HTTP/2; over HTTP/1.1, and with
//! `EnableTrailerSupport` 0, they are left out, as in HTTP.sys (RSP-031). If the body fails, or ends too
//! early, the connection (over HTTP/2, the stream) is reset, so that the client does not take a part for
//! the whole.
//!
//! `Connection`, `Keep-Alive`, `Proxy-Connection` and `Transfer-Encoding` of a response are the service's
//! business and are left out; `Connection: close` closes the connection after the response.
//!
//! # Structure
//!
//! Owns: the conversions, and the loop that sends a body. Does not own reads and sends
//! ([`crate::future`]).

mod body;
mod head;
mod info;
mod on_upgrade;
mod parts;
mod responder;
mod response_error;

pub use body::Body;
pub use info::RequestInfo;
pub use on_upgrade::OnUpgrade;
#[cfg(feature = "tower")]
pub(crate) use responder::ClientWatch;
pub use responder::Responder;
pub use response_error::{BoxError, ResponseError};
