//! Request queues: where requests wait until a thread of the program takes them.
//!
//! Owns making queues, their handles, and when a handle closes its queue. Does not own receiving (`receive.rs`),
//! requests (`request.rs`) or the calls by id (`by_id.rs`). Threading: `Send` and `Sync`.

use std::sync::Arc;

use httpsys_core::call::{ApiVersion, Control, Outcome, Query, QueueAccess};
use httpsys_core::{QueueId, UrlGroupId};
use httpsys_engine::QueueHandle;

use crate::text::utf16;
use crate::{Error, Result, Service};

/// A request queue. Clones are handles of the same queue.
///
/// The queue closes when the last clone of its creator's handle is dropped, or when any of them
/// calls [`RequestQueue::close`]. Then every call that waits on it ends with [`Error::Aborted`],
/// later calls fail with [`Error::InvalidHandle`], and the connections of its requests are reset.
/// Requests that were received do not keep their queue open.
///
/// A handle from [`Service::open_request_queue`] has the role that another process has in HTTP.sys.
/// Dropping its last clone, or closing any of them, ends the calls that wait on this handle and
/// resets the connections of the requests that were received through it; the queue and its other
/// handles are not affected (SHD-011, SHD-012; assumed for handles of one process). The same is
/// true of [`RequestQueue::shutdown`]. Such a handle cannot configure the queue (SES-032), but a
/// URL group may be bound through it (SES-033).
///
/// ```
/// use httpsys::{Parameters, Response, Service};
/// # use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let service = Service::new(Parameters::default())?;
/// let queue = service.create_request_queue()?;
/// let group = service.create_server_session()?.create_url_group()?;
/// group.bind(&queue)?;
/// group.add_url("http://localhost:0/")?; // a free port
///
/// // Two threads share the work until the queue closes.
/// let workers = [queue.clone(), queue.clone()].map(|queue| {
///     std::thread::spawn(move || {
///         for request in queue.incoming() {
///             let _ = request.respond(Response::ok().body("done"));
///         }
///     })
/// });
/// # let mut client = std::net::TcpStream::connect(group.local_addrs()?[0])?;
/// # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
/// # let mut answer = String::new();
/// # client.read_to_string(&mut answer)?;
/// # assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("done"));
/// queue.close()?;
/// for worker in workers {
///     worker.join().unwrap();
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequestQueue {
    handle: Arc<HandleGuard>,
}

/// Closes the queue when the last clone of the creator's handle is gone; another handle ends alone.
#[derive(Debug)]
struct HandleGuard {
    scope: Arc<QueueScope>,
    creator: bool,
}

/// What calls on requests need: the service and the queue as the scope of ids. Requests hold it.
#[derive(Debug)]
pub(crate) struct QueueScope {
    pub(crate) service: Service,
    pub(crate) queue: Arc<QueueHandle>,
}

impl Drop for HandleGuard {
    fn drop(&mut self) {
        self.scope.queue.handle_closed();
        // It fails if `close` came before.
        let _ = self.scope.close(self.creator);
    }
}

impl QueueScope {
    /// In a child made by fork nothing of the parent ends any more, so a call must not wait for it.
    pub(crate) fn check_process(&self) -> Result<()> {
        if self.service.engine().is_inherited() {
            return Err(Error::NotInitialized);
        }
        Ok(())
    }

    fn close(&self, creator: bool) -> Result<()> {
        if !creator {
            return self.service.engine().close_handle(&self.queue);
        }
        self.service
            .control(Control::CloseRequestQueue {
                queue: self.queue.id(),
            })
            .map(drop)
    }
}

/// Making queues.
impl Service {
    /// Creates a queue without a name: HttpCreateRequestQueue (SES-016).
    ///
    /// # Errors
    /// [`Error::NoResources`] when the service can hold no more queues.
    pub fn create_request_queue(&self) -> Result<RequestQueue> {
        let call = Control::CreateRequestQueue {
            version: ApiVersion::V2,
            name: None,
            access: QueueAccess::Granted,
        };
        self.make_queue(call, true)
    }

    /// Creates a queue with a name, by which [`Service::open_request_queue`] finds it:
    /// HttpCreateRequestQueue.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] when the name is taken (SES-017); [`Error::InvalidName`] for a name
    /// that is empty or contains a slash or a backslash, [`Error::InvalidParameter`] for a name of
    /// more than 260 UTF-16 units (SES-019).
    pub fn create_named_request_queue(&self, name: &str) -> Result<RequestQueue> {
        let name = Some(utf16(name));
        self.make_queue(
            Control::CreateRequestQueue {
                version: ApiVersion::V2,
                name,
                access: QueueAccess::Granted,
            },
            true,
        )
    }

    /// Opens another handle to a queue of this service: HttpCreateRequestQueue with
    /// HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING. Dropping it does not close the queue; only
    /// dropping its creator's handle does.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no queue has the name (SES-018); for invalid names the same as
    /// those of [`Service::create_named_request_queue`].
    pub fn open_request_queue(&self, name: &str) -> Result<RequestQueue> {
        let name = utf16(name);
        self.make_queue(
            Control::OpenRequestQueue {
                version: ApiVersion::V2,
                name,
            },
            false,
        )
    }

    fn make_queue(&self, call: Control, creator: bool) -> Result<RequestQueue> {
        let Outcome::Queue(id) = self.control(call)? else {
            return Err(Error::Internal);
        };
        // Another handle may have closed an opened queue meanwhile.
        let queue = self.engine().queue(id).ok_or(Error::InvalidHandle)?;
        Ok(RequestQueue::new(self.clone(), queue, creator))
    }
}

impl RequestQueue {
    pub(crate) fn new(service: Service, queue: Arc<QueueHandle>, creator: bool) -> Self {
        queue.handle_opened();
        let scope = Arc::new(QueueScope { service, queue });
        RequestQueue {
            handle: Arc::new(HandleGuard { scope, creator }),
        }
    }

    /// The id of the queue within its service.
    #[must_use]
    pub fn id(&self) -> QueueId {
        self.scope().queue.id()
    }

    /// The service that the queue belongs to, for its [counters](crate::counters).
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.scope().service
    }

    /// The number of requests that wait in the queue.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scope().queue.len()
    }

    /// True when no request waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scope().queue.is_empty()
    }

    /// True once the queue, or this handle to it, was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.scope().queue.is_closed()
    }

    /// Finds the group bound to this queue that has exactly this prefix: HttpFindUrlGroupId.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a string that is not a UrlPrefix; [`Error::NotFound`] when
    /// no group of the queue has it.
    pub fn find_url_group(&self, url: &str) -> Result<UrlGroupId> {
        let QueueScope { service, queue } = &**self.scope();
        let query = Query::FindUrlGroup {
            queue: queue.id(),
            url: utf16(url),
        };
        service.engine().query(&query)?.try_into()
    }

    /// Closes this handle and its clones: HttpCloseRequestQueue. Closing the creator's handle
    /// closes the queue for all handles, see the documentation of the type.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] when it has already been closed.
    pub fn close(self) -> Result<()> {
        self.close_now()
    }

    pub(crate) fn is_creator(&self) -> bool {
        self.handle.creator
    }

    pub(crate) fn close_now(&self) -> Result<()> {
        self.scope().close(self.handle.creator)
    }

    pub(crate) fn scope(&self) -> &Arc<QueueScope> {
        &self.handle.scope
    }
}
