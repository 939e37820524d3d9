//! RFC 9113 sections 3.4, 4 and 6: the preface, and each type of frame.

use super::peer::*;
use super::{Case, check};
use crate::h2::H2Limits;
use crate::h2::connection::PREFACE;

/// As [`check`], from the first byte of the connection on.
fn check_raw(cases: &[(&str, Vec<Vec<u8>>, &str, &str)]) {
    for (name, input, events, frames) in cases {
        let input = input.concat();
        for step in [input.len().max(1), 1, 7] {
            let mut peer = Peer::new(H2Limits::default());
            peer.drive();
            let first = "SETTINGS 3=100 6=16384; WINDOW 0 +6487965";
            assert_eq!(
                peer.frames(),
                first,
                "the server begins without being asked"
            );
            peer.send_in_steps(&input, step);
            assert_eq!(peer.events(), *events, "{name} by {step}");
            assert_eq!(peer.frames(), *frames, "{name} by {step}");
        }
    }
}

#[test]
fn rfc_9113_3_4_preface() {
    let whole = PREFACE.to_vec();
    let bad = "failed BadPreface";
    let gone = "GOAWAY 0 PROTOCOL_ERROR";
    let mut damaged = whole.clone();
    damaged[23] = b'x';
    let lone_ack = frame(SETTINGS, 1, 0, &[]);
    let none = "failed NoSettings";
    check_raw(&[
        (
            "preface and SETTINGS",
            vec![whole.clone(), settings(&[])],
            "",
            "SETTINGS ack",
        ),
        ("nothing", vec![], "", ""),
        ("half a preface", vec![whole[..10].to_vec()], "", ""),
        ("a preface alone", vec![whole.clone()], "", ""),
        ("HTTP/1.1", vec![b"GET / HTTP/1.1\r\n".to_vec()], bad, gone),
        ("one wrong byte", vec![b"X".to_vec()], bad, gone),
        ("last byte wrong", vec![damaged], bad, gone),
        ("TLS", vec![vec![0x16, 3, 1, 2, 0]], bad, gone),
        ("PING first", vec![whole.clone(), ping()], none, gone),
        ("HEADERS first", vec![whole.clone(), get(1)], none, gone),
        ("ACK first", vec![whole.clone(), lone_ack], none, gone),
        (
            "a second preface",
            vec![whole.clone(), whole],
            "failed FrameTooLong",
            "GOAWAY 0 FRAME_SIZE_ERROR",
        ),
    ]);
}

#[test]
fn rfc_9113_4_1_frame_format() {
    let cases: Vec<Case> = vec![
        (
            "reserved bit of the stream",
            vec![frame(HEADERS, ES | EH, 0x8000_0001, &block(&GET_FIELDS))],
            "request 1 GET / end",
            "",
        ),
        (
            "unknown type",
            vec![frame(0xFA, 0xFF, 1, b"what"), get(1)],
            "request 1 GET / end",
            "",
        ),
        (
            "unknown type on stream 0",
            vec![frame(0xFA, 0, 0, b""), ping()],
            "",
            "PING end 12345678",
        ),
        (
            "undefined flags of PING",
            vec![frame(PING, 0xFE, 0, b"12345678")],
            "",
            "PING end 12345678",
        ),
        (
            "undefined flags of HEADERS",
            vec![frame(HEADERS, ES | EH | 0xD2, 1, &block(&GET_FIELDS))],
            "request 1 GET / end",
            "",
        ),
        ("half a frame header", vec![ping()[..8].to_vec()], "", ""),
        ("half a payload", vec![ping()[..12].to_vec()], "", ""),
    ];
    check(cases);
}

#[test]
fn rfc_9113_4_2_frame_size() {
    let big = vec![b'x'; 16_384];
    let over = vec![b'x'; 16_385];
    let failed = "failed FrameTooLong";
    let gone = "GOAWAY 0 FRAME_SIZE_ERROR";
    check(vec![
        (
            "DATA of the largest size",
            vec![post(1), data(1, ES, &big)],
            "request 1 POST /; content 1",
            "",
        ),
        (
            "unknown type of the largest size",
            vec![frame(0xFA, 0, 0, &big), ping()],
            "",
            "PING end 12345678",
        ),
        (
            "DATA above it",
            vec![post(1), data(1, ES, &over)],
            "request 1 POST /; failed FrameTooLong",
            "GOAWAY 1 FRAME_SIZE_ERROR",
        ),
        (
            "HEADERS above it",
            vec![frame(HEADERS, EH, 1, &over)],
            failed,
            gone,
        ),
        (
            "SETTINGS above it",
            vec![frame(SETTINGS, 0, 0, &vec![0; 16_386])],
            failed,
            gone,
        ),
        (
            "unknown type above it",
            vec![frame(0xFA, 0, 0, &over)],
            failed,
            gone,
        ),
        (
            "said before the payload comes",
            vec![vec![0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1]],
            failed,
            gone,
        ),
    ]);
}

#[test]
fn rfc_9113_4_3_field_blocks() {
    let fields = block(&GET_FIELDS);
    let (front, back) = fields.split_at(9);
    let open = || frame(HEADERS, ES, 1, front);
    let cut = "failed BlockInterrupted";
    let failed = "failed Compression";
    let gone = "GOAWAY 0 PROTOCOL_ERROR";
    let broken = "GOAWAY 0 COMPRESSION_ERROR";
    // `:path /a` goes into the table with stream 1 and is index 62 from then on.
    let added = [&block(&GET_FIELDS[..3])[..], b"\x44\x02/a"].concat();
    let indexed = [&block(&GET_FIELDS[..3])[..], b"\xBE"].concat();
    check(vec![
        (
            "whole in two frames",
            vec![open(), frame(CONTINUATION, EH, 1, back)],
            "request 1 GET / end",
            "",
        ),
        ("cut by DATA", vec![open(), data(1, 0, b"")], cut, gone),
        ("cut by PING", vec![open(), ping()], cut, gone),
        ("cut by SETTINGS", vec![open(), settings(&[])], cut, gone),
        (
            "cut by an unknown type",
            vec![open(), frame(0xFA, 0, 0, b"")],
            cut,
            gone,
        ),
        ("cut by HEADERS", vec![open(), get(3)], cut, gone),
        ("cut by RST_STREAM", vec![open(), reset(1, 8)], cut, gone),
        (
            "continued on another stream",
            vec![open(), frame(CONTINUATION, EH, 3, back)],
            cut,
            gone,
        ),
        (
            "continued on stream 0",
            vec![open(), frame(CONTINUATION, EH, 0, back)],
            cut,
            gone,
        ),
        (
            "broken block",
            vec![frame(HEADERS, ES | EH, 1, b"\x80")],
            failed,
            broken,
        ),
        (
            "block that ends inside a field",
            vec![frame(HEADERS, ES | EH, 1, front)],
            failed,
            broken,
        ),
        (
            "broken trailers",
            vec![post(1), frame(HEADERS, ES | EH, 1, b"\x80")],
            "request 1 POST /; failed Compression",
            "GOAWAY 1 COMPRESSION_ERROR",
        ),
        (
            "the table lives on",
            vec![
                frame(HEADERS, ES | EH, 1, &added),
                frame(HEADERS, ES | EH, 3, &indexed),
            ],
            "request 1 GET /a end; request 3 GET /a end",
            "",
        ),
        (
            "the table also learns from malformed requests",
            vec![
                frame(
                    HEADERS,
                    ES | EH,
                    1,
                    &[&added[..], b"\x00\x01A\x00"].concat(),
                ),
                frame(HEADERS, ES | EH, 3, &indexed),
            ],
            "request 3 GET /a end",
            "RST 1 PROTOCOL_ERROR",
        ),
        (
            "table size above the limit",
            vec![frame(
                HEADERS,
                ES | EH,
                1,
                &[b"\x3F\xE2\x1F", &fields[..]].concat(),
            )],
            failed,
            broken,
        ),
        (
            "table size of 0",
            vec![frame(HEADERS, ES | EH, 1, &[b"\x20", &fields[..]].concat())],
            "request 1 GET / end",
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_6_1_data() {
    let padded = |padding: u8, rest: &[u8]| [&[padding], rest].concat();
    let closed = "request 1 POST /; content 1";
    check(vec![
        (
            "content",
            vec![post(1), data(1, 0, b"ab"), data(1, ES, b"c")],
            closed,
            "",
        ),
        ("an empty end", vec![post(1), data(1, ES, b"")], closed, ""),
        (
            "an empty frame is no news",
            vec![post(1), data(1, 0, b"")],
            "request 1 POST /",
            "",
        ),
        (
            "padding",
            vec![post(1), data(1, ES | PADDED, &padded(3, b"ab\0\0\0"))],
            closed,
            "",
        ),
        (
            "padding of length 0",
            vec![post(1), data(1, ES | PADDED, &padded(0, b"ab"))],
            closed,
            "",
        ),
        (
            "nothing but padding",
            vec![post(1), data(1, ES | PADDED, &padded(3, b"\0\0\0"))],
            closed,
            "",
        ),
        (
            "padding with other bytes",
            vec![post(1), data(1, ES | PADDED, &padded(1, b"ab"))],
            closed,
            "",
        ),
        (
            "padding as long as the frame",
            vec![post(1), data(1, PADDED, &padded(3, b"ab"))],
            "request 1 POST /; failed Padding",
            "GOAWAY 1 PROTOCOL_ERROR",
        ),
        (
            "no room for the padding's length",
            vec![post(1), data(1, PADDED, b"")],
            "request 1 POST /; failed FrameLength",
            "GOAWAY 1 FRAME_SIZE_ERROR",
        ),
        (
            "stream 0",
            vec![data(0, 0, b"ab")],
            "failed StreamZero",
            "GOAWAY 0 PROTOCOL_ERROR",
        ),
    ]);
}

#[test]
fn rfc_9113_6_2_headers() {
    let fields = block(&GET_FIELDS);
    let request = "request 1 GET / end";
    let flags = ES | EH;
    let priority = b"\x80\0\0\x03\x10";
    let padded = [b"\x02", &fields[..], b"\0\0"].concat();
    let both = [b"\x02", &priority[..], &fields, b"\0\0"].concat();
    check(vec![
        (
            "padding",
            vec![frame(HEADERS, flags | PADDED, 1, &padded)],
            request,
            "",
        ),
        (
            "priority",
            vec![frame(
                HEADERS,
                flags | PRIO,
                1,
                &[priority, &fields[..]].concat(),
            )],
            request,
            "",
        ),
        (
            "padding and priority",
            vec![frame(HEADERS, flags | PADDED | PRIO, 1, &both)],
            request,
            "",
        ),
        (
            "priority of itself, which says nothing any more",
            vec![frame(
                HEADERS,
                flags | PRIO,
                1,
                &[b"\0\0\0\x01\x10", &fields[..]].concat(),
            )],
            request,
            "",
        ),
        (
            "stream 0",
            vec![frame(HEADERS, flags, 0, &fields)],
            "failed StreamZero",
            "GOAWAY 0 PROTOCOL_ERROR",
        ),
        (
            "padding longer than the frame",
            vec![frame(HEADERS, flags | PADDED, 1, b"\x05abcd")],
            "failed Padding",
            "GOAWAY 0 PROTOCOL_ERROR",
        ),
        (
            "padding longer than what priority leaves",
            vec![frame(
                HEADERS,
                flags | PADDED | PRIO,
                1,
                b"\x02\0\0\0\x01\x10\0",
            )],
            "failed FrameLength",
            "GOAWAY 0 FRAME_SIZE_ERROR",
        ),
        (
            "no room for priority",
            vec![frame(HEADERS, flags | PRIO, 1, b"\0\0\0\x01")],
            "failed FrameLength",
            "GOAWAY 0 FRAME_SIZE_ERROR",
        ),
        (
            "no room for the padding's length",
            vec![frame(HEADERS, flags | PADDED, 1, b"")],
            "failed FrameLength",
            "GOAWAY 0 FRAME_SIZE_ERROR",
        ),
        (
            "an empty block",
            vec![frame(HEADERS, flags, 1, b"")],
            "",
            "RST 1 PROTOCOL_ERROR",
        ),
    ]);
}

#[test]
fn rfc_9113_6_3_and_6_4_priority_and_reset() {
    let prio = |stream, length| frame(PRIORITY, 0, stream, &vec![0; length]);
    let rst = |stream, length| frame(RST_STREAM, 0, stream, &vec![0; length]);
    let zero = "failed StreamZero";
    let length = "failed FrameLength";
    let protocol = "GOAWAY 0 PROTOCOL_ERROR";
    let size = "GOAWAY 0 FRAME_SIZE_ERROR";
    check(vec![
        (
            "PRIORITY is ignored",
            vec![prio(1, 5), get(1), prio(1, 5)],
            "request 1 GET / end",
            "",
        ),
        ("PRIORITY on stream 0", vec![prio(0, 5)], zero, protocol),
        (
            "short PRIORITY is a stream error",
            vec![post(1), prio(1, 4), ping()],
            "request 1 POST /; ended 1 FrameLength",
            "RST 1 FRAME_SIZE_ERROR; PING end 12345678",
        ),
        (
            "short PRIORITY without a stream to reset",
            vec![prio(1, 4)],
            length,
            size,
        ),
        (
            "RST_STREAM",
            vec![post(1), reset(1, 8)],
            "request 1 POST /; ended 1 by peer CANCEL",
            "",
        ),
        (
            "RST_STREAM with an unknown code",
            vec![post(1), reset(1, 1111)],
            "request 1 POST /; ended 1 by peer 1111",
            "",
        ),
        ("RST_STREAM on stream 0", vec![rst(0, 4)], zero, protocol),
        (
            "RST_STREAM on an idle stream",
            vec![rst(1, 4)],
            "failed StreamIdle",
            protocol,
        ),
        (
            "short RST_STREAM",
            vec![post(1), rst(1, 3)],
            "request 1 POST /; failed FrameLength",
            "GOAWAY 1 FRAME_SIZE_ERROR",
        ),
        (
            "long RST_STREAM",
            vec![post(1), rst(1, 5)],
            "request 1 POST /; failed FrameLength",
            "GOAWAY 1 FRAME_SIZE_ERROR",
        ),
    ]);
}

#[test]
fn rfc_9113_6_5_settings() {
    let ack = "SETTINGS ack";
    check(vec![
        ("none", vec![settings(&[])], "", ack),
        (
            "all that are valid",
            vec![settings(&[
                (1, 0),
                (2, 0),
                (3, 0),
                (4, 0),
                (5, 16_384),
                (6, 0),
            ])],
            "",
            ack,
        ),
        (
            "the largest values",
            vec![settings(&[
                (1, u32::MAX),
                (2, 1),
                (3, u32::MAX),
                (4, 0x7FFF_FFFF),
                (5, 16_777_215),
                (6, u32::MAX),
            ])],
            "",
            ack,
        ),
        (
            "unknown ones",
            vec![settings(&[(0, 1), (8, 1), (0xFFFF, u32::MAX)])],
            "",
            ack,
        ),
        (
            "each frame is acknowledged",
            vec![settings(&[]), settings(&[])],
            "",
            "SETTINGS ack; SETTINGS ack",
        ),
    ]);
}

#[test]
fn rfc_9113_6_5_2_invalid_settings() {
    let invalid = "failed InvalidSetting";
    let protocol = "GOAWAY 0 PROTOCOL_ERROR";
    let size = "GOAWAY 0 FRAME_SIZE_ERROR";
    let length = "failed FrameLength";
    let flow = "GOAWAY 0 FLOW_CONTROL_ERROR";
    check(vec![
        (
            "6.5.2 ENABLE_PUSH of 2",
            vec![settings(&[(2, 2)])],
            invalid,
            protocol,
        ),
        (
            "6.5.2 INITIAL_WINDOW_SIZE of 2^31",
            vec![settings(&[(4, 0x8000_0000)])],
            "failed InvalidInitialWindow",
            flow,
        ),
        (
            "6.5.2 MAX_FRAME_SIZE of 16383",
            vec![settings(&[(5, 16_383)])],
            invalid,
            protocol,
        ),
        (
            "6.5.2 MAX_FRAME_SIZE of 2^24",
            vec![settings(&[(5, 16_777_216)])],
            invalid,
            protocol,
        ),
        (
            "6.5.2 the second of two is invalid",
            vec![settings(&[(5, 16_384), (5, 0)])],
            invalid,
            protocol,
        ),
        (
            "on a stream",
            vec![frame(SETTINGS, 0, 1, &[])],
            "failed NotStreamZero",
            protocol,
        ),
        (
            "ACK with a payload",
            vec![frame(SETTINGS, 1, 0, &[0; 6])],
            length,
            size,
        ),
        (
            "a length that is no multiple of six",
            vec![frame(SETTINGS, 0, 0, &[0; 5])],
            length,
            size,
        ),
        (
            "ACK that nobody waits for",
            vec![frame(SETTINGS, 1, 0, &[]), ping()],
            "",
            "PING end 12345678",
        ),
    ]);
}

#[test]
fn rfc_9113_6_6_to_6_8_push_ping_goaway() {
    let protocol = "GOAWAY 0 PROTOCOL_ERROR";
    let size = "GOAWAY 0 FRAME_SIZE_ERROR";
    let length = "failed FrameLength";
    let other = "failed NotStreamZero";
    let away = |code: u8| frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, code, b'w', b'h', b'y']);
    check(vec![
        (
            "6.6 PUSH_PROMISE of a client",
            vec![get(1), frame(PUSH_PROMISE, EH, 1, b"\0\0\0\x02")],
            "request 1 GET / end; failed PushFromClient",
            "GOAWAY 1 PROTOCOL_ERROR",
        ),
        (
            "6.7 PING is answered with its data",
            vec![frame(PING, 0, 0, b"abcdefgh")],
            "",
            "PING end abcdefgh",
        ),
        (
            "6.7 PINGs are answered in order",
            vec![ping(), frame(PING, 0, 0, b"abcdefgh")],
            "",
            "PING end 12345678; PING end abcdefgh",
        ),
        (
            "6.7 ACK is not answered",
            vec![frame(PING, 1, 0, b"abcdefgh")],
            "",
            "",
        ),
        (
            "6.7 PING on a stream",
            vec![frame(PING, 0, 1, b"abcdefgh")],
            other,
            protocol,
        ),
        (
            "6.7 PING with 7 bytes",
            vec![frame(PING, 0, 0, b"abcdefg")],
            length,
            size,
        ),
        (
            "6.7 PING with 9 bytes",
            vec![frame(PING, 0, 0, b"abcdefghi")],
            length,
            size,
        ),
        (
            "6.8 GOAWAY",
            vec![post(1), away(0), data(1, ES, b"x")],
            "request 1 POST /; goaway NO_ERROR; content 1",
            "",
        ),
        (
            "6.8 GOAWAY is told once",
            vec![away(2), away(2)],
            "goaway INTERNAL_ERROR",
            "",
        ),
        (
            "6.8 GOAWAY on a stream",
            vec![frame(GOAWAY, 0, 1, &[0; 8])],
            other,
            protocol,
        ),
        (
            "6.8 GOAWAY with 7 bytes",
            vec![frame(GOAWAY, 0, 0, &[0; 7])],
            length,
            size,
        ),
    ]);
}

#[test]
fn rfc_9113_6_9_window_update() {
    let zero = "failed ZeroIncrement";
    let protocol = "GOAWAY 0 PROTOCOL_ERROR";
    let over = "failed WindowOverflow";
    let flow = "GOAWAY 0 FLOW_CONTROL_ERROR";
    let most = 0x7FFF_FFFF - 65_535;
    check(vec![
        (
            "of connection and stream",
            vec![post(1), window(0, 1), window(1, 1)],
            "request 1 POST /",
            "",
        ),
        (
            "the reserved bit is ignored",
            vec![window(0, 0x8000_0001)],
            "",
            "",
        ),
        ("0 on the connection", vec![window(0, 0)], zero, protocol),
        (
            "0 on a stream",
            vec![post(1), window(1, 0), ping()],
            "request 1 POST /; ended 1 ZeroIncrement",
            "RST 1 PROTOCOL_ERROR; PING end 12345678",
        ),
        (
            "3 bytes",
            vec![frame(WINDOW_UPDATE, 0, 0, &[0; 3])],
            "failed FrameLength",
            "GOAWAY 0 FRAME_SIZE_ERROR",
        ),
        (
            "5 bytes",
            vec![frame(WINDOW_UPDATE, 0, 0, &[0; 5])],
            "failed FrameLength",
            "GOAWAY 0 FRAME_SIZE_ERROR",
        ),
        (
            "an idle stream",
            vec![window(1, 1)],
            "failed StreamIdle",
            protocol,
        ),
        (
            "6.9.1 the connection's largest window",
            vec![window(0, most)],
            "",
            "",
        ),
        (
            "6.9.1 the connection's window overflows",
            vec![window(0, most), window(0, 1)],
            over,
            flow,
        ),
        (
            "6.9.1 a stream's window overflows",
            vec![post(1), window(1, most), window(1, 1)],
            "request 1 POST /; ended 1 WindowOverflow",
            "RST 1 FLOW_CONTROL_ERROR",
        ),
        (
            "6.9.2 a setting overflows a stream's window",
            vec![post(1), window(1, most), settings(&[(4, 65_536)])],
            "request 1 POST /; failed WindowOverflow",
            "GOAWAY 1 FLOW_CONTROL_ERROR",
        ),
        (
            "6.9.2 the setting does not change the connection's window",
            vec![settings(&[(4, 0x7FFF_FFFF)]), window(0, most)],
            "",
            "SETTINGS ack",
        ),
    ]);
}

#[test]
fn rfc_9113_6_10_continuation() {
    let fields = block(&GET_FIELDS);
    let bytes = || {
        fields
            .chunks(9)
            .map(|piece| frame(CONTINUATION, 0, 1, piece))
    };
    let stray = "failed StrayContinuation";
    let pieces: Vec<Vec<u8>> = bytes().take(5).collect();
    let whole = [
        vec![frame(HEADERS, ES, 1, b"")],
        pieces.clone(),
        vec![frame(CONTINUATION, EH, 1, &fields[45..])],
    ];
    check(vec![
        ("several", whole.concat(), "request 1 GET / end", ""),
        (
            "the last may be empty",
            vec![
                frame(HEADERS, ES, 1, &fields),
                frame(CONTINUATION, EH, 1, b""),
            ],
            "request 1 GET / end",
            "",
        ),
        (
            "without HEADERS",
            vec![frame(CONTINUATION, EH, 1, &fields)],
            stray,
            "GOAWAY 0 PROTOCOL_ERROR",
        ),
        (
            "on stream 0",
            vec![frame(CONTINUATION, EH, 0, &fields)],
            stray,
            "GOAWAY 0 PROTOCOL_ERROR",
        ),
        (
            "behind a whole block",
            vec![get(1), frame(CONTINUATION, EH, 1, &fields)],
            "request 1 GET / end; failed StrayContinuation",
            "GOAWAY 1 PROTOCOL_ERROR",
        ),
        (
            "behind the last of a block",
            vec![
                frame(HEADERS, ES, 1, &fields),
                frame(CONTINUATION, EH, 1, b""),
                frame(CONTINUATION, EH, 1, b""),
            ],
            "request 1 GET / end; failed StrayContinuation",
            "GOAWAY 1 PROTOCOL_ERROR",
        ),
        (
            "END_STREAM is that of HEADERS",
            vec![
                frame(HEADERS, 0, 1, &fields),
                frame(CONTINUATION, EH | ES, 1, b""),
            ],
            "request 1 GET /",
            "",
        ),
    ]);
}
