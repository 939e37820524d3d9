//! HttpWaitForDisconnect: area DSC.

use httpsys_tests::both_doors;
use httpsys_tests::door::{CAbi, DISCONNECT, Door, Reply, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped};
use httpsys_tests::raw;

both_doors![
    dsc_001_a_blocking_wait_ends_with_the_connection,
    dsc_003_dsc_004_ids_that_are_none_fail_with_1229,
    a_wait_that_races_with_the_close_of_its_queue_ends,
];

fn dsc_001_a_blocking_wait_ends_with_the_connection<D: Door>(w: &World<D>) {
    let (client, request) = w.received_get("/");
    httpsys_tests::thread::scope(|scope| {
        let wait = scope.spawn(|| w.door.wait_for_disconnect(&w.queue, request.connection_id));
        client.reset();
        // 1229 if the connection was gone before the wait began (DSC-003).
        let waited = wait.join().expect("the wait");
        assert!(matches!(waited, Ok(()) | Err(1229)), "{waited:?}");
    });
}

/// G-073.
fn dsc_003_dsc_004_ids_that_are_none_fail_with_1229<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok().flags(DISCONNECT))
        .expect("an answer");
    client.read_response();
    client.expect_eof();
    for id in [0, 0xDEAD_BEEF, u64::MAX, request.id] {
        let waited = w.door.wait_for_disconnect(&w.queue, id);
        assert_eq!(waited, Err(1229), "{id:#x}");
    }
}

/// The order of wait and close is not fixed, so the wait is aborted or refused. The connection is
/// idle and outlives both: a wait that missed the close would stay for ever.
fn a_wait_that_races_with_the_close_of_its_queue_ends<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok()).expect("an answer");
    client.read_response();
    let connection = request.connection_id;
    for _ in 0..500 {
        let queue = w.door.create_queue().expect("a queue");
        httpsys_tests::thread::scope(|scope| {
            let wait = scope.spawn(|| w.door.wait_for_disconnect(&queue, connection));
            w.door.close_queue(&queue).expect("close");
            let waited = wait.join().expect("the wait");
            assert!(matches!(waited, Err(995 | 6)), "{waited:?}");
        });
    }
    // The connection itself was never touched.
    client.send(w.get("/again"));
    assert_eq!(w.receive().connection_id, connection);
}

/// A pending wait on the connection of a received request.
fn pending(w: &World<CAbi>) -> (httpsys_tests::client::Client, u64, u64, Overlapped) {
    let (client, request) = w.received_get("/");
    let wait = Overlapped::with_event();
    let code = wait.wait_for_disconnect(w.queue, request.connection_id);
    assert_eq!(code, 997);
    assert_eq!(wait.result(w.queue), Err(996));
    (client, request.id, request.connection_id, wait)
}

#[test]
fn dsc_002_dsc_005_a_pending_wait_completes_when_the_client_resets() {
    let w = World::<CAbi>::new();
    let (client, _, _, wait) = pending(&w);
    client.reset();
    assert_eq!(wait.wait_result(w.queue), Ok(0));
}

/// a FIN counts for both functions by default.
#[test]
fn dsc_006_a_fin_completes_the_wait_of_the_newer_function() {
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    let wait = Overlapped::with_event();
    let code = wait.wait_for_disconnect_ex(w.queue, request.connection_id);
    assert_eq!(code, 997);
    client.finish();
    assert_eq!(wait.wait_result(w.queue), Ok(0));
    // The request lives and is answered (G-074).
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
}

#[test]
fn dsc_007_a_pending_wait_completes_when_the_server_closes() {
    let w = World::<CAbi>::new();
    let (mut client, id, _, wait) = pending(&w);
    w.respond(id, &Reply::ok().flags(DISCONNECT))
        .expect("an answer");
    client.read_response();
    client.expect_eof();
    drop(client);
    assert_eq!(wait.wait_result(w.queue), Ok(0));
}

#[test]
fn dsc_008_a_wait_spans_the_requests_of_its_connection() {
    let w = World::<CAbi>::new();
    let (mut client, mut id, connection, wait) = pending(&w);
    for _ in 0..3 {
        w.respond(id, &Reply::ok()).expect("an answer");
        client.read_response();
        client.send(w.get("/"));
        let next = w.receive();
        assert_eq!(next.connection_id, connection);
        id = next.id;
        assert_eq!(wait.result(w.queue), Err(996));
    }
    client.reset();
    assert_eq!(wait.wait_result(w.queue), Ok(0));
}

#[test]
fn dsc_009_closing_the_queue_completes_a_pending_wait_with_995() {
    let w = World::<CAbi>::new();
    let port = CompletionPort::of(w.queue, 9);
    let (mut client, request) = w.received_get("/");
    let wait = Overlapped::without_event();
    let code = wait.wait_for_disconnect(w.queue, request.connection_id);
    assert_eq!(code, 997);
    assert_eq!(raw::close_queue(w.queue), 0);
    let packet = port.next();
    assert_eq!(packet.overlapped, wait.pointer() as usize);
    assert_eq!(packet.error, 995);
    client.expect_reset();
}

#[test]
fn dsc_009_shutting_the_queue_down_completes_a_wait_with_995() {
    let w = World::<CAbi>::new();
    let (_client, _, _, wait) = pending(&w);
    assert_eq!(raw::shutdown_queue(w.queue), 0);
    assert_eq!(wait.wait_result(w.queue), Err(995));
}

#[test]
fn a_wait_is_cancelled_by_cancel_io_ex() {
    let w = World::<CAbi>::new();
    let (mut client, id, connection, wait) = pending(&w);
    assert_eq!(wait.cancel(w.queue), Ok(()));
    assert_eq!(wait.wait_result(w.queue), Err(995));
    w.respond(id, &Reply::ok()).expect("an answer");
    client.read_response();
    let again = Overlapped::with_event();
    assert_eq!(again.wait_for_disconnect(w.queue, connection), 997);
    client.reset();
    assert_eq!(again.wait_result(w.queue), Ok(0));
}

/// DSC-011: nothing but a later call tells.
#[test]
fn dsc_011_a_client_that_has_gone_is_seen_by_later_calls() {
    let w = World::<CAbi>::new();
    let (client, id, _, wait) = pending(&w);
    client.reset();
    wait.wait();
    assert_eq!(w.respond(id, &Reply::ok()), Err(1229));
    assert_eq!(w.read_body(id, &mut [0; 4]), Err(1229));
    w.assert_serves();
}
