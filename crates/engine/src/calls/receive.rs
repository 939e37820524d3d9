//! HttpReceiveHttpRequest: handing a request over.
//!
//! Owns: which request a receive gets, the state between "too small" and "whole" (RCV-009 to
//! RCV-012), and the body bytes that go along. Does not own the layout the caller wants: a sink
//! given by the caller packs the request while the connection is locked, so it must not call back
//! into the service.

use std::time::Instant;

use httpsys_core::call::Receive;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::connection::{DeliveryState, Exchange};
use httpsys_core::proto::Verb;
use httpsys_core::{Error, HandleId, Request, RequestId};

use crate::calls::entity_body::BodyRead;
use crate::calls::queue::Queue;
use crate::calls::queue_handle::QueueHandle;
use crate::conn::alarm::{Alarm, Purpose};
use crate::conn::slot::Conn;
use crate::observe::reason;
use crate::poll::operation::{Operation, Started};
use crate::poll::waiter::{Turn, Waiting};
use crate::service::Service;

/// What a receive's sink made of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has the whole request.
    Taken,
    /// Its buffer is too small: the receive fails with ERROR_MORE_DATA (234), and from now on the
    /// request is retrievable by its id only (RCV-010).
    TooSmall {
        /// The size in bytes that it needs.
        needed: u32,
    },
}

/// An overlapped receive.
pub trait ReceiveOperation: Operation {
    /// Packs or takes the request, while its connection is locked: the service must not be called.
    fn receive(&mut self, request: &mut ReceivedRequest<'_>) -> Verdict;
}

/// A request on its way to the program.
#[derive(Debug)]
pub struct ReceivedRequest<'a> {
    service: &'a Service,
    conn: &'a mut Conn,
    block: Option<Box<Request>>,
}

impl ReceivedRequest<'_> {
    /// The request.
    #[must_use]
    pub fn request(&self) -> &Request {
        self.block
            .as_deref()
            .expect("present until taken, and taking ends the arrival")
    }

    /// Copies entity body bytes that have arrived; they are consumed. Returns how many.
    pub fn copy_body(&mut self, out: &mut [u8]) -> usize {
        match self.service.read_body_now(self.conn, out) {
            BodyRead::Bytes(n) => n,
            // A broken body shows when the program reads on.
            BodyRead::Empty | BodyRead::Done | BodyRead::Broken(_) => 0,
        }
    }

    /// True when the entity body was handed over whole, or there is none.
    #[must_use]
    pub fn body_done(&self) -> bool {
        self.conn
            .state
            .exchange()
            .is_none_or(|exchange| exchange.body_done())
    }

    /// Takes the request itself instead of copying it; give it back with [`Service::recycle`].
    #[must_use]
    pub fn take(&mut self) -> Box<Request> {
        let mut spare = self.service.requests().get();
        let block = self.block.as_mut().expect("present until the sink returns");
        std::mem::swap(&mut spare, block);
        spare
    }
}

impl Service {
    /// HttpReceiveHttpRequest, blocking until a request arrives or `deadline` passes.
    ///
    /// `sink` gets the request while its connection is locked; it must not call the service.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] on a closed queue and on a handle that was shut down;
    /// [`Error::Aborted`] when that happens while the call waits; [`Error::Timeout`];
    /// [`Error::ConnectionInvalid`] for an id that is unknown on this queue;
    /// [`Error::InvalidParameter`] (87) for one that another handle has (RCV-014);
    /// [`Error::EndOfBody`] (38) for one that was handed over whole (RCV-023);
    /// [`Error::MoreData`] as the sink says.
    pub fn receive(
        &self,
        queue: &QueueHandle,
        receive: &Receive,
        deadline: Option<Instant>,
        sink: &mut dyn FnMut(&mut ReceivedRequest<'_>) -> Verdict,
    ) -> Result<(), Error> {
        self.check_process()?;
        if !receive.request.is_null() {
            if queue.is_closed() {
                return Err(Error::InvalidHandle);
            }
            return self.hand_over_bound(queue, receive.request, sink);
        }
        let mut closed = Error::InvalidHandle;
        loop {
            let request = self
                .next_request(queue, deadline)
                .map_err(|error| match error {
                    Error::InvalidHandle => closed,
                    other => other,
                })?;
            match self.hand_over(queue, request, DeliveryState::Queued, sink) {
                // The client went away between the queue and us: not this receive's request. The
                // call has begun, so a queue that closes from now on aborts it.
                Err(Error::ConnectionInvalid) => closed = Error::Aborted,
                // The handle was closed in this moment: the call had begun, too.
                Err(Error::InvalidHandle) => return Err(Error::Aborted),
                result => return result,
            }
        }
    }

    /// An overlapped receive: takes a request that is queued, or waits. One that waits is signalled
    /// [`crate::Signal::Request`] and calls [`Service::receive_given`].
    ///
    /// # Errors
    /// As [`Service::receive`].
    pub fn try_receive<O: ReceiveOperation>(
        &self,
        queue: &QueueHandle,
        receive: &Receive,
        mut operation: O,
    ) -> Started<O, ()> {
        if let Err(error) = self.check_process() {
            return Started::Done(operation, Err(error));
        }
        if !receive.request.is_null() {
            let result = if queue.is_closed() {
                Err(Error::InvalidHandle)
            } else {
                self.hand_over_bound(queue, receive.request, &mut |request| {
                    operation.receive(request)
                })
            };
            return Started::Done(operation, result);
        }
        loop {
            let request = {
                let mut fifos = queue.lock();
                if !fifos.receives(queue.handle_id()) {
                    return Started::Done(operation, Err(Error::InvalidHandle));
                }
                match fifos.take() {
                    Some(request) => request,
                    None => {
                        let started = self.operations().keep(operation, |operation| {
                            let id = operation.id();
                            let waiting = Waiting::Operation(operation);
                            fifos.wait_operation(queue.handle_id(), id, waiting);
                        });
                        drop(fifos);
                        self.arm_fallback(self.shards().first());
                        return started;
                    }
                }
            };
            let handed_over =
                self.hand_over(queue, request, DeliveryState::Queued, &mut |request| {
                    operation.receive(request)
                });
            match handed_over {
                Err(Error::ConnectionInvalid) => {}
                result => return Started::Done(operation, result),
            }
        }
    }

    /// Hands over the request that [`crate::Signal::Request`] gave to a pending receive.
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`]: its client is gone, the receive is to be posted again.
    pub fn receive_given(
        &self,
        queue: &QueueHandle,
        request: RequestId,
        sink: &mut dyn FnMut(&mut ReceivedRequest<'_>) -> Verdict,
    ) -> Result<(), Error> {
        self.check_process()?;
        self.hand_over(queue, request, DeliveryState::Queued, sink)
    }

    /// Puts back the request that [`crate::Signal::Request`] gave to a pending receive which was
    /// given up meanwhile: the next receive gets it first.
    pub fn give_back(&self, queue: &QueueHandle, request: RequestId) {
        if self.is_inherited() {
            return;
        }
        let mut turn = Turn::default();
        {
            let found = self
                .shard_at(request.place())
                .table
                .request(request, queue.id());
            let queued = found.filter(|own| own.exchange().delivery() == DeliveryState::Queued);
            let Some(mut own) = queued else {
                // Its client is gone, or somebody has it: nothing to give back.
                queue.lock().taken_in_vain();
                return;
            };
            let now = self.clock().millis();
            let runs_out = own.alarm.purpose == Purpose::Nothing;
            if runs_out {
                // It ran out while the receive had the request, or never ran (TMO-008).
                let queued_at = &mut own.parts_mut().1.queued_at;
                *queued_at = now.min(*queued_at);
            }
            let mut conn = own.into_connection();
            if runs_out {
                self.start_timer(&mut conn, TimerKind::RequestQueue, now);
            }
            let mut fifos = queue.lock();
            fifos.give_back(request);
            turn.pair(&mut fifos);
            self.wake_poller(queue, &fifos);
        }
        turn.fire(self);
    }

    /// The request of which a receive has got the id and no more.
    fn hand_over_bound(
        &self,
        queue: &QueueHandle,
        request: RequestId,
        sink: &mut dyn FnMut(&mut ReceivedRequest<'_>) -> Verdict,
    ) -> Result<(), Error> {
        let handed_over = self.hand_over(queue, request, DeliveryState::Bound, sink);
        if handed_over == Err(Error::ConnectionInvalid) {
            self.note_dead("HttpReceiveHttpRequest", request);
        }
        handed_over
    }

    fn hand_over(
        &self,
        queue: &QueueHandle,
        request: RequestId,
        expected: DeliveryState,
        sink: &mut dyn FnMut(&mut ReceivedRequest<'_>) -> Verdict,
    ) -> Result<(), Error> {
        let Some(mut found) = self
            .shard_at(request.place())
            .table
            .request(request, queue.id())
        else {
            if expected == DeliveryState::Queued {
                queue.lock().taken_in_vain();
            }
            return Err(Error::ConnectionInvalid);
        };
        let (exchange, own) = found.parts_mut();
        check_delivery(exchange, expected, queue.handle_id())?;
        if queue.has_ended() {
            // The handle ended between the queue and us: somebody else's request.
            drop(found);
            self.give_back(queue, request);
            return Err(Error::InvalidHandle);
        }
        exchange.deliver(false, queue.handle_id());
        let block = own.block.take().ok_or(Error::Internal)?;
        let mut guard = found.into_connection();
        let conn = &mut *guard;
        if expected == DeliveryState::Queued {
            // The time that the program takes is its own (TMO-009).
            conn.alarm = Alarm::NONE;
        }
        if self.remembers_requests() {
            conn.remember_request_line(&block, self.clock().millis());
        }
        let mut arrival = ReceivedRequest {
            service: self,
            conn,
            block: Some(block),
        };
        let verdict = sink(&mut arrival);
        let block = arrival.block.take();
        match verdict {
            Verdict::Taken => {
                if let Some(exchange) = conn.state.exchange_mut() {
                    exchange.deliver(true, queue.handle_id());
                }
                let block = keep_for_response(conn, request, block);
                drop(guard);
                if let Some(block) = block {
                    self.requests().put(block);
                }
                Ok(())
            }
            Verdict::TooSmall { needed } => {
                if let Some(own) = conn.state.under_way_mut() {
                    own.block = block;
                }
                Err(Error::MoreData { needed })
            }
        }
    }

    /// Takes a request block back that [`ReceivedRequest::take`] gave out, for a program that answers by the id: a GET
    /// is kept until its response, as what [`Service::to_keep`] and [`Service::process_ranges`] look at.
    pub fn keep_request(&self, queue: &Queue, request: Box<Request>) {
        if request.verb() == Verb::Get {
            if let Ok(mut found) = self.live_request(queue, request.id) {
                found.parts_mut().1.block = Some(request);
                return;
            }
        }
        self.recycle(request);
    }

    /// Takes a request block back that [`ReceivedRequest::take`] gave out.
    pub fn recycle(&self, request: Box<Request>) {
        if !self.is_inherited() {
            self.requests().put(request);
        }
    }
}

/// Keeps a GET until its response, which may be kept in the cache, and for PROCESS_RANGES, unless the program took it
/// along.
#[inline]
fn keep_for_response(
    conn: &mut Conn,
    request: RequestId,
    block: Option<Box<Request>>,
) -> Option<Box<Request>> {
    match (block, conn.state.under_way_mut()) {
        (Some(block), Some(own)) if block.id == request && block.verb() == Verb::Get => {
            own.block = Some(block);
            None
        }
        (block, _) => block,
    }
}

/// Whether the request waits for such a receive.
#[inline]
fn check_delivery(
    exchange: &Exchange,
    expected: DeliveryState,
    handle: HandleId,
) -> Result<(), Error> {
    // RCV-014: the id belongs to the handle that received it, as far as retrieving goes.
    if expected == DeliveryState::Bound && exchange.holder() != Some(handle) {
        return Err(match exchange.holder() {
            Some(_) if exchange.is_open() => {
                reason::invalid("RequestId was received through another handle of the queue")
            }
            _ => Error::ConnectionInvalid,
        });
    }
    if exchange.delivery() != expected {
        return Err(match exchange.delivery() {
            DeliveryState::Delivered if exchange.is_open() => Error::EndOfBody,
            _ => Error::ConnectionInvalid,
        });
    }
    if expected == DeliveryState::Bound && !exchange.is_open() {
        return Err(Error::ConnectionInvalid);
    }
    Ok(())
}
