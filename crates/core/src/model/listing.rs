//! The list of request queues and URL groups, for whoever looks at the service from outside.
//!
//! Owns: collecting it from the model. Does not own: what only the driver knows (requests, handles,
//! connections), nor the text ([`ServiceState`]). Threading: plain data.

use std::collections::BTreeMap;

use super::Model;
use crate::ids::{QueueId, ServerSessionId, UrlGroupId};
use crate::property::State;
use crate::service_state::{QueueState, ServiceState, SessionState, UrlGroupState};

impl Model {
    /// The queues and URL groups as they are now, by id. The numbers that only the driver knows are
    /// 0.
    #[must_use]
    pub fn service_state(&self) -> ServiceState {
        let mut urls: BTreeMap<UrlGroupId, Vec<String>> = BTreeMap::new();
        for (prefix, registration) in self.routing.iter() {
            let of_group = urls.entry(registration.group).or_default();
            of_group.push(prefix.to_string());
        }
        let mut queues = self.queue_states();
        let mut unbound = Vec::new();
        for group in self.group_states(urls) {
            let bound = group
                .queue
                .and_then(|queue| queues.binary_search_by_key(&queue, |queue| queue.id).ok());
            match bound {
                Some(at) => queues[at].url_groups.push(group),
                None => unbound.push(group),
            }
        }
        ServiceState {
            sessions: self.session_states(),
            queues,
            unbound,
        }
    }

    fn session_states(&self) -> Vec<SessionState> {
        let mut sessions: Vec<SessionState> = self
            .sessions
            .iter()
            .map(|(id, session)| SessionState {
                id: ServerSessionId(id),
                state: session.properties.state.unwrap_or_default(),
                properties: session.properties.clone(),
            })
            .collect();
        sessions.sort_by_key(|session| session.id);
        sessions
    }

    fn queue_states(&self) -> Vec<QueueState> {
        let mut queues: Vec<QueueState> = self
            .queues
            .iter()
            .map(|(id, queue)| {
                let properties = queue.properties;
                QueueState {
                    id: QueueId(id),
                    name: queue.name.as_deref().map(String::from_utf16_lossy),
                    version: if queue.v1_group.is_some() { 1 } else { 2 },
                    state: properties.state,
                    verbosity: properties.verbosity,
                    length_limit: properties.length,
                    size: 0,
                    handles: 0,
                    url_groups: Vec::new(),
                }
            })
            .collect();
        queues.sort_by_key(|queue| queue.id);
        queues
    }

    fn group_states(&self, mut urls: BTreeMap<UrlGroupId, Vec<String>>) -> Vec<UrlGroupState> {
        let mut groups: Vec<UrlGroupState> = self
            .groups
            .iter()
            .map(|(id, group)| UrlGroupState {
                id: UrlGroupId(id),
                session: group.session,
                queue: group.queue,
                state: match self.effective_of(group).enabled {
                    true => State::Active,
                    false => State::Inactive,
                },
                properties: group.properties.clone(),
                urls: urls.remove(&UrlGroupId(id)).unwrap_or_default(),
            })
            .collect();
        groups.sort_by_key(|group| group.id);
        groups
    }
}
