//! The driver of httpsys: sockets, threads and shards on mio around the sans-IO object model.
//!
//! Owns: accepted sockets and listeners, the connection table that request ids point into, who
//! polls and who waits, and every lock. Does not own: HTTP syntax (`httpsys-proto`), the rules of
//! the API's objects (`httpsys-core`), or the memory layout of any caller.
//!
//! Where to look: [`Service`] is the door; a connection lives in a slot of `table.rs` and is moved
//! on by `pump.rs`; `lead.rs` decides which thread polls, `turn.rs` what it does then; `receive.rs`,
//! `entity_body.rs`, `send.rs` and `cancel.rs` are the calls on requests.
//!
//! Lock order (a thread never goes left while it holds a lock to the right):
//! lead → model → listeners → connection slot → routes, request queue, logs → waiter, pools,
//! timers. No lock is held while a waiting call is signalled.
#![forbid(unsafe_code)]

mod accept;
mod access_log;
mod cancel;
mod chunk;
pub mod clock;
mod conn;
mod counters;
mod demand;
mod deputy;
mod disconnect;
mod drain;
mod drive;
mod ends;
mod entity_body;
mod error_log;
mod error_pages;
mod file_threads;
mod free_port;
mod group;
mod lead;
mod listener;
mod log_files;
mod outgoing;
mod pending_send;
mod pool;
mod pump;
mod queue;
mod queue_handle;
mod read_ahead;
pub mod reason;
mod receive;
mod refused;
mod routes;
mod send;
mod service;
mod settings;
mod shard;
mod sys;
mod table;
mod tally;
mod timers;
mod trace;
mod turn;
mod waiter;
mod write;

pub use access_log::{Log, LogSource};
pub use chunk::{Chunk, ReadAt};
pub use drain::Drained;
pub use ends::Fate;
pub use httpsys_core as core;
pub use httpsys_logging as logging;
pub use pending_send::PendingSend;
pub use queue::Queue;
pub use queue_handle::QueueHandle;
pub use receive::{Arrival, Verdict};
pub use refused::{Refused, warn_of_prefix};
pub use service::Service;
pub use settings::{InvalidEnvironment, parameters_from_environment};
pub use waiter::{PendingOperation, Signal};
