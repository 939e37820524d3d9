//! Streamed responses as the `AsyncWrite` of `tokio` and `futures-io`.
//!
//! Owns: the two traits on a [`ResponseStream`]. Does not own: its framing (`stream.rs`), nor the send between two
//! calls (`write_side.rs`). Invariant: a response that is dropped before its close resets the connection, as a
//! [`ResponseStream`] does. Threading: plain value.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use smallvec::smallvec;

use crate::body::into_io;
use crate::by_id::SendFlags;
use crate::future::send;
use crate::stream::BodyFraming;
use crate::write_side::WriteSide;
use crate::{DataChunk, ResponseStream};

/// A response in progress for asynchronous code: `AsyncWrite` of `tokio` with the feature `tokio`, of `futures-io`
/// with the feature `futures-io`. Made by [`ResponseStream::into_async`].
///
/// A write takes up to 64 KiB, which are one chunk of a chunked response, and may return before the transport has them;
/// the next write, flush or close waits for that and returns its error. Closing (`shutdown` of tokio) ends the
/// response; dropping it before that resets the connection.
#[derive(Debug)]
pub struct AsyncResponse {
    write: WriteSide,
    /// Dropped after the send, which may have to be broken off.
    stream: ResponseStream,
}

impl ResponseStream {
    /// The rest of the response for asynchronous code. Needs the feature `tokio` or `futures-io`.
    #[must_use]
    pub fn into_async(self) -> AsyncResponse {
        AsyncResponse {
            write: WriteSide::Idle,
            stream: self,
        }
    }
}

impl AsyncResponse {
    /// The request, to read its parts and the rest of its entity body.
    #[must_use]
    pub fn request(&self) -> &crate::Request {
        self.stream.request()
    }

    fn write(&mut self, data: &[u8], context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let AsyncResponse { write, stream } = self;
        if stream.framing() == BodyFraming::HeadOnly {
            ready!(write.ready_to_write(context))?;
            let sent = stream.send_nothing();
            return Poll::Ready(sent.map(|()| data.len()).map_err(into_io));
        }
        write.write(data, context, |data| {
            let pieces = stream.framing().pieces(smallvec![data], false);
            send(stream.request(), None, SendFlags::MORE_DATA, pieces)
        })
    }

    fn close(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let AsyncResponse { write, stream } = self;
        let closed = ready!(write.close(context, || {
            let pieces = stream
                .framing()
                .pieces(smallvec![DataChunk::default()], true);
            send(stream.request(), None, stream.last_flags(), pieces)
        }))?;
        if closed {
            stream.ended();
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(feature = "futures-io")]
impl futures_io::AsyncWrite for AsyncResponse {
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
impl tokio::io::AsyncWrite for AsyncResponse {
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
