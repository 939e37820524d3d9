//! Services and clients in a simulation.
//!
//! Owns: making them, the rules and faults of their network, and the check that nothing is left unanswered.
//! Does not own: the simulation itself (`sim.rs`), clients (`client.rs`), faults (`fault.rs`).

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use httpsys::{Finding, Parameters, Service, StrictMode};
use httpsys_engine::UnansweredRequest;
use httpsys_engine::logging::MemoryDisk;
use httpsys_network::{Network, Rules};

use crate::client::Client;
use crate::failure::FailureKind;
use crate::fault::SimFault;
use crate::sim::Sim;

/// Services and clients.
impl Sim {
    /// The network of the simulation's services and clients; by default an ideal loopback.
    #[must_use]
    pub fn loopback(&self) -> &Network {
        let make = || self.network(Rules::default());
        self.parts().loopback.get_or_init(make)
    }

    /// Changes the rules of [`Sim::loopback`]: sizes of buffers, delays, faults by chance.
    #[must_use]
    pub fn rules(self, change: impl FnOnce(&mut Rules)) -> Sim {
        self.loopback().change_rules(change);
        self
    }

    /// Lets bytes arrive in two pieces with this probability, cut at a random place, as TCP may at any time.
    #[must_use]
    pub fn split_bytes(self, probability: f64) -> Sim {
        self.rules(|rules| rules.split = probability.into())
    }

    /// How long bytes are under way, drawn for each piece.
    #[must_use]
    pub fn delay(self, time: RangeInclusive<Duration>) -> Sim {
        self.rules(|rules| rules.delay = time)
    }

    /// Strict mode: services that are made from now on look for misuse of the API, and [`Sim::finish`] panics with what
    /// they have found, a line for each ([`FailureKind::Misused`]).
    #[must_use]
    pub fn strict(self) -> Sim {
        self.parts().strict.store(true, Relaxed);
        self
    }

    /// What strict mode has found so far, in all services of the simulation.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.parts().findings()
    }

    /// Forgets what strict mode has found so far, where a test expects it.
    pub fn clear_findings(&self) {
        self.parts().clear_findings();
    }

    /// Adds a fault.
    pub fn on(&self, fault: SimFault) {
        fault.add_to(self.loopback());
    }

    /// A service on [`Sim::loopback`] and under the simulation's clock, for threads of the simulation.
    ///
    /// # Panics
    /// The parameters are invalid.
    #[must_use]
    pub fn service(&self, parameters: Parameters) -> Service {
        Service::simulated(self.engine(parameters))
    }

    /// As [`Sim::service`], for other faces than that of the crate `httpsys`.
    ///
    /// # Panics
    /// The parameters are invalid.
    #[must_use]
    pub fn engine(&self, mut parameters: Parameters) -> httpsys_engine::Service {
        if self.parts().strict.load(Relaxed) && parameters.strict == StrictMode::Off {
            parameters.strict = StrictMode::Collect;
        }
        let service = httpsys_engine::Service::in_world(parameters, self.loopback(), self.disk());
        let service = service.unwrap_or_else(|error| panic!("no service: {error}"));
        self.parts().keep(&service);
        service
    }

    /// The disk in memory to which the simulation's services write their logs.
    #[must_use]
    pub fn disk(&self) -> &MemoryDisk {
        &self.parts().disk
    }

    /// A client that is connected to this port of 127.0.0.1.
    ///
    /// # Panics
    /// Nobody listens there: see [`Sim::try_connect`].
    #[track_caller]
    #[must_use]
    pub fn connect(&self, port: u16) -> Client {
        match self.try_connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))) {
            Ok(client) => client,
            Err(error) => panic!("cannot connect to port {port}: {error}"),
        }
    }

    /// A client that is connected to this address.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub fn try_connect(&self, to: SocketAddr) -> io::Result<Client> {
        Client::connect(self.loopback(), to)
    }

    /// The requests of all services of the simulation that were neither answered nor cancelled, and whose
    /// connections are open.
    #[must_use]
    pub fn unanswered(&self) -> Vec<UnansweredRequest> {
        self.parts().unanswered()
    }

    /// Checks that every request is answered or cancelled, or has lost its connection. What is under way gets a
    /// second for that. [`Sim::finish`] does it too.
    ///
    /// # Panics
    /// With the seed and the last steps: [`FailureKind::Unanswered`].
    pub fn check(&self) {
        if let Some(kind) = self.look_for_unanswered() {
            self.fail_with(kind);
        }
    }

    pub(crate) fn look_for_unanswered(&self) -> Option<FailureKind> {
        if self.parts().has_no_service() {
            return None;
        }
        self.advance(Duration::from_secs(1));
        let requests: Vec<_> = self.unanswered().iter().map(describe).collect();
        (!requests.is_empty()).then_some(FailureKind::Unanswered { requests })
    }
}

fn describe(request: &UnansweredRequest) -> String {
    let UnansweredRequest {
        id,
        client,
        received,
    } = request;
    let whose = match received {
        true => "received by the program",
        false => "waits in its queue",
    };
    format!("{:#x} of {client} ({whose})", id.0)
}
