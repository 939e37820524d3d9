//! Port 0: a URL group's registrations on a port that the driver chooses (G-129, ours).
//!
//! Owns: what port 0 stands for. The first URL with port 0 of a URL group, or of a version 1 queue,
//! needs a port that the driver takes and offers; the others have the same one, and so has a removal.
//! With the group's last URL on it the port is given back. Does not own: which port is free
//! (`httpsys-engine`). Invariant: a group's port is one on which it has a registration, except
//! between an offer and the call that it is for. Threading: plain data.

use super::{GroupRecord, Model};
use crate::call::Control;
use crate::error::Error;
use crate::ids::{QueueId, UrlGroupId};
use crate::routing::Place;
use crate::url_prefix::{InvalidPrefix, UrlPrefix};

/// What the driver has to look at before it applies a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Who registers.
    pub group: UrlGroupId,
    /// What: with port 0 a free port has to be taken and offered. If the host is an address, this
    /// machine has to have it (PFX-033).
    pub prefix: UrlPrefix,
}

impl Model {
    /// What `call` wants to register. `None` for every other call, and for one that will fail as it
    /// is.
    #[must_use]
    pub fn wanted(&self, call: &Control) -> Option<Wanted> {
        let (group, url) = match call {
            Control::AddUrlToUrlGroup { group, url, .. } => (self.group_of_v2(*group), url),
            Control::AddUrl { queue, url } => (self.group_of_v1(*queue), url),
            _ => return None,
        };
        let group = group.ok()?;
        let prefix = self.prefix_of(group, url).ok()?;
        Some(Wanted { group, prefix })
    }

    /// Port 0 in the group's URLs stands for this port from now on.
    pub fn offer_port(&mut self, group: UrlGroupId, port: u16) {
        if let Some(group) = self.groups.get_mut(group.0) {
            group.free_port = Some(port);
        }
    }

    /// Takes an offer back whose call has failed.
    pub fn give_back_port(&mut self, group: UrlGroupId) {
        let Some(port) = self.free_port_of(group) else {
            return;
        };
        if let Some(group) = self.groups.get_mut(group.0) {
            // By port: the first one from there on.
            let used = group.urls.range(Place::first_of(port)..).next();
            if used.is_none_or(|place| place.port() != port) {
                group.free_port = None;
            }
        }
    }

    /// The port of a URL that a URL group has, given as it was registered or with its port.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix and for an unknown group;
    /// [`Error::NotFound`] (2) for a URL that the group does not have.
    pub fn port_of_url(&self, group: UrlGroupId, url: &[u16]) -> Result<u16, Error> {
        let group = self.group_of_v2(group)?;
        self.port_in(group, url)
    }

    /// As [`Model::port_of_url`] for a version 1 queue.
    ///
    /// # Errors
    /// As [`Model::port_of_url`]; [`Error::InvalidHandle`] (6) for a closed queue,
    /// [`Error::InvalidParameter`] (87) for one of version 2.
    pub fn port_of_v1_url(&self, queue: QueueId, url: &[u16]) -> Result<u16, Error> {
        let group = self.group_of_v1(queue)?;
        self.port_in(group, url)
    }

    /// The URLs of a group, by port.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown group.
    pub fn urls_of(&self, group: UrlGroupId) -> Result<Vec<UrlPrefix>, Error> {
        let group = self.group_of_v2(group)?;
        Ok(self.prefixes_of(group).cloned().collect())
    }

    fn port_in(&self, group: UrlGroupId, url: &[u16]) -> Result<u16, Error> {
        let prefix = self.prefix_of(group, url)?;
        match self.routing.get(&prefix) {
            Some(registration) if registration.group == group => Ok(prefix.port()),
            _ => Err(Error::NotFound),
        }
    }

    /// The prefix that a group means by `url`. Its port is 0 while the group has none for that.
    pub(super) fn prefix_of(
        &self,
        group: UrlGroupId,
        url: &[u16],
    ) -> Result<UrlPrefix, InvalidPrefix> {
        let prefix = if self.port_zero {
            UrlPrefix::parse_with_port_zero(url)
        } else {
            UrlPrefix::parse(url)
        }?;
        Ok(match (prefix.port(), self.free_port_of(group)) {
            (0, Some(port)) => prefix.with_port(port),
            _ => prefix,
        })
    }

    fn free_port_of(&self, group: UrlGroupId) -> Option<u16> {
        self.groups
            .get(group.0)
            .and_then(|group: &GroupRecord| group.free_port)
    }
}
