//! Waits for all of several signals at once: they take all of them in one step, or none.
//!
//! Owns the list of what one thread waits for. Does not own the signals. Invariant: the signals are locked in
//! the order of their addresses, so that two such waits do not block each other. Threading: any thread.

use std::sync::Arc;

use super::{JointWait, ObjectSignal};
use crate::object::Object;
use crate::sync::wait::WaitingThread;

/// A thread that waits for all of several signals at once.
pub(crate) struct AllWait {
    waiter: Arc<WaitingThread>,
    /// In the order of the signals' addresses, each signal once.
    objects: Vec<Arc<dyn Object>>,
}

impl AllWait {
    pub(crate) fn new(waiter: Arc<WaitingThread>, mut objects: Vec<Arc<dyn Object>>) -> AllWait {
        objects.sort_by_key(address);
        objects.dedup_by_key(|object| address(object));
        AllWait { waiter, objects }
    }

    /// Puts the wait on the list of every signal; to be followed by an [`AllWait::attempt`].
    pub(crate) fn enlist(self: &Arc<Self>) {
        for signal in self.signals() {
            let own: Arc<dyn JointWait> = self.clone();
            signal.state.lock().all.push(own);
        }
    }

    /// Takes the wait off the lists.
    pub(crate) fn withdraw(self: &Arc<Self>) {
        for signal in self.signals() {
            signal
                .state
                .lock()
                .all
                .retain(|other| !std::ptr::addr_eq(Arc::as_ptr(other), Arc::as_ptr(self)));
        }
    }

    fn signals(&self) -> impl Iterator<Item = &ObjectSignal> {
        self.objects.iter().filter_map(|object| object.signal())
    }
}

impl JointWait for AllWait {
    /// Satisfies the wait if all signals are set now: consumes them together. Done by the thread
    /// that sets a signal, so that a second set is not lost on the first.
    fn attempt(&self) -> bool {
        let thread = self.waiter.owner();
        let mut locked: Vec<_> = self.signals().map(|s| (s.kind, s.state.lock())).collect();
        let mark = locked.iter().map(|(_, state)| state.mark()).max();
        let all_set = locked
            .iter()
            .all(|(kind, state)| state.is_set_for(*kind, thread));
        if !all_set || !self.waiter.claim(mark.unwrap_or(0)) {
            return false;
        }
        for (kind, state) in &mut locked {
            state.consume(*kind, thread);
        }
        drop(locked);
        self.waiter.wake();
        true
    }
}

fn address(object: &Arc<dyn Object>) -> usize {
    object
        .signal()
        .map_or(0, |signal| std::ptr::from_ref(signal) as usize)
}
