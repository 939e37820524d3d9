//! Every order of the threads, one after the other.
//!
//! Owns: the decisions of a run, what was taken at each, and the next ones to try. Does not own: which threads can run,
//! the runs (`explore.rs`). Invariant: a run repeats the decisions that it was given, and takes the first way at
//! each later one, so that all ways are gone exactly once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A place at which one of several threads was to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decision {
    taken: usize,
    ways: usize,
}

/// The decisions of a run, as the scheduler and the search share them.
#[derive(Clone, Debug)]
pub(crate) struct Schedule(Arc<Mutex<ScheduleState>>);

#[derive(Debug)]
struct ScheduleState {
    decisions: Vec<Decision>,
    /// How many of them this run has come to.
    at: usize,
    /// Changes of the thread that could have gone on, and how many of them a run may have.
    preemptions: usize,
    most: usize,
    /// Decisions are those of the search; else the thread goes on, or the first other one.
    open: bool,
}

impl Schedule {
    pub(crate) fn new(most: usize) -> Schedule {
        Schedule(Arc::new(Mutex::new(ScheduleState {
            decisions: Vec::new(),
            at: 0,
            preemptions: 0,
            most,
            open: false,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, ScheduleState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on, or from here on no more, the search decides.
    pub(crate) fn open(&self, open: bool) {
        self.lock().open = open;
    }

    /// Which of so many threads goes on. `runs`: the one whose turn it is can, for which `None` stands.
    pub(crate) fn next(&self, runs: bool, others: usize) -> Option<usize> {
        let mut state = self.lock();
        if !runs {
            return Some(state.decide(others));
        }
        if others == 0 || state.preemptions == state.most {
            return None;
        }
        let taken = state.decide(others + 1);
        state.preemptions += usize::from(taken > 0);
        taken.checked_sub(1)
    }

    /// Which of several equal ones.
    pub(crate) fn one_of(&self, count: usize) -> usize {
        self.lock().decide(count)
    }

    /// Prepares the next run. `false`: there was none left.
    pub(crate) fn advance(&self) -> bool {
        let mut state = self.lock();
        (state.at, state.preemptions, state.open) = (0, 0, false);
        while let Some(last) = state.decisions.last_mut() {
            last.taken += 1;
            if last.taken < last.ways {
                return true;
            }
            state.decisions.pop();
        }
        false
    }

    pub(crate) fn taken(&self) -> Vec<usize> {
        let state = self.lock();
        let decisions = state.decisions.iter();
        decisions.map(|decision| decision.taken).collect()
    }
}

impl ScheduleState {
    fn decide(&mut self, ways: usize) -> usize {
        if ways < 2 || !self.open {
            return 0;
        }
        let at = self.at;
        self.at += 1;
        match self.decisions.get(at) {
            Some(decision) => {
                let ways_before = decision.ways;
                assert_eq!(ways_before, ways, "a run under the same decisions differs");
                decision.taken
            }
            None => {
                self.decisions.push(Decision { taken: 0, ways });
                0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_are_gone_once() {
        let schedule = Schedule::new(1);
        let mut runs = Vec::new();
        loop {
            schedule.open(true);
            // Three places at which the thread could go on, and one at which it cannot.
            let places = [(true, 1), (true, 2), (false, 2), (true, 1)];
            runs.push(places.map(|(runs, others)| schedule.next(runs, others)));
            if !schedule.advance() {
                break;
            }
        }
        let distinct: std::collections::BTreeSet<_> = runs.iter().collect();
        assert_eq!(distinct.len(), runs.len(), "{runs:?}");
        // At most one change where the thread could go on, of four; twice two where it could not.
        assert_eq!(runs.len(), (1 + 1 + 2 + 1) * 2);
        assert!(runs.iter().all(|run| run[2].is_some()));
    }
}
