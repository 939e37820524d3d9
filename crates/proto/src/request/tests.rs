//! Tests of the request line, the limits and the order of faults, as tables of raw bytes.
//!
//! Owns: PRS and LIM rows and the gaps about parsing. Does not own: fields (`tests_fields`), splits
//! (`tests_split`). Invariant: deterministic. Threading: none.

use super::*;
use crate::Parameters;

/// Parses in one call.
pub(super) fn parse(input: &[u8]) -> (RequestHead, Parsed) {
    let mut head = RequestHead::new();
    let parsed = parse_head(&mut head, input, 0, &Parameters::default());
    (head, parsed)
}

/// The head of a request that has to be accepted whole.
#[track_caller]
pub(super) fn accepted(input: &[u8]) -> RequestHead {
    let (head, parsed) = parse(input);
    assert_eq!(
        parsed,
        Parsed::Complete {
            consumed: input.len()
        },
        "{}",
        show(input)
    );
    head
}

#[track_caller]
pub(super) fn rejected(input: &[u8], reject: Reject) {
    assert_eq!(parse(input).1, Parsed::Reject(reject), "{}", show(input));
}

pub(super) fn show(input: &[u8]) -> String {
    input
        .iter()
        .take(200)
        .map(|b| b.escape_ascii().to_string())
        .collect()
}

/// A request with this request line and a Host field.
fn with_line(line: &[u8]) -> Vec<u8> {
    [line, b"\r\nHost: a\r\n\r\n"].concat()
}

#[test]
fn a_plain_request() {
    let input = b"GET /foobar?a=b HTTP/1.1\r\nHost: localhost:50000\r\nX-Y: z\r\n\r\n";
    let head = accepted(input);
    assert_eq!(head.verb(), Verb::Get);
    assert_eq!(head.verb_text(), b"GET");
    assert_eq!(head.raw_url(), b"/foobar?a=b");
    assert_eq!(head.target(), Target::Origin(b"/foobar?a=b"));
    assert_eq!(head.version(), Version::HTTP_1_1);
    assert_eq!(head.host(), b"localhost:50000");
    assert_eq!(head.framing(), Framing::None);
    assert!(!head.close() && !head.expects_continue());
    assert_eq!(head.head_len(), input.len());
    assert_eq!(
        head.unknown().collect::<Vec<_>>(),
        [(&b"X-Y"[..], &b"z"[..])]
    );
}

#[test]
fn prs_001_004_one_token_is_answered_at_once() {
    for line in [
        &b"NoSpaces\r\n"[..],
        b"foo\r\n",
        b"foo\n",
        b"get\r\n",
        b" \r\n",
        b"\t\r\n",
    ] {
        rejected(line, Reject::InvalidVerb);
    }
}

#[test]
fn prs_002_003_number_of_parts() {
    let lines: [&[u8]; 14] = [
        b"Two Spaces",
        b"Lots Of Extra Spaces",
        b"GET /",
        b"GET / ",
        b"GET /   ",
        b"GET  / HTTP/1.1",
        b"GET   HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b"GET /  HTTP/1.1 ",
        b"GET /  HTTP/1.1  x",
        b"GET / \tHTTP/1.1",
        b"GET /  HTTP/ 1.1",
        b"GET / HTTP/1.1 x",
        b"GET /path with HTTP/1.1",
    ];
    for line in lines {
        let expected = if line.starts_with(b"Lots") {
            Reject::InvalidUrl
        } else {
            Reject::BadRequest
        };
        rejected(&[line, b"\r\n"].concat(), expected);
    }
}

#[test]
fn prs_029_blanks_in_front_of_the_version_do_not_count() {
    for (front, version, url) in [
        ("GET /", "HTTP/1.1", "/"),
        ("GET /a?b=c", "HTTP/1.1", "/a?b=c"),
        ("GET http://a/x", "HTTP/1.1", "http://a/x"),
        ("GET /", "HTTP/1.0", "/"),
        ("OPTIONS *", "HTTP/1.9", "*"),
        ("PATCH /", "HTTP/1.1", "/"),
    ] {
        for blanks in [1, 2, 3, 9, 1000] {
            let input = format!("{front}{}{version}\r\nHost: a\r\n\r\n", " ".repeat(blanks));
            let head = accepted(input.as_bytes());
            assert_eq!(head.raw_url(), url.as_bytes());
            assert_eq!(head.head_len(), input.len());
            let lf = input.replacen("\r\n", "\n", 1);
            assert_eq!(accepted(lf.as_bytes()).version(), head.version());
        }
    }
    rejected(b"GET /  HTTP/2.0\r\n", Reject::VersionNotSupported);
}

#[test]
fn prs_005_to_008_versions_that_are_no_version() {
    let versions: [&[u8]; 20] = [
        b"http/1.1",
        b"HTTP/0.1",
        b"HTTP/0.9",
        b"HTTP/1.1.1",
        b"HTTP/aaa",
        b"12345678",
        b"HTTP/1.\0",
        b"\0",
        b"HTTP/1",
        b"HTTP/1.",
        b"HTTP/.1",
        b"HTTP/",
        b"HTTP/1,1",
        b"HTTP/01.1",
        b"HTTP/1.01",
        b"HTTP/+1.1",
        b"HTTP/1.-1",
        b"HTTP/65536.1",
        b"HTTP/1.99999999999",
        b"HTTP/1.1\t",
    ];
    for version in versions {
        rejected(&[b"GET / ", version, b"\r\n"].concat(), Reject::BadRequest);
    }
}

#[test]
fn prs_009_err_016_major_above_1() {
    for version in ["2.0", "2.2", "3.0", "10.0", "65535.65535"] {
        let line = format!("GET / HTTP/{version}\r\n");
        rejected(line.as_bytes(), Reject::VersionNotSupported);
    }
    rejected(
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        Reject::VersionNotSupported,
    );
}

#[test]
fn prs_010_minor_is_reported_as_sent() {
    for minor in 0..=9 {
        let head = accepted(&with_line(format!("GET / HTTP/1.{minor}").as_bytes()));
        assert_eq!(head.version(), Version { major: 1, minor });
        assert_eq!(head.close(), minor == 0);
    }
}

#[test]
fn prs_012_013_verb_characters() {
    for byte in (0..=255u8).filter(|b| !crate::scan::is_token(*b)) {
        rejected(
            &[&[byte][..], b" / HTTP/1.1\r\n\r\n\r\n\r\n\r\n"].concat(),
            Reject::InvalidVerb,
        );
        if byte != b' ' {
            rejected(
                &[b"GE", &[byte][..], b"T / HTTP/1.1\r\n"].concat(),
                Reject::InvalidVerb,
            );
        }
    }
}

#[test]
fn prs_014_to_016_unknown_verbs_keep_their_text() {
    for verb in ["xyzzy", "PATCH", "NOSUCH", "CUstomMETHOD", "get"] {
        let head = accepted(&with_line(format!("{verb} / HTTP/1.1").as_bytes()));
        assert_eq!(head.verb(), Verb::Unknown);
        assert_eq!(head.verb_text(), verb.as_bytes());
    }
}

#[test]
fn g_018_longest_verb() {
    let line = |n: usize| with_line(&[&vec![b'A'; n][..], b" / HTTP/1.1"].concat());
    assert_eq!(accepted(&line(255)).verb_text().len(), 255);
    rejected(&line(256), Reject::InvalidVerb);
    rejected(&[b'A'; 256], Reject::InvalidVerb);
    assert_eq!(parse(&[b'A'; 255]).1, Parsed::Partial);
}

#[test]
fn g_099_tls_client_hello_is_an_invalid_verb() {
    let (head, parsed) = parse(b"\x16\x03\x01\x02\x00\x01\x00\x01");
    assert_eq!(parsed, Parsed::Reject(Reject::InvalidVerb));
    assert_eq!(head.verb(), Verb::Invalid);
}

#[test]
fn prs_019_asterisk_form() {
    let head = accepted(&with_line(b"OPTIONS * HTTP/1.1"));
    assert_eq!(head.target(), Target::Asterisk);
    assert_eq!(head.raw_url(), b"*");
    rejected(&with_line(b"GET * HTTP/1.1"), Reject::InvalidUrl);
    rejected(&with_line(b"OPTIONS ** HTTP/1.1"), Reject::InvalidUrl);
}

#[test]
fn prs_020_connect_is_refused() {
    rejected(b"CONNECT a:443 HTTP/1.1\r\n", Reject::BadRequest);
    rejected(b"CONNECT / HTTP/1.1\r\n", Reject::BadRequest);
    let (head, _) = parse(b"CONNECT a:443 HTTP/1.1\r\n");
    assert_eq!(head.target(), Target::Authority(b"a:443"));
}

#[test]
fn prs_021_022_absolute_form() {
    let head = accepted(b"GET http://localhost:50000/ HTTP/1.1\r\nHost: ignored\r\n\r\n");
    assert_eq!(head.host(), b"localhost:50000");
    assert_eq!(head.raw_url().len(), 23);
    assert_eq!(head.known(request_id::HOST), Some(&b"ignored"[..]));
    let parts = |https, authority, path_and_query| Target::Absolute {
        https,
        authority,
        path_and_query,
    };
    assert_eq!(head.target(), parts(false, b"localhost:50000", b"/"));
    let table: [(&[u8], Target<'_>); 4] = [
        (b"http://localhost:5", parts(false, b"localhost:5", b"")),
        (b"HTTPS://a.b/c/d?e://f", parts(true, b"a.b", b"/c/d?e://f")),
        (b"http://[::1]:80/x", parts(false, b"[::1]:80", b"/x")),
        (b"http://a:/x", parts(false, b"a:", b"/x")),
    ];
    for (target, expected) in table {
        let head = accepted(&with_line(&[b"GET ", target, b" HTTP/1.1"].concat()));
        assert_eq!(head.target(), expected);
    }
}

#[test]
fn prs_021_absolute_form_needs_a_host_line_from_1_1_on_whatever_it_says() {
    rejected(b"GET http://a/ HTTP/1.1\r\n\r\n", Reject::InvalidHostname);
    assert_eq!(accepted(b"GET http://a/ HTTP/1.0\r\n\r\n").host(), b"a");
    for host in [
        "",
        " ",
        "a b",
        "a:x",
        "a:99999",
        "[::1",
        "user@b",
        "[::ffff:1.2.3.4]",
        ":80",
    ] {
        for version in ["1.0", "1.1"] {
            let head = format!("GET http://a/ HTTP/{version}\r\nHost: {host}\r\n\r\n");
            assert_eq!(accepted(head.as_bytes()).host(), b"a");
        }
        let asterisk = format!("OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n");
        if !host.trim().is_empty() {
            rejected(asterisk.as_bytes(), Reject::InvalidHostname);
        }
    }
    let twice = b"GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n";
    rejected(twice, Reject::InvalidHostname);
}

#[test]
fn prs_023_024_g_025_targets_of_no_form() {
    let targets: [&[u8]; 21] = [
        b"http://localhost:5?query=value/1/2",
        b"http://ab?cd/path",
        b"http://",
        b"http:///path",
        b"http://?",
        b"http:/a",
        b"http:",
        b"http://user@host/",
        b"http://user:pw@host/",
        b"http://a b",
        b"http://a:b/",
        b"http://a:65536/",
        b"http://a:80:80/",
        b"http://[::1/",
        b"http://*/",
        b"http://a\\b/",
        b"ftp://a/",
        b"path",
        b"?query",
        b"a:443",
        b"\\path",
    ];
    for target in targets {
        let mut line = [b"GET ", target, b" HTTP/1.1\r\n"].concat();
        if target == b"http://a b" {
            line = b"GET http://a\x7Fb HTTP/1.1\r\n".to_vec();
        }
        rejected(&line, Reject::InvalidUrl);
    }
}

#[test]
fn g_027_pth_002_controls_and_fragments_in_the_target() {
    let bad = (0..=0x1F)
        .chain([0x7F, b'#'])
        .filter(|b| *b != b'\r' && *b != b'\n');
    for byte in bad {
        rejected(
            &[b"GET /a", &[byte][..], b"b HTTP/1.1\r\n"].concat(),
            Reject::InvalidUrl,
        );
    }
    for byte in (0x21..=0xFF).filter(|b| *b != 0x7F && *b != b'#') {
        let line = [b"GET /a", &[byte][..], b"b HTTP/1.1"].concat();
        assert_eq!(
            accepted(&with_line(&line)).raw_url(),
            [b'/', b'a', byte, b'b']
        );
    }
}

#[test]
fn g_019_tab_is_no_separator() {
    rejected(b"GET\t/ HTTP/1.1\r\n", Reject::InvalidVerb);
    rejected(b"GET /\tHTTP/1.1\r\n", Reject::BadRequest);
}

#[test]
fn prs_025_026_line_ends() {
    let head = accepted(b"GET / HTTP/1.1\nHost: a\nX: y\n\n");
    assert_eq!((head.host(), head.unknown_len()), (&b"a"[..], 1));
    accepted(b"GET / HTTP/1.1\r\nHost: a\n\r\n");
    let bare: [&[u8]; 7] = [
        b"GET / HTTP/1.1\rHost: a\r\r",
        b"GET / HTTP/1.1\r\rHost: a\r\n",
        b"GET /\r HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: a\rX: y\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX\r: y\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\r\n",
    ];
    for input in bare {
        rejected(input, Reject::BadRequest);
    }
}

#[test]
fn g_017_empty_lines_in_front_are_skipped() {
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let input = [b"\r\n\n\r\n\r\n", &request[..]].concat();
    let head = accepted(&input);
    assert_eq!(head.head_len(), request.len());
    assert_eq!(head.host(), b"a");
    rejected(
        b"\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n",
        Reject::InvalidVerb,
    );
    assert_eq!(parse(b"\r\n\r").1, Parsed::Partial);
    rejected(b"\rGET / HTTP/1.1\r\n", Reject::InvalidVerb);
}

#[test]
fn g_009_order_of_faults() {
    let table: [(&[u8], Reject); 12] = [
        (b"G@T /# HTTP/9\r\n", Reject::InvalidVerb),
        (b"GET /# HTTP/9\r\n", Reject::InvalidUrl),
        (b"GET / HTTP/9\r\n@: x\r\n", Reject::BadRequest),
        (b"GET / HTTP/3.0\r\n@: x\r\n", Reject::VersionNotSupported),
        (
            b"GET / HTTP/1.1\r\n@: x\r\nno colon\r\n",
            Reject::InvalidHeader,
        ),
        (
            b"GET / HTTP/1.1\r\nno-colon\r\n@: x\r\n",
            Reject::BadRequest,
        ),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: x\r\nContent-Length: y\r\n\r\n",
            Reject::TransferEncoding,
        ),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: x\r\n\r\n",
            Reject::TransferEncoding,
        ),
        (b"POST / HTTP/1.1\r\n\r\n", Reject::LengthRequired),
        (
            b"POST / HTTP/1.1\r\nContent-Length: y\r\n\r\n",
            Reject::BadRequest,
        ),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
            Reject::InvalidHostname,
        ),
        (
            b"GET / HTTP/1.1\r\nHost: /\r\nno-colon\r\n",
            Reject::BadRequest,
        ),
    ];
    for (input, reject) in table {
        rejected(input, reject);
    }
}

#[test]
fn log_002_a_rejected_head_keeps_what_was_read() {
    let (head, _) = parse(b"GET /x HTTP/9\r\n");
    assert_eq!(
        (head.verb_text(), head.raw_url()),
        (&b"GET"[..], &b"/x"[..])
    );
    let (head, _) = parse(b"PUT /x HTTP/1.1\r\nHost: a\r\nX: y\r\n@\r\n");
    assert_eq!(
        (head.verb(), head.raw_url(), head.host()),
        (Verb::Put, &b"/x"[..], &b"a"[..])
    );
    assert_eq!(head.unknown().collect::<Vec<_>>(), [(&b"X"[..], &b"y"[..])]);
}

/// A GET whose whole head has `total` bytes, filled up in the target.
fn get_of(total: usize) -> Vec<u8> {
    let rest = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".len();
    with_line(&[b"GET /", &vec![b'x'; total - rest][..], b" HTTP/1.1"].concat())
}

#[test]
fn lim_007_to_009_total_size() {
    accepted(&get_of(16_383));
    rejected(&get_of(16_384), Reject::RequestTooLong);
    rejected(&get_of(16_384)[..16_384], Reject::RequestTooLong);
    assert_eq!(parse(&get_of(16_384)[..16_383]).1, Parsed::Partial);
    let p = Parameters {
        max_request_bytes: 256,
        ..Parameters::default()
    };
    let mut head = RequestHead::new();
    assert_eq!(
        parse_head(&mut head, &get_of(255), 0, &p),
        Parsed::Complete { consumed: 255 }
    );
    assert_eq!(
        parse_head(&mut head, &get_of(256), 0, &p),
        Parsed::Reject(Reject::RequestTooLong)
    );
    // What follows the head does not count.
    let with_body = [get_of(16_383), vec![b'b'; 9_000]].concat();
    assert_eq!(parse(&with_body).1, Parsed::Complete { consumed: 16_383 });
}

#[test]
fn lim_010_g_008_err_010_url_that_fills_the_limit() {
    let get = |n: usize| with_line(&[b"GET /", &vec![b'x'; n - 1][..], b" HTTP/1.1"].concat());
    rejected(&get(16_379), Reject::RequestTooLong);
    rejected(&get(16_380), Reject::UrlTooLong);
    rejected(&get(60_000), Reject::UrlTooLong);
    let (head, _) = parse(&get(16_380));
    assert_eq!(head.verb(), Verb::Get);
}

#[test]
fn odd_parameters_and_arguments_do_not_panic() {
    let mut head = RequestHead::new();
    let input = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (max_request_bytes, max_field_length) in [(0, 0), (1, 1), (u32::MAX, 0), (20, u32::MAX)] {
        let p = Parameters {
            max_request_bytes,
            max_field_length,
            ..Parameters::default()
        };
        for seen in [0, 1, 5, 26, 27, 28, 1_000, usize::MAX] {
            for end in [0, 5, 18, 27] {
                let _ = parse_head(&mut head, &input[..end], seen, &p);
            }
        }
    }
}
