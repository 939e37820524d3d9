//! A service with several shards: whatever a call is about is found in any of them, and none starves.
//!
//! Owns: one and 64 threads, cancel, the end of a queue, timers, counters and lists, ports, each with connections at
//! every shard. Does not own: what the same calls do with one shard (`timers`, `counters`, `tests/`).
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use httpsys_core::call::{Cancel, Control, Outcome, Receive, SendResponse};
use httpsys_core::close_reason::{CloseReason, TimerKind};
use httpsys_core::{ConnectionId, Error, QueueId, RequestId};
use httpsys_engine::clock::Clock;
use httpsys_engine::{Chunk, ConnectionStatus, QueueHandle, Service, Verdict};
use httpsys_proto::{Parameters, ResponseParts};

/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

const SHARDS: usize = 4;

/// A clock whose time for timers the test sets; threads wait by the system's time.
#[derive(Clone, Default)]
struct Turned(Arc<AtomicU64>);

impl Clock for Turned {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn millis(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn unix_seconds(&self) -> u64 {
        784_111_777
    }
}

/// What a receive gave.
#[derive(Clone, Debug)]
struct Received {
    request: RequestId,
    connection: ConnectionId,
    path: String,
}

struct World {
    service: Service,
    queue: Arc<QueueHandle>,
    id: QueueId,
    port: u16,
    clock: Turned,
}

/// A client on a connection that the service knows by this id.
struct Client {
    stream: TcpStream,
    connection: ConnectionId,
}

impl Drop for World {
    fn drop(&mut self) {
        self.service.stop();
    }
}

impl World {
    fn new() -> World {
        let mut parameters = Parameters::default();
        let set = parameters.set("Shards", &SHARDS.to_string());
        set.expect("a parameter");
        let clock = Turned::default();
        let service = Service::with_clock(parameters, clock.clone()).expect("a service");
        let Ok(Outcome::Queue(id)) = service.control(Control::CreateHttpHandle) else {
            panic!("no queue");
        };
        let mut world = World {
            queue: service.queue(id).expect("it is open"),
            service,
            id,
            port: 0,
            clock,
        };
        world.port = port::take(|port| world.add_url(port));
        world
    }

    fn add_url(&self, port: u16) -> Result<u16, httpsys_engine::Refused> {
        let url = format!("http://localhost:{port}/").encode_utf16().collect();
        let call = Control::AddUrl {
            queue: self.id,
            url,
        };
        self.service.register(call)
    }

    fn receive(&self, limit: Option<Instant>) -> Result<Received, Error> {
        let next = Receive {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut received = None;
        self.service
            .receive(&self.queue, &next, limit, &mut |arrival| {
                let request = arrival.request();
                let target = String::from_utf16_lossy(request.url.abs_path());
                received = Some(Received {
                    request: request.id,
                    connection: request.connection,
                    path: target,
                });
                Verdict::Taken
            })?;
        Ok(received.expect("the sink was called"))
    }

    /// Answers with the path.
    fn answer(&self, received: &Received) -> Result<(), Error> {
        let call = SendResponse {
            request: received.request,
            disconnect: false,
            more_data: false,
            opaque: false,
            go_away: false,
        };
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").expect("a status");
        let body = [Chunk::Memory(received.path.as_bytes())];
        let sent = self
            .service
            .send_response(&self.queue, &call, &mut head, &body, None);
        sent.map(drop)
    }

    /// Receives and answers until the queue ends or the call is cancelled.
    fn serve(&self) -> Error {
        self.serve_noting(|_| ())
    }

    /// As [`World::serve`]; `note` gets each request that was answered.
    fn serve_noting(&self, note: impl Fn(Received)) -> Error {
        loop {
            match self.receive(None) {
                Ok(received) => {
                    self.answer(&received).expect("it is open");
                    note(received);
                }
                Err(error) => return error,
            }
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream
    }

    /// Clients with at least `each` connections at each shard, all of which have had an answer. There are as many
    /// threads that receive as shards, so that connections go to all of them.
    fn crowd(&self, each: usize) -> Vec<Client> {
        let served = Mutex::new(Vec::new());
        let limit = Instant::now() + PATIENCE;
        let mut streams = Vec::new();
        thread::scope(|scope| {
            let serve = || self.serve_noting(|received| served.lock().unwrap().push(received));
            let servers: Vec<_> = (0..SHARDS).map(|_| scope.spawn(serve)).collect();
            while !is_spread(&served.lock().unwrap(), each) {
                assert!(Instant::now() < limit, "{:?}", served.lock().unwrap());
                let mut stream = self.connect();
                let path = format!("/{}", streams.len());
                ask(&mut stream, &path);
                assert_eq!(read_answer(&mut stream), path);
                streams.push((path, stream));
            }
            self.cancel_receives(servers);
        });
        let served = served.into_inner().unwrap();
        let client = |(path, stream)| {
            let mut served = served.iter();
            let received = served.find(|received| received.path == path);
            Client {
                stream,
                connection: received.expect("it was served").connection,
            }
        };
        streams.into_iter().map(client).collect()
    }

    /// Ends calls that wait, and those that are about to.
    fn cancel_receives(&self, servers: Vec<thread::ScopedJoinHandle<'_, Error>>) {
        while servers.iter().any(|server| !server.is_finished()) {
            self.service.cancel_blocked_calls(&self.queue);
            thread::yield_now();
        }
        for server in servers {
            expect_end(server.join().expect("no panic"));
        }
    }

    /// Waits until this holds.
    fn until(&self, holds: impl Fn(&Service) -> bool) {
        let limit = Instant::now() + PATIENCE;
        while !holds(&self.service) {
            assert!(Instant::now() < limit, "it does not happen");
            thread::yield_now();
        }
    }
}

fn is_spread(served: &[Received], each: usize) -> bool {
    let mut shards = BTreeMap::new();
    for received in served {
        *shards.entry(received.connection.place().shard).or_insert(0) += 1;
    }
    shards.len() == SHARDS && shards.values().all(|count| *count >= each)
}

fn ask(stream: &mut TcpStream, path: &str) {
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("sent");
}

/// The body of a response, which is the path that was asked for.
fn read_answer(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("a response");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("text");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("Content-Length: "));
    let length = length.expect("a length").parse().expect("a number");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the body");
    String::from_utf8(body).expect("text")
}

/// Whether the service has ended the connection, in whatever way.
fn has_ended(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

/// How receiving ends with the queue: in a call that waits, or in the next one, of a thread that has just answered
/// (RCV-007).
fn expect_end(error: Error) {
    assert!(
        matches!(error, Error::Aborted | Error::InvalidHandle),
        "{error:?}"
    );
}

#[test]
fn one_thread_serves_the_connections_of_every_shard() {
    let world = World::new();
    let mut clients = world.crowd(2);
    thread::scope(|scope| {
        let server = scope.spawn(|| world.serve());
        for round in 0..5 {
            let path = |number| format!("/{round}/{number}");
            for (number, client) in clients.iter_mut().enumerate() {
                ask(&mut client.stream, &path(number));
            }
            for (number, client) in clients.iter_mut().enumerate() {
                assert_eq!(read_answer(&mut client.stream), path(number));
            }
        }
        world.service.shutdown_queue(&world.queue).expect("open");
        expect_end(server.join().expect("no panic"));
    });
}

/// SHD-001: the end of the queue reaches those that poll any shard, and those that sleep.
#[test]
fn many_threads_answer_each_request_once_and_end_with_their_queue() {
    let world = World::new();
    let mut clients = world.crowd(4);
    let before = world.service.service_counters().requests;
    let count = clients.len() as u64;
    thread::scope(|scope| {
        let servers: Vec<_> = (0..64).map(|_| scope.spawn(|| world.serve())).collect();
        thread::scope(|scope| {
            for (number, client) in clients.iter_mut().enumerate() {
                scope.spawn(move || {
                    for round in 0..50 {
                        let path = format!("/{number}/{round}");
                        ask(&mut client.stream, &path);
                        assert_eq!(read_answer(&mut client.stream), path);
                    }
                });
            }
        });
        world.service.shutdown_queue(&world.queue).expect("open");
        for server in servers {
            expect_end(server.join().expect("no panic"));
        }
    });
    let counters = world.service.service_counters();
    assert_eq!(counters.requests - before, 50 * count);
    assert_eq!(counters.connections_open, count);
    assert_eq!(counters.connections_accepted, count);
}

#[test]
fn cxl_001_cancel_ends_exactly_its_connection_at_any_shard() {
    let world = World::new();
    let mut clients = world.crowd(2);
    for (number, client) in clients.iter_mut().enumerate() {
        ask(&mut client.stream, &format!("/{number}"));
    }
    let received: Vec<_> = clients
        .iter()
        .map(|_| world.receive(None).expect("a request"))
        .collect();
    // Every other request is cancelled, the others are answered.
    let is_cancelled = |received: &Received| {
        let number = received.path[1..].parse::<usize>();
        number.expect("a number") % 2 == 0
    };
    for received in &received {
        let call = Cancel {
            request: received.request,
        };
        if is_cancelled(received) {
            assert_eq!(world.service.cancel(&world.queue, &call), Ok(()));
            let again = world.service.cancel(&world.queue, &call);
            assert_eq!(again, Err(Error::ConnectionInvalid));
            let fate = world.service.fate_of(received.connection);
            assert_eq!(fate, ConnectionStatus::Ended(CloseReason::Cancelled));
        } else {
            assert_eq!(world.answer(received), Ok(()));
        }
    }
    for (number, client) in clients.iter_mut().enumerate() {
        if number % 2 == 0 {
            assert!(has_ended(&mut client.stream), "it was cancelled");
        } else {
            assert_eq!(read_answer(&mut client.stream), format!("/{number}"));
            let fate = world.service.fate_of(client.connection);
            assert_eq!(fate, ConnectionStatus::Open);
        }
    }
    let cancelled = clients.len().div_ceil(2) as u64;
    let counters = world.service.service_counters();
    assert_eq!(counters.ends.get(CloseReason::Cancelled.name()), cancelled);
    assert_eq!(counters.connections_open, clients.len() as u64 - cancelled);
}

/// TMO-005: the timers of each shard are looked at, with nobody in a call.
#[test]
fn idle_connections_end_at_every_shard_and_the_lists_have_them_all() {
    let world = World::new();
    let mut clients = world.crowd(2);
    let count = clients.len();
    let listed = world.service.open_connections(usize::MAX);
    assert_eq!(listed.listed.len(), count);
    world.clock.0.store(200_000, Ordering::SeqCst);
    world.service.run_timers();
    world.until(|service| service.service_counters().connections_open == 0);
    assert!(
        clients
            .iter_mut()
            .all(|client| has_ended(&mut client.stream))
    );
    let counters = world.service.service_counters();
    let end = CloseReason::Timer(TimerKind::IdleConnection);
    assert_eq!(counters.ends.get(end.name()), count as u64);
}

/// CON-017: a port whose URL is removed takes no connections, closes the idle ones of every shard, and can come back.
#[test]
fn ports_come_and_go_while_all_shards_have_traffic() {
    let mut world = World::new();
    for _ in 0..3 {
        let mut clients = world.crowd(1);
        let url = format!("http://localhost:{}/", world.port);
        let url: Vec<u16> = url.encode_utf16().collect();
        let queue = world.id;
        let remove = Control::RemoveUrl { queue, url };
        assert!(world.service.control(remove).is_ok());
        assert!(TcpStream::connect(("127.0.0.1", world.port)).is_err());
        assert!(
            clients
                .iter_mut()
                .all(|client| has_ended(&mut client.stream))
        );
        world.port = port::take(|port| world.add_url(port));
    }
    let counters = world.service.service_counters();
    assert_eq!(counters.connections_open, 0);
}

/// PFX-013: two services with several shards do not share a port.
#[test]
fn a_port_in_use_stays_refused() {
    let (first, second) = (World::new(), World::new());
    let refused = second.add_url(first.port).expect_err("it is in use");
    assert_eq!(refused.error, Error::PortInUse);
}

#[test]
fn up_to_sixteen_shards_can_be_had() {
    let mut parameters = Parameters::default();
    assert!(parameters.set("Shards", "17").is_err());
    assert!(parameters.set("shards", "16").is_ok());
    let service = Service::new(parameters).expect("sixteen polls");
    service.stop();
}
