//! Upgraded connections and request bodies as the `AsyncRead` and `AsyncWrite` of `tokio` and `futures-io`.
//!
//! Owns: the read that a pipe polls between two calls, and the two pairs of traits. Does not own the calls
//! (`crate::future`), nor the send (`write_side.rs`). Invariant: a pipe that is dropped before its close resets
//! the connection, as an [`Upgraded`] does. Threading: plain value; the `split` of either crate gives two halves.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use smallvec::smallvec;

use crate::Upgraded;
use crate::body::into_io;
use crate::by_id::SendFlags;
use crate::chunk::Pieces;
use crate::future::{ReadCall, send};
use crate::write_side::WriteSide;

/// An upgraded connection for asynchronous code: `AsyncRead` and `AsyncWrite` of `tokio` with the feature
/// `tokio`, of `futures-io` with the feature `futures-io`. Made by [`Upgraded::into_async`].
///
/// A write takes up to 64 KiB and returns before the transport has them; the next write, flush or close
/// waits for it and returns its error. Reading ends with 0 bytes when the peer has closed its sending
/// side. Closing (`shutdown` of tokio) ends both directions gracefully, after everything that was
/// written (UPG-006); dropping the pipe before that resets the connection.
#[derive(Debug)]
pub struct AsyncPipe {
    read: ReadCall,
    write: WriteSide,
    /// Dropped after the send, which may have to be broken off.
    pipe: Upgraded,
}

impl Upgraded {
    /// The connection for asynchronous code. Needs the feature `tokio` or `futures-io`.
    #[must_use]
    pub fn into_async(self) -> AsyncPipe {
        AsyncPipe {
            read: ReadCall::default(),
            write: WriteSide::Idle,
            pipe: self,
        }
    }
}

impl AsyncPipe {
    /// The request that was upgraded.
    #[must_use]
    pub fn request(&self) -> &crate::Request {
        self.pipe.request()
    }

    fn read(&mut self, out: &mut [u8], context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let source = self.pipe.request().body_source();
        self.read.poll(source, out, context).map_err(into_io)
    }

    fn write(&mut self, data: &[u8], context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let AsyncPipe { write, pipe, .. } = self;
        write.write(data, context, |data| {
            let pieces = Ok(smallvec![data]);
            send(pipe.request(), None, SendFlags::MORE_DATA, pieces)
        })
    }

    fn close(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let AsyncPipe { write, pipe, .. } = self;
        let closed = ready!(write.close(context, || {
            let pieces = Ok(Pieces::new());
            send(pipe.request(), None, SendFlags::default(), pieces)
        }))?;
        if closed {
            pipe.ended();
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for AsyncPipe {
    fn drop(&mut self) {
        self.read.abandon(self.pipe.request().body_source());
    }
}

#[cfg(feature = "futures-io")]
impl futures_io::AsyncRead for AsyncPipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.read(out, context)
    }
}

#[cfg(feature = "futures-io")]
impl futures_io::AsyncWrite for AsyncPipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(data, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write.flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.close(context)
    }
}

#[cfg(feature = "tokio")]
impl tokio::io::AsyncRead for AsyncPipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n = ready!(self.read(out.initialize_unfilled(), context))?;
        out.advance(n);
        Poll::Ready(Ok(()))
    }
}

#[cfg(feature = "tokio")]
impl tokio::io::AsyncWrite for AsyncPipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(data, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write.flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.close(context)
    }
}

/// The entity body as bytes.
#[cfg(all(feature = "http", feature = "futures-io"))]
impl futures_io::AsyncRead for crate::http::Body {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_read_into(out, context).map_err(into_io)
    }
}

/// The entity body as bytes.
#[cfg(all(feature = "http", feature = "tokio"))]
impl tokio::io::AsyncRead for crate::http::Body {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n = ready!(self.poll_read_into(out.initialize_unfilled(), context)).map_err(into_io)?;
        out.advance(n);
        Poll::Ready(Ok(()))
    }
}
