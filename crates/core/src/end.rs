//! Why a connection ended.
//!
//! Owns: the list of reasons, their names, the phrase that the HTTPERR log has for each, and the
//! code with which calls end that waited on the connection. Does not own: who ends a connection,
//! nor the lines and events that are made of it. Threading: plain data.

use crate::error::Error;

/// A timer of a connection: HTTP_TIMEOUT_LIMIT_INFO, and the service's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerKind {
    /// IdleConnection: between two requests (TMO-012).
    IdleConnection,
    /// HeaderWait: from the first byte of a head to its last.
    HeaderWait,
    /// RequestQueue: from queueing to a receive (TMO-008).
    RequestQueue,
    /// EntityBody: between two arrivals of body bytes that a call waits for (TMO-006).
    EntityBody,
    /// DrainEntityBody: for throwing an unread body away (TMO-011).
    DrainEntityBody,
    /// MinSendRate: the client takes the response too slowly (TMO-010).
    MinSendRate,
}

/// Why a connection ended. The numbers are those of the C ABI (`HTTPSYS_CLOSE_REASON`); they stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// In order: the response was the connection's last (CON-010 to CON-014).
    Completed,
    /// The client closed between two requests, or its sending side in the middle of something that
    /// cannot be completed then.
    PeerClosed,
    /// The client reset the connection, or it broke.
    PeerReset,
    /// HttpCancelHttpRequest (CXL-001).
    Cancelled,
    /// CancelIo, CancelIoEx, or a dropped future took back a send of which a part was out (SND-032).
    SendCancelled,
    /// The queue of the request was closed (SHD-007, SHD-008).
    QueueClosed,
    /// The last URL of the port was removed while the connection was idle (G-077).
    UrlRemoved,
    /// The service stopped (G-079).
    ServiceStopped,
    /// A timer ran out.
    Timer(TimerKind),
    /// The service refused a request with a response of its own. The phrase is HTTPERR's (LOG-005).
    Refused(&'static str),
    /// A request got the 503 handling. The phrase is HTTPERR's (LOG-006).
    Unavailable(&'static str),
    /// The framing of the request's entity body is broken (G-023).
    BodyMalformed,
    /// The client ended in the middle of the request's entity body (ENT-015).
    BodyIncomplete,
    /// A file chunk could not be read that far.
    FileUnreadable,
    /// An internal limit: the place of the connection has used up its ids, or there is no thread to
    /// read the file of a response.
    Exhausted,
}

impl End {
    /// The number in the C ABI, from 1.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            End::Completed => 1,
            End::PeerClosed => 2,
            End::PeerReset => 3,
            End::Cancelled => 4,
            End::SendCancelled => 5,
            End::QueueClosed => 6,
            End::UrlRemoved => 7,
            End::ServiceStopped => 8,
            End::Refused(_) => 9,
            End::Unavailable(_) => 10,
            End::BodyMalformed => 11,
            End::BodyIncomplete => 12,
            End::FileUnreadable => 13,
            End::Exhausted => 14,
            End::Timer(TimerKind::IdleConnection) => 20,
            End::Timer(TimerKind::HeaderWait) => 21,
            End::Timer(TimerKind::RequestQueue) => 22,
            End::Timer(TimerKind::EntityBody) => 23,
            End::Timer(TimerKind::DrainEntityBody) => 24,
            End::Timer(TimerKind::MinSendRate) => 25,
        }
    }

    /// The name in events, counters and the C ABI. Where HTTPERR has a phrase for it whatever the
    /// state of the connection, it is that phrase.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            End::Completed => "Completed",
            End::PeerClosed => "PeerClosed",
            End::PeerReset => "PeerReset",
            End::Cancelled => "Cancelled",
            End::SendCancelled => "SendCancelled",
            End::QueueClosed => "QueueClosed",
            End::UrlRemoved => "UrlRemoved",
            End::ServiceStopped => "ServiceStopped",
            End::Timer(timer) => timer.name(),
            End::Refused(phrase) | End::Unavailable(phrase) => phrase,
            End::BodyMalformed => "BodyMalformed",
            End::BodyIncomplete => "BodyIncomplete",
            End::FileUnreadable => "FileUnreadable",
            End::Exhausted => "Exhausted",
        }
    }

    /// The code with which calls end that wait on the connection.
    #[must_use]
    pub fn error(self) -> Error {
        match self {
            End::PeerReset => Error::PeerReset,
            End::Cancelled
            | End::SendCancelled
            | End::QueueClosed
            | End::ServiceStopped
            | End::BodyIncomplete => Error::Aborted,
            End::FileUnreadable => Error::EndOfBody,
            // ENT-016: what waits fails as what comes later does.
            End::Completed
            | End::PeerClosed
            | End::UrlRemoved
            | End::Timer(_)
            | End::Refused(_)
            | End::Unavailable(_)
            | End::BodyMalformed
            | End::Exhausted => Error::ConnectionInvalid,
        }
    }

    /// True for an end that nobody has to look into: the client's or the program's ordinary doing.
    #[must_use]
    pub fn is_ordinary(self) -> bool {
        matches!(
            self,
            End::Completed | End::PeerClosed | End::UrlRemoved | End::ServiceStopped
        )
    }
}

impl TimerKind {
    /// HTTPERR's phrase (LOG-008). It has none for the drain timer, which is about the entity body.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TimerKind::IdleConnection => "Timer_ConnectionIdle",
            TimerKind::HeaderWait => "Timer_HeaderWait",
            TimerKind::RequestQueue => "Timer_ReqQueue",
            TimerKind::EntityBody | TimerKind::DrainEntityBody => "Timer_EntityBody",
            TimerKind::MinSendRate => "Timer_MinBytesPerSecond",
        }
    }
}
