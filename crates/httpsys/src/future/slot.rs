//! Where a future and the operation that it waits for meet.
//!
//! Owns the value on its way and the waker. Invariants: a slot takes one value, and none once its
//! future closed it; wakers are cloned, woken and dropped with the lock free, because that may run
//! code of an executor, which may drop futures; a panic of a waker goes no further than its own future.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use httpsys_core::OperationId;

#[derive(Debug)]
pub(crate) struct FutureSlot<T> {
    state: Mutex<SlotState<T>>,
}

#[derive(Debug)]
enum SlotState<T> {
    Waiting(Waker),
    Done(T),
    /// The value was taken, or nobody wants it.
    Closed,
}

/// A future's side of an operation that waits.
#[derive(Debug)]
pub(crate) struct Wait<T> {
    pub(crate) slot: Arc<FutureSlot<T>>,
    /// Names the operation for the engine.
    pub(crate) id: OperationId,
}

impl<T> Wait<T> {
    /// Begins to wait. Returns the slot for the operation's side.
    pub(crate) fn begin(
        wait: &mut Option<Wait<T>>,
        id: OperationId,
        waker: &Waker,
    ) -> Arc<FutureSlot<T>> {
        let slot = FutureSlot::new(waker);
        *wait = Some(Wait {
            slot: Arc::clone(&slot),
            id,
        });
        slot
    }
}

/// How far a slot was when it was closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Closed<T> {
    /// Its operation may still be registered.
    Waiting,
    /// It had a value, which nobody has seen.
    Done(T),
    /// Its value was taken before.
    Taken,
}

/// Wakes a task. A panic of its executor would end the thread that polls for everybody, and with it
/// the calls that are signalled after this one.
fn wake(waker: Waker) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        drop_payload(payload);
    }
}

/// Drops what a panic has thrown. That may panic in turn; what it throws then is left alone.
pub(crate) fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(second);
    }
}

impl<T> FutureSlot<T> {
    pub(crate) fn new(waker: &Waker) -> Arc<Self> {
        Arc::new(FutureSlot {
            state: Mutex::new(SlotState::Waiting(waker.clone())),
        })
    }

    /// Gives the value and wakes the task. The value comes back when the slot does not wait.
    pub(crate) fn complete(&self, value: T) -> Result<(), T> {
        let mut state = self.lock();
        if !matches!(*state, SlotState::Waiting(_)) {
            return Err(value);
        }
        let before = mem::replace(&mut *state, SlotState::Done(value));
        drop(state);
        if let SlotState::Waiting(waker) = before {
            wake(waker);
        }
        Ok(())
    }

    /// Takes the value, or makes `waker` the one that is woken for it. A slot whose value was
    /// taken stays pending.
    pub(crate) fn poll(&self, waker: &Waker) -> Poll<T> {
        let fresh = waker.clone();
        let mut state = self.lock();
        let next = match *state {
            SlotState::Waiting(_) => SlotState::Waiting(fresh),
            SlotState::Done(_) | SlotState::Closed => SlotState::Closed,
        };
        let before = mem::replace(&mut *state, next);
        drop(state);
        match before {
            SlotState::Done(value) => Poll::Ready(value),
            SlotState::Waiting(_) | SlotState::Closed => Poll::Pending,
        }
    }

    pub(crate) fn is_waiting(&self) -> bool {
        matches!(*self.lock(), SlotState::Waiting(_))
    }

    /// The future does not wait any more.
    pub(crate) fn close(&self) -> Closed<T> {
        let mut state = self.lock();
        let before = mem::replace(&mut *state, SlotState::Closed);
        drop(state);
        match before {
            SlotState::Waiting(_) => Closed::Waiting,
            SlotState::Done(value) => Closed::Done(value),
            SlotState::Closed => Closed::Taken,
        }
    }

    fn lock(&self) -> MutexGuard<'_, SlotState<T>> {
        // No code of a caller runs under the lock: the state is whole even after a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::future::counting_waker::CountingWaker;

    #[test]
    fn the_waker_of_the_last_poll_is_woken_once() {
        let [first, second] = [0; 2].map(|_| Arc::new(CountingWaker::default()));
        let slot = FutureSlot::new(&Waker::from(first.clone()));
        assert_eq!(slot.poll(&Waker::from(second.clone())), Poll::Pending);
        assert_eq!(slot.complete(7), Ok(()));
        assert_eq!(slot.complete(8), Err(8));
        assert_eq!(first.0.load(Ordering::SeqCst), 0);
        assert_eq!(second.0.load(Ordering::SeqCst), 1);
        assert_eq!(slot.poll(Waker::noop()), Poll::Ready(7));
        assert_eq!(slot.poll(Waker::noop()), Poll::Pending);
        assert_eq!(slot.close(), Closed::Taken);
    }

    #[test]
    fn a_closed_slot_gives_the_value_back() {
        let slot = FutureSlot::new(Waker::noop());
        assert_eq!(slot.close(), Closed::Waiting);
        assert_eq!(slot.complete(7), Err(7));
        let slot = FutureSlot::new(Waker::noop());
        assert_eq!(slot.complete(7), Ok(()));
        assert_eq!(slot.close(), Closed::Done(7));
    }
}
