//! An in-memory TCP network with its own time and seed, which behaves as Linux's loopback does.
//!
//! Owns: listeners, connections, windows, delays, readiness, and faults by chance and by script. Does
//! not own: threads, clocks, or who runs when: time is an argument of [`Network::advance`], and no call
//! blocks. Invariants: the same seed, rules and calls give the same trace on every platform; nothing
//! depends on the order of a hash map. Threading: every handle may be used from any thread; calls take
//! turns.
//!
//! ```
//! use httpsys_network::{Network, Rules};
//!
//! let network = Network::new(1, Rules::default());
//! let listener = network.listen("127.0.0.1:80".parse()?, 16)?;
//! let client = network.connect(None, "127.0.0.1:80".parse()?)?;
//! let (server, _) = listener.accept()?;
//! client.write(b"hello")?;
//! let mut buffer = [0; 16];
//! assert_eq!(server.read(&mut buffer)?, 5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod close;
mod connection;
mod end;
mod faults;
mod handshake;
mod listener;
mod network;
mod pipe;
mod poll;
mod random;
mod readiness;
mod role;
mod rules;
mod shared;
mod state;
mod stream;
mod trace;
mod transfer;
mod watches;

pub use listener::Listener;
pub use network::Network;
pub use poll::{Poll, PolledSocket};
pub use random::Chance;
pub use readiness::{Event, WAKE};
pub use role::{ConnectionNumber, Role};
pub use rules::{AcceptFault, Damage, FaultMoment, FullBacklog, NetworkFault, Rules};
pub use stream::Stream;
pub use trace::{TraceEvent, TraceKind};
