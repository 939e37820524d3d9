//! The routing snapshot: what the data path knows of the namespace.
//!
//! Owns a copy of the registrations, of the bindings and of what is in force for each URL group,
//! made anew after each control call that changes them. It shares all that has not changed with the
//! copy before, so that what a change costs does not grow with what there is. Readers never meet the model's lock; a
//! thread that reads keeps the copy until it finds that there is a newer one, so that routing takes
//! no lock at all.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use httpsys_core::arena::index_of;
use httpsys_core::cooked_url::CookedUrl;
use httpsys_core::model::{Binding, Model};
use httpsys_core::persistent_vec::PersistentVec;
use httpsys_core::property::{Effective, TimeLimits};
use httpsys_core::routing::{Registration, Route, RoutingTable};
use httpsys_core::url_prefix::UrlPrefix;
use httpsys_core::{QueueId, UrlGroupId};
use httpsys_socket::lock::RwLock;

use crate::calls::queue::Queue;
use crate::control::group::Group;

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

    /// Runs `f` with the snapshot in force: as [`Published::current`], with one look for what this thread keeps.
    #[inline]
    pub(crate) fn with_current<R>(&self, f: impl FnOnce(&Routes) -> R) -> R {
        let version = self.version.load(Ordering::Acquire);
        let mut f = Some(f);
        let mut run = |routes: &Routes| f.take().map(|f| f(routes));
        let kept = LAST.try_with(|last| {
            let known = last.take().filter(|routes| routes.version == version);
            let routes = known.unwrap_or_else(|| Arc::clone(&self.snapshot.read()));
            let result = run(&routes);
            last.set(Some(routes));
            result
        });
        // A thread that ends keeps nothing.
        let result = kept.ok().flatten();
        let result = result.or_else(|| run(&Arc::clone(&self.snapshot.read())));
        result.expect("it runs once")
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
    bindings: BoundGroups,
    /// Of connections that no request has led to a URL group yet (TMO-005).
    timers: TimeLimits,
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

/// The URL groups that have a queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundGroups {
    /// By the place of the id among those that are alive.
    groups: PersistentVec<Option<Arc<Bound>>>,
    /// Those that are logged.
    logged: usize,
}

impl BoundGroups {
    pub(crate) fn new(
        model: &Model,
        queues: &BTreeMap<QueueId, Arc<Queue>>,
        live: &BTreeMap<UrlGroupId, Arc<Group>>,
    ) -> BoundGroups {
        let mut all = BoundGroups::default();
        for binding in model.bindings() {
            let group = live.get(&binding.group).cloned();
            all.follow(binding.group, Some(binding), group, queues);
        }
        all
    }

    /// The group is bound as the model says: not at all without a queue, or if there is none such any more.
    pub(crate) fn follow(
        &mut self,
        id: UrlGroupId,
        binding: Option<Binding>,
        group: Option<Arc<Group>>,
        queues: &BTreeMap<QueueId, Arc<Queue>>,
    ) {
        let bound = binding.zip(group).and_then(|(binding, group)| {
            Some(Bound {
                queue: Arc::clone(queues.get(&binding.queue?)?),
                group,
                effective: binding.effective,
            })
        });
        // One that was never bound has no place yet.
        let known = self.groups.get(index_of(id.0));
        if bound.is_none() && known.is_none_or(Option::is_none) {
            return;
        }
        let place = self.groups.get_mut(index_of(id.0));
        let is_logged = |bound: &Bound| usize::from(bound.effective.logged);
        self.logged += bound.as_ref().map_or(0, is_logged);
        self.logged -= place.as_deref().map_or(0, is_logged);
        *place = bound.map(Arc::new);
    }

    #[inline]
    fn get(&self, id: UrlGroupId) -> Option<&Arc<Bound>> {
        let bound = self.groups.get(index_of(id.0))?.as_ref();
        bound.filter(|bound| bound.group.id() == id)
    }
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
    pub(crate) fn new(model: &Model, bindings: &BoundGroups) -> Self {
        Routes {
            version: 0,
            table: model.routing().clone(),
            bindings: bindings.clone(),
            timers: model.timers(),
            reservations: model.enforced_reservations().cloned(),
        }
    }

    /// The queue of a URL group that answers requests.
    pub(crate) fn queue_of(&self, group: UrlGroupId) -> Option<QueueId> {
        let bound = self.bindings.get(group)?;
        bound.effective.enabled.then(|| bound.queue.id())
    }

    /// Whether a queue has registered this prefix or one above it.
    pub(crate) fn has_registered(&self, queue: QueueId, prefix: &UrlPrefix) -> bool {
        let bound = |registration: Registration| self.bindings.get(registration.group);
        let mut above = self.table.above(prefix).filter_map(bound);
        above.any(|bound| bound.queue.id() == queue)
    }

    /// Whether responses of some URL group are logged.
    pub(crate) fn has_logs(&self) -> bool {
        self.bindings.logged != 0
    }

    /// The timers of the service itself.
    pub(crate) fn timers(&self) -> &TimeLimits {
        &self.timers
    }

    #[inline]
    pub(crate) fn find(&self, url: &CookedUrl, local: SocketAddr) -> Destination<'_> {
        match self.table.route(url, local) {
            Route::Match(registration) => match self.bindings.get(registration.group) {
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
