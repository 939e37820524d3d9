//! Connections: ids, keep-alive, pipelining. Area CON.
//!
//! Owns: what the API and the connection's end show. Does not own: response bytes (test `wire`).

use std::io::ErrorKind;
use std::net::Ipv4Addr;

use httpsys_tests::both_doors;
use httpsys_tests::client::{Client, Response};
use httpsys_tests::door::{CAbi, DISCONNECT, Door, GO_AWAY, MORE_DATA, Reply, World};
use httpsys_tests::net::TcpStream;
use httpsys_tests::overlapped::{Overlapped, leaked_buffer};

both_doors![
    con_001_a_silent_connection_delivers_nothing,
    con_002_con_003_ids_are_not_zero_and_differ_between_connections,
    con_004_requests_of_a_connection_share_its_id_and_have_their_own,
    con_005_a_pipelined_request_waits_for_the_answer_before_it,
    con_007_a_request_waits_for_a_receive,
    con_008_a_connection_stays_open,
    con_009_connection_close_of_the_client_is_answered_and_obeyed,
    con_010_http_1_0_is_closed_unless_it_asks,
    con_011_http_1_0_is_kept_when_it_asks,
    con_011_con_013_http_1_0_is_closed_where_its_client_sees_no_other_end,
    con_011_a_keep_alive_field_of_the_program_changes_nothing,
    con_011_http_1_0_is_kept_after_its_body,
    con_011_pipelined_http_1_0_requests_are_answered_in_order,
    con_012_connection_in_the_unknown_list_is_written_and_closes_nothing,
    con_012_con_013_disconnect_alone_writes_close_once,
    con_013_disconnect_closes_after_the_bytes,
    con_013_g_006_a_request_behind_the_last_response_makes_no_reset,
    g_270_goaway_changes_nothing_on_http_1,
    con_014_a_wrong_content_length_does_not_disturb_the_server,
    requests_arriving_byte_by_byte_are_received,
    many_pipelined_requests_are_answered_in_order,
    ids_are_never_reused,
    a_response_survives_bytes_that_come_behind_the_last_request,
    g_074_a_half_closed_client_with_a_short_body_gets_the_whole_response,
    an_error_page_does_not_destroy_the_response_before_it,
];

/// More than a socket's buffers hold, so that the end is sent while the client still reads.
const LONG: usize = 8 << 20;

/// Answers the request with [`LONG`] bytes while the client does `meanwhile` and reads to the end.
fn long_response_arrives<D: Door>(
    w: &World<D>,
    client: &mut Client,
    id: u64,
    meanwhile: impl FnOnce(&mut Client),
) -> Vec<u8> {
    httpsys_tests::thread::scope(|scope| {
        let answer = scope.spawn(|| w.respond(id, &Reply::ok().chunk(vec![b'x'; LONG])));
        let head = client.read_response_head();
        assert_eq!(
            head.header("Content-Length"),
            Some(LONG.to_string().as_str())
        );
        meanwhile(client);
        let rest = client.read_to_end();
        assert!(answer.join().expect("no panic").is_ok());
        assert!(rest.len() >= LONG, "{} of {LONG} bytes", rest.len());
        assert!(rest[..LONG].iter().all(|byte| *byte == b'x'));
        rest[LONG..].to_vec()
    })
}

/// RFC 9112 section 9.6: the close is not turned into a reset by what arrives late.
fn a_response_survives_bytes_that_come_behind_the_last_request<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
    let id = w.receive().id;
    let rest = long_response_arrives(w, &mut client, id, |client| client.send("\r\n"));
    assert!(rest.is_empty());
}

fn g_074_a_half_closed_client_with_a_short_body_gets_the_whole_response<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(
        [
            w.request("POST", "/", "Content-Length: 100\r\n"),
            "abc".into(),
        ]
        .concat(),
    );
    let id = w.receive().id;
    let rest = long_response_arrives(w, &mut client, id, Client::finish);
    assert!(rest.is_empty());
}

fn an_error_page_does_not_destroy_the_response_before_it<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send([w.get("/"), "G(T / HTTP/1.1\r\n\r\n".into()].concat());
    let id = w.receive().id;
    let rest = long_response_arrives(w, &mut client, id, |_| {});
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 400 Bad Request\r\n"));
}

fn con_001_a_silent_connection_delivers_nothing<D: Door>(w: &World<D>) {
    let _silent = w.connect();
    w.assert_serves();
}

fn con_002_con_003_ids_are_not_zero_and_differ_between_connections<D: Door>(w: &World<D>) {
    let (_client, one) = w.received_get("/1");
    let (_other, two) = w.received_get("/2");
    for id in [one.id, one.connection_id, two.id, two.connection_id] {
        assert_ne!(id, 0);
    }
    assert_ne!(one.id, two.id);
    assert_ne!(one.connection_id, two.connection_id);
}

fn con_004_requests_of_a_connection_share_its_id_and_have_their_own<D: Door>(w: &World<D>) {
    let (mut client, one) = w.received_get("/1");
    w.respond(one.id, &Reply::ok()).expect("an answer");
    client.read_response();
    client.send(w.get("/2"));
    let two = w.receive();
    assert_eq!(one.connection_id, two.connection_id);
    assert_ne!(one.id, two.id);
}

fn con_005_a_pipelined_request_waits_for_the_answer_before_it<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send([w.get("/1"), w.get("/2")].concat());
    let first = w.receive();
    assert_eq!(first.abs_path, "/1");
    // The second is here, too, but a later request of another connection comes first.
    w.assert_serves();
    w.respond(first.id, &Reply::ok().chunk("1"))
        .expect("an answer");
    let second = w.receive();
    assert_eq!(second.abs_path, "/2");
    w.respond(second.id, &Reply::ok().chunk("2"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"1");
    assert_eq!(client.read_response().body, b"2");
}

#[test]
fn con_006_pending_receives_complete_in_the_order_they_were_posted() {
    let w = World::<CAbi>::new();
    let receives: Vec<_> = (0..3)
        .map(|_| {
            let overlapped = Overlapped::with_event();
            let (buffer, completed) = leaked_buffer(4096);
            assert_eq!(overlapped.receive(w.queue, 0, 0, buffer, None), 997);
            (overlapped, completed)
        })
        .collect();
    let mut clients = Vec::new();
    for at in 0..receives.len() {
        let mut client = w.connect();
        client.send(w.get(&format!("/{at}")));
        let (overlapped, completed) = &receives[at];
        overlapped.wait_result(w.queue).expect("a request");
        assert_eq!(
            completed.buffer().received().abs_path,
            format!("/{at}"),
            "the first posted receive that is left"
        );
        for (later, _) in &receives[at + 1..] {
            assert_eq!(later.result(w.queue), Err(996), "the others stay pending");
        }
        clients.push(client);
    }
}

fn con_007_a_request_waits_for_a_receive<D: Door>(w: &World<D>) {
    let mut clients: Vec<_> = (0..3).map(|_| w.connect()).collect();
    for (at, client) in clients.iter_mut().enumerate() {
        client.send(w.get(&format!("/{at}")));
    }
    // The order between connections is the network's, that all come is ours.
    let mut paths: Vec<_> = (0..3).map(|_| w.receive().abs_path).collect();
    paths.sort();
    assert_eq!(paths, ["/0", "/1", "/2"]);
}

fn con_008_a_connection_stays_open<D: Door>(w: &World<D>) {
    let (mut client, first) = w.received_get("/");
    w.respond(first.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().header("Connection"), None);
    client.send(w.get("/"));
    let second = w.receive();
    assert_eq!(second.connection_id, first.connection_id);
}

fn con_009_connection_close_of_the_client_is_answered_and_obeyed<D: Door>(w: &World<D>) {
    for value in ["close", "Close", "keep-alive, close"] {
        let mut client = w.connect();
        client.send(w.request("GET", "/", &format!("Connection: {value}\r\n")));
        let request = w.receive();
        w.respond(request.id, &Reply::ok().chunk("bye"))
            .expect("an answer");
        let response = client.read_response();
        assert_eq!(response.header("Connection"), Some("close"), "{value}");
        assert_eq!(response.body, b"bye");
        client.expect_eof();
    }
}

/// A request of HTTP/1.0; `more` are further header lines, each with its CRLF.
fn http_1_0<D: Door>(w: &World<D>, verb: &str, more: &str) -> String {
    let port = w.port();
    format!("{verb} / HTTP/1.0\r\nHost: localhost:{port}\r\n{more}\r\n")
}

const KEEP: &str = "Connection: Keep-Alive\r\n";

/// The values of all Connection lines.
fn connection_lines(response: &Response) -> Vec<&str> {
    let is_connection = |name: &str| name.eq_ignore_ascii_case("Connection");
    let lines = response.headers.iter();
    lines
        .filter(|(name, _)| is_connection(name))
        .map(|(_, value)| value.as_str())
        .collect()
}

fn con_010_http_1_0_is_closed_unless_it_asks<D: Door>(w: &World<D>) {
    for more in [
        "",
        "Connection: x\r\n",
        "Connection: close, keep-alive\r\n",
        "Connection: keep-alive\r\nConnection: close\r\n",
        "Keep-Alive: timeout=5\r\n",
        "Proxy-Connection: keep-alive\r\n",
    ] {
        let mut client = w.connect();
        client.send(http_1_0(w, "GET", more));
        let request = w.receive();
        assert_eq!(request.version, (1, 0));
        w.respond(request.id, &Reply::ok().chunk("bye"))
            .expect("an answer");
        let response = client.read_response();
        assert_eq!(response.status_line, "HTTP/1.1 200 OK");
        assert_eq!(connection_lines(&response), ["close"], "{more}");
        client.expect_eof();
    }
}

/// Each answer goes to a connection that serves another request afterwards.
fn con_011_http_1_0_is_kept_when_it_asks<D: Door>(w: &World<D>) {
    let parts = Reply::ok()
        .header("Content-Length", "6")
        .chunk("foo")
        .flags(MORE_DATA);
    let zero = Reply::ok().header("Content-Length", "0");
    for (verb, more, reply) in [
        ("GET", KEEP, Reply::ok().chunk("body")),
        ("GET", "connection: keep-alive\r\n", Reply::ok()),
        ("GET", "Connection: x, KEEP-ALIVE\r\n", Reply::ok()),
        ("GET", KEEP, zero.clone()),
        ("GET", KEEP, parts),
        ("GET", KEEP, Reply::new(304, "Not Modified")),
        ("GET", KEEP, Reply::new(204, "No Content")),
        ("GET", KEEP, Reply::new(404, "Not Found").chunk("gone")),
        ("HEAD", KEEP, Reply::ok()),
        ("HEAD", KEEP, zero),
        ("PATCH", KEEP, Reply::ok().chunk("body")),
    ] {
        let mut client = w.connect();
        client.send(http_1_0(w, verb, more));
        let first = w.receive();
        w.respond(first.id, &reply).expect("an answer");
        if reply.flags & MORE_DATA != 0 {
            w.send_body(first.id, &[b"bar"], 0).expect("the rest");
        }
        let response = client.read_response();
        let what = format!("{verb} {more} {reply:?}");
        assert_eq!(
            response.status_line,
            format!("HTTP/1.1 {} {}", reply.status, text(&reply))
        );
        assert_eq!(connection_lines(&response), ["keep-alive"], "{what}");
        client.send(http_1_0(w, "GET", ""));
        let second = w.receive();
        assert_eq!(second.connection_id, first.connection_id, "{what}");
        w.respond(second.id, &Reply::ok()).expect("an answer");
        assert_eq!(connection_lines(&client.read_response()), ["close"]);
        client.expect_eof();
    }
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.reason).into_owned()
}

fn con_011_con_013_http_1_0_is_closed_where_its_client_sees_no_other_end<D: Door>(w: &World<D>) {
    let chunked = Reply::ok()
        .header("Transfer-Encoding", "chunked")
        .chunk("3\r\nfoo\r\n0\r\n\r\n");
    for reply in [
        Reply::ok().chunk("foo").flags(DISCONNECT),
        Reply::ok().chunk("foo").flags(MORE_DATA),
        chunked.clone(),
        chunked.flags(MORE_DATA),
    ] {
        let mut client = w.connect();
        client.send(http_1_0(w, "GET", KEEP));
        let id = w.receive().id;
        w.respond(id, &reply).expect("an answer");
        if reply.flags & MORE_DATA != 0 {
            w.send_body(id, &[], 0).expect("the end");
        }
        let head = client.read_response_head();
        assert_eq!(connection_lines(&head), ["close"], "{reply:?}");
        assert_eq!(client.read_to_end(), reply.chunks.concat());
    }
}

fn con_011_a_keep_alive_field_of_the_program_changes_nothing<D: Door>(w: &World<D>) {
    for (more, line) in [("", "close"), (KEEP, "keep-alive")] {
        let mut client = w.connect();
        client.send(http_1_0(w, "GET", more));
        let request = w.receive();
        w.respond(request.id, &Reply::ok().header("Keep-Alive", "true"))
            .expect("an answer");
        let response = client.read_response();
        assert_eq!(response.header("Keep-Alive"), Some("true"));
        assert_eq!(connection_lines(&response), [line]);
    }
}

/// Read, half read, and not read.
fn con_011_http_1_0_is_kept_after_its_body<D: Door>(w: &World<D>) {
    let more = format!("{KEEP}Content-Length: 6\r\n");
    for read in [6, 3, 0] {
        let mut client = w.connect();
        client.send(http_1_0(w, "POST", &more) + "foobar");
        let first = w.receive();
        let mut body = vec![0; read];
        let mut got = 0;
        while got < read {
            got += w.read_body(first.id, &mut body[got..]).expect("a body");
        }
        assert_eq!(body, b"foobar"[..read]);
        w.respond(first.id, &Reply::ok()).expect("an answer");
        assert_eq!(connection_lines(&client.read_response()), ["keep-alive"]);
        client.send(http_1_0(w, "GET", ""));
        assert_eq!(w.receive().connection_id, first.connection_id);
    }
}

fn con_011_pipelined_http_1_0_requests_are_answered_in_order<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let keep = http_1_0(w, "GET", KEEP);
    client.send(
        [&keep, &keep, &w.get("/1.1"), &http_1_0(w, "GET", "")]
            .map(String::as_str)
            .concat(),
    );
    for (body, lines) in [
        ("1", &["keep-alive"][..]),
        ("2", &["keep-alive"]),
        ("3", &[]),
        ("4", &["close"]),
    ] {
        let id = w.receive().id;
        w.respond(id, &Reply::ok().chunk(body)).expect("an answer");
        let response = client.read_response();
        assert_eq!(response.body, body.as_bytes());
        assert_eq!(connection_lines(&response), lines);
    }
    client.expect_eof();
}

/// HTTP/1.1 and HTTP/1.0 with keep-alive: the lines that come, and that the connection goes on.
fn con_012_connection_in_the_unknown_list_is_written_and_closes_nothing<D: Door>(w: &World<D>) {
    for (value, kept) in [
        ("close", &["close"][..]),
        ("Close", &["Close"]),
        ("keep-alive", &["keep-alive"]),
        ("Upgrade", &["Upgrade", "keep-alive"]),
    ] {
        for (request, lines) in [(w.get("/"), &[value][..]), (http_1_0(w, "GET", KEEP), kept)] {
            let mut client = w.connect();
            client.send(&request);
            let first = w.receive();
            let reply = Reply::ok().unknown_header("Connection", value).chunk("hi");
            w.respond(first.id, &reply).expect("an answer");
            let response = client.read_response();
            assert_eq!(connection_lines(&response), lines, "{request}");
            assert_eq!(response.body, b"hi");
            client.send(w.get("/2"));
            let second = w.receive();
            assert_eq!(second.connection_id, first.connection_id, "{request}");
            w.respond(second.id, &Reply::ok()).expect("an answer");
            assert_eq!(client.read_response().status(), 200);
        }
    }
}

fn con_012_con_013_disconnect_alone_writes_close_once<D: Door>(w: &World<D>) {
    for (value, lines) in [
        (None, &["close"][..]),
        (Some("close"), &["close"]),
        (Some("CLOSE"), &["CLOSE"]),
        (Some("x"), &["x", "close"]),
    ] {
        let (mut client, request) = w.received_get("/");
        let mut reply = Reply::ok().chunk("bye").flags(DISCONNECT);
        if let Some(value) = value {
            reply = reply.unknown_header("Connection", value);
        }
        w.respond(request.id, &reply).expect("an answer");
        let response = client.read_response();
        assert_eq!(connection_lines(&response), lines);
        assert_eq!(response.body, b"bye");
        client.expect_eof();
    }
}

/// Only C can fill the slot: the Rust API puts Connection among the unknown fields.
#[test]
fn con_012_connection_in_its_slot_is_not_written_and_closes_nothing() {
    let w = World::<CAbi>::new();
    for value in ["close", "Close", "keep-alive", "Upgrade"] {
        for (request, lines) in [
            (w.get("/"), &[][..]),
            (http_1_0(&w, "GET", KEEP), &["keep-alive"]),
        ] {
            let mut client = w.connect();
            client.send(request);
            let first = w.receive();
            w.respond(first.id, &Reply::ok().header("Connection", value))
                .expect("an answer");
            assert_eq!(connection_lines(&client.read_response()), lines, "{value}");
            client.send(w.request("GET", "/2", "Connection: close\r\n"));
            let second = w.receive();
            assert_eq!(second.connection_id, first.connection_id);
            let reply = Reply::ok().header("Connection", value).flags(DISCONNECT);
            w.respond(second.id, &reply).expect("an answer");
            assert_eq!(connection_lines(&client.read_response()), ["close"]);
            client.expect_eof();
        }
    }
}

fn con_013_disconnect_closes_after_the_bytes<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let body = vec![b'x'; 300_000];
    w.respond(request.id, &Reply::ok().chunk(&body).flags(DISCONNECT))
        .expect("an answer");
    assert_eq!(client.read_response().body, body);
    client.expect_eof();
}

/// RFC 9112 section 9.6: a client that did not ask for the end may have sent more before it hears of it,
/// and a reset would cost it what it has not read.
fn con_013_g_006_a_request_behind_the_last_response_makes_no_reset<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok().chunk("bye").flags(DISCONNECT))
        .expect("an answer");
    // To a socket that is closed already the second of them cannot be sent.
    for _ in 0..10 {
        client.send(w.get("/next"));
    }
    let response = client.read_response();
    assert_eq!(response.header("Connection"), Some("close"));
    assert_eq!(response.body, b"bye");
    client.expect_eof();
    client.finish();
    let end = w.door.wait_for_disconnect(&w.queue, request.connection_id);
    assert!(matches!(end, Ok(()) | Err(1229)), "{end:?}");
}

/// HTTP_SEND_RESPONSE_FLAG_GOAWAY: a client of HTTP/1.1 sees the same response, and its connection goes on.
fn g_270_goaway_changes_nothing_on_http_1<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().chunk("x").flags(GO_AWAY);
    assert!(w.respond(request.id, &reply).is_ok());
    let response = client.read_response();
    assert_eq!(&response.body[..], b"x");
    assert_eq!(response.header("Connection"), None);
    client.send(w.get("/2"));
    let again = w.receive();
    assert_eq!(again.connection_id, request.connection_id);
    assert!(w.respond(again.id, &reply).is_ok());
    assert_eq!(&client.read_response().body[..], b"x");
}

fn con_014_a_wrong_content_length_does_not_disturb_the_server<D: Door>(w: &World<D>) {
    let (mut client, first) = w.received_get("/1");
    let reply = Reply::ok()
        .header("Content-Length", "6")
        .chunk("ping")
        .chunk("pong");
    w.respond(first.id, &reply).expect("an answer");
    assert_eq!(client.read_response().body, b"pingpo");
    assert_eq!(client.read_exactly(2), b"ng");
    client.send(w.get("/2"));
    let second = w.receive();
    assert_eq!(second.connection_id, first.connection_id);
    w.respond(second.id, &Reply::ok().chunk("2"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"2");
}

#[test]
fn con_017_a_port_listens_from_its_first_url_on_and_not_before() {
    let w = World::<CAbi>::without_url();
    let address = (Ipv4Addr::LOCALHOST, w.port());
    let refused = TcpStream::connect(address).expect_err("nobody listens");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    w.add("/", 0);
    let mut client = Client::connect(w.port());
    client.send(w.get("/"));
    w.receive();
}

fn requests_arriving_byte_by_byte_are_received<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    for byte in w.request("POST", "/a?b", "Content-Length: 3\r\n").bytes() {
        client.send([byte]);
    }
    let request = w.receive();
    assert_eq!(request.raw_url, b"/a?b");
    let mut body = Vec::new();
    for byte in b"xyz" {
        client.send([*byte]);
        let mut block = [0; 8];
        let got = w.read_body(request.id, &mut block).expect("a byte");
        body.extend_from_slice(&block[..got]);
    }
    assert_eq!(body, b"xyz");
    assert_eq!(w.read_body(request.id, &mut [0; 8]), Err(38));
}

fn many_pipelined_requests_are_answered_in_order<D: Door>(w: &World<D>) {
    const COUNT: usize = 300;
    let mut client = w.connect();
    let requests: String = (0..COUNT).map(|at| w.get(&format!("/{at}"))).collect();
    client.send(requests);
    for at in 0..COUNT {
        let request = w.receive();
        assert_eq!(request.abs_path, format!("/{at}"));
        w.respond(request.id, &Reply::ok().chunk(at.to_string()))
            .expect("an answer");
    }
    for at in 0..COUNT {
        assert_eq!(client.read_response().body, at.to_string().as_bytes());
    }
}

/// G-031: a dead id must not name what came after it.
fn ids_are_never_reused<D: Door>(w: &World<D>) {
    let mut ids = std::collections::HashSet::new();
    for _ in 0..50 {
        let mut client = w.connect();
        for _ in 0..4 {
            client.send(w.get("/"));
            let request = w.receive();
            assert!(ids.insert(request.id), "{:#x} again", request.id);
            w.respond(request.id, &Reply::ok()).expect("an answer");
            client.read_response();
        }
    }
}
