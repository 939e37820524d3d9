//! Loans of the lead: which of the threads that wait for something else polls.

use std::cell::Cell;
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
    /// Clients whose end was found.
    found: AtomicUsize,
    ends: AtomicBool,
    /// The idle thread has given the lead away.
    gave_way: AtomicBool,
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
        shared.found.fetch_add(1, Ordering::SeqCst);
        if current != shared.worker.id() {
            shared.service.stop_driving();
            shared.worker.unpark();
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
        let ends = || shared.ends.load(Ordering::SeqCst);
        shared.service.drive(&ends, None);
        shared.gave_way.store(true, Ordering::SeqCst);
        while !ends() {
            thread::park();
        }
    });
    let shared = Arc::new(Shared {
        service: service.clone(),
        worker: thread::current(),
        found: AtomicUsize::new(0),
        ends: AtomicBool::new(false),
        gave_way: AtomicBool::new(false),
    });
    for (_, connection) in &clients {
        let wait = WaitForDisconnect {
            connection: *connection,
        };
        let waits = service.try_wait_for_disconnect(&queue, &wait, Wait(Arc::clone(&shared)));
        assert!(matches!(waits, Started::Pending(_)));
    }
    tell.send(Arc::clone(&shared)).unwrap();
    let leadership = &service.shard().leadership;
    let mut handed_over = 0;
    for (gone, (client, _)) in clients.into_iter().enumerate() {
        // Nobody is to lose the lead by chance, between two turns.
        while !leadership.is_lent() && !shared.gave_way.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        // The client goes when this thread has the lead or has been turned away: nobody finds that before.
        let (client, looks) = (Cell::new(Some(client)), Cell::new(0));
        let is_found = || {
            looks.set(looks.get() + 1);
            if looks.get() == 2 {
                client.take();
            }
            shared.found.load(Ordering::SeqCst) > gone
        };
        if !service.drive(&is_found, None) {
            handed_over += 1;
            client.take();
            while shared.found.load(Ordering::SeqCst) <= gone {
                thread::park();
            }
        }
    }
    // One more where the last turn is not counted yet as this thread asks.
    assert!(handed_over <= FOREIGN_TURNS + 1, "{handed_over}");

    shared.ends.store(true, Ordering::SeqCst);
    service.stop_driving();
    idle.thread().unpark();
    idle.join().unwrap();
    service.stop();
}
