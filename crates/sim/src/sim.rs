//! A simulation, as tests use it.
//!
//! Owns: the settings, the main thread's part, the end and its checks. Does not own: scheduling
//! (`scheduler.rs`). Threading: the thread that makes a simulation is its main thread; it belongs to it
//! until the simulation is finished or dropped.

use std::fmt;
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use httpsys_network::{Network, Rules};
use httpsys_socket::world::{self, World};

use crate::events::TimedEvents;
use crate::failure::{Failure, FailureKind};
use crate::join::{self, JoinHandle};
use crate::parts::SimParts;
use crate::random::SeededRandom;
use crate::schedule::Schedule;
use crate::scheduler::{Belongs, Scheduler};
use crate::state::{MAIN, ThreadRole};
use crate::trace::{ThreadEvent, Trace};
use crate::watch;

/// How long threads of the program may still run at the end.
const PATIENCE: Duration = Duration::from_secs(3600);
/// How long a thread may be elsewhere, in real time.
const STALLED: Duration = Duration::from_secs(5);

/// The seed that the environment variable HTTPSYS_SEED names, in decimal; else 1.
#[must_use]
pub fn env_seed() -> u64 {
    let seed = std::env::var("HTTPSYS_SEED").ok();
    seed.and_then(|seed| seed.trim().parse().ok()).unwrap_or(1)
}

/// A simulation: threads that run one at a time by a seed, under a virtual clock. See the crate's page.
pub struct Sim {
    scheduler: Arc<Scheduler>,
    seed: u64,
    random: Mutex<SeededRandom>,
    patience: Duration,
    parts: SimParts,
    /// While the simulation lasts.
    running: Option<Belongs>,
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim")
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// A simulation that has ended well.
#[derive(Debug)]
pub struct Finished {
    /// The virtual time at its end.
    pub now: Duration,
    /// How many calls were made to it.
    pub steps: u64,
    /// The trace.
    pub trace: Trace,
    /// The library's threads that were still there and were ended.
    pub left: Vec<String>,
}

impl Sim {
    /// The simulation of a seed. The calling thread becomes its main thread.
    #[must_use]
    pub fn seeded(seed: u64) -> Sim {
        let scheduler = Scheduler::new(seed);
        watch::watch(&scheduler, STALLED);
        let belongs = Belongs::new(&scheduler, MAIN);
        Sim {
            scheduler,
            seed,
            random: Mutex::new(SeededRandom::new(seed, 2)),
            patience: PATIENCE,
            parts: SimParts::default(),
            running: Some(belongs),
        }
    }

    /// Lets a thread pause at a step, once in so many steps and for at most so long: as on a machine with
    /// much to do, time passes although somebody could run. Without it no time passes then.
    #[must_use]
    pub fn pauses(self, one_in: u64, at_most: Duration) -> Sim {
        self.scheduler.state().pauses = Some((one_in, at_most));
        self
    }

    /// After so many calls of its threads the simulation fails: 10 million unless it is set.
    #[must_use]
    pub fn step_limit(self, steps: u64) -> Sim {
        self.scheduler.state().step_limit = steps;
        self
    }

    /// How long, in virtual time, [`Sim::finish`] waits for the program's threads: an hour unless it is
    /// set.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Sim {
        self.patience = patience;
        self
    }

    /// How long, in real time, a thread may run without a call: 5 s unless it is set. `None`: for ever.
    #[must_use]
    pub fn watchdog(self, limit: Option<Duration>) -> Sim {
        match limit {
            Some(limit) => watch::watch(&self.scheduler, limit),
            None => watch::forget(&self.scheduler),
        }
        self
    }

    /// The wall clock at the beginning, in seconds since 1970: that of 2026-01-01 unless it is set.
    #[must_use]
    pub fn unix_time(self, seconds: u64) -> Sim {
        self.scheduler.set_unix_beginning(seconds);
        self
    }

    /// Keeps the whole trace; else the last 64 entries are kept.
    #[must_use]
    pub fn record(self) -> Sim {
        self.scheduler.state().trace.keep_everything();
        self
    }

    /// The report of a failure says where in the program each thread waits. Slow: for replays.
    #[must_use]
    pub fn backtraces(self) -> Sim {
        self.scheduler.state().backtraces = true;
        self
    }

    /// For programs with frames that must not be unwound (in C): threads that are left at the end sleep for
    /// ever instead, and a failure that shows before [`Sim::finish`] is printed and ends the process with
    /// the exit code 101.
    #[must_use]
    pub fn without_unwinding(self) -> Sim {
        self.scheduler.no_unwinding.store(true, Relaxed);
        self
    }

    /// For programs in Rust that call functions of C: when the simulation has failed, such a function returns an
    /// error on every thread. Else it stands still there, since what called it may be C.
    #[must_use]
    pub fn failing_calls(self) -> Sim {
        self.scheduler.failing_calls.store(true, Relaxed);
        self
    }

    /// The order of the threads is that of a search.
    pub(crate) fn scheduled(self, schedule: Schedule) -> Sim {
        self.scheduler.state().order.follow(schedule);
        self
    }

    /// In [`crate::every_schedule`]: from here on the order of the threads is searched through, or from here on no
    /// more. Elsewhere nothing.
    pub fn choose(&self, on: bool) {
        if let Some(schedule) = self.scheduler.state().order.schedule() {
            schedule.open(on);
        }
    }

    pub(crate) fn parts(&self) -> &SimParts {
        &self.parts
    }

    /// Fails the test that the main thread runs.
    pub(crate) fn fail_with(&self, kind: FailureKind) -> ! {
        let failure = self.scheduler.state().describe(kind);
        self.scheduler.raise(failure)
    }

    /// Failures are raised as [`Failure`] values instead of messages.
    pub(crate) fn quiet(self) -> Sim {
        self.scheduler.quiet.store(true, Relaxed);
        self
    }

    /// What happens without a thread: a network.
    pub fn add_events(&self, events: Arc<dyn TimedEvents>) {
        self.scheduler.add_events(events);
    }

    /// A network whose deliveries happen in the simulation, with choices drawn from its seed.
    #[must_use]
    pub fn network(&self, rules: Rules) -> Network {
        let network = Network::new(self.random(), rules);
        self.add_events(Arc::new(network.clone()));
        network
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The virtual time since the beginning.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.scheduler.now()
    }

    /// The next random number of the seed, for the test's own decisions.
    #[must_use]
    pub fn random(&self) -> u64 {
        let random = self.random.lock();
        random
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .next_u64()
    }

    /// The world, for whoever wakes its threads.
    #[must_use]
    pub fn world(&self) -> Arc<dyn World> {
        Arc::clone(&self.scheduler) as Arc<dyn World>
    }

    /// The trace so far.
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.scheduler.state().trace.clone()
    }

    /// Starts a thread. It has to end before [`Sim::finish`] does.
    ///
    /// # Panics
    /// The operating system has no thread.
    pub fn spawn<T: Send + 'static>(
        &self,
        name: &str,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        join::spawn(&self.scheduler, name, body).expect("a thread of the operating system")
    }

    /// Lets the others run until so much time has passed.
    pub fn advance(&self, time: Duration) {
        world::sleep(time);
    }

    /// Lets the others run until the condition holds. It is looked at whenever all of them rest, before
    /// time passes.
    ///
    /// # Panics
    /// The others rest for ever.
    pub fn run_until(&self, mut condition: impl FnMut() -> bool) {
        while !condition() {
            self.scheduler.idle();
        }
    }

    /// Enters a text into the trace; the report of a failure says the last one of each thread.
    pub fn note(&self, text: &str) {
        note(text);
    }

    /// Waits for the threads that were started with [`Sim::spawn`], and ends all others.
    ///
    /// # Panics
    /// With the seed, if the simulation has failed: see [`FailureKind`].
    pub fn finish(self) -> Finished {
        self.try_finish()
            .unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// As [`Sim::finish`].
    ///
    /// # Errors
    /// The simulation has failed.
    pub fn try_finish(mut self) -> Result<Finished, Box<Failure>> {
        let until = self.now().saturating_add(self.patience);
        let scheduler = Arc::clone(&self.scheduler);
        scheduler.quiet.store(true, Relaxed);
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            while unfinished(&scheduler).next().is_some() && scheduler.wait_for_an_end(until) {}
        }));
        let left = unfinished(&scheduler).collect::<Vec<_>>();
        if waited.is_ok() && left.is_empty() && scheduler.state().panics.is_empty() {
            // What goes wrong in it is in the state.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.end_services()));
        }
        let mut state = scheduler.state();
        if waited.is_ok() && !left.is_empty() {
            state.fail(FailureKind::Leaked { threads: left });
        }
        if let Some((number, message)) = state.panics.first().cloned() {
            let thread = state.members[number].name.to_string();
            state.fail(FailureKind::Panicked { thread, message });
        }
        let others = state.members.iter().filter(|member| !member.is_gone());
        let finished = Finished {
            now: state.now,
            steps: state.steps,
            left: others
                .skip(1)
                .map(|member| member.name.to_string())
                .collect(),
            trace: state.trace.clone(),
        };
        let failure = state.failure.take();
        drop(state);
        self.end();
        match failure {
            None => Ok(finished),
            Some(failure) => Err(Box::new(scheduler.complete(failure))),
        }
    }

    fn end_services(&self) {
        let unanswered = self.look_for_unanswered();
        if unanswered.is_some() && !self.parts.strict.load(Relaxed) {
            return self.fail_if(unanswered);
        }
        // Strict mode says of each what is wrong.
        let findings = self.parts.stop();
        let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
        let misused = (!findings.is_empty()).then_some(FailureKind::Misused { findings });
        self.fail_if(misused.or(unanswered));
    }

    fn fail_if(&self, wrong: Option<FailureKind>) {
        if let Some(kind) = wrong {
            self.scheduler.state().fail(kind);
        }
    }

    /// Ends a simulation whose test has failed.
    pub(crate) fn failed(mut self, kind: FailureKind) -> Failure {
        let failure = self.scheduler.state().describe(kind);
        self.end();
        self.scheduler.complete(failure)
    }

    fn end(&mut self) {
        if let Some(belongs) = self.running.take() {
            self.scheduler.drain();
            drop(belongs);
            watch::forget(&self.scheduler);
        }
    }
}

/// The program's threads that have not ended.
fn unfinished(scheduler: &Scheduler) -> impl Iterator<Item = String> + use<> {
    let state = scheduler.state();
    let threads = state.members.iter();
    let threads = threads.filter(|it| it.role == ThreadRole::Program && !it.is_gone());
    let names: Vec<_> = threads.map(|member| member.name.to_string()).collect();
    names.into_iter()
}

impl Drop for Sim {
    fn drop(&mut self) {
        if self.running.is_some() && std::thread::panicking() {
            let state = self.scheduler.state();
            if state.failure.is_none() && !self.scheduler.quiet.load(Relaxed) {
                // The main thread has failed on its own: its message says nothing of the seed.
                eprintln!(
                    "HTTPSYS_SEED={} replays it; the last steps:\n{}",
                    self.seed, state.trace
                );
                drop(state);
                eprintln!("{}", self.scheduler.reports());
            }
        }
        self.end();
    }
}

/// Enters a text into the trace of the simulation that the calling thread belongs to, if it does.
pub fn note(text: &str) {
    if let Some((scheduler, number)) = Scheduler::current() {
        let mut state = scheduler.state();
        let text: Arc<str> = text.into();
        state.enter(number, ThreadEvent::Note(Arc::clone(&text)));
        state.members[number].note = Some(text);
    }
}

/// As [`Sim::spawn`], from any thread of a simulation.
///
/// # Errors
/// There is no thread, or the calling one belongs to no simulation.
pub fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let (scheduler, _) = Scheduler::current().ok_or(io::ErrorKind::NotConnected)?;
    join::spawn(&scheduler, name, body)
}
