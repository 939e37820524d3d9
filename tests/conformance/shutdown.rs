//! Shutdown and close of queues: area SHD.

use httpsys_tests::both_doors;
use httpsys_tests::door::{CAbi, Door, MORE_DATA, Reply, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped, leaked_buffer};
use httpsys_tests::raw::{self, Handle};
use httpsys_tests::thread;

both_doors![
    rcv_007_closing_the_queue_ends_a_blocking_receive_with_995,
    shd_002_shutdown_ends_a_blocking_receive_with_995,
    shd_003_a_request_received_before_shutdown_may_be_answered,
    shd_004_a_receive_after_shutdown_fails_with_6,
    shd_007_closing_the_queue_breaks_received_requests_off,
    shd_008_closing_the_queue_breaks_queued_requests_off,
    shd_009_running_requests_complete_after_their_url_is_removed,
    shd_010_a_prefix_may_be_registered_again_after_the_close,
    every_call_on_a_closed_queue_fails_with_6,
    a_half_sent_response_is_broken_off_by_the_close,
];

fn rcv_007_closing_the_queue_ends_a_blocking_receive_with_995<D: Door>(w: &World<D>) {
    thread::scope(|scope| {
        let receiver = scope.spawn(|| w.door.receive(&w.queue).err());
        w.door.close_queue(&w.queue).expect("close");
        // 6 if the queue was closed before the receive began.
        let code = receiver.join().expect("the receiver");
        assert!(matches!(code, Some(995 | 6)), "{code:?}");
    });
}

fn shd_002_shutdown_ends_a_blocking_receive_with_995<D: Door>(w: &World<D>) {
    thread::scope(|scope| {
        let receiver = scope.spawn(|| w.door.receive(&w.queue).err());
        w.door.shutdown_queue(&w.queue).expect("shutdown");
        let code = receiver.join().expect("the receiver");
        assert!(matches!(code, Some(995 | 6)), "{code:?}");
    });
}

fn shd_003_a_request_received_before_shutdown_may_be_answered<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 3\r\n"));
    let request = w.receive();
    w.door.shutdown_queue(&w.queue).expect("shutdown");
    client.send("abc");
    let mut body = [0; 3];
    let got = w.read_body(request.id, &mut body).expect("a part");
    assert!(got > 0);
    w.respond(request.id, &Reply::ok().chunk("late"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"late");
}

/// G-075.
fn shd_004_a_receive_after_shutdown_fails_with_6<D: Door>(w: &World<D>) {
    w.door.shutdown_queue(&w.queue).expect("shutdown");
    assert_eq!(w.door.receive(&w.queue).err(), Some(6));
}

fn shd_007_closing_the_queue_breaks_received_requests_off<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    w.door.close_queue(&w.queue).expect("close");
    client.expect_reset();
    assert_eq!(w.respond(request.id, &Reply::ok()), Err(6));
}

fn shd_008_closing_the_queue_breaks_queued_requests_off<D: Door>(w: &World<D>) {
    let mut clients: Vec<_> = (0..3).map(|_| w.connect()).collect();
    for client in &mut clients {
        client.send(w.get("/queued"));
    }
    // One that is received leaves two in the queue, as soon as the service has read them.
    w.receive();
    let queued = || {
        w.door
            .queue_counters(&w.queue)
            .expect("counters")
            .CurrentQueueSize
    };
    while queued() < 2 {
        httpsys_tests::thread::yield_now();
    }
    w.door.close_queue(&w.queue).expect("close");
    for client in &mut clients {
        assert_eq!(client.read_until_gone(), b"");
    }
}

fn shd_009_running_requests_complete_after_their_url_is_removed<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    w.door.remove_url(&w.group, &w.url("/")).expect("removed");
    w.respond(request.id, &Reply::ok().chunk("done"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"done");
}

fn shd_010_a_prefix_may_be_registered_again_after_the_close<D: Door>(w: &World<D>) {
    w.assert_serves();
    w.door.remove_all_urls(&w.group).expect("removed");
    w.door.close_queue(&w.queue).expect("close");
    for round in 0..5 {
        let (group, queue) = w.another_group();
        w.door.add_url(&group, &w.url("/"), round).expect("free");
        let mut client = w.connect();
        client.send(w.get("/"));
        let request = w.door.receive(&queue).expect("a request");
        assert_eq!(request.url_context, round);
        w.door
            .respond(&queue, request.id, &Reply::ok())
            .expect("an answer");
        client.read_response();
        w.door.close_queue(&queue).expect("close");
        w.door.close_group(group).expect("close");
    }
}

fn every_call_on_a_closed_queue_fails_with_6<D: Door>(w: &World<D>) {
    let (_client, request) = w.received_get("/");
    w.door.close_queue(&w.queue).expect("close");
    let id = request.id;
    assert_eq!(w.door.receive(&w.queue).err(), Some(6));
    assert_eq!(w.respond(id, &Reply::ok()), Err(6));
    assert_eq!(w.send_body(id, &[b"x"], 0), Err(6));
    assert_eq!(w.read_body(id, &mut [0; 4]), Err(6));
    assert_eq!(w.cancel(id), Err(6));
    let connection = request.connection_id;
    assert_eq!(w.door.wait_for_disconnect(&w.queue, connection), Err(6));
    assert_eq!(w.door.shutdown_queue(&w.queue), Err(6));
    assert_eq!(w.door.close_queue(&w.queue), Err(6), "SHD-006, G-080");
}

/// G-078.
fn a_half_sent_response_is_broken_off_by_the_close<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let head = Reply::ok()
        .header("Content-Length", "10")
        .chunk("half!")
        .flags(MORE_DATA);
    w.respond(request.id, &head).expect("the head");
    client.read_response_head();
    assert_eq!(client.read_exactly(5), b"half!");
    w.door.close_queue(&w.queue).expect("close");
    client.expect_reset();
}

#[test]
fn rcv_007_pending_receives_complete_with_995_when_the_queue_closes() {
    let w = World::<CAbi>::new();
    let port = CompletionPort::of(w.queue, 7);
    let mut receives: Vec<_> = (0..3)
        .map(|_| {
            let receive = Overlapped::without_event();
            let (buffer, _) = leaked_buffer(4096);
            assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
            receive.pointer() as usize
        })
        .collect();
    assert_eq!(raw::close_queue(w.queue), 0);
    for _ in 0..3 {
        let packet = port.next();
        assert_eq!((packet.key, packet.bytes, packet.error), (7, 0, 995));
        receives.retain(|pointer| *pointer != packet.overlapped);
    }
    assert!(receives.is_empty(), "each once: {receives:?}");
    port.assert_empty();
}

#[test]
fn shd_002_rcv_007_pending_receives_complete_with_995_at_shutdown() {
    let w = World::<CAbi>::new();
    let receive = Overlapped::with_event();
    let (buffer, _) = leaked_buffer(4096);
    assert_eq!(receive.receive(w.queue, 0, 0, buffer, None), 997);
    assert_eq!(raw::shutdown_queue(w.queue), 0);
    assert_eq!(receive.wait_result(w.queue), Err(995));
}

#[test]
fn shd_006_closing_twice_or_a_bad_handle_fails_with_6() {
    let w = World::<CAbi>::new();
    let queue = raw::create_queue(raw::V2, None, 0).expect("a queue");
    assert_eq!(raw::close_queue(queue), 0);
    assert_eq!(raw::close_queue(queue), 6);
    for handle in [0, usize::MAX, 0x1234_5678, w.queue.0 ^ 0x4000_0000] {
        assert_eq!(raw::close_queue(Handle(handle)), 6, "{handle:#x}");
        assert_eq!(raw::shutdown_queue(Handle(handle)), 6, "{handle:#x}");
    }
    w.assert_serves();
}

/// Closing a queue before its groups and session is fine (programs.md section 3).
#[test]
fn a_queue_may_be_closed_before_its_group_and_session() {
    let w = World::<CAbi>::without_url();
    let session = raw::create_session(raw::V2).expect("a session");
    let group = raw::create_group(session).expect("a group");
    let queue = raw::create_queue(raw::V2, None, 0).expect("a queue");
    assert_eq!(raw::bind(group, Some(queue)), 0);
    assert_eq!(raw::add_url_to_group(group, &w.url("/"), 0), 0);
    assert_eq!(raw::close_queue(queue), 0);
    assert_eq!(raw::close_group(group), 0);
    assert_eq!(raw::close_session(session), 0);
}

#[test]
fn closing_an_attached_handle_ends_its_own_receives_only() {
    let w = World::<CAbi>::new();
    let name = format!("test-{}-attached-close", std::process::id());
    let creator = raw::create_queue(raw::V2, Some(&name), 0).expect("a queue");
    let attached = raw::create_queue(raw::V2, Some(&name), 1).expect("the same");
    assert_eq!(raw::bind(w.group, Some(creator)), 0);
    let (own, other) = (Overlapped::with_event(), Overlapped::with_event());
    let (own_buffer, _) = leaked_buffer(4096);
    let (other_buffer, other_request) = leaked_buffer(4096);
    assert_eq!(own.receive(attached, 0, 0, own_buffer, None), 997);
    assert_eq!(other.receive(creator, 0, 0, other_buffer, None), 997);
    assert_eq!(raw::close_queue(attached), 0);
    own.wait();
    assert_eq!(own.result(attached), Err(995));
    assert!(!other.is_signalled());
    let mut client = w.connect();
    client.send(w.get("/"));
    assert!(other.wait_result(creator).is_ok());
    let id = other_request.buffer().request().Base.RequestId;
    let answer = raw::respond(creator, id, &Reply::ok().chunk("x"), None);
    assert_eq!(answer, 0);
    assert_eq!(client.read_response().body, b"x");
    assert_eq!(raw::close_queue(creator), 0);
}
