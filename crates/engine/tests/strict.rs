//! Strict mode, seen by a subscriber of events that calls the service back.
//!
//! Owns: that nothing is locked while a finding is reported. Does not own: what is a finding (`tests` of the APIs).
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;

use std::fmt::Debug;
use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use httpsys_core::call::{Cancel, Control, Outcome, Receive, SendResponse};
use httpsys_core::{Error, QueueId, RequestId};
use httpsys_engine::{QueueHandle, Service, Verdict};
use httpsys_proto::header::id;
use httpsys_proto::{Parameters, ResponseParts, StrictMode};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What the subscriber cancels when it hears of a misuse.
struct Target {
    service: Service,
    queue: Arc<QueueHandle>,
    request: RequestId,
}

static TARGET: Mutex<Option<Target>> = Mutex::new(None);
/// The misuse, and what the cancel returned.
static HEARD: Mutex<Vec<(String, Result<(), Error>)>> = Mutex::new(Vec::new());

struct Canceller;

#[derive(Default)]
struct Name(Option<String>);

impl Visit for Name {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "misuse" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Subscriber for Canceller {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn event(&self, event: &Event<'_>) {
        let mut name = Name::default();
        event.record(&mut name);
        let Some(misuse) = name.0 else { return };
        let Some(target) = TARGET.lock().expect("no panic").take() else {
            return;
        };
        let cancelled = target.service.cancel(
            &target.queue,
            &Cancel {
                request: target.request,
            },
        );
        HEARD.lock().expect("no panic").push((misuse, cancelled));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// A strict service with one queue.
struct World {
    service: Service,
    id: QueueId,
    queue: Arc<QueueHandle>,
    port: u16,
}

impl World {
    fn new() -> World {
        let mut parameters = Parameters::default();
        parameters.strict = StrictMode::Collect;
        let service = Service::new(parameters).expect("a service");
        let Ok(Outcome::Queue(id)) = service.control(Control::CreateHttpHandle) else {
            panic!("no queue");
        };
        let queue = service.queue(id).expect("it is open");
        let port = port::take(|port| {
            let url = format!("http://localhost:{port}/").encode_utf16().collect();
            service.register(Control::AddUrl { queue: id, url })
        });
        World {
            service,
            id,
            queue,
            port,
        }
    }

    /// A request, which the subscriber cancels at the next finding.
    fn request(&self) -> (TcpStream, RequestId) {
        let mut client = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .expect("sent");
        let next = Receive {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut request = RequestId::NULL;
        let received = self
            .service
            .receive(&self.queue, &next, None, &mut |arrival| {
                request = arrival.request().id;
                Verdict::Taken
            });
        assert_eq!(received, Ok(()));
        *TARGET.lock().expect("no panic") = Some(Target {
            service: self.service.clone(),
            queue: Arc::clone(&self.queue),
            request,
        });
        (client, request)
    }

    /// Sends a response whose Content-Length is 5, without a body.
    fn respond_with_too_little(&self, request: RequestId, more_data: bool) {
        let mut head = ResponseParts::default();
        head.begin(200, b"OK").expect("a head");
        head.known(id::CONTENT_LENGTH, b"5", false)
            .expect("a field");
        let call = Self::send(request, more_data);
        let sent = self
            .service
            .send_response(&self.queue, &call, &mut head, &[], None);
        assert!(sent.is_ok());
    }

    fn send(request: RequestId, more_data: bool) -> SendResponse {
        SendResponse {
            request,
            disconnect: false,
            more_data,
            opaque: false,
            go_away: false,
        }
    }
}

fn heard() -> (String, Result<(), Error>) {
    let mut heard = HEARD.lock().expect("no panic");
    assert_eq!(heard.len(), 1, "{heard:?}");
    heard.remove(0)
}

/// Each of these calls makes its finding while the connection is locked: a subscriber that cancels the request
/// would wait for ever if it heard of it then.
#[test]
fn a_subscriber_that_hears_of_a_misuse_may_call_the_service() {
    tracing::subscriber::set_global_default(Canceller).expect("the only one");
    let mismatch = "ContentLengthMismatch";

    let world = World::new();
    let (_client, request) = world.request();
    world.respond_with_too_little(request, false);
    assert_eq!(heard().0, mismatch);

    let (_client, request) = world.request();
    world.respond_with_too_little(request, true);
    let call = World::send(request, false);
    let sent = world
        .service
        .send_entity_body(&world.queue, &call, &[], None);
    assert!(sent.is_ok());
    assert_eq!(heard().0, mismatch);

    let (_client, request) = world.request();
    assert_eq!(world.service.close_handle(&world.queue), Ok(()));
    assert_eq!(heard().0, "RequestUnanswered");
    assert_eq!(
        world.service.cancel(&world.queue, &Cancel { request }),
        Err(Error::ConnectionInvalid)
    );

    for terminate in [false, true] {
        let world = World::new();
        let (_client, _request) = world.request();
        if terminate {
            world.service.close_everything();
        } else {
            let queue = world.id;
            let closed = world.service.control(Control::CloseRequestQueue { queue });
            assert!(closed.is_ok());
        }
        assert_eq!(heard().0, "RequestUnanswered");
    }
}
