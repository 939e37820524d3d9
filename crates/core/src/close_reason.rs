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
    /// DrainEntityBody: the time for discarding an unread body (TMO-011).
    DrainEntityBody,
    /// MinSendRate: the client takes the response too slowly (TMO-010).
    MinSendRate,
}

/// Why a connection ended. The numbers are those of the C ABI (`HTTPSYS_CLOSE_REASON`) and do not
/// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The connection was closed gracefully: the response was its last (CON-010 to CON-014).
    Completed,
    /// The client closed the connection between two requests, or closed its sending side in the
    /// middle of something that could then not be completed.
    PeerClosed,
    /// The client reset the connection, or the network failed.
    PeerReset,
    /// HttpCancelHttpRequest (CXL-001).
    Cancelled,
    /// CancelIo, CancelIoEx, or dropping a future cancelled a send of which a part had been sent
    /// (SND-032).
    SendCancelled,
    /// The queue of the request was closed (SHD-007, SHD-008).
    QueueClosed,
    /// The last URL of the port was removed while the connection was idle (G-077).
    UrlRemoved,
    /// The service stopped (G-079).
    ServiceStopped,
    /// A timer expired.
    Timer(TimerKind),
    /// The service refused a request with a response of its own. The phrase is HTTPERR's (LOG-005).
    Refused(&'static str),
    /// A request got the 503 handling. The phrase is HTTPERR's (LOG-006).
    Unavailable(&'static str),
    /// The framing of the request's entity body is malformed (G-023).
    BodyMalformed,
    /// The client closed in the middle of the request's entity body (ENT-015).
    BodyIncomplete,
    /// A file chunk could not be read to its end.
    FileUnreadable,
    /// An internal limit: the slot of the connection has used up its ids, or there is no thread to
    /// read the file of a response.
    Exhausted,
    /// TLS failed: there was no certificate (TLS-001), the client sent clear text (G-099), or a
    /// handshake or a record was not valid. The phrase says which.
    Tls(&'static str),
    /// The client broke a rule or a limit of HTTP/2: a connection error (RFC 9113 section 5.4.1). The name says
    /// which, see WHY.md.
    Http2(&'static str),
    /// A proxy that is trusted at this port has not begun with a valid header of the PROXY protocol (PXY-005). The
    /// phrase says which.
    Proxy(&'static str),
}

impl CloseReason {
    /// The number in the C ABI, from 1.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            CloseReason::Completed => 1,
            CloseReason::PeerClosed => 2,
            CloseReason::PeerReset => 3,
            CloseReason::Cancelled => 4,
            CloseReason::SendCancelled => 5,
            CloseReason::QueueClosed => 6,
            CloseReason::UrlRemoved => 7,
            CloseReason::ServiceStopped => 8,
            CloseReason::Refused(_) => 9,
            CloseReason::Unavailable(_) => 10,
            CloseReason::BodyMalformed => 11,
            CloseReason::BodyIncomplete => 12,
            CloseReason::FileUnreadable => 13,
            CloseReason::Exhausted => 14,
            CloseReason::Tls(_) => 15,
            CloseReason::Http2(_) => 16,
            CloseReason::Proxy(_) => 17,
            CloseReason::Timer(TimerKind::IdleConnection) => 20,
            CloseReason::Timer(TimerKind::HeaderWait) => 21,
            CloseReason::Timer(TimerKind::RequestQueue) => 22,
            CloseReason::Timer(TimerKind::EntityBody) => 23,
            CloseReason::Timer(TimerKind::DrainEntityBody) => 24,
            CloseReason::Timer(TimerKind::MinSendRate) => 25,
        }
    }

    /// The name in events, counters and the C ABI. Where HTTPERR has a phrase for it whatever the
    /// state of the connection, it is that phrase.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CloseReason::Completed => "Completed",
            CloseReason::PeerClosed => "PeerClosed",
            CloseReason::PeerReset => "PeerReset",
            CloseReason::Cancelled => "Cancelled",
            CloseReason::SendCancelled => "SendCancelled",
            CloseReason::QueueClosed => "QueueClosed",
            CloseReason::UrlRemoved => "UrlRemoved",
            CloseReason::ServiceStopped => "ServiceStopped",
            CloseReason::Timer(timer) => timer.name(),
            CloseReason::Refused(phrase)
            | CloseReason::Unavailable(phrase)
            | CloseReason::Tls(phrase)
            | CloseReason::Http2(phrase)
            | CloseReason::Proxy(phrase) => phrase,
            CloseReason::BodyMalformed => "BodyMalformed",
            CloseReason::BodyIncomplete => "BodyIncomplete",
            CloseReason::FileUnreadable => "FileUnreadable",
            CloseReason::Exhausted => "Exhausted",
        }
    }

    /// The code with which calls that wait on the connection end.
    #[must_use]
    pub fn error(self) -> Error {
        match self {
            CloseReason::PeerReset => Error::PeerReset,
            CloseReason::Cancelled
            | CloseReason::SendCancelled
            | CloseReason::QueueClosed
            | CloseReason::ServiceStopped
            | CloseReason::BodyIncomplete => Error::Aborted,
            CloseReason::FileUnreadable => Error::EndOfBody,
            // ENT-016: what waits fails as what comes later does.
            CloseReason::Completed
            | CloseReason::PeerClosed
            | CloseReason::UrlRemoved
            | CloseReason::Timer(_)
            | CloseReason::Refused(_)
            | CloseReason::Unavailable(_)
            | CloseReason::BodyMalformed
            | CloseReason::Exhausted
            | CloseReason::Tls(_)
            | CloseReason::Http2(_)
            | CloseReason::Proxy(_) => Error::ConnectionInvalid,
        }
    }

    /// True for an ordinary end, caused by the client or the program, that needs no attention.
    #[must_use]
    pub fn is_ordinary(self) -> bool {
        matches!(
            self,
            CloseReason::Completed
                | CloseReason::PeerClosed
                | CloseReason::UrlRemoved
                | CloseReason::ServiceStopped
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
