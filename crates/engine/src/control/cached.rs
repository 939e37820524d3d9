//! The cache of a service: where it is, how much it may keep, and how it follows the objects.
//!
//! Owns: the lock around the cache, what is counted of it, and what a control call ends. Does not own: what is kept,
//! and until when (`httpsys_core::cache`), the calls of programs (`calls/fragments.rs`, `calls/keep.rs`), nor the
//! answers from it (`conn/cached.rs`). Invariant: what is found belongs to a queue that still has the URL. Threading:
//! a leaf lock; look-ups share it, and whoever changes the cache has it for some hundred entries at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use httpsys_core::QueueId;
use httpsys_core::cache::{
    CacheEntry, CacheLimits, CacheScope, CacheUse, NotCached, ResponseCache, ShareProgress,
};
use httpsys_core::call::Control;
use httpsys_core::counters::UriCacheCounters;
use httpsys_core::proto::Parameters;
use httpsys_core::url_prefix::UrlPrefix;
use httpsys_socket::lock::RwLock;

use crate::control::routes::Routes;
use crate::sys;

/// Entries that somebody looks at who ends many, while he has the lock: a look-up waits some ten microseconds for it.
const SHARE: usize = 512;

/// No time, no size.
const NEVER: u64 = u64::MAX;

/// See the module head.
#[derive(Debug)]
pub(crate) struct ServiceCache {
    is_simulated: bool,
    /// Something was kept once.
    is_used: AtomicBool,
    cache: RwLock<Option<ResponseCache>>,
    /// The record MaxCacheResponseSize (G-246); [`NEVER`]: there is none.
    max_response: AtomicU64,
    /// Responses in the cache: whether a request has to be looked up.
    responses: AtomicUsize,
    /// The millisecond in which unused entries are looked for.
    next_look: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    flushes: AtomicU64,
}

impl ServiceCache {
    /// An empty one. In a simulated world its size does not depend on the machine.
    pub(crate) fn new(is_simulated: bool) -> ServiceCache {
        ServiceCache {
            is_simulated,
            is_used: AtomicBool::new(false),
            cache: RwLock::new(None),
            max_response: AtomicU64::new(NEVER),
            responses: AtomicUsize::new(0),
            next_look: AtomicU64::new(NEVER),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            flushes: AtomicU64::new(0),
        }
    }

    /// How much may be kept; `None`: `UriEnableCache` is 0.
    pub(crate) fn limits(&self, parameters: &Parameters) -> Option<CacheLimits> {
        if let Some(limits) = self.look(ResponseCache::limits) {
            return Some(limits);
        }
        self.limits_of(parameters)
    }

    fn limits_of(&self, parameters: &Parameters) -> Option<CacheLimits> {
        let memory = if self.is_simulated {
            None
        } else {
            sys::memory()
        };
        let most = u32::try_from(self.max_response.load(Ordering::Relaxed)).ok();
        CacheLimits::of(parameters, most, memory.unwrap_or(u64::MAX))
    }

    /// The record MaxCacheResponseSize has this value, or is not there. What is larger goes.
    pub(crate) fn set_max_response(&self, bytes: Option<u32>, parameters: &Parameters, now: u64) {
        let bytes = bytes.map_or(NEVER, u64::from);
        if self.max_response.swap(bytes, Ordering::Relaxed) != bytes {
            if let Some(limits) = self.limits_of(parameters) {
                let _ = self.change(|cache| cache.set_limits(limits, now));
            }
        }
    }

    /// Whether a request may find its response here.
    #[inline]
    pub(crate) fn has_responses(&self) -> bool {
        self.responses.load(Ordering::Relaxed) > 0
    }

    /// The response to a cooked URL that `fits`; counted as a hit or a miss.
    #[inline]
    pub(crate) fn response(
        &self,
        url: &[u16],
        now: u64,
        fits: impl FnOnce(&CacheEntry) -> bool,
    ) -> Option<Arc<CacheEntry>> {
        let cache = self.cache.read();
        let found = cache.as_ref().and_then(|cache| cache.response(url, now));
        let found = found.filter(|entry| fits(entry)).cloned();
        let counted = if found.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        counted.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Looks at what is kept; `None` if nothing ever was.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&ResponseCache) -> R) -> Option<R> {
        self.is_used
            .load(Ordering::Acquire)
            .then(|| self.cache.read().as_ref().map(look))
            .flatten()
    }

    /// Changes what is kept; `None` if nothing ever was.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut ResponseCache) -> R) -> Option<R> {
        if !self.is_used.load(Ordering::Acquire) {
            return None;
        }
        let mut cache = self.cache.write();
        let changed = cache.as_mut().map(change);
        self.note(cache.as_ref());
        changed
    }

    /// What look-ups and the timer have to know of a cache that was changed, under its lock.
    fn note(&self, cache: Option<&ResponseCache>) {
        let responses = cache.map_or(0, |cache| cache.usage().responses);
        self.responses.store(responses, Ordering::Relaxed);
        let next = cache.and_then(ResponseCache::next_look);
        self.next_look
            .store(next.unwrap_or(NEVER), Ordering::Relaxed);
    }

    /// Keeps an entry, if `is_valid` says so under the cache's lock: what an entry depends on may have changed since
    /// it was looked at. An entry that cannot be kept takes the one before it along.
    ///
    /// Returns whether it is the first one after a time when there was nothing to be looked at: the thread that
    /// looks has to be told.
    ///
    /// # Errors
    /// Why it is not kept.
    pub(crate) fn keep(
        &self,
        limits: CacheLimits,
        entry: CacheEntry,
        now: u64,
        is_valid: impl FnOnce() -> bool,
    ) -> Result<bool, NotCached> {
        // The insertion would do it, all at once.
        self.scavenge(now);
        let mut cache = self.cache.write();
        if !is_valid() {
            return Ok(false);
        }
        let kept = cache.get_or_insert_with(|| ResponseCache::new(limits, now));
        self.is_used.store(true, Ordering::Release);
        let was_idle = kept.next_look().is_none();
        let inserted = kept.insert(entry, now);
        self.note(cache.as_ref());
        inserted.map(|()| was_idle)
    }

    /// HttpFlushResponseCache, of one queue or of all; without a scope all of it. Returns how many entries went.
    pub(crate) fn flush(&self, queue: Option<QueueId>, scope: Option<&CacheScope>) -> u64 {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        let mut flushed = 0;
        self.in_shares(|cache, from| {
            let before = cache.usage().flushed;
            let next = cache.drop_share(from, SHARE, |entry| {
                queue.is_none_or(|queue| entry.queue() == queue)
                    && scope.is_none_or(|scope| scope.covers(entry.url()))
            });
            flushed += cache.usage().flushed - before;
            next
        });
        flushed
    }

    /// Looks at all places of the cache, some at a time.
    fn in_shares(
        &self,
        mut share: impl FnMut(&mut ResponseCache, ShareProgress) -> Option<ShareProgress>,
    ) {
        let mut from = Some(ShareProgress::default());
        while let Some(progress) = from {
            from = self.change(|cache| share(cache, progress)).flatten();
        }
    }

    /// When entries are to be looked for that nobody uses, in the clock's milliseconds.
    #[inline]
    pub(crate) fn next_look(&self) -> Option<u64> {
        let next = self.next_look.load(Ordering::Relaxed);
        (next != NEVER).then_some(next)
    }

    /// Drops what nobody uses, or whose time is over, if it is time to look for it.
    #[inline]
    pub(crate) fn scavenge(&self, now: u64) {
        if self.next_look.load(Ordering::Relaxed) <= now {
            self.in_shares(|cache, from| cache.look_share(now, from, SHARE));
        }
    }

    /// After a control call: drops what the call concerns, and what has lost its owner by it.
    pub(crate) fn follow(&self, call: Option<&CacheChange>, routes: &Routes) {
        self.in_shares(|cache, from| {
            cache.drop_share(from, SHARE, |entry| {
                !is_owned(entry, routes) || call.is_some_and(|it| it.ends(entry))
            })
        });
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        self.in_shares(|cache, from| cache.drop_share(from, SHARE, |_| true));
    }

    /// The counters of HTTP.sys.
    pub(crate) fn counters(&self) -> UriCacheCounters {
        let usage = self.look(ResponseCache::usage);
        let usage: CacheUse = usage.unwrap_or_default();
        let mut counters = UriCacheCounters::default();
        counters.current_uris_cached = usage.responses as u64;
        counters.total_uris_cached = usage.responses_added;
        counters.uri_cache_hits = self.hits.load(Ordering::Relaxed);
        counters.uri_cache_misses = self.misses.load(Ordering::Relaxed);
        counters.uri_cache_flushes = self.flushes.load(Ordering::Relaxed);
        counters.total_flushed_uris = usage.responses_flushed;
        counters
    }
}

/// What a control call changes for what is kept, beside its owners.
#[derive(Debug)]
pub(crate) enum CacheChange {
    /// A registration came or went: another one answers there now.
    Registration(CacheScope),
    /// All registrations of a group went.
    Group(httpsys_core::UrlGroupId),
}

impl CacheChange {
    /// That of a call, before it is executed.
    pub(crate) fn of(call: &Control) -> Option<CacheChange> {
        match call {
            Control::AddUrlToUrlGroup { url, .. }
            | Control::AddUrl { url, .. }
            | Control::RemoveUrl { url, .. }
            | Control::RemoveUrlFromUrlGroup { url: Some(url), .. } => {
                // One with port 0 has answered nothing yet.
                let prefix = UrlPrefix::parse(url).ok()?;
                Some(CacheChange::Registration(CacheScope::of_prefix(&prefix)))
            }
            Control::RemoveUrlFromUrlGroup { group, url: None } => Some(CacheChange::Group(*group)),
            _ => None,
        }
    }

    /// Whether it ends a response. Fragments end with their owner.
    fn ends(&self, entry: &CacheEntry) -> bool {
        match self {
            CacheChange::Registration(scope) => {
                entry.group().is_some() && scope.covers(entry.url())
            }
            CacheChange::Group(group) => entry.group() == Some(*group),
        }
    }
}

/// Whether the queue still answers for a response's group, or has what a fragment's name is below.
fn is_owned(entry: &CacheEntry, routes: &Routes) -> bool {
    match entry.group() {
        Some(group) => routes.queue_of(group) == Some(entry.queue()),
        None => may_have_fragment(routes, entry.queue(), entry.url()),
    }
}

/// Whether a queue may have a fragment with this name: it has registered this prefix or one above it (documented:
/// HttpAddFragmentToCache).
pub(crate) fn may_have_fragment(routes: &Routes, queue: QueueId, name: &[u16]) -> bool {
    UrlPrefix::parse(name).is_ok_and(|prefix| routes.has_registered(queue, &prefix))
}
