//! What has happened in a simulation, in order.
//!
//! Owns: the entries, how many of them are kept, and a digest of all. Does not own: when something is
//! entered (`state.rs`). Invariant: nothing in it depends on the platform: no address, no real time.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// So many entries are kept unless all are asked for.
const LAST: usize = 64;

/// The number of a thread: 0 is the one that made the simulation, others count in the order in which
/// they were started.
pub type ThreadNumber = u32;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceEntry {
    /// The virtual time.
    pub at: Duration,
    /// The thread that did it or that it happened to.
    pub thread: ThreadNumber,
    /// What it was.
    pub event: ThreadEvent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThreadEvent {
    /// The thread was started under this name.
    Started(Arc<str>),
    /// The thread goes on, and another one ran before.
    Runs,
    /// The thread waits.
    Waits {
        /// What for: threads that wait for the same thing at the same time have the same number here; 0
        /// is a sleep.
        on: u32,
        /// Until then at the latest.
        until: Option<Duration>,
    },
    /// What the thread waited for has happened.
    Woken,
    /// The thread's time was over.
    TimedOut,
    /// Time has moved on, because no thread could run.
    TimePassed,
    /// What the program or a layer above the scheduler has noted.
    Note(Arc<str>),
    /// The thread has panicked.
    Panicked,
    /// The thread has ended.
    Ended,
}

/// The trace of a simulation.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    entries: VecDeque<TraceEntry>,
    names: Vec<Arc<str>>,
    everything: bool,
    count: u64,
    digest: u64,
}

impl Trace {
    /// The entries that were kept: the last 64, or all.
    pub fn entries(&self) -> impl Iterator<Item = &TraceEntry> {
        self.entries.iter()
    }

    /// How many entries there have been.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// A digest of all entries, also of those that were not kept: equal if the runs were equal.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest
    }

    pub(crate) fn keep_everything(&mut self) {
        self.everything = true;
    }

    pub(crate) fn push(&mut self, at: Duration, thread: ThreadNumber, event: ThreadEvent) {
        self.count += 1;
        self.mix(at.as_nanos() as u64);
        self.mix(u64::from(thread));
        match &event {
            ThreadEvent::Started(name) => {
                self.names.push(Arc::clone(name));
                self.mix_text(1, name);
            }
            ThreadEvent::Runs => self.mix(2),
            ThreadEvent::Waits { on, until } => {
                self.mix(3 + (u64::from(*on) << 8));
                self.mix(until.map_or(0, |until| until.as_nanos() as u64));
            }
            ThreadEvent::Woken => self.mix(4),
            ThreadEvent::TimedOut => self.mix(5),
            ThreadEvent::TimePassed => self.mix(6),
            ThreadEvent::Note(text) => self.mix_text(7, text),
            ThreadEvent::Panicked => self.mix(8),
            ThreadEvent::Ended => self.mix(9),
        }
        if !self.everything && self.entries.len() == LAST {
            self.entries.pop_front();
        }
        self.entries.push_back(TraceEntry { at, thread, event });
    }

    fn mix(&mut self, number: u64) {
        let mixed = (self.digest ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.digest = mixed ^ (mixed >> 29);
    }

    fn mix_text(&mut self, kind: u64, text: &str) {
        self.mix(kind);
        for chunk in text.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(bytes));
        }
    }
}

/// A time of a simulation, in seconds.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09} s", self.0.as_secs(), self.0.subsec_nanos())
    }
}

impl fmt::Display for ThreadEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ThreadEvent::Started(_) => f.write_str("is started"),
            ThreadEvent::Runs => f.write_str("runs"),
            ThreadEvent::Waits { on: 0, until } => match until {
                Some(until) => write!(f, "sleeps until {}", Seconds(*until)),
                None => f.write_str("sleeps"),
            },
            ThreadEvent::Waits { on, until } => match until {
                Some(until) => write!(f, "waits for #{on} until {}", Seconds(*until)),
                None => write!(f, "waits for #{on}"),
            },
            ThreadEvent::Woken => f.write_str("is woken"),
            ThreadEvent::TimedOut => f.write_str("has waited long enough"),
            ThreadEvent::TimePassed => f.write_str("time passes"),
            ThreadEvent::Note(text) => write!(f, "notes: {text}"),
            ThreadEvent::Panicked => f.write_str("has panicked"),
            ThreadEvent::Ended => f.write_str("has ended"),
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for TraceEntry { at, thread, event } in &self.entries {
            let name = self.names.get(*thread as usize).map_or("", |name| name);
            writeln!(
                f,
                "{:>22}  {thread:>2} {name:<16} {event}",
                Seconds(*at).to_string()
            )?;
        }
        Ok(())
    }
}
