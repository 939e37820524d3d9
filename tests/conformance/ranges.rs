//! HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES (G-249). Through C; the Rust API has it for requests, not for ids
//! (`crates/httpsys/tests/api`).

use httpsys_tests::client::{Client, Response};
use httpsys_tests::door::{CAbi, MORE_DATA, Received, Reply, World};
use httpsys_tests::overlapped::Overlapped;
use httpsys_tests::raw;

/// HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES.
const RANGES: u32 = 0x20;
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

fn reply() -> Reply {
    Reply::ok()
        .header("Content-Type", "text/plain")
        .header("Last-Modified", DATE)
        .header("ETag", "\"e\"")
        .chunk("0123")
        .chunk("")
        .chunk("456789")
        .flags(RANGES)
}

fn asked(w: &World<CAbi>, verb: &str, fields: &str) -> (Client, Received) {
    let mut client = w.connect();
    client.send(w.request(verb, "/", fields));
    let request = w.receive();
    (client, request)
}

fn answer(w: &World<CAbi>, fields: &str, reply: &Reply) -> Response {
    let (mut client, request) = asked(w, "GET", fields);
    assert_eq!(
        raw::respond(w.queue, request.id, reply, None),
        0,
        "{fields}"
    );
    let response = client.read_response();
    // RSP-016: whatever is made of it.
    let server = field(&response, "Server");
    assert_eq!(server, Some("Microsoft-HTTPAPI/2.0".into()), "{fields}");
    response
}

fn field(response: &Response, name: &str) -> Option<String> {
    let mut fields = response.headers.iter();
    fields
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.clone())
}

#[test]
fn one_range_of_a_whole_response_is_sent_as_206() {
    let w = World::<CAbi>::new();
    for (range, body, content_range) in [
        ("bytes=0-4", "01234", "bytes 0-4/10"),
        ("bytes=3-5", "345", "bytes 3-5/10"),
        ("bytes=9-", "9", "bytes 9-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
    ] {
        let response = answer(&w, &format!("Range: {range}\r\n"), &reply());
        assert_eq!(response.status(), 206, "{range}");
        assert_eq!(response.body, body.as_bytes(), "{range}");
        assert_eq!(
            field(&response, "Content-Range"),
            Some(content_range.into())
        );
        assert_eq!(
            field(&response, "Content-Length"),
            Some(body.len().to_string())
        );
        assert_eq!(field(&response, "Content-Type"), Some("text/plain".into()));
        assert_eq!(field(&response, "ETag"), Some("\"e\"".into()));
    }
}

#[test]
fn several_ranges_are_multipart_byteranges() {
    let w = World::<CAbi>::new();
    let response = answer(&w, "Range: bytes=8-,0-1\r\n", &reply());
    assert_eq!(response.status(), 206);
    assert_eq!(field(&response, "Content-Range"), None);
    let kind = field(&response, "Content-Type").expect("a type");
    let boundary = kind
        .strip_prefix("multipart/byteranges; boundary=")
        .expect("several parts");
    let expected = format!(
        "--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n\
         --{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n\
         --{boundary}--\r\n"
    );
    assert_eq!(String::from_utf8(response.body).expect("text"), expected);
}

#[test]
fn if_range_and_ranges_behind_the_end() {
    let w = World::<CAbi>::new();
    for (condition, status) in [
        ("\"e\"", 206),
        (DATE, 206),
        ("\"f\"", 200),
        ("Sun, 06 Nov 1994 08:49:38 GMT", 200),
    ] {
        let fields = format!("Range: bytes=0-4\r\nIf-Range: {condition}\r\n");
        let response = answer(&w, &fields, &reply());
        let body = if status == 206 { "01234" } else { "0123456789" };
        assert_eq!(
            (response.status(), &response.body[..]),
            (status, body.as_bytes())
        );
    }
    let response = answer(&w, "Range: bytes=10-\r\n", &reply());
    assert_eq!((response.status(), response.body.len()), (416, 0));
    assert_eq!(field(&response, "Content-Range"), Some("bytes */10".into()));
}

#[test]
fn what_has_no_parts_is_sent_as_it_is() {
    let w = World::<CAbi>::new();
    let whole = "0123456789".as_bytes();
    for fields in ["", "Range: lines=0-1\r\n", "Range: bytes=4-3\r\n"] {
        let response = answer(&w, fields, &reply());
        assert_eq!(
            (response.status(), &response.body[..]),
            (200, whole),
            "{fields}"
        );
    }
    let mut other = reply();
    other.status = 404;
    let response = answer(&w, "Range: bytes=0-1\r\n", &other);
    assert_eq!((response.status(), &response.body[..]), (404, whole));
    // Without the flag.
    let mut without = reply();
    without.flags = 0;
    let response = answer(&w, "Range: bytes=0-1\r\n", &without);
    assert_eq!((response.status(), &response.body[..]), (200, whole));
    let (mut client, request) = asked(&w, "POST", "Range: bytes=0-1\r\nContent-Length: 0\r\n");
    assert_eq!(raw::respond(w.queue, request.id, &reply(), None), 0);
    assert_eq!(client.read_response().body, whole, "GET alone has ranges");
}

#[test]
fn a_response_that_is_not_whole_fails_with_87() {
    let w = World::<CAbi>::new();
    let (mut client, request) = asked(&w, "GET", "Range: bytes=0-1\r\n");
    let more = reply().flags(MORE_DATA);
    assert_eq!(raw::respond(w.queue, request.id, &more, None), 87);
    assert_eq!(
        raw::respond(w.queue, request.id ^ 0x40, &reply(), None),
        1229
    );
    assert_eq!(raw::respond(w.queue, request.id, &reply(), None), 0);
    assert_eq!(client.read_response().body, b"01");
}

/// More than the socket takes at once.
#[test]
fn a_range_of_an_overlapped_send_goes_on_where_it_was() {
    const SIZE: usize = 24 << 20;
    let w = World::<CAbi>::new();
    let body: Vec<u8> = (0..SIZE).map(|at| (at / 5) as u8).collect();
    let reply: &'static Reply = Box::leak(Box::new(
        Reply::ok()
            .chunk(&body[..SIZE / 2])
            .chunk(&body[SIZE / 2..])
            .flags(RANGES),
    ));
    let (mut client, request) = asked(&w, "GET", "Range: bytes=1000-\r\n");
    let send = Overlapped::with_event();
    assert_eq!(send.respond(w.queue, request.id, reply), 997);
    let head = client.read_head();
    assert!(client.read_exactly(SIZE - 1000) == body[1000..]);
    let sent = send.wait_result(w.queue).expect("success");
    assert_eq!(sent as usize, head.len() + SIZE - 1000);
}
