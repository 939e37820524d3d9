//! Where a socket listens that a service manager has passed (ACT rows).
//!
//! Owns the data. Does not own the sockets (`passed.rs`), nor which of them a registration uses
//! (`transport/listener.rs`). Threading: plain value.

use std::net::SocketAddr;

/// See the module head.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(unix), allow(dead_code, reason = "no socket is passed there"))]
pub(crate) struct PassedEndpoint {
    pub(crate) address: SocketAddr,
    /// It is an IPv6 socket that accepts clients over IPv4, too.
    pub(crate) has_both_families: bool,
}
