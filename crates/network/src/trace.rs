//! What happened on a network, in order.
//!
//! Owns: the events as plain data, their texts, and the bounded list of those that nobody took yet.

use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use crate::role::{ConnectionNumber, Role};
use crate::rules::NetworkFault;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceEvent {
    /// When, since the network's beginning.
    pub time: Duration,
    /// What.
    pub kind: TraceKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceKind {
    /// A listener was opened.
    Listen(SocketAddr),
    /// A listener was closed.
    ListenerClosed(SocketAddr),
    /// A client began to connect.
    Connect(ConnectionNumber, SocketAddr, SocketAddr),
    /// The listener's backlog was full.
    BacklogFull(ConnectionNumber),
    /// The client's end is connected.
    Connected(ConnectionNumber),
    /// The connection waits to be accepted.
    Queued(ConnectionNumber),
    /// It was accepted.
    Accept(ConnectionNumber),
    /// An accept failed.
    AcceptFailed(ErrorKind),
    /// An end handed so many bytes to its socket.
    Write(ConnectionNumber, Role, usize),
    /// A write failed.
    WriteFailed(ConnectionNumber, Role, ErrorKind),
    /// An end read so many bytes; 0: the end of the stream.
    Read(ConnectionNumber, Role, usize),
    /// A read failed.
    ReadFailed(ConnectionNumber, Role, ErrorKind),
    /// An end shut its sending side down.
    ShutdownWrite(ConnectionNumber, Role),
    /// An end shut its receiving side down.
    ShutdownRead(ConnectionNumber, Role),
    /// An end closed its socket.
    Close(ConnectionNumber, Role),
    /// So many bytes arrived at an end.
    Arrived(ConnectionNumber, Role, usize),
    /// The end of the peer's stream arrived at an end.
    FinArrived(ConnectionNumber, Role),
    /// An end sent a reset.
    ResetSent(ConnectionNumber, Role),
    /// A reset arrived at an end.
    ResetArrived(ConnectionNumber, Role),
    /// A connect was not answered.
    TimedOut(ConnectionNumber),
    /// A fault happened.
    Fault(NetworkFault),
}

impl fmt::Display for TraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.time.as_nanos() / 1000;
        let nanos = self.time.as_nanos() % 1000;
        write!(f, "{micros}.{nanos:03} us  {}", self.kind)
    }
}

impl fmt::Display for TraceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use TraceKind as K;
        match self {
            K::Listen(address) => write!(f, "listen on {address}"),
            K::ListenerClosed(address) => write!(f, "listener {address} closed"),
            K::Connect(number, from, to) => write!(f, "{number} connect {from} to {to}"),
            K::BacklogFull(number) => write!(f, "{number} backlog is full"),
            K::Connected(number) => write!(f, "{number} connected"),
            K::Queued(number) => write!(f, "{number} waits to be accepted"),
            K::Accept(number) => write!(f, "{number} accepted"),
            K::AcceptFailed(kind) => write!(f, "accept failed: {kind:?}"),
            K::Write(number, role, bytes) => write!(f, "{number} {role} writes {bytes}"),
            K::WriteFailed(number, role, kind) => {
                write!(f, "{number} {role} writes: {kind:?}")
            }
            K::Read(number, role, bytes) => write!(f, "{number} {role} reads {bytes}"),
            K::ReadFailed(number, role, kind) => write!(f, "{number} {role} reads: {kind:?}"),
            K::ShutdownWrite(number, role) => write!(f, "{number} {role} shuts writing down"),
            K::ShutdownRead(number, role) => write!(f, "{number} {role} shuts reading down"),
            K::Close(number, role) => write!(f, "{number} {role} closes"),
            K::Arrived(number, role, bytes) => {
                write!(f, "{number} {bytes} bytes arrive at the {role}")
            }
            K::FinArrived(number, role) => write!(f, "{number} FIN arrives at the {role}"),
            K::ResetSent(number, role) => write!(f, "{number} {role} sends RST"),
            K::ResetArrived(number, role) => write!(f, "{number} RST arrives at the {role}"),
            K::TimedOut(number) => write!(f, "{number} connect timed out"),
            K::Fault(fault) => write!(f, "fault: {fault}"),
        }
    }
}

/// The events that nobody took yet.
#[derive(Debug, Default)]
pub(crate) struct TraceLog {
    events: Vec<TraceEvent>,
    most: usize,
    lost: u64,
    /// What happened by chance or script, as the script that brings it about again.
    faults: Vec<NetworkFault>,
}

impl TraceLog {
    pub(crate) fn new(most: usize) -> TraceLog {
        TraceLog {
            most,
            ..TraceLog::default()
        }
    }

    pub(crate) fn note(&mut self, time: Duration, kind: TraceKind) {
        if self.events.len() < self.most {
            self.events.push(TraceEvent { time, kind });
        } else {
            self.lost += 1;
        }
    }

    pub(crate) fn note_fault(&mut self, time: Duration, fault: NetworkFault) {
        self.note(time, TraceKind::Fault(fault.clone()));
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<TraceEvent> {
        std::mem::take(&mut self.events)
    }

    pub(crate) fn last(&self, most: usize) -> &[TraceEvent] {
        &self.events[self.events.len().saturating_sub(most)..]
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    pub(crate) fn faults(&self) -> &[NetworkFault] {
        &self.faults
    }
}

/// Faults that are recorded for a later script.
const MOST_FAULTS: usize = 1 << 16;
