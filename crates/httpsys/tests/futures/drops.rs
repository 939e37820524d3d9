//! What is lost when a future is dropped: nothing but what it says.

use std::future::Future as _;
use std::io::{Read, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use httpsys::{Error, Request, RequestQueue, Response, Server};

use crate::calls::HUGE;
use crate::executor::{Bell, PATIENCE};
use crate::support::{Client, body_of, server};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn answer(request: Request, client: Client) {
    request.respond(Response::ok().body("kept")).unwrap();
    assert_eq!(body_of(&client.read_all()), "kept");
}

/// The next request; a lost one fails the test.
fn receive(queue: &RequestQueue) -> Request {
    let request = queue.receive_timeout(PATIENCE).unwrap();
    request.expect("a request")
}

/// A receive that was given the request of a client and has not seen it.
fn given(server: &Server, port: u16) -> (httpsys::future::Receive, Client) {
    let bell = Bell::new();
    let mut next = server.receive_async();
    bell.poll_pending(&mut next);
    let client = Client::send(port, GET);
    bell.wait();
    (next, client)
}

#[test]
fn a_dropped_receive_takes_no_request() {
    let (server, port) = server();
    let bell = Bell::new();
    let mut dropped = server.receive_async();
    bell.poll_pending(&mut dropped);
    drop(dropped);
    assert!(!bell.has_rung());
    let client = Client::send(port, GET);
    answer(receive(server.queue()), client);
}

#[test]
fn a_receive_that_was_never_polled_takes_no_request() {
    let (server, port) = server();
    let unpolled = server.receive_async();
    let client = Client::send(port, GET);
    answer(
        Bell::new().run(&mut server.receive_async()).unwrap(),
        client,
    );
    drop(unpolled);
}

#[test]
fn the_request_of_a_dropped_receive_goes_to_the_next_blocking_receive() {
    let (server, port) = server();
    let (dropped, client) = given(&server, port);
    drop(dropped);
    answer(receive(server.queue()), client);
}

#[test]
fn the_request_of_a_dropped_receive_goes_to_the_next_future() {
    let (server, port) = server();
    let (dropped, client) = given(&server, port);
    drop(dropped);
    answer(
        Bell::new().run(&mut server.receive_async()).unwrap(),
        client,
    );
}

#[test]
fn the_request_of_a_dropped_receive_reaches_a_blocked_thread_at_once() {
    for _ in 0..5 {
        let (server, port) = server();
        let (dropped, client) = given(&server, port);
        let (queue, (tell, told)) = (server.queue().clone(), mpsc::channel());
        thread::spawn(move || {
            tell.send(None).unwrap();
            // Without a time limit: only a wake-up ends it.
            tell.send(Some(queue.receive().unwrap())).unwrap();
        });
        assert!(told.recv().unwrap().is_none());
        // Right without it, but then the thread is often not asleep yet and needs no wake-up.
        thread::sleep(Duration::from_millis(20));
        drop(dropped);
        let request = told.recv_timeout(PATIENCE).expect("the thread to wake up");
        answer(request.unwrap(), client);
    }
}

#[test]
fn the_request_of_a_dropped_receive_wakes_the_one_that_waits_longest() {
    let (server, port) = server();
    let bells = [Bell::new(), Bell::new(), Bell::new()];
    let mut receives = [0; 3].map(|_| server.receive_async());
    for (bell, next) in bells.iter().zip(&mut receives) {
        bell.poll_pending(next);
    }
    let client = Client::send(port, GET);
    bells[0].wait();
    let [dropped, mut second, mut third] = receives;
    drop(dropped);
    bells[1].wait();
    assert!(!bells[2].has_rung());
    answer(bells[1].run(&mut second).unwrap(), client);
    // It took one request, so the next one is for the third.
    let client = Client::send(port, GET);
    bells[2].wait();
    answer(bells[2].run(&mut third).unwrap(), client);
}

#[test]
fn the_request_of_a_dropped_receive_is_known_to_all_handles_of_the_queue() {
    let service = httpsys::Service::new(httpsys::Parameters::default()).unwrap();
    let server = Server::builder()
        .service(&service)
        .queue_name("shared")
        .url("http://localhost:0/")
        .bind()
        .unwrap();
    let port = server.local_addr().unwrap().port();
    let other = service.open_request_queue("shared").unwrap();
    let (dropped, client) = given(&server, port);
    drop(dropped);
    answer(receive(&other), client);
}

#[test]
fn shd_001_a_returned_request_is_not_received_after_the_shutdown() {
    let (server, port) = server();
    let (dropped, client) = given(&server, port);
    drop(dropped);
    server.shutdown().unwrap();
    assert_eq!(server.receive().unwrap_err(), Error::InvalidHandle);
    drop(server);
    assert!(client.was_reset());
}

#[test]
fn shd_001_a_request_given_back_after_the_shutdown_ends_with_its_queue() {
    let (server, port) = server();
    let (dropped, client) = given(&server, port);
    server.shutdown().unwrap();
    drop(dropped);
    assert_eq!(server.receive().unwrap_err(), Error::InvalidHandle);
    drop(server);
    assert!(client.was_reset());
}

#[test]
fn a_dropped_read_loses_no_bytes() {
    let (server, port) = server();
    let mut client = Client::send(
        port,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nConnection: close\r\n\r\n",
    );
    let request = server.receive().unwrap();
    let mut buffer = [0; 16];
    let bell = Bell::new();
    let mut read = request.read_body_async(&mut buffer);
    bell.poll_pending(&mut read);
    drop(read);
    let mut read = request.read_body_async(&mut buffer);
    bell.poll_pending(&mut read);
    client.0.write_all(b"abcdef").unwrap();
    bell.wait();
    drop(read);
    assert_eq!(bell.run(&mut request.read_body_async(&mut buffer)), Ok(6));
    assert_eq!(&buffer[..6], b"abcdef");
    answer(request, client);
}

#[test]
fn the_wake_up_of_a_dropped_read_goes_to_the_other_one() {
    let (server, port) = server();
    let mut client = Client::send(
        port,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nConnection: close\r\n\r\n",
    );
    let request = server.receive().unwrap();
    let (mut one, mut two) = ([0; 3], [0; 3]);
    let bells = [Bell::new(), Bell::new()];
    let mut first = request.read_body_async(&mut one);
    let mut second = request.read_body_async(&mut two);
    bells[0].poll_pending(&mut first);
    bells[1].poll_pending(&mut second);
    client.0.write_all(b"abc").unwrap();
    bells[0].wait();
    assert!(!bells[1].has_rung());
    drop(first);
    assert_eq!(bells[1].run(&mut second), Ok(3));
    drop(second);
    assert_eq!(&two, b"abc");
    answer(request, client);
}

#[test]
fn a_dropped_send_resets_the_connection() {
    let (server, port) = server();
    let mut client = Client::send(port, GET);
    let bell = Bell::new();
    let mut respond = server
        .receive()
        .unwrap()
        .respond_async(Response::ok().body(vec![0; HUGE]));
    bell.poll_pending(&mut respond);
    drop(respond);
    assert!(client.read_to_reset().is_some());
}

#[test]
fn a_send_that_was_never_polled_resets_the_connection() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    drop(server.receive().unwrap().respond_async(Response::ok()));
    assert!(client.was_reset());
}

#[test]
fn a_dropped_write_resets_the_connection_and_an_unpolled_one_sends_nothing() {
    let (server, port) = server();
    let mut client = Client::send(port, GET);
    let request = server.receive().unwrap();
    let mut stream = request.start_chunked_response(Response::ok()).unwrap();
    drop(stream.write_async("unseen"));
    stream.write(b"seen").unwrap();
    let mut start = [0; 1024];
    let mut got = 0;
    while !start[..got].ends_with(b"4\r\nseen\r\n") {
        let n = client.0.read(&mut start[got..]).unwrap();
        assert_ne!(n, 0);
        got += n;
    }
    let text = String::from_utf8_lossy(&start[..got]);
    assert!(!text.contains("unseen"), "{text}");
    let bell = Bell::new();
    let mut write = stream.write_async(vec![0; HUGE]);
    bell.poll_pending(&mut write);
    drop(write);
    assert_eq!(stream.write(b"x"), Err(Error::ConnectionInvalid));
    assert!(client.read_to_reset().is_some());
}

#[test]
fn a_dropped_disconnect_wait_is_not_woken() {
    let (server, port) = server();
    let client = Client::send(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let request = server.receive().unwrap();
    let (queue, connection) = (server.queue(), request.connection_id());
    let bells = [Bell::new(), Bell::new()];
    let mut dropped = queue.wait_for_disconnect_async(connection);
    let mut kept = queue.wait_for_disconnect_async(connection);
    bells[0].poll_pending(&mut dropped);
    bells[1].poll_pending(&mut kept);
    drop(dropped);
    drop((request, client));
    assert_eq!(bells[1].run(&mut kept), Ok(()));
    assert!(!bells[0].has_rung());
}

/// A waker that panics, as that of an executor which is gone may do.
struct Broken;

impl std::task::Wake for Broken {
    fn wake(self: std::sync::Arc<Self>) {
        panic!("a waker that panics, on purpose");
    }
}

#[test]
fn a_waker_that_panics_harms_no_other_call() {
    let (server, port) = server();
    let waker = std::sync::Arc::new(Broken).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut broken = server.receive_async();
    assert!(
        std::pin::Pin::new(&mut broken)
            .poll(&mut context)
            .is_pending()
    );
    let clients = [Client::send(port, GET), Client::send(port, GET)];
    // This thread polls and meets the waker of the request that is found first.
    let respond = |request: Request| request.respond(Response::ok().body("kept")).unwrap();
    respond(receive(server.queue()));
    drop(broken);
    respond(receive(server.queue()));
    for client in clients {
        assert_eq!(body_of(&client.read_all()), "kept");
    }
}
