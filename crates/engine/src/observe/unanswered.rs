//! The requests that have no complete answer, for the end of a simulation.
//!
//! Owns: the look. Does not own: whether that is an error. Threading: any thread; it locks one slot at a time.

use std::net::SocketAddr;

use httpsys_core::RequestId;
use httpsys_core::connection::DeliveryState;

use crate::service::Service;

/// A request that was neither answered to the end nor cancelled, and whose connection is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnansweredRequest {
    /// The request.
    pub id: RequestId,
    /// The client that has sent it.
    pub client: SocketAddr,
    /// A receive has handed it to the program; else it waits in its queue.
    pub received: bool,
}

impl Service {
    /// The requests that nobody has answered yet.
    #[must_use]
    pub fn unanswered(&self) -> Vec<UnansweredRequest> {
        let mut found = Vec::new();
        self.for_each_connection(|_, conn| {
            if let Some(exchange) = conn.state.exchange() {
                found.push(UnansweredRequest {
                    id: exchange.request(),
                    client: conn.remote,
                    received: exchange.delivery() != DeliveryState::Queued,
                });
            }
        });
        found
    }
}
