//! The service as the control socket asks it.
//!
//! Owns: when the socket is opened, that it is one for each service, and that it keeps no service alive. Does
//! not own: the socket, its thread and the protocol (`httpsys-control`). Threading: any thread.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use httpsys_control::{ControlServer, Source};
use httpsys_core::Error;
use httpsys_core::call::{Query, QueryAnswer};

use crate::service::{Service, WeakService};

/// The variable that opens the socket of the process's service.
const VARIABLE: &str = "HTTPSYS_CONTROL";

struct ControlSource(WeakService);

impl Source for ControlSource {
    fn query(&self, query: &Query) -> Result<QueryAnswer, Error> {
        let service = self.0.upgrade().ok_or(Error::NotInitialized)?;
        service.query(query)
    }

    fn flush_cache(&self, url: Option<&[u16]>, recursive: bool) -> Result<u64, Error> {
        let service = self.0.upgrade().ok_or(Error::NotInitialized)?;
        service.flush_cache_of_all(url, recursive)
    }

    fn flush_logs(&self) -> Result<(), Error> {
        let service = self.0.upgrade().ok_or(Error::NotInitialized)?;
        service.flush_logs();
        Ok(())
    }
}

impl Service {
    /// Opens the socket through which `httpsysctl` of the same user looks at the service, and returns its
    /// path. From now on the lines of requests that the program has are kept, so that they can be shown. A
    /// socket that is open already stays as it is. It closes when the service stops.
    ///
    /// # Errors
    /// What the system says: the run directory cannot be used, or it has no descriptor or thread left;
    /// [`ErrorKind::Unsupported`] on Windows, and for a service on a simulated network.
    pub fn open_control(&self) -> io::Result<PathBuf> {
        if self.is_inherited() {
            return Err(io::Error::other("the service is that of the parent"));
        }
        #[cfg(feature = "sim")]
        if httpsys_socket::world::current().is_some() {
            let why = "a simulated service has no control socket";
            return Err(io::Error::new(ErrorKind::Unsupported, why));
        }
        let mut control = self.control_server().lock();
        if let Some(open) = &*control {
            return Ok(open.path().to_owned());
        }
        self.remember_requests();
        let open = httpsys_control::open(ControlSource(self.downgrade()))?;
        let path = open.path().to_owned();
        *control = Some(open);
        Ok(path)
    }

    /// Closes it, if it is open.
    pub(crate) fn close_control(&self) {
        let open: Option<ControlServer> = self.control_server().lock().take();
        drop(open);
    }

    /// Opens it if the environment asks for it. What goes wrong is told, and the service goes on without.
    pub(crate) fn open_control_of_environment(&self) {
        let Some(value) = std::env::var_os(VARIABLE) else {
            return;
        };
        let failed = match value.to_str() {
            Some("1") => self.open_control().err(),
            Some("0" | "") => None,
            _ => Some(io::Error::new(
                ErrorKind::InvalidInput,
                "is neither 0 nor 1",
            )),
        };
        if let Some(error) = failed {
            tracing::warn!(%error, "no control socket");
            // Whoever set the variable may be nobody who reads events.
            eprintln!("httpsys: {VARIABLE}: {error}");
        }
    }
}
