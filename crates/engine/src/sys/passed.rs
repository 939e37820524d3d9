//! Listening sockets that a service manager has passed to this process (ACT rows).
//!
//! Owns: which of the passed descriptors they are, and a copy of one for each listener. Does not own: taking the
//! descriptors (`httpsys_socket::activation`), nor which of them a registration uses (`transport/listener.rs`). The
//! passed sockets stay open as long as the process runs: whoever connects while no URL is registered waits for the next
//! registration, or for the next process. Threading: any thread.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use httpsys_socket::process::PerProcess;
use mio::net::TcpListener;
use socket2::{SockRef, Socket, Type};

use super::{Held, Moment};

/// A listening socket that was passed.
#[derive(Debug)]
struct PassedSocket {
    /// Where it listens.
    address: SocketAddr,
    /// It is one of IPv6 that has clients of IPv4, too.
    has_both_families: bool,
    name: Option<String>,
    socket: Held<Socket>,
    /// Of the first one for its address: how many copies of all of them were made.
    copies: AtomicUsize,
}

/// As [`passed_on`](super::passed_on).
pub(super) fn on_port(port: u16) -> Vec<(SocketAddr, bool)> {
    let all = passed().iter().filter(|own| own.address.port() == port);
    all.map(|own| (own.address, own.has_both_families))
        .collect()
}

/// As [`listen_on_passed`](super::listen_on_passed).
pub(super) fn listener_at(address: SocketAddr) -> io::Result<Option<Held<TcpListener>>> {
    next_of(passed(), address)
        .map(PassedSocket::listener)
        .transpose()
}

/// Sockets that share their address (SO_REUSEPORT) have clients of their own: each is copied in turn, as they are all
/// opened together.
fn next_of(all: &[PassedSocket], address: SocketAddr) -> Option<&PassedSocket> {
    let sharing = || all.iter().filter(|own| own.address == address);
    let copied = sharing().next()?.copies.fetch_add(1, Ordering::Relaxed);
    sharing().nth(copied % sharing().count())
}

/// Those of this process; none in a child that was made by fork.
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
            address,
            has_both_families,
            name,
            socket: Held::new(socket, made),
            copies: AtomicUsize::new(0),
        })
    });
    sockets.collect()
}

/// Where it listens, if it is a socket of TCP that listens.
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
        let (address, name) = (self.address, self.name.as_deref());
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
            address,
            has_both_families: false,
            name: None,
            socket: Held::new(socket, made),
            copies: AtomicUsize::new(0),
        }
    }

    /// The system gives each client to one of them: whoever did not listen with all would lose clients.
    #[test]
    fn act_001_sockets_that_share_an_address_are_all_used() {
        const CLIENTS: usize = 32;
        let first = passed_at((Ipv4Addr::LOCALHOST, 0).into());
        let address = first.address;
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
