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

use httpsys_core::HandleId;
use httpsys_core::connection::Exchange;

use crate::calls::owner::Owner;
use crate::calls::queue::Queue;

/// A handle to a request queue, made by `Service::queue`.
///
/// It is ended by `Service::close_handle`, or with its queue; dropping it does nothing.
#[derive(Debug)]
pub struct QueueHandle {
    pub(super) queue: Arc<Queue>,
    pub(super) handle: HandleId,
    /// Set before the end looks for what the handle holds.
    pub(super) ended: AtomicBool,
    /// Calls that wait or have waited, and have not returned; from [`ONE_CANCEL`] on how often they
    /// were cancelled. One number, so that a cancel counts exactly the calls that it ends.
    pub(super) blocked: AtomicU64,
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

    pub(super) fn holds(&self, exchange: &Exchange) -> bool {
        exchange.queue() == self.id() && exchange.holder() == Some(self.handle)
    }
}
