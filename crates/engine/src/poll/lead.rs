//! Who polls: leader and followers, at each shard of the service.
//!
//! A thread of the program that has to wait (in a receive, a body read, a blocked send) polls the
//! sockets itself if nobody does: it *leads*, and what it finds for itself crosses no thread.
//! Others sleep and are woken when there is work for them. When a leader goes away with what it
//! found, nobody leads for a moment; a fallback thread sees that I/O goes on: while there is
//! activity it looks every [`TICK`] and polls, without waiting, if nobody led or took a request
//! since; after [`QUIET_TICKS`] such ticks it leads for good, until a thread of the program wants
//! the lead. When a leader sits in its poll for a whole tick, the fallback sleeps without a timer
//! until that leader is back, or until a timer of a connection ends: those are its work alone. So I/O
//! never depends on the program calling in, and a busy program pays no hand-over.
//!
//! A shard has a lead and a fallback thread of its own. A thread that waits for the next request leads its home shard
//! (`shards.rs`), or else one that nobody of the program leads; a thread that waits for something of a connection, the
//! shard of that connection.
//!
//! Owns the lead's hand-over and the fallback threads. Invariant: whenever a lead is free, its
//! fallback is armed (it will look within a tick) or about to be by the thread that freed it.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::time::{Duration, Instant};

use httpsys_core::{Error, RequestId};
use httpsys_socket::lock::MutexGuard;

use crate::calls::queue_handle::{Blocked, QueueHandle};
use crate::poll::leadership::TICK;
use crate::poll::operation::Signal;
use crate::poll::shard::{Lead, Shard};
use crate::poll::waiter::{Turn, Waiter, Waiting};
use crate::service::Service;

/// Ticks without any activity after which the fallback thread leads for good.
const QUIET_TICKS: u32 = 4;

/// The longest a thread waits for the fallback thread to step back before it waits as a follower.
const STEP_BACK: Duration = Duration::from_millis(10);

impl Service {
    /// A lead that nobody has, or that a fallback thread gives up: of this thread's home, or else of another shard.
    pub(crate) fn try_lead(&self) -> Option<MutexGuard<'_, Lead>> {
        self.shards()
            .find_from_home(|shard| self.try_lead_of(shard))
    }

    /// The lead of this shard, if nobody has it or the fallback thread gives it up.
    pub(crate) fn try_lead_of<'s>(&self, shard: &'s Shard) -> Option<MutexGuard<'s, Lead>> {
        let leadership = &shard.leadership;
        let lead = match shard.lead.try_lock() {
            Some(lead) => lead,
            None if leadership.fallback_leads.load(Ordering::Acquire)
                || leadership.lent.load(Ordering::Acquire) =>
            {
                leadership.wanted.store(true, Ordering::Release);
                shard.interrupt();
                shard.lead.try_lock_for(STEP_BACK)?
            }
            // Else the thread would poll another shard, and new connections would follow it there.
            None if self.shards().are_several() && leadership.looks.load(Ordering::Acquire) => {
                shard.lead.try_lock_for(STEP_BACK)?
            }
            None => return None,
        };

        leadership.note_progress();
        Some(lead)
    }

    /// A lead for a thread that waits for something else, as [`Service::try_lead`] gives it. Ends with
    /// [`Service::end_loan`].
    pub(crate) fn try_lend(&self) -> Option<MutexGuard<'_, Lead>> {
        self.shards().find_from_home(|shard| {
            let leadership = &shard.leadership;
            if leadership.lent.load(Ordering::Acquire) {
                return None;
            }
            let lead = self.try_lead_of(shard)?;
            leadership.lent.store(true, Ordering::Release);
            Some(lead)
        })
    }

    /// Gives a lent lead back, first of all to a thread that waits for it.
    pub(crate) fn end_loan(&self, lead: MutexGuard<'_, Lead>) {
        let shard = self.shards().at(lead.index);
        shard.leadership.lent.store(false, Ordering::Release);
        MutexGuard::unlock_fair(lead);
        self.arm_fallback(shard);
    }

    /// Gives the lead back and sees that somebody looks after the sockets meanwhile.
    pub(crate) fn leave(&self, lead: MutexGuard<'_, Lead>) {
        let shard = self.shards().at(lead.index);
        drop(lead);
        self.arm_fallback(shard);
    }

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

    /// Waits until `waiter` is signalled, and meanwhile leads `shard`, where that happens, if nobody does. `None`: the
    /// deadline passed, and the caller withdraws its registration.
    pub(crate) fn wait(
        &self,
        shard: &Shard,
        waiter: &Arc<Waiter>,
        deadline: Option<Instant>,
    ) -> Option<Signal> {
        loop {
            if let Some(signal) = waiter.take() {
                return Some(signal);
            }
            if deadline.is_some_and(|at| at <= self.clock().now()) {
                return None;
            }
            match self.try_lead_of(shard) {
                Some(mut lead) => {
                    let mut turn = Turn::default();
                    if waiter.begin_polling(shard.index) {
                        self.poll_once(&mut lead, deadline, None, &mut turn);
                    }
                    waiter.end_polling();
                    self.leave(lead);
                    turn.fire(self);
                }
                None => {
                    self.shards().end_all_batches();
                    waiter.park(deadline);
                }
            }
        }
    }

    /// Blocks on a wait for something at `shard`, which `register` registers. `register` returns true if there is
    /// nothing to wait for.
    pub(crate) fn block(
        &self,
        shard: &Shard,
        queue: &QueueHandle,
        register: impl FnOnce(Waiting) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let waiter = Waiter::of_this_thread();
        let result = match register(Waiting::Thread(Arc::clone(&waiter), queue.handle_id())) {
            Ok(false) => match self.wait(shard, &waiter, None) {
                Some(Signal::Failed(error)) => Err(error),
                _ => Ok(()),
            },
            Ok(true) => Ok(()),
            Err(error) => Err(error),
        };

        waiter.recycle();
        result
    }

    /// The next request of a queue for a blocking receive.
    ///
    /// The thread that leads keeps the first request it finds for its own queue: among threads
    /// that block at the same time the order is not defined. Overlapped receives that were posted
    /// before are served first (CON-006), and sleeping threads in the order they came.
    pub(crate) fn next_request(
        &self,
        queue: &QueueHandle,
        deadline: Option<Instant>,
    ) -> Result<RequestId, Error> {
        let mut first = true;
        let mut blocked = None;
        loop {
            {
                let mut fifos = queue.lock();
                if !fifos.receives(queue.handle_id()) {
                    return Err(if first {
                        Error::InvalidHandle
                    } else {
                        Error::Aborted
                    });
                }
                if let Some(request) = fifos.take() {
                    return Ok(request);
                }
            }
            first = false;
            if deadline.is_some_and(|at| at <= self.clock().now()) {
                return Err(Error::Timeout);
            }
            let blocked = blocked.get_or_insert_with(|| Blocked::new(queue));
            if blocked.is_cancelled() {
                return Err(Error::Aborted);
            }
            let result = match self.try_lead() {
                Some(lead) => self.lead_for(lead, queue, blocked, deadline),
                None => self.follow(queue, blocked, deadline)?,
            };

            if let Some(request) = result {
                self.shards().home().leadership.note_progress();
                return Ok(request);
            }
        }
    }

    fn lead_for(
        &self,
        mut lead: MutexGuard<'_, Lead>,
        queue: &QueueHandle,
        blocked: &Blocked<'_>,
        deadline: Option<Instant>,
    ) -> Option<RequestId> {
        let mut turn = Turn::default();
        let idle = {
            let fifos = queue.lock();
            let receives = fifos.receives(queue.handle_id()) && !blocked.is_cancelled();
            let idle = fifos.is_empty() && receives;
            if idle {
                queue.begin_polling(lead.index);
            }
            idle
        };

        if idle {
            self.poll_once(&mut lead, deadline, Some(queue.id()), &mut turn);
        }
        // Before the lead is free: the next leader of this queue sets the mark for itself.
        let request = {
            let mut fifos = queue.lock();
            queue.end_polling(lead.index);
            let receives = fifos.receives(queue.handle_id());
            let request = if receives { fifos.take() } else { None };

            turn.pair(&mut fifos);
            self.wake_poller(queue, &fifos);
            request
        };

        self.leave(lead);
        turn.fire(self);
        request
    }

    fn follow(
        &self,
        queue: &QueueHandle,
        blocked: &Blocked<'_>,
        deadline: Option<Instant>,
    ) -> Result<Option<RequestId>, Error> {
        let waiter = Waiter::of_this_thread();
        let ticket = {
            let mut fifos = queue.lock();
            let receives = fifos.receives(queue.handle_id()) && !blocked.is_cancelled();
            if !fifos.is_empty() || !receives {
                waiter.recycle();
                return Ok(None);
            }
            let wait = Waiting::Thread(Arc::clone(&waiter), queue.handle_id());
            fifos.wait(queue.handle_id(), wait)
        };

        self.shards().end_all_batches();
        waiter.park(deadline);
        let mut signal = waiter.take();
        if signal.is_none() && queue.lock().withdraw(ticket).is_none() {
            // Served in the last moment: the signal is on its way.
            waiter.park(None);
            signal = waiter.take();
        }
        waiter.recycle();
        match signal {
            Some(Signal::Request(request)) => Ok(Some(request)),
            Some(Signal::Failed(error)) => Err(error),
            Some(Signal::Ready) | None => Ok(None),
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
