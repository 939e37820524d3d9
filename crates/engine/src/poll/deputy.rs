//! Deputies: I/O goes on while the fallback thread is held up in a completion.
//!
//! The fallback thread signals operations whose wait is over, and an operation goes on with its call
//! there: it writes from or copies to the program's memory, which may have to come from a disk, takes its
//! connection's lock, or runs a waker of the program. So while it signals, a deputy watches; one that sees
//! the same signal under way for [`LATE`] takes the office over, with the signals that are left. Who was
//! replaced finds that out when it comes back, and is a deputy from then on, or ends.
//!
//! Each shard has an office of its own.
//!
//! Owns: signalling in office, and the deputies. Does not own what the office does (`lead.rs`). Invariant:
//! one thread is in office; [`Deputies::firing`] changes from a signal's number to 0 once, by the thread
//! that signals, which stays in office, or by the deputy that takes it over. Threading: a deputy costs a
//! look per [`LATE`] while there are signals, and nothing while there are none.

use std::sync::atomic::{Ordering, fence};
use std::time::{Duration, Instant};

use crate::poll::leadership::TICK;
use crate::poll::operation::{Registered, Signal};
use crate::poll::shard::Shard;
use crate::poll::waiter::Turn;
use crate::service::Service;

/// How long one signal may take before somebody else goes on with the rest.
const LATE: Duration = Duration::from_millis(20);

/// The most deputies: so many completions can be held up at the same time.
const MOST: usize = 16;

impl Service {
    /// Fires `turn` as the thread in office. `false`: it is not any more, and leaves.
    #[must_use]
    pub(crate) fn fire_in_office(&self, shard: &Shard, turn: &mut Turn) -> bool {
        let Some((operation, signal)) = turn.fire_threads(self) else {
            return true;
        };

        // Most often it is the only one.
        let more = turn.wakes_somebody();
        if more {
            turn.move_operations(&mut shard.deputies.pending.lock());
        }
        self.fire_one(shard, operation, signal) && (!more || self.fire_pending(shard))
    }

    /// Signals what is left. As [`Service::fire_in_office`].
    #[must_use]
    pub(crate) fn fire_pending(&self, shard: &Shard) -> bool {
        // Of batches that begin meanwhile, the first tick begins when they are seen.
        let has_batches = shard.batches.has_any();
        let mut ticked_at = has_batches.then(|| self.clock().now());
        loop {
            let next = shard.deputies.pending.lock().pop_front();
            let Some((operation, signal)) = next else {
                return true;
            };

            if !self.fire_one(shard, operation, signal) {
                return false;
            }
            self.see_to_batches(shard, &mut ticked_at);
        }
    }

    /// Many signals may take longer than a tick, and no other thread in office sees that one goes by.
    #[inline]
    fn see_to_batches(&self, shard: &Shard, ticked_at: &mut Option<Instant>) {
        let batches = &shard.batches;
        if batches.has_any() {
            let now = self.clock().now();
            let ticked_at = ticked_at.get_or_insert(now);
            if now.saturating_duration_since(*ticked_at) >= TICK {
                batches.let_all_go();
                *ticked_at = now;
            }
        }
    }

    fn fire_one(&self, shard: &Shard, operation: Box<dyn Registered>, signal: Signal) -> bool {
        let deputies = &shard.deputies;
        let number = deputies.count.load(Ordering::Relaxed) + 1;
        deputies.count.store(number, Ordering::SeqCst);
        deputies.firing.store(number, Ordering::SeqCst);
        self.arm_deputy(shard);
        operation.signal(signal);
        let done = deputies
            .firing
            .compare_exchange(number, 0, Ordering::SeqCst, Ordering::SeqCst);
        done.is_ok()
    }

    fn arm_deputy(&self, shard: &Shard) {
        let deputies = &shard.deputies;
        // Pairs with the fence of a deputy between disarming and looking again.
        fence(Ordering::SeqCst);
        if deputies.armed.load(Ordering::SeqCst) {
            return;
        }
        let mut threads = deputies.threads.lock();
        if threads.waiting == 0 {
            if threads.started == MOST {
                return;
            }
            let service = self.clone();
            let index = shard.index;
            let started = httpsys_socket::spawn("httpsys-io", move || {
                let shard = service.shards().at(index);
                service.stand_by(shard);
                shard.deputies.threads.lock().started -= 1;
            });
            if let Err(error) = started {
                // The office is looked after as long as no signal is held up.
                return tracing::warn!(%error, "no thread for a deputy");
            }
            threads.started += 1;
        }
        deputies.armed.store(true, Ordering::SeqCst);
        deputies.alarm.notify_one();
    }

    /// What a thread does that is not in office (any more): stands by, and holds the office when it is
    /// its turn.
    pub(crate) fn stand_by(&self, shard: &Shard) {
        while wait_for_office(shard) {
            self.run_fallback(shard);
        }
    }
}

/// Waits until the thread in office is late. `false`: the service ends, or another stands by.
fn wait_for_office(shard: &Shard) -> bool {
    let deputies = &shard.deputies;
    let mut threads = deputies.threads.lock();
    if threads.waiting > 0 {
        return false;
    }
    threads.waiting += 1;
    let mut takes_over = false;
    while !takes_over && !shard.leadership.is_stopped() {
        if !deputies.armed.load(Ordering::SeqCst) {
            deputies.alarm.wait(&mut threads);
            continue;
        }
        let seen = deputies.firing.load(Ordering::SeqCst);
        let count = deputies.count.load(Ordering::SeqCst);
        deputies.alarm.wait_for(&mut threads, LATE);
        takes_over = seen != 0
            && deputies
                .firing
                .compare_exchange(seen, 0, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok();
        let quiet = seen == 0 && deputies.count.load(Ordering::SeqCst) == count;
        if takes_over || quiet {
            deputies.armed.store(false, Ordering::SeqCst);
        }
        fence(Ordering::SeqCst);
        if quiet && deputies.count.load(Ordering::SeqCst) != count {
            deputies.armed.store(true, Ordering::SeqCst);
        }
    }
    threads.waiting -= 1;
    takes_over
}
