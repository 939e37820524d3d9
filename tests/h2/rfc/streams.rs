//! RFC 9113 sections 5 and 7.

use httpsys_tests::door::{Door, World};

use super::*;

secure_doors![
    rfc_9113_5_1_idle,
    rfc_9113_5_1_open,
    rfc_9113_5_1_half_closed_remote,
    rfc_9113_5_1_closed_by_the_client,
    rfc_9113_5_1_closed_by_a_reset_of_the_server,
    rfc_9113_5_1_closed_by_both_ends,
    rfc_9113_5_1_1_stream_numbers,
    rfc_9113_5_1_2_concurrent_streams,
    rfc_9113_5_2_windows,
    rfc_9113_5_3_priority_is_deprecated,
    rfc_9113_5_4_errors,
    rfc_9113_5_5_and_7_extensions_and_unknown_codes,
];

fn priority(stream: u32) -> Vec<u8> {
    frame(PRIORITY, 0, stream, &[0; 5])
}

fn rfc_9113_5_1_idle<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("5.1 idle: DATA", |n| data(n, 0, b"x")),
            ("5.1 idle: RST_STREAM", reset),
            ("5.1 idle: WINDOW_UPDATE", |n| window(n, 1)),
            ("5.1 idle: an even stream: DATA", |n| data(n + 1, 0, b"x")),
            ("5.1 idle: an even stream below: DATA", |n| {
                [get(n + 2), data(n + 1, 0, b"x")].concat()
            }),
            ("5.1 idle: an even stream below: RST_STREAM", |n| {
                [get(n + 2), reset(n + 1)].concat()
            }),
            ("5.1 idle: an even stream below: WINDOW_UPDATE", |n| {
                [get(n + 2), window(n + 1, 1)].concat()
            }),
        ],
    );
    ignores(w, &[("5.1 idle: PRIORITY", priority)]);
}

fn rfc_9113_5_1_open<D: Door>(w: &World<D>) {
    serves(
        w,
        b"x",
        &[
            ("5.1 open: PRIORITY, WINDOW_UPDATE, DATA", |n| {
                [post(n), priority(n), window(n, 1), data(n, ES, b"x")].concat()
            }),
            ("5.1 open: trailers", |n| {
                [post(n), data(n, 0, b"x"), headers(n, ES, &[("t", "1")])].concat()
            }),
        ],
    );
    resets(
        w,
        "PROTOCOL_ERROR",
        &[("5.1 open: HEADERS that end nothing", |n| {
            [post(n), headers(n, 0, &[("t", "1")])].concat()
        })],
    );
}

fn rfc_9113_5_1_half_closed_remote<D: Door>(w: &World<D>) {
    resets(
        w,
        "STREAM_CLOSED",
        &[
            ("5.1 half-closed (remote): DATA", |n| {
                [get(n), data(n, 0, b"x")].concat()
            }),
            ("5.1 half-closed (remote): HEADERS", |n| {
                [get(n), get(n)].concat()
            }),
            ("5.1 half-closed (remote): CONTINUATION of HEADERS", |n| {
                let open = frame(HEADERS, ES, n, &block(&GET));
                [get(n), open, frame(CONTINUATION, EH, n, b"")].concat()
            }),
            ("5.1 half-closed (remote): DATA behind content", |n| {
                [post(n), data(n, ES, b"x"), data(n, ES, b"x")].concat()
            }),
            ("5.1 half-closed (remote): DATA behind trailers", |n| {
                [post(n), headers(n, ES, &[("t", "1")]), data(n, 0, b"x")].concat()
            }),
        ],
    );
    serves(
        w,
        b"",
        &[("5.1 half-closed (remote): WINDOW_UPDATE, PRIORITY", |n| {
            [get(n), window(n, 1), priority(n)].concat()
        })],
    );
    ignores(
        w,
        &[("5.1 half-closed (remote): RST_STREAM", |n| {
            [get(n), reset(n)].concat()
        })],
    );
}

fn rfc_9113_5_1_closed_by_the_client<D: Door>(w: &World<D>) {
    fails(
        w,
        "STREAM_CLOSED",
        &[
            ("5.1 closed by the client: DATA", |n| {
                [post(n), reset(n), data(n, 0, b"x")].concat()
            }),
            ("5.1 closed by the client: HEADERS", |n| {
                [post(n), reset(n), get(n)].concat()
            }),
        ],
    );
    ignores(
        w,
        &[
            ("5.1 closed by the client: WINDOW_UPDATE", |n| {
                [post(n), reset(n), window(n, 1)].concat()
            }),
            ("5.1 closed by the client: RST_STREAM", |n| {
                [post(n), reset(n), reset(n)].concat()
            }),
            ("5.1 closed by the client: PRIORITY", |n| {
                [post(n), reset(n), priority(n)].concat()
            }),
        ],
    );
}

/// Content-Length says 1, so the first DATA frame resets the stream.
fn reset_by_server(stream: u32) -> Vec<u8> {
    [post_of(stream, "1"), data(stream, 0, b"xx")].concat()
}

fn rfc_9113_5_1_closed_by_a_reset_of_the_server<D: Door>(w: &World<D>) {
    resets(
        w,
        "PROTOCOL_ERROR",
        &[
            ("5.1 reset by the server: DATA is ignored", |n| {
                [reset_by_server(n), data(n, ES, b"x")].concat()
            }),
            ("5.1 reset by the server: trailers are ignored", |n| {
                [reset_by_server(n), headers(n, ES, &[("t", "1")])].concat()
            }),
            ("5.1 reset by the server: WINDOW_UPDATE is ignored", |n| {
                [reset_by_server(n), window(n, 1)].concat()
            }),
            ("5.1 reset by the server: RST_STREAM is ignored", |n| {
                [reset_by_server(n), reset(n)].concat()
            }),
        ],
    );
}

fn rfc_9113_5_1_closed_by_both_ends<D: Door>(w: &World<D>) {
    let cases: [(&str, Frames, &str); 5] = [
        (
            "5.1 closed: DATA",
            |n| data(n, 0, b"x"),
            "GOAWAY 1 STREAM_CLOSED",
        ),
        ("5.1 closed: HEADERS", get, "GOAWAY 1 STREAM_CLOSED"),
        ("5.1 closed: WINDOW_UPDATE", |n| window(n, 5), "PING ack"),
        ("5.1 closed: RST_STREAM", reset, "PING ack"),
        ("5.1 closed: PRIORITY", priority, "PING ack"),
    ];
    for (name, frames, answer) in cases {
        let mut client = connect(w);
        client.client().send(get(1));
        w.respond(w.receive().id, &Reply::ok()).expect("an answer");
        assert_eq!(client.next_text(), "HEADERS 1 200");
        assert_eq!(client.next_text(), "DATA 1 0 end");
        client.client().try_send([frames(1), ping()].concat());
        assert_eq!(client.next_text(), answer, "{name}");
    }
}

fn rfc_9113_5_1_1_stream_numbers<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("5.1.1 an even number", |n| get(n + 1)),
            ("5.1.1 an even number above an odd one", |n| {
                [get(n), get(n + 3)].concat()
            }),
            ("5.1.1 a number below the last one", |n| {
                [get(n + 4), get(n)].concat()
            }),
            ("5.1.1 stream 0", |_| get(0)),
        ],
    );
    fails(
        w,
        "STREAM_CLOSED",
        &[("5.1.1 DATA on a stream that was passed over", |n| {
            [get(n + 4), data(n, 0, b"x")].concat()
        })],
    );
    serves(
        w,
        b"",
        &[
            ("5.1.1 numbers may have gaps", |n| get(n)),
            ("5.1.1 in order", get),
        ],
    );
    // 5.1.1 the largest number.
    let mut client = connect(w);
    client.client().send(get(0x7FFF_FFFF));
    w.respond(w.receive().id, &Reply::ok()).expect("an answer");
    assert_eq!(client.next_text(), "HEADERS 2147483647 200");
}

fn rfc_9113_5_1_2_concurrent_streams<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    for n in 0..100 {
        client.client().send(post(2 * n + 1));
    }
    // 5.1.2 one too many; 5.1.2 one that ends makes room.
    client.client().send(get(201));
    assert_eq!(client.next_text(), "RST_STREAM 201 REFUSED_STREAM");
    client.client().send([reset(1), post(203), ping()].concat());
    assert_eq!(client.next_text(), "PING ack");
    client.client().send(reset(203));
    serves_still(w, &mut client, 205);
}

fn rfc_9113_5_2_windows<D: Door>(w: &World<D>) {
    fn full(stream: u32) -> Vec<u8> {
        let most = data(stream, 0, &[b'x'; 16_384]);
        [
            post(stream),
            most.repeat(3),
            data(stream, 0, &[b'x'; 16_383]),
        ]
        .concat()
    }
    ignores(
        w,
        &[
            ("5.2.1 the whole window of a stream", full),
            ("5.2.1 the end needs no window", |n| {
                [full(n), data(n, ES, b"")].concat()
            }),
        ],
    );
    resets(
        w,
        "FLOW_CONTROL_ERROR",
        &[
            ("5.2.1 a byte more", |n| {
                [full(n), data(n, 0, b"x")].concat()
            }),
            ("5.2.1 padding counts", |n| {
                [full(n), data(n, PADDED, b"\0")].concat()
            }),
        ],
    );
    // 5.2.2 and 6.9.2 what is sent keeps within a window that shrinks below nothing.
    let mut client = connect(w);
    client.client().send(get(1));
    let id = w.receive().id;
    httpsys_tests::thread::scope(|scope| {
        let reply = Reply::ok().chunk(vec![b'x'; 70_000]);
        let send = scope.spawn(move || w.respond(id, &reply));
        let mut sent = 0;
        while sent < 65_535 {
            sent += content_of(&client.next_frame());
        }
        client
            .client()
            .send([settings(&[(4, 10)]), window(1, 65_525), ping()].concat());
        assert_eq!(client.next_text(), "SETTINGS ack");
        assert_eq!(client.next_text(), "PING ack");
        client
            .client()
            .send([window(0, 10_000), window(1, 4_465)].concat());
        while sent < 70_000 {
            sent += content_of(&client.next_frame());
        }
        assert_eq!(sent, 70_000);
        assert!(send.join().expect("no panic").is_ok());
    });
}

/// Bytes of DATA.
fn content_of(frame: &httpsys_tests::h2::H2Frame) -> usize {
    if frame.kind == DATA {
        frame.payload.len()
    } else {
        0
    }
}

fn rfc_9113_5_3_priority_is_deprecated<D: Door>(w: &World<D>) {
    serves(
        w,
        b"",
        &[
            (
                "5.3.1 a dependency on a stream that was never opened",
                |n| {
                    let payload = [b"\0\0\x0F\xFF\x10", &block(&GET)[..]].concat();
                    frame(HEADERS, ES | EH | PRIO, n, &payload)
                },
            ),
            ("5.3.1 a dependency on itself", |n| {
                let payload = [&n.to_be_bytes()[..], b"\x10", &block(&GET)].concat();
                frame(HEADERS, ES | EH | PRIO, n, &payload)
            }),
            ("5.3.1 PRIORITY that depends on itself", |n| {
                let payload = [&n.to_be_bytes()[..], b"\0"].concat();
                [get(n), frame(PRIORITY, 0, n, &payload)].concat()
            }),
            ("5.3.2 PRIORITY of an even stream", |n| {
                [priority(n + 1), get(n)].concat()
            }),
        ],
    );
}

fn rfc_9113_5_4_errors<D: Door>(w: &World<D>) {
    // 5.4.1 what comes behind the error is not looked at, and GOAWAY names the last stream.
    let mut client = connect(w);
    let wrong = frame(PING, 0, 1, b"12345678");
    client
        .client()
        .send([get(1), get(5), wrong, get(7), ping()].concat());
    assert_eq!(client.next_text(), "GOAWAY 5 PROTOCOL_ERROR");
    client.client().expect_eof();
    // 5.4.2 others go on.
    let mut client = connect(w);
    let malformed = headers(3, ES, &[("a", "b")]);
    client
        .client()
        .send([post(1), malformed, data(1, ES, b"x")].concat());
    assert_eq!(client.next_text(), "RST_STREAM 3 PROTOCOL_ERROR");
    let mut stream_1 = w.receive();
    while w.read_body(stream_1.id, &mut [0; 4]) != Ok(1) {
        stream_1 = w.receive();
    }
    w.respond(stream_1.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.next_text(), "HEADERS 1 200");
    assert_eq!(client.next_text(), "DATA 1 0 end");
    serves_still(w, &mut client, 5);
}

fn rfc_9113_5_5_and_7_extensions_and_unknown_codes<D: Door>(w: &World<D>) {
    serves(
        w,
        b"x",
        &[
            ("5.5 unknown frames", |n| {
                let (one, other) = (frame(0x0A, 1, n, b"x"), frame(0xF0, 0, 0, b""));
                [other, post(n), one, data(n, ES, b"x")].concat()
            }),
            ("5.5 PRIORITY_UPDATE of RFC 9218", |n| {
                let payload = [&n.to_be_bytes()[..], b"u=1"].concat();
                [frame(0x10, 0, 0, &payload), post(n), data(n, ES, b"x")].concat()
            }),
        ],
    );
    ignores(
        w,
        &[
            ("7 an unknown code of RST_STREAM", |n| {
                [post(n), frame(RST_STREAM, 0, n, &[0xFF; 4])].concat()
            }),
            ("7 an unknown code of GOAWAY", |_| {
                frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF])
            }),
        ],
    );
}
