//! What the cache must have, may have, and cannot have: written apart from the service's own code.
//!
//! Owns: which response is kept (CSH-001 to CSH-015), until when (CSH-003, CSH-005, CSH-006, LIM-016), and what flushes
//! and registrations end (CSH-019, G-248, G-251). Does not own: what is made of an entry (`hit.rs`). Threading: plain
//! data.

use std::collections::BTreeMap;

use httpsys::CachePolicy;

use crate::hit::is_plain;
use crate::script::{Act, Item, Ranges, Settings, URLS};
use crate::site::{Content, Way};
use crate::world::Seen;

/// The first and the last millisecond in which something may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// The service's clock may have begun a part of a millisecond after that of the simulation.
const SLACK: u64 = 1;

#[derive(Clone, Debug)]
struct Entry {
    queue: usize,
    /// Milliseconds; `None`: it has no end.
    lives: Option<u64>,
    stored: Moment,
    used: Moment,
    /// It is there, unless its time is over.
    is_sure: bool,
}

/// Whether an entry is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    No,
    Perhaps,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    most_bytes: u64,
    period: u64,
    tight: bool,
    entries: BTreeMap<String, Entry>,
}

impl Model {
    pub(crate) fn new(settings: &Settings) -> Model {
        Model {
            most_bytes: u64::from(settings.most_bytes),
            period: u64::from(settings.period) * 1_000,
            tight: settings.tight,
            entries: BTreeMap::new(),
        }
    }

    /// Whether the response to a URL that a queue answers is there at this moment.
    pub(crate) fn kept(&self, url: &str, queue: usize, now: Moment) -> Kept {
        let entry = self.entries.get(url).filter(|entry| entry.queue == queue);
        entry.map_or(Kept::No, |entry| self.is_there(entry, now))
    }

    fn is_there(&self, entry: &Entry, now: Moment) -> Kept {
        let mut kept = if entry.is_sure {
            Kept::Yes
        } else {
            Kept::Perhaps
        };
        if let Some(lives) = entry.lives {
            if now.first >= entry.stored.last + lives + SLACK {
                return Kept::No;
            }
            if now.last + SLACK >= entry.stored.first + lives {
                kept = Kept::Perhaps;
            }
        }
        // Each period somebody looks, and takes away what was not used for one.
        if now.first >= entry.used.last + 2 * self.period + SLACK {
            return Kept::No;
        }
        if now.last + SLACK >= entry.used.first + self.period {
            kept = Kept::Perhaps;
        }
        kept
    }

    /// The cache has answered.
    pub(crate) fn was_hit(&mut self, url: &str, now: Moment) {
        if let Some(entry) = self.entries.get_mut(url) {
            (entry.used, entry.is_sure) = (now, !self.tight);
        }
    }

    /// The cache has looked, and left it to the program.
    pub(crate) fn was_passed(&mut self, url: &str, now: Moment) {
        if let Some(entry) = self.entries.get_mut(url) {
            entry.used.last = now.last;
        }
    }

    pub(crate) fn is_missing(&mut self, url: &str) {
        self.entries.remove(url);
    }

    /// The program has answered.
    pub(crate) fn was_answered(
        &mut self,
        seen: &Seen,
        item: &Item,
        content: &Content,
        now: Moment,
    ) {
        let lives = match content.policy {
            CachePolicy::Nocache | CachePolicy::TimeToLive(0) => return,
            CachePolicy::TimeToLive(seconds) => Some(u64::from(seconds) * 1_000),
            CachePolicy::UserInvalidates => None,
        };
        let asks_for_parts =
            item.field("If-Range").is_some() || !matches!(item.ranges, Ranges::None);
        let is_kept = is_plain(item)
            && !asks_for_parts
            && matches!(content.way, Way::Call | Way::ById)
            && (200..600).contains(&content.status)
            && content.status != 206
            && content.typed
            && !content.bad_date
            && content.length() <= self.most_bytes - 1_024;
        if is_kept {
            let entry = Entry {
                queue: seen.queue,
                lives,
                stored: now,
                used: now,
                is_sure: !self.tight,
            };
            self.entries.insert(seen.url.clone(), entry);
        }
    }

    /// After something was done.
    pub(crate) fn act(&mut self, act: Act) {
        match act {
            Act::Flush(queue, url, recursive) => {
                self.entries
                    .retain(|own, entry| entry.queue != queue || !is_named(own, url, recursive));
            }
            Act::FlushAll(Some(url), recursive) => {
                self.entries.retain(|own, _| !is_named(own, url, recursive));
            }
            Act::FlushAll(None, _) => self.entries.clear(),
            Act::Toggle(number) => {
                let (_, url) = URLS[number];
                self.entries.retain(|own, _| !is_named(own, url, true));
            }
            Act::Rebind(group) => self.entries.retain(|_, entry| entry.queue != group),
            Act::State(_) | Act::Wait(_) | Act::Outlive => {}
        }
    }

    /// How long it takes until no entry is left that lives for ten seconds at most.
    pub(crate) fn rest(&self, now: u64) -> u64 {
        let ends = self.entries.values().filter_map(|entry| {
            let lives = entry.lives.filter(|lives| *lives <= 10_000)?;
            Some((entry.stored.last + lives + SLACK).saturating_sub(now))
        });
        ends.max().unwrap_or_default()
    }

    /// Forgets what cannot be there any more.
    pub(crate) fn look(&mut self, now: u64) {
        let now = Moment {
            first: now,
            last: now,
        };
        let mut entries = std::mem::take(&mut self.entries);
        entries.retain(|_, entry| self.is_there(entry, now) != Kept::No);
        self.entries = entries;
    }

    pub(crate) fn has(&self, url: &str) -> bool {
        self.entries.contains_key(url)
    }

    /// The list of what is kept is the model's.
    pub(crate) fn check(&self, list: &[String], now: u64) {
        let now = Moment {
            first: now,
            last: now,
        };
        for url in list {
            assert!(self.has(url), "{url} should not be kept");
        }
        for (url, entry) in &self.entries {
            let is_there = self.is_there(entry, now) == Kept::Yes;
            assert!(!is_there || list.contains(url), "{url} should be kept");
        }
    }
}

/// Whether a URL is the one that is named, or with `below` at it or below it. The last slash and letter case do not
/// matter, the query only without `below`.
fn is_named(url: &str, named: &str, below: bool) -> bool {
    let split = |url: &str| {
        let (front, query) = url.split_once('?').map_or((url, None), |(front, query)| {
            (front, Some(query.to_owned()))
        });
        let rest = front.strip_prefix("http://").expect("http").to_lowercase();
        let (host, path) = rest.split_once('/').expect("a path");
        let path = path.strip_suffix('/').unwrap_or(path);
        (host.to_owned(), format!("/{path}"), query)
    };
    let ((host, path, query), (its_host, its_path, its_query)) = (split(url), split(named));
    let any = ["+:80", "*:80"].contains(&its_host.as_str());
    if !any && host != its_host {
        return false;
    }
    if !below {
        return path == its_path && query == its_query;
    }
    its_path == "/" || path == its_path || path.starts_with(&format!("{its_path}/"))
}
