//! A first-in first-out queue with waiting takers.
//!
//! Owns the queue under completion ports and under the thread pool, and how many of its takers run at once. Does not
//! own what is queued, nor which round a thread was counted in. Invariants: items leave in the order they came; every
//! item that finds a sleeping taker, and a place for it, wakes exactly one; while items are queued although takers
//! sleep, one of these watches; after `close` nothing is in the queue. Takers are released last-in first-out, as
//! the I/O Completion Ports page has it, except that a taker whose thread is making the I/O
//! progress gets what it produced itself. Threading: one mutex, never held across a wake-up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use httpsys_socket::lock::{Mutex, MutexGuard};

use crate::sync::wait::{self, Lease, WaitingThread};
use crate::time::source;

/// The longest that items wait for a thread that counts as running: the library does not see when a thread waits in
/// the C library or in the system.
const TICK: Duration = Duration::from_millis(10);

/// How often items are taken without the limit once that has happened: the program may wait so for each of them.
const TAKES_WITHOUT_LIMIT: u64 = 1000;

/// Outcome of a taker's wait: there is an item, and the taker counts already.
const RELEASED: u32 = 0;
/// There is an item and no place: the taker is to look whether the others go on.
const WATCHES: u32 = 1;
const CLOSED: u32 = 2;

/// Why a taker left without an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The deadline passed; the round in which the taker counts as running.
    TimedOut(u64),
    /// The queue was closed.
    Closed,
}

/// What became of a pushed item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FifoPushed {
    /// A sleeping taker was woken for it.
    Taken,
    /// Nobody waits, or nobody may go on; it is queued.
    Queued,
    /// The queue is closed; the item was dropped.
    Closed,
}

/// Items that were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FifoTaken {
    /// How many.
    pub(crate) count: usize,
    /// The round in which the taker counts as running.
    pub(crate) round: u64,
}

pub(crate) struct Fifo<T> {
    inner: Mutex<FifoInner<T>>,
}

struct FifoInner<T> {
    items: VecDeque<T>,
    takers: Vec<Arc<WaitingThread>>,
    closed: bool,
    /// How many takers may run at once; `None`: all.
    limit: Option<u32>,
    /// Takers that were woken for an item and have not come for it yet.
    released: u32,
    /// Threads that have taken an item, or left without, and neither wait nor have come back.
    running: u32,
    /// Threads that were counted in an earlier round do not count any more.
    round: u64,
    /// One of the takers looks whether the others go on.
    is_watched: bool,
    /// How often items were taken.
    takes: u64,
    /// The limit applies from this many takes on.
    limited_from: u64,
    /// Items wait without a place, as was seen first after the last take.
    standstill: Option<Standstill>,
}

/// Items wait and nobody takes them, whoever comes to look meanwhile and however soon it goes again.
#[derive(Clone, Copy)]
struct Standstill {
    /// How often items had been taken when it began.
    takes: u64,
    /// When those that run count as waiting elsewhere.
    until: Instant,
}

impl<T> Fifo<T> {
    /// Of which any number of threads may take at once.
    pub(crate) const fn new() -> Self {
        Fifo::of(None)
    }

    /// Of whose takers so many run at once.
    #[cfg(any(test, not(windows)))]
    pub(crate) const fn limited(threads: u32) -> Self {
        Fifo::of(Some(threads))
    }

    const fn of(limit: Option<u32>) -> Self {
        let inner = FifoInner {
            items: VecDeque::new(),
            takers: Vec::new(),
            closed: false,
            limit,
            released: 0,
            running: 0,
            round: 0,
            is_watched: false,
            takes: 0,
            limited_from: 0,
            standstill: None,
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
        if inner.items.is_empty() {
            inner.standstill = None;
        }
        inner.items.push_back(item);
        let has_room = inner.has_room();
        if !has_room {
            inner.stand_still();
        }
        let woken = inner.claim_next();
        drop(inner);
        if let Some(waiter) = &woken {
            waiter.wake();
        }
        match woken {
            Some(_) if has_room => FifoPushed::Taken,
            _ => FifoPushed::Queued,
        }
    }

    /// Takes up to `max` items, waiting for the first until the deadline (`None`: for ever). Each
    /// goes to `sink` with its position, while the queue is locked. Returns how many.
    pub(crate) fn take(
        &self,
        max: usize,
        deadline: Option<Instant>,
        sink: impl FnMut(usize, T),
    ) -> Result<usize, Stop> {
        let taken = self.take_as(None, max, deadline, sink);
        taken.map(|taken| taken.count)
    }

    /// As [`Fifo::take`], by a thread that was counted as running in this round. It counts again when it returns.
    pub(crate) fn take_as(
        &self,
        counted: Option<u64>,
        max: usize,
        deadline: Option<Instant>,
        mut sink: impl FnMut(usize, T),
    ) -> Result<FifoTaken, Stop> {
        let mut watches = None;
        let mut inner = self.inner.lock();
        inner.stop_running(counted);
        loop {
            if inner.may_take() {
                let count = max.min(inner.items.len());
                let items = inner.items.drain(..count);
                items.enumerate().for_each(|(at, item)| sink(at, item));
                inner.takes += 1;
                let round = inner.run();
                inner.end_watch(watches);
                release_next(inner);
                return Ok(FifoTaken { count, round });
            }
            if inner.closed {
                return Err(Stop::Closed);
            }
            if wait::expired(deadline) {
                let round = inner.run();
                inner.end_watch(watches);
                release_next(inner);
                return Err(Stop::TimedOut(round));
            }
            watches = inner.watch_on(watches);
            let lease = Lease::new();
            inner.line_up(lease.waiter(), watches.is_some());
            // Without a place, a taker that made the I/O progress would find little at a time, and all of it for
            // others: who runs does it as soon as it has taken everything.
            let is_to_drive = inner.has_room();
            drop(inner);
            let until = deadline.into_iter().chain(watches);
            let outcome = match is_to_drive {
                true => wait::block(&lease, until.min()),
                false => wait::sleep(&lease, until.min()),
            };
            inner = self.inner.lock();
            match outcome {
                RELEASED => inner.released -= 1,
                WATCHES => watches = Some(source::now() + TICK),
                CLOSED => {}
                _ => inner.step_out(lease.waiter()),
            }
        }
    }

    /// Takes one item.
    pub(crate) fn take_one(&self, deadline: Option<Instant>) -> Result<T, Stop> {
        let mut taken = None;
        self.take(1, deadline, |_, item| taken = Some(item))?;
        taken.ok_or(Stop::Closed)
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
        for waiter in takers.iter().filter(|waiter| waiter.claim(CLOSED)) {
            waiter.wake();
        }
        drop(items);
    }

    /// A thread that was counted as running in this round does not run any more: another one may.
    #[cfg(any(test, not(windows)))]
    pub(crate) fn stop_running(&self, round: u64) {
        let mut inner = self.inner.lock();
        inner.stop_running(Some(round));
        release_next(inner);
    }

    /// The calling thread runs, whether or not there is a place for it. Returns the round.
    #[cfg(any(test, not(windows)))]
    pub(crate) fn run(&self) -> u64 {
        self.inner.lock().run()
    }

    #[cfg(not(windows))]
    pub(crate) fn is_empty(&self) -> bool {
        self.inner.lock().items.is_empty()
    }
}

/// Lets go of the queue, and wakes a taker if there is an item and a place for it, or none looks whether the others
/// go on.
fn release_next<T>(mut inner: MutexGuard<'_, FifoInner<T>>) {
    if inner.takers.is_empty() || inner.items.len() <= inner.released as usize {
        return;
    }
    let woken = inner.claim_next();
    drop(inner);
    if let Some(waiter) = woken {
        waiter.wake();
    }
}

impl<T> FifoInner<T> {
    fn has_room(&self) -> bool {
        if self.takes < self.limited_from {
            return true;
        }
        let limit = self.limit.unwrap_or(u32::MAX);
        self.released.saturating_add(self.running) < limit
    }

    /// Counts the calling thread. Returns the round.
    fn run(&mut self) -> u64 {
        self.running += u32::from(self.limit.is_some());
        self.round
    }

    fn stop_running(&mut self, counted: Option<u64>) {
        if counted == Some(self.round) {
            self.running = self.running.saturating_sub(1);
        }
    }

    /// Whether there is an item and a place for a taker. If nobody has taken anything for a whole tick, those that
    /// run are threads that wait elsewhere: they do not count until they come back, and for a while there is no
    /// limit.
    fn may_take(&mut self) -> bool {
        if self.items.is_empty() || self.has_room() {
            return !self.items.is_empty();
        }
        if !wait::expired(Some(self.stand_still().until)) {
            return false;
        }
        self.running = 0;
        self.round += 1;
        self.limited_from = self.takes + TAKES_WITHOUT_LIMIT;
        self.standstill = None;
        true
    }

    /// Items wait without a place, since now or since it was noted before.
    fn stand_still(&mut self) -> Standstill {
        match self.standstill {
            Some(known) if known.takes == self.takes => known,
            _ => *self.standstill.insert(Standstill {
                takes: self.takes,
                until: source::now() + TICK,
            }),
        }
    }

    /// Until when the taker looks after the others while it waits on, if it does. It does so for a whole tick, even
    /// if there is nothing left meanwhile: a busy port then wakes it once in a tick, and not for each item without a
    /// place.
    fn watch_on(&mut self, watches: Option<Instant>) -> Option<Instant> {
        match watches {
            Some(until) if !wait::expired(Some(until)) => Some(until),
            _ if self.items.is_empty() || self.has_room() => {
                self.end_watch(watches);
                None
            }
            None if self.is_watched => None,
            _ => {
                self.is_watched = true;
                Some(self.stand_still().until)
            }
        }
    }

    /// The taker does not look any more, if it did.
    fn end_watch(&mut self, watches: Option<Instant>) {
        self.is_watched &= watches.is_none();
    }

    /// Who looks after the others is released last.
    fn line_up(&mut self, waiter: &Arc<WaitingThread>, watches: bool) {
        let at = if watches { 0 } else { self.takers.len() };
        self.takers.insert(at, waiter.clone());
    }

    fn step_out(&mut self, waiter: &Arc<WaitingThread>) {
        self.takers.retain(|other| !Arc::ptr_eq(other, waiter));
    }

    /// The taker that is to be woken for an item: one that is released if there is a place, else one that looks after
    /// the others, unless one does.
    fn claim_next(&mut self) -> Option<Arc<WaitingThread>> {
        match self.has_room() {
            true => self.claim_taker(),
            false if self.is_watched => None,
            false => self.claim_watcher(),
        }
    }

    /// Releases a taker; it is to be woken.
    fn claim_taker(&mut self) -> Option<Arc<WaitingThread>> {
        let taker = self.claim_last();
        self.released += u32::from(taker.is_some());
        taker
    }

    fn claim_last(&mut self) -> Option<Arc<WaitingThread>> {
        // A thread that drives the I/O from within its wait keeps what it finds: waking another
        // core costs more than the whole request.
        let own = |waiter: &Arc<WaitingThread>| wait::has_driver() && waiter.is_current();
        if let Some(at) = self.takers.iter().position(own) {
            let own = self.takers.remove(at);
            if own.claim(RELEASED) {
                return Some(own);
            }
        }
        while let Some(waiter) = self.takers.pop() {
            if waiter.claim(RELEASED) {
                return Some(waiter);
            }
        }
        None
    }

    /// The taker that has waited longest looks after the others from now on; it is to be woken.
    fn claim_watcher(&mut self) -> Option<Arc<WaitingThread>> {
        while !self.takers.is_empty() {
            let waiter = self.takers.remove(0);
            if waiter.claim(WATCHES) {
                self.is_watched = true;
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
        assert_eq!(fifo.take_one(Some(Instant::now())), Err(Stop::TimedOut(0)));
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

    /// Whether so many takers sleep.
    fn is_asleep<T>(fifo: &Fifo<T>, takers: usize) -> bool {
        fifo.inner.lock().takers.len() == takers
    }

    #[test]
    fn ses_034_with_as_many_running_as_allowed_nobody_takes_until_one_stops() {
        let fifo = Fifo::limited(2);
        (0..5).for_each(|n| assert_eq!(fifo.push(n), FifoPushed::Queued));
        let take = |counted| {
            let mut got = Vec::new();
            let taken = fifo.take_as(counted, 1, Some(Instant::now()), |_, n| got.push(n));
            (taken.ok().map(|taken| taken.round), got)
        };
        assert_eq!(take(None), (Some(0), vec![0]));
        assert_eq!(take(None), (Some(0), vec![1]));
        // A third thread: there is no place. It counts from now on, as it runs.
        assert_eq!(take(None), (None, vec![]));
        // Who comes back frees its own place; three run.
        assert_eq!(take(Some(0)), (None, vec![]));
        fifo.stop_running(0);
        assert_eq!(take(Some(0)), (Some(0), vec![2]));
        // A wait elsewhere has ended: one more runs than there are places.
        assert_eq!(fifo.run(), 0);
        assert_eq!(take(Some(0)), (None, vec![]));
    }

    #[test]
    fn ses_035_ses_036_a_thread_that_stops_lets_the_last_one_go_on_that_waits() {
        let fifo = Fifo::limited(1);
        assert_eq!(fifo.run(), 0);
        let (order, taken) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for name in 0..3 {
                let (fifo, order, taken) = (&fifo, &order, &taken);
                scope.spawn(move || {
                    let item = fifo.take_as(None, 1, None, |_, n: usize| {
                        order.lock().push((name, n));
                    });
                    let round = item.expect("an item").round;
                    taken.fetch_add(1, Ordering::SeqCst);
                    fifo.stop_running(round);
                });
                while !is_asleep(fifo, name + 1) {
                    std::thread::yield_now();
                }
            }
            // Without a place: at most the one that has waited longest is woken, and watches.
            fifo.inner.lock().is_watched = true;
            (10..13).for_each(|n| assert_eq!(fifo.push(n), FifoPushed::Queued));
            assert_eq!(taken.load(Ordering::SeqCst), 0);
            fifo.stop_running(0);
        });
        assert_eq!(order.into_inner(), [(2, 10), (1, 11), (0, 12)]);
    }

    #[test]
    fn threads_that_do_not_come_back_within_a_tick_do_not_count() {
        let fifo = Fifo::limited(1);
        assert_eq!(fifo.run(), 0);
        assert_eq!(fifo.push(1), FifoPushed::Queued);
        // Nobody stops: the taker waits for a tick.
        let taken = fifo.take_as(None, 1, None, |_, _| {}).expect("an item");
        assert_eq!(taken, FifoTaken { count: 1, round: 1 });
        // The one that was stuck comes back: it counted in an earlier round.
        let now = Some(Instant::now());
        let late = fifo.take_as(Some(0), 1, now, |_, _| {});
        assert_eq!(
            (late, fifo.inner.lock().running),
            (Err(Stop::TimedOut(1)), 2)
        );
    }

    #[test]
    fn items_that_are_taken_keep_the_others_from_running() {
        let fifo: Fifo<u32> = Fifo::limited(1);
        let mut inner = fifo.inner.lock();
        inner.run();
        inner.items.extend([1, 2]);
        let past = Instant::now();
        let since = |takes| Some(Standstill { takes, until: past });
        inner.takes = 5;
        inner.standstill = since(4);
        assert!(!inner.may_take(), "one was taken since: a tick begins anew");
        assert!(inner.watch_on(Some(past)).is_some());
        let items = std::mem::take(&mut inner.items);
        let until = past + Duration::from_secs(60);
        assert_eq!(inner.watch_on(Some(until)), Some(until), "for a whole tick");
        assert!(inner.watch_on(Some(past)).is_none() && !inner.is_watched);
        inner.items = items;
        inner.standstill = since(5);
        assert!(inner.may_take() && inner.round == 1);
        inner.run();
        assert!(inner.has_room(), "without a limit for a while");
        inner.takes += TAKES_WITHOUT_LIMIT;
        assert!(!inner.has_room());
    }

    #[test]
    fn g_274_takers_that_never_wait_for_a_whole_tick_go_on_all_the_same() {
        for wait in [Duration::ZERO, TICK / 2] {
            let fifo = Fifo::limited(1);
            // This thread waits in the system for one of the takers, which look in again and again.
            assert_eq!(fifo.run(), 0);
            assert_eq!(fifo.push(1), FifoPushed::Queued);
            let mut counted = None;
            let round = loop {
                let until = Some(Instant::now() + wait);
                match fifo.take_as(counted, 1, until, |_, _| {}) {
                    Ok(taken) => break taken.round,
                    Err(Stop::TimedOut(round)) => counted = Some(round),
                    Err(Stop::Closed) => unreachable!("it is open"),
                }
            };
            assert_eq!(round, 1);
        }
    }

    #[test]
    fn an_item_does_not_inherit_how_long_another_one_waited() {
        let fifo = Fifo::limited(1);
        assert_eq!(fifo.run(), 0);
        assert_eq!(fifo.push(1), FifoPushed::Queued);
        let past = Instant::now();
        fifo.inner.lock().standstill = Some(Standstill {
            takes: 0,
            until: past,
        });
        assert_eq!(fifo.discard(|_| true), 1);
        assert_eq!(fifo.push(2), FifoPushed::Queued);
        assert!(!fifo.inner.lock().may_take());
    }
}
