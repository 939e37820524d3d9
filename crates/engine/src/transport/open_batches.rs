//! The connections of HTTP/2 that keep responses for a batch of requests.
//!
//! Owns: the list of them, and how all of them end. Does not own: a batch (`batch.rs`), nor what is kept for it
//! (`carrier.rs`). Invariant: a thread that is about to sleep finds every carrier in the list whose batch is open.
//! Threading: any thread. Order of locks: that of the list, then a carrier's.

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

    /// A thread is about to sleep: all batches end, and what was kept for them goes out.
    #[inline]
    pub(crate) fn end_all(&self) {
        if self.any.load(Ordering::Acquire) {
            self.look_at_all(Carrier::end_batch);
        }
    }

    /// A tick has gone by: what was kept goes out.
    pub(crate) fn let_all_go(&self) {
        if self.any.load(Ordering::Acquire) {
            self.look_at_all(Carrier::let_batch_go);
        }
    }

    /// `look` says whether the batch goes on. The list is locked meanwhile: who is about to sleep finds all
    /// batches in it, or waits until they have ended.
    #[cold]
    fn look_at_all(&self, look: fn(&Carrier) -> bool) {
        let mut list = self.list.lock();
        list.retain(|carrier| look(carrier));
        self.any.store(!list.is_empty(), Ordering::Release);
    }
}
