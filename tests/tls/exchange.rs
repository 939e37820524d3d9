//! Requests and responses over TLS.
//!
//! Owns: bodies, order, ends and cancel, as far as TLS could change them. Does not own the handshake.

use std::io::{ErrorKind, Read as _, Write as _};
use std::thread;

use httpsys_tests::door::{DISCONNECT, Door, MORE_DATA, Reply, World};
use httpsys_tests::tls::Offer;

secure_doors![
    pfx_035_a_get_over_tls_1_2_and_1_3_is_answered,
    a_head_that_comes_byte_by_byte_in_records_is_a_request,
    pipelined_requests_in_one_record_are_answered_in_order,
    large_bodies_go_both_ways,
    a_response_in_parts_arrives_whole,
    a_client_that_does_not_read_gets_all_of_it_later,
    a_half_closed_client_gets_the_whole_response,
    cxl_001_g_067_a_cancel_resets_without_close_notify,
    cxl_002_g_067_a_cancel_in_the_middle_of_a_response_resets_without_close_notify,
    cxl_004_a_cancel_ends_a_send_that_the_client_does_not_take,
    tls_008_a_connection_ends_with_fin_and_without_close_notify,
    a_client_that_answers_the_end_with_close_notify_sees_no_reset,
    an_error_page_arrives_whole,
];

/// More than the sockets hold, and no multiple of a record.
const LONG: usize = (6 << 20) + 12_345;

/// More than the sockets of a machine hold.
const MUCH: usize = 64 << 20;

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

fn pfx_035_a_get_over_tls_1_2_and_1_3_is_answered<D: Door>(w: &World<D>) {
    for offer in [Offer::tls12(), Offer::tls13()] {
        let mut client = w.connect_tls(&offer);
        for body in ["one", "two"] {
            client.send(w.get("/x?y"));
            let received = w.receive();
            let port = w.port();
            assert_eq!(received.full_url, format!("https://localhost:{port}/x?y"));
            assert!(w.respond(received.id, &Reply::ok().chunk(body)).is_ok());
            let response = client.read_response();
            assert_eq!(
                (response.status(), &response.body[..]),
                (200, body.as_bytes())
            );
        }
    }
}

fn a_head_that_comes_byte_by_byte_in_records_is_a_request<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    for byte in w.get("/bytes").bytes() {
        client.send([byte]);
    }
    let received = w.receive();
    assert_eq!(received.abs_path, "/bytes");
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
}

/// The second and third are in the session, of which no event tells.
fn pipelined_requests_in_one_record_are_answered_in_order<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let post = w.request("POST", "/2", "Content-Length: 5\r\n");
    client.send([w.get("/1"), post, "hello".into(), w.get("/3")].concat());
    for path in ["/1", "/2", "/3"] {
        let received = w.receive();
        assert_eq!(received.abs_path, path);
        if received.has_body() {
            let mut buffer = [0; 10];
            assert_eq!(w.read_body(received.id, &mut buffer), Ok(5));
            assert_eq!(&buffer[..5], b"hello");
        }
        w.respond(received.id, &Reply::ok().chunk(path))
            .expect("an answer");
        assert_eq!(client.read_response().body, path.as_bytes());
    }
}

fn large_bodies_go_both_ways<D: Door>(w: &World<D>) {
    for offer in [Offer::tls12(), Offer::tls13()] {
        let body = bytes(LONG);
        let head = w.request("POST", "/", &format!("Content-Length: {LONG}\r\n"));
        let mut client = w.connect_tls(&offer);
        thread::scope(|scope| {
            scope.spawn(|| {
                client.send([head.as_bytes(), &body].concat());
                assert!(client.read_response().body == body);
            });
            let id = w.receive().id;
            let mut read = Vec::new();
            let mut buffer = vec![0; 70_000];
            while let Ok(n) = w.read_body(id, &mut buffer) {
                read.extend_from_slice(&buffer[..n]);
            }
            assert!(read == body, "{} bytes", read.len());
            let sent = w.respond(id, &Reply::ok().chunk(&read)).expect("an answer");
            assert!(sent > LONG as u64, "plain bytes are counted: {sent}");
        });
    }
}

fn a_response_in_parts_arrives_whole<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    let parts = [1, 16_384, 16_385, 3, 50_000];
    let total: usize = parts.iter().sum();
    let head = Reply::ok()
        .header("Content-Length", total.to_string())
        .flags(MORE_DATA);
    w.respond(received.id, &head).expect("the head");
    let mut sent = Vec::new();
    for (at, length) in parts.iter().enumerate() {
        let part = bytes(*length);
        let (one, two) = part.split_at(length / 3);
        let flags = if at + 1 == parts.len() { 0 } else { MORE_DATA };
        let count = w.send_body(received.id, &[one, two], flags);
        assert_eq!(count, Ok(*length as u64));
        sent.extend(part);
    }
    assert!(client.read_response().body == sent);
}

fn a_client_that_does_not_read_gets_all_of_it_later<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    let body = bytes(LONG);
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(received.id, &Reply::ok().chunk(&body)));
        // Others are served meanwhile.
        w.assert_serves();
        let response = client.read_response();
        assert!(response.body == body);
        let sent = send.join().expect("no panic").expect("an answer");
        assert_eq!(sent, (response.head.len() + LONG) as u64);
    });
}

fn a_half_closed_client_gets_the_whole_response<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    client.finish();
    let body = bytes(LONG);
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(received.id, &Reply::ok().chunk(&body)));
        assert!(client.read_response().body == body);
        assert!(send.join().expect("no panic").is_ok());
        client.expect_eof();
    });
}

/// Whether the client has got close_notify.
fn has_close_notify(client: &mut httpsys_tests::client::Client) -> bool {
    let (tls, _) = client.tls_mut();
    match tls.session_mut().reader().read(&mut [0]) {
        Ok(0) => true,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => false,
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        other => panic!("{other:?}"),
    }
}

fn cxl_001_g_067_a_cancel_resets_without_close_notify<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    assert_eq!(w.cancel(received.id), Ok(()));
    client.expect_reset();
    assert!(!has_close_notify(&mut client));
    w.assert_serves();
}

fn cxl_002_g_067_a_cancel_in_the_middle_of_a_response_resets_without_close_notify<D: Door>(
    w: &World<D>,
) {
    let (mut client, received) = w.received_get("/");
    let head = Reply::ok()
        .header("Content-Length", "100")
        .chunk("part")
        .flags(MORE_DATA);
    w.respond(received.id, &head).expect("the head");
    assert_eq!(client.read_response_head().status(), 200);
    assert_eq!(client.read_exactly(4), b"part");
    assert_eq!(w.cancel(received.id), Ok(()));
    client.expect_reset();
    assert!(!has_close_notify(&mut client));
}

fn cxl_004_a_cancel_ends_a_send_that_the_client_does_not_take<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    let head = Reply::ok()
        .header("Content-Length", MUCH.to_string())
        .flags(MORE_DATA);
    w.respond(received.id, &head).expect("the head");
    let body = vec![0; MUCH];
    thread::scope(|scope| {
        let send = scope.spawn(|| w.send_body(received.id, &[&body], MORE_DATA));
        // The send has begun.
        client.read_response_head();
        client.read_exactly(1);
        assert_eq!(w.cancel(received.id), Ok(()));
        let code = send.join().expect("no panic").expect_err("it is cancelled");
        assert!(matches!(code, 995 | 1229), "{code}");
        client.read_to_reset();
    });
    w.assert_serves();
}

fn tls_008_a_connection_ends_with_fin_and_without_close_notify<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    let reply = Reply::ok().chunk("last").flags(DISCONNECT);
    w.respond(received.id, &reply).expect("an answer");
    assert_eq!(client.read_response().body, b"last");
    client.expect_eof();
    assert!(!has_close_notify(&mut client));
}

/// A reset can take from a client what it has not read yet (RFC 9112 section 9.6).
fn a_client_that_answers_the_end_with_close_notify_sees_no_reset<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    let reply = Reply::ok().chunk("last").flags(DISCONNECT);
    w.respond(received.id, &reply).expect("an answer");
    assert_eq!(client.read_response().body, b"last");
    client.expect_eof();

    let (session, stream) = client.tls_mut();
    session.session_mut().send_close_notify();
    session.flush(stream).expect("sent");
    // Over loopback a reset would have come before the send returned: this one would fail.
    stream.write_all(b"x").expect("no reset");
}

fn an_error_page_arrives_whole<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send("G(T / HTTP/1.1\r\n\r\n");
    let response = client.read_response();
    assert_eq!(response.status(), 400);
    assert!(response.body.ends_with(b"</HTML>\r\n"));
    client.expect_eof();
}
