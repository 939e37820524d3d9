//! What URL groups and server sessions are to the data path, beyond their properties: the
//! connections that count for a group's limit, the bandwidth that was used, and where their logs are.
//!
//! Owns: the counts, and that they outlive the routing snapshots, which are made anew with each
//! change. Does not own: the limits themselves (`Effective`). Threading: shared; the locks are
//! leaves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use httpsys_core::bandwidth::Throttle;
use httpsys_core::counters::UrlGroupCounters;
use httpsys_core::model::{Binding, Model};
use httpsys_core::property::Effective;
use httpsys_core::{ServerSessionId, UrlGroupId};
use httpsys_socket::lock::Mutex;

use crate::observe::log_slot::{LogSlot, OpenLog};
use crate::observe::tally::Traffic;

/// A URL group.
#[derive(Debug)]
pub(crate) struct Group {
    id: UrlGroupId,
    /// Connections that have sent a request to the group and are open (G-084).
    connections: AtomicU32,
    /// The most that there were at once.
    most_connections: AtomicU32,
    /// Connections that were counted, and those that were not because of the limit.
    attempts: AtomicU64,
    pub(crate) traffic: Traffic,
    throttle: Mutex<Throttle>,
    log: Arc<LogSlot>,
    session: Arc<Session>,
}

/// A server session; the groups of version 1 queues have one of their own.
#[derive(Debug, Default)]
struct Session {
    throttle: Mutex<Throttle>,
    log: Arc<LogSlot>,
}

impl Group {
    fn new(id: UrlGroupId, session: Arc<Session>) -> Group {
        Group {
            id,
            connections: AtomicU32::new(0),
            most_connections: AtomicU32::new(0),
            attempts: AtomicU64::new(0),
            traffic: Traffic::default(),
            throttle: Mutex::default(),
            log: Arc::default(),
            session,
        }
    }

    pub(crate) fn id(&self) -> UrlGroupId {
        self.id
    }

    /// Where its responses are logged: its own log, and the one of its session for all groups.
    pub(crate) fn logs(&self) -> [&LogSlot; 2] {
        [&self.log, &self.session.log]
    }

    /// Counts a connection; false, and it does not count, if there are `limit` already.
    pub(crate) fn admit(&self, limit: Option<u32>) -> bool {
        self.attempts.fetch_add(1, Ordering::Relaxed);
        // Not added and taken back: in between, another would be one too many.
        let more = |before| {
            limit
                .is_none_or(|limit| before < limit)
                .then_some(before + 1)
        };
        let admitted = self
            .connections
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        if let Ok(before) = admitted {
            self.most_connections
                .fetch_max(before.saturating_add(1), Ordering::Relaxed);
        }
        admitted.is_ok()
    }

    /// A connection that was counted has ended.
    pub(crate) fn leave(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// The counters, with what the connections have settled.
    pub(crate) fn counters(&self) -> UrlGroupCounters {
        let traffic = self.traffic.now();
        let mut counters = UrlGroupCounters::new(self.id);
        counters.bytes_sent = traffic.sent;
        counters.bytes_received = traffic.received;
        counters.current_connections = self.connections.load(Ordering::Relaxed).into();
        counters.max_connections = self.most_connections.load(Ordering::Relaxed).into();
        counters.connection_attempts = self.attempts.load(Ordering::Relaxed);
        counters.get_requests = traffic.gets;
        counters.head_requests = traffic.heads;
        counters.all_requests = traffic.requests();
        counters
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

    /// What [`Group::reserve`] gave is not used, and its moment has not come.
    pub(crate) fn give_back(&self, effective: &Effective, bytes: u64) {
        if let Some(rate) = effective.bandwidth {
            self.throttle.lock().give_back(rate, bytes);
        }
        if let Some(rate) = effective.session_bandwidth {
            self.session.throttle.lock().give_back(rate, bytes);
        }
    }
}

/// The groups and sessions that are alive.
#[derive(Debug, Default)]
pub(crate) struct GroupRegistry {
    groups: BTreeMap<UrlGroupId, Arc<Group>>,
    sessions: BTreeMap<ServerSessionId, Arc<Session>>,
    /// Logs that were replaced, and places of logs of what is gone: still to be closed.
    replaced: Vec<Arc<OpenLog>>,
    vacated: Vec<Arc<LogSlot>>,
}

impl GroupRegistry {
    /// Puts a log in the place of a session's, or none; the one before is retired.
    pub(crate) fn set_session_log(&mut self, id: ServerSessionId, log: Option<Arc<OpenLog>>) {
        let session = self.sessions.entry(id).or_default();
        self.replaced.extend(session.log.replace(log));
    }

    /// Puts a log in the place of a group's, or none; the one before is retired.
    pub(crate) fn set_group_log(&mut self, id: UrlGroupId, log: Option<Arc<OpenLog>>) {
        match self.groups.get(&id) {
            Some(group) => self.replaced.extend(group.log.replace(log)),
            None => self.replaced.extend(log),
        }
    }

    /// The logs that get no entry from now on. They are to be closed without the model's lock.
    pub(crate) fn take_retired(&mut self) -> Vec<Arc<OpenLog>> {
        let mut retired = std::mem::take(&mut self.replaced);
        for slot in self.vacated.drain(..) {
            retired.extend(slot.replace(None));
        }
        retired
    }

    /// The place of a group's own log.
    pub(crate) fn group_log(&self, id: UrlGroupId) -> Option<Arc<LogSlot>> {
        self.groups.get(&id).map(|group| Arc::clone(&group.log))
    }

    /// The place of a session's log, if it ever had one.
    pub(crate) fn session_log(&self, id: ServerSessionId) -> Option<Arc<LogSlot>> {
        let session = self.sessions.get(&id)?;
        Some(Arc::clone(&session.log))
    }

    /// The places of all logs.
    pub(crate) fn all_logs(&self) -> Vec<Arc<LogSlot>> {
        let groups = self.groups.values().map(|group| &group.log);
        let sessions = self.sessions.values().map(|session| &session.log);
        groups.chain(sessions).cloned().collect()
    }

    /// Those of the model: what it has anew is made, what it has no more is forgotten.
    pub(crate) fn of(&mut self, model: &Model) -> &BTreeMap<UrlGroupId, Arc<Group>> {
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
            let group = old
                .get(&binding.group)
                .cloned()
                .unwrap_or_else(|| Arc::new(Group::new(binding.group, session)));
            self.groups.insert(binding.group, group);
        }
        self.retire(model, old, old_sessions);
        &self.groups
    }

    /// The same for one group: with what the model says of it, or forgotten if that is nothing.
    pub(crate) fn follow(
        &mut self,
        id: UrlGroupId,
        binding: Option<&Binding>,
    ) -> Option<Arc<Group>> {
        let Some(binding) = binding else {
            let gone = self.groups.remove(&id);
            self.vacated
                .extend(gone.map(|group| Arc::clone(&group.log)));
            return None;
        };
        let session = match binding.session {
            None => Arc::default(),
            Some(id) => Arc::clone(self.sessions.entry(id).or_default()),
        };
        let group = self.groups.entry(id).or_insert_with(|| {
            let group = Group::new(id, session);
            Arc::new(group)
        });
        Some(Arc::clone(group))
    }

    /// A session that has closed; its groups are forgotten on their own.
    pub(crate) fn forget_session(&mut self, id: ServerSessionId) {
        let gone = self.sessions.remove(&id);
        self.vacated
            .extend(gone.map(|session| Arc::clone(&session.log)));
    }

    /// A session without groups lives on; a group or session that the model has no more ends its
    /// log.
    fn retire(
        &mut self,
        model: &Model,
        groups: BTreeMap<UrlGroupId, Arc<Group>>,
        sessions: BTreeMap<ServerSessionId, Arc<Session>>,
    ) {
        for (id, group) in groups {
            if !self.groups.contains_key(&id) {
                self.vacated.push(Arc::clone(&group.log));
            }
        }
        for (id, session) in sessions {
            if model.server_session_properties(id).is_err() {
                self.vacated.push(Arc::clone(&session.log));
            } else {
                self.sessions.entry(id).or_insert(session);
            }
        }
    }
}
