//! The threads of a simulation and its time, as plain data.
//!
//! Owns: what each thread does, who can run, which time comes next, the trace. Does not own: the threads
//! of the operating system and the turn they hand to each other (`scheduler.rs`). Invariants: `ready` has
//! exactly the threads that can run, except the one whose turn it is; the order of everything is that
//! in which it came about, never that of addresses.

use std::backtrace::Backtrace;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use crate::failure::{Failure, FailureKind};
use crate::order::{Candidate, Order};
use crate::seat::Seat;
use crate::trace::{Seconds, ThreadEvent, Trace};

/// The thread that made the simulation.
pub(crate) const MAIN: usize = 0;

/// What a thread is to the simulation's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadRole {
    /// It made the simulation.
    Main,
    /// The program started it: it has to end.
    Program,
    /// The library started it.
    Library,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    Runs,
    /// `on` numbers what is waited for, in the trace.
    Waits {
        key: usize,
        on: u32,
        until: Option<Duration>,
    },
    /// Until no other thread can run, and something has changed since `seen`.
    Idles {
        seen: u64,
    },
    Ended,
    /// It cannot be ended, and sleeps for ever.
    Lost,
}

#[derive(Debug)]
pub(crate) struct SimThread {
    pub(crate) name: Arc<str>,
    pub(crate) role: ThreadRole,
    pub(crate) activity: Activity,
    /// What it waited for has happened.
    pub(crate) woken: bool,
    /// Its turn was given to others while it did not come back.
    pub(crate) away: bool,
    pub(crate) rank: Candidate,
    pub(crate) call: &'static str,
    pub(crate) note: Option<Arc<str>>,
    /// Where it waits.
    pub(crate) backtrace: Option<Backtrace>,
    /// Calls after the simulation's end.
    pub(crate) late_calls: u32,
    /// The scope that waits for it ([`crate::scope`]).
    pub(crate) scope: Option<u64>,
    pub(crate) seat: Arc<Seat>,
}

/// Who goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Thread(usize),
    /// Nobody, until time has come to this or an event is due.
    Time(Option<Duration>),
    /// Nobody any more.
    Nobody,
}

#[derive(Debug)]
pub(crate) struct WorldState {
    pub(crate) seed: u64,
    pub(crate) now: Duration,
    pub(crate) members: Vec<SimThread>,
    /// Whose turn it is.
    pub(crate) current: Option<usize>,
    ready: Vec<usize>,
    pub(crate) order: Order,
    pub(crate) trace: Trace,
    numbers: u32,
    /// How many scopes there were.
    scopes: u64,
    /// Grows whenever a thread has run or time has passed.
    changes: u64,
    pub(crate) steps: u64,
    pub(crate) step_limit: u64,
    /// Waits for what is over already, since the last other one.
    pub(crate) looks_at_once: u64,
    /// Events are being handled.
    pub(crate) stepping: bool,
    /// What is left of the threads is unwound.
    pub(crate) ending: bool,
    pub(crate) failure: Option<Failure>,
    /// The main thread knows of the failure.
    pub(crate) told: bool,
    /// Threads that have panicked and were not joined: number and message.
    pub(crate) panics: Vec<(usize, String)>,
    /// Once in so many steps the thread pauses, for at most so long.
    pub(crate) pauses: Option<(u64, Duration)>,
    pub(crate) backtraces: bool,
    /// Until then the main thread waits for the end of the others.
    pub(crate) patience: Option<Duration>,
    candidates: Vec<Candidate>,
}

impl WorldState {
    pub(crate) fn new(seed: u64, main: Arc<Seat>) -> WorldState {
        let mut state = WorldState {
            seed,
            now: Duration::ZERO,
            members: Vec::new(),
            current: Some(MAIN),
            ready: Vec::new(),
            order: Order::new(seed),
            trace: Trace::default(),
            numbers: 0,
            scopes: 0,
            changes: 0,
            steps: 0,
            step_limit: 10_000_000,
            looks_at_once: 0,
            stepping: false,
            ending: false,
            failure: None,
            told: false,
            panics: Vec::new(),
            pauses: None,
            backtraces: false,
            patience: None,
            candidates: Vec::new(),
        };
        state.add("main", ThreadRole::Main, main);
        state.ready.clear();
        state
    }

    /// A thread that can run.
    pub(crate) fn add(&mut self, name: &str, role: ThreadRole, seat: Arc<Seat>) -> usize {
        let number = self.members.len();
        let name: Arc<str> = name.into();
        self.enter(number, ThreadEvent::Started(Arc::clone(&name)));
        self.members.push(SimThread {
            name,
            role,
            activity: Activity::Runs,
            woken: false,
            away: false,
            rank: Candidate {
                rank: self.order.rank(),
            },
            call: "none yet",
            note: None,
            backtrace: None,
            late_calls: 0,
            scope: None,
            seat,
        });
        self.ready.push(number);
        number
    }

    pub(crate) fn enter(&mut self, number: usize, event: ThreadEvent) {
        self.trace.push(self.now, number as u32, event);
    }

    /// The thread whose turn it is starts to wait.
    pub(crate) fn begin_wait(&mut self, number: usize, key: usize, until: Option<Duration>) {
        let same = |member: &SimThread| match member.activity {
            Activity::Waits { key: other, on, .. } if other == key => Some(on),
            _ => None,
        };
        let on = match self.members.iter().find_map(same) {
            _ if key == 0 => 0,
            Some(on) => on,
            None => {
                self.numbers += 1;
                self.numbers
            }
        };
        self.enter(number, ThreadEvent::Waits { on, until });
        let backtrace = self.backtraces.then(Backtrace::force_capture);
        let member = &mut self.members[number];
        member.activity = Activity::Waits { key, on, until };
        member.woken = false;
        member.backtrace = backtrace;
    }

    pub(crate) fn begin_idle(&mut self, number: usize) {
        self.members[number].activity = Activity::Idles { seen: self.changes };
    }

    /// The thread can run, and waits for its turn.
    pub(crate) fn make_ready(&mut self, number: usize) {
        self.members[number].activity = Activity::Runs;
        self.ready.push(number);
    }

    pub(crate) fn resume(&mut self, number: usize, woken: bool) {
        let event = match woken {
            true => ThreadEvent::Woken,
            false => ThreadEvent::TimedOut,
        };
        self.enter(number, event);
        self.members[number].woken = woken;
        self.make_ready(number);
    }

    /// Wakes one of those that wait with the key, or all.
    pub(crate) fn wake(&mut self, key: usize, all: bool) {
        let waits = |member: &SimThread| matches!(member.activity, Activity::Waits { key: other, .. } if other == key);
        let count = self.members.iter().filter(|it| waits(it)).count();
        if key == 0 || count == 0 {
            return;
        }
        let chosen = match all || count == 1 {
            true => 0,
            false => self.order.woken(count),
        };
        let mut index = 0;
        for number in 0..self.members.len() {
            if waits(&self.members[number]) {
                if all || index == chosen {
                    self.resume(number, true);
                }
                index += 1;
            }
        }
    }

    /// Ends the waits whose time has come.
    pub(crate) fn expire(&mut self) {
        // In the order of their times, and of their numbers where these are equal.
        while let Some((until, number)) = self.deadline() {
            if until > self.now {
                break;
            }
            self.resume(number, false);
        }
    }

    fn deadline(&self) -> Option<(Duration, usize)> {
        let members = self.members.iter().enumerate();
        let deadlines = members.filter_map(|(number, member)| match member.activity {
            Activity::Waits { until, .. } => until.map(|until| (until, number)),
            _ => None,
        });
        deadlines.min()
    }

    /// Chooses who goes on; `runs`: the thread whose turn it is can.
    pub(crate) fn choose(&mut self, runs: Option<usize>) -> Choice {
        if self.ending {
            return self.choose_at_the_end(runs);
        }
        self.candidates.clear();
        let ranks = self.ready.iter().map(|number| self.members[*number].rank);
        self.candidates.extend(ranks);
        let own = runs.map(|number| &mut self.members[number].rank);
        match (self.order.next(own, &self.candidates), runs) {
            (Some(index), _) => return Choice::Thread(self.ready[index]),
            (None, Some(number)) => return Choice::Thread(number),
            (None, None) => {}
        }
        let idles = |member: &SimThread| matches!(member.activity, Activity::Idles { seen } if seen != self.changes);
        match self.members.iter().position(idles) {
            Some(number) => Choice::Thread(number),
            None => Choice::Time(self.deadline().map(|(until, _)| until)),
        }
    }

    /// Everybody gets the turn to come to an end: first the main thread, if it has to know of a failure.
    fn choose_at_the_end(&mut self, runs: Option<usize>) -> Choice {
        if self.failure.is_some() && !self.told && !self.members[MAIN].away {
            return Choice::Thread(MAIN);
        }
        if let Some(number) = self.ready.first().copied().or(runs) {
            return Choice::Thread(number);
        }
        let waits = |member: &SimThread| {
            let waits = matches!(
                member.activity,
                Activity::Waits { .. } | Activity::Idles { .. }
            );
            waits && !member.away
        };
        // The main thread last, which may wait for the others.
        match self.members.iter().rposition(waits) {
            Some(number) => Choice::Thread(number),
            None => Choice::Nobody,
        }
    }

    /// It is this thread's turn.
    pub(crate) fn turn(&mut self, number: usize) {
        if let Some(before) = self.current.filter(|before| *before != number) {
            if self.members[before].activity == Activity::Runs && !self.members[before].away {
                self.ready.push(before);
            }
        }
        let idled = matches!(self.members[number].activity, Activity::Idles { .. });
        if self.current != Some(number) && !idled {
            self.changes += 1;
            self.enter(number, ThreadEvent::Runs);
        }
        self.ready.retain(|ready| *ready != number);
        self.members[number].activity = Activity::Runs;
        self.members[number].backtrace = None;
        self.current = Some(number);
    }

    /// Time has come to this.
    pub(crate) fn pass_time(&mut self, to: Duration, number: usize) {
        self.now = self.now.max(to);
        self.changes += 1;
        self.enter(number, ThreadEvent::TimePassed);
    }

    /// A number for a new scope.
    pub(crate) fn open_scope(&mut self) -> u64 {
        self.scopes += 1;
        self.scopes
    }

    /// Whether a thread of the scope is still there.
    pub(crate) fn has_scoped(&self, scope: u64) -> bool {
        let scoped = |member: &SimThread| member.scope == Some(scope) && !member.is_gone();
        self.members.iter().any(scoped)
    }

    /// Whether a thread other than the main one is still there.
    pub(crate) fn has_others(&self) -> bool {
        let mut others = self.members.iter().skip(1);
        others.any(|member| !member.away && !member.is_gone())
    }

    /// The first failure counts, and ends the simulation.
    pub(crate) fn fail(&mut self, kind: FailureKind) {
        if self.failure.is_none() {
            self.failure = Some(self.describe(kind));
        }
        self.ending = true;
    }

    pub(crate) fn describe(&self, kind: FailureKind) -> Failure {
        let mut report = format!("time {}, threads:\n", Seconds(self.now));
        for (number, member) in self.members.iter().enumerate() {
            if member.activity == Activity::Ended {
                continue;
            }
            let _ = writeln!(report, "{number:>4} {:<16} {}", member.name, member.doing());
            if let Some(note) = &member.note {
                let _ = writeln!(report, "{:>22}noted last: {note}", "");
            }
            if let Some(backtrace) = &member.backtrace {
                let _ = writeln!(report, "{backtrace}");
            }
        }
        let _ = write!(report, "the last steps:\n{}", self.trace);
        Failure {
            seed: self.seed,
            kind,
            report,
        }
    }
}

impl SimThread {
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.activity, Activity::Ended | Activity::Lost)
    }

    fn doing(&self) -> String {
        match self.activity {
            Activity::Runs => format!("can run, last call: {}", self.call),
            Activity::Waits { on, until, .. } => ThreadEvent::Waits { on, until }.to_string(),
            Activity::Idles { .. } => "waits until the others rest".to_owned(),
            Activity::Ended => "has ended".to_owned(),
            Activity::Lost => "is lost".to_owned(),
        }
    }
}
