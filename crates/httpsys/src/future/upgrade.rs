//! Upgraded connections as futures: the upgrade, and reads and writes of the pipe.
//!
//! Owns the future of the 101. Does not own those of reads (`read_body.rs`) and writes
//! (`respond.rs`): the bytes of a pipe are the entity bodies of its request, both ways (UPG-004).

use std::future::Future;
#[cfg(feature = "http")]
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use smallvec::smallvec;

use super::respond::send;
#[cfg(feature = "http")]
use super::respond::{RefusedHead, is_refusal};
use super::send_call::{HeadToSend, SendCall};
use super::{FinishResponse, ReadBody, WriteBody};
use crate::by_id::SendFlags;
use crate::chunk::Pieces;
use crate::fields::Added;
use crate::{Data, Error, Request, Response, Result, Upgraded};

/// An upgrade in progress. Made by [`Request::upgrade_async`].
///
/// Dropping it before its end resets the connection.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct Upgrade {
    send: SendCall,
    request: Option<Request>,
}

impl Request {
    /// Works like [`Request::upgrade`], without blocking the thread; it fails in the same cases.
    ///
    /// ```
    /// use httpsys::{Request, Response, Result};
    ///
    /// async fn echo(request: Request) -> Result<()> {
    ///     let response = Response::new(101, "Switching Protocols")
    ///         .header("Upgrade", "websocket")
    ///         .header("Connection", "Upgrade");
    ///     let pipe = request.upgrade_async(response).await?;
    ///     let mut buffer = [0; 4096];
    ///     loop {
    ///         match pipe.read_async(&mut buffer).await? {
    ///             0 => return pipe.close_async().await,
    ///             n => pipe.write_async(buffer[..n].to_vec()).await?,
    ///         }
    ///     }
    /// }
    /// ```
    pub fn upgrade_async(self, mut response: Response<'static>) -> Upgrade {
        let body = response.take_chunks();
        let head = HeadToSend {
            response,
            added: Added::Nothing,
        };
        Upgrade {
            send: send(&self, Some(head), SendFlags::UPGRADE, Ok(body)),
            request: Some(self),
        }
    }
}

#[cfg(feature = "http")]
impl Upgrade {
    /// As awaiting it, but a response that is refused leaves the request open.
    pub(crate) async fn or_refusal(mut self) -> std::result::Result<Upgraded, RefusedHead> {
        let sent = poll_fn(|context| self.send.poll(context, self.request.as_ref())).await;
        let request = self.request.take();
        match sent {
            Ok(_) => request.map(Upgraded::of).ok_or((Error::Internal, None)),
            Err(error) => Err((error, request.filter(|_| is_refusal(&error)))),
        }
    }
}

impl Upgraded {
    /// Works like [`Upgraded::read`], without blocking the thread. A read that is dropped loses no bytes.
    pub fn read_async<'a>(&'a self, out: &'a mut [u8]) -> ReadBody<'a> {
        self.request().read_body_async(out)
    }

    /// Works like [`Upgraded::write`], without blocking the thread.
    pub fn write_async(&self, data: impl Into<Data<'static>>) -> WriteBody<'_> {
        let data = data.into();
        let send = (!data.is_empty()).then(|| {
            send(
                self.request(),
                None,
                SendFlags::MORE_DATA,
                Ok(smallvec![data.into()]),
            )
        });
        WriteBody::new(send)
    }

    /// Works like [`Upgraded::close`], without blocking the thread.
    pub fn close_async(self) -> FinishResponse {
        let send = send(
            self.request(),
            None,
            SendFlags::default(),
            Ok(Pieces::new()),
        );
        FinishResponse::new(send, self.into_request())
    }
}

impl Future for Upgrade {
    type Output = Result<Upgraded>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let result = ready!(this.send.poll(context, this.request.as_ref()));
        // A request that was not upgraded is dropped here, and so reset.
        let request = this.request.take();
        Poll::Ready(result.and_then(|_| request.map(Upgraded::of).ok_or(Error::Internal)))
    }
}
