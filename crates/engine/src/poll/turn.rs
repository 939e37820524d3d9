//! A turn: one poll, and what its events ask for.
//!
//! Owns [`Service::poll_once`], the meaning of events, and what a turn leaves for a later one so that
//! nobody who polls waits for one connection. Does not own who polls (`lead.rs`), accepting
//! (`accept.rs`), nor what moves a connection on (`read.rs`).
//!
//! What a turn does is bounded: events by the poll's buffer, steps of a connection by its share, resumed
//! connections and accepts by theirs. Whoever holds a connection's lock may be in a page fault of the
//! program's memory, or not running at all: a turn waits [`PATIENCE`] for one such lock, and what it
//! could not do is deferred, with what the events said. Threading: the thread that leads.

use std::time::{Duration, Instant};

use httpsys_core::{ConnectionId, QueueId};
use httpsys_socket::lock::{Mutex, MutexGuard};
use mio::event::Event;

use crate::conn::slot::Conn;
use crate::observe::tally::Fault;
use crate::poll::accept::Arrivals;
use crate::poll::operation::Signal;
use crate::poll::poller::{Poller, WAKER};
use crate::poll::shard::{LISTENER_BIT, Lead};
use crate::poll::waiter::Turn;
use crate::service::Service;

/// How long a turn waits, once, for the lock of a connection. Most holds are much shorter, and to come
/// back costs a poll.
const PATIENCE: Duration = Duration::from_micros(100);
/// How long the polls after a turn that has left something wait: so long at first, twice as long each
/// time that nothing more could be done, up to `LAST_LOOK`.
const FIRST_LOOK: Duration = Duration::from_millis(1);
const LAST_LOOK: Duration = Duration::from_millis(16);
/// Connections that a turn resumes.
const RESUMES: usize = 128;

/// What is said of a connection: by an event of the poll, as it is on the hot path, or by what was kept of
/// events.
trait Says: Copy {
    fn readable(self) -> bool;
    fn writable(self) -> bool;
    /// The peer has closed its sending side.
    fn read_closed(self) -> bool;
    /// Broken, or both sides are closed.
    fn ended(self) -> bool;
    /// Urgent data has come: a read stops at its mark.
    fn urgent(self) -> bool;
    /// No event: the connection has had its share of a turn and goes on.
    fn resumed(self) -> bool;
}

#[cfg(feature = "sim")]
impl Says for &httpsys_network::Event {
    fn readable(self) -> bool {
        self.readable
    }

    fn writable(self) -> bool {
        self.writable
    }

    fn read_closed(self) -> bool {
        self.read_closed
    }

    fn ended(self) -> bool {
        self.error || self.write_closed
    }

    fn urgent(self) -> bool {
        self.urgent
    }

    fn resumed(self) -> bool {
        false
    }
}

impl Says for &Event {
    #[inline]
    fn readable(self) -> bool {
        self.is_readable()
    }

    #[inline]
    fn writable(self) -> bool {
        self.is_writable()
    }

    #[inline]
    fn read_closed(self) -> bool {
        self.is_read_closed()
    }

    #[inline]
    fn ended(self) -> bool {
        self.is_error() || self.is_write_closed()
    }

    #[inline]
    fn urgent(self) -> bool {
        self.is_priority()
    }

    #[inline]
    fn resumed(self) -> bool {
        false
    }
}

/// The same in bits: what two events said is what one would have said that came later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Readiness(u8);

impl Readiness {
    const READABLE: Readiness = Readiness(1);
    const WRITABLE: Readiness = Readiness(1 << 1);
    const READ_CLOSED: Readiness = Readiness(1 << 2);
    const ENDED: Readiness = Readiness(1 << 3);
    const URGENT: Readiness = Readiness(1 << 4);
    const RESUMED: Readiness = Readiness(1 << 5);

    #[cold]
    fn of(said: impl Says) -> Readiness {
        let bit = |is: bool, bit: Readiness| Readiness(u8::from(is) * bit.0);
        bit(said.readable(), Self::READABLE)
            | bit(said.writable(), Self::WRITABLE)
            | bit(said.read_closed(), Self::READ_CLOSED)
            | bit(said.ended(), Self::ENDED)
            | bit(said.urgent(), Self::URGENT)
            | bit(said.resumed(), Self::RESUMED)
    }

    fn has(self, bit: Readiness) -> bool {
        self.0 & bit.0 != 0
    }
}

impl Says for Readiness {
    fn readable(self) -> bool {
        self.has(Self::READABLE)
    }

    fn writable(self) -> bool {
        self.has(Self::WRITABLE)
    }

    fn read_closed(self) -> bool {
        self.has(Self::READ_CLOSED)
    }

    fn ended(self) -> bool {
        self.has(Self::ENDED)
    }

    fn urgent(self) -> bool {
        self.has(Self::URGENT)
    }

    fn resumed(self) -> bool {
        self.has(Self::RESUMED)
    }
}

impl std::ops::BitOr for Readiness {
    type Output = Readiness;

    fn bitor(self, other: Readiness) -> Readiness {
        Readiness(self.0 | other.0)
    }
}

/// What was to be done with connections whose locks others held. As many as threads that hold one.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    events: Vec<(ConnectionId, Readiness)>,
    /// How many polls in a row have only waited for the next look.
    looks: u32,
    /// The turn has waited for a lock already.
    has_waited: bool,
}

impl Deferred {
    fn add(&mut self, id: ConnectionId, readiness: Readiness) {
        match self.events.iter_mut().find(|(deferred, _)| *deferred == id) {
            Some((_, before)) => *before = *before | readiness,
            None => self.events.push((id, readiness)),
        }
    }

    /// When the next look is worth while.
    fn next_look(&self) -> Option<Duration> {
        let waits = !self.events.is_empty();
        waits.then(|| LAST_LOOK.min(FIRST_LOOK * (1 << self.looks.min(8))))
    }

    /// The lock of a connection, unless somebody has it for longer.
    #[inline]
    fn lock<'s>(&mut self, slot: &'s Mutex<Conn>) -> Option<MutexGuard<'s, Conn>> {
        if self.has_waited {
            return slot.try_lock();
        }
        // As quick as `lock` if nobody has it. A long hold is waited for once.
        match slot.try_lock_for(PATIENCE) {
            None => {
                self.has_waited = true;
                None
            }
            some => some,
        }
    }
}

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
        let Lead {
            poller,
            arrivals,
            deferred,
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
                    self.handle_token(event.token().0, event, arrivals, deferred, turn);
                }
            }
            #[cfg(feature = "sim")]
            Poller::Memory(simulated) => {
                for event in &simulated.events {
                    self.handle_token(event.token, event, arrivals, deferred, turn);
                }
            }
        }
        if !deferred.events.is_empty() {
            self.handle_deferred(deferred, poller.is_idle(), turn);
        }
        if arrivals.may_wait() {
            self.accept_share(arrivals);
        }
        self.resume_connections(deferred, turn);
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
        self.handle_event(ConnectionId(token as u64), said, deferred, turn);
    }

    #[inline]
    fn handle_event(
        &self,
        id: ConnectionId,
        said: impl Says,
        deferred: &mut Deferred,
        turn: &mut Turn,
    ) {
        let Some(slot) = self.shard().table.slot(id.place()) else {
            return;
        };
        match deferred.lock(slot) {
            Some(mut conn) => self.hear(&mut conn, id, said, turn),
            None => deferred.add(id, Readiness::of(said)),
        }
    }

    /// Looks again at the connections that others had locked; `idle`: nothing has happened since the
    /// last look.
    #[cold]
    fn handle_deferred(&self, deferred: &mut Deferred, idle: bool, turn: &mut Turn) {
        // A lock that is still held is not waited for.
        deferred.has_waited = true;
        for (id, readiness) in std::mem::take(&mut deferred.events) {
            self.handle_event(id, readiness, deferred, turn);
        }
        let left = idle && !deferred.events.is_empty();
        deferred.looks = if left { deferred.looks + 1 } else { 0 };
    }

    /// Does what was said of the connection, if it is still there.
    #[inline]
    fn hear(&self, conn: &mut Conn, id: ConnectionId, said: impl Says, turn: &mut Turn) {
        // The slot may have a later connection by now.
        if conn.state.id() != id || conn.stream.is_none() {
            return;
        }
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
            if conn.stream.is_none() {
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
        }
        self.pump(conn, turn);
    }

    fn resume_connections(&self, deferred: &mut Deferred, turn: &mut Turn) {
        let shard = self.shard();
        let (resumed, more) = {
            let mut resume = shard.resume.lock();
            if resume.is_empty() {
                return;
            }
            let share = resume.len().min(RESUMES);
            let resumed: Vec<ConnectionId> = resume.drain(..share).collect();
            (resumed, !resume.is_empty())
        };
        for id in resumed {
            self.handle_event(id, Readiness::RESUMED, deferred, turn);
        }
        if more {
            shard.interrupt();
        }
    }
}

#[cfg(test)]
mod tests;
