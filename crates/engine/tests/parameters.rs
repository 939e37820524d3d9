//! Parameters whose effect needs a clock that stands still, or is an event: what `tests/wire` cannot
//! see.
//!
//! Owns: the events of `tracing` that parameters cause, the refusal of bad ones, and the bound on
//! what is read after a refusal. Invariant: one test at a time, since events belong to the process.
#![allow(missing_docs, reason = "a test program")]

use std::fmt::{Debug, Write as _};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use httpsys_core::operation::{Control, Outcome, Receive, Send as SendCall};
use httpsys_core::{Error, RequestId};
use httpsys_engine::clock::Clock;
use httpsys_engine::{Chunk, QueueHandle, Service, Verdict};
use httpsys_proto::header::id;
use httpsys_proto::{Parameters, ResponseHead};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// So long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

static EVENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps each event from INFO on as `LEVEL message name=value...`.
struct Collector;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::INFO
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        events().push(line.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

fn events() -> MutexGuard<'static, Vec<String>> {
    EVENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn events_with(text: &str) -> usize {
    events().iter().filter(|line| line.contains(text)).count()
}

/// The turn of one test; the events before it are gone.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    static INSTALLED: Once = Once::new();
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    INSTALLED.call_once(|| tracing::subscriber::set_global_default(Collector).expect("the first"));
    events().clear();
    turn
}

/// Nothing that waits for a time ever ends.
struct Frozen(Instant);

impl Clock for Frozen {
    fn now(&self) -> Instant {
        self.0
    }

    fn unix_seconds(&self) -> u64 {
        784_111_777
    }
}

/// A service with one queue for everything under one port of loopback.
struct World {
    service: Service,
    queue: Arc<QueueHandle>,
    port: u16,
}

impl World {
    fn new(parameters: Parameters, clock: impl Clock) -> World {
        let service = Service::with_clock(parameters, clock).expect("a service");
        let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
            panic!("no queue");
        };
        // A free port may be taken by another program before it is ours.
        let port = (0..20).find_map(|_| {
            let free = TcpListener::bind("127.0.0.1:0").expect("a port");
            let port = free.local_addr().expect("it is bound").port();
            drop(free);
            let url = format!("http://localhost:{port}/").encode_utf16().collect();
            let added = service.control(Control::AddUrl { queue, url });
            added.is_ok().then_some(port)
        });
        World {
            queue: service.queue(queue).expect("it is open"),
            port: port.expect("a port that stays free"),
            service,
        }
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        // A write that waits for the answer to the one before would not be answered with a reset.
        client.set_nodelay(true).expect("a socket");
        client.set_read_timeout(Some(PATIENCE)).expect("a socket");
        client.set_write_timeout(Some(PATIENCE)).expect("a socket");
        client
    }

    /// Sends a GET and takes it from the queue.
    fn received(&self, client: &mut TcpStream) -> RequestId {
        let get = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        client.write_all(get).expect("sent");
        let next = Receive {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut id = RequestId::NULL;
        self.service
            .receive(&self.queue, &next, None, &mut |arrival| {
                id = arrival.request().id;
                Verdict::Taken
            })
            .expect("a request");
        id
    }

    /// Answers with this Content-Length, if any, and a byte in a call of its own if `more`.
    fn answer(&self, request: RequestId, length: Option<&[u8]>, more: bool, disconnect: bool) {
        let mut head = ResponseHead::new();
        head.begin(200, b"OK").expect("a status");
        if let Some(length) = length {
            head.known(id::CONTENT_LENGTH, length, true)
                .expect("digits");
        }
        let call = |more_data, disconnect| SendCall {
            request,
            disconnect,
            more_data,
            opaque: false,
        };
        let first = call(more, disconnect && !more);
        let byte = [Chunk::Memory(b"x")];
        let body = if more { &[][..] } else { &byte };
        let sent = self
            .service
            .send_response(&self.queue, &first, &mut head, body, None);
        sent.expect("the head");
        if more {
            let last = call(false, disconnect);
            let sent = self
                .service
                .send_entity_body(&self.queue, &last, &byte, None);
            sent.expect("the body");
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.service.stop();
    }
}

fn set(name: &str, value: &str) -> Parameters {
    let mut parameters = Parameters::default();
    parameters.set(name, value).expect("a parameter");
    parameters
}

#[test]
fn a_value_out_of_its_range_makes_no_service() {
    let _turn = turn();
    let bad = || Parameters {
        max_field_length: 63,
        ..Parameters::default()
    };
    let why = "MaxFieldLength is 63, but must be between 64 and 65534";
    let error = Service::new(bad()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), why);
    assert_eq!(events_with(why), 1);
    assert_eq!(
        Service::global_with(bad).unwrap_err(),
        Error::InvalidParameter
    );
    // That was no use of it: the next parameters count, and those after them do not.
    let service = Service::global_with(|| set("MaxFieldLength", "64")).expect("a service");
    assert_eq!(service.parameters().max_field_length, 64);
    let same = Service::global().expect("a service");
    assert_eq!(same.parameters().max_field_length, 64);
}

#[test]
fn a_parameter_without_effect_gives_one_warning() {
    let _turn = turn();
    let mut parameters = set("UriEnableCache", "0");
    parameters
        .set("EnableTrailerSupport", "1")
        .expect("a switch");
    // That one has an effect, and this one the value it has anyway.
    parameters.set("MaxFieldLength", "100").expect("in range");
    parameters
        .set("UriScavengerPeriod", "120")
        .expect("in range");
    Service::new(parameters).expect("a service").stop();
    for name in ["UriEnableCache", "EnableTrailerSupport"] {
        let line = format!("WARN is set and has no effect parameter={name:?}");
        assert_eq!(events_with(&line), 1, "{:?}", events());
    }
    assert_eq!(events_with("has no effect"), 2);
}

#[test]
fn g_051_a_response_without_an_end_may_give_a_warning() {
    let _turn = turn();
    // Content-Length, MORE_DATA, DISCONNECT with the last byte; warnings when the choice is on.
    let cases = [
        (None, true, false, 1),
        (None, true, true, 0),
        (None, false, false, 0),
        (Some(&b"1"[..]), true, false, 0),
    ];
    for on in [false, true] {
        let parameters = set("WarnUnterminatedResponse", if on { "1" } else { "0" });
        let world = World::new(parameters, Frozen(Instant::now()));
        for (length, more, disconnect, warnings) in cases {
            events().clear();
            let mut client = world.connect();
            let request = world.received(&mut client);
            world.answer(request, length, more, disconnect);
            let line = format!("request={}", request.0);
            let found = events_with("no end that its client can find");
            let wanted = if on { warnings } else { 0 };
            assert_eq!(found, wanted, "{on} {length:?} {more} {disconnect}");
            assert_eq!(events_with(&line), wanted);
        }
    }
}

/// Time stands still: nothing but the bytes can end the connection.
#[test]
fn g_006_a_refused_client_is_read_up_to_the_limit() {
    let _turn = turn();
    for (limit, ends) in [("0", true), ("1000", false)] {
        let world = World::new(set("LingerBytes", limit), Frozen(Instant::now()));
        let mut client = world.connect();
        client.write_all(b"GET / nothing\r\n\r\n").expect("sent");
        let mut page = Vec::new();
        client.read_to_end(&mut page).expect("the page, and an end");
        assert!(page.starts_with(b"HTTP/1.1 400 "));
        // A request that another client sends afterwards is taken after these bytes were seen.
        let mut other = world.connect();
        let mut broken = false;
        for _ in 0..4 {
            broken |= client.write_all(b"on").is_err();
            let request = world.received(&mut other);
            world.answer(request, None, false, false);
        }
        assert_eq!(broken, ends, "{limit}");
    }
}

#[test]
fn lim_013_a_connection_that_is_dropped_has_a_reason() {
    let _turn = turn();
    let world = World::new(set("MaxConnections", "1024"), Frozen(Instant::now()));
    let open: Vec<TcpStream> = (0..1024).map(|_| world.connect()).collect();
    // The reset may come before the connection is known to be open.
    let more = TcpStream::connect(("127.0.0.1", world.port));
    let gone = more.and_then(|mut more| {
        more.set_read_timeout(Some(PATIENCE))?;
        let read = more.read(&mut [0])?;
        // Wine's sockets tell a reader of an end; the first send fails at once only after a reset.
        if cfg!(windows) {
            more.write(&[0])
        } else {
            Ok(read)
        }
    });
    assert_eq!(gone.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(events_with("Connections_Refused"), 1, "{:?}", events());
    drop(open);
}
