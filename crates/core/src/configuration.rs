//! The configuration of the service that is no reservation: machine-wide timeouts, the IP listen
//! list, certificates, the parameters of the response cache, settings.
//!
//! Owns: the records of HttpServiceConfigTimeout, HttpServiceConfigIPListenList, HttpServiceConfigCache,
//! HttpServiceConfigSetting and the certificate records (`ssl`, `ssl_extended`), and what is in force where
//! there is none. Does not own reservations (`reservation`) nor what the values do: timeouts are what sessions
//! inherit (`property`), the list restricts the driver's listeners, and the cache's limits are those of `cache`.
//! Nor does it own where records are kept (CFG-004): that is the store's. Invariant: each value is one that the
//! API takes. Threading: plain data.

use std::net::IpAddr;

use crate::error::Error;
use crate::property::Timeouts;

mod certificates;
pub mod ssl;
pub mod ssl_extended;

use ssl::{SslKey, SslRecord};
use ssl_extended::{SslExtendedKind, SslExtendedRecord};

/// Entries of the IP listen list that are kept (ours: no page names a bound).
pub const MAX_LISTEN_ADDRESSES: usize = 256;

/// Certificate records that are kept, and as many extended ones (ours).
pub const MAX_SSL_RECORDS: usize = 4096;

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
    /// The length in bytes above which a response is not cached.
    MaxCacheResponseSize,
    /// The piece in which ranges of a cached response are read, in bytes.
    CacheRangeChunkSize,
}

/// HTTP_SERVICE_CONFIG_SETTING_KEY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceSetting {
    /// HttpTlsThrottle: whether handshakes are throttled. Stored without effect; MaxTlsHandshakes
    /// limits handshakes.
    TlsThrottle,
}

/// A change of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// HttpSetServiceConfiguration(HttpServiceConfigSetting).
    SetSetting {
        /// Which.
        setting: ServiceSetting,
        /// The value.
        value: u32,
    },
    /// HttpDeleteServiceConfiguration(HttpServiceConfigSetting).
    RemoveSetting {
        /// Which.
        setting: ServiceSetting,
    },
    /// HttpSetServiceConfiguration of a certificate record.
    AddSsl(SslRecord),
    /// HttpUpdateServiceConfiguration of a certificate record.
    UpdateSsl(SslRecord),
    /// HttpDeleteServiceConfiguration of a certificate record, with the extended ones of its key.
    RemoveSsl(SslKey),
    /// HttpSetServiceConfiguration of an extended certificate record.
    AddSslExtended(SslExtendedRecord),
    /// HttpUpdateServiceConfiguration of an extended certificate record.
    UpdateSslExtended(SslExtendedRecord),
    /// HttpDeleteServiceConfiguration of an extended certificate record.
    RemoveSslExtended {
        /// What it is for.
        key: SslKey,
        /// Which of those of the key.
        kind: SslExtendedKind,
    },
}

/// See the module head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    idle_connection: Option<u16>,
    header_wait: Option<u16>,
    max_cache_response_size: Option<u32>,
    cache_range_chunk_size: Option<u32>,
    tls_throttle: Option<u32>,
    listen: Vec<IpAddr>,
    ssl: Vec<SslRecord>,
    ssl_extended: Vec<SslExtendedRecord>,
}

impl Configuration {
    /// Makes a change.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] (183) for a record that is there: it is to be removed first
    /// (documented); [`Error::NotFound`] (2) for the removal (assumed) or update (documented) of one that is
    /// not; [`Error::InvalidParameter`] (87) for a timeout of 0, which would be no value (assumed), and for a
    /// certificate record that [`SslRecord::check`] refuses; [`Error::NoResources`] (8) beyond
    /// [`MAX_LISTEN_ADDRESSES`] and [`MAX_SSL_RECORDS`]. Nothing has changed then.
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
            Change::SetSetting { setting, value } => insert(self.setting_mut(setting), value),
            Change::RemoveSetting { setting } => remove(self.setting_mut(setting)),
            Change::AddSsl(record) => self.add_ssl(record),
            Change::UpdateSsl(record) => self.update_ssl(record),
            Change::RemoveSsl(key) => self.remove_ssl(&key),
            Change::AddSslExtended(record) => self.add_ssl_extended(record),
            Change::UpdateSslExtended(record) => self.update_ssl_extended(record),
            Change::RemoveSslExtended { key, kind } => self.remove_ssl_extended(&key, kind),
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

    /// The value of a timeout's record.
    #[must_use]
    pub fn timeout_record(&self, timeout: ServiceTimeout) -> Option<u16> {
        match timeout {
            ServiceTimeout::IdleConnection => self.idle_connection,
            ServiceTimeout::HeaderWait => self.header_wait,
        }
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigSetting): the value of the record.
    #[must_use]
    pub fn setting(&self, setting: ServiceSetting) -> Option<u32> {
        match setting {
            ServiceSetting::TlsThrottle => self.tls_throttle,
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

    fn setting_mut(&mut self, setting: ServiceSetting) -> &mut Option<u32> {
        match setting {
            ServiceSetting::TlsThrottle => &mut self.tls_throttle,
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
mod tests;
