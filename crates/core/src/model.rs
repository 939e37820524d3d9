//! The objects of the API and the calls that change them: server sessions, URL groups, request
//! queues and URL registrations.
//!
//! Owns: which object belongs to which, the namespace, who may register (PFX-014), the properties
//! of each object, and the results of the control calls (SES and PFX rows). Does not own: requests
//! and receives (the data path never enters here; it reads the snapshot the driver makes after
//! [`Effects::routes`]) nor listeners: which ports must be open is told by [`Model::scopes`], and a
//! driver that cannot open one undoes the call. Invariant: a URL group's session is alive; a
//! binding names a live queue. Threading: plain data.

use crate::arena::Arena;
use crate::call::{ApiVersion, Control, Outcome, QueueAccess};
use crate::configuration::Configuration;
use crate::error::Error;
use crate::ids::{QueueId, ServerSessionId, UrlGroupId};
use crate::property::{Effective, Properties, QueueProperties, Timeouts};
use crate::refusal::Refusal;
use crate::reservation::Reservations;
use crate::routing::RoutingTable;
use crate::url_prefix::{ListenScope, UrlPrefix};

mod draining;
mod free_port;
mod listing;
mod properties;
mod register;

pub use free_port::Wanted;

/// The longest name of a request queue in UTF-16 units (SES-019, QUE-017).
pub const MAX_QUEUE_NAME: usize = 260;

/// What the driver has to do after a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Registrations, bindings or properties of groups changed: make a new routing snapshot.
    pub routes: bool,
    /// Ports whose registrations changed: compare [`Model::scopes`] with the open listeners.
    pub ports: Vec<u16>,
    /// Queues that closed: end their receives and requests.
    pub closed: Vec<QueueId>,
    /// A queue that was made.
    pub created: Option<QueueId>,
    /// Why a registration was refused: more than the error says.
    pub refusal: Option<Refusal>,
    /// A queue whose properties changed: hand it [`Model::request_queue_properties`].
    pub queue_properties: Option<QueueId>,
}

/// A live URL group, for the routing snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The group.
    pub group: UrlGroupId,
    /// Its session; `None` for the group behind a version 1 queue.
    pub session: Option<ServerSessionId>,
    /// The queue it is bound to.
    pub queue: Option<QueueId>,
    /// What is in force for its requests.
    pub effective: Effective,
}

/// See the module head.
#[derive(Debug)]
pub struct Model {
    sessions: Arena<SessionRecord>,
    groups: Arena<GroupRecord>,
    queues: Arena<QueueRecord>,
    routing: RoutingTable,
    /// Of the service: what sessions inherit. Those of the configuration.
    timeouts: Timeouts,
    configuration: Configuration,
    reservations: Reservations,
    /// Registrations need a reservation (PFX-014).
    enforce_url_acl: bool,
    /// Registrations may ask for a free port (G-129).
    port_zero: bool,
}

#[derive(Debug, Default)]
struct SessionRecord {
    properties: Properties,
}

#[derive(Debug)]
struct GroupRecord {
    session: Option<ServerSessionId>,
    queue: Option<QueueId>,
    properties: Properties,
    /// The port that 0 stands for in the group's URLs, while it has some on it (G-129).
    free_port: Option<u16>,
}

#[derive(Debug)]
struct QueueRecord {
    name: Option<Vec<u16>>,
    access: QueueAccess,
    properties: QueueProperties,
    /// The group that stands behind HttpAddUrl: present exactly for version 1 queues.
    v1_group: Option<UrlGroupId>,
    /// See [`Control::DrainRequestQueue`].
    draining: bool,
}

impl Default for Model {
    fn default() -> Self {
        Model::new()
    }
}

impl Model {
    /// An empty namespace in which everybody may register everything.
    #[must_use]
    pub fn new() -> Self {
        Model::with_url_acl(false)
    }

    /// An empty namespace. If `enforce`, a prefix for other hosts than the loopback's needs a
    /// reservation, else [`Error::AccessDenied`] (PFX-014, PFX-015).
    #[must_use]
    pub fn with_url_acl(enforce: bool) -> Self {
        Model {
            sessions: Arena::new(0x51),
            groups: Arena::new(0x52),
            queues: Arena::new(0x53),
            routing: RoutingTable::new(),
            timeouts: Timeouts::DEFAULT,
            configuration: Configuration::default(),
            reservations: Reservations::default(),
            enforce_url_acl: enforce,
            port_zero: true,
        }
    }

    /// The model in which port 0 is no port, as on Windows (PFX-005).
    #[must_use]
    pub fn without_port_zero(self) -> Self {
        Model {
            port_zero: false,
            ..self
        }
    }

    /// Forgets all objects. The configuration, which is the machine's, stays.
    pub fn clear(&mut self) {
        let empty = Model::with_url_acl(self.enforce_url_acl);
        let old = std::mem::replace(self, empty);
        self.port_zero = old.port_zero;
        self.reservations = old.reservations;
        self.timeouts = old.timeouts;
        self.configuration = old.configuration;
        // Ids do not come back.
        self.sessions = old.sessions.emptied();
        self.groups = old.groups.emptied();
        self.queues = old.queues.emptied();
    }

    /// The model with the numbers in its ids beginning here: a process that shall not know the ids
    /// of another one gives another number. (A new model begins with 1.)
    #[must_use]
    pub fn numbered_from(self, first: u32) -> Self {
        Model {
            sessions: self.sessions.numbered_from(first),
            groups: self.groups.numbered_from(first),
            queues: self.queues.numbered_from(first),
            ..self
        }
    }

    /// The reservations.
    #[must_use]
    pub fn reservations(&self) -> &Reservations {
        &self.reservations
    }

    /// The rest of the configuration.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The reservations that routing has to know of: `None` unless registrations need one.
    #[must_use]
    pub fn enforced_reservations(&self) -> Option<&RoutingTable> {
        self.enforce_url_acl.then(|| self.reservations.table())
    }

    /// The URL registrations.
    #[must_use]
    pub fn routing(&self) -> &RoutingTable {
        &self.routing
    }

    /// Each live URL group with its queue and what is in force for it, for the routing snapshot.
    pub fn bindings(&self) -> impl Iterator<Item = Binding> {
        self.groups.iter().map(|(id, group)| Binding {
            group: UrlGroupId(id),
            session: group.session,
            queue: group.queue,
            effective: self.effective_while_draining(UrlGroupId(id), group),
        })
    }

    /// HttpFindUrlGroupId: the group that has exactly this prefix, if it is bound to `queue`.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix; [`Error::NotFound`] (2)
    /// when no group of the queue has it.
    pub fn find_url_group(&self, url: &[u16], queue: QueueId) -> Result<UrlGroupId, Error> {
        let prefix = UrlPrefix::parse(url)?;
        let registration = self.routing.get(&prefix).ok_or(Error::NotFound)?;
        let group = self.groups.get(registration.group.0);
        match group {
            Some(group) if group.queue == Some(queue) => Ok(registration.group),
            _ => Err(Error::NotFound),
        }
    }

    /// The queues that are open.
    pub fn queues(&self) -> impl Iterator<Item = QueueId> {
        self.queues.iter().map(|(id, _)| QueueId(id))
    }

    /// Where the registrations of `port` want to be reached; those of a queue that is being drained
    /// do not any more.
    pub fn scopes(&self, port: u16) -> Vec<ListenScope> {
        let mut scopes = Vec::new();
        for (id, group) in self.groups.iter() {
            if self.is_draining(group) {
                continue;
            }
            for prefix in self.routing.prefixes_of(UrlGroupId(id)) {
                if prefix.port() == port {
                    scopes.push(prefix.listen_scope());
                }
            }
        }
        scopes
    }

    /// Executes one call.
    ///
    /// # Errors
    /// As documented for the API function of each [`Control`] variant; nothing has changed then.
    pub fn apply(&mut self, call: Control, effects: &mut Effects) -> Result<Outcome, Error> {
        match call {
            Control::CreateServerSession { version } => self.create_server_session(version),
            Control::CloseServerSession { session } => self.close_server_session(session, effects),
            Control::CreateUrlGroup { session } => self.create_url_group(session),
            Control::CloseUrlGroup { group } => self.close_url_group(group, effects),
            Control::AddUrlToUrlGroup {
                group,
                url,
                context,
            } => self.register(self.group_of_v2(group)?, &url, context, effects),
            Control::RemoveUrlFromUrlGroup { group, url } => {
                let group = self.group_of_v2(group)?;
                match url {
                    Some(url) => self.remove_url(group, &url, effects),
                    None => Ok(self.remove_all_urls(group, effects)),
                }
            }
            Control::BindUrlGroup { group, queue } => self.bind_url_group(group, queue, effects),
            Control::SetServerSessionProperty { session, property } => {
                self.set_session_property(session, property, effects)
            }
            Control::SetUrlGroupProperty { group, property } => {
                self.set_group_property(group, property, effects)
            }
            Control::SetRequestQueueProperty { queue, property } => {
                self.set_queue_property(queue, property, effects)
            }
            Control::CreateRequestQueue {
                version,
                name,
                access,
            } => self.create_request_queue(version, name, access, effects),
            Control::OpenRequestQueue { version, name } => self.open_request_queue(version, &name),
            Control::CreateHttpHandle => self.create_http_handle(effects),
            Control::AddUrl { queue, url } => {
                self.register(self.group_of_v1(queue)?, &url, 0, effects)
            }
            Control::RemoveUrl { queue, url } => {
                self.remove_url(self.group_of_v1(queue)?, &url, effects)
            }
            Control::AddReservation(reservation) => {
                self.reserve(reservation, effects)?;
                effects.routes = true;
                Ok(Outcome::Done)
            }
            Control::RemoveReservation { url } => {
                self.reservations.remove(&url)?;
                effects.routes = true;
                Ok(Outcome::Done)
            }
            Control::Configure(change) => {
                self.configuration.apply(change)?;
                self.timeouts = self.configuration.timeouts();
                effects.routes = true;
                Ok(Outcome::Done)
            }
            Control::DrainRequestQueue { queue } => self.drain_request_queue(queue, effects),
            Control::CloseRequestQueue { queue } => self.close_request_queue(queue, effects),
        }
    }

    fn create_server_session(&mut self, version: ApiVersion) -> Result<Outcome, Error> {
        if version != ApiVersion::V1 && version != ApiVersion::V2 {
            return Err(Error::RevisionMismatch);
        }
        let id = self
            .sessions
            .insert(SessionRecord::default())
            .ok_or(Error::NoResources)?;
        Ok(Outcome::ServerSession(ServerSessionId(id)))
    }

    fn close_server_session(
        &mut self,
        session: ServerSessionId,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        self.sessions
            .remove(session.0)
            .ok_or(Error::InvalidParameter)?;
        let groups: Vec<u64> = self
            .groups
            .iter()
            .filter(|(_, group)| group.session == Some(session))
            .map(|(id, _)| id)
            .collect();
        for group in groups {
            self.drop_group(UrlGroupId(group), effects);
        }
        effects.routes = true;
        Ok(Outcome::Done)
    }

    fn create_url_group(&mut self, session: ServerSessionId) -> Result<Outcome, Error> {
        self.sessions
            .get(session.0)
            .ok_or(Error::InvalidParameter)?;
        let group = GroupRecord {
            session: Some(session),
            queue: None,
            properties: Properties::default(),
            free_port: None,
        };
        let id = self.groups.insert(group).ok_or(Error::NoResources)?;
        Ok(Outcome::UrlGroup(UrlGroupId(id)))
    }

    fn close_url_group(
        &mut self,
        group: UrlGroupId,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let group = self.group_of_v2(group)?;
        self.drop_group(group, effects);
        Ok(Outcome::Done)
    }

    fn bind_url_group(
        &mut self,
        group: UrlGroupId,
        queue: Option<QueueId>,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let group = self.group_of_v2(group)?;
        if let Some(queue) = queue {
            let target = self.queues.get(queue.0).ok_or(Error::InvalidHandle)?;
            // SES-023: version 1 handles and version 2 groups must not be mixed.
            if target.v1_group.is_some() {
                return Err(Error::InvalidParameter);
            }
        }
        let entry = self
            .groups
            .get_mut(group.0)
            .ok_or(Error::InvalidParameter)?;
        entry.queue = queue;
        effects.routes = true;
        Ok(Outcome::Done)
    }

    fn create_request_queue(
        &mut self,
        version: ApiVersion,
        name: Option<Vec<u16>>,
        access: QueueAccess,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        if version != ApiVersion::V2 {
            return Err(Error::RevisionMismatch);
        }
        if let Some(name) = &name {
            check_queue_name(name)?;
            if self.find_queue(name).is_some() {
                return Err(Error::AlreadyExists);
            }
        }
        self.insert_queue(
            QueueRecord {
                name,
                access,
                properties: QueueProperties::default(),
                v1_group: None,
                draining: false,
            },
            effects,
        )
    }

    fn open_request_queue(&mut self, version: ApiVersion, name: &[u16]) -> Result<Outcome, Error> {
        if version != ApiVersion::V2 {
            return Err(Error::RevisionMismatch);
        }
        check_queue_name(name)?;
        let id = self.find_queue(name).ok_or(Error::NotFound)?;
        match self.queues.get(id.0).map(|queue| queue.access) {
            Some(QueueAccess::Granted) => Ok(Outcome::Queue(id)),
            Some(QueueAccess::Denied) => Err(Error::AccessDenied),
            None => Err(Error::NotFound),
        }
    }

    fn create_http_handle(&mut self, effects: &mut Effects) -> Result<Outcome, Error> {
        let group = GroupRecord {
            session: None,
            queue: None,
            properties: Properties::default(),
            free_port: None,
        };
        let group = UrlGroupId(self.groups.insert(group).ok_or(Error::NoResources)?);
        let queue = QueueRecord {
            name: None,
            access: QueueAccess::Granted,
            properties: QueueProperties::default(),
            v1_group: Some(group),
            draining: false,
        };
        let outcome = self.insert_queue(queue, effects)?;
        if let (Outcome::Queue(id), Some(group)) = (outcome, self.groups.get_mut(group.0)) {
            group.queue = Some(id);
        }
        effects.routes = true;
        Ok(outcome)
    }

    fn close_request_queue(
        &mut self,
        queue: QueueId,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let closed = self.queues.remove(queue.0).ok_or(Error::InvalidHandle)?;
        if let Some(group) = closed.v1_group {
            self.drop_group(group, effects);
        }
        let bound: Vec<u64> = self
            .groups
            .iter()
            .filter(|(_, group)| group.queue == Some(queue))
            .map(|(id, _)| id)
            .collect();
        for group in bound {
            if closed.draining {
                // Without its port, what is registered would be out of reach and in the way.
                self.remove_all_urls(UrlGroupId(group), effects);
            }
            if let Some(group) = self.groups.get_mut(group) {
                group.queue = None;
            }
        }
        effects.routes = true;
        effects.closed.push(queue);
        Ok(Outcome::Done)
    }

    fn insert_queue(
        &mut self,
        queue: QueueRecord,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let id = QueueId(self.queues.insert(queue).ok_or(Error::NoResources)?);
        effects.created = Some(id);
        Ok(Outcome::Queue(id))
    }

    fn find_queue(&self, name: &[u16]) -> Option<QueueId> {
        self.queues
            .iter()
            .find(|(_, queue)| queue.name.as_deref() == Some(name))
            .map(|(id, _)| QueueId(id))
    }

    fn group_of_v2(&self, group: UrlGroupId) -> Result<UrlGroupId, Error> {
        match self.groups.get(group.0) {
            Some(GroupRecord {
                session: Some(_), ..
            }) => Ok(group),
            _ => Err(Error::InvalidParameter),
        }
    }

    fn group_of_v1(&self, queue: QueueId) -> Result<UrlGroupId, Error> {
        let queue = self.queues.get(queue.0).ok_or(Error::InvalidHandle)?;
        queue.v1_group.ok_or(Error::InvalidParameter)
    }

    fn drop_group(&mut self, group: UrlGroupId, effects: &mut Effects) {
        self.remove_all_urls(group, effects);
        self.groups.remove(group.0);
        // Also without URLs: what the driver has for the group, as its log, ends with it.
        effects.routes = true;
    }
}

fn check_queue_name(name: &[u16]) -> Result<(), Error> {
    const SEPARATORS: [u16; 2] = [b'\\' as u16, b'/' as u16];
    if name.len() > MAX_QUEUE_NAME {
        Err(Error::InvalidParameter)
    } else if name.is_empty() || name.iter().any(|unit| SEPARATORS.contains(unit)) {
        Err(Error::InvalidName)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
