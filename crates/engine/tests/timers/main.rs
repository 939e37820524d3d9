//! Timers and limits of connections under a clock that is turned by hand, and how connections end.
//!
//! Owns: one module per timer, one for where values come from, one for races, one for slots that are
//! used again, two for limits, and one for the ends that neither causes. Does not own: real time (the tests
//! `conformance` and `slow`), nor the wheel itself (unit tests of `httpsys-core`).
//!
//! "Not before" is asked after the clock was turned to a millisecond before; "at the latest" after it
//! was turned to a second behind (G-087). Nothing here waits for time to pass.
#![allow(missing_docs, reason = "a test program")]
#![cfg_attr(
    windows,
    allow(dead_code, reason = "what only send_rate uses, which is not there")
)]

mod bandwidth;
mod calls;
mod client;
mod drain;
mod ends;
mod entity_body;
#[path = "../support/events.rs"]
mod events;
mod handshake;
mod header_wait;
mod idle;
mod limits;
#[path = "../support/port.rs"]
mod port;
// macOS has no second address of loopback.
#[cfg(not(target_os = "macos"))]
mod proxy;
mod race;
mod request_queue;
// Windows does not say what a client has taken, which these count to the byte.
#[cfg(not(windows))]
mod send_rate;
mod slots;
mod streams;
mod values;
mod world;

use std::time::Duration;

/// So long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(60);
