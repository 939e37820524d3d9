//! A shard: one poll, its listeners and its connection table.
//!
//! Owns what they are made of, and the tokens. Does not own what a poll's events do (`turn.rs`,
//! `accept.rs`), nor who polls (`lead.rs`). Threading: `Lead` is used by the one thread that leads;
//! everything else here is shared.

use std::collections::VecDeque;
use std::fmt;
use std::io;

use httpsys_core::ConnectionId;
use httpsys_socket::lock::{Mutex, RwLock};
use mio::{Events, Poll, Registry, Token, Waker};
use slab::Slab;

use crate::conn::slot::Conn;
use crate::conn::table::Table;
use crate::conn::timers::Timers;
use crate::observe::close_events::Ends;
use crate::poll::accept::Arrivals;
use crate::poll::turn::Deferred;
use crate::service::Service;
use crate::sys::{self, Listed};
use crate::transport::listener::Listener;

/// Events of one poll: enough to amortise the call, few enough that the first request of a batch
/// does not wait for the parsing of hundreds.
const EVENTS: usize = 128;

/// Shards that ids may name: tokens of listeners have the top bit.
pub(crate) const SHARDS: u32 = 32;

pub(crate) const WAKER: Token = Token(usize::MAX);
/// Listener tokens have the top bit, connection ids (shards below 32) do not.
pub(crate) const LISTENER_BIT: usize = 1 << (usize::BITS - 1);

pub(crate) struct Shard {
    pub(crate) table: Table,
    /// Before what it lists.
    _listed: Option<Listed>,
    pub(crate) registry: Registry,
    pub(crate) waker: Waker,
    pub(crate) lead: Mutex<Lead>,
    pub(crate) listeners: RwLock<Slab<Listener>>,
    pub(crate) timers: Timers,
    pub(crate) ends: Ends,
    /// Connections that have more to read than their share of one turn, each once.
    pub(crate) resume: Mutex<VecDeque<ConnectionId>>,
}

/// What the polling thread needs, and what it has left for a later turn.
pub(crate) struct Lead {
    /// Before what it lists.
    _listed: Option<Listed>,
    pub(crate) poll: Poll,
    pub(crate) events: Events,
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
    pub(crate) fn new(number: u32) -> io::Result<Self> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, WAKER)?;
        Ok(Shard {
            table: Table::new(number),
            _listed: sys::list_poll(&registry),
            registry,
            waker,
            lead: Mutex::new(Lead {
                _listed: sys::list_poll(poll.registry()),
                poll,
                events: Events::with_capacity(EVENTS),
                arrivals: Arrivals::default(),
                deferred: Deferred::default(),
            }),
            listeners: RwLock::new(Slab::new()),
            timers: Timers::default(),
            ends: Ends::default(),
            resume: Mutex::new(VecDeque::new()),
        })
    }

    /// The token of a listener in the slab.
    pub(crate) fn listener_token(index: usize) -> Token {
        Token(LISTENER_BIT | index)
    }

    /// Interrupts the thread that polls, if one does.
    pub(crate) fn interrupt(&self) {
        // It can only fail when the poll is gone, and with it whom to wake.
        let _ = self.waker.wake();
    }

    /// The connection goes on at the next poll, after the others had their turn.
    pub(crate) fn resume_later(&self, conn: &mut Conn) {
        // Twice in the list it would have twice the share of the others.
        if !std::mem::replace(&mut conn.resumes, true) {
            self.resume.lock().push_back(conn.state.id());
            self.interrupt();
        }
    }
}

impl Service {
    /// Visits every open connection, each with its slot locked: for calls that are rare.
    pub(crate) fn for_each_connection(&self, mut visit: impl FnMut(&Service, &mut Conn)) {
        if self.is_inherited() {
            return;
        }
        let table = &self.shard().table;
        for slot in 0..table.used() {
            if let Some(mut conn) = table.lock_slot(slot) {
                if conn.stream.is_some() {
                    visit(self, &mut conn);
                }
            }
        }
    }
}
