//! Who polls: leader and followers, at each shard of the service.
//!
//! A thread of the program that has to wait (in a receive, a body read, a blocked send) polls the
//! sockets itself if nobody does: it *leads*, and what it finds for itself crosses no thread.
//! Others sleep and are woken when there is work for them. When a leader goes away with what it
//! found, nobody leads for a moment: the fallback thread (`fallback.rs`) sees that I/O goes on. So a
//! busy program pays no hand-over.
//!
//! A shard has a lead and a fallback thread of its own. A thread that waits for the next request leads its home shard
//! (`shards.rs`), or else one that nobody of the program leads; a thread that waits for something of a connection, the
//! shard of that connection.
//!
//! Owns the lead's hand-over, and how a thread waits meanwhile. Does not own the fallback threads. Invariant: whenever
//! a lead is free, its fallback is armed (it will look within a tick) or about to be by the thread that freed it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use httpsys_core::{Error, RequestId};
use httpsys_socket::lock::MutexGuard;

use crate::calls::queue_handle::{Blocked, QueueHandle};
use crate::poll::operation::Signal;
use crate::poll::shard::{Lead, Shard};
use crate::poll::waiter::{Turn, Waiter, Waiting};
use crate::service::Service;

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

    /// A lead for a thread that waits for something else, as [`Service::try_lead`] gives it. Another such thread keeps
    /// its own, unless all that it finds is for others. Ends with [`Service::end_loan`].
    pub(crate) fn try_lend(&self) -> Option<MutexGuard<'_, Lead>> {
        self.shards().find_from_home(|shard| {
            let leadership = &shard.leadership;
            if leadership.lent.load(Ordering::Acquire) && !leadership.gives_way() {
                return None;
            }
            let lead = self.try_lead_of(shard)?;
            leadership.begin_loan();
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

    /// Waits until `waiter` is signalled, and meanwhile leads `shard`, where that happens, if nobody does. `None`: the
    /// deadline passed, and the caller withdraws its registration.
    pub(crate) fn wait(
        &self,
        shard: &Shard,
        waiter: &Arc<Waiter>,
        deadline: Option<Instant>,
    ) -> Option<Signal> {
        let mut waits = None;
        loop {
            if let Some(signal) = waiter.take() {
                return Some(signal);
            }
            waits.get_or_insert_with(httpsys_socket::Absence::begin);
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
        let mut waits = None;
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
            waits.get_or_insert_with(httpsys_socket::Absence::begin);
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
}
