//! A connection: its two ends and the two directions between them.
//!
//! Owns: which pipe an end writes to and which it reads from. Does not own: what moves in them.

use std::net::SocketAddr;

use crate::end::TcpEnd;
use crate::pipe::Pipe;
use crate::role::{ConnectionNumber, Role};
use crate::rules::{Damage, FaultMoment};

/// What goes from one end to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Syn,
    SynAck,
    /// The last part of the handshake.
    Established,
    /// The next bytes of the pipe that are under way.
    Data(usize),
    Fin,
    Reset,
    Acknowledge {
        arrived: u64,
        window_end: u64,
    },
}

#[derive(Debug)]
pub(crate) struct TcpConnection {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    /// The listener in whose backlog the server's end is.
    pub(crate) listener: Option<u32>,
    /// How often SYN was sent.
    pub(crate) attempts: u32,
    /// Faults by script that wait for bytes.
    pub(crate) script: Vec<(FaultMoment, Damage)>,
    ends: [TcpEnd; 2],
    pipes: [Pipe; 2],
}

impl TcpConnection {
    pub(crate) fn new(
        seed: u64,
        number: ConnectionNumber,
        (client, server): (SocketAddr, SocketAddr),
        window: usize,
    ) -> TcpConnection {
        let pipe = |sender| Pipe::new(seed, number.0, sender, window);
        TcpConnection {
            client,
            server,
            listener: None,
            attempts: 0,
            script: Vec::new(),
            ends: [TcpEnd::new(), TcpEnd::new()],
            pipes: [pipe(Role::Client), pipe(Role::Server)],
        }
    }

    pub(crate) fn end(&self, role: Role) -> &TcpEnd {
        &self.ends[role.index()]
    }

    pub(crate) fn end_mut(&mut self, role: Role) -> &mut TcpEnd {
        &mut self.ends[role.index()]
    }

    /// What `role` sends.
    pub(crate) fn outgoing(&self, role: Role) -> &Pipe {
        &self.pipes[role.index()]
    }

    pub(crate) fn outgoing_mut(&mut self, role: Role) -> &mut Pipe {
        &mut self.pipes[role.index()]
    }

    /// What `role` receives.
    pub(crate) fn incoming(&self, role: Role) -> &Pipe {
        self.outgoing(role.peer())
    }

    pub(crate) fn incoming_mut(&mut self, role: Role) -> &mut Pipe {
        self.outgoing_mut(role.peer())
    }

    /// The address of this end.
    pub(crate) fn address(&self, role: Role) -> SocketAddr {
        match role {
            Role::Client => self.client,
            Role::Server => self.server,
        }
    }

    /// Nobody can see it any more.
    pub(crate) fn is_over(&self) -> bool {
        self.ends.iter().all(|end| end.is_orphan && end.is_closed())
    }
}
