//! The receives of a queue that wait as futures, and requests whose receive was dropped.
//!
//! A receive can be dropped after the engine has given it a request and before a poll has seen
//! it. Such a request goes to the receive that waits longest, and if none waits it is *returned*:
//! the next receive of any kind takes it, before the engine's own FIFO. Until then it is a queued
//! request like any other; its client may leave, and the queue's end resets it.
//!
//! Owns these two lists, shared by all handles of one queue. Invariant: once [`Inbox::give`] or
//! [`Inbox::settle`] has run, at most one of them has entries. Threading: the lock may be taken
//! under the engine's queue lock, so nothing of the engine is called under it.
//!
//! Limit: a thread that blocked in [`crate::RequestQueue::receive`] before the request was
//! returned sleeps on until the engine has another one for it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use httpsys_core::RequestId;
use httpsys_engine::{PendingOperation, Queue, Service, Signal};

use super::slot::{Closed, Slot};

/// The slot of one waiting receive.
pub(crate) type Seat = Arc<Slot<Signal>>;

#[derive(Debug)]
pub(crate) struct Inbox {
    queue: Weak<Queue>,
    lists: Mutex<Lists>,
    /// Entries of `returned`: blocking receives look here first and usually take no lock.
    returned: AtomicUsize,
}

#[derive(Debug, Default)]
struct Lists {
    waiting: VecDeque<Seat>,
    returned: VecDeque<RequestId>,
    shut: bool,
}

impl Inbox {
    pub(crate) fn new(queue: &Arc<Queue>) -> Self {
        Inbox {
            queue: Arc::downgrade(queue),
            lists: Mutex::new(Lists::default()),
            returned: AtomicUsize::new(0),
        }
    }

    /// True for the inbox of this queue.
    pub(crate) fn is_of(&self, queue: &Arc<Queue>) -> bool {
        self.queue.as_ptr() == Arc::as_ptr(queue)
    }

    /// A request that was returned. Its client may be gone.
    pub(crate) fn take_returned(&self) -> Option<RequestId> {
        if self.returned.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut lists = self.lock();
        if lists.shut {
            return None;
        }
        let request = lists.returned.pop_front();
        self.returned.store(lists.returned.len(), Ordering::Release);
        request
    }

    /// The operation of a receive that begins to wait. Called under the engine's queue lock.
    pub(crate) fn begin(self: &Arc<Self>, seat: &Seat) -> Box<dyn PendingOperation> {
        self.lock().waiting.push_back(Arc::clone(seat));
        Box::new(Operation {
            seat: Arc::clone(seat),
            inbox: Arc::clone(self),
        })
    }

    /// A receive has begun to wait: a request that was returned meanwhile is for it.
    pub(crate) fn settle(&self, service: &Service) {
        if let Some(request) = self.take_returned() {
            self.give(request, service);
        }
    }

    /// A receive stops to wait. A request that it was given and has not seen goes on.
    pub(crate) fn end(&self, seat: &Seat, service: &Service) {
        self.forget(seat);
        match seat.close() {
            Closed::Waiting => self.withdraw(seat, service),
            Closed::Done(Signal::Request(request)) => self.give(request, service),
            Closed::Done(Signal::Ready | Signal::Failed(_)) | Closed::Taken => {}
        }
    }

    /// The queue was shut down: requests that were returned stay where they are (G-076).
    pub(crate) fn shut(&self) {
        self.lock().shut = true;
    }

    /// Passes a request on whose receive is gone.
    fn give(&self, request: RequestId, service: &Service) {
        loop {
            let seat = {
                let mut lists = self.lock();
                let seat = lists.waiting.pop_front();
                if seat.is_none() {
                    lists.returned.push_back(request);
                    self.returned.store(lists.returned.len(), Ordering::Release);
                }
                seat
            };
            let Some(seat) = seat else { return };
            if seat.complete(Signal::Request(request)).is_ok() {
                // What its own operation brings, if it is too late to withdraw it, goes on, too.
                return self.withdraw(&seat, service);
            }
        }
    }

    fn withdraw(&self, seat: &Seat, service: &Service) {
        if let Some(queue) = self.queue.upgrade() {
            service.cancel_receive(&queue, seat.tag());
        }
    }

    fn forget(&self, seat: &Seat) {
        let mut lists = self.lock();
        if let Some(at) = lists.waiting.iter().position(|s| Arc::ptr_eq(s, seat)) {
            lists.waiting.remove(at);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lists> {
        // Nothing in a section can leave the lists half changed.
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One receive as the engine keeps it. It holds no service and no queue, which hold it.
struct Operation {
    seat: Seat,
    inbox: Arc<Inbox>,
}

impl PendingOperation for Operation {
    fn signal(self: Box<Self>, service: &Service, signal: Signal) {
        self.inbox.forget(&self.seat);
        // The receive is gone, or has another request already.
        if let Err(Signal::Request(request)) = self.seat.complete(signal) {
            self.inbox.give(request, service);
        }
    }

    fn tag(&self) -> usize {
        self.seat.tag()
    }
}
