//! Connections that were taken over from HTTP.
//!
//! Owns the pipe of bytes behind a 101 response. Does not own the protocol spoken on it. Invariant:
//! a pipe that is dropped before its end resets the connection, so that the peer never takes a
//! broken stream for a whole one. Threading: both directions at once, from two threads.

use std::borrow::Borrow;
use std::io::{self, Read, Write};

use httpsys_engine::Chunk;

use crate::body::into_io;
use crate::by_id::SendFlags;
use crate::{Request, Response, Result};

/// An upgraded connection. Made by [`Request::upgrade`].
///
/// Reading ends with 0 bytes when the peer has closed its sending side; writing remains possible
/// until [`Upgraded::close`] (G-096). Dropping the pipe before that resets the connection, and data
/// that is still on its way may be lost. Like `&TcpStream`, `&Upgraded` can read and write, too, so
/// that two threads can use both directions. For a pipe in an [`Arc`](std::sync::Arc), that is
/// `(&*pipe).read_exact(..)`.
///
/// ```
/// use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = httpsys::Server::builder().url("http://localhost:0/").bind()?;
/// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
/// # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\nabc")?;
/// let request = server.receive()?;
/// let response = httpsys::Response::new(101, "Switching Protocols")
///     .header("Upgrade", "websocket")
///     .header("Connection", "Upgrade");
/// let mut pipe = request.upgrade(response)?;
/// let mut bytes = [0; 3];
/// pipe.read_exact(&mut bytes)?;
/// pipe.write_all(&bytes)?;
/// pipe.close()?;
/// # let mut answer = String::new();
/// # client.read_to_string(&mut answer)?;
/// # assert!(answer.ends_with("\r\n\r\nabc"), "{answer}");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Upgraded {
    request: Request,
}

/// Taking the connection over.
impl Request {
    /// Answers with 101 (Switching Protocols) and takes the connection over as a pipe of bytes:
    /// HttpSendHttpResponse with HTTP_SEND_RESPONSE_FLAG_OPAQUE. The program must set the response
    /// fields `Upgrade: websocket` and `Connection: Upgrade`; nothing is added (UPG-003, UPG-005).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for a status other than 101, for
    /// a protocol other than `websocket`, as in HTTP.sys (the code is assumed, G-180), and for a
    /// request that cannot be upgraded: it must be HTTP/1.1 and have no body (UPG-001, UPG-002);
    /// otherwise the same as those of [`Request::respond`].
    pub fn upgrade<'r>(self, response: impl Borrow<Response<'r>>) -> Result<Upgraded> {
        Upgraded::start(self, response.borrow())
    }
}

impl Upgraded {
    pub(crate) fn start(request: Request, response: &Response<'_>) -> Result<Upgraded> {
        request
            .scope()
            .upgrade(request.id(), Some(request.block()), response)?;
        Ok(Upgraded::of(request))
    }

    /// The pipe of a request whose 101 is sent.
    pub(crate) fn of(request: Request) -> Upgraded {
        Upgraded { request }
    }

    /// It was closed: the drop has nothing to reset.
    #[cfg(any(feature = "futures-io", feature = "tokio"))]
    pub(crate) fn ended(&mut self) {
        self.request.answered();
    }

    pub(crate) fn into_request(self) -> Request {
        self.request
    }

    /// The request that was upgraded.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Reads bytes as the peer sent them, and waits until there are some. Returns 0 when the peer
    /// has closed its sending side, and for an empty buffer.
    ///
    /// # Errors
    /// The same as those of [`Request::read_body`].
    pub fn read(&self, out: &mut [u8]) -> Result<usize> {
        self.request.scope().read_body(self.request.id(), out)
    }

    /// Sends bytes unchanged, and waits until the transport has taken them.
    ///
    /// # Errors
    /// The same as those of [`crate::ResponseStream::write`], and [`crate::Error::SendOutstanding`]
    /// while another thread is sending.
    pub fn write(&self, data: &[u8]) -> Result<()> {
        if data.is_empty() {
            return Ok(());
        }
        let (scope, id) = (self.request.scope(), self.request.id());
        let data = [Chunk::Memory(data)];
        scope.send_body(id, SendFlags::MORE_DATA, &data).map(drop)
    }

    /// Closes the connection gracefully, after everything that was written (UPG-006).
    ///
    /// # Errors
    /// The same as those of [`Upgraded::write`].
    pub fn close(mut self) -> Result<()> {
        self.shutdown()?;
        self.request.answered();
        Ok(())
    }

    /// Works like [`Upgraded::close`], for a thread that shares the pipe: both directions end, and
    /// reads of other threads, including waiting ones, fail with
    /// [`crate::Error::ConnectionInvalid`]. Dropping the pipe afterwards has no effect.
    ///
    /// # Errors
    /// The same as those of [`Upgraded::write`].
    pub fn shutdown(&self) -> Result<()> {
        let (scope, id) = (self.request.scope(), self.request.id());
        scope.send_body(id, SendFlags::default(), &[]).map(drop)
    }

    /// Resets the connection. While other threads read and write, [`crate::RequestQueue::cancel`]
    /// with the request's id does so: their calls fail with [`crate::Error::Aborted`].
    ///
    /// # Errors
    /// The same as those of [`Request::cancel`].
    pub fn cancel(self) -> Result<()> {
        self.request.cancel()
    }
}

impl Read for &Upgraded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        Upgraded::read(self, out).map_err(into_io)
    }
}

impl Read for Upgraded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        Upgraded::read(self, out).map_err(into_io)
    }
}

/// Sends all of the data in each call; nothing is buffered.
impl Write for &Upgraded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Upgraded::write(self, data).map_err(into_io)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// As for a reference.
impl Write for Upgraded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Write::write(&mut &*self, data)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
