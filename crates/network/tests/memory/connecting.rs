//! Addresses, ports, and connects that come to nothing.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use httpsys_network::{FullBacklog, Network, Rules};

use crate::{address, kind, network, read, run};

#[test]
fn a_connect_that_is_never_answered_times_out_after_127_seconds() {
    let network = Network::new(1, Rules::default());
    let _listener = network.listen(address(), 0).unwrap();
    let first = network.connect(None, address()).unwrap();
    let second = network.connect(None, address()).unwrap();
    assert!(first.peer_addr().is_ok());
    network.advance(Duration::from_secs(126));
    assert!(second.take_error().unwrap().is_none());
    assert_eq!(network.next(), Some(Duration::from_secs(127)));
    network.advance(Duration::from_secs(127));
    assert_eq!(read(&second), Err(ErrorKind::TimedOut));
    assert_eq!(network.next(), None);
}

#[test]
fn a_full_backlog_refuses_if_the_rules_say_so() {
    let network = Network::new(
        1,
        Rules {
            full_backlog: FullBacklog::Refuses,
            ..Rules::default()
        },
    );
    let listener = network.listen(address(), 1).unwrap();
    let clients = [(); 3].map(|()| network.connect(None, address()).unwrap());
    assert_eq!(read(&clients[2]), Err(ErrorKind::ConnectionRefused));
    assert_eq!(read(&clients[1]), Err(ErrorKind::WouldBlock));
    let _accepted = listener.accept().unwrap();
    let fourth = network.connect(None, address()).unwrap();
    assert!(fourth.peer_addr().is_ok());
}

#[test]
fn addresses_are_those_of_the_rules() {
    let local = "192.0.2.7:80".parse().unwrap();
    let foreign: SocketAddr = "192.0.2.8:80".parse().unwrap();
    let network = Network::new(
        1,
        Rules {
            addresses: vec!["192.0.2.7".parse().unwrap()],
            ..Rules::default()
        },
    );
    let error = kind(network.listen(foreign, 1)).unwrap_err();
    assert_eq!(error, ErrorKind::AddrNotAvailable);
    let error = kind(network.connect(None, foreign)).unwrap_err();
    assert_eq!(error, ErrorKind::NetworkUnreachable);
    let listener = network.listen(local, 1).unwrap();
    // A client may come from anywhere.
    let client = network.connect(Some(foreign), local).unwrap();
    let (server, remote) = listener.accept().unwrap();
    assert_eq!(remote, foreign);
    assert_eq!(server.peer_addr().unwrap(), foreign);
    assert_eq!(client.peer_addr().unwrap(), local);
    let again = kind(network.connect(Some(foreign), local)).unwrap_err();
    assert_eq!(again, ErrorKind::AddrInUse);
}

#[test]
fn families_are_apart() {
    let (network, _listener) = network(Rules::default());
    let six: SocketAddr = "[::]:80".parse().unwrap();
    let all_six = network.listen(six, 1).unwrap();
    let client = network.connect(None, "[::1]:80".parse().unwrap()).unwrap();
    let (_, remote) = all_six.accept().unwrap();
    assert_eq!(remote, client.local_addr().unwrap());
    assert!(remote.is_ipv6());
    let mixed = network.connect(Some(address()), six);
    assert_eq!(kind(mixed).unwrap_err(), ErrorKind::InvalidInput);
}

#[test]
fn a_client_that_gives_up_while_it_connects_leaves_nothing_behind() {
    let millisecond = Duration::from_millis(1);
    for steps in 0..4 {
        let network = Network::new(
            1,
            Rules {
                delay: millisecond..=millisecond,
                ..Rules::default()
            },
        );
        let listener = network.listen(address(), 0).unwrap();
        let client = network.connect(None, address()).unwrap();
        network.advance(steps * millisecond);
        drop(client);
        run(&network);
        let accepted = listener.accept();
        assert_eq!(accepted.is_ok(), steps >= 2, "after {steps}");
        drop(accepted);
        run(&network);
        assert_eq!(network.connections(), 0, "after {steps}");
        // Its place in the backlog is free again.
        let second = network.connect(None, address()).unwrap();
        network.advance(network.now() + 10 * millisecond);
        assert!(second.peer_addr().is_ok() && listener.accept().is_ok());
    }
}

#[test]
fn ports_of_connections_that_are_gone_come_back() {
    let network = Network::new(1, Rules::default());
    let client = |from| network.connect(from, address());
    // More than there are.
    for _ in 0..17_000 {
        drop(client(None).unwrap());
    }
    assert_eq!(network.connections(), 0);
    let own = Some(SocketAddr::from(([127, 0, 0, 1], 4711)));
    let listener = network.listen(address(), 1).unwrap();
    let first = client(own).unwrap();
    assert_eq!(kind(client(own)).unwrap_err(), ErrorKind::AddrInUse);
    drop((first, listener));
    assert!(client(own).is_ok());
}
