//! HttpCancelHttpRequest: area CXL for HTTP/1.1, programs.md section 5, gaps G-063 to G-070.
//!
//! Owns: the synchronous call through both doors. Does not own: OVERLAPPED (`cancel_overlapped`).

use httpsys_tests::both_doors;
use httpsys_tests::door::{DISCONNECT, Door, MORE_DATA, Reply, World};
use httpsys_tests::thread;

both_doors![
    cxl_001_cancel_resets_the_connection_without_response_bytes,
    cxl_002_cancel_in_the_middle_of_a_response_breaks_it_off,
    cxl_003_cancel_ends_a_body_read_of_another_thread,
    cxl_004_cancel_ends_a_send_that_the_client_does_not_take,
    cxl_005_every_call_with_a_cancelled_id_fails_with_1229,
    cxl_006_cancel_of_an_answered_id_fails_with_1229_and_harms_nobody,
    cxl_006_cancel_after_the_client_has_gone_fails_with_1229,
    cxl_008_cancel_without_overlapped_has_happened_when_it_returns,
    cxl_009_cancel_ends_a_disconnect_wait,
    cxl_010_cancel_drops_the_requests_pipelined_behind,
    snd_033_cancel_after_the_last_send_began_fails_with_1229,
    cancel_leaves_other_connections_alone,
    cancel_on_another_queue_fails_with_1229_and_touches_nothing,
    cancel_of_ids_nobody_got_fails_with_1229,
    cancel_with_an_unread_body_resets,
    cancel_on_a_closed_queue_fails_with_6,
];

/// More than the socket buffers of a machine hold.
const MUCH: usize = 64 << 20;

fn cxl_001_cancel_resets_the_connection_without_response_bytes<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/x");
    assert_eq!(w.cancel(request.id), Ok(()));
    client.expect_reset();
    w.assert_serves();
}

fn cxl_002_cancel_in_the_middle_of_a_response_breaks_it_off<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/x");
    let head = Reply::ok()
        .header("Content-Length", "100")
        .chunk("part")
        .flags(MORE_DATA);
    w.respond(request.id, &head).expect("the head");
    assert_eq!(client.read_response_head().status(), 200);
    assert_eq!(client.read_exactly(4), b"part");
    assert_eq!(w.cancel(request.id), Ok(()));
    client.expect_reset();
}

/// The read may have begun before the cancel (995) or not (1229); the row allows both. The order is
/// fixed in `cxl_003_cancel_completes_a_pending_read_with_995`.
fn cxl_003_cancel_ends_a_body_read_of_another_thread<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 10\r\n"));
    let request = w.receive();
    thread::scope(|scope| {
        let reader = scope.spawn(|| w.read_body(request.id, &mut [0; 10]));
        assert_eq!(w.cancel(request.id), Ok(()));
        let result = reader.join().expect("the reader");
        assert!(matches!(result, Err(995 | 1229)), "{result:?}");
    });
    client.expect_reset();
}

fn cxl_004_cancel_ends_a_send_that_the_client_does_not_take<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/x");
    let reply = Reply::ok().chunk(vec![b'x'; MUCH]).flags(MORE_DATA);
    thread::scope(|scope| {
        let sender = scope.spawn(|| w.respond(request.id, &reply));
        // Its first bytes are here, and the rest does not fit: the send is pending.
        client.read_response_head();
        assert_eq!(w.cancel(request.id), Ok(()));
        // G-068.
        assert_eq!(sender.join().expect("the sender"), Err(995));
    });
    client.read_to_reset();
}

fn cxl_005_every_call_with_a_cancelled_id_fails_with_1229<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 3\r\n") + "abc");
    let request = w.receive();
    assert_eq!(w.cancel(request.id), Ok(()));
    assert_eq!(w.respond(request.id, &Reply::ok()), Err(1229));
    assert_eq!(w.send_body(request.id, &[b"x"], 0), Err(1229));
    assert_eq!(w.send_body(request.id, &[b"x"], MORE_DATA), Err(1229));
    assert_eq!(w.read_body(request.id, &mut [0; 3]), Err(1229));
    assert_eq!(w.cancel(request.id), Err(1229));
    client.expect_reset();
}

fn cxl_006_cancel_of_an_answered_id_fails_with_1229_and_harms_nobody<D: Door>(w: &World<D>) {
    let (mut client, first) = w.received_get("/1");
    w.respond(first.id, &Reply::ok().chunk("1"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"1");
    assert_eq!(w.cancel(first.id), Err(1229));
    // The connection goes on, and the old id does not reach its next request.
    client.send(w.get("/2"));
    let second = w.receive();
    assert_eq!(w.cancel(first.id), Err(1229));
    w.respond(second.id, &Reply::ok().chunk("2"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"2");
}

fn cxl_006_cancel_after_the_client_has_gone_fails_with_1229<D: Door>(w: &World<D>) {
    let (client, request) = w.received_get("/x");
    thread::scope(|scope| {
        let wait = scope.spawn(|| w.door.wait_for_disconnect(&w.queue, request.connection_id));
        client.reset();
        // Whether it waited or came too late, the service knows now.
        let waited = wait.join().expect("the wait");
        assert!(matches!(waited, Ok(()) | Err(1229)), "{waited:?}");
    });
    assert_eq!(w.cancel(request.id), Err(1229));
}

fn cxl_008_cancel_without_overlapped_has_happened_when_it_returns<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/x");
    assert_eq!(w.cancel(request.id), Ok(()));
    assert_eq!(w.cancel(request.id), Err(1229));
    assert_eq!(
        w.door.wait_for_disconnect(&w.queue, request.connection_id),
        Err(1229)
    );
    client.expect_reset();
}

/// As with the read, a wait that begins too late fails with 1229; the order is fixed in
/// `cxl_009_cancel_completes_a_pending_disconnect_wait_with_success`.
fn cxl_009_cancel_ends_a_disconnect_wait<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/x");
    thread::scope(|scope| {
        let wait = scope.spawn(|| w.door.wait_for_disconnect(&w.queue, request.connection_id));
        assert_eq!(w.cancel(request.id), Ok(()));
        let waited = wait.join().expect("the wait");
        assert!(matches!(waited, Ok(()) | Err(1229)), "{waited:?}");
    });
    client.expect_reset();
}

fn cxl_010_cancel_drops_the_requests_pipelined_behind<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send([w.get("/1"), w.get("/2"), w.get("/3")].concat());
    let first = w.receive();
    assert_eq!(first.abs_path, "/1");
    assert_eq!(w.cancel(first.id), Ok(()));
    client.expect_reset();
    // What comes next is of another connection.
    w.assert_serves();
}

fn snd_033_cancel_after_the_last_send_began_fails_with_1229<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/x");
    let reply = Reply::ok().chunk(vec![b'x'; MUCH]);
    thread::scope(|scope| {
        let sender = scope.spawn(|| w.respond(request.id, &reply));
        let head = client.read_head();
        assert_eq!(w.cancel(request.id), Err(1229));
        assert_eq!(client.read_exactly(MUCH), reply.chunks[0], "all the body");
        let sent = sender.join().expect("the sender");
        assert_eq!(sent, Ok((head.len() + MUCH) as u64));
    });
}

fn cancel_leaves_other_connections_alone<D: Door>(w: &World<D>) {
    let (mut victim, cancelled) = w.received_get("/victim");
    let (mut neighbour, healthy) = w.received_get("/neighbour");
    let head = Reply::ok().header("Content-Length", "4").flags(MORE_DATA);
    w.respond(healthy.id, &head).expect("the head");
    assert_eq!(w.cancel(cancelled.id), Ok(()));
    victim.expect_reset();
    assert_eq!(w.send_body(healthy.id, &[b"body"], 0), Ok(4));
    assert_eq!(neighbour.read_response().body, b"body");
    neighbour.send(w.get("/again"));
    let again = w.receive();
    assert_eq!(again.connection_id, healthy.connection_id);
    w.respond(again.id, &Reply::ok().flags(DISCONNECT))
        .expect("an answer");
    neighbour.read_response();
    neighbour.expect_eof();
}

/// programs.md section 5, requirement 9; G-031.
fn cancel_on_another_queue_fails_with_1229_and_touches_nothing<D: Door>(w: &World<D>) {
    let (_group, other) = w.another_group();
    let (mut client, request) = w.received_get("/x");
    assert_eq!(w.door.cancel(&other, request.id), Err(1229));
    assert_eq!(w.door.respond(&other, request.id, &Reply::ok()), Err(1229));
    assert!(w.respond(request.id, &Reply::ok()).is_ok());
    assert_eq!(client.read_response().status(), 200);
    w.door.close_queue(&other).expect("close");
}

/// G-063; ids near a live one must not reach it either.
fn cancel_of_ids_nobody_got_fails_with_1229<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/x");
    let mut forged = vec![0, 1, 0xDEAD_BEEF, u64::MAX, u64::MAX - 1, 1 << 63];
    forged.extend((0..64).map(|bit| request.id ^ (1 << bit)));
    forged.extend([request.id.wrapping_add(1), request.id.wrapping_sub(1)]);
    forged.push(request.connection_id);
    for id in forged {
        if id != request.id {
            assert_eq!(w.cancel(id), Err(1229), "{id:#x}");
        }
    }
    assert!(w.respond(request.id, &Reply::ok()).is_ok());
    assert_eq!(client.read_response().status(), 200);
}

fn cancel_with_an_unread_body_resets<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 2000\r\n") + &"b".repeat(1000));
    let request = w.receive();
    let mut some = [0; 100];
    assert_eq!(w.read_body(request.id, &mut some), Ok(100));
    assert_eq!(w.cancel(request.id), Ok(()));
    client.expect_reset();
}

/// G-064.
fn cancel_on_a_closed_queue_fails_with_6<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/x");
    w.door.close_queue(&w.queue).expect("close");
    assert_eq!(w.cancel(request.id), Err(6));
    client.expect_reset();
}
