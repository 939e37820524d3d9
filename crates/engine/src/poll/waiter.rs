//! How a call waits: a parked thread or a pending overlapped operation.
//!
//! Owns the one place where threads of the program sleep, and the wake-ups that are collected under a
//! connection's lock. Does not own carrying them out (`wake.rs`), nor operations (`operation.rs`).
//! Invariant: each registration ends either withdrawn (it was still in its list) or signalled exactly
//! once, so a waiter never sees a signal of an earlier call.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use httpsys_core::request_queue::RequestQueue;
use httpsys_core::{Error, HandleId, OperationId, QueueId};
use httpsys_socket::lock::{Condvar, Mutex};
use smallvec::SmallVec;

use crate::poll::operation::{Registered, Signal};

/// One waiting call.
pub(crate) enum Waiting {
    /// A thread that called through this handle.
    Thread(Arc<Waiter>, HandleId),
    Operation(Box<dyn Registered>),
    /// A send that does not wait for the connection: a file is read for it.
    Reading(Arc<Reading>),
}

/// A send for which a file is read: where it hears that its connection has ended meanwhile.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Of its operation; `None`: a call that is still running.
    operation: Option<OperationId>,
    ended: OnceLock<Error>,
    /// When the read began, in the clock's milliseconds.
    pub(crate) since: AtomicU64,
}

impl Reading {
    pub(crate) fn new(operation: Option<OperationId>) -> Arc<Reading> {
        Arc::new(Reading {
            operation,
            ended: OnceLock::new(),
            since: AtomicU64::new(0),
        })
    }

    /// Nobody is to be woken, and the lock is still held: whoever reads finds it afterwards.
    #[cold]
    fn signal(&self, signal: Signal) {
        if let Signal::Failed(error) = signal {
            let _ = self.ended.set(error);
        }
    }

    /// With which error the send ends, its connection being gone.
    pub(crate) fn end(&self) -> Error {
        self.ended.get().copied().unwrap_or(Error::Aborted)
    }
}

impl Waiting {
    pub(crate) fn is_operation(&self) -> bool {
        match self {
            Waiting::Thread(..) => false,
            Waiting::Operation(_) => true,
            Waiting::Reading(reading) => reading.operation.is_some(),
        }
    }

    /// Whether it is a thread that called through this handle.
    pub(crate) fn is_thread_of(&self, handle: HandleId) -> bool {
        matches!(self, Waiting::Thread(_, own) if *own == handle)
    }

    /// The operation's id; a thread has none.
    pub(crate) fn id(&self) -> Option<OperationId> {
        match self {
            Waiting::Thread(..) => None,
            Waiting::Operation(operation) => Some(operation.id()),
            Waiting::Reading(reading) => reading.operation,
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Waiting::Thread(..) => f.write_str("Thread"),
            Waiting::Operation(operation) => write!(f, "{:?}", operation.id()),
            Waiting::Reading(reading) => write!(f, "{reading:?}"),
        }
    }
}

/// A thread that sleeps in a blocking call, or polls meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    signal: Mutex<Option<Signal>>,
    condvar: Condvar,
    /// 1 plus the index of the shard that the thread polls, 0 while it polls none. A signal has to interrupt that poll.
    polls: AtomicU32,
}

thread_local! {
    static OWN: RefCell<Vec<Arc<Waiter>>> = const { RefCell::new(Vec::new()) };
}

impl Waiter {
    /// A waiter for one blocking call of this thread; [`Waiter::recycle`] it afterwards.
    pub(crate) fn of_this_thread() -> Arc<Waiter> {
        OWN.try_with(|own| own.borrow_mut().pop())
            .ok()
            .flatten()
            .unwrap_or_default()
    }

    /// Gives the waiter back. It must not be registered anywhere.
    pub(crate) fn recycle(self: Arc<Self>) {
        debug_assert!(self.signal.lock().is_none());
        // Calls may come while the thread ends and its storage is gone already.
        let _ = OWN.try_with(|own| own.borrow_mut().push(self));
    }

    /// The signal, if it came; takes it.
    pub(crate) fn take(&self) -> Option<Signal> {
        self.signal.lock().take()
    }

    /// The thread is about to poll; `false` when the signal came already.
    pub(crate) fn begin_polling(&self, shard: u32) -> bool {
        // Set before the look at the signal: whoever signals after the look sees it.
        self.polls.store(shard + 1, Ordering::SeqCst);
        self.signal.lock().is_none()
    }

    pub(crate) fn end_polling(&self) {
        self.polls.store(0, Ordering::SeqCst);
    }

    /// Sleeps until there is a signal or the deadline passed; does not take it.
    pub(crate) fn park(&self, deadline: Option<Instant>) {
        let mut signal = self.signal.lock();
        while signal.is_none() {
            match deadline {
                None => self.condvar.wait(&mut signal),
                Some(deadline) => {
                    if self.condvar.wait_until(&mut signal, deadline).timed_out() {
                        return;
                    }
                }
            }
        }
    }

    /// Wakes the thread. Returns the shard that it polls, if it does: the caller interrupts that poll.
    #[must_use]
    pub(crate) fn signal(&self, value: Signal) -> Option<u32> {
        {
            let mut signal = self.signal.lock();
            debug_assert!(signal.is_none(), "a waiter is signalled once");
            *signal = Some(value);
        }
        // Without the lock, which the thread takes as soon as it wakes up. If it has seen the signal by
        // itself and waits for another one already, it is woken for nothing.
        self.condvar.notify_one();
        self.polls.load(Ordering::SeqCst).checked_sub(1)
    }
}

/// Who is to be woken, and why.
pub(crate) type Wakes = SmallVec<[(Waiting, Signal); 4]>;

/// Wake-ups to be carried out once no lock is held.
#[derive(Default)]
pub(crate) struct Turn {
    /// `None` until there is one: most are dropped without.
    pub(crate) list: Option<Wakes>,
    /// The queue whose next request the polling thread keeps for itself.
    pub(crate) own_queue: Option<QueueId>,
    /// The time of what collects these, as soon as somebody has asked for it.
    pub(crate) millis: Option<u64>,
}

impl Turn {
    /// None yet; the time is known already.
    pub(crate) fn at(millis: Option<u64>) -> Turn {
        Turn {
            millis,
            ..Turn::default()
        }
    }

    #[inline]
    pub(crate) fn add(&mut self, waiting: Waiting, signal: Signal) {
        match waiting {
            Waiting::Reading(reading) => reading.signal(signal),
            waiting => self.list.get_or_insert_default().push((waiting, signal)),
        }
    }

    /// Gives each request that waits to the receive that waits longest, as far as there are both.
    /// What is left over tells a controller to start a worker (QUE-011).
    pub(crate) fn pair(&mut self, fifos: &mut RequestQueue<Waiting>) {
        while let Some((request, receive)) = fifos.pair() {
            // A receive, and so never a send that is read for.
            let list = self.list.get_or_insert_default();
            list.push((receive, Signal::Request(request)));
        }
        if let Some(demand) = fifos.take_demanded() {
            self.add(demand, Signal::Ready);
        }
    }

    /// The thread that collects these polls for this queue and takes its next request itself.
    pub(crate) fn keeps_requests_of(&self, queue: QueueId) -> bool {
        self.own_queue == Some(queue)
    }

    /// Time has passed.
    pub(crate) fn forget_time(&mut self) {
        self.millis = None;
    }

    /// Whether there is anything to be carried out: behind [`Turn::fire_threads`], operations.
    pub(crate) fn wakes_somebody(&self) -> bool {
        self.list.as_ref().is_some_and(|list| !list.is_empty())
    }

    /// Moves them to the end of `list`.
    pub(crate) fn move_operations(&mut self, list: &mut VecDeque<(Box<dyn Registered>, Signal)>) {
        for (waiting, signal) in self.list.iter_mut().flat_map(|own| own.drain(..)) {
            if let Waiting::Operation(operation) = waiting {
                list.push_back((operation, signal));
            }
        }
    }
}
