//! Reservations of the namespace: who may register below which prefix.
//!
//! Owns: the records of HttpServiceConfigUrlAclInfo, their conflicts (surface 6.2), and whether a
//! prefix is covered by one (PFX-014). Does not own when that is asked (`model`) nor the meaning of
//! a security descriptor: the text is kept and given back as it is, and a reservation is good for
//! every program of the service. Invariant: `table` has the prefix of each record, and no other.
//! Threading: plain data.

use crate::error::Error;
use crate::ids::UrlGroupId;
use crate::routing::{Registration, RoutingTable};
use crate::url_prefix::UrlPrefix;

/// The longest security descriptor in UTF-16 units (ours: no page names a bound).
pub const MAX_DESCRIPTOR: usize = 32 * 1024;

/// Who owns the entries of the table: nobody that has an id.
const NOBODY: UrlGroupId = UrlGroupId(0);

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The prefix as it was given, UTF-16.
    pub url: Vec<u16>,
    /// The security descriptor in SDDL, as it was given.
    pub descriptor: Vec<u16>,
}

/// See the module head.
#[derive(Debug, Default)]
pub struct Reservations {
    table: RoutingTable,
    /// In the order of their making, for enumerations.
    records: Vec<(UrlPrefix, Reservation)>,
}

impl Reservations {
    /// Adds a record.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix and for a descriptor that
    /// is empty or too long; [`Error::AlreadyExists`] (183) for a prefix that is reserved, and for
    /// one whose port is reserved with the other scheme.
    pub fn add(&mut self, reservation: Reservation) -> Result<(), Error> {
        let length = reservation.descriptor.len();
        if length == 0 || length > MAX_DESCRIPTOR {
            return Err(Error::InvalidParameter);
        }
        let prefix = parse(&reservation.url)?;
        let entry = Registration {
            group: NOBODY,
            context: 0,
        };
        let inserted = self.table.insert(&prefix, entry);
        inserted.map_err(|_| Error::AlreadyExists)?;
        self.records.push((prefix, reservation));
        Ok(())
    }

    /// Removes a record. Registrations below it stay.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix; [`Error::NotFound`] (2)
    /// for a prefix that is not reserved.
    pub fn remove(&mut self, url: &[u16]) -> Result<(), Error> {
        let prefix = parse(url)?;
        if !self.table.remove(&prefix, NOBODY) {
            return Err(Error::NotFound);
        }
        self.records.retain(|(reserved, _)| *reserved != prefix);
        Ok(())
    }

    /// The record of exactly this prefix.
    ///
    /// # Errors
    /// As [`Reservations::remove`].
    pub fn get(&self, url: &[u16]) -> Result<&Reservation, Error> {
        let prefix = parse(url)?;
        let mut records = self.records.iter();
        let found = records.find(|(reserved, _)| *reserved == prefix);
        found.map(|(_, record)| record).ok_or(Error::NotFound)
    }

    /// The record with this number of an enumeration.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<&Reservation> {
        self.records.get(index).map(|(_, record)| record)
    }

    /// Whether `prefix` is reserved, or lies below a reserved one of its host.
    #[must_use]
    pub fn cover(&self, prefix: &UrlPrefix) -> bool {
        let mut reserved = self.table.prefixes_on(prefix.port());
        reserved.any(|reserved| reserved.contains(prefix))
    }

    /// The reserved prefixes, for requests (RTE-012). The registrations mean nothing.
    #[must_use]
    pub fn table(&self) -> &RoutingTable {
        &self.table
    }
}

fn parse(url: &[u16]) -> Result<UrlPrefix, Error> {
    Ok(UrlPrefix::parse(url)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    fn reservation(url: &str) -> Reservation {
        Reservation {
            url: utf16(url),
            descriptor: utf16("D:(A;;GX;;;WD)"),
        }
    }

    fn reserved(urls: &[&str]) -> Reservations {
        let mut reservations = Reservations::default();
        for url in urls {
            reservations.add(reservation(url)).expect(url);
        }
        reservations
    }

    #[test]
    fn records_are_kept_as_given_and_in_order() {
        let mut all = reserved(&["http://+:80/A/", "http://*:80/", "http://host:80/a"]);
        assert_eq!(all.at(0), Some(&reservation("http://+:80/A/")));
        assert_eq!(all.at(2), Some(&reservation("http://host:80/a")));
        assert_eq!(all.at(3), None);
        let same = utf16("http://HOST:80/A/");
        assert_eq!(all.get(&same), Ok(&reservation("http://host:80/a")));
        assert_eq!(all.remove(&same), Ok(()));
        assert_eq!(all.remove(&same), Err(Error::NotFound));
        assert_eq!(all.get(&same), Err(Error::NotFound));
        assert_eq!(all.at(1), Some(&reservation("http://*:80/")));
    }

    #[test]
    fn conflicts_and_bad_records_are_refused() {
        let mut all = reserved(&["http://+:80/a/"]);
        let mut add = |url: &str| all.add(reservation(url));
        assert_eq!(add("http://+:80/A"), Err(Error::AlreadyExists));
        assert_eq!(add("https://+:80/b/"), Err(Error::AlreadyExists));
        assert_eq!(add("http://+:80"), Err(Error::InvalidParameter));
        // Another category is no conflict.
        assert_eq!(add("http://*:80/a/"), Ok(()));
        let nobody = Reservation {
            url: utf16("http://+:81/"),
            descriptor: Vec::new(),
        };
        assert_eq!(all.add(nobody), Err(Error::InvalidParameter));
        assert_eq!(all.at(2), None);
    }

    #[test]
    fn pfx_014_a_reservation_covers_its_host_by_whole_segments() {
        let all = reserved(&["http://+:80/a/", "http://host:81/"]);
        for (url, covered) in [
            ("http://+:80/a/", true),
            ("http://+:80/A/b/", true),
            ("http://+:80/ab/", false),
            ("http://+:80/", false),
            ("http://*:80/a/", false),
            ("http://host:80/a/", false),
            ("http://HOST:81/x/", true),
            ("https://host:81/x/", false),
            ("http://+:82/a/", false),
        ] {
            let prefix = UrlPrefix::parse_str(url).expect(url);
            assert_eq!(all.cover(&prefix), covered, "{url}");
        }
    }
}
