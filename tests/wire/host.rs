//! Host and authority: area HST, gaps G-015, G-016.

use httpsys_tests::client::Client;
use httpsys_tests::error_page::{INVALID_HOSTNAME, INVALID_URL};
use httpsys_tests::ports::has_ipv6;

use super::{expect_delivered, expect_page, served};

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
