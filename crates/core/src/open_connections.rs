//! The open connections of the service, and what each of them does at this moment.
//!
//! Owns: the plain data, what is first where not all are listed, and what became of a connection. Does not
//! own: the look at the connections, which is the driver's. Ages are in milliseconds. Threading: plain data.

use std::cmp::Reverse;
use std::fmt;
use std::net::SocketAddr;

use crate::close_reason::CloseReason;
use crate::ids::{ConnectionId, QueueId, RequestId, UrlGroupId};
use crate::tls::TlsProtocol;

/// Bytes of a URL that are kept of each request: what one looks at while something hangs.
pub const MAX_SHOWN_URL: usize = 256;

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// It is open.
    Open,
    /// It has ended, and why.
    Ended(CloseReason),
    /// There never was one with this id, or it ended before so many others that it is forgotten:
    /// the service remembers the last 4,096.
    Unknown,
}

/// The connections at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenConnections {
    /// Those that are listed: requests first, the oldest at the front.
    pub listed: Vec<OpenConnection>,
    /// How many are open.
    pub open: u64,
    /// How many of these have a request under way.
    pub with_request: u64,
}

/// One open connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenConnection {
    /// HTTP_CONNECTION_ID.
    pub id: ConnectionId,
    /// The client.
    pub remote: SocketAddr,
    /// The address that it has connected to.
    pub local: SocketAddr,
    /// What it does.
    pub activity: ConnectionActivity,
    /// The version of TLS; `None` for a connection in clear text, and until the handshake is over.
    pub tls: Option<TlsProtocol>,
    /// Bytes received from the client since it was accepted, as they are on the network.
    pub received: u64,
    /// Plain bytes sent to the client since it was accepted.
    pub sent: u64,
    /// The request under way.
    pub request: Option<OpenRequest>,
}

/// A request that was not answered to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequest {
    /// HTTP_REQUEST_ID.
    pub id: RequestId,
    /// The queue that it was routed to.
    pub queue: QueueId,
    /// The URL group that it was routed to.
    pub group: Option<UrlGroupId>,
    /// Its method; empty where the service does not keep request lines.
    pub verb: String,
    /// Its request target, at most [`MAX_SHOWN_URL`] bytes; empty as the method.
    pub url: String,
    /// Since it came, in milliseconds, where that is known.
    pub age: Option<u64>,
}

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionActivity {
    /// Its TLS handshake is not over.
    Handshake,
    /// It waits for the next request.
    Idle,
    /// A part of a request head has come.
    ReadingHead,
    /// Its request waits in the queue for a receive.
    Queued,
    /// A receive has the id of its request, and not all of it.
    PartlyReceived,
    /// The program has the request and has not begun the response.
    WithProgram,
    /// The program waits for bytes of the entity body.
    ReadingBody,
    /// The response has begun, and the program has not given its last piece.
    Responding,
    /// A piece of the response waits for the client, a bandwidth limit or a file.
    Sending,
    /// Opaque mode: bytes as they are (UPG-004).
    Upgraded,
    /// The response is out; the rest of the entity body is thrown away.
    Draining,
    /// It ends when the client has the last bytes.
    Closing,
    /// It carries streams of HTTP/2, which are listed beside it.
    Carrying,
}

impl ConnectionActivity {
    /// A name that stays.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ConnectionActivity::Handshake => "TLS handshake",
            ConnectionActivity::Idle => "idle",
            ConnectionActivity::ReadingHead => "reading head",
            ConnectionActivity::Queued => "in queue",
            ConnectionActivity::PartlyReceived => "partly received",
            ConnectionActivity::WithProgram => "with program",
            ConnectionActivity::ReadingBody => "reading body",
            ConnectionActivity::Responding => "responding",
            ConnectionActivity::Sending => "sending",
            ConnectionActivity::Upgraded => "upgraded",
            ConnectionActivity::Draining => "draining",
            ConnectionActivity::Closing => "closing",
            ConnectionActivity::Carrying => "carrying streams",
        }
    }
}

impl fmt::Display for ConnectionActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl OpenConnections {
    /// Counts a connection, and keeps it if it is among the first `most`.
    pub fn add(&mut self, connection: OpenConnection, most: usize) {
        self.open += 1;
        self.with_request += u64::from(connection.request.is_some());
        self.listed.push(connection);
        // Sorting seldom is cheap, and the list stays bounded.
        if self.listed.len() >= most.saturating_mul(2).max(64) {
            self.settle(most);
        }
    }

    /// Puts the list in order and leaves the first `most` in it.
    pub fn settle(&mut self, most: usize) {
        self.listed.sort_by_key(|connection| {
            let age = connection.request.as_ref().map(|request| request.age);
            (Reverse(age), connection.id)
        });
        self.listed.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(id: u64, age: Option<u64>) -> OpenConnection {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        OpenConnection {
            id: ConnectionId(id),
            remote: nowhere,
            local: nowhere,
            activity: ConnectionActivity::Idle,
            tls: None,
            received: 0,
            sent: 0,
            request: age.map(|age| OpenRequest {
                id: RequestId(id),
                queue: QueueId(1),
                group: None,
                verb: "GET".into(),
                url: "/".into(),
                age: Some(age),
            }),
        }
    }

    #[test]
    fn the_oldest_requests_are_listed_and_all_are_counted() {
        let mut all = OpenConnections::default();
        for id in 1..=1000 {
            let age = (id % 2 == 0).then_some(id * 7 % 1000);
            all.add(connection(id, age), 3);
            assert!(all.listed.len() < 64);
        }
        all.settle(3);
        assert_eq!((all.open, all.with_request), (1000, 500));
        let ages: Vec<_> = all.listed.iter().map(|c| c.request.as_ref()?.age).collect();
        assert_eq!(ages, [Some(998), Some(996), Some(994)]);
    }

    #[test]
    fn connections_without_a_request_come_last_by_id() {
        let mut all = OpenConnections::default();
        for (id, age) in [(3, None), (1, Some(5)), (2, None)] {
            all.add(connection(id, age), 10);
        }
        all.settle(10);
        let ids: Vec<u64> = all.listed.iter().map(|c| c.id.0).collect();
        assert_eq!(ids, [1, 2, 3]);
    }
}
