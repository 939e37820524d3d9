//! The certificate records of a configuration.
//!
//! Owns: that a key has one record, and each type of a key one extended record. Does not own the records
//! (`ssl`, `ssl_extended`). They are few: a list in the order of their making, which is that of enumerations.

use super::ssl::{SslKey, SslKeyKind, SslRecord};
use super::ssl_extended::{SslExtended, SslExtendedKind, SslExtendedRecord};
use super::{Configuration, MAX_SSL_RECORDS};
use crate::error::Error;

impl Configuration {
    /// The certificate records, in the order of their making.
    #[must_use]
    pub fn ssl(&self) -> &[SslRecord] {
        &self.ssl
    }

    /// The extended certificate records, in the order of their making.
    #[must_use]
    pub fn ssl_extended(&self) -> &[SslExtendedRecord] {
        &self.ssl_extended
    }

    /// HttpQueryServiceConfiguration of a certificate record: the one of this key.
    #[must_use]
    pub fn ssl_of(&self, key: &SslKey) -> Option<&SslRecord> {
        self.ssl.iter().find(|record| record.key == *key)
    }

    /// The certificate record with this number of an enumeration of one kind.
    #[must_use]
    pub fn ssl_at(&self, kind: SslKeyKind, index: usize) -> Option<&SslRecord> {
        let mut records = self.ssl.iter().filter(|record| record.key.kind() == kind);
        records.nth(index)
    }

    /// HttpQueryServiceConfiguration of an extended certificate record.
    #[must_use]
    pub fn ssl_extended_of(&self, key: &SslKey, kind: SslExtendedKind) -> Option<&SslExtended> {
        let mut records = self.ssl_extended.iter();
        let found = records.find(|record| record.key == *key && record.value.kind() == kind);
        found.map(|record| &record.value)
    }

    /// The extended certificate record with this number of an enumeration of one kind and type.
    #[must_use]
    pub fn ssl_extended_at(
        &self,
        kind: SslKeyKind,
        extended: SslExtendedKind,
        index: usize,
    ) -> Option<&SslExtendedRecord> {
        let is_asked = |record: &&SslExtendedRecord| {
            record.key.kind() == kind && record.value.kind() == extended
        };
        self.ssl_extended.iter().filter(is_asked).nth(index)
    }

    pub(super) fn add_ssl(&mut self, record: SslRecord) -> Result<(), Error> {
        record.check()?;
        if self.ssl_of(&record.key).is_some() {
            return Err(Error::AlreadyExists);
        }
        if self.ssl.len() == MAX_SSL_RECORDS {
            return Err(Error::NoResources);
        }
        self.ssl.push(record);
        Ok(())
    }

    pub(super) fn update_ssl(&mut self, record: SslRecord) -> Result<(), Error> {
        record.check()?;
        let mut records = self.ssl.iter_mut();
        let found = records.find(|existing| existing.key == record.key);
        *found.ok_or(Error::NotFound)? = record;
        Ok(())
    }

    pub(super) fn remove_ssl(&mut self, key: &SslKey) -> Result<(), Error> {
        let at = self.ssl.iter().position(|record| record.key == *key);
        self.ssl.remove(at.ok_or(Error::NotFound)?);
        self.ssl_extended.retain(|record| record.key != *key);
        Ok(())
    }

    pub(super) fn add_ssl_extended(&mut self, record: SslExtendedRecord) -> Result<(), Error> {
        record.check()?;
        let kind = record.value.kind();
        if self.ssl_extended_of(&record.key, kind).is_some() {
            return Err(Error::AlreadyExists);
        }
        // It says more about an endpoint, which has to be there (assumed).
        if self.ssl_of(&record.key).is_none() {
            return Err(Error::NotFound);
        }
        if self.ssl_extended.len() == MAX_SSL_RECORDS {
            return Err(Error::NoResources);
        }
        self.ssl_extended.push(record);
        Ok(())
    }

    pub(super) fn update_ssl_extended(&mut self, record: SslExtendedRecord) -> Result<(), Error> {
        record.check()?;
        let at = self.position_of(&record.key, record.value.kind());
        self.ssl_extended[at.ok_or(Error::NotFound)?] = record;
        Ok(())
    }

    pub(super) fn remove_ssl_extended(
        &mut self,
        key: &SslKey,
        kind: SslExtendedKind,
    ) -> Result<(), Error> {
        let at = self.position_of(key, kind);
        self.ssl_extended.remove(at.ok_or(Error::NotFound)?);
        Ok(())
    }

    fn position_of(&self, key: &SslKey, kind: SslExtendedKind) -> Option<usize> {
        let mut records = self.ssl_extended.iter();
        records.position(|record| record.key == *key && record.value.kind() == kind)
    }
}
