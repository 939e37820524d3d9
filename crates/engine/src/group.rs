//! What URL groups and server sessions are to the data path, beyond their properties: the
//! connections that count for a group's limit, and the bandwidth that was used.
//!
//! Owns: the counts, and that they outlive the routing snapshots, which are made anew with each
//! change. Does not own: the limits themselves (`Effective`). Threading: shared; the locks are
//! leaves.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_core::bandwidth::Throttle;
use httpsys_core::model::Model;
use httpsys_core::property::Effective;
use httpsys_core::{ServerSessionId, UrlGroupId};
use parking_lot::Mutex;

/// A URL group.
#[derive(Debug)]
pub(crate) struct Group {
    id: UrlGroupId,
    /// Connections that have sent a request to the group and are open (G-084).
    connections: AtomicU32,
    throttle: Mutex<Throttle>,
    session: Arc<Session>,
}

/// A server session; the groups of version 1 queues have one of their own.
#[derive(Debug, Default)]
struct Session {
    throttle: Mutex<Throttle>,
}

impl Group {
    pub(crate) fn id(&self) -> UrlGroupId {
        self.id
    }

    /// Counts a connection; false, and it does not count, if there are `limit` already.
    pub(crate) fn admit(&self, limit: Option<u32>) -> bool {
        let before = self.connections.fetch_add(1, Ordering::Relaxed);
        let admitted = limit.is_none_or(|limit| before < limit);
        if !admitted {
            self.leave();
        }
        admitted
    }

    /// A connection that was counted has ended.
    pub(crate) fn leave(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// The part of `wanted` bytes that may go out together, and the millisecond from which.
    pub(crate) fn reserve(&self, effective: &Effective, wanted: u64, now: u64) -> (u64, u64) {
        let (own, session) = (effective.bandwidth, effective.session_bandwidth);
        let least = own.into_iter().chain(session).min();
        let bytes = least.map_or(wanted, |rate| Throttle::share(rate, wanted));
        let of = |throttle: &Mutex<Throttle>, rate: Option<u32>| {
            rate.map_or(now, |rate| throttle.lock().reserve(rate, bytes, now))
        };
        let from = of(&self.throttle, own).max(of(&self.session.throttle, session));
        (bytes, from)
    }
}

/// The groups and sessions that are alive.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    groups: HashMap<UrlGroupId, Arc<Group>>,
    sessions: HashMap<ServerSessionId, Arc<Session>>,
}

impl Groups {
    /// Those of the model: what it has anew is made, what it has no more is forgotten.
    pub(crate) fn of(&mut self, model: &Model) -> &HashMap<UrlGroupId, Arc<Group>> {
        let old = std::mem::take(&mut self.groups);
        let old_sessions = std::mem::take(&mut self.sessions);
        for binding in model.bindings() {
            let session = match binding.session {
                None => Arc::default(),
                Some(id) => Arc::clone(
                    self.sessions
                        .entry(id)
                        .or_insert_with(|| old_sessions.get(&id).cloned().unwrap_or_default()),
                ),
            };
            let group = old.get(&binding.group).cloned().unwrap_or_else(|| {
                Arc::new(Group {
                    id: binding.group,
                    connections: AtomicU32::new(0),
                    throttle: Mutex::default(),
                    session,
                })
            });
            self.groups.insert(binding.group, group);
        }
        &self.groups
    }
}
