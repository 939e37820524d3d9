//! Header lines: area HDR as far as the wire shows them.

use httpsys_tests::error_page::{BAD_REQUEST, INVALID_HEADER};

use super::{expect_delivered, expect_page, served};

/// KB 828726; G-013: token characters only.
#[test]
fn hdr_011_every_byte_that_is_no_token_character_is_bad_in_a_name() {
    const TOKEN: &[u8] = b"!#$%&'*+-.^_`|~";
    served(|w| {
        for byte in 1_u8..=255 {
            if b"\r\n:".contains(&byte) {
                continue;
            }
            let (head, tail) = (w.get("/h"), ": x\r\n\r\n");
            let head = &head.as_bytes()[..head.len() - 2];
            let request = [head, &[b'N', byte, b'm'], tail.as_bytes()].concat();
            if byte.is_ascii_alphanumeric() || TOKEN.contains(&byte) {
                assert_eq!(expect_delivered(w, request), "/h", "{byte:#x}");
            } else {
                expect_page(w, request, &INVALID_HEADER);
            }
        }
    });
}

#[test]
fn hdr_010_bytes_above_0x7f_are_taken_in_values() {
    served(|w| {
        let head = w.get("/h");
        let head = &head.as_bytes()[..head.len() - 2];
        for byte in 0x80..=0xFF {
            let request = [head, b"N: a", &[byte], b"b\r\n\r\n"].concat();
            assert_eq!(expect_delivered(w, request), "/h", "{byte:#x}");
        }
    });
}

#[test]
fn hdr_005_hdr_006_empty_values_are_taken() {
    served(|w| {
        for line in ["Accept:", "Custom:", "Accept: ", "Custom:\t", "a:b"] {
            let request = w.request("GET", "/h", &format!("{line}\r\n"));
            assert_eq!(expect_delivered(w, request), "/h", "{line:?}");
        }
    });
}

#[test]
fn a_request_cut_at_any_byte_is_taken_when_the_rest_comes() {
    served(|w| {
        let request = w.request("POST", "/cut?x", "Content-Length: 3\r\nA: b\r\n") + "abc";
        for at in 1..request.len() {
            let mut client = w.connect();
            client.send(&request[..at]);
            client.send(&request[at..]);
            assert_eq!(client.read_response().body, b"/cut?x", "cut at {at}");
        }
    });
}

#[test]
fn a_request_cut_at_any_byte_and_ended_disturbs_nobody() {
    served(|w| {
        let request = w.request("GET", "/cut", "A: b\r\n");
        for at in 0..request.len() {
            let mut client = w.connect();
            client.send(&request[..at]);
            client.finish();
            // No answer, or one that says that this is no request.
            let answer = client.read_until_gone();
            assert!(
                answer.is_empty() || answer.starts_with(b"HTTP/1.1 400 "),
                "cut at {at}"
            );
        }
        assert_eq!(expect_delivered(w, w.get("/well")), "/well");
    });
}

#[test]
fn a_line_of_nothing_but_blanks_is_bad() {
    served(|w| expect_page(w, w.request("GET", "/", "A: b\r\n \r\n"), &BAD_REQUEST));
}
