//! Which registrations a URL group has, and where the registrations of a port want to be reached.
//!
//! Owns: both lists, kept with each change so that no call walks through the registrations of others. Does not own:
//! who may register what (`register.rs`), nor the conflicts (`routing`). Invariant: a group's list has the places of
//! its registrations, and `scopes` counts the registrations of all groups whose queue is not being drained.
//! Threading: plain data.

use super::{Effects, Model};
use crate::call::Outcome;
use crate::ids::UrlGroupId;
use crate::routing::{Conflict, Registration};
use crate::url_prefix::{ListenScope, UrlPrefix};

impl Model {
    /// Where the registrations of `port` want to be reached, each once; those of a queue that is being drained
    /// do not any more.
    pub fn scopes(&self, port: u16) -> Vec<ListenScope> {
        self.scopes.of(port).collect()
    }

    /// Whether a registration of `port` wants to be reached.
    #[must_use]
    pub fn is_reached(&self, port: u16) -> bool {
        self.scopes.of(port).next().is_some()
    }

    /// The prefixes of a group, by port; the order is the same in every run.
    pub(super) fn prefixes_of(&self, group: UrlGroupId) -> impl Iterator<Item = &UrlPrefix> {
        let group = self.groups.get(group.0);
        let places = group.into_iter().flat_map(|group| &group.urls);
        places.filter_map(|place| self.routing.at(*place))
    }

    pub(super) fn insert_url(
        &mut self,
        prefix: &UrlPrefix,
        registration: Registration,
    ) -> Result<(), Conflict> {
        let place = self.routing.insert(prefix, registration)?;
        if let Some(group) = self.groups.get_mut(registration.group.0) {
            group.urls.insert(place);
            if !group.quiet {
                self.scopes.add(prefix);
            }
        }
        Ok(())
    }

    /// False when the group has no such registration.
    pub(super) fn take_url(&mut self, prefix: &UrlPrefix, group: UrlGroupId) -> bool {
        let Some(place) = self.routing.take(prefix, group) else {
            return false;
        };
        if let Some(group) = self.groups.get_mut(group.0) {
            group.urls.remove(&place);
            if !group.quiet {
                self.scopes.take(prefix);
            }
        }
        true
    }

    pub(super) fn remove_all_urls(&mut self, group: UrlGroupId, effects: &mut Effects) -> Outcome {
        let prefixes: Vec<UrlPrefix> = self.prefixes_of(group).cloned().collect();
        for prefix in prefixes {
            self.take_url(&prefix, group);
            effects.routes = true;
            // Those of a group are by port.
            if effects.ports.last() != Some(&prefix.port()) {
                effects.ports.push(prefix.port());
            }
        }
        self.give_back_port(group);
        Outcome::Done
    }

    /// The group's queue is another one, or is being drained from now on.
    pub(super) fn follow_queue(&mut self, id: UrlGroupId) {
        let Some(group) = self.groups.get_mut(id.0) else {
            return;
        };
        let queue = group.queue.and_then(|queue| self.queues.get(queue.0));
        let quiet = queue.is_some_and(|queue| queue.draining);
        if group.quiet == quiet {
            return;
        }
        group.quiet = quiet;
        for place in &group.urls {
            match self.routing.at(*place) {
                Some(prefix) if quiet => self.scopes.take(prefix),
                Some(prefix) => self.scopes.add(prefix),
                None => {}
            }
        }
    }
}
