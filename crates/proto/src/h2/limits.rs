//! What a connection may hold and how often a peer may do what costs it nothing.
//!
//! Owns: the limits, and the meters that compare rates with them. Does not own: which frame counts for
//! which meter, or what happens then. Time is an argument: what has passed since any fixed moment.
//! Threading: plain data.

use std::time::Duration;

use super::stream_id::MAX_31;
use crate::Parameters;

/// The window of a stream and of the connection before anybody says otherwise.
pub(crate) const DEFAULT_WINDOW: u32 = 65_535;

/// How often something may happen: `burst` times at once, and then `per_minute`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many times at once.
    pub burst: u32,
    /// How many become possible again in a minute.
    pub per_minute: u32,
}

/// The limits of a connection. The numbers are ours (assumed): HTTP.sys's are not known, but for those
/// that have a parameter (LIM-020).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct H2Limits {
    /// Streams at a time: SETTINGS_MAX_CONCURRENT_STREAMS.
    pub concurrent_streams: u32,
    /// Size of a request's fields: SETTINGS_MAX_HEADER_LIST_SIZE. A longer list is delivered without what
    /// is beyond it ([`FieldSection::is_over`](super::FieldSection::is_over)).
    pub header_list_size: u32,
    /// Bytes of a field block before decompression.
    pub block_bytes: u32,
    /// CONTINUATION frames of a field block.
    pub continuations: u32,
    /// Bytes of content that a stream may send before it is read; at least 65,535.
    pub stream_window: u32,
    /// Bytes of content that all streams may send before they are read; at least 65,535. A connection
    /// holds no more content than this. Less than all windows of streams together would let streams that
    /// nobody reads hold up those that somebody reads, for ever if a program reads one after the other.
    pub connection_window: u32,
    /// Bytes of frames to be sent, besides content; while there are more, nothing is read.
    pub output_bytes: u32,
    /// How long the preface may take, and the peer to acknowledge SETTINGS.
    pub settings_timeout: Duration,
    /// Settings in one frame: `Http2MaxSettingsPerFrame` (LIM-020).
    pub settings_per_frame: Option<u32>,
    /// Settings in a minute: `Http2MaxSettingsPerMinute` (LIM-020).
    pub settings_per_minute: Option<u32>,
    /// SETTINGS frames.
    pub settings: Rate,
    /// PING frames, beyond one for each stream that the peer has opened, and one for each DATA frame sent that has
    /// not used a window up.
    pub pings: Rate,
    /// Streams that the peer resets, or that are reset for its errors.
    pub resets: Rate,
    /// Streams that are refused before the peer has acknowledged SETTINGS, so before it can know how many it
    /// may open: they are no `resets`. Nobody works for them; this bounds what reading them costs.
    pub early_refusals: Rate,
    /// DATA, HEADERS and CONTINUATION frames without content that end nothing.
    pub empty_frames: Rate,
    /// Frames that have no effect, beyond two for each stream that the peer has opened.
    pub idle_frames: Rate,
    /// WINDOW_UPDATE frames beyond one for each stream that the peer has opened, one for every `bytes_per_update`
    /// bytes of content sent, and two for each DATA frame sent that has not used a window up.
    pub window_updates: u32,
    /// See `window_updates`.
    pub bytes_per_update: u32,
}

impl Default for H2Limits {
    fn default() -> Self {
        let rate = |burst, per_minute| Rate { burst, per_minute };
        Self {
            concurrent_streams: 100,
            header_list_size: 16_384,
            block_bytes: 32_768,
            continuations: 8,
            stream_window: DEFAULT_WINDOW,
            connection_window: 100 * DEFAULT_WINDOW,
            output_bytes: 16_384,
            settings_timeout: Duration::from_secs(30),
            settings_per_frame: None,
            settings_per_minute: None,
            settings: rate(50, 60),
            pings: rate(100, 600),
            resets: rate(500, 2_000),
            early_refusals: rate(10_000, 60_000),
            empty_frames: rate(100, 600),
            idle_frames: rate(1_000, 6_000),
            window_updates: 1_000,
            bytes_per_update: 64,
        }
    }
}

/// What the certificate binding of a connection says about HTTP/2 (HTTP2_WINDOW_SIZE_PARAM,
/// HTTP2_SETTINGS_LIMITS_PARAM). `None` and 0: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct H2BindingLimits {
    /// Http2ReceiveWindowSize, in bytes.
    pub receive_window: Option<u32>,
    /// Http2MaxSettingsPerFrame.
    pub settings_per_frame: Option<u32>,
    /// Http2MaxSettingsPerMinute.
    pub settings_per_minute: Option<u32>,
}

impl H2Limits {
    /// The limits of a connection to a binding: what that says counts instead of what is there. The window is that
    /// of each stream, and the connection's is the sum of all; one below 65,535 bytes counts as 65,535, which a
    /// client may fill before it has read anything (RFC 9113 section 6.9.2). Limits of SETTINGS are brought into the
    /// range that the registry parameters of the same names have (LIM-020). Both are assumed (G-271).
    #[must_use]
    pub fn for_binding(mut self, binding: &H2BindingLimits) -> Self {
        let said = |value: Option<u32>| value.filter(|value| *value > 0);
        if let Some(window) = said(binding.receive_window) {
            self.stream_window = window.max(DEFAULT_WINDOW);
            self.connection_window = self.stream_window.saturating_mul(self.concurrent_streams);
        }
        if let Some(most) = said(binding.settings_per_frame) {
            self.settings_per_frame = Some(most.clamp(7, 2_796_202));
        }
        if let Some(most) = said(binding.settings_per_minute) {
            self.settings_per_minute = Some(most.max(7));
        }
        self
    }

    /// The limits that follow from the registry parameters: `MaxRequestBytes` is the size of a request's
    /// fields, and the two of LIM-020 are as they are.
    #[must_use]
    pub fn from_parameters(p: &Parameters) -> Self {
        Self {
            header_list_size: p.max_request_bytes,
            block_bytes: p.max_request_bytes.saturating_mul(2),
            // As many frames as a block of the largest size fills, and as many again.
            continuations: (p.max_request_bytes / 8_192).max(4) * 2,
            settings_per_frame: p.http2_max_settings_per_frame,
            settings_per_minute: p.http2_max_settings_per_minute,
            ..Self::default()
        }
    }

    /// The window of a stream, within what the protocol has.
    pub(crate) fn stream_window(&self) -> u32 {
        self.stream_window.clamp(DEFAULT_WINDOW, MAX_31)
    }

    /// The window of the connection, within what the protocol has.
    pub(crate) fn connection_window(&self) -> u32 {
        self.connection_window.clamp(DEFAULT_WINDOW, MAX_31)
    }
}

/// Milliseconds of a minute: a meter counts in as many parts of one time.
const PARTS: u64 = 60_000;

/// Compares how often something happens with a [`Rate`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RateMeter {
    /// What has been used of the burst, in parts.
    used: u64,
    last: Duration,
}

impl RateMeter {
    /// Counts `times` at `now`; false when that is more than `rate` allows.
    pub(crate) fn count(&mut self, times: u32, rate: Rate, now: Duration) -> bool {
        let passed = now.saturating_sub(self.last).as_millis();
        self.last = self.last.max(now);
        let passed = u64::try_from(passed).unwrap_or(u64::MAX);
        let back = passed.saturating_mul(u64::from(rate.per_minute));
        self.used = self.used.saturating_sub(back);
        self.used = self.used.saturating_add(u64::from(times) * PARTS);
        self.used <= u64::from(rate.burst) * PARTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_allows_the_burst_and_then_its_rate() {
        let rate = Rate {
            burst: 3,
            per_minute: 60,
        };
        let mut meter = RateMeter::default();
        let at = Duration::from_millis;
        for _ in 0..3 {
            assert!(meter.count(1, rate, at(0)));
        }
        assert!(meter.count(1, rate, at(1000)));
        assert!(meter.count(0, rate, at(1000)));
        assert!(!meter.count(1, rate, at(1999)));
        let mut meter = RateMeter::default();
        assert!(meter.count(3, rate, at(5000)));
        assert!(!meter.count(1, rate, at(5999)));
        let mut meter = RateMeter::default();
        assert!(meter.count(3, rate, at(5000)));
        assert!(
            !meter.count(1, rate, at(0)),
            "time that goes back gives nothing"
        );
    }

    #[test]
    fn lim_020_limits_of_a_binding_count_before_those_of_the_registry() {
        let registry = H2Limits {
            settings_per_frame: Some(100),
            settings_per_minute: Some(200),
            ..H2Limits::default()
        };
        let of = |receive_window, settings_per_frame, settings_per_minute| {
            registry.clone().for_binding(&H2BindingLimits {
                receive_window,
                settings_per_frame,
                settings_per_minute,
            })
        };
        assert_eq!(of(None, None, None), registry);
        assert_eq!(of(Some(0), Some(0), Some(0)), registry);
        let own = of(Some(1 << 20), Some(8), Some(9));
        assert_eq!(own.stream_window(), 1 << 20);
        assert_eq!(own.connection_window(), 100 << 20);
        assert_eq!(
            (own.settings_per_frame, own.settings_per_minute),
            (Some(8), Some(9))
        );
        let least = of(Some(1), Some(1), Some(1));
        assert_eq!(least.stream_window(), DEFAULT_WINDOW);
        assert_eq!(least.connection_window(), 100 * DEFAULT_WINDOW);
        assert_eq!(
            (least.settings_per_frame, least.settings_per_minute),
            (Some(7), Some(7))
        );
        let most = of(Some(MAX_31), Some(u32::MAX), Some(u32::MAX));
        assert_eq!(
            (most.stream_window(), most.connection_window()),
            (MAX_31, MAX_31)
        );
        assert_eq!(most.settings_per_frame, Some(2_796_202));
        assert_eq!(most.settings_per_minute, Some(u32::MAX));
    }

    #[test]
    fn limits_follow_the_registry_parameters() {
        let p = Parameters {
            max_request_bytes: 65_536,
            http2_max_settings_per_frame: Some(7),
            http2_max_settings_per_minute: Some(8),
            ..Parameters::default()
        };
        let limits = H2Limits::from_parameters(&p);
        assert_eq!(limits.header_list_size, 65_536);
        assert_eq!(limits.block_bytes, 131_072);
        assert_eq!(limits.continuations, 16);
        assert_eq!(limits.settings_per_frame, Some(7));
        assert_eq!(limits.settings_per_minute, Some(8));
        assert_eq!(
            H2Limits::from_parameters(&Parameters::default()),
            H2Limits::default()
        );
    }
}
