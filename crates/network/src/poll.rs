//! The handle of a poll: who wants to know when sockets are ready.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::listener::Listener;
use crate::network::Network;
use crate::readiness::Event;
use crate::shared::SharedNetwork;
use crate::stream::Stream;
use crate::watches::PollSource;

/// Events of one call, unless [`Poll::with_capacity`] says otherwise.
const CAPACITY: usize = 128;

/// Tells what becomes ready, edge-triggered, as epoll(7) does through mio: a change of a socket is told once,
/// with all that it is ready for; registering tells what it is ready for already. Reading, writing and
/// registering are always of interest. A clone is another handle of the same poll.
#[derive(Clone)]
pub struct Poll {
    inner: Arc<PollHandle>,
}

struct PollHandle {
    shared: SharedNetwork,
    id: u64,
    capacity: usize,
}

impl Drop for PollHandle {
    fn drop(&mut self) {
        let callback = self.shared.call(|state| state.watches.remove_poll(self.id));
        drop(callback);
    }
}

impl fmt::Debug for Poll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Poll").field(&self.inner.id).finish()
    }
}

/// What a poll can watch.
#[derive(Clone, Copy, Debug)]
pub enum PolledSocket<'s> {
    /// An end of a connection.
    Stream(&'s Stream),
    /// A listening socket.
    Listener(&'s Listener),
}

impl<'s> From<&'s Stream> for PolledSocket<'s> {
    fn from(stream: &'s Stream) -> Self {
        PolledSocket::Stream(stream)
    }
}

impl<'s> From<&'s Listener> for PolledSocket<'s> {
    fn from(listener: &'s Listener) -> Self {
        PolledSocket::Listener(listener)
    }
}

impl PolledSocket<'_> {
    /// The socket, if it is one of `network`.
    fn source(&self, network: &SharedNetwork) -> io::Result<PollSource> {
        let (shared, source) = match self {
            PolledSocket::Stream(stream) => stream.source(),
            PolledSocket::Listener(listener) => listener.source(),
        };
        let ours = shared.is(network).then_some(source);
        ours.ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }
}

impl Poll {
    /// A poll whose calls return at most 128 events.
    #[must_use]
    pub fn new(network: &Network) -> Poll {
        Poll::with_capacity(network, CAPACITY)
    }

    /// A poll whose calls return at most so many events, and at least one.
    #[must_use]
    pub fn with_capacity(network: &Network, capacity: usize) -> Poll {
        let shared = network.shared().clone();
        let id = shared.call(|state| state.watches.add_poll());
        let capacity = capacity.max(1);
        Poll {
            inner: Arc::new(PollHandle {
                shared,
                id,
                capacity,
            }),
        }
    }

    /// Watches a socket. A socket that is closed leaves by itself.
    ///
    /// # Errors
    /// `AlreadyExists` if this poll watches it; `InvalidInput` if it is a socket of another network.
    pub fn register<'s>(
        &self,
        socket: impl Into<PolledSocket<'s>>,
        token: usize,
    ) -> io::Result<()> {
        let PollHandle { shared, id, .. } = &*self.inner;
        let source = socket.into().source(shared)?;
        Ok(shared.call(|state| {
            let is_ready = state.poll_flags(source).any();
            state.watches.register(*id, source, token, is_ready)
        })?)
    }

    /// Watches a socket no longer.
    ///
    /// # Errors
    /// `NotFound` if this poll does not watch it; `InvalidInput` if it is a socket of another network.
    pub fn deregister<'s>(&self, socket: impl Into<PolledSocket<'s>>) -> io::Result<()> {
        let PollHandle { shared, id, .. } = &*self.inner;
        let source = socket.into().source(shared)?;
        Ok(shared.call(|state| state.watches.deregister(*id, source))?)
    }

    /// Takes the events there are, in the order in which their sockets became ready, in place of what
    /// `events` held. Never blocks.
    pub fn events(&self, events: &mut Vec<Event>) {
        let PollHandle {
            shared,
            id,
            capacity,
        } = &*self.inner;
        shared.call(|state| state.take_events(*id, events, *capacity));
    }

    /// Whether [`Poll::events`] may return something now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let id = self.inner.id;
        self.inner.shared.look(|state| state.watches.has_ready(id))
    }

    /// Makes an event with the token [`crate::WAKE`]; one for all calls since the last one was taken.
    pub fn wake(&self) {
        let id = self.inner.id;
        self.inner.shared.call(|state| state.watches.wake(id));
    }

    /// `callback` is called when something becomes ready: on the thread whose call made it so, when that call
    /// has left the network's lock, so it may use the network. It must not take a lock under which others
    /// call the network. Sometimes there is no event then. It replaces an earlier callback, and is not
    /// called for what is ready already.
    pub fn on_ready(&self, callback: impl Fn() + Send + Sync + 'static) {
        let id = self.inner.id;
        let callback = Arc::new(callback);
        let shared = &self.inner.shared;
        let before = shared.call(|state| state.watches.set_callback(id, callback));
        drop(before);
    }
}
