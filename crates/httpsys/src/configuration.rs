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

/// Timeouts of the service, as `netsh http add timeout` makes them: what a session has that sets
/// none of its own (TMO-002).
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
    /// HttpSetServiceConfiguration(HttpServiceConfigTimeout); `None` switches the timeout off
    /// (TMO-003). In force for the requests that come from now on (CFG-004).
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) (183) when it was set: remove it first
    /// (documented); [`Error::InvalidParameter`](crate::Error::InvalidParameter) (87) for a time that
    /// the API cannot say: whole seconds, 1 to 65,534; what is between two becomes the longer one.
    pub fn set_service_timeout(
        &self,
        timeout: ServiceTimeout,
        time: impl Into<Option<Duration>>,
    ) -> Result<()> {
        let seconds = time.into().map_or(Ok(u16::MAX), whole_seconds)?;
        self.configure(Change::SetTimeout { timeout, seconds })
    }

    /// HttpDeleteServiceConfiguration(HttpServiceConfigTimeout): the default of 120 seconds is in
    /// force again.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when it was not set.
    pub fn remove_service_timeout(&self, timeout: ServiceTimeout) -> Result<()> {
        self.configure(Change::RemoveTimeout { timeout })
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigTimeout): the time in force; `None` when the
    /// timeout is switched off.
    #[must_use]
    pub fn service_timeout(&self, timeout: ServiceTimeout) -> Option<Duration> {
        let seconds = self.configuration().timeout(timeout);
        (seconds != u16::MAX).then(|| Duration::from_secs(seconds.into()))
    }
}

/// The IP listen list, as `netsh http add iplisten` makes it. Empty, it lets the service listen on
/// all addresses; otherwise on those of the list only, where `0.0.0.0` and `::` stand for all of
/// their family (CFG-003).
///
/// A port has the list that was there when its first URL was added: changes are not for ports that
/// are open (documented for HTTP.sys, which has to be restarted). A URL that no listed address
/// leads to can be added, and is unreachable.
impl Service {
    /// HttpSetServiceConfiguration(HttpServiceConfigIPListenList).
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) for an address of the list;
    /// [`Error::NoResources`](crate::Error::NoResources) when the list has 256 addresses.
    pub fn add_listen_address(&self, address: IpAddr) -> Result<()> {
        self.configure(Change::AddListenAddress(address))
    }

    /// HttpDeleteServiceConfiguration(HttpServiceConfigIPListenList).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for an address that is not in the list.
    pub fn remove_listen_address(&self, address: IpAddr) -> Result<()> {
        self.configure(Change::RemoveListenAddress(address))
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigIPListenList), in the order of its making.
    #[must_use]
    pub fn listen_addresses(&self) -> Vec<IpAddr> {
        self.configuration().listen_addresses().to_vec()
    }

    /// HttpSetServiceConfiguration(HttpServiceConfigCache). Kept, and without effect: nothing is cached.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) when it was set: remove it first.
    pub fn set_cache_parameter(&self, parameter: CacheParameter, bytes: u32) -> Result<()> {
        self.configure(Change::SetCacheParameter { parameter, bytes })
    }

    /// HttpDeleteServiceConfiguration(HttpServiceConfigCache).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when it was not set.
    pub fn remove_cache_parameter(&self, parameter: CacheParameter) -> Result<()> {
        self.configure(Change::RemoveCacheParameter { parameter })
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigCache): the bytes of the record.
    #[must_use]
    pub fn cache_parameter(&self, parameter: CacheParameter) -> Option<u32> {
        self.configuration().cache_parameter(parameter)
    }

    /// HttpSetServiceConfiguration(HttpServiceConfigSetting). Kept, and without effect.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`](crate::Error::AlreadyExists) when it was set: remove it first.
    pub fn set_service_setting(&self, setting: ServiceSetting, value: u32) -> Result<()> {
        self.configure(Change::SetSetting { setting, value })
    }

    /// HttpDeleteServiceConfiguration(HttpServiceConfigSetting).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when it was not set.
    pub fn remove_service_setting(&self, setting: ServiceSetting) -> Result<()> {
        self.configure(Change::RemoveSetting { setting })
    }

    /// HttpQueryServiceConfiguration(HttpServiceConfigSetting): the value of the record.
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
