//! Small responses that have to wait: the socket is full, or a bandwidth limit holds them back.
//!
//! Owns: that what the client reads is exactly the responses, one after the other, and that each count
//! is that of its own bytes, by OVERLAPPED and by futures. Does not own: every shape of a send over
//! every socket (`crates/engine/src/write/tests.rs`), nor the rate (`bandwidth`).

use std::future::Future;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use httpsys_tests::PATIENCE;
use httpsys_tests::both_doors;
use httpsys_tests::door::{CAbi, Door, Limits, MORE_DATA, Reply, RustApi, World};
use httpsys_tests::net::TcpStream;
use httpsys_tests::overlapped::Overlapped;
use httpsys_tests::thread;

both_doors![
    snd_005_a_small_response_that_finds_the_socket_full_is_sent_once,
    snd_005_a_small_response_that_the_bandwidth_holds_back_is_sent_once,
];

/// Around the length up to which a body is sent with its head.
const LENGTHS: [usize; 6] = [0, 1, 1000, 1023, 1024, 1025];

/// More responses than a socket holds.
const MOST: usize = 200_000;

/// A door whose sends need not wait.
trait Overlaps: Door + Sized {
    type Request;
    type Pending;

    fn next(w: &World<Self>) -> Self::Request;
    /// The bytes, or a send that waits.
    fn begin(w: &World<Self>, request: Self::Request, body: Vec<u8>) -> Result<u64, Self::Pending>;
    fn end(w: &World<Self>, pending: Self::Pending) -> u64;
}

impl Overlaps for CAbi {
    type Request = u64;
    type Pending = Overlapped;

    fn next(w: &World<CAbi>) -> u64 {
        w.receive().id
    }

    fn begin(w: &World<CAbi>, request: u64, body: Vec<u8>) -> Result<u64, Overlapped> {
        begin(w, request, Reply::ok().chunk(body))
    }

    fn end(w: &World<CAbi>, send: Overlapped) -> u64 {
        send.wait_result(w.queue).expect("it is sent").into()
    }
}

impl Overlaps for RustApi {
    type Request = httpsys::Request;
    type Pending = Pin<Box<dyn Future<Output = httpsys::Result<u64>>>>;

    fn next(w: &World<RustApi>) -> httpsys::Request {
        let request = w
            .queue
            .receive_timeout(PATIENCE)
            .expect("the queue is open");
        request.expect("a request")
    }

    fn begin(
        _: &World<RustApi>,
        request: httpsys::Request,
        body: Vec<u8>,
    ) -> Result<u64, Self::Pending> {
        let send = request.respond_async(httpsys::Response::ok().body(body));
        let mut send: Self::Pending = Box::pin(send);
        match send.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(sent) => Ok(sent.expect("it is sent")),
            Poll::Pending => Err(send),
        }
    }

    fn end(_: &World<RustApi>, send: Self::Pending) -> u64 {
        httpsys_tests::sync::block_on(send).expect("it is sent")
    }
}

/// HttpSendHttpResponse with an OVERLAPPED.
fn begin(w: &World<CAbi>, request: u64, reply: Reply) -> Result<u64, Overlapped> {
    let send = Overlapped::with_event();
    let reply: &'static Reply = Box::leak(Box::new(reply));
    match send.respond(w.queue, request, reply) {
        0 => Ok(send.wait_result(w.queue).expect("it is sent").into()),
        997 => Err(send),
        other => panic!("{other}"),
    }
}

/// A client that takes little into its own buffer.
fn connect(port: u16) -> TcpStream {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let client = TcpStream::connect_with_buffer(address, 4096).expect("it listens");
    client.set_nodelay(true).expect("no delay");
    client.set_read_timeout(Some(PATIENCE)).expect("a deadline");
    client
}

/// The body of the response with this number: no other has it.
fn body_of(number: usize, length: usize) -> Vec<u8> {
    let mut body = format!("<{number}>").into_bytes();
    body.resize(length, b'.');
    body
}

/// The bytes are these responses and nothing else, and each was counted right.
#[track_caller]
fn expect_responses(mut bytes: &[u8], length: usize, counts: &[u64]) {
    for (number, count) in counts.iter().enumerate() {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let head = end.expect("a head") + 4;
        let begin = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]);
        assert!(begin.starts_with("HTTP/1.1 200 "), "{number}: {begin}");
        let announced = format!("Content-Length: {length}\r\n");
        let text = String::from_utf8_lossy(&bytes[..head]);
        assert!(text.contains(&announced), "{number}: {text}");
        let (response, rest) = bytes.split_at(head + length);
        assert!(response[head..] == body_of(number, length), "{number}");
        assert_eq!(*count, response.len() as u64, "{number}");
        bytes = rest;
    }
    assert_eq!(bytes, b"");
}

/// Answers a request; `waits` is called before it waits.
type Answer<'a, D> = &'a dyn Fn(<D as Overlaps>::Request, Vec<u8>, &mut dyn FnMut()) -> u64;

fn whole<D: Overlaps>(
    w: &World<D>,
    request: D::Request,
    body: Vec<u8>,
    waits: &mut dyn FnMut(),
) -> u64 {
    D::begin(w, request, body).unwrap_or_else(|pending| {
        waits();
        D::end(w, pending)
    })
}

/// A client that does not read until a response has to wait; then it reads all, and three more.
fn fill<D: Overlaps>(w: &World<D>, length: usize, answer: Answer<'_, D>) {
    let mut client = connect(w.port());
    let mut counts = Vec::new();
    let mut left = None;
    let bytes = thread::scope(|scope| {
        let mut reader = None;
        while left != Some(0) {
            client.write_all(w.get("/").as_bytes()).expect("sent");
            let request = D::next(w);
            let body = body_of(counts.len(), length);
            counts.push(answer(request, body, &mut || {
                left.get_or_insert(4_usize);
                reader.get_or_insert_with(|| {
                    let mut client = client.try_clone().expect("a second handle");
                    scope.spawn(move || {
                        let mut all = Vec::new();
                        client.read_to_end(&mut all).expect("an end");
                        all
                    })
                });
            }));
            left = left.map(|left| left - 1);
            assert!(counts.len() < MOST, "the socket is never full");
        }
        client.shutdown(Shutdown::Write).expect("open");
        let reader = reader.expect("a response has waited");
        reader.join().expect("all bytes")
    });
    expect_responses(&bytes, length, &counts);
}

fn hold_back<D: Overlaps>(w: &World<D>, length: usize, answer: Answer<'_, D>) {
    let limits = Limits::default().bandwidth(8000);
    assert_eq!(w.door.set_group_limits(&w.group, limits), Ok(()));
    let mut client = w.connect();
    let mut counts = Vec::new();
    let mut waited = false;
    // Half a second's bytes may be sent at once.
    while !waited {
        client.send(w.get("/"));
        let body = body_of(counts.len(), length);
        counts.push(answer(D::next(w), body, &mut || waited = true));
    }
    client.finish();
    expect_responses(&client.read_to_end(), length, &counts);
}

fn snd_005_a_small_response_that_finds_the_socket_full_is_sent_once<D: Overlaps>(w: &World<D>) {
    for length in LENGTHS {
        fill(w, length, &|request, body, waits| {
            whole(w, request, body, waits)
        });
    }
}

fn snd_005_a_small_response_that_the_bandwidth_holds_back_is_sent_once<D: Overlaps>(w: &World<D>) {
    for length in LENGTHS {
        hold_back(w, length, &|request, body, waits| {
            whole(w, request, body, waits)
        });
    }
}

/// The head with all but the last byte, and that.
fn in_parts(w: &World<CAbi>, request: u64, body: &[u8], waits: &mut dyn FnMut()) -> u64 {
    let (first, second) = body.split_at(body.len().saturating_sub(1));
    let reply = Reply::ok()
        .header("Content-Length", body.len().to_string())
        .chunk(first)
        .flags(MORE_DATA);
    let head = begin(w, request, reply).unwrap_or_else(|send| {
        waits();
        CAbi::end(w, send)
    });
    let send = Overlapped::with_event();
    let second: &'static [u8] = second.to_vec().leak();
    let code = send.send_body(w.queue, request, 0, vec![second].leak());
    assert!(matches!(code, 0 | 997), "{code}");
    if code == 997 {
        waits();
    }
    let last = CAbi::end(w, send);
    assert_eq!(last, second.len() as u64);
    head + last
}

/// The first part of a response comes with its head.
#[test]
fn snd_006_small_parts_that_find_the_socket_full_are_sent_once() {
    let w = World::<CAbi>::new();
    for length in LENGTHS {
        fill(&w, length, &|request, body, waits| {
            in_parts(&w, request, &body, waits)
        });
    }
}

#[test]
fn snd_006_small_parts_that_the_bandwidth_holds_back_are_sent_once() {
    let w = World::<CAbi>::new();
    for length in LENGTHS {
        hold_back(&w, length, &|request, body, waits| {
            in_parts(&w, request, &body, waits)
        });
    }
}
