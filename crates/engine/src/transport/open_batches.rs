//! The connections of HTTP/2 that keep responses for a batch of requests.
//!
//! Owns: the list of them, and how all of them end. Does not own: a batch (`batch.rs`), nor what is kept for it
//! (`carrier.rs`). Invariant: a thread that is about to sleep finds each carrier whose batch is open in the list, or
//! another thread is about to end that batch. Threading: any thread. What is kept is written without the list's lock,
//! so that nobody waits for the records of all connections. Order of locks: that of the list, then a carrier's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use httpsys_socket::lock::Mutex;
use smallvec::SmallVec;

use super::carrier::Carrier;

/// The carriers with open batches.
#[derive(Debug, Default)]
pub(crate) struct OpenBatches {
    /// Whether there are any, for those who only pass by.
    any: AtomicBool,
    list: Mutex<SmallVec<[Arc<Carrier>; 8]>>,
}

impl OpenBatches {
    /// So many requests were read from the carrier, and nobody knows them yet. Called in a turn, by the thread
    /// that polls: the next poll begins after it.
    pub(crate) fn add(&self, carrier: &Arc<Carrier>, requests: usize) {
        if requests > 0 && carrier.lock().batch.add(requests) {
            self.list.lock().push(Arc::clone(carrier));
            self.any.store(true, Ordering::Release);
        }
    }

    /// Whether there are any.
    #[inline]
    pub(crate) fn has_any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// A thread is about to sleep: all batches end, and what was kept for them goes out.
    #[inline]
    pub(crate) fn end_all(&self) {
        if self.has_any() {
            self.end_those_listed();
        }
    }

    /// A tick has gone by: what was kept goes out.
    #[inline]
    pub(crate) fn let_all_go(&self) {
        if self.has_any() {
            self.let_those_listed_go();
        }
    }

    /// Who comes meanwhile and finds none need not wait: what it has kept goes out when their turn comes here.
    #[cold]
    fn end_those_listed(&self) {
        let list = {
            let mut list = self.list.lock();
            self.any.store(false, Ordering::Release);
            std::mem::take(&mut *list)
        };
        list.iter().for_each(|carrier| carrier.end_batch());
    }

    /// They stay in the list meanwhile: who is about to sleep ends them.
    #[cold]
    fn let_those_listed_go(&self) {
        let carriers = self.list.lock().clone();
        carriers.iter().for_each(|carrier| carrier.let_go());
        let mut list = self.list.lock();
        list.retain(|carrier| carrier.lock().batch.is_open());
        self.any.store(!list.is_empty(), Ordering::Release);
    }
}
