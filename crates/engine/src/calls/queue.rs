//! A request queue as the driver shares it: the FIFOs of `httpsys_core::request_queue` behind a
//! lock of their own.
//!
//! Owns the lock. Threading: the lock is taken with at most one connection's lock held, and no
//! connection's lock is taken under it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use httpsys_core::QueueId;
use httpsys_core::property::{QueueProperties, State};
use httpsys_core::request_queue::RequestQueue;
use httpsys_socket::lock::{Mutex, MutexGuard};
use httpsys_socket::process;

use crate::poll::waiter::Waiting;

/// A request queue. Calls on requests take it as the scope in which their ids are known.
#[derive(Debug)]
pub struct Queue {
    id: QueueId,
    /// For logs and counters; the namespace is the model's.
    name: Option<Box<str>>,
    fifos: Mutex<RequestQueue<Waiting>>,
    /// The shards, a bit for each, that a thread polls for the sake of this queue: another thread that queues a
    /// request for which nobody waits has to interrupt one of them. Changed and read under the lock.
    polled: AtomicU32,
    /// The bit of the shard that was interrupted and whose thread has not looked yet. Changed and read under the lock.
    woken: AtomicU32,
    /// It is inactive: requests have the 503 handling. Changed under the lock.
    inactive: AtomicBool,
    /// Requests that the cache has answered for it.
    cache_hits: AtomicU64,
    /// What programs hold to use it.
    handles: AtomicU32,
    /// Whose it is; in a child made by fork its lock may never be free again.
    process: u32,
}

impl Queue {
    pub(crate) fn new(id: QueueId, name: Option<&[u16]>) -> Self {
        Queue {
            id,
            name: name.map(|name| String::from_utf16_lossy(name).into()),
            fifos: Mutex::new(RequestQueue::new()),
            polled: AtomicU32::new(0),
            woken: AtomicU32::new(0),
            inactive: AtomicBool::new(false),
            cache_hits: AtomicU64::new(0),
            handles: AtomicU32::new(0),
            process: process::generation(),
        }
    }

    /// The name that it was created with.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Says that the thread that leads this shard polls for this queue's sake; call under the lock.
    pub(crate) fn begin_polling(&self, shard: u32) {
        let polled = self.polled.load(Ordering::Relaxed);
        self.polled.store(polled | 1 << shard, Ordering::Relaxed);
    }

    /// The thread looks for a request itself now; call under the lock.
    pub(crate) fn end_polling(&self, shard: u32) {
        for mask in [&self.polled, &self.woken] {
            let before = mask.load(Ordering::Relaxed);
            mask.store(before & !(1 << shard), Ordering::Relaxed);
        }
    }

    /// Chooses the shard whose poll is interrupted for a request that nobody waits for. `None` as long as a thread that
    /// was woken has not looked: it wakes the next one if it leaves anything. Call under the lock.
    #[inline]
    pub(crate) fn choose_poller(&self) -> Option<u32> {
        let polled = self.polled.load(Ordering::Relaxed);
        if polled == 0 || self.woken.load(Ordering::Relaxed) != 0 {
            return None;
        }
        let shard = polled.trailing_zeros();
        self.woken.store(1 << shard, Ordering::Relaxed);
        Some(shard)
    }

    /// The queue's id.
    #[must_use]
    pub fn id(&self) -> QueueId {
        self.id
    }

    /// True once the queue was closed: every further call on it fails with
    /// ERROR_INVALID_HANDLE (6). True for a queue of the parent in a child made by fork.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_inherited() || self.lock().is_closed()
    }

    /// Requests that no receive has taken.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.is_inherited() {
            0
        } else {
            self.lock().len()
        }
    }

    /// True when every request was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.is_inherited() || self.lock().is_empty()
    }

    /// The properties in force: HttpQueryRequestQueueProperty.
    #[must_use]
    pub fn properties(&self) -> QueueProperties {
        if self.is_inherited() {
            return QueueProperties::default();
        }
        self.lock().properties()
    }

    /// Puts other properties in force.
    pub(crate) fn set_properties(&self, properties: QueueProperties) {
        let mut fifos = self.lock();
        fifos.set_properties(properties);
        self.inactive
            .store(properties.state == State::Inactive, Ordering::Relaxed);
    }

    /// Whether requests that the cache could answer are to be answered: looked at without the lock.
    #[inline]
    pub(crate) fn takes_requests(&self) -> bool {
        !self.inactive.load(Ordering::Relaxed)
    }

    /// The cache answers a request for it.
    #[inline]
    pub(crate) fn count_cache_hit(&self) {
        self.cache_hits.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests the cache has answered for it.
    pub(crate) fn cache_hits(&self) -> u64 {
        self.cache_hits.load(Ordering::Relaxed)
    }

    /// A program has got a handle to the queue: only for the list of queues.
    pub fn handle_opened(&self) {
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// A handle for which [`Queue::handle_opened`] was called is closed.
    pub fn handle_closed(&self) {
        self.handles.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many handles are open.
    #[must_use]
    pub fn handles(&self) -> u32 {
        self.handles.load(Ordering::Relaxed)
    }

    /// Whether it is a queue of the process from which this one was forked.
    pub(crate) fn is_inherited(&self) -> bool {
        self.process != process::generation()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, RequestQueue<Waiting>> {
        self.fifos.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_is_woken_at_a_time_and_the_next_one_after_it_has_looked() {
        let queue = Queue::new(QueueId(1), None);
        let _fifos = queue.lock();
        assert_eq!(queue.choose_poller(), None, "nobody polls");
        queue.begin_polling(1);
        queue.begin_polling(3);
        assert_eq!(queue.choose_poller(), Some(1));
        assert_eq!(queue.choose_poller(), None, "it has not looked yet");
        queue.end_polling(3);
        assert_eq!(queue.choose_poller(), None, "another one has");
        queue.begin_polling(3);
        queue.end_polling(1);
        assert_eq!(queue.choose_poller(), Some(3));
        queue.end_polling(3);
        assert_eq!(queue.choose_poller(), None);
    }
}
