//! Server sessions.
//!
//! Owns the life of an HTTP_SERVER_SESSION_ID. Does not own what belongs to the session: URL
//! groups hold it alive. Threading: `Send` and `Sync`.

use std::sync::Arc;

use httpsys_core::ServerSessionId;
use httpsys_core::call::{ApiVersion, Control, Outcome};

use crate::{Error, Result, Service};

/// A server session: the object in which URL groups are created.
///
/// Dropping it does not affect its URL groups: the session closes when it and the last of its
/// groups are gone. [`ServerSession::close`] closes it immediately, together with its groups.
///
/// ```
/// use httpsys::{Error, Parameters, Service};
///
/// # fn main() -> httpsys::Result<()> {
/// let session = Service::new(Parameters::default())?.create_server_session()?;
/// let group = session.create_url_group()?;
/// session.close()?;
/// // The group went with its session (SES-012).
/// assert_eq!(group.add_url("http://localhost:8080/").unwrap_err(), Error::InvalidParameter);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ServerSession {
    handle: Arc<SessionHandle>,
}

/// Keeps the session open.
#[derive(Debug)]
pub(crate) struct SessionHandle {
    pub(crate) service: Service,
    pub(crate) id: ServerSessionId,
}

impl Drop for SessionHandle {
    fn drop(&mut self) {
        // It fails if `close` came before, and then there is nothing to do.
        let _ = self
            .service
            .control(Control::CloseServerSession { session: self.id });
    }
}

/// Making sessions.
impl Service {
    /// Creates a session of version 2.0: HttpCreateServerSession.
    ///
    /// # Errors
    /// [`Error::NoResources`] when the service can hold no more sessions.
    pub fn create_server_session(&self) -> Result<ServerSession> {
        match self.control(Control::CreateServerSession {
            version: ApiVersion::V2,
        })? {
            Outcome::ServerSession(id) => Ok(ServerSession::new(self.clone(), id)),
            _ => Err(Error::Internal),
        }
    }
}

impl ServerSession {
    pub(crate) fn new(service: Service, id: ServerSessionId) -> Self {
        ServerSession {
            handle: Arc::new(SessionHandle { service, id }),
        }
    }

    /// HTTP_SERVER_SESSION_ID.
    #[must_use]
    pub fn id(&self) -> ServerSessionId {
        self.handle.id
    }

    /// Closes the session and its URL groups now: HttpCloseServerSession (SES-012). Requests that
    /// have been received, and those in a queue, are not affected.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when it has already been closed by its id.
    pub fn close(self) -> Result<()> {
        self.close_now()
    }

    pub(crate) fn handle(&self) -> &Arc<SessionHandle> {
        &self.handle
    }

    pub(crate) fn service(&self) -> &Service {
        &self.handle.service
    }

    pub(crate) fn close_now(&self) -> Result<()> {
        let call = Control::CloseServerSession {
            session: self.handle.id,
        };
        self.handle.service.control(call).map(drop)
    }
}
