//! The service: one HTTP.sys in user space.
//!
//! Owns the object model and its lock, the routing snapshot, the queues, and what all parts of the engine
//! share; the control calls are in `control`, what only looks at the model in `questions`.
//! A process usually has one ([`Service::global`]); tests may make several, which share nothing
//! but the machine's ports. Cloning is cheap and gives the same service.
//!
//! A service belongs to the process that made it. In a child made by fork(2) every call on it fails
//! with [`Error::NotInitialized`] (1114) or finds nothing, before it takes a lock, and dropping it
//! frees nothing; [`Service::global`] is another one there.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use httpsys_configuration::ConfigurationStore;
use httpsys_control::ControlServer;
use httpsys_core::ids::SlotAddress;
use httpsys_core::model::{Effects, Model};
use httpsys_core::proto::{Choices, Parameters};
use httpsys_core::records::Records;
use httpsys_core::{ConnectionId, Error, QueueId};
use httpsys_logging::ErrorLog;
use httpsys_socket::lock::{Mutex, RwLock};
use httpsys_socket::process::{self, PerProcess};
use httpsys_tls::Bindings;

use crate::calls::file_work::FileThreads;
use crate::calls::queue::Queue;
use crate::clock::{Clock, SystemClock};
use crate::conn::pool::RequestPool;
use crate::control::cached::ServiceCache;
use crate::control::group::GroupRegistry;
use crate::control::routes::{BoundGroups, Current, Published, Routes};
use crate::control::settings::{self, InvalidEnvironment, ServiceSettings};
use crate::observe::error_log;
use crate::observe::missing_certificates::MissingCertificates;
use crate::observe::reason;
use crate::observe::strict::state::StrictState;
use crate::observe::tally::Tallies;
use crate::poll::operation::OperationIds;
use crate::poll::shard::Shard;
use crate::poll::shards::Shards;
use crate::transport::host::Host;
#[cfg(feature = "sim")]
use crate::transport::host::SimulatedHost;

/// The service of this process.
static GLOBAL: PerProcess<Service> = PerProcess::new();

/// The ids of sessions, groups and queues of a service begin so far apart in a process and its
/// children, and again at the beginning after so many generations.
const ID_BITS: u32 = 24;
const GENERATIONS: u32 = 1 << (31 - ID_BITS);

/// See the module head.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

/// A service that this does not keep.
pub(crate) struct WeakService(Weak<Inner>);

impl WeakService {
    pub(crate) fn upgrade(&self) -> Option<Service> {
        self.0.upgrade().map(|inner| Service { inner })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if self.is_inherited() {
            // What is in it was perhaps being changed by a thread that is not here, and the program's
            // operations in it end in the parent.
            std::mem::forget(Arc::clone(&self.inner));
        }
    }
}

struct Inner {
    /// Whose it is: [`process::generation`] when it was made.
    process: u32,
    parameters: Parameters,
    clock: Box<dyn Clock>,
    objects: Mutex<Objects>,
    routes: Published,
    shards: Shards,
    error_log: Option<ErrorLog>,
    /// Request lines of requests that the program has are kept.
    remembers_requests: AtomicBool,
    control: Mutex<Option<ControlServer>>,
    file_threads: FileThreads,
    requests: RequestPool,
    tallies: Tallies,
    operations: OperationIds,
    tls_bindings: RwLock<Arc<Bindings>>,
    missing_certificates: MissingCertificates,
    store: Arc<ConfigurationStore>,
    /// The second in which a polling thread has looked for other certificates.
    certificates_seen: AtomicU64,
    cache: ServiceCache,
    /// In strict mode.
    strict: Option<Box<StrictState>>,
}

#[derive(Debug)]
pub(crate) struct Objects {
    pub(crate) model: Model,
    /// Which records of the store are in the model.
    pub(crate) records: u64,
    pub(crate) queues: BTreeMap<QueueId, Arc<Queue>>,
    /// Queue handles that were opened: their ids do not come back.
    pub(crate) handles: u64,
    pub(crate) groups: GroupRegistry,
    /// For the data path; made to follow the model by [`Objects::follow`].
    pub(crate) bindings: BoundGroups,
}

impl Objects {
    /// Groups and bindings become what the model says after a call.
    pub(crate) fn follow(&mut self, effects: &Effects) {
        if effects.all_groups {
            return self.follow_all();
        }
        for id in &effects.groups {
            let binding = self.model.binding(*id);
            let group = self.groups.follow(*id, binding.as_ref());
            self.bindings.follow(*id, binding, group, &self.queues);
        }
        if let Some(session) = effects.closed_session {
            self.groups.forget_session(session);
        }
    }

    /// Puts other records in force.
    pub(crate) fn adopt(&mut self, records: Records) {
        let before = self.model.timers();
        self.model.adopt(records);
        if self.model.timers() != before {
            self.follow_all();
        }
    }

    /// The same as [`Objects::follow`] after a change of what concerns all.
    pub(crate) fn follow_all(&mut self) {
        let live = self.groups.of(&self.model);
        self.bindings = BoundGroups::new(&self.model, &self.queues, live);
    }

    /// The snapshot of what the model says now, if groups and bindings have followed it.
    pub(crate) fn routes(&self) -> Routes {
        Routes::new(&self.model, &self.bindings)
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("shards", &self.inner.shards)
            .finish_non_exhaustive()
    }
}

impl Service {
    /// A new service with its own namespace and the given registry parameters.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] with what [`Parameters::validate`] says for a parameter out
    /// of its range; otherwise what the system says when it has no descriptor for the poll.
    pub fn new(parameters: Parameters) -> io::Result<Service> {
        Service::with_clock(parameters, SystemClock)
    }

    /// As [`Service::new`], with this configuration store; services that are made without one have theirs in
    /// memory.
    ///
    /// # Errors
    /// As [`Service::new`].
    pub fn with_configuration(
        parameters: Parameters,
        store: Arc<ConfigurationStore>,
    ) -> io::Result<Service> {
        Service::at(Host::System, parameters, SystemClock, store)
    }

    /// As [`Service::new`], with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Service::new`].
    pub fn with_clock(parameters: Parameters, clock: impl Clock) -> io::Result<Service> {
        Service::at(
            Host::System,
            parameters,
            clock,
            Arc::new(ConfigurationStore::memory()),
        )
    }

    /// As [`Service::new`], on a simulated network, with logs on a disk in memory and with the clock of the
    /// world that the calling thread belongs to. Its own threads are threads of that world, and so has to
    /// be every thread that calls it.
    ///
    /// # Errors
    /// As [`Service::new`]; [`io::ErrorKind::InvalidInput`] when the thread belongs to no world.
    #[cfg(feature = "sim")]
    pub fn in_world(
        parameters: Parameters,
        network: &httpsys_network::Network,
        disk: &httpsys_logging::MemoryDisk,
    ) -> io::Result<Service> {
        let Some(world) = httpsys_socket::world::current() else {
            let error = "the calling thread belongs to no simulated world";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
        };
        let host = Host::Simulated(SimulatedHost {
            network: network.clone(),
            disk: disk.clone(),
            world: Arc::downgrade(&world),
        });
        let store = Arc::new(ConfigurationStore::memory());
        Service::at(host, parameters, crate::clock::WorldClock(world), store)
    }

    fn at(
        host: Host,
        parameters: Parameters,
        clock: impl Clock,
        store: Arc<ConfigurationStore>,
    ) -> io::Result<Service> {
        if let Err(error) = parameters.validate() {
            tracing::error!(%error, "bad parameter");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
        }
        for name in parameters.without_effect() {
            tracing::warn!(parameter = name, "is set and has no effect");
        }
        process::watch()?;
        let process = process::generation();
        let error_log = error_log::open(&parameters, &host)?;
        // Ids that a child inherits name nothing of its own.
        let first = ((process % GENERATIONS) << ID_BITS) | 1;
        let mut model = model_for(&parameters.choices).numbered_from(first);
        let records = store.with_last_records(|records, revision| {
            model.adopt(records.clone());
            revision
        });
        let objects = Objects {
            model,
            records,
            queues: BTreeMap::new(),
            handles: 0,
            groups: GroupRegistry::default(),
            bindings: BoundGroups::default(),
        };
        let cache = ServiceCache::new(host.is_simulated());
        let strict = StrictState::new(parameters.strict);
        let service = Service {
            inner: Arc::new(Inner {
                process,
                shards: Shards::new(process, parameters.shards, host)?,
                parameters,
                clock: Box::new(clock),
                objects: Mutex::new(objects),
                routes: Published::default(),
                remembers_requests: AtomicBool::new(error_log.is_some()),
                error_log,
                control: Mutex::new(None),
                file_threads: FileThreads::default(),
                requests: RequestPool::default(),
                tallies: Tallies::default(),
                operations: OperationIds::default(),
                tls_bindings: RwLock::new(Arc::default()),
                missing_certificates: MissingCertificates::default(),
                store,
                certificates_seen: AtomicU64::new(0),
                cache,
                strict,
            }),
        };
        service.bind_certificates();
        service.limit_cache(service.objects().lock().model.configuration());
        Ok(service)
    }

    /// [`Error::NotInitialized`] for a service of the parent, in a child made by fork.
    #[inline]
    pub(crate) fn check_process(&self) -> Result<(), Error> {
        if self.is_inherited() {
            return Err(Error::NotInitialized);
        }
        Ok(())
    }

    /// Whether it was made by another process, from which this one was forked: then it is of no use.
    #[inline]
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.inner.process != process::generation()
    }

    /// The service of this process, made on first use with the configuration store and the parameters that the
    /// environment asks for ([`settings::parameters_from_environment`]); what it does not name has its default.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a setting that cannot be applied, and [`Error::ConfigurationBroken`]
    /// (1009) for a configuration that cannot be understood, in this call and in every later one: an error event
    /// and a line on standard error say which, once. [`Error::NoResources`] (8) when the service cannot be made.
    pub fn global() -> Result<&'static Service, Error> {
        match GLOBAL.get() {
            Some(service) => Ok(service),
            None => Service::global_of_environment(),
        }
    }

    #[cold]
    fn global_of_environment() -> Result<&'static Service, Error> {
        static SETTINGS: PerProcess<Result<ServiceSettings, InvalidEnvironment>> =
            PerProcess::new();
        let settings = SETTINGS.get_or_init(|| {
            ServiceSettings::of_environment().inspect_err(|error| {
                tracing::error!(%error, "bad configuration");
                // Whoever set the variable may be nobody who reads events.
                eprintln!("httpsys: {error}");
            })
        });
        let settings = settings.as_ref().map_err(InvalidEnvironment::noted)?;
        Service::global_of(settings.parameters.clone(), Arc::clone(&settings.store))
    }

    /// As [`Service::global`], with these parameters if it is made now.
    ///
    /// # Errors
    /// As [`Service::global`]; [`Error::InvalidParameter`] (87) for a parameter out of its range.
    pub fn global_with(parameters: impl FnOnce() -> Parameters) -> Result<&'static Service, Error> {
        if let Some(service) = GLOBAL.get() {
            return Ok(service);
        }
        let store = settings::open_store().map_err(|error| error.noted())?;
        Service::global_of(parameters(), Arc::new(store))
    }

    fn global_of(
        parameters: Parameters,
        store: Arc<ConfigurationStore>,
    ) -> Result<&'static Service, Error> {
        let service = Service::with_configuration(parameters, store);
        let service = service.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => reason::invalid(error.to_string()),
            _ => Error::NoResources,
        })?;
        let service = GLOBAL.get_or_init(|| service);
        service.open_control_of_environment();
        Ok(service)
    }

    /// The registry parameters.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.inner.parameters
    }

    #[inline]
    pub(crate) fn strict_state(&self) -> Option<&StrictState> {
        self.inner.strict.as_deref()
    }

    pub(crate) fn error_log(&self) -> Option<&ErrorLog> {
        self.inner.error_log.as_ref()
    }

    /// From now on the lines of requests that the program has are kept, for [`Query::OpenConnections`]: a
    /// request costs some ten nanoseconds more then.
    ///
    /// [`Query::OpenConnections`]: httpsys_core::call::Query::OpenConnections
    pub fn remember_requests(&self) {
        self.inner.remembers_requests.store(true, Ordering::Relaxed);
    }

    pub(crate) fn downgrade(&self) -> WeakService {
        WeakService(Arc::downgrade(&self.inner))
    }

    pub(crate) fn control_server(&self) -> &Mutex<Option<ControlServer>> {
        &self.inner.control
    }

    #[inline]
    pub(crate) fn remembers_requests(&self) -> bool {
        self.inner.remembers_requests.load(Ordering::Relaxed)
    }

    /// The present by the clock of the service, from which deadlines of calls are counted.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.inner.clock.now()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    #[inline]
    pub(crate) fn shards(&self) -> &Shards {
        &self.inner.shards
    }

    /// The shard in which `place` is, if it is anywhere.
    #[inline(always)]
    pub(crate) fn shard_at(&self, place: SlotAddress) -> &Shard {
        self.inner.shards.of(place)
    }

    /// The shard of a connection.
    #[inline(always)]
    pub(crate) fn shard_of(&self, connection: ConnectionId) -> &Shard {
        self.inner.shards.of(connection.place())
    }

    /// For tests of one shard.
    #[cfg(test)]
    pub(crate) fn shard(&self) -> &Shard {
        self.inner.shards.first()
    }

    pub(crate) fn file_threads(&self) -> &FileThreads {
        &self.inner.file_threads
    }

    pub(crate) fn requests(&self) -> &RequestPool {
        &self.inner.requests
    }

    pub(crate) fn tallies(&self) -> &Tallies {
        &self.inner.tallies
    }

    pub(crate) fn operations(&self) -> &OperationIds {
        &self.inner.operations
    }

    pub(crate) fn missing_certificates(&self) -> &MissingCertificates {
        &self.inner.missing_certificates
    }

    pub(crate) fn own_tls_bindings(&self) -> &RwLock<Arc<Bindings>> {
        &self.inner.tls_bindings
    }

    pub(crate) fn certificates_seen(&self) -> &AtomicU64 {
        &self.inner.certificates_seen
    }

    pub(crate) fn cache(&self) -> &ServiceCache {
        &self.inner.cache
    }

    /// The configuration store.
    #[must_use]
    pub fn configuration_store(&self) -> &Arc<ConfigurationStore> {
        &self.inner.store
    }

    #[inline]
    pub(crate) fn routes(&self) -> Current {
        self.inner.routes.current()
    }

    /// Runs `f` with the routes in force.
    #[inline]
    pub(crate) fn with_routes<R>(&self, f: impl FnOnce(&Routes) -> R) -> R {
        self.inner.routes.with_current(f)
    }

    pub(crate) fn published(&self) -> &Published {
        &self.inner.routes
    }

    pub(crate) fn objects(&self) -> &Mutex<Objects> {
        &self.inner.objects
    }
}

fn model_for(choices: &Choices) -> Model {
    let model = Model::with_url_acl(choices.enforce_url_acl);
    if choices.port_zero {
        model
    } else {
        model.without_port_zero()
    }
}
