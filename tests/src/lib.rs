//! Support for the tests of httpsys: what the test files of this package share.
//!
//! Owns: free ports, a client that speaks bytes, the two doors to the service ([`door`]: the C ABI
//! through windows-sys, and the crate httpsys), OVERLAPPED helpers, programs as child processes, the
//! deadline of every test, and the simulation in which the same bodies run with the feature `sim`. Does
//! not own any expectation: those stand in the tests, row by row.
//!
//! Invariants: nothing waits without a deadline, so that a broken build fails instead of hanging;
//! no test depends on time passing. Threading: everything may be used from several threads.

pub mod clear;
pub mod client;
pub mod door;
pub mod error_page;
pub mod files;
pub mod h2;
pub mod net;
pub mod overlapped;
pub mod ports;
pub mod program;
pub mod raw;
pub mod simulation;
pub mod sync;
pub mod thread;
pub mod time;
pub mod tls;
pub mod watchdog;

use std::time::Duration;

/// How long a test waits for what must come. It only ends a test that has failed already.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The Rust code of the pages compiles. A page that has none yet costs nothing here.
#[cfg(doctest)]
pub mod pages {
    #[doc = include_str!("../../README.md")]
    pub struct Readme;
    #[doc = include_str!("../../crates/httpsys/README.md")]
    pub struct CrateReadme;
    #[doc = include_str!("../../crates/httpapi/README.md")]
    pub struct LibraryReadme;
    #[doc = include_str!("../../docs/FIRST-STEPS-RUST.md")]
    pub struct FirstSteps;
    #[doc = include_str!("../../docs/CACHING.md")]
    pub struct Caching;
    #[doc = include_str!("../../docs/LOGGING.md")]
    pub struct Logging;
    #[doc = include_str!("../../docs/PARAMETERS.md")]
    pub struct Parameters;
    #[doc = include_str!("../../docs/PROXY.md")]
    pub struct Proxy;
    #[doc = include_str!("../../docs/TESTING.md")]
    pub struct Testing;
}
