//! A client's connection below HTTP.
//!
//! Owns: connecting, and waiting until something may have changed. Does not own: the bytes over TLS or not (`tls.rs`),
//! what is said. Threading: the client's thread.

use std::sync::Arc;
use std::time::Duration;

use httpsys_network::Poll;

use crate::client::Clients;
use crate::tls::ClientStream;

/// After so long without a byte something was forgotten: every timer is shorter.
const FORGOTTEN: Duration = Duration::from_secs(4_000);

/// See the module head.
pub(crate) struct Line<'a> {
    pub(crate) clients: &'a Clients,
    pub(crate) stream: ClientStream,
    pub(crate) port: u16,
    poll: Poll,
}

impl<'a> Line<'a> {
    pub(crate) fn connect(clients: &'a Clients) -> Line<'a> {
        let stream = clients.network.connect(None, clients.address);
        let stream = stream.expect("an address");
        let poll = Poll::new(&clients.network);
        poll.register(&stream, 1).expect("it is new");
        let port = stream.local_addr().map_or(0, |address| address.port());
        let (world, key) = (Arc::downgrade(&clients.world), key(port));
        poll.on_ready(move || {
            if let Some(world) = world.upgrade() {
                world.wake(key, true);
            }
        });
        Line {
            clients,
            stream: ClientStream::new(stream, clients.offer.as_ref()),
            port,
            poll,
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.clients.world.now()
    }

    /// Waits until something may have changed.
    pub(crate) fn wait(&self) {
        let until = self.now() + FORGOTTEN;
        while !self.poll.is_ready() {
            let woken = self.clients.world.wait(key(self.port), Some(until));
            assert!(woken, "a client was forgotten for {FORGOTTEN:?}");
        }
        self.poll.events(&mut Vec::new());
    }

    /// Waits until something may have changed, or until this time.
    pub(crate) fn wait_until(&self, until: Duration) {
        if !self.poll.is_ready() {
            let forgotten = self.now() + FORGOTTEN;
            let world = &self.clients.world;
            let woken = world.wait(key(self.port), Some(until.min(forgotten)));
            assert!(
                woken || until <= forgotten,
                "a client was forgotten for {FORGOTTEN:?}"
            );
        }
        self.poll.events(&mut Vec::new());
    }
}

fn key(port: u16) -> usize {
    0xC11E_0000 + usize::from(port)
}
