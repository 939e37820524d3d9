//! What is kept: a response or a fragment.
//!
//! Owns: the contents, to whom they belong, when they end, and what an entry remembers of its use. Does not own:
//! where it is found. Invariant: contents never change; another response is another entry. Threading: shared.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use httpsys_proto::ResponseParts;
use httpsys_proto::date::parse_http_date;
use httpsys_proto::header::id;

use super::conditions::field;
use super::policy::CachePolicy;
use crate::ids::{QueueId, UrlGroupId};

/// What an entry costs beside its contents: the tables, their keys, the entry itself.
pub(super) const OVERHEAD: u64 = 512;

/// A response or a fragment that is kept. Shared by all who send it.
#[derive(Debug)]
pub struct CacheEntry {
    url: Box<[u16]>,
    queue: QueueId,
    response: Option<StoredHead>,
    log: Option<CachedLog>,
    body: Box<[u8]>,
    policy: CachePolicy,
    /// When it was kept, in seconds since 1970.
    created: u64,
    /// The first millisecond in which it is not there any more.
    end: u64,
    hits: AtomicU64,
    /// Looked up since the hand passed by.
    is_used: AtomicBool,
    /// The millisecond of the last use.
    used: AtomicU64,
}

/// What log entries of a response that is kept have beside what the request says. A response that was not logged
/// has none, and is not logged when it comes from the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CachedLog {
    /// The computer, as the program gave it.
    pub server_name: Box<[u8]>,
    /// Service and instance, as the program gave it.
    pub service_name: Box<[u8]>,
}

/// What a response has beside its body.
#[derive(Debug)]
pub(super) struct StoredHead {
    pub(super) group: UrlGroupId,
    /// With Server, without what the connection adds.
    pub(super) parts: ResponseParts,
    /// Seconds since 1970.
    pub(super) last_modified: Option<u64>,
}

impl CacheEntry {
    /// A response of a queue, given to a request for this cooked URL that the group's prefix matched. `second` is
    /// the present second since 1970.
    #[must_use]
    pub fn response(
        url: &[u16],
        (queue, group): (QueueId, UrlGroupId),
        parts: &ResponseParts,
        body: Vec<u8>,
        policy: CachePolicy,
        (now, second): (u64, u64),
    ) -> CacheEntry {
        let last_modified = field(parts, id::LAST_MODIFIED);
        let last_modified = last_modified.and_then(|it| parse_http_date(it.trim_ascii(), second));
        CacheEntry {
            response: Some(StoredHead {
                group,
                parts: parts.to_stored(),
                last_modified,
            }),
            ..CacheEntry::fragment(url, queue, body, policy, (now, second))
        }
    }

    /// A fragment of a queue under the name by which it is sent. `second` is the present second since 1970.
    #[must_use]
    pub fn fragment(
        name: &[u16],
        queue: QueueId,
        body: Vec<u8>,
        policy: CachePolicy,
        (now, second): (u64, u64),
    ) -> CacheEntry {
        CacheEntry {
            url: name.into(),
            queue,
            response: None,
            log: None,
            body: body.into_boxed_slice(),
            policy,
            created: second,
            end: policy.end(now),
            hits: AtomicU64::new(0),
            is_used: AtomicBool::new(false),
            used: AtomicU64::new(now),
        }
    }

    /// With what its log entries have.
    #[must_use]
    pub fn logged(mut self, log: Option<CachedLog>) -> CacheEntry {
        self.log = log;
        self
    }

    /// What log entries have of the response; `None`: it is not logged.
    #[must_use]
    pub fn log(&self) -> Option<&CachedLog> {
        self.log.as_ref()
    }

    /// The cooked URL, or the name of a fragment.
    #[must_use]
    pub fn url(&self) -> &[u16] {
        &self.url
    }

    /// The queue that it belongs to.
    #[must_use]
    pub fn queue(&self) -> QueueId {
        self.queue
    }

    /// The URL group of the response; `None` of a fragment.
    #[must_use]
    pub fn group(&self) -> Option<UrlGroupId> {
        self.response.as_ref().map(|response| response.group)
    }

    /// Status and fields of the response; `None` of a fragment.
    #[must_use]
    pub fn parts(&self) -> Option<&ResponseParts> {
        self.response.as_ref().map(|response| &response.parts)
    }

    /// The whole body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The millisecond in which it ends by itself; `None`: it does not.
    #[must_use]
    pub fn end(&self) -> Option<u64> {
        (self.end != u64::MAX).then_some(self.end)
    }

    /// How long it lives.
    #[must_use]
    pub fn policy(&self) -> CachePolicy {
        self.policy
    }

    /// When it was kept, in seconds since 1970.
    #[must_use]
    pub fn created(&self) -> u64 {
        self.created
    }

    /// How often it was found.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Bytes of head and body.
    #[must_use]
    pub fn length(&self) -> u64 {
        let head = self.parts().map_or(0, ResponseParts::length);
        head + self.body.len() as u64
    }

    pub(super) fn stored(&self) -> Option<&StoredHead> {
        self.response.as_ref()
    }

    /// What it takes of the budget.
    pub(super) fn size(&self) -> u64 {
        let log = self.log.as_ref();
        let log = log.map_or(0, |log| log.server_name.len() + log.service_name.len());
        OVERHEAD + self.length() + (size_of_val(&*self.url) + log) as u64
    }

    pub(super) fn is_over(&self, now: u64) -> bool {
        now >= self.end
    }

    /// It was not used for so long.
    pub(super) fn is_idle(&self, now: u64, idle: u64) -> bool {
        now >= self.used.load(Ordering::Relaxed).saturating_add(idle)
    }

    /// Remembers a use. Many do so at once, most often in the same millisecond: nothing is written that is there.
    pub(super) fn touch(&self, now: u64) {
        self.hits.fetch_add(1, Ordering::Relaxed);
        if !self.is_used.load(Ordering::Relaxed) {
            self.is_used.store(true, Ordering::Relaxed);
        }
        if self.used.load(Ordering::Relaxed) < now {
            self.used.store(now, Ordering::Relaxed);
        }
    }

    /// The hand passes by: whether it was used since.
    pub(super) fn forget_use(&self) -> bool {
        self.is_used.swap(false, Ordering::Relaxed)
    }
}
