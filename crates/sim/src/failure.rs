//! What can be wrong with a simulation.
//!
//! Owns: the failure and its text. Does not own: finding it (`scheduler.rs`).

use std::error::Error;
use std::fmt;

/// A simulation that has failed, with all that is known of it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed that replays it.
    pub seed: u64,
    /// What was wrong.
    pub kind: FailureKind,
    /// The threads, what they wait for, and the last entries of the trace.
    pub report: String,
}

/// What was wrong with a simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No thread could run, and nothing was going to happen that would change that.
    Deadlock,
    /// The limit of steps was reached ([`crate::Sim::step_limit`]).
    TooManySteps,
    /// Threads of the program were still there at the end.
    Leaked {
        /// Their names.
        threads: Vec<String>,
    },
    /// Requests had no answer ([`crate::Sim::check`]).
    Unanswered {
        /// Which ones, and whose turn it was.
        requests: Vec<String>,
    },
    /// The API was misused ([`crate::Sim::strict`]).
    Misused {
        /// The findings, each as a line.
        findings: Vec<String>,
    },
    /// A thread panicked, and nobody has joined it.
    Panicked {
        /// Its name.
        thread: String,
        /// What it panicked with.
        message: String,
    },
    /// A thread that the simulation does not know, one of `std` for instance, waited in a call of the library.
    Stranger {
        /// The name of the thread, or its number if it has none.
        thread: String,
    },
    /// The thread that could run did not come back to the simulation for too long a real time: as a rule
    /// it waits for a lock of the program's own that another thread of the simulation holds.
    Stalled {
        /// Its name.
        thread: String,
        /// The last call that it made to the simulation.
        call: &'static str,
    },
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailureKind::Deadlock => {
                f.write_str("deadlock: no thread can run, and no event is due")
            }
            FailureKind::TooManySteps => f.write_str("the limit of steps is reached"),
            FailureKind::Leaked { threads } => {
                write!(f, "threads have not ended: {}", threads.join(", "))
            }
            FailureKind::Unanswered { requests } => {
                write!(f, "requests were not answered: {}", requests.join(", "))
            }
            FailureKind::Misused { findings } => {
                write!(f, "the API was misused:\n{}", findings.join("\n"))
            }
            FailureKind::Panicked { thread, message } => {
                write!(f, "thread {thread} has panicked: {message}")
            }
            FailureKind::Stranger { thread } => write!(
                f,
                "thread {thread} waits in a call of the library but does not belong to the simulation, whose clock \
                 does not wait for it: start it with httpsys_sim::thread in place of std::thread"
            ),
            FailureKind::Stalled { thread, call } => write!(
                f,
                "thread {thread} runs and has not come back since its call {call}: \
                 does it wait for a lock that the simulation does not know?"
            ),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { seed, kind, report } = self;
        write!(f, "{kind}\nHTTPSYS_SEED={seed} replays it\n{report}")
    }
}

impl Error for Failure {}
