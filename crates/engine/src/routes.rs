//! The routing snapshot: what the data path knows of the namespace.
//!
//! Owns a copy of the registrations and of the bindings, made anew after each control call that
//! changes them; readers share one read lock and never meet the model's lock.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;

use httpsys_core::cooked_url::CookedUrl;
use httpsys_core::routing::{Registration, Route, RoutingTable};
use httpsys_core::{QueueId, UrlGroupId};

use crate::queue::Queue;

#[derive(Debug, Default)]
pub(crate) struct Routes {
    table: RoutingTable,
    bindings: HashMap<UrlGroupId, Arc<Queue>, BuildHasherDefault<IdHasher>>,
}

/// Our own ids as hash keys: they need spreading, not protection.
#[derive(Debug, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        // The golden ratio's bits carry low differences into the high bits, which the table uses.
        self.0 = (self.0 ^ id)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(26);
    }
}

/// Where a request goes.
#[derive(Debug)]
pub(crate) enum Destination {
    Queue(Registration, Arc<Queue>),
    /// The URL group has no queue: 503 (RTE-013, SES-026).
    Unbound,
    UnknownHost,
    UnknownPath,
}

impl Routes {
    pub(crate) fn new(
        table: RoutingTable,
        bindings: impl Iterator<Item = (UrlGroupId, Option<QueueId>)>,
        queues: &HashMap<QueueId, Arc<Queue>>,
    ) -> Self {
        let bindings = bindings
            .filter_map(|(group, queue)| Some((group, Arc::clone(queues.get(&queue?)?))))
            .collect();
        Routes { table, bindings }
    }

    pub(crate) fn find(&self, url: &CookedUrl, local: SocketAddr) -> Destination {
        match self.table.route(url, local) {
            Route::Match(registration) => match self.bindings.get(&registration.group) {
                Some(queue) => Destination::Queue(registration, Arc::clone(queue)),
                None => Destination::Unbound,
            },
            Route::UnknownHost => Destination::UnknownHost,
            Route::UnknownPath => Destination::UnknownPath,
        }
    }
}
