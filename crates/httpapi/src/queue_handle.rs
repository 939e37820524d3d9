//! Request queue handles: what a HANDLE of this API stands for.
//!
//! Owns the four kinds of handle and what each may do, the association with a completion port
//! (through [`IoState`]), the list of the handle's pending operations, and closing. Does not own
//! the queue (the engine's). Invariants: a handle that closes ends its own pending operations with
//! 995; only the creator's handle takes the queue along. Threading: any thread; the list has a
//! lock that is never held over a call into the engine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpsys_core::operation::{Control, Outcome as Made};
use httpsys_core::{Error, QueueId};
use httpsys_engine::{Queue, Service};
use httpsys_win32::{CancelScope, Handle, IoState, Object, Signal, ThreadId};

use crate::code::Code;
use crate::lifecycle;

/// Where a handle comes from, which says what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
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
pub(crate) struct QueueHandle {
    service: &'static Service,
    queue: Arc<Queue>,
    kind: Kind,
    io: IoState,
    /// The address of each pending operation's OVERLAPPED, and who issued it.
    pending: Mutex<HashMap<usize, ThreadId>>,
}

impl QueueHandle {
    /// Executes a control call that gives a queue and opens a handle to it.
    pub(crate) fn make(call: Control, kind: Kind) -> Result<Handle, Code> {
        let service = lifecycle::service()?;
        let Made::Queue(id) = service.control(call)? else {
            return Err(Error::Internal.into());
        };
        QueueHandle::open(service, id, kind).inspect_err(|_| {
            if kind != Kind::Opened {
                // A queue that nobody has a handle to could not be closed any more.
                let _ = service.control(Control::CloseRequestQueue { queue: id });
            }
        })
    }

    fn open(service: &'static Service, id: QueueId, kind: Kind) -> Result<Handle, Code> {
        // Another thread may have closed an existing queue meanwhile.
        let queue = service.queue(id).ok_or(Error::NotFound)?;
        let handle = QueueHandle {
            service,
            queue,
            kind,
            io: IoState::new(),
            pending: Mutex::default(),
        };
        let value = httpsys_win32::insert(Arc::new(handle));
        if value.is_null() {
            Err(Error::NoResources.into())
        } else {
            Ok(value)
        }
    }

    /// The queue handle behind a value.
    ///
    /// # Errors
    /// 6 for anything else, NULL included (RCV-001, ENT-001, G-064).
    pub(crate) fn lookup(value: Handle) -> Result<Arc<QueueHandle>, Code> {
        httpsys_win32::lookup_as(value).ok_or_else(|| Error::InvalidHandle.into())
    }

    /// As [`QueueHandle::lookup`], for calls on requests.
    ///
    /// # Errors
    /// Also 5 for a controller's handle (SES-022; the code is assumed).
    pub(crate) fn worker(value: Handle) -> Result<Arc<QueueHandle>, Code> {
        let handle = QueueHandle::lookup(value)?;
        match handle.kind {
            Kind::Controller => Err(Error::AccessDenied.into()),
            Kind::Version1 | Kind::Creator | Kind::Opened => Ok(handle),
        }
    }

    /// The service the queue belongs to.
    pub(crate) fn service(&self) -> &'static Service {
        self.service
    }

    /// The queue.
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Whether structures have the layout of version 1.
    pub(crate) fn is_version_1(&self) -> bool {
        self.kind == Kind::Version1
    }

    /// The I/O state, to begin an operation.
    pub(crate) fn io_state(&self) -> &IoState {
        &self.io
    }

    /// An operation of this handle is about to be registered with the engine.
    pub(crate) fn add_pending(&self, overlapped: usize, thread: ThreadId) {
        self.pending().insert(overlapped, thread);
    }

    /// The operation ends now; the program may use its OVERLAPPED again after that.
    pub(crate) fn remove_pending(&self, overlapped: usize) {
        self.pending().remove(&overlapped);
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<usize, ThreadId>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Object for QueueHandle {
    /// CloseHandle, and HttpCloseRequestQueue (SHD-005).
    fn on_close(&self) {
        self.cancel_io(CancelScope::All);
        if self.kind != Kind::Opened {
            let call = Control::CloseRequestQueue {
                queue: self.queue.id(),
            };
            if let Err(error) = self.service.control(call) {
                // HttpTerminate has closed it already (G-079).
                tracing::debug!(%error, "the queue of a handle was closed before the handle");
            }
        }
    }

    fn signal(&self) -> Option<&Signal> {
        Some(self.io.signal())
    }

    fn io(&self) -> Option<&IoState> {
        Some(&self.io)
    }

    fn cancel_io(&self, scope: CancelScope) -> bool {
        let found: Vec<usize> = match scope {
            CancelScope::One(overlapped) => vec![overlapped],
            CancelScope::Thread(thread) => {
                let pending = self.pending();
                pending
                    .iter()
                    .filter(|(_, of)| **of == thread)
                    .map(|(at, _)| *at)
                    .collect()
            }
            CancelScope::All => self.pending().keys().copied().collect(),
        };
        let mut any = false;
        for overlapped in found {
            any |= self.service.cancel_operation(&self.queue, overlapped);
        }
        any
    }
}
