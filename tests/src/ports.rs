//! Port numbers that a test must have before the service opens them, or while it has them closed.
//!
//! A test that only needs a server registers port 0 and asks for the number (`Server::local_addr`,
//! `Program::port`). A [`Port`] is for what port 0 cannot say: a number at which
//! nobody listens yet, or again; one that clients may try when it has closed; one that another socket
//! has; the same one for several hosts or services in turn, or for some ports of one URL group; one that
//! is reserved or refused and never opens; one for a program that does not tell its own.
//!
//! A program under Wine cannot bind beside a socket that holds its number, so that it gets a number that
//! is locked among tests only ([`Port::lock`]).
//!
//! Owns: a number that nobody else gets as long as its [`Port`] lives, however often the test opens
//! and closes it. Does not own: the listener, which the service under test opens.

use std::net::Ipv6Addr;

/// A port number of one test, at which nobody listens yet.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _held: Box<dyn std::any::Any + Send + Sync>,
}

impl Port {
    /// Whether the system keeps the number from everybody else, and not only from other tests.
    pub const IS_HELD: bool = cfg!(target_os = "linux");

    /// Takes a port.
    ///
    /// # Panics
    /// If the machine has none.
    #[must_use]
    pub fn take() -> Port {
        #[cfg(feature = "sim")]
        if crate::simulation::is_inside() {
            return Port::simulated();
        }
        let (number, held) = held::take();
        let held = Box::new(held);
        Port {
            number,
            _held: held,
        }
    }

    /// Takes a port that other tests do not get, and to which a program may bind that does not share its
    /// address with anybody. Another process may take it.
    ///
    /// # Panics
    /// If the machine has none.
    #[must_use]
    pub fn lock() -> Port {
        let (number, held) = locked::take();
        let held = Box::new(held);
        Port {
            number,
            _held: held,
        }
    }

    /// A number that nobody else has in the simulation, whose network gives others to those who ask for any.
    #[cfg(feature = "sim")]
    fn simulated() -> Port {
        use std::sync::atomic::{AtomicU16, Ordering};
        static NEXT: AtomicU16 = AtomicU16::new(0);
        Port {
            number: 12_000 + NEXT.fetch_add(1, Ordering::Relaxed) % 20_000,
            _held: Box::new(()),
        }
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}

/// The kernel holds the number: sockets are bound to it that never listen, at all addresses of both
/// families. Beside them others that also have SO_REUSEADDR may bind and listen, as the service and
/// `std::net::TcpListener` do; but the system gives the number to nobody who asks for any port, be it
/// by port 0 or by connecting.
#[cfg(target_os = "linux")]
mod held {
    use std::io;
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

    use socket2::{Domain, Socket, Type};

    /// The second is missing on a machine without IPv6.
    pub(super) type Held = (Socket, Option<Socket>);

    const ATTEMPTS: usize = 64;

    pub(super) fn take() -> (u16, Held) {
        // A number that the other family does not have is kept until the end, so that the system
        // gives another one.
        let mut useless = Vec::new();
        for _ in 0..ATTEMPTS {
            let v4 = bound((Ipv4Addr::UNSPECIFIED, 0).into()).expect("a port");
            let address = v4.local_addr().expect("it is bound").as_socket();
            let number = address.expect("an IP address").port();
            match bound((Ipv6Addr::UNSPECIFIED, number).into()) {
                Ok(v6) => return (number, (v4, Some(v6))),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => useless.push(v4),
                Err(_) => return (number, (v4, None)),
            }
        }
        panic!("no free port");
    }

    fn bound(address: SocketAddr) -> io::Result<Socket> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.bind(&address.into())?;
        Ok(socket)
    }
}

/// Other systems do not let two sockets have one address, whether they listen or not. There the UDP
/// port of the same number is a lock among tests, and gone with the process, however that ends. The
/// range lies below the ports that systems give to outgoing connections, so that no client takes a
/// number by accident, and has five digits, as elsewhere.
mod locked {
    use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
    use std::sync::atomic::{AtomicU32, Ordering};

    type Held = UdpSocket;

    const FIRST: u32 = 12_000;
    const COUNT: u32 = 20_000;

    static NEXT: AtomicU32 = AtomicU32::new(0);

    pub(super) fn take() -> (u16, Held) {
        // Processes start at different places, so that they seldom try each other's numbers.
        let seed = std::process::id().wrapping_mul(2_654_435_761);
        for _ in 0..COUNT {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let number = FIRST + seed.wrapping_add(step) % COUNT;
            let number = u16::try_from(number).expect("the range ends below 65536");
            let Ok(lock) = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)) else {
                continue;
            };
            if is_free(number) {
                return (number, lock);
            }
        }
        panic!("no free port in {FIRST}..{}", FIRST + COUNT);
    }

    fn is_free(number: u16) -> bool {
        let v4 = TcpListener::bind((Ipv4Addr::UNSPECIFIED, number)).is_ok();
        // Without IPv6 there is nothing to collide with.
        let v6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, number)) {
            Ok(_) => true,
            Err(error) => error.kind() != std::io::ErrorKind::AddrInUse,
        };
        v4 && v6
    }
}

#[cfg(not(target_os = "linux"))]
use locked as held;

/// Whether the machine has `::1`.
#[must_use]
pub fn has_ipv6() -> bool {
    crate::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    #[test]
    fn two_ports_differ_and_have_five_digits() {
        let (first, second) = (Port::take(), Port::take());
        assert_ne!(first.number(), second.number());
        assert!(first.number() >= 10_000 && second.number() >= 10_000);
    }

    #[test]
    fn a_port_can_be_opened_again_and_again_and_refuses_between() {
        let port = Port::take();
        for ip in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
            let refused = TcpStream::connect((Ipv4Addr::LOCALHOST, port.number()));
            let refused = refused.map(drop).map_err(|error| error.kind());
            assert_eq!(refused, Err(ErrorKind::ConnectionRefused));
            let listener = TcpListener::bind((ip, port.number())).expect("it is ours");
            TcpStream::connect((Ipv4Addr::LOCALHOST, port.number())).expect("it listens");
            drop(listener);
        }
    }

    /// Of what the system gives, 8,000 numbers are looked at.
    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_gives_a_port_to_nobody_while_it_is_held() {
        let ports: Vec<Port> = (0..200).map(|_| Port::take()).collect();
        let is_held = |number| ports.iter().any(|port| port.number() == number);
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = server.local_addr().expect("it is bound");
        for _ in 0..4000 {
            let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
            assert!(!is_held(other.local_addr().expect("it is bound").port()));
            let client = TcpStream::connect(address).expect("it listens");
            assert!(!is_held(client.local_addr().expect("it is bound").port()));
            drop(server.accept());
        }
    }
}
