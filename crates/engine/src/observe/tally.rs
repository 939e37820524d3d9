//! Where the data path counts.
//!
//! Owns: the numbers between two looks at them. Does not own: their meaning
//! (`httpsys_core::counters`) nor the snapshot (`counters.rs`).
//!
//! A request costs a few additions to its connection's [`TrafficDelta`], which is behind the slot's lock
//! that is held anyway: no atomic operation, no line shared between connections. The tally is added
//! to the URL group's and the service's [`Traffic`] when the connection goes to another group, when
//! it ends, and when somebody looks: whoever looks visits all connections. So a total is complete
//! whenever it is read, and never falls.
//!
//! Threading: `TrafficDelta` belongs to its connection, the others are shared; the lock is a leaf.

use std::sync::atomic::{AtomicU64, Ordering};

use httpsys_core::close_reason::TimerKind;
use httpsys_core::counters::{Named, REFUSAL_PHRASES, ServiceCounters, TIMERS, timer_index};
use httpsys_core::proto::Verb;
use httpsys_socket::lock::Mutex;

/// What a connection has done since it was last asked.
#[derive(Debug, Default)]
pub(crate) struct TrafficDelta {
    /// Wire bytes that were received.
    pub(crate) received: u64,
    /// Those that were taken before.
    received_before: u64,
    /// Up to where the connection's sent bytes were counted, less the wire bytes beyond the plain ones.
    counted: u64,
    gets: u64,
    /// Half as wide, since a connection is kept small: four thousand million on one connection, of which nobody
    /// has taken any, count as so many.
    heads: u32,
    others: u32,
}

/// An amount of traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) received: u64,
    pub(crate) sent: u64,
    pub(crate) gets: u64,
    pub(crate) heads: u64,
    pub(crate) others: u64,
}

impl Done {
    pub(crate) fn requests(&self) -> u64 {
        self.gets + self.heads + self.others
    }
}

impl TrafficDelta {
    /// A request was routed.
    pub(crate) fn request(&mut self, verb: Verb) {
        match verb {
            Verb::Get => self.gets += 1,
            Verb::Head => self.heads = self.heads.saturating_add(1),
            _ => self.others = self.others.saturating_add(1),
        }
    }

    /// So many more wire bytes were sent than plain ones; modulo 2^64, so that it can also be fewer: what
    /// waits in the transport is sent later.
    #[inline]
    pub(crate) fn sent_beyond(&mut self, bytes: u64) {
        self.counted = self.counted.wrapping_sub(bytes);
    }

    /// The wire bytes that were received since the connection was accepted.
    pub(crate) fn received_in_all(&self) -> u64 {
        self.received_before + self.received
    }

    /// Takes what is there, but for the last `kept` bytes that were read. `sent` is what the
    /// connection has sent in all, in plain bytes.
    pub(crate) fn take(&mut self, sent: u64, kept: u64) -> Done {
        let kept = kept.min(self.received);
        let done = Done {
            received: self.received - kept,
            sent: sent.wrapping_sub(self.counted),
            gets: self.gets,
            heads: self.heads.into(),
            others: self.others.into(),
        };
        *self = TrafficDelta {
            received: kept,
            received_before: self.received_before + done.received,
            counted: sent,
            ..TrafficDelta::default()
        };
        done
    }
}

/// The traffic of many connections.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    received: AtomicU64,
    sent: AtomicU64,
    gets: AtomicU64,
    heads: AtomicU64,
    others: AtomicU64,
}

impl Traffic {
    pub(crate) fn add(&self, done: &Done) {
        for (total, more) in [
            (&self.received, done.received),
            (&self.sent, done.sent),
            (&self.gets, done.gets),
            (&self.heads, done.heads),
            (&self.others, done.others),
        ] {
            if more > 0 {
                total.fetch_add(more, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn now(&self) -> Done {
        Done {
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            gets: self.gets.load(Ordering::Relaxed),
            heads: self.heads.load(Ordering::Relaxed),
            others: self.others.load(Ordering::Relaxed),
        }
    }
}

/// Events of [`FaultCounters`], in the order of its members.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    AcceptFailed,
    PollFailed,
    ConnectionDropped,
    SendWaited,
    SendThrottled,
    TurnUsedUp,
}

/// What the service counts beside the traffic. Nothing here is counted for each request.
#[derive(Debug)]
pub(crate) struct Tallies {
    pub(crate) traffic: Traffic,
    accepted: AtomicU64,
    timers: [AtomicU64; TIMERS.len()],
    faults: [AtomicU64; 6],
    refused: Mutex<Named>,
}

impl Default for Tallies {
    fn default() -> Self {
        Tallies {
            traffic: Traffic::default(),
            accepted: AtomicU64::default(),
            timers: Default::default(),
            faults: Default::default(),
            refused: Mutex::new(Named::with(&REFUSAL_PHRASES)),
        }
    }
}

impl Tallies {
    pub(crate) fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    pub(crate) fn timer_fired(&self, kind: TimerKind) {
        self.timers[timer_index(kind)].fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    pub(crate) fn note(&self, fault: Fault) {
        self.faults[fault as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// The service answered a request itself, or did not take a connection.
    #[cold]
    pub(crate) fn refused(&self, phrase: &'static str) {
        self.refused.lock().add(phrase, 1);
    }

    /// A request was routed to the group and refused before its connection belonged to it.
    #[cold]
    pub(crate) fn refused_behind(&self, group: &Traffic, verb: Verb) {
        let mut tally = TrafficDelta::default();
        tally.request(verb);
        let done = tally.take(0, 0);
        group.add(&done);
        self.traffic.add(&done);
    }

    /// What is counted here, with what the connections have settled.
    pub(crate) fn counters(&self) -> ServiceCounters {
        let traffic = self.traffic.now();
        let fault = |fault: Fault| self.faults[fault as usize].load(Ordering::Relaxed);
        let mut counters = ServiceCounters::default();
        counters.connections_accepted = self.accepted.load(Ordering::Relaxed);
        counters.requests = traffic.requests();
        counters.bytes_received = traffic.received;
        counters.bytes_sent = traffic.sent;
        counters.refused = self.refused.lock().clone();
        counters.timers = std::array::from_fn(|at| self.timers[at].load(Ordering::Relaxed));
        let faults = &mut counters.faults;
        faults.accept_failures = fault(Fault::AcceptFailed);
        faults.poll_failures = fault(Fault::PollFailed);
        faults.connections_dropped = fault(Fault::ConnectionDropped);
        faults.sends_waited = fault(Fault::SendWaited);
        faults.sends_throttled = fault(Fault::SendThrottled);
        faults.turns_used_up = fault(Fault::TurnUsedUp);
        counters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_bytes_count_once_also_where_they_are_more_than_the_plain_ones() {
        let mut delta = TrafficDelta::default();
        delta.sent_beyond(22);
        assert_eq!(delta.take(100, 0).sent, 122);
        delta.sent_beyond(5);
        assert_eq!(delta.take(150, 0).sent, 55);
        assert_eq!(delta.take(150, 0).sent, 0);
    }
}
