//! Support for the tests of httpsys: what the test files of this package share.
//!
//! Owns: free ports, a client that speaks bytes, the two doors to the service ([`door`]: the C ABI
//! through windows-sys, and the crate httpsys), OVERLAPPED helpers, programs as child processes and
//! the deadline of every test. Does not own any expectation: those stand in the tests, row by row.
//!
//! Invariants: nothing waits without a deadline, so that a broken build fails instead of hanging;
//! no test depends on time passing. Threading: everything may be used from several threads.

pub mod client;
pub mod door;
pub mod error_page;
pub mod overlapped;
pub mod ports;
pub mod program;
pub mod raw;
pub mod watchdog;

use std::time::Duration;

/// How long a test waits for what must come. It only ends a test that has failed already.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The programs of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
