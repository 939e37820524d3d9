//! Which thread runs next.
//!
//! Owns: the ways to choose, of which a seed has one: the bugs that need many changes of the thread and
//! those that need one long stay are found by different ways; or a search decides (`schedule.rs`). Does not own: which
//! threads can run.

use crate::random::SeededRandom;
use crate::schedule::Schedule;

/// A way to choose.
#[derive(Clone, Debug)]
enum ChoiceRule {
    /// A thread goes on with the next step unless a draw says that another one is due: once in so many.
    Draw { one_in: u64 },
    /// The thread with the highest rank runs; once in so many steps it becomes the lowest.
    Ranks { one_in: u64 },
    /// As a search says.
    Schedule(Schedule),
}

/// Chooses threads.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    random: SeededRandom,
    way: ChoiceRule,
    lowest: u64,
}

/// A thread that can run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) rank: u64,
}

impl Order {
    pub(crate) fn new(seed: u64) -> Order {
        let mut random = SeededRandom::new(seed, 1);
        let one_in = 1 << (1 + random.below(6));
        let way = match random.one_in(3) {
            true => ChoiceRule::Ranks { one_in },
            false => ChoiceRule::Draw { one_in },
        };
        Order {
            random,
            way,
            lowest: u64::MAX / 2,
        }
    }

    /// The search decides.
    pub(crate) fn follow(&mut self, schedule: Schedule) {
        self.way = ChoiceRule::Schedule(schedule);
    }

    pub(crate) fn schedule(&self) -> Option<&Schedule> {
        match &self.way {
            ChoiceRule::Schedule(schedule) => Some(schedule),
            _ => None,
        }
    }

    /// Which of so many threads a wake is for that wakes one.
    pub(crate) fn woken(&mut self, count: usize) -> usize {
        match &self.way {
            ChoiceRule::Schedule(schedule) => schedule.one_of(count),
            _ => self.random.index(count),
        }
    }

    /// The rank of a new thread.
    pub(crate) fn rank(&mut self) -> u64 {
        self.random.next_u64() | (1 << 63)
    }

    pub(crate) fn random(&mut self) -> &mut SeededRandom {
        &mut self.random
    }

    /// The index of the next thread among `others`; `None`: the one that runs already goes on.
    pub(crate) fn next(
        &mut self,
        runs: Option<&mut Candidate>,
        others: &[Candidate],
    ) -> Option<usize> {
        if others.is_empty() {
            return None;
        }
        match (&self.way, runs) {
            (ChoiceRule::Schedule(schedule), runs) => schedule.next(runs.is_some(), others.len()),
            (ChoiceRule::Draw { one_in }, Some(_)) if !self.random.one_in(*one_in) => None,
            (ChoiceRule::Draw { .. }, _) => Some(self.random.index(others.len())),
            (ChoiceRule::Ranks { one_in }, runs) => {
                let mine = runs.map(|runs| {
                    if self.random.one_in(*one_in) {
                        self.lowest -= 1;
                        runs.rank = self.lowest;
                    }
                    runs.rank
                });
                let (index, best) = others.iter().enumerate().max_by_key(|(_, it)| it.rank)?;
                (mine < Some(best.rank)).then_some(index)
            }
        }
    }
}
