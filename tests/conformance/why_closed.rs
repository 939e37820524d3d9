//! Why a connection ended: what a program is told, whoever ended it (programs.md section 6, pains
//! 6 and 7).
//!
//! Owns: `HttpsysWhyClosed` and `Service::fate_of` through both doors. Does not own: the timers'
//! reasons (`timer`), nor events and HTTPERR lines.

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{DISCONNECT, Door, MORE_DATA, Received, Reply, State, Verbosity, World};

both_doors![
    an_open_connection_has_no_end,
    an_id_that_never_was_is_not_found,
    cxl_001_a_cancelled_request_tells_so,
    a_reset_by_the_client_tells_so,
    a_close_between_two_requests_tells_so,
    a_response_that_closes_is_an_end_in_order,
    a_body_that_breaks_off_tells_so,
    a_refused_request_has_the_phrase_of_httperr,
    que_008_a_disabled_group_has_the_phrase_of_httperr,
    shd_007_a_closed_queue_tells_so,
];

/// A request of a new connection that the program has, and its client.
fn connected<D: Door>(w: &World<D>) -> (Client, Received) {
    w.received_get("/")
}

/// The end of a connection that is known to be gone or going.
fn end_of<D: Door>(w: &World<D>, connection: u64) -> (u32, String) {
    // 1229: it was gone before.
    let waited = w.door.wait_for_disconnect(&w.queue, connection);
    assert!(matches!(waited, Ok(()) | Err(1229)), "{waited:?}");
    loop {
        let (reason, name) = w.door.why_closed(connection).expect("it is remembered");
        // The wait ends when the client has closed its side, before ours has.
        if reason != 0 {
            return (reason, name);
        }
        httpsys_tests::thread::yield_now();
    }
}

fn is(reason: u32, name: &str) -> (u32, String) {
    (reason, name.to_owned())
}

fn an_open_connection_has_no_end<D: Door>(w: &World<D>) {
    let (mut client, request) = connected(w);
    let open = is(0, "Open");
    assert_eq!(w.door.why_closed(request.connection_id), Ok(open.clone()));
    w.respond(request.id, &Reply::ok()).expect("sent");
    client.read_response();
    assert_eq!(w.door.why_closed(request.connection_id), Ok(open));
}

fn an_id_that_never_was_is_not_found<D: Door>(w: &World<D>) {
    for id in [0, 1, u64::MAX, 0x1234_5678_9ABC_DEF0] {
        assert_eq!(w.door.why_closed(id), Err(1168), "{id:#x}");
    }
}

fn cxl_001_a_cancelled_request_tells_so<D: Door>(w: &World<D>) {
    let (_client, request) = connected(w);
    w.cancel(request.id).expect("cancelled");
    assert_eq!(end_of(w, request.connection_id), is(4, "Cancelled"));
}

fn a_reset_by_the_client_tells_so<D: Door>(w: &World<D>) {
    let (client, request) = connected(w);
    client.reset();
    assert_eq!(end_of(w, request.connection_id), is(3, "PeerReset"));
}

fn a_close_between_two_requests_tells_so<D: Door>(w: &World<D>) {
    let (mut client, request) = connected(w);
    w.respond(request.id, &Reply::ok()).expect("sent");
    client.read_response();
    drop(client);
    assert_eq!(end_of(w, request.connection_id), is(2, "PeerClosed"));
}

fn a_response_that_closes_is_an_end_in_order<D: Door>(w: &World<D>) {
    let (mut client, request) = connected(w);
    w.respond(request.id, &Reply::ok().flags(DISCONNECT))
        .expect("sent");
    client.read_response();
    client.expect_eof();
    drop(client);
    assert_eq!(end_of(w, request.connection_id), is(1, "Completed"));
}

fn a_body_that_breaks_off_tells_so<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 10\r\n"));
    let request = w.receive();
    client.finish();
    assert_eq!(w.read_body(request.id, &mut [0; 10]), Err(995));
    assert_eq!(end_of(w, request.connection_id), is(12, "BodyIncomplete"));
}

fn a_refused_request_has_the_phrase_of_httperr<D: Door>(w: &World<D>) {
    let (mut client, request) = connected(w);
    w.respond(request.id, &Reply::ok()).expect("sent");
    client.read_response();
    client.send("GET / HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_response().status(), 400);
    client.expect_eof();
    drop(client);
    assert_eq!(end_of(w, request.connection_id), is(9, "Hostname"));
}

fn que_008_a_disabled_group_has_the_phrase_of_httperr<D: Door>(w: &World<D>) {
    let (mut client, request) = connected(w);
    w.respond(request.id, &Reply::ok()).expect("sent");
    client.read_response();
    w.door
        .set_verbosity(&w.queue, Verbosity::Full)
        .expect("set");
    w.door
        .set_group_state(&w.group, State::Inactive)
        .expect("set");
    client.send(w.get("/"));
    assert_eq!(client.read_response().status(), 503);
    client.expect_eof();
    drop(client);
    assert_eq!(end_of(w, request.connection_id), is(10, "Disabled"));
}

fn shd_007_a_closed_queue_tells_so<D: Door>(w: &World<D>) {
    let (mut client, request) = connected(w);
    let head = Reply::ok().header("Content-Length", "9").flags(MORE_DATA);
    w.respond(request.id, &head).expect("the head");
    client.read_response_head();
    w.door.close_queue(&w.queue).expect("closed");
    client.expect_reset();
    let told = w.door.why_closed(request.connection_id);
    assert_eq!(told, Ok(is(6, "QueueClosed")));
}
