//! The sending side of an `AsyncWrite`: the send that is polled between two calls.
//!
//! Owns: which send is under way, and that nothing is written after the end. Does not own: what a send contains, nor
//! the traits (`pipe.rs`, `async_response.rs`). Threading: plain value.

use std::io;
use std::task::{Context, Poll, ready};

use crate::DataChunk;
use crate::body::into_io;
use crate::future::SendCall;

/// The most bytes that one write takes.
const MOST: usize = 64 * 1024;

/// See the module head.
#[derive(Debug)]
pub(crate) enum WriteSide {
    /// No send is under way.
    Idle,
    /// The send of the bytes that a write has taken.
    Writes(SendCall),
    /// The last send.
    Closes(SendCall),
    /// The last send has ended, well or not.
    Closed,
}

impl WriteSide {
    /// Waits for the previous send, and begins one with a copy of the data, of at most 64 KiB.
    pub(crate) fn write(
        &mut self,
        data: &[u8],
        context: &mut Context<'_>,
        begin: impl FnOnce(DataChunk<'static>) -> SendCall,
    ) -> Poll<io::Result<usize>> {
        ready!(self.ready_to_write(context))?;
        let data = &data[..data.len().min(MOST)];
        if data.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let mut call = begin(data.to_vec().into());
        match call.poll(context, None) {
            Poll::Ready(result) => Poll::Ready(result.map(|_| data.len()).map_err(into_io)),
            Poll::Pending => {
                *self = WriteSide::Writes(call);
                Poll::Ready(Ok(data.len()))
            }
        }
    }

    /// As [`WriteSide::flush`], but fails once the close has begun.
    pub(crate) fn ready_to_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.flush(context))?;
        Poll::Ready(match self {
            WriteSide::Closes(_) | WriteSide::Closed => Err(io::ErrorKind::BrokenPipe.into()),
            WriteSide::Idle | WriteSide::Writes(_) => Ok(()),
        })
    }

    /// Waits for the send that a write has begun, and returns its error.
    pub(crate) fn flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let WriteSide::Writes(call) = self {
            let result = ready!(call.poll(context, None));
            *self = WriteSide::Idle;
            return Poll::Ready(result.map(drop).map_err(into_io));
        }
        Poll::Ready(Ok(()))
    }

    /// Waits for the last send, which the first call begins. Returns true when that has ended well, and false in later
    /// calls.
    pub(crate) fn close(
        &mut self,
        context: &mut Context<'_>,
        begin: impl FnOnce() -> SendCall,
    ) -> Poll<io::Result<bool>> {
        ready!(self.flush(context))?;
        if let WriteSide::Idle = self {
            *self = WriteSide::Closes(begin());
        }
        if let WriteSide::Closes(call) = self {
            let result = ready!(call.poll(context, None));
            *self = WriteSide::Closed;
            return Poll::Ready(result.map(|_| true).map_err(into_io));
        }
        Poll::Ready(Ok(false))
    }
}
