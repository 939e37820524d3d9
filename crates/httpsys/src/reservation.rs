//! Reservations of URL prefixes, for services that enforce them.
//!
//! Owns the calls. Does not own the records (`httpsys-core`). Threading: as [`Service`].

use httpsys_core::call::Control;
use httpsys_core::reservation::Reservation;

use crate::text::utf16;
use crate::{Result, Service};

/// Reservations, as `netsh http add urlacl` makes them. They matter only with
/// [`Choices::enforce_url_acl`](crate::Choices::enforce_url_acl): then a URL for another host than
/// the loopback's needs one, as for programs without administrator rights (PFX-014).
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
    /// HttpSetServiceConfiguration(HttpServiceConfigUrlAclInfo): reserves a prefix and all below
    /// it. The security descriptor has to be one, in SDDL; it is kept as it is, and whom it names is not
    /// looked at.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) (87) for a string that is not a
    /// UrlPrefix and for a descriptor that is not valid; [`Error::InvalidAcl`](crate::Error::InvalidAcl) (1336)
    /// and [`Error::InvalidSid`](crate::Error::InvalidSid) (1337) for an entry or an account in it that is
    /// none; [`Error::AlreadyExists`](crate::Error::AlreadyExists) for a prefix that is reserved, and for one
    /// whose port is reserved or registered for the other scheme.
    pub fn reserve_url(&self, url: &str, descriptor: &str) -> Result<()> {
        self.control(Control::AddReservation(Reservation {
            url: utf16(url),
            descriptor: utf16(descriptor),
        }))
        .map(drop)
    }

    /// HttpDeleteServiceConfiguration(HttpServiceConfigUrlAclInfo). What was registered stays.
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
