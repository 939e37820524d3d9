//! A received request.
//!
//! Owns the request until it is answered, cancelled or detached, and the view of its parts. Does
//! not own the sends themselves (`by_id.rs`), streamed responses (`stream.rs`), upgrades
//! (`upgraded.rs`) or readers of the body (`body.rs`). Invariant: a request ends exactly once:
//! dropping one that is open cancels it. Threading: `Send` and `Sync`; a thread other than the one
//! that received it may answer it.

use std::borrow::Borrow;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use httpsys_core::proto::Version;
use httpsys_core::{ConnectionId, RequestId};
use httpsys_engine::Chunk;

#[cfg(doc)]
use crate::ResponseStream;
use crate::by_id::SendFlags;
use crate::fields::Added;
use crate::future::Readers;
use crate::headers::{self, Headers};
use crate::log::RequestLog;
use crate::queue::QueueScope;
use crate::tls::{ClientCertificate, TlsInfo};
use crate::{CloseReason, ConnectionStatus, Response, Result, Trailers, Verb};

/// A request that is waiting for its response.
///
/// It ends with [`Request::respond`], with a [`ResponseStream`], with [`Request::cancel`], or with
/// [`Request::into_id`], which leaves the rest to the calls by id. Dropping a request cancels it:
/// its connection is reset, for instance after a panic in the code that handles it.
///
/// Later requests of the service reuse the memory of a request; values borrowed from its methods
/// live as long as the request.
///
/// ```
/// use httpsys::{Response, Server, Verb};
/// # use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::builder().url("http://localhost:0/").bind()?;
/// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
/// # client.write_all(b"POST /a%20b?x=1 HTTP/1.1\r\nHost: localhost\r\nX-Name: v\r\n\
/// #   Content-Length: 5\r\nConnection: close\r\n\r\nhello")?;
/// let request = server.receive()?;
/// assert_eq!(request.verb(), Verb::Post);
/// assert_eq!(request.path(), "/a b");
/// assert_eq!(request.query().as_deref(), Some("?x=1"));
/// assert_eq!(request.raw_url(), b"/a%20b?x=1");
/// assert_eq!(request.header("x-name"), Some(&b"v"[..]));
/// let body = request.read_body_to_end(1024)?;
/// request.respond(Response::ok().body(body))?;
/// # let mut answer = String::new();
/// # client.read_to_string(&mut answer)?;
/// # assert!(answer.contains("\r\nContent-Length: 5\r\n") && answer.ends_with("\r\n\r\nhello"));
/// # Ok(())
/// # }
/// ```
pub struct Request {
    scope: Arc<QueueScope>,
    /// Present until the drop, which gives it back.
    block: Option<Box<httpsys_core::Request>>,
    /// The drop has to cancel.
    open: bool,
    readers: Readers,
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.open {
            // It fails if the client or the queue is gone, and then so is the request.
            let _ = self.scope.cancel(self.id());
        }
        if let Some(block) = self.block.take() {
            self.scope.service.engine().recycle(block);
        }
    }
}

/// Answering.
impl Request {
    pub(crate) fn new(scope: Arc<QueueScope>, block: Box<httpsys_core::Request>) -> Self {
        Request {
            scope,
            block: Some(block),
            open: true,
            readers: Readers::default(),
        }
    }

    /// Answers the request in one call and waits until the transport has taken the last byte.
    /// Returns the number of head and body bytes (SND-005). The service adds `Content-Length`, see
    /// [`Response`]. A response may be passed by reference and used again.
    ///
    /// A body of several chunks is sent in one write if the system can do that; a file is read and
    /// sent piece by piece, see [`FileRange`](crate::FileRange).
    ///
    /// An unread body of the request is discarded. The response to a HEAD request, and a response
    /// with a status of 1xx, 204 or 304, is sent without its body; for HEAD, `Content-Length` has
    /// the length of the body that was passed (RFC 9110 section 9.3.2). HTTP.sys sends the body
    /// that it is given (SND-035), and so does
    /// [`RequestQueue::respond`](crate::RequestQueue::respond).
    ///
    /// # Errors
    /// [`Error::InvalidResponse`](crate::Error::InvalidResponse) when a part of the response cannot
    /// be sent ([`Request::try_respond`] leaves the request open in this case),
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) (87) for a file that cannot be
    /// read, [`Error::EndOfBody`](crate::Error::EndOfBody) (38) for a file that is shorter than it
    /// should be, and [`Error::ConnectionInvalid`](crate::Error::ConnectionInvalid),
    /// [`Error::PeerReset`](crate::Error::PeerReset), [`Error::Aborted`](crate::Error::Aborted) or
    /// [`Error::InvalidHandle`](crate::Error::InvalidHandle) when the client, the request or the
    /// queue is gone. In each case the request has ended and its connection is reset.
    pub fn respond<'r>(mut self, response: impl Borrow<Response<'r>>) -> Result<u64> {
        let response: &Response<'r> = response.borrow();
        self.try_respond(response)
    }

    /// Works like [`Request::respond`], for a response that may be refused, such as one with field
    /// values from elsewhere. If it is refused, nothing has been sent, and the request can still be
    /// answered.
    ///
    /// ```no_run
    /// use httpsys::{Error, Request, Response};
    ///
    /// fn redirect(mut request: Request, to: &str) -> httpsys::Result<u64> {
    ///     let found = Response::from_status(302).header("Location", to);
    ///     match request.try_respond(&found) {
    ///         Err(Error::InvalidResponse(why)) => {
    ///             eprintln!("{to:?}: {why}");
    ///             request.respond(Response::from_status(500))
    ///         }
    ///         result => result,
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// The same as those of [`Request::respond`]. After
    /// [`Error::InvalidResponse`](crate::Error::InvalidResponse) and
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) the request is still open, and
    /// also after [`Error::EndOfBody`](crate::Error::EndOfBody) if a file proved too short before
    /// anything was sent. After success, and after any other error, it has ended: a further
    /// response fails.
    pub fn try_respond<'r>(&mut self, response: impl Borrow<Response<'r>>) -> Result<u64> {
        let response = response.borrow();
        let flags = SendFlags {
            more_data: false,
            disconnect: response.disconnects(),
            go_away: response.goes_away(),
            ranges: response.processes_ranges(),
            ..SendFlags::default()
        };
        let send = |added, body: &[Chunk<'_>]| {
            let block = Some(self.block());
            self.scope
                .send_response(self.id(), block, response, added, flags, body)
        };
        let sent = if response.is_without_body(self.is_head()) {
            send(response.added_without_body()?, &[])
        } else if let Some(body) = response.only_chunk() {
            send(Added::Nothing, &[body])
        } else {
            send(Added::Nothing, &response.chunks()?)
        }?;
        self.open = false;
        Ok(sent)
    }

    /// Cancels the request: its connection is reset without a response. HttpCancelHttpRequest.
    ///
    /// Another thread can do so as well, with [`crate::RequestQueue::cancel`] and the id.
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`](crate::Error::ConnectionInvalid) when the client is gone
    /// already, [`Error::InvalidHandle`](crate::Error::InvalidHandle) when the queue is closed.
    pub fn cancel(mut self) -> Result<()> {
        self.open = false;
        self.scope.cancel(self.id())
    }

    /// Sets the error code that is sent if the stream of an HTTP/2 request is reset: by
    /// [`cancel`](Self::cancel), by dropping the request, or by a time limit
    /// (HttpRequestPropertyStreamError, CXL-012). The default is CANCEL (8). For a request over
    /// HTTP/1.x, the call has no effect. It may be called from any thread.
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`](crate::Error::ConnectionInvalid) when the client is gone already,
    /// [`Error::InvalidHandle`](crate::Error::InvalidHandle) when the queue is closed.
    ///
    /// # Example
    /// ```no_run
    /// # fn f(request: httpsys::Request) -> httpsys::Result<()> {
    /// request.set_stream_error(11)?; // ENHANCE_YOUR_CALM
    /// request.cancel()
    /// # }
    /// ```
    pub fn set_stream_error(&self, code: u32) -> Result<()> {
        let engine = self.scope.service.engine();
        engine.set_stream_error(&self.scope.queue, self.id(), code)
    }

    /// Detaches the request: it stays open and must be answered or cancelled by its id, see
    /// [`crate::RequestQueue::respond`].
    #[must_use]
    pub fn into_id(mut self) -> RequestId {
        let scope = Arc::clone(&self.scope);
        let engine = scope.service.engine();
        if engine.has_logs() {
            // It fails if the request is gone; then there is nothing to log.
            let _ = engine.prepare_log(&self.scope.queue, self.id(), &RequestLog(self.block()));
        }
        self.open = false;
        let id = self.id();
        if let Some(block) = self.block.take() {
            // Its response may be kept, or cut into ranges.
            engine.keep_request(&self.scope.queue, block);
        }
        id
    }

    /// The request was answered, so the drop must not cancel it.
    pub(crate) fn answered(&mut self) {
        self.open = false;
    }

    pub(crate) fn scope(&self) -> &QueueScope {
        &self.scope
    }

    pub(crate) fn shared_scope(&self) -> &Arc<QueueScope> {
        &self.scope
    }

    /// The body reads that wait as futures.
    pub(crate) fn readers(&self) -> &Readers {
        &self.readers
    }

    pub(crate) fn block(&self) -> &httpsys_core::Request {
        self.block
            .as_ref()
            .expect("the block is taken by the drop alone")
    }
}

/// The request line, the URL and the addresses.
impl Request {
    /// HTTP_REQUEST_ID, for [`crate::RequestQueue`]'s calls by id.
    #[must_use]
    pub fn id(&self) -> RequestId {
        self.block().id
    }

    /// HTTP_CONNECTION_ID.
    #[must_use]
    pub fn connection_id(&self) -> ConnectionId {
        self.block().connection
    }

    /// HTTP_RAW_CONNECTION_ID: the transport connection. Several HTTP/2 requests share one, and
    /// each has its own [`connection_id`](Self::connection_id) (CON-015); over HTTP/1.1 both ids
    /// are the same (A-11).
    #[must_use]
    pub fn raw_connection_id(&self) -> ConnectionId {
        self.block().raw_connection
    }

    /// Why the connection of the request ended; `None` while it is open. Use it after a read or a
    /// send that failed; [`crate::Service::fate_of`] returns the same reason once the request is
    /// gone.
    #[must_use]
    pub fn why_closed(&self) -> Option<CloseReason> {
        match self.scope.service.fate_of(self.connection_id()) {
            ConnectionStatus::Ended(end) => Some(end),
            ConnectionStatus::Open | ConnectionStatus::Unknown => None,
        }
    }

    /// The context that was registered with the URL that matched (HST-011).
    #[must_use]
    pub fn url_context(&self) -> u64 {
        self.block().context
    }

    /// The verb. A verb without a name is [`Verb::Unknown`] (PRS-014); [`Request::method`] has its
    /// text.
    #[must_use]
    pub fn verb(&self) -> Verb {
        let block = self.block();
        Verb::of(block.verb(), block.head.verb_text())
    }

    #[inline]
    pub(crate) fn is_head(&self) -> bool {
        self.block().verb() == httpsys_core::proto::Verb::Head
    }

    /// The verb as sent.
    #[must_use]
    pub fn method(&self) -> &str {
        match self.block().verb().as_str() {
            Some(text) => text,
            // A token, and so ASCII: anything else is refused by the service.
            None => std::str::from_utf8(self.block().head.verb_text()).unwrap_or_default(),
        }
    }

    /// The protocol version as sent (PRS-010).
    #[must_use]
    pub fn version(&self) -> Version {
        self.block().version()
    }

    /// The request target as sent (HST-010).
    #[must_use]
    pub fn raw_url(&self) -> &[u8] {
        self.block().head.raw_url()
    }

    /// The cooked URL, `http://host:port/path?query` (HST-006). Unpaired surrogates become U+FFFD.
    #[must_use]
    pub fn url(&self) -> String {
        String::from_utf16_lossy(self.url_utf16())
    }

    /// The exact UTF-16 value of [`Request::url`].
    #[must_use]
    pub fn url_utf16(&self) -> &[u16] {
        self.block().url.full()
    }

    /// Host and port of the cooked URL.
    #[must_use]
    pub fn host(&self) -> String {
        String::from_utf16_lossy(self.host_utf16())
    }

    /// The exact UTF-16 value of [`Request::host`].
    #[must_use]
    pub fn host_utf16(&self) -> &[u16] {
        self.block().url.host()
    }

    /// The path, decoded and normalised, without the query. [`Request::path_is`] and
    /// [`Request::path_after`] compare it without allocating.
    #[must_use]
    pub fn path(&self) -> String {
        String::from_utf16_lossy(self.path_utf16())
    }

    /// The exact UTF-16 value of [`Request::path`].
    #[must_use]
    pub fn path_utf16(&self) -> &[u16] {
        self.block().url.abs_path()
    }

    /// True when the path is exactly `path`; letter case counts.
    #[must_use]
    pub fn path_is(&self, path: &str) -> bool {
        self.path_after(path).is_some_and(<[u16]>::is_empty)
    }

    /// What follows `prefix` in the path, as UTF-16; `None` when the path does not begin with it.
    #[must_use]
    pub fn path_after(&self, prefix: &str) -> Option<&[u16]> {
        strip_prefix(self.path_utf16(), prefix)
    }

    /// The query with its `?`, as sent; `None` when the target had no `?` (HST-008).
    #[must_use]
    pub fn query(&self) -> Option<String> {
        self.query_utf16().map(String::from_utf16_lossy)
    }

    /// The exact UTF-16 value of [`Request::query`].
    #[must_use]
    pub fn query_utf16(&self) -> Option<&[u16]> {
        self.block().url.query()
    }

    /// The client's address (HST-012); an IPv4 client has an IPv4 address (HST-013).
    #[must_use]
    pub fn remote_addr(&self) -> SocketAddr {
        self.block().remote
    }

    /// The TLS session that the request came over: protocol, ciphers, the server name that the client
    /// asked for, the certificates of both sides (HTTP_REQUEST.pSslInfo, HTTP_SSL_PROTOCOL_INFO, the
    /// property Sni). `None` over plain TCP (TLS-009).
    #[must_use]
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.block().tls.as_deref()
    }

    /// The certificate that the client presented in the handshake, trusted or not: its
    /// [`verdict`](ClientCertificate::verdict) says which. `None` over plain TCP, if the binding
    /// does not ask for a certificate, and if the client has none (TLS-002).
    /// HttpReceiveClientCertificate.
    #[must_use]
    pub fn client_certificate(&self) -> Option<&ClientCertificate> {
        self.tls()?.client.as_ref()
    }

    /// The address that the client connected to.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.block().local
    }
}

/// Header fields and entity body.
impl Request {
    /// The value of a field, without blanks around it. The name is not case-sensitive. The values
    /// of a field that was sent several times are joined by `, ` (HDR-007).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        headers::find(&self.block().head, name)
    }

    /// The value of a known field by its HTTP_HEADER_ID, see [`crate::header`].
    #[must_use]
    pub fn known_header(&self, id: usize) -> Option<&[u8]> {
        self.block().head.known(id)
    }

    /// All fields.
    #[must_use]
    pub fn headers(&self) -> Headers<'_> {
        Headers::new(&self.block().head)
    }

    /// True if, when the request was received, it had an entity body of which more could arrive:
    /// HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS (RCV-017).
    #[must_use]
    pub fn has_body(&self) -> bool {
        self.block().has_body
    }

    /// The number of bytes of the head, plus the body bytes that arrived with it (HDR-015,
    /// BDY-024).
    #[must_use]
    pub fn bytes_received(&self) -> u64 {
        self.block().bytes_received
    }

    /// Reads bytes of the entity body, decoded if the body is chunked:
    /// HttpReceiveRequestEntityBody. Waits until there are some. Returns `Ok(0)` at the end of the
    /// body, and for an empty buffer.
    ///
    /// Nothing is read ahead: bytes that the program does not read stay with the client. A client
    /// that waits for `100 Continue` gets it when the first read finds no bytes (BDY-021).
    ///
    /// # Errors
    /// [`Error::Aborted`](crate::Error::Aborted) when the client disconnected in the middle of the
    /// body or the request was cancelled meanwhile (ENT-015, CXL-003);
    /// [`Error::ConnectionInvalid`](crate::Error::ConnectionInvalid) for a body whose framing is
    /// malformed (G-023) and for a request that is gone;
    /// [`Error::InvalidHandle`](crate::Error::InvalidHandle) when the queue is closed.
    pub fn read_body(&self, out: &mut [u8]) -> Result<usize> {
        self.scope.read_body(self.id(), out)
    }

    /// The trailer fields that the client has sent behind the entity body, chunked or over HTTP/2: names as they came,
    /// in their order; none if there were none. `None` until the body has been read to its end, which a read that
    /// returned 0 has shown. Never waits.
    ///
    /// HTTP.sys does not pass trailers on (BDY-020, H2X-025), and neither does the C API. They are the client's claim
    /// like any header field, and are no header fields: a `Content-Length` among them means nothing.
    ///
    /// ```
    /// use httpsys::{Response, Server};
    /// # use std::io::{Read, Write};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = Server::builder().url("http://localhost:0/").bind()?;
    /// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
    /// # client.write_all(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\
    /// #   Connection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 294\r\n\r\n")?;
    /// let request = server.receive()?;
    /// assert_eq!(request.read_body_to_end(1024)?, b"abc");
    /// let trailers = request.trailers()?.unwrap_or_default();
    /// assert!(trailers.iter().eq([(&b"X-Sum"[..], &b"294"[..])]));
    /// request.respond(Response::ok())?;
    /// # client.read_to_string(&mut String::new())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`](crate::Error::ConnectionInvalid) when the client or the request is gone.
    pub fn trailers(&self) -> Result<Option<Trailers>> {
        self.scope.trailers(self.id())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id())
            .field("method", &self.method())
            .field("url", &self.url())
            .field("remote_addr", &self.remote_addr())
            .finish_non_exhaustive()
    }
}

fn strip_prefix<'a>(text: &'a [u16], prefix: &str) -> Option<&'a [u16]> {
    let mut rest = text;
    for unit in prefix.encode_utf16() {
        match rest.split_first() {
            Some((first, others)) if *first == unit => rest = others,
            _ => return None,
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::strip_prefix;
    use crate::text::utf16;

    #[test]
    fn prefixes_are_compared_unit_by_unit() {
        let path = utf16("/größe/𝄞/7");
        assert_eq!(strip_prefix(&path, "/größe/𝄞/"), Some(&utf16("7")[..]));
        assert_eq!(strip_prefix(&path, "/größe/𝄞/7"), Some(&[][..]));
        assert_eq!(strip_prefix(&path, "/größe/𝄞/7/"), None);
        assert_eq!(strip_prefix(&path, "/GRÖSSE"), None);
        assert_eq!(strip_prefix(&path, ""), Some(&path[..]));
    }
}
