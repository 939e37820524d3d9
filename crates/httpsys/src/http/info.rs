//! What only the service knows of a request, as an extension of `http::Request`.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::tls::TlsInfo;
use crate::{ConnectionId, Request, RequestId};

/// What a `http::Request` has no place for; an extension of each request of
/// [`Request::into_http`](crate::Request::into_http).
///
/// ```
/// use httpsys::http::{Body, RequestInfo};
///
/// fn is_over_tls(request: &http::Request<Body>) -> bool {
///     let info = request.extensions().get::<RequestInfo>();
///     info.is_some_and(|info| info.tls.is_some())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestInfo {
    /// HTTP_REQUEST_ID, for instance for [`RequestQueue::cancel`](crate::RequestQueue::cancel).
    pub id: RequestId,
    /// HTTP_CONNECTION_ID.
    pub connection_id: ConnectionId,
    /// HTTP_RAW_CONNECTION_ID, see [`Request::raw_connection_id`](crate::Request::raw_connection_id).
    pub raw_connection_id: ConnectionId,
    /// The client's address.
    pub remote_addr: SocketAddr,
    /// The address that the client connected to.
    pub local_addr: SocketAddr,
    /// The context that was registered with the URL that matched.
    pub url_context: u64,
    /// The cooked URL, by which the service has chosen the queue.
    pub url: String,
    /// The TLS session; `None` over plain TCP.
    pub tls: Option<Arc<TlsInfo>>,
}

impl RequestInfo {
    pub(super) fn of(request: &Request) -> Self {
        RequestInfo {
            id: request.id(),
            connection_id: request.connection_id(),
            raw_connection_id: request.raw_connection_id(),
            remote_addr: request.remote_addr(),
            local_addr: request.local_addr(),
            url_context: request.url_context(),
            url: request.url(),
            tls: request.block().tls.clone(),
        }
    }
}
