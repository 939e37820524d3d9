//! The network's handle.
//!
//! Owns: the calls that are not about one socket. Does not own: what they do.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::listener::Listener;
use crate::role::Role;
use crate::rules::{NetworkFault, Rules};
use crate::shared::SharedNetwork;
use crate::stream::Stream;
use crate::trace::TraceEvent;

/// An in-memory network. A clone is another handle of the same network.
#[derive(Clone, Debug)]
pub struct Network {
    shared: SharedNetwork,
}

impl Network {
    /// A network at the time 0.
    #[must_use]
    pub fn new(seed: u64, rules: Rules) -> Network {
        Network {
            shared: SharedNetwork::new(seed, rules),
        }
    }

    /// The time since the network's beginning.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.shared.look(|state| state.now)
    }

    /// When something happens next, if nobody makes a call before. Never before [`Network::now`].
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        self.shared.look(|state| state.next())
    }

    /// Lets the time pass until `to`, and everything happen that is due, in order. A time that has passed
    /// does nothing. Callbacks of polls are called once all of it has happened: who wants them at their
    /// times goes from [`Network::next`] to the next.
    pub fn advance(&self, to: Duration) {
        self.shared.call(|state| state.advance(to));
    }

    /// Opens a listening socket; port 0 is a free port. `backlog` is as in listen(2): one more connection
    /// than it says may wait to be accepted. The addresses `0.0.0.0` and `::` stand for all of their
    /// family, and for none of the other.
    ///
    /// # Errors
    /// `AddrInUse` if a listener has the port at this address; `AddrNotAvailable` if [`Rules::addresses`]
    /// has no such address.
    pub fn listen(&self, address: SocketAddr, backlog: usize) -> io::Result<Listener> {
        let (id, address) = self.shared.call(|state| state.listen(address, backlog))?;
        Ok(Listener::new(self.shared.clone(), id, address))
    }

    /// Whether this network's machine has the address ([`Rules::addresses`]).
    #[must_use]
    pub fn has_address(&self, ip: IpAddr) -> bool {
        self.shared.look(|state| state.has_address(ip))
    }

    /// Begins to connect, and returns at once: when the stream is writable, it is connected or has failed
    /// ([`Stream::take_error`]). Without `from` the client has the server's address and a free port.
    ///
    /// # Errors
    /// `AddrInUse` if this very connection exists; `NetworkUnreachable` if [`Rules::addresses`] has no such
    /// address; `InvalidInput` for addresses of different families.
    pub fn connect(&self, from: Option<SocketAddr>, to: SocketAddr) -> io::Result<Stream> {
        let number = self.shared.call(|state| state.connect(from, to))?;
        Ok(Stream::new(self.shared.clone(), number, Role::Client))
    }

    /// Changes the rules from now on, for connections that are there as well; [`Rules::trace`] stays.
    /// `change` must not use the network, whose lock it runs under.
    pub fn change_rules(&self, change: impl FnOnce(&mut Rules)) {
        self.shared.call(|state| {
            change(&mut state.rules);
            state.rules.leave_room();
        });
    }

    /// Adds a fault by script.
    pub fn add_fault(&self, fault: NetworkFault) {
        self.shared.call(|state| state.add_fault(fault));
    }

    /// How many connects there were: the number of the last connection.
    #[must_use]
    pub fn connects(&self) -> u32 {
        self.shared.look(|state| state.last_connection)
    }

    /// How many accepts have found a connection, whether they failed or not.
    #[must_use]
    pub fn accepts(&self) -> u64 {
        self.shared.look(|state| state.accepts)
    }

    /// The faults that have happened, each as the script that brings it about again.
    #[must_use]
    pub fn faults(&self) -> Vec<NetworkFault> {
        self.shared.look(|state| state.trace.faults().to_vec())
    }

    /// Takes the events that nobody took yet.
    #[must_use]
    pub fn take_trace(&self) -> Vec<TraceEvent> {
        self.shared.call(|state| state.trace.take())
    }

    /// The last events that the trace has, so many of them at most. It keeps them.
    #[must_use]
    pub fn last_events(&self, most: usize) -> Vec<TraceEvent> {
        self.shared.look(|state| state.trace.last(most).to_vec())
    }

    /// Events that the trace had no room for ([`Rules::trace`]).
    #[must_use]
    pub fn lost_trace_events(&self) -> u64 {
        self.shared.look(|state| state.trace.lost())
    }

    /// Connections that somebody has an end of, or whose last segments are under way.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.look(|state| state.connections.len())
    }

    pub(crate) fn shared(&self) -> &SharedNetwork {
        &self.shared
    }
}
