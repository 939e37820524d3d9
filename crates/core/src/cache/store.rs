//! All entries: where they are found, what they take, and when they go.
//!
//! Owns: the tables by URL, the budget in bytes, CLOCK eviction, the end by time, by disuse and by flush. Does not
//! own: which response is kept (`conditions`). Keys are chosen by clients, so they are hashed with a secret
//! (`key_hasher`).
//! Invariants: the bytes are those of the entries that are found and of those that are gone and still sent; with what
//! tables take that are longer than they need be, they never exceed the budget; responses and fragments do not
//! replace each other.
//! Threading: look-ups share, changes are exclusive.

use std::collections::HashMap;
use std::sync::Arc;

use super::conditions::NotCached;
use super::entry::CacheEntry;
use super::key_hasher::KeySecret;
use super::limits::CacheLimits;
use super::scope::CacheScope;
use crate::ids::QueueId;

/// What the tables take for an entry at most if they have just grown, as part of what an entry costs: its place and one
/// in the list of free ones, each of them twice, and sixteen sevenths of a key with its place and a byte.
const TABLES: u64 = 96;
/// Tables may be longer than they need be by so many bytes where nobody asks for room.
const SLACK: u64 = 4096;

/// From a URL or a name to a place.
type Places = HashMap<Arc<[u16]>, usize, KeySecret>;

/// See the module head.
#[derive(Debug)]
pub struct ResponseCache {
    limits: CacheLimits,
    responses: Places,
    fragments: Places,
    /// The circle that the hand goes round.
    slots: Vec<Option<Arc<CacheEntry>>>,
    free: Vec<usize>,
    hand: usize,
    /// How often entries have changed their places.
    moves: u64,
    /// Gone, and sent by somebody when last looked.
    leaving: Vec<Arc<CacheEntry>>,
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

/// How far a flush is that looks at some places of the cache at a time ([`ResponseCache::flush_share`]); at first
/// nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlushProgress {
    next: usize,
    moves: u64,
}

impl ResponseCache {
    /// An empty cache. `now` is the first millisecond.
    #[must_use]
    pub fn new(limits: CacheLimits, now: u64) -> ResponseCache {
        ResponseCache {
            limits,
            responses: Places::default(),
            fragments: Places::default(),
            slots: Vec::new(),
            free: Vec::new(),
            hand: 0,
            moves: 0,
            leaving: Vec::new(),
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
        self.responses.is_empty() && self.fragments.is_empty()
    }

    /// Other limits from now on: what is too much goes.
    pub fn set_limits(&mut self, limits: CacheLimits, now: u64) {
        self.limits = limits;
        let over =
            |entry: &CacheEntry| entry.group().is_some() && entry.length() > limits.response_bytes;
        self.drop_where(over);
        let _ = self.make_room(0, now);
        self.settle();
    }

    /// The response to this cooked URL, if there is one whose time is not over.
    #[inline]
    #[must_use]
    pub fn response(&self, url: &[u16], now: u64) -> Option<&Arc<CacheEntry>> {
        if self.responses.is_empty() {
            return None;
        }
        self.look_up(&self.responses, url, now)
    }

    /// The fragment of a queue with this name; else its response to this URL (documented: *Fragment Cache*).
    #[must_use]
    pub fn fragment(&self, queue: QueueId, name: &[u16], now: u64) -> Option<&Arc<CacheEntry>> {
        let tables = [&self.fragments, &self.responses];
        let mut found = tables
            .iter()
            .filter_map(|table| self.look_up(table, name, now));
        found.find(|entry| entry.queue() == queue)
    }

    fn look_up(&self, table: &Places, url: &[u16], now: u64) -> Option<&Arc<CacheEntry>> {
        let slot = *table.get(url)?;
        let entry = self.slots.get(slot)?.as_ref()?;
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
        self.remove(entry.key(), entry.group().is_none());
        if entry.group().is_some() && entry.length() > self.limits.response_bytes {
            return Err(NotCached::TooLarge);
        }
        let size = entry.size();
        if size > self.limits.total_bytes {
            return Err(NotCached::TooLarge);
        }
        if !self.make_room(size, now) {
            return Err(NotCached::NoRoom);
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.responses_added += u64::from(entry.group().is_some());
        let key = Arc::clone(entry.key());
        self.table(entry.group().is_none()).insert(key, slot);
        self.slots[slot] = Some(Arc::new(entry));
        self.bytes += size;
        Ok(())
    }

    /// Drops what is kept under this URL or name.
    pub fn remove(&mut self, url: &[u16], is_fragment: bool) {
        if let Some(slot) = self.table(is_fragment).get(url).copied() {
            self.drop_slot(slot);
        }
    }

    /// HttpFlushResponseCache: drops what a queue has there (CSH-019).
    pub fn flush(&mut self, queue: QueueId, scope: &CacheScope) {
        let all = FlushProgress::default();
        let _ = self.flush_share(Some(queue), Some(scope), all, usize::MAX);
    }

    /// As [`ResponseCache::flush`], of one queue or of all, at and below a URL or everywhere; looks only at so many
    /// places of the cache, so that a look-up never waits long for a flush. `None`: there is nothing behind them;
    /// else where to go on. If entries have changed their places meanwhile, that is at the first one again.
    #[must_use]
    pub fn flush_share(
        &mut self,
        queue: Option<QueueId>,
        scope: Option<&CacheScope>,
        from: FlushProgress,
        most: usize,
    ) -> Option<FlushProgress> {
        let start = if from.moves == self.moves {
            from.next
        } else {
            0
        };
        let end = start.saturating_add(most).min(self.slots.len());
        let is_own = |entry: &CacheEntry| queue.is_none_or(|queue| entry.queue() == queue);
        for slot in start..end {
            let goes = |entry: &Arc<CacheEntry>| {
                is_own(entry) && scope.is_none_or(|scope| scope.covers(entry.url()))
            };
            if self.slots[slot].as_ref().is_some_and(goes) {
                self.drop_slot(slot);
            }
        }
        if end < self.slots.len() {
            let (next, moves) = (end, self.moves);
            return Some(FlushProgress { next, moves });
        }
        self.settle();
        None
    }

    /// Drops what is not kept: what its owner does not own any more, or may not answer.
    pub fn retain(&mut self, is_kept: impl Fn(&CacheEntry) -> bool) {
        self.drop_where(|entry| !is_kept(entry));
        self.settle();
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.drop_where(|_| true);
        self.settle();
    }

    /// Looks for entries whose time is over or that nobody uses, if it is time to: once in each `UriScavengerPeriod`.
    /// Returns the millisecond of the next look.
    pub fn look(&mut self, now: u64) -> u64 {
        if now >= self.next_look {
            let idle = self.limits.idle;
            self.next_look = now.saturating_add(idle);
            self.drop_where(|entry| entry.is_over(now) || entry.is_idle(now, idle));
            self.let_go();
            self.settle();
        }
        self.next_look
    }

    /// All entries, in no order that means anything.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<CacheEntry>> {
        self.slots.iter().flatten()
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
            responses: self.responses.len(),
            fragments: self.fragments.len(),
            bytes: self.bytes,
            flushed: self.flushed,
            responses_added: self.responses_added,
            responses_flushed: self.responses_flushed,
        }
    }

    /// Makes room for so many bytes: the hand goes round, and what was not used since it passed by last goes. What
    /// is being sent stays, since its memory would not become free. False: not enough can go.
    fn make_room(&mut self, bytes: u64, now: u64) -> bool {
        let fits =
            |cache: &ResponseCache| cache.bytes + cache.waste() + bytes <= cache.limits.total_bytes;
        if fits(self) {
            return true;
        }
        self.let_go();
        if self.waste() > 0 {
            self.compact();
        }
        // Once to forget the uses, once to drop, and once more for what is used meanwhile.
        let mut steps = 3 * self.slots.len();
        while !fits(self) && steps > 0 {
            let may_stay = steps > self.slots.len();
            steps -= 1;
            let at = self.hand;
            self.hand = (at + 1) % self.slots.len().max(1);
            let Some(Some(entry)) = self.slots.get(at) else {
                continue;
            };
            let is_sent = Arc::strong_count(entry) > 1;
            let is_used = entry.forget_use() && may_stay && !entry.is_over(now);
            if !is_sent && !is_used {
                self.drop_slot(at);
            }
        }
        self.settle();
        fits(self)
    }

    /// What the tables take beyond what the entries in them pay for: they were longer once.
    fn waste(&self) -> u64 {
        let place = size_of::<Option<Arc<CacheEntry>>>() as u64;
        let index = size_of::<usize>() as u64;
        // Of a hash table seven eighths are used at most; each place has a byte beside key and value.
        let key = size_of::<(Arc<[u16]>, usize)>() as u64 + 1;
        let keys = (self.responses.capacity() + self.fragments.capacity()) as u64 * 8 / 7;
        let lists = self.slots.capacity() as u64 * place + self.free.capacity() as u64 * index;
        let taken = lists + keys * key;
        taken.saturating_sub((self.responses.len() + self.fragments.len()) as u64 * TABLES)
    }

    /// After many have gone.
    fn settle(&mut self) {
        if self.waste() > SLACK {
            self.compact();
        }
    }

    /// Makes the tables as short as they can be. Entries change their places; the hand stays between the same two:
    /// if it began anew, what is used would go before what is not.
    fn compact(&mut self) {
        self.hand = self.slots.iter().take(self.hand).flatten().count();
        self.slots.retain(Option::is_some);
        self.slots.shrink_to_fit();
        self.free = Vec::new();
        self.moves += 1;
        for (slot, entry) in self.slots.iter().enumerate() {
            let Some(entry) = entry else { continue };
            let table = if entry.group().is_none() {
                &mut self.fragments
            } else {
                &mut self.responses
            };
            if let Some(place) = table.get_mut(entry.key()) {
                *place = slot;
            }
        }
        self.responses.shrink_to_fit();
        self.fragments.shrink_to_fit();
        self.leaving.shrink_to_fit();
    }

    fn drop_where(&mut self, goes: impl Fn(&CacheEntry) -> bool) {
        for slot in 0..self.slots.len() {
            if self.slots[slot].as_ref().is_some_and(|entry| goes(entry)) {
                self.drop_slot(slot);
            }
        }
    }

    fn drop_slot(&mut self, slot: usize) {
        let Some(entry) = self.slots.get_mut(slot).and_then(Option::take) else {
            return;
        };
        self.table(entry.group().is_none()).remove(entry.key());
        self.free.push(slot);
        self.flushed += 1;
        self.responses_flushed += u64::from(entry.group().is_some());
        if Arc::strong_count(&entry) > 1 {
            self.leaving.push(entry);
        } else {
            self.bytes -= entry.size();
        }
    }

    /// Forgets what is not sent any more.
    fn let_go(&mut self) {
        let bytes = &mut self.bytes;
        self.leaving.retain(|entry| {
            let is_sent = Arc::strong_count(entry) > 1;
            if !is_sent {
                *bytes -= entry.size();
            }
            is_sent
        });
    }

    fn table(&mut self, is_fragment: bool) -> &mut Places {
        if is_fragment {
            &mut self.fragments
        } else {
            &mut self.responses
        }
    }
}
