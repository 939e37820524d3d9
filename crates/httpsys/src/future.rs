//! The calls that wait, as futures.
//!
//! An asynchronous program uses these instead of the blocking calls of the same names. They are
//! plain [`std::future::Future`]s: any executor can poll them, no particular one is required, and a
//! future may move to another task or executor between two polls. The service's own thread handles
//! the sockets and wakes the tasks.
//!
//! | method | blocking call |
//! |---|---|
//! | [`RequestQueue::receive_async`], [`Server::receive_async`] | [`RequestQueue::receive`] |
//! | [`Request::read_body_async`] | [`Request::read_body`] |
//! | [`Request::respond_async`] | [`Request::respond`] |
//! | [`Request::start_response_async`] | [`Request::start_response`] |
//! | [`Request::start_chunked_response_async`] | [`Request::start_chunked_response`] |
//! | [`ResponseStream::write_async`] | [`ResponseStream::write`] |
//! | [`ResponseStream::finish_async`] | [`ResponseStream::finish`] |
//! | [`ResponseStream::finish_with_async`] | [`ResponseStream::finish_with`] |
//! | [`Request::upgrade_async`] | [`Request::upgrade`] |
//! | [`Upgraded::read_async`] | [`Upgraded::read`] |
//! | [`Upgraded::write_async`] | [`Upgraded::write`] |
//! | [`Upgraded::close_async`] | [`Upgraded::close`] |
//! | [`RequestQueue::wait_for_disconnect_async`] | [`RequestQueue::wait_for_disconnect`] |
//!
//! Nothing happens before the first poll. Polling a future again after it has returned its result
//! returns [`Error::Internal`](crate::Error::Internal) or, for a receive and a body read, starts
//! the same call again.
//!
//! # What a drop does
//!
//! | dropped before its end | effect |
//! |---|---|
//! | [`Receive`] | loses its place in the order; a request that it had already been given goes to another receive |
//! | [`ReadBody`] | no byte is lost: bytes are taken only by the poll that returns them |
//! | [`Respond`], [`FinishResponse`], [`StartResponse`], [`Upgrade`] | the connection is reset |
//! | [`WriteBody`] | the connection is reset if a part of the data has been sent; if never polled, nothing |
//! | [`WaitForDisconnect`] | the wait ends |
//!
//! If a send is dropped at the moment when the transport takes its last bytes, it may still be sent
//! completely.
//!
//! ```
//! use httpsys::{Response, Server};
//! # use std::io::{Read, Write};
//!
//! async fn serve_one(server: &Server) -> httpsys::Result<()> {
//!     let request = server.receive_async().await?;
//!     let mut buffer = [0; 1024];
//!     let n = request.read_body_async(&mut buffer).await?;
//!     let answer = Response::ok().body(buffer[..n].to_vec());
//!     request.respond_async(answer).await?;
//!     Ok(())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::builder().url("http://localhost:0/").bind()?;
//! # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
//! # client.write_all(b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\
//! #   Connection: close\r\n\r\nhi")?;
//! pollster::block_on(serve_one(&server))?;
//! # let mut answer = String::new();
//! # client.read_to_string(&mut answer)?;
//! # assert!(answer.ends_with("\r\n\r\nhi"), "{answer}");
//! # Ok(())
//! # }
//! ```
//!
//! # Structure
//!
//! Owns: the futures and what their drop does. Does not own the operations that wait, which are
//! the engine's overlapped ones: what it keeps holds no memory of a caller, only a `FutureSlot` to
//! complete and, for a send, the data that it owns. Threading: a slot is completed by whichever
//! thread has the news, with no lock held, and wakers are woken and dropped with no lock held.
//!
//! [`RequestQueue::receive_async`]: crate::RequestQueue::receive_async
//! [`RequestQueue::receive`]: crate::RequestQueue::receive
//! [`RequestQueue::wait_for_disconnect_async`]: crate::RequestQueue::wait_for_disconnect_async
//! [`RequestQueue::wait_for_disconnect`]: crate::RequestQueue::wait_for_disconnect
//! [`Server::receive_async`]: crate::Server::receive_async
//! [`Request::read_body_async`]: crate::Request::read_body_async
//! [`Request::read_body`]: crate::Request::read_body
//! [`Request::respond_async`]: crate::Request::respond_async
//! [`Request::respond`]: crate::Request::respond
//! [`Request::start_response_async`]: crate::Request::start_response_async
//! [`Request::start_response`]: crate::Request::start_response
//! [`Request::start_chunked_response_async`]: crate::Request::start_chunked_response_async
//! [`Request::start_chunked_response`]: crate::Request::start_chunked_response
//! [`ResponseStream::write_async`]: crate::ResponseStream::write_async
//! [`ResponseStream::write`]: crate::ResponseStream::write
//! [`ResponseStream::finish_async`]: crate::ResponseStream::finish_async
//! [`ResponseStream::finish_with_async`]: crate::ResponseStream::finish_with_async
//! [`ResponseStream::finish`]: crate::ResponseStream::finish
//! [`ResponseStream::finish_with`]: crate::ResponseStream::finish_with
//! [`Request::upgrade_async`]: crate::Request::upgrade_async
//! [`Request::upgrade`]: crate::Request::upgrade
//! [`Upgraded::read_async`]: crate::Upgraded::read_async
//! [`Upgraded::read`]: crate::Upgraded::read
//! [`Upgraded::write_async`]: crate::Upgraded::write_async
//! [`Upgraded::write`]: crate::Upgraded::write
//! [`Upgraded::close_async`]: crate::Upgraded::close_async
//! [`Upgraded::close`]: crate::Upgraded::close

#[cfg(test)]
pub(crate) mod counting_waker;
mod disconnect;
mod read_body;
mod readers;
mod receive;
mod respond;
mod send_call;
mod slot;
mod upgrade;

pub use disconnect::WaitForDisconnect;
#[cfg(feature = "http")]
pub(crate) use read_body::BodySource;
pub use read_body::ReadBody;
#[cfg(any(feature = "http", feature = "futures-io", feature = "tokio"))]
pub(crate) use read_body::ReadCall;
pub(crate) use readers::Readers;
pub use receive::Receive;
#[cfg(feature = "http")]
pub(crate) use respond::RefusedHead;
#[cfg(any(feature = "futures-io", feature = "tokio"))]
pub(crate) use respond::send;
pub use respond::{FinishResponse, Respond, StartResponse, WriteBody};
#[cfg(any(feature = "futures-io", feature = "tokio"))]
pub(crate) use send_call::SendCall;
#[cfg(feature = "tower")]
pub(crate) use slot::{FutureSlot, drop_payload};
pub use upgrade::Upgrade;
