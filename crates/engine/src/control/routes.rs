//! The routing snapshot: what the data path knows of the namespace.
//!
//! Owns a copy of the registrations, of the bindings and of what is in force for each URL group,
//! made anew after each control call that changes them. Readers never meet the model's lock; a
//! thread that reads keeps the copy until it finds that there is a newer one, so that routing takes
//! no lock at all.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use httpsys_core::cooked_url::CookedUrl;
use httpsys_core::id_hasher::BuildSpread;
use httpsys_core::model::Model;
use httpsys_core::property::{Effective, TimeLimits};
use httpsys_core::routing::{Registration, Route, RoutingTable};
use httpsys_core::{QueueId, UrlGroupId};
use httpsys_socket::lock::RwLock;

use crate::calls::queue::Queue;
use crate::control::group::{Group, GroupRegistry};

/// The snapshot in force.
#[derive(Debug)]
pub(crate) struct Published {
    /// Of `snapshot`. No two snapshots of a process have the same one.
    version: AtomicU64,
    snapshot: RwLock<Arc<Routes>>,
}

/// A snapshot in use by this thread.
#[derive(Debug)]
pub(crate) struct Current(Option<Arc<Routes>>);

thread_local! {
    /// The snapshot that this thread used last.
    static LAST: Cell<Option<Arc<Routes>>> = const { Cell::new(None) };
}

impl Default for Published {
    fn default() -> Self {
        let routes = Routes::default();
        Published {
            version: AtomicU64::new(routes.version),
            snapshot: RwLock::new(Arc::new(routes)),
        }
    }
}

impl Published {
    /// Replaces the snapshot: every look-up that begins from now on uses the new one.
    pub(crate) fn publish(&self, mut routes: Routes) {
        static VERSIONS: AtomicU64 = AtomicU64::new(1);
        routes.version = VERSIONS.fetch_add(1, Ordering::Relaxed);
        let mut snapshot = self.snapshot.write();
        self.version.store(routes.version, Ordering::Release);
        *snapshot = Arc::new(routes);
    }

    /// The snapshot in force.
    #[inline]
    pub(crate) fn current(&self) -> Current {
        let version = self.version.load(Ordering::Acquire);
        let last = LAST.try_with(Cell::take).ok().flatten();
        match last {
            Some(routes) if routes.version == version => Current(Some(routes)),
            _ => Current(Some(Arc::clone(&self.snapshot.read()))),
        }
    }
}

impl Deref for Current {
    type Target = Routes;

    fn deref(&self) -> &Routes {
        self.0.as_ref().expect("present until it is dropped")
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        let _ = LAST.try_with(|last| last.set(self.0.take()));
    }
}

#[derive(Debug, Default)]
pub(crate) struct Routes {
    version: u64,
    table: RoutingTable,
    bindings: HashMap<UrlGroupId, Arc<Bound>, BuildSpread>,
    /// Of connections that no request has led to a URL group yet (TMO-005).
    timers: TimeLimits,
    /// Some URL group is logged.
    logged: bool,
    /// Reserved prefixes; only where registrations need one.
    reservations: Option<RoutingTable>,
}

/// A URL group that has a queue. A connection keeps the one of its last request, whose timers and
/// limits it has until the next.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) queue: Arc<Queue>,
    pub(crate) group: Arc<Group>,
    /// Of the group, with what it inherits.
    pub(crate) effective: Effective,
}

/// Where a request goes.
#[derive(Debug)]
pub(crate) enum Destination<'a> {
    Queue(Registration, &'a Arc<Bound>),
    /// The URL group or its session is inactive: the 503 handling of the queue (QUE-008).
    Disabled(&'a Bound),
    /// The URL group has no queue: 503 (RTE-013, SES-026).
    Unbound,
    UnknownHost,
    UnknownPath,
    /// A reservation matches and no registration: 400 (RTE-012).
    Reserved,
}

impl Routes {
    pub(crate) fn new(
        model: &Model,
        queues: &BTreeMap<QueueId, Arc<Queue>>,
        groups: &mut GroupRegistry,
    ) -> Self {
        let live = groups.of(model);
        let mut logged = false;
        let bindings = model
            .bindings()
            .filter_map(|binding| {
                logged |= binding.effective.logged;
                let bound = Bound {
                    queue: Arc::clone(queues.get(&binding.queue?)?),
                    group: Arc::clone(live.get(&binding.group)?),
                    effective: binding.effective,
                };
                Some((binding.group, Arc::new(bound)))
            })
            .collect();
        Routes {
            version: 0,
            table: model.routing().clone(),
            bindings,
            timers: model.timers(),
            logged,
            reservations: model.enforced_reservations().cloned(),
        }
    }

    /// Whether responses of some URL group are logged.
    pub(crate) fn has_logs(&self) -> bool {
        self.logged
    }

    /// The timers of the service itself.
    pub(crate) fn timers(&self) -> &TimeLimits {
        &self.timers
    }

    pub(crate) fn find(&self, url: &CookedUrl, local: SocketAddr) -> Destination<'_> {
        match self.table.route(url, local) {
            Route::Match(registration) => match self.bindings.get(&registration.group) {
                Some(bound) if bound.effective.enabled => Destination::Queue(registration, bound),
                Some(bound) => Destination::Disabled(bound),
                None => Destination::Unbound,
            },
            Route::UnknownHost => Destination::UnknownHost,
            Route::UnknownPath if self.is_reserved(url, local) => Destination::Reserved,
            Route::UnknownPath => Destination::UnknownPath,
        }
    }

    fn is_reserved(&self, url: &CookedUrl, local: SocketAddr) -> bool {
        let reserved = self.reservations.as_ref();
        reserved.is_some_and(|table| matches!(table.route(url, local), Route::Match(_)))
    }
}
