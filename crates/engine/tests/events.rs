//! The events of HTTP.sys's tracing scenarios, as a `tracing` subscriber sees them (LOG-011).
//!
//! Owns: names, numbers and order. Does not own: the events' other fields, which are ours.
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use httpsys_core::call::{ApiVersion, Control, Outcome, QueueAccess, Receive, SendResponse};
use httpsys_core::property::{Property, Timeouts};
use httpsys_core::{QueueId, RequestId, UrlGroupId};
use httpsys_engine::{Service, Verdict};
use httpsys_proto::{Parameters, ResponseParts};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Numbers and names, in order.
type Seen = Arc<Mutex<Vec<(u64, String)>>>;

struct Listener(Seen);

#[derive(Default)]
struct Fields {
    id: Option<u64>,
    event: String,
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "id" {
            self.id = Some(value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "event" {
            self.event = value.to_owned();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "httpsys::etw"
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let id = fields.id.expect("each has a number");
        self.0.lock().expect("no panic").push((id, fields.event));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// A queue and its URL group, whose connections may be idle for a second.
fn queue_with_idle_timer(service: &Service) -> (QueueId, UrlGroupId) {
    let control = |call| service.control(call).expect("it can be made");
    let version = ApiVersion::V2;
    let Outcome::ServerSession(session) = control(Control::CreateServerSession { version }) else {
        panic!("no session");
    };
    let Outcome::UrlGroup(group) = control(Control::CreateUrlGroup { session }) else {
        panic!("no group");
    };
    let name = None;
    let Outcome::Queue(queue) = control(Control::CreateRequestQueue {
        version,
        name,
        access: QueueAccess::Granted,
    }) else {
        panic!("no queue");
    };
    control(Control::BindUrlGroup {
        group,
        queue: Some(queue),
    });
    control(Control::SetUrlGroupProperty {
        group,
        property: Property::Timeouts(Some(Timeouts {
            idle_connection: 1,
            ..Timeouts::default()
        })),
    });
    (queue, group)
}

/// The two scenarios of the documentation: a request that is answered on a connection that is idle
/// afterwards, and one that cannot be parsed.
#[test]
fn log_011_the_events_of_the_tracing_scenarios() {
    let seen = Seen::default();
    let listener = Listener(Arc::clone(&seen));
    tracing::subscriber::set_global_default(listener).expect("the only one");
    let folder = std::env::temp_dir().join(format!("httpsys-events-{}", std::process::id()));
    let mut parameters = Parameters::default();
    parameters.enable_error_logging = true;
    parameters.error_logging_dir = folder.to_str().expect("UTF-8").to_owned();
    let service = Service::new(parameters).expect("a service");
    let (queue, group) = queue_with_idle_timer(&service);
    let queue = service.queue(queue).expect("it is open");
    let port = port::take(|port| {
        let url = format!("http://localhost:{port}/").encode_utf16().collect();
        service.register(Control::AddUrlToUrlGroup {
            group,
            url,
            context: 0,
        })
    });
    let ask = |request: &str| {
        let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        client.write_all(request.as_bytes()).expect("sent");
        client
    };

    let mut client = ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let mut request = RequestId::NULL;
    let received = service.receive(&queue, &next, None, &mut |arrival| {
        request = arrival.request().id;
        Verdict::Taken
    });
    assert_eq!(received, Ok(()));
    let mut head = ResponseParts::default();
    head.begin(200, b"OK").expect("a head");
    let call = SendResponse {
        request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let sent = service.send_response(&queue, &call, &mut head, &[], None);
    assert!(sent.is_ok());
    // Up to the end that the timer makes.
    client.read_to_end(&mut Vec::new()).expect("an answer");
    drop(client);
    let mut refused = ask("GET /%zz HTTP/1.0\r\n\r\n");
    refused.read_to_end(&mut Vec::new()).expect("a page");
    drop(refused);
    service.stop();
    let _ = std::fs::remove_dir_all(folder);

    let seen = seen.lock().expect("no panic");
    let of = |wanted: &[u64]| -> Vec<(u64, &str)> {
        let all = seen.iter().map(|(id, name)| (*id, name.as_str()));
        all.filter(|(id, _)| wanted.contains(id)).collect()
    };
    // AddUrl may have met a port that was taken meanwhile.
    assert_eq!(of(&[31]), [(31, "AddUrl")]);
    assert_eq!(of(&[1, 2]), [(1, "RecvReq"), (2, "Parse")]);
    assert_eq!(
        of(&[21, 22]),
        [
            (21, "ConnConnect"),
            (22, "ConnIdAssgn"),
            (21, "ConnConnect"),
            (22, "ConnIdAssgn")
        ]
    );
    // HTTPERR has a line for the timer, and one for the refused request.
    assert_eq!(
        of(&[52, 51]),
        [
            (51, "LogFileWrite"),
            (52, "ParseRequestFailed"),
            (51, "LogFileWrite"),
        ]
    );
    assert_eq!(of(&[53]), [(53, "ConnTimedOut")]);
    assert_eq!(of(&[24]), [(24, "ConnCleanup"), (24, "ConnCleanup")]);
}
