//! What a network is like: sizes, times, and faults.
//!
//! Owns: the rules as plain data. Does not own: their effects (`faults.rs` and the files of the calls).
//!
//! A fault happens by chance, as the rules say, or by script. Whatever happened by chance is recorded as
//! the script that brings it about again ([`crate::Network::faults`]), so that a failing run can be made
//! smaller by leaving faults out.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::random::Chance;
use crate::role::{ConnectionNumber, Role};

/// What a network is like. By default it is an ideal loopback: no delay, no fault.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Bytes that a sender may have handed over and that its peer has not acknowledged.
    pub send_buffer: usize,
    /// Bytes that an end may have received and not read: its window.
    pub receive_buffer: usize,
    /// The most bytes of a segment, drawn for each.
    pub segment: RangeInclusive<usize>,
    /// How long a segment takes, drawn for each; segments of one direction never overtake each other.
    pub delay: RangeInclusive<Duration>,
    /// The chance that a segment is cut in two at a random place.
    pub split: Chance,
    /// How much later than the first piece the second one of a segment that was cut comes.
    pub split_delay: RangeInclusive<Duration>,
    /// The chance that a write finds the send buffer full after a part of its bytes, perhaps none.
    pub full_send_buffer: Chance,
    /// How long it stays full.
    pub full_for: RangeInclusive<Duration>,
    /// The chance of a segment that the connection breaks behind it.
    pub reset: Chance,
    /// The chance of a connect to be refused although somebody listens.
    pub refuse: Chance,
    /// The chance of an accept to fail because there is no descriptor left.
    pub no_descriptors: Chance,
    /// The chance of an accept to find that the connection is gone.
    pub aborted: Chance,
    /// What becomes of connects while a listener's backlog is full.
    pub full_backlog: FullBacklog,
    /// The addresses of this network's machine; empty: all there are.
    pub addresses: Vec<IpAddr>,
    /// Faults by script.
    pub script: Vec<NetworkFault>,
    /// Events that the trace keeps until they are taken; what comes beyond is only counted.
    pub trace: usize,
}

impl Rules {
    /// Without any room nothing would ever happen.
    pub(crate) fn leave_room(&mut self) {
        self.send_buffer = self.send_buffer.max(1);
        self.receive_buffer = self.receive_buffer.max(1);
    }
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            send_buffer: 65_536,
            receive_buffer: 65_536,
            segment: 65_536..=65_536,
            delay: Duration::ZERO..=Duration::ZERO,
            split: Chance::NEVER,
            split_delay: Duration::from_micros(1)..=Duration::from_millis(1),
            full_send_buffer: Chance::NEVER,
            full_for: Duration::from_micros(1)..=Duration::from_millis(10),
            reset: Chance::NEVER,
            refuse: Chance::NEVER,
            no_descriptors: Chance::NEVER,
            aborted: Chance::NEVER,
            full_backlog: FullBacklog::Delays,
            addresses: Vec::new(),
            script: Vec::new(),
            trace: 1 << 16,
        }
    }
}

/// What becomes of a connect while the listener's backlog is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FullBacklog {
    /// The client tries again after 1, 3, 7, 15, 31 and 63 seconds and gives up after 127 (Linux with
    /// tcp_syn_retries = 6).
    #[default]
    Delays,
    /// It is refused (Windows; Linux with tcp_abort_on_overflow).
    Refuses,
}

/// A fault by script. Counts begin with 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkFault {
    /// An accept that has a connection to return fails.
    Accept {
        /// Which one: only those count that find a connection.
        nth: u64,
        /// How it fails.
        error: AcceptFault,
    },
    /// Every accept fails for a while because there is no descriptor left.
    NoDescriptors {
        /// From this time on.
        from: Duration,
        /// Until just before this time.
        until: Duration,
    },
    /// A connect is refused.
    Refuse {
        /// Which connect.
        connection: ConnectionNumber,
    },
    /// Something happens to a connection.
    Connection {
        /// Which one.
        connection: ConnectionNumber,
        /// When.
        at: FaultMoment,
        /// What.
        damage: Damage,
    },
}

/// How an accept fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptFault {
    /// EMFILE: the connection waits on.
    NoDescriptors,
    /// ECONNABORTED: the connection is gone.
    Aborted,
}

/// When something happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultMoment {
    /// When this end has sent so many bytes: those get through, none behind them.
    Sent(Role, u64),
    /// When this end has handed so many bytes to its socket; for a full send buffer, when it writes the next
    /// one.
    Written(Role, u64),
    /// At this time.
    Time(Duration),
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Both ends are reset.
    Reset,
    /// This end's sending side is shut down; what it has not sent is lost.
    HalfClose(Role),
    /// Nothing that this end sends arrives for so long.
    Stall(Role, Duration),
    /// The send buffer of this end is full for so long.
    FullSendBuffer(Role, Duration),
}

impl fmt::Display for NetworkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetworkFault::Accept { nth, error } => write!(f, "accept {nth}: {error}"),
            NetworkFault::NoDescriptors { from, until } => {
                write!(f, "no descriptors from {from:?} until {until:?}")
            }
            NetworkFault::Refuse { connection } => write!(f, "{connection}: refused"),
            NetworkFault::Connection {
                connection,
                at,
                damage,
            } => write!(f, "{connection}: {damage} {at}"),
        }
    }
}

impl fmt::Display for AcceptFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AcceptFault::NoDescriptors => "no descriptors",
            AcceptFault::Aborted => "aborted",
        })
    }
}

impl fmt::Display for FaultMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultMoment::Sent(role, bytes) => write!(f, "when the {role} has sent {bytes}"),
            FaultMoment::Written(role, bytes) => write!(f, "when the {role} has written {bytes}"),
            FaultMoment::Time(time) => write!(f, "at {time:?}"),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Reset => f.write_str("reset"),
            Damage::HalfClose(role) => write!(f, "{role} half-closed"),
            Damage::Stall(role, time) => write!(f, "{role} stalled for {time:?}"),
            Damage::FullSendBuffer(role, time) => {
                write!(f, "send buffer of the {role} full for {time:?}")
            }
        }
    }
}
