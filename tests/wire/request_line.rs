//! The request line: area PRS.

use httpsys_tests::error_page::{BAD_REQUEST, INVALID_URL, INVALID_VERB};

use super::{expect_delivered, expect_page, served, status, whole};

#[test]
fn prs_001_prs_002_prs_003_lines_of_other_than_three_tokens_are_bad() {
    served(|w| {
        for line in [
            "NoSpaces",
            "Two Spaces",
            "GET /",
            "Lots Of Extra Spaces",
            "GET / HTTP/1.1 x",
            "GET  / HTTP/1.1",
            "GET /  HTTP/1.1  x",
            "GET / HTTP/1.1 ",
            "GET / \tHTTP/1.1",
            "GET /  ",
            "GET\t/\tHTTP/1.1",
            "GET",
        ] {
            let request = format!("{line}\r\nHost: localhost\r\n\r\n");
            let mut client = w.connect();
            client.send(&request);
            let answer = whole(&mut client);
            assert!(
                answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
                "{line:?}: {answer}"
            );
        }
    });
}

/// Also where they come byte by byte.
#[test]
fn prs_029_blanks_in_front_of_the_version_do_not_count() {
    served(|w| {
        for (front, version, path) in [
            ("GET /", "HTTP/1.1", "/"),
            ("GET /a?b=c", "HTTP/1.1", "/a?b=c"),
            ("GET http://localhost/a", "HTTP/1.1", "/a"),
            ("GET /", "HTTP/1.0", "/"),
            ("POST /a", "HTTP/1.1", "/a"),
        ] {
            for blanks in ["  ", "   ", "         "] {
                let head = format!("{front}{blanks}{version}\r\nHost: localhost\r\n");
                let request = head + "Content-Length: 0\r\n\r\n";
                assert_eq!(expect_delivered(w, &request), path, "{request}");
                let mut client = w.connect();
                for byte in request.bytes() {
                    client.send([byte]);
                }
                assert_eq!(client.read_response().body, path.as_bytes());
            }
        }
        // The path is judged as without them.
        expect_page(w, "GET /%zz  HTTP/1.1\r\n", &INVALID_URL);
    });
}

/// No end of headers comes, and none is waited for. The page is that of A-04's capture.
#[test]
fn prs_004_a_bad_line_is_answered_at_once() {
    served(|w| expect_page(w, "foo\r\n", &INVALID_VERB));
}

#[test]
fn prs_005_prs_006_prs_007_prs_008_malformed_versions_are_bad() {
    served(|w| {
        for version in [
            "http/1.1",
            "Http/1.1",
            "HTTP/0.1",
            "HTTP/0.9",
            "HTTP/1.1.1",
            "HTTP/aaa",
            "12345678",
            "HTTP/1.\0",
            "HTTP/1",
            "HTTP/1.",
            "HTTP/.1",
            "HTTP/1,1",
            "HTTP/1.1x",
            "HTTP\\1.1",
            "HTTP/-1.1",
            "HTTP/1.-1",
            "XHTTP/1.1",
        ] {
            let request = format!("GET / {version}\r\nHost: localhost\r\n\r\n");
            expect_page(w, request, &BAD_REQUEST);
        }
    });
}

#[test]
fn prs_010_prs_011_minor_versions_0_to_9_are_answered_as_1_1() {
    served(|w| {
        for minor in 0..=9 {
            let request = format!("GET /v HTTP/1.{minor}\r\nHost: localhost\r\n\r\n");
            assert_eq!(expect_delivered(w, request), "/v");
        }
    });
}

/// G-003 for the body.
#[test]
fn prs_012_prs_013_verbs_of_other_than_token_characters_are_bad() {
    served(|w| {
        for byte in b"()<>@,;:\\\"/[]?={}\0\x01\x7f\x80\xe9\xff".iter().copied() {
            for verb in [vec![byte], vec![b'G', byte, b'T']] {
                let request = [&verb[..], b" / HTTP/1.1\r\nHost: localhost\r\n\r\n"].concat();
                expect_page(w, request, &INVALID_VERB);
            }
        }
    });
}

/// G-018.
#[test]
fn a_verb_may_have_255_bytes() {
    served(|w| {
        let verb = "V".repeat(255);
        assert_eq!(expect_delivered(w, w.request(&verb, "/", "")), "/");
        expect_page(w, w.request(&(verb + "V"), "/", ""), &INVALID_VERB);
    });
}

#[test]
fn prs_020_connect_is_bad() {
    served(|w| {
        for target in ["localhost:80", "/"] {
            assert_eq!(status(w, w.request("CONNECT", target, "")), 400);
        }
    });
}

#[test]
fn prs_021_prs_022_prs_023_targets_in_absolute_form() {
    served(|w| {
        let port = w.port();
        let ask = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: ignored\r\n\r\n");
        for (target, cooked) in [
            (format!("http://localhost:{port}/"), "/"),
            (format!("http://localhost:{port}"), "/"),
            (format!("http://LOCALHOST:{port}/a?b"), "/a?b"),
            ("http://localhost/x/../y".to_owned(), "/y"),
            (format!("https://localhost:{port}/tls"), "/tls"),
        ] {
            assert_eq!(expect_delivered(w, ask(&target)), cooked, "{target}");
        }
        for target in [
            format!("http://localhost:{port}?query=value/1/2"),
            "http://elsewhere/".to_owned(),
            "ftp://localhost/".to_owned(),
            "http:/localhost/".to_owned(),
            "http:///".to_owned(),
            "localhost/".to_owned(),
            "*".to_owned(),
            String::from("http://user@localhost/"),
        ] {
            assert_eq!(status(w, ask(&target)), 400, "{target}");
        }
    });
}

#[test]
fn prs_024_a_broken_authority_is_survived() {
    served(|w| {
        for target in [
            "http://ab?cd/path",
            "http://[::1/",
            "http://:/",
            "http://a:b:c/",
        ] {
            let mut client = w.connect();
            client.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            let answer = client.read_response().status();
            assert!(
                (400..500).contains(&answer) || answer == 200,
                "{target}: {answer}"
            );
        }
        assert_eq!(expect_delivered(w, w.get("/well")), "/well");
    });
}

///
#[test]
fn prs_025_lines_may_end_with_a_bare_lf() {
    served(|w| {
        for request in [
            "GET /lf HTTP/1.1\nHost: localhost\n\n",
            "GET /lf HTTP/1.1\r\nHost: localhost\n\r\n",
            "GET /lf HTTP/1.1\nHost: localhost\r\n\n",
        ] {
            assert_eq!(expect_delivered(w, request), "/lf", "{request:?}");
        }
    });
}

#[test]
fn prs_026_a_bare_cr_does_not_end_a_line() {
    served(|w| {
        for request in [
            "GET / HTTP/1.1\r\nHost: localhost\r\rX",
            "GET / HTTP/1.1\r\nHost: localhost\rA: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\n\rX\r\n\r\n",
            "GET / HTTP/1.1\rHost: localhost\r\n\r\n",
        ] {
            expect_page(w, request, &BAD_REQUEST);
        }
    });
}

/// The relaxations between request line and headers; G-017 before the request line.
#[test]
fn prs_027_empty_lines_before_a_request_are_skipped() {
    served(|w| {
        assert_eq!(
            expect_delivered(w, format!("\r\n\r\n{}", w.get("/e"))),
            "/e"
        );
        // A client that ends each request with one CRLF too many.
        let mut client = w.connect();
        client.send([w.get("/1"), "\r\n".to_owned(), w.get("/2")].concat());
        assert_eq!(client.read_response().body, b"/1");
        assert_eq!(client.read_response().body, b"/2");
    });
}

/// G-027, G-030.
#[test]
fn fragments_and_controls_in_targets_are_bad() {
    served(|w| {
        for target in ["/a#b", "/?a#b", "/?\u{1}", "/\u{7f}"] {
            expect_page(w, w.get(target), &INVALID_URL);
        }
    });
}

/// G-011.
#[test]
fn folded_header_lines_are_bad() {
    served(|w| {
        for fold in [" b", "\tb"] {
            expect_page(
                w,
                w.request("GET", "/", &format!("A: a\r\n{fold}\r\n")),
                &BAD_REQUEST,
            );
        }
    });
}
