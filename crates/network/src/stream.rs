//! The handle of one end of a connection.

use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr};

use crate::end::TcpState;
use crate::role::{ConnectionNumber, Role};
use crate::shared::SharedNetwork;
use crate::watches::PollSource;

/// One end of a connection; no call blocks. Dropped, it is closed: with FIN, or with a reset if received
/// bytes are unread. The errors are those of Linux.
#[derive(Debug)]
pub struct Stream {
    shared: SharedNetwork,
    number: ConnectionNumber,
    role: Role,
}

impl Stream {
    pub(crate) fn new(shared: SharedNetwork, number: ConnectionNumber, role: Role) -> Stream {
        Stream {
            shared,
            number,
            role,
        }
    }

    /// Which connection of the network it is, and which end.
    #[must_use]
    pub fn id(&self) -> (ConnectionNumber, Role) {
        (self.number, self.role)
    }

    /// Reads what has arrived; 0 at the end of the stream.
    ///
    /// # Errors
    /// `WouldBlock` if nothing has arrived; the error of the connection, once.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let (number, role) = self.id();
        Ok(self.shared.call(|state| state.read(number, role, buffer))?)
    }

    /// Hands bytes over, as many as there is room for.
    ///
    /// # Errors
    /// `WouldBlock` without room; the error of the connection, once; `BrokenPipe` when nothing can be sent
    /// any more.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    /// As [`Stream::write`], with several pieces.
    ///
    /// # Errors
    /// As [`Stream::write`].
    pub fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let (number, role) = self.id();
        Ok(self
            .shared
            .call(|state| state.write(number, role, pieces))?)
    }

    /// Ends one direction or both. Shutting reading down stops nothing from arriving, as on Linux.
    ///
    /// # Errors
    /// `NotConnected` when the connection has ended.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let (number, role) = self.id();
        Ok(self
            .shared
            .call(|state| state.shutdown(number, role, how))?)
    }

    /// The peer's address.
    ///
    /// # Errors
    /// `NotConnected` before the connection is there and when it has ended.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.shared.look(|state| {
            let connection = state.connections.get(&self.number);
            let open = connection.filter(|it| it.end(self.role).state == TcpState::Open);
            let address = open.map(|it| it.address(self.role.peer()));
            address.ok_or_else(|| io::ErrorKind::NotConnected.into())
        })
    }

    /// The address of this end.
    ///
    /// # Errors
    /// None; the form is that of the sockets of std and mio.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.shared.look(|state| {
            let connection = state.connections.get(&self.number);
            let address = connection.map(|it| it.address(self.role));
            address.ok_or_else(|| io::ErrorKind::NotConnected.into())
        })
    }

    /// SO_ERROR: the error of the connection, once.
    ///
    /// # Errors
    /// None; the form is that of the sockets of std and mio.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        let error = self.shared.call(|state| {
            let connection = state.connections.get_mut(&self.number)?;
            connection.end_mut(self.role).error.take()
        });
        Ok(error.map(io::Error::from))
    }

    /// Breaks the connection off: the peer gets a reset, and what was not sent is lost.
    pub fn reset(self) {
        let (number, role) = self.id();
        // What the drop finds is closed already.
        self.shared.call(|state| state.reset(number, role));
    }

    /// Bytes that the peer has not acknowledged; the end of the stream counts as one (SIOCOUTQ of tcp(7)).
    #[must_use]
    pub fn unacknowledged(&self) -> u64 {
        self.shared.look(|state| {
            let connection = state.connections.get(&self.number);
            connection.map_or(0, |it| it.outgoing(self.role).unacknowledged())
        })
    }

    pub(crate) fn source(&self) -> (&SharedNetwork, PollSource) {
        (&self.shared, PollSource::End(self.number, self.role))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let (number, role) = self.id();
        self.shared.call(|state| state.close(number, role));
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Stream::read(self, buffer)
    }
}

impl Read for &Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Stream::read(self, buffer)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Stream::write(self, bytes)
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        Stream::write_vectored(self, pieces)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for &Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Stream::write(self, bytes)
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        Stream::write_vectored(self, pieces)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
