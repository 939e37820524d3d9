//! The reads of one request that wait as futures.
//!
//! Owns the list of them, and the passing on of a wake-up that nobody used. Does not own the reads
//! (`read_body.rs`). Threading: any thread; a lock that is held for the change of the list alone.

#[cfg(feature = "http")]
use std::sync::OnceLock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpsys_engine::Signal;

use super::slot::FutureSlot;

/// Why a read goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum News {
    Signal(Signal),
    /// Another read of the request was dropped, and with it perhaps a wake-up.
    TryAgain,
}

/// The reads of one request that wait as futures. The engine wakes one of them at a time and
/// relies on it to read on.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    list: Mutex<Vec<Arc<FutureSlot<News>>>>,
    /// Used instead, once a body that is read apart from its request has it, too.
    #[cfg(feature = "http")]
    shared: OnceLock<Arc<Readers>>,
}

impl Readers {
    /// The list for a body that outlives its request. No read may be waiting.
    #[cfg(feature = "http")]
    pub(crate) fn share(&self) -> Arc<Readers> {
        Arc::clone(self.shared.get_or_init(Arc::default))
    }

    pub(super) fn add(&self, wait: &Arc<FutureSlot<News>>) {
        self.lock().push(Arc::clone(wait));
    }

    pub(super) fn remove(&self, wait: &Arc<FutureSlot<News>>) {
        self.lock().retain(|other| !Arc::ptr_eq(other, wait));
    }

    /// A wake-up was not used: every read that still waits tries again.
    pub(super) fn try_again(&self) {
        let waiting = self.lock().clone();
        for wait in waiting {
            // One that has news looks anyway.
            let _ = wait.complete(News::TryAgain);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<FutureSlot<News>>>> {
        #[cfg(feature = "http")]
        if let Some(shared) = self.shared.get() {
            return shared.lock();
        }
        // Nothing in a section can leave the list half changed.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
