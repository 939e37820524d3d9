//! Reservations of the namespace: who may register below which prefix.
//!
//! Owns: the records of HttpServiceConfigUrlAclInfo, their conflicts (surface 6.2), and whether a
//! prefix is covered by one (PFX-014). Does not own when that is asked (`model`) nor the meaning of
//! a security descriptor: it has to be one (G-132), its text is kept and given back as it is, and a reservation
//! is good for every program of the service. Invariant: `table` has the prefix of each record, and no other; each
//! URL ends with a slash. Threading: plain data.

use std::sync::Arc;

use httpsys_sddl::InvalidDescriptor;
use httpsys_sddl::text as sddl;

use crate::error::Error;
use crate::ids::UrlGroupId;
use crate::routing::{Registration, RoutingTable};
use crate::url_prefix::{SLASH, UrlPrefix};

/// The longest security descriptor in UTF-16 units (ours: no page names a bound).
pub const MAX_DESCRIPTOR: usize = 32 * 1024;

/// Who owns the entries of the table: nobody that has an id.
const NOBODY: UrlGroupId = UrlGroupId(0);

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The prefix as it was given, UTF-16; a final slash that was missing is there (observed: G-189).
    pub url: Vec<u16>,
    /// The security descriptor in SDDL, as it was given.
    pub descriptor: Vec<u16>,
}

/// See the module head.
#[derive(Clone, Debug, Default)]
pub struct Reservations {
    /// The context of each is its number.
    table: RoutingTable,
    /// In the order of their making, for enumerations. Copies share them until one changes.
    records: Arc<Vec<Arc<NumberedReservation>>>,
    last: u64,
}

#[derive(Debug)]
struct NumberedReservation {
    /// Those made later have higher ones.
    number: u64,
    port: u16,
    record: Reservation,
}

impl Reservations {
    /// Adds a record.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix; what [`check_descriptor`] says;
    /// [`Error::AlreadyExists`] (183) for a prefix that is reserved, and for one whose port is reserved
    /// with the other scheme.
    pub fn add(&mut self, mut reservation: Reservation) -> Result<(), Error> {
        let prefix = parse(&reservation.url)?;
        check_descriptor(&reservation.descriptor)?;
        if reservation.url.last() != Some(&SLASH) {
            reservation.url.push(SLASH);
        }
        let entry = Registration {
            group: NOBODY,
            context: self.last + 1,
        };
        let inserted = self.table.insert(&prefix, entry);
        inserted.map_err(|_| Error::AlreadyExists)?;
        self.last += 1;
        Arc::make_mut(&mut self.records).push(Arc::new(NumberedReservation {
            number: self.last,
            port: prefix.port(),
            record: reservation,
        }));
        Ok(())
    }

    /// Removes a record. Registrations below it stay.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a string that is no UrlPrefix; [`Error::NotFound`] (2)
    /// for a prefix that is not reserved.
    pub fn remove(&mut self, url: &[u16]) -> Result<(), Error> {
        let prefix = parse(url)?;
        let at = self.position(&prefix).ok_or(Error::NotFound)?;
        self.table.remove(&prefix, NOBODY);
        Arc::make_mut(&mut self.records).remove(at);
        Ok(())
    }

    /// The record of exactly this prefix.
    ///
    /// # Errors
    /// As [`Reservations::remove`].
    pub fn get(&self, url: &[u16]) -> Result<&Reservation, Error> {
        let prefix = parse(url)?;
        let at = self.position(&prefix).ok_or(Error::NotFound)?;
        self.at(at).ok_or(Error::NotFound)
    }

    fn position(&self, prefix: &UrlPrefix) -> Option<usize> {
        let number = self.table.get(prefix)?.context;
        let found = self.records.binary_search_by_key(&number, |one| one.number);
        found.ok()
    }

    /// The record with this number of an enumeration.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<&Reservation> {
        self.records.get(index).map(|one| &one.record)
    }

    /// Whether `prefix` is reserved, or lies below a reserved one of its host.
    #[must_use]
    pub fn cover(&self, prefix: &UrlPrefix) -> bool {
        self.table.above(prefix).next().is_some()
    }

    /// All records, in the order of their making.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Reservation> {
        self.records.iter().map(|one| &one.record)
    }

    /// The first record on a port: what is told of who has something there.
    #[must_use]
    pub fn on_port(&self, port: u16) -> Option<&Reservation> {
        let mut records = self.records.iter();
        let found = records.find(|one| one.port == port);
        found.map(|one| &one.record)
    }

    /// The reserved prefixes, for requests (RTE-012). The registrations mean nothing.
    #[must_use]
    pub fn table(&self) -> &RoutingTable {
        &self.table
    }
}

/// Whether a security descriptor is one: HTTP.sys keeps it in binary form (G-132).
///
/// # Errors
/// Descriptors that are missing, not SDDL, or too long (87); an entry (1336) or an account (1337) that is not valid.
pub fn check_descriptor(descriptor: &[u16]) -> Result<(), InvalidDescriptor> {
    if descriptor.is_empty() || descriptor.len() > MAX_DESCRIPTOR {
        return Err(InvalidDescriptor::Text);
    }
    let text = String::from_utf16(descriptor).map_err(|_| InvalidDescriptor::Text)?;
    sddl::parse(&text).map(drop)
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
        // Observed (G-189): the slash is added.
        assert_eq!(all.at(2), Some(&reservation("http://host:80/a/")));
        assert_eq!(all.at(3), None);
        let same = utf16("http://HOST:80/A/");
        assert_eq!(all.get(&same), Ok(&reservation("http://host:80/a/")));
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
        for (descriptor, error) in [
            ("", Error::InvalidParameter),
            ("nonsense", Error::InvalidParameter),
            ("D:(A;;GX;;;WD", Error::InvalidAcl),
            ("D:(A;;GX;;;ZZ)", Error::InvalidSid),
        ] {
            let bad = Reservation {
                url: utf16("http://+:81/"),
                descriptor: utf16(descriptor),
            };
            assert_eq!(all.add(bad), Err(error), "{descriptor}");
        }
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
