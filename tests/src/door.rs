//! One test body, two doors: the service behind the C functions and behind the crate httpsys.
//!
//! Owns: the [`Door`] trait in the terms of the API, the [`World`] that most tests need (session,
//! group, queue, one URL), and [`both_doors!`](crate::both_doors), which makes tests of a body for
//! each door. Does not own expectations. Errors are Win32 codes, whatever the door.
//!
//! Threading: a [`World`] may be used from scoped threads.

mod c_abi;
mod rust_api;
mod told;

use std::fmt::Debug;
use std::net::SocketAddr;

pub use c_abi::CAbi;
pub use httpapi::types::{HTTPSYS_REQUEST_QUEUE_COUNTERS, HTTPSYS_URL_GROUP_COUNTERS};
pub use httpsys::{CachePolicy, Limits, State, Verbosity};
/// Seconds, as in HTTP_TIMEOUT_LIMIT_INFO.
pub use httpsys_core::property::Timeouts;
pub use rust_api::{RustApi, logging};
pub use told::ToldTls;

/// The door of tests that need no particular one. On Windows the C names belong to the system's DLL.
#[cfg(not(windows))]
pub type AnyDoor = CAbi;
/// The door of tests that need no particular one. On Windows the C names belong to the system's DLL.
#[cfg(windows)]
pub type AnyDoor = RustApi;

use crate::clear;
use crate::client::Client;
use crate::ports::Port;
use crate::simulation::{self, InSimulation};
use crate::tls::{self, Offer};
use crate::watchdog::Watchdog;

/// HTTP_RECEIVE_REQUEST_FLAG_COPY_BODY.
pub const COPY_BODY: u32 = 1;
/// HTTP_RECEIVE_REQUEST_FLAG_FLUSH_BODY.
pub const FLUSH_BODY: u32 = 2;
/// HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER.
pub const FILL_BUFFER: u32 = 1;
/// HTTP_SEND_RESPONSE_FLAG_DISCONNECT.
pub const DISCONNECT: u32 = 1;
/// HTTP_SEND_RESPONSE_FLAG_GOAWAY.
pub const GO_AWAY: u32 = 0x100;
/// HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
pub const MORE_DATA: u32 = 2;
/// HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA.
pub const BUFFER_DATA: u32 = 4;
/// HTTP_SEND_RESPONSE_FLAG_OPAQUE.
pub const OPAQUE: u32 = 0x40;
/// HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS.
pub const MORE_ENTITY_BODY_EXISTS: u32 = 1;
/// HTTP_REQUEST_FLAG_HTTP2.
pub const HTTP2: u32 = 4;

/// A request as the API showed it, copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// RequestId.
    pub id: u64,
    /// ConnectionId.
    pub connection_id: u64,
    /// RawConnectionId.
    pub raw_connection_id: u64,
    /// UrlContext.
    pub url_context: u64,
    /// Version.
    pub version: (u16, u16),
    /// Verb, by the numbers of HTTP_VERB.
    pub verb: i32,
    /// pUnknownVerb, if not NULL.
    pub unknown_verb: Option<Vec<u8>>,
    /// pRawUrl.
    pub raw_url: Vec<u8>,
    /// CookedUrl.pFullUrl.
    pub full_url: String,
    /// CookedUrl.pHost.
    pub host: String,
    /// CookedUrl.pAbsPath.
    pub abs_path: String,
    /// CookedUrl.pQueryString with its question mark, if not NULL.
    pub query: Option<String>,
    /// KnownHeaders by HTTP_HEADER_ID, `None` where pRawValue is NULL.
    pub known: Vec<Option<Vec<u8>>>,
    /// pUnknownHeaders.
    pub unknown: Vec<(String, Vec<u8>)>,
    /// pRemoteAddress.
    pub remote: SocketAddr,
    /// pLocalAddress.
    pub local: SocketAddr,
    /// BytesReceived.
    pub bytes_received: u64,
    /// Flags.
    pub flags: u32,
    /// The bytes of pEntityChunks.
    pub body: Vec<u8>,
    /// What there is to know of TLS; `None` over plain TCP.
    pub tls: Option<ToldTls>,
}

impl Received {
    /// Whether Flags announce an entity body.
    #[must_use]
    pub fn has_body(&self) -> bool {
        self.flags & MORE_ENTITY_BODY_EXISTS != 0
    }
}

/// One header line of a [`Reply`].
#[derive(Clone, Debug)]
pub struct Header {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Vec<u8>,
    /// Put into the list of unknown headers even if the name is known.
    pub unknown: bool,
}

/// What HTTP_RESPONSE and the flags of HttpSendHttpResponse say.
#[derive(Clone, Debug)]
pub struct Reply {
    /// StatusCode.
    pub status: u16,
    /// pReason.
    pub reason: Vec<u8>,
    /// Known names go into their slot.
    pub headers: Vec<Header>,
    /// The entity chunks, all from memory.
    pub chunks: Vec<Vec<u8>>,
    /// HTTP_SEND_RESPONSE_FLAG_*.
    pub flags: u32,
}

impl Reply {
    /// Without headers, body and flags.
    #[must_use]
    pub fn new(status: u16, reason: &str) -> Reply {
        Reply {
            status,
            reason: reason.as_bytes().to_vec(),
            headers: Vec::new(),
            chunks: Vec::new(),
            flags: 0,
        }
    }

    /// 200 OK.
    #[must_use]
    pub fn ok() -> Reply {
        Reply::new(200, "OK")
    }

    /// With a further header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Reply {
        self.headers.push(Header {
            name: name.to_owned(),
            value: value.as_ref().to_vec(),
            unknown: false,
        });
        self
    }

    /// With a further header in the unknown list, whatever its name. The Rust API has no names but
    /// Connection there that are known.
    #[must_use]
    pub fn unknown_header(mut self, name: &str, value: impl AsRef<[u8]>) -> Reply {
        self = self.header(name, value);
        self.headers.last_mut().expect("just pushed").unknown = true;
        self
    }

    /// With a further chunk.
    #[must_use]
    pub fn chunk(mut self, bytes: impl AsRef<[u8]>) -> Reply {
        self.chunks.push(bytes.as_ref().to_vec());
        self
    }

    /// With these flags too.
    #[must_use]
    pub fn flags(mut self, flags: u32) -> Reply {
        self.flags |= flags;
        self
    }
}

/// What HTTP_LOGGING_INFO says.
#[derive(Clone, Debug)]
pub struct LogSpec {
    /// HTTP_LOGGING_TYPE.
    pub format: i32,
    /// DirectoryName.
    pub directory: String,
    /// SoftwareName; empty for NULL.
    pub software_name: String,
    /// HTTP_LOG_FIELD_*.
    pub fields: u32,
    /// HTTP_LOGGING_FLAG_*.
    pub flags: u32,
    /// RolloverType and RolloverSize.
    pub rollover: (i32, u32),
}

/// A data chunk.
#[derive(Clone, Copy, Debug)]
pub enum CachePiece<'a> {
    /// HttpDataChunkFromMemory.
    Memory(&'a [u8]),
    /// HttpDataChunkFromFragmentCache.
    Fragment(&'a str),
    /// HttpDataChunkFromFragmentCacheEx, with offset and length.
    Part(&'a str, u64, u64),
}

/// What HttpDeclarePush is given.
#[derive(Clone, Copy, Debug)]
pub struct PushSpec<'a> {
    /// HTTP_VERB.
    pub verb: i32,
    /// Path.
    pub path: &'a str,
    /// Query.
    pub query: Option<&'a str>,
    /// Headers: known names go to their slot.
    pub headers: &'a [(&'a str, &'a str)],
}

/// The calls of the API, as far as both doors have them. All errors are Win32 codes.
#[allow(clippy::missing_errors_doc, reason = "one rule for all, said above")]
pub trait Door: Debug + Send + Sync + Sized + 'static {
    /// A server session.
    type Session: Send + Sync;
    /// A URL group.
    type Group: Send + Sync;
    /// A request queue; a clone is the same queue.
    type Queue: Clone + Send + Sync;

    /// Initialises the door.
    fn open() -> Self;
    /// HttpCreateServerSession 2.0.
    fn create_session(&self) -> Result<Self::Session, u32>;
    /// HttpCloseServerSession.
    fn close_session(&self, session: Self::Session) -> Result<(), u32>;
    /// HttpCreateUrlGroup.
    fn create_group(&self, session: &Self::Session) -> Result<Self::Group, u32>;
    /// HttpCloseUrlGroup.
    fn close_group(&self, group: Self::Group) -> Result<(), u32>;
    /// HttpCreateRequestQueue, without a name.
    fn create_queue(&self) -> Result<Self::Queue, u32>;
    /// HttpCreateRequestQueue with a name.
    fn create_named_queue(&self, name: &str) -> Result<Self::Queue, u32>;
    /// HttpCreateRequestQueue with OPEN_EXISTING.
    fn open_queue(&self, name: &str) -> Result<Self::Queue, u32>;
    /// HttpCloseRequestQueue.
    fn close_queue(&self, queue: &Self::Queue) -> Result<(), u32>;
    /// HttpShutdownRequestQueue.
    fn shutdown_queue(&self, queue: &Self::Queue) -> Result<(), u32>;
    /// HttpSetUrlGroupProperty(HttpServerBindingProperty).
    fn bind(&self, group: &Self::Group, queue: &Self::Queue) -> Result<(), u32>;
    /// The same with Flags.Present 0.
    fn unbind(&self, group: &Self::Group) -> Result<(), u32>;
    /// HttpSetServerSessionProperty(HttpServerStateProperty).
    fn set_session_state(&self, session: &Self::Session, state: State) -> Result<(), u32>;
    /// HttpSetServerSessionProperty(HttpServerTimeoutsProperty).
    fn set_session_timeouts(&self, session: &Self::Session, timeouts: Timeouts) -> Result<(), u32>;
    /// HttpQueryServerSessionProperty(HttpServerTimeoutsProperty).
    fn session_timeouts(&self, session: &Self::Session) -> Result<Timeouts, u32>;
    /// HttpSetServerSessionProperty(HttpServerQosProperty), for each limit that is given.
    fn set_session_limits(&self, session: &Self::Session, limits: Limits) -> Result<(), u32>;
    /// HttpSetUrlGroupProperty(HttpServerStateProperty).
    fn set_group_state(&self, group: &Self::Group, state: State) -> Result<(), u32>;
    /// HttpQueryUrlGroupProperty(HttpServerStateProperty).
    fn group_state(&self, group: &Self::Group) -> Result<State, u32>;
    /// HttpSetUrlGroupProperty(HttpServerTimeoutsProperty).
    fn set_group_timeouts(&self, group: &Self::Group, timeouts: Timeouts) -> Result<(), u32>;
    /// HttpQueryUrlGroupProperty(HttpServerTimeoutsProperty).
    fn group_timeouts(&self, group: &Self::Group) -> Result<Timeouts, u32>;
    /// HttpSetUrlGroupProperty(HttpServerQosProperty), for each limit that is given.
    fn set_group_limits(&self, group: &Self::Group, limits: Limits) -> Result<(), u32>;
    /// HttpQueryUrlGroupProperty(HttpServerQosProperty), for both limits.
    fn group_limits(&self, group: &Self::Group) -> Result<Limits, u32>;
    /// HttpSetServerSessionProperty(HttpServerLoggingProperty).
    fn set_session_logging(
        &self,
        session: &Self::Session,
        spec: Option<&LogSpec>,
    ) -> Result<(), u32>;
    /// HttpSetUrlGroupProperty(HttpServerLoggingProperty).
    fn set_group_logging(&self, group: &Self::Group, spec: Option<&LogSpec>) -> Result<(), u32>;
    /// HttpSendHttpResponse with the request's fields as log data.
    fn respond_logged(
        &self,
        queue: &Self::Queue,
        request: &Received,
        reply: &Reply,
    ) -> Result<(), u32>;
    /// HttpSendResponseEntityBody, the last, with the request's fields as log data.
    fn end_logged(
        &self,
        queue: &Self::Queue,
        request: &Received,
        status: u16,
        body: &[u8],
    ) -> Result<(), u32>;
    /// HttpSetRequestQueueProperty(HttpServerQueueLengthProperty).
    fn set_queue_length(&self, queue: &Self::Queue, length: u32) -> Result<(), u32>;
    /// HttpQueryRequestQueueProperty(HttpServerQueueLengthProperty).
    fn queue_length(&self, queue: &Self::Queue) -> Result<u32, u32>;
    /// HttpSetRequestQueueProperty(HttpServerStateProperty).
    fn set_queue_state(&self, queue: &Self::Queue, state: State) -> Result<(), u32>;
    /// HttpSetRequestQueueProperty(HttpServer503VerbosityProperty).
    fn set_verbosity(&self, queue: &Self::Queue, verbosity: Verbosity) -> Result<(), u32>;
    /// HTTP_URL_GROUP_ID.
    fn group_id(&self, group: &Self::Group) -> u64;
    /// HttpFindUrlGroupId, in Win32 codes.
    fn find_url_group(&self, queue: &Self::Queue, url: &str) -> Result<u64, u32>;
    /// HttpPrepareUrl.
    fn prepare_url(&self, url: &str) -> Result<String, u32>;
    /// HttpAddUrlToUrlGroup.
    fn add_url(&self, group: &Self::Group, url: &str, context: u64) -> Result<(), u32>;
    /// HttpsysQueryUrlPort.
    fn url_port(&self, group: &Self::Group, url: &str) -> Result<u16, u32>;
    /// HttpRemoveUrlFromUrlGroup.
    fn remove_url(&self, group: &Self::Group, url: &str) -> Result<(), u32>;
    /// HttpRemoveUrlFromUrlGroup with REMOVE_ALL.
    fn remove_all_urls(&self, group: &Self::Group) -> Result<(), u32>;
    /// HttpReceiveHttpRequest for the next request.
    fn receive(&self, queue: &Self::Queue) -> Result<Received, u32>;
    /// HttpReceiveRequestEntityBody; 38 at the end.
    fn read_body(&self, queue: &Self::Queue, id: u64, buffer: &mut [u8]) -> Result<usize, u32>;
    /// HttpSendHttpResponse: the bytes sent.
    fn respond(&self, queue: &Self::Queue, id: u64, reply: &Reply) -> Result<u64, u32>;
    /// HttpSendHttpResponse with a cache policy, and with the request's fields as log data.
    fn respond_cached(
        &self,
        queue: &Self::Queue,
        request: &Received,
        reply: &Reply,
        policy: CachePolicy,
    ) -> Result<u64, u32>;
    /// HttpSendResponseEntityBody: the bytes sent.
    fn send_body(
        &self,
        queue: &Self::Queue,
        id: u64,
        chunks: &[&[u8]],
        flags: u32,
    ) -> Result<u64, u32>;
    /// HttpSendHttpResponse with HttpDataChunkTrailers behind the reply's chunks.
    fn respond_with_trailers(
        &self,
        queue: &Self::Queue,
        id: u64,
        reply: &Reply,
        trailers: &[(&str, &str)],
    ) -> Result<u64, u32>;
    /// HttpSendResponseEntityBody with HttpDataChunkTrailers behind one chunk.
    fn send_body_with_trailers(
        &self,
        queue: &Self::Queue,
        id: u64,
        body: &[u8],
        trailers: &[(&str, &str)],
        flags: u32,
    ) -> Result<u64, u32>;
    /// HttpAddFragmentToCache with a chunk from memory.
    fn add_fragment(
        &self,
        queue: &Self::Queue,
        url: &str,
        body: &[u8],
        policy: CachePolicy,
    ) -> Result<(), u32>;
    /// HttpReadFragmentFromCache, of all or of a byte range with its offset and length.
    fn read_fragment(
        &self,
        queue: &Self::Queue,
        url: &str,
        range: Option<(u64, u64)>,
    ) -> Result<Vec<u8>, u32>;
    /// HttpFlushResponseCache.
    fn flush_cache(&self, queue: &Self::Queue, url: &str, recursive: bool) -> Result<(), u32>;
    /// HttpSendHttpResponse of 200 with pieces of which some are fragments.
    fn respond_with_pieces(
        &self,
        queue: &Self::Queue,
        id: u64,
        pieces: &[CachePiece<'_>],
    ) -> Result<u64, u32>;
    /// HttpSendResponseEntityBody of the last pieces.
    fn send_pieces(
        &self,
        queue: &Self::Queue,
        id: u64,
        pieces: &[CachePiece<'_>],
    ) -> Result<u64, u32>;
    /// HttpDeclarePush; the verb by its number.
    fn declare_push(&self, queue: &Self::Queue, id: u64, push: &PushSpec<'_>) -> Result<(), u32>;
    /// HttpCancelHttpRequest.
    fn cancel(&self, queue: &Self::Queue, id: u64) -> Result<(), u32>;
    /// HttpSetRequestProperty(HttpRequestPropertyStreamError).
    fn set_stream_error(&self, queue: &Self::Queue, id: u64, code: u32) -> Result<(), u32>;
    /// HttpWaitForDisconnect.
    fn wait_for_disconnect(&self, queue: &Self::Queue, connection: u64) -> Result<(), u32>;
    /// HttpsysWhyClosed: number and name of the reason.
    fn why_closed(&self, connection: u64) -> Result<(u32, String), u32>;
    /// HttpsysQueryCounters(HttpsysRequestQueueCounters).
    fn queue_counters(&self, queue: &Self::Queue) -> Result<HTTPSYS_REQUEST_QUEUE_COUNTERS, u32>;
    /// HttpsysQueryCounters(HttpsysUrlGroupCounters).
    fn group_counters(&self, group: &Self::Group) -> Result<HTTPSYS_URL_GROUP_COUNTERS, u32>;
    /// HttpsysWritePrometheus.
    fn prometheus(&self) -> String;
    /// HttpsysWriteServiceState.
    fn service_state(&self) -> String;
}

/// A session with a group, bound to a queue, and `http://localhost:PORT/` registered with context
/// [`CONTEXT`]. Everything is closed when it is dropped.
#[derive(Debug)]
pub struct World<D: Door> {
    /// The door.
    pub door: D,
    /// Of the group.
    pub session: D::Session,
    /// Bound to the queue.
    pub group: D::Group,
    /// The queue.
    pub queue: D::Queue,
    port: WorldPort,
    /// Its URLs are https.
    is_secure: bool,
    _watchdog: Watchdog,
    /// Last: it ends after all others.
    _simulated: InSimulation,
}

/// Where a world's port comes from.
#[derive(Debug)]
enum WorldPort {
    /// It was taken by port 0, and the world's URL holds it as long as it is registered.
    Registered(u16),
    /// It is held whatever is registered.
    Kept(Port),
}

/// The URL context of a world's first URL.
pub const CONTEXT: u64 = 0xDEAD_BEEF_0BAD_CAFE;

impl<D: Door> World<D> {
    /// With the URL. Some tests remove it and add it again, and nobody may get its port between: where
    /// the kernel can hold a port it does; elsewhere it is had by port 0, if there is one.
    #[must_use]
    pub fn new() -> World<D> {
        if tls::is_everywhere() && clear::reason().is_none() {
            return World::secure();
        }
        let mut world = World::without_port();
        let registered = (!Port::IS_HELD).then(|| world.take_port()).flatten();
        if let Some(port) = registered {
            world.port = WorldPort::Registered(port);
        } else {
            world.port = WorldPort::Kept(Port::take());
            world.add("/", CONTEXT);
        }
        world
    }

    /// With an https URL, and the certificate of `localhost` bound to all addresses of its port.
    #[must_use]
    pub fn secure() -> World<D> {
        let world = World::secure_without_certificate();
        let address = SocketAddr::from(([0, 0, 0, 0], world.port()));
        tls::bind_address(address, tls::binding(tls::LOCALHOST, 0));
        world
    }

    /// With an https URL, and nothing bound to its port.
    #[must_use]
    pub fn secure_without_certificate() -> World<D> {
        let mut world = World::without_port();
        world.port = WorldPort::Kept(Port::take());
        world.is_secure = true;
        world.add("/", CONTEXT);
        world
    }

    /// Without any URL.
    ///
    /// # Panics
    /// If the objects cannot be made.
    #[must_use]
    pub fn without_url() -> World<D> {
        let mut world = World::without_port();
        world.port = WorldPort::Kept(Port::take());
        world
    }

    fn without_port() -> World<D> {
        let watchdog = Watchdog::start();
        let simulated = simulation::enter();
        let door = D::open();
        let session = door.create_session().expect("a session");
        let group = door.create_group(&session).expect("a group");
        let queue = door.create_queue().expect("a queue");
        door.bind(&group, &queue).expect("a binding");
        World {
            door,
            session,
            group,
            queue,
            port: WorldPort::Registered(0),
            is_secure: false,
            _watchdog: watchdog,
            _simulated: simulated,
        }
    }

    /// Takes a port and registers the world's URL on it by its number, before the group that took it
    /// gives it back. `None` on a system that has no port 0.
    fn take_port(&self) -> Option<u16> {
        const FIRST: &str = "http://localhost:0/first/";
        let taker = self.door.create_group(&self.session).expect("a group");
        self.door.add_url(&taker, FIRST, 0).ok()?;
        let port = self.door.url_port(&taker, FIRST).ok()?;
        let url = format!("http://localhost:{port}/");
        let added = self.door.add_url(&self.group, &url, CONTEXT);
        assert_eq!(added, Ok(()), "{url}");
        self.door.close_group(taker).expect("closed");
        Some(port)
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        match &self.port {
            WorldPort::Registered(port) => *port,
            WorldPort::Kept(port) => port.number(),
        }
    }

    /// `http://localhost:PORT`, or with https, and the path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://localhost:{}{path}", self.port())
    }

    /// Registers a path.
    ///
    /// # Panics
    /// If that fails.
    pub fn add(&self, path: &str, context: u64) {
        let url = self.url(path);
        assert_eq!(
            self.door.add_url(&self.group, &url, context),
            Ok(()),
            "{url}"
        );
    }

    /// A new group of the session, bound to a new queue.
    ///
    /// # Panics
    /// If that fails.
    pub fn another_group(&self) -> (D::Group, D::Queue) {
        let group = self.door.create_group(&self.session).expect("a group");
        let queue = self.door.create_queue().expect("a queue");
        self.door.bind(&group, &queue).expect("a binding");
        (group, queue)
    }

    /// A connection over 127.0.0.1, over TLS if the world's URLs are https.
    #[must_use]
    pub fn connect(&self) -> Client {
        if self.is_secure {
            return self.connect_tls(&Offer::new());
        }
        Client::connect(self.port())
    }

    /// A connection over TLS.
    #[must_use]
    pub fn connect_tls(&self, offer: &Offer) -> Client {
        Client::connect(self.port()).secured(offer)
    }

    /// `GET path` with a right Host, without other headers.
    #[must_use]
    pub fn get(&self, path: &str) -> String {
        self.request("GET", path, "")
    }

    /// A request head; `more` are further header lines, each with its CRLF.
    #[must_use]
    pub fn request(&self, verb: &str, target: &str, more: &str) -> String {
        let port = self.port();
        format!("{verb} {target} HTTP/1.1\r\nHost: localhost:{port}\r\n{more}\r\n")
    }

    /// A connection that has sent `GET path`, and the request as it was received.
    pub fn received_get(&self, path: &str) -> (Client, Received) {
        let mut client = self.connect();
        client.send(self.get(path));
        let received = self.receive();
        (client, received)
    }

    /// The next request.
    ///
    /// # Panics
    /// If the call fails.
    pub fn receive(&self) -> Received {
        self.door.receive(&self.queue).expect("a request")
    }

    /// Answers on the world's queue.
    ///
    /// # Errors
    /// The Win32 code.
    pub fn respond(&self, id: u64, reply: &Reply) -> Result<u64, u32> {
        self.door.respond(&self.queue, id, reply)
    }

    /// Reads from the body on the world's queue.
    ///
    /// # Errors
    /// The Win32 code.
    pub fn read_body(&self, id: u64, buffer: &mut [u8]) -> Result<usize, u32> {
        self.door.read_body(&self.queue, id, buffer)
    }

    /// Sends a part of a response body on the world's queue.
    ///
    /// # Errors
    /// The Win32 code.
    pub fn send_body(&self, id: u64, chunks: &[&[u8]], flags: u32) -> Result<u64, u32> {
        self.door.send_body(&self.queue, id, chunks, flags)
    }

    /// Cancels on the world's queue.
    ///
    /// # Errors
    /// The Win32 code.
    pub fn cancel(&self, id: u64) -> Result<(), u32> {
        self.door.cancel(&self.queue, id)
    }

    /// Answers requests as `handler` says until the queue is closed.
    pub fn serve(&self, handler: impl Fn(&Received) -> Reply) {
        while let Ok(received) = self.door.receive(&self.queue) {
            // A client that has gone meanwhile is no failure here.
            let _ = self.respond(received.id, &handler(&received));
        }
    }

    /// Shows that the server is well: a request on a new connection is answered.
    ///
    /// # Panics
    /// If it is not.
    pub fn assert_serves(&self) {
        let (mut client, received) = self.received_get("/well");
        assert_eq!(received.abs_path, "/well");
        assert!(
            self.respond(received.id, &Reply::ok().chunk("well"))
                .is_ok()
        );
        let response = client.read_response();
        assert_eq!((response.status(), &response.body[..]), (200, &b"well"[..]));
    }
}

impl<D: Door> Default for World<D> {
    fn default() -> Self {
        World::new()
    }
}

impl<D: Door> Drop for World<D> {
    fn drop(&mut self) {
        // May be closed already; the rest goes with the session, or with the process.
        let _ = self.door.remove_all_urls(&self.group);
        let _ = self.door.close_queue(&self.queue);
    }
}

/// Makes tests, in the modules `c_abi` and `rust_api`, of functions over a [`Door`] that take a
/// `&World<D>` with its URL registered. On Windows the first is called `windows`: there the C names
/// are those of the system's DLL, and the same bodies measure it. They run when asked for, by
/// `HTTPSYS_TEST_SYSTEM_DLL=1` and `--include-ignored`.
#[macro_export]
macro_rules! both_doors {
    ($($name:ident),+ $(,)?) => {
        #[cfg(not(windows))]
        mod c_abi {
            $(#[test]
            fn $name() {
                super::$name(&$crate::door::World::<$crate::door::CAbi>::new());
            })+
        }
        #[cfg(windows)]
        mod windows {
            $(#[test]
            #[ignore = "measures the DLL of Windows"]
            fn $name() {
                super::$name(&$crate::door::World::<$crate::door::CAbi>::new());
            })+
        }
        mod rust_api {
            $(#[test]
            fn $name() {
                super::$name(&$crate::door::World::<$crate::door::RustApi>::new());
            })+
        }
    };
}
