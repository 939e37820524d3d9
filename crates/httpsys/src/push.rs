//! Server push: HttpDeclarePush.
//!
//! Owns the builder and the calls. Does not own what may be declared (`httpsys-core`) nor what becomes of it
//! (`httpsys-engine`): nothing is pushed. Threading: plain value.

use httpsys_core::RequestId;
use httpsys_core::call::{DeclarePush, InvalidPush};
use httpsys_core::proto;

use crate::{Request, RequestQueue, Result, Verb};

/// A resource that the client will ask for, so that it may be sent immediately: HttpDeclarePush.
///
/// Nothing is ever pushed: HTTP/1 has no pushes, and HTTP/2 clients turn them off. A program need
/// not check for that: the call succeeds all the same (H2X-019).
///
/// ```no_run
/// use httpsys::{Push, Request, Response};
///
/// fn page(request: Request) -> httpsys::Result<u64> {
///     request.declare_push(&Push::get("/style.css").query("v=7").header("Accept", "text/css"))?;
///     request.respond(Response::ok().body("<link rel=stylesheet href=/style.css?v=7>"))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push(DeclarePush);

impl Push {
    /// A GET for a path on the request's own host; `?` and `#` must be encoded in it.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Push::new(Verb::Get, path)
    }

    /// Any verb; only GET and HEAD can be pushed.
    #[must_use]
    pub fn new(verb: Verb, path: &str) -> Self {
        Push(DeclarePush {
            request: RequestId::NULL,
            verb: match verb {
                Verb::Get => proto::Verb::Get,
                Verb::Head => proto::Verb::Head,
                _ => proto::Verb::Unknown,
            },
            path: path.encode_utf16().collect(),
            query: None,
            fields: Vec::new(),
        })
    }

    /// The query, without its question mark.
    #[must_use]
    pub fn query(mut self, query: impl AsRef<[u8]>) -> Self {
        self.0.query = Some(query.as_ref().to_vec());
        self
    }

    /// Adds a header field of the request. The service sets Host.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        let field = (name.as_ref().to_vec(), value.as_ref().to_vec());
        self.0.fields.push(field);
        self
    }

    /// Whether it may be declared.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), InvalidPush> {
        self.0.check()
    }
}

impl Request {
    /// Declares that the client will ask for a resource, best before the response begins.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for what [`Push::check`] refuses,
    /// [`Error::ConnectionInvalid`](crate::Error::ConnectionInvalid) when the client is gone.
    pub fn declare_push(&self, push: &Push) -> Result<()> {
        self.scope().declare_push(self.id(), push)
    }
}

impl RequestQueue {
    /// Works like [`Request::declare_push`], with the request's id.
    ///
    /// # Errors
    /// The same as those of [`Request::declare_push`].
    pub fn declare_push(&self, id: RequestId, push: &Push) -> Result<()> {
        self.scope().declare_push(id, push)
    }
}

impl crate::queue::QueueScope {
    fn declare_push(&self, id: RequestId, push: &Push) -> Result<()> {
        let push = DeclarePush {
            request: id,
            ..push.0.clone()
        };
        self.service.engine().declare_push(&self.queue, &push)
    }
}
