//! Request body framing: area BDY as far as the wire shows it.

use httpsys_tests::client::MASKED_DATE;
use httpsys_tests::door::Reply;
use httpsys_tests::error_page::{BAD_REQUEST, NOT_IMPLEMENTED};

use super::{answered_by, expect_delivered, expect_page, served, whole};

#[test]
fn bdy_001_bdy_003_requests_without_a_body() {
    served(|w| {
        for verb in ["GET", "HEAD", "DELETE", "PATCH", "OPTIONS", "CUSTOM"] {
            assert_eq!(
                expect_delivered(w, w.request(verb, "/b", "")),
                "/b",
                "{verb}"
            );
        }
        for verb in ["POST", "PUT"] {
            let request = w.request(verb, "/b", "Content-Length: 0\r\n");
            assert_eq!(expect_delivered(w, request), "/b", "{verb}");
        }
    });
}

#[test]
fn bdy_005_bdy_006_bdy_009_malformed_lengths_are_bad() {
    served(|w| {
        for lines in [
            "Content-Length: -10\r\n",
            "Content-Length: -9223372036854775809\r\n",
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            "Content-Length: 1, 2\r\n",
            "Content-Length: 18446744073709551616\r\n",
            "Content-Length: 99999999999999999999999\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: 0x10\r\n",
            "Content-Length: 1 1\r\n",
            "Content-Length: one\r\n",
            "Content-Length: 1.0\r\n",
        ] {
            expect_page(w, w.request("POST", "/", lines), &BAD_REQUEST);
        }
    });
}

#[test]
fn bdy_007_bdy_008_bdy_010_lengths_of_64_bits_are_taken() {
    served(|w| {
        for lines in [
            "Content-Length: 9223372036854775807\r\n",
            "Content-Length: 9223372036854775808\r\n",
            "Content-Length: 18446744073709551615\r\n",
            "Content-Length: 18446744073709551615 \r\n",
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: 0000000000000000000000001\r\n",
        ] {
            let request = w.request("POST", "/b", lines) + "x";
            assert_eq!(expect_delivered(w, request), "/b", "{lines:?}");
        }
    });
}

#[test]
fn bdy_012_two_lines_of_chunked_are_answered_with_501() {
    served(|w| {
        let lines = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n";
        expect_page(w, w.request("POST", "/", lines), &NOT_IMPLEMENTED);
    });
}

/// G-020 for the case.
#[test]
fn bdy_013_bdy_014_bdy_018_forms_of_chunked_are_taken() {
    served(|w| {
        for lines in [
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked,\r\n",
            "Transfer-Encoding: Chunked\r\n",
            "Transfer-Encoding:  CHUNKED \r\n",
        ] {
            let mut client = w.connect();
            client.send(w.request("POST", "/1", lines) + "3\r\nabc\r\n0\r\n\r\n" + &w.get("/2"));
            assert_eq!(client.read_response().body, b"/1", "{lines:?}");
            assert_eq!(client.read_response().body, b"/2", "{lines:?}");
        }
    });
}

/// The exact bytes of the row.
#[test]
fn bdy_015_bdy_016_rsp_014_length_and_chunked_together_close_the_connection() {
    let handler = |_: &_| {
        Reply::ok()
            .header("Transfer-Encoding", "chunked")
            .chunk("B\r\nHello World\r\n")
            .chunk("0\r\n\r\n")
    };
    let expected = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nServer: Microsoft-HTTPAPI/2.0\r\n\
         Date: {MASKED_DATE}\r\nConnection: close\r\n\r\nB\r\nHello World\r\n0\r\n\r\n"
    );
    answered_by(handler, |w| {
        let (length, chunked) = ("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n");
        for lines in [[length, chunked].concat(), [chunked, length].concat()] {
            let mut client = w.connect();
            let body = "5\r\nhello\r\n0\r\n\r\n";
            client.send(w.request("POST", "/", &lines) + body + &w.get("/2"));
            assert_eq!(whole(&mut client), expected);
        }
    });
}

#[test]
fn bdy_022_bdy_023_unread_bodies_are_thrown_away() {
    served(|w| {
        let mut client = w.connect();
        for round in 0..5 {
            let size = 1 << (round * 4);
            let line = format!("Content-Length: {size}\r\n");
            client.send(w.request("POST", &format!("/{round}"), &line));
            client.send("x".repeat(size));
            let path = format!("/{round}");
            assert_eq!(client.read_response().body, path.as_bytes());
        }
    });
}

/// G-043: the client has not been told to go on, so the body may never come.
#[test]
fn an_answer_without_reading_an_expected_body_closes() {
    served(|w| {
        let mut client = w.connect();
        let lines = "Expect: 100-continue\r\nContent-Length: 5\r\n";
        client.send(w.request("POST", "/e", lines));
        let response = client.read_response();
        assert_eq!(response.status(), 200);
        assert_eq!(response.header("Connection"), Some("close"));
        client.expect_eof();
    });
}

/// G-042.
#[test]
fn another_expectation_is_delivered() {
    served(|w| {
        let request = w.request("GET", "/e", "Expect: something\r\n");
        assert_eq!(expect_delivered(w, request), "/e");
    });
}

/// G-021.
#[test]
fn chunked_on_http_1_0_is_decoded_and_closes() {
    served(|w| {
        let mut client = w.connect();
        client.send(
            "POST /c HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\nabc\r\n0\r\n\r\n",
        );
        let response = client.read_response();
        assert_eq!((response.status(), &response.body[..]), (200, &b"/c"[..]));
        client.expect_eof();
    });
}
