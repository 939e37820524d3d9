//! HttpCancelHttpRequest, and every other hard or orderly end of a connection.
//!
//! Owns the one way a connection leaves its slot. Invariant: under the slot's lock the socket is
//! closed, the exchange is over, every waiting call is taken out to be signalled exactly once, and
//! the slot is given back; so a second cancel, the polling thread and a closing queue all find
//! either a live connection with the id they mean or nothing.

use httpsys_core::connection::{DeliveryState, Exchange, Phase};
use httpsys_core::operation::Cancel;
use httpsys_core::{CloseReason, Error, QueueId, RequestId};
use httpsys_socket::lock::MutexGuard;

use crate::calls::queue::Queue;
use crate::conn::alarm::{Alarm, Purpose};
use crate::conn::slot::Conn;
use crate::conn::under_way::UnderWay;
use crate::control::routes::Bound;
use crate::observe::trace;
use crate::poll::operation::Signal;
use crate::poll::waiter::Turn;
use crate::service::Service;

impl Service {
    /// HttpCancelHttpRequest: resets the transport connection of exactly this request. Requests
    /// pipelined behind it are gone with it (CXL-010, G-070); calls that wait on the connection
    /// end with 995 (G-068). From any thread, at any moment.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] (6) on a closed queue; [`Error::ConnectionInvalid`] (1229) for an
    /// id that is unknown, zero, finished, another queue's, or whose last send was started
    /// (CXL-006, SND-033): nothing is touched.
    pub fn cancel(&self, queue: &Queue, cancel: &Cancel) -> Result<(), Error> {
        let mut guard = self.lock_live(queue, cancel.request)?;
        let mut turn = Turn::default();
        self.reset_connection(&mut guard, CloseReason::Cancelled, &mut turn);
        drop(guard);
        turn.fire(self);
        Ok(())
    }

    /// Whether a request that a receive has returned is still there, for calls that change nothing
    /// on its connection.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] (6) on a closed queue; [`Error::ConnectionInvalid`] (1229) for an id
    /// that is unknown, zero, finished or another queue's.
    pub fn check_live(&self, queue: &Queue, request: RequestId) -> Result<(), Error> {
        self.lock_live(queue, request).map(drop)
    }

    /// Locks the connection of a live request of `queue` that a receive has returned.
    pub(crate) fn lock_live(
        &self,
        queue: &Queue,
        request: RequestId,
    ) -> Result<MutexGuard<'_, Conn>, Error> {
        self.check_process()?;
        let guard = self.shard().table.lock(request.place());
        if let Some(mut guard) = guard {
            if guard.state.live(request, queue.id()).is_ok() {
                return Ok(guard);
            }
        }
        // Closing a queue ends its requests, so only dead ids pay for this look.
        Err(if queue.is_closed() {
            Error::InvalidHandle
        } else {
            Error::ConnectionInvalid
        })
    }

    /// Closes the transport connection with a reset; waiting calls end with the reason's code.
    pub(crate) fn reset_connection(&self, conn: &mut Conn, end: CloseReason, turn: &mut Turn) {
        if let Some(stream) = conn.stream.take() {
            let shard = self.shard();
            let polled = shard.lead.is_locked().then_some(&shard.registry);
            stream.reset(polled);
            self.vacate(conn, end, turn);
        }
    }

    /// Closes the transport connection with FIN.
    pub(crate) fn close_connection(&self, conn: &mut Conn, end: CloseReason, turn: &mut Turn) {
        if let Some(stream) = conn.stream.take() {
            stream.close(&self.shard().registry);
            self.vacate(conn, end, turn);
        }
    }

    fn vacate(&self, conn: &mut Conn, end: CloseReason, turn: &mut Turn) {
        if conn.has_log() {
            self.log_broken(conn, end.error());
        }
        trace::cleaned_up(conn.state.id());
        let ended = conn.state.close();
        let bound = conn.unbind(&self.tallies().traffic);
        self.note_end(conn, end, &ended, bound.as_deref());
        if let Some((exchange, own)) = ended.exchange {
            let was_throttled = conn.send_alarm.purpose == Purpose::Bandwidth;
            self.end_under_way(&exchange, own, bound.as_deref(), was_throttled, end, turn);
        }
        if let Some(head) = ended.head {
            self.requests().put(head.block);
        }
        conn.forget_input();
        conn.kept = None;
        (conn.alarm, conn.send_alarm) = (Alarm::NONE, Alarm::NONE);
        // What they waited for (DSC-001, CXL-009).
        for (_, waiting) in conn.take_disconnects() {
            turn.add(waiting, Signal::Ready);
        }
        let slot = conn.state.id().place().slot;
        self.shard().table.release(slot, conn.ids().exhausted());
    }

    /// The connection of this request has ended.
    fn end_under_way(
        &self,
        exchange: &Exchange,
        mut own: UnderWay,
        bound: Option<&Bound>,
        was_throttled: bool,
        end: CloseReason,
        turn: &mut Turn,
    ) {
        if let Some(bound) = bound {
            if was_throttled {
                // Else clients that ask and go would use up the bandwidth of those that stay.
                let allowed = own.waits().map_or(0, |waits| waits.allowed);
                bound.group.give_back(&bound.effective, allowed);
            }
            if exchange.delivery() == DeliveryState::Queued {
                bound.queue.lock().forget(exchange.request());
            }
        }
        if let Some(block) = own.block.take() {
            self.requests().put(block);
        }
        if let Some(waits) = own.waits() {
            for waiting in waits.readers.drain(..).chain(waits.writer.take()) {
                turn.add(waiting, Signal::Failed(end.error()));
            }
        }
    }

    /// Resets the connections of all requests of a queue that was closed (SHD-007, SHD-008).
    pub(crate) fn reset_requests_of(&self, queue: QueueId, turn: &mut Turn) {
        self.for_each_connection(|service, conn| {
            if conn
                .state
                .exchange()
                .is_some_and(|exchange| exchange.queue() == queue)
            {
                service.reset_connection(conn, CloseReason::QueueClosed, turn);
            }
        });
    }

    /// Closes the idle connections of a port that has no registration left (G-077).
    pub(crate) fn close_idle_on(&self, port: u16, turn: &mut Turn) {
        self.for_each_connection(|service, conn| {
            if conn.local.port() == port && conn.state.is_idle() {
                service.close_connection(conn, CloseReason::UrlRemoved, turn);
            }
        });
    }

    /// Ends every connection: the service ends. Where a request is under way, with a reset;
    /// otherwise in order, since the client may not have taken the last response yet (G-077).
    pub(crate) fn end_all(&self, turn: &mut Turn) {
        self.for_each_connection(|service, conn| {
            let whole = match conn.state.phase() {
                Phase::Exchange(..) => false,
                Phase::Head { seen, .. } => *seen == 0,
                Phase::Drain(_) | Phase::Closing(_) | Phase::Closed => true,
            };
            if whole {
                service.close_connection(conn, CloseReason::ServiceStopped, turn);
            } else {
                service.reset_connection(conn, CloseReason::ServiceStopped, turn);
            }
        });
    }
}
