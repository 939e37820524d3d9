//! Tests of the Rust API on real sockets, in one binary.
//!
//! Owns what this crate adds to the engine. The rows of the behaviour catalog are tested by the
//! project's conformance suite.

mod allocations;
mod cached_races;
mod files;
mod objects;
mod requests;
mod responses;
mod support;
mod upgraded;
