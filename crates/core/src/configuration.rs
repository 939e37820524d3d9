//! The configuration of the service that is no reservation: machine-wide timeouts, the IP listen
//! list, the parameters of the response cache.
//!
//! Owns: the records of HttpServiceConfigTimeout, HttpServiceConfigIPListenList and
//! HttpServiceConfigCache, and what is in force where there is none. Does not own reservations
//! (`reservation`) nor what the values do: timeouts are what sessions inherit (`property`), the list
//! restricts the driver's listeners, and nothing is cached (G-094). A record lives as long as the
//! service, also over HttpTerminate (CFG-004; HTTP.sys keeps it on disk). Invariant: each value is
//! one that the API takes. Threading: plain data.

use std::net::IpAddr;

use crate::error::Error;
use crate::property::Timeouts;

/// Entries of the IP listen list that are kept (ours: no page names a bound).
pub const MAX_LISTEN_ADDRESSES: usize = 256;

/// HTTP_SERVICE_CONFIG_TIMEOUT_KEY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceTimeout {
    /// Between two requests of a connection (TMO-012).
    IdleConnection,
    /// For a request head.
    HeaderWait,
}

/// HTTP_SERVICE_CONFIG_CACHE_KEY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheParameter {
    /// The greatest response that is cached, in bytes.
    MaxCacheResponseSize,
    /// The piece in which ranges of a cached response are read, in bytes.
    CacheRangeChunkSize,
}

/// A change of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// HttpSetServiceConfiguration(HttpServiceConfigTimeout).
    SetTimeout {
        /// Which.
        timeout: ServiceTimeout,
        /// Seconds; 65535 switches it off (TMO-003).
        seconds: u16,
    },
    /// HttpDeleteServiceConfiguration(HttpServiceConfigTimeout): the default is in force again.
    RemoveTimeout {
        /// Which.
        timeout: ServiceTimeout,
    },
    /// HttpSetServiceConfiguration(HttpServiceConfigIPListenList).
    AddListenAddress(IpAddr),
    /// HttpDeleteServiceConfiguration(HttpServiceConfigIPListenList).
    RemoveListenAddress(IpAddr),
    /// HttpSetServiceConfiguration(HttpServiceConfigCache).
    SetCacheParameter {
        /// Which.
        parameter: CacheParameter,
        /// Bytes.
        bytes: u32,
    },
    /// HttpDeleteServiceConfiguration(HttpServiceConfigCache).
    RemoveCacheParameter {
        /// Which.
        parameter: CacheParameter,
    },
}

/// See the module head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    idle_connection: Option<u16>,
    header_wait: Option<u16>,
    max_cache_response_size: Option<u32>,
    cache_range_chunk_size: Option<u32>,
    listen: Vec<IpAddr>,
}

impl Configuration {
    /// Makes a change.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] (183) for a record that is there: it is to be removed first
    /// (documented); [`Error::NotFound`] (2) for the removal of one that is not (assumed);
    /// [`Error::InvalidParameter`] (87) for a timeout of 0, which would be no value (assumed);
    /// [`Error::NoResources`] (8) beyond [`MAX_LISTEN_ADDRESSES`]. Nothing has changed then.
    pub fn apply(&mut self, change: Change) -> Result<(), Error> {
        match change {
            Change::SetTimeout { seconds: 0, .. } => Err(Error::InvalidParameter),
            Change::SetTimeout { timeout, seconds } => insert(self.timeout_mut(timeout), seconds),
            Change::RemoveTimeout { timeout } => remove(self.timeout_mut(timeout)),
            Change::AddListenAddress(address) => self.add_listen_address(address),
            Change::RemoveListenAddress(address) => self.remove_listen_address(address),
            Change::SetCacheParameter { parameter, bytes } => {
                insert(self.cache_parameter_mut(parameter), bytes)
            }
            Change::RemoveCacheParameter { parameter } => {
                remove(self.cache_parameter_mut(parameter))
            }
        }
    }

    /// What sessions inherit: [`Timeouts::DEFAULT`] where there is no record.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        let default = Timeouts::DEFAULT;
        Timeouts {
            idle_connection: self.idle_connection.unwrap_or(default.idle_connection),
            header_wait: self.header_wait.unwrap_or(default.header_wait),
            ..default
        }
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigTimeout): the seconds in force.
    #[must_use]
    pub fn timeout(&self, timeout: ServiceTimeout) -> u16 {
        match timeout {
            ServiceTimeout::IdleConnection => self.timeouts().idle_connection,
            ServiceTimeout::HeaderWait => self.timeouts().header_wait,
        }
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigCache): the bytes of the record.
    #[must_use]
    pub fn cache_parameter(&self, parameter: CacheParameter) -> Option<u32> {
        match parameter {
            CacheParameter::MaxCacheResponseSize => self.max_cache_response_size,
            CacheParameter::CacheRangeChunkSize => self.cache_range_chunk_size,
        }
    }

    /// The IP listen list in the order of its making; empty is "all addresses" (CFG-003).
    #[must_use]
    pub fn listen_addresses(&self) -> &[IpAddr] {
        &self.listen
    }

    fn add_listen_address(&mut self, address: IpAddr) -> Result<(), Error> {
        if self.listen.contains(&address) {
            return Err(Error::AlreadyExists);
        }
        if self.listen.len() == MAX_LISTEN_ADDRESSES {
            return Err(Error::NoResources);
        }
        self.listen.push(address);
        Ok(())
    }

    fn remove_listen_address(&mut self, address: IpAddr) -> Result<(), Error> {
        let at = self.listen.iter().position(|entry| *entry == address);
        self.listen.remove(at.ok_or(Error::NotFound)?);
        Ok(())
    }

    fn timeout_mut(&mut self, timeout: ServiceTimeout) -> &mut Option<u16> {
        match timeout {
            ServiceTimeout::IdleConnection => &mut self.idle_connection,
            ServiceTimeout::HeaderWait => &mut self.header_wait,
        }
    }

    fn cache_parameter_mut(&mut self, parameter: CacheParameter) -> &mut Option<u32> {
        match parameter {
            CacheParameter::MaxCacheResponseSize => &mut self.max_cache_response_size,
            CacheParameter::CacheRangeChunkSize => &mut self.cache_range_chunk_size,
        }
    }
}

fn insert<T>(record: &mut Option<T>, value: T) -> Result<(), Error> {
    if record.is_some() {
        return Err(Error::AlreadyExists);
    }
    *record = Some(value);
    Ok(())
}

fn remove<T>(record: &mut Option<T>) -> Result<(), Error> {
    record.take().map(drop).ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cfg_004_a_timeout_is_set_once_and_its_removal_restores_the_default() {
        let mut configuration = Configuration::default();
        let timeout = ServiceTimeout::HeaderWait;
        let set = |seconds| Change::SetTimeout { timeout, seconds };
        assert_eq!(configuration.timeouts(), Timeouts::DEFAULT);
        assert_eq!(configuration.apply(set(0)), Err(Error::InvalidParameter));
        assert_eq!(configuration.apply(set(7)), Ok(()));
        assert_eq!(configuration.apply(set(8)), Err(Error::AlreadyExists));
        assert_eq!(configuration.timeout(timeout), 7);
        let expected = Timeouts {
            header_wait: 7,
            ..Timeouts::DEFAULT
        };
        assert_eq!(configuration.timeouts(), expected);
        let gone = Change::RemoveTimeout { timeout };
        assert_eq!(configuration.apply(gone), Ok(()));
        assert_eq!(configuration.apply(gone), Err(Error::NotFound));
        assert_eq!(configuration, Configuration::default());
    }

    #[test]
    fn cfg_003_the_listen_list_keeps_each_address_once() {
        let mut configuration = Configuration::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let other: IpAddr = "::1".parse().unwrap();
        for address in [address, other] {
            assert_eq!(
                configuration.apply(Change::AddListenAddress(address)),
                Ok(())
            );
        }
        let again = configuration.apply(Change::AddListenAddress(other));
        assert_eq!(again, Err(Error::AlreadyExists));
        assert_eq!(configuration.listen_addresses(), [address, other]);
        let gone = Change::RemoveListenAddress(address);
        assert_eq!(configuration.apply(gone), Ok(()));
        assert_eq!(configuration.apply(gone), Err(Error::NotFound));
        assert_eq!(configuration.listen_addresses(), [other]);
    }
}
