//! The service: one HTTP.sys in user space.
//!
//! Owns the object model and its lock, the routing snapshot, the queues, and the control calls.
//! A process usually has one ([`Service::global`]); tests may make several, which share nothing
//! but the machine's ports. Cloning is cheap and gives the same service.
//!
//! A service belongs to the process that made it. In a child made by fork(2) every call on it fails
//! with [`Error::NotInitialized`] (1114) or finds nothing, before it takes a lock, and dropping it
//! frees nothing; [`Service::global`] is another one there.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use httpsys_core::configuration::Configuration;
use httpsys_core::model::{Effects, Model};
use httpsys_core::operation::{Control, Outcome};
use httpsys_core::property::Properties;
use httpsys_core::proto::{Choices, Parameters};
use httpsys_core::refusal::Refusal;
use httpsys_core::reservation::Reservation;
use httpsys_core::service_state::ServiceState;
use httpsys_core::{Error, HandleId, QueueId, ServerSessionId, UrlGroupId};
use httpsys_logging::ErrorLog;
use httpsys_socket::lock::Mutex;
use httpsys_socket::process::{self, PerProcess};

use crate::clock::{Clock, SystemClock};
use crate::deputy::Deputies;
use crate::error_log;
use crate::file_threads::FileThreads;
use crate::free_port::Taken;
use crate::group::{Group, Groups};
use crate::lead::Leadership;
use crate::pool::RequestPool;
use crate::queue::Queue;
use crate::queue_handle::QueueHandle;
use crate::refused::{Attempt, Refused, told_of_prefix};
use crate::routes::{Current, Published, Routes};
use crate::settings::{InvalidEnvironment, parameters_from_environment};
use crate::shard::{SHARDS, Shard};
use crate::tally::Tallies;
use crate::trace;
use crate::waiter::{Signal, Wakes};

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
    model: Mutex<State>,
    routes: Published,
    shard: Shard,
    error_log: Option<ErrorLog>,
    leadership: Leadership,
    file_threads: FileThreads,
    deputies: Deputies,
    requests: RequestPool,
    tallies: Tallies,
}

#[derive(Debug)]
struct State {
    model: Model,
    queues: HashMap<QueueId, Arc<Queue>>,
    /// Queue handles that were opened: their ids do not come back.
    handles: u64,
    groups: Groups,
}

impl State {
    fn routes(&mut self) -> Routes {
        Routes::new(&self.model, &self.queues, &mut self.groups)
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("shard", &self.inner.shard)
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

    /// As [`Service::new`], with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Service::new`].
    pub fn with_clock(parameters: Parameters, clock: impl Clock) -> io::Result<Service> {
        if let Err(error) = parameters.validate() {
            tracing::error!(%error, "bad parameter");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
        }
        for name in parameters.without_effect() {
            tracing::warn!(parameter = name, "is set and has no effect");
        }
        process::watch()?;
        let process = process::generation();
        let error_log = error_log::open(&parameters)?;
        let state = State {
            // Ids that a child inherits name nothing of its own.
            model: model_for(&parameters.choices)
                .numbered_from(((process % GENERATIONS) << ID_BITS) | 1),
            queues: HashMap::new(),
            handles: 0,
            groups: Groups::default(),
        };
        Ok(Service {
            inner: Arc::new(Inner {
                process,
                parameters,
                clock: Box::new(clock),
                model: Mutex::new(state),
                routes: Published::default(),
                shard: Shard::new(process % SHARDS)?,
                error_log,
                leadership: Leadership::default(),
                file_threads: FileThreads::default(),
                deputies: Deputies::default(),
                requests: RequestPool::default(),
                tallies: Tallies::default(),
            }),
        })
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

    /// The service of this process, made on first use with the parameters that the environment asks
    /// for ([`parameters_from_environment`]); what it does not name has its default.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a setting that cannot be applied, in this call and in
    /// every later one: an error event and a line on standard error say which, once.
    /// [`Error::NoResources`] (8) when the service cannot be made.
    pub fn global() -> Result<&'static Service, Error> {
        match GLOBAL.get() {
            Some(service) => Ok(service),
            None => Service::global_of_environment(),
        }
    }

    #[cold]
    fn global_of_environment() -> Result<&'static Service, Error> {
        static PARAMETERS: PerProcess<Result<Parameters, InvalidEnvironment>> = PerProcess::new();
        let parameters = PARAMETERS.get_or_init(|| {
            parameters_from_environment().inspect_err(|error| {
                tracing::error!(%error, "bad parameter");
                // Whoever set the variable may be nobody who reads events.
                eprintln!("httpsys: {error}");
            })
        });
        let parameters = parameters.clone().map_err(|_| Error::InvalidParameter)?;
        Service::global_with(|| parameters)
    }

    /// As [`Service::global`], with these parameters if it is made now.
    ///
    /// # Errors
    /// As [`Service::global`]; [`Error::InvalidParameter`] (87) for a parameter out of its range.
    pub fn global_with(parameters: impl FnOnce() -> Parameters) -> Result<&'static Service, Error> {
        if let Some(service) = GLOBAL.get() {
            return Ok(service);
        }
        let service = Service::new(parameters()).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => Error::InvalidParameter,
            _ => Error::NoResources,
        })?;
        Ok(GLOBAL.get_or_init(|| service))
    }

    /// Executes a control call: sessions, URL groups, queues, URLs.
    ///
    /// # Errors
    /// As documented for the API function of each [`Control`] variant; [`Error::PortInUse`] (32)
    /// when a foreign socket has the port (PFX-013). Nothing has changed then.
    pub fn control(&self, call: Control) -> Result<Outcome, Error> {
        let done = self.execute(call).map_err(|refused| refused.error)?;
        Ok(done.0)
    }

    /// HttpAddUrlToUrlGroup and HttpAddUrl, and tells the port: that of the URL, or the one that was
    /// taken for port 0 (G-129).
    ///
    /// # Errors
    /// As [`Service::control`], with the reason.
    pub fn register(&self, call: Control) -> Result<u16, Refused> {
        let (_, effects) = self.execute(call)?;
        let port = effects.ports.first();
        Ok(port.copied().ok_or(Error::Internal)?)
    }

    /// Applies a call, and tells why if a registration is refused.
    fn execute(&self, call: Control) -> Result<(Outcome, Effects), Refused> {
        let attempt = Attempt::of(&call);
        self.apply(call).map_err(|refused| attempt.tell(refused))
    }

    fn apply(&self, call: Control) -> Result<(Outcome, Effects), Refused> {
        self.check_process()?;
        let undo = undo_of(&call);
        let drains = matches!(call, Control::DrainRequestQueue { .. });
        let log = self.open_log(&call)?;
        let mut effects = Effects::default();
        let mut wakes = Wakes::default();
        let mut state = self.inner.model.lock();
        let mut taken = self.prepare(&mut state.model, &call)?;
        let outcome = match state.model.apply(call, &mut effects) {
            Ok(outcome) => outcome,
            Err(error) => {
                taken.give_back(&mut state.model);
                let refusal = effects.refusal.take();
                return Err(Refused { error, refusal });
            }
        };
        if let Some(id) = effects.created {
            let queue = Queue::new(id, state.model.request_queue_name(id));
            state.queues.insert(id, Arc::new(queue));
        }
        if let Some(id) = effects.queue_properties {
            let properties = state.model.request_queue_properties(id);
            if let (Some(queue), Ok(properties)) = (state.queues.get(&id), properties) {
                queue.lock().set_properties(properties);
            }
        }
        // Before its port opens: whoever connects at once finds the URL, and timers.
        if effects.routes {
            self.inner.routes.publish(state.routes());
        }
        if let Err(error) = self.sync_ports(&state.model, &effects.ports, &mut taken) {
            if let Some(undo) = undo {
                // Undoing an insertion that has just succeeded cannot fail.
                let undone = state.model.apply(undo, &mut Effects::default());
                debug_assert!(undone.is_ok());
                self.inner.routes.publish(state.routes());
                return Err(error.into());
            }
            // A removal stands: its objects are gone from the model, and who waits has to know.
            tracing::error!(%error, "listeners do not match the registrations that are left");
        }
        if let Some(
            Control::RemoveUrlFromUrlGroup { url: Some(url), .. } | Control::RemoveUrl { url, .. },
        ) = &undo
        {
            trace::url_added(url, effects.ports.first().copied());
        }
        if let Some(log) = log {
            log.put_into(&mut state.groups);
        }
        self.close_queues(&mut state, &effects.closed, &mut wakes);
        for port in &effects.ports {
            // A drain looks first whether they have something to say.
            if !drains && state.model.scopes(*port).is_empty() {
                self.close_idle_on(*port, &mut wakes);
            }
        }
        let retired = state.groups.take_retired();
        drop(state);
        wakes.fire(self);
        self.inner.shard.interrupt();
        retired.iter().for_each(|log| log.close());
        Ok((outcome, effects))
    }

    /// A new handle to the queue with this id, while that is open.
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Option<Arc<QueueHandle>> {
        self.check_process().ok()?;
        let mut state = self.inner.model.lock();
        let queue = Arc::clone(state.queues.get(&id)?);
        state.handles += 1;
        QueueHandle::open(queue, HandleId(state.handles)).map(Arc::new)
    }

    /// The queue with this id, while that is open, for who only looks at it: a handle would receive
    /// from it.
    pub(crate) fn open_queue(&self, id: QueueId) -> Option<Arc<Queue>> {
        self.inner.model.lock().queues.get(&id).cloned()
    }

    /// HttpQueryServerSessionProperty: the properties as they were set.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown session.
    pub fn server_session_properties(&self, session: ServerSessionId) -> Result<Properties, Error> {
        self.check_process()?;
        let state = self.inner.model.lock();
        state.model.server_session_properties(session).cloned()
    }

    /// HttpQueryUrlGroupProperty: the properties as they were set, without what is inherited.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown group.
    pub fn url_group_properties(&self, group: UrlGroupId) -> Result<Properties, Error> {
        self.check_process()?;
        let state = self.inner.model.lock();
        state.model.url_group_properties(group).cloned()
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigUrlAclInfo) for a prefix.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix; [`Error::NotFound`] (2)
    /// for a prefix that is not reserved.
    pub fn reservation(&self, url: &[u16]) -> Result<Reservation, Error> {
        self.check_process()?;
        let state = self.inner.model.lock();
        let found = state.model.reservations().get(url).cloned();
        drop(state);
        told_of_prefix(url, found)
    }

    /// The reservation with this number of an enumeration, in the order of their making.
    #[must_use]
    pub fn reservation_at(&self, index: usize) -> Option<Reservation> {
        self.check_process().ok()?;
        let state = self.inner.model.lock();
        state.model.reservations().at(index).cloned()
    }

    /// The configuration apart from the reservations, as it is now.
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        if self.is_inherited() {
            return Configuration::default();
        }
        self.inner.model.lock().model.configuration().clone()
    }

    /// The ports that are closed because this queue is being drained.
    pub(crate) fn drained_ports(&self, queue: QueueId) -> Vec<u16> {
        self.inner.model.lock().model.drained_ports(queue)
    }

    /// HttpFindUrlGroupId: the group of `queue` that has exactly this prefix.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix; [`Error::NotFound`] (2)
    /// when no group of the queue has it.
    pub fn find_url_group(&self, url: &[u16], queue: &Queue) -> Result<UrlGroupId, Error> {
        self.check_process()?;
        let state = self.inner.model.lock();
        let found = state.model.find_url_group(url, queue.id());
        drop(state);
        told_of_prefix(url, found)
    }

    /// Closes everything: queues, groups, sessions, listeners, connections (G-079). The service
    /// stays usable.
    pub fn close_everything(&self) {
        if self.is_inherited() {
            return;
        }
        let mut wakes = Wakes::default();
        let mut state = self.inner.model.lock();
        let ports: Vec<u16> = state
            .model
            .routing()
            .ports()
            .map(|(port, _)| port)
            .collect();
        let queues: Vec<QueueId> = state.queues.keys().copied().collect();
        state.model.clear();
        self.inner.routes.publish(state.routes());
        self.close_queues(&mut state, &queues, &mut wakes);
        for port in ports {
            let closed = self.listen_on(port, &[], &[], &mut Taken::default());
            debug_assert!(closed.is_ok(), "closing listeners cannot fail");
        }
        self.end_all(&mut wakes);
        let retired = state.groups.take_retired();
        drop(state);
        wakes.fire(self);
        retired.iter().for_each(|log| log.close());
        if let Some(log) = &self.inner.error_log {
            log.writer().flush();
        }
        self.inner.shard.interrupt();
    }

    /// [`Service::close_everything`], and ends the I/O thread: the service is not used again.
    pub fn stop(&self) {
        if self.is_inherited() {
            return;
        }
        self.close_everything();
        self.stop_fallback();
        self.stop_file_threads();
    }

    /// The registry parameters.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.inner.parameters
    }

    pub(crate) fn error_log(&self) -> Option<&ErrorLog> {
        self.inner.error_log.as_ref()
    }

    /// What groups and sessions are to the data path.
    pub(crate) fn with_groups<R>(&self, use_them: impl FnOnce(&Groups) -> R) -> R {
        if self.is_inherited() {
            return use_them(&Groups::default());
        }
        use_them(&self.inner.model.lock().groups)
    }

    /// Whether the session or group that has to exist for this call does.
    pub(crate) fn has_holder(&self, call: &Control) -> Result<(), Error> {
        let state = self.inner.model.lock();
        match *call {
            Control::SetServerSessionProperty { session, .. } => {
                state.model.server_session_properties(session).map(drop)
            }
            Control::SetUrlGroupProperty { group, .. } => {
                state.model.url_group_properties(group).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// What the object model says now.
    pub(crate) fn with_model<R>(
        &self,
        ask: impl FnOnce(&Model) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.check_process()?;
        ask(&self.inner.model.lock().model)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    pub(crate) fn shard(&self) -> &Shard {
        &self.inner.shard
    }

    pub(crate) fn leadership(&self) -> &Leadership {
        &self.inner.leadership
    }

    pub(crate) fn file_threads(&self) -> &FileThreads {
        &self.inner.file_threads
    }

    pub(crate) fn deputies(&self) -> &Deputies {
        &self.inner.deputies
    }

    pub(crate) fn requests(&self) -> &RequestPool {
        &self.inner.requests
    }

    pub(crate) fn tallies(&self) -> &Tallies {
        &self.inner.tallies
    }

    #[inline]
    pub(crate) fn routes(&self) -> Current {
        self.inner.routes.current()
    }

    /// What the model lists, and who counts for the URL groups.
    pub(crate) fn listing(&self) -> (ServiceState, HashMap<UrlGroupId, Arc<Group>>) {
        if self.is_inherited() {
            return (ServiceState::default(), HashMap::new());
        }
        let mut state = self.inner.model.lock();
        let State { model, groups, .. } = &mut *state;
        (model.service_state(), groups.of(model).clone())
    }

    fn sync_ports(&self, model: &Model, ports: &[u16], taken: &mut Taken) -> Result<(), Refusal> {
        for port in ports {
            let list = model.configuration().listen_addresses();
            let scopes = model.scopes(*port);
            if !scopes.is_empty() {
                // Connections will come, and no thread may be in a call: without that thread they would
                // wait for ever.
                self.start_fallback().map_err(|_| Refusal::NoThread)?;
            }
            self.listen_on(*port, &scopes, list, taken)?;
            self.arm_fallback();
        }
        Ok(())
    }

    fn close_queues(&self, state: &mut State, closed: &[QueueId], wakes: &mut Wakes) {
        for id in closed {
            let Some(queue) = state.queues.remove(id) else {
                continue;
            };
            let left = queue.lock().close();
            for receive in left.waiting {
                wakes.add(receive, Signal::Failed(Error::Aborted));
            }
            self.end_disconnect_waits(*id, wakes);
            self.reset_requests_of(*id, wakes);
        }
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

/// The call that takes back what `call` added, for the one kind that the network can refuse.
fn undo_of(call: &Control) -> Option<Control> {
    match call {
        Control::AddUrlToUrlGroup { group, url, .. } => Some(Control::RemoveUrlFromUrlGroup {
            group: *group,
            url: Some(url.clone()),
        }),
        Control::AddUrl { queue, url } => Some(Control::RemoveUrl {
            queue: *queue,
            url: url.clone(),
        }),
        _ => None,
    }
}
