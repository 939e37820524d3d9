//! Parameters whose effect needs a clock that stands still, or is an event: what `tests/wire` cannot
//! see.
//!
//! Owns: the events of `tracing` that parameters cause, the refusal of bad ones, and the bound on
//! what is read after a refusal. Invariant: one test at a time, since events belong to the process.
#![allow(missing_docs, reason = "a test program")]

#[path = "support/events.rs"]
mod events;
#[path = "support/port.rs"]
mod port;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use httpsys_core::call::{Control, Outcome, Receive, SendResponse};
use httpsys_core::{Error, RequestId};
use httpsys_engine::clock::Clock;
use httpsys_engine::{Chunk, QueueHandle, Service, Verdict};
use httpsys_proto::header::id;
use httpsys_proto::{Parameters, ResponseParts};

/// So long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

fn events_with(text: &str) -> usize {
    events::with(text).len()
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
        let port = port::take(|port| {
            let url = format!("http://localhost:{port}/").encode_utf16().collect();
            service.register(Control::AddUrl { queue, url })
        });
        World {
            queue: service.queue(queue).expect("it is open"),
            port,
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
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").expect("a status");
        if let Some(length) = length {
            head.known(id::CONTENT_LENGTH, length, true)
                .expect("digits");
        }
        let call = |more_data, disconnect| SendResponse {
            request,
            disconnect,
            more_data,
            opaque: false,
            go_away: false,
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
    let _turn = events::turn();
    let bad = || {
        let mut parameters = Parameters::default();
        parameters.max_field_length = 63;
        parameters
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
    let _turn = events::turn();
    let mut parameters = set("EnableAggressiveMemoryUsage", "1");
    // These have an effect, or the value that they have anyway.
    parameters.set("MaxFieldLength", "100").expect("in range");
    parameters.set("UriMaxUriBytes", "4096").expect("in range");
    parameters
        .set("UriScavengerPeriod", "120")
        .expect("in range");
    Service::new(parameters).expect("a service").stop();
    let line = "WARN is set and has no effect parameter=\"EnableAggressiveMemoryUsage\"";
    assert_eq!(events_with(line), 1, "{:?}", events::all());
    assert_eq!(events_with("has no effect"), 1);
}

#[test]
fn g_051_a_response_without_an_end_may_give_a_warning() {
    let _turn = events::turn();
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
            events::all().clear();
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
    let _turn = events::turn();
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
    let _turn = events::turn();
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
    assert_eq!(events_with("Connections_Refused"), 1, "{:?}", events::all());
    drop(open);
}
