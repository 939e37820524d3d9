//! Reading an entity body as a future.
//!
//! Owns the future, the state machine that it and other readers poll, their drop, and the passing on of a
//! wake-up that nobody used. The operation that the engine keeps has no buffer: it only says that there is
//! something to read, and the poll after that reads into the caller's buffer. So a dropped read loses no
//! bytes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use httpsys_core::call::ReceiveEntityBody;
use httpsys_core::{OperationId, RequestId};
use httpsys_engine::{Operation, PendingOperation, ReadOperation, Signal, Started};

use super::readers::{News, Readers};
use super::slot::{Closed, FutureSlot, Wait};
use crate::queue::QueueScope;
use crate::{Error, Request, Result};

/// Entity body bytes. Made by [`Request::read_body_async`].
///
/// Dropping it loses no bytes: they are taken by the poll that returns their number.
#[derive(Debug)]
#[must_use = "futures do nothing before they are polled"]
pub struct ReadBody<'a> {
    request: &'a Request,
    out: &'a mut [u8],
    call: ReadCall,
}

/// Whose entity body is read, and the other reads of it that wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodySource<'a> {
    pub(crate) scope: &'a QueueScope,
    pub(crate) request: RequestId,
    pub(crate) readers: &'a Readers,
}

/// One read as a state machine that is polled. Its owner calls [`ReadCall::abandon`] before it drops one
/// that may be waiting.
#[derive(Debug, Default)]
pub(crate) struct ReadCall {
    wait: Option<Wait<News>>,
}

impl Request {
    /// Works like [`Request::read_body`], without blocking the thread.
    ///
    /// ```
    /// use httpsys::{Request, Result};
    ///
    /// async fn count(request: &Request) -> Result<u64> {
    ///     let (mut total, mut buffer) = (0, [0; 4096]);
    ///     loop {
    ///         match request.read_body_async(&mut buffer).await? {
    ///             0 => return Ok(total),
    ///             n => total += n as u64,
    ///         }
    ///     }
    /// }
    /// ```
    pub fn read_body_async<'a>(&'a self, out: &'a mut [u8]) -> ReadBody<'a> {
        ReadBody {
            request: self,
            out,
            call: ReadCall::default(),
        }
    }

    /// Whose body the reads of this request read.
    pub(crate) fn body_source(&self) -> BodySource<'_> {
        BodySource {
            scope: self.scope(),
            request: self.id(),
            readers: self.readers(),
        }
    }
}

impl Future for ReadBody<'_> {
    type Output = Result<usize>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        this.call
            .poll(this.request.body_source(), this.out, context)
    }
}

impl Drop for ReadBody<'_> {
    fn drop(&mut self) {
        self.call.abandon(self.request.body_source());
    }
}

impl ReadCall {
    /// Reads what is here, or waits for it. Polled again after a result, it reads on.
    pub(crate) fn poll(
        &mut self,
        source: BodySource<'_>,
        out: &mut [u8],
        context: &mut Context<'_>,
    ) -> Poll<Result<usize>> {
        source.scope.check_process()?;
        loop {
            let Some(wait) = &self.wait else {
                match self.attempt(source, out, context.waker()) {
                    Ok(None) => continue,
                    Ok(Some(n)) => return Poll::Ready(Ok(n)),
                    Err(Error::EndOfBody) => return Poll::Ready(Ok(0)),
                    Err(error) => return Poll::Ready(Err(error)),
                }
            };
            let Poll::Ready(news) = wait.slot.poll(context.waker()) else {
                return Poll::Pending;
            };
            if let Some(wait) = self.wait.take() {
                source.readers.remove(&wait.slot);
                if matches!(news, News::TryAgain) {
                    // Its operation is still registered, or its wake-up comes too late to matter.
                    source.cancel(&wait);
                }
            }
            if let News::Signal(Signal::Failed(error)) = news {
                return Poll::Ready(Err(error));
            }
        }
    }

    /// Reads what is here, or begins to wait: `None`.
    fn attempt(
        &mut self,
        source: BodySource<'_>,
        out: &mut [u8],
        waker: &Waker,
    ) -> Result<Option<usize>> {
        if out.is_empty() {
            return Ok(Some(0));
        }
        let BodySource {
            scope,
            request,
            readers,
        } = source;
        let call = ReceiveEntityBody {
            request,
            fill_buffer: false,
        };
        let operation = Reads {
            out,
            got: 0,
            waker,
            wait: &mut self.wait,
            readers,
        };
        let engine = scope.service.engine();
        match engine.try_receive_entity_body(&scope.queue, &call, operation) {
            Started::Done(_, result) => result.map(Some),
            Started::Pending(_) => Ok(None),
        }
    }

    /// Ends the wait. A wake-up that comes too late is passed on.
    pub(crate) fn abandon(&mut self, source: BodySource<'_>) {
        let Some(wait) = self.wait.take() else { return };
        if source.scope.check_process().is_err() {
            return;
        }
        source.readers.remove(&wait.slot);
        let unused = match wait.slot.close() {
            Closed::Waiting => !source.cancel(&wait),
            Closed::Done(News::Signal(Signal::Failed(_))) | Closed::Taken => false,
            Closed::Done(News::TryAgain) => {
                source.cancel(&wait);
                true
            }
            Closed::Done(News::Signal(_)) => true,
        };
        if unused {
            source.readers.try_again();
        }
    }
}

impl BodySource<'_> {
    fn cancel(&self, wait: &Wait<News>) -> bool {
        let engine = self.scope.service.engine();
        engine.cancel_operation(&self.scope.queue, wait.id, Some(self.request.place()))
    }
}

/// One attempt to read into the caller's buffer.
struct Reads<'a> {
    out: &'a mut [u8],
    got: usize,
    waker: &'a Waker,
    wait: &'a mut Option<Wait<News>>,
    readers: &'a Readers,
}

impl Operation for Reads<'_> {
    type Kept = NewsOfBody;

    fn keep(self, id: OperationId) -> std::result::Result<NewsOfBody, (Self, Error)> {
        let slot = Wait::begin(self.wait, id, self.waker);
        // Before the operation can be signalled: a drop elsewhere has to find it.
        self.readers.add(&slot);
        Ok(NewsOfBody(slot))
    }
}

impl ReadOperation for Reads<'_> {
    fn buffer(&mut self) -> (&mut [u8], &mut usize) {
        (self.out, &mut self.got)
    }
}

/// One read as the engine keeps it: it has no buffer.
struct NewsOfBody(Arc<FutureSlot<News>>);

impl PendingOperation for NewsOfBody {
    fn signal(self, signal: Signal) {
        // A closed slot's future has seen to the other reads itself.
        let _ = self.0.complete(News::Signal(signal));
    }
}
