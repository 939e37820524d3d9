//! HttpReceiveHttpRequest: what a received request says. Areas RCV, HST, HDR, PRS as far as the API
//! shows them.
//!
//! Owns: the fields through both doors. Does not own: buffer sizes (`receive_buffer`), OVERLAPPED
//! (`overlapped`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, CONTEXT, Door, Reply, World};
use httpsys_tests::ports::has_ipv6;
use httpsys_tests::thread;

both_doors![
    hst_006_cooked_url_with_a_query,
    hst_008_hst_009_cooked_url_without_a_query,
    hst_010_the_raw_url_is_what_was_sent,
    hst_011_the_url_context_is_that_of_the_prefix,
    hst_012_hst_013_addresses_are_those_of_the_socket,
    hst_004_a_host_without_port_is_accepted,
    hst_005_localhost_is_reached_over_both_loopback_addresses,
    prs_010_minor_versions_are_reported_as_sent,
    prs_014_prs_015_prs_016_unknown_verbs_keep_their_text,
    prs_017_prs_018_known_verbs_have_their_numbers,
    prs_019_options_star_is_delivered,
    prs_021_the_host_of_an_absolute_target_counts,
    prs_022_an_absolute_target_without_path_has_the_path_slash,
    hdr_005_a_known_header_with_an_empty_value_is_there,
    hdr_004_an_absent_known_header_is_not_there,
    hdr_014_connection_keep_alive_is_visible,
    hdr_015_bytes_received_counts_the_whole_head,
    hdr_007_hdr_009_repeated_known_headers_are_joined,
    rcv_017_a_body_is_announced,
    rcv_018_no_body_is_announced_without_one,
    rcv_024_a_receive_blocks_until_a_request_comes,
    bdy_001_post_with_content_length_0_has_no_body,
    bdy_017_a_request_is_delivered_before_its_body,
    pfx_029_a_receive_before_any_url_completes_later,
];

/// The port is five digits long, as in the row.
fn hst_006_cooked_url_with_a_query<D: Door>(w: &World<D>) {
    let (_client, request) = w.received_get("/foobar?a=b");
    let port = w.port();
    assert_eq!(
        request.full_url,
        format!("http://localhost:{port}/foobar?a=b")
    );
    assert_eq!(request.full_url.len() * 2, 66);
    assert_eq!(request.host, format!("localhost:{port}"));
    assert_eq!(request.abs_path, "/foobar");
    assert_eq!(request.query.as_deref(), Some("?a=b"));
}

fn hst_008_hst_009_cooked_url_without_a_query<D: Door>(w: &World<D>) {
    let (_client, request) = w.received_get("/foobar");
    assert_eq!(request.full_url, w.url("/foobar"));
    assert_eq!(request.full_url.len() * 2, 58);
    assert_eq!(request.host.len() * 2, 30);
    assert_eq!(request.abs_path.len() * 2, 14);
    assert_eq!(request.query, None);
}

fn hst_010_the_raw_url_is_what_was_sent<D: Door>(w: &World<D>) {
    for target in ["/", "/a%20b/../%7e?q=%zz&%20", "/a/%2e%2E//x\\y", "/?"] {
        let mut client = w.connect();
        client.send(w.get(target));
        let request = w.receive();
        assert_eq!(String::from_utf8_lossy(&request.raw_url), target);
        w.respond(request.id, &Reply::ok()).expect("an answer");
    }
}

fn hst_011_the_url_context_is_that_of_the_prefix<D: Door>(w: &World<D>) {
    w.add("/deep/", u64::MAX);
    w.add("/zero/", 0);
    for (path, context) in [("/", CONTEXT), ("/deep/x", u64::MAX), ("/zero/x", 0)] {
        let (_client, request) = w.received_get(path);
        assert_eq!(request.url_context, context, "{path}");
    }
}

fn hst_012_hst_013_addresses_are_those_of_the_socket<D: Door>(w: &World<D>) {
    let (client, request) = w.received_get("/");
    assert_eq!(request.remote, client.address());
    assert_eq!(request.local, (Ipv4Addr::LOCALHOST, w.port()).into());
}

fn hst_004_a_host_without_port_is_accepted<D: Door>(w: &World<D>) {
    for host in ["localhost", "localhost:1", "LOCALHOST", "LocalHost:80"] {
        let mut client = w.connect();
        client.send(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        let request = w.receive();
        w.respond(request.id, &Reply::ok()).expect("an answer");
        assert_eq!(client.read_response().status(), 200, "{host}");
    }
}

fn hst_005_localhost_is_reached_over_both_loopback_addresses<D: Door>(w: &World<D>) {
    let mut addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    if has_ipv6() {
        addresses.push(IpAddr::V6(Ipv6Addr::LOCALHOST));
    } else {
        eprintln!("hst_005: not run over ::1, this machine has no IPv6");
    }
    for address in addresses {
        let mut client = Client::connect_to(address, w.port());
        client.send(w.get("/"));
        let request = w.receive();
        assert_eq!(request.local.ip(), address);
        assert_eq!(request.remote, client.address());
    }
}

fn prs_010_minor_versions_are_reported_as_sent<D: Door>(w: &World<D>) {
    for minor in 0..=9 {
        let mut client = w.connect();
        let port = w.port();
        client.send(format!(
            "GET / HTTP/1.{minor}\r\nHost: localhost:{port}\r\n\r\n"
        ));
        assert_eq!(w.receive().version, (1, minor));
    }
}

fn prs_014_prs_015_prs_016_unknown_verbs_keep_their_text<D: Door>(w: &World<D>) {
    for verb in ["xyzzy", "PATCH", "NOSUCH", "CUstomMETHOD", "get", "Post"] {
        let mut client = w.connect();
        client.send(w.request(verb, "/", ""));
        let request = w.receive();
        assert_eq!(request.verb, 1, "{verb}");
        assert_eq!(request.unknown_verb.as_deref(), Some(verb.as_bytes()));
    }
}

/// CONNECT (10) is refused and has its own row.
fn prs_017_prs_018_known_verbs_have_their_numbers<D: Door>(w: &World<D>) {
    let verbs = [
        ("OPTIONS", 3),
        ("GET", 4),
        ("HEAD", 5),
        ("POST", 6),
        ("PUT", 7),
        ("DELETE", 8),
        ("TRACE", 9),
        ("TRACK", 11),
        ("MOVE", 12),
        ("COPY", 13),
        ("PROPFIND", 14),
        ("PROPPATCH", 15),
        ("MKCOL", 16),
        ("LOCK", 17),
        ("UNLOCK", 18),
        ("SEARCH", 19),
    ];
    for (verb, number) in verbs {
        let mut client = w.connect();
        client.send(w.request(verb, "/", "Content-Length: 0\r\n"));
        let request = w.receive();
        assert_eq!(
            (request.verb, request.unknown_verb),
            (number, None),
            "{verb}"
        );
    }
}

fn prs_019_options_star_is_delivered<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("OPTIONS", "*", ""));
    let request = w.receive();
    assert_eq!(request.verb, 3);
    assert_eq!(request.raw_url, b"*");
    assert_eq!(request.url_context, CONTEXT);
}

fn prs_021_the_host_of_an_absolute_target_counts<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let target = w.url("/");
    client.send(format!("GET {target} HTTP/1.1\r\nHost: ignored\r\n\r\n"));
    let request = w.receive();
    assert_eq!(request.raw_url, target.as_bytes());
    assert_eq!(request.raw_url.len(), 23);
    assert_eq!(request.full_url, target);
    assert_eq!(request.full_url.len() * 2, 46);
    assert_eq!(request.abs_path, "/");
    assert_eq!(request.query, None);
    assert_eq!(request.known[28].as_deref(), Some(&b"ignored"[..]));
}

fn prs_022_an_absolute_target_without_path_has_the_path_slash<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let target = w.url("");
    client.send(w.get(&target));
    let request = w.receive();
    assert_eq!(request.raw_url, target.as_bytes());
    assert_eq!(request.abs_path, "/");
}

/// HTTP_HEADER_ID: Accept 20.
fn hdr_005_a_known_header_with_an_empty_value_is_there<D: Door>(w: &World<D>) {
    for line in ["Accept:\r\n", "Accept: \r\n", "Accept: \t \r\n"] {
        let mut client = w.connect();
        client.send(w.request("GET", "/", line));
        assert_eq!(w.receive().known[20].as_deref(), Some(&b""[..]), "{line:?}");
    }
}

fn hdr_004_an_absent_known_header_is_not_there<D: Door>(w: &World<D>) {
    let (_client, request) = w.received_get("/");
    for (id, value) in request.known.iter().enumerate() {
        assert_eq!(value.is_some(), id == 28, "header {id}");
    }
}

fn hdr_014_connection_keep_alive_is_visible<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("GET", "/", "Connection: keep-alive\r\n"));
    assert_eq!(w.receive().known[1].as_deref(), Some(&b"keep-alive"[..]));
}

fn hdr_015_bytes_received_counts_the_whole_head<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let head = w.request("GET", "/x?y", "A: b\r\nC:   d  \r\n");
    client.send(&head);
    assert_eq!(w.receive().bytes_received, head.len() as u64);
}

/// Accept 20, Cookie 25.
fn hdr_007_hdr_009_repeated_known_headers_are_joined<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let lines = "Accept: a\r\nCookie: x=1\r\naccept: b\r\nX-Y: z\r\nACCEPT:c\r\nCookie: y=2\r\n";
    client.send(w.request("GET", "/", lines));
    let request = w.receive();
    assert_eq!(request.known[20].as_deref(), Some(&b"a, b, c"[..]));
    assert_eq!(request.known[25].as_deref(), Some(&b"x=1, y=2"[..]));
}

fn rcv_017_a_body_is_announced<D: Door>(w: &World<D>) {
    for more in ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut client = w.connect();
        client.send(w.request("POST", "/", more));
        let request = w.receive();
        assert_eq!((request.flags, request.body), (1, Vec::new()), "{more}");
    }
}

fn rcv_018_no_body_is_announced_without_one<D: Door>(w: &World<D>) {
    let (_client, request) = w.received_get("/");
    assert_eq!(request.flags, 0);
}

fn rcv_024_a_receive_blocks_until_a_request_comes<D: Door>(w: &World<D>) {
    thread::scope(|scope| {
        let receiver = scope.spawn(|| w.receive());
        let mut client = w.connect();
        client.send(w.get("/late"));
        assert_eq!(receiver.join().expect("the receiver").abs_path, "/late");
    });
}

fn bdy_001_post_with_content_length_0_has_no_body<D: Door>(w: &World<D>) {
    for verb in ["POST", "PUT"] {
        let mut client = w.connect();
        client.send(w.request(verb, "/", "Content-Length: 0\r\n"));
        let request = w.receive();
        assert!(!request.has_body(), "{verb}");
        assert_eq!(w.read_body(request.id, &mut [0; 8]), Err(38));
    }
}

fn bdy_017_a_request_is_delivered_before_its_body<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 5\r\n"));
    let request = w.receive();
    assert!(request.has_body());
    client.send("hello");
    let mut body = Vec::new();
    let mut block = [0; 8];
    while let Ok(got) = w.read_body(request.id, &mut block) {
        body.extend_from_slice(&block[..got]);
    }
    assert_eq!(body, b"hello");
}

fn pfx_029_a_receive_before_any_url_completes_later<D: Door>(w: &World<D>) {
    w.door.remove_all_urls(&w.group).expect("no URLs");
    thread::scope(|scope| {
        let receiver = scope.spawn(|| w.receive());
        w.add("/", 1);
        let mut client = w.connect();
        client.send(w.get("/later"));
        assert_eq!(receiver.join().expect("the receiver").abs_path, "/later");
    });
}

/// HDR-001 to HDR-003, HDR-006 to HDR-010: the list of unknown headers, in the layout of C.
#[test]
fn hdr_001_hdr_002_unknown_headers_keep_their_case_and_lose_outer_blanks() {
    let w = World::<CAbi>::new();
    let mut client = w.connect();
    client.send(w.request("GET", "/", "Qux: foo baz \r\nx-LOWER:\t tabbed\t \r\n"));
    let expected = [
        ("Qux".to_owned(), b"foo baz".to_vec()),
        ("x-LOWER".to_owned(), b"tabbed".to_vec()),
    ];
    assert_eq!(w.receive().unknown, expected);
}

#[test]
fn hdr_003_without_unknown_headers_the_list_is_null() {
    let w = World::<CAbi>::new();
    let (_client, request) = w.received_get("/");
    // `received` asserts that an empty list is NULL.
    assert_eq!(request.unknown, []);
}

#[test]
fn hdr_006_an_unknown_header_with_an_empty_value_is_there() {
    let w = World::<CAbi>::new();
    let mut client = w.connect();
    client.send(w.request("GET", "/", "Custom-Header:\r\n"));
    assert_eq!(
        w.receive().unknown,
        [("Custom-Header".to_owned(), Vec::new())]
    );
}

#[test]
fn hdr_007_hdr_008_hdr_009_repeated_unknown_headers_are_one_entry() {
    let w = World::<CAbi>::new();
    let mut client = w.connect();
    let lines =
        "CUSTOMHEADER: 1\r\nAccept: x\r\nCUSTOMheaDER: 2\r\nOther: o\r\ncustomHEADER: 3\r\n";
    client.send(w.request("GET", "/", lines));
    let unknown = w.receive().unknown;
    let custom: Vec<_> = unknown
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("customheader"))
        .collect();
    assert_eq!(custom.len(), 1, "{unknown:?}");
    assert_eq!(custom[0].1, b"1, 2, 3");
    assert_eq!(unknown.len(), 2);
}

#[test]
fn hdr_010_bytes_above_0x7f_pass_through() {
    let w = World::<CAbi>::new();
    let mut client = w.connect();
    let mut head = w.get("/").into_bytes();
    head.truncate(head.len() - 2);
    head.extend_from_slice(b"User-Agent: \xC3\xA9\xFF\r\nX-Y: \x80\xE1\r\n\r\n");
    client.send(&head);
    let request = w.receive();
    assert_eq!(request.known[40].as_deref(), Some(&b"\xC3\xA9\xFF"[..]));
    assert_eq!(request.unknown, [("X-Y".to_owned(), b"\x80\xE1".to_vec())]);
}

#[test]
fn hdr_012_a_thousand_unknown_headers_are_accepted() {
    let w = World::<CAbi>::new();
    let mut client = w.connect();
    let lines: String = (0..1200).map(|at| format!("h{at}: v\r\n")).collect();
    client.send(w.request("GET", "/", &lines));
    let unknown = w.receive().unknown;
    assert_eq!(unknown.len(), 1200);
    assert_eq!(unknown[1199], ("h1199".to_owned(), b"v".to_vec()));
}

/// All 41 request slots, by name.
#[test]
fn hdr_013_every_known_request_header_has_its_slot() {
    const NAMES: [&str; 41] = [
        "Cache-Control",
        "Connection",
        "Date",
        "Keep-Alive",
        "Pragma",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Via",
        "Warning",
        "Allow",
        "Content-Length",
        "Content-Type",
        "Content-Encoding",
        "Content-Language",
        "Content-Location",
        "Content-MD5",
        "Content-Range",
        "Expires",
        "Last-Modified",
        "Accept",
        "Accept-Charset",
        "Accept-Encoding",
        "Accept-Language",
        "Authorization",
        "Cookie",
        "Expect",
        "From",
        "Host",
        "If-Match",
        "If-Modified-Since",
        "If-None-Match",
        "If-Range",
        "If-Unmodified-Since",
        "Max-Forwards",
        "Proxy-Authorization",
        "Referer",
        "Range",
        "TE",
        "Translate",
        "User-Agent",
    ];
    let w = World::<CAbi>::new();
    for (id, name) in NAMES.iter().enumerate() {
        let value = match *name {
            "Host" => continue,
            "Transfer-Encoding" => "chunked".to_owned(),
            "Content-Length" => "7".to_owned(),
            _ => format!("v{id}"),
        };
        let mut client = w.connect();
        client.send(w.request("GET", "/", &format!("{name}: {value}\r\n")));
        let request = w.receive();
        assert_eq!(
            request.known[id].as_deref(),
            Some(value.as_bytes()),
            "{name}"
        );
        assert_eq!(request.unknown, [], "{name}");
    }
}
