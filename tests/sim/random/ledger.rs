//! What became of each exchange, as both sides saw it.
//!
//! Owns: the promises that need both sides, or the whole run. Does not own: what one side sees by itself,
//! which it asserts at once. Threading: any; no lock is held while the simulation is called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use httpsys_core::{ConnectionId, Error, RequestId};
use httpsys_engine::Signal;

use crate::operation::Pending;

/// What a client got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The whole response, of so many bytes with its head.
    Complete(u64),
    /// A response of the service itself, with this status.
    Refused(u16),
    /// The connection ended before.
    Ended,
    /// The client did not want a response.
    Left,
}

/// How the program's part ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All was sent: so many bytes.
    Whole(u64),
    Failed(Error),
    Cancelled,
}

#[derive(Default)]
struct Entries {
    /// Of each token: the client's port, and what it got.
    outcomes: BTreeMap<u64, (u16, Outcome)>,
    received: BTreeMap<u64, u16>,
    sent: BTreeMap<u64, Sent>,
    requests: BTreeSet<u64>,
    /// Of each client's port, the connection that carries its streams.
    carriers: BTreeMap<u16, ConnectionId>,
    streams: BTreeSet<ConnectionId>,
    disconnect_waits: Vec<Arc<Pending<(Signal, ())>>>,
}

/// See the module head.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Entries>);

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn received(&self, token: u64, request: RequestId, port: u16) {
        let mut entries = self.lock();
        let before = entries.received.insert(token, port);
        let is_new = entries.requests.insert(request.0);
        drop(entries);
        assert_eq!(before, None, "request {token} is received twice");
        assert!(is_new, "the id of request {token} is not its own");
    }

    /// CON-015: each stream has a connection of its own, and those of one client's connection have that in common.
    pub(crate) fn stream(&self, connection: ConnectionId, carrier: ConnectionId, port: u16) {
        let mut entries = self.lock();
        let is_new = entries.streams.insert(connection);
        let known = *entries.carriers.entry(port).or_insert(carrier);
        drop(entries);
        assert!(
            is_new && connection != carrier,
            "{connection:?} is not its own"
        );
        assert_eq!(known, carrier, "the streams of a connection have two");
    }

    /// How many the program was given.
    pub(crate) fn received_requests(&self) -> usize {
        self.lock().received.len()
    }

    pub(crate) fn sent(&self, token: u64, sent: Sent) {
        let before = self.lock().sent.insert(token, sent);
        assert_eq!(before, None, "{token} is answered twice");
    }

    pub(crate) fn outcome(&self, token: u64, port: u16, outcome: Outcome) {
        let before = self.lock().outcomes.insert(token, (port, outcome));
        assert_eq!(before, None, "{token} has two outcomes");
    }

    /// What the program was told of the response's bytes, if it was sent whole.
    pub(crate) fn sent_whole(&self, token: u64) -> Option<u64> {
        match self.lock().sent.get(&token) {
            Some(Sent::Whole(bytes)) => Some(*bytes),
            _ => None,
        }
    }

    /// Whether it was answered whole or cancelled.
    pub(crate) fn is_over(&self, token: u64) -> bool {
        let entries = self.lock();
        let sent = entries.sent.get(&token);
        matches!(sent, Some(Sent::Whole(_) | Sent::Cancelled))
    }

    /// The clients' ports and the statuses with which the service itself has answered.
    pub(crate) fn refused(&self) -> Vec<(u16, u16)> {
        let entries = self.lock();
        let outcomes = entries.outcomes.values();
        let refused = outcomes.filter_map(|(port, outcome)| match outcome {
            Outcome::Refused(status) => Some((*port, *status)),
            _ => None,
        });
        refused.collect()
    }

    pub(crate) fn disconnect_wait(&self, wait: Arc<Pending<(Signal, ())>>) {
        self.lock().disconnect_waits.push(wait);
    }

    /// Bytes that clients got in whole responses to these tokens.
    pub(crate) fn bytes(&self, wanted: impl Fn(u64) -> bool) -> u64 {
        let entries = self.lock();
        let whole = entries.outcomes.iter().filter(|(token, _)| wanted(**token));
        let bytes = whole.map(|(_, (_, outcome))| match outcome {
            Outcome::Complete(bytes) => *bytes,
            _ => 0,
        });
        bytes.sum()
    }

    /// Once everybody has ended.
    pub(crate) fn check(&self) {
        let entries = self.lock();
        for (token, (port, outcome)) in &entries.outcomes {
            let received = entries.received.get(token);
            let sent = entries.sent.get(token);
            if let Some(received) = received {
                assert_eq!(received, port, "{token} came from another client");
                assert!(sent.is_some(), "{token} was received and has no end");
            }
            if let Outcome::Complete(bytes) = outcome {
                match sent {
                    Some(Sent::Whole(count)) => {
                        assert_eq!(count, bytes, "the count of {token} is not the wire's");
                    }
                    // The send was cancelled when its last bytes were out, or its queue closed.
                    Some(Sent::Failed(_)) => {}
                    other => panic!("{token} was answered, and the program says {other:?}"),
                }
            }
        }
        for wait in &entries.disconnect_waits {
            assert!(wait.is_there(), "a wait for a disconnect is still pending");
        }
    }
}
