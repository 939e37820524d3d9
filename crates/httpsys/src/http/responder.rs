//! Sending a response of the crate `http`.
//!
//! Owns: how a body is framed, the loop that sends it, and the look for the client while the body is slow.
//! Does not own single sends (`future/respond.rs`). Invariant: the request ends with the responder:
//! answered, or reset.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use ::http_body::{Body as HttpBody, Frame};
use bytes::Buf;
use httpsys_engine::reason;

use super::head::{SplitHead, trailers};
use super::on_upgrade::PipeSender;
use super::{BoxError, ResponseError};
use crate::future::{RefusedHead, WaitForDisconnect};
use crate::{DataChunk, Error, Request, Response, ResponseStream, Version};

/// Sends the response of a request of [`Request::into_http`].
///
/// Dropping it resets the connection, as dropping a [`Request`] does.
#[derive(Debug)]
pub struct Responder {
    request: Request,
    upgrade: Option<PipeSender>,
    half_close: bool,
}

/// A body that is being sent.
struct Sending<'a, B: HttpBody> {
    body: Pin<&'a mut B>,
    /// What is still to come, if that is known; and what was announced.
    left: Option<u64>,
    announced: u64,
    /// Trailers would be sent.
    with_trailers: bool,
    /// Frames since other tasks of the executor had their turn.
    frames: usize,
}

/// Frames that are taken in one turn at most.
const AT_ONCE: usize = 32;

/// What a body gives next.
enum NextPiece {
    Data(Vec<u8>),
    Trailers(DataChunk<'static>),
    End,
    /// Nothing yet: other tasks have their turn before the next frame.
    Turn,
}

impl Responder {
    pub(super) fn new(request: Request, upgrade: Option<PipeSender>) -> Self {
        Responder {
            request,
            upgrade,
            half_close: false,
        }
    }

    /// Whether a client that has ended its sending side is still served while the body is slow. As in
    /// other servers it is taken for gone otherwise: the ends of its two directions look alike.
    #[must_use]
    pub fn half_close(mut self, is_served: bool) -> Self {
        self.half_close = is_served;
        self
    }

    /// The request. Its body is read through the `http::Request`.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Sends the response, its body frame by frame as it comes. See [`crate::http`] for the framing.
    ///
    /// If the client is gone while the body has no next frame, the body is dropped, see
    /// [`Responder::half_close`].
    ///
    /// A status of 1xx other than 101 is no response; the client gets a 500 and the call fails, and so does
    /// a 101 to a request that cannot be upgraded ([`Request::upgrade`]).
    ///
    /// # Errors
    /// [`ResponseError`]; the connection is reset then, unless the response was
    /// [refused](ResponseError::Refused). Dropping the future before its end resets it, too.
    pub async fn send<B>(mut self, response: ::http::Response<B>) -> Result<(), ResponseError>
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = response.into_parts();
        let head = SplitHead::of(&parts);
        let status = parts.status.as_u16();
        if status != 101 {
            // Whoever waits for a pipe learns now that there is none.
            self.upgrade = None;
        }
        match status {
            101 => return self.upgrade(head.response).await,
            100..=199 => {
                let error = reason::invalid("a status of 1xx other than 101 is no response");
                return Err(refused((error, Some(self.request))).await);
            }
            204 | 304 => {}
            _ if self.request.is_head() => {}
            _ => return self.send_body(head, pin!(body)).await,
        }
        // An empty body says nothing here: services often have no other for HEAD and 304.
        let hint = body.size_hint().exact().filter(|&length| length != 0);
        drop(body);
        let length = match status {
            204 => None,
            304 => head.length,
            _ => head.length.or(hint),
        };
        let response = match length {
            Some(length) => head.with_length(length),
            None => head.response,
        };
        respond(self.request, response).await
    }

    async fn send_body<B>(self, head: SplitHead, body: Pin<&mut B>) -> Result<(), ResponseError>
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        let left = head.length.or_else(|| body.size_hint().exact());
        let mut sending = Sending {
            body,
            left,
            announced: left.unwrap_or_default(),
            with_trailers: takes_trailers(&self.request),
            frames: 0,
        };
        // What is there goes out with the head. The head waits for nothing.
        let first = poll_fn(|context| Poll::Ready(sending.poll(context))).await;
        let first = match first {
            Poll::Ready(piece) => Some(piece?),
            Poll::Pending => None,
        };
        match first {
            Some(NextPiece::Data(data)) if sending.is_over() => {
                // With the length, which the service adds.
                sending.check_end()?;
                respond(self.request, head.response.body(data)).await
            }
            Some(NextPiece::End) => respond(self.request, head.response).await,
            first => self.stream(head, sending, first).await,
        }
    }

    async fn stream<B>(
        self,
        head: SplitHead,
        mut sending: Sending<'_, B>,
        first: Option<NextPiece>,
    ) -> Result<(), ResponseError>
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        let Responder {
            request,
            half_close,
            ..
        } = self;
        let (data, end) = match first {
            Some(NextPiece::Data(data)) => (data, None),
            Some(piece) => (Vec::new(), Some(piece)),
            None => (Vec::new(), None),
        };
        let start = match sending.left {
            Some(_) => {
                let response = head.with_length(sending.announced).body(data);
                request.start_response_async(response)
            }
            None => request.start_chunked_response_async(head.response.body(data)),
        };
        let mut stream = match start.or_refusal().await {
            Ok(stream) => stream,
            Err(refusal) => return Err(refused(refusal).await),
        };
        let mut next = end;
        loop {
            let piece = match next.take() {
                Some(piece) => piece,
                None => sending.next(&stream, half_close).await?,
            };
            match piece {
                NextPiece::Data(data) if sending.is_over() => {
                    sending.check_end()?;
                    return Ok(stream.finish_with_async(data).await?);
                }
                NextPiece::Data(data) => stream.write_async(data).await?,
                NextPiece::Trailers(fields) => {
                    return Ok(stream.finish_with_async(fields).await?);
                }
                NextPiece::End => return Ok(stream.finish_async().await?),
                NextPiece::Turn => sending.give_way().await,
            }
        }
    }

    async fn upgrade(self, response: Response<'static>) -> Result<(), ResponseError> {
        let Responder {
            request,
            upgrade: sender,
            ..
        } = self;
        match request.upgrade_async(response).or_refusal().await {
            Ok(pipe) => {
                if let Some(sender) = sender {
                    sender.send(pipe);
                }
                Ok(())
            }
            Err(refusal) => {
                drop(sender);
                Err(refused(refusal).await)
            }
        }
    }
}

/// Whether trailers would reach the client: over HTTP/1.1 they are not written (RSP-031), and the service may
/// refuse them (LIM-021).
fn takes_trailers(request: &Request) -> bool {
    let engine = request.scope().service.engine();
    request.version() >= Version::HTTP_2_0 && engine.parameters().enable_trailer_support
}

/// A whole response.
async fn respond(request: Request, response: Response<'static>) -> Result<(), ResponseError> {
    match request.respond_async(response).or_refusal().await {
        Ok(()) => Ok(()),
        Err(refusal) => Err(refused(refusal).await),
    }
}

/// Answers 500 instead of what the service does not send.
async fn refused((error, request): RefusedHead) -> ResponseError {
    let Some(request) = request else {
        return error.into();
    };
    match request.respond_async(Response::from_status(500)).await {
        Ok(_) => ResponseError::Refused(error),
        Err(_) => error.into(),
    }
}

impl<B> Sending<'_, B>
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    /// The next piece that says anything.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<NextPiece, ResponseError>> {
        loop {
            if self.frames == AT_ONCE {
                return Poll::Ready(Ok(NextPiece::Turn));
            }
            self.frames += 1;
            let frame = match self.body.as_mut().poll_frame(context) {
                Poll::Pending => {
                    self.frames = 0;
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Err(ResponseError::Body(error.into())));
                }
                Poll::Ready(None) => return Poll::Ready(self.check_end().map(|()| NextPiece::End)),
                Poll::Ready(Some(Ok(frame))) => frame,
            };
            if let Some(piece) = self.piece(frame).transpose() {
                return Poll::Ready(piece);
            }
        }
    }

    fn piece(&mut self, frame: Frame<B::Data>) -> Result<Option<NextPiece>, ResponseError> {
        match frame.into_data() {
            Ok(mut data) => {
                let length = data.remaining();
                if let Some(left) = &mut self.left {
                    let rest = left.checked_sub(length as u64);
                    *left = rest.ok_or(ResponseError::Length {
                        announced: self.announced,
                    })?;
                }
                let data = Vec::from(data.copy_to_bytes(length));
                Ok((length != 0).then_some(NextPiece::Data(data)))
            }
            Err(frame) => match frame.into_trailers() {
                Ok(fields) => {
                    self.check_end()?;
                    Ok(Some(if self.with_trailers {
                        NextPiece::Trailers(trailers(&fields)?)
                    } else {
                        NextPiece::End
                    }))
                }
                // A kind of frame that this code does not know.
                Err(_) => Ok(None),
            },
        }
    }

    /// The next piece; an error if the client is gone before it is there.
    async fn next(
        &mut self,
        stream: &ResponseStream,
        half_close: bool,
    ) -> Result<NextPiece, ResponseError> {
        let mut watch = ClientWatch::New;
        poll_fn(|context| match self.poll(context) {
            Poll::Pending => watch
                .poll(stream.request(), half_close, context)
                .map(|()| Err(Error::ConnectionInvalid.into())),
            ready => ready,
        })
        .await
    }

    /// Lets other tasks of the executor run: a body that is never pending would keep them out.
    async fn give_way(&mut self) {
        poll_fn(|context| {
            if std::mem::take(&mut self.frames) == 0 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Whether nothing comes any more, as far as the body can tell.
    fn is_over(&self) -> bool {
        self.body.is_end_stream()
    }

    /// The body is over.
    fn check_end(&self) -> Result<(), ResponseError> {
        match self.left {
            Some(left) if left != 0 => Err(ResponseError::Length {
                announced: self.announced,
            }),
            _ => Ok(()),
        }
    }
}

/// Looks for the end of a request's connection while something else is awaited.
#[derive(Debug)]
pub(crate) enum ClientWatch {
    New,
    Waits(WaitForDisconnect),
    /// The client has closed its sending side and may still read, or the queue does not say.
    Blind,
}

impl ClientWatch {
    /// Ready when the client is gone. With `half_close`, one that has only ended what it sends is not.
    pub(crate) fn poll(
        &mut self,
        request: &Request,
        half_close: bool,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        if let ClientWatch::New = self {
            *self = ClientWatch::Waits(request.end_of_connection());
        }
        let ClientWatch::Waits(wait) = self else {
            return Poll::Pending;
        };
        let result = ready!(Pin::new(wait).poll(context));
        *self = ClientWatch::Blind;
        let is_end = matches!(result, Ok(()) | Err(Error::ConnectionInvalid));
        if (is_end && !half_close) || request.why_closed().is_some() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
