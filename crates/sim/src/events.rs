//! What happens in a simulation without a thread.

use std::fmt::Write;
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

    /// What has happened last, in lines, for the report of a failure.
    fn report(&self) -> String {
        String::new()
    }
}

/// Events of a network that a report has.
const LAST_EVENTS: usize = 40;

impl TimedEvents for Network {
    fn next(&self) -> Option<Duration> {
        Network::next(self)
    }

    fn advance(&self, to: Duration) {
        Network::advance(self, to);
    }

    fn report(&self) -> String {
        let mut report = String::from("the last events of the network:\n");
        for event in self.last_events(LAST_EVENTS) {
            let _ = writeln!(report, "{event}");
        }
        match self.lost_trace_events() {
            0 => {}
            lost => drop(writeln!(
                report,
                "and {lost} more, for which its trace had no room"
            )),
        }
        report
    }
}
