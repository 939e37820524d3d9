//! Threads of the operating system that run one at a time, by the seed, under a virtual clock.
//!
//! Owns: whose turn it is, its handing over, moving the time, and the end of all threads. Does not own:
//! the decisions (`state.rs`, `order.rs`), the calls of a world (`calls.rs`). Invariants: of the threads of a
//! simulation only the one whose turn it is runs, from one call of the [`World`] to the next; the state's lock
//! is held across no call out. Threading: any thread; see [`World`].

use std::cell::{Cell, RefCell};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::thread::Thread;
use std::time::Duration;

use httpsys_socket::world::{self, Entered, World, WorldEnded};

use crate::events::TimedEvents;
use crate::failure::{Failure, FailureKind};
use crate::pool::Worker;
use crate::seat::Seat;
use crate::state::{Activity, Choice, MAIN, ThreadRole, WorldState};
use crate::trace::ThreadEvent;

/// So many waits for nothing without any other: from then on each costs time, more and more of it, as a
/// loop that waits for a time would never see it.
const LOOKS_AT_ONCE: u64 = 10_000;
/// Calls that a thread may make after the end: if it is not through by then it sleeps for ever, and if it is
/// the main thread the process is aborted.
pub(crate) const LATE_CALLS: u32 = 10_000;

/// With which a process ends whose simulation has failed and must not unwind: that of a panic.
const EXIT_CODE: i32 = 101;

thread_local! {
    /// The number of the calling thread in its simulation.
    pub(crate) static OWN: Cell<usize> = const { Cell::new(usize::MAX) };
    static SCHEDULER: RefCell<Weak<Scheduler>> = const { RefCell::new(Weak::new()) };
}

/// While it lives, the thread that made it is one of a simulation.
#[derive(Debug)]
pub(crate) struct Belongs {
    before: (Weak<Scheduler>, usize),
    _entered: Entered,
}

impl Belongs {
    pub(crate) fn new(scheduler: &Arc<Scheduler>, number: usize) -> Belongs {
        let own = Arc::downgrade(scheduler);
        Belongs {
            before: (SCHEDULER.replace(own), OWN.replace(number)),
            _entered: world::enter(Arc::clone(scheduler) as Arc<dyn World>),
        }
    }
}

impl Drop for Belongs {
    fn drop(&mut self) {
        SCHEDULER.set(std::mem::take(&mut self.before.0));
        OWN.set(self.before.1);
    }
}

pub(crate) type Locked<'a> = MutexGuard<'a, WorldState>;

pub(crate) struct Scheduler {
    own: Weak<Scheduler>,
    state: Mutex<WorldState>,
    /// The state's time in nanoseconds, for looks without the lock.
    pub(crate) now: AtomicU64,
    pub(crate) unix_beginning: AtomicU64,
    events: RwLock<Vec<Arc<dyn TimedEvents>>>,
    /// Grows with each call.
    pub(crate) progress: AtomicU64,
    /// Failures are values for the caller, and nothing is printed.
    pub(crate) quiet: AtomicBool,
    /// [`crate::Sim::without_unwinding`]
    pub(crate) no_unwinding: AtomicBool,
    /// [`crate::Sim::failing_calls`]
    pub(crate) failing_calls: AtomicBool,
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheduler").finish_non_exhaustive()
    }
}

impl Scheduler {
    /// A simulation whose main thread is the calling one.
    pub(crate) fn new(seed: u64) -> Arc<Scheduler> {
        let seat = Arc::new(Seat::new(std::thread::current()));
        Arc::new_cyclic(|own| Scheduler {
            own: Weak::clone(own),
            state: Mutex::new(WorldState::new(seed, seat)),
            now: AtomicU64::new(0),
            // 2026-01-01T00:00:00Z
            unix_beginning: AtomicU64::new(1_767_225_600),
            events: RwLock::new(Vec::new()),
            progress: AtomicU64::new(0),
            quiet: AtomicBool::new(false),
            no_unwinding: AtomicBool::new(false),
            failing_calls: AtomicBool::new(false),
        })
    }

    pub(crate) fn state(&self) -> Locked<'_> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_events(&self, events: Arc<dyn TimedEvents>) {
        events.advance(self.now());
        let mut all = self.events.write().unwrap_or_else(PoisonError::into_inner);
        all.push(events);
    }

    pub(crate) fn set_unix_beginning(&self, seconds: u64) {
        self.unix_beginning.store(seconds, Relaxed);
    }

    /// The simulation of the calling thread, and its number there.
    pub(crate) fn current() -> Option<(Arc<Scheduler>, usize)> {
        let scheduler = SCHEDULER.with(|own| own.borrow().upgrade())?;
        Some((scheduler, OWN.get()))
    }

    /// The calling thread comes to a call: it has the turn from now on.
    pub(crate) fn arrive(&self, call: &'static str) -> (Locked<'_>, usize) {
        self.progress.fetch_add(1, Relaxed);
        let own = OWN.get();
        let mut state = self.state();
        if state.current != Some(own) {
            state = self.come_back(state, own);
        }
        state.members[own].call = call;
        state.steps += 1;
        if state.steps > state.step_limit && !state.ending && !state.stepping {
            state.fail(FailureKind::TooManySteps);
            state = self.switch(state, own, true);
        }
        (self.check(state, own), own)
    }

    /// The turn was given to others while the thread was stuck elsewhere.
    #[cold]
    fn come_back<'a>(&'a self, mut state: Locked<'a>, own: usize) -> Locked<'a> {
        assert!(own < state.members.len(), "not a thread of the simulation");
        state.members[own].away = false;
        if state.current.is_none() {
            state.turn(own);
            return state;
        }
        state.make_ready(own);
        let seat = Arc::clone(&state.members[own].seat);
        drop(state);
        seat.wait();
        self.state()
    }

    /// Where the simulation has ended, the calling thread ends here.
    pub(crate) fn check<'a>(&'a self, mut state: Locked<'a>, own: usize) -> Locked<'a> {
        if !state.ending {
            return state;
        }
        if own == MAIN && !state.told && state.failure.is_some() {
            state.told = true;
            let failure = state.failure.clone();
            drop(state);
            if let Some(failure) = failure.filter(|_| !std::thread::panicking()) {
                self.raise(failure);
            }
            return self.state();
        }
        if self.no_unwinding.load(Relaxed) {
            self.lose(state, own);
        }
        if !std::thread::panicking() {
            drop(state);
            resume_unwind(Box::new(WorldEnded));
        }
        state.members[own].late_calls += 1;
        if state.members[own].late_calls > LATE_CALLS {
            self.lose(state, own);
        }
        state
    }

    /// The thread does not come to an end: it sleeps for ever, and others go on.
    pub(crate) fn lose(&self, mut state: Locked<'_>, own: usize) -> ! {
        if own == MAIN {
            // A test that sleeps for ever says nothing.
            let failure = state.failure.as_ref().map(Failure::to_string);
            eprintln!("httpsys-sim: no end\n{}", failure.unwrap_or_default());
            std::process::abort();
        }
        if !self.no_unwinding.load(Relaxed) {
            let name = &state.members[own].name;
            eprintln!("httpsys-sim: thread {name} cannot be unwound, and sleeps for ever");
        }
        state.members[own].activity = Activity::Lost;
        self.pass_on(state, own);
        loop {
            std::thread::park();
        }
    }

    /// Fails the test that the main thread runs.
    pub(crate) fn raise(&self, failure: Failure) -> ! {
        let failure = self.complete(failure);
        if self.no_unwinding.load(Relaxed) {
            eprintln!("httpsys-sim: {failure}");
            std::process::exit(EXIT_CODE);
        }
        if self.quiet.load(Relaxed) {
            resume_unwind(Box::new(failure));
        }
        panic!("{failure}");
    }

    /// What the events say of themselves.
    pub(crate) fn reports(&self) -> String {
        let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
        events.iter().map(|events| events.report()).collect()
    }

    /// Adds what the events say to a failure's report, once.
    pub(crate) fn complete(&self, mut failure: Failure) -> Failure {
        let reports = self.reports();
        if !failure.report.ends_with(&reports) {
            failure.report.push_str(&reports);
        }
        failure
    }

    /// Lets time pass until somebody can run. `runs`: the calling thread can.
    fn next<'a>(&'a self, mut state: Locked<'a>, own: usize, runs: bool) -> (Locked<'a>, Choice) {
        loop {
            let deadline = match state.choose(runs.then_some(own)) {
                Choice::Time(deadline) => deadline,
                choice => return (state, choice),
            };
            state.stepping = true;
            drop(state);
            let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
            let due = events.iter().filter_map(|events| events.next()).min();
            state = self.state();
            let Some(to) = deadline.into_iter().chain(due).min() else {
                state.stepping = false;
                state.fail(FailureKind::Deadlock);
                continue;
            };
            if state.patience.is_some_and(|until| to > until) {
                state.stepping = false;
                state.patience = None;
                state.resume(MAIN, false);
                continue;
            }
            state.steps += 1;
            if state.steps > state.step_limit {
                state.fail(FailureKind::TooManySteps);
            }
            state.pass_time(to, own);
            let now = state.now;
            self.now.store(now.as_nanos() as u64, Relaxed);
            drop(state);
            events.iter().for_each(|events| events.advance(now));
            state = self.state();
            state.stepping = false;
            state.expire();
        }
    }

    /// Gives the turn to whoever is next. Returns when the caller has it again.
    pub(crate) fn switch<'a>(&'a self, state: Locked<'a>, own: usize, runs: bool) -> Locked<'a> {
        let (mut state, choice) = self.next(state, own, runs);
        let number = match choice {
            Choice::Thread(number) => number,
            // At the end: nobody but the caller is there.
            _ => own,
        };
        state.turn(number);
        if number == own {
            return state;
        }
        let seat = Arc::clone(&state.members[number].seat);
        let waits = Arc::clone(&state.members[own].seat);
        drop(state);
        seat.give();
        waits.wait();
        self.state()
    }

    /// As [`Scheduler::switch`], from a thread that does not come again.
    fn pass_on(&self, state: Locked<'_>, own: usize) {
        let (mut state, choice) = self.next(state, own, false);
        let Choice::Thread(number) = choice else {
            state.current = None;
            return;
        };
        state.turn(number);
        let seat = Arc::clone(&state.members[number].seat);
        drop(state);
        seat.give();
    }

    /// A wait for what is over already: others may go on, and if it is done again and again, time.
    pub(crate) fn look_again(&self, mut state: Locked<'_>, own: usize) {
        state.looks_at_once += 1;
        let more = state.looks_at_once.checked_sub(LOOKS_AT_ONCE);
        let more = more.filter(|_| !state.ending);
        if let Some(more) = more {
            let pause = Duration::from_micros(1 << (more / 16).min(13));
            let until = state.now + pause;
            state.begin_wait(own, 0, Some(until));
        }
        let state = self.switch(state, own, more.is_none());
        drop(self.check(state, own));
    }

    /// Starts a thread, which runs when it is its turn.
    pub(crate) fn start(
        &self,
        name: &str,
        role: ThreadRole,
        body: Box<dyn FnOnce() + Send>,
    ) -> io::Result<usize> {
        let scheduler = self.own.upgrade().ok_or(io::ErrorKind::NotConnected)?;
        let (state, _) = self.arrive("spawn");
        drop(state);
        let worker = Worker::take()?;
        let seat = Arc::new(Seat::new(worker.thread().clone()));
        let number = self.state().add(name, role, Arc::clone(&seat));
        let back = Arc::clone(&worker);
        worker.give(Box::new(move || {
            seat.wait();
            let belongs = Belongs::new(&scheduler, number);
            // It reports its panics itself.
            let _ = catch_unwind(AssertUnwindSafe(body));
            drop(belongs);
            back.give_back();
            scheduler.end(number);
        }));
        self.yield_now();
        Ok(number)
    }

    /// Makes a thread of the caller's one of the simulation: its number, and where it waits for its turn
    /// before it does anything.
    pub(crate) fn adopt(&self, name: &str, scope: u64, thread: Thread) -> (usize, Arc<Seat>) {
        let (mut state, _) = self.arrive("spawn");
        let seat = Arc::new(Seat::new(thread));
        let number = state.add(name, ThreadRole::Program, Arc::clone(&seat));
        state.members[number].scope = Some(scope);
        (number, seat)
    }

    /// Lets the others run until all threads of the scope have ended, also where the simulation has failed: they
    /// hold references to what the caller's frame has.
    pub(crate) fn wait_for_scope(&self, scope: u64) {
        let own = OWN.get();
        let mut state = self.state();
        if state.current != Some(own) {
            state = self.come_back(state, own);
        }
        while state.has_scoped(scope) {
            // It is told once the threads are through: to leave now would leave them alone.
            let untold = own == MAIN && state.ending && !state.told;
            state.told |= untold;
            state.begin_wait(own, self.end_key(), None);
            state = self.switch(state, own, false);
            if untold {
                state.told = false;
            }
        }
    }

    /// Ends the calling thread if the simulation has failed.
    pub(crate) fn raise_failure(&self) {
        drop(self.check(self.state(), OWN.get()));
    }

    pub(crate) fn end(&self, number: usize) {
        self.progress.fetch_add(1, Relaxed);
        let mut state = self.state();
        state.enter(number, ThreadEvent::Ended);
        state.members[number].activity = Activity::Ended;
        state.wake(self.end_key(), true);
        if state.current == Some(number) {
            self.pass_on(state, number);
        }
    }

    /// What is woken whenever a thread ends.
    pub(crate) fn end_key(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// Sleeps until all other threads rest, and time has passed or one of them has run since.
    pub(crate) fn idle(&self) {
        let (mut state, own) = self.arrive("run_until");
        state.begin_idle(own);
        let state = self.switch(state, own, false);
        drop(self.check(state, own));
    }

    /// Sleeps until a thread ends, or until it is that late and would become later.
    pub(crate) fn wait_for_an_end(&self, until: Duration) -> bool {
        self.state().patience = Some(until);
        self.wait(self.end_key(), None)
    }

    /// Unwinds what is left of the threads. For the main thread.
    pub(crate) fn drain(&self) {
        let mut state = self.state();
        if state.current != Some(MAIN) {
            state = self.come_back(state, MAIN);
        }
        state.ending = true;
        state.told = true;
        state.stepping = false;
        while state.has_others() {
            state.begin_wait(MAIN, self.end_key(), None);
            state = self.switch(state, MAIN, false);
        }
    }

    /// Ends the simulation in which the thread whose turn it is does not come back.
    pub(crate) fn rescue(&self) -> Option<Failure> {
        let mut state = self.state();
        let stuck = state.current?;
        if state.ending || !state.has_others() {
            return None;
        }
        let member = &mut state.members[stuck];
        member.away = true;
        let kind = FailureKind::Stalled {
            thread: member.name.to_string(),
            call: member.call,
        };
        state.fail(kind);
        let failure = state.failure.clone();
        self.pass_on(state, stuck);
        failure
    }
}
