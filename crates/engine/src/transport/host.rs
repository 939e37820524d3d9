//! The machine whose addresses, ports and log files a service has.
//!
//! Owns: opening sockets that listen, the poll that tells of them, what is known of addresses and
//! ports, and where logs are written. Does not own: which of them a registration needs (`listener.rs`,
//! `control/free_port.rs`). Threading: any thread.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
#[cfg(feature = "sim")]
use std::sync::Weak;

use httpsys_logging::{AccessLog, Config, ErrorLog, ErrorLogSettings, StdFiles, WriterSettings};

use super::listening::Listening;
use crate::poll::poller::{PollRegistry, Poller, mio_poll};
#[cfg(feature = "sim")]
use crate::poll::simulated::simulated_poll;
use crate::sys::{self, PassedEndpoint};

/// See the module head.
pub(crate) enum Host {
    /// The machine that the process runs on.
    System,
    /// A simulated one.
    #[cfg(feature = "sim")]
    Simulated(SimulatedHost),
}

/// A simulated network and a disk in memory, for threads of a world.
#[cfg(feature = "sim")]
pub(crate) struct SimulatedHost {
    pub(crate) network: httpsys_network::Network,
    pub(crate) disk: httpsys_logging::MemoryDisk,
    pub(crate) world: Weak<dyn httpsys_socket::world::World>,
}

/// Connections that a simulated listener lets wait: as many as on Linux.
#[cfg(feature = "sim")]
const BACKLOG: usize = 4096;

impl Host {
    /// Whether it is a machine that does not exist.
    pub(crate) fn is_simulated(&self) -> bool {
        !matches!(self, Host::System)
    }

    /// Makes a poll for its sockets.
    ///
    /// # Errors
    /// The system has no descriptor for it.
    pub(crate) fn new_poll(&self) -> io::Result<(Poller, PollRegistry)> {
        match self {
            Host::System => mio_poll(),
            #[cfg(feature = "sim")]
            Host::Simulated(host) => {
                let (poller, registry) = simulated_poll(&host.network, &host.world);
                Ok((Poller::Memory(poller), PollRegistry::Memory(registry)))
            }
        }
    }

    /// Listens on exactly this address and port, with the socket that was passed for them or with a new one; port 0 is
    /// a free one.
    ///
    /// # Errors
    /// `AddrInUse` when somebody else has the port (PFX-013), and whatever the system says.
    pub(crate) fn listen(&self, address: SocketAddr) -> io::Result<Listening> {
        match self {
            Host::System => match sys::listen_on_passed(address)? {
                Some(listener) => Ok(Listening::Passed(listener)),
                None => sys::listen(address).map(Listening::Tcp),
            },
            #[cfg(feature = "sim")]
            Host::Simulated(host) => {
                let listening = host.network.listen(address, BACKLOG);
                listening.map(Listening::Memory)
            }
        }
    }

    /// Where the sockets of this port listen that a service manager has passed. If there are any, nothing else is
    /// opened on the port.
    pub(crate) fn passed_on(&self, port: u16) -> Vec<PassedEndpoint> {
        match self {
            Host::System => sys::passed_on(port),
            #[cfg(feature = "sim")]
            Host::Simulated(_) => Vec::new(),
        }
    }

    /// Whether a prefix may have this address as its host (PFX-033).
    pub(crate) fn has_address(&self, ip: IpAddr) -> bool {
        match self {
            Host::System => sys::has_address(ip),
            #[cfg(feature = "sim")]
            Host::Simulated(host) => host.network.has_address(ip),
        }
    }

    /// Whose socket has this address and port, in words, where the system tells this program.
    pub(crate) fn port_owner(&self, address: SocketAddr) -> Option<String> {
        match self {
            Host::System => sys::port_owner(address),
            #[cfg(feature = "sim")]
            Host::Simulated(_) => None,
        }
    }

    /// Makes the directory of a log, and says whether files can be made in it.
    ///
    /// # Errors
    /// Whatever the system says.
    pub(crate) fn make_writable(&self, directory: &Path) -> io::Result<()> {
        match self {
            Host::System => sys::make_writable(directory),
            #[cfg(feature = "sim")]
            Host::Simulated(host) => host.disk.make_directory(directory).map(drop),
        }
    }

    /// Starts an access log in its directory.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub(crate) fn start_access_log(&self, config: &Config) -> io::Result<AccessLog> {
        let settings = WriterSettings::default();
        match self {
            Host::System => AccessLog::start(config, &settings),
            #[cfg(feature = "sim")]
            Host::Simulated(host) => {
                let files = host.disk.make_directory(Path::new(&config.directory))?;
                AccessLog::start_in(files, config, &settings)
            }
        }
    }

    /// Starts the HTTPERR log below this directory.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub(crate) fn start_error_log(
        &self,
        directory: &Path,
        settings: &ErrorLogSettings,
    ) -> io::Result<ErrorLog> {
        let files = StdFiles::error_log(directory);
        match self {
            Host::System => ErrorLog::start(files, settings),
            #[cfg(feature = "sim")]
            Host::Simulated(host) => {
                let files = host.disk.make_directory(files.directory())?;
                ErrorLog::start(files, settings)
            }
        }
    }
}
