//! A first-in first-out queue with waiting takers.
//!
//! Owns the queue under completion ports and under the thread pool. Does not own what is queued.
//! Invariants: items leave in the order they came; every item that finds a sleeping taker wakes
//! exactly one; after `close` nothing is in the queue. Takers are released last-in first-out, as
//! the I/O Completion Ports page has it, except that a taker whose thread is making the I/O
//! progress gets what it produced itself. Threading: one mutex, never held across a wake-up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use httpsys_socket::lock::Mutex;

use crate::sync::wait::{self, Lease, TIMED_OUT, WaitingThread};

/// Why a taker left without an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The deadline passed.
    TimedOut,
    /// The queue was closed.
    Closed,
}

/// What became of a pushed item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FifoPushed {
    /// A sleeping taker was woken for it.
    Taken,
    /// Nobody waits; it is queued.
    Queued,
    /// The queue is closed; the item was dropped.
    Closed,
}

pub(crate) struct Fifo<T> {
    inner: Mutex<FifoInner<T>>,
}

struct FifoInner<T> {
    items: VecDeque<T>,
    takers: Vec<Arc<WaitingThread>>,
    closed: bool,
}

impl<T> Fifo<T> {
    pub(crate) const fn new() -> Self {
        let inner = FifoInner {
            items: VecDeque::new(),
            takers: Vec::new(),
            closed: false,
        };
        Fifo {
            inner: Mutex::new(inner),
        }
    }

    /// Appends an item.
    pub(crate) fn push(&self, item: T) -> FifoPushed {
        let mut inner = self.inner.lock();
        if inner.closed {
            return FifoPushed::Closed;
        }
        inner.items.push_back(item);
        let taker = inner.claim_taker();
        drop(inner);
        match taker {
            Some(waiter) => {
                waiter.wake();
                FifoPushed::Taken
            }
            None => FifoPushed::Queued,
        }
    }

    /// Takes up to `max` items, waiting for the first until the deadline (`None`: for ever). Each
    /// goes to `sink` with its position, while the queue is locked. Returns how many.
    pub(crate) fn take(
        &self,
        max: usize,
        deadline: Option<Instant>,
        mut sink: impl FnMut(usize, T),
    ) -> Result<usize, Stop> {
        loop {
            let mut inner = self.inner.lock();
            if !inner.items.is_empty() {
                let count = max.min(inner.items.len());
                inner
                    .items
                    .drain(..count)
                    .enumerate()
                    .for_each(|(at, item)| sink(at, item));
                return Ok(count);
            }
            if inner.closed {
                return Err(Stop::Closed);
            }
            if wait::expired(deadline) {
                return Err(Stop::TimedOut);
            }
            let lease = Lease::new();
            inner.takers.push(lease.waiter().clone());
            drop(inner);
            if wait::block(&lease, deadline) == TIMED_OUT {
                let mut inner = self.inner.lock();
                inner
                    .takers
                    .retain(|other| !Arc::ptr_eq(other, lease.waiter()));
            }
        }
    }

    /// Takes one item.
    pub(crate) fn take_one(&self, deadline: Option<Instant>) -> Result<T, Stop> {
        let mut taken = None;
        self.take(1, deadline, |_, item| taken = Some(item))?;
        taken.ok_or(Stop::TimedOut)
    }

    /// Drops the queued items that match. Returns how many.
    pub(crate) fn discard(&self, mut matches: impl FnMut(&T) -> bool) -> usize {
        let mut inner = self.inner.lock();
        let before = inner.items.len();
        inner.items.retain(|item| !matches(item));
        before - inner.items.len()
    }

    /// Ends the queue: drops its items and wakes all takers.
    #[cfg(any(test, not(windows)))]
    pub(crate) fn close(&self) {
        let (items, takers) = {
            let mut inner = self.inner.lock();
            inner.closed = true;
            (
                std::mem::take(&mut inner.items),
                std::mem::take(&mut inner.takers),
            )
        };
        for waiter in takers.iter().filter(|waiter| waiter.claim(0)) {
            waiter.wake();
        }
        drop(items);
    }

    #[cfg(not(windows))]
    pub(crate) fn is_empty(&self) -> bool {
        self.inner.lock().items.is_empty()
    }
}

impl<T> FifoInner<T> {
    fn claim_taker(&mut self) -> Option<Arc<WaitingThread>> {
        // A thread that drives the I/O from within its wait keeps what it finds: waking another
        // core costs more than the whole request.
        let own = |waiter: &Arc<WaitingThread>| wait::has_driver() && waiter.is_current();
        if let Some(at) = self.takers.iter().position(own) {
            let own = self.takers.swap_remove(at);
            if own.claim(0) {
                return Some(own);
            }
        }
        while let Some(waiter) = self.takers.pop() {
            if waiter.claim(0) {
                return Some(waiter);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn items_leave_in_order_and_in_batches() {
        let fifo = Fifo::new();
        (0..5).for_each(|n| assert_eq!(fifo.push(n), FifoPushed::Queued));
        let mut seen = Vec::new();
        assert_eq!(fifo.take(3, None, |at, n| seen.push((at, n))), Ok(3));
        assert_eq!(seen, [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(fifo.take_one(None), Ok(3));
        assert_eq!(fifo.discard(|&n| n == 4), 1);
        assert_eq!(fifo.take_one(Some(Instant::now())), Err(Stop::TimedOut));
        fifo.close();
        assert_eq!(fifo.push(1), FifoPushed::Closed);
        assert_eq!(fifo.take_one(None), Err(Stop::Closed));
    }

    #[test]
    fn every_item_is_taken_exactly_once_by_many_takers() {
        const ITEMS: usize = 20_000;
        let fifo = Fifo::new();
        let (sum, count) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Ok(n) = fifo.take_one(None) {
                        sum.fetch_add(n, Ordering::SeqCst);
                        if count.fetch_add(1, Ordering::SeqCst) + 1 == ITEMS {
                            fifo.close();
                        }
                    }
                });
            }
            for half in 0..2 {
                let fifo = &fifo;
                scope.spawn(move || (0..ITEMS / 2).for_each(|n| _ = fifo.push(n * 2 + half)));
            }
        });
        assert_eq!(sum.into_inner(), ITEMS * (ITEMS - 1) / 2);
    }
}
