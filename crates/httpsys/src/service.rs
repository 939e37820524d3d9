//! The service as a Rust program holds it.
//!
//! Owns: which service an object belongs to and when a private service stops. Does not own the
//! objects: each is made in its own file (`session.rs`, `queue.rs`). Invariant: an object is only
//! ever used with the service that made it. Threading: `Send` and `Sync`, cloning is cheap.

use httpsys_engine::reason;
use std::io::ErrorKind;
use std::sync::Arc;

use httpsys_core::call::{Control, Outcome};

use crate::{
    ConfigurationStore, ConnectionId, ConnectionStatus, Error, Finding, Parameters, Result,
};

/// One HTTP.sys in user space: the namespace in which URLs and queue names are unique.
///
/// Most programs use [`Service::global`], the service of the process, which the C functions of the
/// same process share. A private service ([`Service::new`]) shares only the machine's ports with
/// others; it stops when its last handle and the last object made by it are gone.
///
/// ```
/// use httpsys::{Error, Parameters, Service};
///
/// # fn main() -> httpsys::Result<()> {
/// let service = Service::new(Parameters::default())?;
/// let queue = service.create_named_request_queue("orders")?;
/// // Names belong to one service.
/// assert_eq!(service.create_named_request_queue("orders").unwrap_err(), Error::AlreadyExists);
/// let same = service.open_request_queue("orders")?;
/// assert_eq!(same.id(), queue.id());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Service {
    shared: Arc<SharedService>,
}

#[derive(Debug)]
struct SharedService {
    engine: httpsys_engine::Service,
    /// The global service is never stopped: others may use it too.
    private: bool,
}

impl Drop for SharedService {
    fn drop(&mut self) {
        if self.private {
            self.engine.stop();
        }
    }
}

impl Service {
    /// The service of this process. It never stops.
    ///
    /// Its configuration store is the file that `HTTPSYS_CONFIG` names, or the user's default file,
    /// which other processes share (`docs/CONFIGURATION.md`). As for C programs, its parameters are
    /// read from that file and from the environment when the service is first used:
    /// `HTTPSYS_PARAMETERS` names a file of lines `Name = value`, and `HTTPSYS_<Name>=value` is
    /// applied after it; all other parameters have their defaults. [`Service::new`] does not read
    /// the environment. [`Parameters`] and `docs/PARAMETERS.md` describe the parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a setting that cannot be applied, and
    /// [`Error::ConfigurationBroken`] (1009) for a configuration file that is not valid, in this
    /// call and in every later one; an error event and a line on standard error name the cause,
    /// once. [`Error::NoResources`] (8) when the system has no free descriptor.
    pub fn global() -> Result<Service> {
        let engine = httpsys_engine::Service::global()?.clone();
        Ok(Service::of(engine, false))
    }

    /// A new service with its own namespace and the given registry parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a parameter outside its documented range (LIM rows): an
    /// error event and [`Parameters::validate`] say in words which one; [`Error::NoResources`] when
    /// the system has no free descriptor.
    pub fn new(parameters: Parameters) -> Result<Service> {
        Service::with_configuration(parameters, Arc::new(ConfigurationStore::memory()))
    }

    /// Works like [`Service::new`], with this configuration store.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    ///
    /// use httpsys::{ConfigurationStore, Parameters, Service, StorePlace};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = ConfigurationStore::open(StorePlace::File("shop.json".into()))?;
    /// let service = Service::with_configuration(Parameters::default(), Arc::new(store))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The same as those of [`Service::new`].
    pub fn with_configuration(
        parameters: Parameters,
        store: Arc<ConfigurationStore>,
    ) -> Result<Service> {
        match httpsys_engine::Service::with_configuration(parameters, store) {
            Ok(engine) => Ok(Service::of(engine, true)),
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                Err(reason::invalid(error.to_string()))
            }
            Err(_) => Err(Error::NoResources),
        }
    }

    /// The registry parameters of this service.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        self.engine().parameters()
    }

    /// Waits until every entry that has been logged so far is in its file (`netsh http flush
    /// logbuffer`). Otherwise that may take a second in access logs. The call waits for the disk.
    pub fn flush_logs(&self) {
        self.engine().flush_logs();
    }

    /// Opens the socket through which `httpsysctl show servicestate`, `show counters`, `why` and
    /// `--watch` of the same user inspect this service, and returns its path. For the service of
    /// the process, `HTTPSYS_CONTROL=1` in the environment does the same. The only change that can
    /// be made through it is to empty the response cache.
    ///
    /// # Errors
    /// The error of the system, for instance because the run directory (`$XDG_RUNTIME_DIR/httpsys`,
    /// otherwise `httpsys-UID` in the directory for temporary files) is accessible to other users,
    /// or because there is no free descriptor or thread; [`ErrorKind::Unsupported`] on Windows and
    /// for a simulated service.
    pub fn open_control(&self) -> std::io::Result<std::path::PathBuf> {
        self.engine().open_control()
    }

    /// Why a connection ended, or that it is still open: for a program that got
    /// [`Error::ConnectionInvalid`] or a failed send and wants to know the cause. It may be called
    /// from any thread at any moment.
    #[must_use]
    pub fn fate_of(&self, connection: ConnectionId) -> ConnectionStatus {
        self.engine().fate_of(connection)
    }

    /// What strict mode has found: each misuse of the API with the call, its arguments and what to do instead. Always
    /// empty unless [`Parameters::strict`] is set. The first 1,024 are kept.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.engine().findings()
    }

    /// Forgets what strict mode has found so far.
    pub fn clear_findings(&self) {
        self.engine().clear_findings();
    }

    /// True if both are handles of the same service.
    #[must_use]
    pub fn is_same(&self, other: &Service) -> bool {
        // The global service has one engine but may have several `SharedService`.
        Arc::ptr_eq(&self.shared, &other.shared) || (!self.shared.private && !other.shared.private)
    }

    /// A service on the network and under the clock that `engine` was made with:
    /// `httpsys_sim::Sim::service` calls it. It is stopped as one of [`Service::new`] is.
    #[cfg(feature = "sim")]
    #[must_use]
    pub fn simulated(engine: httpsys_engine::Service) -> Service {
        Service::of(engine, true)
    }

    fn of(engine: httpsys_engine::Service, private: bool) -> Service {
        Service {
            shared: Arc::new(SharedService { engine, private }),
        }
    }

    pub(crate) fn engine(&self) -> &httpsys_engine::Service {
        &self.shared.engine
    }

    pub(crate) fn control(&self, call: Control) -> Result<Outcome> {
        self.shared.engine.control(call)
    }
}
