//! The driver of httpsys: sockets, threads and shards on mio around the sans-IO object model.
//!
//! Owns: accepted sockets and listeners, the connection table that request ids point into, who
//! polls and who waits, and every lock. Does not own: HTTP syntax (`httpsys-proto`), the rules of
//! the API's objects (`httpsys-core`), or the memory layout of any caller.
//!
//! Where to look: [`Service`] is the door; a connection lives in a slot of `table.rs` and is moved
//! on by `read.rs`; `lead.rs` decides which thread polls, `turn.rs` what it does then; `receive.rs`,
//! `entity_body.rs`, `send.rs` and `cancel.rs` are the calls on requests.
//!
//! Lock order (a thread never goes left while it holds a lock to the right):
//! lead → configuration store → model → listeners → connection slot → routes, request queue, logs → waiter, pools,
//! timers. No lock is held while a waiting call is signalled.
#![forbid(unsafe_code)]

mod calls;
pub mod clock;
mod conn;
mod control;
mod observe;
mod poll;
mod service;
mod sys;
mod transport;

pub use calls::chunk::{Chunk, ReadAt};
pub use calls::drain::Drained;
pub use calls::entity_body::ReadOperation;
pub use calls::keep::ToKeep;
pub use calls::pending_send::{PendingSend, RegisterSend};
pub use calls::queue::Queue;
pub use calls::queue_handle::QueueHandle;
pub use calls::ranges::RangedResponse;
pub use calls::receive::{ReceiveOperation, ReceivedRequest, Verdict};
pub use conn::pool::with_response_parts;
pub use control::refused::{Refused, warn_of_prefix};
pub use control::settings::{
    InvalidEnvironment, parameters_from_environment, parameters_of_variables,
};
pub use httpsys_configuration as configuration;
pub use httpsys_core as core;
pub use httpsys_core::open_connections::ConnectionStatus;
pub use httpsys_logging as logging;
pub use httpsys_socket::activation::{ServiceNews, notify};
pub use httpsys_tls as tls;
pub use observe::access_log::{Log, LogSource, fields_of};
#[cfg(feature = "sim")]
pub use observe::buffered::BufferedBytes;
pub use observe::reason;
pub use observe::strict::lent::{LentRange, LentUse};
pub use observe::strict::state::StrictState;
#[cfg(feature = "sim")]
pub use observe::unanswered::UnansweredRequest;
pub use poll::operation::{Operation, PendingOperation, Signal, Started};
pub use service::Service;
