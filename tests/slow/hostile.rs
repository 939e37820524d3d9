//! Clients that want the server to keep what they send, or what they do not take.
//!
//! Owns: endless framing of bodies, and responses that nobody reads. Does not own: heads that never
//! end (`main`). A blocking program's thread waits for such a client, so thousands of responses that
//! are stuck at once need a program that answers with futures: it is this process, whose memory
//! then counts.

use std::future::Future;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use httpsys::future::Respond;
use httpsys::{Response, Server as HttpServer};
use httpsys_tests::watchdog::Watchdog;

use crate::{SLACK, Server, count, raise_limit, resident};

/// Bytes of user memory for a response that its client does not take, without the body, which is
/// the program's: the request, the call that waits, and what the client has sent meanwhile (4 KiB
/// at most are read ahead).
const STUCK_BYTES: u64 = 8 * 1024;

const HEAD: &str = "POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Sends `piece` without an end until the server has had enough; returns the bytes that were sent.
fn flood(client: &mut TcpStream, start: &str, piece: &str) -> usize {
    client.write_all(HEAD.as_bytes()).expect("sent");
    client.write_all(start.as_bytes()).expect("sent");
    let pieces = piece.repeat(4096 / piece.len());
    let mut sent = 0;
    // Far more than both ends' sockets hold.
    while sent < 256 << 20 {
        match client.write(pieces.as_bytes()) {
            Ok(n) => sent += n,
            Err(error) => {
                let ended = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
                assert!(ended.contains(&error.kind()), "{error}");
                return sent;
            }
        }
    }
    panic!("{sent} bytes of {piece:?} and no end");
}

/// Requires that the server breaks each such connection off, and keeps nothing of it.
fn is_broken_off(start: &str, piece: &str, what: &str) {
    let server = Server::start();
    server.settle();
    let before = server.memory();
    let mut most = 0;
    let clients = 20;
    let open: Vec<TcpStream> = (0..clients)
        .map(|_| {
            let mut client = server.connect();
            most = flood(&mut client, start, piece).max(most);
            client
        })
        .collect();
    eprintln!("{what}: the client sent at most {most} bytes");
    server.grew_at_most(before, clients, 0, what);
    drop(open);
}

#[test]
fn trailer_fields_without_an_end_are_broken_off() {
    is_broken_off("0\r\n", "X: y\r\n", "trailer fields");
    is_broken_off("0\r\nX: ", "yyyyyyyy", "one trailer field");
}

#[test]
fn chunk_extensions_without_an_end_are_broken_off() {
    is_broken_off("1;", "xxxxxxxx", "a chunk extension");
    is_broken_off("", "0", "zeros of a chunk size");
}

/// A byte of body behind each long extension is a body that goes on: it costs time, not memory.
#[test]
fn long_chunk_extensions_of_small_chunks_cost_no_memory() {
    let server = Server::start();
    server.settle();
    let before = server.memory();
    let chunk = format!("1;{}\r\nx\r\n", "e".repeat(4000));
    let chunks = chunk.repeat(16);
    let mut client = server.connect();
    client.write_all(HEAD.as_bytes()).expect("sent");
    for _ in 0..200 {
        client.write_all(chunks.as_bytes()).expect("sent");
    }
    client.write_all(b"0\r\n\r\n").expect("sent");
    let mut answer = [0; 1024];
    let got = client.read(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..got]);
    assert!(answer.ends_with("\r\n\r\n3200"), "{answer}");
    server.grew_at_most(before, 1, 0, "long extensions");
}

/// The program has answered 404 without reading the body: the service reads on and throws away.
#[test]
fn a_body_that_nobody_wants_costs_no_memory() {
    let server = Server::start();
    server.settle();
    let before = server.memory();
    let clients = 20;
    let head = HEAD.replacen("/upload", "/nothing", 1);
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let mut open: Vec<TcpStream> = (0..clients).map(|_| server.connect()).collect();
    for client in &mut open {
        client.write_all(head.as_bytes()).expect("sent");
    }
    // More than the sockets of both ends hold, so that most of it has been read.
    for _ in 0..1024 {
        for client in &mut open {
            client.write_all(chunk.as_bytes()).expect("sent");
        }
    }
    server.grew_at_most(before, clients, 0, "unwanted bodies");
    for client in &mut open {
        let mut answer = [0; 1024];
        let got = client.read(&mut answer).expect("an answer");
        assert!(answer[..got].starts_with(b"HTTP/1.1 404 "));
    }
}

/// Answers requests of `clients` with `body` until each has a response that is stuck; `requests` is
/// how many each has sent at once. Requires that each costs at most `STUCK_BYTES`.
fn stuck(clients: usize, requests: usize, body: &'static [u8], what: &str) {
    raise_limit();
    let _watchdog = Watchdog::start();
    let builder = HttpServer::builder().url("http://localhost:0/");
    let server = builder.bind().expect("a server");
    let address = server.local_addr().expect("it listens");
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let all = request.repeat(requests);
    let mut open = Vec::new();
    let mut waiting: Vec<Pin<Box<Respond>>> = Vec::new();
    let mut before = 0;
    // The first half makes what is kept and used again.
    for half in 0..2 {
        if half == 1 {
            before = resident(std::process::id());
        }
        for _ in 0..clients / 2 {
            let mut client = TcpStream::connect(address).expect("connected");
            client.set_nonblocking(true).expect("an option");
            // What the sockets do not take is not sent.
            let sent = client.write(all.as_bytes()).expect("sent");
            assert!(sent > request.len() / 2);
            open.push(client);
            while waiting.len() < open.len() {
                let request = server.receive().expect("a request");
                let mut answer = Box::pin(request.respond_async(Response::ok().body(body)));
                match answer
                    .as_mut()
                    .poll(&mut Context::from_waker(Waker::noop()))
                {
                    Poll::Pending => waiting.push(answer),
                    Poll::Ready(result) => drop(result.expect("sent")),
                }
            }
        }
    }
    let grown = resident(std::process::id()).saturating_sub(before);
    let each = grown / (clients as u64 / 2);
    eprintln!("{what}: {each} bytes for each of {clients}");
    let bound = STUCK_BYTES * (clients as u64 / 2) + SLACK;
    assert!(grown <= bound, "{what}: {grown} bytes, bound {bound}");
    drop(waiting);
    drop(open);
}

#[test]
fn large_responses_that_nobody_reads_cost_a_bounded_amount() {
    let body: &'static [u8] = Box::leak(vec![b'x'; 64 << 20].into_boxed_slice());
    stuck(count() / 10, 1, body, "large responses");
}

#[test]
fn ten_thousand_pipelined_requests_without_reading_cost_a_bounded_amount() {
    let body: &'static [u8] = Box::leak(vec![b'x'; 64 << 10].into_boxed_slice());
    stuck(count() / 20, 10_000, body, "pipelined requests");
}
