//! HttpDataChunkTrailers and HttpDeclarePush on HTTP/1.1: what is accepted, and that nothing of it goes out.

use httpsys_tests::both_doors;
use httpsys_tests::door::{Door, MORE_DATA, PushSpec, Reply, World};

const TRAILERS: &[(&str, &str)] = &[("grpc-status", "0"), ("X-Sum", ""), ("X-Sum", "two")];

fn rsp_031_trailers_of_a_whole_response_are_accepted_and_not_written<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().chunk("hello");
    let sent = w
        .door
        .respond_with_trailers(&w.queue, request.id, &reply, TRAILERS);
    let head = text_of(client.read_head());
    assert!(head.contains("\r\nContent-Length: 5\r\n"), "{head}");
    assert!(!head.to_lowercase().contains("grpc"), "{head}");
    assert_eq!(sent, Ok(head.len() as u64 + 5));
    assert_eq!(client.read_exactly(5), b"hello");
    client.send(w.get("/next"));
    let next = w.receive();
    assert_eq!(next.connection_id, request.connection_id);
    // Trailers alone, and none of them.
    let reply = Reply::ok();
    let none = w.door.respond_with_trailers(&w.queue, next.id, &reply, &[]);
    let response = client.read_response();
    assert!(none.is_ok());
    assert_eq!(response.body, b"");
}

fn rsp_031_trailers_at_the_end_of_a_response_in_parts_are_not_written<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let head = Reply::ok()
        .header("Transfer-Encoding", "chunked")
        .header("Trailer", "grpc-status")
        .flags(MORE_DATA);
    w.door
        .respond(&w.queue, request.id, &head)
        .expect("a response");
    let body = b"1\r\nx\r\n0\r\n\r\n";
    let sent = w
        .door
        .send_body_with_trailers(&w.queue, request.id, body, TRAILERS, 0);
    assert_eq!(sent, Ok(body.len() as u64));
    let head = text_of(client.read_head());
    assert!(head.contains("\r\nTrailer: grpc-status\r\n"), "{head}");
    assert_eq!(client.read_exactly(body.len()), body);
    client.send(w.get("/next"));
    assert_eq!(w.receive().connection_id, request.connection_id);
}

/// Trailers end a response: a call that says that more follows is refused, and nothing has changed (G-240).
fn trailers_before_the_end_of_a_response_fail_with_87<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let head = Reply::ok().chunk("never").flags(MORE_DATA);
    let refused = w
        .door
        .respond_with_trailers(&w.queue, request.id, &head, TRAILERS);
    assert_eq!(refused, Err(87));
    let head = Reply::ok().header("Content-Length", "2").flags(MORE_DATA);
    w.door
        .respond(&w.queue, request.id, &head)
        .expect("a response");
    let refused = w
        .door
        .send_body_with_trailers(&w.queue, request.id, b"never", TRAILERS, MORE_DATA);
    assert_eq!(refused, Err(87));
    let refused = w
        .door
        .send_body_with_trailers(&w.queue, request.id, b"", TRAILERS, MORE_DATA);
    assert_eq!(refused, Err(87));
    let sent = w
        .door
        .send_body_with_trailers(&w.queue, request.id, b"ab", TRAILERS, 0);
    assert_eq!(sent, Ok(2));
    assert_eq!(client.read_response().body, b"ab");
}

/// G-058: as in a head.
fn trailers_that_are_not_well_formed_fail_with_87<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().chunk("hello");
    for bad in [
        ("", "v"),
        (":status", "200"),
        ("a b", "v"),
        ("a:", "v"),
        ("a", "b\r\nc: d"),
        ("a", "b\0"),
    ] {
        let fields = [("fine", "x"), bad];
        let refused = w
            .door
            .respond_with_trailers(&w.queue, request.id, &reply, &fields);
        assert_eq!(refused, Err(87), "{bad:?}");
    }
    let sent = w
        .door
        .respond_with_trailers(&w.queue, request.id, &reply, TRAILERS);
    assert!(sent.is_ok());
    assert_eq!(client.read_response().body, b"hello");
}

fn h2x_016_a_trailer_of_65535_bytes_is_accepted<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let value = "v".repeat(65_535);
    let sent = w.door.respond_with_trailers(
        &w.queue,
        request.id,
        &Reply::ok().chunk("x"),
        &[("long", value.as_str())],
    );
    assert!(sent.is_ok());
    assert_eq!(client.read_response().body, b"x");
}

const GET: i32 = 4;
const HEAD: i32 = 5;
const POST: i32 = 6;

/// What is right succeeds and does nothing, before and during the response; what is wrong is refused.
fn h2x_019_a_push_is_checked_and_does_nothing_on_http_1<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let push = |verb, path, query, headers: &[(&str, &str)]| {
        let spec = PushSpec {
            verb,
            path,
            query,
            headers,
        };
        w.door.declare_push(&w.queue, request.id, &spec)
    };
    assert_eq!(push(GET, "/style.css", None, &[]), Ok(()));
    assert_eq!(push(HEAD, "/", Some(""), &[]), Ok(()));
    let fine = [
        ("Accept", "text/css"),
        ("Content-Length", "0"),
        ("X-Own", "1"),
    ];
    assert_eq!(push(GET, "/a.css", Some("v=1?"), &fine), Ok(()));
    assert_eq!(push(POST, "/style.css", None, &[]), Err(87));
    assert_eq!(push(0, "/style.css", None, &[]), Err(87));
    for path in ["", "style.css", "http://localhost/", "/a?b", "/a b"] {
        assert_eq!(push(GET, path, None, &[]), Err(87), "{path:?}");
    }
    assert_eq!(push(GET, "/", Some("a b"), &[]), Err(87));
    for header in [
        ("Host", "localhost"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "1"),
        ("a b", "c"),
        ("X-Own", "a\r\nb: c"),
    ] {
        assert_eq!(push(GET, "/", None, &[header]), Err(87), "{header:?}");
    }
    let head = Reply::ok().header("Content-Length", "1").flags(MORE_DATA);
    w.door
        .respond(&w.queue, request.id, &head)
        .expect("a response");
    assert_eq!(push(GET, "/late.css", None, &[]), Ok(()));
    w.door
        .send_body(&w.queue, request.id, &[b"x"], 0)
        .expect("the rest");
    assert_eq!(push(GET, "/style.css", None, &[]), Err(1229), "answered");
    assert_eq!(client.read_response().body, b"x");
    client.send(w.get("/next"));
    assert_eq!(w.receive().connection_id, request.connection_id);
}

fn h2x_019_a_push_of_an_unknown_request_fails_with_1229<D: Door>(w: &World<D>) {
    let (_client, request) = w.received_get("/");
    let (_group, other) = w.another_group();
    let spec = PushSpec {
        verb: GET,
        path: "/",
        query: None,
        headers: &[],
    };
    for (queue, id) in [
        (&w.queue, 0),
        (&w.queue, request.id ^ 0x40),
        (&other, request.id),
    ] {
        assert_eq!(w.door.declare_push(queue, id, &spec), Err(1229), "{id}");
    }
    assert_eq!(w.door.declare_push(&w.queue, request.id, &spec), Ok(()));
}

fn text_of(head: Vec<u8>) -> String {
    String::from_utf8(head).expect("ASCII")
}

both_doors!(
    rsp_031_trailers_of_a_whole_response_are_accepted_and_not_written,
    rsp_031_trailers_at_the_end_of_a_response_in_parts_are_not_written,
    trailers_before_the_end_of_a_response_fail_with_87,
    trailers_that_are_not_well_formed_fail_with_87,
    h2x_016_a_trailer_of_65535_bytes_is_accepted,
    h2x_019_a_push_is_checked_and_does_nothing_on_http_1,
    h2x_019_a_push_of_an_unknown_request_fails_with_1229,
);
