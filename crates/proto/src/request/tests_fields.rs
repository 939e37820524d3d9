//! Tests of fields, body framing, host and persistence of a request head.
//!
//! Owns: ERR-022 to ERR-025, HDR, HST, BDY and CON rows that the head decides. Does not own: the
//! request line (`tests`). Invariant: deterministic. Threading: none.

use super::tests::{accepted, parse, rejected, show};
use super::*;
use crate::Parameters;
use crate::header::id;
use crate::test_support::Random;
use std::collections::BTreeSet;

/// A GET with a Host field and these field lines.
fn get(fields: &[u8]) -> Vec<u8> {
    [b"GET / HTTP/1.1\r\nHost: a\r\n", fields, b"\r\n\r\n"].concat()
}

fn unknown(head: &RequestHead) -> Vec<(String, String)> {
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    head.unknown()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn err_022_to_025_malformed_lines() {
    rejected(&get(b"NoValue"), Reject::BadRequest);
    rejected(&get(b":"), Reject::InvalidHeader);
    rejected(&get(b": x"), Reject::InvalidHeader);
    rejected(&get(b"\0:value"), Reject::InvalidHeader);
    rejected(&get(b"value:\0"), Reject::BadRequest);
}

#[test]
fn g_007_faults_are_reported_before_the_head_ends() {
    rejected(b"GET / HTTP/1.1\r\nNoValue\r\n", Reject::BadRequest);
    rejected(b"GET / HTTP/1.1\r\nA?: x", Reject::InvalidHeader);
    rejected(b"GET / HTTP/1.1\r\nA: b\x01", Reject::BadRequest);
}

#[test]
fn hdr_001_blanks_around_values_are_trimmed() {
    let head = accepted(&get(b"Qux: foo baz \r\nTab:\t\tx\ty\t \r\nAccept:  */* "));
    assert_eq!(
        unknown(&head),
        [pair("Qux", "foo baz"), pair("Tab", "x\ty")]
    );
    assert_eq!(head.known(request_id::ACCEPT), Some(&b"*/*"[..]));
}

#[test]
fn hdr_002_003_unknown_fields() {
    let head = accepted(&get(b"X-CaSe: V"));
    assert_eq!(unknown(&head), [pair("X-CaSe", "V")]);
    assert_eq!(accepted(&get(b"Accept: x")).unknown_len(), 0);
}

#[test]
fn hdr_004_to_006_absent_and_empty() {
    let head = accepted(&get(b"Cookie:\r\nReferer: \t \r\nCustom-Header:"));
    assert_eq!(head.known(request_id::COOKIE), Some(&b""[..]));
    assert_eq!(head.known(request_id::REFERER), Some(&b""[..]));
    assert_eq!(head.known(request_id::ACCEPT), None);
    assert_eq!(head.known(41), None);
    assert_eq!(head.known(usize::MAX), None);
    assert_eq!(unknown(&head), [pair("Custom-Header", "")]);
}

#[test]
fn hdr_007_009_repeated_fields_are_joined() {
    let fields =
        b"Accept: a\r\nX: 1\r\nCookie: k=v\r\nx: 2\r\nACCEPT:\r\nY: 3\r\nX:  4\r\naccept: c";
    let head = accepted(&get(fields));
    assert_eq!(head.known(request_id::ACCEPT), Some(&b"a, , c"[..]));
    assert_eq!(head.known(request_id::COOKIE), Some(&b"k=v"[..]));
    assert_eq!(unknown(&head), [pair("X", "1, 2, 4"), pair("Y", "3")]);
    assert_eq!(head.unknown_len(), 2);
}

#[test]
fn hdr_008_case_does_not_make_another_field() {
    let head = accepted(&get(
        b"CUSTOMHEADER: 1\r\nCUSTOMheaDER: 2\r\ncustomHEADER: 3",
    ));
    assert_eq!(unknown(&head), [pair("CUSTOMHEADER", "1, 2, 3")]);
}

#[test]
fn hdr_008_many_fields_are_joined_like_few() {
    let mut fields = String::new();
    for i in 0..60 {
        fields += &format!(
            "X-{}{}: {i}\r\n",
            if i % 2 == 0 { "a" } else { "A" },
            i % 20
        );
    }
    fields.truncate(fields.len() - 2);
    let found = unknown(&accepted(&get(fields.as_bytes())));
    let expected: Vec<_> = (0..20)
        .map(|i| {
            let name = format!("X-{}{i}", if i % 2 == 0 { "a" } else { "A" });
            (name, format!("{i}, {}, {}", i + 20, i + 40))
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn hdr_010_bytes_above_ascii_pass() {
    let head = accepted(&get(b"X: \xC3\xA9\xE1"));
    assert_eq!(head.unknown().next().unwrap().1, b"\xC3\xA9\xE1");
}

#[test]
fn hdr_011_g_012_g_013_names() {
    for byte in (0..=255u8).filter(|b| !matches!(*b, b':' | b'\r' | b'\n')) {
        let request = get(&[b"Na", &[byte][..], b"me: x"].concat());
        if crate::scan::is_token(byte) {
            accepted(&request);
        } else {
            rejected(&request, Reject::InvalidHeader);
        }
    }
    rejected(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", Reject::InvalidHeader);
}

#[test]
fn hdr_012_more_than_1000_fields() {
    let fields: Vec<String> = (0..1_500).map(|i| format!("a{i}:")).collect();
    let head = accepted(&get(fields.join("\r\n").as_bytes()));
    assert_eq!(head.unknown_len(), 1_500);
    assert_eq!(head.unknown().last().unwrap().0, b"a1499");
}

/// The table of names and the sort behind it agree with a look at each pair, also for names that are alike at both
/// ends and in length.
#[test]
fn hdr_007_repeated_names_are_found_among_any_number_of_fields() {
    let mut random = Random::new(7);
    for n in [1, 8, 9, 10, 40, 200, 450] {
        for kind in 0..6 {
            let name = |i: usize| match kind {
                0 => format!("name-{i}"),
                1 => format!("{i}"),
                2 => format!("beginning-{i:06}-and-the-end"),
                _ => format!("X-{:04}-Long-Enough", i * 7),
            };
            let mut names: Vec<String> = (0..n).map(name).collect();
            if kind > 3 && n > 1 {
                let (from, to) = (random.below(n), random.below(n));
                names[to] = names[from].to_ascii_uppercase();
            }
            let lines: Vec<String> = names.iter().map(|name| format!("{name}: 1")).collect();
            let head = accepted(&get(lines.join("\r\n").as_bytes()));
            let lower: BTreeSet<String> = names.iter().map(|n| n.to_lowercase()).collect();
            assert_eq!(head.unknown_len(), lower.len(), "{kind} {n}");
        }
    }
}

#[test]
fn g_014_controls_in_values() {
    for byte in (0..=255u8).filter(|b| !matches!(*b, b'\r' | b'\n')) {
        let request = get(&[b"X: a", &[byte][..], b"b"].concat());
        if byte == b'\t' || (byte >= 0x20 && byte != 0x7F) {
            accepted(&request);
        } else {
            rejected(&request, Reject::BadRequest);
        }
    }
}

#[test]
fn g_011_folded_lines() {
    rejected(&get(b"X: a\r\n b"), Reject::BadRequest);
    rejected(&get(b"X: a\r\n\tb: c"), Reject::BadRequest);
    rejected(&get(b"X: a\r\n \r\nY: b"), Reject::BadRequest);
}

/// Known, repeated and unknown fields alike; everything but blanks stays as it is.
#[test]
fn g_011_folded_lines_may_be_joined_with_one_blank_each() {
    let mut p = Parameters::default();
    p.choices.join_folded_fields = true;
    let request = get(
        b"Accept: a \t\r\n\t b\r\nX:\r\n  \n c  d\r\n \t\r\n e\r\nAccept: f\n g\n h\r\nY: z\r\n ",
    );
    let mut head = RequestHead::new();
    // Whole, and again from each place where it may break.
    for cut in 0..request.len() {
        let first = parse_head(&mut head, &request[..cut], 0, &p);
        assert_eq!(first, Parsed::Partial, "{cut}");
        let consumed = request.len();
        let parsed = parse_head(&mut head, &request, cut, &p);
        assert_eq!(parsed, Parsed::Complete { consumed }, "{cut}");
        assert_eq!(head.known(request_id::ACCEPT), Some(&b"a b, f g h"[..]));
        assert_eq!(unknown(&head), [pair("X", "c  d e"), pair("Y", "z")]);
    }
    // A length that a blank cuts in two is none.
    let length = get(b"Content-Length: 1\r\n 2");
    let parsed = parse_head(&mut head, &length, 0, &p);
    assert!(matches!(parsed, Parsed::Reject(_)), "{parsed:?}");
}

#[test]
fn prs_027_blanks_between_request_line_and_first_field() {
    let head = accepted(b"GET / HTTP/1.1\r\n \t\r\n \n\t Host: a\r\nX: y\r\n\r\n");
    assert_eq!((head.host(), head.unknown_len()), (&b"a"[..], 1));
    rejected(
        b"GET / HTTP/1.1\r\n \r\n\r\nHost: a\r\n\r\n",
        Reject::InvalidHostname,
    );
}

#[test]
fn lim_006_err_008_field_length() {
    let p = Parameters {
        max_field_length: 64,
        ..Parameters::default()
    };
    let mut head = RequestHead::new();
    let mut run = |input: &[u8]| parse_head(&mut head, input, 0, &p);
    let field = |n: usize| get(&[b"X:", &vec![b'v'; n - 2][..]].concat());
    assert_eq!(
        run(&field(64)),
        Parsed::Complete {
            consumed: field(64).len()
        }
    );
    assert_eq!(run(&field(65)), Parsed::Reject(Reject::FieldTooLong));
    let unfinished = &field(80)[..25 + 65];
    assert_eq!(run(unfinished), Parsed::Reject(Reject::FieldTooLong));
    let name = get(&[&[b'n'; 65][..], b": x"].concat());
    assert_eq!(run(&name), Parsed::Reject(Reject::FieldTooLong));
    let tabs = get(&[b"X:", &[b'\t'; 65][..]].concat());
    assert_eq!(run(&tabs), Parsed::Reject(Reject::FieldTooLong));
    let blanks = [b"GET / HTTP/1.1\r\n", &[b' '; 65][..]].concat();
    assert_eq!(run(&blanks), Parsed::Reject(Reject::FieldTooLong));
}

#[test]
fn hst_001_017_a_missing_host_is_refused_and_an_empty_one_left_to_routing() {
    rejected(b"GET / HTTP/1.1\r\n\r\n", Reject::InvalidHostname);
    rejected(b"GET / HTTP/1.5\r\n\r\n", Reject::InvalidHostname);
    for line in ["Host:", "Host: \t", "host:  "] {
        for version in ["1.0", "1.1", "1.5"] {
            let head = format!("GET / HTTP/{version}\r\n{line}\r\n\r\n");
            assert_eq!(accepted(head.as_bytes()).host(), b"");
        }
        let twice = format!("GET / HTTP/1.1\r\n{line}\r\n{line}\r\n\r\n");
        rejected(twice.as_bytes(), Reject::InvalidHostname);
    }
    // A port alone is not an empty host.
    for host in [":", ":80"] {
        let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        rejected(head.as_bytes(), Reject::InvalidHostname);
    }
}

#[test]
fn hst_016_addresses_of_ipv4_in_ipv6_are_no_hosts() {
    for host in [
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]:80",
        "[::FFFF:10.1.2.3]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::ffff:127.0.0.1%1]",
    ] {
        for version in ["1.0", "1.1"] {
            let head = format!("GET / HTTP/{version}\r\nHost: {host}\r\n\r\n");
            rejected(head.as_bytes(), Reject::InvalidHostname);
        }
        let head = format!("GET http://{host}/ HTTP/1.1\r\nHost: a\r\n\r\n");
        rejected(head.as_bytes(), Reject::InvalidUrl);
    }
    for host in [
        "[::]",
        "[::127.0.0.1]",
        "[::fffe:7f00:1]",
        "[64:ff9b::7f00:1]",
    ] {
        let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(accepted(head.as_bytes()).host(), host.as_bytes());
    }
}

#[test]
fn g_015_host_in_1_0_and_two_hosts() {
    assert_eq!(accepted(b"GET / HTTP/1.0\r\n\r\n").host(), b"");
    assert_eq!(accepted(b"GET / HTTP/1.0\r\nHost:\r\n\r\n").host(), b"");
    assert_eq!(accepted(b"GET / HTTP/1.0\r\nHost: a\r\n\r\n").host(), b"a");
    rejected(&get(b"Host: a"), Reject::InvalidHostname);
    rejected(&get(b"X: y\r\nhost: b"), Reject::InvalidHostname);
    rejected(
        b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
        Reject::InvalidHostname,
    );
}

#[test]
fn g_016_host_syntax() {
    let with_host = |host: &[u8]| [b"GET / HTTP/1.1\r\nHost: ", host, b"\r\n\r\n"].concat();
    let valid: [&[u8]; 13] = [
        b"localhost",
        b"a:80",
        b"a:",
        b"A.b-c_d~e:65535",
        b"127.0.0.1:1",
        b"[::1]",
        b"[::1]:80",
        b"[fe80::1%4]:80",
        b"[fe80::1%eth0]",
        b"b\xC3\xBCcher.example",
        b"xn--bcher-kva.example",
        b"a.",
        b"_x",
    ];
    for host in valid {
        assert_eq!(accepted(&with_host(host)).host(), host);
    }
    let invalid: [&[u8]; 26] = [
        b"a/b",
        b"a\\b",
        b"a?b",
        b"a#b",
        b"u@a",
        b"a b",
        b"a,b",
        b"a;b",
        b"+",
        b"*",
        b"+:80",
        b"a:b",
        b"a:65536",
        b"a:99999999999999999999",
        b"a:1:2",
        b":80",
        b"[",
        b"[]",
        b"[::1",
        b"[::1]x",
        b"[::1]:x",
        b"[1.2.3.4]",
        b"[fe80::1%]",
        b"::1",
        b"a%20b",
        b"\xE1",
    ];
    for host in invalid {
        rejected(&with_host(host), Reject::InvalidHostname);
    }
}

#[test]
fn con_008_to_011_persistence() {
    let table: [(&[u8], bool); 20] = [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", false),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            true,
        ),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive, CLOSE\r\n\r\n",
            true,
        ),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n",
            true,
        ),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n",
            false,
        ),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
            false,
        ),
        (b"GET / HTTP/1.0\r\n\r\n", true),
        (b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", false),
        (b"GET / HTTP/1.0\r\nConnection: KEEP-ALIVE\r\n\r\n", false),
        (
            b"GET / HTTP/1.0\r\nConnection: x,\tkeep-alive ,\r\n\r\n",
            false,
        ),
        (
            b"GET / HTTP/1.0\r\nConnection: x\r\nConnection: keep-alive\r\n\r\n",
            false,
        ),
        (b"GET / HTTP/1.0\r\nConnection: keep-alives\r\n\r\n", true),
        (
            b"GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n",
            true,
        ),
        (
            b"GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
            true,
        ),
        (b"GET / HTTP/1.0\r\nKeep-Alive: timeout=5\r\n\r\n", true),
        (
            b"GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n",
            true,
        ),
        (
            b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n",
            false,
        ),
        (b"PATCH / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false),
        (b"PUT / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true),
        // G-021.
        (
            b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n",
            true,
        ),
    ];
    for (input, close) in table {
        assert_eq!(accepted(input).close(), close, "{}", show(input));
    }
}

/// Framing of a request with this verb and these field lines.
fn framing(verb: &str, fields: &str) -> Result<(Framing, bool), Reject> {
    let input = format!("{verb} / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
    match parse(input.as_bytes()) {
        (head, Parsed::Complete { .. }) => Ok((head.framing(), head.close())),
        (_, Parsed::Reject(reject)) => Err(reject),
        (_, Parsed::Partial) => panic!("{input} is complete"),
    }
}

#[test]
fn bdy_001_to_004_err_013_bodies_by_verb() {
    for verb in ["POST", "PUT"] {
        assert_eq!(framing(verb, ""), Err(Reject::LengthRequired));
        assert_eq!(
            framing(verb, "Content-Length: 0\r\n"),
            Ok((Framing::Length(0), false))
        );
    }
    for verb in ["GET", "HEAD", "DELETE", "PATCH", "custom", "post"] {
        assert_eq!(framing(verb, ""), Ok((Framing::None, false)));
        assert_eq!(
            framing(verb, "Content-Length: 4\r\n"),
            Ok((Framing::Length(4), false))
        );
    }
    assert_eq!(
        accepted(b"POST / HTTP/1.0\r\n\r\n").framing(),
        Framing::None
    );
}

#[test]
fn bdy_005_to_008_length_values() {
    let table = [
        ("9223372036854775807", Some(i64::MAX as u64)),
        ("9223372036854775808", Some(1 << 63)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551615 ", Some(u64::MAX)),
        ("007", Some(7)),
        ("18446744073709551616", None),
        ("99999999999999999999999", None),
        ("-10", None),
        ("-9223372036854775809", None),
        ("+1", None),
        ("0x1", None),
        ("1 2", None),
        ("1,1", None),
        ("", None),
    ];
    for (text, expected) in table {
        let found = framing("POST", &format!("Content-Length: {text}\r\n"));
        let expected = expected
            .map(|n| (Framing::Length(n), false))
            .ok_or(Reject::BadRequest);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn bdy_009_010_two_lengths() {
    let two = |a, b| format!("Content-Length: {a}\r\nContent-Length: {b}\r\n");
    assert_eq!(framing("POST", &two("1", "2")), Err(Reject::BadRequest));
    assert_eq!(framing("POST", &two("1", "x")), Err(Reject::BadRequest));
    assert_eq!(
        framing("POST", &two("1", "1")),
        Ok((Framing::Length(1), false))
    );
    let head = accepted(&get(b"Content-Length: 1\r\nContent-Length: 1"));
    assert_eq!(head.known(id::CONTENT_LENGTH), Some(&b"1"[..]));
}

#[test]
fn bdy_011_to_014_g_020_transfer_encodings() {
    let table = [
        ("chunked", true),
        ("CHUNKED", true),
        ("\tchunked ", true),
        ("chunked,", true),
        (", chunked ,,", true),
        ("gzip, chunked", true),
        ("garbage", false),
        ("", false),
        (",", false),
        ("identity", false),
        ("identity, chunked", false),
        ("chunked, gzip", false),
        ("chunked, chunked", false),
        ("chunked;q=1", false),
        ("xchunked", false),
        ("chunked\x0B", false),
    ];
    for (text, ok) in table {
        for verb in ["GET", "POST"] {
            let found = framing(verb, &format!("Transfer-Encoding: {text}\r\n"));
            if text.contains('\x0B') {
                assert_eq!(found, Err(Reject::BadRequest)); // G-014 comes first
                continue;
            }
            let expected = if ok {
                Ok((Framing::Chunked, false))
            } else {
                Err(Reject::TransferEncoding)
            };
            assert_eq!(found, expected, "{text}");
        }
    }
}

#[test]
fn bdy_012_013_two_transfer_encoding_lines() {
    let line = |coding| format!("Transfer-Encoding: {coding}\r\n");
    let two = |a, b| framing("POST", &[line(a), line(b)].concat());
    assert_eq!(two("chunked", "chunked"), Err(Reject::TransferEncoding));
    assert_eq!(two("gzip", "chunked"), Ok((Framing::Chunked, false)));
    assert_eq!(two("chunked", "gzip"), Err(Reject::TransferEncoding));
    let head = accepted(&get(
        b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
    ));
    assert_eq!(
        head.known(id::TRANSFER_ENCODING),
        Some(&b"gzip, chunked"[..])
    );
}

#[test]
fn bdy_015_016_length_together_with_chunked() {
    let (te, cl) = ("Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n");
    for fields in [[te, cl].concat(), [cl, te].concat()] {
        assert_eq!(framing("POST", &fields), Ok((Framing::Chunked, true)));
    }
    let head = accepted(&get(b"Content-Length: 5\r\nTransfer-Encoding: chunked"));
    assert_eq!(head.known(id::CONTENT_LENGTH), Some(&b"5"[..]));
    let bad = [te, "Content-Length: x\r\n"].concat();
    assert_eq!(framing("POST", &bad), Err(Reject::BadRequest));
}

#[test]
fn g_021_chunked_in_1_0_is_honoured_and_closes() {
    let head = accepted(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!((head.framing(), head.close()), (Framing::Chunked, true));
}

#[test]
fn bdy_021_g_042_expectations() {
    assert!(accepted(&get(b"Expect: 100-continue")).expects_continue());
    assert!(accepted(&get(b"expect:  100-Continue ")).expects_continue());
    assert!(!accepted(&get(b"Expect: something")).expects_continue());
    assert!(!accepted(b"GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue());
}
