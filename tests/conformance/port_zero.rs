//! Registrations with port 0: a free port that the service takes (G-129, ours).
//!
//! Owns: what port 0 stands for, for how long, and who is told. Does not own: the refusal that
//! HTTP.sys has instead (PFX-005, a choice: the test `wire`).

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, Door, Reply, World};
use httpsys_tests::net::TcpListener;
use httpsys_tests::ports::has_ipv6;
use httpsys_tests::raw::{self, Handle};
use httpsys_tests::thread;

const ZERO: &str = "http://localhost:0/";

both_doors![
    g_129_port_0_takes_a_free_port_that_answers_on_both_loopback_addresses,
    g_129_port_0_is_one_port_in_a_group_and_another_in_the_next,
    g_129_a_removal_takes_the_url_as_given_or_with_its_port,
    g_129_a_port_goes_back_with_the_last_url_on_it,
    g_129_every_form_of_host_has_port_0,
    g_129_a_refused_registration_keeps_no_port,
    g_129_many_groups_at_once_get_a_port_each,
    g_129_port_0_is_for_registrations_only,
];

/// Sends `GET path` to a port and shows that the world's queue gets it.
fn assert_reaches<D: Door>(w: &World<D>, mut client: Client, port: u16, path: &str, context: u64) {
    client.send(format!(
        "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
    ));
    let request = w.receive();
    assert_eq!(request.url_context, context);
    assert_eq!(request.local.port(), port);
    assert_eq!(request.full_url, format!("http://localhost:{port}{path}"));
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
}

fn g_129_port_0_takes_a_free_port_that_answers_on_both_loopback_addresses<D: Door>(w: &World<D>) {
    assert_eq!(w.door.add_url(&w.group, ZERO, 7), Ok(()));
    let port = w.door.url_port(&w.group, ZERO).expect("registered");
    assert_ne!(port, w.port());
    assert_reaches(w, Client::connect(port), port, "/x", 7);
    if has_ipv6() {
        let client = Client::connect_to(Ipv6Addr::LOCALHOST.into(), port);
        assert_reaches(w, client, port, "/y", 7);
    } else {
        eprintln!("g_129: not run for ::1, this machine has no IPv6");
    }
    let text = format!("http://localhost:{port}/");
    assert_eq!(w.door.url_port(&w.group, &text), Ok(port));
    assert!(w.door.service_state().contains(&text));
}

fn g_129_port_0_is_one_port_in_a_group_and_another_in_the_next<D: Door>(w: &World<D>) {
    let (other, queue) = w.another_group();
    for (path, context) in [("/", 1), ("/a/", 2)] {
        let url = format!("http://localhost:0{path}");
        assert_eq!(w.door.add_url(&w.group, &url, context), Ok(()));
        // The same prefix, in any letter case (PFX-010).
        let same = url.replace("localhost", "LOCALHOST");
        assert_eq!(w.door.add_url(&w.group, &same, 0), Err(183));
    }
    let port = w.door.url_port(&w.group, ZERO).expect("registered");
    assert_eq!(w.door.url_port(&w.group, "http://localhost:0/a/"), Ok(port));
    assert_reaches(w, Client::connect(port), port, "/", 1);
    assert_reaches(w, Client::connect(port), port, "/a/b", 2);
    // The port is the service's: other groups may register on it by its number.
    let text = format!("http://localhost:{port}/");
    assert_eq!(w.door.add_url(&other, &text, 0), Err(183));
    assert_eq!(w.door.add_url(&other, &format!("{text}b/"), 0), Ok(()));
    assert_eq!(w.door.url_port(&other, "http://localhost:0/b/"), Err(2));
    assert_eq!(w.door.add_url(&other, ZERO, 0), Ok(()));
    assert_ne!(w.door.url_port(&other, ZERO), Ok(port));
    w.door.close_queue(&queue).expect("close");
}

fn g_129_a_removal_takes_the_url_as_given_or_with_its_port<D: Door>(w: &World<D>) {
    assert_eq!(w.door.remove_url(&w.group, ZERO), Err(2));
    assert_eq!(w.door.add_url(&w.group, ZERO, 0), Ok(()));
    assert_eq!(w.door.remove_url(&w.group, ZERO), Ok(()));
    assert_eq!(w.door.remove_url(&w.group, ZERO), Err(2));
    assert_eq!(w.door.url_port(&w.group, ZERO), Err(2));
    assert_eq!(w.door.add_url(&w.group, ZERO, 0), Ok(()));
    let port = w.door.url_port(&w.group, ZERO).expect("registered");
    let text = format!("http://localhost:{port}/");
    assert_eq!(w.door.remove_url(&w.group, &text), Ok(()));
    assert_eq!(w.door.remove_url(&w.group, ZERO), Err(2));
    w.assert_serves();
}

fn g_129_a_port_goes_back_with_the_last_url_on_it<D: Door>(w: &World<D>) {
    for way in 0..3 {
        let (group, queue) = w.another_group();
        for url in [ZERO, "http://127.0.0.1:0/a/"] {
            assert_eq!(w.door.add_url(&group, url, 0), Ok(()));
        }
        let port = w.door.url_port(&group, ZERO).expect("registered");
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err());
        assert_eq!(w.door.remove_url(&group, ZERO), Ok(()));
        let left = w.door.url_port(&group, "http://127.0.0.1:0/a/");
        assert_eq!(left, Ok(port), "one URL is left");
        match way {
            0 => assert_eq!(w.door.remove_url(&group, "http://127.0.0.1:0/a/"), Ok(())),
            1 => assert_eq!(w.door.remove_all_urls(&group), Ok(())),
            _ => assert_eq!(w.door.close_group(group), Ok(())),
        }
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        assert!(bound.is_ok(), "{way}: {bound:?}");
        w.door.close_queue(&queue).expect("close");
    }
}

fn g_129_every_form_of_host_has_port_0<D: Door>(w: &World<D>) {
    let mut hosts = vec!["+", "*", "127.0.0.1", "localhost", "some.example"];
    if has_ipv6() {
        hosts.push("[::1]");
    }
    for (host, context) in hosts.into_iter().zip(100..) {
        let (group, queue) = w.another_group();
        let url = format!("http://{host}:0/p/");
        assert_eq!(w.door.add_url(&group, &url, context), Ok(()), "{url}");
        let port = w.door.url_port(&group, &url).expect("registered");
        let mut client = match host {
            "[::1]" => Client::connect_to(Ipv6Addr::LOCALHOST.into(), port),
            _ => Client::connect(port),
        };
        let name = if host.len() == 1 { "localhost" } else { host };
        client.send(format!("GET /p/ HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n"));
        let request = w.door.receive(&queue).expect("a request");
        assert_eq!(request.full_url, format!("http://{name}:{port}/p/"));
        assert_eq!(request.url_context, context);
        // All of a group's URLs are on its port, whatever their hosts.
        let wider = format!("http://+:0/{context}/");
        assert_eq!(w.door.add_url(&group, &wider, 0), Ok(()), "{wider}");
        assert_eq!(w.door.url_port(&group, &wider), Ok(port));
        w.door.close_queue(&queue).expect("close");
        w.door.close_group(group).expect("close");
    }
}

fn g_129_a_refused_registration_keeps_no_port<D: Door>(w: &World<D>) {
    for url in [
        "http://localhost:00/",
        "http://localhost:0",
        "http://:0/",
        "http://localhost:0//",
        "http://localhost:0/?",
        "ftp://localhost:0/",
    ] {
        assert_eq!(w.door.add_url(&w.group, url, 0), Err(87), "{url}");
        assert_eq!(w.door.url_port(&w.group, url), Err(87), "{url}");
        assert_eq!(w.door.remove_url(&w.group, url), Err(87), "{url}");
    }
    assert_eq!(w.door.url_port(&w.group, ZERO), Err(2));
    w.assert_serves();
}

fn g_129_many_groups_at_once_get_a_port_each<D: Door>(w: &World<D>) {
    const THREADS: usize = 8;
    const GROUPS: usize = 25;
    let ports: Vec<u16> = thread::scope(|scope| {
        let one = || {
            let groups: Vec<_> = (0..GROUPS)
                .map(|_| w.door.create_group(&w.session).expect("a group"))
                .collect();
            let taken = groups.iter().map(|group| {
                assert_eq!(w.door.add_url(group, ZERO, 0), Ok(()));
                w.door.url_port(group, ZERO).expect("registered")
            });
            let taken: Vec<u16> = taken.collect();
            (taken, groups)
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(one)).collect();
        let all: Vec<_> = threads
            .into_iter()
            .map(|t| t.join().expect("no panic"))
            .collect();
        let ports = all.iter().flat_map(|(taken, _)| taken.clone()).collect();
        for group in all.into_iter().flat_map(|(_, groups)| groups) {
            w.door.close_group(group).expect("close");
        }
        ports
    });
    let different: HashSet<u16> = ports.iter().copied().collect();
    assert_eq!(different.len(), THREADS * GROUPS);
}

fn g_129_port_0_is_for_registrations_only<D: Door>(w: &World<D>) {
    assert_eq!(w.door.add_url(&w.group, ZERO, 0), Ok(()));
    assert_eq!(w.door.find_url_group(&w.queue, ZERO), Err(87));
    assert_eq!(w.door.prepare_url(ZERO), Err(87));
}

/// A version 1 queue is asked by its handle.
#[test]
fn g_129_http_add_url_takes_a_free_port() {
    let w = World::<CAbi>::without_url();
    let queue = raw::create_http_handle().expect("a handle");
    assert_eq!(raw::url_port(Some(queue), 0, ZERO), Err(2));
    assert_eq!(raw::add_url(queue, ZERO), 0);
    assert_eq!(raw::add_url(queue, ZERO), 183);
    assert_eq!(raw::add_url(queue, "http://localhost:0/a/"), 0);
    let port = raw::url_port(Some(queue), 0, ZERO).expect("registered");
    let mut client = Client::connect(port);
    client.send(format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"));
    assert_eq!(
        w.door.receive(&queue).expect("a request").local.port(),
        port
    );
    assert_eq!(raw::remove_url(queue, ZERO), 0);
    assert_eq!(raw::remove_url(queue, ZERO), 2);
    let left = raw::url_port(Some(queue), 0, "http://localhost:0/a/");
    assert_eq!(left, Ok(port));
    assert!(raw::close_handle(queue));
    assert_eq!(raw::url_port(Some(queue), 0, ZERO), Err(6));
}

#[test]
fn g_129_http_query_url_port_wants_one_owner() {
    let w = World::<CAbi>::new();
    let url = w.url("/");
    let v1 = raw::create_http_handle().expect("a handle");
    assert_eq!(raw::url_port(None, w.group, &url), Ok(w.port()));
    assert_eq!(raw::url_port(None, 0, &url), Err(87));
    assert_eq!(raw::url_port(Some(v1), w.group, &url), Err(87));
    assert_eq!(raw::url_port(Some(v1), 0, &url), Err(2));
    assert_eq!(raw::url_port(Some(w.queue), 0, &url), Err(87), "version 2");
    assert_eq!(raw::url_port(None, 0xDEAD, &url), Err(87));
    assert_eq!(raw::url_port(Some(Handle::NULL), 0, &url), Err(87));
    assert!(raw::close_handle(v1));
}
