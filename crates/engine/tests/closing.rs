//! Closing connections, with a clock that stands still: only the peer can end them.
//!
//! Owns: that a closing connection ends with its peer, and not by the timer of G-006. Does not own:
//! what is thrown away meanwhile (`parameters`), nor what the client sees (`tests/`).
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use httpsys_core::call::{Control, Outcome, Receive, SendResponse, WaitForDisconnect};
use httpsys_core::{ConnectionId, Error, RequestId};
use httpsys_engine::clock::Clock;
use httpsys_engine::{QueueHandle, Service, Verdict};
use httpsys_proto::header::id;
use httpsys_proto::{Parameters, ResponseParts};

/// So long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

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
fn world() -> (Service, Arc<QueueHandle>, u16) {
    let clock = Frozen(Instant::now());
    let service = Service::with_clock(Parameters::default(), clock).expect("a service");
    let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
        panic!("no queue");
    };
    let port = port::take(|port| {
        let url = format!("http://localhost:{port}/").encode_utf16().collect();
        service.register(Control::AddUrl { queue, url })
    });
    let queue = service.queue(queue).expect("it is open");
    (service, queue, port)
}

fn receive(service: &Service, queue: &QueueHandle) -> (RequestId, ConnectionId) {
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let mut ids = None;
    let received = service.receive(queue, &next, None, &mut |arrival| {
        ids = Some((arrival.request().id, arrival.request().connection));
        Verdict::Taken
    });
    received.expect("a request");
    ids.expect("its ids")
}

/// A 101 and, at once, the end of the pipe.
fn upgrade_and_end(service: &Service, queue: &QueueHandle, request: RequestId) {
    let mut head = ResponseParts::new();
    head.begin(101, b"Switching Protocols").expect("a status");
    head.known(id::UPGRADE, b"websocket", true).expect("a name");
    let mut call = SendResponse {
        request,
        disconnect: false,
        more_data: true,
        opaque: true,
        go_away: false,
    };
    let sent = service.send_response(queue, &call, &mut head, &[], None);
    sent.expect("the head");
    (call.more_data, call.opaque) = (false, false);
    let sent = service.send_entity_body(queue, &call, &[], None);
    sent.expect("the end");
}

#[test]
fn g_006_a_closing_connection_ends_with_its_peer() {
    let (service, queue, port) = world();
    // Whether bytes and end are seen together is a matter of moments.
    for _ in 0..20 {
        let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        let get = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        client.write_all(get).expect("sent");
        let (request, connection) = receive(&service, &queue);
        upgrade_and_end(&service, &queue, request);
        client.read_to_end(&mut Vec::new()).expect("an orderly end");
        client.write_all(&[b'x'; 10_000]).expect("sent");
        client.shutdown(Shutdown::Write).expect("a socket");
        let (tell, told) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                let wait = WaitForDisconnect { connection };
                let _ = tell.send(service.wait_for_disconnect(&queue, &wait));
            });
            let end = told.recv_timeout(PATIENCE);
            if end.is_err() {
                service.stop();
            }
            // 1229: it has ended already.
            let ended = matches!(end, Ok(Ok(()) | Err(Error::ConnectionInvalid)));
            assert!(ended, "{end:?}");
        });
    }
    service.stop();
}
