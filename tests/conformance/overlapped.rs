//! OVERLAPPED: events, completion ports, CancelIo, CancelIoEx. Rows RCV-004 to RCV-007, RCV-016,
//! RCV-025 to RCV-027, SES-030, SES-031.

use httpsys_tests::door::{CAbi, Reply, World};
use httpsys_tests::overlapped::{
    CompletionPort, Overlapped, Packet, cancel_io, last_error, leaked_buffer, skip_on_success,
};
use httpsys_tests::raw::{self, REQUEST_V1, REQUEST_V2};

fn world() -> World<CAbi> {
    World::new()
}

#[test]
fn rcv_004_rcv_005_an_overlapped_receive_with_nothing_queued_is_pending() {
    let w = world();
    let receive = Overlapped::with_event();
    let (buffer, completed) = leaked_buffer(4096);
    assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
    assert_eq!(receive.result(w.queue), Err(996));
    assert!(!receive.is_signalled());
    let mut client = w.connect();
    client.send(w.get("/now"));
    let bytes = receive.wait_result(w.queue).expect("a request");
    assert!(bytes > REQUEST_V2);
    assert_eq!(completed.buffer().received().abs_path, "/now");
}

#[test]
fn rcv_006_cancel_io_completes_a_pending_receive_with_995_and_size_0() {
    let w = world();
    let receives = [Overlapped::with_event(), Overlapped::with_event()];
    for receive in &receives {
        let (buffer, _) = leaked_buffer(4096);
        assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
    }
    assert_eq!(cancel_io(w.queue), Ok(()));
    for receive in &receives {
        assert_eq!(receive.wait_result(w.queue), Err(995));
        // SAFETY: the operation has completed, nobody writes any more.
        assert_eq!(unsafe { (*receive.pointer()).InternalHigh }, 0);
    }
    w.assert_serves();
}

#[test]
fn cancel_io_ex_completes_the_one_receive_and_finds_it_once() {
    let w = world();
    let (one, two) = (Overlapped::with_event(), Overlapped::with_event());
    let (buffer, _) = leaked_buffer(4096);
    assert_eq!(one.receive(w.queue, 0, 0, buffer, None), 997);
    let (buffer, completed) = leaked_buffer(4096);
    assert_eq!(two.receive(w.queue, 0, 0, buffer, None), 997);
    assert_eq!(one.cancel(w.queue), Ok(()));
    assert_eq!(one.wait_result(w.queue), Err(995));
    // ERROR_NOT_FOUND.
    assert_eq!(one.cancel(w.queue), Err(1168));
    assert_eq!(two.result(w.queue), Err(996));
    let mut client = w.connect();
    client.send(w.get("/two"));
    two.wait_result(w.queue).expect("a request");
    assert_eq!(completed.buffer().received().abs_path, "/two");
}

#[test]
fn rcv_007_shd_002_the_packet_of_an_aborted_receive_says_995() {
    let w = world();
    let port = CompletionPort::of(w.queue, 5);
    let receive = Overlapped::without_event();
    let (buffer, _) = leaked_buffer(4096);
    assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
    assert_eq!(raw::shutdown_queue(w.queue), 0);
    let expected = Packet {
        bytes: 0,
        key: 5,
        overlapped: receive.pointer() as usize,
        error: 995,
    };
    assert_eq!(port.next(), expected);
}

/// G-035's exact count is in the completion; the pointer is ignored while pending.
#[test]
fn rcv_016_the_byte_count_comes_from_the_completion() {
    let w = world();
    let receive = Overlapped::with_event();
    let (buffer, completed) = leaked_buffer(4096);
    let count: *mut u32 = Box::leak(Box::new(0xABCD));
    // SAFETY: freshly leaked, used by nobody else until the completion.
    let code = receive.receive(w.queue, 0, 0, buffer, Some(unsafe { &mut *count }));
    assert_eq!(code, 997);
    let mut client = w.connect();
    client.send(w.get("/x"));
    let bytes = receive.wait_result(w.queue).expect("a request");
    assert_eq!(completed.buffer().received().abs_path, "/x");
    // A second request of the same length tells the size that is due.
    let mut other = w.connect();
    other.send(w.get("/y"));
    let mut short = raw::RequestBuffer::new(REQUEST_V2 as usize);
    let mut size = 0;
    let code = raw::receive(w.queue, 0, 0, &mut short, REQUEST_V2, Some(&mut size));
    assert_eq!(code, 234);
    assert_eq!(bytes, size);
}

/// programs.md section 3 and surface.md 1.0: both together are legal, and filled when inline.
#[test]
fn a_receive_that_finishes_inline_fills_the_byte_count_pointer() {
    let w = world();
    assert!(skip_on_success(w.queue));
    let mut client = w.connect();
    client.send(w.get("/x"));
    // One short receive binds the request, so that the next call finishes inline.
    let mut short = raw::RequestBuffer::new(REQUEST_V2 as usize);
    let mut needed = 0;
    let code = raw::receive(w.queue, 0, 0, &mut short, REQUEST_V2, Some(&mut needed));
    assert_eq!(code, 234);
    let id = short.request().Base.RequestId;
    let receive = Overlapped::with_event();
    let (buffer, completed) = leaked_buffer(4096);
    let count: *mut u32 = Box::leak(Box::new(0));
    // SAFETY: freshly leaked, used by nobody else until the call returns.
    let code = receive.receive(w.queue, id, 0, buffer, Some(unsafe { &mut *count }));
    assert_eq!(code, 0);
    // SAFETY: the operation has completed.
    assert_eq!(unsafe { *count }, needed);
    assert_eq!(completed.buffer().received().id, id);
}

#[test]
fn rcv_025_an_overlapped_receive_of_a_queued_request_completes_also_when_it_returns_0() {
    let w = world();
    let port = CompletionPort::of(w.queue, 9);
    let mut client = w.connect();
    client.send(w.get("/x"));
    let receive = Overlapped::without_event();
    let (buffer, completed) = leaked_buffer(4096);
    let code = receive.receive(w.queue, 0, 0, buffer, None);
    assert!(matches!(code, 0 | 997), "{code}");
    let packet = port.next();
    assert_eq!(
        (packet.key, packet.overlapped, packet.error),
        (9, receive.pointer() as usize, 0)
    );
    assert!(packet.bytes > REQUEST_V2);
    assert_eq!(completed.buffer().received().abs_path, "/x");
    port.assert_empty();
}

#[test]
fn rcv_026_a_receive_that_fails_at_once_completes_nothing() {
    let w = world();
    let port = CompletionPort::of(w.queue, 9);
    let receive = Overlapped::without_event();
    let (buffer, _) = leaked_buffer(4096);
    assert_eq!(receive.receive(w.queue, 0xDEAD_BEEF, 0, buffer, None), 1229);
    let (buffer, _) = leaked_buffer(4096);
    let code = receive.receive_into(w.queue, 0, 0, buffer, REQUEST_V1 - 1, None);
    assert_eq!(code, 122);
    port.assert_empty();
}

/// programs.md section 3: the needed size is the packet's byte count.
#[test]
fn a_pending_receive_with_a_short_buffer_completes_with_234_and_the_size() {
    let w = world();
    let port = CompletionPort::of(w.queue, 3);
    let receive = Overlapped::without_event();
    let (buffer, completed) = leaked_buffer(REQUEST_V2 as usize);
    assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
    let mut client = w.connect();
    client.send(w.get("/x"));
    let packet = port.next();
    assert_eq!(packet.error, 234);
    assert!(packet.bytes > REQUEST_V2, "{}", packet.bytes);
    let id = completed.buffer().request().Base.RequestId;
    assert_ne!(id, 0);
    let mut whole = raw::RequestBuffer::new(packet.bytes as usize);
    let code = raw::receive(w.queue, id, 0, &mut whole, packet.bytes, None);
    assert_eq!(code, 0);
    assert_eq!(whole.received().abs_path, "/x");
}

/// RCV-027: the buffer is whole when the completion is seen. Many rounds, as a race would show
/// rarely.
#[test]
fn rcv_027_the_buffer_is_whole_when_the_completion_is_signalled() {
    let w = world();
    let mut client = w.connect();
    let text = "v".repeat(3000);
    for round in 0..500 {
        let receive = Overlapped::with_event();
        let (buffer, completed) = leaked_buffer(8192);
        assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
        client.send(w.request("GET", &format!("/{round}"), &format!("X-Y: {text}\r\n")));
        receive.wait();
        let request = completed.buffer().received();
        assert_eq!(request.abs_path, format!("/{round}"));
        assert_eq!(request.unknown[0].1, text.as_bytes());
        w.respond(request.id, &Reply::ok()).expect("an answer");
        client.read_response();
    }
}

#[test]
fn ses_030_packets_carry_key_and_overlapped_of_the_association() {
    let w = world();
    let key = 0xFEED_FACE_CAFE;
    let port = CompletionPort::of(w.queue, key);
    let receives: Vec<_> = (0..5)
        .map(|_| {
            let receive = Overlapped::without_event();
            let (buffer, completed) = leaked_buffer(4096);
            assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
            (receive.pointer() as usize, completed)
        })
        .collect();
    let mut clients = Vec::new();
    for (pointer, completed) in &receives {
        let mut client = w.connect();
        client.send(w.get("/port"));
        let packet = port.next();
        assert_eq!((packet.key, packet.overlapped), (key, *pointer));
        assert_eq!(completed.buffer().received().abs_path, "/port");
        clients.push(client);
    }
    port.assert_empty();
}

#[test]
fn ses_031_skip_on_success_posts_no_packet_for_calls_that_return_0() {
    let w = world();
    let port = CompletionPort::of(w.queue, 1);
    assert!(skip_on_success(w.queue));
    let (mut client, request) = w.received_get("/");
    let send = Overlapped::without_event();
    let reply: &'static Reply = Box::leak(Box::new(Reply::ok().chunk("x")));
    assert_eq!(send.respond(w.queue, request.id, reply), 0);
    assert_eq!(client.read_response().body, b"x");
    port.assert_empty();
    // What is pending completes with a packet all the same.
    let receive = Overlapped::without_event();
    let (buffer, _) = leaked_buffer(4096);
    assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
    client.send(w.get("/"));
    assert_eq!(port.next().overlapped, receive.pointer() as usize);
}

/// Internal holds an NTSTATUS (surface.md, fact 10).
#[test]
fn internal_holds_an_ntstatus() {
    let w = world();
    let status = |it: &Overlapped| {
        // SAFETY: the operation has completed or not begun; nobody writes.
        unsafe { (*it.pointer()).Internal as u32 }
    };
    let receive = Overlapped::with_event();
    let (buffer, _) = leaked_buffer(4096);
    assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
    assert_eq!(receive.cancel(w.queue), Ok(()));
    receive.wait();
    assert_eq!(status(&receive), 0xC000_0120, "STATUS_CANCELLED");
    let receive = Overlapped::with_event();
    let (buffer, _) = leaked_buffer(REQUEST_V2 as usize);
    assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
    let mut client = w.connect();
    client.send(w.get("/"));
    receive.wait();
    assert_eq!(status(&receive), 0x8000_0005, "STATUS_BUFFER_OVERFLOW");
}

#[test]
fn a_queue_handle_is_not_an_event_and_bad_handles_have_error_6() {
    let w = world();
    let closed = raw::create_queue(raw::V2, None, 0).expect("a queue");
    assert_eq!(raw::close_queue(closed), 0);
    assert_eq!(cancel_io(closed), Err(6));
    assert_eq!(Overlapped::with_event().cancel(closed), Err(6));
    assert!(!skip_on_success(closed));
    assert_eq!(last_error(), 6);
    w.assert_serves();
}
