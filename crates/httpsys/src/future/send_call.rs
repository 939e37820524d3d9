//! One send of a response's head or body as a state machine that is polled.
//!
//! Owns the data of the send: what the socket does not take at once is kept alive by the engine's
//! operation, not by the future. Does not own what the send means for its request (`respond.rs`).

use std::cell::OnceCell;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use httpsys_core::proto::partial::BodyPiece;
use httpsys_core::{OperationId, RequestId};
use httpsys_engine::{Chunk, LogSource, PendingSend, RangedResponse, Service};

use super::slot::{FutureSlot, Wait};
use crate::by_id::SendFlags;
use crate::chunk::{Lent, Pieces, resolve};
use crate::fields::{Added, with_head};
use crate::log::{AsBefore, ResponseLog};
use crate::queue::QueueScope;
use crate::{DataChunk, Error, Request, Response, Result};

/// How often a drop tries to catch a send that the transport is at work on.
const CATCHES: usize = 64;

#[derive(Debug)]
pub(crate) struct SendCall {
    scope: Arc<QueueScope>,
    request: RequestId,
    state: SendState,
}

#[derive(Debug)]
enum SendState {
    New(Arc<Message>),
    /// Before it began: a file cannot be sent.
    Failed(Error),
    Pending(Wait<Result<u64>>),
    Over,
}

#[derive(Debug)]
struct Message {
    head: Option<HeadToSend>,
    flags: SendFlags,
    /// Their lengths are fixed.
    pieces: Pieces<'static>,
}

/// The head of a response.
#[derive(Debug)]
pub(crate) struct HeadToSend {
    /// Its body is not used.
    pub(crate) response: Response<'static>,
    /// The field about the body beside its own.
    pub(crate) added: Added,
}

impl SendCall {
    pub(crate) fn new(
        scope: Arc<QueueScope>,
        request: RequestId,
        head: Option<HeadToSend>,
        flags: SendFlags,
        pieces: Result<Pieces<'static>>,
    ) -> Self {
        let state = match pieces.and_then(resolve) {
            Ok((pieces, _)) => SendState::New(Arc::new(Message {
                head,
                flags,
                pieces,
            })),
            Err(error) => SendState::Failed(error),
        };
        SendCall {
            scope,
            request,
            state,
        }
    }

    /// Sends, or continues to wait. A call that is over fails with [`Error::Internal`].
    ///
    /// What is logged comes from `request`.
    pub(crate) fn poll(
        &mut self,
        context: &mut Context<'_>,
        request: Option<&Request>,
    ) -> Poll<Result<u64>> {
        self.scope.check_process()?;
        match &self.state {
            SendState::New(message) => {
                let message = Arc::clone(message);
                self.state = SendState::Over;
                self.begin(&message, request, context.waker())
            }
            SendState::Failed(error) => {
                let error = *error;
                self.state = SendState::Over;
                Poll::Ready(Err(error))
            }
            SendState::Pending(wait) => {
                let poll = wait.slot.poll(context.waker());
                if poll.is_ready() {
                    self.state = SendState::Over;
                }
                poll
            }
            SendState::Over => Poll::Ready(Err(Error::Internal)),
        }
    }

    fn begin(
        &mut self,
        message: &Arc<Message>,
        request: Option<&Request>,
        waker: &Waker,
    ) -> Poll<Result<u64>> {
        let QueueScope { service, queue, .. } = &*self.scope;
        let engine = service.engine();
        let call = message.flags.call(self.request);
        let chunks = message.chunks();
        let mut wait = None;
        let cut = OnceCell::new();
        let mut register = |id: OperationId| -> Result<Box<dyn PendingSend>> {
            Ok(Box::new(FutureSend {
                slot: Wait::begin(&mut wait, id, waker),
                message: Arc::clone(message),
                cut: cut.get().cloned(),
            }))
        };
        let sent = match &message.head {
            Some(HeadToSend { response, added }) => {
                let token = engine.parameters().server_token();
                let request = request.map(Request::block);
                let log = ResponseLog { request, response };
                with_head(&response.head_parts(*added, token), |head| {
                    let log = Some(&log as &dyn LogSource);
                    if message.flags.ranges {
                        let length = Chunk::total(&chunks);
                        let ranged = engine.process_ranges(queue, &call, request, head, length)?;
                        if let Some(RangedResponse { mut head, body }) = ranged {
                            let body = cut.get_or_init(|| body.into());
                            if let Some(chunks) = Chunk::cut(&chunks, body) {
                                let head = &mut head;
                                return engine.try_send_response(
                                    queue,
                                    &call,
                                    head,
                                    &chunks,
                                    log,
                                    &mut register,
                                );
                            }
                        }
                    }
                    let policy = response.cache_policy();
                    let keep = if policy.keeps() {
                        let parts = (&*head, &*chunks);
                        engine.to_keep(queue, &call, policy, request, parts, log)
                    } else {
                        None
                    };
                    let parts = (head, &*chunks);
                    engine.try_send_response_and_keep(queue, &call, parts, log, keep, &mut register)
                })
            }
            None => {
                let log = Some(&AsBefore as &dyn LogSource);
                engine.try_send_entity_body(queue, &call, &chunks, log, &mut register)
            }
        };
        match (sent, wait) {
            (Ok(Some(bytes)), _) => Poll::Ready(Ok(bytes)),
            (Err(error), _) => Poll::Ready(Err(error)),
            (Ok(None), Some(wait)) => {
                // It may have ended already, and woken us for that.
                self.state = SendState::Pending(wait);
                Poll::Pending
            }
            (Ok(None), None) => Poll::Ready(Err(Error::Internal)),
        }
    }
}

impl Drop for SendCall {
    /// A send that was partly written is aborted: only a reset tells the client so (SND-032).
    fn drop(&mut self) {
        let SendState::Pending(wait) = &self.state else {
            return;
        };
        if self.scope.check_process().is_err() {
            return;
        }
        let (engine, queue) = (self.scope.service.engine(), &self.scope.queue);
        let place = Some(self.request.place());
        for _ in 0..CATCHES {
            if !wait.slot.is_waiting() || engine.cancel_operation(queue, wait.id, place) {
                break;
            }
            // Another thread writes on just now: it ends the send or registers it again. That can
            // also be this thread, further up the stack, so there is a limit: the send goes on by
            // itself then, with the data it owns.
            thread::yield_now();
        }
        wait.slot.close();
    }
}

impl Message {
    fn chunks(&self) -> Lent<'_> {
        self.pieces.iter().map(DataChunk::lend_resolved).collect()
    }
}

/// One send as the engine keeps it.
struct FutureSend {
    slot: Arc<FutureSlot<Result<u64>>>,
    message: Arc<Message>,
    /// What is cut out of its body.
    cut: Option<Arc<[BodyPiece]>>,
}

impl PendingSend for FutureSend {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        let whole = self.message.chunks();
        let cut = self.cut.as_deref();
        match cut.and_then(|body| Chunk::cut(&whole, body)) {
            Some(cut) => lend(&cut),
            None => lend(&whole),
        }
    }

    fn done(self: Box<Self>, _: &Service, result: Result<u64>) {
        // The future may be gone.
        let _ = self.slot.complete(result);
    }

    fn keep_on(&mut self, _: OperationId) -> Result<()> {
        // Dropped while another thread was at work on the send.
        let is_wanted = self.slot.is_waiting();
        is_wanted.then_some(()).ok_or(Error::Aborted)
    }
}
