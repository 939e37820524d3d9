//! Carrying wake-ups out, once no lock is held.
//!
//! Owns: what becomes of the wake-ups that a [`Turn`] has collected. Does not own who waits (`waiter.rs`,
//! `operation.rs`). Threading: any thread, with no lock held but the lead; the thread in office signals
//! operations one by one (`deputy.rs`).

use httpsys_core::request_queue::RequestQueue;
use smallvec::SmallVec;

use crate::calls::queue::Queue;
use crate::poll::operation::{Registered, Signal};
use crate::poll::waiter::{Turn, Waiting, Wakes};
use crate::service::Service;

impl Turn {
    /// Wakes the threads and signals the operations.
    #[inline]
    pub(crate) fn fire(&mut self, service: &Service) {
        // Most often there is nobody to wake.
        if let Some(list) = &mut self.list {
            fire_all(list, service);
        }
    }

    /// Wakes the threads; the first operation is returned to be signalled.
    pub(crate) fn fire_threads(
        &mut self,
        service: &Service,
    ) -> Option<(Box<dyn Registered>, Signal)> {
        let list = self.list.as_mut()?;
        let mut first = None;
        let mut others = SmallVec::new();
        for (waiting, signal) in list.drain(..) {
            match waiting {
                Waiting::Thread(waiter, _) => {
                    if let Some(shard) = waiter.signal(signal) {
                        service.shards().at(shard).interrupt();
                    }
                }
                Waiting::Operation(operation) if first.is_none() => {
                    first = Some((operation, signal));
                }
                operation => others.push((operation, signal)),
            }
        }
        *list = others;
        first
    }

    /// The clock's milliseconds; asked once.
    pub(crate) fn millis(&mut self, service: &Service) -> u64 {
        *self.millis.get_or_insert_with(|| service.clock().millis())
    }
}

impl Service {
    /// Interrupts a thread that polls for the queue's sake if the queue has a request: no receive waits for it.
    /// `fifos` is what the queue's lock guards.
    #[inline]
    pub(crate) fn wake_poller(&self, queue: &Queue, fifos: &RequestQueue<Waiting>) {
        if fifos.is_empty() {
            return;
        }
        if let Some(shard) = queue.choose_poller() {
            self.shards().at(shard).interrupt();
        }
    }
}

fn fire_all(list: &mut Wakes, service: &Service) {
    for (waiting, signal) in list.drain(..) {
        match waiting {
            Waiting::Thread(waiter, _) => {
                if let Some(shard) = waiter.signal(signal) {
                    service.shards().at(shard).interrupt();
                }
            }
            Waiting::Operation(operation) => operation.signal(signal),
            Waiting::Reading(_) => {}
        }
    }
}
