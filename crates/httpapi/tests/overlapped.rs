//! The C functions with OVERLAPPED: which calls complete, when, how and how often.
//!
//! Owns the checks of events, completion ports, cancelling and the notification mode on handles of
//! request queues. Does not own completion ports themselves (`httpsys-win32`). Threading: tests run
//! in parallel, each with a server of its own; every wait has a limit that only a failure reaches.
#![cfg(not(windows))]

mod support;

use std::io::{Read, Write};
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use httpapi::api::cancel::HttpCancelHttpRequest;
use httpapi::api::disconnect::HttpWaitForDisconnect;
use httpapi::api::request_queue::{HttpCloseRequestQueue, HttpShutdownRequestQueue};
use httpapi::api::send_response::HttpSendResponseEntityBody;
use httpapi::types::*;
use httpsys_win32::api::overlapped::CancelIo;
use httpsys_win32::api::ports::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, SetFileCompletionNotificationModes,
};
use httpsys_win32::{INVALID_HANDLE_VALUE, close, last_error};
use support::operation::{LIMIT, Operation};
use support::*;

/// A completion port with the queue's handle under key 7.
struct Port(HANDLE);

impl Port {
    fn of(server: Server) -> Port {
        let port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 0);
        assert_eq!(CreateIoCompletionPort(server.queue, port, 7, 0), port);
        Port(port)
    }

    /// Key, byte count, OVERLAPPED and code of the next packet, waiting at most so long.
    fn next(&self, milliseconds: u32) -> Option<(usize, u32, usize, u32)> {
        let (mut bytes, mut key, mut at) = (0, 0, null_mut());
        // SAFETY: the places live through the call.
        let done = unsafe {
            GetQueuedCompletionStatus(self.0, &mut bytes, &mut key, &mut at, milliseconds)
        };
        let code = if done != 0 { 0 } else { last_error::get() };
        (!at.is_null()).then_some((key, bytes, at as usize, code))
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        close(self.0);
    }
}

#[test]
fn rcv_004_and_rcv_005_a_receive_waits_and_ends_with_the_request() {
    for server in [Server::version_1(), Server::version_2()] {
        let mut operation = Operation::new(server.queue);
        let mut buffer = RequestMemory::new(4096);
        assert_eq!(operation.receive(0, 0, &mut buffer), 997);
        assert_eq!(operation.now().0, 996);
        let mut stream = server.request("GET /late HTTP/1.1", b"");
        let (code, bytes) = operation.end();
        assert_eq!(code, 0);
        assert!(bytes > V2);
        let id = buffer.request().RequestId;
        let (code, sent) = {
            let mut send = Operation::new(server.queue);
            assert_eq!(send.respond(id, 0, &[b"po", b"ng"]), 0);
            send.end()
        };
        let (head, body) = read_response(&mut stream);
        // SND-003: the size of the completion is that of the bytes on the wire.
        assert_eq!((code, sent as usize), (0, head.len() + body.len()));
        assert_eq!(body, b"pong");
    }
}

#[test]
fn rcv_006_cancel_io_ends_a_receive_with_995() {
    let server = Server::version_1();
    let mut buffer = RequestMemory::new(4096);
    let mut operation = Operation::new(server.queue);
    assert_eq!(operation.receive(0, 0, &mut buffer), 997);
    // Of another thread nothing is cancelled.
    let queue = server.queue as usize;
    std::thread::spawn(move || CancelIo(queue as HANDLE))
        .join()
        .unwrap();
    assert_eq!(operation.now().0, 996);
    assert_ne!(CancelIo(server.queue), 0);
    assert_eq!(operation.end(), (995, 0));
    assert_eq!(operation.receive(0, 0, &mut buffer), 997);
    assert!(operation.cancel());
    assert_eq!(operation.end(), (995, 0));
    assert!(!operation.cancel());
}

#[test]
fn rcv_007_closing_or_shutting_a_queue_ends_receives_with_995() {
    for shut in [true, false] {
        let server = Server::version_2();
        let mut buffers = [RequestMemory::new(4096), RequestMemory::new(4096)];
        let mut operations = [Operation::new(server.queue), Operation::new(server.queue)];
        for (operation, buffer) in operations.iter_mut().zip(&mut buffers) {
            assert_eq!(operation.receive(0, 0, buffer), 997);
        }
        // SAFETY: no pointers.
        let code = unsafe {
            if shut {
                HttpShutdownRequestQueue(server.queue)
            } else {
                HttpCloseRequestQueue(server.queue)
            }
        };
        assert_eq!(code, 0);
        for operation in &mut operations {
            assert_eq!(operation.end(), (995, 0));
        }
    }
}

#[test]
fn rcv_010_after_234_the_next_receive_waits_for_another_request() {
    let server = Server::version_1();
    let port = Port::of(server);
    let mut buffer = RequestMemory::new(V1);
    let mut operation = Operation::new(server.queue);
    assert_eq!(operation.receive(0, 0, &mut buffer), 997);
    let mut stream = server.request("GET / HTTP/1.1", b"");
    let (key, needed, at, code) = port.next(LIMIT).unwrap();
    assert_eq!((key, at, code), (7, operation.pointer() as usize, 234));
    let id = buffer.request().RequestId;
    let mut other = Operation::new(server.queue);
    let mut other_buffer = RequestMemory::new(4096);
    assert_eq!(other.receive(0, 0, &mut other_buffer), 997);
    let mut exact = RequestMemory::new(needed);
    assert_eq!(operation.receive(id, 0, &mut exact), 0);
    assert_eq!(
        port.next(LIMIT),
        Some((7, needed, operation.pointer() as usize, 0))
    );
    assert_eq!(exact.request().RequestId, id);
    assert_eq!(server.respond(id, 0, &[b"pong"]).0, 0);
    assert_eq!(read_response(&mut stream).1, b"pong");
    assert!(other.cancel());
    assert_eq!(port.next(LIMIT).map(|packet| packet.3), Some(995));
}

#[test]
fn rcv_026_a_refused_call_delivers_nothing() {
    let server = Server::version_2();
    let port = Port::of(server);
    let mut operation = Operation::new(server.queue);
    let mut buffer = RequestMemory::new(4096);
    assert_eq!(operation.receive(0xdead_beef, 0, &mut buffer), 1229);
    let (mut stream, id) = server.exchange();
    // ENT-006.
    assert_eq!(operation.read(id, 0, &mut [0; 8]), 38);
    assert_eq!(port.next(0), None);
    assert_eq!(operation.respond(id, 0, &[b"pong"]), 0);
    assert!(port.next(LIMIT).is_some());
    assert_eq!(port.next(0), None);
    read_response(&mut stream);
}

#[test]
fn rcv_025_and_ses_031_packets_of_calls_that_return_0() {
    let server = Server::version_2();
    let port = Port::of(server);
    let mut operation = Operation::new(server.queue);
    let mut buffer = RequestMemory::new(4096);
    for skip in [false, true] {
        if skip {
            assert_ne!(SetFileCompletionNotificationModes(server.queue, 1), 0);
        }
        let mut stream = server.request("GET / HTTP/1.1", b"");
        let code = operation.receive(0, 0, &mut buffer);
        // It depends on the moment whether the request was there.
        assert!([0, 997].contains(&code));
        if !skip || code == 997 {
            assert_eq!(port.next(LIMIT).map(|packet| packet.3), Some(0));
        }
        let id = buffer.request().RequestId;
        assert_eq!(operation.respond(id, 0, &[b"pong"]), 0);
        assert_eq!(port.next(0).is_some(), !skip);
        assert_eq!(operation.end().0, 0);
        assert_eq!(read_response(&mut stream).1, b"pong");
        assert_eq!(port.next(0), None);
    }
}

#[test]
fn ent_010_reads_wait_for_bytes_and_can_fill_the_buffer() {
    let server = Server::version_2();
    let mut stream = server.request("POST / HTTP/1.1\r\nContent-Length: 10", b"");
    let mut buffer = RequestMemory::new(4096);
    assert_eq!(server.receive(0, 0, &mut buffer).0, 0);
    let id = buffer.request().RequestId;
    let (mut first, mut second) = ([0; 64], [0; 64]);
    let mut operation = Operation::new(server.queue);
    assert_eq!(operation.read(id, 0, &mut first), 997);
    stream.write_all(b"abc").unwrap();
    assert_eq!(operation.end(), (0, 3));
    assert_eq!(operation.read(id, 1, &mut second), 997);
    stream.write_all(b"def").unwrap();
    stream.write_all(b"ghij").unwrap();
    assert_eq!(operation.end(), (0, 7));
    assert_eq!((&first[..3], &second[..7]), (&b"abc"[..], &b"defghij"[..]));
    assert_eq!(operation.read(id, 0, &mut first), 38);
    assert_eq!(server.respond(id, 0, &[b"pong"]).0, 0);
    read_response(&mut stream);
}

#[test]
fn rcv_021_flush_body_waits_for_the_whole_body() {
    for flush_first in [true, false] {
        let server = Server::version_2();
        let mut operation = Operation::new(server.queue);
        let mut buffer = RequestMemory::new(8192);
        let mut stream;
        if flush_first {
            assert_eq!(operation.receive(0, 2, &mut buffer), 997);
            stream = server.request(
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
                b"3\r\nabc\r\n",
            );
        } else {
            stream = server.request(
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
                b"3\r\nabc\r\n",
            );
            assert_eq!(operation.receive(0, 2, &mut buffer), 997);
        }
        assert_eq!(operation.now().0, 996);
        stream.write_all(b"2\r\nde\r\n0\r\n\r\n").unwrap();
        let (code, bytes) = operation.end();
        assert_eq!((code, buffer.request().Flags), (0, 0));
        assert!(bytes > V2 && bytes < 8192);
        assert_eq!(buffer.body(), b"abcde");
        assert_eq!(
            server.respond(buffer.request().RequestId, 0, &[b"pong"]).0,
            0
        );
        assert_eq!(read_response(&mut stream).1, b"pong");
    }
}

#[test]
fn snd_003_a_send_larger_than_the_socket_completes_when_it_is_read() {
    let server = Server::version_2();
    let port = Port::of(server);
    let (mut stream, id) = server.exchange();
    let body = vec![b'x'; 32 << 20];
    let mut operation = Operation::new(server.queue);
    assert_eq!(
        operation.respond(id, 2, &[&body[..1 << 20], &body[1 << 20..]]),
        997
    );
    assert_eq!(operation.now().0, 996);
    // SND-019.
    assert_eq!(server.send_body(id, 0, &[b"y"]).0, 22);
    let reader = std::thread::spawn(move || {
        let mut got = 0;
        let mut buffer = vec![0; 1 << 16];
        while got < (32 << 20) {
            got += stream.read(&mut buffer).unwrap();
        }
        (stream, got)
    });
    let (_, bytes, _, code) = port.next(LIMIT).unwrap();
    assert_eq!(code, 0);
    assert!(bytes > 32 << 20);
    assert_eq!(server.send_body(id, 1, &[b"end"]), (0, 3));
    let (mut stream, got) = reader.join().unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert_eq!(got + rest.len(), bytes as usize + 3);
}

#[test]
fn snd_032_cancel_io_ex_ends_a_send_and_breaks_the_response() {
    let server = Server::version_2();
    let (mut stream, id) = server.exchange();
    let body = vec![b'x'; 32 << 20];
    let mut operation = Operation::new(server.queue);
    assert_eq!(operation.respond(id, 0, &[&body]), 997);
    // SND-033: the last send was started, only CancelIoEx can stop it.
    assert_eq!(server.cancel(id), 1229);
    assert!(operation.cancel());
    assert_eq!(operation.end(), (995, 0));
    let mut sink = Vec::new();
    assert!(stream.read_to_end(&mut sink).is_err() || sink.len() < body.len());
}

#[test]
fn cxl_003_cxl_007_and_cxl_009_cancel_ends_what_is_pending() {
    let server = Server::version_2();
    let mut stream = server.request("POST / HTTP/1.1\r\nContent-Length: 10", b"");
    let mut buffer = RequestMemory::new(4096);
    assert_eq!(server.receive(0, 0, &mut buffer).0, 0);
    let request = buffer.request();
    let mut out = [0; 16];
    let (mut read, mut wait) = (Operation::new(server.queue), Operation::new(server.queue));
    assert_eq!(read.read(request.RequestId, 0, &mut out), 997);
    // SAFETY: the OVERLAPPED lives until the end.
    let code = unsafe { HttpWaitForDisconnect(server.queue, request.ConnectionId, wait.pointer()) };
    assert_eq!(code, 997);
    let mut cancel = Operation::new(server.queue);
    // SAFETY: as above.
    let code = unsafe { HttpCancelHttpRequest(server.queue, request.RequestId, cancel.pointer()) };
    assert_eq!(code, 0);
    assert_eq!(cancel.end(), (0, 0));
    assert_eq!(read.end(), (995, 0));
    assert_eq!(wait.end(), (0, 0));
    assert!(stream.read(&mut out).is_err());
    // SAFETY: as above.
    let code = unsafe { HttpCancelHttpRequest(server.queue, request.RequestId, cancel.pointer()) };
    assert_eq!(code, 1229);
    // SAFETY: as above.
    let code = unsafe { HttpWaitForDisconnect(server.queue, request.ConnectionId, wait.pointer()) };
    assert_eq!(code, 1229);
}

#[test]
fn the_overlapped_of_a_pending_operation_survives_misuse() {
    let server = Server::version_2();
    let (_stream, id) = server.exchange();
    let mut operation = Operation::new(server.queue);
    let mut buffer = RequestMemory::new(4096);
    assert_eq!(operation.receive(0, 0, &mut buffer), 997);
    // Meant was CancelIoEx; nothing worse than a mixed-up result may come of it.
    // SAFETY: the OVERLAPPED lives until both have ended.
    let code = unsafe { HttpCancelHttpRequest(server.queue, id, operation.pointer()) };
    assert_eq!(code, 0);
    assert!(operation.cancel());
    assert!(close(server.queue));
    let start = Instant::now();
    while operation.now().0 == 996 && start.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    assert_ne!(operation.now().0, 996);
}

#[test]
fn snd_013_an_overlapped_empty_piece_completes() {
    let server = Server::version_2();
    let (mut stream, id) = server.exchange();
    assert_eq!(server.respond(id, 2, &[b"pong"]).0, 0);
    let mut operation = Operation::new(server.queue);
    // SAFETY: no chunks; the OVERLAPPED lives until the end.
    let code = unsafe {
        HttpSendResponseEntityBody(
            server.queue,
            id,
            1,
            0,
            null(),
            null_mut(),
            null(),
            0,
            operation.pointer(),
            null(),
        )
    };
    assert_eq!((code, operation.end()), (0, (0, 0)));
    let mut wire = Vec::new();
    stream.read_to_end(&mut wire).unwrap();
    assert!(wire.ends_with(b"pong"));
}
