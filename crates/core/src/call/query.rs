//! Calls that ask and change nothing: properties, the configuration, URLs, counters.
//!
//! Owns their parameters and answers. Does not own finding the answers, which is the engine's.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::cache::CacheState;
use crate::configuration::Configuration;
use crate::counters::{Counters, QueueCounters, ServiceCounters, UrlGroupCounters};
use crate::error::Error;
use crate::ids::{ConnectionId, QueueId, RequestId, ServerSessionId, UrlGroupId};
use crate::open_connections::{ConnectionStatus, OpenConnections};
use crate::property::{Properties, QueueProperties};
use crate::reservation::Reservation;
use crate::service_state::ServiceState;
use crate::tls::TlsInfo;
use crate::url_prefix::UrlPrefix;

/// A call that asks. Each says which [`QueryAnswer`] it gets.
#[derive(Clone, PartialEq, Eq)]
pub enum Query {
    /// HttpQueryServerSessionProperty: [`QueryAnswer::Properties`], as they were set.
    ServerSessionProperties {
        /// The session.
        session: ServerSessionId,
    },
    /// HttpQueryUrlGroupProperty: [`QueryAnswer::Properties`] as they were set, without what is inherited.
    UrlGroupProperties {
        /// The group.
        group: UrlGroupId,
    },
    /// HttpQueryRequestQueueProperty: [`QueryAnswer::QueueProperties`].
    RequestQueueProperties {
        /// The queue.
        queue: QueueId,
    },
    /// HttpQueryServiceConfiguration(HttpServiceConfigUrlAclInfo) for a prefix: [`QueryAnswer::Reservation`].
    Reservation {
        /// The reserved prefix.
        url: Vec<u16>,
    },
    /// The reservation with this number of an enumeration, in the order of their making:
    /// [`QueryAnswer::ReservationAt`].
    ReservationAt {
        /// Counted from 0.
        index: usize,
    },
    /// HttpQueryServiceConfiguration for the other records: [`QueryAnswer::Configuration`].
    Configuration,
    /// HttpFindUrlGroupId: the group of a queue that has exactly this prefix, [`QueryAnswer::UrlGroup`].
    FindUrlGroup {
        /// The queue.
        queue: QueueId,
        /// The UrlPrefix string.
        url: Vec<u16>,
    },
    /// The URLs of a group as they are registered, with their ports: [`QueryAnswer::Urls`].
    Urls {
        /// The group.
        group: UrlGroupId,
    },
    /// The port of a URL of a group, which may be given as it was registered, with port 0:
    /// [`QueryAnswer::Port`].
    PortOfUrl {
        /// The group.
        group: UrlGroupId,
        /// The UrlPrefix string.
        url: Vec<u16>,
    },
    /// The same for a URL of a version 1 queue: [`QueryAnswer::Port`].
    PortOfV1Url {
        /// The queue.
        queue: QueueId,
        /// The UrlPrefix string.
        url: Vec<u16>,
    },
    /// The addresses on which the URLs of a group are reached, by port, IPv4 first:
    /// [`QueryAnswer::Addresses`]. None when the group has no URL, and when the IP listen list lets nothing
    /// open.
    LocalAddresses {
        /// The group.
        group: UrlGroupId,
        /// Only those of this port.
        port: Option<u16>,
    },
    /// Whether a request that a receive has returned is still there: [`QueryAnswer::Done`].
    CheckLive {
        /// The queue.
        queue: QueueId,
        /// The request.
        request: RequestId,
    },
    /// HttpQueryRequestProperty, of a request that a receive has returned: [`QueryAnswer::Tls`].
    TlsOfRequest {
        /// The queue.
        queue: QueueId,
        /// The request.
        request: RequestId,
    },
    /// HttpReceiveClientCertificate, of a connection that is there: [`QueryAnswer::Tls`].
    TlsOfConnection {
        /// The queue.
        queue: QueueId,
        /// The connection.
        connection: ConnectionId,
    },
    /// All counters: [`QueryAnswer::Counters`].
    Counters,
    /// The counters of the service alone: [`QueryAnswer::ServiceCounters`].
    ServiceCounters,
    /// The counters of a URL group: [`QueryAnswer::UrlGroupCounters`].
    UrlGroupCounters {
        /// The group.
        group: UrlGroupId,
    },
    /// The counters of a queue: [`QueryAnswer::QueueCounters`].
    QueueCounters {
        /// The queue.
        queue: QueueId,
    },
    /// The list of request queues with their URL groups: [`QueryAnswer::ServiceState`].
    ServiceState,
    /// The open connections, those with the oldest requests first: [`QueryAnswer::OpenConnections`].
    OpenConnections {
        /// At most so many are listed; all are counted.
        most: usize,
    },
    /// The response cache: [`QueryAnswer::CacheState`].
    CacheState {
        /// Only what is at and below this URL; as that of HttpFlushResponseCache.
        url: Option<Vec<u16>>,
        /// At most so many entries are listed; all are counted.
        most: usize,
    },
    /// What became of a connection: [`QueryAnswer::ConnectionStatus`].
    ConnectionStatus {
        /// The connection.
        connection: ConnectionId,
    },
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident($value:ty),)*) => {
        /// The answer to a [`Query`]. Whoever asks knows which one: `try_into` takes the value out, and
        /// fails with [`Error::Internal`] for another.
        #[derive(Clone, Debug)]
        pub enum QueryAnswer {
            /// Yes, and no more to say.
            Done,
            $($(#[$doc])* $name($value),)*
        }

        $(
            impl TryFrom<QueryAnswer> for $value {
                type Error = Error;

                fn try_from(answer: QueryAnswer) -> Result<Self, Error> {
                    match answer {
                        QueryAnswer::$name(value) => Ok(value),
                        _ => Err(Error::Internal),
                    }
                }
            }
        )*
    };
}

answers! {
    /// Properties of a session or a group.
    Properties(Properties),
    /// Properties of a queue.
    QueueProperties(QueueProperties),
    /// A reservation.
    Reservation(Reservation),
    /// A reservation of an enumeration; `None` behind the last one.
    ReservationAt(Option<Reservation>),
    /// The configuration apart from the reservations.
    Configuration(Configuration),
    /// A URL group.
    UrlGroup(UrlGroupId),
    /// URLs with their ports.
    Urls(Vec<UrlPrefix>),
    /// A port.
    Port(u16),
    /// Local addresses.
    Addresses(Vec<SocketAddr>),
    /// The TLS session of a connection; `None` over plain TCP.
    Tls(Option<Arc<TlsInfo>>),
    /// Everything that is counted.
    Counters(Counters),
    /// Counters of the service.
    ServiceCounters(ServiceCounters),
    /// Counters of a URL group.
    UrlGroupCounters(UrlGroupCounters),
    /// Counters of a queue.
    QueueCounters(QueueCounters),
    /// Queues and URL groups.
    ServiceState(ServiceState),
    /// Connections and what they do.
    OpenConnections(OpenConnections),
    /// What is cached.
    CacheState(CacheState),
    /// Open, or ended and why.
    ConnectionStatus(ConnectionStatus),
}
