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
        let again = std::mem::replace(&mut entry.draining, true);
        self.draining += usize::from(!again);
        let groups: Vec<UrlGroupId> = entry.groups.iter().copied().collect();
        for group in groups {
            self.follow_queue(group);
        }
        effects.routes = true;
        effects.ports = self.ports_of(queue);
        Ok(Outcome::Done)
    }

    /// The ports with registrations of `queue` that no other queue keeps open.
    #[must_use]
    pub fn drained_ports(&self, queue: QueueId) -> Vec<u16> {
        let mut ports = self.ports_of(queue);
        ports.retain(|port| !self.is_reached(*port));
        ports
    }

    /// A port that stays open for others would bring new requests for ever: the group is inactive
    /// then. Where it is closed, a connection may still complete the request that it has begun.
    pub(super) fn effective_while_draining(&self, group: &GroupRecord) -> Effective {
        let mut effective = self.effective_of(group);
        if group.quiet {
            let mut ports = group.urls.iter().map(|place| place.port());
            effective.enabled &= !ports.any(|port| self.is_reached(port));
        }
        effective
    }

    fn ports_of(&self, queue: QueueId) -> Vec<u16> {
        let queue = self.queues.get(queue.0);
        let groups = queue.into_iter().flat_map(|queue| &queue.groups);
        let mut ports: Vec<u16> = groups
            .filter_map(|group| self.groups.get(group.0))
            .flat_map(|group| group.urls.iter().map(|place| place.port()))
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}
