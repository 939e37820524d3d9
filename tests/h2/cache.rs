//! Answers from the response cache over HTTP/2, and what connections of HTTP/1.1 and HTTP/2 leave each other there.
//!
//! Owns: frames. Does not own: what is kept (the test `conformance`).

use httpsys_tests::door::{CachePolicy, Door, Reply, World};
use httpsys_tests::h2::{H2Client, H2Response};

use crate::{connect, connect_with};

secure_doors![
    csh_003_a_second_get_is_answered_without_the_program,
    csh_003_http_1_1_and_http_2_share_their_responses,
    csh_016_ranges_and_conditions_are_answered_from_the_cache,
    csh_010_csh_013_other_requests_reach_the_program,
    a_body_waits_for_the_window_and_goes_on,
    many_streams_at_once_are_answered_from_the_cache,
];

const KEPT: CachePolicy = CachePolicy::UserInvalidates;
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

fn text(body: &str) -> Reply {
    Reply::ok().header("Content-Type", "text/plain").chunk(body)
}

/// A response that the program has given, and that is kept.
fn kept<D: Door>(w: &World<D>, client: &mut H2Client, path: &str, reply: &Reply) -> H2Response {
    let stream = client.get(path);
    let received = w.receive();
    w.door
        .respond_cached(&w.queue, &received, reply, KEPT)
        .expect("an answer");
    client.response(stream)
}

/// The same over HTTP/1.1, which has no window to wait for.
fn kept_by_http_1<D: Door>(w: &World<D>, path: &str, reply: &Reply) {
    let mut client = w.connect();
    client.send(w.get(path));
    let received = w.receive();
    w.door
        .respond_cached(&w.queue, &received, reply, KEPT)
        .expect("an answer");
    client.read_response();
}

fn without_date(response: &H2Response) -> Vec<String> {
    let lines = response.fields.lines();
    let lines = lines.filter(|line| !line.starts_with("date: "));
    lines.map(str::to_owned).collect()
}

fn csh_003_a_second_get_is_answered_without_the_program<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let first = kept(w, &mut client, "/", &text("kept").header("X-Own", "1"));
    for _ in 0..3 {
        let stream = client.get("/");
        let again = client.response(stream);
        assert_eq!(without_date(&again), without_date(&first));
        assert!(again.fields.contains("\ndate: "));
        let frames = [
            format!("HEADERS {stream} 200"),
            format!("DATA {stream} 4"),
            format!("DATA {stream} 0 end"),
        ];
        assert_eq!(again.frames, frames);
        assert_eq!(again.body, b"kept");
    }
    client.assert_quiet();
    let counters = w.door.queue_counters(&w.queue).expect("counters");
    assert_eq!((counters.ArrivalRate, counters.CacheHitRate), (1, 3));
}

fn csh_003_http_1_1_and_http_2_share_their_responses<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    kept(w, &mut client, "/2", &text("by 2"));
    let mut old = w.connect();
    old.send(w.get("/2"));
    let response = old.read_response();
    assert_eq!(response.body, b"by 2");
    assert_eq!(response.header("Content-Type"), Some("text/plain"));
    old.send(w.get("/1"));
    let received = w.receive();
    let reply = text("by 1").unknown_header("Connection", "x");
    w.door
        .respond_cached(&w.queue, &received, &reply, KEPT)
        .expect("an answer");
    assert_eq!(old.read_response().header("Connection"), Some("x"));
    let stream = client.get("/1");
    let response = client.response(stream);
    assert_eq!(response.body, b"by 1");
    assert!(
        !response.fields.contains("connection"),
        "{}",
        response.fields
    );
}

fn csh_016_ranges_and_conditions_are_answered_from_the_cache<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let reply = text("0123456789").header("Last-Modified", DATE);
    kept(w, &mut client, "/", &reply);
    let stream = client.request("GET", "/", &[("range", "bytes=2-4")], true);
    let part = client.response(stream);
    assert_eq!((part.status.as_str(), &*part.body), ("206", &b"234"[..]));
    assert!(part.fields.contains("content-range: bytes 2-4/10\n"));
    let stream = client.request("GET", "/", &[("if-modified-since", DATE)], true);
    let same = client.response(stream);
    let frames = [
        format!("HEADERS {stream} 304"),
        format!("DATA {stream} 0 end"),
    ];
    assert_eq!(same.frames, frames);
    assert!(same.fields.contains(&format!("last-modified: {DATE}\n")));
    let huge = [("range", "bytes=0-18446744073709551615")];
    let stream = client.request("GET", "/", &huge, true);
    assert_eq!(client.response(stream).status, "400");
    client.assert_quiet();
}

fn csh_010_csh_013_other_requests_reach_the_program<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    kept(w, &mut client, "/", &text("kept"));
    for (method, fields) in [
        ("HEAD", &[][..]),
        ("POST", &[("content-length", "0")]),
        ("GET", &[("authorization", "Basic eDp5")]),
        ("GET", &[("translate", "f")]),
        ("GET", &[("if-none-match", "\"a\"")]),
    ] {
        let stream = client.request(method, "/", fields, true);
        w.respond(w.receive().id, &Reply::new(404, ""))
            .expect("an answer");
        assert_eq!(client.response(stream).status, "404", "{method} {fields:?}");
    }
    // A request with content.
    let stream = client.request("GET", "/", &[], false);
    w.respond(w.receive().id, &Reply::new(404, ""))
        .expect("an answer");
    assert_eq!(client.response(stream).status, "404");
}

/// SETTINGS_INITIAL_WINDOW_SIZE.
const WINDOW: u16 = 4;

fn a_body_waits_for_the_window_and_goes_on<D: Door>(w: &World<D>) {
    let body: String = (0..20_000).map(|at| format!("{at:010}")).collect();
    kept_by_http_1(w, "/", &text(&body));
    let mut client = connect_with(w, &[(WINDOW, 1000)]);
    let stream = client.get("/");
    assert_eq!(client.next_text(), format!("HEADERS {stream} 200"));
    assert_eq!(client.next_text(), format!("DATA {stream} 1000"));
    client.assert_quiet();
    // What is being sent is sent to its end.
    w.door
        .flush_cache(&w.queue, &w.url("/"), true)
        .expect("flushed");
    client.grant(stream, 10);
    assert_eq!(client.next_text(), format!("DATA {stream} 10"));
    client.grant(0, 1010);
    client.grant(stream, 1000);
    let rest = client.response(stream);
    assert!(rest.body == body.as_bytes()[1010..]);
}

fn many_streams_at_once_are_answered_from_the_cache<D: Door>(w: &World<D>) {
    let body = "0123456789".repeat(10_000);
    kept_by_http_1(w, "/", &text(&body));
    let mut client = connect(w);
    let streams: Vec<u32> = (0..50).map(|_| client.get("/")).collect();
    let mut sizes = std::collections::HashMap::new();
    while sizes.len() < streams.len() || sizes.values().any(|size| *size < body.len()) {
        let frame = client.next_frame();
        let size = sizes.entry(frame.stream).or_insert(0);
        if frame.text().starts_with("DATA") && !frame.payload.is_empty() {
            *size += frame.payload.len();
            let length = u32::try_from(frame.payload.len()).expect("a frame");
            client.grant(0, length);
            client.grant(frame.stream, length);
        }
    }
}
