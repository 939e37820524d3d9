//! Queues that are being drained: the beginning of a graceful shutdown.
//!
//! Owns: which ports are kept open for nobody else, and what becomes of requests to the others. Does
//! not own the requests that are under way (the driver waits for them) nor the close of the queue,
//! which takes the registrations away.

use crate::call::Outcome;
use crate::error::Error;
use crate::ids::{QueueId, UrlGroupId};
use crate::property::Effective;

use super::{Effects, GroupRecord, Model};

impl Model {
    pub(super) fn drain_request_queue(
        &mut self,
        queue: QueueId,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let entry = self.queues.get_mut(queue.0).ok_or(Error::InvalidHandle)?;
        entry.draining = true;
        effects.routes = true;
        effects.ports = self.ports_of(queue);
        Ok(Outcome::Done)
    }

    /// The ports with registrations of `queue` that no other queue keeps open.
    #[must_use]
    pub fn drained_ports(&self, queue: QueueId) -> Vec<u16> {
        let mut ports = self.ports_of(queue);
        ports.retain(|port| self.scopes(*port).is_empty());
        ports
    }

    pub(super) fn is_draining(&self, group: &GroupRecord) -> bool {
        let queue = group.queue.and_then(|queue| self.queues.get(queue.0));
        queue.is_some_and(|queue| queue.draining)
    }

    /// A port that stays open for others would bring new requests for ever: the group is inactive
    /// then. Where it is closed, a connection may still complete the request that it has begun.
    pub(super) fn effective_while_draining(
        &self,
        id: UrlGroupId,
        group: &GroupRecord,
    ) -> Effective {
        let mut effective = self.effective_of(group);
        if self.is_draining(group) {
            let prefixes = self.routing.prefixes_of(id);
            let mut ports = prefixes.map(|prefix| prefix.port());
            effective.enabled &= !ports.any(|port| !self.scopes(port).is_empty());
        }
        effective
    }

    fn ports_of(&self, queue: QueueId) -> Vec<u16> {
        let groups = self.groups.iter();
        let groups = groups.filter(|(_, group)| group.queue == Some(queue));
        let mut ports: Vec<u16> = groups
            .flat_map(|(id, _)| self.routing.prefixes_of(UrlGroupId(id)))
            .map(|prefix| prefix.port())
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}
