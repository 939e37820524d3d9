//! Request queue handles: what a HANDLE of this API refers to.
//!
//! Owns the four kinds of handle and what each may do, the association with a completion port
//! (through [`IoState`]), the list of the handle's pending operations, and closing. Does not own
//! the queue or what a shutdown or the end of a handle does (the engine's).
//!
//! | | version 1 | creator | controller | opened |
//! |---|---|---|---|---|
//! | receive, send, read, cancel, wait for disconnect, request properties | yes | yes | 5 | yes |
//! | HttpAddUrl, HttpRemoveUrl | yes | 87 | 87 | 87 |
//! | bind a URL group | 87 | yes | yes | yes |
//! | set a queue property | 50 | yes | yes | 87 |
//! | ask for a queue property | 50 | yes | yes | yes |
//! | HttpWaitForDemandStart | 1343 | 1343 | yes | 1343 |
//! | HttpShutdownRequestQueue | yes | yes | yes | yes |
//! | close | with the queue | with the queue | with the queue | this handle |
//!
//! Who may do what is documented (Named Request Queue; SES-022, SES-023, SES-032, QUE-009, QUE-010,
//! QUE-013), and that a worker binds (SES-033) is observed; the code 5 is assumed, and that
//! HttpCloseRequestQueue of an opened handle is not an error (its page has 87; programs end their
//! workers so).
//!
//! Invariants: a handle that closes ends its own pending operations with 995, also one that is
//! being registered meanwhile; only the creator's handle takes the queue along. A cancel is
//! remembered with the operation, so that one which is between two waits does not begin the second.
//! Threading: any thread; the list has a lock that is never held over a call into the engine.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpsys_core::call::{Control, Outcome as Made};
use httpsys_core::id_hasher::BuildSpread;
use httpsys_core::ids::SlotAddress;
use httpsys_core::{Error, OperationId, QueueId};
use httpsys_engine::{Service, StrictState};
use httpsys_socket::process;
use httpsys_win32::{CancelScope, Handle, IoState, Object, ObjectSignal, ThreadId};

use crate::code::ErrorCode;
use crate::kept::{HasHandle, HeldObject, LastObject};
use crate::lifecycle;
use crate::reason::invalid;
use crate::service::{self, CurrentService};

/// Where a handle comes from, which says what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandleKind {
    /// HttpCreateHttpHandle: version 1, receives and sends.
    Version1,
    /// HttpCreateRequestQueue: configures, receives and sends.
    Creator,
    /// HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER: configures, but no requests (SES-022).
    Controller,
    /// HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING: receives and sends (QUE-010).
    Opened,
}

/// See the module head.
#[derive(Debug)]
pub(crate) struct QueueObject {
    service: CurrentService,
    queue: Arc<httpsys_engine::QueueHandle>,
    kind: HandleKind,
    /// Whether the service looks for misuse: here, so that a call pays one load.
    is_strict: bool,
    io: IoState,
    /// By the address of its OVERLAPPED.
    pending: Mutex<HashMap<usize, PendingCall, BuildSpread>>,
    /// The process in which it is open, as [`process::generation`] has it: a child made by fork has none
    /// of its parent's handles. [`CLOSED`] once it was closed.
    open_in: AtomicU32,
}

/// No process: [`QueueObject::open_in`] of a closed handle.
const CLOSED: u32 = u32::MAX;

/// An overlapped call that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PendingCall {
    /// Names its wait for the engine.
    id: OperationId,
    /// Who issued it.
    thread: ThreadId,
    /// Where it waits: `None` for the queue itself.
    place: Option<SlotAddress>,
    cancelled: bool,
}

impl PendingCall {
    pub(crate) fn new(id: OperationId, thread: ThreadId, place: Option<SlotAddress>) -> Self {
        PendingCall {
            id,
            thread,
            place,
            cancelled: false,
        }
    }
}

/// A queue handle that was looked up for one call.
///
/// Most threads use one: each keeps the last one, so that a call neither enters the handle table
/// nor counts the object up and down. A value is never reused, so a handle that is not closed is
/// still the one its value refers to.
pub(crate) type HeldHandle = HeldObject<QueueObject>;

thread_local! {
    static LAST: LastObject<QueueObject> = const { LastObject::new() };
    /// Beside it, so that it needs no destructor.
    static RELEASE_LAST: ReleaseLast = const { ReleaseLast };
}

/// Releases what the thread keeps, at its end.
struct ReleaseLast;

impl Drop for ReleaseLast {
    fn drop(&mut self) {
        let _ = LAST.try_with(LastObject::release);
    }
}

impl HasHandle for QueueObject {
    #[inline]
    fn is_closed(&self) -> bool {
        self.open_in.load(Ordering::SeqCst) != process::generation()
    }
}

impl QueueObject {
    /// Executes a control call that gives a queue and opens a handle to it.
    pub(crate) fn make(call: Control, kind: HandleKind) -> Result<Handle, ErrorCode> {
        let service = lifecycle::service()?;
        let Made::Queue(id) = service.control(call)? else {
            return Err(Error::Internal.into());
        };
        QueueObject::open(&service, id, kind).inspect_err(|_| {
            if kind != HandleKind::Opened {
                // A queue that nobody has a handle to could not be closed any more.
                let _ = service.control(Control::CloseRequestQueue { queue: id });
            }
        })
    }

    fn open(service: &CurrentService, id: QueueId, kind: HandleKind) -> Result<Handle, ErrorCode> {
        // Another thread may have closed an existing queue meanwhile.
        let queue = service.queue(id).ok_or(Error::NotFound)?;
        queue.handle_opened();
        let counted = Arc::clone(&queue);
        let handle = QueueObject {
            service: Clone::clone(service),
            queue,
            kind,
            is_strict: service::of(service).strict().is_some(),
            io: IoState::new(),
            pending: Mutex::default(),
            open_in: AtomicU32::new(process::generation()),
        };
        let value = httpsys_win32::insert(Arc::new(handle));
        if value.is_null() {
            counted.handle_closed();
            Err(Error::NoResources.into())
        } else {
            Ok(value)
        }
    }

    /// Ends every handle: the service has ended, and HttpCloseRequestQueue cannot be called any more.
    /// The values are left for CloseHandle (G-171).
    pub(crate) fn end_all() {
        let ended: Arc<dyn Object> = Arc::new(EndedQueue);
        for handle in httpsys_win32::replace_all::<QueueObject>(&ended) {
            handle.on_close();
        }
        let _ = LAST.try_with(LastObject::release);
    }

    /// The queue handle behind a value.
    ///
    /// # Errors
    /// 6 for anything else, NULL included (RCV-001, ENT-001, G-064).
    #[inline]
    pub(crate) fn lookup(value: Handle) -> Result<HeldHandle, ErrorCode> {
        let keeps = || RELEASE_LAST.try_with(|_| ()).is_ok();
        let find = || httpsys_win32::lookup_as(value);
        HeldHandle::look_up(&LAST, value as usize, keeps, find)
            .ok_or_else(|| Error::InvalidHandle.into())
    }

    /// As [`QueueObject::lookup`], for functions that tell what is closed from what never was a
    /// queue.
    ///
    /// # Errors
    /// 6 for a closed handle, 87 for anything else (G-104, QUE-014, QUE-015).
    pub(crate) fn lookup_or_invalid(value: Handle) -> Result<HeldHandle, ErrorCode> {
        QueueObject::lookup(value).map_err(|closed| {
            if httpsys_win32::was_closed(value) {
                closed
            } else {
                invalid("RequestQueueHandle is not a request queue")
            }
        })
    }

    /// As [`QueueObject::lookup_or_invalid`], for what only a controller may do.
    ///
    /// # Errors
    /// Also 1343 for another kind of handle (QUE-013).
    pub(crate) fn controller(value: Handle) -> Result<HeldHandle, ErrorCode> {
        let handle = QueueObject::lookup_or_invalid(value)?;
        match handle.kind {
            HandleKind::Controller => Ok(handle),
            HandleKind::Version1 | HandleKind::Creator | HandleKind::Opened => {
                Err(Error::NotController.into())
            }
        }
    }

    /// As [`QueueObject::lookup`], for calls on requests.
    ///
    /// # Errors
    /// Also 5 for a controller's handle (SES-022; the code is assumed).
    #[inline]
    pub(crate) fn worker(value: Handle) -> Result<HeldHandle, ErrorCode> {
        let handle = QueueObject::lookup(value)?;
        match handle.kind {
            HandleKind::Controller => Err(Error::AccessDenied.into()),
            HandleKind::Version1 | HandleKind::Creator | HandleKind::Opened => Ok(handle),
        }
    }

    /// Checks that the queue may be configured through this handle: only its creator does.
    ///
    /// # Errors
    /// 50 for version 1 (SES-023), 87 for a handle that only opened the queue (SES-032).
    pub(crate) fn check_configures(&self) -> Result<(), ErrorCode> {
        match self.kind {
            HandleKind::Creator | HandleKind::Controller => Ok(()),
            HandleKind::Version1 => Err(ErrorCode::NOT_SUPPORTED),
            HandleKind::Opened => Err(invalid(
                "RequestQueueHandle only opened the queue: only its creator may configure it",
            )),
        }
    }

    /// Checks that URL groups may be bound to the queue through this handle.
    ///
    /// # Errors
    /// 87 for a queue of version 1 (SES-023). Whoever opened the queue may bind to it (SES-033).
    pub(crate) fn check_binds(&self) -> Result<(), ErrorCode> {
        match self.kind {
            HandleKind::Creator | HandleKind::Controller | HandleKind::Opened => Ok(()),
            HandleKind::Version1 => Err(invalid(
                "RequestQueueHandle is a version 1 queue, to which URL groups cannot be bound",
            )),
        }
    }

    /// The service the queue belongs to.
    #[inline]
    pub(crate) fn service(&self) -> &Service {
        service::of(&self.service)
    }

    /// The queue, through this handle.
    pub(crate) fn queue(&self) -> &httpsys_engine::QueueHandle {
        &self.queue
    }

    /// Whether structures have the layout of version 1.
    pub(crate) fn is_version_1(&self) -> bool {
        self.kind == HandleKind::Version1
    }

    /// In strict mode, what is remembered.
    #[inline]
    pub(crate) fn strict(&self) -> Option<&StrictState> {
        if !self.is_strict {
            return None;
        }
        self.service().strict()
    }

    /// The I/O state, to begin an operation.
    pub(crate) fn io_state(&self) -> &IoState {
        &self.io
    }

    /// A call through this handle is about to wait, for the first time or again: then `before` was the id
    /// of its last wait.
    ///
    /// Whoever cancels marks the call here before it looks where the call waits, and that place is locked
    /// now: one of the two finds the other.
    ///
    /// # Errors
    /// 995 when it was cancelled between two waits, or the handle was closed.
    pub(crate) fn add_pending(
        &self,
        overlapped: usize,
        call: PendingCall,
        before: Option<OperationId>,
    ) -> Result<(), Error> {
        let mut pending = self.pending();
        let mut is_cancelled = self.open_in.load(Ordering::SeqCst) == CLOSED;
        if let (Some(before), Some(earlier)) = (before, pending.get(&overlapped)) {
            is_cancelled |= earlier.id == before && earlier.cancelled;
        }
        if is_cancelled {
            return Err(Error::Aborted);
        }
        pending.insert(overlapped, call);
        Ok(())
    }

    /// The call ends now; the program may use its OVERLAPPED again after that.
    pub(crate) fn remove_pending(&self, overlapped: usize, id: OperationId) {
        if let Entry::Occupied(call) = self.pending().entry(overlapped) {
            // A program that gives one OVERLAPPED to two calls has the second one listed.
            if call.get().id == id {
                call.remove();
            }
        }
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<usize, PendingCall, BuildSpread>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks the calls as cancelled and returns their ids with the places where they wait.
    fn mark_cancelled(&self, scope: CancelScope) -> Vec<(OperationId, Option<SlotAddress>)> {
        let mut found = Vec::new();
        for (overlapped, call) in self.pending().iter_mut() {
            if scope.means(*overlapped, call.thread) {
                call.cancelled = true;
                found.push((call.id, call.place));
            }
        }
        found
    }

    /// CancelIoEx. One that is between two waits, or about to end, counts as found.
    fn cancel_one(&self, overlapped: usize) -> bool {
        let marked = self.pending().get_mut(&overlapped).map(|call| {
            call.cancelled = true;
            (call.id, call.place)
        });
        if let Some((id, place)) = marked {
            self.service.cancel_operation(&self.queue, id, place);
        }
        marked.is_some()
    }
}

/// What is left of a queue handle when the service has ended.
struct EndedQueue;

impl Object for EndedQueue {}

impl Object for QueueObject {
    /// CloseHandle, and HttpCloseRequestQueue (SHD-005).
    fn on_close(&self) {
        // Calls that do not wait yet see it in `add_pending`.
        self.open_in.store(CLOSED, Ordering::SeqCst);
        self.queue.handle_closed();
        let closed = match self.kind {
            HandleKind::Opened => self.service.close_handle(&self.queue),
            HandleKind::Version1 | HandleKind::Creator | HandleKind::Controller => {
                let queue = self.queue.id();
                let call = Control::CloseRequestQueue { queue };
                self.service.control(call).map(drop)
            }
        };
        if let Err(error) = closed {
            // By HttpTerminate (G-079), or by its creator.
            tracing::debug!(%error, "the queue of a handle was closed before the handle");
        }
        // What a closed queue does not end: waits on connections that carry no request of it.
        self.cancel_io(CancelScope::All);
    }

    fn signal(&self) -> Option<&ObjectSignal> {
        Some(self.io.signal())
    }

    fn io(&self) -> Option<&IoState> {
        Some(&self.io)
    }

    fn cancel_io(&self, scope: CancelScope) -> bool {
        if let CancelScope::One(overlapped) = scope {
            return self.cancel_one(overlapped);
        }
        let found = self.mark_cancelled(scope);
        for (id, place) in &found {
            self.service.cancel_operation(&self.queue, *id, *place);
        }
        // CancelIo is about what the calling thread has pending, and that is not in a call.
        let all = scope == CancelScope::All;
        let blocked = all && self.service.cancel_blocked_calls(&self.queue);
        blocked || !found.is_empty()
    }
}
