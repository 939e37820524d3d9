//! Completions that are held up: the program's memory has to come from a disk, or its waker waits.
//!
//! Owns: that other connections go on meanwhile, although no thread of the program polls. Does not own:
//! who holds a connection's lock (`turn`'s own tests).
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;

use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use httpsys_core::call::{Control, Outcome, Receive, WaitForDisconnect};
use httpsys_core::{ConnectionId, Error, OperationId, RequestId};
use httpsys_engine::{Operation, PendingOperation, QueueHandle, Service, Signal, Started, Verdict};
use httpsys_proto::Parameters;

/// So long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A wait for a disconnect that says that it was signalled, and returns when it may.
struct Wait {
    number: usize,
    signalled: Sender<usize>,
    may_return: Option<Receiver<()>>,
}

impl Operation for Wait {
    type Kept = Self;

    fn keep(self, _: OperationId) -> Result<Self, (Self, Error)> {
        Ok(self)
    }
}

impl PendingOperation for Wait {
    fn signal(self, signal: Signal) {
        assert_eq!(signal, Signal::Ready);
        self.signalled.send(self.number).expect("the test waits");
        if let Some(may_return) = self.may_return {
            // The end of the test lets it go, however that ends.
            let _ = may_return.recv();
        }
    }
}

/// A client, and its connection.
fn connect(service: &Service, queue: &QueueHandle, port: u16) -> (TcpStream, ConnectionId) {
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("sent");
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let mut connection = ConnectionId(0);
    let received = service.receive(queue, &next, None, &mut |arrival| {
        connection = arrival.request().connection;
        Verdict::Taken
    });
    received.expect("a request");
    (client, connection)
}

#[test]
fn completions_that_are_held_up_keep_no_other_connection_waiting() {
    let service = Service::new(Parameters::default()).expect("a service");
    let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
        panic!("no queue");
    };
    let port = port::take(|port| {
        let url = format!("http://localhost:{port}/").encode_utf16().collect();
        service.register(Control::AddUrl { queue, url })
    });
    let queue = service.queue(queue).expect("it is open");
    let (signalled, signals) = mpsc::channel();
    let mut releases = Vec::new();
    // The first three are held up, one after the other; each time the others go on.
    for number in 0..6 {
        let (client, connection) = connect(&service, &queue, port);
        let (release, may_return) = mpsc::channel();
        let held_up = number < 3;
        let may_return = held_up.then_some(may_return);
        releases.push(release);
        let wait = WaitForDisconnect { connection };
        let operation = Wait {
            number,
            signalled: signalled.clone(),
            may_return,
        };
        let waits = service.try_wait_for_disconnect(&queue, &wait, operation);
        assert!(matches!(waits, Started::Pending(_)));
        drop(client);
        assert_eq!(signals.recv_timeout(PATIENCE), Ok(number));
    }
    // Those that come back were replaced, and disturb nobody.
    drop(releases);
    for number in 6..9 {
        let (client, connection) = connect(&service, &queue, port);
        let wait = WaitForDisconnect { connection };
        let operation = Wait {
            number,
            signalled: signalled.clone(),
            may_return: None,
        };
        let waits = service.try_wait_for_disconnect(&queue, &wait, operation);
        assert!(matches!(waits, Started::Pending(_)));
        drop(client);
        assert_eq!(signals.recv_timeout(PATIENCE), Ok(number));
    }
    service.stop();
    drop(signalled);
    assert!(signals.recv_timeout(PATIENCE).is_err(), "each once");
}
