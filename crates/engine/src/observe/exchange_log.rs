//! What is remembered of an exchange for its line in the access log.
//!
//! Owns the data. Does not own when a line begins, grows and ends (`access_log.rs`).

use std::time::Instant;

use httpsys_logging::{FieldsBuf, Version};

/// What is known of an exchange that may be logged.
#[derive(Debug)]
pub(crate) struct ExchangeLog {
    pub(super) measured: Measured,
    /// What the program has given for it.
    pub(super) fields: FieldsBuf,
}

/// What is measured of it.
#[derive(Debug)]
pub(super) struct Measured {
    /// When its first bytes were looked at.
    pub(super) since: Instant,
    pub(super) version: Option<Version>,
    /// The HTTP/2 stream.
    pub(super) stream_id: Option<u64>,
    pub(super) head_length: u64,
    pub(super) bytes_sent: u64,
    /// Of the call under way.
    pub(super) part_sent: u64,
    pub(super) site: u32,
}
