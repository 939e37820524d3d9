//! A turn: one poll, and what its events ask for.
//!
//! Owns [`Service::poll_once`] and what a turn leaves for a later one (`deferred.rs`), so that
//! nobody who polls waits for one connection. Does not own who polls (`lead.rs`), accepting
//! (`accept.rs`), nor what moves a connection on (`read.rs`).
//!
//! What a turn does is bounded: events by the poll's buffer, steps of a connection by its share, resumed
//! connections and accepts by theirs. Whoever holds a connection's lock may be in a page fault of the
//! program's memory, or not running at all: a turn waits a tenth of a millisecond for one such lock, and what it
//! could not do is deferred, with what the events said. Threading: the thread that leads.

use std::time::{Duration, Instant};

use httpsys_core::{ConnectionId, QueueId};

use crate::conn::slot::Conn;
use crate::conn::table::Look;
use crate::observe::tally::Fault;
use crate::poll::arrivals::Arrivals;
use crate::poll::deferred::{Deferred, Readiness, Says};
use crate::poll::operation::Signal;
use crate::poll::poller::{Poller, WAKER};
use crate::poll::shard::{LISTENER_BIT, Lead, Shard};
use crate::poll::waiter::Turn;
use crate::service::Service;

/// Connections that a turn resumes.
const RESUMES: usize = 128;

impl Service {
    /// Polls once, until `deadline` at the latest, and does what the events ask for. The caller
    /// holds the lead; it fires `turn` after it has given the lead back.
    pub(crate) fn poll_once(
        &self,
        lead: &mut Lead,
        deadline: Option<Instant>,
        own_queue: Option<QueueId>,
        turn: &mut Turn,
    ) {
        turn.own_queue = own_queue;
        let timeout = self.poll_timeout(lead, deadline);
        let shard = self.shards().at(lead.index);
        if timeout != Some(Duration::ZERO) {
            // About to sleep, perhaps.
            self.shards().end_batches_at(shard);
        }
        let Lead {
            poller,
            arrivals,
            deferred,
            ..
        } = lead;
        if let Err(error) = poller.poll(timeout) {
            if error.kind() != std::io::ErrorKind::Interrupted {
                self.tallies().note(Fault::PollFailed);
                tracing::error!(%error, "polling failed");
            }
            return;
        }
        turn.forget_time();
        deferred.has_waited = false;
        match poller {
            Poller::Mio(mio) => {
                for event in &mio.events {
                    self.handle_token(shard, event.token().0, event, arrivals, deferred, turn);
                }
            }
            #[cfg(feature = "sim")]
            Poller::Memory(simulated) => {
                for event in &simulated.events {
                    self.handle_token(shard, event.token, event, arrivals, deferred, turn);
                }
            }
        }
        if !deferred.events.is_empty() {
            self.handle_deferred(shard, deferred, poller.is_idle(), turn);
        }
        if arrivals.may_wait() {
            self.accept_share(shard, arrivals);
        }
        self.resume_connections(shard, deferred, turn);
        turn.own_queue = None;
    }

    /// How long the poll may wait: not at all while there is work that the last turn has left.
    fn poll_timeout(&self, lead: &Lead, deadline: Option<Instant>) -> Option<Duration> {
        if lead.arrivals.are_waiting() {
            return Some(Duration::ZERO);
        }
        let until = match (deadline, lead.arrivals.retry_at()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };

        let timeout = until.map(|at| at.saturating_duration_since(self.clock().now()));
        match (timeout, lead.deferred.next_look()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    #[inline]
    fn handle_token(
        &self,
        shard: &Shard,
        token: usize,
        said: impl Says,
        arrivals: &mut Arrivals,
        deferred: &mut Deferred,
        turn: &mut Turn,
    ) {
        if token == WAKER {
            return;
        }
        if token & LISTENER_BIT != 0 {
            return arrivals.add(token & !LISTENER_BIT);
        }
        self.handle_event(shard, ConnectionId(token as u64), said, deferred, turn);
    }

    #[inline]
    fn handle_event(
        &self,
        shard: &Shard,
        id: ConnectionId,
        said: impl Says,
        deferred: &mut Deferred,
        turn: &mut Turn,
    ) {
        match deferred.look(&shard.table, id) {
            Look::Open(mut conn) => self.hear(&mut conn, said, turn),
            Look::Gone => {}
            Look::Held => deferred.add(id, Readiness::of(said)),
        }
    }

    /// Looks again at the connections that others had locked; `idle`: nothing has happened since the
    /// last look.
    #[cold]
    fn handle_deferred(&self, shard: &Shard, deferred: &mut Deferred, idle: bool, turn: &mut Turn) {
        // A lock that is still held is not waited for.
        deferred.has_waited = true;
        for (id, readiness) in std::mem::take(&mut deferred.events) {
            self.handle_event(shard, id, readiness, deferred, turn);
        }
        let left = idle && !deferred.events.is_empty();
        deferred.looks = if left { deferred.looks + 1 } else { 0 };
    }

    /// Does what was said of the connection.
    #[inline]
    fn hear(&self, conn: &mut Conn, said: impl Says, turn: &mut Turn) {
        let resumed = said.resumed();
        if resumed {
            conn.resumes = false;
        }
        if said.ended() {
            conn.readable = true;
            conn.state.handle_hangup();
            self.carry_out(conn, turn);
            return self.pump(conn, turn);
        }
        // Every event says so; most often nobody waits for it.
        if said.writable() && conn.may_wait_for_room() {
            self.handle_writable(conn, turn);
            if conn.has_ended() {
                return;
            }
        }
        if said.urgent() {
            if let Some(stream) = &mut conn.stream {
                stream.may_have_more();
            }
        }
        if said.read_closed() {
            self.peer_has_closed(conn, turn);
        }
        if said.readable() || said.read_closed() {
            conn.readable = true;
            if conn.state.exchange().is_some() {
                if let Some(reader) = conn.pop_reader() {
                    turn.add(reader, Signal::Ready);
                    self.body_has_come(conn);
                }
                return;
            }
        } else if !resumed {
            return;
        } else if conn.readable {
            // For its reader the transport had more to do than one read takes.
            if let Some(reader) = conn.pop_reader() {
                turn.add(reader, Signal::Ready);
            }
        }
        self.pump(conn, turn);
    }

    /// The connection goes on at the next poll of its shard, after the others had their turn.
    pub(crate) fn resume_later(&self, conn: &mut Conn) {
        // Twice in the list it would have twice the share of the others.
        if !std::mem::replace(&mut conn.resumes, true) {
            let id = conn.state.id();
            self.shard_of(id).resume(id);
        }
    }

    fn resume_connections(&self, shard: &Shard, deferred: &mut Deferred, turn: &mut Turn) {
        let resumed = {
            let mut resume = shard.resume.lock();
            if resume.is_empty() {
                return;
            }
            let share = resume.len().min(RESUMES);
            let resumed: Vec<_> = resume.drain(..share).collect();
            resumed
        };

        shard.handshakes.renew_costly_steps();
        for (id, readiness) in resumed {
            self.handle_event(shard, id, readiness, deferred, turn);
        }
        // More than a share, or what was said meanwhile.
        if !shard.resume.lock().is_empty() {
            shard.interrupt();
        }
    }
}

#[cfg(test)]
mod tests;
