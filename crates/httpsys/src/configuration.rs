//! The configuration of a service: timeouts that sessions inherit, the IP listen list, settings.
//!
//! Owns the calls. Does not own the records (`httpsys_core::configuration`), nor where they are kept: that is the store
//! of the service; nor certificates (`ssl.rs`) and reservations (`reservation.rs`). Threading: as [`Service`].

use std::net::IpAddr;
use std::time::Duration;

use httpsys_core::call::{Control, Query};
use httpsys_core::configuration::{CacheParameter, Change, Configuration, ServiceSetting};

use crate::timeouts::whole_seconds;
use crate::{Result, Service, ServiceTimeout};

/// Timeouts of the service, as `netsh http add timeout` sets them. They apply to sessions that set
/// no timeouts of their own (TMO-002).
///
/// ```
/// use std::time::Duration;
///
/// use httpsys::{Error, Parameters, Service, ServiceTimeout};
///
/// # fn main() -> httpsys::Result<()> {
/// let service = Service::new(Parameters::default())?;
/// let timeout = ServiceTimeout::IdleConnection;
/// let (half, two) = (Duration::from_secs(30), Duration::from_secs(120));
/// assert_eq!(service.service_timeout(timeout), Some(two));
/// service.set_service_timeout(timeout, half)?;
/// assert_eq!(service.set_service_timeout(timeout, None), Err(Error::AlreadyExists));
/// service.remove_service_timeout(timeout)?;
/// assert_eq!(service.service_timeout(timeout), Some(two));
/// # Ok(())
/// # }
/// ```
impl Service {
    /// Sets a timeout: HttpSetServiceConfiguration(HttpServiceConfigTimeout). `None` switches it
    /// off (TMO-003). The setting applies to requests that arrive afterwards (CFG-004).
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) (183) when it has already been set:
    /// remove it first (documented); [`Error::InvalidParameter`](crate::Error::InvalidParameter)
    /// (87) for a time that the API cannot express. Times are whole seconds, 1 to 65,534; fractions
    /// are rounded up.
    pub fn set_service_timeout(
        &self,
        timeout: ServiceTimeout,
        time: impl Into<Option<Duration>>,
    ) -> Result<()> {
        let seconds = time.into().map_or(Ok(u16::MAX), whole_seconds)?;
        self.configure(Change::SetTimeout { timeout, seconds })
    }

    /// Restores the default of 120 seconds:
    /// HttpDeleteServiceConfiguration(HttpServiceConfigTimeout).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when it was not set.
    pub fn remove_service_timeout(&self, timeout: ServiceTimeout) -> Result<()> {
        self.configure(Change::RemoveTimeout { timeout })
    }

    /// Returns the timeout in effect: HttpQueryServiceConfiguration(HttpServiceConfigTimeout).
    /// `None` means that it is switched off.
    #[must_use]
    pub fn service_timeout(&self, timeout: ServiceTimeout) -> Option<Duration> {
        let seconds = self.configuration().timeout(timeout);
        (seconds != u16::MAX).then(|| Duration::from_secs(seconds.into()))
    }
}

/// The IP listen list, as `netsh http add iplisten` makes it. If it is empty, the service listens
/// on all addresses; otherwise it listens only on the addresses of the list, where `0.0.0.0` and
/// `::` stand for all addresses of their family (CFG-003).
///
/// A port uses the list that existed when its first URL was added: changes do not affect ports that
/// are open (documented for HTTP.sys, which has to be restarted). A URL for which the list has no
/// address can be added, but is unreachable.
impl Service {
    /// Adds an address to the list: HttpSetServiceConfiguration(HttpServiceConfigIPListenList).
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) for an address of the list;
    /// [`Error::NoResources`](crate::Error::NoResources) when the list has 256 addresses.
    pub fn add_listen_address(&self, address: IpAddr) -> Result<()> {
        self.configure(Change::AddListenAddress(address))
    }

    /// Removes an address from the list:
    /// HttpDeleteServiceConfiguration(HttpServiceConfigIPListenList).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for an address that is not in the list.
    pub fn remove_listen_address(&self, address: IpAddr) -> Result<()> {
        self.configure(Change::RemoveListenAddress(address))
    }

    /// Returns the list, in the order in which it was made:
    /// HttpQueryServiceConfiguration(HttpServiceConfigIPListenList).
    #[must_use]
    pub fn listen_addresses(&self) -> Vec<IpAddr> {
        self.configuration().listen_addresses().to_vec()
    }

    /// Sets a cache parameter: HttpSetServiceConfiguration(HttpServiceConfigCache).
    /// MaxCacheResponseSize is the length in bytes above which a response is not cached (G-246);
    /// CacheRangeChunkSize is stored without effect.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) when it was set: remove it first.
    pub fn set_cache_parameter(&self, parameter: CacheParameter, bytes: u32) -> Result<()> {
        self.configure(Change::SetCacheParameter { parameter, bytes })
    }

    /// Removes a cache parameter: HttpDeleteServiceConfiguration(HttpServiceConfigCache).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when it was not set.
    pub fn remove_cache_parameter(&self, parameter: CacheParameter) -> Result<()> {
        self.configure(Change::RemoveCacheParameter { parameter })
    }

    /// Returns a cache parameter in bytes, as it was set:
    /// HttpQueryServiceConfiguration(HttpServiceConfigCache).
    #[must_use]
    pub fn cache_parameter(&self, parameter: CacheParameter) -> Option<u32> {
        self.configuration().cache_parameter(parameter)
    }

    /// Stores a setting, which has no effect:
    /// HttpSetServiceConfiguration(HttpServiceConfigSetting).
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) when it was set: remove it first.
    pub fn set_service_setting(&self, setting: ServiceSetting, value: u32) -> Result<()> {
        self.configure(Change::SetSetting { setting, value })
    }

    /// Removes a setting: HttpDeleteServiceConfiguration(HttpServiceConfigSetting).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when it was not set.
    pub fn remove_service_setting(&self, setting: ServiceSetting) -> Result<()> {
        self.configure(Change::RemoveSetting { setting })
    }

    /// Returns the value of a setting: HttpQueryServiceConfiguration(HttpServiceConfigSetting).
    #[must_use]
    pub fn service_setting(&self, setting: ServiceSetting) -> Option<u32> {
        self.configuration().setting(setting)
    }

    pub(crate) fn configuration(&self) -> Configuration {
        let answer = self.engine().query(&Query::Configuration);
        let answer = answer.and_then(TryInto::try_into);
        // A file that cannot be read: what it said before is in force.
        answer.unwrap_or_else(|_| self.engine().configuration_in_force())
    }

    pub(crate) fn configure(&self, change: Change) -> Result<()> {
        self.control(Control::Configure(change)).map(drop)
    }
}
