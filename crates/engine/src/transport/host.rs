//! The machine whose addresses and ports a service has.
//!
//! Owns: opening sockets that listen, the poll that tells of them, and what is known of addresses and
//! ports. Does not own: which of them a registration needs (`listener.rs`, `control/free_port.rs`).
//! Threading: any thread.

use std::io;
use std::net::{IpAddr, SocketAddr};

#[cfg(feature = "sim")]
use std::sync::Weak;

use super::listening::Listening;
use crate::poll::poller::{PollRegistry, Poller, mio_poll};
#[cfg(feature = "sim")]
use crate::poll::simulated::simulated_poll;
use crate::sys;

/// See the module head.
pub(crate) enum Host {
    /// The machine that the process runs on.
    System,
    /// That of a simulated network, for threads of a world.
    #[cfg(feature = "sim")]
    Simulated(
        httpsys_network::Network,
        Weak<dyn httpsys_socket::world::World>,
    ),
}

/// Connections that a simulated listener lets wait: as many as on Linux.
#[cfg(feature = "sim")]
const BACKLOG: usize = 4096;

impl Host {
    /// Makes a poll for its sockets.
    ///
    /// # Errors
    /// The system has no descriptor for it.
    pub(crate) fn new_poll(&self) -> io::Result<(Poller, PollRegistry)> {
        match self {
            Host::System => mio_poll(),
            #[cfg(feature = "sim")]
            Host::Simulated(network, world) => {
                let (poller, registry) = simulated_poll(network, world);
                Ok((Poller::Memory(poller), PollRegistry::Memory(registry)))
            }
        }
    }

    /// Opens a listening socket on exactly this address and port; port 0 is a free one.
    ///
    /// # Errors
    /// `AddrInUse` when somebody else has the port (PFX-013), and whatever the system says.
    pub(crate) fn listen(&self, address: SocketAddr) -> io::Result<Listening> {
        match self {
            Host::System => sys::listen(address).map(Listening::Tcp),
            #[cfg(feature = "sim")]
            Host::Simulated(network, _) => network.listen(address, BACKLOG).map(Listening::Memory),
        }
    }

    /// Whether a prefix may have this address as its host (PFX-033).
    pub(crate) fn has_address(&self, ip: IpAddr) -> bool {
        match self {
            Host::System => sys::has_address(ip),
            #[cfg(feature = "sim")]
            Host::Simulated(network, _) => network.has_address(ip),
        }
    }

    /// Whose socket has this address and port, in words, where the system tells this program.
    pub(crate) fn port_owner(&self, address: SocketAddr) -> Option<String> {
        match self {
            Host::System => sys::port_owner(address),
            #[cfg(feature = "sim")]
            Host::Simulated(..) => None,
        }
    }
}
