//! RFC 9113 section 8.

use httpsys_tests::door::{Door, World};

use super::*;

secure_doors![
    rfc_9113_8_1_trailers,
    rfc_9113_8_1_1_content_length,
    rfc_9113_8_2_1_names_and_values,
    rfc_9113_8_2_2_connection_specific_fields,
    rfc_9113_8_3_pseudo_fields,
    rfc_9113_8_3_1_of_requests,
    rfc_9113_8_what_is_well_formed,
    rfc_9113_8_4_and_8_5_push_and_connect,
];

const METHOD: (&str, &str) = (":method", "GET");
const SCHEME: (&str, &str) = (":scheme", "https");
const AUTHORITY: (&str, &str) = (":authority", "localhost");
const PATH: (&str, &str) = (":path", "/bad");

/// A malformed request, with these fields.
fn bad(stream: u32, fields: Fields<'_>) -> Vec<u8> {
    headers(stream, ES, fields)
}

/// As [`bad`], by what stands behind the pseudo-fields.
fn bad_with(stream: u32, name: &str, value: &str) -> Vec<u8> {
    bad(stream, &[METHOD, SCHEME, AUTHORITY, PATH, (name, value)])
}

fn trailers(stream: u32, fields: Fields<'_>) -> Vec<u8> {
    [
        post(stream),
        data(stream, 0, b"x"),
        headers(stream, ES, fields),
    ]
    .concat()
}

fn rfc_9113_8_1_trailers<D: Door>(w: &World<D>) {
    resets(
        w,
        "PROTOCOL_ERROR",
        &[
            ("8.1 trailers without END_STREAM", |n| {
                [post(n), data(n, 0, b"x"), headers(n, 0, &[("t", "1")])].concat()
            }),
            ("8.1 trailers with a pseudo-field of requests", |n| {
                trailers(n, &[(":path", "/evil")])
            }),
            ("8.1 trailers with a pseudo-field at the end", |n| {
                trailers(n, &[("t", "1"), (":status", "200")])
            }),
            ("8.1 trailers with capital letters", |n| {
                trailers(n, &[("T", "1")])
            }),
            ("8.1 trailers with a field of connections", |n| {
                trailers(n, &[("connection", "close")])
            }),
            ("8.1 trailers before the content is complete", |n| {
                let open = [post_of(n, "5"), data(n, 0, b"1234")].concat();
                [open, headers(n, ES, &[("t", "1")])].concat()
            }),
        ],
    );
    serves(
        w,
        b"x",
        &[
            ("8.1 trailers", |n| {
                trailers(n, &[("t", "1"), ("s", "2"), ("t", "3")])
            }),
            ("8.1 trailers without a field", |n| trailers(n, &[])),
            ("8.1 trailers behind what Content-Length says", |n| {
                let open = [post_of(n, "1"), data(n, 0, b"x")].concat();
                [open, headers(n, ES, &[("t", "1")])].concat()
            }),
        ],
    );
}

fn rfc_9113_8_1_1_content_length<D: Door>(w: &World<D>) {
    resets(
        w,
        "PROTOCOL_ERROR",
        &[
            ("8.1.1 more content", |n| {
                [post_of(n, "5"), data(n, 0, b"123456")].concat()
            }),
            ("8.1.1 more content later", |n| {
                [post_of(n, "2"), data(n, 0, b"12"), data(n, 0, b"3")].concat()
            }),
            ("8.1.1 less content", |n| {
                [post_of(n, "5"), data(n, ES, b"1234")].concat()
            }),
            ("8.1.1 less content, with an empty end", |n| {
                [post_of(n, "5"), data(n, 0, b"1234"), data(n, ES, b"")].concat()
            }),
            ("8.1.1 no content", |n| bad_with(n, "content-length", "5")),
            ("8.1.1 no number", |n| bad_with(n, "content-length", "x")),
            ("8.1.1 a sign", |n| bad_with(n, "content-length", "+0")),
            ("8.1.1 a list", |n| bad_with(n, "content-length", "0, 0")),
            ("8.1.1 nothing", |n| bad_with(n, "content-length", "")),
            ("8.1.1 two that differ", |n| {
                let two = [("content-length", "0"), ("content-length", "1")];
                bad(n, &[METHOD, SCHEME, AUTHORITY, PATH, two[0], two[1]])
            }),
        ],
    );
    serves(
        w,
        b"ab",
        &[
            ("8.1.1 as announced", |n| {
                [post_of(n, "2"), data(n, ES, b"ab")].concat()
            }),
            ("8.1.1 padding does not count", |n| {
                [post_of(n, "2"), data(n, ES | PADDED, b"\x02ab\0\0")].concat()
            }),
        ],
    );
}

fn rfc_9113_8_2_1_names_and_values<D: Door>(w: &World<D>) {
    resets(
        w,
        "PROTOCOL_ERROR",
        &[
            ("8.2.1 a capital letter in a name", |n| {
                bad_with(n, "Accept", "x")
            }),
            ("8.2.1 a blank in a name", |n| bad_with(n, "a b", "x")),
            ("8.2.1 a colon in a name", |n| bad_with(n, "a:b", "x")),
            ("8.2.1 a control in a name", |n| bad_with(n, "a\u{1}", "x")),
            ("8.2.1 a name that is no ASCII", |n| {
                bad_with(n, "\u{e4}", "x")
            }),
            ("8.2.1 an empty name", |n| bad_with(n, "", "x")),
            ("8.2.1 NUL in a value", |n| bad_with(n, "a", "x\0y")),
            ("8.2.1 CR in a value", |n| bad_with(n, "a", "x\ry")),
            ("8.2.1 LF in a value", |n| bad_with(n, "a", "x\ny")),
            ("8.2.1 a blank in front of a value", |n| {
                bad_with(n, "a", " x")
            }),
            ("8.2.1 a blank behind a value", |n| bad_with(n, "a", "x ")),
            ("8.2.1 a tab in front of a value", |n| {
                bad_with(n, "a", "\tx")
            }),
            ("8.2.1 LF in a pseudo-field", |n| {
                bad(n, &[METHOD, SCHEME, AUTHORITY, (":path", "/bad\nx")])
            }),
        ],
    );
}

fn rfc_9113_8_2_2_connection_specific_fields<D: Door>(w: &World<D>) {
    resets(
        w,
        "PROTOCOL_ERROR",
        &[
            ("8.2.2 connection", |n| bad_with(n, "connection", "close")),
            ("8.2.2 keep-alive", |n| {
                bad_with(n, "keep-alive", "timeout=5")
            }),
            ("8.2.2 proxy-connection", |n| {
                bad_with(n, "proxy-connection", "close")
            }),
            ("8.2.2 transfer-encoding", |n| {
                bad_with(n, "transfer-encoding", "chunked")
            }),
            ("8.2.2 upgrade", |n| bad_with(n, "upgrade", "websocket")),
            ("8.2.2 te that is not trailers", |n| {
                bad_with(n, "te", "gzip")
            }),
        ],
    );
}

fn rfc_9113_8_3_pseudo_fields<D: Door>(w: &World<D>) {
    resets(
        w,
        "PROTOCOL_ERROR",
        &[
            ("8.3 behind another field", |n| {
                bad(n, &[METHOD, SCHEME, AUTHORITY, ("a", "b"), PATH])
            }),
            ("8.3 unknown", |n| {
                bad(n, &[METHOD, SCHEME, AUTHORITY, PATH, (":what", "x")])
            }),
            ("8.3 of a response", |n| {
                bad(n, &[METHOD, SCHEME, AUTHORITY, PATH, (":status", "200")])
            }),
            ("8.3 a colon alone", |n| {
                bad(n, &[METHOD, SCHEME, AUTHORITY, PATH, (":", "x")])
            }),
            ("8.3 capital letters", |n| {
                bad(n, &[(":Method", "GET"), SCHEME, AUTHORITY, PATH])
            }),
            ("8.3 :method twice", |n| {
                bad(n, &[METHOD, METHOD, SCHEME, AUTHORITY, PATH])
            }),
            ("8.3 :scheme twice", |n| {
                bad(n, &[METHOD, SCHEME, SCHEME, AUTHORITY, PATH])
            }),
            ("8.3 :authority twice", |n| {
                bad(n, &[METHOD, SCHEME, AUTHORITY, AUTHORITY, PATH])
            }),
            ("8.3 :path twice", |n| {
                bad(n, &[METHOD, SCHEME, AUTHORITY, PATH, PATH])
            }),
        ],
    );
}

fn rfc_9113_8_3_1_of_requests<D: Door>(w: &World<D>) {
    resets(
        w,
        "PROTOCOL_ERROR",
        &[
            ("8.3.1 no :method", |n| bad(n, &[SCHEME, AUTHORITY, PATH])),
            ("8.3.1 no :scheme", |n| bad(n, &[METHOD, AUTHORITY, PATH])),
            ("8.3.1 no :path", |n| bad(n, &[METHOD, SCHEME, AUTHORITY])),
            ("8.3.1 an empty :path", |n| {
                bad(n, &[METHOD, SCHEME, AUTHORITY, (":path", "")])
            }),
            ("8.3.1 an empty :method", |n| {
                bad(n, &[(":method", ""), SCHEME, AUTHORITY, PATH])
            }),
            ("8.3.1 host is not :authority", |n| {
                bad_with(n, "host", "other")
            }),
            ("8.3.1 one of two hosts is not", |n| {
                let two = [("host", "localhost"), ("host", "other")];
                bad(n, &[METHOD, SCHEME, AUTHORITY, PATH, two[0], two[1]])
            }),
        ],
    );
}

fn rfc_9113_8_what_is_well_formed<D: Door>(w: &World<D>) {
    serves(
        w,
        b"",
        &[
            ("8.2.1 an empty value", |n| get_with(n, &[("a", "")])),
            ("8.2.1 blanks and tabs inside a value", |n| {
                get_with(n, &[("a", "x \t y")])
            }),
            ("8.2.1 all characters of a token", |n| {
                get_with(n, &[("!#$%&'*+-.^_`|~09az", "x")])
            }),
            ("8.2.2 te: trailers", |n| get_with(n, &[("te", "trailers")])),
            ("8.2.3 cookies in pieces", |n| {
                get_with(n, &[("cookie", "a=1"), ("cookie", "b=2")])
            }),
            ("8.3 in another order", |n| {
                headers(n, ES, &[GET[3], GET[2], GET[1], GET[0]])
            }),
            ("8.3.1 host alone", |n| {
                headers(n, ES, &[GET[0], GET[1], GET[3], ("host", "localhost")])
            }),
            ("8.3.1 host in other letters", |n| {
                get_with(n, &[("host", "LocalHost")])
            }),
            ("8.1.1 Content-Length of 0", |n| {
                get_with(n, &[("content-length", "0")])
            }),
        ],
    );
}

fn rfc_9113_8_4_and_8_5_push_and_connect<D: Door>(w: &World<D>) {
    const CONNECT: (&str, &str) = (":method", "CONNECT");
    const TARGET: (&str, &str) = (":authority", "localhost:443");
    fails(
        w,
        "PROTOCOL_ERROR",
        &[("8.4 a client must not push", |n| {
            let promise = [&4_u32.to_be_bytes()[..], &block(&GET)].concat();
            [post(n), frame(PUSH_PROMISE, EH, n, &promise)].concat()
        })],
    );
    resets(
        w,
        "PROTOCOL_ERROR",
        &[
            ("8.5 CONNECT without :authority", |n| {
                headers(n, 0, &[CONNECT])
            }),
            ("8.5 CONNECT with :path", |n| {
                headers(n, 0, &[CONNECT, TARGET, PATH])
            }),
            ("8.5 CONNECT with :scheme", |n| {
                headers(n, 0, &[CONNECT, SCHEME, TARGET])
            }),
            (
                "8.5 extended CONNECT of RFC 8441, which is not offered",
                |n| {
                    let protocol = (":protocol", "websocket");
                    headers(n, 0, &[CONNECT, SCHEME, TARGET, PATH, protocol])
                },
            ),
        ],
    );
    // 8.5 a well-formed CONNECT has no target that a server of URLs knows: the page of HTTP/1, 400.
    let mut client = connect(w);
    client.client().send(headers(1, 0, &[CONNECT, TARGET]));
    assert_eq!(client.next_text(), "HEADERS 1 400");
    while client.next_text() != "RST_STREAM 1 NO_ERROR" {}
    serves_still(w, &mut client, 3);
}
