//! Graceful shutdown: `RequestQueue::shutdown_gracefully` of the Rust API, for which HTTP.sys has no
//! call. The program in C that does it with documented ones is driven in `tests/programs`.

use std::time::Duration;

use httpsys::{
    Drained, Error, Parameters, Request, RequestQueue, Response, Server, ServerSession, UrlGroup,
};
use httpsys_tests::PATIENCE;
use httpsys_tests::client::Client;
use httpsys_tests::ports::Port;
use httpsys_tests::simulation::PrivateService;
use httpsys_tests::sync;
use httpsys_tests::thread;
use httpsys_tests::watchdog::Watchdog;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);

/// A server whose connections have slots of their own, in the order of their connecting. Its port is
/// held: at the end nobody else may listen there.
struct Stage {
    server: Server,
    port: Port,
    _service: PrivateService,
    _watchdog: Watchdog,
}

impl Stage {
    fn new() -> Stage {
        let watchdog = Watchdog::start();
        let port = Port::take();
        let service = PrivateService::new(Parameters::default()).expect("a service");
        let server = Server::builder()
            .service(&service)
            .url(format!("http://localhost:{}/", port.number()))
            .bind();
        Stage {
            server: server.expect("a server"),
            port,
            _service: service,
            _watchdog: watchdog,
        }
    }

    fn queue(&self) -> &RequestQueue {
        self.server.queue()
    }

    fn connect(&self) -> Client {
        Client::connect(self.port.number())
    }

    /// A connection that has had a response and is idle.
    fn idle(&self) -> Client {
        let (mut client, request) = self.received();
        request.respond(Response::ok()).expect("an answer");
        assert_eq!(client.read_response().header("Connection"), None);
        client
    }

    fn received(&self) -> (Client, Request) {
        let mut client = self.connect();
        client.send(GET);
        let request = self.server.receive().expect("a request");
        (client, request)
    }

    /// Begins the shutdown in a thread of `scope`. When this returns it has looked at every
    /// connection that is on the stage: the idle ones before and behind them have ended.
    fn shut_down<'s>(
        &'s self,
        scope: thread::Scope<'s, '_>,
        limit: Duration,
        idle: [Client; 2],
    ) -> thread::ScopedJoinHandle<'s, httpsys::Result<Drained>> {
        let shutdown = scope.spawn(move || self.server.shutdown_gracefully(limit));
        for mut client in idle {
            client.expect_eof();
        }
        shutdown
    }

    fn assert_closed(&self) {
        let address = ("127.0.0.1", self.port.number());
        let refused = httpsys_tests::net::TcpStream::connect(address).map(drop);
        let kind = refused.expect_err("the port is closed").kind();
        assert_eq!(kind, std::io::ErrorKind::ConnectionRefused);
    }
}

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn outcome(drained: Drained) -> (u64, u64) {
    (drained.finished, drained.reset)
}

#[test]
fn requests_under_way_are_answered_and_their_connections_end() {
    let stage = Stage::new();
    let before = stage.idle();
    let (mut client, request) = stage.received();
    let behind = stage.idle();
    thread::scope(|scope| {
        let shutdown = stage.shut_down(scope, LONG, [before, behind]);
        stage.assert_closed();
        request.respond(Response::ok().body("late")).expect("sent");
        let response = client.read_response();
        assert_eq!(response.body, b"late");
        assert_eq!(response.header("Connection"), Some("close"));
        client.expect_eof();
        let drained = shutdown.join().expect("no panic").expect("shut down");
        assert_eq!(outcome(drained), (1, 0));
    });
    stage.assert_closed();
    assert_eq!(stage.server.receive().err(), Some(Error::InvalidHandle));
    assert!(stage.queue().is_closed());
    let again = stage.server.shutdown_gracefully(LONG);
    assert_eq!(again, Err(Error::InvalidHandle));
}

#[test]
fn threads_and_futures_that_receive_end() {
    let stage = Stage::new();
    let future = stage.server.receive_async();
    thread::scope(|scope| {
        let blocked = scope.spawn(|| stage.server.receive().err());
        let limited = scope.spawn(|| stage.server.receive_timeout(LONG).err());
        let loops = [(); 2].map(|()| scope.spawn(|| stage.server.incoming().count()));
        let task = scope.spawn(|| httpsys_tests::sync::block_on(future).err());
        let drained = stage.server.shutdown_gracefully(LONG).expect("shut down");
        assert_eq!(outcome(drained), (0, 0));
        for receive in [blocked, limited, task] {
            // InvalidHandle if the shutdown was faster.
            let error = receive.join().expect("no panic").expect("no request");
            let closed = matches!(error, Error::Aborted | Error::InvalidHandle);
            assert!(closed, "{error:?}");
        }
        for end in loops {
            assert_eq!(end.join().expect("no panic"), 0);
        }
    });
}

#[test]
fn what_is_left_at_the_deadline_is_reset() {
    let stage = Stage::new();
    let mut client = stage.connect();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
    let reading = stage.server.receive().expect("a request");
    let (mut other, unanswered) = stage.received();
    thread::scope(|scope| {
        let read = scope.spawn(|| reading.read_body(&mut [0; 5]));
        let drained = stage.server.shutdown_gracefully(Duration::from_millis(30));
        assert_eq!(outcome(drained.expect("shut down")), (0, 2));
        let read = read.join().expect("no panic");
        let ended = matches!(read, Err(Error::Aborted | Error::InvalidHandle));
        assert!(ended, "{read:?}");
    });
    client.expect_reset();
    other.expect_reset();
    let answer = unanswered.respond(Response::ok());
    assert_eq!(answer, Err(Error::InvalidHandle));
}

#[test]
fn a_limit_of_zero_waits_for_nothing() {
    let stage = Stage::new();
    let (mut client, request) = stage.received();
    let drained = stage.server.shutdown_gracefully(Duration::ZERO);
    assert_eq!(outcome(drained.expect("shut down")), (0, 1));
    client.expect_reset();
    drop(request);
}

/// Nobody has received them when it begins; a thread does while it runs.
#[test]
fn requests_in_the_queue_are_still_received() {
    let stage = Stage::new();
    let before = stage.idle();
    let mut clients = [(); 3].map(|()| {
        let mut client = stage.connect();
        client.send(GET);
        client
    });
    while stage.queue().len() < clients.len() {
        thread::yield_now();
    }
    // Silent, and accepted behind the others.
    let behind = stage.connect();
    thread::scope(|scope| {
        let shutdown = stage.shut_down(scope, LONG, [before, behind]);
        for request in stage.server.incoming() {
            request.respond(Response::ok().body("taken")).expect("sent");
        }
        let drained = shutdown.join().expect("no panic").expect("shut down");
        assert_eq!(outcome(drained), (3, 0));
    });
    for client in &mut clients {
        assert_eq!(client.read_response().body, b"taken");
        client.expect_eof();
    }
}

#[test]
fn a_request_that_has_begun_to_come_is_completed() {
    let stage = Stage::new();
    let before = stage.idle();
    let mut client = stage.connect();
    client.send("GET / HTTP/1.1\r\nHo");
    let behind = stage.idle();
    thread::scope(|scope| {
        let shutdown = stage.shut_down(scope, LONG, [before, behind]);
        client.send("st: localhost\r\n\r\n");
        let request = stage.server.receive().expect("the request");
        request.respond(Response::ok().body("whole")).expect("sent");
        assert_eq!(client.read_response().body, b"whole");
        client.expect_eof();
        assert!(stage.server.incoming().next().is_none());
        let drained = shutdown.join().expect("no panic").expect("shut down");
        assert_eq!(drained.reset, 0);
    });
}

/// The wait of a running request, and one that begins while the shutdown runs, end with their
/// connections and not with the shutdown (DSC-009 is about HttpShutdownRequestQueue).
#[test]
fn waits_for_a_disconnect_end_with_their_connection_only() {
    let stage = Stage::new();
    let before = stage.idle();
    let (client, request) = stage.received();
    let (mut second, answered) = stage.received();
    let behind = stage.idle();
    let (ended, ends) = sync::channel();
    thread::scope(|scope| {
        let wait = |request: &Request| {
            let (connection, ended) = (request.connection_id(), ended.clone());
            let queue = stage.queue();
            scope.spawn(move || ended.send((connection, queue.wait_for_disconnect(connection))));
        };
        wait(&request);
        let shutdown = stage.shut_down(scope, LONG, [before, behind]);
        while stage.server.receive().err() != Some(Error::InvalidHandle) {
            thread::yield_now();
        }
        wait(&answered);
        let connection = answered.connection_id();
        // In order: nothing ends before its connection does.
        assert!(ends.try_recv().is_err(), "the shutdown has ended a wait");
        answered.respond(Response::ok()).expect("sent");
        second.read_response();
        let first_end = ends
            .recv_timeout(PATIENCE)
            .expect("its connection has ended");
        // 1229 if it ended before the wait began (DSC-003).
        assert_eq!(first_end.0, connection);
        assert!(matches!(
            first_end.1,
            Ok(()) | Err(Error::ConnectionInvalid)
        ));
        client.reset();
        let second_end = ends.recv_timeout(PATIENCE).expect("its client has gone");
        assert_eq!(second_end, (request.connection_id(), Ok(())));
        let drained = shutdown.join().expect("no panic").expect("shut down");
        assert_eq!(outcome(drained), (2, 0));
    });
}

#[test]
fn a_streamed_response_goes_on_and_a_pipe_is_reset_at_the_deadline() {
    let stage = Stage::new();
    let before = stage.idle();
    let (mut client, request) = stage.received();
    let mut stream = request
        .start_chunked_response(Response::ok())
        .expect("a head");
    let mut peer = stage.connect();
    peer.send("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n");
    let upgrade = Response::new(101, "Switching Protocols").header("Upgrade", "websocket");
    let pipe = stage.server.receive().expect("a request").upgrade(upgrade);
    let pipe = pipe.expect("a pipe");
    let behind = stage.idle();
    thread::scope(|scope| {
        let limit = Duration::from_millis(300);
        let shutdown = stage.shut_down(scope, limit, [before, behind]);
        stream.write(b"a piece").expect("sent");
        stream.finish_with(b" and the last").expect("sent");
        assert_eq!(client.read_response().body, b"a piece and the last");
        client.expect_eof();
        let drained = shutdown.join().expect("no panic").expect("shut down");
        assert_eq!(outcome(drained), (1, 1));
    });
    peer.read_to_reset();
    assert_eq!(pipe.write(b"x"), Err(Error::InvalidHandle));
}

/// Two queues on one port.
struct Shared {
    _session: ServerSession,
    ours: (UrlGroup, RequestQueue),
    others: (UrlGroup, RequestQueue),
    port: u16,
    /// Behind what is made of it.
    service: PrivateService,
    _watchdog: Watchdog,
}

impl Shared {
    fn new() -> Shared {
        let watchdog = Watchdog::start();
        let service = PrivateService::new(Parameters::default()).expect("a service");
        let session = service.create_server_session().expect("a session");
        let part = |port: u16, path: &str| {
            let queue = service.create_request_queue().expect("a queue");
            let group = session.create_url_group().expect("a group");
            group.bind(&queue).expect("bound");
            let url = format!("http://localhost:{port}{path}");
            let port = group.add_url(&url).expect("added").port();
            ((group, queue), port)
        };
        let (ours, port) = part(0, "/ours/");
        let (others, _) = part(port, "/others/");
        Shared {
            service,
            _session: session,
            ours,
            others,
            port,
            _watchdog: watchdog,
        }
    }

    fn client(&self, path: &str) -> Client {
        let mut client = Client::connect(self.port);
        client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        client
    }
}

#[test]
fn a_port_that_others_keep_open_serves_them_and_refuses_ours() {
    let shared = Shared::new();
    let (group, queue) = &shared.ours;
    queue.set_verbosity(httpsys::Verbosity::Full).expect("set");
    let mut other = shared.client("/others/");
    let request = shared.others.1.receive().expect("a request");
    request.respond(Response::ok()).expect("sent");
    other.read_response();
    let mut client = shared.client("/ours/");
    let request = queue.receive().expect("a request");
    thread::scope(|scope| {
        let shutdown = scope.spawn(|| queue.shutdown_gracefully(LONG));
        while queue.receive().err() != Some(Error::InvalidHandle) {
            thread::yield_now();
        }
        assert_eq!(shared.client("/ours/new").read_response().status(), 503);
        other.send("GET /others/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let theirs = shared.others.1.receive().expect("a request");
        theirs
            .respond(Response::ok().body("as before"))
            .expect("sent");
        let response = other.read_response();
        assert_eq!(response.body, b"as before");
        assert_eq!(response.header("Connection"), None);
        request.respond(Response::ok()).expect("sent");
        let response = client.read_response();
        assert_eq!(response.header("Connection"), Some("close"));
        let drained = shutdown.join().expect("no panic").expect("shut down");
        assert_eq!(outcome(drained), (1, 0));
    });
    // The URL is free for a successor.
    let url = format!("http://localhost:{}/ours/", shared.port);
    assert_eq!(group.remove_url(&url), Err(Error::NotFound));
    let successor = shared.service.create_request_queue().expect("a queue");
    group.bind(&successor).expect("bound");
    group.add_url(&url).expect("added");
    let mut client = shared.client("/ours/");
    let request = successor.receive().expect("a request");
    request.respond(Response::ok()).expect("sent");
    assert_eq!(client.read_response().status(), 200);
}

#[test]
fn only_the_creator_shuts_a_queue_down_for_all() {
    let _watchdog = Watchdog::start();
    let service = PrivateService::new(Parameters::default()).expect("a service");
    let queue = service
        .create_named_request_queue("graceful")
        .expect("a queue");
    let opened = service.open_request_queue("graceful").expect("a handle");
    let refused = opened.shutdown_gracefully(LONG);
    assert_eq!(refused, Err(Error::InvalidParameter));
    assert!(!queue.is_closed());
    thread::scope(|scope| {
        let receive = scope.spawn(|| opened.receive().err());
        queue.shutdown_gracefully(LONG).expect("shut down");
        let ended = receive.join().expect("no panic");
        let closed = matches!(ended, Some(Error::Aborted | Error::InvalidHandle));
        assert!(closed, "{ended:?}");
    });
}

/// Clients that come, ask and go while it happens: nobody who was accepted gets less than a whole
/// response or a clean end.
#[test]
fn under_load_every_response_is_whole() {
    let stage = Stage::new();
    let port = stage.port.number();
    let (ready, is_ready) = sync::channel();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for request in stage.server.incoming() {
                    // A client that was closed with FIN may have sent its request meanwhile.
                    let _ = request.respond(Response::ok().body("whole"));
                }
            });
        }
        let clients = [(); 4].map(|()| {
            let ready = ready.clone();
            scope.spawn(move || {
                let mut client = Client::connect(port);
                for round in 0.. {
                    if !client.try_send(GET) {
                        return;
                    }
                    match client.try_read_response() {
                        Some(response) => assert_eq!(response.body, b"whole"),
                        None => return,
                    }
                    if round == 100 {
                        ready.send(()).expect("listened to");
                    }
                }
            })
        });
        for _ in &clients {
            is_ready.recv_timeout(PATIENCE).expect("a client at work");
        }
        let drained = stage.server.shutdown_gracefully(LONG).expect("shut down");
        assert_eq!(drained.reset, 0);
        for client in clients {
            client.join().expect("no half response");
        }
    });
}
