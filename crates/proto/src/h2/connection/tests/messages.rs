//! RFC 9113 section 8: requests, their fields, and what is malformed.

use super::check;
use super::peer::*;
use crate::error_page::Reject;
use crate::h2::{FieldSection, RequestSection};
use crate::{Framing, Parameters, RequestHead, Version};

/// Malformed requests: a stream error, and nothing is told of them.
fn check_malformed(cases: Vec<(&'static str, Vec<u8>)>) {
    let cases = cases.into_iter();
    check(
        cases
            .map(|(name, input)| (name, vec![input], "", "RST 1 PROTOCOL_ERROR"))
            .collect(),
    );
}

/// A GET whose last field is given as bytes.
fn get_raw(name: &[u8], value: &[u8]) -> Vec<u8> {
    let fields = [block(&GET_FIELDS), raw_block(&[(name, value)])].concat();
    frame(HEADERS, ES | EH, 1, &fields)
}

#[test]
fn rfc_9113_8_1_trailers() {
    let open = "request 1 POST /";
    let bad = "request 1 POST /; ended 1 Trailers";
    let rst = "RST 1 PROTOCOL_ERROR";
    check(vec![
        (
            "behind content",
            vec![
                post(1),
                data(1, 0, b"x"),
                headers(1, ES, &[("t", "1"), ("s", "2"), ("t", "3")]),
            ],
            "request 1 POST /; content 1; trailers 1 t=1 s=2 t=3",
            "",
        ),
        (
            "without content",
            vec![post(1), headers(1, ES, &[("t", "1")])],
            "request 1 POST /; trailers 1 t=1",
            "",
        ),
        (
            "none of them",
            vec![post(1), frame(HEADERS, ES | EH, 1, b"")],
            "request 1 POST /; trailers 1 ",
            "",
        ),
        (
            "without END_STREAM",
            vec![post(1), headers(1, 0, &[("t", "1")])],
            bad,
            rst,
        ),
        (
            "pseudo-fields",
            vec![post(1), headers(1, ES, &[(":path", "/evil")])],
            bad,
            rst,
        ),
        (
            "a pseudo-field at the end",
            vec![post(1), headers(1, ES, &[("t", "1"), (":status", "200")])],
            bad,
            rst,
        ),
        (
            "capital letters",
            vec![post(1), headers(1, ES, &[("T", "1")])],
            "request 1 POST /; ended 1 FieldName",
            rst,
        ),
        (
            "connection-specific",
            vec![post(1), headers(1, ES, &[("connection", "close")])],
            "request 1 POST /; ended 1 ConnectionField",
            rst,
        ),
        (
            "before the content is complete",
            vec![
                post_of(1, "5"),
                data(1, 0, b"1234"),
                headers(1, ES, &[("t", "1")]),
            ],
            "request 1 POST /; content 1; ended 1 ContentLength",
            rst,
        ),
        (
            "behind the content that was announced",
            vec![
                post_of(1, "5"),
                data(1, 0, b"12345"),
                headers(1, ES, &[("t", "1")]),
            ],
            "request 1 POST /; content 1; trailers 1 t=1",
            "",
        ),
        ("nothing else", vec![post(1)], open, ""),
    ]);
}

#[test]
fn rfc_9113_8_1_1_content_length() {
    let rst = "RST 1 PROTOCOL_ERROR";
    let bad = "request 1 POST /; ended 1 ContentLength";
    let late = "request 1 POST /; content 1; ended 1 ContentLength";
    check(vec![
        (
            "as announced",
            vec![post_of(1, "5"), data(1, ES, b"12345")],
            "request 1 POST /; content 1",
            "",
        ),
        (
            "in pieces",
            vec![
                post_of(1, "5"),
                data(1, 0, b"12"),
                data(1, 0, b"345"),
                data(1, ES, b""),
            ],
            "request 1 POST /; content 1",
            "",
        ),
        (
            "0",
            vec![post_of(1, "0"), data(1, ES, b"")],
            "request 1 POST /; content 1",
            "",
        ),
        (
            "padding does not count",
            vec![post_of(1, "2"), data(1, ES | PADDED, b"\x02ab\0\0")],
            "request 1 POST /; content 1",
            "",
        ),
        (
            "too much",
            vec![post_of(1, "5"), data(1, 0, b"123456")],
            bad,
            rst,
        ),
        (
            "too much later",
            vec![post_of(1, "5"), data(1, 0, b"12345"), data(1, 0, b"6")],
            late,
            rst,
        ),
        (
            "too much in the last frame",
            vec![post_of(1, "5"), data(1, ES, b"123456")],
            bad,
            rst,
        ),
        (
            "too little",
            vec![post_of(1, "5"), data(1, ES, b"1234")],
            bad,
            rst,
        ),
        (
            "too little, empty end",
            vec![post_of(1, "5"), data(1, 0, b"1234"), data(1, ES, b"")],
            late,
            rst,
        ),
    ]);
}

#[test]
fn rfc_9113_8_1_1_content_length_as_a_number() {
    let rst = "RST 1 PROTOCOL_ERROR";
    let with = |value| get_with(&[("content-length", value)]);
    check(vec![
        ("END_STREAM on HEADERS", vec![with("5")], "", rst),
        (
            "0 with END_STREAM on HEADERS",
            vec![with("0")],
            "request 1 GET / end",
            "",
        ),
        (
            "twice the same",
            vec![get_with(&[
                ("content-length", "0"),
                ("content-length", "00"),
            ])],
            "request 1 GET / end",
            "",
        ),
        (
            "twice, and not the same, the second fits",
            vec![get_with(&[
                ("content-length", "1"),
                ("content-length", "0"),
            ])],
            "",
            rst,
        ),
        (
            "twice, and not the same",
            vec![get_with(&[
                ("content-length", "0"),
                ("content-length", "1"),
            ])],
            "",
            rst,
        ),
        ("no number", vec![with("x")], "", rst),
        ("a sign", vec![with("+0")], "", rst),
        ("a list", vec![with("0, 0")], "", rst),
        ("nothing", vec![with("")], "", rst),
        (
            "more than 64 bits",
            vec![post_of(1, "18446744073709551616")],
            "",
            rst,
        ),
        (
            "64 bits",
            vec![post_of(1, "18446744073709551615")],
            "request 1 POST /",
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_8_2_1_field_names_and_values() {
    check_malformed(vec![
        ("capital letter", get_with(&[("Accept", "x")])),
        ("blank in a name", get_with(&[("a b", "x")])),
        ("colon in a name", get_with(&[("a:b", "x")])),
        ("control in a name", get_raw(b"a\x01", b"x")),
        ("DEL in a name", get_raw(b"a\x7F", b"x")),
        ("byte above 0x7F in a name", get_raw(b"a\xC3", b"x")),
        ("empty name", get_with(&[("", "x")])),
        ("NUL in a value", get_raw(b"a", b"x\0y")),
        ("CR in a value", get_raw(b"a", b"x\ry")),
        ("LF in a value", get_raw(b"a", b"x\ny")),
        ("blank in front of a value", get_with(&[("a", " x")])),
        ("blank behind a value", get_with(&[("a", "x ")])),
        ("tab in front of a value", get_with(&[("a", "\tx")])),
        ("tab behind a value", get_with(&[("a", "x\t")])),
        (
            "LF in a pseudo-field",
            frame(
                HEADERS,
                ES | EH,
                1,
                &raw_block(&[
                    (b":method", b"GET"),
                    (b":scheme", b"https"),
                    (b":path", b"/\nx"),
                ]),
            ),
        ),
    ]);
    let request = "request 1 GET / end";
    check(vec![
        ("empty value", vec![get_with(&[("a", "")])], request, ""),
        (
            "blanks and tabs inside a value",
            vec![get_with(&[("a", "x \t y")])],
            request,
            "",
        ),
        (
            "bytes above 0x7F in a value",
            vec![get_raw(b"a", b"\xFF\x80")],
            request,
            "",
        ),
        (
            "all characters of a token",
            vec![get_with(&[("!#$%&'*+-.^_`|~09az", "x")])],
            request,
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_8_2_2_connection_specific_fields() {
    check_malformed(vec![
        ("connection", get_with(&[("connection", "close")])),
        ("keep-alive", get_with(&[("keep-alive", "timeout=5")])),
        (
            "proxy-connection",
            get_with(&[("proxy-connection", "keep-alive")]),
        ),
        (
            "transfer-encoding",
            get_with(&[("transfer-encoding", "chunked")]),
        ),
        ("upgrade", get_with(&[("upgrade", "websocket")])),
        ("te with something else", get_with(&[("te", "gzip")])),
        ("te with more", get_with(&[("te", "trailers, gzip")])),
    ]);
    check(vec![
        (
            "te: trailers",
            vec![get_with(&[("te", "trailers")])],
            "request 1 GET / end",
            "",
        ),
        (
            "te: Trailers",
            vec![get_with(&[("te", "Trailers")])],
            "request 1 GET / end",
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_8_2_3_fields_stay_apart_and_in_order() {
    let mut peer = Peer::started();
    peer.send(&get_with(&[
        ("cookie", "a=1"),
        ("b", "1"),
        ("a", "2"),
        ("b", "3"),
        ("cookie", "b=2"),
    ]));
    let section = &peer.requests[0];
    let names: Vec<_> = section.iter().skip(4).collect();
    let expected: [(&[u8], &[u8]); 5] = [
        (b"cookie", b"a=1"),
        (b"b", b"1"),
        (b"a", b"2"),
        (b"b", b"3"),
        (b"cookie", b"b=2"),
    ];
    assert_eq!(names, expected);
}

#[test]
fn rfc_9113_8_3_pseudo_fields() {
    let with = |fields: &[(&str, &str)]| headers(1, ES, fields);
    let (method, scheme, path) = ((":method", "GET"), (":scheme", "https"), (":path", "/"));
    let authority = (":authority", "a");
    check_malformed(vec![
        (
            "behind another field",
            with(&[method, scheme, ("a", "b"), path]),
        ),
        ("unknown", with(&[method, scheme, path, (":what", "x")])),
        (
            "of a response",
            with(&[method, scheme, path, (":status", "200")]),
        ),
        ("a colon alone", with(&[method, scheme, path, (":", "x")])),
        ("capital letters", with(&[(":Method", "GET"), scheme, path])),
        (":method twice", with(&[method, method, scheme, path])),
        (":scheme twice", with(&[method, scheme, scheme, path])),
        (":path twice", with(&[method, scheme, path, path])),
        (
            ":authority twice",
            with(&[method, scheme, path, authority, authority]),
        ),
        ("8.3.1 no :method", with(&[scheme, path, authority])),
        ("8.3.1 no :scheme", with(&[method, path, authority])),
        ("8.3.1 no :path", with(&[method, scheme, authority])),
        (
            "8.3.1 empty :path",
            with(&[method, scheme, (":path", ""), authority]),
        ),
        (
            "8.3.1 empty :method",
            with(&[(":method", ""), scheme, path]),
        ),
        (
            "8.3.1 empty :scheme",
            with(&[method, (":scheme", ""), path]),
        ),
        (
            "8.3.1 host is another one",
            with(&[method, scheme, path, authority, ("host", "b")]),
        ),
        (
            "8.3.1 host has another port",
            with(&[method, scheme, path, authority, ("host", "a:80")]),
        ),
        (
            "8.3.1 one of two hosts is another one",
            with(&[
                method,
                scheme,
                path,
                authority,
                ("host", "a"),
                ("host", "b"),
            ]),
        ),
    ]);
    let request = "request 1 GET / end";
    check(vec![
        (
            "in another order",
            vec![with(&[path, authority, scheme, method])],
            request,
            "",
        ),
        (
            "8.3.1 no :authority",
            vec![with(&[method, scheme, path])],
            request,
            "",
        ),
        (
            "8.3.1 host alone",
            vec![with(&[method, scheme, path, ("host", "b")])],
            request,
            "",
        ),
        (
            "8.3.1 host in other letters",
            vec![with(&[method, scheme, path, authority, ("host", "A")])],
            request,
            "",
        ),
        (
            "8.3.1 host with the scheme's port",
            vec![with(&[method, scheme, path, authority, ("host", "a:443")])],
            request,
            "",
        ),
        (
            "8.3.1 another scheme",
            vec![with(&[method, (":scheme", "http"), path])],
            request,
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_8_3_1_targets_and_methods_arrive_as_they_were_sent() {
    for path in [
        "/a b",
        "/{x}",
        "/%zz",
        "/a#b",
        "/\"<>|^`\\",
        "*",
        "a",
        "http://h/x",
        "//..//",
        "/\u{e4}",
    ] {
        let mut peer = Peer::started();
        let fields = [(":method", "get"), (":scheme", "https"), (":path", path)];
        peer.send(&headers(1, ES, &fields));
        assert_eq!(peer.events(), format!("request 1 get {path} end"));
        assert_eq!(
            peer.requests[0].get(2),
            Some((&b":path"[..], path.as_bytes()))
        );
    }
}

#[test]
fn h2_requests_become_heads_as_on_http_1() {
    let p = Parameters::default();
    let assembled = |fields: &[(&str, &str)], is_end: bool| {
        let mut section = FieldSection::new();
        for (name, value) in fields {
            section.push(name.as_bytes(), value.as_bytes());
        }
        let mut head = RequestHead::new();
        let section = RequestSection::new(section).unwrap();
        let done = section.assemble(is_end, &mut head, &p);
        (head, done)
    };
    let (head, done) = assembled(&POST_FIELDS, false);
    assert_eq!((done, head.framing()), (Ok(()), Framing::Chunked));
    assert_eq!((head.host(), head.raw_url()), (&b"a"[..], &b"/"[..]));
    assert_eq!(head.version(), Version::HTTP_2_0);
    assert!(!head.close());
    assert_eq!(assembled(&POST_FIELDS, true).1, Err(Reject::LengthRequired));
    let put = [
        (":method", "PUT"),
        GET_FIELDS[1],
        GET_FIELDS[2],
        GET_FIELDS[3],
    ];
    assert_eq!(assembled(&put, true).1, Err(Reject::LengthRequired));
    for verb in ["GET", "HEAD", "PATCH", "DELETE", "CUSTOM"] {
        let fields = [
            (":method", verb),
            GET_FIELDS[1],
            GET_FIELDS[2],
            GET_FIELDS[3],
        ];
        let (head, done) = assembled(&fields, true);
        assert_eq!((done, head.framing()), (Ok(()), Framing::None), "{verb}");
    }
    let bad = [
        GET_FIELDS[0],
        GET_FIELDS[1],
        GET_FIELDS[2],
        (":path", "/a b"),
    ];
    assert_eq!(assembled(&bad, true).1, Err(Reject::InvalidUrl));
    let connect = [(":method", "CONNECT"), (":authority", "a:1")];
    assert_eq!(assembled(&connect, false).1, Err(Reject::BadRequest));
}

#[test]
fn rfc_9113_8_5_connect() {
    let with = |more: &[(&str, &str)]| {
        let connect = [(":method", "CONNECT")];
        headers(1, 0, &[&connect[..], more].concat())
    };
    check(vec![(
        "with an authority",
        vec![with(&[(":authority", "a:443")])],
        "request 1 CONNECT a:443",
        "",
    )]);
    check_malformed(vec![
        ("without one", with(&[])),
        (
            "with :path",
            with(&[(":authority", "a:443"), (":path", "/")]),
        ),
        (
            "with :scheme",
            with(&[(":authority", "a:443"), (":scheme", "https")]),
        ),
        (
            "RFC 8441: extended CONNECT is not offered",
            with(&[
                (":authority", "a"),
                (":scheme", "https"),
                (":path", "/"),
                (":protocol", "websocket"),
            ]),
        ),
    ]);
}
