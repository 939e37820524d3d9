//! All of a network: its time, what is under way, its listeners and connections.
//!
//! Owns: the order of things. What is due is performed by time, and at one time in the order in which it
//! was scheduled. Does not own: what a segment does (`handshake.rs`, `transfer.rs`, `close.rs`).
//! Threading: behind the network's lock (`shared.rs`).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use crate::connection::{Segment, TcpConnection};
use crate::random::SplitMix;
use crate::readiness::{Event, PollFlags, WAKE};
use crate::role::{ConnectionNumber, Role};
use crate::rules::{Damage, Rules};
use crate::trace::{TraceKind, TraceLog};
use crate::watches::{PollSource, Watches};

/// What happens at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheduled {
    /// A segment arrives at this end.
    Arrives(ConnectionNumber, Role, Segment),
    /// The client sends SYN again.
    SynAgain(ConnectionNumber),
    /// A send buffer is not full any more.
    Relief(ConnectionNumber, Role),
    /// A fault by script.
    Damage(ConnectionNumber, Damage),
}

/// Ordered by time and number alone: the number is unique.
#[derive(Debug)]
struct Appointment {
    time: Duration,
    sequence: u64,
    what: Scheduled,
}

impl PartialEq for Appointment {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Appointment {}

impl PartialOrd for Appointment {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Appointment {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time, self.sequence).cmp(&(other.time, other.sequence))
    }
}

/// A listening socket.
#[derive(Debug)]
pub(crate) struct ListenerState {
    pub(crate) address: SocketAddr,
    pub(crate) backlog: usize,
    /// Connections whose handshake is under way.
    pub(crate) pending: usize,
    /// Connections that wait to be accepted.
    pub(crate) queue: VecDeque<ConnectionNumber>,
}

/// See the module head.
#[derive(Debug)]
pub(crate) struct NetworkState {
    pub(crate) now: Duration,
    sequence: u64,
    due: BinaryHeap<Reverse<Appointment>>,
    pub(crate) seed: u64,
    pub(crate) rules: Rules,
    pub(crate) listeners: BTreeMap<u32, ListenerState>,
    pub(crate) last_listener: u32,
    pub(crate) connections: BTreeMap<ConnectionNumber, TcpConnection>,
    pub(crate) last_connection: u32,
    pub(crate) last_port: u16,
    /// The clients' addresses, each with the number of its connections.
    pub(crate) clients: BTreeMap<SocketAddr, u32>,
    /// Accepts that found a connection.
    pub(crate) accepts: u64,
    pub(crate) accept_faults: SplitMix,
    pub(crate) watches: Watches,
    pub(crate) trace: TraceLog,
}

impl NetworkState {
    pub(crate) fn new(seed: u64, mut rules: Rules) -> NetworkState {
        rules.leave_room();
        NetworkState {
            now: Duration::ZERO,
            sequence: 0,
            due: BinaryHeap::new(),
            seed,
            trace: TraceLog::new(rules.trace),
            rules,
            listeners: BTreeMap::new(),
            last_listener: 0,
            connections: BTreeMap::new(),
            last_connection: 0,
            last_port: 0,
            clients: BTreeMap::new(),
            accepts: 0,
            accept_faults: SplitMix::new(seed, 0, 1),
            watches: Watches::default(),
        }
    }

    pub(crate) fn note(&mut self, kind: TraceKind) {
        self.trace.note(self.now, kind);
    }

    pub(crate) fn schedule(&mut self, time: Duration, what: Scheduled) {
        self.sequence += 1;
        self.due.push(Reverse(Appointment {
            time,
            sequence: self.sequence,
            what,
        }));
    }

    /// When something happens next.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.due.peek().map(|Reverse(next)| next.time)
    }

    /// Performs what is due until `to`, which becomes the time.
    pub(crate) fn advance(&mut self, to: Duration) {
        while self.next().is_some_and(|time| time <= to) {
            if let Some(Reverse(next)) = self.due.pop() {
                self.now = self.now.max(next.time);
                self.perform(next.what);
            }
        }
        self.now = self.now.max(to);
    }

    fn perform(&mut self, what: Scheduled) {
        match what {
            Scheduled::Arrives(number, to, segment) => self.arrive(number, to, segment),
            Scheduled::SynAgain(number) => self.send_syn(number),
            Scheduled::Relief(number, role) => self.relieve(number, role),
            Scheduled::Damage(number, damage) => self.damage_now(number, damage),
        }
    }

    /// Sends a segment from this end; it arrives no earlier than those before it.
    pub(crate) fn send(&mut self, number: ConnectionNumber, from: Role, segment: Segment) {
        let (now, delay) = (self.now, self.rules.delay.clone());
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let pipe = connection.outgoing_mut(from);
        let earliest = now.saturating_add(pipe.delays.time(&delay));
        let arrival = earliest.max(pipe.last_arrival).max(pipe.stalled_until);
        pipe.last_arrival = arrival;
        self.schedule(arrival, Scheduled::Arrives(number, from.peer(), segment));
    }

    /// What a source is ready for. Who hears that there is no room wants to hear when there is.
    pub(crate) fn poll_flags(&mut self, source: PollSource) -> PollFlags {
        match source {
            PollSource::Listener(id) => PollFlags {
                input: self
                    .listeners
                    .get(&id)
                    .is_some_and(|listener| !listener.queue.is_empty()),
                ..PollFlags::default()
            },
            PollSource::End(number, role) => {
                let send_buffer = self.rules.send_buffer;
                let Some(connection) = self.connections.get_mut(&number) else {
                    return PollFlags::default();
                };
                let (incoming, outgoing) = (connection.incoming(role), connection.outgoing(role));
                let flags = connection.end(role).poll(incoming, outgoing, send_buffer);
                if !flags.output {
                    connection.end_mut(role).is_room_wanted = true;
                }
                flags
            }
        }
    }

    /// Takes at most `most` events of a poll.
    pub(crate) fn take_events(&mut self, poll: u64, events: &mut Vec<Event>, most: usize) {
        events.clear();
        if self.watches.take_wake(poll) {
            events.push(Event {
                token: WAKE,
                readable: true,
                ..Event::default()
            });
        }
        while events.len() < most {
            let Some((source, token)) = self.watches.take_ready(poll) else {
                return;
            };
            let flags = self.poll_flags(source);
            if flags.any() {
                events.push(flags.event(token));
            }
        }
    }

    pub(crate) fn edge(&mut self, number: ConnectionNumber, role: Role) {
        self.watches.edge(PollSource::End(number, role));
    }
}
