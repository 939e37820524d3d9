//! Mutex objects, and what becomes of those whose owner ends.
//!
//! Owns [`MutexObject`] and the list of all of them. Does not own waits ([`crate::sync::signal`]).
//! Invariant: a mutex whose owner ends without releasing it is abandoned: the next wait gets it with
//! WAIT_ABANDONED (documented: Mutex Objects). Threading: any thread; a mutex belongs to one.

use std::cell::Cell;
use std::sync::{Arc, Weak};

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::PerProcess;

use crate::object::Object;
use crate::status::Code;
use crate::sync::signal::Signal;
use crate::threads::thread::{self, ThreadId};

/// A mutex object.
#[derive(Debug)]
pub struct MutexObject {
    signal: Signal,
}

static ALL: PerProcess<Mutex<Vec<Weak<MutexObject>>>> = PerProcess::new();

/// Abandons what the thread owns when it ends.
struct Ending(Cell<ThreadId>);

thread_local! {
    static ENDING: Ending = const { Ending(Cell::new(ThreadId(0))) };
}

impl Drop for Ending {
    fn drop(&mut self) {
        abandon(self.0.get());
    }
}

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

/// The calling thread owns no mutex any more: those that it did are abandoned.
pub(crate) fn abandon_own() {
    if let Ok(id @ ThreadId(1..)) = ENDING.try_with(|ending| ending.0.replace(ThreadId(0))) {
        abandon(id);
    }
}

/// The calling thread, whose end is watched from now on: it may own a mutex.
pub(crate) fn watched_thread() -> ThreadId {
    let id = thread::current_id();
    // Refused while the thread ends: what it takes then stays its own.
    let _ = ENDING.try_with(|ending| ending.0.set(id));
    id
}

impl MutexObject {
    /// CreateMutex: a new mutex, owned by the calling thread or by nobody.
    pub fn new(owned: bool) -> Arc<MutexObject> {
        let mutex = Arc::new(MutexObject {
            signal: Signal::mutex(owned.then(watched_thread)),
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
    fn signal(&self) -> Option<&Signal> {
        Some(&self.signal)
    }
}
