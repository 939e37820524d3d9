//! Waiting for several objects.
//!
//! Owns the two kinds of multiple wait. Does not own the signals or the C arguments. Invariants: a
//! wait for any consumes exactly one signal; a wait for all consumes all of them in one step; after
//! the wait nothing of it is left on a signal. Threading: called on the waiting thread, no lock
//! held while it sleeps.

use std::sync::Arc;
use std::time::Instant;

use crate::object::Object;
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER};
use crate::sync::signal::{ABANDONED, AllWait, JointWait, ObjectSignal, Waited};
use crate::sync::wait::{self, Lease, TIMED_OUT};

/// MAXIMUM_WAIT_OBJECTS (documented: WaitForMultipleObjects).
pub(crate) const MAXIMUM_WAIT_OBJECTS: usize = 64;

/// Waits for one or for all of up to 64 objects. Returns the index of the object that ended the
/// wait (0 for a wait for all), `None` when the deadline passed. 128 is added for a mutex whose
/// last owner had ended (WAIT_ABANDONED_0).
///
/// # Errors
/// 87 for an empty or too long list and for the same object twice in a wait for all; 6 for an
/// object that cannot be waited for (documented: WaitForMultipleObjects).
pub fn wait_many(
    objects: &[Arc<dyn Object>],
    all: bool,
    deadline: Option<Instant>,
) -> Result<Option<usize>, Code> {
    wait_alertable(objects, all, deadline, None)
}

/// Added to no index: an alertable wait ended because a procedure call was queued
/// (WAIT_IO_COMPLETION).
pub(crate) const ALERTED: usize = 0xC0;

/// As [`wait_many`]; [`ALERTED`] when `alert` is set first.
///
/// # Errors
/// As [`wait_many`].
pub(crate) fn wait_alertable(
    objects: &[Arc<dyn Object>],
    all: bool,
    deadline: Option<Instant>,
    alert: Option<&ObjectSignal>,
) -> Result<Option<usize>, Code> {
    if objects.is_empty() || objects.len() > MAXIMUM_WAIT_OBJECTS {
        return Err(ERROR_INVALID_PARAMETER);
    }
    if objects.iter().any(|object| object.signal().is_none()) {
        return Err(ERROR_INVALID_HANDLE);
    }
    if all && objects.len() > 1 {
        let twice = (1..objects.len()).any(|at| {
            objects[..at]
                .iter()
                .any(|other| Arc::ptr_eq(other, &objects[at]))
        });
        if twice {
            return Err(ERROR_INVALID_PARAMETER);
        }
        return Ok(wait_all(objects, deadline, alert).map(|mark| mark as usize));
    }
    Ok(wait_any(objects, deadline, alert))
}

fn wait_any(
    objects: &[Arc<dyn Object>],
    deadline: Option<Instant>,
    alert: Option<&ObjectSignal>,
) -> Option<usize> {
    let signals = || {
        let of_objects = objects.iter().filter_map(|object| object.signal());
        let outcomes = (0..objects.len() as u32).chain([ALERTED as u32]);
        of_objects.chain(alert).zip(outcomes)
    };
    for (signal, outcome) in signals() {
        match signal.take() {
            Waited::TimedOut => {}
            Waited::Taken => return Some(outcome as usize),
            Waited::Abandoned => return Some((outcome | ABANDONED) as usize),
        }
    }
    if wait::expired(deadline) {
        return None;
    }
    let lease = Lease::new();
    let mut enlisted = 0;
    for (signal, outcome) in signals() {
        if signal.take_or_enlist(lease.waiter(), outcome) {
            break;
        }
        enlisted += 1;
    }
    // If a signal was taken meanwhile, this returns its index at once.
    let outcome = wait::block(&lease, deadline);
    signals()
        .take(enlisted)
        .for_each(|(signal, _)| signal.withdraw(lease.waiter()));
    (outcome != TIMED_OUT).then_some(outcome as usize)
}

/// The mark of the outcome, `None` when the deadline passed.
fn wait_all(
    objects: &[Arc<dyn Object>],
    deadline: Option<Instant>,
    alert: Option<&ObjectSignal>,
) -> Option<u32> {
    let lease = Lease::new();
    let wait = Arc::new(AllWait::new(lease.waiter().clone(), objects.to_vec()));
    if wait.attempt() {
        return Some(lease.waiter().outcome());
    }
    if alert.is_some_and(ObjectSignal::is_set) {
        return Some(ALERTED as u32);
    }
    if wait::expired(deadline) {
        return None;
    }
    wait.enlist();
    wait.attempt();
    if let Some(alert) = alert {
        alert.take_or_enlist(lease.waiter(), ALERTED as u32);
    }
    let outcome = wait::block(&lease, deadline);
    wait.withdraw();
    if let Some(alert) = alert {
        alert.withdraw(lease.waiter());
    }
    (outcome != TIMED_OUT).then_some(outcome)
}

#[cfg(all(test, not(windows)))]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sync::event::Event;

    fn events<const N: usize>(manual: bool) -> (Vec<Arc<Event>>, Vec<Arc<dyn Object>>) {
        let events: Vec<_> = (0..N)
            .map(|_| Arc::new(Event::new(manual, false)))
            .collect();
        let objects = events
            .iter()
            .map(|e| e.clone() as Arc<dyn Object>)
            .collect();
        (events, objects)
    }

    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_millis(2))
    }

    #[test]
    fn any_takes_the_first_set_object_and_only_that() {
        let (events, objects) = events::<3>(false);
        events[1].set();
        events[2].set();
        assert_eq!(wait_many(&objects, false, None), Ok(Some(1)));
        assert_eq!(wait_many(&objects, false, None), Ok(Some(2)));
        assert_eq!(wait_many(&objects, false, soon()), Ok(None));
    }

    #[test]
    fn all_takes_nothing_until_it_can_take_everything() {
        let (events, objects) = events::<2>(false);
        events[0].set();
        assert_eq!(wait_many(&objects, true, soon()), Ok(None));
        assert!(events[0].is_set(), "a failed wait for all must not consume");
        events[1].set();
        assert_eq!(wait_many(&objects, true, None), Ok(Some(0)));
        assert!(!events[0].is_set() && !events[1].is_set());
    }

    #[test]
    fn all_is_released_by_the_last_set() {
        let (events, objects) = events::<3>(false);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| wait_many(&objects, true, None));
            events.iter().for_each(|event| event.set());
            assert_eq!(waiting.join().ok(), Some(Ok(Some(0))));
        });
        assert!(events.iter().all(|event| !event.is_set()));
    }

    #[test]
    fn wrong_lists_are_refused() {
        let (_, objects) = events::<1>(true);
        assert_eq!(wait_many(&[], false, None), Err(87));
        assert_eq!(
            wait_many(&vec![objects[0].clone(); 65], false, None),
            Err(87)
        );
        let twice = [objects[0].clone(), objects[0].clone()];
        assert_eq!(wait_many(&twice, true, None), Err(87));
        let port: Arc<dyn Object> = Arc::new(crate::io::port::Port::new(0));
        assert_eq!(wait_many(&[port], false, None), Err(6));
    }

    /// Tokens in two auto-reset events; takers for any and for all together must see each once.
    #[test]
    fn mixed_waits_neither_lose_nor_double_a_signal() {
        const ROUNDS: usize = 2_000;
        let (events, objects) = events::<2>(false);
        let done = Arc::new(Event::new(true, false));
        std::thread::scope(|scope| {
            let any = [objects[0].clone(), done.clone() as Arc<dyn Object>];
            let taker = scope.spawn(move || {
                let mut taken = 0;
                while wait_many(&any, false, None) == Ok(Some(0)) {
                    taken += 1;
                }
                taken
            });
            let all = scope.spawn(|| {
                let mut taken = 0usize;
                for _ in 0..ROUNDS {
                    let deadline = Some(Instant::now() + Duration::from_micros(20));
                    taken += usize::from(wait_many(&objects, true, deadline) == Ok(Some(0)));
                }
                taken
            });
            let mut set = 0usize;
            for _ in 0..ROUNDS {
                events[1].set();
                if !events[0].is_set() {
                    events[0].set();
                    set += 1;
                }
            }
            let by_all = all.join().unwrap_or(usize::MAX);
            while events[0].is_set() {
                std::thread::yield_now();
            }
            done.set();
            let by_any = taker.join().unwrap_or(usize::MAX);
            assert_eq!(by_any + by_all, set);
        });
    }
}
