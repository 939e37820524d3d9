//! Host and authority: area HST, gaps G-015, G-016.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use httpsys_tests::client::Client;
use httpsys_tests::door::{AnyDoor, Door, World};
use httpsys_tests::error_page::{INVALID_HOSTNAME, INVALID_URL};
use httpsys_tests::ports::has_ipv6;

use super::{describe, expect_delivered, expect_page, served};

#[test]
fn hst_001_hst_002_err_004_without_a_host_the_hostname_is_invalid() {
    served(|w| {
        for line in ["", "Host:\r\n", "Host: \r\n", "Host: \t \r\n"] {
            expect_page(
                w,
                format!("GET / HTTP/1.1\r\n{line}\r\n"),
                &INVALID_HOSTNAME,
            );
        }
    });
}

/// Runs `test` with a world whose one URL has `host`.
fn served_for(host: &str, test: impl FnOnce(&World<AnyDoor>)) {
    let world = World::<AnyDoor>::without_url();
    let url = format!("http://{host}:{}/", world.port());
    world.door.add_url(&world.group, &url, 0).expect("a URL");
    httpsys_tests::thread::scope(|scope| {
        scope.spawn(|| world.serve(describe));
        let result = catch_unwind(AssertUnwindSafe(|| test(&world)));
        // Whatever happened: this ends the other thread.
        world.door.close_queue(&world.queue).expect("close");
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    });
}

/// The cooked URL has the local address then (assumed, as in G-015).
#[test]
fn hst_017_an_empty_host_reaches_wildcards() {
    for host in ["+", "*", "127.0.0.1"] {
        served_for(host, |w| {
            for line in ["Host:", "Host: ", "Host: \t ", "HOST:"] {
                for version in ["1.0", "1.1"] {
                    let request = format!("GET /a HTTP/{version}\r\n{line}\r\n\r\n");
                    assert_eq!(expect_delivered(w, request), "/a", "{host} {line:?}");
                }
                let twice = format!("GET /a HTTP/1.1\r\n{line}\r\n{line}\r\n\r\n");
                expect_page(w, twice, &INVALID_HOSTNAME);
            }
            let missing = "GET /a HTTP/1.1\r\n\r\n";
            expect_page(w, missing, &INVALID_HOSTNAME);
            let port = "GET /a HTTP/1.1\r\nHost: :80\r\n\r\n";
            expect_page(w, port, &INVALID_HOSTNAME);
        });
    }
}

#[test]
fn hst_016_ipv4_addresses_in_ipv6_are_invalid_host_names() {
    for prefix in ["+", "*", "localhost", "127.0.0.1"] {
        served_for(prefix, |w| {
            let port = w.port();
            for host in [
                format!("[::ffff:7f00:1]:{port}"),
                "[::ffff:127.0.0.1]".to_owned(),
                format!("[0::FFFF:127.0.0.1]:{port}"),
            ] {
                let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
                expect_page(w, request, &INVALID_HOSTNAME);
            }
        });
    }
    served_for("+", |w| {
        let request = "GET /a HTTP/1.1\r\nHost: [::1]\r\n\r\n";
        assert_eq!(expect_delivered(w, request), "/a");
    });
}

#[test]
fn prs_021_beside_an_absolute_target_host_may_say_anything() {
    served(|w| {
        for host in [
            "a b",
            "localhost:x",
            "localhost:99999",
            "",
            "[::ffff:127.0.0.1]",
            "u@h",
        ] {
            let with = |target| format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(
                expect_delivered(w, with("http://localhost/a")),
                "/a",
                "{host}"
            );
            // The target rules in the other direction, too.
            expect_page(w, with("http://elsewhere/a"), &INVALID_HOSTNAME);
            expect_page(w, with("/a"), &INVALID_HOSTNAME);
        }
    });
}

#[test]
fn malformed_hosts_are_invalid() {
    served(|w| {
        for host in [
            "localhost/",
            "user@localhost",
            "local host",
            "localhost:x",
            "localhost:99999",
            "[::1",
            "localhost?x",
            "a,b",
            "localhost\\",
            "<localhost>",
        ] {
            let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            expect_page(w, request, &INVALID_HOSTNAME);
        }
    });
}

#[test]
fn two_host_lines_are_invalid() {
    served(|w| {
        for (one, two) in [("localhost", "localhost"), ("localhost", "elsewhere")] {
            let request = format!("GET / HTTP/1.1\r\nHost: {one}\r\nHost: {two}\r\n\r\n");
            expect_page(w, request, &INVALID_HOSTNAME);
        }
    });
}

#[test]
fn hst_004_the_port_in_host_is_ignored() {
    served(|w| {
        for host in ["localhost", "localhost:1", "LOCALHOST:65535", "LocalHost"] {
            let request = format!("GET /p HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(expect_delivered(w, request), "/p", "{host}");
        }
    });
}

#[test]
fn hst_005_both_loopback_addresses_reach_localhost() {
    served(|w| {
        assert_eq!(expect_delivered(w, w.get("/v4")), "/v4");
        if !has_ipv6() {
            eprintln!("not run over ::1, this machine has no IPv6");
            return;
        }
        let address = std::net::Ipv6Addr::LOCALHOST.into();
        let mut client = Client::connect_to(address, w.port());
        client.send(w.get("/v6"));
        assert_eq!(client.read_response().body, b"/v6");
    });
}

/// G-025: not invalid host names but invalid targets.
#[test]
fn absolute_targets_of_other_schemes_are_invalid_urls() {
    served(|w| {
        for target in ["ftp://localhost/", "ws://localhost/", "file:///x"] {
            expect_page(w, w.get(target), &INVALID_URL);
        }
    });
}
