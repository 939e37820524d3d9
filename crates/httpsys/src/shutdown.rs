//! Graceful shutdown.
//!
//! Owns the calls. Does not own what they do (`httpsys_engine`), or the shutdown of one handle
//! ([`RequestQueue::shutdown`]). Threading: any thread; the calls block until everything has ended.

use httpsys_engine::reason;
use std::time::Duration;

pub use httpsys_engine::Drained;

#[cfg(doc)]
use crate::Error;
use crate::{RequestQueue, Result, Server};

impl Server {
    /// Ends the server without aborting anything that can end by itself within `limit`, as
    /// [`RequestQueue::shutdown_gracefully`] does.
    ///
    /// The serving threads are still needed while it runs: they answer the requests that are in
    /// progress, and their [`Server::receive`] ends when nothing more can arrive. So call it on
    /// another thread, such as the one that waits for a signal of the system. An asynchronous
    /// program should call it on a thread for blocking work.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use httpsys::{Response, Server};
    /// # use std::io::{Read, Write};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = Server::builder().url("http://localhost:0/").bind()?;
    /// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    /// let ended = std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         for request in server.incoming() {
    ///             let _ = request.respond(Response::ok().body("done"));
    ///         }
    ///     });
    /// #   let mut answer = [0; 12];
    /// #   client.read_exact(&mut answer).unwrap();
    /// #   assert_eq!(&answer, b"HTTP/1.1 200");
    ///     // When the program is asked to end:
    ///     server.shutdown_gracefully(Duration::from_secs(30))
    /// })?;
    /// assert_eq!(ended.reset, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::shutdown_gracefully`].
    pub fn shutdown_gracefully(&self, limit: Duration) -> Result<Drained> {
        self.queue().shutdown_gracefully(limit)
    }
}

impl RequestQueue {
    /// Closes the queue without aborting anything that can end by itself within `limit`. HTTP.sys
    /// has no such call; `examples/c/graceful.c` does the same with documented calls.
    ///
    /// 1. The ports that only URLs of this queue keep open are closed: clients can no longer
    ///    connect. On a port that other URLs keep open, requests for this queue are refused with
    ///    the 503 handling of [`RequestQueue::verbosity`].
    /// 2. Connections without a request are closed with FIN. On a connection where a request has
    ///    begun to arrive, it may still be completed.
    /// 3. Requests in the queue are still delivered, and requests that have been received can be
    ///    read and answered. A response that begins now has `Connection: close`, and its connection
    ///    ends after it.
    /// 4. When nothing more can arrive, all receives on all handles of the queue end:
    ///    [`Error::Aborted`] for those that wait, [`Error::InvalidHandle`] for later ones, and the
    ///    end of [`RequestQueue::incoming`].
    /// 5. The call returns when no request is left, and no connection that has not taken its
    ///    response. After `limit`, the remaining connections are reset, including
    ///    [`Upgraded`](crate::Upgraded) ones: calls that wait on them end with [`Error::Aborted`].
    ///
    /// [`RequestQueue::wait_for_disconnect`] is not ended by the shutdown: it returns when its
    /// connection ends. Afterwards the queue is closed, and the URLs of its groups are removed.
    ///
    /// With a limit of zero, the call does not wait; a limit too long to be added to the current
    /// time counts as no limit.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] (6) when the queue is closed or is closed meanwhile;
    /// [`Error::InvalidParameter`] (87), without any effect, on a handle of
    /// [`Service::open_request_queue`](crate::Service::open_request_queue).
    pub fn shutdown_gracefully(&self, limit: Duration) -> Result<Drained> {
        if !self.is_creator() {
            return Err(reason::invalid(
                "this handle only opened the queue: only its creator may shut it down",
            ));
        }
        let engine = self.service().engine();
        let deadline = engine.now().checked_add(limit);
        engine.drain_queue(&self.scope().queue, deadline)
    }
}
