//! The sockets of a port that was taken for port 0, until the call that wants it is applied.
//!
//! Owns the sockets. Does not own finding the port (`free_port.rs`) nor what listens (`transport/listener.rs`).

use std::net::SocketAddr;

use httpsys_core::UrlGroupId;
use httpsys_core::model::Model;

use crate::transport::listening::Listening;

/// A socket with the address on which it listens.
pub(crate) type Opened = (SocketAddr, Listening);

/// The sockets of a port that was taken for a call that is not applied yet. Those that the call
/// does not use close when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) group: Option<UrlGroupId>,
    pub(crate) sockets: Vec<Opened>,
}

impl Taken {
    /// The socket that listens on this address, if it is one of these.
    pub(crate) fn socket_of(&mut self, address: SocketAddr) -> Option<Listening> {
        let mut sockets = self.sockets.iter();
        let at = sockets.position(|(taken, _)| *taken == address)?;
        Some(self.sockets.swap_remove(at).1)
    }

    /// The call has failed: the group that got the port does not need it.
    pub(crate) fn give_back(self, model: &mut Model) {
        if let Some(group) = self.group {
            model.give_back_port(group);
        }
    }
}
