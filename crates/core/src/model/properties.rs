//! Setting and asking for the properties of the model's objects.
//!
//! Owns: finding the object and what the driver has to do after a change. Does not own: the values
//! and their inheritance (`crate::property`). Invariant: a failed call has changed nothing.
//! Threading: plain data.

use super::{Effects, GroupRecord, Model};
use crate::call::Outcome;
use crate::error::Error;
use crate::ids::{QueueId, ServerSessionId, UrlGroupId};
use crate::property::{
    Effective, Holder, Properties, Property, QueueProperties, QueueProperty, TimeLimits,
};

impl Model {
    /// The timers of the service, for connections that no request has led to a URL group yet
    /// (TMO-005).
    #[must_use]
    pub fn timers(&self) -> TimeLimits {
        self.timeouts.timers()
    }

    /// What is in force for the requests of a URL group.
    #[must_use]
    pub fn effective(&self, group: UrlGroupId) -> Option<Effective> {
        self.groups
            .get(group.0)
            .map(|group| self.effective_of(group))
    }

    /// HttpQueryServerSessionProperty: the properties as they were set.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown session.
    pub fn server_session_properties(&self, id: ServerSessionId) -> Result<&Properties, Error> {
        let session = self.sessions.get(id.0).ok_or(Error::InvalidParameter)?;
        Ok(&session.properties)
    }

    /// HttpQueryUrlGroupProperty: the properties as they were set, without what is inherited.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown group.
    pub fn url_group_properties(&self, id: UrlGroupId) -> Result<&Properties, Error> {
        let id = self.group_of_v2(id)?;
        let group = self.groups.get(id.0).ok_or(Error::InvalidParameter)?;
        Ok(&group.properties)
    }

    /// HttpQueryRequestQueueProperty.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] (6) for a closed queue; [`Error::NotSupported`] (50) for one of
    /// version 1 (SES-023).
    pub fn request_queue_properties(&self, id: QueueId) -> Result<QueueProperties, Error> {
        let queue = self.queues.get(id.0).ok_or(Error::InvalidHandle)?;
        match queue.v1_group {
            None => Ok(queue.properties),
            Some(_) => Err(Error::NotSupported),
        }
    }

    /// The name that a queue was created with, if it has one.
    #[must_use]
    pub fn request_queue_name(&self, id: QueueId) -> Option<&[u16]> {
        self.queues.get(id.0)?.name.as_deref()
    }

    pub(super) fn set_session_property(
        &mut self,
        session: ServerSessionId,
        property: Property,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let session = self.sessions.get_mut(session.0);
        let session = session.ok_or(Error::InvalidParameter)?;
        session.properties.set(Holder::ServerSession, property)?;
        effects.routes = true;
        effects.groups.extend(&session.groups);
        Ok(Outcome::Done)
    }

    pub(super) fn set_group_property(
        &mut self,
        group: UrlGroupId,
        property: Property,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let id = self.group_of_v2(group)?;
        let group = self.groups.get_mut(id.0);
        let group = group.ok_or(Error::InvalidParameter)?;
        group.properties.set(Holder::UrlGroup, property)?;
        effects.routes = true;
        effects.groups.push(id);
        Ok(Outcome::Done)
    }

    pub(super) fn set_queue_property(
        &mut self,
        id: QueueId,
        property: QueueProperty,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let queue = self.queues.get_mut(id.0).ok_or(Error::InvalidHandle)?;
        if queue.v1_group.is_some() {
            return Err(Error::NotSupported);
        }
        queue.properties.set(property)?;
        effects.queue_properties = Some(id);
        Ok(Outcome::Done)
    }

    pub(super) fn effective_of(&self, group: &GroupRecord) -> Effective {
        // The group behind a queue of version 1 has no session.
        let session = group.session.and_then(|id| self.sessions.get(id.0));
        let unset = Properties::default();
        let parent = session.map_or(&unset, |session| &session.properties);
        Effective::of(&group.properties, parent, self.timeouts)
    }
}
