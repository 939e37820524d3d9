//! The response cache: what of a program's responses is kept, and what requests get of it. Area CSH.
//!
//! Owns: HTTP/1.1. Does not own: HTTP/2 (the test `h2`), fragments (`fragments.rs`), and time (tests of the engine).
//! That no receive completes is shown by the queue's counters, and by a request behind it that is received.

use httpsys_tests::both_doors;
use httpsys_tests::client::{Client, Response, mask_date};
use httpsys_tests::door::{CachePolicy, DISCONNECT, Door, MORE_DATA, Reply, World};
use httpsys_tests::thread;

const KEPT: CachePolicy = CachePolicy::UserInvalidates;
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const LATER: &str = "Mon, 07 Nov 1994 08:49:37 GMT";
const BEFORE: &str = "Sat, 05 Nov 1994 08:49:37 GMT";

fn text(body: &str) -> Reply {
    Reply::ok().header("Content-Type", "text/plain").chunk(body)
}

/// 100 bytes, each with a value of its own.
fn hundred() -> String {
    (0..50).map(|at| format!("{at:02}")).collect()
}

/// Sends a request that the program gets, and answers it with this reply.
fn answered<D: Door>(
    w: &World<D>,
    client: &mut Client,
    request: &str,
    reply: &Reply,
    policy: CachePolicy,
) -> Response {
    client.send(request);
    let received = w.receive();
    let sent = w.door.respond_cached(&w.queue, &received, reply, policy);
    assert!(sent.is_ok(), "{sent:?} {request}");
    client.read_response()
}

/// What the cache says to the request; `None`: the program got it, and answered "program".
fn asked<D: Door>(w: &World<D>, request: &str) -> Option<Response> {
    let before = arrivals(w);
    let mut client = w.connect();
    // The second request is received only behind the first one's answer.
    client.send(request);
    client.send(w.request("GET", "/behind", ""));
    let received = w.receive();
    if received.abs_path == "/behind" {
        w.respond(received.id, &Reply::ok()).expect("an answer");
        let response = client.read_response();
        client.read_response();
        assert_eq!(arrivals(w), before + 1, "only the one behind it");
        return Some(response);
    }
    w.respond(received.id, &Reply::ok().chunk("program"))
        .expect("an answer");
    let behind = w.receive();
    w.respond(behind.id, &Reply::ok()).expect("an answer");
    None
}

fn arrivals<D: Door>(w: &World<D>) -> u64 {
    let counters = w.door.queue_counters(&w.queue).expect("counters");
    counters.ArrivalRate
}

fn hits<D: Door>(w: &World<D>) -> u64 {
    let counters = w.door.queue_counters(&w.queue).expect("counters");
    counters.CacheHitRate
}

fn keep<D: Door>(w: &World<D>, path: &str, reply: &Reply) {
    let response = answered(w, &mut w.connect(), &w.get(path), reply, KEPT);
    assert_eq!(response.status(), reply.status, "{path}");
}

/// Whether a response is kept that is given to this request with this policy.
fn is_kept<D: Door>(w: &World<D>, request: &str, reply: &Reply, policy: CachePolicy) -> bool {
    let url = w.url("/");
    w.door.flush_cache(&w.queue, &url, true).expect("flushed");
    let response = answered(w, &mut w.connect(), request, reply, policy);
    assert_eq!(response.status(), reply.status);
    asked(w, &w.get("/")).is_some()
}

fn csh_003_a_second_get_is_answered_without_the_program<D: Door>(w: &World<D>) {
    let reply = text("kept")
        .header("X-Own", "1")
        .unknown_header("Connection", "x");
    let mut client = w.connect();
    client.send(w.get("/"));
    let received = w.receive();
    let policy = CachePolicy::TimeToLive(3600);
    w.door
        .respond_cached(&w.queue, &received, &reply, policy)
        .expect("an answer");
    let first = client.read_response();
    let before = (arrivals(w), hits(w));
    for _ in 0..3 {
        client.send(w.get("/"));
        let again = client.read_response();
        assert_eq!(mask_date(&again.head), mask_date(&first.head));
        assert_eq!(again.body, b"kept");
    }
    // On another connection as well, and by its whole URL.
    let other = asked(w, &w.get("/")).expect("from the cache");
    assert_eq!(mask_date(&other.head), mask_date(&first.head));
    assert!(asked(w, &w.get("/?q")).is_none(), "another URL");
    assert_eq!(hits(w), before.1 + 4);
    assert_eq!(arrivals(w), before.0 + 3, "those that the program got");
}

fn csh_003_hits_in_a_pipeline_keep_their_order<D: Door>(w: &World<D>) {
    keep(w, "/a", &text("a"));
    keep(w, "/b", &text("b"));
    let mut client = w.connect();
    let get = |path: &str| w.get(path);
    let requests = [get("/a"), get("/x"), get("/b"), get("/a"), get("/b")];
    client.send(requests.concat());
    assert_eq!(client.read_response().body, b"a");
    let received = w.receive();
    assert_eq!(received.abs_path, "/x");
    w.respond(received.id, &text("x")).expect("an answer");
    for body in ["x", "b", "a", "b"] {
        assert_eq!(client.read_response().body, body.as_bytes());
    }
    // More than one turn of the thread that polls takes.
    client.send(get("/a").repeat(500));
    for _ in 0..500 {
        assert_eq!(client.read_response().body, b"a");
    }
}

fn csh_003_the_end_of_a_connection_is_that_of_any_response<D: Door>(w: &World<D>) {
    keep(w, "/", &text("kept"));
    let mut client = w.connect();
    client.send(w.request("GET", "/", "Connection: close\r\n"));
    let response = client.read_response();
    assert_eq!(response.header("Connection"), Some("close"));
    assert_eq!(response.body, b"kept");
    client.expect_eof();
    let port = w.port();
    let mut client = w.connect();
    client.send(format!("GET / HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n"));
    let response = client.read_response();
    assert_eq!(response.header("Connection"), Some("close"));
    client.expect_eof();
    let mut client = w.connect();
    client.send(format!(
        "GET / HTTP/1.0\r\nHost: localhost:{port}\r\nConnection: keep-alive\r\n\r\n"
    ));
    let response = client.read_response();
    assert_eq!(response.header("Connection"), Some("keep-alive"));
    client.send(w.get("/"));
    assert_eq!(client.read_response().header("Connection"), None);
}

fn csh_001_csh_013_the_request_says_whether_its_response_is_kept<D: Door>(w: &World<D>) {
    let keeps = |request: &str| is_kept(w, request, &text("x"), KEPT);
    for fields in [
        "",
        "Expect: 100-continue\r\n",
        "Translate: t\r\n",
        "Content-Length: 0\r\n",
        "Cookie: a=b\r\n",
        "If-None-Match: \"a\"\r\n",
    ] {
        assert!(keeps(&w.request("GET", "/", fields)), "{fields}");
    }
    for fields in [
        "Translate: f\r\n",
        "Translate: F \r\n",
        "Authorization: Basic eDp5\r\n",
        "Range: bytes=0-0\r\n",
        "If-Range: \"a\"\r\n",
        "Content-Length: 1\r\n\r\nx",
    ] {
        let request = w.request("GET", "/", fields);
        let request = request
            .strip_suffix("x\r\n")
            .map_or(request.clone(), |it| format!("{it}x"));
        assert!(!keeps(&request), "{fields}");
    }
    let old = w.get("/").replace("HTTP/1.1", "HTTP/1.0");
    assert!(keeps(&old));
    for verb in ["POST", "PUT", "DELETE", "OPTIONS", "FOO"] {
        assert!(
            !keeps(&w.request(verb, "/", "Content-Length: 0\r\n")),
            "{verb}"
        );
    }
}

fn csh_001_csh_013_the_request_says_whether_it_is_served<D: Door>(w: &World<D>) {
    keep(w, "/", &text("kept"));
    for fields in ["Translate: f\r\n", "Authorization: Basic eDp5\r\n"] {
        assert!(
            asked(w, &w.request("GET", "/", fields)).is_none(),
            "{fields}"
        );
    }
    for fields in [
        "Expect: 100-continue\r\n",
        "Content-Length: 0\r\n",
        "Cookie: a\r\n",
    ] {
        assert!(
            asked(w, &w.request("GET", "/", fields)).is_some(),
            "{fields}"
        );
    }
}

fn csh_002_the_response_says_whether_it_is_kept<D: Door>(w: &World<D>) {
    let keeps = |reply: &Reply| is_kept(w, &w.get("/"), reply, KEPT);
    for date in [
        DATE,
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert!(keeps(&text("x").header("Last-Modified", date)), "{date}");
    }
    for date in ["yesterday", "Sun, 06 Nov 1994", "0"] {
        assert!(!keeps(&text("x").header("Last-Modified", date)), "{date}");
    }
    assert!(
        keeps(&text("x").header("Set-Cookie", "a=b")),
        "not looked at"
    );
    assert!(keeps(&text("")), "an empty one");
    assert!(!keeps(&text("x").flags(DISCONNECT)), "G-247");
    let most = 262_144 - 200;
    assert!(keeps(&text(&"x".repeat(most))));
    assert!(!keeps(&text(&"x".repeat(262_144))), "UriMaxUriBytes");
}

fn csh_004_without_a_content_type_nothing_is_kept<D: Door>(w: &World<D>) {
    assert!(!is_kept(w, &w.get("/"), &Reply::ok().chunk("x"), KEPT));
    assert!(is_kept(w, &w.get("/"), &text("x"), KEPT));
}

fn csh_005_csh_006_cfg_006_the_policy_says_how_long<D: Door>(w: &World<D>) {
    for (policy, expected) in [
        (CachePolicy::Nocache, false),
        (CachePolicy::TimeToLive(0), false),
        (CachePolicy::TimeToLive(3600), true),
        (CachePolicy::TimeToLive(u32::MAX), true),
        (KEPT, true),
    ] {
        let kept = is_kept(w, &w.get("/"), &text("x"), policy);
        assert_eq!(kept, expected, "{policy:?}");
    }
    // HttpSendHttpResponse without a policy.
    let mut client = w.connect();
    w.door
        .flush_cache(&w.queue, &w.url("/"), true)
        .expect("flushed");
    client.send(w.get("/"));
    w.respond(w.receive().id, &text("x")).expect("an answer");
    client.read_response();
    assert!(asked(w, &w.get("/")).is_none());
}

fn csh_007_age_is_neither_added_nor_changed<D: Door>(w: &World<D>) {
    keep(w, "/", &text("x"));
    let response = asked(w, &w.get("/")).expect("from the cache");
    assert_eq!(response.header("Age"), None);
    keep(w, "/old", &text("x").header("Age", "5"));
    let response = asked(w, &w.get("/old")).expect("from the cache");
    assert_eq!(response.header("Age"), Some("5"));
}

fn csh_008_csh_009_the_status_says_whether_it_is_kept<D: Door>(w: &World<D>) {
    for status in [
        200, 201, 203, 204, 299, 301, 302, 304, 400, 404, 410, 500, 503, 599,
    ] {
        let mut reply = Reply::new(status, "It").header("Content-Type", "text/plain");
        if !matches!(status, 204 | 304) {
            reply = reply.chunk("body");
        }
        assert!(is_kept(w, &w.get("/"), &reply, KEPT), "{status}");
        let response = asked(w, &w.get("/")).expect("from the cache");
        assert_eq!(response.status_line, format!("HTTP/1.1 {status} It"));
    }
    for status in [206, 600, 999] {
        let reply = Reply::new(status, "It").header("Content-Type", "text/plain");
        assert!(
            !is_kept(w, &w.get("/"), &reply.chunk("x"), KEPT),
            "{status}"
        );
    }
}

fn csh_010_other_verbs_reach_the_program_and_change_nothing<D: Door>(w: &World<D>) {
    keep(w, "/", &text("kept"));
    for verb in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"] {
        let mut client = w.connect();
        client.send(w.request(verb, "/", "Content-Length: 0\r\n"));
        let received = w.receive();
        let reply = Reply::ok().flags(DISCONNECT);
        w.door
            .respond_cached(&w.queue, &received, &reply, KEPT)
            .expect("an answer");
        client.read_to_end();
        let response = asked(w, &w.get("/")).expect("from the cache");
        assert_eq!(response.body, b"kept", "{verb}");
    }
}

fn csh_011_csh_012_vary_and_the_fields_of_a_request_are_ignored<D: Door>(w: &World<D>) {
    keep(w, "/", &text("kept").header("Vary", "*"));
    for fields in [
        "Accept-Encoding: gzip\r\nAccept-Language: de\r\n",
        "Pragma: no-cache\r\n",
        "Cache-Control: no-cache\r\n",
        "Cache-Control: max-age=0\r\n",
        "Cache-Control: min-fresh=100000\r\n",
    ] {
        let response = asked(w, &w.request("GET", "/", fields)).expect(fields);
        assert_eq!(response.body, b"kept", "{fields}");
    }
}

fn csh_014_a_response_in_parts_is_not_kept<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.get("/"));
    let received = w.receive();
    let reply = text("ab").header("Content-Length", "4").flags(MORE_DATA);
    w.door
        .respond_cached(&w.queue, &received, &reply, KEPT)
        .expect("a head");
    w.send_body(received.id, &[b"cd"], 0).expect("a body");
    assert_eq!(client.read_response().body, b"abcd");
    assert!(asked(w, &w.get("/")).is_none());
}

fn csh_016_a_range_of_a_cached_body_is_206<D: Door>(w: &World<D>) {
    let reply = text(&hundred()).header("Content-Length", "100");
    keep(w, "/", &reply.header("ETag", "\"e\""));
    for (range, body, content_range) in [
        ("bytes=0-10", &hundred()[..11], "bytes 0-10/100"),
        ("bytes=99-", &hundred()[99..], "bytes 99-99/100"),
        ("bytes=-5", &hundred()[95..], "bytes 95-99/100"),
    ] {
        let request = w.request("GET", "/", &format!("Range: {range}\r\n"));
        let response = asked(w, &request).expect(range);
        assert_eq!(response.status_line, "HTTP/1.1 206 Partial Content");
        assert_eq!(response.body, body.as_bytes());
        assert_eq!(response.header("Content-Range"), Some(content_range));
        let length = body.len().to_string();
        assert_eq!(response.header("Content-Length"), Some(&*length), "CSH-018");
        assert_eq!(
            response
                .names()
                .iter()
                .filter(|it| **it == "Content-Length")
                .count(),
            1
        );
    }
    for (fields, status) in [
        ("Range: bytes=100-\r\n", 416),
        ("Range: lines=1-\r\n", 200),
        ("Range: bytes=0-0\r\nIf-Range: \"e\"\r\n", 206),
        ("Range: bytes=0-0\r\nIf-Range: \"f\"\r\n", 200),
    ] {
        let response = asked(w, &w.request("GET", "/", fields)).expect(fields);
        assert_eq!(response.status(), status, "{fields}");
    }
    // ERR-007: the service refuses it.
    let mut client = w.connect();
    client.send(w.request("GET", "/", "Range: bytes=0-18446744073709551615\r\n"));
    let response = client.read_response();
    assert_eq!(response.status(), 400);
    let page = String::from_utf8_lossy(&response.body).into_owned();
    assert!(page.contains("Bad Request - Invalid Header"), "{page}");
    client.expect_eof();
}

fn csh_017_two_ranges_of_a_cached_body_are_multipart<D: Door>(w: &World<D>) {
    keep(w, "/", &text(&hundred()));
    let request = w.request("GET", "/", "Range: bytes=0-1,98-99\r\n");
    let response = asked(w, &request).expect("from the cache");
    assert_eq!(response.status(), 206);
    let kind = response.header("Content-Type").expect("a type");
    let boundary = kind
        .strip_prefix("multipart/byteranges; boundary=")
        .expect(kind);
    let part = |range: &str, body: &str| {
        format!(
            "Content-Type: text/plain\r\nContent-Range: bytes {range}/100\r\n\r\n{body}\r\n--{boundary}"
        )
    };
    let (first, second) = (part("0-1", "00"), part("98-99", "49"));
    let expected = format!("--{boundary}\r\n{first}\r\n{second}--\r\n");
    assert_eq!(String::from_utf8_lossy(&response.body), expected);
}

/// G-094: an article on IIS 6 shows HTTP.sys answering so.
fn if_modified_since_is_answered_from_the_cache<D: Door>(w: &World<D>) {
    let reply = text("kept").header("Cache-Control", "max-age=5");
    keep(w, "/", &reply.header("Last-Modified", DATE));
    for (date, status) in [(DATE, 304), (LATER, 304), (BEFORE, 200)] {
        let request = w.request("GET", "/", &format!("If-Modified-Since: {date}\r\n"));
        let response = asked(w, &request).expect(date);
        assert_eq!(response.status(), status, "{date}");
        assert_eq!(response.header("Cache-Control"), Some("max-age=5"));
        assert_eq!(response.header("Last-Modified"), Some(DATE));
        assert!(response.header("Date").is_some());
    }
    for fields in [
        "If-Modified-Since: yesterday\r\n",
        "If-None-Match: \"a\"\r\n",
        "If-Match: \"a\"\r\n",
        "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
    ] {
        let request = w.request("GET", "/", fields);
        assert!(asked(w, &request).is_none(), "{fields}: the program's");
    }
}

fn csh_019_a_flush_drops_responses<D: Door>(w: &World<D>) {
    const PATHS: [&str; 5] = ["/a", "/a/b", "/a/b?q", "/ab", "/x"];
    let fill = || PATHS.iter().for_each(|path| refill(w, path));
    let left = || {
        let is_left = |path: &&&str| asked(w, &w.get(path)).is_some();
        PATHS.iter().filter(is_left).copied().collect::<Vec<_>>()
    };
    let flush = |path: &str, recursive| w.door.flush_cache(&w.queue, &w.url(path), recursive);
    fill();
    assert_eq!(left(), PATHS);
    assert_eq!(flush("/a", false), Ok(()));
    assert_eq!(left(), ["/a/b", "/a/b?q", "/ab", "/x"]);
    fill();
    assert_eq!(flush("/a", true), Ok(()));
    assert_eq!(left(), ["/ab", "/x"]);
    let (_group, other) = w.another_group();
    assert_eq!(w.door.flush_cache(&other, &w.url("/"), true), Ok(()));
    assert_eq!(left(), ["/ab", "/x"], "another queue's flush");
    assert_eq!(flush("/", true), Ok(()));
    assert!(left().is_empty());
}

/// Keeps a response, if there is none.
fn refill<D: Door>(w: &World<D>, path: &str) {
    w.door
        .flush_cache(&w.queue, &w.url(path), false)
        .expect("flushed");
    keep(w, path, &text(path));
}

fn responses_end_with_their_url_their_group_and_their_queue<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    let url = w.url("/own/");
    let register = || w.door.add_url(&group, &url, 0).expect("registered");
    let fill = |body: &str| {
        let mut client = w.connect();
        client.send(w.get("/own/a"));
        let received = w.door.receive(&queue).expect("a request");
        let sent = w.door.respond_cached(&queue, &received, &text(body), KEPT);
        assert!(sent.is_ok(), "{sent:?}");
        client.read_response();
    };
    // The world's own registration answers for the path while the other one is not there.
    keep(w, "/own/a", &text("world"));
    register();
    fill("own");
    let response = asked_of(w, &queue, "/own/a");
    assert_eq!(response.as_deref(), Some("own"), "the other registration's");
    w.door.remove_url(&group, &url).expect("removed");
    assert!(asked(w, &w.get("/own/a")).is_none(), "its URL is gone");
    register();
    assert_eq!(
        asked_of(w, &queue, "/own/a"),
        None,
        "and does not bring it back"
    );
    fill("own");
    w.door.unbind(&group).expect("unbound");
    w.door.bind(&group, &queue).expect("bound");
    assert_eq!(
        asked_of(w, &queue, "/own/a"),
        None,
        "the group had no queue"
    );
    fill("own");
    w.door.close_group(group).expect("closed");
    assert!(asked(w, &w.get("/own/a")).is_none(), "its group is closed");
}

/// The cached body for a path that another queue answers; `None`: its program got the request.
fn asked_of<D: Door>(w: &World<D>, queue: &D::Queue, path: &str) -> Option<String> {
    let mut client = w.connect();
    client.send(w.get(path));
    client.send(w.get("/own/behind"));
    let received = w.door.receive(queue).expect("a request");
    let is_hit = received.abs_path == "/own/behind";
    w.door
        .respond(queue, received.id, &Reply::ok().flags(DISCONNECT))
        .expect("an answer");
    let response = client.read_response();
    is_hit.then(|| String::from_utf8_lossy(&response.body).into_owned())
}

/// QUE-008: a queue that is inactive has the 503 handling, whatever the cache has.
fn an_inactive_queue_answers_nothing_from_the_cache<D: Door>(w: &World<D>) {
    keep(w, "/", &text("kept"));
    let set = |state| w.door.set_queue_state(&w.queue, state).expect("set");
    set(httpsys_tests::door::State::Inactive);
    let mut client = w.connect();
    client.send(w.get("/"));
    // QUE-003: that is a reset, unless the program wants more.
    client.expect_reset();
    set(httpsys_tests::door::State::Active);
    assert!(asked(w, &w.get("/")).is_some());
}

/// As documented for fragments: a response can be read by its URL.
fn a_cached_response_can_be_read_as_a_fragment<D: Door>(w: &World<D>) {
    keep(w, "/a", &text("kept"));
    let body = w.door.read_fragment(&w.queue, &w.url("/a"), None);
    assert_eq!(body, Ok(b"kept".to_vec()));
}

/// More than the socket takes at once; it goes on by itself, also when the entry is gone meanwhile.
fn a_slow_client_gets_all_of_a_cached_body<D: Door>(w: &World<D>) {
    const REQUESTS: usize = 60;
    let body: String = (0..25_000).map(|at| format!("{at:010}")).collect();
    keep(w, "/", &text(&body));
    let mut client = w.connect();
    client.send(w.get("/").repeat(REQUESTS));
    for at in 0..3 {
        let response = client.read_response();
        assert!(response.body == body.as_bytes(), "{at}");
    }
    // What is under way is sent to its end; what comes behind it goes to the program.
    w.door
        .flush_cache(&w.queue, &w.url("/"), true)
        .expect("flushed");
    let whole = thread::scope(|scope| {
        let reads = scope.spawn(|| {
            let mut whole = 0;
            loop {
                let response = client.read_response();
                if response.body.is_empty() {
                    return whole;
                }
                assert!(response.body == body.as_bytes(), "{whole}");
                whole += 1;
            }
        });
        let received = w.receive();
        w.respond(received.id, &Reply::ok().flags(DISCONNECT))
            .expect("an answer");
        reads.join().expect("no panic")
    });
    assert!(whole + 3 < REQUESTS, "{whole}");
}

fn csh_020_fragments_and_responses_do_not_replace_each_other<D: Door>(w: &World<D>) {
    keep(w, "/a", &text("response"));
    w.door
        .add_fragment(&w.queue, &w.url("/a"), b"fragment", KEPT)
        .expect("added");
    let response = asked(w, &w.get("/a")).expect("from the cache");
    assert_eq!(response.body, b"response");
    let read = w.door.read_fragment(&w.queue, &w.url("/a"), None);
    assert_eq!(read, Ok(b"fragment".to_vec()));
}

both_doors!(
    csh_001_csh_013_the_request_says_whether_it_is_served,
    csh_001_csh_013_the_request_says_whether_its_response_is_kept,
    csh_002_the_response_says_whether_it_is_kept,
    csh_003_a_second_get_is_answered_without_the_program,
    csh_003_hits_in_a_pipeline_keep_their_order,
    csh_003_the_end_of_a_connection_is_that_of_any_response,
    csh_004_without_a_content_type_nothing_is_kept,
    csh_005_csh_006_cfg_006_the_policy_says_how_long,
    csh_007_age_is_neither_added_nor_changed,
    csh_008_csh_009_the_status_says_whether_it_is_kept,
    csh_010_other_verbs_reach_the_program_and_change_nothing,
    csh_011_csh_012_vary_and_the_fields_of_a_request_are_ignored,
    csh_014_a_response_in_parts_is_not_kept,
    csh_016_a_range_of_a_cached_body_is_206,
    csh_017_two_ranges_of_a_cached_body_are_multipart,
    if_modified_since_is_answered_from_the_cache,
    csh_019_a_flush_drops_responses,
    responses_end_with_their_url_their_group_and_their_queue,
    an_inactive_queue_answers_nothing_from_the_cache,
    a_cached_response_can_be_read_as_a_fragment,
    a_slow_client_gets_all_of_a_cached_body,
    csh_020_fragments_and_responses_do_not_replace_each_other,
);
