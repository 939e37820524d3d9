//! How connections ended: the last ends, and how many there were of each kind.
//!
//! Owns the data. Does not own who is told (`close_events.rs`).

use std::collections::VecDeque;

use httpsys_core::counters::{END_NAMES, END_NUMBERS, Named, ServiceCounters};
use httpsys_core::{CloseReason, ConnectionId};
use httpsys_socket::lock::Mutex;

/// How many ends are remembered.
pub(super) const REMEMBERED: usize = 4096;

/// How the connections of a shard ended.
#[derive(Debug, Default)]
pub(crate) struct Ends(Mutex<Told>);

#[derive(Debug)]
pub(super) struct Told {
    /// Of the last connections, the latest at the back.
    pub(super) last: VecDeque<(ConnectionId, CloseReason)>,
    pub(super) by_name: Named,
    pub(super) by_number: [u64; END_NUMBERS],
}

impl Default for Told {
    fn default() -> Self {
        Told {
            last: VecDeque::new(),
            by_name: Named::with(&END_NAMES),
            by_number: [0; END_NUMBERS],
        }
    }
}

impl Ends {
    /// `counts`: it is a transport connection, no stream.
    pub(super) fn remember(&self, connection: ConnectionId, end: CloseReason, counts: bool) {
        let mut state = self.0.lock();
        if counts {
            state.by_name.add(end.name(), 1);
            if let Some(count) = state.by_number.get_mut(end.number() as usize) {
                *count += 1;
            }
        }
        if state.last.len() == REMEMBERED {
            state.last.pop_front();
        }
        state.last.push_back((connection, end));
    }

    /// Adds how many connections have ended, by name and by number.
    pub(crate) fn add_to(&self, counters: &mut ServiceCounters) {
        let state = self.0.lock();
        for (name, count) in state.by_name.iter() {
            counters.ends.add(name, count);
        }
        for (sum, count) in counters.ends_by_number.iter_mut().zip(state.by_number) {
            *sum += count;
        }
    }

    pub(super) fn of(&self, connection: ConnectionId) -> Option<CloseReason> {
        let state = self.0.lock();
        let found = state.last.iter().rev().find(|(id, _)| *id == connection);
        found.map(|(_, end)| *end)
    }
}
