//! A socket that listens.
//!
//! Owns: accepting, registering and closing, whatever carries the connections. Does not own: which
//! addresses are open (`listener.rs`), nor when connections are accepted (`poll/accept.rs`). Threading:
//! any thread; no call here blocks.

use std::io;
use std::net::SocketAddr;

use mio::net::TcpListener;
use mio::{Interest, Token};

#[cfg(feature = "sim")]
use super::memory::MemoryStream;
use super::tcp::Tcp;
use super::wire::Wire;
use crate::poll::poller::PollRegistry;
use crate::sys::{self, Held};

/// What accepts connections.
#[derive(Debug)]
pub(crate) enum Listening {
    /// A socket of the system.
    Tcp(Held<TcpListener>),
    /// A copy of one that the service manager has passed.
    Passed(Held<TcpListener>),
    /// A listener of a simulated network.
    #[cfg(feature = "sim")]
    Memory(httpsys_network::Listener),
}

impl Listening {
    /// The next connection that waits, and the client's address.
    ///
    /// # Errors
    /// `WouldBlock` if none waits; otherwise what the system says.
    pub(crate) fn accept(&self) -> io::Result<(Wire, SocketAddr)> {
        match self {
            Listening::Tcp(listener) => {
                let (stream, remote) = sys::accept(listener)?;
                Ok((Wire::Tcp(Tcp::new(stream)), remote))
            }
            Listening::Passed(listener) => {
                let (stream, remote) = sys::accept(listener)?;
                Ok((Wire::Tcp(Tcp::new(stream)), canonical(remote)))
            }
            #[cfg(feature = "sim")]
            Listening::Memory(listener) => {
                let (stream, remote) = listener.accept()?;
                Ok((Wire::Memory(MemoryStream::new(stream)), remote))
            }
        }
    }

    /// From now on the poll tells of connections that wait.
    ///
    /// # Errors
    /// What the system says when it cannot be polled.
    pub(crate) fn register(&mut self, registry: &PollRegistry, token: usize) -> io::Result<()> {
        match self {
            Listening::Tcp(listener) | Listening::Passed(listener) => {
                let registry = registry.need_mio()?;
                registry.register(&mut **listener, Token(token), Interest::READABLE)
            }
            #[cfg(feature = "sim")]
            Listening::Memory(listener) => registry.need_simulated()?.register(&*listener, token),
        }
    }

    /// Whether it goes on to collect connections when it is closed here.
    pub(crate) fn is_passed(&self) -> bool {
        matches!(self, Listening::Passed(_))
    }

    /// Ends listening.
    pub(crate) fn close(self, registry: &PollRegistry) {
        match self {
            Listening::Tcp(listener) => {
                if let Some(registry) = registry.mio() {
                    sys::close_listener(listener, registry);
                }
            }
            Listening::Passed(listener) => {
                if let Some(registry) = registry.mio() {
                    sys::close_passed(listener, registry);
                }
            }
            #[cfg(feature = "sim")]
            Listening::Memory(listener) => drop(listener),
        }
    }

    /// The address it listens on, with its port.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Listening::Tcp(listener) | Listening::Passed(listener) => listener.local_addr(),
            #[cfg(feature = "sim")]
            Listening::Memory(listener) => listener.local_addr(),
        }
    }
}

/// An IPv4 address that is mapped into IPv6, as a socket of both families shows it, is the IPv4 address (HST-013).
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
