//! HttpCancelHttpRequest with OVERLAPPED, and what it does to other overlapped calls. C only.

use httpsys_tests::door::{CAbi, MORE_DATA, Reply, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped, Packet, skip_on_success};
use httpsys_tests::raw::{self, Handle};

const MUCH: usize = 64 << 20;

fn world() -> World<CAbi> {
    World::new()
}

#[test]
fn cxl_007_cancel_with_an_event_completes_it_once_with_size_0() {
    let w = world();
    let (mut client, request) = w.received_get("/x");
    let overlapped = Overlapped::with_event();
    let code = overlapped.cancel_request(w.queue, request.id);
    assert!(matches!(code, 0 | 997), "{code}");
    assert_eq!(overlapped.wait_result(w.queue), Ok(0));
    client.expect_reset();
}

#[test]
fn cxl_007_cancel_posts_one_packet_although_it_returned_0() {
    let w = world();
    let port = CompletionPort::of(w.queue, 0x77);
    let (mut client, request) = w.received_get("/x");
    let overlapped = Overlapped::without_event();
    let code = overlapped.cancel_request(w.queue, request.id);
    assert!(matches!(code, 0 | 997), "{code}");
    let expected = Packet {
        bytes: 0,
        key: 0x77,
        overlapped: overlapped.pointer() as usize,
        error: 0,
    };
    assert_eq!(port.next(), expected);
    client.expect_reset();
    port.assert_empty();
}

/// G-069: the choice is 0, and then skip-on-success means no packet.
#[test]
fn cancel_that_returns_0_posts_no_packet_in_skip_mode() {
    let w = world();
    let port = CompletionPort::of(w.queue, 1);
    assert!(skip_on_success(w.queue));
    let (mut client, request) = w.received_get("/x");
    let overlapped = Overlapped::without_event();
    assert_eq!(overlapped.cancel_request(w.queue, request.id), 0);
    client.expect_reset();
    port.assert_empty();
}

#[test]
fn cancel_that_fails_posts_no_packet() {
    let w = world();
    let port = CompletionPort::of(w.queue, 1);
    let overlapped = Overlapped::without_event();
    assert_eq!(overlapped.cancel_request(w.queue, 0xDEAD_BEEF), 1229);
    assert_eq!(overlapped.cancel_request(w.queue, 0), 1229);
    assert_eq!(overlapped.cancel_request(Handle::NULL, 1), 6);
    port.assert_empty();
}

#[test]
fn cxl_003_cancel_completes_a_pending_read_with_995() {
    let w = world();
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 10\r\n"));
    let request = w.receive();
    let read = Overlapped::with_event();
    let buffer = Box::leak(Box::new([0; 10]));
    assert_eq!(read.read_body(w.queue, request.id, 0, buffer), 997);
    assert_eq!(read.result(w.queue), Err(996));
    assert_eq!(raw::cancel(w.queue, request.id), 0);
    // G-068.
    assert_eq!(read.wait_result(w.queue), Err(995));
    client.expect_reset();
}

#[test]
fn cxl_004_cancel_completes_a_pending_send_with_995() {
    let w = world();
    let (mut client, request) = w.received_get("/x");
    let reply = Reply::ok().chunk(vec![b'x'; MUCH]).flags(MORE_DATA);
    let reply: &'static Reply = Box::leak(Box::new(reply));
    let send = Overlapped::with_event();
    assert_eq!(send.respond(w.queue, request.id, reply), 997);
    assert_eq!(raw::cancel(w.queue, request.id), 0);
    assert_eq!(send.wait_result(w.queue), Err(995));
    client.read_to_reset();
}

/// Only CancelIoEx can stop the last send; the response is broken then.
#[test]
fn snd_032_snd_033_the_last_send_is_stopped_by_cancel_io_ex_and_not_by_cancel() {
    let w = world();
    let (mut client, request) = w.received_get("/x");
    let reply: &'static Reply = Box::leak(Box::new(Reply::ok().chunk(vec![b'x'; MUCH])));
    let send = Overlapped::with_event();
    assert_eq!(send.respond(w.queue, request.id, reply), 997);
    assert_eq!(raw::cancel(w.queue, request.id), 1229);
    assert_eq!(send.result(w.queue), Err(996), "still pending");
    assert_eq!(send.cancel(w.queue), Ok(()));
    assert_eq!(send.wait_result(w.queue), Err(995));
    client.read_to_reset();
    w.assert_serves();
}

#[test]
fn cxl_009_cancel_completes_a_pending_disconnect_wait_with_success() {
    let w = world();
    let (mut client, request) = w.received_get("/x");
    let waits = [Overlapped::with_event(), Overlapped::with_event()];
    for wait in &waits {
        let code = wait.wait_for_disconnect(w.queue, request.connection_id);
        assert_eq!(code, 997);
    }
    assert_eq!(raw::cancel(w.queue, request.id), 0);
    // G-071, G-072.
    for wait in &waits {
        assert_eq!(wait.wait_result(w.queue), Ok(0));
    }
    client.expect_reset();
}

/// programs.md section 5: a program that passes the OVERLAPPED of a pending read to the cancel.
#[test]
fn cancel_with_the_overlapped_of_a_pending_read_is_survived() {
    let w = world();
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 10\r\n"));
    let request = w.receive();
    let overlapped = Overlapped::with_event();
    let buffer = Box::leak(Box::new([0; 10]));
    assert_eq!(overlapped.read_body(w.queue, request.id, 0, buffer), 997);
    let code = overlapped.cancel_request(w.queue, request.id);
    assert!(matches!(code, 0 | 997 | 87 | 1229), "{code}");
    overlapped.wait();
    drop(client);
    w.assert_serves();
}

/// G-065: the request is known by the id of a receive that was too short.
#[test]
fn cancel_of_a_request_that_only_a_short_receive_saw_resets() {
    let w = world();
    let mut client = w.connect();
    client.send(w.get("/x"));
    let mut buffer = raw::RequestBuffer::new(raw::REQUEST_V2 as usize);
    let code = raw::receive(w.queue, 0, 0, &mut buffer, raw::REQUEST_V2, None);
    assert_eq!(code, 234);
    let id = buffer.request().Base.RequestId;
    assert_eq!(raw::cancel(w.queue, id), 0);
    client.expect_reset();
}

#[test]
fn cancel_with_a_bad_handle_fails_with_6() {
    let w = world();
    let (mut client, request) = w.received_get("/x");
    for handle in [0, usize::MAX, 0x1234_5678, w.queue.0 ^ 0x4000_0000] {
        assert_eq!(raw::cancel(Handle(handle), request.id), 6, "{handle:#x}");
    }
    assert_eq!(raw::respond(w.queue, request.id, &Reply::ok(), None), 0);
    client.read_response();
}
