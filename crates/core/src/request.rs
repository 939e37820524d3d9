//! A received request as the API shows it: head, cooked URL, addresses, ids, URL context.
//!
//! Owns the storage of one request, reusable: a driver keeps a pool of these, so that a request
//! costs no allocation in the steady state. Does not own the entity body (it stays in the
//! connection until the program asks for it) and no state: that is `connection.rs`.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use httpsys_proto::{RequestHead, Verb, Version};

use crate::cooked_url::CookedUrl;
use crate::ids::{ConnectionId, RequestId, UrlGroupId};
use crate::tls::TlsInfo;

/// One request. All strings live in buffers of its own and are valid as long as it is.
#[derive(Debug)]
pub struct Request {
    /// The request head as received, with known and unknown header fields.
    pub head: RequestHead,
    /// The cooked URL: what routing and programs act on.
    pub url: CookedUrl,
    /// HTTP_REQUEST.RequestId.
    pub id: RequestId,
    /// HTTP_REQUEST.ConnectionId: of an HTTP/2 request that of its stream (CON-015).
    pub connection: ConnectionId,
    /// HTTP_REQUEST.RawConnectionId: that of the transport; of an HTTP/1.1 request the same.
    pub raw_connection: ConnectionId,
    /// The URL group whose prefix matched.
    pub group: UrlGroupId,
    /// HTTP_REQUEST.UrlContext: what the program gave with the matched prefix (HST-011).
    pub context: u64,
    /// The client's address (HST-012); never a v4-mapped IPv6 address (HST-013).
    pub remote: SocketAddr,
    /// The address the client connected to, with the listening port.
    pub local: SocketAddr,
    /// Bytes of the head, plus the body bytes that arrived with it (HDR-015, BDY-024).
    pub bytes_received: u64,
    /// True when the request has an entity body of which something may still come: the source of
    /// HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS (RCV-017). A snapshot of the receive moment.
    pub has_body: bool,
    /// The TLS session of the connection, HTTP_REQUEST.pSslInfo; `None` over plain TCP (TLS-009).
    pub tls: Option<Arc<TlsInfo>>,
    /// With `tls`: the URL group wants the channel binding to be shown
    /// (HTTP_CHANNEL_BIND_SECURE_CHANNEL_TOKEN). Says nothing over plain TCP.
    pub shows_channel_token: bool,
}

impl Request {
    /// An empty request, to be filled by the driver.
    #[must_use]
    pub fn new() -> Self {
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        Request {
            head: RequestHead::new(),
            url: CookedUrl::default(),
            id: RequestId::NULL,
            connection: ConnectionId(0),
            raw_connection: ConnectionId(0),
            group: UrlGroupId(0),
            context: 0,
            remote: nowhere,
            local: nowhere,
            bytes_received: 0,
            has_body: false,
            tls: None,
            shows_channel_token: false,
        }
    }

    /// The verb (PRS-014 to PRS-018).
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.head.verb()
    }

    /// The version as sent; the minor version is reported exactly (PRS-010).
    #[must_use]
    pub fn version(&self) -> Version {
        self.head.version()
    }
}

impl Default for Request {
    fn default() -> Self {
        Request::new()
    }
}
