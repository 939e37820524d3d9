//! Who polls: leader and followers.
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
//! Owns the lead's hand-over and the fallback thread. Invariant: whenever the lead is free, the
//! fallback is armed (it will look within a tick) or about to be by the thread that freed it.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::time::{Duration, Instant};

use httpsys_core::{Error, RequestId};
use httpsys_socket::lock::MutexGuard;

use crate::calls::queue_handle::{Blocked, QueueHandle};
use crate::poll::leadership::TICK;
use crate::poll::operation::Signal;
use crate::poll::shard::Lead;
use crate::poll::waiter::{Turn, Waiter, Waiting};
use crate::service::Service;

/// Ticks without any activity after which the fallback thread leads for good.
const QUIET_TICKS: u32 = 4;

/// The longest a thread waits for the fallback thread to step back before it waits as a follower.
const STEP_BACK: Duration = Duration::from_millis(10);

impl Service {
    /// The lead, if nobody has it or the fallback thread gives it up.
    pub(crate) fn try_lead(&self) -> Option<MutexGuard<'_, Lead>> {
        let leadership = self.leadership();
        let lead = match self.shard().lead.try_lock() {
            Some(lead) => lead,
            None if leadership.fallback_leads.load(Ordering::Acquire)
                || leadership.lent.load(Ordering::Acquire) =>
            {
                leadership.wanted.store(true, Ordering::Release);
                self.shard().interrupt();
                self.shard().lead.try_lock_for(STEP_BACK)?
            }
            None => return None,
        };

        leadership.note_progress();
        Some(lead)
    }

    /// The lead for a thread that waits for something else, if nobody has it but the fallback
    /// thread. Ends with [`Service::end_loan`].
    pub(crate) fn try_lend(&self) -> Option<MutexGuard<'_, Lead>> {
        let leadership = self.leadership();
        if leadership.lent.load(Ordering::Acquire) {
            return None;
        }
        let lead = self.try_lead()?;
        leadership.lent.store(true, Ordering::Release);
        Some(lead)
    }

    /// Gives a lent lead back, first of all to a thread that waits for it.
    pub(crate) fn end_loan(&self, lead: MutexGuard<'_, Lead>) {
        self.leadership().lent.store(false, Ordering::Release);
        MutexGuard::unlock_fair(lead);
        self.arm_fallback();
    }

    /// Gives the lead back and sees that somebody looks after the sockets meanwhile.
    pub(crate) fn leave(&self, lead: MutexGuard<'_, Lead>) {
        drop(lead);
        self.arm_fallback();
    }

    /// Makes the fallback thread look within a tick.
    pub(crate) fn arm_fallback(&self) {
        let leadership = self.leadership();
        // Pairs with the fence of the fallback thread between disarming and looking at the lead.
        fence(Ordering::SeqCst);
        if leadership.armed.load(Ordering::Relaxed) {
            return;
        }
        leadership.armed.store(true, Ordering::SeqCst);
        if self.start_fallback().is_err() {
            // The next one to arm it tries again.
            leadership.armed.store(false, Ordering::SeqCst);
        }
        leadership.ring();
    }

    /// There is a timer that ends before the fallback thread would look.
    pub(crate) fn wake_fallback(&self) {
        let leadership = self.leadership();
        // Timers are those of connections: it runs since there is a registration.
        let _ = self.start_fallback();
        leadership.ring();
        if leadership.fallback_leads.load(Ordering::SeqCst) {
            self.shard().interrupt();
        }
    }

    /// Waits until `waiter` is signalled, leading meanwhile if nobody does. `None`: the deadline
    /// passed, and the caller withdraws its registration.
    pub(crate) fn wait(&self, waiter: &Arc<Waiter>, deadline: Option<Instant>) -> Option<Signal> {
        loop {
            if let Some(signal) = waiter.take() {
                return Some(signal);
            }
            if deadline.is_some_and(|at| at <= self.clock().now()) {
                return None;
            }
            match self.try_lead() {
                Some(mut lead) => {
                    let mut turn = Turn::default();
                    if waiter.begin_polling() {
                        self.poll_once(&mut lead, deadline, None, &mut turn);
                    }
                    waiter.end_polling();
                    self.leave(lead);
                    turn.fire(self);
                }
                None => {
                    self.shard().batches.end_all();
                    waiter.park(deadline);
                }
            }
        }
    }

    /// Blocks on a wait that `register` registers, unless it says that there is nothing to wait for.
    pub(crate) fn block(
        &self,
        queue: &QueueHandle,
        register: impl FnOnce(Waiting) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let waiter = Waiter::of_this_thread();
        let result = match register(Waiting::Thread(Arc::clone(&waiter), queue.handle_id())) {
            Ok(false) => match self.wait(&waiter, None) {
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
                self.leadership().note_progress();
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
            queue.set_polled(idle);
            idle
        };

        if idle {
            self.poll_once(&mut lead, deadline, Some(queue.id()), &mut turn);
        }
        // Before the lead is free: the next leader of this queue sets the mark for itself.
        let request = {
            let mut fifos = queue.lock();
            queue.set_polled(false);
            let receives = fifos.receives(queue.handle_id());
            let request = if receives { fifos.take() } else { None };

            turn.pair(&mut fifos);
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

        self.shard().batches.end_all();
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

    /// Ends the fallback thread; waiting calls are not touched.
    pub(crate) fn stop_fallback(&self) {
        let leadership = self.leadership();
        leadership.stop.store(true, Ordering::SeqCst);
        leadership.ring();
        self.deputies().ring();
        self.shard().interrupt();
    }

    /// Sees that there is a thread that looks after the sockets when no thread of the program does.
    ///
    /// # Errors
    /// [`Error::NoResources`] (8) when the system has no thread for it.
    pub(crate) fn start_fallback(&self) -> Result<(), Error> {
        let leadership = self.leadership();
        if leadership.started.load(Ordering::Acquire) {
            return Ok(());
        }
        let _starting = leadership.starting.lock();
        if leadership.started.load(Ordering::Acquire) {
            return Ok(());
        }
        let service = self.clone();
        let spawned = httpsys_socket::spawn("httpsys-io", move || {
            service.run_fallback();
            service.stand_by();
        });
        spawned.map_err(|error| {
            tracing::error!(%error, "no thread for I/O");
            Error::NoResources
        })?;
        leadership.started.store(true, Ordering::Release);
        Ok(())
    }

    /// Looks after the sockets and timers until the service stops, or a deputy has taken over.
    pub(crate) fn run_fallback(&self) {
        // No tick has gone by while the thread was held up that was in office before.
        self.shard().batches.let_all_go();
        if !self.fire_pending() {
            return;
        }
        let leadership = self.leadership();
        let mut quiet = 0;
        let mut seen = leadership.progress.load(Ordering::Relaxed);
        while !leadership.stop.load(Ordering::SeqCst) {
            if self.sleep_a_tick() {
                self.shard().batches.let_all_go();
            }
            if !self.run_share_of_timers() {
                return;
            }
            let now = leadership.progress.load(Ordering::Relaxed);
            if now != seen {
                seen = now;
                quiet = 0;
                continue;
            }
            match self.shard().lead.try_lock() {
                None => self.disarm(),
                Some(lead) => {
                    quiet += 1;
                    if !self.fallback_lead(lead, quiet > QUIET_TICKS) {
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
    fn sleep_a_tick(&self) -> bool {
        let leadership = self.leadership();
        let mut sleep = leadership.sleep.lock();
        if leadership.stop.load(Ordering::SeqCst) {
            return false;
        }
        let is_armed = leadership.armed.load(Ordering::SeqCst);
        if is_armed {
            leadership.alarm.wait_for(&mut sleep, TICK);
        } else {
            // With the lock held: a timer that is started from now on rings behind it.
            match self.time_to_timers() {
                Some(left) => drop(leadership.alarm.wait_for(&mut sleep, left)),
                None => leadership.alarm.wait(&mut sleep),
            }
        }
        is_armed
    }

    /// A leader has been in its poll for a whole tick: it will arm us when it leaves.
    fn disarm(&self) {
        let leadership = self.leadership();
        leadership.armed.store(false, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        if !self.shard().lead.is_locked() {
            leadership.armed.store(true, Ordering::SeqCst);
        }
    }

    /// `false`: a deputy has taken over.
    pub(super) fn fallback_lead<'s>(
        &'s self,
        mut lead: MutexGuard<'s, Lead>,
        for_good: bool,
    ) -> bool {
        let leadership = self.leadership();
        let mut turn = Turn::default();
        if !for_good {
            self.poll_once(&mut lead, Some(self.clock().now()), None, &mut turn);
            drop(lead);
            return self.fire_in_office(&mut turn);
        }
        leadership.wanted.store(false, Ordering::SeqCst);
        loop {
            leadership.fallback_leads.store(true, Ordering::SeqCst);
            // No tick goes by here, and the poll does not wait while there is a flood of connections to be accepted.
            self.shard().batches.let_all_go();
            let timers = self.time_to_timers().map(|left| self.clock().now() + left);
            self.poll_once(&mut lead, timers, None, &mut turn);
            leadership.fallback_leads.store(false, Ordering::SeqCst);
            // Fair: a thread that waits for us to step back gets the lead now. And a completion
            // may run code of the program: not while we lead.
            MutexGuard::unlock_fair(lead);
            if !self.fire_in_office(&mut turn) || !self.run_share_of_timers() {
                return false;
            }
            let step_back =
                leadership.wanted.load(Ordering::SeqCst) || leadership.stop.load(Ordering::SeqCst);
            match self.shard().lead.try_lock() {
                Some(again) if !step_back => lead = again,
                _ => return true,
            }
        }
    }
}
