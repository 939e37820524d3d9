//! Answers that the service writes itself: area ERR, gaps G-001 to G-010.

use httpsys_tests::client::MASKED_DATE;
use httpsys_tests::door::{AnyDoor, Door, World};
use httpsys_tests::error_page::{
    BAD_REQUEST, FORBIDDEN, INVALID_HEADER, INVALID_HOSTNAME, INVALID_URL, INVALID_VERB,
    LENGTH_REQUIRED, NOT_FOUND, NOT_IMPLEMENTED, REQUEST_TOO_LONG, UNAVAILABLE, URL_TOO_LONG,
    VERSION_NOT_SUPPORTED,
};

use super::{expect_delivered, expect_page, served, whole};

/// ERR-001 and ERR-002 are in every comparison of this file: the order of the head, `HTTP/1.1`.
#[test]
fn err_001_err_002_the_head_of_an_error_answer_has_this_order() {
    served(|w| {
        let mut client = w.connect();
        client.send("GET / HTTP/1.0 x\r\n\r\n");
        let answer = whole(&mut client);
        let head = answer.split("\r\n\r\n").next().expect("a head");
        assert_eq!(
            head,
            format!(
                "HTTP/1.1 400 Bad Request\r\n\
                 Content-Type: text/html; charset=us-ascii\r\n\
                 Server: Microsoft-HTTPAPI/2.0\r\n\
                 Date: {MASKED_DATE}\r\n\
                 Connection: close\r\n\
                 Content-Length: 311"
            )
        );
    });
}

#[test]
fn err_003_a_malformed_request_is_answered_with_400_and_311_bytes() {
    served(|w| {
        expect_page(w, "GET / HTTP/1.1 more\r\n\r\n", &BAD_REQUEST);
    });
}

#[test]
fn err_004_hst_003_an_unknown_host_is_answered_with_400_and_334_bytes() {
    served(|w| {
        for host in [
            "elsewhere",
            "127.0.0.1",
            "localhost.example",
            "elsewhere:80",
        ] {
            let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            expect_page(w, request, &INVALID_HOSTNAME);
        }
    });
}

#[test]
fn err_005_a_bad_url_is_answered_with_400_and_324_bytes() {
    served(|w| expect_page(w, w.get("/%"), &INVALID_URL));
}

#[test]
fn err_006_a_bad_verb_is_answered_with_400_and_326_bytes() {
    served(|w| {
        for verb in ["GE(T", "G\"T", "\u{e9}"] {
            expect_page(w, w.request(verb, "/", ""), &INVALID_VERB);
        }
    });
}

/// G-003, G-012, G-013.
#[test]
fn err_007_hdr_011_err_023_err_024_a_bad_header_name_is_answered_with_400_and_339_bytes() {
    served(|w| {
        for line in [
            "na?me: x",
            ": value",
            "\0: value",
            "na me: x",
            "Name : x",
            "na\u{e9}: x",
        ] {
            expect_page(
                w,
                w.request("GET", "/", &format!("{line}\r\n")),
                &INVALID_HEADER,
            );
        }
    });
}

#[test]
fn err_009_lim_009_a_request_of_16384_bytes_is_answered_with_400_and_346_bytes() {
    served(|w| expect_page(w, sized(w, 16_384), &REQUEST_TOO_LONG));
}

/// A request of so many bytes, its target short and no single field longer than MaxFieldLength.
fn sized(w: &World<AnyDoor>, size: usize) -> String {
    let one = format!("A: {}\r\n", "a".repeat(8_000));
    let bare = w.request("GET", "/", &format!("{one}B: \r\n")).len();
    let rest = "b".repeat(size - bare);
    let request = w.request("GET", "/", &format!("{one}B: {rest}\r\n"));
    assert_eq!(request.len(), size);
    request
}

#[test]
fn lim_007_lim_008_a_request_of_16383_bytes_is_delivered() {
    served(|w| {
        expect_delivered(w, sized(w, 16_383));
    });
}

#[test]
fn err_010_lim_010_a_target_up_to_the_buffer_limit_is_answered_with_414() {
    served(|w| {
        // Verb, blank and target are 16384 bytes.
        let target = format!("/{}", "t/".repeat(8_190))[..16_380].to_owned();
        expect_page(w, w.get(&target), &URL_TOO_LONG);
        expect_page(w, w.get(&format!("{target}more")), &URL_TOO_LONG);
        // One byte fewer: another error, found later.
        let mut client = w.connect();
        client.send(w.get(&target[..16_379]));
        assert!(whole(&mut client).starts_with("HTTP/1.1 400 Bad Request\r\n"));
    });
}

#[test]
fn err_011_pth_025_a_path_above_the_root_is_answered_with_403_and_312_bytes() {
    served(|w| {
        for target in ["/../x", "/a/../../x", "/..", "/%2e%2e/", "/a/..\\../b"] {
            expect_page(w, w.get(target), &FORBIDDEN);
        }
        assert_eq!(expect_delivered(w, w.get("/a/../x")), "/x", "G-010");
    });
}

#[test]
fn err_012_a_path_without_prefix_is_answered_with_404_and_315_bytes() {
    served(|w| {
        w.add("/deep/", 1);
        assert_eq!(w.door.remove_url(&w.group, &w.url("/")), Ok(()));
        for target in ["/", "/x", "/dee", "/deep/../x"] {
            expect_page(w, w.get(target), &NOT_FOUND);
        }
    });
}

#[test]
fn err_013_bdy_002_post_without_length_is_answered_with_411_and_344_bytes() {
    served(|w| {
        for verb in ["POST", "PUT"] {
            expect_page(w, w.request(verb, "/", ""), &LENGTH_REQUIRED);
        }
    });
}

#[test]
fn err_014_bdy_011_an_unknown_transfer_encoding_is_answered_with_501_and_343_bytes() {
    served(|w| {
        for verb in ["GET", "POST"] {
            for value in [
                "garbage",
                "chunked, gzip",
                "identity",
                "gzip",
                "chunked;q=1",
            ] {
                let line = format!("Transfer-Encoding: {value}\r\n");
                expect_page(w, w.request(verb, "/", &line), &NOT_IMPLEMENTED);
            }
        }
    });
}

/// Without a queue there is no verbosity to ask for.
#[test]
fn err_015_rte_013_ses_026_a_group_without_queue_is_answered_with_503_and_326_bytes() {
    served(|w| {
        let group = w.door.create_group(&w.session).expect("a group");
        let url = w.url("/unbound/");
        assert_eq!(w.door.add_url(&group, &url, 0), Ok(()));
        expect_page(w, w.get("/unbound/x"), &UNAVAILABLE);
        assert_eq!(expect_delivered(w, w.get("/x")), "/x");
    });
}

/// The body is the choice of G-001.
#[test]
fn err_016_prs_009_other_major_versions_are_answered_with_505() {
    served(|w| {
        for version in ["HTTP/2.0", "HTTP/2.2", "HTTP/3.0"] {
            let request = format!("GET / {version}\r\nHost: localhost\r\n\r\n");
            expect_page(w, request, &VERSION_NOT_SUPPORTED);
        }
    });
}

#[test]
fn err_017_a_client_that_goes_on_sending_gets_the_answer_and_an_orderly_end() {
    served(|w| {
        let mut client = w.connect();
        client.send("foo\r\n");
        client.send("more and\r\n more\r\n\r\n");
        client.send(w.get("/"));
        client.send("x".repeat(30_000));
        // A token alone is taken for a verb.
        assert_eq!(whole(&mut client), INVALID_VERB.answer());
    });
}

#[test]
fn err_018_what_is_pipelined_behind_an_error_is_not_processed() {
    served(|w| {
        let mut client = w.connect();
        client.send([w.get("/1"), w.get("/%"), w.get("/3"), w.get("/%")].concat());
        assert_eq!(client.read_response().body, b"/1");
        assert_eq!(whole(&mut client), INVALID_URL.answer());
    });
}

/// ERR-025 names the NUL; gap G-014 the other controls.
#[test]
fn err_025_controls_in_a_header_value_are_answered_with_400() {
    served(|w| {
        for value in [
            "\0", "a\0b", "\u{1}", "a\u{8}", "\u{b}", "\u{1f}x", "\u{7f}",
        ] {
            expect_page(
                w,
                w.request("GET", "/", &format!("Name: {value}\r\n")),
                &BAD_REQUEST,
            );
        }
        assert_eq!(
            expect_delivered(w, w.request("GET", "/", "N: a\tb\r\n")),
            "/"
        );
    });
}

#[test]
fn err_022_a_header_without_colon_is_answered_with_400() {
    served(|w| expect_page(w, w.request("GET", "/", "NoValue\r\n"), &BAD_REQUEST));
}

/// G-004.
#[test]
fn an_error_answer_to_head_has_the_same_bytes() {
    served(|w| expect_page(w, w.request("HEAD", "/%", ""), &INVALID_URL));
}

/// G-009: request line, headers in order, length rules, Host, routing.
#[test]
fn of_several_errors_the_first_in_order_is_answered() {
    served(|w| {
        expect_page(w, "G(T /% HTTP/1.1\r\n\r\n", &INVALID_VERB);
        expect_page(w, "GET / HTTP/2.0\r\n: x\r\n\r\n", &VERSION_NOT_SUPPORTED);
        expect_page(w, "GET / HTTP/1.1\r\nN\r\n: x\r\n\r\n", &BAD_REQUEST);
        expect_page(w, "GET / HTTP/1.1\r\n: x\r\nN\r\n\r\n", &INVALID_HEADER);
        expect_page(
            w,
            "POST / HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
            &LENGTH_REQUIRED,
        );
        let coded = "POST / HTTP/1.1\r\nTransfer-Encoding: x\r\n\r\n";
        expect_page(w, coded, &NOT_IMPLEMENTED);
        expect_page(
            w,
            "GET /../ HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
            &INVALID_HOSTNAME,
        );
    });
}

/// G-007: not at the end of the head.
#[test]
fn an_error_in_a_header_is_answered_at_its_line() {
    served(|w| {
        expect_page(w, "GET / HTTP/1.1\r\nNoValue\r\n", &BAD_REQUEST);
        expect_page(w, "GET / HTTP/1.1\r\nna?me: x\r\n", &INVALID_HEADER);
    });
}

/// G-007 and G-009: an error of the request line comes at once and before any later one.
#[test]
fn a_bad_url_is_answered_at_its_line_and_before_later_errors() {
    served(|w| {
        expect_page(w, "GET /% HTTP/2.0\r\n\r\n", &INVALID_URL);
        expect_page(w, "GET /% HTTP/1.1\r\nNoValue\r\n\r\n", &INVALID_URL);
        expect_page(w, "GET /% HTTP/1.1\r\n", &INVALID_URL);
    });
}
