//! Connections of tests: TCP over loopback, and in a simulated test those of its network in memory.
//!
//! Owns: the choice between both, by what the calling thread belongs to. Does not own: the network
//! (`httpsys-network`), waiting for it (`simulation/stream.rs`). With the feature `sim` a connection over loopback is
//! for the tests that `simulation` lists.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Duration;

#[cfg(feature = "sim")]
use crate::simulation::{self, stream::SimulatedStream};

/// As [`std::net::TcpStream`].
#[derive(Debug)]
pub struct TcpStream(StreamArm);

#[derive(Debug)]
enum StreamArm {
    Loopback(std::net::TcpStream),
    #[cfg(feature = "sim")]
    Simulated(SimulatedStream),
}

/// A socket that has a port, as [`std::net::TcpListener`].
#[derive(Debug)]
pub enum TcpListener {
    /// Of the system.
    Loopback(std::net::TcpListener),
    /// In memory.
    #[cfg(feature = "sim")]
    Simulated(httpsys_network::Listener),
}

impl TcpListener {
    /// As that of std.
    ///
    /// # Errors
    /// Those of that of std.
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
        #[cfg(feature = "sim")]
        if let Some(network) = simulation::network() {
            return network
                .listen(first(address)?, 8)
                .map(TcpListener::Simulated);
        }
        std::net::TcpListener::bind(address).map(TcpListener::Loopback)
    }
}

#[cfg(feature = "sim")]
fn first(address: impl ToSocketAddrs) -> io::Result<SocketAddr> {
    let first = address.to_socket_addrs()?.next();
    first.ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// The address from which the machine would reach the network, if it can. No packet is sent.
#[must_use]
pub fn own_address() -> Option<IpAddr> {
    #[cfg(feature = "sim")]
    if simulation::network().is_some() {
        return Some(simulation::OWN_ADDRESS);
    }
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_loopback() && !own.is_unspecified()).then_some(own)
}

/// Calls the method of the same name, whichever the arm.
macro_rules! either {
    ($stream:expr, $arm:ident => $call:expr) => {
        match $stream {
            StreamArm::Loopback($arm) => $call,
            #[cfg(feature = "sim")]
            StreamArm::Simulated($arm) => $call,
        }
    };
}

impl TcpStream {
    /// As that of std.
    ///
    /// # Errors
    /// Those of that of std.
    pub fn connect(address: impl ToSocketAddrs) -> io::Result<TcpStream> {
        #[cfg(feature = "sim")]
        if let Some(network) = simulation::network() {
            let stream = SimulatedStream::connect(&network, first(address)?)?;
            return Ok(TcpStream(StreamArm::Simulated(stream)));
        }
        let stream = std::net::TcpStream::connect(address)?;
        Ok(TcpStream(StreamArm::Loopback(stream)))
    }

    /// As that of std.
    ///
    /// # Errors
    /// Those of that of std.
    pub fn connect_timeout(address: &SocketAddr, time: Duration) -> io::Result<TcpStream> {
        #[cfg(feature = "sim")]
        if simulation::network().is_some() {
            return TcpStream::connect(address);
        }
        let stream = std::net::TcpStream::connect_timeout(address, time)?;
        Ok(TcpStream(StreamArm::Loopback(stream)))
    }

    /// Connects with a receive buffer of so many bytes. (In memory all connections have it from now on.)
    ///
    /// # Errors
    /// Those of [`TcpStream::connect`].
    pub fn connect_with_buffer(address: SocketAddr, bytes: usize) -> io::Result<TcpStream> {
        #[cfg(feature = "sim")]
        if let Some(network) = simulation::network() {
            network.change_rules(|rules| rules.receive_buffer = bytes);
            return TcpStream::connect(address);
        }
        let domain = socket2::Domain::for_address(address);
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None)?;
        socket.set_recv_buffer_size(bytes)?;
        socket.connect(&address.into())?;
        Ok(TcpStream(StreamArm::Loopback(socket.into())))
    }

    /// As that of std. In memory nothing is delayed for it.
    ///
    /// # Errors
    /// Those of that of std.
    pub fn set_nodelay(&self, on: bool) -> io::Result<()> {
        match &self.0 {
            StreamArm::Loopback(stream) => stream.set_nodelay(on),
            #[cfg(feature = "sim")]
            StreamArm::Simulated(_) => Ok(()),
        }
    }

    /// As that of std.
    ///
    /// # Errors
    /// Those of that of std.
    pub fn set_read_timeout(&self, time: Option<Duration>) -> io::Result<()> {
        match &self.0 {
            StreamArm::Loopback(stream) => stream.set_read_timeout(time),
            #[cfg(feature = "sim")]
            StreamArm::Simulated(stream) => {
                stream.set_timeout(time);
                Ok(())
            }
        }
    }

    /// As that of std. In memory it is [`crate::PATIENCE`].
    ///
    /// # Errors
    /// Those of that of std.
    pub fn set_write_timeout(&self, time: Option<Duration>) -> io::Result<()> {
        match &self.0 {
            StreamArm::Loopback(stream) => stream.set_write_timeout(time),
            #[cfg(feature = "sim")]
            StreamArm::Simulated(_) => Ok(()),
        }
    }

    /// As that of std.
    ///
    /// # Errors
    /// Those of that of std.
    pub fn try_clone(&self) -> io::Result<TcpStream> {
        Ok(TcpStream(match &self.0 {
            StreamArm::Loopback(stream) => StreamArm::Loopback(stream.try_clone()?),
            #[cfg(feature = "sim")]
            StreamArm::Simulated(stream) => StreamArm::Simulated(stream.clone()),
        }))
    }

    /// As that of std.
    ///
    /// # Errors
    /// Those of that of std.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        either!(&self.0, stream => stream.local_addr())
    }

    /// As that of std.
    ///
    /// # Errors
    /// Those of that of std.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        either!(&self.0, stream => stream.shutdown(how))
    }

    /// The last close breaks the connection off: the peer sees a reset.
    ///
    /// # Errors
    /// Those of setsockopt.
    pub fn reset_when_closed(&self) -> io::Result<()> {
        match &self.0 {
            StreamArm::Loopback(stream) => {
                socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))
            }
            #[cfg(feature = "sim")]
            StreamArm::Simulated(stream) => {
                stream.reset_when_closed();
                Ok(())
            }
        }
    }

    /// Sends a byte as urgent data (RFC 9293, section 3.8.5). The network in memory has none.
    ///
    /// # Errors
    /// Those of send; `Unsupported` in memory.
    pub fn send_urgent(&self, byte: u8) -> io::Result<usize> {
        match &self.0 {
            StreamArm::Loopback(stream) => socket2::SockRef::from(stream).send_out_of_band(&[byte]),
            #[cfg(feature = "sim")]
            StreamArm::Simulated(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl Read for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        either!(&mut self.0, stream => stream.read(buffer))
    }
}

impl Write for TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        either!(&mut self.0, stream => stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        either!(&mut self.0, stream => stream.flush())
    }
}
