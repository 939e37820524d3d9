//! What the service is asked and answers without changing anything: the door for queries.
//!
//! Threading: any thread; the model's lock is held for a look at it.

use std::collections::BTreeMap;
use std::sync::Arc;

use httpsys_core::call::{Control, Query, QueryAnswer};
use httpsys_core::model::Model;
use httpsys_core::property::Properties;
use httpsys_core::reservation::Reservation;
use httpsys_core::service_state::ServiceState;
use httpsys_core::{Error, QueueId, ServerSessionId, UrlGroupId};

use crate::calls::queue::Queue;
use crate::control::group::{Group, GroupRegistry};
use crate::control::refused::explain_prefix;
use crate::observe::reason;
use crate::service::{Objects, Service};

impl Service {
    /// The door for every call that asks and changes nothing.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown session or URL group and for a string that is no
    /// UrlPrefix; [`Error::InvalidHandle`] (6) for a closed queue; [`Error::NotFound`] (2) for what is not
    /// registered or reserved; [`Error::ConnectionInvalid`] (1229) for a request that is over and a connection
    /// that is gone.
    pub fn query(&self, query: &Query) -> Result<QueryAnswer, Error> {
        Ok(match query {
            Query::ServerSessionProperties { session } => {
                QueryAnswer::Properties(self.server_session_properties(*session)?)
            }
            Query::UrlGroupProperties { group } => {
                QueryAnswer::Properties(self.url_group_properties(*group)?)
            }
            Query::RequestQueueProperties { queue } => {
                QueryAnswer::QueueProperties(self.existing_queue(*queue)?.properties())
            }
            Query::Reservation { url } => QueryAnswer::Reservation(self.reservation(url)?),
            Query::ReservationAt { index } => {
                QueryAnswer::ReservationAt(self.reservation_at(*index)?)
            }
            Query::Configuration => {
                self.refresh_records()?;
                QueryAnswer::Configuration(self.configuration_in_force())
            }
            Query::FindUrlGroup { queue, url } => {
                QueryAnswer::UrlGroup(self.find_url_group(url, *queue)?)
            }
            Query::Urls { group } => {
                QueryAnswer::Urls(self.with_model(|model| model.urls_of(*group))?)
            }
            Query::PortOfUrl { group, url } => QueryAnswer::Port(self.port_of_url(*group, url)?),
            Query::PortOfV1Url { queue, url } => {
                QueryAnswer::Port(self.port_of_v1_url(*queue, url)?)
            }
            Query::LocalAddresses { group, port } => {
                QueryAnswer::Addresses(self.local_addresses(*group, *port)?)
            }
            Query::CheckLive { queue, request } => {
                self.check_live(&*self.existing_queue(*queue)?, *request)?;
                QueryAnswer::Done
            }
            Query::TlsOfRequest { queue, request } => {
                let queue = self.existing_queue(*queue)?;
                QueryAnswer::Tls(self.tls_of_request(&queue, *request)?)
            }
            Query::TlsOfConnection { queue, connection } => {
                self.existing_queue(*queue)?;
                QueryAnswer::Tls(self.tls_of_connection(*connection)?)
            }
            Query::Counters => QueryAnswer::Counters(self.counters()),
            Query::ServiceCounters => QueryAnswer::ServiceCounters(self.service_counters()),
            Query::UrlGroupCounters { group } => {
                QueryAnswer::UrlGroupCounters(self.url_group_counters(*group)?)
            }
            Query::QueueCounters { queue } => {
                let queue = self.existing_queue(*queue)?;
                QueryAnswer::QueueCounters(self.queue_counters(&queue))
            }
            Query::ServiceState => QueryAnswer::ServiceState(self.service_state()),
            Query::OpenConnections { most } => {
                QueryAnswer::OpenConnections(self.open_connections(*most))
            }
            Query::CacheState { url, most } => {
                QueryAnswer::CacheState(self.cache_state(url.as_deref(), *most)?)
            }
            Query::ConnectionStatus { connection } => {
                QueryAnswer::ConnectionStatus(self.fate_of(*connection))
            }
        })
    }

    fn existing_queue(&self, queue: QueueId) -> Result<Arc<Queue>, Error> {
        self.check_process()?;
        self.open_queue(queue).ok_or(Error::InvalidHandle)
    }

    fn server_session_properties(&self, session: ServerSessionId) -> Result<Properties, Error> {
        let found = self.with_model(|model| model.server_session_properties(session).cloned());
        found.inspect_err(|error| {
            note_invalid(*error, "ServerSessionId names no open server session")
        })
    }

    fn url_group_properties(&self, group: UrlGroupId) -> Result<Properties, Error> {
        let found = self.with_model(|model| model.url_group_properties(group).cloned());
        found.inspect_err(|error| note_invalid(*error, "UrlGroupId names no open URL group"))
    }

    fn reservation(&self, url: &[u16]) -> Result<Reservation, Error> {
        self.refresh_records()?;
        let found = self.with_model(|model| model.reservations().get(url).cloned());
        explain_prefix(url, "pUrlPrefix is not a UrlPrefix", found)
    }

    fn reservation_at(&self, index: usize) -> Result<Option<Reservation>, Error> {
        self.refresh_records()?;
        self.with_model(|model| Ok(model.reservations().at(index).cloned()))
    }

    /// The ports that are closed because this queue is being drained.
    pub(crate) fn drained_ports(&self, queue: QueueId) -> Vec<u16> {
        self.objects().lock().model.drained_ports(queue)
    }

    fn find_url_group(&self, url: &[u16], queue: QueueId) -> Result<UrlGroupId, Error> {
        let found = self.with_model(|model| model.find_url_group(url, queue));
        explain_prefix(url, "pUrlPrefix is not a UrlPrefix", found)
    }

    /// What groups and sessions are to the data path.
    pub(crate) fn with_groups<R>(&self, use_them: impl FnOnce(&GroupRegistry) -> R) -> R {
        if self.is_inherited() {
            return use_them(&GroupRegistry::default());
        }
        use_them(&self.objects().lock().groups)
    }

    /// Whether the session or group that has to exist for this call does.
    pub(crate) fn check_holder(&self, call: &Control) -> Result<(), Error> {
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
fn note_invalid(error: Error, words: &'static str) {
    if error == Error::InvalidParameter {
        reason::note(words, error, false);
    }
}
