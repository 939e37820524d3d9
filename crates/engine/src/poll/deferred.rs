//! What events say of a connection, and what of it is kept while somebody else has the connection's lock.
//!
//! Owns the meaning of an event's bits and the list of what was deferred. Does not own what is done then
//! (`turn.rs`). Threading: the thread that leads.

use std::time::Duration;

use httpsys_core::ConnectionId;
use mio::event::Event;

use crate::conn::table::{Look, Table};

/// How long a turn waits, once, for the lock of a connection. Most holds are much shorter, and to come
/// back costs a poll.
pub(super) const PATIENCE: Duration = Duration::from_micros(100);

/// How long the polls after a turn that has left something wait: so long at first, twice as long each
/// time that nothing more could be done, up to `LAST_LOOK`.
pub(super) const FIRST_LOOK: Duration = Duration::from_millis(1);

pub(super) const LAST_LOOK: Duration = Duration::from_millis(16);

/// What is said of a connection: by an event of the poll, as it is on the hot path, or by what was kept of
/// events.
pub(super) trait Says: Copy {
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
pub(crate) struct Readiness(u8);

impl Readiness {
    pub(crate) const READABLE: Readiness = Readiness(1);
    pub(crate) const WRITABLE: Readiness = Readiness(1 << 1);
    pub(crate) const READ_CLOSED: Readiness = Readiness(1 << 2);
    pub(crate) const ENDED: Readiness = Readiness(1 << 3);
    pub(crate) const URGENT: Readiness = Readiness(1 << 4);
    pub(crate) const RESUMED: Readiness = Readiness(1 << 5);

    #[cold]
    pub(super) fn of(said: impl Says) -> Readiness {
        let bit = |is: bool, bit: Readiness| Readiness(u8::from(is) * bit.0);
        bit(said.readable(), Self::READABLE)
            | bit(said.writable(), Self::WRITABLE)
            | bit(said.read_closed(), Self::READ_CLOSED)
            | bit(said.ended(), Self::ENDED)
            | bit(said.urgent(), Self::URGENT)
            | bit(said.resumed(), Self::RESUMED)
    }

    pub(super) fn has(self, bit: Readiness) -> bool {
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
    pub(super) events: Vec<(ConnectionId, Readiness)>,
    /// How many polls in a row have only waited for the next look.
    pub(super) looks: u32,
    /// The turn has waited for a lock already.
    pub(super) has_waited: bool,
}

impl Deferred {
    pub(super) fn add(&mut self, id: ConnectionId, readiness: Readiness) {
        match self.events.iter_mut().find(|(deferred, _)| *deferred == id) {
            Some((_, before)) => *before = *before | readiness,
            None => self.events.push((id, readiness)),
        }
    }

    /// When the next look is worth while.
    pub(super) fn next_look(&self) -> Option<Duration> {
        let waits = !self.events.is_empty();
        waits.then(|| LAST_LOOK.min(FIRST_LOOK * (1 << self.looks.min(8))))
    }

    /// A connection, unless somebody has its lock for longer: a long hold is waited for once.
    #[inline(always)]
    pub(super) fn look<'t>(&mut self, table: &'t Table, id: ConnectionId) -> Look<'t> {
        let look = table.connection_soon(id, (!self.has_waited).then_some(PATIENCE));
        if matches!(look, Look::Held) {
            self.has_waited = true;
        }
        look
    }
}
