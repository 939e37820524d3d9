//! Timeouts of the configuration in force, with a clock that the test turns.
//!
//! Owns: that a connection has what HttpSetServiceConfiguration says where its session and URL group
//! say nothing. Does not own the timers, nor the records and their codes (`httpsys_core`, `httpapi`).
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use httpsys_core::RequestId;
use httpsys_core::call::{Control, Outcome, Receive, SendResponse};
use httpsys_core::configuration::{Change, ServiceTimeout};
use httpsys_engine::clock::Clock;
use httpsys_engine::{QueueHandle, Service, Verdict};
use httpsys_proto::{Parameters, ResponseParts};

/// So long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Seconds pass when the test says so.
#[derive(Clone)]
struct Turned {
    start: Instant,
    seconds: Arc<AtomicU64>,
}

impl Clock for Turned {
    fn now(&self) -> Instant {
        self.start + Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }

    fn millis(&self) -> u64 {
        self.seconds.load(Ordering::SeqCst) * 1000
    }

    fn unix_seconds(&self) -> u64 {
        784_111_777
    }
}

struct World {
    service: Service,
    queue: Arc<QueueHandle>,
    clock: Turned,
    port: u16,
}

impl World {
    /// A service with one queue for everything under one port of loopback.
    fn new() -> World {
        let clock = Turned {
            start: Instant::now(),
            seconds: Arc::default(),
        };
        let service = Service::with_clock(Parameters::default(), clock.clone());
        let service = service.expect("a service");
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
            clock,
            service,
        }
    }

    fn configure(&self, change: Change) {
        let done = self.service.control(Control::Configure(change));
        assert_eq!(done, Ok(Outcome::Done));
    }

    /// A request on the connection, answered: after it the connection is idle.
    fn serve(&self, client: &mut TcpStream) {
        let get = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        client.write_all(get).expect("sent");
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
        received.expect("a request");
        let mut head = ResponseParts::new();
        head.begin(204, b"No Content").expect("a status");
        let call = SendResponse {
            request: id,
            disconnect: false,
            more_data: false,
            opaque: false,
            go_away: false,
        };
        let sent = self
            .service
            .send_response(&self.queue, &call, &mut head, &[], None);
        sent.expect("an answer");
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).expect("the answer");
            bytes.extend(byte);
        }
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        client.set_read_timeout(Some(PATIENCE)).expect("a socket");
        client
    }

    fn turn(&self, seconds: u64) {
        for _ in 0..seconds {
            self.clock.seconds.fetch_add(1, Ordering::SeqCst);
            self.service.run_timers();
        }
    }
}

#[test]
fn cfg_004_an_idle_connection_ends_after_the_time_of_the_configuration() {
    let world = World::new();
    world.configure(Change::SetTimeout {
        timeout: ServiceTimeout::IdleConnection,
        seconds: 30,
    });
    let mut client = world.connect();
    world.serve(&mut client);
    world.turn(28);
    // Open still.
    world.serve(&mut client);
    world.turn(32);
    assert_eq!(client.read(&mut [0]).expect("an orderly end"), 0);
    // Removed, the default of 120 seconds is in force again, for requests that come after it.
    world.configure(Change::RemoveTimeout {
        timeout: ServiceTimeout::IdleConnection,
    });
    let mut client = world.connect();
    world.serve(&mut client);
    world.turn(100);
    world.serve(&mut client);
    world.turn(122);
    assert_eq!(client.read(&mut [0]).expect("an orderly end"), 0);
    world.service.stop();
}
