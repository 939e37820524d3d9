//! Waitable timers.
//!
//! Owns [`WaitableTimer`]: an event that a due time sets. Does not own the due times
//! (`alarm.rs`). Invariant: after [`WaitableTimer::cancel`] or a new due time the former one does
//! not set the timer any more. Threading: any thread.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use httpsys_socket::lock::Mutex;

use crate::object::Object;
use crate::pool::alarm::{self, AlarmClient, Token};
use crate::status::Code;
use crate::sync::signal::ObjectSignal;
use crate::threads::apc::{Apc, ApcQueue};
use crate::threads::thread;

/// A waitable timer (documented: Waitable Timer Objects).
#[derive(Debug)]
pub struct WaitableTimer {
    signal: ObjectSignal,
    state: Mutex<Due>,
}

#[derive(Debug, Default)]
struct Due {
    token: Option<Token>,
    period: Option<Duration>,
    /// Queued to the thread that set the timer, each time it is due.
    apc: Option<(Arc<ApcQueue>, Apc)>,
}

impl WaitableTimer {
    /// A timer that is not set: one that stays signalled until it is set again, or one that a wait
    /// resets (a synchronization timer).
    pub fn new(manual_reset: bool) -> WaitableTimer {
        WaitableTimer {
            signal: ObjectSignal::new(manual_reset, false),
            state: Mutex::default(),
        }
    }

    /// SetWaitableTimer: not signalled until `at`, then every `period`. `apc` is queued to the calling
    /// thread each time, with the system time of that moment.
    ///
    /// # Errors
    /// 8 when there is no thread for timers.
    pub fn set(
        self: &Arc<Self>,
        at: Instant,
        period: Option<Duration>,
        apc: Option<Apc>,
    ) -> Result<(), Code> {
        let mut due = self.state.lock();
        due.cancel();
        self.signal.reset();
        due.period = period;
        due.apc = apc.map(|apc| (thread::own_calls(), apc));
        due.token = Some(self.alarm(at)?);
        Ok(())
    }

    fn alarm(self: &Arc<Self>, at: Instant) -> Result<Token, Code> {
        let weak: Weak<Self> = Arc::downgrade(self);
        alarm::set(at, weak)
    }

    /// CancelWaitableTimer: the due time is forgotten; the signal stays as it is.
    pub fn cancel(&self) {
        self.state.lock().cancel();
    }
}

impl Due {
    fn cancel(&mut self) {
        if let Some(token) = std::mem::take(self).token {
            alarm::cancel(token);
        }
    }
}

impl AlarmClient for WaitableTimer {
    fn ring(self: Arc<Self>, token: Token) {
        let apc = {
            let mut due = self.state.lock();
            if due.token != Some(token) {
                return;
            }
            let next = due.period.and_then(|period| token.next(period));
            due.token = next.and_then(|next| self.alarm(next).ok());
            // Under the lock: a call that sets or cancels the timer comes before this or after it.
            self.signal.set();
            due.apc.clone()
        };
        if let Some((queue, apc)) = apc {
            queue.push(apc.at(crate::time::file_time()));
        }
    }
}

impl Object for WaitableTimer {
    fn signal(&self) -> Option<&ObjectSignal> {
        Some(&self.signal)
    }
}
