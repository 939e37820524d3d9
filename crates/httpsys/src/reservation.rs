//! Reservations of URL prefixes, for services that enforce them.
//!
//! Owns the calls. Does not own the records (`httpsys-core`). Threading: as [`Service`].

use httpsys_core::call::Control;
use httpsys_core::reservation::Reservation;

use crate::text::utf16;
use crate::{Result, Service};

/// Reservations, as `netsh http add urlacl` makes them. They have an effect only with
/// [`Choices::enforce_url_acl`](crate::Choices::enforce_url_acl): then a URL for a host other than
/// loopback needs a reservation, as for programs without administrator rights on Windows (PFX-014).
///
/// ```
/// use httpsys::{Error, Parameters, Service};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut parameters = Parameters::default();
/// parameters.choices.enforce_url_acl = true;
/// let service = Service::new(parameters)?;
/// let group = service.create_server_session()?.create_url_group()?;
///
/// // This machine may be served without one.
/// let port = group.add_url("http://localhost:0/")?.port();
/// let url = format!("http://+:{port}/shop/");
/// assert_eq!(group.add_url(&url).unwrap_err(), Error::AccessDenied);
/// service.reserve_url(&url, "D:(A;;GX;;;WD)")?;
/// group.add_url(&url)?;
/// # Ok(())
/// # }
/// ```
impl Service {
    /// Reserves a prefix and all prefixes under it:
    /// HttpSetServiceConfiguration(HttpServiceConfigUrlAclInfo). The security descriptor must be
    /// valid SDDL. It is stored as it is, and the accounts in it are ignored.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) (87) for a string that is not a
    /// UrlPrefix and for a descriptor that is not valid;
    /// [`Error::InvalidAcl`](crate::Error::InvalidAcl) (1336) and
    /// [`Error::InvalidSid`](crate::Error::InvalidSid) (1337) for an entry or an account in it that
    /// is not valid; [`Error::AlreadyExists`](crate::Error::AlreadyExists) for a prefix that is
    /// already reserved, and for a prefix whose port is reserved or registered for the other
    /// scheme.
    pub fn reserve_url(&self, url: &str, descriptor: &str) -> Result<()> {
        self.control(Control::AddReservation(Reservation {
            url: utf16(url),
            descriptor: utf16(descriptor),
        }))
        .map(drop)
    }

    /// Removes a reservation: HttpDeleteServiceConfiguration(HttpServiceConfigUrlAclInfo).
    /// Registered URLs stay registered.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for a prefix that is not reserved;
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for a string that is not a
    /// UrlPrefix.
    pub fn unreserve_url(&self, url: &str) -> Result<()> {
        let url = utf16(url);
        self.control(Control::RemoveReservation { url }).map(drop)
    }
}
