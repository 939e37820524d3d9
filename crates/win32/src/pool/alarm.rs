//! Moments at which something is to happen: due times of timers, time-outs of waits without a thread.
//!
//! Owns the list of alarms and the one thread that looks at it, which starts with the first alarm.
//! Does not own what happens: [`AlarmClient::ring`] hands that on to a pool or sets a signal. Invariants:
//! an alarm rings at most once, never early, never after [`cancel`] has returned true for it, and not
//! when what it is for is gone. Threading: any thread; no lock is held while an alarm rings.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use httpsys_socket::lock::{Condvar, Mutex};
use httpsys_socket::{Own, PerWorld};

use crate::status::{Code, ERROR_NOT_ENOUGH_MEMORY};
use crate::time::source;

/// Something that waits for a moment.
pub(crate) trait AlarmClient: Send + Sync {
    /// The moment has come. Must not block, and not run code of the application.
    fn ring(self: Arc<Self>, token: Token);
}

/// Names one alarm that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token {
    at: Instant,
    number: u64,
}

impl Token {
    /// The next moment of a period that is not over yet. Counted from this one, so that a late ring
    /// does not put off those that follow; what a stopped process missed is left out.
    pub(crate) fn next(self, period: Duration) -> Option<Instant> {
        let late = source::now().saturating_duration_since(self.at);
        let missed = late.as_nanos() / period.as_nanos().max(1);
        let periods = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
        self.at.checked_add(period.checked_mul(periods)?)
    }
}

#[derive(Default)]
struct Alarms {
    list: BTreeMap<Token, Weak<dyn AlarmClient>>,
    number: u64,
    started: bool,
}

/// The alarms, and what tells the thread of one that is sooner.
static ALARMS: PerWorld<(Mutex<Alarms>, Condvar)> = PerWorld::new();

fn all() -> Own<(Mutex<Alarms>, Condvar)> {
    ALARMS.get_or_init(Default::default)
}

/// Sets an alarm.
///
/// # Errors
/// 8 when the thread for alarms cannot be started; nothing is set.
pub(crate) fn set(at: Instant, alarm: Weak<dyn AlarmClient>) -> Result<Token, Code> {
    let all = all();
    let (alarms, sooner) = &*all;
    let mut alarms = alarms.lock();
    if !alarms.started {
        httpsys_socket::spawn("httpsys-timers", run).map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
        alarms.started = true;
    }
    alarms.number += 1;
    let token = Token {
        at,
        number: alarms.number,
    };
    alarms.list.insert(token, alarm);
    let first = alarms.list.first_key_value();
    if first.is_none_or(|(first, _)| *first == token) {
        sooner.notify_one();
    }
    Ok(token)
}

/// Takes an alarm back. False when it rings, has rung, or was taken back before.
pub(crate) fn cancel(token: Token) -> bool {
    all().0.lock().list.remove(&token).is_some()
}

fn run() {
    let all = all();
    let (all, sooner) = &*all;
    let mut alarms = all.lock();
    loop {
        let Some(next) = alarms.list.first_key_value().map(|(token, _)| token.at) else {
            sooner.wait(&mut alarms);
            continue;
        };
        if next > source::now() {
            sooner.wait_until(&mut alarms, next);
            continue;
        }
        if let Some((token, alarm)) = alarms.list.pop_first() {
            drop(alarms);
            if let Some(alarm) = alarm.upgrade() {
                alarm.ring(token);
            }
            alarms = all.lock();
        }
    }
}
