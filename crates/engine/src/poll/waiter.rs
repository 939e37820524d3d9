//! How a call waits: a parked thread or a pending overlapped operation.
//!
//! Owns the one place where threads of the program sleep, and the list of wake-ups that is
//! collected under a connection's lock and fired after it. Invariant: each registration ends
//! either withdrawn (it was still in its list) or signalled exactly once, so a waiter never sees
//! a signal of an earlier call.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use httpsys_core::ids::RequestId;
use httpsys_core::request_queue::RequestQueue;
use httpsys_core::{Error, HandleId, QueueId};
use httpsys_socket::lock::{Condvar, Mutex};
use smallvec::SmallVec;

use crate::service::Service;

/// Why a waiting call goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// What it waited for is there: try again.
    Ready,
    /// A receive was given this request.
    Request(RequestId),
    /// It ends with this error.
    Failed(Error),
}

/// An overlapped operation that could not finish at once.
///
/// `signal` is called exactly once, by any thread, with no lock held. On [`Signal::Ready`] the
/// operation tries again and may register itself anew. The thread may be the one that looks after
/// timers: what takes long, or blocks, is to be handed to another.
pub trait PendingOperation: Send {
    /// The thing it waited for happened, or it fails.
    fn signal(self: Box<Self>, service: &Service, signal: Signal);
    /// Names the operation, to cancel it (the address of its OVERLAPPED).
    fn tag(&self) -> usize;
}

/// One waiting call.
pub(crate) enum Waiting {
    /// A thread that called through this handle.
    Thread(Arc<Waiter>, HandleId),
    Operation(Box<dyn PendingOperation>),
    /// A send that does not wait for the connection: a file is read for it.
    Reading(Arc<Reading>),
}

/// A send for which a file is read: where it hears that its connection has ended meanwhile.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Of its operation; `None`: a call that is still running.
    tag: Option<usize>,
    ended: OnceLock<Error>,
    /// When the read began, in the clock's milliseconds.
    pub(crate) since: AtomicU64,
}

impl Reading {
    pub(crate) fn new(tag: Option<usize>) -> Arc<Reading> {
        Arc::new(Reading {
            tag,
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
            Waiting::Reading(reading) => reading.tag.is_some(),
        }
    }

    /// Whether it is a thread that called through this handle.
    pub(crate) fn is_thread_of(&self, handle: HandleId) -> bool {
        matches!(self, Waiting::Thread(_, own) if *own == handle)
    }

    /// Whether it is this thread's wait.
    pub(crate) fn is(&self, waiter: &Arc<Waiter>) -> bool {
        matches!(self, Waiting::Thread(own, _) if Arc::ptr_eq(own, waiter))
    }

    pub(crate) fn tag(&self) -> Option<usize> {
        match self {
            Waiting::Thread(..) => None,
            Waiting::Operation(operation) => Some(operation.tag()),
            Waiting::Reading(reading) => reading.tag,
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Waiting::Thread(..) => f.write_str("Thread"),
            Waiting::Operation(operation) => write!(f, "Operation({:#x})", operation.tag()),
            Waiting::Reading(reading) => write!(f, "{reading:?}"),
        }
    }
}

/// A thread that sleeps in a blocking call, or polls meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    signal: Mutex<Option<Signal>>,
    condvar: Condvar,
    /// The thread polls: a signal has to interrupt the poll.
    polls: AtomicBool,
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
    pub(crate) fn begin_polling(&self) -> bool {
        // Set before the look at the signal: whoever signals after the look sees it.
        self.polls.store(true, Ordering::SeqCst);
        self.signal.lock().is_none()
    }

    pub(crate) fn end_polling(&self) {
        self.polls.store(false, Ordering::SeqCst);
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

    fn signal(&self, service: &Service, value: Signal) {
        {
            let mut signal = self.signal.lock();
            debug_assert!(signal.is_none(), "a waiter is signalled once");
            *signal = Some(value);
        }
        // Without the lock, which the thread takes as soon as it wakes up. If it has seen the signal by
        // itself and waits for another one already, it is woken for nothing.
        self.condvar.notify_one();
        if self.polls.load(Ordering::SeqCst) {
            service.shard().interrupt();
        }
    }
}

/// Wake-ups to be fired once no lock is held.
#[derive(Default)]
pub(crate) struct Turn {
    /// `None` until there is one: most are dropped without.
    list: Option<SmallVec<[(Waiting, Signal); 4]>>,
    /// The queue whose next request the polling thread keeps for itself.
    pub(crate) own_queue: Option<QueueId>,
    /// The time of what collects these, as soon as somebody has asked for it.
    millis: Option<u64>,
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

    /// The clock's milliseconds; asked once.
    pub(crate) fn millis(&mut self, service: &Service) -> u64 {
        *self.millis.get_or_insert_with(|| service.clock().millis())
    }

    /// Time has passed.
    pub(crate) fn forget_time(&mut self) {
        self.millis = None;
    }

    #[inline]
    pub(crate) fn fire(&mut self, service: &Service) {
        // Most often there is nobody to wake.
        if let Some(list) = &mut self.list {
            fire_all(list, service);
        }
    }

    /// Wakes the threads; the first operation is returned to be signalled.
    pub(crate) fn fire_threads(
        &mut self,
        service: &Service,
    ) -> Option<(Box<dyn PendingOperation>, Signal)> {
        let list = self.list.as_mut()?;
        let mut first = None;
        let mut others = SmallVec::new();
        for (waiting, signal) in list.drain(..) {
            match waiting {
                Waiting::Thread(waiter, _) => waiter.signal(service, signal),
                Waiting::Operation(operation) if first.is_none() => {
                    first = Some((operation, signal));
                }
                operation => others.push((operation, signal)),
            }
        }
        *list = others;
        first
    }

    /// Whether operations are left by [`Turn::fire_threads`].
    pub(crate) fn has_operations(&self) -> bool {
        self.list.as_ref().is_some_and(|list| !list.is_empty())
    }

    /// Moves them to the end of `list`.
    pub(crate) fn move_operations(
        &mut self,
        list: &mut VecDeque<(Box<dyn PendingOperation>, Signal)>,
    ) {
        for (waiting, signal) in self.list.iter_mut().flat_map(|own| own.drain(..)) {
            if let Waiting::Operation(operation) = waiting {
                list.push_back((operation, signal));
            }
        }
    }
}

fn fire_all(list: &mut SmallVec<[(Waiting, Signal); 4]>, service: &Service) {
    for (waiting, signal) in list.drain(..) {
        match waiting {
            Waiting::Thread(waiter, _) => waiter.signal(service, signal),
            Waiting::Operation(operation) => operation.signal(service, signal),
            Waiting::Reading(_) => {}
        }
    }
}
