//! Upgraded connections as futures.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;

use httpsys::{Error, Response, Upgraded};

use crate::calls::HUGE;
use crate::executor::{Bell, on_each};
use crate::support::{Client, server};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n";

fn switching() -> Response<'static> {
    Response::new(101, "Switching Protocols")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
}

/// A pipe and its client, which has read the head.
fn pipe() -> (Upgraded, Client, httpsys::Server) {
    let (server, port) = server();
    let mut client = Client::send(port, GET);
    let request = server.receive().unwrap();
    let pipe = pollster::block_on(request.upgrade_async(switching())).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.0.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    (pipe, client, server)
}

#[test]
fn upg_004_a_pipe_is_read_written_and_closed() {
    on_each(|| async {
        let (pipe, mut client, _server) = pipe();
        let mut buffer = [0; 16];
        for text in ["one", "two"] {
            let bell = Bell::new();
            let mut read = pipe.read_async(&mut buffer);
            bell.poll_pending(&mut read);
            client.0.write_all(text.as_bytes()).unwrap();
            assert_eq!(bell.run(&mut read), Ok(3));
            drop(read);
            pipe.write_async(buffer[..3].to_vec()).await.unwrap();
        }
        pipe.write_async(Vec::new()).await.unwrap();
        client.0.shutdown(Shutdown::Write).unwrap();
        assert_eq!(pipe.read_async(&mut buffer).await, Ok(0));
        pipe.write_async("!").await.unwrap();
        pipe.close_async().await.unwrap();
        assert_eq!(client.read_all(), "onetwo!");
    });
}

#[test]
fn a_read_and_a_write_wait_at_the_same_time() {
    let (pipe, mut client, _server) = pipe();
    let (read_bell, write_bell) = (Bell::new(), Bell::new());
    let mut buffer = [0; 4];
    let mut read = pipe.read_async(&mut buffer);
    let mut write = pipe.write_async(vec![b'x'; HUGE]);
    read_bell.poll_pending(&mut read);
    write_bell.poll_pending(&mut write);
    client.0.write_all(b"ping").unwrap();
    assert_eq!(read_bell.run(&mut read), Ok(4));
    drop(read);
    assert_eq!(&buffer, b"ping");
    let reader = thread::spawn(move || client.read_all().len());
    assert_eq!(write_bell.run(&mut write), Ok(()));
    drop(write);
    pollster::block_on(pipe.close_async()).unwrap();
    assert_eq!(reader.join().unwrap(), HUGE);
}

#[test]
fn a_dropped_read_loses_no_bytes() {
    let (pipe, mut client, _server) = pipe();
    let bell = Bell::new();
    let mut buffer = [0; 3];
    let mut read = pipe.read_async(&mut buffer);
    bell.poll_pending(&mut read);
    client.0.write_all(b"abc").unwrap();
    bell.wait();
    drop(read);
    assert_eq!(pipe.read(&mut buffer), Ok(3));
    assert_eq!(&buffer, b"abc");
}

#[test]
fn an_upgrade_that_is_not_polled_or_refused_resets_the_connection() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    drop(server.receive().unwrap().upgrade_async(switching()));
    assert!(client.was_reset());
    let client = Client::send(
        port,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx",
    );
    let request = server.receive().unwrap();
    let refused = pollster::block_on(request.upgrade_async(switching()));
    assert_eq!(refused.err(), Some(Error::InvalidParameter));
    assert!(client.was_reset());
}
