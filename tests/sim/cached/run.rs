//! A script, played by two services side by side.
//!
//! Owns: the order of things, and the comparison. Does not own: what is expected (`model.rs`, `hit.rs`). Threading:
//! the main thread. Between two steps nothing is under way, so that the program's versions change in no request.

use std::time::Duration;

use httpsys_sim::{SeededRandom, Sim};

use crate::hit::{self, Hit};
use crate::model::{Kept, Model, Moment};
use crate::script::{Act, Ask, Item, Script, Step};
use crate::site;
use crate::wire::Answer;
use crate::world::{Seen, Versions, World};

/// How often something happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    requests: u64,
    /// Answers from the cache.
    hits: u64,
    not_modified: u64,
    parts: u64,
    several_parts: u64,
    unsatisfiable: u64,
    refused: u64,
    /// Requests that the program got although the response to their URL was kept.
    passed: u64,
    /// Changes of what a URL says that the cache had answered before.
    changes: u64,
    /// Requests of which the model did not know who answers.
    unsure: u64,
    /// Requests over HTTP/2, and the answers of the cache to them.
    of_streams: u64,
    stream_hits: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Tally) {
        self.requests += other.requests;
        self.hits += other.hits;
        self.not_modified += other.not_modified;
        self.parts += other.parts;
        self.several_parts += other.several_parts;
        self.unsatisfiable += other.unsatisfiable;
        self.refused += other.refused;
        self.passed += other.passed;
        self.changes += other.changes;
        self.unsure += other.unsure;
        self.of_streams += other.of_streams;
        self.stream_hits += other.stream_hits;
    }

    /// Each kind has happened, on so many seeds.
    pub(crate) fn check(&self, seeds: u64) {
        assert!(self.hits >= 3 * seeds, "{} hits", self.hits);
        let least = self.hits / 10;
        assert!(self.stream_hits >= least, "{} on streams", self.stream_hits);
        assert!(self.passed >= seeds / 2, "{} passed", self.passed);
        assert!(self.changes >= seeds, "{} changes", self.changes);
        assert!(self.unsure <= self.requests / 10, "{} unsure", self.unsure);
        let rare = [
            self.not_modified,
            self.parts,
            self.several_parts,
            self.unsatisfiable,
        ];
        assert!(rare.iter().all(|count| *count >= seeds / 50), "{self:?}");
        assert!(self.refused > 0, "{self:?}");
    }

    fn count(&mut self, hit: &Hit) {
        self.hits += 1;
        match hit {
            Hit::Program | Hit::Whole => {}
            Hit::NotModified => self.not_modified += 1,
            Hit::Parts(parts) if parts.len() > 1 => self.several_parts += 1,
            Hit::Parts(_) => self.parts += 1,
            Hit::Unsatisfiable => self.unsatisfiable += 1,
            Hit::Refused => self.refused += 1,
        }
    }
}

struct Run<'a> {
    sim: &'a Sim,
    seed: u64,
    tight: bool,
    random: SeededRandom,
    plain: World,
    cached: World,
    model: Model,
    versions: Versions,
    /// URLs that the program has answered.
    urls: Vec<String>,
    tally: Tally,
}

/// Plays a script.
pub(crate) fn run(sim: &Sim, seed: u64, script: &Script) -> Tally {
    let versions = Versions::default();
    let world = |cached| World::new(sim, &script.settings, cached, seed, &versions);
    let mut run = Run {
        sim,
        seed,
        tight: script.settings.tight,
        random: SeededRandom::new(seed, 0xC4A7),
        plain: world(false),
        cached: world(true),
        model: Model::new(&script.settings),
        versions,
        urls: Vec::new(),
        tally: Tally::default(),
    };
    for (number, step) in script.steps.iter().enumerate() {
        sim.note(&format!("step {number}: {step:?}"));
        match step {
            Step::Ask(ask) => run.ask(ask),
            Step::Act(act) => run.act(*act),
        }
        run.look();
    }
    assert_eq!(
        run.cached.hits() + run.tally.refused,
        run.tally.hits,
        "hits as counted"
    );
    assert_eq!(run.plain.hits(), 0);
    run.plain.end();
    run.cached.end();
    run.tally
}

impl Run<'_> {
    fn now(&self) -> u64 {
        self.sim.now().as_millis() as u64
    }

    fn act(&mut self, act: Act) {
        let wait = match act {
            Act::Wait(millis) => millis,
            Act::Outlive => self.model.rest(self.now()),
            _ => 0,
        };
        if wait > 5_000 {
            self.plain.hang_up();
            self.cached.hang_up();
        }
        self.sim.advance(Duration::from_millis(wait));
        self.plain.act(act);
        self.cached.act(act);
        self.model.act(act);
    }

    /// What no entry can be of says something else from now on, or not.
    fn look(&mut self) {
        let now = self.now();
        self.model.look(now);
        let mut versions = self.versions.lock().expect("nobody failed");
        for url in &self.urls {
            if !self.model.has(url) && self.random.one_in(2) {
                *versions.entry(url.clone()).or_default() += 1;
                self.tally.changes += 1;
            }
        }
        drop(versions);
        let state = self.cached.kept();
        assert!(
            state.usage.bytes <= state.limit,
            "{:?} of {}",
            state.usage,
            state.limit
        );
        let list: Vec<String> = state.entries.into_iter().map(|entry| entry.url).collect();
        self.model.check(&list, now);
        assert_eq!(self.plain.kept().matching, 0);
    }

    fn ask(&mut self, ask: &Ask) {
        let first = self.now();
        let (plain, cached) = if let Some(act) = ask.between {
            self.plain.send(ask);
            self.cached.send(ask);
            // All is under way that does not wait for the clients.
            self.sim.advance(Duration::from_millis(500));
            let seen = (self.plain.seen(), self.cached.seen());
            self.plain.act(act);
            self.cached.act(act);
            let answers = (self.plain.read(ask), self.cached.read(ask));
            ((answers.0, seen.0), (answers.1, seen.1))
        } else {
            self.plain.send(ask);
            let plain = (self.plain.read(ask), self.plain.seen());
            self.cached.send(ask);
            (plain, (self.cached.read(ask), self.cached.seen()))
        };
        let now = Moment {
            first,
            last: self.now(),
        };
        self.compare(ask, plain, cached, now);
        if let Some(act) = ask.between {
            self.model.act(act);
        }
    }

    fn compare(
        &mut self,
        ask: &Ask,
        (plain, asked): (Vec<Answer>, Vec<Seen>),
        (cached, reached): (Vec<Answer>, Vec<Seen>),
        now: Moment,
    ) {
        assert_eq!(cached.len(), plain.len(), "{ask:?}\n{plain:?}\n{cached:?}");
        // Streams wait for none of each other's responses.
        let of_stream = ask.items.iter().any(|item| item.of_stream);
        let before = of_stream.then(|| self.model.clone());
        for (item, (plain, cached)) in ask.items.iter().zip(plain.iter().zip(&cached)) {
            self.tally.requests += 1;
            self.tally.of_streams += u64::from(item.of_stream);
            let of = |seen: &[Seen]| seen.iter().find(|seen| seen.token == item.token).cloned();
            match (of(&asked), of(&reached)) {
                (None, None) => assert_eq!(cached, plain, "{item:?}"),
                (None, Some(seen)) => panic!("only one program got {item:?}: {seen:?}"),
                (Some(seen), reached) => {
                    self.judge(
                        item,
                        &seen,
                        reached.is_some(),
                        (plain, cached),
                        (before.as_ref(), now),
                    );
                }
            }
        }
    }

    /// The program has seen the request where there is no cache.
    fn judge(
        &mut self,
        item: &Item,
        seen: &Seen,
        is_reached: bool,
        (plain, cached): (&Answer, &Answer),
        (before, now): (Option<&Model>, Moment),
    ) {
        let (url, queue) = (&seen.url, seen.queue);
        let content = site::content(self.seed, url, queue, seen.version, self.tight);
        let behind = self.model.kept(url, queue, now);
        let before = before.map_or(behind, |model| model.kept(url, queue, now));
        let kept = if before == behind {
            behind
        } else {
            Kept::Perhaps
        };
        let hit = hit::hit(item, &content);
        let about = || format!("{item:?}\n{seen:?}\n{content:?}\n{now:?} {kept:?} {hit:?}");
        self.tally.unsure += u64::from(kept == Kept::Perhaps && hit != Hit::Program);
        if !self.urls.contains(url) {
            self.urls.push(url.clone());
        }
        if !is_reached {
            assert!(kept != Kept::No, "the cache has answered: {}", about());
            hit::check(&hit, &content, plain, cached);
            self.model.was_hit(url, now);
            self.tally.count(&hit);
            self.tally.stream_hits += u64::from(item.of_stream);
            return;
        }
        let is_left = kept != Kept::Yes || hit == Hit::Program;
        assert!(is_left, "the program has answered: {}", about());
        assert_eq!(cached, plain, "{}", about());
        if hit != Hit::Program {
            if before == behind {
                self.model.is_missing(url);
            }
        } else if kept != Kept::No && item.verb == "GET" {
            self.model.was_passed(url, now);
            self.tally.passed += u64::from(kept == Kept::Yes);
        }
        self.model.was_answered(seen, item, &content, now);
    }
}
