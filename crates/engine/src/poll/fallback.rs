//! The fallback thread of each shard: I/O never depends on the program calling in.
//!
//! While there is activity it looks every [`TICK`] and polls, without waiting, if nobody led or took a request since;
//! after [`QUIET_TICKS`] such ticks it leads for good, until a thread of the program wants the lead. When a leader sits
//! in its poll for a whole tick, the fallback sleeps without a timer until that leader is back, or until a timer of a
//! connection ends: those are its work alone.
//!
//! Owns the fallback threads: when they start, look, lead and end. Does not own the lead's hand-over among threads of
//! the program (`lead.rs`), nor who goes on while a completion holds the thread up (`deputy.rs`). Threading: one thread
//! per shard, which is started with the first registration.

use std::sync::atomic::{Ordering, fence};

use httpsys_core::Error;
use httpsys_socket::lock::MutexGuard;

use crate::poll::leadership::TICK;
use crate::poll::shard::{Lead, Shard};
use crate::poll::waiter::Turn;
use crate::service::Service;

/// Ticks without any activity after which the fallback thread leads for good.
const QUIET_TICKS: u32 = 4;

impl Service {
    /// Makes the fallback thread of the shard look within a tick.
    #[inline]
    pub(crate) fn arm_fallback(&self, shard: &Shard) {
        // Pairs with the fence of the fallback thread between disarming and looking at the lead.
        fence(Ordering::SeqCst);
        if !shard.leadership.armed.load(Ordering::Relaxed) {
            self.arm_fallback_anew(shard);
        }
    }

    /// Once in a tick at most.
    #[cold]
    fn arm_fallback_anew(&self, shard: &Shard) {
        let leadership = &shard.leadership;
        leadership.armed.store(true, Ordering::SeqCst);
        if self.start_fallback().is_err() {
            // The next one to arm it tries again.
            leadership.armed.store(false, Ordering::SeqCst);
        }
        leadership.ring();
    }

    /// There is a timer that ends before the fallback thread would look.
    pub(crate) fn wake_fallback(&self, shard: &Shard) {
        let leadership = &shard.leadership;
        // Timers are those of connections: it runs since there is a registration.
        let _ = self.start_fallback();
        leadership.ring();
        if leadership.fallback_leads.load(Ordering::SeqCst) {
            shard.interrupt();
        }
    }

    /// Ends the fallback threads; waiting calls are not touched.
    pub(crate) fn stop_fallback(&self) {
        for shard in self.shards().iter() {
            shard.leadership.stop.store(true, Ordering::SeqCst);
            shard.leadership.ring();
            shard.deputies.ring();
            shard.interrupt();
        }
    }

    /// Sees that each shard has a thread that looks after its sockets when no thread of the program does.
    ///
    /// # Errors
    /// [`Error::NoResources`] (8) when the system has no thread for that.
    pub(crate) fn start_fallback(&self) -> Result<(), Error> {
        let mut shards = self.shards().iter();
        shards.try_for_each(|shard| self.start_fallback_of(shard))
    }

    fn start_fallback_of(&self, shard: &Shard) -> Result<(), Error> {
        let leadership = &shard.leadership;
        if leadership.started.load(Ordering::Acquire) {
            return Ok(());
        }
        let _starting = leadership.starting.lock();
        if leadership.started.load(Ordering::Acquire) {
            return Ok(());
        }
        let service = self.clone();
        let index = shard.index;
        let spawned = httpsys_socket::spawn("httpsys-io", move || {
            let shard = service.shards().at(index);
            service.run_fallback(shard);
            service.stand_by(shard);
        });
        spawned.map_err(|error| {
            tracing::error!(%error, "no thread for I/O");
            Error::NoResources
        })?;
        leadership.started.store(true, Ordering::Release);
        Ok(())
    }

    /// Looks after the sockets and timers until the service stops, or a deputy has taken over.
    pub(crate) fn run_fallback(&self, shard: &Shard) {
        // No tick has gone by while the thread was held up that was in office before.
        shard.batches.let_all_go();
        if !self.fire_pending(shard) {
            return;
        }
        let leadership = &shard.leadership;
        let mut quiet = 0;
        let mut seen = leadership.progress.load(Ordering::Relaxed);
        while !leadership.stop.load(Ordering::SeqCst) {
            if self.sleep_a_tick(shard) {
                shard.batches.let_all_go();
            }
            if !self.run_share_of_timers(shard) {
                return;
            }
            let now = leadership.progress.load(Ordering::Relaxed);
            if now != seen {
                seen = now;
                quiet = 0;
                continue;
            }
            match shard.lead.try_lock() {
                None => disarm(shard),
                Some(lead) => {
                    quiet += 1;
                    if !self.fallback_lead(shard, lead, quiet > QUIET_TICKS) {
                        return;
                    }
                    if quiet > QUIET_TICKS {
                        quiet = 0;
                    }
                }
            }
        }
    }

    /// Returns whether a tick has gone by; else a timer's time may have come, or there is another reason to look.
    fn sleep_a_tick(&self, shard: &Shard) -> bool {
        let leadership = &shard.leadership;
        let mut sleep = leadership.sleep.lock();
        if leadership.stop.load(Ordering::SeqCst) {
            return false;
        }
        let is_armed = leadership.armed.load(Ordering::SeqCst);
        if is_armed {
            leadership.alarm.wait_for(&mut sleep, TICK);
        } else {
            // With the lock held: a timer that is started from now on rings behind it.
            match self.time_to_timers(shard) {
                Some(left) => drop(leadership.alarm.wait_for(&mut sleep, left)),
                None => leadership.alarm.wait(&mut sleep),
            }
        }
        is_armed
    }

    /// `false`: a deputy has taken over.
    pub(super) fn fallback_lead<'s>(
        &'s self,
        shard: &'s Shard,
        mut lead: MutexGuard<'s, Lead>,
        for_good: bool,
    ) -> bool {
        let leadership = &shard.leadership;
        let mut turn = Turn::default();
        if !for_good {
            leadership.looks.store(true, Ordering::Release);
            self.poll_once(&mut lead, Some(self.clock().now()), None, &mut turn);
            leadership.looks.store(false, Ordering::Release);
            drop(lead);
            return self.fire_in_office(shard, &mut turn);
        }
        leadership.wanted.store(false, Ordering::SeqCst);
        loop {
            leadership.fallback_leads.store(true, Ordering::SeqCst);
            // No tick goes by here, and the poll does not wait while there is a flood of connections to be accepted.
            shard.batches.let_all_go();
            let timers = self
                .time_to_timers(shard)
                .map(|left| self.clock().now() + left);
            self.poll_once(&mut lead, timers, None, &mut turn);
            leadership.fallback_leads.store(false, Ordering::SeqCst);
            // Fair: a thread that waits for us to step back gets the lead now. And a completion
            // may run code of the program: not while we lead.
            MutexGuard::unlock_fair(lead);
            if !self.fire_in_office(shard, &mut turn) || !self.run_share_of_timers(shard) {
                return false;
            }
            let step_back =
                leadership.wanted.load(Ordering::SeqCst) || leadership.stop.load(Ordering::SeqCst);
            match shard.lead.try_lock() {
                Some(again) if !step_back => lead = again,
                _ => return true,
            }
        }
    }
}

/// A leader has been in its poll for a whole tick: it will arm us when it leaves.
fn disarm(shard: &Shard) {
    let leadership = &shard.leadership;
    leadership.armed.store(false, Ordering::SeqCst);
    fence(Ordering::SeqCst);
    if !shard.lead.is_locked() {
        leadership.armed.store(true, Ordering::SeqCst);
    }
}
