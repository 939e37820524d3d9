//! How much the cache keeps.
//!
//! Owns: the limits, and how they follow from the parameters of the registry and the configuration. Does not own:
//! their effect. Threading: plain value.

use httpsys_proto::Parameters;

/// A share of the memory is kept at most, if no parameter says how much.
const SHARE: u64 = 64;
/// And at most so much of it.
const MOST: u64 = 64 * 1024 * 1024;

/// What the cache may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Bytes of a response that is kept, head and body (CSH-002).
    pub response_bytes: u64,
    /// Bytes of all entries with what they cost beside their contents.
    pub total_bytes: u64,
    /// Milliseconds without use after which an entry goes, and between two looks for such entries.
    pub idle: u64,
}

impl CacheLimits {
    /// The limits that are in force; `None` when there is no cache: `UriEnableCache` is 0 (LIM-016).
    ///
    /// `max_response` is the record MaxCacheResponseSize: it takes the place of `UriMaxUriBytes` (assumed, G-246).
    /// `memory` is what the machine has, in bytes: without `UriMaxCacheMegabyteCount` the cache takes a 64th, at
    /// most 64 MiB (our choice: HTTP.sys decides by itself).
    #[must_use]
    pub fn of(
        parameters: &Parameters,
        max_response: Option<u32>,
        memory: u64,
    ) -> Option<CacheLimits> {
        let megabytes = u64::from(parameters.uri_max_cache_megabyte_count);
        let total_bytes = match megabytes {
            0 => (memory / SHARE).min(MOST),
            _ => megabytes * 1024 * 1024,
        };
        let limits = CacheLimits {
            response_bytes: u64::from(max_response.unwrap_or(parameters.uri_max_uri_bytes)),
            total_bytes,
            idle: u64::from(parameters.uri_scavenger_period) * 1000,
        };
        parameters.uri_enable_cache.then_some(limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lim_016_the_limits_are_those_of_the_parameters() {
        let mut parameters = Parameters::default();
        let memory = 1 << 31;
        let expected = CacheLimits {
            response_bytes: 262_144,
            total_bytes: 32 * 1024 * 1024,
            idle: 120_000,
        };
        assert_eq!(CacheLimits::of(&parameters, None, memory), Some(expected));
        let much = CacheLimits::of(&parameters, Some(10), u64::MAX);
        let expected = CacheLimits {
            response_bytes: 10,
            total_bytes: 64 * 1024 * 1024,
            ..expected
        };
        assert_eq!(much, Some(expected));
        for (name, value) in [
            ("UriMaxUriBytes", "4096"),
            ("UriMaxCacheMegabyteCount", "3"),
            ("UriScavengerPeriod", "10"),
        ] {
            parameters.set(name, value).expect("in range");
        }
        let expected = CacheLimits {
            response_bytes: 4096,
            total_bytes: 3 * 1024 * 1024,
            idle: 10_000,
        };
        assert_eq!(CacheLimits::of(&parameters, None, memory), Some(expected));
        parameters.set("UriEnableCache", "0").expect("a switch");
        assert_eq!(CacheLimits::of(&parameters, None, memory), None);
    }
}
