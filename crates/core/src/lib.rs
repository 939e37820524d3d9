//! The object model of the Windows HTTP Server API, sans-IO.
//!
//! Owns: server sessions, URL groups, request queues, URL prefixes and routing, cooked URLs, the
//! request and connection state machines, ids, [`call`]s and the Win32 codes of their
//! failures. Does not own: sockets, threads, locks, clocks, files or randomness; those are the
//! driver's (`httpsys-engine`), which passes bytes and times in and carries effects out.
//!
//! Invariant: every type here is plain data changed through `&mut self`; what is shared between
//! threads, and under which lock, is the driver's decision.
#![forbid(unsafe_code)]

pub mod arena;
pub mod bandwidth;
pub mod cache;
pub mod call;
pub mod close_reason;
pub mod configuration;
pub mod connection;
pub mod cooked_url;
pub mod counters;
pub mod error;
pub mod exchange;
pub mod id_hasher;
pub mod ids;
pub mod misuse;
pub mod model;
pub mod open_connections;
pub mod persistent_vec;
pub mod property;
pub mod records;
pub mod refusal;
pub mod request;
pub mod request_queue;
pub mod reservation;
pub mod routing;
pub mod service_state;
pub mod timer;
pub mod tls;
pub mod url_prefix;

pub use close_reason::CloseReason;
pub use error::Error;
pub use httpsys_proto as proto;
pub use ids::{
    ConnectionId, HandleId, OperationId, QueueId, RequestId, ServerSessionId, UrlGroupId,
};
pub use misuse::{Finding, Misuse};
pub use request::Request;
