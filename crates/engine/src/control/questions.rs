//! What the service is asked and answers without changing anything.
//!
//! Threading: any thread; the model's lock is held for a look at it.

use std::collections::BTreeMap;
use std::sync::Arc;

use httpsys_core::configuration::Configuration;
use httpsys_core::model::Model;
use httpsys_core::operation::Control;
use httpsys_core::property::Properties;
use httpsys_core::reservation::Reservation;
use httpsys_core::service_state::ServiceState;
use httpsys_core::{Error, QueueId, ServerSessionId, UrlGroupId};

use crate::calls::queue::Queue;
use crate::control::group::{Group, GroupRegistry};
use crate::control::refused::told_of_prefix;
use crate::observe::reason;
use crate::service::{Objects, Service};

impl Service {
    /// HttpQueryServerSessionProperty: the properties as they were set.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown session.
    pub fn server_session_properties(&self, session: ServerSessionId) -> Result<Properties, Error> {
        let found = self.with_model(|model| model.server_session_properties(session).cloned());
        found.inspect_err(|error| unknown(*error, "ServerSessionId names no open server session"))
    }

    /// HttpQueryUrlGroupProperty: the properties as they were set, without what is inherited.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown group.
    pub fn url_group_properties(&self, group: UrlGroupId) -> Result<Properties, Error> {
        let found = self.with_model(|model| model.url_group_properties(group).cloned());
        found.inspect_err(|error| unknown(*error, "UrlGroupId names no open URL group"))
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigUrlAclInfo) for a prefix.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix; [`Error::NotFound`] (2)
    /// for a prefix that is not reserved.
    pub fn reservation(&self, url: &[u16]) -> Result<Reservation, Error> {
        let found = self.with_model(|model| model.reservations().get(url).cloned());
        told_of_prefix(url, "pUrlPrefix is no UrlPrefix", found)
    }

    /// The reservation with this number of an enumeration, in the order of their making.
    #[must_use]
    pub fn reservation_at(&self, index: usize) -> Option<Reservation> {
        self.check_process().ok()?;
        let state = self.objects().lock();
        state.model.reservations().at(index).cloned()
    }

    /// The configuration apart from the reservations, as it is now.
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        if self.is_inherited() {
            return Configuration::default();
        }
        self.objects().lock().model.configuration().clone()
    }

    /// The ports that are closed because this queue is being drained.
    pub(crate) fn drained_ports(&self, queue: QueueId) -> Vec<u16> {
        self.objects().lock().model.drained_ports(queue)
    }

    /// HttpFindUrlGroupId: the group of `queue` that has exactly this prefix.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix; [`Error::NotFound`] (2)
    /// when no group of the queue has it.
    pub fn find_url_group(&self, url: &[u16], queue: &Queue) -> Result<UrlGroupId, Error> {
        let found = self.with_model(|model| model.find_url_group(url, queue.id()));
        told_of_prefix(url, "pUrlPrefix is no UrlPrefix", found)
    }

    /// What groups and sessions are to the data path.
    pub(crate) fn with_groups<R>(&self, use_them: impl FnOnce(&GroupRegistry) -> R) -> R {
        if self.is_inherited() {
            return use_them(&GroupRegistry::default());
        }
        use_them(&self.objects().lock().groups)
    }

    /// Whether the session or group that has to exist for this call does.
    pub(crate) fn has_holder(&self, call: &Control) -> Result<(), Error> {
        self.with_model(|model| match *call {
            Control::SetServerSessionProperty { session, .. } => {
                model.server_session_properties(session).map(drop)
            }
            Control::SetUrlGroupProperty { group, .. } => {
                model.url_group_properties(group).map(drop)
            }
            _ => Ok(()),
        })
    }

    /// What the object model says now.
    pub(crate) fn with_model<R>(
        &self,
        ask: impl FnOnce(&Model) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.check_process()?;
        ask(&self.objects().lock().model)
    }

    /// What the model lists, and who counts for the URL groups.
    pub(crate) fn listing(&self) -> (ServiceState, BTreeMap<UrlGroupId, Arc<Group>>) {
        if self.is_inherited() {
            return (ServiceState::default(), BTreeMap::new());
        }
        let mut state = self.objects().lock();
        let Objects { model, groups, .. } = &mut *state;
        (model.service_state(), groups.of(model).clone())
    }
}

/// Notes what 87 means.
fn unknown(error: Error, words: &'static str) {
    if error == Error::InvalidParameter {
        reason::note(words, error, false);
    }
}
