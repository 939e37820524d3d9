//! From listen and connect to accept.
//!
//! Owns: addresses and ports, the handshake, the backlog, how an accept fails. Does not own: what goes over
//! a connection that is there. Sources: listen(2), accept(2), tcp(7); `tests/model` compares.

use std::collections::btree_map::Entry;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::connection::{Segment, TcpConnection};
use crate::end::TcpState;
use crate::random::SplitMix;
use crate::role::{ConnectionNumber, Role};
use crate::rules::{AcceptFault, FullBacklog};
use crate::state::{ListenerState, NetworkState, Scheduled};
use crate::trace::TraceKind;
use crate::watches::PollSource;

/// Ports that the network gives out (RFC 6335).
const FIRST_FREE_PORT: u16 = 49_152;
/// How often a client sends SYN, and how long it waits for the answer to the first.
const SYN_ATTEMPTS: u32 = 7;
const SYN_WAIT: Duration = Duration::from_secs(1);

/// How an accept ended without a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAccepted {
    NoneWaits,
    Fault(AcceptFault),
}

impl NetworkState {
    pub(crate) fn listen(
        &mut self,
        mut address: SocketAddr,
        backlog: usize,
    ) -> Result<(u32, SocketAddr), ErrorKind> {
        if !address.ip().is_unspecified() && !self.has_address(address.ip()) {
            return Err(ErrorKind::AddrNotAvailable);
        }
        if address.port() == 0 {
            address = self.free_port(address.ip(), |network, tried| {
                network.is_listened_on(tried) || network.is_in_use(tried)
            })?;
        } else if self.is_listened_on(address) {
            return Err(ErrorKind::AddrInUse);
        }
        self.last_listener += 1;
        let listener = ListenerState {
            address,
            backlog,
            pending: 0,
            queue: Default::default(),
        };
        self.listeners.insert(self.last_listener, listener);
        self.note(TraceKind::Listen(address));
        Ok((self.last_listener, address))
    }

    /// Connections that nobody accepted are reset, as on Linux.
    pub(crate) fn close_listener(&mut self, id: u32) {
        let Some(listener) = self.listeners.remove(&id) else {
            return;
        };
        self.watches.forget(PollSource::Listener(id));
        self.note(TraceKind::ListenerClosed(listener.address));
        for number in listener.queue {
            self.reset(number, Role::Server);
        }
    }

    pub(crate) fn connect(
        &mut self,
        from: Option<SocketAddr>,
        mut to: SocketAddr,
    ) -> Result<ConnectionNumber, ErrorKind> {
        if to.ip().is_unspecified() {
            to.set_ip(loopback(to.ip()));
        }
        if !self.has_address(to.ip()) {
            return Err(ErrorKind::NetworkUnreachable);
        }
        let mut from = from.unwrap_or_else(|| SocketAddr::new(to.ip(), 0));
        if from.is_ipv4() != to.is_ipv4() {
            return Err(ErrorKind::InvalidInput);
        }
        if from.port() == 0 {
            from = self.free_port(from.ip(), NetworkState::is_in_use)?;
        } else if self.is_connected(from, to) {
            return Err(ErrorKind::AddrInUse);
        }
        self.last_connection += 1;
        let number = ConnectionNumber(self.last_connection);
        let window = self.rules.receive_buffer;
        let connection = TcpConnection::new(self.seed, number, (from, to), window);
        self.connections.insert(number, connection);
        *self.clients.entry(plain(from)).or_default() += 1;
        self.note(TraceKind::Connect(number, from, to));
        self.install_script(number);
        self.send_syn(number);
        Ok(number)
    }

    pub(crate) fn send_syn(&mut self, number: ConnectionNumber) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let client = connection.end_mut(Role::Client);
        if client.is_closed() {
            // The client has given up.
            return self.drop_embryo(number);
        }
        connection.attempts += 1;
        if connection.attempts > SYN_ATTEMPTS {
            self.note(TraceKind::TimedOut(number));
            return self.fail_connect(number, ErrorKind::TimedOut);
        }
        self.send(number, Role::Client, Segment::Syn);
    }

    pub(crate) fn syn_arrives(&mut self, number: ConnectionNumber) {
        let Some(connection) = self.connections.get(&number) else {
            return;
        };
        let (to, attempts) = (connection.server, connection.attempts);
        let listener = self.listener_for(to);
        let Some(id) = listener.filter(|_| !self.is_refused(number)) else {
            return self.refuse(number);
        };
        let Some(listener) = self.listeners.get_mut(&id) else {
            return self.refuse(number);
        };
        // Linux: one more than the backlog says.
        if listener.pending + listener.queue.len() > listener.backlog {
            self.note(TraceKind::BacklogFull(number));
            return match self.rules.full_backlog {
                FullBacklog::Refuses => self.refuse(number),
                FullBacklog::Delays => {
                    let wait = SYN_WAIT * (1 << (attempts.clamp(1, SYN_ATTEMPTS) - 1));
                    self.schedule(self.now.saturating_add(wait), Scheduled::SynAgain(number));
                }
            };
        }
        listener.pending += 1;
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.listener = Some(id);
        }
        self.send(number, Role::Server, Segment::SynAck);
    }

    pub(crate) fn syn_ack_arrives(&mut self, number: ConnectionNumber) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let client = connection.end_mut(Role::Client);
        if client.is_closed() {
            // The client has given up.
            return self.send(number, Role::Client, Segment::Reset);
        }
        client.state = TcpState::Open;
        self.note(TraceKind::Connected(number));
        self.edge(number, Role::Client);
        self.send(number, Role::Client, Segment::Established);
        self.transmit(number, Role::Client);
    }

    pub(crate) fn handshake_ends(&mut self, number: ConnectionNumber) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let id = connection.listener.take();
        let listener = id.and_then(|id| Some((id, self.listeners.get_mut(&id)?)));
        let Some((id, listener)) = listener else {
            return self.refuse(number);
        };
        connection.end_mut(Role::Server).state = TcpState::Open;
        listener.pending -= 1;
        listener.queue.push_back(number);
        self.note(TraceKind::Queued(number));
        self.watches.edge(PollSource::Listener(id));
        self.transmit(number, Role::Server);
    }

    /// Nobody is there who would take the connection.
    fn refuse(&mut self, number: ConnectionNumber) {
        self.send(number, Role::Server, Segment::Reset);
        self.drop_embryo(number);
    }

    /// The server's end goes before it was in a backlog's queue.
    pub(crate) fn drop_embryo(&mut self, number: ConnectionNumber) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let listener = connection.listener.take();
        let server = connection.end_mut(Role::Server);
        (server.state, server.is_orphan) = (TcpState::Closed, true);
        if let Some(listener) = listener.and_then(|id| self.listeners.get_mut(&id)) {
            listener.pending -= 1;
        }
        self.remove_if_over(number);
    }

    pub(crate) fn fail_connect(&mut self, number: ConnectionNumber, error: ErrorKind) {
        if let Some(connection) = self.connections.get_mut(&number) {
            let client = connection.end_mut(Role::Client);
            (client.state, client.error) = (TcpState::Closed, Some(error));
            let server = connection.end_mut(Role::Server);
            (server.state, server.is_orphan) = (TcpState::Closed, true);
            self.edge(number, Role::Client);
            self.remove_if_over(number);
        }
    }

    pub(crate) fn accept(&mut self, id: u32) -> Result<ConnectionNumber, NotAccepted> {
        let result = self.accept_one(id);
        match result {
            Ok(number) => self.note(TraceKind::Accept(number)),
            Err(NotAccepted::NoneWaits) => {
                self.note(TraceKind::AcceptFailed(ErrorKind::WouldBlock));
            }
            // Noted as a fault.
            Err(NotAccepted::Fault(_)) => {}
        }
        result
    }

    fn accept_one(&mut self, id: u32) -> Result<ConnectionNumber, NotAccepted> {
        // Linux looks for a descriptor first.
        if self.has_no_descriptors() {
            return Err(NotAccepted::Fault(AcceptFault::NoDescriptors));
        }
        let listener = self.listeners.get_mut(&id);
        let first = listener.and_then(|listener| listener.queue.front().copied());
        let number = first.ok_or(NotAccepted::NoneWaits)?;
        let fault = self.accept_fault();
        if fault == Some(AcceptFault::NoDescriptors) {
            return Err(NotAccepted::Fault(AcceptFault::NoDescriptors));
        }
        if let Some(listener) = self.listeners.get_mut(&id) {
            listener.queue.pop_front();
        }
        match fault {
            Some(fault) => {
                self.reset(number, Role::Server);
                Err(NotAccepted::Fault(fault))
            }
            None => Ok(number),
        }
    }

    /// Whether the network's machine has this address.
    pub(crate) fn has_address(&self, ip: IpAddr) -> bool {
        let addresses = &self.rules.addresses;
        ip.is_loopback() || addresses.is_empty() || addresses.contains(&ip)
    }

    /// A listener on exactly this address, else one on all addresses of its family.
    fn listener_for(&self, to: SocketAddr) -> Option<u32> {
        let at = |wanted: SocketAddr| {
            let mut listeners = self.listeners.iter();
            let found = listeners.find(|(_, listener)| same(listener.address, wanted));
            found.map(|(id, _)| *id)
        };
        at(to).or_else(|| at(SocketAddr::new(unspecified(to.ip()), to.port())))
    }

    /// bind(2): one address and all of them exclude each other.
    fn is_listened_on(&self, address: SocketAddr) -> bool {
        self.listeners.values().any(|listener| {
            let other = listener.address;
            let overlap = other.ip() == address.ip()
                || other.ip().is_unspecified()
                || address.ip().is_unspecified();
            other.port() == address.port() && other.is_ipv4() == address.is_ipv4() && overlap
        })
    }

    /// Whether a connection uses this address and port as its own.
    fn is_in_use(&self, address: SocketAddr) -> bool {
        self.clients.contains_key(&plain(address))
    }

    /// A connection has gone.
    pub(crate) fn give_address_back(&mut self, client: SocketAddr) {
        if let Entry::Occupied(mut entry) = self.clients.entry(plain(client)) {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }

    fn is_connected(&self, from: SocketAddr, to: SocketAddr) -> bool {
        let mut connections = self.connections.values();
        connections.any(|other| same(other.client, from) && same(other.server, to))
    }

    /// A port of this address that is not `taken`, in the order of numbers.
    fn free_port(
        &mut self,
        ip: IpAddr,
        taken: impl Fn(&NetworkState, SocketAddr) -> bool,
    ) -> Result<SocketAddr, ErrorKind> {
        for _ in FIRST_FREE_PORT..=u16::MAX {
            self.last_port = match self.last_port.checked_add(1) {
                Some(port) => port.max(FIRST_FREE_PORT),
                None => FIRST_FREE_PORT,
            };
            let address = SocketAddr::new(ip, self.last_port);
            if !taken(self, address) {
                return Ok(address);
            }
        }
        Err(ErrorKind::AddrInUse)
    }

    fn is_refused(&mut self, number: ConnectionNumber) -> bool {
        let mut random = SplitMix::new(self.seed, u64::from(number.0), 100);
        let by_chance = random.happens(self.rules.refuse);
        self.refused_by_fault(number, by_chance)
    }
}

/// Without what says nothing about where it is: flow and scope of IPv6.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port())
}

fn same(a: SocketAddr, b: SocketAddr) -> bool {
    a.ip() == b.ip() && a.port() == b.port()
}

fn loopback(family: IpAddr) -> IpAddr {
    match family {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    }
}

fn unspecified(family: IpAddr) -> IpAddr {
    match family {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}
