//! Files that no socket takes at once: where the system has that, their pages go out without a copy.
//!
//! Owns: that all of it arrives as it is in the file when the socket really is full in between, and that a
//! client that goes ends the send. Does not own: the bytes around a file, and every place at which a write may
//! stop (`tests.rs`).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;

use httpsys_core::call::SendResponse;
use httpsys_core::proto::ResponseParts;

use super::*;

/// More than the buffers of both sockets hold.
const LENGTH: usize = 20 << 20;

const SHAPE: Shape = &[&[M(3), F(LENGTH - 3)]];

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A client that has sent its request and takes little at a time.
fn client(world: &World) -> (TcpStream, RequestId) {
    let mut client = world.connect();
    let socket = socket2::SockRef::from(&client);
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    client.write_all(GET).unwrap();
    let (request, _) = world.receive();
    (client, request)
}

fn arrives_whole(name: &str, way: Way) {
    let world = World::new();
    let source = Arc::new(Source::of(name, LENGTH));
    let wanted = sorted(&expected(&source.bytes));
    let (mut client, request) = client(&world);
    let total = wanted.len();
    let reader = thread::spawn(move || {
        let mut found = vec![0; total];
        for part in found.chunks_mut(50_000) {
            client.read_exact(part).unwrap();
        }
        found
    });
    assert_eq!(
        answer(&world, request, &source, (SHAPE, way)),
        [total as u64]
    );
    assert!(sorted(&reader.join().unwrap()) == wanted);
}

#[test]
fn snd_005_a_large_file_arrives_whole_by_a_blocking_send() {
    arrives_whole("large-blocking", Way::Blocking);
}

#[test]
fn snd_005_a_large_file_arrives_whole_by_an_overlapped_send() {
    arrives_whole("large-overlapped", Way::Overlapped);
}

#[test]
fn a_client_that_goes_ends_the_send_of_a_large_file() {
    let world = World::new();
    let source = Source::of("large-gone", LENGTH);
    let (mut client, request) = client(&world);
    let reader = thread::spawn(move || {
        client.read_exact(&mut vec![0; 300_000]).unwrap();
        // What is left unread makes it a reset.
        drop(client);
    });
    let call = SendResponse {
        request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").unwrap();
    let (service, queue) = (&world.service, &*world.queue);
    let chunks = source.chunks(SHAPE[0], 0);
    let sent = service.send_response(queue, &call, &mut head, &chunks, None);
    // Whichever sees it first: the write, or the thread that polls, after which the connection is gone.
    let is_ended = matches!(sent, Err(Error::PeerReset | Error::Aborted));
    assert!(is_ended, "{sent:?}");
    reader.join().unwrap();
}
