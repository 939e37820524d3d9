//! Listening sockets that a service manager has passed to this process (ACT rows).
//!
//! Owns: which of the passed descriptors they are, and a copy of one for each listener. Does not own: taking the
//! descriptors (`httpsys_socket::activation`), nor which of them a registration uses (`transport/listener.rs`). The
//! passed sockets stay open as long as the process runs: whoever connects while no URL is registered waits for the next
//! registration, or for the next process. Threading: any thread.

use std::io;
use std::net::SocketAddr;

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
}

/// As [`passed_on`](super::passed_on).
pub(super) fn on_port(port: u16) -> Vec<(SocketAddr, bool)> {
    let all = passed().iter().filter(|own| own.address.port() == port);
    all.map(|own| (own.address, own.has_both_families))
        .collect()
}

/// As [`listen_on_passed`](super::listen_on_passed).
pub(super) fn listener_at(address: SocketAddr) -> io::Result<Option<Held<TcpListener>>> {
    let own = passed().iter().find(|own| own.address == address);
    own.map(PassedSocket::listener).transpose()
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
        })
    });
    sockets.collect()
}

/// Where it listens, if it is a socket of TCP that listens.
fn address_of(socket: &SockRef<'_>) -> Option<SocketAddr> {
    let is_stream = socket.r#type().is_ok_and(|own| own == Type::STREAM);
    let listens = is_stream && socket.is_listener().unwrap_or(false);
    socket.local_addr().ok().filter(|_| listens)?.as_socket()
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
