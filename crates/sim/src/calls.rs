//! The calls that threads of a simulation make to it.
//!
//! Owns: what each of them means for the calling thread. Does not own: whose turn it is (`scheduler.rs`). Threading: as
//! [`World`] says.

use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use httpsys_socket::world::World;

use crate::failure::FailureKind;
use crate::scheduler::{LATE_CALLS, OWN, Scheduler};
use crate::state::{MAIN, ThreadRole};
use crate::trace::ThreadEvent;

impl World for Scheduler {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.now.load(Relaxed))
    }

    fn unix_now(&self) -> Duration {
        Duration::from_secs(self.unix_beginning.load(Relaxed)) + self.now()
    }

    fn wait(&self, key: usize, until: Option<Duration>) -> bool {
        let (mut state, own) = self.arrive("wait");
        assert!(!state.stepping, "an event must not wait for a thread");
        if until.is_some_and(|until| until <= state.now) {
            self.look_again(state, own);
            return false;
        }
        state.looks_at_once = 0;
        state.begin_wait(own, key, until);
        let state = self.switch(state, own, false);
        self.check(state, own).members[own].woken
    }

    fn wake(&self, key: usize, all: bool) {
        self.state().wake(key, all);
    }

    fn stranger_waits(&self) {
        let thread = std::thread::current();
        let thread = thread
            .name()
            .map_or_else(|| format!("{:?}", thread.id()), str::to_owned);
        let kind = FailureKind::Stranger { thread };
        let mut state = self.state();
        if !state.ending {
            state.fail(kind.clone());
            drop(state);
            // It would wait for ever, and so would a thread of the simulation that joins it.
            panic!("{kind}");
        }
    }

    fn leave(&self) -> bool {
        let own = OWN.get();
        let mut state = self.state();
        let goes_on = own == MAIN || self.failing_calls.load(Relaxed);
        if state.ending && goes_on {
            state.members[own].late_calls += 1;
            if state.members[own].late_calls > LATE_CALLS {
                self.lose(state, own);
            }
            return false;
        }
        state.wake(self.end_key(), true);
        self.lose(state, own)
    }

    fn yield_now(&self) {
        let (mut state, own) = self.arrive("yield");
        if state.stepping {
            return;
        }
        let pauses = state.pauses.filter(|_| !state.ending);
        let pause = pauses.and_then(|(one_in, most)| {
            let random = state.order.random();
            let most = most.as_nanos() as u64;
            random
                .one_in(one_in)
                .then(|| Duration::from_nanos(random.below(most.saturating_add(1))))
        });
        if let Some(pause) = pause {
            let until = state.now + pause;
            state.begin_wait(own, 0, Some(until));
        }
        let state = self.switch(state, own, pause.is_none());
        drop(self.check(state, own));
    }

    fn spawn(&self, name: &str, body: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        self.start(name, ThreadRole::Library, body).map(drop)
    }

    fn panicked(&self, message: &str) {
        let own = OWN.get();
        let mut state = self.state();
        state.enter(own, ThreadEvent::Panicked);
        state.panics.push((own, message.to_owned()));
    }
}
