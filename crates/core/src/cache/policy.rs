//! How long something is kept.
//!
//! Owns: HTTP_CACHE_POLICY. Threading: plain value.

/// HTTP_CACHE_POLICY: how long a response or a fragment stays in the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CachePolicy {
    /// HttpCachePolicyNocache: it is not cached.
    #[default]
    Nocache,
    /// HttpCachePolicyUserInvalidates: until the program flushes it, or its space is needed.
    UserInvalidates,
    /// HttpCachePolicyTimeToLive: for this many seconds; with 0 it is not cached (CSH-005).
    TimeToLive(u32),
}

impl CachePolicy {
    /// Whether anything is kept.
    #[must_use]
    pub fn keeps(self) -> bool {
        !matches!(self, CachePolicy::Nocache | CachePolicy::TimeToLive(0))
    }

    /// The millisecond in which what is kept from `now` on ends.
    pub(super) fn end(self, now: u64) -> u64 {
        match self {
            CachePolicy::Nocache => now,
            CachePolicy::UserInvalidates => u64::MAX,
            CachePolicy::TimeToLive(seconds) => now.saturating_add(u64::from(seconds) * 1000),
        }
    }
}
