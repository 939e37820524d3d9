//! The entity body of a request as a body of the crate `http-body`.
//!
//! Owns: the buffer that frames are cut from, and what is left of an announced length. Does not own the
//! reading (`future/read_body.rs`). Invariant: nothing is read before it is asked for, and after an end or
//! an error nothing more.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::http_body::{Body as HttpBody, Frame, SizeHint};
use bytes::{Bytes, BytesMut};
use httpsys_core::RequestId;
use httpsys_core::proto::Framing;

use crate::future::{BodySource, ReadCall, Readers};
use crate::queue::QueueScope;
use crate::{Error, Request};

/// What is read at once at most.
const FRAME: usize = 16 * 1024;
/// A rest of the buffer that is not worth a read.
const LEAST: usize = 4 * 1024;

/// The entity body of a request, or bytes for a response or a test.
///
/// Dropping it unread is no error: the service discards the rest when the response is sent. Once the
/// response is complete, reading fails.
///
/// ```
/// use httpsys::http::Body;
/// use http_body::Body as _;
///
/// assert!(Body::empty().is_end_stream());
/// assert_eq!(Body::from("text").size_hint().exact(), Some(4));
/// ```
#[derive(Debug, Default)]
pub struct Body {
    source: BodyKind,
}

#[derive(Default)]
enum BodyKind {
    #[default]
    Empty,
    Bytes(Bytes),
    Request(Box<ClientBody>),
}

/// A body that comes from a client.
struct ClientBody {
    scope: Arc<QueueScope>,
    request: RequestId,
    /// Those of the request.
    readers: Arc<Readers>,
    call: ReadCall,
    buffer: BytesMut,
    /// What is to come, if the client has said so.
    left: Option<u64>,
}

impl Body {
    /// No body.
    #[must_use]
    pub fn empty() -> Self {
        Body::default()
    }

    pub(super) fn of(request: &Request) -> Self {
        let left = match request.block().head.framing() {
            Framing::None | Framing::Length(0) => return Body::empty(),
            Framing::Length(length) => Some(length),
            Framing::Chunked => None,
        };
        let reading = ClientBody {
            scope: Arc::clone(request.shared_scope()),
            request: request.id(),
            readers: request.readers().share(),
            call: ReadCall::default(),
            buffer: BytesMut::new(),
            left,
        };
        Body {
            source: BodyKind::Request(Box::new(reading)),
        }
    }

    /// Reads into the caller's memory. 0 is the end.
    #[cfg(any(feature = "futures-io", feature = "tokio"))]
    pub(crate) fn poll_read_into(
        &mut self,
        out: &mut [u8],
        context: &mut Context<'_>,
    ) -> Poll<Result<usize, Error>> {
        let result = match &mut self.source {
            BodyKind::Empty => Ok(0),
            BodyKind::Bytes(bytes) => {
                let n = bytes.len().min(out.len());
                out[..n].copy_from_slice(&bytes.split_to(n));
                Ok(n)
            }
            BodyKind::Request(reading) if reading.is_over() => Ok(0),
            BodyKind::Request(reading) => ready!(reading.poll_read(out, context)),
        };
        // An empty buffer is filled with nothing, wherever the body is.
        if !out.is_empty() && matches!(result, Ok(0) | Err(_)) {
            self.source = BodyKind::Empty;
        }
        Poll::Ready(result)
    }
}

impl ClientBody {
    fn source(&self) -> BodySource<'_> {
        BodySource {
            scope: &self.scope,
            request: self.request,
            readers: &self.readers,
        }
    }

    #[cfg(any(feature = "futures-io", feature = "tokio"))]
    fn poll_read(
        &mut self,
        out: &mut [u8],
        context: &mut Context<'_>,
    ) -> Poll<Result<usize, Error>> {
        let source = BodySource {
            scope: &self.scope,
            request: self.request,
            readers: &self.readers,
        };
        let result = ready!(self.call.poll(source, out, context));
        if let Ok(n) = result {
            self.count(n);
        }
        Poll::Ready(result)
    }

    /// The next bytes; none are the end.
    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, Error>> {
        if self.buffer.len() < LEAST {
            // The allocation is used again if no frame of it is left.
            self.buffer.clear();
            self.buffer.reserve(FRAME);
            self.buffer.resize(FRAME, 0);
        }
        let source = BodySource {
            scope: &self.scope,
            request: self.request,
            readers: &self.readers,
        };
        let n = ready!(self.call.poll(source, &mut self.buffer, context))?;
        self.count(n);
        Poll::Ready(Ok(self.buffer.split_to(n).freeze()))
    }

    /// All that was announced has been read: the response may be complete, and the request gone.
    fn is_over(&self) -> bool {
        self.left == Some(0)
    }

    fn count(&mut self, n: usize) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(n as u64);
        }
    }
}

impl Drop for ClientBody {
    fn drop(&mut self) {
        let mut call = std::mem::take(&mut self.call);
        call.abandon(self.source());
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let result = match &mut self.source {
            BodyKind::Empty => return Poll::Ready(None),
            BodyKind::Bytes(bytes) => Ok(std::mem::take(bytes)),
            BodyKind::Request(reading) if reading.is_over() => Ok(Bytes::new()),
            BodyKind::Request(reading) => ready!(reading.poll_bytes(context)),
        };
        match result {
            Ok(bytes) if !bytes.is_empty() => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Ok(_) => {
                self.source = BodyKind::Empty;
                Poll::Ready(None)
            }
            Err(error) => {
                self.source = BodyKind::Empty;
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.size_hint().exact() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            BodyKind::Empty => SizeHint::with_exact(0),
            BodyKind::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            BodyKind::Request(reading) => reading
                .left
                .map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}

impl fmt::Debug for BodyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyKind::Empty => f.write_str("Empty"),
            BodyKind::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            BodyKind::Request(reading) => f
                .debug_struct("Request")
                .field("id", &reading.request)
                .field("left", &reading.left)
                .finish_non_exhaustive(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Body {
            source: BodyKind::Bytes(bytes),
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}
