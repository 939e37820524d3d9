//! Graceful shutdown of a request queue: no new connections, and the requests that are under way
//! get until a deadline.
//!
//! Owns the look at each connection and the wait between two looks. Does not own which ports close
//! (`httpsys_core::model`). HTTP.sys has no such call: a program makes it of documented ones
//! (`examples/c/graceful.c`).
//!
//! In this order: the ports that no other queue needs close; idle connections end with FIN, and one
//! whose request has begun to come may complete it; a response that begins from now on says
//! `Connection: close`. When nothing more can come, reception ends. Waits for a disconnect are left
//! alone until their connection ends. What is left at the deadline is reset, and the queue closes.
//!
//! Threading: any thread; it polls the sockets while it waits, if nobody else does.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use httpsys_core::call::Control;
use httpsys_core::connection::{DeliveryState, Phase};
use httpsys_core::{CloseReason, Error, RequestId};

use crate::calls::queue_handle::QueueHandle;
use crate::conn::slot::Conn;
use crate::poll::operation::Signal;
use crate::poll::waiter::{Turn, Waiter};
use crate::service::Service;

/// Between the first two looks; each pause is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(16);

/// What became of the requests that a graceful shutdown found under way: in the queue or received,
/// and not answered to the last byte. One that comes and is answered between two looks is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Requests that ended before the deadline: answered to the last byte, cancelled by the program,
    /// or given up by their client.
    pub finished: u64,
    /// Requests whose connections were reset at the deadline.
    pub reset: u64,
}

/// What a look has found.
#[derive(Default)]
struct Left {
    /// Requests that nobody has received whole, and connections that may still bring one.
    coming: usize,
    /// Requests, and connections whose client has not taken the last response.
    under_way: usize,
}

/// One drain.
struct Drain<'a> {
    queue: &'a QueueHandle,
    /// Closed for this queue's sake.
    ports: Vec<u16>,
    /// Requests that were under way at some look.
    seen: HashSet<RequestId>,
    /// Receives are still served.
    receiving: bool,
}

impl Service {
    /// Shuts the queue down gracefully, as the module head says, and closes it for all its handles.
    /// Blocks until nothing is under way any more, at most until `deadline`; `None` is no limit.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] (6) on a closed queue, and when it is closed meanwhile.
    pub fn drain_queue(
        &self,
        queue: &QueueHandle,
        deadline: Option<Instant>,
    ) -> Result<Drained, Error> {
        let id = queue.id();
        self.control(Control::DrainRequestQueue { queue: id })?;
        let mut drain = Drain {
            queue,
            ports: self.drained_ports(id),
            seen: HashSet::new(),
            receiving: true,
        };
        let mut pause = FIRST_PAUSE;
        loop {
            let left = self.look_at_all(&mut drain);
            if drain.receiving && left.coming == 0 {
                self.end_reception_of_all(queue);
                drain.receiving = false;
                // A request may have come in between.
                continue;
            }
            let now = self.clock().now();
            if left.coming + left.under_way == 0 || deadline.is_some_and(|at| at <= now) {
                break;
            }
            if queue.is_closed() {
                return Err(Error::InvalidHandle);
            }
            let next = now + pause;
            self.rest_until(deadline.map_or(next, |at| at.min(next)));
            pause = LONGEST_PAUSE.min(pause * 2);
        }
        let reset = self.reset_all(&drain);
        self.control(Control::CloseRequestQueue { queue: id })?;
        let drained = Drained {
            finished: drain.seen.len() as u64 - reset,
            reset,
        };
        tracing::info!(queue = id.0, ?drained, "shut down");
        Ok(drained)
    }

    fn look_at_all(&self, drain: &mut Drain<'_>) -> Left {
        let mut left = Left::default();
        let mut turn = Turn::default();
        self.for_each_connection(|service, conn| {
            service.look_at_one(conn, drain, &mut left, &mut turn);
        });
        turn.fire(self);
        left
    }

    fn look_at_one(
        &self,
        conn: &mut Conn,
        drain: &mut Drain<'_>,
        left: &mut Left,
        turn: &mut Turn,
    ) {
        let on_closed_port = drain.ports.contains(&conn.endpoint().port());
        if on_closed_port && conn.state.is_idle() {
            // What the client has sent before may not have had its event yet.
            conn.readable = true;
            self.pump(conn, turn);
            if !conn.has_ended() && conn.state.is_idle() {
                return self.close_connection(conn, CloseReason::UrlRemoved, turn);
            }
        }
        if on_closed_port && conn.state.is_carrier() {
            // Its streams are looked at as connections of their own.
            return self.retire_carrier(conn, CloseReason::UrlRemoved, turn);
        }
        let exchange = conn.state.exchange_mut();
        if let Some(exchange) = exchange.filter(|own| own.queue() == drain.queue.id()) {
            let (request, delivery) = (exchange.request(), exchange.delivery());
            exchange.close_after_response();
            if delivery == DeliveryState::Queued && !drain.receiving {
                return self.refuse_late(conn, request, turn);
            }
            drain.seen.insert(request);
            left.under_way += 1;
            left.coming += usize::from(delivery != DeliveryState::Delivered);
            return;
        }
        match conn.state.phase() {
            Phase::Head { .. } | Phase::Drain(_) if on_closed_port => left.coming += 1,
            Phase::Closing(_) if on_closed_port => left.under_way += 1,
            _ => {}
        }
    }

    /// A request that came when nobody received any more: the 503 handling.
    fn refuse_late(&self, conn: &mut Conn, request: RequestId, turn: &mut Turn) {
        let Some(bound) = conn.bound.clone() else {
            return;
        };
        // Not there: a receive has just taken it.
        if bound.queue.lock().expire(request) {
            self.refuse_queued(conn, &bound, CloseReason::Unavailable("Disabled"), turn);
            self.pump(conn, turn);
        }
    }

    fn end_reception_of_all(&self, queue: &QueueHandle) {
        let mut turn = Turn::default();
        for waiting in queue.lock().end_reception() {
            turn.add(waiting, Signal::Failed(Error::Aborted));
        }
        turn.fire(self);
        // A thread that leads for this queue has to see it.
        self.shards().interrupt_all();
    }

    /// Waits, and polls meanwhile if nobody does.
    fn rest_until(&self, until: Instant) {
        let waiter = Waiter::of_this_thread();
        let signal = self.wait(self.shards().home(), &waiter, Some(until));
        debug_assert!(signal.is_none(), "the waiter is registered nowhere");
        waiter.recycle();
    }

    /// The deadline has passed. Returns the number of requests that it has ended.
    fn reset_all(&self, drain: &Drain<'_>) -> u64 {
        let mut reset = 0;
        let mut turn = Turn::default();
        self.for_each_connection(|service, conn| {
            let on_closed_port = drain.ports.contains(&conn.endpoint().port());
            match conn.state.phase() {
                Phase::Exchange(exchange, _) if exchange.queue() == drain.queue.id() => {
                    reset += u64::from(drain.seen.contains(&exchange.request()));
                    service.reset_connection(conn, CloseReason::QueueClosed, &mut turn);
                }
                Phase::Head { .. } | Phase::Drain(_) if on_closed_port => {
                    service.reset_connection(conn, CloseReason::QueueClosed, &mut turn);
                }
                // Nothing is left but to take what was sent (G-006).
                _ => {}
            }
        });
        turn.fire(self);
        reset
    }
}
