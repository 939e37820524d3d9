//! A poll of a simulated network.
//!
//! Owns: waiting in the simulated world until the network has events or the time has come. Does not own:
//! which events there are (`httpsys-network`), nor which thread runs next: that is the world's scheduler.
//! Invariant: the network wakes whoever waits here, so no event is slept through. Threading: as the poll
//! of the system.

use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use httpsys_network::{Event, Network, Poll, PolledSocket};
use httpsys_socket::world::{self, World};

/// Its address is what whoever polls waits for.
#[derive(Debug)]
struct WaitKey(#[allow(dead_code, reason = "not empty, so that each has an address")] u8);

/// The half of the thread that leads.
#[derive(Debug)]
pub(crate) struct SimulatedPoller {
    poll: Poll,
    key: Arc<WaitKey>,
    world: Weak<dyn World>,
    pub(crate) events: Vec<Event>,
}

/// The half that threads share.
#[derive(Debug)]
pub(crate) struct SimulatedRegistry {
    poll: Poll,
}

/// Makes both halves of a poll of this network, for threads of this world.
pub(crate) fn simulated_poll(
    network: &Network,
    world: &Weak<dyn World>,
) -> (SimulatedPoller, SimulatedRegistry) {
    let poll = Poll::new(network);
    let key = Arc::new(WaitKey(0));
    // The world may own the network: the network must not own the world.
    let (waits, waking) = (Arc::clone(&key), Weak::clone(world));
    poll.on_ready(move || {
        if let Some(world) = waking.upgrade() {
            world.wake(address(&waits), true);
        }
    });
    let registry = SimulatedRegistry { poll: poll.clone() };
    let poller = SimulatedPoller {
        poll,
        key,
        world: Weak::clone(world),
        events: Vec::new(),
    };
    (poller, registry)
}

fn address(key: &Arc<WaitKey>) -> usize {
    Arc::as_ptr(key) as usize
}

impl SimulatedPoller {
    /// Waits for events, for `timeout` at most.
    pub(crate) fn poll(&mut self, timeout: Option<Duration>) {
        let Some(world) = world::current() else {
            // A thread that no scheduler knows of cannot wait for virtual time: the world says so, unless it has ended.
            if timeout != Some(Duration::ZERO) {
                self.world.upgrade().inspect(|world| world.stranger_waits());
            }
            self.poll.events(&mut self.events);
            return std::thread::yield_now();
        };
        let until = timeout.and_then(|timeout| world.now().checked_add(timeout));
        loop {
            self.poll.events(&mut self.events);
            let waits = self.events.is_empty() && timeout != Some(Duration::ZERO);
            if !waits {
                return;
            }
            if !world.wait(address(&self.key), until) {
                return self.poll.events(&mut self.events);
            }
        }
    }
}

impl SimulatedRegistry {
    /// From now on the poll tells of the socket.
    ///
    /// # Errors
    /// It is a socket of another network.
    pub(crate) fn register<'s>(
        &self,
        socket: impl Into<PolledSocket<'s>>,
        token: usize,
    ) -> io::Result<()> {
        self.poll.register(socket, token)
    }

    /// Interrupts the thread that polls, or else the next poll.
    pub(crate) fn interrupt(&self) {
        self.poll.wake();
    }
}
