//! Mutex objects, and what becomes of those whose owner ends.
//!
//! Owns [`MutexObject`] and the list of all of them. Does not own waits ([`crate::sync::signal`]).
//! Invariant: a mutex whose owner ends without releasing it is abandoned: the next wait gets it with
//! WAIT_ABANDONED (documented: Mutex Objects). Threading: any thread; a mutex belongs to one.

use std::sync::{Arc, Weak};

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::PerProcess;

use crate::object::Object;
use crate::status::Code;
use crate::sync::signal::ObjectSignal;
use crate::threads::ends;
use crate::threads::id::ThreadId;

/// A mutex object.
#[derive(Debug)]
pub struct MutexObject {
    signal: ObjectSignal,
}

static ALL: PerProcess<Mutex<Vec<Weak<MutexObject>>>> = PerProcess::new();

/// The thread ends: what it owns is abandoned.
fn abandon(owner: ThreadId) {
    let all: Vec<_> = ALL
        .get_or_init(Mutex::default)
        .lock()
        .iter()
        .filter_map(Weak::upgrade)
        .collect();
    for mutex in all {
        mutex.signal.abandon(owner);
    }
}

impl MutexObject {
    /// CreateMutex: a new mutex, owned by the calling thread or by nobody.
    pub fn new(owned: bool) -> Arc<MutexObject> {
        ends::at_end(abandon);
        let mutex = Arc::new(MutexObject {
            signal: ObjectSignal::mutex(owned.then(ends::watched_thread)),
        });
        let mut all = ALL.get_or_init(Mutex::default).lock();
        all.retain(|other| other.strong_count() > 0);
        all.push(Arc::downgrade(&mutex));
        mutex
    }

    /// ReleaseMutex.
    ///
    /// # Errors
    /// 288 (ERROR_NOT_OWNER) when the calling thread does not own it.
    pub fn release(&self) -> Result<(), Code> {
        self.signal.release_owned().map(|_| ())
    }
}

impl Object for MutexObject {
    fn signal(&self) -> Option<&ObjectSignal> {
        Some(&self.signal)
    }
}
