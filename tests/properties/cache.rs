//! The cache beside a model that keeps everything: what is found was put there last and was not dropped since, and
//! with room enough all of it is found.

use std::collections::HashMap;
use std::sync::Arc;

use httpsys_core::cache::{CacheEntry, CacheLimits, CachePolicy, CacheScope, ResponseCache};
use httpsys_core::{QueueId, UrlGroupId};
use httpsys_proto::ResponseParts;
use proptest::prelude::*;

use crate::config;

const PATHS: [&str; 6] = ["", "a", "a/b", "a/b/c", "A/d", "ab"];

#[derive(Clone, Debug)]
enum Step {
    Respond(usize, u64, u8, CachePolicy),
    Fragment(usize, u64, u8, CachePolicy),
    Flush(usize, u64, bool),
    Queue(u64),
    Registration(usize, Option<u64>),
    Wait(u64),
    Look,
    /// Begins to send what is there.
    Hold(usize),
    LetGo,
}

fn policy() -> impl Strategy<Value = CachePolicy> {
    prop_oneof![
        Just(CachePolicy::UserInvalidates),
        (1..20_u32).prop_map(CachePolicy::TimeToLive),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let path = 0..PATHS.len();
    let queue = 1..3_u64;
    prop_oneof![
        4 => (path.clone(), queue.clone(), any::<u8>(), policy())
            .prop_map(|(path, queue, size, policy)| Step::Respond(path, queue, size, policy)),
        2 => (path.clone(), queue.clone(), any::<u8>(), policy())
            .prop_map(|(path, queue, size, policy)| Step::Fragment(path, queue, size, policy)),
        1 => (path.clone(), queue.clone(), any::<bool>())
            .prop_map(|(path, queue, recursive)| Step::Flush(path, queue, recursive)),
        1 => queue.clone().prop_map(Step::Queue),
        1 => (path.clone(), proptest::option::of(queue))
            .prop_map(|(path, queue)| Step::Registration(path, queue)),
        2 => (0..8_000_u64).prop_map(Step::Wait),
        1 => Just(Step::Look),
        2 => path.prop_map(Step::Hold),
        1 => Just(Step::LetGo),
    ]
}

fn url(path: usize) -> Vec<u16> {
    format!("http://h:80/{}", PATHS[path])
        .encode_utf16()
        .collect()
}

/// Whether the second path is the first or below it, letter case ignored.
fn is_below(above: usize, path: usize) -> bool {
    let (above, path) = (PATHS[above].to_lowercase(), PATHS[path].to_lowercase());
    above.is_empty() || path == above || path.starts_with(&format!("{above}/"))
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    queue: u64,
    /// Which insertion it was.
    number: u32,
    length: usize,
    end: u64,
    used: u64,
}

/// By path, and whether it is a fragment.
type Model = HashMap<(usize, bool), Kept>;

struct Run {
    cache: ResponseCache,
    model: Model,
    limits: CacheLimits,
    now: u64,
    next_look: u64,
    number: u32,
    held: Vec<Arc<CacheEntry>>,
}

impl Run {
    fn new(total_bytes: u64) -> Run {
        let limits = CacheLimits {
            response_bytes: 100_000,
            total_bytes,
            idle: 12_000,
        };
        Run {
            cache: ResponseCache::new(limits, 0),
            model: Model::new(),
            limits,
            now: 0,
            next_look: limits.idle,
            number: 0,
            held: Vec::new(),
        }
    }

    fn insert(&mut self, path: usize, queue: u64, size: u8, policy: CachePolicy, fragment: bool) {
        self.number += 1;
        let length = usize::from(size) + 4;
        let mut body = self.number.to_be_bytes().to_vec();
        body.resize(length, 0);
        let owner = (QueueId(queue), UrlGroupId(queue));
        let entry = if fragment {
            CacheEntry::fragment(&url(path), owner.0, body, policy, (self.now, 0))
        } else {
            let mut parts = ResponseParts::new();
            parts.begin(200, b"OK").expect("a head");
            CacheEntry::response(&url(path), owner, &parts, body, policy, (self.now, 0))
        };
        self.look();
        self.model.remove(&(path, fragment));
        if self.cache.insert(entry, self.now).is_ok() {
            let end = match policy {
                CachePolicy::TimeToLive(seconds) => self.now + u64::from(seconds) * 1000,
                _ => u64::MAX,
            };
            let kept = Kept {
                queue,
                number: self.number,
                length,
                end,
                used: self.now,
            };
            self.model.insert((path, fragment), kept);
        }
    }

    fn look(&mut self) {
        if self.now >= self.next_look {
            let (now, idle) = (self.now, self.limits.idle);
            self.next_look = now + idle;
            self.model
                .retain(|_, kept| kept.end > now && kept.used + idle > now);
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Respond(path, queue, size, policy) => {
                self.insert(path, queue, size, policy, false);
            }
            Step::Fragment(path, queue, size, policy) => {
                self.insert(path, queue, size, policy, true);
            }
            Step::Flush(path, queue, recursive) => {
                let scope = CacheScope::of_url(&url(path), recursive).expect("a URL");
                self.cache.flush(QueueId(queue), &scope);
                let same = |other: usize| PATHS[other].eq_ignore_ascii_case(PATHS[path]);
                self.model.retain(|(other, _), kept| {
                    let named = if recursive {
                        is_below(path, *other)
                    } else {
                        same(*other)
                    };
                    kept.queue != queue || !named
                });
            }
            Step::Queue(queue) => {
                self.cache.retain(|entry| entry.queue() != QueueId(queue));
                self.model.retain(|_, kept| kept.queue != queue);
            }
            Step::Registration(path, removed) => {
                let scope = CacheScope::of_url(&url(path), true).expect("a URL");
                self.cache.retain(|entry| {
                    let concerns = entry.group().is_some() || removed == Some(entry.queue().0);
                    !concerns || !scope.covers(entry.url())
                });
                self.model.retain(|(other, fragment), kept| {
                    let concerns = !fragment || removed == Some(kept.queue);
                    !concerns || !is_below(path, *other)
                });
            }
            Step::Wait(time) => self.now += time,
            Step::Look => {
                self.cache.look(self.now);
                self.look();
            }
            Step::Hold(path) => {
                let found = self.cache.response(&url(path), self.now);
                self.held.extend(found.cloned());
                if let Some(kept) = self.model.get_mut(&(path, false)) {
                    if kept.end > self.now {
                        kept.used = self.now;
                    }
                }
            }
            Step::LetGo => self.held.clear(),
        }
    }

    /// What is found is what the model has; with room enough all of it is.
    fn check(&mut self, has_room: bool) {
        let usage = self.cache.usage();
        assert!(usage.bytes <= self.limits.total_bytes);
        for path in 0..PATHS.len() {
            let found = self.cache.response(&url(path), self.now);
            self.compare((path, false), found.map(|it| it.body().to_vec()), has_room);
            for queue in 1..3 {
                let is_there = self.model.get(&(path, true));
                let is_own = is_there.is_some_and(|kept| kept.queue == queue);
                if !is_own {
                    continue;
                }
                let found = self.cache.fragment(QueueId(queue), &url(path), self.now);
                let found = found.filter(|it| it.group().is_none());
                self.compare((path, true), found.map(|it| it.body().to_vec()), has_room);
            }
        }
        if self.held.is_empty() && self.model.is_empty() && has_room {
            self.cache.clear();
            self.cache.look(self.now);
        }
    }

    fn compare(&mut self, key: (usize, bool), found: Option<Vec<u8>>, has_room: bool) {
        let now = self.now;
        let kept = self.model.get_mut(&key).filter(|kept| kept.end > now);
        match (found, kept) {
            (Some(body), Some(kept)) => {
                kept.used = now;
                assert_eq!(body.get(..4), Some(&kept.number.to_be_bytes()[..]));
                assert_eq!(body.len(), kept.length);
            }
            (None, None) => {}
            (None, Some(_)) if !has_room => {
                self.model.remove(&key);
            }
            (found, kept) => panic!("{key:?}: {found:?} where the model has {kept:?}"),
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn csh_019_csh_020_with_room_the_cache_has_what_the_model_has(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut run = Run::new(1 << 30);
        for step in &steps {
            run.step(step);
            run.check(true);
        }
    }

    #[test]
    fn csh_021_in_a_small_budget_nothing_is_found_that_was_dropped(
        steps in proptest::collection::vec(step(), 1..60),
        total in 600..4_000_u64,
    ) {
        let mut run = Run::new(total);
        for step in &steps {
            run.step(step);
            run.check(false);
        }
        // Nothing is lost of the budget.
        run.held.clear();
        run.cache.clear();
        run.cache.look(u64::MAX);
        assert_eq!(run.cache.usage().bytes, 0);
    }
}
