//! The objects of the API and the calls that change them: server sessions, URL groups, request
//! queues and URL registrations.
//!
//! Owns: which object belongs to which, the namespace, who may register (PFX-014), the properties
//! of each object, and the results of the control calls (SES and PFX rows). Does not own: requests
//! and receives (the data path never enters here; it reads the snapshot the driver makes after
//! [`Effects::routes`]) nor listeners: which ports must be open is told by [`Model::scopes`], and a
//! driver that cannot open one undoes the call. Invariant: a URL group's session is alive; a
//! binding names a live queue. Threading: plain data.

use std::collections::{BTreeMap, BTreeSet};

use crate::arena::{Arena, index_of};
use crate::call::{ApiVersion, Control, Outcome, QueueAccess};
use crate::configuration::Configuration;
use crate::error::Error;
use crate::ids::{QueueId, ServerSessionId, UrlGroupId};
use crate::property::{Effective, Properties, QueueProperties, Timeouts};
use crate::records::Records;
use crate::refusal::Refusal;
use crate::reservation::Reservations;
use crate::routing::{Place, RoutingTable};
use crate::url_prefix::UrlPrefix;

mod draining;
mod free_port;
mod listing;
mod properties;
mod register;
mod scopes;
mod urls;

pub use free_port::Wanted;
use scopes::PortScopes;

/// The longest name of a request queue in UTF-16 units (SES-019, QUE-017).
pub const MAX_QUEUE_NAME: usize = 260;

/// What the driver has to do after a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Registrations, bindings or properties of groups changed: make a new routing snapshot.
    pub routes: bool,
    /// Of which URL groups [`Model::binding`] may say something else now, as far as they are not all.
    pub groups: Vec<UrlGroupId>,
    /// That of every group may have changed.
    pub all_groups: bool,
    /// A server session that closed.
    pub closed_session: Option<ServerSessionId>,
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
    /// Where the registrations of each port want to be reached.
    scopes: PortScopes,
    /// Queues by name.
    names: BTreeMap<Vec<u16>, QueueId>,
    /// Queues that are being drained.
    draining: usize,
    /// Of the service: what sessions inherit. Those of the configuration.
    timeouts: Timeouts,
    records: Records,
    /// Registrations need a reservation (PFX-014).
    enforce_url_acl: bool,
    /// Registrations may ask for a free port (G-129).
    port_zero: bool,
}

#[derive(Debug, Default)]
struct SessionRecord {
    properties: Properties,
    groups: BTreeSet<UrlGroupId>,
}

#[derive(Debug, Default)]
struct GroupRecord {
    session: Option<ServerSessionId>,
    queue: Option<QueueId>,
    properties: Properties,
    /// Its registrations.
    urls: BTreeSet<Place>,
    /// Its queue is being drained, and its registrations are not in [`Model::scopes`].
    quiet: bool,
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
    /// Those that are bound to it.
    groups: BTreeSet<UrlGroupId>,
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
            scopes: PortScopes::default(),
            names: BTreeMap::new(),
            draining: 0,
            timeouts: Timeouts::DEFAULT,
            records: Records::default(),
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
        self.timeouts = old.timeouts;
        self.records = old.records;
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

    /// All records of the configuration.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// Puts other records in force: those that another process has made. What is registered stays, also where a
    /// reservation would not let it be now. The driver makes a new routing snapshot.
    pub fn adopt(&mut self, records: Records) {
        self.timeouts = records.configuration.timeouts();
        self.records = records;
    }

    /// The reservations.
    #[must_use]
    pub fn reservations(&self) -> &Reservations {
        &self.records.reservations
    }

    /// The rest of the configuration.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.records.configuration
    }

    /// The reservations that routing has to know of: `None` unless registrations need one.
    #[must_use]
    pub fn enforced_reservations(&self) -> Option<&RoutingTable> {
        self.enforce_url_acl
            .then(|| self.records.reservations.table())
    }

    /// The URL registrations.
    #[must_use]
    pub fn routing(&self) -> &RoutingTable {
        &self.routing
    }

    /// Each live URL group with its queue and what is in force for it, for the routing snapshot.
    pub fn bindings(&self) -> impl Iterator<Item = Binding> {
        let groups = self.groups.iter();
        groups.map(|(id, group)| self.binding_of(UrlGroupId(id), group))
    }

    /// The same of one group; `None` when it is not alive.
    #[must_use]
    pub fn binding(&self, id: UrlGroupId) -> Option<Binding> {
        let group = self.groups.get(id.0)?;
        Some(self.binding_of(id, group))
    }

    fn binding_of(&self, id: UrlGroupId, group: &GroupRecord) -> Binding {
        Binding {
            group: id,
            session: group.session,
            queue: group.queue,
            effective: self.effective_while_draining(group),
        }
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

    /// Executes one call.
    ///
    /// # Errors
    /// As documented for the API function of each [`Control`] variant; nothing has changed then.
    pub fn apply(&mut self, call: Control, effects: &mut Effects) -> Result<Outcome, Error> {
        let drained_before = self.draining != 0;
        let outcome = self.execute(call, effects)?;
        // Whether a group that is being drained is active depends on the registrations of the others.
        effects.all_groups |= drained_before || self.draining != 0;
        let mut seen = BTreeSet::new();
        effects.ports.retain(|port| seen.insert(*port));
        Ok(outcome)
    }

    fn execute(&mut self, call: Control, effects: &mut Effects) -> Result<Outcome, Error> {
        match call {
            Control::CreateServerSession { version } => self.create_server_session(version),
            Control::CloseServerSession { session } => self.close_server_session(session, effects),
            Control::CreateUrlGroup { session } => self.create_url_group(session, effects),
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
                self.records.reservations.remove(&url)?;
                effects.routes = true;
                Ok(Outcome::Done)
            }
            Control::Configure(change) => {
                self.records.configuration.apply(change)?;
                let timeouts = self.records.configuration.timeouts();
                effects.all_groups = timeouts != self.timeouts;
                self.timeouts = timeouts;
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
        let closed = self
            .sessions
            .remove(session.0)
            .ok_or(Error::InvalidParameter)?;
        for group in by_index(&closed.groups) {
            self.drop_group(group, effects);
        }
        effects.routes = true;
        effects.closed_session = Some(session);
        Ok(Outcome::Done)
    }

    fn create_url_group(
        &mut self,
        session: ServerSessionId,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let owner = self.sessions.get_mut(session.0);
        let owner = owner.ok_or(Error::InvalidParameter)?;
        let group = GroupRecord {
            session: Some(session),
            ..GroupRecord::default()
        };
        let id = self.groups.insert(group).ok_or(Error::NoResources)?;
        owner.groups.insert(UrlGroupId(id));
        effects.groups.push(UrlGroupId(id));
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
        self.set_queue(group, queue);
        effects.routes = true;
        effects.groups.push(group);
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
                groups: BTreeSet::new(),
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
        let group = self.groups.insert(GroupRecord::default());
        let group = UrlGroupId(group.ok_or(Error::NoResources)?);
        let queue = QueueRecord {
            name: None,
            access: QueueAccess::Granted,
            properties: QueueProperties::default(),
            v1_group: Some(group),
            draining: false,
            groups: BTreeSet::new(),
        };
        let outcome = self.insert_queue(queue, effects)?;
        if let Outcome::Queue(id) = outcome {
            self.set_queue(group, Some(id));
        }
        effects.routes = true;
        effects.groups.push(group);
        Ok(outcome)
    }

    fn close_request_queue(
        &mut self,
        queue: QueueId,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let closed = self.queues.remove(queue.0).ok_or(Error::InvalidHandle)?;
        if let Some(name) = &closed.name {
            self.names.remove(name);
        }
        if let Some(group) = closed.v1_group {
            self.drop_group(group, effects);
        }
        for group in by_index(&closed.groups) {
            if closed.draining {
                // Without its port, what is registered would be out of reach and in the way.
                self.remove_all_urls(group, effects);
            }
            self.set_queue(group, None);
            effects.groups.push(group);
        }
        self.draining -= usize::from(closed.draining);
        effects.routes = true;
        effects.closed.push(queue);
        Ok(Outcome::Done)
    }

    /// Binds a group; `None` is no queue.
    fn set_queue(&mut self, id: UrlGroupId, queue: Option<QueueId>) {
        let Some(group) = self.groups.get_mut(id.0) else {
            return;
        };
        let before = std::mem::replace(&mut group.queue, queue);
        if let Some(before) = before.and_then(|before| self.queues.get_mut(before.0)) {
            before.groups.remove(&id);
        }
        if let Some(now) = queue.and_then(|now| self.queues.get_mut(now.0)) {
            now.groups.insert(id);
        }
        self.follow_queue(id);
    }

    fn insert_queue(
        &mut self,
        queue: QueueRecord,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let name = queue.name.clone();
        let id = QueueId(self.queues.insert(queue).ok_or(Error::NoResources)?);
        if let Some(name) = name {
            self.names.insert(name, id);
        }
        effects.created = Some(id);
        Ok(Outcome::Queue(id))
    }

    fn find_queue(&self, name: &[u16]) -> Option<QueueId> {
        self.names.get(name).copied()
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
        self.set_queue(group, None);
        let dropped = self.groups.remove(group.0);
        let session = dropped.and_then(|dropped| dropped.session);
        if let Some(session) = session.and_then(|session| self.sessions.get_mut(session.0)) {
            session.groups.remove(&group);
        }
        effects.groups.push(group);
        // Also without URLs: what the driver has for the group, as its log, ends with it.
        effects.routes = true;
    }
}

/// Groups in the order in which the model lists them.
fn by_index(groups: &BTreeSet<UrlGroupId>) -> Vec<UrlGroupId> {
    let mut groups: Vec<UrlGroupId> = groups.iter().copied().collect();
    groups.sort_unstable_by_key(|group| index_of(group.0));
    groups
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
