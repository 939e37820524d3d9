//! A service on a simulated network: the engine's half of the simulation.
//!
//! Owns: that calls, timers and the engine's own threads run in a world, and run alike with the same
//! seed. Does not own: the network's behaviour (`httpsys-network`) nor the programs of the simulation.
#![allow(missing_docs, reason = "a test program")]

mod calls;
mod faults;
mod h2;
mod h2_turns;
mod proxy;
mod simulated;
