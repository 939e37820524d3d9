//! The I/O side of a file-like handle: where its completions go.
//!
//! Owns [`IoState`] (association with a port or with thread-pool I/O, notification modes, the
//! handle's own signal) and [`Pending`], one operation under way. Does not own the operation.
//!
//! Invariants: a [`Pending`] delivers exactly once, whatever happens to it (dropped: 995). It
//! carries the event, port, key and modes that held when the call was issued, so closing or
//! changing them later does not disturb it. Order at the end: `InternalHigh`, `Internal`, then
//! event, then packet or callback; after `Internal` the caller's memory is not touched.
//!
//! Threading: any thread; a `Pending` may end on another thread than the one that began it.

use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use httpsys_socket::lock::Mutex;

use crate::io::cancel::CancelScope;
use crate::io::overlapped::{self, OVERLAPPED};
use crate::io::port::{Packet, Port};
use crate::pool::file_io::{self, CompletionRoutine, ThreadpoolIo};
use crate::status::{self, Code, ERROR_INVALID_PARAMETER, ERROR_OPERATION_ABORTED, ERROR_SUCCESS};
use crate::sync::event::{self, Event};
use crate::sync::signal::ObjectSignal;
#[cfg(not(windows))]
use crate::sync::signal::ObjectSignal as HandleSignal;
use crate::sync::wait::{self, Lease, TIMED_OUT, WaitingThread};
#[cfg(windows)]
use crate::system::HandleSignal;
use crate::threads::id::{self, ThreadId};
use crate::time::source;

/// FILE_SKIP_COMPLETION_PORT_ON_SUCCESS: no packet for a call that returned success at once.
pub const SKIP_PORT_ON_SUCCESS: u8 = 1;
/// FILE_SKIP_SET_EVENT_ON_HANDLE: the handle itself is not signalled.
pub const SKIP_SET_EVENT_ON_HANDLE: u8 = 2;

/// Where completions of a handle go besides the event.
pub(crate) enum CompletionTarget {
    Port(Arc<Port>, usize),
    Pool(Arc<ThreadpoolIo>),
    Routine(CompletionRoutine),
}

/// Where the completion of one operation goes besides the event.
enum OpTarget {
    Nowhere,
    /// Where the handle's completions go.
    OfHandle,
    /// A procedure call to the thread that issued the operation (ReadFileEx).
    #[cfg(not(windows))]
    Call(CallRoutine, Arc<crate::threads::apc::ApcQueue>),
}

/// LPOVERLAPPED_COMPLETION_ROUTINE: Win32 code, bytes, OVERLAPPED.
#[cfg(not(windows))]
pub type CallRoutine = unsafe extern "system" fn(u32, u32, *mut OVERLAPPED);

/// The state that a file-like object embeds and returns from [`crate::Object::io`].
#[derive(Debug)]
pub struct IoState {
    shared: Arc<SharedIo>,
}

struct SharedIo {
    /// Once associated, a handle stays so.
    target: OnceLock<CompletionTarget>,
    modes: AtomicU8,
    /// The signal of the handle itself, used by calls without an event.
    signal: HandleSignal,
    /// Threads in GetOverlappedResult, by address of the OVERLAPPED.
    results: Mutex<Vec<(usize, Arc<WaitingThread>)>>,
    results_len: AtomicUsize,
    /// How many operations with an event have written their result and not set the event yet.
    finishing: AtomicUsize,
}

/// One overlapped operation that has been accepted. Must end with one of its methods; if it is
/// dropped instead, it ends with 995.
#[derive(Debug)]
pub struct Pending {
    op: Option<Op>,
    overlapped: usize,
    thread: ThreadId,
}

struct Op {
    shared: Arc<SharedIo>,
    event: Option<event::Kept>,
    target: OpTarget,
    modes: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OperationEnd {
    Later,
    Inline,
    Refused,
}

impl IoState {
    /// State of a handle without association and with default notification modes.
    pub fn new() -> IoState {
        IoState {
            shared: Arc::new(SharedIo {
                target: OnceLock::new(),
                modes: AtomicU8::new(0),
                signal: HandleSignal::new(true, false),
                results: Mutex::new(Vec::new()),
                results_len: AtomicUsize::new(0),
                finishing: AtomicUsize::new(0),
            }),
        }
    }

    /// The signal of the handle, for [`crate::Object::signal`]: reset when a call without event
    /// begins, set when it ends (documented: Synchronization and Overlapped Input and Output).
    pub fn signal(&self) -> &ObjectSignal {
        &self.shared.signal
    }

    /// The signal of the handle as an event of the system, for the system's wait functions; valid as
    /// long as the state lives.
    ///
    /// # Errors
    /// What the system reports when it has no event to give.
    #[cfg(windows)]
    pub(crate) fn system_event(&self) -> Result<crate::Handle, Code> {
        self.shared.signal.system_event()
    }

    /// As [`IoState::begin`], with the event that the OVERLAPPED names and whether it asks for no packet.
    ///
    /// # Safety
    /// As for [`IoState::begin`].
    pub(crate) unsafe fn begin_with(
        &self,
        overlapped: *mut OVERLAPPED,
        event: Option<event::Kept>,
        no_packet: bool,
    ) -> Pending {
        match &event {
            Some(event) => event.reset(),
            None => self.shared.signal.reset(),
        }
        // SAFETY: valid by the contract of this function.
        unsafe { overlapped::mark_pending(overlapped) };
        let target = match self.shared.target.get() {
            None => OpTarget::Nowhere,
            Some(_) if no_packet => OpTarget::Nowhere,
            Some(CompletionTarget::Pool(io)) if io.is_closed() => OpTarget::Nowhere,
            Some(_) => OpTarget::OfHandle,
        };
        let modes = self.shared.modes.load(Ordering::Relaxed);
        Pending {
            op: Some(Op {
                shared: self.shared.clone(),
                event,
                target,
                modes,
            }),
            overlapped: overlapped as usize,
            thread: id::current_id(),
        }
    }

    /// As [`IoState::begin`], for an operation whose end is a procedure call to a thread, by its queue; `hEvent` is
    /// the application's own (documented: ReadFileEx).
    ///
    /// # Errors
    /// 87 when the handle is associated with a port.
    ///
    /// # Safety
    /// As for [`IoState::begin`].
    #[cfg(not(windows))]
    pub unsafe fn begin_call(
        &self,
        overlapped: *mut OVERLAPPED,
        routine: CallRoutine,
        calls: Arc<crate::threads::apc::ApcQueue>,
    ) -> Result<Pending, Code> {
        if self.shared.target.get().is_some() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        // SAFETY: valid by the contract of this function.
        unsafe { overlapped::mark_pending(overlapped) };
        Ok(Pending {
            op: Some(Op {
                shared: self.shared.clone(),
                event: None,
                target: OpTarget::Call(routine, calls),
                modes: SKIP_SET_EVENT_ON_HANDLE,
            }),
            overlapped: overlapped as usize,
            thread: id::current_id(),
        })
    }

    /// Associates the handle with a port (documented: CreateIoCompletionPort).
    ///
    /// # Errors
    /// 87 when it is associated already.
    pub fn bind_port(&self, port: Arc<Port>, key: usize) -> Result<(), Code> {
        self.bind(CompletionTarget::Port(port, key))
    }

    /// Adds notification modes; a mode once set stays (documented:
    /// SetFileCompletionNotificationModes).
    pub fn add_modes(&self, modes: u8) {
        self.shared.modes.fetch_or(modes, Ordering::Relaxed);
    }

    pub(crate) fn bind(&self, target: CompletionTarget) -> Result<(), Code> {
        let bound = self.shared.target.set(target);
        bound.map_err(|_| ERROR_INVALID_PARAMETER)
    }

    /// Waits the instant between the result of an operation and its event: a caller that saw the
    /// result may use the event for the next call, and must not meet the signal of this one there.
    pub(crate) fn settle(&self, event: &Event) {
        while self.shared.finishing.load(Ordering::SeqCst) != 0 && !event.is_set() {
            source::yield_now();
        }
    }

    /// Waits until `ended` holds, which an operation with this OVERLAPPED makes true. False when
    /// the deadline passes first.
    pub(crate) fn wait_result(
        &self,
        overlapped: usize,
        ended: &dyn Fn() -> bool,
        deadline: Option<Instant>,
    ) -> bool {
        loop {
            let lease = Lease::new();
            {
                let mut results = self.shared.results.lock();
                results.push((overlapped, lease.waiter().clone()));
                self.shared
                    .results_len
                    .store(results.len(), Ordering::SeqCst);
            }
            // The end is written before `notify_results` looks, both in the one order of such accesses: either the
            // end is seen here, or this waiter is seen there.
            fence(Ordering::SeqCst);
            let timed_out = !ended() && wait::block(&lease, deadline) == TIMED_OUT;
            let mut results = self.shared.results.lock();
            results.retain(|(_, waiter)| !Arc::ptr_eq(waiter, lease.waiter()));
            self.shared
                .results_len
                .store(results.len(), Ordering::SeqCst);
            drop(results);
            if ended() {
                return true;
            }
            if timed_out {
                return false;
            }
        }
    }
}

impl Default for IoState {
    fn default() -> IoState {
        IoState::new()
    }
}

impl SharedIo {
    /// After the end of the operation was written.
    fn notify_results(&self, overlapped: usize) {
        if self.results_len.load(Ordering::SeqCst) == 0 {
            return;
        }
        let results = self.results.lock();
        for (_, waiter) in results.iter().filter(|(address, _)| *address == overlapped) {
            if waiter.claim(0) {
                waiter.wake();
            }
        }
    }
}

impl Pending {
    /// Address of the OVERLAPPED, for [`crate::CancelScope::One`].
    pub fn overlapped(&self) -> usize {
        self.overlapped
    }

    /// The thread that issued the call, for [`crate::CancelScope::Thread`].
    pub fn thread(&self) -> ThreadId {
        self.thread
    }

    /// Whether a cancellation means this operation.
    pub fn is_meant(&self, scope: CancelScope) -> bool {
        scope.means(self.overlapped, self.thread)
    }

    /// Whether [`Pending::complete_inline`] will queue no packet and run no callback.
    pub fn skips_on_success(&self) -> bool {
        self.op
            .as_ref()
            .is_some_and(|op| op.modes & SKIP_PORT_ON_SUCCESS != 0)
    }

    /// The operation ended after the call returned 997: writes the result (a Win32 code and a byte
    /// count), then sets the event and queues the packet or the callback.
    pub fn complete(mut self, error: Code, bytes: usize) {
        self.complete_in_place(error, bytes);
    }

    /// As [`Pending::complete`], without moving it.
    #[inline]
    pub fn complete_in_place(&mut self, error: Code, bytes: usize) {
        self.finish(OperationEnd::Later, error, bytes);
    }

    /// The operation ended within the call, which returns this code (0, or 234 in
    /// skip-on-success mode): the same delivery, except that FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
    /// suppresses packet or callback. An explicit event is set in any mode (documented:
    /// SetFileCompletionNotificationModes).
    pub fn complete_inline(mut self, error: Code, bytes: usize) {
        self.finish(OperationEnd::Inline, error, bytes);
    }

    /// The call returns an error: nothing is delivered (documented: HTTP Completion Routines). The
    /// OVERLAPPED gets the status, so that it does not look pending.
    pub fn abandon(mut self, error: Code) {
        self.finish(OperationEnd::Refused, error, 0);
    }

    fn finish(&mut self, end: OperationEnd, error: Code, bytes: usize) {
        let Some(op) = self.op.take() else {
            return;
        };
        let overlapped = self.overlapped as *mut OVERLAPPED;
        // A thread that waits for an operation without an event waits only for its result.
        if op.event.is_some() {
            op.shared.finishing.fetch_add(1, Ordering::SeqCst);
        }
        // SAFETY: valid until the operation has ended by the contract of `begin`; this is the end.
        unsafe { overlapped::mark_ended(overlapped, error, bytes) };
        if end != OperationEnd::Refused {
            op.set_event();
        }
        if op.event.is_some() {
            op.shared.finishing.fetch_sub(1, Ordering::SeqCst);
        }
        let skip = end == OperationEnd::Inline && op.modes & SKIP_PORT_ON_SUCCESS != 0;
        if end != OperationEnd::Refused && !skip {
            op.send(self.overlapped, error, bytes);
        }
        op.shared.notify_results(self.overlapped);
    }
}

impl Drop for Pending {
    #[inline]
    fn drop(&mut self) {
        if self.op.is_none() {
            return;
        }
        self.finish(OperationEnd::Later, ERROR_OPERATION_ABORTED, 0);
    }
}

impl Op {
    fn set_event(&self) {
        match &self.event {
            Some(event) => event.set(),
            None if self.modes & SKIP_SET_EVENT_ON_HANDLE == 0 => self.shared.signal.set(),
            None => {}
        }
    }

    fn send(&self, overlapped: usize, error: Code, bytes: usize) {
        let target = match &self.target {
            OpTarget::Nowhere => None,
            OpTarget::OfHandle => self.shared.target.get(),
            #[cfg(not(windows))]
            OpTarget::Call(routine, queue) => {
                let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
                let call = crate::threads::apc::Apc::Completion(*routine, error, bytes, overlapped);
                return queue.push(call);
            }
        };
        match target {
            None => {}
            Some(CompletionTarget::Port(port, key)) => {
                let status = status::nt_from_win32(error);
                // A port that was closed meanwhile has nobody to tell.
                let _ = port.post(Packet {
                    key: *key,
                    overlapped,
                    status,
                    bytes,
                });
            }
            Some(CompletionTarget::Pool(io)) => file_io::deliver(io, overlapped, error, bytes),
            Some(CompletionTarget::Routine(routine)) => {
                let status = match error {
                    ERROR_SUCCESS => 0,
                    _ => status::nt_from_win32(error),
                };
                file_io::deliver_routine(*routine, overlapped, status, bytes);
            }
        }
    }
}

impl fmt::Debug for SharedIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedIo")
            .field("modes", &self.modes)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Op")
            .field("modes", &self.modes)
            .finish_non_exhaustive()
    }
}
