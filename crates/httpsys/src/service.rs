//! The service as a Rust program holds it.
//!
//! Owns: which service an object belongs to and when a private service stops. Does not own the
//! objects: each is made in its own file (`session.rs`, `queue.rs`). Invariant: an object is only
//! ever used with the service that made it. Threading: `Send` and `Sync`, cloning is cheap.

use httpsys_engine::reason;
use std::io::ErrorKind;
use std::sync::Arc;

use httpsys_core::call::{Control, Outcome};

use crate::{ConfigurationStore, ConnectionId, ConnectionStatus, Error, Parameters, Result};

/// One HTTP.sys in user space: the namespace in which URLs and queue names are unique.
///
/// Most programs use [`Service::global`], the service of the process, which the C functions of
/// the same process share. A private service ([`Service::new`]) shares nothing with others but
/// the machine's ports; it stops when its last handle and the last object made by it are gone.
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
    /// Its configuration store is the file that `HTTPSYS_CONFIG` names, or the user's; what it holds is shared with
    /// other processes (`docs/CONFIGURATION.md`). Its parameters come from that file and from the environment when it
    /// is first asked for, as for programs in C: `HTTPSYS_PARAMETERS` names a file of lines `Name = value`, and
    /// `HTTPSYS_<Name>=value` is applied after it; what is not named has its default. [`Service::new`] reads no
    /// environment.
    /// What there is to set: [`Parameters`] and `docs/PARAMETERS.md`.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a setting that cannot be applied, in this call and in
    /// every later one: an error event and a line on standard error say which, once. The same with
    /// [`Error::ConfigurationBroken`] (1009) for a configuration file that cannot be understood.
    /// [`Error::NoResources`] (8) when the system has no descriptor for it.
    pub fn global() -> Result<Service> {
        let engine = httpsys_engine::Service::global()?.clone();
        Ok(Service::of(engine, false))
    }

    /// A new service with its own namespace and the given registry parameters.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a parameter outside its documented range (LIM rows): an
    /// error event and [`Parameters::validate`] say in words which one;
    /// [`Error::NoResources`] when the system has no descriptor for it.
    pub fn new(parameters: Parameters) -> Result<Service> {
        Service::with_configuration(parameters, Arc::new(ConfigurationStore::memory()))
    }

    /// As [`Service::new`], with this configuration store.
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
    /// As [`Service::new`].
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

    /// Waits until every entry that was logged so far is in its file (`netsh http flush logbuffer`):
    /// in access logs it may take a second otherwise. It waits for the disk.
    pub fn flush_logs(&self) {
        self.engine().flush_logs();
    }

    /// Opens the socket through which `httpsysctl show servicestate`, `show counters`, `why` and `--watch`
    /// of the same user look at this service, and returns its path: for the service of the process
    /// `HTTPSYS_CONTROL=1` in the environment does the same. Nothing can be changed through it.
    ///
    /// # Errors
    /// What the system says: the run directory (`$XDG_RUNTIME_DIR/httpsys`, else `httpsys-UID` in the
    /// directory for temporary files) is not this user's alone, or there is no descriptor or thread left;
    /// [`ErrorKind::Unsupported`] on Windows and for a simulated service.
    pub fn open_control(&self) -> std::io::Result<std::path::PathBuf> {
        self.engine().open_control()
    }

    /// Why a connection ended, or that it has not: for a program that got [`Error::ConnectionInvalid`]
    /// or a broken send and wants to know whose doing it was. Any thread, at any moment.
    #[must_use]
    pub fn fate_of(&self, connection: ConnectionId) -> ConnectionStatus {
        self.engine().fate_of(connection)
    }

    /// True when both are handles of one service.
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
