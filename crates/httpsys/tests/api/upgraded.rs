//! The pipe of an upgraded connection: both directions from two threads, and its ends.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;

use crate::support::{Client, server};
use httpsys::{Error, Response, Server, Upgraded};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n";
const LENGTH: usize = 1 << 20;

/// A pipe and its client, which has read the head.
fn pipe() -> (Upgraded, Client, Server) {
    let (server, port) = server();
    let mut client = Client::send(port, GET);
    let response = Response::new(101, "Switching Protocols")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade");
    let pipe = server.receive().unwrap().upgrade(response).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.0.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    (pipe, client, server)
}

#[test]
fn upg_004_two_threads_use_both_directions() {
    let (pipe, mut client, _server) = pipe();
    let bytes: Vec<u8> = (0..LENGTH).map(|n| ((n * 31) >> 7) as u8).collect();
    let mut writer = client.0.try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            writer.write_all(&bytes).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        scope.spawn(|| (&pipe).write_all(&bytes).unwrap());
        let reader = scope.spawn(|| {
            let mut got = Vec::new();
            (&pipe).read_to_end(&mut got).unwrap();
            got
        });
        let mut got = vec![0; LENGTH];
        client.0.read_exact(&mut got).unwrap();
        assert!(got == bytes, "to the client");
        assert!(reader.join().unwrap() == bytes, "from the client");
    });
    pipe.close().unwrap();
    assert_eq!(client.read_all(), "");
}

#[test]
fn a_pipe_that_is_dropped_or_cancelled_is_reset() {
    let (dropped, client, _server) = pipe();
    drop(dropped);
    assert!(client.was_reset());
    let (cancelled, client, _server) = pipe();
    cancelled.cancel().unwrap();
    assert!(client.was_reset());
}

#[test]
fn cxl_003_a_cancel_by_id_ends_a_read_of_another_thread() {
    let (pipe, client, server) = pipe();
    let id = pipe.request().id();
    let reader = thread::spawn(move || pipe.read(&mut [0; 16]));
    // Before or after the read began: both ends are the documented ones.
    server.queue().cancel(id).unwrap();
    let result = reader.join().unwrap();
    assert!(
        matches!(result, Err(Error::Aborted | Error::ConnectionInvalid)),
        "{result:?}"
    );
    assert!(client.was_reset());
}

#[test]
fn upg_006_a_shutdown_ends_the_read_of_another_thread() {
    let (pipe, client, server) = pipe();
    let pipe = Arc::new(pipe);
    let reader = thread::spawn({
        let pipe = Arc::clone(&pipe);
        move || pipe.read(&mut [0; 16])
    });
    (&*pipe).write_all(b"bye").unwrap();
    pipe.shutdown().unwrap();
    assert_eq!(reader.join().unwrap(), Err(Error::ConnectionInvalid));
    assert_eq!(pipe.write(b"x"), Err(Error::ConnectionInvalid));
    assert_eq!(pipe.shutdown(), Err(Error::ConnectionInvalid));
    assert_eq!(
        server.queue().cancel(pipe.request().id()),
        Err(Error::ConnectionInvalid)
    );
    // The drop resets nothing.
    drop(pipe);
    assert_eq!(client.read_all(), "bye");
}

#[test]
fn empty_reads_and_writes_do_nothing() {
    let (pipe, client, _server) = pipe();
    assert_eq!(pipe.read(&mut []), Ok(0));
    pipe.write(&[]).unwrap();
    pipe.close().unwrap();
    assert_eq!(client.read_all(), "");
}
