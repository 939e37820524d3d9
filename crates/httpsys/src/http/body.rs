//! The entity body of a request as a body of the crate `http-body`.
//!
//! Owns: the buffer that frames are cut from, and what is left of an announced length. Does not own the
//! reading (`future/read_body.rs`). Invariant: nothing is read before it is asked for, and after an end or
//! an error nothing more.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::http::{HeaderMap, HeaderName, HeaderValue};
use ::http_body::{Body as HttpBody, Frame, SizeHint};
use bytes::{Bytes, BytesMut};
use httpsys_core::RequestId;
use httpsys_core::proto::Framing;

use crate::future::{BodySource, ReadCall, Readers};
use crate::queue::QueueScope;
use crate::{Error, Request, Trailers, Version};

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
    trailers: TrailerState,
}

/// Of a request's body.
#[derive(Debug)]
enum TrailerState {
    /// Content may come before them.
    Unknown,
    /// They are the last frame.
    Ready(Box<HeaderMap>),
    /// There are none, or they were taken.
    Over,
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
            // Content-Length of HTTP/1.1 ends the request.
            trailers: match left {
                Some(_) if request.version() < Version::HTTP_2_0 => TrailerState::Over,
                _ => TrailerState::Unknown,
            },
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
        if n == 0 || self.is_over() {
            self.look_for_trailers();
        }
        Poll::Ready(Ok(self.buffer.split_to(n).freeze()))
    }

    /// All content has come. If the request is gone by now, so are they.
    fn look_for_trailers(&mut self) {
        if !matches!(self.trailers, TrailerState::Unknown) {
            return;
        }
        let found = self.scope.trailers(self.request).ok().flatten();
        let found = found.filter(|fields| !fields.is_empty());
        self.trailers = found.map_or(TrailerState::Over, |fields| {
            TrailerState::Ready(Box::new(header_map(&fields)))
        });
    }

    fn take_trailers(&mut self) -> Option<HeaderMap> {
        match std::mem::replace(&mut self.trailers, TrailerState::Over) {
            TrailerState::Ready(fields) => Some(*fields),
            TrailerState::Unknown | TrailerState::Over => None,
        }
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

/// Trailers as the crate `http` has them; a value that it cannot have is left out.
fn header_map(trailers: &Trailers) -> HeaderMap {
    let mut fields = HeaderMap::new();
    for (name, value) in trailers.iter() {
        let name = HeaderName::from_bytes(name).ok();
        if let (Some(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            fields.append(name, value);
        }
    }
    fields
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
                let trailers = match std::mem::take(&mut self.source) {
                    BodyKind::Request(mut reading) => reading.take_trailers(),
                    BodyKind::Empty | BodyKind::Bytes(_) => None,
                };
                Poll::Ready(trailers.map(|fields| Ok(Frame::trailers(fields))))
            }
            Err(error) => {
                self.source = BodyKind::Empty;
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let has_trailers = match &self.source {
            BodyKind::Request(reading) => matches!(reading.trailers, TrailerState::Ready(_)),
            BodyKind::Empty | BodyKind::Bytes(_) => false,
        };
        self.size_hint().exact() == Some(0) && !has_trailers
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
