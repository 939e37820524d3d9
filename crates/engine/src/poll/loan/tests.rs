//! Loans of the lead: which of the threads that wait for something else polls.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::thread::{self, Thread};

use httpsys_core::call::{Control, Outcome, Receive, WaitForDisconnect};
use httpsys_core::proto::Parameters;
use httpsys_core::{ConnectionId, Error, OperationId, RequestId};

use super::*;
use crate::calls::queue_handle::QueueHandle;
use crate::poll::leadership::FOREIGN_TURNS;
use crate::{Operation, PendingOperation, Signal, Started, Verdict};

/// Clients that go away, one after the other.
const CLIENTS: usize = 64;

/// What the threads of the test know of one another.
struct Shared {
    service: Service,
    /// Waits the clients' ends.
    worker: Thread,
    /// The thread that waits for the end of the test alone.
    idle: Thread,
    /// Clients whose end was found, and by the idle thread.
    found: AtomicUsize,
    found_by_idle: AtomicUsize,
    ends: AtomicBool,
}

/// A wait for the end of a client.
struct Wait(Arc<Shared>);

impl Operation for Wait {
    type Kept = Self;

    fn keep(self, _: OperationId) -> Result<Self, (Self, Error)> {
        Ok(self)
    }
}

impl PendingOperation for Wait {
    fn signal(self, _: Signal) {
        let shared = self.0;
        let current = thread::current().id();
        if current == shared.idle.id() {
            shared.found_by_idle.fetch_add(1, Ordering::SeqCst);
        }
        shared.found.fetch_add(1, Ordering::SeqCst);
        if current != shared.worker.id() {
            shared.service.stop_driving();
            shared.worker.unpark();
        }
    }
}

impl Shared {
    /// Waits as the Win32 subset does: polls, or sleeps while another thread polls.
    fn wait(&self, until: &dyn Fn() -> bool) {
        while !until() {
            if !self.service.drive(until, None) {
                while !until() {
                    thread::park();
                }
            }
        }
    }
}

/// A client, and its connection.
fn connect(service: &Service, queue: &QueueHandle, port: u16) -> (TcpStream, ConnectionId) {
    use std::io::Write;

    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.write_all(request).unwrap();
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let mut connection = None;
    let received = service.receive(queue, &next, None, &mut |arrival| {
        connection = Some(arrival.request().connection);
        Verdict::Taken
    });
    received.unwrap();
    (client, connection.unwrap())
}

/// Else the threads that do the work would be woken for all of it.
#[test]
fn a_thread_that_finds_things_for_others_only_gives_way_to_the_one_that_they_are_for() {
    let service = Service::new(Parameters::default()).unwrap();
    let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
        panic!("no queue");
    };
    let url = "http://localhost:0/".encode_utf16().collect();
    let port = service.register(Control::AddUrl { queue, url }).unwrap();
    let queue = service.queue(queue).unwrap();
    let clients = [(); CLIENTS].map(|()| connect(&service, &queue, port));

    let (tell, told) = std::sync::mpsc::channel::<Arc<Shared>>();
    let idle = thread::spawn(move || {
        let shared = told.recv().unwrap();
        shared.wait(&|| shared.ends.load(Ordering::SeqCst));
    });
    let shared = Arc::new(Shared {
        service: service.clone(),
        worker: thread::current(),
        idle: idle.thread().clone(),
        found: AtomicUsize::new(0),
        found_by_idle: AtomicUsize::new(0),
        ends: AtomicBool::new(false),
    });
    for (_, connection) in &clients {
        let wait = WaitForDisconnect {
            connection: *connection,
        };
        let waits = service.try_wait_for_disconnect(&queue, &wait, Wait(Arc::clone(&shared)));
        assert!(matches!(waits, Started::Pending(_)));
    }
    tell.send(Arc::clone(&shared)).unwrap();
    while !service.shard().leadership.is_lent() {
        thread::yield_now();
    }

    for (gone, (client, _)) in clients.into_iter().enumerate() {
        drop(client);
        shared.wait(&|| shared.found.load(Ordering::SeqCst) > gone);
    }
    let handed_over = shared.found_by_idle.load(Ordering::SeqCst);
    // One that is found before the count is seen, and one before the lead is given back.
    assert!(handed_over <= FOREIGN_TURNS as usize + 2, "{handed_over}");

    shared.ends.store(true, Ordering::SeqCst);
    service.stop_driving();
    idle.thread().unpark();
    idle.join().unwrap();
    service.stop();
}
