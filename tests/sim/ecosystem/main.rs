//! The features of the crate `httpsys` for other crates, in simulations: no port, no runtime, a clock that jumps ahead.
//!
//! Owns: what takes time or ends early: back-pressure, clients that leave, idle connections, shutdown. Does not own
//! conversion and framing, which are tested over sockets (`crates/httpsys/tests/ecosystem`). Each test runs under ten
//! seeds from HTTPSYS_SEED on, with strict mode.
#![allow(missing_docs, reason = "a test program")]

mod bodies;
mod pipes;
mod requests;
mod serving;
mod site;
