//! Handles to a request queue.
//!
//! Owns what HTTP.sys knows as a process that uses a queue, which here is a handle: opening one,
//! its shutdown and its end. Does not own the queue, which is there for all its handles
//! (`queue.rs`), nor who may do what with which kind of handle (the doors). Threading: any thread;
//! a connection's lock is taken before the queue's.
//!
//! Documented for processes (HttpShutdownRequestQueue, SHD-001, SHD-011, SHD-012), assumed for
//! handles of one process: what waits on another handle of the queue is left alone.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use httpsys_core::close_reason::TimerKind;
use httpsys_core::connection::Exchange;
use httpsys_core::{CloseReason, Error, HandleId, QueueId};

use crate::calls::owner::Owner;
use crate::calls::queue::Queue;
use crate::conn::slot::Conn;
use crate::poll::operation::Signal;
use crate::poll::waiter::Turn;
use crate::service::Service;

/// A handle to a request queue, made by [`Service::queue`].
///
/// It is ended by [`Service::close_handle`], or with its queue; dropping it does nothing.
#[derive(Debug)]
pub struct QueueHandle {
    queue: Arc<Queue>,
    handle: HandleId,
    /// Set before the end looks for what the handle holds.
    ended: AtomicBool,
    /// Calls that wait or have waited, and have not returned; from [`ONE_CANCEL`] on how often they
    /// were cancelled. One number, so that a cancel counts exactly the calls that it ends.
    blocked: AtomicU64,
}

const ONE_CANCEL: u64 = 1 << 32;

/// A call of a thread that has to wait, from its first wait to its end.
#[derive(Debug)]
pub(crate) struct Blocked<'a> {
    handle: &'a QueueHandle,
    cancels: u64,
}

impl<'a> Blocked<'a> {
    pub(crate) fn new(handle: &'a QueueHandle) -> Self {
        let cancels = handle.blocked.fetch_add(1, Ordering::SeqCst) / ONE_CANCEL;
        Blocked { handle, cancels }
    }

    /// Asked with the lock held under which the next wait begins: the cancel looks there afterwards.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.handle.blocked.load(Ordering::SeqCst) / ONE_CANCEL != self.cancels
    }
}

impl Drop for Blocked<'_> {
    fn drop(&mut self) {
        self.handle.blocked.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Deref for QueueHandle {
    type Target = Queue;

    fn deref(&self) -> &Queue {
        &self.queue
    }
}

impl QueueHandle {
    /// `None`: the queue is closed.
    pub(crate) fn open(queue: Arc<Queue>, handle: HandleId) -> Option<Self> {
        let open = queue.lock().open_handle(handle);
        open.then_some(QueueHandle {
            queue,
            handle,
            ended: AtomicBool::new(false),
            blocked: AtomicU64::new(0),
        })
    }

    /// The handle's own id; [`Queue::id`] is that of the queue.
    #[must_use]
    pub fn handle_id(&self) -> HandleId {
        self.handle
    }

    /// True once the handle or its queue was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.has_ended() || self.queue.is_closed()
    }

    /// True once the handle itself was closed.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    pub(crate) fn owner(&self) -> Owner {
        Owner {
            queue: self.id(),
            handle: self.handle,
        }
    }

    /// Whether receives are served: until the handle is shut down or closed, or its queue closes.
    #[must_use]
    pub fn receives(&self) -> bool {
        !self.is_inherited() && self.lock().receives(self.handle)
    }

    /// Reception has ended and what was received through this handle goes on.
    pub(crate) fn is_drained_for(&self) -> bool {
        !self.has_ended() && self.lock().is_draining()
    }

    /// From now on calls that wait are cancelled. Whether there is one.
    pub(crate) fn cancel_blocked(&self) -> bool {
        self.blocked.fetch_add(ONE_CANCEL, Ordering::SeqCst) % ONE_CANCEL != 0
    }

    fn holds(&self, exchange: &Exchange) -> bool {
        exchange.queue() == self.id() && exchange.holder() == Some(self.handle)
    }
}

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
        self.shard().interrupt();
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
        self.for_each_connection(|service, conn| {
            let exchange = conn.state.exchange();
            if exchange.is_some_and(|exchange| handle.holds(exchange)) {
                service.reset_connection(conn, CloseReason::QueueClosed, &mut turn);
            }
        });
        turn.fire(self);
        self.shard().interrupt();
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
