//! URL groups: sets of URL prefixes that go to one request queue.
//!
//! Owns the life of an HTTP_URL_GROUP_ID. Does not own the grammar of prefixes or the choice among
//! them (`httpsys-core`). Threading: `Send` and `Sync`; a registration is in force when the call
//! that made it returns.

use httpsys_engine::reason;
use std::net::SocketAddr;
use std::sync::Arc;

use httpsys_core::UrlGroupId;
use httpsys_core::call::{Control, Outcome, Query, QueryAnswer};
use httpsys_core::url_prefix::{UrlPrefix, prepare};

use crate::session::SessionHandle;
use crate::text::utf16;
use crate::{Error, RegisterError, RequestQueue, Result, ServerSession, Service};

/// A URL group. Its URLs are removed when it is dropped or closed (SES-028).
///
/// Requests for a group that is not bound to a queue are answered with 503.
///
/// ```
/// use httpsys::{Error, Parameters, Service};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let service = Service::new(Parameters::default())?;
/// let queue = service.create_request_queue()?;
/// let group = service.create_server_session()?.create_url_group()?;
/// group.bind(&queue)?;
///
/// // Port 0 is a free port.
/// let url = group.add_url_with_context("http://localhost:0/shop/", 7)?.to_string();
/// assert_eq!(group.add_url(&url).unwrap_err(), Error::AlreadyExists);
/// // A prefix has a port and ends with a slash; the error says what is wrong in words.
/// let error = group.add_url("http://localhost/").unwrap_err();
/// assert_eq!(error, Error::InvalidParameter);
/// assert!(error.to_string().contains("it has no port"), "{error}");
/// group.remove_url(&url)?;
/// assert_eq!(group.remove_url(&url), Err(Error::NotFound));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct UrlGroup {
    session: Arc<SessionHandle>,
    id: UrlGroupId,
}

impl Drop for UrlGroup {
    fn drop(&mut self) {
        // It fails if the group or its session was closed before.
        let _ = self.close_now();
    }
}

/// Making URL groups.
impl ServerSession {
    /// Creates a URL group: HttpCreateUrlGroup.
    ///
    /// # Errors
    /// [`Error::NoResources`] when the service can hold no more groups.
    pub fn create_url_group(&self) -> Result<UrlGroup> {
        let call = Control::CreateUrlGroup { session: self.id() };
        match self.service().control(call)? {
            Outcome::UrlGroup(id) => Ok(UrlGroup::new(Arc::clone(self.handle()), id)),
            _ => Err(Error::Internal),
        }
    }
}

impl UrlGroup {
    pub(crate) fn new(session: Arc<SessionHandle>, id: UrlGroupId) -> Self {
        UrlGroup { session, id }
    }

    /// HTTP_URL_GROUP_ID.
    #[must_use]
    pub fn id(&self) -> UrlGroupId {
        self.id
    }

    /// Binds the group to a queue: HttpSetUrlGroupProperty(HttpServerBindingProperty). From now on,
    /// requests that match the group's URLs go to `queue`. The binding does not keep the queue
    /// open. A handle that only opened the queue can be used as well as its creator's (SES-033).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the queue belongs to another service or the group is
    /// closed; [`Error::InvalidHandle`] for a closed queue.
    pub fn bind(&self, queue: &RequestQueue) -> Result<()> {
        if !self.session.service.is_same(queue.service()) {
            return Err(reason::invalid("the queue belongs to another service"));
        }
        self.control(Control::BindUrlGroup {
            group: self.id,
            queue: Some(queue.id()),
        })
    }

    /// Removes the binding (SES-026).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the group is closed.
    pub fn unbind(&self) -> Result<()> {
        self.control(Control::BindUrlGroup {
            group: self.id,
            queue: None,
        })
    }

    /// Adds a URL with the context 0, and returns the prefix as it is registered:
    /// HttpAddUrlToUrlGroup.
    ///
    /// `url` is a UrlPrefix string: `http://HOST:PORT/PATH/` where HOST is a name, an address, `+`
    /// (every host, before all others) or `*` (every host that no other URL is registered for).
    ///
    /// Port 0 chooses a free port, which the returned prefix contains (an extension, G-129). The
    /// first URL of the group with port 0 takes a port, the others get the same one, and the group
    /// releases it with the last URL on it. `localhost` has the same port at `127.0.0.1` and `::1`.
    ///
    /// `https://` prefixes are served with the certificate that the configuration binds to their
    /// port, now or later (`httpsysctl dev-cert`, [`Service::add_ssl`]). Without a certificate,
    /// clients are reset (TLS-001). The process reports that once for each port: as an error event,
    /// or on standard error if nothing receives events.
    ///
    /// [`Service::add_ssl`]: crate::Service::add_ssl
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let service = httpsys::Service::new(httpsys::Parameters::default())?;
    /// # let group = service.create_server_session()?.create_url_group()?;
    /// let shop = group.add_url("http://localhost:0/shop/")?;
    /// let cart = group.add_url("http://localhost:0/shop/cart/")?;
    /// assert_eq!(shop.to_string(), format!("http://localhost:{}/shop/", cart.port()));
    /// assert_eq!(group.local_addrs()?[0].port(), shop.port());
    /// group.remove_url("http://localhost:0/shop/")?; // or by shop.to_string()
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RegisterError::refusal`] says why. [`Error::InvalidParameter`] for a string that is not a
    /// UrlPrefix (PFX-001 to PFX-008), [`Error::AlreadyExists`] for a prefix that is already
    /// registered (PFX-010) and for a port that is used with the other scheme (PFX-034),
    /// [`Error::PortInUse`] when another program uses the port (PFX-013), [`Error::InvalidNetName`]
    /// for an address that this machine does not have (PFX-033), [`Error::NotSupported`] for the
    /// unspecified address (PFX-032), [`Error::AccessDenied`] when the system or EnforceUrlAcl
    /// forbids it (PFX-014).
    pub fn add_url(&self, url: &str) -> Result<UrlPrefix, RegisterError> {
        self.add_url_with_context(url, 0)
    }

    /// Adds a URL: HttpAddUrlToUrlGroup. Every request for the prefix carries `context`, see
    /// [`crate::Request::url_context`].
    ///
    /// # Errors
    /// The same as those of [`UrlGroup::add_url`].
    pub fn add_url_with_context(
        &self,
        url: &str,
        context: u64,
    ) -> Result<UrlPrefix, RegisterError> {
        let units = utf16(url);
        let call = Control::AddUrlToUrlGroup {
            group: self.id,
            url: units.clone(),
            context,
        };
        let registered = self.service().engine().register(call);
        let port = registered.map_err(|refused| RegisterError::new(url, refused))?;
        let prefix = UrlPrefix::parse_with_port_zero(&units).map_err(|_| Error::Internal)?;
        Ok(prefix.with_port(port))
    }

    /// The port of a URL of the group. The URL may be passed as it was registered, with port 0.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a URL that the group does not have; [`Error::InvalidParameter`] for a
    /// string that is not a UrlPrefix and when the group is closed.
    pub fn url_port(&self, url: &str) -> Result<u16> {
        self.query(&Query::PortOfUrl {
            group: self.id,
            url: utf16(url),
        })
    }

    /// The URLs of the group as they are registered, by port.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the group is closed.
    pub fn urls(&self) -> Result<Vec<UrlPrefix>> {
        self.query(&Query::Urls { group: self.id })
    }

    /// The addresses at which the group's URLs can be reached, by port, IPv4 first: `127.0.0.1` and
    /// `::1` for `localhost`, `0.0.0.0` and `::` for `+`, `*` and other names. The list is empty if
    /// the group has no URL, or if the IP listen list allows none of the addresses.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the group is closed.
    pub fn local_addrs(&self) -> Result<Vec<SocketAddr>> {
        self.query(&Query::LocalAddresses {
            group: self.id,
            port: None,
        })
    }

    fn query<T: TryFrom<QueryAnswer, Error = Error>>(&self, query: &Query) -> Result<T> {
        self.service().engine().query(query)?.try_into()
    }

    /// Removes a URL: HttpRemoveUrlFromUrlGroup. Port 0 means the port that the group has for it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the group has no such URL (PFX-025); [`Error::InvalidParameter`]
    /// for a string that is not a UrlPrefix.
    pub fn remove_url(&self, url: &str) -> Result<()> {
        self.control(Control::RemoveUrlFromUrlGroup {
            group: self.id,
            url: Some(utf16(url)),
        })
    }

    /// Removes all URLs: HttpRemoveUrlFromUrlGroup with HTTP_URL_FLAG_REMOVE_ALL (PFX-026).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the group is closed.
    pub fn remove_all_urls(&self) -> Result<()> {
        self.control(Control::RemoveUrlFromUrlGroup {
            group: self.id,
            url: None,
        })
    }

    /// Closes the group: HttpCloseUrlGroup.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the group was closed together with its session.
    pub fn close(self) -> Result<()> {
        self.close_now()
    }

    pub(crate) fn service(&self) -> &Service {
        &self.session.service
    }

    pub(crate) fn close_now(&self) -> Result<()> {
        self.control(Control::CloseUrlGroup { group: self.id })
    }

    fn control(&self, call: Control) -> Result<()> {
        self.session.service.control(call).map(drop)
    }
}

/// Prepares a URL for [`UrlGroup::add_url`]: HttpPrepareUrl. A host in Punycode, or in any spelling
/// of a Unicode name, becomes the Unicode name (HST-014); a missing port or path is added.
///
/// ```
/// assert_eq!(
///     httpsys::prepare_url("HTTP://xn--bcher-kva.example").as_deref(),
///     Ok("http://bücher.example:80/")
/// );
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] for a URL that cannot be a UrlPrefix.
pub fn prepare_url(url: &str) -> Result<String> {
    let units = utf16(url);
    let units = prepare(&units).map_err(|why| {
        httpsys_engine::warn_of_prefix(&units, why);
        why.error()
    })?;
    String::from_utf16(&units).map_err(|_| Error::Internal)
}
