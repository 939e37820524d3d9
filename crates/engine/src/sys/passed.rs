//! Listening sockets that a service manager has passed to this process (ACT rows).
//!
//! Owns: which of the passed descriptors they are, and the copy that each listener gets. Does not own: taking the
//! descriptors (`httpsys_socket::activation`), nor which of them a registration uses (`transport/listener.rs`). The
//! passed sockets stay open as long as the process runs: whoever connects while no URL is registered waits for the next
//! registration, or for the next process. Threading: any thread.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use httpsys_socket::process::PerProcess;
use mio::net::TcpListener;
use socket2::{SockRef, Socket, Type};

use super::passed_endpoint::PassedEndpoint;
use super::{Held, Moment};

/// A listening socket that was passed.
#[derive(Debug)]
struct PassedSocket {
    endpoint: PassedEndpoint,
    name: Option<String>,
    socket: Held<Socket>,
    /// How many copies of the sockets with this address were made, counted at the first of them.
    copies: AtomicUsize,
}

/// As [`passed_on`](super::passed_on).
pub(super) fn on_port(port: u16) -> Vec<PassedEndpoint> {
    let all = passed().iter().map(|socket| socket.endpoint);
    all.filter(|endpoint| endpoint.address.port() == port)
        .collect()
}

/// As [`listen_on_passed`](super::listen_on_passed).
pub(super) fn listener_at(address: SocketAddr) -> io::Result<Option<Held<TcpListener>>> {
    next_of(passed(), address)
        .map(PassedSocket::listener)
        .transpose()
}

/// The socket for the next listener at this address. Of sockets that share their address (SO_REUSEPORT), each gets
/// clients of its own: they are taken in turn, since the listeners of an address are opened together.
fn next_of(all: &[PassedSocket], address: SocketAddr) -> Option<&PassedSocket> {
    let sharing = || all.iter().filter(|own| own.endpoint.address == address);
    let copied = sharing().next()?.copies.fetch_add(1, Ordering::Relaxed);
    sharing().nth(copied % sharing().count())
}

/// The sockets that were passed to this process. A child that was made by fork has none.
fn passed() -> &'static [PassedSocket] {
    static PASSED: PerProcess<Vec<PassedSocket>> = PerProcess::new();
    PASSED.get_or_init(take)
}

fn take() -> Vec<PassedSocket> {
    let made = Moment::now();
    let descriptors =
        httpsys_socket::activation::take_passed(|fd| address_of(&SockRef::from(&fd)).is_some());
    let sockets = descriptors.into_iter().filter_map(|passed| {
        let socket = Socket::from(passed.descriptor);
        let address = address_of(&SockRef::from(&socket))?;
        let has_both_families = address.is_ipv6() && !socket.only_v6().unwrap_or(true);
        let name = passed.name;
        tracing::info!(%address, name, "a listening socket was passed by the service manager");
        Some(PassedSocket {
            endpoint: PassedEndpoint {
                address,
                has_both_families,
            },
            name,
            socket: Held::new(socket, made),
            copies: AtomicUsize::new(0),
        })
    });
    sockets.collect()
}

/// Where the socket listens, if it is a TCP socket that does.
fn address_of(socket: &SockRef<'_>) -> Option<SocketAddr> {
    let is_stream = socket.r#type().is_ok_and(|own| own == Type::STREAM);
    socket
        .local_addr()
        .ok()
        .filter(|_| is_stream && listens(socket))?
        .as_socket()
}

#[cfg(target_os = "linux")]
fn listens(socket: &SockRef<'_>) -> bool {
    socket.is_listener().unwrap_or(false)
}

/// The system does not say (SO_ACCEPTCONN): a socket that is not connected is taken for one that listens.
#[cfg(not(target_os = "linux"))]
fn listens(socket: &SockRef<'_>) -> bool {
    socket.peer_addr().is_err()
}

impl PassedSocket {
    /// A copy for a listener.
    ///
    /// # Errors
    /// The system has no descriptor for it.
    fn listener(&self) -> io::Result<Held<TcpListener>> {
        let made = Moment::now();
        let copy = self.socket.try_clone()?;
        copy.set_nonblocking(true)?;
        let (address, name) = (self.endpoint.address, self.name.as_deref());
        tracing::info!(%address, name, "listening on a passed socket");
        Ok(Held::new(TcpListener::from_std(copy.into()), made))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};
    use std::time::{Duration, Instant};

    use socket2::Domain;

    use super::*;

    fn passed_at(address: SocketAddr) -> PassedSocket {
        let made = Moment::now();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_reuse_port(true).unwrap();
        socket.bind(&address.into()).unwrap();
        socket.listen(64).unwrap();
        let address = address_of(&SockRef::from(&socket)).expect("it listens");
        PassedSocket {
            endpoint: PassedEndpoint {
                address,
                has_both_families: false,
            },
            name: None,
            socket: Held::new(socket, made),
            copies: AtomicUsize::new(0),
        }
    }

    /// The system gives each client to one of the sockets: clients of one that is left out would wait for ever.
    #[test]
    fn act_001_sockets_that_share_an_address_are_all_used() {
        const CLIENTS: usize = 32;
        let first = passed_at((Ipv4Addr::LOCALHOST, 0).into());
        let address = first.endpoint.address;
        let all = [first, passed_at(address)];
        let listener = || next_of(&all, address).unwrap().listener().unwrap();
        let listeners = [listener(), listener()];
        let clients = (0..CLIENTS).map(|_| TcpStream::connect(address).unwrap());
        let clients: Vec<_> = clients.collect();
        let limit = Instant::now() + Duration::from_secs(60);
        let mut accepted = 0;
        while accepted < CLIENTS {
            let came = listeners.iter().filter(|own| own.accept().is_ok());
            accepted += came.count();
            assert!(Instant::now() < limit, "{accepted} were accepted");
        }
        drop(clients);
        let other = (Ipv4Addr::LOCALHOST, 1).into();
        assert!(next_of(&all, other).is_none());
    }
}
