//! A listening socket's handle.

use std::io;
use std::net::SocketAddr;

use crate::handshake::NotAccepted;
use crate::role::Role;
use crate::rules::AcceptFault;
use crate::shared::SharedNetwork;
use crate::stream::Stream;
use crate::watches::PollSource;

/// EMFILE.
#[cfg(unix)]
const NO_DESCRIPTORS: i32 = 24;
/// WSAEMFILE.
#[cfg(not(unix))]
const NO_DESCRIPTORS: i32 = 10_024;

/// A listening socket. When it is dropped, connections that nobody has accepted are reset.
#[derive(Debug)]
pub struct Listener {
    shared: SharedNetwork,
    id: u32,
    address: SocketAddr,
}

impl Listener {
    pub(crate) fn new(shared: SharedNetwork, id: u32, address: SocketAddr) -> Listener {
        Listener {
            shared,
            id,
            address,
        }
    }

    /// The next connection, and the client's address.
    ///
    /// # Errors
    /// `WouldBlock` if none waits; by faults EMFILE (WSAEMFILE on Windows), after which the connection
    /// still waits, and `ConnectionAborted`, after which it is gone.
    pub fn accept(&self) -> io::Result<(Stream, SocketAddr)> {
        let accepted = self.shared.call(|state| {
            let number = state.accept(self.id)?;
            let client = state.connections.get(&number).map(|it| it.client);
            client.map_or(Err(NotAccepted::NoneWaits), |client| Ok((number, client)))
        });
        match accepted {
            Ok((number, client)) => {
                let stream = Stream::new(self.shared.clone(), number, Role::Server);
                Ok((stream, client))
            }
            Err(NotAccepted::NoneWaits) => Err(io::ErrorKind::WouldBlock.into()),
            Err(NotAccepted::Fault(AcceptFault::Aborted)) => {
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Err(NotAccepted::Fault(AcceptFault::NoDescriptors)) => {
                Err(io::Error::from_raw_os_error(NO_DESCRIPTORS))
            }
        }
    }

    /// The address it listens on, with its port.
    ///
    /// # Errors
    /// None; the form is that of the sockets of std and mio.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }

    pub(crate) fn source(&self) -> (&SharedNetwork, PollSource) {
        (&self.shared, PollSource::Listener(self.id))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.call(|state| state.close_listener(self.id));
    }
}
