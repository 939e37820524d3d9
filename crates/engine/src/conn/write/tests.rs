//! Every shape of a send, over a socket that takes k bytes at a time.
//!
//! Owns: the property that the client reads exactly the bytes of its responses, in order, and that
//! each call counts its own: blocking and overlapped; in one call and in parts; memory and files; with
//! and without a bandwidth limit; with what the service says around it (100 Continue, an error page); for
//! every k. Does not own: how the doors convert (`tests/`).
//! Time is virtual; the socket is real, and what it takes per call is limited by [`Pace`].

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use httpsys_core::call::{
    ApiVersion, Control, Outcome, QueueAccess, Receive, ReceiveEntityBody, SendResponse,
};
use httpsys_core::property::Property;
use httpsys_core::proto::{Parameters, ResponseParts};
use httpsys_core::{ConnectionId, Error, OperationId, RequestId};

use crate::conn::alarm::Purpose;
use crate::conn::outgoing::Next;
use crate::poll::waiter::Turn;
use crate::{
    Chunk, Operation, PendingOperation, PendingSend, QueueHandle, ReadOperation, Service, Signal,
    Started, Verdict, clock::Clock,
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a socket takes: after each `after` calls it is full once, every call is interrupted first.
#[derive(Debug)]
pub(crate) struct Pace {
    bytes: usize,
    after: usize,
    calls: AtomicUsize,
}

impl Pace {
    pub(crate) fn new(bytes: usize, after: usize) -> Pace {
        Pace {
            bytes,
            after,
            calls: AtomicUsize::new(0),
        }
    }

    fn room(&self, most: usize) -> io::Result<usize> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call % 2 == 0 {
            return Err(ErrorKind::Interrupted.into());
        }
        if (call / 2) % (self.after + 1) == self.after {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(most.min(self.bytes))
    }
}

/// How much of `most` bytes the connection's socket takes next.
pub(in crate::conn) fn room(
    pace: Option<&Pace>,
    next: &Next<'_>,
    most: usize,
) -> io::Result<usize> {
    match (pace, next) {
        (None, _) | (_, Next::File(_)) => Ok(most),
        (Some(pace), _) => pace.room(most),
    }
}

#[derive(Clone)]
struct Hand(Instant, Arc<AtomicU64>);

impl Clock for Hand {
    fn now(&self) -> Instant {
        self.0 + Duration::from_millis(self.millis())
    }

    fn millis(&self) -> u64 {
        self.1.load(Ordering::SeqCst)
    }

    fn unix_seconds(&self) -> u64 {
        784_111_777
    }
}

/// A service, a queue, and a thread that finds sockets writable and lets time pass where it is waited
/// for.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) queue: Arc<QueueHandle>,
    pub(crate) group: httpsys_core::UrlGroupId,
    port: u16,
    /// The page for a request without Host.
    page: Vec<u8>,
    clock: Hand,
    stop: Arc<AtomicBool>,
    ticks: Option<thread::JoinHandle<()>>,
}

impl World {
    pub(crate) fn new() -> World {
        let clock = Hand(Instant::now(), Arc::new(AtomicU64::new(1_000_003)));
        let service = Service::with_clock(Parameters::default(), clock.clone()).unwrap();
        let version = ApiVersion::V2;
        let Ok(Outcome::ServerSession(session)) =
            service.control(Control::CreateServerSession { version })
        else {
            panic!("no session");
        };
        let Ok(Outcome::UrlGroup(group)) = service.control(Control::CreateUrlGroup { session })
        else {
            panic!("no group");
        };
        let Ok(Outcome::Queue(queue)) = service.control(Control::CreateRequestQueue {
            name: None,
            access: QueueAccess::Granted,
            version,
        }) else {
            panic!("no queue");
        };
        let bind = Control::BindUrlGroup {
            group,
            queue: Some(queue),
        };
        service.control(bind).unwrap();
        let added = service.register(Control::AddUrlToUrlGroup {
            group,
            url: "http://localhost:0/".encode_utf16().collect(),
            context: 0,
        });
        let port = added.unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let ticks = thread::spawn({
            let (service, stop) = (service.clone(), Arc::clone(&stop));
            let clock = clock.clone();
            move || {
                while !stop.load(Ordering::SeqCst) {
                    tick(&service, &clock);
                    // On a busy machine a thread that yields goes behind all others, one that
                    // has slept in front.
                    thread::sleep(Duration::from_micros(50));
                }
            }
        });
        World {
            queue: service.queue(queue).unwrap(),
            service,
            group,
            port,
            page: Vec::new(),
            clock,
            stop,
            ticks: Some(ticks),
        }
    }

    /// So much time passes, and the timers see it.
    pub(crate) fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.clock.1.fetch_add(millis, Ordering::SeqCst);
        self.service.run_timers();
    }

    fn limit(&self, bandwidth: Option<u32>) {
        self.service
            .control(Control::SetUrlGroupProperty {
                group: self.group,
                property: Property::Bandwidth(bandwidth),
            })
            .unwrap();
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.set_nodelay(true).unwrap();
        client
    }

    pub(crate) fn receive(&self) -> (RequestId, ConnectionId) {
        let next = Receive {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut ids = None;
        self.service
            .receive(&self.queue, &next, None, &mut |arrival| {
                ids = Some((arrival.request().id, arrival.request().connection));
                Verdict::Taken
            })
            .unwrap();
        ids.unwrap()
    }

    pub(crate) fn pace(&self, connection: ConnectionId, pace: Option<Pace>) {
        self.service
            .shard_of(connection)
            .table
            .connection(connection)
            .unwrap()
            .pace = pace;
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = self.ticks.take().unwrap().join();
        self.service.stop();
    }
}

/// Each connection's socket takes bytes again; a quarter of a second passes if a send waits for it.
fn tick(service: &Service, clock: &Hand) {
    let mut turn = Turn::default();
    let mut throttled = false;
    service.for_each_connection(|service, conn| {
        throttled |= conn.send_alarm.purpose == Purpose::Bandwidth;
        service.handle_writable(conn, &mut turn);
    });
    turn.fire(service);
    if throttled {
        clock.1.fetch_add(250, Ordering::SeqCst);
        service.run_timers();
    }
}

/// One chunk of a shape: so many bytes from memory, or of the file.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Memory(usize),
    File(usize),
}
use Piece::{File as F, Memory as M};

impl Piece {
    fn length(self) -> usize {
        match self {
            M(length) | F(length) => length,
        }
    }
}

/// The calls of a response: their chunks.
type Shape = &'static [&'static [Piece]];

const SHAPES: &[Shape] = &[
    &[&[]],
    &[&[M(1)]],
    &[&[M(1023)]],
    &[&[M(1024)]],
    &[&[M(1025)]],
    &[&[M(400), M(0), M(624)]],
    &[&[M(400), M(625), M(3)]],
    &[&[M(20_000)]],
    &[&[F(1)]],
    &[&[F(700)]],
    &[&[M(10), F(900), M(10)]],
    &[&[F(3000), F(20), M(1500), F(5)]],
    &[&[F(300_000)]],
    &[&[M(2000), F(140_000), F(132_000), M(3), F(100)]],
    &[&[], &[M(10)], &[]],
    &[&[M(1024)], &[M(1024)], &[M(1)]],
    &[&[M(1025)], &[F(100), M(3)]],
    &[&[F(10)], &[M(2000), M(1)], &[F(2000)]],
];

/// Any bytes that are different everywhere.
fn pattern(length: usize) -> Vec<u8> {
    (0..length as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

/// What every chunk is a part of, in memory and on the disk.
struct Source {
    bytes: Vec<u8>,
    file: File,
    path: PathBuf,
}

impl Source {
    fn new(name: &str) -> Source {
        Source::of(name, 400_000)
    }

    fn of(name: &str, length: usize) -> Source {
        let path = std::env::temp_dir().join(format!("httpsys-{name}-{}", std::process::id()));
        let bytes = pattern(length);
        std::fs::write(&path, &bytes).unwrap();
        let file = File::open(&path).unwrap();
        Source { bytes, file, path }
    }

    /// The chunks of a call; each begins where the one before it ended.
    fn chunks(&self, pieces: &[Piece], mut at: usize) -> Vec<Chunk<'_>> {
        let mut chunks = Vec::new();
        for piece in pieces {
            let length = piece.length();
            chunks.push(match piece {
                M(_) => Chunk::Memory(&self.bytes[at..at + length]),
                F(_) => Chunk::File {
                    file: &self.file,
                    offset: at as u64,
                    length: length as u64,
                },
            });
            at += length;
        }
        chunks
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// An overlapped send: what it lends, and whom it tells.
struct Sending {
    source: Arc<Source>,
    pieces: &'static [Piece],
    at: usize,
    tell: Sender<Result<u64, Error>>,
}

impl PendingSend for Sending {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        lend(&self.source.chunks(self.pieces, self.at));
    }

    fn done(self: Box<Self>, _: &Service, result: Result<u64, Error>) {
        let _ = self.tell.send(result);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Blocking,
    Overlapped,
}

/// Sends the calls of a shape; the count of each.
fn answer(
    world: &World,
    request: RequestId,
    source: &Arc<Source>,
    (shape, way): (Shape, Way),
) -> Vec<u64> {
    let length: usize = shape
        .iter()
        .copied()
        .flatten()
        .map(|piece| piece.length())
        .sum();
    let mut counts = Vec::new();
    let mut at = 0;
    for (index, pieces) in shape.iter().enumerate() {
        let call = SendResponse {
            request,
            disconnect: false,
            more_data: index + 1 < shape.len(),
            opaque: false,
            go_away: false,
        };
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").unwrap();
        if call.more_data {
            head.unknown(b"Content-Length", length.to_string().as_bytes())
                .unwrap();
        }
        let chunks = source.chunks(pieces, at);
        let (service, queue) = (&world.service, &*world.queue);
        let (tell, told) = mpsc::channel();
        let mut register = |_| -> Result<Box<dyn PendingSend>, Error> {
            Ok(Box::new(Sending {
                source: Arc::clone(source),
                pieces,
                at,
                tell: tell.clone(),
            }))
        };
        let sent = match (way, index) {
            (Way::Blocking, 0) => service
                .send_response(queue, &call, &mut head, &chunks, None)
                .map(Some),
            (Way::Blocking, _) => service
                .send_entity_body(queue, &call, &chunks, None)
                .map(Some),
            (Way::Overlapped, 0) => {
                service.try_send_response(queue, &call, &mut head, &chunks, None, &mut register)
            }
            (Way::Overlapped, _) => {
                service.try_send_entity_body(queue, &call, &chunks, None, &mut register)
            }
        };
        // The thread's head is used again at once.
        head.begin(500, b"Overwritten").unwrap();
        let count = sent
            .unwrap()
            .unwrap_or_else(|| told.recv_timeout(PATIENCE).unwrap().unwrap());
        counts.push(count);
        at += pieces.iter().map(|piece| piece.length()).sum::<usize>();
    }
    counts
}

/// A response as it should stand on the wire.
fn expected(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nServer: Microsoft-HTTPAPI/2.0\r\n\
         Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// The head's lines in the order of the alphabet: whose Content-Length it is decides where it stands.
fn sorted(response: &[u8]) -> Vec<u8> {
    let end = response.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 2;
    let mut lines: Vec<&[u8]> = response[..end].split_inclusive(|b| *b == b'\n').collect();
    lines.sort_unstable();
    [lines.concat(), response[end..].to_vec()].concat()
}

/// What the service says by itself around a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Nothing,
    /// 100 Continue in front of it, and behind it the page for a request that is none.
    InterimAndPage,
}

const INTERIM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// The first request, and what follows once it is answered.
fn requests(around: Around) -> (&'static str, &'static str) {
    match around {
        Around::Nothing => (
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
        Around::InterimAndPage => (
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
            "xxGET / HTTP/1.1\r\n\r\n",
        ),
    }
}

/// A read of the entity body begins to wait: the service says 100 Continue. It ends with the request.
fn await_body(world: &World, request: RequestId) {
    let call = ReceiveEntityBody {
        request,
        fill_buffer: false,
    };
    let read = Ignored([0; 8], 0);
    let begun = world
        .service
        .try_receive_entity_body(&world.queue, &call, read);
    assert!(matches!(begun, Started::Pending(_)));
}

/// Answers the request behind.
fn answer_next(world: &World) {
    let (request, connection) = world.receive();
    world.pace(connection, None);
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").unwrap();
    let call = SendResponse {
        request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let chunk = [Chunk::Memory(b"the next")];
    let sent = world
        .service
        .send_response(&world.queue, &call, &mut head, &chunk, None);
    assert_eq!(sent, Ok(expected(b"the next").len() as u64));
}

fn check(
    world: &World,
    source: &Arc<Source>,
    (shape, way): (Shape, Way),
    pace: (usize, usize),
    around: Around,
) {
    let name = format!(
        "{shape:?} {way:?}, {} bytes, full after {}, {around:?}",
        pace.0, pace.1
    );
    let length: usize = shape
        .iter()
        .copied()
        .flatten()
        .map(|piece| piece.length())
        .sum();
    let wanted = expected(&source.bytes[..length]);
    let mut client = world.connect();
    let (first, behind) = requests(around);
    client.write_all(first.as_bytes()).unwrap();
    let reader = thread::spawn({
        let mut client = client.try_clone().unwrap();
        move || {
            let mut all = Vec::new();
            client.read_to_end(&mut all).map(|_| all)
        }
    });
    let (request, connection) = world.receive();
    world.pace(connection, Some(Pace::new(pace.0, pace.1)));
    if around == Around::InterimAndPage {
        await_body(world, request);
    }
    let counts = answer(world, request, source, (shape, way));
    client.write_all(behind.as_bytes()).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let (before, next) = match around {
        Around::Nothing => {
            answer_next(world);
            (&[][..], expected(b"the next"))
        }
        Around::InterimAndPage => (INTERIM, world.page.clone()),
    };
    let all = reader.join().unwrap().expect(&name);
    let all = all.strip_prefix(before).expect(&name);
    assert_eq!(all.len(), wanted.len() + next.len(), "{name}");
    let (response, rest) = all.split_at(wanted.len());
    assert!(sorted(response) == sorted(&wanted), "{name}");
    assert!(sorted(rest) == sorted(&next), "{name}");
    let bodies = shape
        .iter()
        .map(|call| call.iter().map(|piece| piece.length() as u64).sum());
    let mut due: Vec<u64> = bodies.collect();
    due[0] += (wanted.len() - length) as u64;
    assert_eq!(counts, due, "{name}");
}

/// Which k are worth the time: all small ones for what is small.
fn paces(length: usize) -> Vec<usize> {
    let all = (1..=20).chain([63, 64, 100, 500, 1023, 1024, 1025, 1460, 4096, 65_536]);
    all.filter(|k| length / k <= 400).collect()
}

fn check_all(name: &str, way: Way, bandwidth: Option<u32>) {
    let mut world = World::new();
    world.page = read_all(&world, b"GET / HTTP/1.1\r\n\r\n", None);
    assert!(world.page.starts_with(b"HTTP/1.1 400 "));
    world.limit(bandwidth);
    let source = Arc::new(Source::new(name));
    for shape in SHAPES {
        let length: usize = shape
            .iter()
            .copied()
            .flatten()
            .map(|piece| piece.length())
            .sum();
        // A client may take two minutes to send its body, and the bandwidth longer for a response.
        let around = match bandwidth {
            Some(limit) if length > 100 * limit as usize => Around::Nothing,
            _ => Around::InterimAndPage,
        };
        for k in paces(length) {
            check(&world, &source, (shape, way), (k, 1), Around::Nothing);
            check(&world, &source, (shape, way), (k, 3), around);
        }
    }
}

#[test]
fn snd_005_snd_006_a_blocking_send_puts_its_bytes_out_once_and_counts_them() {
    check_all("blocking", Way::Blocking, None);
}

#[test]
fn snd_005_snd_006_an_overlapped_send_puts_its_bytes_out_once_and_counts_them() {
    check_all("overlapped", Way::Overlapped, None);
}

#[test]
fn a_blocking_send_that_the_bandwidth_holds_back_puts_its_bytes_out_once() {
    check_all("blocking-slow", Way::Blocking, Some(2000));
}

#[test]
fn an_overlapped_send_that_the_bandwidth_holds_back_puts_its_bytes_out_once() {
    check_all("overlapped-slow", Way::Overlapped, Some(2000));
}

/// A client whose connection the service has, with a socket that takes so many bytes at a time.
fn accepted(world: &World, mut pace: Option<Pace>) -> (TcpStream, ConnectionId) {
    let client = world.connect();
    let ours = client.local_addr().unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut found = None;
        world.service.for_each_connection(|_, conn| {
            if conn.remote == ours {
                conn.pace = pace.take();
                found = Some(conn.state.id());
            }
        });
        if let Some(connection) = found {
            return (client, connection);
        }
        assert!(Instant::now() < deadline, "not accepted");
        thread::yield_now();
    }
}

/// What a client reads that sends this.
fn read_all(world: &World, request: &[u8], pace: Option<Pace>) -> Vec<u8> {
    let (mut client, _) = accepted(world, pace);
    client.write_all(request).unwrap();
    let mut all = Vec::new();
    client.read_to_end(&mut all).unwrap();
    all
}

/// Waits until bytes of the service's own are left on the connection.
fn expect_kept(world: &World, connection: ConnectionId) {
    let deadline = Instant::now() + PATIENCE;
    while world
        .service
        .shard()
        .table
        .connection(connection)
        .unwrap()
        .kept
        .is_none()
    {
        assert!(Instant::now() < deadline, "nothing is kept");
        thread::yield_now();
    }
}

/// The client has said all it will, and still reads.
#[test]
fn g_006_a_page_that_the_socket_does_not_take_waits_for_a_client_that_has_closed_its_side() {
    let world = World::new();
    let bad = b"GET / HTTP/1.1\r\n\r\n";
    let whole = read_all(&world, bad, None);
    let (mut client, connection) = accepted(&world, Some(Pace::new(0, 0)));
    client.write_all(bad).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    expect_kept(&world, connection);
    world.pace(connection, None);
    let mut all = Vec::new();
    client.read_to_end(&mut all).unwrap();
    assert_eq!(all, whole);
}

#[test]
fn g_006_a_page_that_the_socket_never_takes_does_not_keep_the_connection() {
    let world = World::new();
    let (mut client, connection) = accepted(&world, Some(Pace::new(0, 0)));
    client.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    expect_kept(&world, connection);
    world.pass(Duration::from_millis(900));
    assert!(world.service.shard().table.connection(connection).is_some());
    world.pass(Duration::from_millis(600));
    assert!(world.service.shard().table.connection(connection).is_none());
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
}

#[test]
fn err_017_an_error_page_is_sent_whole_however_little_the_socket_takes() {
    let world = World::new();
    let bad = b"GET / HTTP/1.1\r\n\r\n";
    let whole = read_all(&world, bad, None);
    assert!(whole.starts_with(b"HTTP/1.1 400 "), "{whole:?}");
    for k in 1..=whole.len() {
        for after in [0, 1, 2] {
            // A socket that is full at first.
            let pace = match after {
                0 => Pace {
                    calls: AtomicUsize::new(2),
                    ..Pace::new(k, 1)
                },
                after => Pace::new(k, after),
            };
            let found = read_all(&world, bad, Some(pace));
            assert_eq!(found, whole, "{k} {after}");
        }
    }
}

#[test]
fn bdy_021_100_continue_comes_whole_and_before_the_response() {
    let world = World::new();
    for k in 1..=INTERIM.len() {
        for read in [true, false] {
            let mut client = world.connect();
            let (post, _) = requests(Around::InterimAndPage);
            client.write_all(post.as_bytes()).unwrap();
            let (request, connection) = world.receive();
            world.pace(connection, Some(Pace::new(k, 1)));
            await_body(&world, request);
            if read {
                let mut found = [0; 25];
                client.read_exact(&mut found).unwrap();
                assert_eq!(&found, INTERIM);
            }
            let source = Arc::new(Source::new("interim"));
            let wanted = expected(&source.bytes[..10]);
            let counts = answer(&world, request, &source, (&[&[M(10)]], Way::Overlapped));
            assert_eq!(counts, [wanted.len() as u64], "{k}");
            client.write_all(b"xx").unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            let mut all = Vec::new();
            client.read_to_end(&mut all).unwrap();
            let rest = if read {
                &all[..]
            } else {
                all.strip_prefix(INTERIM).expect("100 Continue")
            };
            assert_eq!(sorted(rest), sorted(&wanted), "{k}");
        }
    }
}

struct Ignored([u8; 8], usize);

impl Operation for Ignored {
    type Kept = Self;

    fn keep(self, _: OperationId) -> Result<Self, (Self, Error)> {
        Ok(self)
    }
}

impl ReadOperation for Ignored {
    fn buffer(&mut self) -> (&mut [u8], &mut usize) {
        (&mut self.0, &mut self.1)
    }
}

impl PendingOperation for Ignored {
    fn signal(self, _: Signal) {}
}

mod large_files;
