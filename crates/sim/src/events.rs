//! What happens in a simulation without a thread.

use std::time::Duration;

use httpsys_network::Network;

/// What is due at a time, as deliveries of a network are.
///
/// Both calls are made by whatever thread of the simulation ran last, at a moment at which no thread can
/// run. They may wake threads; they must not wait for any.
pub trait TimedEvents: Send + Sync {
    /// When the next event is due.
    fn next(&self) -> Option<Duration>;

    /// It is that late now: everything that is due happens. Also called where nothing is due.
    fn advance(&self, to: Duration);
}

impl TimedEvents for Network {
    fn next(&self) -> Option<Duration> {
        Network::next(self)
    }

    fn advance(&self, to: Duration) {
        Network::advance(self, to);
    }
}
