//! What is kept, as somebody who looks at the service is told.
//!
//! Owns: the list, bounded and in the order of URLs. Does not own: its layout. Threading: plain data.

use super::entry::CacheEntry;
use super::policy::CachePolicy;
use super::scope::CacheScope;
use super::store::{CacheUse, ResponseCache};
use crate::ids::QueueId;
use httpsys_proto::ResponseParts;

/// The cache at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheState {
    /// The first entries by URL, of those that were asked for.
    pub entries: Vec<CachedItem>,
    /// How many were asked for.
    pub matching: usize,
    /// All that is kept.
    pub usage: CacheUse,
    /// The most bytes that may be kept; 0: nothing is.
    pub limit: u64,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedItem {
    /// The cooked URL, or the name of a fragment.
    pub url: String,
    /// The status; `None` of a fragment.
    pub status: Option<u16>,
    /// How long it lives.
    pub policy: CachePolicy,
    /// When it was kept, in seconds since 1970.
    pub created: u64,
    /// Whose it is.
    pub queue: QueueId,
    /// The queue's name, if it has one and whoever asks knows it.
    pub queue_name: Option<String>,
    /// Bytes of the head, without what the connection adds.
    pub head_length: u64,
    /// Bytes of the body.
    pub content_length: u64,
    /// How often it was found.
    pub hits: u64,
}

impl ResponseCache {
    /// What is kept at and below a URL, or all, and at most so many entries of it. `now` is the present millisecond.
    #[must_use]
    pub fn state(&self, scope: Option<&CacheScope>, most: usize, now: u64) -> CacheState {
        let is_wanted = |entry: &CacheEntry| {
            !entry.is_over(now) && scope.is_none_or(|scope| scope.covers(entry.url()))
        };
        let mut found: Vec<&CacheEntry> = self
            .entries()
            .map(|entry| &**entry)
            .filter(|entry| is_wanted(entry))
            .collect();
        let matching = found.len();
        found.sort_by(|a, b| (a.url(), a.group()).cmp(&(b.url(), b.group())));
        found.truncate(most);
        CacheState {
            entries: found.into_iter().map(item).collect(),
            matching,
            usage: self.usage(),
            limit: self.limits().total_bytes,
        }
    }
}

fn item(entry: &CacheEntry) -> CachedItem {
    CachedItem {
        url: String::from_utf16_lossy(entry.url()),
        status: entry.parts().map(ResponseParts::status),
        policy: entry.policy(),
        created: entry.created(),
        queue: entry.queue(),
        queue_name: None,
        head_length: entry.parts().map_or(0, ResponseParts::length),
        content_length: entry.body().len() as u64,
        hits: entry.hits(),
    }
}
