//! What the engine tells about itself: logs, counters, reasons, events.

pub(crate) mod access_log;
pub(crate) mod close_events;
pub(crate) mod counters;
pub(crate) mod ends;
pub(crate) mod error_lines;
pub(crate) mod error_log;
pub(crate) mod exchange_log;
pub(crate) mod log_files;
pub(crate) mod log_slot;
pub mod reason;
pub(crate) mod tally;
pub(crate) mod trace;
#[cfg(feature = "sim")]
pub(crate) mod unanswered;
