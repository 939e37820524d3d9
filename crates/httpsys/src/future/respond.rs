//! Answering as a future: whole responses and streamed ones.
//!
//! Owns what a send means for its request: a request is answered when the last send has ended
//! well, and is reset when its future is dropped or fails. The fields of the futures are dropped
//! in the order written: first the send, which may have to be broken off, then the request.

use std::future::Future;
#[cfg(feature = "http")]
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use smallvec::smallvec;

use super::send_call::{HeadToSend, SendCall};
use crate::by_id::SendFlags;
use crate::chunk::Pieces;
use crate::fields::Added;
use crate::stream::BodyFraming;
use crate::{DataChunk, Error, Request, Response, ResponseStream, Result};

/// A response in progress. Made by [`Request::respond_async`].
///
/// Dropping it before its end resets the connection.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct Respond {
    send: SendCall,
    request: Option<Request>,
}

/// The beginning of a streamed response. Made by [`Request::start_response_async`] and
/// [`Request::start_chunked_response_async`].
///
/// Dropping it before its end resets the connection.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct StartResponse {
    send: Result<SendCall>,
    stream: Option<ResponseStream>,
}

/// A piece of a streamed body or of a pipe. Made by [`ResponseStream::write_async`] and
/// [`crate::Upgraded::write_async`].
///
/// Dropping it after a part of the piece has been sent resets the connection, and the stream's
/// later calls fail with [`Error::ConnectionInvalid`]. A future that was never polled has sent
/// nothing.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct WriteBody<'a> {
    /// `Err`: there is nothing to send, and this is the result.
    send: Result<SendCall, Result<()>>,
    /// The stream or pipe that is borrowed.
    borrowed: PhantomData<&'a ()>,
}

/// The end of a streamed response or of a pipe. Made by [`ResponseStream::finish_async`],
/// [`ResponseStream::finish_with_async`] and [`crate::Upgraded::close_async`].
///
/// Dropping it before its end resets the connection.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct FinishResponse {
    send: SendCall,
    request: Option<Request>,
}

impl Request {
    /// Works like [`Request::respond`], without blocking the thread; it fails alike, and the
    /// request with it: [`Response::check`] reports a response that would be refused. Data that the
    /// transport does not accept immediately has to be stored, so the response must own its data.
    pub fn respond_async(self, mut response: Response<'static>) -> Respond {
        let flags = SendFlags {
            more_data: false,
            disconnect: response.disconnects(),
            go_away: response.goes_away(),
            ranges: response.processes_ranges(),
            ..SendFlags::default()
        };
        let (added, pieces) = if !response.is_without_body(self.is_head()) {
            (Added::Nothing, Ok(response.take_chunks()))
        } else {
            match response.added_without_body() {
                Ok(added) => (added, Ok(Pieces::new())),
                Err(error) => (Added::Nothing, Err(error)),
            }
        };
        let head = HeadToSend { response, added };
        Respond {
            send: send(&self, Some(head), flags, pieces),
            request: Some(self),
        }
    }

    /// Works like [`Request::start_response`], without blocking the thread.
    pub fn start_response_async(self, response: Response<'static>) -> StartResponse {
        let framing = ResponseStream::bare_framing(&self, &response);
        StartResponse::new(self, response, framing, Added::Nothing)
    }

    /// Works like [`Request::start_chunked_response`], without blocking the thread.
    ///
    /// ```
    /// use httpsys::{Request, Response, Result};
    ///
    /// async fn count_down(request: Request) -> Result<()> {
    ///     let mut stream = request.start_chunked_response_async(Response::ok()).await?;
    ///     for n in (0..10).rev() {
    ///         stream.write_async(format!("{n}\n")).await?;
    ///     }
    ///     stream.finish_async().await
    /// }
    /// ```
    pub fn start_chunked_response_async(self, response: Response<'static>) -> StartResponse {
        match ResponseStream::chunked_framing(&self, &response) {
            Ok((framing, added)) => StartResponse::new(self, response, framing, added),
            // The request is dropped, and so reset, as by the blocking call.
            Err(error) => StartResponse {
                send: Err(error),
                stream: None,
            },
        }
    }
}

impl ResponseStream {
    /// Works like [`ResponseStream::write`], without blocking the thread. The data is bytes or a
    /// file, which the send owns until it ends.
    pub fn write_async(&mut self, data: impl Into<DataChunk<'static>>) -> WriteBody<'_> {
        if self.framing() == BodyFraming::HeadOnly {
            return WriteBody::over(self.send_nothing());
        }
        let pieces = self.framing().pieces(smallvec![data.into()], false);
        let nothing = matches!(&pieces, Ok(pieces) if pieces.iter().all(DataChunk::is_empty));
        WriteBody::new((!nothing).then(|| send(self.request(), None, SendFlags::MORE_DATA, pieces)))
    }

    /// Works like [`ResponseStream::finish`], without blocking the thread.
    pub fn finish_async(self) -> FinishResponse {
        self.finish_with_async(DataChunk::default())
    }

    /// Works like [`ResponseStream::finish_with`], without blocking the thread.
    pub fn finish_with_async(self, data: impl Into<DataChunk<'static>>) -> FinishResponse {
        let flags = SendFlags {
            more_data: false,
            disconnect: self.disconnects(),
            ..SendFlags::default()
        };
        let pieces = self.framing().pieces(smallvec![data.into()], true);
        let send = send(self.request(), None, flags, pieces);
        FinishResponse::new(send, self.into_request())
    }
}

impl StartResponse {
    fn new(
        request: Request,
        mut response: Response<'static>,
        framing: BodyFraming,
        added: Added,
    ) -> Self {
        let disconnect = response.disconnects();
        let flags = SendFlags {
            more_data: true,
            disconnect,
            go_away: response.goes_away(),
            ..SendFlags::default()
        };
        let pieces = framing.pieces(response.take_chunks(), false);
        let head = HeadToSend { response, added };
        StartResponse {
            send: Ok(send(&request, Some(head), flags, pieces)),
            stream: Some(ResponseStream::of(request, framing, disconnect)),
        }
    }
}

/// A head that was not accepted, and the request if it can still be answered.
#[cfg(feature = "http")]
pub(crate) type RefusedHead = (Error, Option<Request>);

/// Whether nothing has been sent, because the response cannot be.
#[cfg(feature = "http")]
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::InvalidResponse(_) | Error::InvalidParameter)
}

#[cfg(feature = "http")]
impl Respond {
    /// As awaiting it, but a response that is refused leaves the request open.
    pub(crate) async fn or_refusal(mut self) -> std::result::Result<(), RefusedHead> {
        let sent = poll_fn(|context| self.send.poll(context, self.request.as_ref())).await;
        let request = self.request.take();
        match sent {
            Err(error) if is_refusal(&error) => Err((error, request)),
            sent => {
                end(request, sent.is_ok());
                sent.map(drop).map_err(|error| (error, None))
            }
        }
    }
}

#[cfg(feature = "http")]
impl StartResponse {
    /// As awaiting it, but a head that is refused leaves the request open.
    pub(crate) async fn or_refusal(mut self) -> std::result::Result<ResponseStream, RefusedHead> {
        let StartResponse { send, stream } = &mut self;
        let sent = match send {
            Ok(send) => {
                let request = stream.as_ref().map(ResponseStream::request);
                poll_fn(|context| send.poll(context, request)).await
            }
            Err(error) => Err(*error),
        };
        let stream = self.stream.take();
        match sent {
            Ok(_) => stream.ok_or((Error::Internal, None)),
            Err(error) => {
                let request = stream.map(ResponseStream::into_request);
                Err((error, request.filter(|_| is_refusal(&error))))
            }
        }
    }
}

impl WriteBody<'_> {
    pub(super) fn new(send: Option<SendCall>) -> Self {
        WriteBody {
            send: send.ok_or(Ok(())),
            borrowed: PhantomData,
        }
    }

    fn over(result: Result<()>) -> Self {
        WriteBody {
            send: Err(result),
            borrowed: PhantomData,
        }
    }
}

impl FinishResponse {
    pub(super) fn new(send: SendCall, request: Request) -> Self {
        FinishResponse {
            send,
            request: Some(request),
        }
    }
}

pub(crate) fn send(
    request: &Request,
    head: Option<HeadToSend>,
    flags: SendFlags,
    pieces: Result<Pieces<'static>>,
) -> SendCall {
    SendCall::new(
        Arc::clone(request.shared_scope()),
        request.id(),
        head,
        flags,
        pieces,
    )
}

impl Future for Respond {
    type Output = Result<u64>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let result = ready!(this.send.poll(context, this.request.as_ref()));
        end(this.request.take(), result.is_ok());
        Poll::Ready(result)
    }
}

impl Future for StartResponse {
    type Output = Result<ResponseStream>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let request = this.stream.as_ref().map(ResponseStream::request);
        let result = match &mut this.send {
            Ok(send) => ready!(send.poll(context, request)).map(drop),
            Err(error) => Err(*error),
        };
        // A stream that did not begin is dropped here, and its request with it.
        let stream = this.stream.take();
        Poll::Ready(result.and_then(|()| stream.ok_or(Error::Internal)))
    }
}

impl Future for WriteBody<'_> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.send {
            Ok(send) => send.poll(context, None).map_ok(drop),
            Err(result) => Poll::Ready(*result),
        }
    }
}

impl Future for FinishResponse {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let result = ready!(self.send.poll(context, None));
        end(self.request.take(), result.is_ok());
        Poll::Ready(result.map(drop))
    }
}

/// The request is over; unless it was answered its drop resets the connection.
fn end(request: Option<Request>, answered: bool) {
    if let Some(mut request) = request {
        if answered {
            request.answered();
        }
    }
}
