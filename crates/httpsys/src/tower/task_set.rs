//! Tasks that run within the task that polls the set.
//!
//! Owns: which of them were woken, so that a poll costs as much as there is to do. Does not own what they
//! do, or panics in them (`handle.rs`). Threading: any thread wakes a task; one polls the set.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

/// The work on one request, for [`Serve::spawn_with`](super::Serve::spawn_with).
pub type ServeTask = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tasks that one poll of the set polls at most: the executor's other tasks get their turn.
const AT_ONCE: usize = 64;

#[derive(Default)]
pub(super) struct TaskSet {
    places: Vec<Option<TaskPlace>>,
    free: Vec<usize>,
    woken: Arc<WokenTasks>,
}

struct TaskPlace {
    task: ServeTask,
    waker: Arc<TaskWaker>,
}

#[derive(Default)]
struct WokenTasks {
    state: Mutex<WokenState>,
}

#[derive(Default)]
struct WokenState {
    tasks: VecDeque<Arc<TaskWaker>>,
    /// Of the task that polls the set.
    waker: Option<Waker>,
}

/// Wakes one task of the set.
struct TaskWaker {
    place: usize,
    /// It is in the line; or its task has ended and nothing puts it there again.
    is_woken: AtomicBool,
    /// Does not keep the set's tasks and its waker alive: those that were woken hold this one.
    woken: Weak<WokenTasks>,
}

impl TaskSet {
    /// Adds a task, which is polled with the next poll of the set.
    pub(super) fn add(&mut self, task: ServeTask) {
        let place = self.free.pop().unwrap_or(self.places.len());
        let waker = Arc::new(TaskWaker {
            place,
            is_woken: AtomicBool::new(true),
            woken: Arc::downgrade(&self.woken),
        });
        self.woken.lock().tasks.push_back(Arc::clone(&waker));
        let added = Some(TaskPlace { task, waker });
        match self.places.get_mut(place) {
            Some(empty) => *empty = added,
            None => self.places.push(added),
        }
    }

    /// Polls the tasks that were woken.
    pub(super) fn poll(&mut self, context: &Context<'_>) {
        let fresh = context.waker().clone();
        let before = self.woken.lock().waker.replace(fresh);
        drop(before);
        for _ in 0..AT_ONCE {
            let Some(woken) = self.woken.lock().tasks.pop_front() else {
                return;
            };
            self.poll_one(&woken);
        }
        context.waker().wake_by_ref();
    }

    fn poll_one(&mut self, woken: &Arc<TaskWaker>) {
        let Some(Some(place)) = self.places.get_mut(woken.place) else {
            return;
        };
        if !Arc::ptr_eq(&place.waker, woken) {
            return;
        }
        // Before the poll: what wakes the task during it counts.
        woken.is_woken.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(woken));
        if let Poll::Ready(()) = place.task.as_mut().poll(&mut Context::from_waker(&waker)) {
            woken.is_woken.store(true, Ordering::SeqCst);
            self.places[woken.place] = None;
            self.free.push(woken.place);
        }
    }
}

impl WokenTasks {
    fn lock(&self) -> MutexGuard<'_, WokenState> {
        // Nothing in a section can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        if self.is_woken.swap(true, Ordering::SeqCst) {
            return;
        }
        // The set is gone, and its tasks are.
        let Some(woken) = self.woken.upgrade() else {
            return;
        };
        let mut state = woken.lock();
        state.tasks.push_back(self);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::future::counting_waker::CountingWaker;

    #[test]
    fn only_woken_tasks_are_polled_and_each_wake_wakes_the_set() {
        let outer = Arc::new(CountingWaker::default());
        let waker = Waker::from(Arc::clone(&outer));
        let context = Context::from_waker(&waker);
        let polls: Arc<[AtomicUsize; 2]> = Arc::default();
        let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
        let mut set = TaskSet::default();
        for n in 0..2 {
            let (polls, wakers) = (Arc::clone(&polls), Arc::clone(&wakers));
            set.add(Box::pin(poll_fn(move |context| {
                wakers.lock().unwrap().push(context.waker().clone());
                match polls[n].fetch_add(1, Ordering::SeqCst) {
                    0 => Poll::Pending,
                    _ => Poll::Ready(()),
                }
            })));
        }
        let polled = |polls: &[AtomicUsize; 2]| polls.each_ref().map(|n| n.load(Ordering::SeqCst));
        set.poll(&context);
        set.poll(&context);
        assert_eq!(polled(&polls), [1, 1]);
        let second = wakers.lock().unwrap()[1].clone();
        second.wake_by_ref();
        second.wake_by_ref();
        assert_eq!(outer.0.load(Ordering::SeqCst), 1);
        set.poll(&context);
        assert_eq!(polled(&polls), [1, 2]);
        // Its place may be another's now.
        set.add(Box::pin(async {}));
        second.wake();
        set.poll(&context);
        assert_eq!(polled(&polls), [1, 2]);
        assert_eq!(set.free, [1]);
    }

    #[test]
    fn a_set_that_is_dropped_leaves_nothing_behind_and_its_wakers_wake_nobody() {
        let outer = Arc::new(CountingWaker::default());
        let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
        let mut set = TaskSet::default();
        for _ in 0..2 {
            let wakers = Arc::clone(&wakers);
            set.add(Box::pin(poll_fn(move |context| {
                wakers.lock().unwrap().push(context.waker().clone());
                Poll::Pending
            })));
        }
        let waker = Waker::from(Arc::clone(&outer));
        set.poll(&Context::from_waker(&waker));
        drop(waker);
        wakers.lock().unwrap()[0].wake_by_ref();
        assert_eq!(outer.0.load(Ordering::SeqCst), 1);
        let waker = Waker::from(Arc::clone(&outer));
        let woken = Arc::downgrade(&set.woken);
        // One is in the line when the set goes.
        set.woken.lock().waker = Some(waker);
        drop(set);
        assert!(woken.upgrade().is_none());
        assert_eq!(Arc::strong_count(&outer), 1);
        wakers.lock().unwrap()[1].wake_by_ref();
        assert_eq!(outer.0.load(Ordering::SeqCst), 1);
    }
}
