//! Opaque mode through both doors: area UPG, and what it changes for entity bodies (ENT-019).
//!
//! Owns: the connection as a pipe, and its ends. Does not own: WebSockets over it (`web_socket`),
//! OVERLAPPED (`opaque_overlapped`).

use std::io::Write;

use httpsys_tests::both_doors;
use httpsys_tests::client::{Client, mask_date};
use httpsys_tests::door::{
    BUFFER_DATA, DISCONNECT, Door, MORE_DATA, OPAQUE, Received, Reply, World,
};
use httpsys_tests::thread;

both_doors![
    upg_001_requests_without_a_body_can_be_upgraded,
    upg_002_requests_with_a_body_cannot_be_upgraded,
    upg_003_upg_005_the_head_of_a_101_goes_out_as_it_is,
    upg_003_a_101_that_does_not_say_websocket_is_refused,
    upg_004_bytes_go_both_ways_as_they_are,
    upg_004_a_megabyte_goes_both_ways_at_once,
    upg_004_bytes_behind_the_head_are_the_first_bytes,
    upg_004_a_body_given_with_the_101_is_the_first_to_the_client,
    upg_006_the_last_entity_call_closes_the_connection,
    upg_006_a_client_may_go_on_sending_behind_the_end,
    ent_019_a_read_gives_38_when_the_peer_has_ended,
    g_096_a_client_may_have_ended_before_the_upgrade,
    bdy_026_an_upgrade_request_announces_no_body,
    the_second_request_of_a_connection_can_be_upgraded,
    an_http_1_0_request_cannot_be_upgraded,
    a_101_without_the_flag_is_a_response_like_others,
    a_cancel_ends_the_pipe_and_both_its_calls,
    a_peer_that_resets_ends_a_waiting_read,
    a_closing_queue_ends_the_pipe,
    a_pipe_outlives_its_url_and_the_shutdown_of_its_queue,
];

/// The 101 of a WebSocket, without the field that answers the client's key.
pub(crate) fn switching() -> Reply {
    Reply::new(101, "Switching Protocols")
        .header("Upgrade", "websocket")
        .unknown_header("Connection", "Upgrade")
        .flags(OPAQUE | MORE_DATA | BUFFER_DATA)
}

const HEAD: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                    Server: Microsoft-HTTPAPI/2.0\r\nConnection: Upgrade\r\n\
                    Date: Ddd, 00 Mon 0000 00:00:00 GMT\r\n\r\n";

/// A client behind the 101, and the request.
fn upgraded<D: Door>(w: &World<D>) -> (Client, Received) {
    upgraded_by(
        w,
        w.request(
            "GET",
            "/pipe",
            "Upgrade: websocket\r\nConnection: Upgrade\r\n",
        ),
    )
}

fn upgraded_by<D: Door>(w: &World<D>, request: impl AsRef<[u8]>) -> (Client, Received) {
    let mut client = w.connect();
    client.send(request);
    let received = w.receive();
    w.respond(received.id, &switching()).expect("upgraded");
    assert_eq!(client.read_response_head().status(), 101);
    (client, received)
}

fn read_exactly<D: Door>(w: &World<D>, id: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut got = 0;
    while got < length {
        got += w.read_body(id, &mut bytes[got..]).expect("more bytes");
    }
    bytes
}

fn upg_001_requests_without_a_body_can_be_upgraded<D: Door>(w: &World<D>) {
    for (verb, more) in [
        ("GET", ""),
        ("HEAD", ""),
        ("DELETE", ""),
        ("TEST", ""),
        ("GET", "Content-Length: 0\r\n"),
        ("POST", "Content-Length: 0\r\n"),
        ("PUT", "Content-Length: 0\r\n"),
    ] {
        let (mut client, received) = upgraded_by(w, w.request(verb, "/", more));
        w.send_body(received.id, &[b"hi"], MORE_DATA).expect("sent");
        assert_eq!(client.read_exactly(2), b"hi", "{verb} {more}");
        w.send_body(received.id, &[], 0).expect("ended");
        client.expect_eof();
    }
}

fn upg_002_requests_with_a_body_cannot_be_upgraded<D: Door>(w: &World<D>) {
    for (more, body) in [
        ("Content-Length: 10\r\n", "0123456789"),
        ("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n0\r\n\r\n"),
    ] {
        let mut client = w.connect();
        client.send(w.request("POST", "/", more) + body);
        let received = w.receive();
        assert_eq!(w.respond(received.id, &switching()), Err(87), "{more}");
        // Not when the body was read either.
        let mut buffer = [0; 100];
        while w.read_body(received.id, &mut buffer).is_ok() {}
        assert_eq!(w.respond(received.id, &switching()), Err(87), "{more}");
        // The request is untouched.
        w.respond(received.id, &Reply::ok()).expect("answered");
        assert_eq!(client.read_response().status(), 200);
    }
}

/// The code is assumed (G-180). Nothing was sent, and the request can still be answered.
fn upg_003_a_101_that_does_not_say_websocket_is_refused<D: Door>(w: &World<D>) {
    let bare = Reply::new(101, "Switching Protocols").flags(OPAQUE | MORE_DATA | BUFFER_DATA);
    let (mut client, received) = w.received_get("/");
    for reply in [
        bare.clone(),
        bare.clone().header("Upgrade", "echo"),
        bare.clone().header("upgrade", "web socket"),
        bare.clone().header("X-Upgrade", "websocket"),
        bare.clone().unknown_header("Connection", "websocket"),
    ] {
        assert_eq!(w.respond(received.id, &reply), Err(87), "{reply:?}");
    }
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
    for reply in [
        bare.clone().header("Upgrade", "WebSocket"),
        bare.header("upgrade", "h2c, websocket"),
    ] {
        let (mut client, received) = w.received_get("/");
        w.respond(received.id, &reply).expect("upgraded");
        assert_eq!(client.read_response_head().status(), 101);
        w.send_body(received.id, &[b"raw"], 0).expect("sent");
        assert_eq!(client.read_to_end(), b"raw");
    }
}

fn upg_003_upg_005_the_head_of_a_101_goes_out_as_it_is<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    let sent = w.respond(received.id, &switching()).expect("upgraded");
    let head = client.read_head();
    assert_eq!(mask_date(&head), HEAD);
    assert_eq!(sent, head.len() as u64);
    assert_eq!(w.respond(received.id, &switching()), Err(87), "only once");
}

fn upg_004_bytes_go_both_ways_as_they_are<D: Door>(w: &World<D>) {
    let (mut client, received) = upgraded(w);
    let text = b"0123456789012345678901234567890123456789\r\n\r\n\x00\xFF345";
    assert_eq!(text.len(), 49);
    for _ in 0..3 {
        client.send(text);
        let bytes = read_exactly(w, received.id, text.len());
        assert_eq!(bytes, text);
        let sent = w.send_body(received.id, &[&bytes[..9], &bytes[9..]], MORE_DATA);
        assert_eq!(sent, Ok(49));
        assert_eq!(client.read_exactly(49), text);
    }
}

fn upg_004_a_megabyte_goes_both_ways_at_once<D: Door>(w: &World<D>) {
    let (mut client, received) = upgraded(w);
    let bytes: Vec<u8> = (0..1u32 << 20).map(|n| ((n * 31) >> 7) as u8).collect();
    let (id, mut writer) = (received.id, client.writer());
    thread::scope(|scope| {
        scope.spawn(|| {
            for piece in bytes.chunks(60_000) {
                assert_eq!(w.send_body(id, &[piece], MORE_DATA), Ok(piece.len() as u64));
            }
        });
        scope.spawn(|| writer.write_all(&bytes).expect("sent"));
        let reader = scope.spawn(|| read_exactly(w, id, bytes.len()));
        assert!(client.read_exactly(bytes.len()) == bytes, "to the client");
        assert!(reader.join().expect("read") == bytes, "from the client");
    });
    w.send_body(id, &[], 0).expect("ended");
    client.expect_eof();
}

fn upg_004_bytes_behind_the_head_are_the_first_bytes<D: Door>(w: &World<D>) {
    let request = w.get("/") + "GET /not HTTP/1.1\r\n\r\n";
    let (mut client, received) = upgraded_by(w, request);
    assert_eq!(read_exactly(w, received.id, 5), b"GET /");
    client.send("more");
    assert_eq!(
        read_exactly(w, received.id, 20),
        b"not HTTP/1.1\r\n\r\nmore"
    );
}

/// Nothing is framed: neither as chunks nor by a length.
fn upg_004_a_body_given_with_the_101_is_the_first_to_the_client<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    let reply = switching().chunk("first ");
    let sent = w.respond(received.id, &reply).expect("upgraded");
    let head = client.read_head();
    assert_eq!(mask_date(&head), HEAD);
    assert_eq!(sent as usize, head.len() + 6);
    w.send_body(received.id, &[b"second"], 0).expect("ended");
    assert_eq!(client.read_to_end(), b"first second");
}

fn upg_006_the_last_entity_call_closes_the_connection<D: Door>(w: &World<D>) {
    for flags in [0, DISCONNECT] {
        let (mut client, received) = upgraded(w);
        client.send("unread");
        assert_eq!(w.send_body(received.id, &[b"bye"], flags), Ok(3));
        // Nothing that was sent is lost, though the client's bytes were not read.
        assert_eq!(client.read_to_end(), b"bye");
        let mut buffer = [0; 10];
        assert_eq!(w.read_body(received.id, &mut buffer), Err(1229));
        assert_eq!(w.send_body(received.id, &[b"x"], MORE_DATA), Err(1229));
        assert_eq!(w.cancel(received.id), Err(1229));
    }
    w.assert_serves();
}

/// What it sends is thrown away: a reset would take away what it has not read.
fn upg_006_a_client_may_go_on_sending_behind_the_end<D: Door>(w: &World<D>) {
    let (mut client, received) = upgraded(w);
    assert_eq!(w.send_body(received.id, &[b"bye"], 0), Ok(3));
    assert_eq!(client.read_exactly(3), b"bye");
    client.expect_eof();
    client.send(vec![b'x'; 10_000]);
    client.finish();
    // Once this returns the connection is closed, and a reset would be here.
    let end = w.door.wait_for_disconnect(&w.queue, received.connection_id);
    assert!(matches!(end, Ok(()) | Err(1229)), "{end:?}");
    client.expect_eof();
}

fn ent_019_a_read_gives_38_when_the_peer_has_ended<D: Door>(w: &World<D>) {
    let (mut client, received) = upgraded(w);
    client.send("last words");
    client.finish();
    assert_eq!(read_exactly(w, received.id, 10), b"last words");
    let mut buffer = [0; 10];
    for _ in 0..2 {
        assert_eq!(w.read_body(received.id, &mut buffer), Err(38));
    }
    // G-096: the other direction stays open.
    assert_eq!(w.send_body(received.id, &[b"answer"], MORE_DATA), Ok(6));
    assert_eq!(client.read_exactly(6), b"answer");
    w.send_body(received.id, &[b"!"], 0).expect("ended");
    assert_eq!(client.read_to_end(), b"!");
    assert_eq!(w.read_body(received.id, &mut buffer), Err(1229));
}

fn g_096_a_client_may_have_ended_before_the_upgrade<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.get("/") + "all I have");
    client.finish();
    let received = w.receive();
    w.respond(received.id, &switching()).expect("upgraded");
    assert_eq!(read_exactly(w, received.id, 10), b"all I have");
    assert_eq!(w.read_body(received.id, &mut [0; 10]), Err(38));
    w.send_body(received.id, &[b"an"], MORE_DATA).expect("sent");
    w.send_body(received.id, &[b"swer"], 0).expect("ended");
    assert_eq!(client.read_response_head().status(), 101);
    assert_eq!(client.read_to_end(), b"answer");
}

fn bdy_026_an_upgrade_request_announces_no_body<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("GET", "/", "Upgrade: websocket\r\nConnection: Upgrade\r\n") + "raw");
    let received = w.receive();
    assert!(!received.has_body());
    let mut buffer = [0; 10];
    assert_eq!(
        w.read_body(received.id, &mut buffer),
        Err(38),
        "before the upgrade"
    );
    w.respond(received.id, &switching()).expect("upgraded");
    assert_eq!(read_exactly(w, received.id, 3), b"raw");
}

fn the_second_request_of_a_connection_can_be_upgraded<D: Door>(w: &World<D>) {
    let (mut client, first) = w.received_get("/");
    w.respond(first.id, &Reply::ok()).expect("answered");
    assert_eq!(client.read_response().status(), 200);
    client.send(w.get("/again"));
    let second = w.receive();
    assert_eq!(second.connection_id, first.connection_id);
    w.respond(second.id, &switching()).expect("upgraded");
    assert_eq!(client.read_response_head().status(), 101);
    client.send("ping");
    assert_eq!(read_exactly(w, second.id, 4), b"ping");
}

fn an_http_1_0_request_cannot_be_upgraded<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(format!(
        "GET / HTTP/1.0\r\nHost: localhost:{}\r\n\r\n",
        w.port()
    ));
    let received = w.receive();
    assert_eq!(w.respond(received.id, &switching()), Err(87));
    w.respond(received.id, &Reply::ok()).expect("answered");
    assert_eq!(client.read_response().status(), 200);
}

/// HTTP goes on behind it.
fn a_101_without_the_flag_is_a_response_like_others<D: Door>(w: &World<D>) {
    let (mut client, received) = w.received_get("/");
    w.respond(received.id, &Reply::new(101, "Odd"))
        .expect("answered");
    client.send(w.get("/next"));
    let next = w.receive();
    assert_eq!(next.abs_path, "/next");
    assert!(client.read_head().starts_with(b"HTTP/1.1 101 Odd\r\n"));
}

fn a_cancel_ends_the_pipe_and_both_its_calls<D: Door>(w: &World<D>) {
    let (mut client, received) = upgraded(w);
    let id = received.id;
    thread::scope(|scope| {
        let reader = scope.spawn(|| w.read_body(id, &mut [0; 10]));
        let writer = scope.spawn(|| {
            let piece = vec![b'x'; 1 << 20];
            loop {
                if let Err(code) = w.send_body(id, &[&piece], MORE_DATA) {
                    return code;
                }
            }
        });
        // More than the first piece's head has come: the writer is at work.
        client.read_exactly(100_000);
        assert_eq!(w.cancel(id), Ok(()));
        // Either had begun, or comes too late.
        assert!(matches!(reader.join().expect("ended"), Err(995 | 1229)));
        assert!(matches!(writer.join().expect("ended"), 995 | 1229));
    });
    client.read_to_reset();
    w.assert_serves();
}

fn a_peer_that_resets_ends_a_waiting_read<D: Door>(w: &World<D>) {
    let (client, received) = upgraded(w);
    thread::scope(|scope| {
        let reader = scope.spawn(|| w.read_body(received.id, &mut [0; 10]));
        client.reset();
        assert!(matches!(
            reader.join().expect("ended"),
            Err(64 | 995 | 1229)
        ));
    });
    w.assert_serves();
}

fn a_closing_queue_ends_the_pipe<D: Door>(w: &World<D>) {
    let (mut client, received) = upgraded(w);
    thread::scope(|scope| {
        let reader = scope.spawn(|| w.read_body(received.id, &mut [0; 10]));
        w.door.close_queue(&w.queue).expect("closed");
        assert!(matches!(reader.join().expect("ended"), Err(6 | 995 | 1229)));
    });
    client.expect_reset();
}

/// SHD-003 as for other requests that were received.
fn a_pipe_outlives_its_url_and_the_shutdown_of_its_queue<D: Door>(w: &World<D>) {
    let (mut client, received) = upgraded(w);
    w.door.remove_all_urls(&w.group).expect("removed");
    w.door.shutdown_queue(&w.queue).expect("shut down");
    client.send("ping");
    assert_eq!(read_exactly(w, received.id, 4), b"ping");
    w.send_body(received.id, &[b"pong"], 0).expect("ended");
    assert_eq!(client.read_to_end(), b"pong");
}
