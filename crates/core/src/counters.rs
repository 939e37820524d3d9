//! The performance counters of the service, of URL groups and of request queues: a snapshot.
//!
//! Owns: what is counted and what each number means, under the names of HTTP.sys's counter sets
//! *HTTP Service*, *HTTP Service Url Groups* and *HTTP Service Request Queues* (documented: the WMI
//! classes `Win32_PerfRawData_Counters_HTTPService...`), and the Prometheus text
//! ([`Counters::to_prometheus`]). Does not own: counting, which is the driver's. `docs/COUNTERS.md`
//! has the table of names. Threading: plain data.
//!
//! HTTP.sys's *rates* are kept as totals, as the raw WMI classes keep them: whoever reads them twice
//! divides by the time between. Totals begin at 0 with the object and never fall. When an object
//! closes its counters go with it; those of the service stay.

use crate::close_reason::{CloseReason, TimerKind};
use crate::ids::{QueueId, UrlGroupId};

mod named;
mod prometheus;
#[cfg(test)]
mod tests;

pub use named::Named;

/// Everything that is counted, as [`Counters::to_prometheus`] shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// The service.
    pub service: ServiceCounters,
    /// Each open URL group, by id.
    pub url_groups: Vec<UrlGroupCounters>,
    /// Each open request queue, by id.
    pub queues: Vec<QueueCounters>,
}

/// *HTTP Service*, and further counters of this service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceCounters {
    /// The counters of the response cache.
    pub uri_cache: UriCacheCounters,
    /// Connections that are open now.
    pub connections_open: u64,
    /// Connections that were accepted, including those that were dropped immediately.
    pub connections_accepted: u64,
    /// Connections that have ended, by [`CloseReason::name`]. One whose request was refused counts under the
    /// phrase of the refusal. `connections_accepted` is `connections_open`, the sum of these and
    /// [`FaultCounters::connections_dropped`].
    pub ends: Named,
    /// The same by [`CloseReason::number`]: the index is the number, 0 is unused. Refusals are under 9 and 10.
    pub ends_by_number: [u64; END_NUMBERS],
    /// Requests that were routed to a URL group, including groups that are closed by now.
    pub requests: u64,
    /// Bytes read from all connections, including those that never had a request. Bytes that were
    /// read ahead count when they are used, or when the connection ends.
    pub bytes_received: u64,
    /// Bytes handed to the transport on all connections, including the service's own responses.
    pub bytes_sent: u64,
    /// Requests that the service refused itself, and connections that it did not accept, by
    /// HTTPERR's phrase (LOG-005, LOG-006).
    pub refused: Named,
    /// Timers that expired and had an effect, see [`timer_index`].
    pub timers: [u64; TIMERS.len()],
    /// Entries of the HTTPERR log that were lost: its buffer was full, or writing failed.
    pub log_entries_dropped: u64,
    /// Events that help to find a fault.
    pub faults: FaultCounters,
}

/// The counters of HTTP.sys's response cache; fragments are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UriCacheCounters {
    /// CurrentUrisCached: URIs in the cache now.
    pub current_uris_cached: u64,
    /// TotalUrisCached: URIs that were ever added.
    pub total_uris_cached: u64,
    /// UriCacheHits: successful look-ups.
    pub uri_cache_hits: u64,
    /// UriCacheMisses: unsuccessful look-ups; not counted while the cache is empty (G-253).
    pub uri_cache_misses: u64,
    /// UriCacheFlushes: calls of HttpFlushResponseCache (G-253).
    pub uri_cache_flushes: u64,
    /// TotalFlushedUris: URIs that were removed from the cache.
    pub total_flushed_uris: u64,
}

/// Failures of the system and delays, as totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultCounters {
    /// Failed accepts, most often because the process has no free descriptor; accepting is tried
    /// again.
    pub accept_failures: u64,
    /// Failed calls that wait for events of the system.
    pub poll_failures: u64,
    /// Connections that were accepted and immediately reset: `MaxConnections`, a full connection
    /// table, or a socket that cannot be watched.
    pub connections_dropped: u64,
    /// Sends that found the socket full and waited: the client takes its response slowly.
    pub sends_waited: u64,
    /// Sends that waited for the bandwidth limit.
    pub sends_throttled: u64,
    /// Times that a connection had more to read than one turn allows and was put behind the others.
    pub turns_used_up: u64,
}

/// *HTTP Service Url Groups*, for one group. A connection belongs to the group of its last request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UrlGroupCounters {
    /// HTTP_URL_GROUP_ID.
    pub id: UrlGroupId,
    /// The queue that the group is bound to.
    pub queue: Option<QueueId>,
    /// The URLs of the group.
    pub urls: Vec<String>,
    /// BytesSentRate, as a total: bytes handed to the transport on the group's connections,
    /// including heads and the service's own responses.
    pub bytes_sent: u64,
    /// BytesReceivedRate, as a total: bytes read from the group's connections. Bytes that were read
    /// ahead count when they are used, or when the connection ends.
    pub bytes_received: u64,
    /// CurrentConnections: open connections that have sent a request to the group (G-084).
    pub current_connections: u64,
    /// MaxConnections: the highest value that [`UrlGroupCounters::current_connections`] has had.
    pub max_connections: u64,
    /// ConnectionAttempts, as a total: connections that have sent a request to the group, including
    /// those that its connection limit refused.
    pub connection_attempts: u64,
    /// GetRequests, as a total: requests with the method GET.
    pub get_requests: u64,
    /// HeadRequests, as a total: requests with the method HEAD.
    pub head_requests: u64,
    /// AllRequests: requests of every method that were routed to the group, including those that
    /// were refused afterwards (`Disabled`, `ConnLimit`, `QueueFull`).
    pub all_requests: u64,
}

impl UrlGroupCounters {
    /// Those of a new group.
    #[must_use]
    pub fn new(id: UrlGroupId) -> Self {
        UrlGroupCounters {
            id,
            queue: None,
            urls: Vec::new(),
            bytes_sent: 0,
            bytes_received: 0,
            current_connections: 0,
            max_connections: 0,
            connection_attempts: 0,
            get_requests: 0,
            head_requests: 0,
            all_requests: 0,
        }
    }

    /// BytesTransferredRate, as a total: both directions.
    #[must_use]
    pub fn bytes_transferred(&self) -> u64 {
        self.bytes_sent.saturating_add(self.bytes_received)
    }
}

/// *HTTP Service Request Queues*, for one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueCounters {
    /// Names the queue within its service.
    pub id: QueueId,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// CurrentQueueSize: requests that no receive has taken.
    pub current_queue_size: u64,
    /// MaxQueueItemAge: how long the oldest of them has waited, in milliseconds; 0 for an empty
    /// queue. (The unit is not documented; assumed as most readers of the counter take it.)
    pub max_queue_item_age: u64,
    /// ArrivalRate, as a total: requests that came to the queue, also those that it rejected.
    pub arrivals: u64,
    /// RejectedRequests, and RejectionRate as a total: requests that the queue refused because it was
    /// full (QUE-002) or inactive (QUE-008), or that waited in it for too long (TMO-008).
    pub rejected_requests: u64,
    /// CacheHitRate, as a total: requests that were answered from the cache.
    pub cache_hits: u64,
    /// Requests whose connection ended before a receive had them.
    pub abandoned: u64,
}

impl QueueCounters {
    /// Those of a new queue.
    #[must_use]
    pub fn new(id: QueueId) -> Self {
        QueueCounters {
            id,
            name: None,
            current_queue_size: 0,
            max_queue_item_age: 0,
            arrivals: 0,
            rejected_requests: 0,
            cache_hits: 0,
            abandoned: 0,
        }
    }

    /// Requests that were given to a receive. One that a receive gives back counts no more, so this
    /// can fall for a moment; the others cannot.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        let gone = self.rejected_requests + self.abandoned + self.current_queue_size;
        self.arrivals.saturating_sub(gone)
    }
}

/// One more than the highest [`CloseReason::number`], with room.
pub const END_NUMBERS: usize = 32;

/// The timers in the order of [`ServiceCounters::timers`], each with the name of its member in
/// HTTP_TIMEOUT_LIMIT_INFO.
pub const TIMERS: [(TimerKind, &str); 6] = [
    (TimerKind::EntityBody, "EntityBody"),
    (TimerKind::DrainEntityBody, "DrainEntityBody"),
    (TimerKind::RequestQueue, "RequestQueue"),
    (TimerKind::IdleConnection, "IdleConnection"),
    (TimerKind::HeaderWait, "HeaderWait"),
    (TimerKind::MinSendRate, "MinSendRate"),
];

/// Where [`ServiceCounters::timers`] counts a timer.
#[must_use]
pub fn timer_index(kind: TimerKind) -> usize {
    match kind {
        TimerKind::EntityBody => 0,
        TimerKind::DrainEntityBody => 1,
        TimerKind::RequestQueue => 2,
        TimerKind::IdleConnection => 3,
        TimerKind::HeaderWait => 4,
        TimerKind::MinSendRate => 5,
    }
}

/// The names under which connections end from the beginning: a series that a reader knows at 0 is
/// there when it becomes 1.
pub const END_NAMES: [&str; 33] = [
    CloseReason::Completed.name(),
    CloseReason::PeerClosed.name(),
    CloseReason::PeerReset.name(),
    CloseReason::Cancelled.name(),
    CloseReason::SendCancelled.name(),
    CloseReason::QueueClosed.name(),
    CloseReason::UrlRemoved.name(),
    CloseReason::ServiceStopped.name(),
    CloseReason::BodyMalformed.name(),
    CloseReason::BodyIncomplete.name(),
    CloseReason::FileUnreadable.name(),
    CloseReason::Exhausted.name(),
    CloseReason::Timer(TimerKind::IdleConnection).name(),
    CloseReason::Timer(TimerKind::HeaderWait).name(),
    CloseReason::Timer(TimerKind::RequestQueue).name(),
    CloseReason::Timer(TimerKind::EntityBody).name(),
    CloseReason::Timer(TimerKind::MinSendRate).name(),
    "Http2_CompressionError",
    "Http2_EnhanceYourCalm",
    "Http2_FlowControlError",
    "Http2_FrameSizeError",
    "Http2_ProtocolError",
    "Http2_SettingsTimeout",
    "Http2_StreamClosed",
    "Proxy_HeaderInvalid",
    "Proxy_HeaderMissing",
    "Tls_BadRecord",
    "Tls_ClearText",
    "Tls_ClosedInHandshake",
    "Tls_HandshakeFailed",
    "Tls_NoBinding",
    "Tls_Rejected",
    "Tls_TooManyHandshakes",
];

/// The phrases of refusals that are there from the beginning.
pub const REFUSAL_PHRASES: [&str; 8] = [
    "BadRequest",
    "ConnLimit",
    "Connections_Refused",
    "Disabled",
    "Hostname",
    "N/A",
    "NotFound",
    "QueueFull",
];
