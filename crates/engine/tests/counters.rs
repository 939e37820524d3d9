//! The counters of a service of one's own, with a clock that is turned by hand.
//!
//! Owns: why connections ended, what was refused, which timers fired, ages, and waiting sends, each
//! with exact numbers. Does not own: the counters of groups and queues through the API (`tests/`).
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use httpsys_core::call::{
    ApiVersion, Cancel, Control, Outcome, QueueAccess, Receive, SendResponse,
};
use httpsys_core::close_reason::{CloseReason, TimerKind};
use httpsys_core::counters::{Counters, Named, timer_index};
use httpsys_core::property::Property;
use httpsys_core::{Error, OperationId, RequestId, UrlGroupId};
use httpsys_engine::clock::Clock;
use httpsys_engine::{
    Chunk, Operation, PendingOperation, QueueHandle, ReceiveOperation, ReceivedRequest, Service,
    Signal, Started, Verdict,
};
use httpsys_proto::{Parameters, ResponseParts};

/// So long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The time of timers stands still until somebody turns it.
#[derive(Clone)]
struct Turned(Arc<AtomicU64>);

impl Clock for Turned {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn millis(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn unix_seconds(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0, |now| now.as_secs())
    }
}

/// A service with one group and one queue for everything under one port of loopback.
struct World {
    service: Service,
    queue: Arc<QueueHandle>,
    group: UrlGroupId,
    port: u16,
    clock: Turned,
}

impl World {
    fn new() -> World {
        let clock = Turned(Arc::new(AtomicU64::new(1_000_000)));
        let service = Service::with_clock(Parameters::default(), clock.clone()).expect("a service");
        let version = ApiVersion::V2;
        let session = Control::CreateServerSession { version };
        let Ok(Outcome::ServerSession(session)) = service.control(session) else {
            panic!("no session");
        };
        let Ok(Outcome::UrlGroup(group)) = service.control(Control::CreateUrlGroup { session })
        else {
            panic!("no group");
        };
        let name = None;
        let Ok(Outcome::Queue(queue)) = service.control(Control::CreateRequestQueue {
            version,
            name,
            access: QueueAccess::Granted,
        }) else {
            panic!("no queue");
        };
        let bound = service.control(Control::BindUrlGroup {
            group,
            queue: Some(queue),
        });
        assert_eq!(bound, Ok(Outcome::Done));
        let port = port::take(|port| {
            let url = format!("http://localhost:{port}/a/")
                .encode_utf16()
                .collect();
            service.register(Control::AddUrlToUrlGroup {
                group,
                url,
                context: 0,
            })
        });
        World {
            queue: service.queue(queue).expect("it is open"),
            port,
            service,
            group,
            clock,
        }
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        client.set_nodelay(true).expect("a socket");
        client.set_read_timeout(Some(PATIENCE)).expect("a socket");
        client
    }

    /// A connection that has sent this, and everything that came back until its end.
    fn answered(&self, request: &str) -> String {
        let mut client = self.connect();
        client.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        let _ = client.read_to_string(&mut answer);
        answer
    }

    fn receive(&self) -> RequestId {
        let next = Receive {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut id = RequestId::NULL;
        let deadline = Some(Instant::now() + PATIENCE);
        let received = self
            .service
            .receive(&self.queue, &next, deadline, &mut |arrival| {
                id = arrival.request().id;
                Verdict::Taken
            });
        received.expect("a request");
        id
    }

    fn respond(&self, request: RequestId, body: &[u8], disconnect: bool) -> u64 {
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").expect("a status");
        let call = SendResponse {
            request,
            disconnect,
            more_data: false,
            opaque: false,
            go_away: false,
        };
        let body = [Chunk::Memory(body)];
        let sent = self
            .service
            .send_response(&self.queue, &call, &mut head, &body, None);
        sent.expect("sent")
    }

    fn turn(&self, seconds: u64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.service.run_timers();
    }

    fn until(&self, what: &str, holds: impl Fn(&Counters) -> bool) -> Counters {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let counters = self.service.counters();
            if holds(&counters) {
                return counters;
            }
            assert!(Instant::now() < deadline, "{what}: {counters:#?}");
            thread::yield_now();
        }
    }

    /// Looks when no connection is open any more: then each that was accepted has ended.
    fn all_ended(&self) -> Counters {
        let counters = self.until("they end", |counters| {
            counters.service.connections_open == 0
        });
        let service = &counters.service;
        assert_eq!(service.connections_accepted, service.ends.total());
        assert_eq!(
            service.ends.total(),
            service.ends_by_number.iter().sum::<u64>()
        );
        counters
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.service.stop();
    }
}

const GET: &[u8] = b"GET /a/ HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// What is not 0.
fn counted(named: &Named) -> Vec<(&'static str, u64)> {
    let mut found: Vec<_> = named.iter().filter(|(_, count)| *count > 0).collect();
    found.sort_unstable();
    found
}

fn number(counters: &Counters, end: CloseReason) -> u64 {
    counters.service.ends_by_number[end.number() as usize]
}

#[test]
fn connections_end_under_their_reason_and_add_up() {
    let world = World::new();
    // In order, after the response that closes.
    let mut client = world.connect();
    client.write_all(GET).expect("sent");
    world.respond(world.receive(), b"x", true);
    client.read_to_end(&mut Vec::new()).expect("an orderly end");
    // Until then it lingers (G-006).
    drop(client);
    // By the client, between requests.
    let idle = world.connect();
    world.until("it is accepted", |counters| {
        counters.service.connections_accepted == 2
    });
    drop(idle);
    // Cancelled by the program, twice.
    for _ in 0..2 {
        let mut client = world.connect();
        client.write_all(GET).expect("sent");
        let request = world.receive();
        let cancelled = world.service.cancel(&world.queue, &Cancel { request });
        assert_eq!(cancelled, Ok(()));
    }
    let counters = world.all_ended();
    let ends = [("Cancelled", 2), ("Completed", 1), ("PeerClosed", 1)];
    assert_eq!(counted(&counters.service.ends), ends);
    assert_eq!(number(&counters, CloseReason::Cancelled), 2);
    assert_eq!(counters.service.requests, 3);
    assert_eq!(counters.service.bytes_received, 3 * GET.len() as u64);
    assert_eq!(counted(&counters.service.refused), []);
    assert_eq!(counters.service.timers, [0; 6]);
    // What is open when the queue closes.
    let mut client = world.connect();
    client.write_all(GET).expect("sent");
    world.receive();
    let queue = world.queue.id();
    let closed = world.service.control(Control::CloseRequestQueue { queue });
    assert_eq!(closed, Ok(Outcome::Done));
    let counters = world.all_ended();
    assert_eq!(counters.service.ends.get("QueueClosed"), 1);
    assert_eq!(counters.queues, [], "its counters went with it");
    assert_eq!(world.service.queue_counters(&world.queue).arrivals, 4);
}

#[test]
fn refusals_are_counted_under_httperr_s_phrase_with_the_bytes_of_their_pages() {
    let world = World::new();
    let host = "Host: localhost\r\n\r\n";
    let mut sent = 0;
    let refusals = [
        ("Verb", format!("G<T /a/ HTTP/1.1\r\n{host}")),
        ("NotFound", format!("GET /b/ HTTP/1.1\r\n{host}")),
        ("NotFound", format!("HEAD / HTTP/1.1\r\n{host}")),
        (
            "Hostname",
            "GET /a/ HTTP/1.1\r\nHost: other\r\n\r\n".to_owned(),
        ),
        ("Version_N/S", format!("GET /a/ HTTP/2.0\r\n{host}")),
    ];
    for (_, request) in &refusals {
        sent += world.answered(request).len() as u64;
    }
    // The group is bound to nothing.
    let unbound = Control::BindUrlGroup {
        group: world.group,
        queue: None,
    };
    assert_eq!(world.service.control(unbound), Ok(Outcome::Done));
    let get = String::from_utf8(GET.to_vec()).expect("text");
    sent += world.answered(&get).len() as u64;
    let counters = world.all_ended();
    let expected = [
        ("Hostname", 1),
        ("N/A", 1),
        ("NotFound", 2),
        ("Verb", 1),
        ("Version_N/S", 1),
    ];
    assert_eq!(counted(&counters.service.refused), expected);
    assert_eq!(
        counted(&counters.service.ends),
        expected,
        "and so the connections ended"
    );
    assert_eq!(number(&counters, CloseReason::Refused("")), 6);
    assert_eq!(counters.service.bytes_sent, sent);
    assert_eq!(counters.service.requests, 0, "none was routed to a queue");
    let group = &counters.url_groups[0];
    assert_eq!((group.bytes_sent, group.all_requests), (0, 0));
}

/// Whoever looks while a connection ends sees it open or ended, or both: never neither.
#[test]
fn a_connection_that_ends_while_somebody_looks_is_not_lost() {
    const CLIENTS: u64 = 400;
    let world = World::new();
    let over = AtomicU64::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..CLIENTS {
                world.answered("G<T / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                over.fetch_add(1, Ordering::SeqCst);
            }
        });
        while over.load(Ordering::SeqCst) < CLIENTS {
            let told = over.load(Ordering::SeqCst);
            let counters = world.service.counters().service;
            let seen = counters.ends.total() + counters.connections_open;
            assert!(seen >= told, "{seen} of {told}: {counters:#?}");
        }
    });
    assert_eq!(world.all_ended().service.ends.total(), CLIENTS);
}

#[test]
fn timers_that_run_out_are_counted_by_kind() {
    let world = World::new();
    let fired = |counters: &Counters, kind| counters.service.timers[timer_index(kind)];
    let idle = world.connect();
    // The beginning of a second head is read with the first, and looked at when that is answered.
    let mut head = world.connect();
    head.write_all(&[GET, &GET[..10]].concat()).expect("sent");
    let first = world.receive();
    assert_eq!(
        world.service.counters().service.bytes_received,
        GET.len() as u64
    );
    world.respond(first, b"x", false);
    let mut queued = world.connect();
    queued.write_all(GET).expect("sent");
    // Connections are accepted in their order: when the last has come, the first is there.
    let queued_now = |counters: &Counters| counters.queues[0].current_queue_size == 1;
    world.until("the last is read", queued_now);
    // Each has 120 seconds.
    world.turn(100);
    let counters = world.service.counters();
    assert_eq!(counters.queues[0].max_queue_item_age, 100_000);
    assert_eq!(counters.service.timers, [0; 6]);
    world.turn(30);
    let counters = world.all_ended();
    for kind in [
        TimerKind::IdleConnection,
        TimerKind::HeaderWait,
        TimerKind::RequestQueue,
    ] {
        assert_eq!(fired(&counters, kind), 1, "{kind:?}");
    }
    assert_eq!(counters.service.timers.iter().sum::<u64>(), 3);
    let ends = [
        ("Timer_ConnectionIdle", 1),
        ("Timer_HeaderWait", 1),
        ("Timer_ReqQueue", 1),
    ];
    assert_eq!(counted(&counters.service.ends), ends);
    assert_eq!(counted(&counters.service.refused), [("Timer_ReqQueue", 1)]);
    // The queue rejected what waited too long in it (TMO-008).
    let queue = &counters.queues[0];
    assert_eq!(
        (queue.arrivals, queue.rejected_requests, queue.abandoned),
        (2, 1, 0)
    );
    assert_eq!((queue.current_queue_size, queue.max_queue_item_age), (0, 0));
    assert_eq!(queue.delivered(), 1);
    let received = 2 * GET.len() as u64 + 10;
    assert_eq!(
        counters.service.bytes_received, received,
        "what was read ahead, too"
    );
    drop(idle);
}

#[test]
fn the_age_is_that_of_the_oldest_request() {
    let world = World::new();
    let mut clients = Vec::new();
    for n in 1..=3 {
        let mut client = world.connect();
        client.write_all(GET).expect("sent");
        clients.push(client);
        world.until("it is queued", |counters| {
            counters.queues[0].current_queue_size == n
        });
        world.turn(10);
    }
    let ages = |world: &World| {
        world
            .service
            .queue_counters(&world.queue)
            .max_queue_item_age
    };
    assert_eq!(ages(&world), 30_000);
    for age in [20_000, 10_000, 0] {
        world.respond(world.receive(), b"x", true);
        assert_eq!(ages(&world), age);
    }
    assert_eq!(world.service.queue_counters(&world.queue).delivered(), 3);
}

#[test]
fn sends_that_wait_for_the_client_or_for_the_bandwidth_are_counted() {
    const LENGTH: usize = 64 << 20;
    let world = World::new();
    let mut client = world.connect();
    client.write_all(GET).expect("sent");
    let request = world.receive();
    let body = vec![b'x'; LENGTH];
    let faults = |world: &World| world.service.service_counters().faults;
    thread::scope(|scope| {
        let sender = scope.spawn(|| world.respond(request, &body, false));
        world.until("the socket is full", |counters| {
            counters.service.faults.sends_waited > 0
        });
        let mut left = LENGTH;
        let mut buffer = vec![0; 1 << 20];
        while left > 0 {
            match client.read(&mut buffer).expect("the response") {
                0 => break,
                // The head is more than the body.
                n => left = left.saturating_sub(n),
            }
        }
        assert!(sender.join().expect("a sender") > LENGTH as u64);
    });
    assert_eq!(faults(&world).sends_throttled, 0);
    let property = Property::Bandwidth(Some(1024));
    let group = world.group;
    let set = world
        .service
        .control(Control::SetUrlGroupProperty { group, property });
    assert_eq!(set, Ok(Outcome::Done));
    let waited = faults(&world).sends_waited;
    let mut client = world.connect();
    client.write_all(GET).expect("sent");
    let request = world.receive();
    thread::scope(|scope| {
        let sender = scope.spawn(|| world.respond(request, &body[..10_000], true));
        world.until("it is throttled", |counters| {
            counters.service.faults.sends_throttled > 0
        });
        while !sender.is_finished() {
            world.turn(1);
            thread::yield_now();
        }
    });
    let mut none = httpsys_core::counters::FaultCounters::default();
    none.sends_waited = waited;
    none.sends_throttled = faults(&world).sends_throttled;
    none.turns_used_up = faults(&world).turns_used_up;
    assert_eq!(faults(&world), none, "nothing failed");
}

/// A look is not a handle that receives: a request of which the last handle has got the id stays
/// with it, since nobody else could receive it.
#[test]
fn shd_001_a_look_at_the_counters_does_not_receive_from_the_queue() {
    let world = World::new();
    let mut client = world.connect();
    client.write_all(GET).expect("sent");
    let receive = |request, verdict| {
        let call = Receive {
            request,
            copy_body: false,
            flush_body: false,
        };
        let deadline = Some(Instant::now() + PATIENCE);
        let mut id = RequestId::NULL;
        let result = world
            .service
            .receive(&world.queue, &call, deadline, &mut |arrival| {
                id = arrival.request().id;
                verdict
            });
        (id, result)
    };
    let needed = 1;
    let (request, result) = receive(RequestId::NULL, Verdict::TooSmall { needed });
    assert_eq!(result, Err(Error::MoreData { needed }));
    assert_eq!(world.service.counters().queues.len(), 1);
    assert_eq!(world.service.service_state().queues.len(), 1);
    assert_eq!(world.service.shutdown_queue(&world.queue), Ok(()));
    let found = receive(request, Verdict::Taken);
    assert_eq!(found, (request, Ok(())));
    world.respond(request, b"x", true);
}

/// A receive that waited is given a request and gives it back.
struct GivesBack(Service, Arc<QueueHandle>, Sender<()>);

impl Operation for GivesBack {
    type Kept = Self;

    fn keep(self, _: OperationId) -> Result<Self, (Self, Error)> {
        Ok(self)
    }
}

impl ReceiveOperation for GivesBack {
    fn receive(&mut self, _: &mut ReceivedRequest<'_>) -> Verdict {
        Verdict::Taken
    }
}

impl PendingOperation for GivesBack {
    fn signal(self, signal: Signal) {
        if let Signal::Request(request) = signal {
            self.0.give_back(&self.1, request);
            let _ = self.2.send(());
        }
    }
}

#[test]
fn the_age_of_a_request_that_is_given_back_counts_from_then() {
    let world = World::new();
    let (tell, told) = channel();
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let gives_back = GivesBack(world.service.clone(), Arc::clone(&world.queue), tell);
    let waits = world.service.try_receive(&world.queue, &next, gives_back);
    assert!(matches!(waits, Started::Pending(_)));
    let mut client = world.connect();
    client.write_all(GET).expect("sent");
    told.recv_timeout(PATIENCE).expect("it is given back");
    let age = || {
        let counters = world.service.queue_counters(&world.queue);
        assert_eq!(counters.current_queue_size, 1);
        counters.max_queue_item_age
    };
    assert_eq!(age(), 0);
    world.turn(10);
    assert_eq!(age(), 10_000);
}
