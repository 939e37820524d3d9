//! Sockets of this crate: on an ideal network, and on a slow one with small segments.

use std::io::{ErrorKind, IoSlice};
use std::net::{Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use httpsys_network::{Chance, Network, Rules};

use super::{Outcome, Ready, Socket, Sockets};

/// See the module head.
#[derive(Debug)]
pub(crate) struct Memory {
    network: Network,
}

impl Memory {
    pub(crate) fn ideal() -> Memory {
        Memory {
            network: Network::new(1, Rules::default()),
        }
    }

    pub(crate) fn slow(seed: u64) -> Memory {
        let rules = Rules {
            segment: 1..=4000,
            delay: Duration::ZERO..=Duration::from_millis(20),
            split: Chance::from(0.3),
            full_send_buffer: Chance::NEVER,
            send_buffer: 30_000,
            receive_buffer: 20_000,
            ..Rules::default()
        };
        Memory {
            network: Network::new(seed, rules),
        }
    }
}

impl Socket for httpsys_network::Stream {
    fn read(&self, buffer: &mut [u8]) -> Outcome<usize> {
        self.read(buffer).map_err(|error| error.kind())
    }

    fn write(&self, bytes: &[u8]) -> Outcome<usize> {
        self.write(bytes).map_err(|error| error.kind())
    }

    fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> Outcome<usize> {
        self.write_vectored(pieces).map_err(|error| error.kind())
    }

    fn shutdown(&self, how: Shutdown) -> Outcome<()> {
        self.shutdown(how).map_err(|error| error.kind())
    }

    fn peer(&self) -> Outcome<SocketAddr> {
        self.peer_addr().map_err(|error| error.kind())
    }

    fn local(&self) -> SocketAddr {
        self.local_addr().unwrap()
    }

    fn take_error(&self) -> Option<ErrorKind> {
        self.take_error().unwrap().map(|error| error.kind())
    }

    fn unacknowledged(&self) -> u64 {
        self.unacknowledged()
    }

    fn reset(self) {
        self.reset();
    }
}

impl Sockets for Memory {
    type Stream = httpsys_network::Stream;
    type Listener = httpsys_network::Listener;
    type Poll = httpsys_network::Poll;
    const PIECE: usize = 3000;

    fn listen_at(&self, address: SocketAddr, backlog: usize) -> Outcome<Self::Listener> {
        let listener = self.network.listen(address, backlog);
        listener.map_err(|error| error.kind())
    }

    fn local(&self, listener: &Self::Listener) -> SocketAddr {
        listener.local_addr().unwrap()
    }

    fn connect(&self, to: SocketAddr) -> Self::Stream {
        self.network.connect(None, to).unwrap()
    }

    fn accept(&self, listener: &Self::Listener) -> Outcome<Self::Stream> {
        let accepted = listener.accept();
        accepted
            .map(|(stream, _)| stream)
            .map_err(|error| error.kind())
    }

    fn poll(&self) -> Self::Poll {
        httpsys_network::Poll::new(&self.network)
    }

    fn watch(&self, poll: &mut Self::Poll, stream: &mut Self::Stream, token: usize) {
        poll.register(&*stream, token).unwrap();
    }

    fn watch_listener(&self, poll: &mut Self::Poll, listener: &mut Self::Listener, token: usize) {
        poll.register(&*listener, token).unwrap();
    }

    fn leave(&self, poll: &mut Self::Poll, stream: &mut Self::Stream) {
        poll.deregister(&*stream).unwrap();
    }

    fn leave_listener(&self, poll: &mut Self::Poll, listener: &mut Self::Listener) {
        poll.deregister(&*listener).unwrap();
    }

    fn events(&self, poll: &mut Self::Poll) -> Vec<(usize, Ready)> {
        let mut events = Vec::new();
        poll.events(&mut events);
        let ready = events.iter().map(|event| {
            let ready = Ready {
                readable: event.readable,
                writable: event.writable,
                read_closed: event.read_closed,
                write_closed: event.write_closed,
                error: event.error,
            };
            (event.token, ready)
        });
        ready.collect()
    }

    fn wait(&self, _since: Instant) -> bool {
        match self.network.next() {
            Some(next) => self.network.advance(next),
            None => return false,
        }
        true
    }
}
