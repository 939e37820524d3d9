//! What real sockets cannot be asked for: faults, time, and the rest of the network's own face.
//!
//! Owns: what the tests share. Does not own: what TCP does without faults (`tests/model`).

mod connecting;
mod faults;
mod polling;
mod time;
mod trace;

use std::io::ErrorKind;
use std::net::SocketAddr;

use httpsys_network::{
    ConnectionNumber, Damage, Event, FaultMoment, Listener, Network, NetworkFault, Poll, Rules,
    Stream,
};

pub(crate) const FIRST: ConnectionNumber = ConnectionNumber(1);

pub(crate) fn address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 80))
}

pub(crate) fn network(rules: Rules) -> (Network, Listener) {
    let network = Network::new(1, rules);
    let listener = network.listen(address(), 16).unwrap();
    (network, listener)
}

pub(crate) fn damaged(at: FaultMoment, damage: Damage) -> (Network, Stream, Stream) {
    let fault = NetworkFault::Connection {
        connection: FIRST,
        at,
        damage,
    };
    let script = vec![fault];
    let (network, listener) = network(Rules {
        script,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    (network, client, server)
}

pub(crate) fn pair(network: &Network, listener: &Listener) -> (Stream, Stream) {
    let client = network
        .connect(None, listener.local_addr().unwrap())
        .unwrap();
    loop {
        if let Ok((server, _)) = listener.accept() {
            return (client, server);
        }
        network.advance(network.next().unwrap());
    }
}

/// Lets everything happen that is under way.
pub(crate) fn run(network: &Network) {
    while let Some(next) = network.next() {
        network.advance(next);
    }
}

pub(crate) fn kind<T>(result: std::io::Result<T>) -> Result<T, ErrorKind> {
    result.map_err(|error| error.kind())
}

pub(crate) fn events(poll: &Poll) -> Vec<Event> {
    let mut events = Vec::new();
    poll.events(&mut events);
    events
}

pub(crate) fn read(stream: &Stream) -> Result<String, ErrorKind> {
    let mut buffer = [0; 4096];
    let count = kind(stream.read(&mut buffer))?;
    Ok(String::from_utf8_lossy(&buffer[..count]).into_owned())
}
