//! A shard: one poll, its listeners and its connection table; and what one poll's events do.
//!
//! Owns the tokens, accepting, and [`Service::poll_once`]. Does not own who
//! polls: that is `lead.rs`. Threading: `Lead` is used by the one thread that leads; everything
//! else here is shared.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use httpsys_core::connection::Phase;
use httpsys_core::end::TimerKind;
use httpsys_core::{ConnectionId, End, QueueId};
use mio::event::Event;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use parking_lot::{Mutex, RwLock};
use slab::Slab;

use crate::conn::Conn;
use crate::ends::Ends;
use crate::listener::Listener;
use crate::service::Service;
use crate::sys;
use crate::table::Table;
use crate::tally::Fault;
use crate::timers::{Purpose, Timers};
use crate::trace;
use crate::waiter::{Signal, Wakes};

/// Events of one poll: enough to amortise the call, few enough that the first request of a batch
/// does not wait for the parsing of hundreds.
const EVENTS: usize = 128;
/// When accepting failed, the next attempt.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

const WAKER: Token = Token(usize::MAX);
/// Listener tokens have the top bit, connection ids (shards below 32) do not.
const LISTENER_BIT: usize = 1 << (usize::BITS - 1);

pub(crate) struct Shard {
    pub(crate) table: Table,
    pub(crate) registry: Registry,
    pub(crate) waker: Waker,
    pub(crate) lead: Mutex<Lead>,
    pub(crate) listeners: RwLock<Slab<Listener>>,
    pub(crate) timers: Timers,
    pub(crate) ends: Ends,
    accept_again: Mutex<Option<Instant>>,
    /// Connections that have more to read than their share of one turn.
    resume: Mutex<Vec<ConnectionId>>,
}

/// What the polling thread needs.
pub(crate) struct Lead {
    poll: Poll,
    events: Events,
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
            registry,
            waker,
            lead: Mutex::new(Lead {
                poll,
                events: Events::with_capacity(EVENTS),
            }),
            listeners: RwLock::new(Slab::new()),
            timers: Timers::default(),
            ends: Ends::default(),
            accept_again: Mutex::new(None),
            resume: Mutex::new(Vec::new()),
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
    pub(crate) fn resume_later(&self, connection: ConnectionId) {
        self.resume.lock().push(connection);
        self.interrupt();
    }
}

impl Service {
    /// Polls once, until `deadline` at the latest, and does what the events ask for. The caller
    /// holds the lead; it fires `wakes` after it has given the lead back.
    pub(crate) fn poll_once(
        &self,
        lead: &mut Lead,
        deadline: Option<Instant>,
        own_queue: Option<QueueId>,
        wakes: &mut Wakes,
    ) {
        wakes.own_queue = own_queue;
        let shard = self.shard();
        let retry = *shard.accept_again.lock();
        let until = match (deadline, retry) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let timeout = until.map(|at| at.saturating_duration_since(self.clock().now()));
        if let Err(error) = lead.poll.poll(&mut lead.events, timeout) {
            if error.kind() != io::ErrorKind::Interrupted {
                self.tallies().note(Fault::PollFailed);
                tracing::error!(%error, "polling failed");
            }
            return;
        }
        wakes.forget_time();
        for event in &lead.events {
            match event.token() {
                WAKER => {}
                Token(token) if token & LISTENER_BIT != 0 => {
                    self.accept_all(token & !LISTENER_BIT);
                }
                Token(token) => self.handle_event(ConnectionId(token as u64), event, wakes),
            }
        }
        self.resume_connections(wakes);
        if retry.is_some() {
            self.accept_again();
        }
        wakes.own_queue = None;
    }

    fn handle_event(&self, id: ConnectionId, event: &Event, wakes: &mut Wakes) {
        let Some(mut conn) = self.shard().table.lock(id.place()) else {
            return;
        };
        // The slot may have a later connection by now.
        if conn.state.id() != id || conn.stream.is_none() {
            return;
        }
        if event.is_error() || event.is_write_closed() {
            return if matches!(conn.state.phase(), Phase::Closing) {
                // Both sides are closed. Bytes left unread would make the close a reset, to which
                // what we sent last is lost.
                conn.readable = true;
                self.pump(&mut conn, wakes);
            } else {
                self.reset_connection(&mut conn, End::PeerReset, wakes);
            };
        }
        let throttled = conn.send_alarm.purpose == Purpose::Bandwidth;
        if event.is_writable() && !throttled && (conn.interim == 0 || conn.flush_interim()) {
            if let Some(writer) = conn.pop_writer() {
                wakes.add(writer, Signal::Ready);
            }
        }
        if event.is_read_closed() {
            self.peer_has_closed(&mut conn, wakes);
        }
        if event.is_readable() || event.is_read_closed() {
            conn.readable = true;
            if let Phase::Exchange(_) = conn.state.phase() {
                if let Some(reader) = conn.pop_reader() {
                    wakes.add(reader, Signal::Ready);
                    self.body_has_come(&mut conn);
                }
            } else {
                self.pump(&mut conn, wakes);
            }
        }
    }

    fn resume_connections(&self, wakes: &mut Wakes) {
        let resumed = std::mem::take(&mut *self.shard().resume.lock());
        for id in resumed {
            let Some(mut conn) = self.shard().table.lock(id.place()) else {
                continue;
            };
            if conn.state.id() == id && conn.stream.is_some() {
                self.pump(&mut conn, wakes);
            }
        }
    }

    fn accept_again(&self) {
        let shard = self.shard();
        let now = self.clock().now();
        let due = shard.accept_again.lock().take_if(|when| *when <= now);
        if due.is_some() {
            let all: Vec<usize> = shard
                .listeners
                .read()
                .iter()
                .map(|(index, _)| index)
                .collect();
            for index in all {
                self.accept_all(index);
            }
        }
    }

    /// Accepts every connection that waits at a listener.
    pub(crate) fn accept_all(&self, index: usize) {
        let shard = self.shard();
        let listeners = shard.listeners.read();
        let Some(listener) = listeners.get(index) else {
            return;
        };
        loop {
            match listener.socket.accept() {
                Ok((stream, remote)) => self.adopt(stream, remote, listener.address),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return,
                    // The client gave up while it waited.
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => {}
                    // Most often there is no descriptor left. Without an attempt later the clients
                    // behind it would wait for the next arrival: readiness is told once.
                    _ => {
                        self.tallies().note(Fault::AcceptFailed);
                        tracing::warn!(%error, "accept failed: connections wait");
                        *shard.accept_again.lock() = Some(self.clock().now() + ACCEPT_RETRY);
                        return;
                    }
                },
            }
        }
    }

    fn adopt(&self, mut stream: TcpStream, remote: SocketAddr, listening: SocketAddr) {
        let shard = self.shard();
        self.tallies().accepted();
        let most = self.parameters().max_connections;
        if most.is_some_and(|most| shard.table.open() >= most) {
            let reason = "Connections_Refused";
            tracing::info!(%remote, reason, "dropped: MaxConnections");
            self.tallies().note(Fault::ConnectionDropped);
            self.tallies().refused(reason);
            self.log_refused_connection(remote, listening, reason);
            return sys::reset(stream, None);
        }
        sys::prepare(&stream);
        let local = if listening.ip().is_unspecified() {
            stream.local_addr().unwrap_or(listening)
        } else {
            listening
        };
        let Some(slot) = shard.table.acquire() else {
            self.tallies().note(Fault::ConnectionDropped);
            tracing::warn!("connection refused: the table is full");
            return;
        };
        let Some(mut conn) = shard.table.lock_slot(slot) else {
            return;
        };
        let Some(id) = conn.ids_mut().next_connection() else {
            return;
        };
        conn.open(id, remote, local);
        trace::connected(id, remote);
        let interest = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = shard
            .registry
            .register(&mut stream, Token(id.0 as usize), interest)
        {
            self.tallies().note(Fault::ConnectionDropped);
            tracing::warn!(%error, "connection dropped: it cannot be polled");
            conn.state.close();
            let exhausted = conn.ids().exhausted();
            drop(conn);
            return shard.table.release(slot, exhausted);
        }
        conn.stream = Some(stream);
        self.start_timer(&mut conn, TimerKind::IdleConnection, self.clock().millis());
    }

    /// Visits every open connection, each with its slot locked: for calls that are rare.
    pub(crate) fn for_each_connection(&self, mut visit: impl FnMut(&Service, &mut Conn)) {
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
