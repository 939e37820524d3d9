//! A moment at which something is due on a connection, and what it is.
//!
//! Owns the data. Does not own when an alarm runs and what it does (`timers.rs`). Threading: behind the lock
//! of the connection's slot.

use httpsys_core::RequestId;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::timer::Tick;

/// What an alarm is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Nothing,
    Timer(TimerKind),
    /// A closing connection's last moment.
    Linger,
    /// The bandwidth lets the waiting send go on.
    Bandwidth,
    /// The protocol of a carrier waits no longer.
    Protocol,
}

/// A purpose with its time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alarm {
    pub(crate) purpose: Purpose,
    pub(super) at: Tick,
}

impl Alarm {
    pub(crate) const NONE: Alarm = Alarm {
        purpose: Purpose::Nothing,
        at: Tick::NEVER,
    };
}

/// How long a client may take for a response of which a send has waited (TMO-010).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    pub(super) request: RequestId,
    /// The bytes of the connection up to which time was given ([`Conn::sent`]).
    pub(super) position: u64,
    /// Those that were sent then, and what other streams of HTTP/2 on the same connection had sent.
    pub(super) sent: u64,
    pub(super) others: u64,
    /// When the client must have taken them, in the clock's milliseconds.
    pub(super) until: u64,
}
