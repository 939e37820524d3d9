//! URL prefixes: syntax, registration, conflicts. Area PFX.

use std::net::Ipv4Addr;

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, Door, Reply, World};
use httpsys_tests::net::TcpListener;
use httpsys_tests::ports::{Port, has_ipv6};
use httpsys_tests::raw::{self, Handle};

both_doors![
    pfx_001_pfx_002_pfx_003_pfx_004_pfx_006_pfx_007_pfx_008_malformed_prefixes_fail_with_87,
    pfx_009_a_missing_final_slash_is_the_same_prefix,
    pfx_010_pfx_011_a_prefix_is_registered_once,
    pfx_012_a_sub_path_may_belong_to_another_queue,
    pfx_013_a_port_of_a_foreign_socket_fails_with_32,
    pfx_015_a_localhost_prefix_needs_no_right,
    pfx_018_wildcards_and_addresses_are_hosts,
    pfx_019_pfx_020_pfx_021_hosts_and_paths_that_are_none_fail_with_87,
    pfx_022_http_and_https_do_not_share_a_port,
    pfx_024_pfx_025_a_prefix_is_removed_once,
    pfx_026_all_prefixes_of_a_group_are_removed_at_once,
    pfx_027_a_removed_prefix_is_free_for_another_queue,
    pfx_028_four_ports_deliver_to_one_queue,
    pfx_030_closing_the_queue_or_group_releases_its_ports,
    pfx_031_the_leftmost_label_may_be_a_wildcard,
    pfx_032_the_unspecified_address_fails_with_50,
    pfx_033_an_address_that_the_machine_does_not_have_fails_with_1214,
    pfx_033_an_address_of_the_machine_is_a_host,
    pfx_035_an_https_prefix_is_not_answered_in_clear_text,
    removing_a_prefix_of_another_group_fails_with_2,
];

fn refused<D: Door>(w: &World<D>, url: &str) {
    assert_eq!(w.door.add_url(&w.group, url, 0), Err(87), "{url:?}");
}

/// PFX-001 to PFX-008, one list.
fn pfx_001_pfx_002_pfx_003_pfx_004_pfx_006_pfx_007_pfx_008_malformed_prefixes_fail_with_87<
    D: Door,
>(
    w: &World<D>,
) {
    let port = w.port();
    for url in [
        format!("http://localhost:{port}"),
        format!("localhost:{port}"),
        format!("localhost:{port}/"),
        "http://localhost/".to_owned(),
        "http://localhost:/".to_owned(),
        "http://localhost:00/".to_owned(),
        "http://localhost:0".to_owned(),
        "http://localhost:65536/".to_owned(),
        "http://localhost:-1/".to_owned(),
        "http://localhost:port/".to_owned(),
        "http://localhost:99999999999999999999/".to_owned(),
        format!("HTTP://localhost:{port}/"),
        format!("Http://localhost:{port}/"),
        format!("ftp://localhost:{port}/"),
        "http://localhost:080/".to_owned(),
        format!("http://localhost:0{port}/"),
        format!("http://localhost:{port}/barfoo?a=b"),
        format!("http://localhost:{port}/?"),
        format!("http:/localhost:{port}/"),
        format!("http://:{port}/"),
        String::new(),
        "http://".to_owned(),
        "/".to_owned(),
    ] {
        refused(w, &url);
    }
}

fn pfx_009_a_missing_final_slash_is_the_same_prefix<D: Door>(w: &World<D>) {
    w.add("/barfoo/", 1);
    let (group, queue) = w.another_group();
    for url in [w.url("/barfoo"), w.url("/barfoo/")] {
        assert_eq!(w.door.add_url(&group, &url, 0), Err(183), "{url}");
        assert_eq!(w.door.add_url(&w.group, &url, 0), Err(183), "{url}");
    }
    w.door.close_queue(&queue).expect("close");
}

fn pfx_010_pfx_011_a_prefix_is_registered_once<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    assert_eq!(w.door.add_url(&w.group, &w.url("/"), 0), Err(183));
    assert_eq!(w.door.add_url(&group, &w.url("/"), 0), Err(183));
    w.assert_serves();
    w.door.close_queue(&queue).expect("close");
}

fn pfx_012_a_sub_path_may_belong_to_another_queue<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    let url = w.url("/foobar/foo/");
    assert_eq!(w.door.add_url(&group, &url, 0), Ok(()));
    w.door.close_queue(&queue).expect("close");
}

/// Bound, not even listening.
fn pfx_013_a_port_of_a_foreign_socket_fails_with_32<D: Door>(w: &World<D>) {
    // The port stays ours when the socket goes.
    let port = Port::take();
    let url = format!("http://localhost:{}/", port.number());
    let foreign = TcpListener::bind((Ipv4Addr::LOCALHOST, port.number())).expect("a socket");
    assert_eq!(w.door.add_url(&w.group, &url, 0), Err(32));
    drop(foreign);
    assert_eq!(w.door.add_url(&w.group, &url, 0), Ok(()));
}

fn pfx_015_a_localhost_prefix_needs_no_right<D: Door>(w: &World<D>) {
    w.assert_serves();
}

fn pfx_018_wildcards_and_addresses_are_hosts<D: Door>(w: &World<D>) {
    let mut hosts = vec!["+", "*", "127.0.0.1", "localhost", "a.b-c.example"];
    if has_ipv6() {
        hosts.push("[::1]");
    } else {
        eprintln!("pfx_018: not run for [::1], this machine has no IPv6");
    }
    for (number, host) in (1..).zip(hosts) {
        // By its number: the system's DLL has no port 0.
        let port = Port::take();
        let url = format!("http://{host}:{}/", port.number());
        assert_eq!(w.door.add_url(&w.group, &url, number), Ok(()), "{url}");
        assert_eq!(w.door.remove_url(&w.group, &url), Ok(()), "{url}");
    }
}

fn pfx_019_pfx_020_pfx_021_hosts_and_paths_that_are_none_fail_with_87<D: Door>(w: &World<D>) {
    let port = w.port();
    let long = "h".repeat(256);
    for host in [
        "192.", "[]", "[::1%2]", ".", "a\\b", "\\", &long, "", "[::1", "::1", "a b", "a/b", "a@b",
        "..",
    ] {
        refused(w, &format!("http://{host}:{port}/"));
    }
    for path in ["/invalid%path/", "/%41/", "/sub//path/", "//", "/a//"] {
        refused(w, &w.url(path));
    }
}

fn pfx_022_http_and_https_do_not_share_a_port<D: Door>(w: &World<D>) {
    let url = format!("https://localhost:{}/other/", w.port());
    assert_eq!(w.door.add_url(&w.group, &url, 0), Err(183));
    w.assert_serves();
}

fn pfx_024_pfx_025_a_prefix_is_removed_once<D: Door>(w: &World<D>) {
    let url = w.url("/");
    assert_eq!(w.door.remove_url(&w.group, &w.url("/unknown/")), Err(2));
    assert_eq!(w.door.remove_url(&w.group, &url), Ok(()));
    assert_eq!(w.door.remove_url(&w.group, &url), Err(2));
    w.add("/", 1);
    w.assert_serves();
}

fn pfx_026_all_prefixes_of_a_group_are_removed_at_once<D: Door>(w: &World<D>) {
    let paths = ["/", "/a/", "/b/c/"];
    w.add("/a/", 1);
    w.add("/b/c/", 2);
    assert_eq!(w.door.remove_all_urls(&w.group), Ok(()));
    for path in paths {
        assert_eq!(w.door.remove_url(&w.group, &w.url(path)), Err(2), "{path}");
        w.add(path, 3);
    }
}

fn pfx_027_a_removed_prefix_is_free_for_another_queue<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    for _ in 0..3 {
        w.door.remove_url(&w.group, &w.url("/")).expect("removed");
        assert_eq!(w.door.add_url(&group, &w.url("/"), 0), Ok(()));
        let mut client = w.connect();
        client.send(w.get("/"));
        let request = w.door.receive(&queue).expect("a request");
        w.door
            .respond(&queue, request.id, &Reply::ok())
            .expect("an answer");
        client.read_response();
        w.door.remove_url(&group, &w.url("/")).expect("removed");
        w.add("/", 0);
        w.assert_serves();
    }
    w.door.close_queue(&queue).expect("close");
}

fn pfx_028_four_ports_deliver_to_one_queue<D: Door>(w: &World<D>) {
    // By port 0 one group has one port.
    let ports: Vec<_> = (0..4).map(|_| Port::take()).collect();
    for (number, port) in (1..).zip(&ports) {
        let url = format!("http://localhost:{}/", port.number());
        assert_eq!(w.door.add_url(&w.group, &url, number), Ok(()));
    }
    for (number, port) in (1..).zip(&ports) {
        let mut client = httpsys_tests::client::Client::connect(port.number());
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let request = w.receive();
        assert_eq!(request.url_context, number);
        assert_eq!(request.local.port(), port.number());
        w.respond(request.id, &Reply::ok()).expect("an answer");
    }
}

/// "Released" is seen by an ordinary socket that takes the port. The row does not say at which
/// moment; here it is when the close returns.
fn pfx_030_closing_the_queue_or_group_releases_its_ports<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    let url = w.url("/released/");
    w.door.add_url(&group, &url, 0).expect("a URL");
    w.door.close_group(group).expect("close");
    w.add("/released/", 1);
    w.door.close_queue(&queue).expect("close");
    w.assert_serves();
}

fn removing_a_prefix_of_another_group_fails_with_2<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    assert_eq!(w.door.remove_url(&group, &w.url("/")), Err(2));
    w.assert_serves();
    w.door.close_queue(&queue).expect("close");
}

fn pfx_031_the_leftmost_label_may_be_a_wildcard<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    let port = w.port();
    let url = format!("http://*.shop.example:{port}/");
    assert_eq!(w.door.add_url(&w.group, &url, 7), Ok(()));
    for same in [url.clone(), url.replace("shop.example", "SHOP.Example")] {
        assert_eq!(w.door.add_url(&w.group, &same, 0), Err(183), "{same}");
        assert_eq!(w.door.add_url(&group, &same, 0), Err(183), "{same}");
    }
    let of_queue = w.door.find_url_group(&w.queue, &url);
    assert_eq!(of_queue, Ok(w.door.group_id(&w.group)));
    for host in [
        "a.*.example",
        "*.*.example",
        "a*.example",
        "*a.example",
        "*.",
        "**",
    ] {
        refused(w, &format!("http://{host}:{port}/"));
    }
    let upper = url.replace("shop", "Shop");
    assert_eq!(w.door.remove_url(&w.group, &upper), Ok(()));
    assert_eq!(w.door.remove_url(&w.group, &url), Err(2));
    w.door.close_queue(&queue).expect("close");
}

fn pfx_032_the_unspecified_address_fails_with_50<D: Door>(w: &World<D>) {
    for host in ["0.0.0.0", "[::]", "[0::0]", "[::ffff:0.0.0.0]"] {
        for path in ["/", "/a/b/"] {
            let url = format!("http://{host}:{}{path}", w.port());
            assert_eq!(w.door.add_url(&w.group, &url, 0), Err(50), "{url}");
        }
    }
    w.assert_serves();
}

/// Addresses for documentation, of multicast and of broadcast.
const FOREIGN: [&str; 8] = [
    "203.0.113.7",
    "192.0.2.1",
    "1.2.3.4",
    "224.0.0.1",
    "255.255.255.255",
    "[2001:db8::7]",
    "[fe80::1:2:3]",
    "[ff02::1]",
];

fn pfx_033_an_address_that_the_machine_does_not_have_fails_with_1214<D: Door>(w: &World<D>) {
    // It never opens.
    let port = Port::take();
    for host in FOREIGN {
        for url in [
            format!("http://{host}:{}/", port.number()),
            format!("https://{host}:{}/", port.number()),
            format!("http://{host}:{}/a/", w.port()),
            format!("http://{host}:0/"),
        ] {
            assert_eq!(w.door.add_url(&w.group, &url, 0), Err(1214), "{url}");
        }
    }
    // Nothing is left of them.
    assert_eq!(w.door.url_port(&w.group, "http://203.0.113.7:0/"), Err(2));
    assert!(TcpListener::bind((Ipv4Addr::UNSPECIFIED, port.number())).is_ok());
    w.assert_serves();
}

fn pfx_033_an_address_of_the_machine_is_a_host<D: Door>(w: &World<D>) {
    let loopback = [
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.254",
        "[::ffff:127.0.0.1]",
    ];
    let mut hosts: Vec<String> = loopback.map(str::to_owned).into();
    match httpsys_tests::net::own_address() {
        Some(own) => hosts.push(own.to_string()),
        None => eprintln!("pfx_033: not run for a network, this machine has none"),
    }
    for host in &hosts {
        let url = format!("http://{host}:{}/own/", w.port());
        assert_eq!(w.door.add_url(&w.group, &url, 9), Ok(()), "{url}");
        assert_eq!(w.door.remove_url(&w.group, &url), Ok(()), "{url}");
    }
    if let Some(own) = httpsys_tests::net::own_address() {
        let url = format!("http://{own}:0/");
        assert_eq!(w.door.add_url(&w.group, &url, 9), Ok(()), "{url}");
        let port = w.door.url_port(&w.group, &url).expect("registered");
        let mut client = httpsys_tests::client::Client::connect_to(own, port);
        client.send("GET / HTTP/1.1\r\nHost: any.example\r\n\r\n");
        let request = w.receive();
        assert_eq!((request.url_context, request.local.ip()), (9, own));
        w.respond(request.id, &Reply::ok()).expect("an answer");
    }
}

fn pfx_035_an_https_prefix_is_not_answered_in_clear_text<D: Door>(w: &World<D>) {
    for host in [
        "localhost",
        "+",
        "*",
        "127.0.0.1",
        "a.example",
        "*.a.example",
    ] {
        let port = Port::take();
        let url = format!("https://{host}:{}/", port.number());
        assert_eq!(w.door.add_url(&w.group, &url, 0), Ok(()), "{url}");
        let clear = format!("http://{host}:{}/", port.number());
        assert_eq!(w.door.add_url(&w.group, &clear, 0), Err(183), "{clear}");
        let mut client = Client::connect(port.number());
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.expect_reset();
        assert_eq!(w.door.remove_url(&w.group, &url), Ok(()), "{url}");
        // It has no scheme any more.
        assert_eq!(w.door.add_url(&w.group, &clear, 0), Ok(()), "{clear}");
        assert_eq!(w.door.add_url(&w.group, &url, 0), Err(183), "{url}");
        assert_eq!(w.door.remove_url(&w.group, &clear), Ok(()));
    }
}

/// The functions of version 1 behave alike.
#[test]
fn pfx_001_pfx_010_pfx_025_http_add_url_and_http_remove_url() {
    let w = World::<CAbi>::without_url();
    let one = raw::create_http_handle().expect("a handle");
    let two = raw::create_http_handle().expect("a handle");
    let url = w.url("/");
    for bad in [
        w.url(""),
        format!("localhost:{}/", w.port()),
        "http://localhost/".into(),
        "http://localhost:/".into(),
        w.url("/barfoo?a=b"),
    ] {
        assert_eq!(raw::add_url(one, &bad), 87, "{bad}");
    }
    assert_eq!(raw::add_url(one, &url), 0);
    assert_eq!(raw::add_url(one, &url), 183);
    assert_eq!(raw::add_url(two, &url), 183);
    assert_eq!(raw::add_url(two, &w.url("/foobar/foo/")), 0);
    assert_eq!(raw::remove_url(one, &url), 0);
    assert_eq!(raw::remove_url(one, &url), 2);
    assert_eq!(raw::add_url(two, &url), 0);
    // PFX-030.
    assert!(raw::close_handle(two));
    assert_eq!(raw::add_url(one, &url), 0);
    assert!(raw::close_handle(one));
}

#[test]
fn pfx_031_pfx_032_pfx_033_pfx_035_http_add_url_refuses_alike() {
    let w = World::<CAbi>::without_url();
    let queue = raw::create_http_handle().expect("a handle");
    let add = |host: &str| raw::add_url(queue, &format!("http://{host}:{}/", w.port()));
    for host in ["0.0.0.0", "[::]"] {
        assert_eq!(add(host), 50, "{host}");
    }
    for host in FOREIGN {
        assert_eq!(add(host), 1214, "{host}");
    }
    assert_eq!(add("*.shop.example"), 0);
    assert_eq!(add("*.SHOP.example"), 183);
    assert_eq!(add("192."), 87);
    let url = format!("https://localhost:{}/", w.port());
    assert_eq!(raw::add_url(queue, &url), 183);
    let secure = Port::take();
    let url = format!("https://localhost:{}/", secure.number());
    assert_eq!(raw::add_url(queue, &url), 0);
    assert!(raw::close_handle(queue));
}

#[test]
fn pfx_016_pfx_017_pfx_023_bad_queue_handles() {
    let w = World::<CAbi>::without_url();
    let url = w.url("/");
    assert_eq!(raw::add_url(Handle::NULL, &url), 6);
    assert_eq!(raw::remove_url(Handle::NULL, &url), 87);
    let closed = raw::create_http_handle().expect("a handle");
    assert!(raw::close_handle(closed));
    assert_eq!(raw::add_url(closed, &url), 6);
    let code = raw::remove_url(closed, &url);
    assert!(matches!(code, 6 | 87), "{code}");
}

#[test]
fn pfx_026_remove_all_takes_no_url() {
    let w = World::<CAbi>::new();
    let url = w.url("/");
    assert_eq!(raw::remove_url_from_group(w.group, Some(&url), 1), 87);
    assert_eq!(raw::remove_url_from_group(w.group, Some(&url), 2), 87);
    w.assert_serves();
    assert_eq!(raw::remove_url_from_group(w.group, None, 1), 0);
    assert_eq!(raw::remove_url_from_group(0xDEAD, None, 1), 87);
    assert_eq!(w.respond(1, &Reply::ok()), Err(1229));
}
