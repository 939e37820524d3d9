//! The Rust API in a child made by fork: objects of the parent, and a service of the child's own.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use httpsys::{Error, Parameters, Request, Response, Server, Service};
use httpsys_tests::client::Client;
use httpsys_tests::watchdog::Watchdog;

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(child: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(code: i32) -> !;
}

/// A child that runs `body`, which panics if something is wrong, and ends.
fn start_child(body: impl FnOnce()) -> i32 {
    // SAFETY: the child runs `body` and ends; the calls of the library in it are what is tested.
    let child = unsafe { fork() };
    if child == 0 {
        let failed = catch_unwind(AssertUnwindSafe(body)).is_err();
        // SAFETY: ends the child at once, without the test's own exit handlers.
        unsafe { _exit(failed.into()) };
    }
    assert!(child > 0);
    child
}

fn expect_success(child: i32) {
    let mut status = -1;
    // SAFETY: a child of ours, and the address of a live value.
    assert_eq!(unsafe { waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the child has failed: see its standard error");
}

fn in_a_child(body: impl FnOnce()) {
    expect_success(start_child(body));
}

fn bind() -> (Server, u16) {
    let server = Server::builder().url("http://localhost:0/").bind();
    let server = server.expect("a server");
    let port = server.local_addr().expect("it listens").port();
    (server, port)
}

fn get(client: &mut Client) {
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

fn serve_one(server: &Server, client: &mut Client, text: &'static str) {
    get(client);
    let request = server.receive().expect("a request");
    request.respond(Response::ok().body(text)).expect("sent");
    assert_eq!(client.read_response().body, text.as_bytes());
}

fn poll_once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn receive(server: &Server, port: u16) -> (Client, Request) {
    let mut client = Client::connect(port);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n");
    (client, server.receive().expect("a request"))
}

#[test]
fn g_170_objects_of_the_parent_are_of_no_use_in_a_child_and_stay_whole_in_the_parent() {
    let _watchdog = Watchdog::start();
    let (server, port) = bind();
    let mut kept = Client::connect(port);
    serve_one(&server, &mut kept, "parent");
    let (mut client, request) = receive(&server, port);
    let (mut other, cancelled) = receive(&server, port);
    let mut objects = Some((server, request, cancelled));
    in_a_child(|| {
        let (server, request, cancelled) = objects.take().expect("they are here");
        let queue = server.queue().clone();
        assert_eq!(server.receive().map(drop), Err(Error::NotInitialized));
        let one = Duration::from_millis(1);
        let received = queue.receive_timeout(one).map(drop);
        assert_eq!(received, Err(Error::NotInitialized));
        assert_eq!(request.read_body(&mut [0; 8]), Err(Error::NotInitialized));
        let sent = request.respond(Response::ok().body("child")).map(drop);
        assert_eq!(sent, Err(Error::NotInitialized));
        assert_eq!(cancelled.cancel(), Err(Error::NotInitialized));
        assert_eq!(queue.shutdown(), Err(Error::NotInitialized));
        assert_eq!(queue.len(), 0);
        assert!(queue.is_closed());
        assert_eq!(queue.close(), Err(Error::NotInitialized));
        // Everything is dropped: in a process that is not its own that does nothing.
        drop(server);
    });
    let (server, request, cancelled) = objects.expect("they are the parent's");
    client.send("abc");
    assert_eq!(request.read_body(&mut [0; 8]), Ok(3));
    request
        .respond(Response::ok().body("parent"))
        .expect("sent");
    assert_eq!(client.read_response().body, b"parent");
    cancelled.cancel().expect("it is there");
    other.expect_reset();
    serve_one(&server, &mut kept, "again");
    serve_one(&server, &mut Client::connect(port), "anew");
}

#[test]
fn g_170_a_future_of_the_parent_ends_in_a_child_when_it_is_polled() {
    let _watchdog = Watchdog::start();
    let (server, port) = bind();
    let mut receive = Box::pin(server.receive_async());
    let mut context = Context::from_waker(Waker::noop());
    assert!(receive.as_mut().poll(&mut context).is_pending());
    in_a_child(|| {
        let polled = receive.as_mut().poll(&mut context).map_ok(drop);
        assert_eq!(polled, Poll::Ready(Err(Error::NotInitialized)));
        let polled = poll_once(server.receive_async()).map_ok(drop);
        assert_eq!(polled, Poll::Ready(Err(Error::NotInitialized)));
    });
    drop(receive);
    serve_one(&server, &mut Client::connect(port), "parent");
}

#[test]
fn g_170_a_child_has_services_of_its_own() {
    let _watchdog = Watchdog::start();
    let (server, port) = bind();
    let mut kept = Client::connect(port);
    serve_one(&server, &mut kept, "parent");
    let serve = || {
        // The service of the process, and a private one.
        let (own, second) = bind();
        serve_one(&own, &mut Client::connect(second), "child");
        drop(own);
        let own = Service::new(Parameters::default()).expect("a service");
        drop(own.create_request_queue().expect("a queue"));
    };
    let child = start_child(serve);
    for _ in 0..10 {
        serve_one(&server, &mut kept, "parent");
    }
    expect_success(child);
    // And so has the next one.
    in_a_child(serve);
    serve_one(&server, &mut Client::connect(port), "parent");
}

/// A private service with logs of none: its last handle goes in the child, and lives on in the parent.
#[test]
fn g_170_the_end_of_a_private_service_in_a_child_is_none_in_the_parent() {
    let _watchdog = Watchdog::start();
    let service = Service::new(Parameters::default()).expect("a service");
    let queue = service.create_request_queue().expect("a queue");
    let session = service.create_server_session().expect("a session");
    let group = session.create_url_group().expect("a group");
    group.bind(&queue).expect("bound");
    let prefix = group.add_url("http://localhost:0/").expect("registered");
    let port = prefix.port();
    let mut objects = Some((service, session, group));
    in_a_child(|| drop(objects.take()));
    let mut client = Client::connect(port);
    thread::scope(|scope| {
        scope.spawn(|| {
            let request = queue.receive().expect("a request");
            request
                .respond(Response::ok().body("parent"))
                .expect("sent");
        });
        get(&mut client);
        assert_eq!(client.read_response().body, b"parent");
    });
    drop(objects);
}
