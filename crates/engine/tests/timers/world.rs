//! A service with a clock that is turned by hand, one URL group, and a log.
//!
//! Owns: the clock, the objects of the API, and what a test asks of an end: fate, event, line of the
//! log. Does not own: calls that wait (`calls`). Threading: shared with scoped threads.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use httpsys_core::call::{ApiVersion, Control, Outcome, QueueAccess, Receive, SendResponse};
use httpsys_core::property::{Property, QueueProperty, Timeouts, Verbosity};
use httpsys_core::{
    CloseReason, ConnectionId, Error, QueueId, RequestId, ServerSessionId, UrlGroupId,
};
use httpsys_engine::clock::Clock;
use httpsys_engine::{Chunk, ConnectionStatus, QueueHandle, Service, Verdict};
use httpsys_proto::{Parameters, ResponseParts};

use crate::client::Client;
use crate::{PATIENCE, events, port};

/// The time as a test has turned it.
#[derive(Clone)]
pub(crate) struct Hand {
    zero: Instant,
    millis: Arc<AtomicU64>,
}

impl Clock for Hand {
    fn now(&self) -> Instant {
        self.zero + Duration::from_millis(self.millis())
    }

    fn millis(&self) -> u64 {
        self.millis.load(Ordering::SeqCst)
    }

    fn unix_seconds(&self) -> u64 {
        784_111_777 + self.millis() / 1000
    }
}

/// See the module head.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) session: ServerSessionId,
    pub(crate) group: UrlGroupId,
    pub(crate) queue: Arc<QueueHandle>,
    pub(crate) port: u16,
    /// For requests that show that everything before them was seen.
    side: Arc<QueueHandle>,
    clock: Hand,
    logs: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

/// What a receive gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) request: RequestId,
    pub(crate) connection: ConnectionId,
}

pub(crate) const GET: &str = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";
pub(crate) const POST: &str = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n";

impl World {
    pub(crate) fn new() -> World {
        World::with(Parameters::default())
    }

    pub(crate) fn with(mut parameters: Parameters) -> World {
        static WORLDS: AtomicU64 = AtomicU64::new(0);
        let turn = events::turn();
        let number = WORLDS.fetch_add(1, Ordering::Relaxed);
        let name = format!("httpsys-timers-{}-{number}", std::process::id());
        let logs = std::env::temp_dir().join(name);
        parameters.enable_error_logging = true;
        parameters.error_logging_dir = logs.to_str().expect("text").to_owned();
        let clock = Hand {
            zero: Instant::now(),
            // Not a multiple of anything.
            millis: Arc::new(AtomicU64::new(1_000_003)),
        };
        let service = Service::with_clock(parameters, clock.clone()).expect("a service");
        let Ok(Outcome::Queue(side)) = service.control(Control::CreateHttpHandle) else {
            panic!("no queue");
        };
        let port = port::take(|port| {
            let url = url(port, "side/");
            service.register(Control::AddUrl { queue: side, url })
        });
        let side = service.queue(side).expect("it is open");
        let version = ApiVersion::V2;
        let session = match service.control(Control::CreateServerSession { version }) {
            Ok(Outcome::ServerSession(session)) => session,
            other => panic!("{other:?}"),
        };
        let (group, queue) = another_group(&service, session, port, "");
        World {
            service,
            session,
            group,
            queue,
            port,
            side,
            clock,
            logs,
            _turn: turn,
        }
    }

    /// A further group of the session with a queue of its own, for `path`.
    pub(crate) fn another_group(&self, path: &str) -> (UrlGroupId, Arc<QueueHandle>) {
        another_group(&self.service, self.session, self.port, path)
    }

    /// Binds the group to a new queue, which is [`World::queue`] from now on.
    pub(crate) fn bind_to_queue_named(&mut self, name: &str) {
        let queue = new_queue(&self.service, Some(name));
        self.control(Control::BindUrlGroup {
            group: self.group,
            queue: Some(queue),
        });
        self.queue = self.service.queue(queue).expect("it is open");
    }

    pub(crate) fn control(&self, call: Control) {
        assert_eq!(self.service.control(call), Ok(Outcome::Done));
    }

    /// Timers of the group.
    pub(crate) fn set(&self, timeouts: Timeouts) {
        self.control(Control::SetUrlGroupProperty {
            group: self.group,
            property: Property::Timeouts(Some(timeouts)),
        });
    }

    /// Timers of the session.
    pub(crate) fn set_session(&self, timeouts: Timeouts) {
        self.control(Control::SetServerSessionProperty {
            session: self.session,
            property: Property::Timeouts(Some(timeouts)),
        });
    }

    pub(crate) fn set_verbosity(&self, verbosity: Verbosity) {
        self.control(Control::SetRequestQueueProperty {
            queue: self.queue.id(),
            property: QueueProperty::Verbosity(verbosity),
        });
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.millis()
    }

    /// Turns the clock on and lets the timers see it.
    pub(crate) fn turn_to(&self, millis: u64) {
        self.set_clock(millis);
        self.service.run_timers();
    }

    /// Turns the clock and tells nobody.
    pub(crate) fn set_clock(&self, millis: u64) {
        let before = self.clock.millis.swap(millis, Ordering::SeqCst);
        assert!(before <= millis, "time does not go back");
    }

    pub(crate) fn turn(&self, millis: u64) {
        self.turn_to(self.now() + millis);
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.port)
    }

    /// Everything that was sent or opened before this was looked at: the service goes through its
    /// sockets in the order in which something happened on them.
    pub(crate) fn settle(&self) {
        for _ in 0..2 {
            let mut client = self.connect();
            client.send("GET /side/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
            let received = receive(&self.service, &self.side).expect("a request");
            self.respond_on(&self.side, received.request, true)
                .expect("an answer");
            client.expect_ok();
        }
    }

    /// Takes the URL of [`World::settle`] away.
    pub(crate) fn close_side(&self) {
        let queue = self.side.id();
        self.control(Control::CloseRequestQueue { queue });
    }

    pub(crate) fn receive(&self) -> Received {
        receive(&self.service, &self.queue).expect("a request")
    }

    /// A client whose GET the program has.
    pub(crate) fn received(&self) -> (Client, Received) {
        let mut client = self.connect();
        client.send(GET);
        let received = self.receive();
        (client, received)
    }

    /// A client of which one request was answered: the timers of the group are in force for it.
    pub(crate) fn known(&self) -> (Client, ConnectionId) {
        let (mut client, received) = self.received();
        self.respond(received.request).expect("an answer");
        client.expect_ok();
        (client, received.connection)
    }

    /// Answers 200 with the body `ok`.
    pub(crate) fn respond(&self, request: RequestId) -> Result<u64, Error> {
        self.respond_on(&self.queue, request, false)
    }

    pub(crate) fn respond_on(
        &self,
        queue: &QueueHandle,
        request: RequestId,
        disconnect: bool,
    ) -> Result<u64, Error> {
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").expect("a status");
        let call = SendResponse {
            request,
            disconnect,
            more_data: false,
            opaque: false,
            go_away: false,
        };
        self.service
            .send_response(queue, &call, &mut head, &[Chunk::Memory(b"ok")], None)
    }

    #[track_caller]
    pub(crate) fn expect_open(&self, connection: ConnectionId) {
        assert_eq!(self.service.fate_of(connection), ConnectionStatus::Open);
    }

    /// Waits for the end: another thread may be about to do what the timers asked for.
    #[track_caller]
    pub(crate) fn expect_fate(&self, connection: ConnectionId, end: CloseReason) {
        let start = Instant::now();
        while self.service.fate_of(connection) == ConnectionStatus::Open
            && start.elapsed() < PATIENCE
        {
            std::thread::yield_now();
        }
        assert_eq!(
            self.service.fate_of(connection),
            ConnectionStatus::Ended(end)
        );
    }

    /// G-087: a timer of so many seconds that began at `start` ends the connection in the second
    /// behind them, and not before.
    #[track_caller]
    pub(crate) fn expect_timer(
        &self,
        client: &mut Client,
        connection: ConnectionId,
        (start, seconds): (u64, u64),
        end: CloseReason,
    ) {
        self.turn_to(start + seconds * 1000 - 1);
        self.settle();
        self.expect_open(connection);
        assert!(client.is_quiet());
        self.turn_to(start + seconds * 1000 + 1000);
        self.expect_fate(connection, end);
    }

    /// The one event about this connection, which has this reason.
    #[track_caller]
    pub(crate) fn expect_event(&self, connection: ConnectionId, reason: &str) {
        let id = format!("connection={} ", connection.0);
        let end_reported: Vec<String> = events::with(" reason=")
            .into_iter()
            .filter(|line| format!("{line} ").contains(&id))
            .collect();
        assert_eq!(end_reported.len(), 1, "{end_reported:?}");
        assert!(
            end_reported[0].contains(&format!("reason={reason:?}")),
            "{end_reported:?}"
        );
    }

    /// Stops the service and returns the HTTPERR log, which is empty if there is none.
    pub(crate) fn log(&self) -> String {
        self.service.stop();
        fs::read_to_string(self.logs.join("HTTPERR/httperr1.log")).unwrap_or_default()
    }

    /// Stops the service. What the HTTPERR log says then, each line from cs-version on.
    pub(crate) fn logged(&self) -> Vec<String> {
        let text = self.log();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let from_version = |line: &str| {
            let fields: Vec<&str> = line.split(' ').collect();
            assert_eq!(fields.len(), 14, "{line}");
            fields[6..].join(" ")
        };
        lines.map(from_version).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.service.stop();
        let _ = fs::remove_dir_all(&self.logs);
    }
}

fn url(port: u16, path: &str) -> Vec<u16> {
    let url = format!("http://localhost:{port}/{path}");
    url.encode_utf16().collect()
}

fn new_queue(service: &Service, name: Option<&str>) -> QueueId {
    let queue = Control::CreateRequestQueue {
        version: ApiVersion::V2,
        name: name.map(|name| name.encode_utf16().collect()),
        access: QueueAccess::Granted,
    };
    match service.control(queue) {
        Ok(Outcome::Queue(queue)) => queue,
        other => panic!("{other:?}"),
    }
}

fn another_group(
    service: &Service,
    session: ServerSessionId,
    port: u16,
    path: &str,
) -> (UrlGroupId, Arc<QueueHandle>) {
    let queue = new_queue(service, None);
    let Ok(Outcome::UrlGroup(group)) = service.control(Control::CreateUrlGroup { session }) else {
        panic!("no group");
    };
    let url = url(port, path);
    let bind = Control::BindUrlGroup {
        group,
        queue: Some(queue),
    };
    let add = Control::AddUrlToUrlGroup {
        group,
        url,
        context: 0,
    };
    for call in [bind, add] {
        service
            .control(call)
            .expect("a group with a queue and a URL");
    }
    (group, service.queue(queue).expect("it is open"))
}

/// The next request, if there is one.
pub(crate) fn receive_now(world: &World) -> Result<Received, Error> {
    let now = world.clock.now();
    receive_until(&world.service, &world.queue, Some(now))
}

pub(crate) fn receive(service: &Service, queue: &QueueHandle) -> Result<Received, Error> {
    receive_until(service, queue, None)
}

fn receive_until(
    service: &Service,
    queue: &QueueHandle,
    deadline: Option<Instant>,
) -> Result<Received, Error> {
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let mut ids = None;
    service.receive(queue, &next, deadline, &mut |arrival| {
        let request = arrival.request();
        ids = Some(Received {
            request: request.id,
            connection: request.connection,
        });
        Verdict::Taken
    })?;
    Ok(ids.expect("its ids"))
}
