//! Settings (RFC 9113 section 6.5).
//!
//! Owns: the peer's values and which are valid; what this side says in its own frame. Does not own: what
//! a changed value does to streams and to compression. Threading: plain data.

use super::frame::{self, SettingsPayload, kind};
use super::limits::{DEFAULT_WINDOW, H2Limits};
use super::reason::H2Reason;
use super::stream_id::MAX_31;

/// SETTINGS_HEADER_TABLE_SIZE, each value of which counts for the encoder (RFC 7541 section 4.2).
pub(crate) const HEADER_TABLE_SIZE: u16 = 1;
const ENABLE_PUSH: u16 = 2;
const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;
const MAX_FRAME_SIZE: u16 = 5;
const MAX_HEADER_LIST_SIZE: u16 = 6;

/// What the peer has said that matters here. Its SETTINGS_MAX_FRAME_SIZE does not: it is never below what
/// this side sends at most. Its SETTINGS_MAX_CONCURRENT_STREAMS is about pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PeerSettings {
    pub(crate) initial_window: u32,
}

impl Default for PeerSettings {
    fn default() -> Self {
        Self {
            initial_window: DEFAULT_WINDOW,
        }
    }
}

impl PeerSettings {
    /// The settings behind those of `payload`; a value that comes twice counts as it came last.
    pub(crate) fn with(mut self, payload: SettingsPayload<'_>) -> Result<Self, H2Reason> {
        for (id, value) in payload.iter() {
            match id {
                ENABLE_PUSH if value > 1 => return Err(H2Reason::InvalidSetting),
                INITIAL_WINDOW_SIZE if value > MAX_31 => {
                    return Err(H2Reason::InvalidInitialWindow);
                }
                INITIAL_WINDOW_SIZE => self.initial_window = value,
                MAX_FRAME_SIZE if !(16_384..=16_777_215).contains(&value) => {
                    return Err(H2Reason::InvalidSetting);
                }
                _ => {}
            }
        }
        Ok(self)
    }
}

/// Appends the frame with which this side begins.
pub(crate) fn write_first(out: &mut Vec<u8>, limits: &H2Limits) {
    let mut payload = Vec::new();
    let mut say = |id: u16, value: u32| {
        payload.extend_from_slice(&id.to_be_bytes());
        payload.extend_from_slice(&value.to_be_bytes());
    };
    say(MAX_CONCURRENT_STREAMS, limits.concurrent_streams);
    if limits.stream_window() != DEFAULT_WINDOW {
        say(INITIAL_WINDOW_SIZE, limits.stream_window());
    }
    say(MAX_HEADER_LIST_SIZE, limits.header_list_size);
    frame::write(out, kind::SETTINGS, 0, None, &payload);
}
