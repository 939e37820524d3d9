//! All entries: what they take, and when they go.
//!
//! Owns: the budget in bytes, CLOCK eviction, the end by time, by disuse and by flush. Does not own: where entries are
//! found (`places.rs`), nor which response is kept (`conditions`).
//! Invariants: the bytes are those of the entries that are found and of those that are gone and still sent; with what
//! lists take that are longer than they need be, they never exceed the budget; responses and fragments do not replace
//! each other. An insertion looks at no more entries than twice [`LOOKS`] and some for each whose room it can need,
//! and whoever ends many entries can do so some at a time ([`ResponseCache::drop_share`]): nobody waits long for the
//! cache, whatever is in it.
//! Threading: look-ups share, changes are exclusive.

use std::sync::Arc;

use super::conditions::NotCached;
use super::entry::{CacheEntry, OVERHEAD};
use super::limits::CacheLimits;
use super::places::{Places, SLACK, shrink};
use super::scope::CacheScope;
use crate::ids::QueueId;

/// Entries that an insertion looks at, at most, for a little room: some ten microseconds.
const LOOKS: usize = 1024;

/// See the module head.
#[derive(Debug)]
pub struct ResponseCache {
    limits: CacheLimits,
    places: Places,
    /// Goes round the places.
    hand: usize,
    /// Gone, and sent by somebody when last looked.
    leaving: Vec<Arc<CacheEntry>>,
    /// The next of them to be looked at.
    next_leaving: usize,
    bytes: u64,
    /// The millisecond of the next look for entries that nobody uses.
    next_look: u64,
    flushed: u64,
    responses_added: u64,
    responses_flushed: u64,
}

/// What is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Responses.
    pub responses: usize,
    /// Fragments.
    pub fragments: usize,
    /// What all of them take of the budget, with those that are gone and still sent.
    pub bytes: u64,
    /// Entries that were dropped so far, for whatever reason.
    pub flushed: u64,
    /// Responses that were kept so far.
    pub responses_added: u64,
    /// Responses among those that were dropped.
    pub responses_flushed: u64,
}

/// How far somebody is who looks at all places of the cache, some at a time ([`ResponseCache::drop_share`]); at first
/// nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareProgress {
    /// The places before this one are left.
    left: usize,
}

impl Default for ShareProgress {
    fn default() -> Self {
        ShareProgress { left: usize::MAX }
    }
}

impl ResponseCache {
    /// An empty cache. `now` is the first millisecond.
    #[must_use]
    pub fn new(limits: CacheLimits, now: u64) -> ResponseCache {
        ResponseCache {
            limits,
            places: Places::default(),
            hand: 0,
            leaving: Vec::new(),
            next_leaving: 0,
            bytes: 0,
            next_look: now.saturating_add(limits.idle),
            flushed: 0,
            responses_added: 0,
            responses_flushed: 0,
        }
    }

    /// What it may keep.
    #[must_use]
    pub fn limits(&self) -> CacheLimits {
        self.limits
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.responses() + self.places.fragments() == 0
    }

    /// Other limits from now on: what is too much goes.
    pub fn set_limits(&mut self, limits: CacheLimits, now: u64) {
        self.limits = limits;
        let over =
            |entry: &CacheEntry| entry.group().is_some() && entry.length() > limits.response_bytes;
        self.drop_all(over);
        let _ = self.make_room(0, now, usize::MAX);
    }

    /// The response to this cooked URL, if there is one whose time is not over.
    #[inline]
    #[must_use]
    pub fn response(&self, url: &[u16], now: u64) -> Option<&Arc<CacheEntry>> {
        if self.places.responses() == 0 {
            return None;
        }
        self.look_up(url, false, now)
    }

    /// The fragment of a queue with this name; else its response to this URL (documented: *Fragment Cache*).
    #[must_use]
    pub fn fragment(&self, queue: QueueId, name: &[u16], now: u64) -> Option<&Arc<CacheEntry>> {
        let kinds = [true, false].into_iter();
        let mut found = kinds.filter_map(|is_fragment| self.look_up(name, is_fragment, now));
        found.find(|entry| entry.queue() == queue)
    }

    fn look_up(&self, url: &[u16], is_fragment: bool, now: u64) -> Option<&Arc<CacheEntry>> {
        let entry = self.places.find(url, is_fragment)?;
        if entry.is_over(now) {
            return None;
        }
        entry.touch(now);
        Some(entry)
    }

    /// Keeps an entry in the place of the one with its URL or name.
    ///
    /// # Errors
    /// [`NotCached::TooLarge`], [`NotCached::NoRoom`]; the one with its URL or name is gone all the same.
    pub fn insert(&mut self, entry: CacheEntry, now: u64) -> Result<(), NotCached> {
        self.look(now);
        self.remove(entry.url(), entry.group().is_none());
        if entry.group().is_some() && entry.length() > self.limits.response_bytes {
            return Err(NotCached::TooLarge);
        }
        let size = entry.size();
        if size > self.limits.total_bytes {
            return Err(NotCached::TooLarge);
        }
        // It may take as many to make this room, and each may be used once.
        let looks = LOOKS.saturating_add((3 * size / OVERHEAD) as usize);
        if !self.make_room(size, now, looks) {
            return Err(NotCached::NoRoom);
        }
        self.responses_added += u64::from(entry.group().is_some());
        self.places.put(Arc::new(entry));
        self.bytes += size;
        Ok(())
    }

    /// Drops what is kept under this URL or name.
    pub fn remove(&mut self, url: &[u16], is_fragment: bool) {
        if let Some(place) = self.places.place_of(url, is_fragment) {
            self.drop_at(place);
        }
    }

    /// HttpFlushResponseCache: drops what a queue has there (CSH-019).
    pub fn flush(&mut self, queue: QueueId, scope: &CacheScope) {
        self.drop_all(|entry| entry.queue() == queue && scope.covers(entry.url()));
    }

    /// Drops what goes, of so many places: `None` if there are no more, else where to go on. What changes its place
    /// meanwhile is looked at all the same, and so may be what comes meanwhile.
    #[must_use]
    pub fn drop_share(
        &mut self,
        from: ShareProgress,
        most: usize,
        goes: impl Fn(&CacheEntry) -> bool,
    ) -> Option<ShareProgress> {
        // From the last one to the first: that way entries go that change their places.
        let end = from.left.min(self.places.len());
        let left = end.saturating_sub(most);
        for place in (left..end).rev() {
            if self.places.get(place).is_some_and(|entry| goes(entry)) {
                self.drop_at(place);
            }
        }
        self.places.tidy(SLACK, most.saturating_mul(2));
        (left > 0).then_some(ShareProgress { left })
    }

    /// Drops what is not kept: what its owner does not own any more, or may not answer.
    pub fn retain(&mut self, is_kept: impl Fn(&CacheEntry) -> bool) {
        self.drop_all(|entry| !is_kept(entry));
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.drop_all(|_| true);
    }

    fn drop_all(&mut self, goes: impl Fn(&CacheEntry) -> bool) {
        let _ = self.drop_share(ShareProgress::default(), usize::MAX, goes);
    }

    /// Looks for entries whose time is over or that nobody uses, if it is time to: once in each `UriScavengerPeriod`.
    /// Returns the millisecond of the next look.
    pub fn look(&mut self, now: u64) -> u64 {
        let mut from = Some(ShareProgress::default());
        while let Some(progress) = from {
            from = self.look_share(now, progress, usize::MAX);
        }
        self.next_look
    }

    /// As [`ResponseCache::look`], at so many places: `None` if there are no more, else where to go on.
    #[must_use]
    pub fn look_share(
        &mut self,
        now: u64,
        from: ShareProgress,
        most: usize,
    ) -> Option<ShareProgress> {
        let idle = self.limits.idle;
        if from == ShareProgress::default() {
            if now < self.next_look {
                return None;
            }
            self.next_look = now.saturating_add(idle);
        }
        self.let_go(most);
        self.drop_share(from, most, |entry| {
            entry.is_over(now) || entry.is_idle(now, idle)
        })
    }

    /// All entries, in no order that means anything.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<CacheEntry>> {
        self.places.iter()
    }

    /// The millisecond of the next look ([`ResponseCache::look`]); `None`: there is nothing to look at.
    #[must_use]
    pub fn next_look(&self) -> Option<u64> {
        let is_over = self.is_empty() && self.leaving.is_empty();
        (!is_over).then_some(self.next_look)
    }

    /// How much is kept.
    #[must_use]
    pub fn usage(&self) -> CacheUse {
        CacheUse {
            responses: self.places.responses(),
            fragments: self.places.fragments(),
            bytes: self.bytes,
            flushed: self.flushed,
            responses_added: self.responses_added,
            responses_flushed: self.responses_flushed,
        }
    }

    /// Makes room for so many bytes: the hand goes round, and what was not used since it passed by last goes; if all
    /// of so many were used, any goes. What is being sent stays, since its memory would not become free. False: not
    /// enough can go, or all that was looked at is being sent; the next one goes on where this has stopped.
    fn make_room(&mut self, bytes: u64, now: u64, looks: usize) -> bool {
        if self.fits(bytes) {
            return true;
        }
        self.let_go(looks);
        self.places.tidy(0, looks);
        // Once to forget the uses, once to drop, and once more for what is used meanwhile.
        let round = self.places.len();
        for passed in 0..looks.saturating_mul(2).min(3 * round) {
            if self.fits(bytes) {
                return true;
            }
            if self.hand >= self.places.len() {
                self.hand = 0;
            }
            let at = self.hand;
            self.hand += 1;
            let Some(entry) = self.places.get(at) else {
                continue;
            };
            let is_sent = Arc::strong_count(entry) > 1;
            let is_used = entry.forget_use() && passed < looks.min(2 * round);
            let is_used = is_used && !entry.is_over(now);
            if !is_sent && !is_used {
                self.drop_at(at);
                self.places.tidy(SLACK, 2);
            }
        }
        self.places.tidy(0, looks);
        self.fits(bytes)
    }

    fn fits(&self, bytes: u64) -> bool {
        self.bytes + self.places.waste() + bytes <= self.limits.total_bytes
    }

    fn drop_at(&mut self, place: usize) {
        let Some(entry) = self.places.take(place) else {
            return;
        };
        self.flushed += 1;
        self.responses_flushed += u64::from(entry.group().is_some());
        if Arc::strong_count(&entry) > 1 {
            self.leaving.push(entry);
        } else {
            self.bytes -= entry.size();
        }
    }

    /// Forgets what is not sent any more, of so many that were sent when last looked.
    fn let_go(&mut self, most: usize) {
        for _ in 0..most.min(self.leaving.len()) {
            if self.next_leaving >= self.leaving.len() {
                self.next_leaving = 0;
            }
            let entry = &self.leaving[self.next_leaving];
            if Arc::strong_count(entry) > 1 {
                self.next_leaving += 1;
            } else {
                self.bytes -= entry.size();
                self.leaving.swap_remove(self.next_leaving);
            }
        }
        shrink(&mut self.leaving);
    }
}
