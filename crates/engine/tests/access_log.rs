//! Access logs with a clock that the test turns: times taken, local time, names of files.
//!
//! Owns: what depends on time. Does not own: everything else about logs (`tests/conformance`).
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use httpsys_core::call::{ApiVersion, Control, Outcome, QueueAccess, Receive, SendResponse};
use httpsys_core::property::{LogFormat, Logging, Property, Rollover};
use httpsys_core::{RequestId, UrlGroupId};
use httpsys_engine::clock::Clock;
use httpsys_engine::logging::{FieldsData, Text};
use httpsys_engine::{Chunk, QueueHandle, Service, Verdict};
use httpsys_proto::{Parameters, ResponseParts};

/// 2024-05-06 22:13:20 UTC.
const START: u64 = 1_715_033_600;
/// Kathmandu, 5:45 hours east.
const OFFSET: i32 = 20_700;

/// Milliseconds since the start.
#[derive(Clone)]
struct Manual {
    zero: Instant,
    millis: Arc<AtomicU64>,
}

impl Manual {
    fn new() -> Manual {
        Manual {
            zero: Instant::now(),
            millis: Arc::default(),
        }
    }

    fn turn(&self, millis: u64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for Manual {
    fn now(&self) -> Instant {
        self.zero + Duration::from_millis(self.millis.load(Ordering::SeqCst))
    }

    fn millis(&self) -> u64 {
        self.millis.load(Ordering::SeqCst)
    }

    fn unix_seconds(&self) -> u64 {
        START + self.millis.load(Ordering::SeqCst) / 1000
    }

    fn utc_offset(&self, _: u64) -> i32 {
        OFFSET
    }
}

struct World {
    service: Service,
    clock: Manual,
    group: UrlGroupId,
    queue: Arc<QueueHandle>,
    port: u16,
    folder: PathBuf,
}

impl World {
    fn new(name: &str) -> World {
        let clock = Manual::new();
        let service = Service::with_clock(Parameters::default(), clock.clone()).expect("a service");
        let control = |call| service.control(call).expect("it can be made");
        let version = ApiVersion::V2;
        let Outcome::ServerSession(session) = control(Control::CreateServerSession { version })
        else {
            panic!("no session");
        };
        let Outcome::UrlGroup(group) = control(Control::CreateUrlGroup { session }) else {
            panic!("no group");
        };
        let name_of_queue = None;
        let Outcome::Queue(queue) = control(Control::CreateRequestQueue {
            version,
            name: name_of_queue,
            access: QueueAccess::Granted,
        }) else {
            panic!("no queue");
        };
        control(Control::BindUrlGroup {
            group,
            queue: Some(queue),
        });
        let port = port::take(|port| {
            let url = format!("http://localhost:{port}/").encode_utf16().collect();
            let call = Control::AddUrlToUrlGroup {
                group,
                url,
                context: 0,
            };
            service.register(call)
        });
        let id = std::process::id();
        World {
            queue: service.queue(queue).expect("it is open"),
            clock,
            group,
            port,
            folder: std::env::temp_dir().join(format!("httpsys-engine-{name}-{id}")),
            service,
        }
    }

    fn set(&self, logging: Option<Logging>) {
        let call = Control::SetUrlGroupProperty {
            group: self.group,
            property: Property::Logging(logging.map(Box::new)),
        };
        self.service.control(call).expect("a log");
    }

    fn logging(&self, format: LogFormat) -> Logging {
        let directory = self.folder.to_str().expect("UTF-8");
        Logging {
            flags: 0,
            software_name: Vec::new(),
            directory: directory.encode_utf16().collect(),
            format,
            // time, cs-uri-stem, sc-bytes, cs-bytes, time-taken
            fields: 0x7102,
            rollover: Rollover::Daily,
        }
    }

    fn client(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).expect("it listens")
    }

    fn receive(&self) -> RequestId {
        let next = Receive {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut id = RequestId::NULL;
        let received = self
            .service
            .receive(&self.queue, &next, None, &mut |arrival| {
                id = arrival.request().id;
                Verdict::Taken
            });
        assert_eq!(received, Ok(()));
        id
    }

    fn send(&self, request: RequestId, more_data: bool, stem: &str) -> u64 {
        let call = SendResponse {
            request,
            disconnect: true,
            more_data,
            opaque: false,
            go_away: false,
        };
        let data = FieldsData {
            uri_stem: Text::Str(stem),
            ..FieldsData::default()
        };
        let mut head = ResponseParts::default();
        head.begin(200, b"OK").expect("a head");
        let sent = if more_data {
            let body = [Chunk::Memory(b"abc")];
            self.service
                .send_response(&self.queue, &call, &mut head, &body, Some(&data))
        } else {
            let body = [Chunk::Memory(b"defgh")];
            self.service
                .send_entity_body(&self.queue, &call, &body, Some(&data))
        };
        sent.expect("sent")
    }

    fn read(&self, name: &str) -> String {
        let path: &Path = &self.folder.join(name);
        std::fs::read_to_string(path).unwrap_or_default()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.service.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Documented: from the first byte, before the request is parsed, to the completion of the last
/// send; the line has the time of its end.
#[test]
fn time_taken_is_from_the_first_byte_to_the_last_send() {
    let world = World::new("taken");
    world.set(Some(world.logging(LogFormat::W3c)));
    let mut client = world.client();
    let head = "GET /path HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.write_all(&head.as_bytes()[..10]).expect("sent");
    // What a connection sent before another was made is looked at before that.
    let mut other = world.client();
    other.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("sent");
    world.receive();
    world.clock.turn(1500);
    client.write_all(&head.as_bytes()[10..]).expect("sent");
    let request = world.receive();
    world.clock.turn(40);
    let sent = world.send(request, true, "/first");
    world.clock.turn(2);
    let sent = sent + world.send(request, false, "/last");
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).expect("an answer");
    assert_eq!(answer.len() as u64, sent);
    world.set(None);
    let text = world.read("ex240506.log");
    let line = text.lines().last().expect("a line");
    let received = head.len();
    assert_eq!(
        line,
        format!("22:13:21 /last {sent} {received} 1542"),
        "{text}"
    );
}

#[test]
fn local_time_is_in_names_and_in_the_formats_that_have_it() {
    let world = World::new("local");
    let exchange = || {
        let mut client = world.client();
        client.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("sent");
        let request = world.receive();
        world.send(request, true, "/x");
        world.send(request, false, "/x");
        client.read_to_end(&mut Vec::new()).expect("an answer");
    };
    for (format, flags, name, begins) in [
        (
            LogFormat::Ncsa,
            0,
            "nc240506.log",
            "- - - [07/May/2024:03:58:20 +0545] \"- /x HTTP/1.0\"",
        ),
        (
            LogFormat::Iis,
            1,
            "in240507.log",
            "-, -, 05/07/24, 3:58:20, -, ",
        ),
        (LogFormat::W3c, 1, "ex240507.log", "22:13:20 /x "),
        (LogFormat::W3c, 0, "ex240506.log", "22:13:20 /x "),
    ] {
        let mut logging = world.logging(format);
        logging.flags = flags;
        world.set(Some(logging));
        exchange();
        world.set(None);
        let text = world.read(name);
        let line = text.lines().last().expect("a line");
        assert!(line.starts_with(begins), "{name}: {line}");
        std::fs::remove_file(world.folder.join(name)).expect("it is the one file");
    }
    assert!(
        std::fs::read_dir(&world.folder)
            .expect("a folder")
            .next()
            .is_none()
    );
}

/// Also where no URL goes with it: the file has its last lines, and nothing holds it open.
#[test]
fn a_log_ends_with_its_session_or_group() {
    let world = World::new("ends");
    let control = |call| world.service.control(call).expect("done");
    let version = ApiVersion::V2;
    let Outcome::ServerSession(session) = control(Control::CreateServerSession { version }) else {
        panic!("no session");
    };
    let Outcome::UrlGroup(group) = control(Control::CreateUrlGroup { session }) else {
        panic!("no group");
    };
    let property = || Property::Logging(Some(Box::new(world.logging(LogFormat::W3c))));
    control(Control::SetUrlGroupProperty {
        group,
        property: property(),
    });
    control(Control::SetServerSessionProperty {
        session,
        property: property(),
    });
    let logs = || {
        let of_group = world.service.url_group_log_counters(group).is_some();
        let of_session = world.service.server_session_log_counters(session).is_some();
        (of_group, of_session)
    };
    assert_eq!(logs(), (true, true));
    control(Control::CloseUrlGroup { group });
    assert_eq!(logs(), (false, true));
    control(Control::CloseServerSession { session });
    assert_eq!(logs(), (false, false));
}
