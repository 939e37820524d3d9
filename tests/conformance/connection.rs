//! Connections: ids, keep-alive, pipelining. Area CON.
//!
//! Owns: what the API and the connection's end show. Does not own: response bytes (test `wire`).

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpStream};

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, DISCONNECT, Door, Reply, World};
use httpsys_tests::overlapped::{Overlapped, leaked_buffer};

both_doors![
    con_001_a_silent_connection_delivers_nothing,
    con_002_con_003_ids_are_not_zero_and_differ_between_connections,
    con_004_requests_of_a_connection_share_its_id_and_have_their_own,
    con_005_a_pipelined_request_waits_for_the_answer_before_it,
    con_007_a_request_waits_for_a_receive,
    con_008_a_connection_stays_open,
    con_009_connection_close_of_the_client_is_answered_and_obeyed,
    con_010_con_011_http_1_0_is_closed_even_with_keep_alive,
    con_011_a_keep_alive_header_of_the_program_changes_nothing,
    con_012_connection_close_of_the_program_is_seen_once_and_obeyed,
    con_013_disconnect_closes_after_the_bytes,
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
    std::thread::scope(|scope| {
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

fn con_010_con_011_http_1_0_is_closed_even_with_keep_alive<D: Door>(w: &World<D>) {
    for more in ["", "Connection: Keep-Alive\r\n"] {
        let mut client = w.connect();
        let port = w.port();
        client.send(format!(
            "GET / HTTP/1.0\r\nHost: localhost:{port}\r\n{more}\r\n"
        ));
        let request = w.receive();
        assert_eq!(request.version, (1, 0));
        w.respond(request.id, &Reply::ok().chunk("bye"))
            .expect("an answer");
        let response = client.read_response();
        assert_eq!(response.status_line, "HTTP/1.1 200 OK");
        assert_eq!(response.header("Connection"), Some("close"));
        client.expect_eof();
    }
}

fn con_011_a_keep_alive_header_of_the_program_changes_nothing<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let port = w.port();
    client.send(format!(
        "GET / HTTP/1.0\r\nHost: localhost:{port}\r\nConnection: Keep-Alive\r\n\r\n"
    ));
    let request = w.receive();
    w.respond(request.id, &Reply::ok().header("Keep-Alive", "true"))
        .expect("an answer");
    let response = client.read_response();
    assert_eq!(response.header("Keep-Alive"), Some("true"));
    assert_eq!(response.header("Connection"), Some("close"));
    client.expect_eof();
}

fn con_012_connection_close_of_the_program_is_seen_once_and_obeyed<D: Door>(w: &World<D>) {
    for value in ["close", "Close"] {
        let (mut client, request) = w.received_get("/");
        let reply = Reply::ok().header("Connection", value).chunk("bye");
        w.respond(request.id, &reply).expect("an answer");
        let response = client.read_response();
        let lines: Vec<_> = response
            .headers
            .iter()
            .filter(|(name, _)| name == "Connection")
            .collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].1.eq_ignore_ascii_case("close"));
        client.expect_eof();
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
