//! What the engine tells about itself: logs, counters, reasons, events.

pub(crate) mod access_log;
#[cfg(feature = "sim")]
pub(crate) mod buffered;
pub(crate) mod close_events;
pub(crate) mod control_socket;
pub(crate) mod counters;
pub(crate) mod ends;
pub(crate) mod error_lines;
pub(crate) mod error_log;
pub(crate) mod exchange_log;
pub(crate) mod log_files;
pub(crate) mod log_slot;
pub(crate) mod missing_certificates;
pub(crate) mod open_connections;
pub mod reason;
pub(crate) mod strict;
pub(crate) mod tally;
pub(crate) mod trace;
#[cfg(feature = "sim")]
pub(crate) mod unanswered;
