//! Opening, shutting down and closing handles of request queues.
//!
//! Owns what the end of a handle does to the requests that it has received. Does not own the handle itself
//! (`queue_handle.rs`), nor the queue (`queue.rs`).

use std::sync::Arc;
use std::sync::atomic::Ordering;

use httpsys_core::close_reason::TimerKind;
use httpsys_core::{CloseReason, Error, HandleId, QueueId};

use crate::calls::queue::Queue;
use crate::calls::queue_handle::QueueHandle;
use crate::conn::slot::Conn;
use crate::observe::strict::state::ReportsAtEnd;
use crate::poll::operation::Signal;
use crate::poll::waiter::Turn;
use crate::service::Service;

impl Service {
    /// A new handle to the queue with this id, while that is open.
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Option<Arc<QueueHandle>> {
        self.check_process().ok()?;
        let mut state = self.objects().lock();
        let queue = Arc::clone(state.queues.get(&id)?);
        state.handles += 1;
        QueueHandle::open(queue, HandleId(state.handles)).map(Arc::new)
    }

    /// The queue with this id, while that is open, for who only looks at it: a handle would receive
    /// from it.
    pub(crate) fn open_queue(&self, id: QueueId) -> Option<Arc<Queue>> {
        self.objects().lock().queues.get(&id).cloned()
    }

    /// HttpShutdownRequestQueue: what waits on this handle (receives, the wait for demand start,
    /// disconnect waits) ends with 995, later receives through it fail with 6 (SHD-001, SHD-002,
    /// G-075); requests that were received can still be answered (SHD-003). Requests nobody took go
    /// to the other handles of the queue, or stay until the queue closes (SHD-012, G-076); so does
    /// one of which a receive of this handle got the id and no more, if another handle receives.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] on a closed handle or queue.
    pub fn shutdown_queue(&self, handle: &QueueHandle) -> Result<(), Error> {
        self.check_process()?;
        let mut turn = Turn::default();
        if handle.has_ended() {
            return Err(Error::InvalidHandle);
        }
        self.end_reception(handle, &mut turn)?;
        self.for_each_connection(|service, conn| service.return_request(conn, handle, &mut turn));
        turn.fire(self);
        // A thread that leads for this handle, or for another one that has work now, has to see it.
        self.shards().interrupt_all();
        Ok(())
    }

    /// Ends a handle as the end of a process that has opened the queue would (SHD-011): what waits
    /// on it ends with 995, and the connections of the requests that were received through it and
    /// are not answered are reset (SHD-007). The queue and its other handles go on.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] on a closed queue, and for a handle that has ended.
    pub fn close_handle(&self, handle: &QueueHandle) -> Result<(), Error> {
        self.check_process()?;
        let mut turn = Turn::default();
        if handle.ended.swap(true, Ordering::SeqCst) {
            return Err(Error::InvalidHandle);
        }
        self.end_reception(handle, &mut turn)?;
        let strict = ReportsAtEnd(self.strict());
        self.for_each_connection(|service, conn| {
            let exchange = conn.state.exchange();
            if let Some(exchange) = exchange.filter(|exchange| handle.holds(exchange)) {
                if let Some(strict) = strict.0 {
                    strict.closes("HttpCloseRequestQueue", handle.id(), exchange);
                }
                service.reset_connection(conn, CloseReason::QueueClosed, &mut turn);
            }
        });
        turn.fire(self);
        self.shards().interrupt_all();
        Ok(())
    }

    fn end_reception(&self, handle: &QueueHandle, turn: &mut Turn) -> Result<(), Error> {
        {
            let mut fifos = handle.lock();
            if fifos.is_closed() {
                return Err(Error::InvalidHandle);
            }
            for waiting in fifos.shut(handle.handle) {
                turn.add(waiting, Signal::Failed(Error::Aborted));
            }
            // A thread that polled for this handle may have kept requests from the others.
            turn.pair(&mut fifos);
        }
        self.end_waits(|owner| owner == handle.owner(), turn);
        Ok(())
    }

    /// SHD-001: a request bound to a handle that is shut down is returned to the queue, for another
    /// handle or for the worker that a controller starts. Where there is neither it stays with the
    /// handle, whose program may still fetch or answer it (assumed).
    fn return_request(&self, conn: &mut Conn, handle: &QueueHandle, turn: &mut Turn) {
        let reading = conn.has_readers();
        let Some(exchange) = conn.state.exchange_mut() else {
            return;
        };
        if reading || !handle.holds(exchange) {
            return;
        }
        let mut fifos = handle.lock();
        if fifos.has_receivers() && exchange.give_back() {
            fifos.give_back(exchange.request());
            turn.pair(&mut fifos);
            drop(fifos);
            // It waits in the queue again (TMO-008).
            let now = self.clock().millis();
            conn.set_queued_at(now);
            self.start_timer(conn, TimerKind::RequestQueue, now);
        }
    }
}
