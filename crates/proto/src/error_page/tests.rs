//! Tests of the answers that HTTP.sys writes by itself: full bytes, lengths, digests.
//!
//! Owns: the digests and lengths that were recorded from real servers. Does not own: when an
//! answer is chosen. Invariant: no I/O, no clock. Threading: none.

use super::*;
use crate::h1::response::{ConnectionLine, Finish, write};

const DATE: &[u8; 29] = b"Sun, 06 Nov 1994 08:49:37 GMT";

const ALL: [(Reject, u16, usize); 17] = [
    (Reject::BadRequest, 400, 311),
    (Reject::InvalidHostname, 400, 334),
    (Reject::InvalidUrl, 400, 324),
    (Reject::InvalidVerb, 400, 326),
    (Reject::InvalidHeader, 400, 339),
    (Reject::FieldTooLong, 400, 342),
    (Reject::RequestTooLong, 400, 346),
    (Reject::UrlTooLong, 414, 329),
    (Reject::Forbidden, 403, 312),
    (Reject::NotFound, 404, 315),
    (Reject::LengthRequired, 411, 344),
    (Reject::TransferEncoding, 501, 343),
    (Reject::ServiceUnavailable, 503, 326),
    (Reject::VersionNotSupported, 505, 0),
    (Reject::EntityTooLarge, 413, 0),
    (Reject::PreconditionFailed, 412, 0),
    (Reject::InternalError, 500, 0),
];

/// The whole answer as it goes on the wire.
fn written(
    answer: fn(Reject, &mut ResponseParts, bool) -> PageBody,
    reject: Reject,
    server_header: bool,
) -> String {
    let mut parts = ResponseParts::new();
    let body = answer(reject, &mut parts, server_header).concat();
    let finish = Finish {
        connection: ConnectionLine::Close,
        content_length: Some(body.len() as u64),
        ..Finish::new(DATE)
    };
    let mut text = write(&mut parts, &finish);
    text.push_body(body.as_bytes());
    String::from_utf8(text.into_bytes().to_vec()).unwrap()
}

fn response(reject: Reject) -> (String, String) {
    let text = written(Reject::respond, reject, true);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[test]
fn err_001_whole_answer() {
    let expected = "HTTP/1.1 404 Not Found\r\n\
        Content-Type: text/html; charset=us-ascii\r\n\
        Server: Microsoft-HTTPAPI/2.0\r\n\
        Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
        Connection: close\r\n\
        Content-Length: 315\r\n\
        \r\n\
        <!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\
        \"http://www.w3.org/TR/html4/strict.dtd\">\r\n\
        <HTML><HEAD><TITLE>Not Found</TITLE>\r\n\
        <META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n\
        <BODY><h2>Not Found</h2>\r\n\
        <hr><p>HTTP Error 404. The requested resource is not found.</p>\r\n\
        </BODY></HTML>\r\n";
    assert_eq!(written(Reject::respond, Reject::NotFound, true), expected);
}

#[test]
fn err_003_to_015_body_lengths() {
    for (reject, status, length) in ALL {
        let (head, body) = response(reject);
        assert_eq!(reject.status(), status);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        assert!(
            head.ends_with(&format!("Content-Length: {}", body.len())),
            "{head}"
        );
        assert!(
            body.contains(&format!("<hr><p>HTTP Error {status}. ")),
            "{body}"
        );
        if length != 0 {
            assert_eq!(body.len(), length, "{reject:?}");
        }
    }
}

#[test]
fn err_005_009_010_bodies_have_the_digests_of_a_real_server() {
    let table = [
        (Reject::InvalidUrl, "93b17548f8f23ad8a33060f706baca1d"),
        (Reject::RequestTooLong, "c7f13b90b073178b4091022c635b337f"),
        (Reject::UrlTooLong, "13f39bc2608363e208ba9494d5d6379c"),
    ];
    for (reject, digest) in table {
        assert_eq!(md5(response(reject).1.as_bytes()), digest);
    }
}

#[test]
fn err_010_reason_phrase_differs_from_the_title() {
    let (head, body) = response(Reject::UrlTooLong);
    assert!(head.starts_with("HTTP/1.1 414 Request-URI Too Long\r\n"));
    assert!(body.contains("<TITLE>Request URL Too Long</TITLE>"));
}

#[test]
fn err_011_title_and_heading_differ() {
    let (_, body) = response(Reject::Forbidden);
    assert!(body.contains("<TITLE>Forbidden</TITLE>"));
    assert!(body.contains("<h2>Forbidden URL</h2>"));
}

#[test]
fn err_016_reason_phrase() {
    let (head, _) = response(Reject::VersionNotSupported);
    assert!(head.starts_with("HTTP/1.1 505 HTTP Version Not Supported\r\n"));
}

#[test]
fn err_021_server_field_can_be_left_out() {
    let text = written(Reject::respond, Reject::BadRequest, false);
    assert!(!text.contains("Server:"));
    assert!(text.contains("charset=us-ascii\r\nDate: "));
}

#[test]
fn g_005_limited_answer_has_no_body() {
    let expected = "HTTP/1.1 503 Service Unavailable\r\nServer: Microsoft-HTTPAPI/2.0\r\n\
        Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let answer = written(Reject::respond_limited, Reject::ServiceUnavailable, true);
    assert_eq!(answer, expected);
}

#[test]
fn log_005_reasons() {
    assert_eq!(Reject::InvalidHostname.httperr_reason(), "Hostname");
    assert_eq!(Reject::VersionNotSupported.httperr_reason(), "Version_N/S");
    assert_eq!(Reject::TransferEncoding.httperr_reason(), "N/I");
    for (reject, ..) in ALL {
        assert!(!reject.httperr_reason().contains(' '));
    }
}

#[test]
fn md5_of_known_texts() {
    assert_eq!(md5(b""), "d41d8cd98f00b204e9800998ecf8427e");
    assert_eq!(md5(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
}

/// MD5 (RFC 1321) as hex digits: the recorded digests are of that kind.
fn md5(text: &[u8]) -> String {
    const SHIFTS: [[u32; 4]; 4] = [
        [7, 12, 17, 22],
        [5, 9, 14, 20],
        [4, 11, 16, 23],
        [6, 10, 15, 21],
    ];
    let mut padded = text.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(text.len() as u64 * 8).to_le_bytes());
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.chunks(64) {
        let word = |i: usize| u32::from_le_bytes(block[i * 4..i * 4 + 4].try_into().unwrap());
        let [mut a, mut b, mut c, mut d] = state;
        for i in 0..64 {
            let (f, g) = match i / 16 {
                0 => ((b & c) | (!b & d), i),
                1 => ((d & b) | (!d & c), (5 * i + 1) % 16),
                2 => (b ^ c ^ d, (3 * i + 5) % 16),
                _ => (c ^ (b | !d), (7 * i) % 16),
            };
            let constant = (((i + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
            let sum = a
                .wrapping_add(f)
                .wrapping_add(constant)
                .wrapping_add(word(g));
            let turned = b.wrapping_add(sum.rotate_left(SHIFTS[i / 16][i % 4]));
            (a, d, c, b) = (d, c, b, turned);
        }
        for (total, part) in state.iter_mut().zip([a, b, c, d]) {
            *total = total.wrapping_add(part);
        }
    }
    state
        .iter()
        .flat_map(|w| w.to_le_bytes())
        .map(|b| format!("{b:02x}"))
        .collect()
}
