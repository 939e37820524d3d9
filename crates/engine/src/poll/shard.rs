//! A shard: one poll, its listeners and its connection table, and what the threads that poll there tell one another.
//!
//! Owns what they are made of, and the tokens. Does not own which shards there are (`shards.rs`), what a poll's events
//! do (`turn.rs`, `accept.rs`), nor who polls (`lead.rs`). Threading: `Lead` is used by the one thread that leads;
//! everything else here is shared.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;

use httpsys_core::ConnectionId;
use httpsys_socket::lock::{Mutex, RwLock};
use slab::Slab;

use crate::conn::table::Table;
use crate::conn::wheel::Timers;
use crate::observe::ends::Ends;
use crate::poll::arrivals::Arrivals;
use crate::poll::deferred::{Deferred, Readiness};
use crate::poll::deputies::Deputies;
use crate::poll::leadership::Leadership;
use crate::poll::poller::{PollRegistry, Poller};
use crate::transport::handshakes::Handshakes;
use crate::transport::host::Host;
use crate::transport::open_batches::OpenBatches;
use crate::transport::port_listener::PortListener;

/// Listener tokens have the top bit, connection ids (shards below 32) do not.
pub(crate) const LISTENER_BIT: usize = 1 << (usize::BITS - 1);

/// See the module head. Aligned so that no two shards share a cache line, which would wander between the processors.
#[repr(align(128))]
pub(crate) struct Shard {
    /// Which one of the service's shards this is, from 0.
    pub(crate) index: u32,
    pub(crate) table: Table,
    pub(crate) registry: PollRegistry,
    pub(crate) lead: Mutex<Lead>,
    pub(crate) leadership: Leadership,
    pub(crate) deputies: Deputies,
    /// All of them are at the first shard; the connections that they accept go to any shard.
    pub(crate) listeners: RwLock<Slab<PortListener>>,
    pub(crate) timers: Timers,
    pub(crate) ends: Ends,
    /// Connections that have more to read than their share of one turn, each once; and streams for which their
    /// carriers have news.
    pub(crate) resume: Mutex<VecDeque<(ConnectionId, Readiness)>>,
    /// Shared by all shards of the service.
    pub(crate) handshakes: Arc<Handshakes>,
    /// Connections of HTTP/2 on which answers may be kept for a moment.
    pub(crate) batches: OpenBatches,
}

/// What the polling thread needs, and what it has left for a later turn.
pub(crate) struct Lead {
    /// The index of its shard.
    pub(crate) index: u32,
    pub(crate) poller: Poller,
    pub(crate) arrivals: Arrivals,
    pub(crate) deferred: Deferred,
}

impl fmt::Debug for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

impl Shard {
    pub(crate) fn new(
        index: u32,
        number: u32,
        host: &Host,
        handshakes: &Arc<Handshakes>,
    ) -> io::Result<Self> {
        let (poller, registry) = host.new_poll()?;
        Ok(Shard {
            index,
            table: Table::new(number),
            registry,
            lead: Mutex::new(Lead {
                index,
                poller,
                arrivals: Arrivals::default(),
                deferred: Deferred::default(),
            }),
            leadership: Leadership::default(),
            deputies: Deputies::default(),
            listeners: RwLock::new(Slab::new()),
            timers: Timers::default(),
            ends: Ends::default(),
            resume: Mutex::new(VecDeque::new()),
            handshakes: Arc::clone(handshakes),
            batches: OpenBatches::default(),
        })
    }

    /// The token of a listener in the slab.
    pub(crate) fn listener_token(index: usize) -> usize {
        LISTENER_BIT | index
    }

    /// Whether the thread that looks after this shard takes care of what concerns the whole service, too.
    pub(crate) fn is_first(&self) -> bool {
        self.index == 0
    }

    /// Interrupts the thread that polls, if one does.
    pub(crate) fn interrupt(&self) {
        self.registry.interrupt();
    }

    /// This connection goes on at the next poll, after the others had their turn.
    pub(super) fn resume(&self, id: ConnectionId) {
        let mut resume = self.resume.lock();
        let is_first = resume.is_empty();
        resume.push_back((id, Readiness::RESUMED));
        drop(resume);
        // While there are others, whoever takes them takes this one too or interrupts the next poll.
        if is_first {
            self.interrupt();
        }
    }

    /// This is to be heard as if the poll had said it, at the end of this turn. Who does not poll interrupts
    /// who does, after it.
    pub(crate) fn tell(&self, said: impl IntoIterator<Item = (ConnectionId, Readiness)>) {
        self.resume.lock().extend(said);
    }
}
