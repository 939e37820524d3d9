//! Which queue a request goes to: area RTE, and PTH where it changes the way.

use std::net::{IpAddr, Ipv4Addr};

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CONTEXT, Door, Reply, World};

both_doors![
    rte_001_the_order_of_the_buckets,
    rte_002_rte_008_the_longest_path_wins,
    rte_003_prefixes_of_different_buckets_do_not_conflict,
    rte_004_rte_005_the_final_slash_is_not_needed_in_the_request,
    rte_006_a_shorter_path_goes_to_the_shorter_prefix,
    rte_007_only_whole_segments_match,
    rte_009_rte_010_changes_count_from_the_next_request_on,
    rte_011_a_path_that_matches_nothing_is_404,
    rte_013_the_longest_prefix_decides_before_its_binding,
    rte_015_pth_026_hosts_and_paths_match_in_any_case,
    rte_016_an_ip_prefix_takes_any_host_on_its_address,
    rte_017_a_wildcard_label_takes_the_hosts_below_its_name,
    rte_017_a_wildcard_label_comes_after_exact_hosts_and_before_the_weak_wildcards,
    pth_030_prefixes_are_matched_unescaped,
    pth_018_pth_019_escaped_slashes_take_part_in_matching,
    pth_024_normalisation_may_lead_out_of_a_prefix,
    requests_on_one_connection_go_where_their_path_says,
];

/// The context of the prefix that a request goes to.
fn context_of<D: Door>(w: &World<D>, host: &str, path: &str) -> u64 {
    let mut client = w.connect();
    client.send(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let request = w.receive();
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
    request.url_context
}

fn at<D: Door>(w: &World<D>, path: &str) -> u64 {
    context_of(w, "localhost", path)
}

fn status_of<D: Door>(w: &World<D>, host: &str, path: &str) -> u16 {
    let mut client = w.connect();
    client.send(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let status = client.read_response().status();
    client.expect_eof();
    status
}

fn add<D: Door>(w: &World<D>, host: &str, path: &str, context: u64) {
    let url = format!("http://{host}:{}{path}", w.port());
    assert_eq!(w.door.add_url(&w.group, &url, context), Ok(()), "{url}");
}

fn rte_017_a_wildcard_label_takes_the_hosts_below_its_name<D: Door>(w: &World<D>) {
    w.door.remove_all_urls(&w.group).expect("removed");
    add(w, "*.shop.example", "/", 1);
    add(w, "*.shop.example", "/longer/", 2);
    for host in [
        "a.shop.example",
        "A.SHOP.Example",
        "b.a.shop.example",
        "x.shop.example:99",
    ] {
        assert_eq!(context_of(w, host, "/"), 1, "{host}");
        assert_eq!(context_of(w, host, "/longer/x"), 2, "{host}");
    }
    for host in [
        "shop.example",
        "ashop.example",
        "example",
        "localhost",
        "127.0.0.1",
    ] {
        assert_eq!(status_of(w, host, "/"), 400, "{host}");
    }
    add(w, "*.b\u{fc}cher.example", "/only/", 3);
    let host = "www.xn--bcher-kva.example";
    assert_eq!(context_of(w, host, "/only/"), 3);
    assert_eq!(status_of(w, host, "/"), 404);
}

fn rte_017_a_wildcard_label_comes_after_exact_hosts_and_before_the_weak_wildcards<D: Door>(
    w: &World<D>,
) {
    w.door.remove_all_urls(&w.group).expect("removed");
    let asked = [
        "+",
        "a.shop.example",
        "*.shop.example",
        "*.example",
        "127.0.0.1",
        "*",
    ];
    for (context, host) in (1..).zip(asked) {
        add(w, host, "/", context);
    }
    for (context, host) in (1..).zip(asked) {
        assert_eq!(context_of(w, "a.shop.example", "/x"), context);
        let url = format!("http://{host}:{}/", w.port());
        assert_eq!(w.door.remove_url(&w.group, &url), Ok(()));
    }
}

/// The first bucket with a match ends the search, even if a later one has a longer path.
fn rte_001_the_order_of_the_buckets<D: Door>(w: &World<D>) {
    w.door.remove_all_urls(&w.group).expect("removed");
    add(w, "+", "/strong/", 1);
    add(w, "localhost", "/", 2);
    add(w, "localhost", "/strong/longer/", 3);
    add(w, "127.0.0.1", "/", 4);
    add(w, "127.0.0.1", "/ip/", 5);
    add(w, "*", "/", 6);
    add(w, "*", "/weak/", 7);
    assert_eq!(at(w, "/strong/longer/x"), 1, "strong before explicit");
    assert_eq!(at(w, "/ip/x"), 2, "explicit before IP-bound");
    assert_eq!(at(w, "/weak/x"), 2, "explicit before weak");
    assert_eq!(context_of(w, "elsewhere", "/weak/x"), 4, "IP before weak");
    assert_eq!(context_of(w, "elsewhere", "/strong/x"), 1, "strong first");
    add(w, "+", "/", 8);
    assert_eq!(at(w, "/ip/x"), 8);
}

fn rte_002_rte_008_the_longest_path_wins<D: Door>(w: &World<D>) {
    w.add("/path1/", 1);
    w.add("/path1/path2/", 2);
    w.add("/path1/path2/path3/path4/", 4);
    for (path, context) in [
        ("/", CONTEXT),
        ("/path1", 1),
        ("/path1/x", 1),
        ("/path1/path2", 2),
        ("/path1/path2/", 2),
        ("/path1/path2/path3", 2),
        ("/path1/path2/path3/path4/5/6", 4),
    ] {
        assert_eq!(at(w, path), context, "{path}");
    }
}

fn rte_003_prefixes_of_different_buckets_do_not_conflict<D: Door>(w: &World<D>) {
    for host in ["+", "*", "127.0.0.1", "elsewhere"] {
        add(w, host, "/", 1);
    }
}

fn rte_004_rte_005_the_final_slash_is_not_needed_in_the_request<D: Door>(w: &World<D>) {
    w.add("/foobar/foo/", 1);
    for path in [
        "/foobar/foo",
        "/foobar/foo/",
        "/foobar/foo?a=b",
        "/foobar/foo/x?a",
    ] {
        assert_eq!(at(w, path), 1, "{path}");
    }
}

fn rte_006_a_shorter_path_goes_to_the_shorter_prefix<D: Door>(w: &World<D>) {
    w.add("/foobar/foo/", 1);
    for path in ["/foobar", "/foobar/", "/foobar/fo", "/foobar?/foo"] {
        assert_eq!(at(w, path), CONTEXT, "{path}");
    }
}

fn rte_007_only_whole_segments_match<D: Door>(w: &World<D>) {
    w.add("/11/", 11);
    for (path, context) in [
        ("/11", 11),
        ("/11/x", 11),
        ("/111", CONTEXT),
        ("/1", CONTEXT),
        ("/11x/y", CONTEXT),
    ] {
        assert_eq!(at(w, path), context, "{path}");
    }
}

fn rte_009_rte_010_changes_count_from_the_next_request_on<D: Door>(w: &World<D>) {
    let url = w.url("/long/");
    let mut client = w.connect();
    let mut ask = || {
        client.send(w.get("/long/x"));
        let request = w.receive();
        w.respond(request.id, &Reply::ok()).expect("an answer");
        client.read_response();
        request.url_context
    };
    for _ in 0..3 {
        assert_eq!(ask(), CONTEXT);
        w.door.add_url(&w.group, &url, 1).expect("added");
        assert_eq!(ask(), 1);
        w.door.remove_url(&w.group, &url).expect("removed");
    }
    assert_eq!(ask(), CONTEXT);
}

///
fn rte_011_a_path_that_matches_nothing_is_404<D: Door>(w: &World<D>) {
    w.add("/only/", 1);
    w.door.remove_url(&w.group, &w.url("/")).expect("removed");
    assert_eq!(status_of(w, "localhost", "/"), 404);
    assert_eq!(status_of(w, "localhost", "/onl"), 404);
    assert_eq!(status_of(w, "elsewhere", "/only/"), 400);
    assert_eq!(at(w, "/only/"), 1);
}

/// G-085.
fn rte_013_the_longest_prefix_decides_before_its_binding<D: Door>(w: &World<D>) {
    let group = w.door.create_group(&w.session).expect("a group");
    w.door
        .add_url(&group, &w.url("/unbound/"), 1)
        .expect("a URL");
    let mut client = w.connect();
    client.send(w.get("/unbound/x"));
    let answer = String::from_utf8(client.read_until_gone()).expect("text");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer:?}");
    assert_eq!(at(w, "/other"), CONTEXT);
}

fn rte_015_pth_026_hosts_and_paths_match_in_any_case<D: Door>(w: &World<D>) {
    w.add("/MiXed/", 1);
    let url = format!("http://LOCALHOST:{}/mixed/", w.port());
    assert_eq!(w.door.add_url(&w.group, &url, 2), Err(183));
    for path in ["/mixed/x", "/MIXED/x", "/MiXed/x", "/mIXED"] {
        assert_eq!(at(w, path), 1, "{path}");
        assert_eq!(context_of(w, "LocalHost", path), 1, "{path}");
    }
    let (_client, request) = w.received_get("/mIxEd/CaSe");
    assert_eq!(request.abs_path, "/mIxEd/CaSe");
}

fn rte_016_an_ip_prefix_takes_any_host_on_its_address<D: Door>(w: &World<D>) {
    w.door.remove_all_urls(&w.group).expect("removed");
    add(w, "127.0.0.1", "/", 4);
    for host in ["anything", "127.0.0.1", "localhost", "10.1.2.3:99"] {
        assert_eq!(context_of(w, host, "/x"), 4, "{host}");
    }
    // Another loopback address is not that address; systems without it do not run this part.
    add(w, "*", "/", 6);
    if cfg!(target_os = "linux") {
        let mut client = Client::connect_to(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), w.port());
        client.send("GET / HTTP/1.1\r\nHost: anything\r\n\r\n");
        assert_eq!(w.receive().url_context, 6);
    }
}

fn pth_030_prefixes_are_matched_unescaped<D: Door>(w: &World<D>) {
    w.add("/path1 /path2 /", 1);
    let (_client, request) = w.received_get("/path1%20/path2%20/path3%20");
    assert_eq!(request.url_context, 1);
    assert_eq!(request.abs_path, "/path1 /path2 /path3 ");
    w.add("/gr\u{fc}\u{df}e/\u{65e5}\u{672c}/", 2);
    assert_eq!(at(w, "/gr%C3%BC%C3%9Fe/%E6%97%A5%E6%9C%AC/x"), 2);
}

fn pth_018_pth_019_escaped_slashes_take_part_in_matching<D: Door>(w: &World<D>) {
    w.add("/a/b/", 1);
    for path in ["/a%2Fb/c", "/a%5Cb", "/a\\b", "/a%2fb%2f"] {
        assert_eq!(at(w, path), 1, "{path}");
    }
}

fn pth_024_normalisation_may_lead_out_of_a_prefix<D: Door>(w: &World<D>) {
    w.add("/in/", 1);
    w.door.remove_url(&w.group, &w.url("/")).expect("removed");
    assert_eq!(status_of(w, "localhost", "/in/../"), 404);
    assert_eq!(status_of(w, "localhost", "/in/../out"), 404);
    assert_eq!(at(w, "/in/x/.."), 1);
    assert_eq!(at(w, "/out/../in/"), 1);
}

fn requests_on_one_connection_go_where_their_path_says<D: Door>(w: &World<D>) {
    let (group, other) = w.another_group();
    w.door.add_url(&group, &w.url("/other/"), 1).expect("a URL");
    let mut client = w.connect();
    for _ in 0..3 {
        client.send(w.get("/x"));
        let request = w.receive();
        w.respond(request.id, &Reply::ok().chunk("1"))
            .expect("an answer");
        assert_eq!(client.read_response().body, b"1");
        client.send(w.get("/other/x"));
        let request = w.door.receive(&other).expect("a request");
        w.door
            .respond(&other, request.id, &Reply::ok().chunk("2"))
            .expect("an answer");
        assert_eq!(client.read_response().body, b"2");
    }
    w.door.close_queue(&other).expect("close");
}
