//! RFC 9113 sections 3.4, 4 and 6.

use httpsys_tests::door::{Door, World};

use super::*;
use crate::agree;

secure_doors![
    rfc_9113_3_4_what_does_not_begin_with_the_preface_and_settings,
    rfc_9113_4_frames_and_their_sizes,
    rfc_9113_4_3_field_blocks_are_not_interrupted,
    rfc_9113_4_3_field_blocks_that_cannot_be_decompressed,
    rfc_9113_4_what_is_allowed_of_frames,
    rfc_9113_6_1_data,
    rfc_9113_6_2_headers,
    rfc_9113_6_3_priority,
    rfc_9113_6_4_rst_stream,
    rfc_9113_6_5_settings,
    rfc_9113_6_6_to_6_8_push_promise_ping_goaway,
    rfc_9113_6_9_window_update,
    rfc_9113_6_10_continuation,
];

fn rfc_9113_3_4_what_does_not_begin_with_the_preface_and_settings<D: Door>(w: &World<D>) {
    let preface = httpsys_core::proto::h2::PREFACE;
    let with = |frames: Vec<u8>| [&preface[..], &frames].concat();
    let mut damaged = preface.to_vec();
    damaged[23] = b'x';
    let cases = [
        (
            "3.4 HTTP/1.1",
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        ),
        ("3.4 the last byte is wrong", damaged),
        ("3.4 PING comes first", with(ping())),
        ("3.4 HEADERS come first", with(get(1))),
        (
            "3.4 an acknowledgement comes first",
            with(frame(SETTINGS, 1, 0, b"")),
        ),
        ("3.4 WINDOW_UPDATE comes first", with(window(0, 1))),
    ];
    for (name, bytes) in cases {
        let mut client = H2Client::over(agree(w), w.port());
        client.client().try_send(bytes);
        assert_eq!(client.next_text(), "SETTINGS", "{name}");
        assert_eq!(client.next_text(), "GOAWAY 0 PROTOCOL_ERROR", "{name}");
        client.client().expect_eof();
    }
    serves_still(w, &mut connect(w), 1);
}

fn rfc_9113_4_frames_and_their_sizes<D: Door>(w: &World<D>) {
    fails(
        w,
        "FRAME_SIZE_ERROR",
        &[
            ("4.2 DATA above SETTINGS_MAX_FRAME_SIZE", |n| {
                [post(n), data(n, 0, &[b'x'; 16_385])].concat()
            }),
            ("4.2 HEADERS above it", |n| {
                frame(HEADERS, EH | ES, n, &[0; 16_385])
            }),
            ("4.2 SETTINGS above it", |_| {
                frame(SETTINGS, 0, 0, &[0; 16_386])
            }),
            ("4.2 an unknown type above it", |_| {
                frame(0xFA, 0, 0, &[0; 16_385])
            }),
            ("4.2 a length is refused before the payload", |_| {
                vec![0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1]
            }),
        ],
    );
}

/// The first ten bytes of the block of a GET, and the rest.
fn cut_block() -> (Vec<u8>, Vec<u8>) {
    let fields = block(&GET);
    let (front, back) = fields.split_at(10);
    (front.to_vec(), back.to_vec())
}

fn open_block(stream: u32) -> Vec<u8> {
    frame(HEADERS, ES, stream, &cut_block().0)
}

fn rfc_9113_4_3_field_blocks_are_not_interrupted<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("4.3 DATA inside a block", |n| {
                [open_block(n), data(n, 0, b"")].concat()
            }),
            ("4.3 PING inside a block", |n| {
                [open_block(n), ping()].concat()
            }),
            ("4.3 SETTINGS inside a block", |n| {
                [open_block(n), settings(&[])].concat()
            }),
            ("4.3 HEADERS inside a block", |n| {
                [open_block(n), get(n + 2)].concat()
            }),
            ("4.3 RST_STREAM inside a block", |n| {
                [open_block(n), reset(n)].concat()
            }),
            ("4.3 WINDOW_UPDATE inside a block", |n| {
                [open_block(n), window(0, 1)].concat()
            }),
            ("4.3 an unknown type inside a block", |n| {
                [open_block(n), frame(0xFA, 0, 0, b"")].concat()
            }),
            ("4.3 CONTINUATION of another stream", |n| {
                [
                    open_block(n),
                    frame(CONTINUATION, EH, n + 2, &cut_block().1),
                ]
                .concat()
            }),
            ("4.3 CONTINUATION of stream 0", |n| {
                [open_block(n), frame(CONTINUATION, EH, 0, &cut_block().1)].concat()
            }),
        ],
    );
}

fn rfc_9113_4_3_field_blocks_that_cannot_be_decompressed<D: Door>(w: &World<D>) {
    fails(
        w,
        "COMPRESSION_ERROR",
        &[
            ("4.3 a request", |n| frame(HEADERS, ES | EH, n, b"\x80")),
            ("4.3 trailers", |n| {
                [post(n), frame(HEADERS, ES | EH, n, b"\x80")].concat()
            }),
            ("4.3 a block that ends inside a field", |n| {
                frame(HEADERS, ES | EH, n, &cut_block().0)
            }),
            ("4.3 on a stream that was reset", |n| {
                let malformed = headers(n, 0, &[("a", "b")]);
                [malformed, frame(HEADERS, ES | EH, n, b"\x80")].concat()
            }),
        ],
    );
}

fn rfc_9113_4_what_is_allowed_of_frames<D: Door>(w: &World<D>) {
    serves(
        w,
        b"",
        &[
            ("4.1 the reserved bit of a stream", |n| {
                headers(n | 0x8000_0000, ES, &GET)
            }),
            ("4.1 an unknown type", |n| {
                [frame(0xFA, 0xFF, n, b"what"), get(n)].concat()
            }),
            ("4.1 undefined flags", |n| {
                frame(HEADERS, ES | EH | 0xD2, n, &block(&GET))
            }),
            ("4.2 an unknown type of the largest size", |n| {
                [frame(0xFA, 0, 0, &[0; 16_384]), get(n)].concat()
            }),
            ("4.3 a block in two frames", |n| {
                [open_block(n), frame(CONTINUATION, EH, n, &cut_block().1)].concat()
            }),
        ],
    );
    serves(
        w,
        &[b'x'; 16_384],
        &[("4.2 DATA of the largest size", |n| {
            [post(n), data(n, ES, &[b'x'; 16_384])].concat()
        })],
    );
}

fn rfc_9113_6_1_data<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("6.1 on stream 0", |_| data(0, 0, b"ab")),
            ("6.1 padding as long as the frame", |n| {
                [post(n), data(n, PADDED, b"\x03ab")].concat()
            }),
        ],
    );
    fails(
        w,
        "FRAME_SIZE_ERROR",
        &[("6.1 no room for the length of padding", |n| {
            [post(n), data(n, PADDED, b"")].concat()
        })],
    );
    serves(
        w,
        b"ab",
        &[
            ("6.1 in pieces", |n| {
                [post(n), data(n, 0, b"a"), data(n, ES, b"b")].concat()
            }),
            ("6.1 an empty end", |n| {
                [post(n), data(n, 0, b"ab"), data(n, ES, b"")].concat()
            }),
            ("6.1 padding", |n| {
                [post(n), data(n, ES | PADDED, b"\x03ab\0\0\0")].concat()
            }),
            ("6.1 padding of length 0", |n| {
                [post(n), data(n, ES | PADDED, b"\0ab")].concat()
            }),
            ("6.1 a frame with nothing but padding", |n| {
                let padding = data(n, ES | PADDED, b"\x03\0\0\0");
                [post(n), data(n, 0, b"ab"), padding].concat()
            }),
        ],
    );
}

fn rfc_9113_6_2_headers<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("6.2 on stream 0", |_| get(0)),
            ("6.2 padding longer than the frame", |n| {
                frame(HEADERS, ES | EH | PADDED, n, b"\x05abcd")
            }),
        ],
    );
    fails(
        w,
        "FRAME_SIZE_ERROR",
        &[
            ("6.2 no room for the length of padding", |n| {
                frame(HEADERS, ES | EH | PADDED, n, b"")
            }),
            ("6.2 no room for priority", |n| {
                frame(HEADERS, ES | EH | PRIO, n, b"\0\0\0\x01")
            }),
        ],
    );
    serves(
        w,
        b"",
        &[
            ("6.2 padding", |n| {
                let payload = [b"\x02", &block(&GET)[..], b"\0\0"].concat();
                frame(HEADERS, ES | EH | PADDED, n, &payload)
            }),
            ("6.2 priority", |n| {
                let payload = [b"\x80\0\0\x03\x10", &block(&GET)[..]].concat();
                frame(HEADERS, ES | EH | PRIO, n, &payload)
            }),
            ("6.2 padding and priority", |n| {
                let payload = [b"\x02\x80\0\0\x03\x10", &block(&GET)[..], b"\0\0"].concat();
                frame(HEADERS, ES | EH | PADDED | PRIO, n, &payload)
            }),
        ],
    );
    resets(
        w,
        "PROTOCOL_ERROR",
        &[("6.2 an empty block", |n| frame(HEADERS, ES | EH, n, b""))],
    );
}

fn rfc_9113_6_3_priority<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[("6.3 on stream 0", |_| frame(PRIORITY, 0, 0, &[0; 5]))],
    );
    resets(
        w,
        "FRAME_SIZE_ERROR",
        &[
            ("6.3 with 4 bytes", |n| {
                [post(n), frame(PRIORITY, 0, n, &[0; 4])].concat()
            }),
            ("6.3 with 6 bytes", |n| {
                [post(n), frame(PRIORITY, 0, n, &[0; 6])].concat()
            }),
        ],
    );
    serves(
        w,
        b"",
        &[("6.3 before and behind a request", |n| {
            let priority = frame(PRIORITY, 0, n, &[0; 5]);
            [priority.clone(), get(n), priority].concat()
        })],
    );
}

fn rfc_9113_6_4_rst_stream<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("6.4 on stream 0", |_| reset(0)),
            ("6.4 on an idle stream", reset),
        ],
    );
    fails(
        w,
        "FRAME_SIZE_ERROR",
        &[
            ("6.4 with 3 bytes", |n| {
                [post(n), frame(RST_STREAM, 0, n, &[0; 3])].concat()
            }),
            ("6.4 with 5 bytes", |n| {
                [post(n), frame(RST_STREAM, 0, n, &[0; 5])].concat()
            }),
        ],
    );
    ignores(
        w,
        &[
            ("6.4 is not answered", |n| [post(n), reset(n)].concat()),
            ("6.4 with an unknown code", |n| {
                [post(n), frame(RST_STREAM, 0, n, &1111_u32.to_be_bytes())].concat()
            }),
        ],
    );
}

fn rfc_9113_6_5_settings<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("6.5 on a stream", |n| frame(SETTINGS, 0, n, b"")),
            ("6.5.2 ENABLE_PUSH of 2", |_| settings(&[(2, 2)])),
            ("6.5.2 MAX_FRAME_SIZE of 16383", |_| {
                settings(&[(5, 16_383)])
            }),
            ("6.5.2 MAX_FRAME_SIZE of 2^24", |_| {
                settings(&[(5, 1 << 24)])
            }),
            ("6.5.2 the second of two is invalid", |_| {
                settings(&[(5, 16_384), (5, 0)])
            }),
        ],
    );
    fails(
        w,
        "FLOW_CONTROL_ERROR",
        &[("6.5.2 INITIAL_WINDOW_SIZE of 2^31", |_| {
            settings(&[(4, 1 << 31)])
        })],
    );
    fails(
        w,
        "FRAME_SIZE_ERROR",
        &[
            ("6.5 an acknowledgement with a payload", |_| {
                frame(SETTINGS, 1, 0, &[0; 6])
            }),
            ("6.5 a length that is no multiple of six", |_| {
                frame(SETTINGS, 0, 0, &[0; 5])
            }),
        ],
    );
    let mut client = connect(w);
    for (name, entries) in [
        ("6.5.3 no setting is acknowledged as well", &[][..]),
        (
            "6.5.2 the smallest values",
            &[(1, 0), (2, 0), (3, 0), (5, 16_384), (6, 0)],
        ),
        (
            "6.5.2 the largest values",
            &[
                (1, u32::MAX),
                (2, 1),
                (3, u32::MAX),
                (4, 0x7FFF_FFFF),
                (5, 16_777_215),
            ],
        ),
        (
            "6.5.2 unknown settings",
            &[(0, 1), (8, 1), (0xFFFF, u32::MAX)],
        ),
    ] {
        client.client().send(settings(entries));
        assert_eq!(client.next_text(), "SETTINGS ack", "{name}");
    }
    serves_still(w, &mut client, 1);
    ignores(
        w,
        &[("6.5.3 an acknowledgement that nobody waits for", |_| {
            frame(SETTINGS, 1, 0, b"")
        })],
    );
}

fn rfc_9113_6_6_to_6_8_push_promise_ping_goaway<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("6.6 PUSH_PROMISE of a client", |n| {
                [get(n), frame(PUSH_PROMISE, EH, n, b"\0\0\0\x02")].concat()
            }),
            ("6.7 PING on a stream", |n| frame(PING, 0, n, b"12345678")),
            ("6.8 GOAWAY on a stream", |n| frame(GOAWAY, 0, n, &[0; 8])),
        ],
    );
    fails(
        w,
        "FRAME_SIZE_ERROR",
        &[
            ("6.7 PING of 7 bytes", |_| frame(PING, 0, 0, b"1234567")),
            ("6.7 PING of 9 bytes", |_| frame(PING, 0, 0, b"123456789")),
            ("6.8 GOAWAY of 7 bytes", |_| frame(GOAWAY, 0, 0, &[0; 7])),
        ],
    );
    ignores(
        w,
        &[("6.7 an acknowledgement is not answered", |_| {
            frame(PING, 1, 0, b"12345678")
        })],
    );
    let mut client = connect(w);
    // 6.7 the data come back, in order.
    client.send(PING, 0, 0, b"abcdefgh");
    client.send(PING, 0xFE, 0, b"ABCDEFGH");
    assert_eq!(client.next_frame().payload, b"abcdefgh");
    assert_eq!(client.next_frame().payload, b"ABCDEFGH");
    // 6.8 streams that were opened before GOAWAY are served.
    client.client().send(post(1));
    let received = w.receive();
    client.send(GOAWAY, 0, 0, b"\0\0\0\0\0\0\0\0bye");
    client.client().send(data(1, ES, b"x"));
    let mut body = [0; 4];
    assert_eq!(w.read_body(received.id, &mut body), Ok(1));
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.next_text(), "HEADERS 1 200");
}

fn rfc_9113_6_9_window_update<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("6.9 0 for the connection", |_| window(0, 0)),
            ("6.9 an idle stream", |n| window(n, 1)),
        ],
    );
    fails(
        w,
        "FRAME_SIZE_ERROR",
        &[
            ("6.9 3 bytes", |_| frame(WINDOW_UPDATE, 0, 0, &[0; 3])),
            ("6.9 5 bytes", |_| frame(WINDOW_UPDATE, 0, 0, &[0; 5])),
        ],
    );
    fails(
        w,
        "FLOW_CONTROL_ERROR",
        &[
            ("6.9.1 the window of the connection above 2^31-1", |_| {
                window(0, 0x7FFF_FFFF)
            }),
            ("6.9.2 a setting makes a window larger than 2^31-1", |n| {
                [
                    post(n),
                    window(n, 0x7FFF_FFFF - 65_535),
                    settings(&[(4, 65_536)]),
                ]
                .concat()
            }),
        ],
    );
    resets(
        w,
        "PROTOCOL_ERROR",
        &[("6.9 0 for a stream", |n| [post(n), window(n, 0)].concat())],
    );
    resets(
        w,
        "FLOW_CONTROL_ERROR",
        &[("6.9.1 the window of a stream above 2^31-1", |n| {
            [post(n), window(n, 0x7FFF_FFFF)].concat()
        })],
    );
    ignores(
        w,
        &[
            ("6.9 the reserved bit", |_| window(0, 0x8000_0001)),
            ("6.9 of connection and stream", |n| {
                [post(n), window(0, 1), window(n, 1)].concat()
            }),
        ],
    );
}

fn rfc_9113_6_10_continuation<D: Door>(w: &World<D>) {
    fails(
        w,
        "PROTOCOL_ERROR",
        &[
            ("6.10 without HEADERS", |n| {
                frame(CONTINUATION, EH, n, &block(&GET))
            }),
            ("6.10 on stream 0", |_| {
                frame(CONTINUATION, EH, 0, &block(&GET))
            }),
            ("6.10 behind a whole block", |n| {
                [get(n), frame(CONTINUATION, EH, n, b"")].concat()
            }),
            ("6.10 behind the last of a block", |n| {
                let end = frame(CONTINUATION, EH, n, b"");
                [frame(HEADERS, ES, n, &block(&GET)), end.clone(), end].concat()
            }),
        ],
    );
    serves(
        w,
        b"",
        &[
            ("6.10 several", |n| {
                let fields = block(&GET);
                let mut out = frame(HEADERS, ES, n, b"");
                for piece in fields.chunks(20) {
                    out.extend(frame(CONTINUATION, 0, n, piece));
                }
                [out, frame(CONTINUATION, EH, n, b"")].concat()
            }),
            ("6.10 the last may be empty", |n| {
                [
                    frame(HEADERS, ES, n, &block(&GET)),
                    frame(CONTINUATION, EH, n, b""),
                ]
                .concat()
            }),
        ],
    );
    serves(
        w,
        b"x",
        &[("6.10 END_STREAM is that of HEADERS", |n| {
            let block = block(&POST);
            let open = frame(HEADERS, 0, n, &block);
            [
                open,
                frame(CONTINUATION, EH | ES, n, b""),
                data(n, ES, b"x"),
            ]
            .concat()
        })],
    );
}
