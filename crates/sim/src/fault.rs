//! The faults that a test asks for.
//!
//! Owns: their names, and what each is on the network at the moment it is asked for. Does not own: what a
//! fault does (`httpsys-network`).

use std::time::Duration;

use httpsys_network::{
    AcceptFault, ConnectionNumber, Damage, FaultMoment, Network, NetworkFault, Role,
};

/// Something that goes wrong in a simulation, once: [`crate::Sim::on`].
///
/// What happens to a connection happens to the next one that a client begins, unless
/// [`SimFault::of`] names one that is there. Counts of bytes are those that the server has sent, heads included.
/// What a client does to its own end, it does itself: [`crate::Client::reset`],
/// [`crate::Client::half_close`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimFault {
    kind: FaultCause,
    connection: Option<ConnectionNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum FaultCause {
    AcceptFails(u64),
    NoDescriptors(Duration),
    Refuse,
    Damage(FaultMoment, Damage),
}

impl SimFault {
    fn new(kind: FaultCause) -> SimFault {
        SimFault {
            kind,
            connection: None,
        }
    }

    fn damage(at: FaultMoment, damage: Damage) -> SimFault {
        SimFault::new(FaultCause::Damage(at, damage))
    }

    /// The next accepts, so many of them, fail as if the process had no descriptor left; the clients wait.
    #[must_use]
    pub fn accept_fails(times: u64) -> SimFault {
        SimFault::new(FaultCause::AcceptFails(times))
    }

    /// For so long every accept fails as if the process had no descriptor left.
    #[must_use]
    pub fn no_descriptors(time: Duration) -> SimFault {
        SimFault::new(FaultCause::NoDescriptors(time))
    }

    /// The next connect is refused although somebody listens.
    #[must_use]
    pub fn refuse() -> SimFault {
        SimFault::new(FaultCause::Refuse)
    }

    /// When the server has sent so many bytes the connection breaks: both ends are reset.
    #[must_use]
    pub fn reset_after(bytes: u64) -> SimFault {
        SimFault::damage(FaultMoment::Sent(Role::Server, bytes), Damage::Reset)
    }

    /// When the server has sent so many bytes the client's end sends nothing more, and the server sees the end
    /// of the client's stream.
    #[must_use]
    pub fn half_close_after(bytes: u64) -> SimFault {
        let damage = Damage::HalfClose(Role::Client);
        SimFault::damage(FaultMoment::Sent(Role::Server, bytes), damage)
    }

    /// When the server has written so many bytes its send buffer is full for so long.
    #[must_use]
    pub fn full_send_buffer(bytes: u64, time: Duration) -> SimFault {
        let damage = Damage::FullSendBuffer(Role::Server, time);
        SimFault::damage(FaultMoment::Written(Role::Server, bytes), damage)
    }

    /// When the server has sent so many bytes the rest takes so much longer.
    #[must_use]
    pub fn stall_after(bytes: u64, time: Duration) -> SimFault {
        let damage = Damage::Stall(Role::Server, time);
        SimFault::damage(FaultMoment::Sent(Role::Server, bytes), damage)
    }

    /// It happens to this connection: [`crate::Client::number`].
    #[must_use]
    pub fn of(mut self, connection: ConnectionNumber) -> SimFault {
        self.connection = Some(connection);
        self
    }

    /// Enters it into the network's script.
    pub(crate) fn add_to(&self, network: &Network) {
        let next = ConnectionNumber(network.connects() + 1);
        let connection = self.connection.unwrap_or(next);
        match self.kind {
            FaultCause::AcceptFails(times) => {
                let accepted = network.accepts();
                let error = AcceptFault::NoDescriptors;
                for nth in accepted + 1..=accepted + times {
                    network.add_fault(NetworkFault::Accept { nth, error });
                }
            }
            FaultCause::NoDescriptors(time) => network.add_fault(NetworkFault::NoDescriptors {
                from: network.now(),
                until: network.now().saturating_add(time),
            }),
            FaultCause::Refuse => network.add_fault(NetworkFault::Refuse { connection }),
            FaultCause::Damage(at, damage) => network.add_fault(NetworkFault::Connection {
                connection,
                at,
                damage,
            }),
        }
    }
}
