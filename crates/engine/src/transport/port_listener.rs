//! A listening socket, with its address and the IP listen list it was opened with.
//!
//! Owns the data. Does not own which addresses of a port are open (`listener.rs`).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::transport::listening::Listening;

#[derive(Debug)]
pub(crate) struct PortListener {
    pub(crate) socket: Listening,
    pub(crate) address: SocketAddr,
    /// Its connections begin with a TLS handshake: the registrations of its port are https.
    pub(crate) is_secure: bool,
    /// The IP listen list with which the port was opened.
    pub(super) list: Arc<[IpAddr]>,
}
