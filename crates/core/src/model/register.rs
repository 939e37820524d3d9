//! Registrations and reservations of URLs: who may have which.
//!
//! Owns: the order in which a registration is looked at, and why it is refused. Does not own: the
//! prefixes (`url_prefix`), conflicts within one table (`routing`), and what only the driver knows:
//! the addresses of this machine and who has its ports. Threading: plain data.

use super::{Effects, Model};
use crate::call::Outcome;
use crate::error::Error;
use crate::ids::UrlGroupId;
use crate::refusal::Refusal;
use crate::reservation::{Reservation, check_descriptor};
use crate::routing::{Registration, RoutingTable};
use crate::url_prefix::{ListenScope, UrlPrefix};

impl Model {
    pub(super) fn register(
        &mut self,
        group: UrlGroupId,
        url: &[u16],
        context: u64,
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        match self.add_url(group, url, context) {
            Ok(prefix) => {
                effects.routes = true;
                effects.ports.push(prefix.port());
                Ok(Outcome::Done)
            }
            Err(refusal) => {
                let error = refusal.error();
                effects.refusal = Some(refusal);
                Err(error)
            }
        }
    }

    fn add_url(
        &mut self,
        group: UrlGroupId,
        url: &[u16],
        context: u64,
    ) -> Result<UrlPrefix, Refusal> {
        let prefix = self.prefix_of(group, url)?;
        if prefix.port() == 0 {
            // The driver had none to offer.
            return Err(Refusal::NoFreePort);
        }
        if !self.may_register(&prefix) {
            return Err(self.not_reserved(&prefix));
        }
        check_scheme(&prefix, &self.routing, false)?;
        check_scheme(&prefix, self.records.reservations.table(), true)?;
        let known = self.routing.get(&prefix);
        let inserted = self.insert_url(&prefix, Registration { group, context });
        inserted.map_err(|_| {
            let owner = known.map_or(group, |registration| registration.group);
            let same_group = owner == group;
            Refusal::Registered { owner, same_group }
        })?;
        Ok(prefix)
    }

    /// PFX-014: as HTTP.sys lets a program without administrator rights register.
    fn may_register(&self, prefix: &UrlPrefix) -> bool {
        !self.enforce_url_acl
            || prefix.listen_scope() != ListenScope::Any
            || self.records.reservations.cover(prefix)
    }

    #[cold]
    fn not_reserved(&self, prefix: &UrlPrefix) -> Refusal {
        let other = self.records.reservations.on_port(prefix.port());
        let text = |units: &[u16]| String::from_utf16_lossy(units);
        Refusal::NotReserved {
            other: other.map(|other| (text(&other.url), text(&other.descriptor))),
        }
    }

    pub(super) fn reserve(
        &mut self,
        reservation: Reservation,
        effects: &mut Effects,
    ) -> Result<(), Error> {
        let prefix = UrlPrefix::parse(&reservation.url)?;
        let checked = check_scheme(&prefix, &self.routing, false)
            .and_then(|()| check_scheme(&prefix, self.records.reservations.table(), true))
            .and_then(|()| Ok(check_descriptor(&reservation.descriptor)?));
        if let Err(refusal) = checked {
            let error = refusal.error();
            effects.refusal = Some(refusal);
            return Err(error);
        }
        let added = self.records.reservations.add(reservation);
        if added == Err(Error::AlreadyExists) {
            effects.refusal = Some(Refusal::Reserved);
        }
        added
    }

    pub(super) fn remove_url(
        &mut self,
        group: UrlGroupId,
        url: &[u16],
        effects: &mut Effects,
    ) -> Result<Outcome, Error> {
        let prefix = self.prefix_of(group, url)?;
        if !self.take_url(&prefix, group) {
            return Err(Error::NotFound);
        }
        self.give_back_port(group);
        effects.routes = true;
        effects.ports.push(prefix.port());
        Ok(Outcome::Done)
    }
}

/// PFX-022, PFX-034: a port carries one scheme, whether by registrations or by reservations.
fn check_scheme(prefix: &UrlPrefix, table: &RoutingTable, reserved: bool) -> Result<(), Refusal> {
    let port = prefix.port();
    match table.scheme_of(port) {
        Some(carries) if carries != prefix.scheme() => Err(Refusal::OtherScheme {
            port,
            carries,
            reserved,
        }),
        _ => Ok(()),
    }
}
