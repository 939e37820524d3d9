//! RFC 9113 section 5: streams, their states and numbers, errors, flow control of content.

use super::check;
use super::peer::*;
use crate::h2::{H2Limits, SendError, StreamId};

#[test]
fn rfc_9113_5_1_idle() {
    let idle = "failed StreamIdle";
    let gone = "GOAWAY 0 PROTOCOL_ERROR";
    check(vec![
        ("DATA", vec![data(1, ES, b"x")], idle, gone),
        ("empty DATA", vec![data(1, 0, b"")], idle, gone),
        ("RST_STREAM", vec![reset(1, 0)], idle, gone),
        ("WINDOW_UPDATE", vec![window(1, 1)], idle, gone),
        ("PRIORITY", vec![frame(PRIORITY, 0, 1, &[0; 5])], "", ""),
        ("HEADERS", vec![get(1)], "request 1 GET / end", ""),
        (
            "above the last one",
            vec![get(1), data(3, 0, b"x")],
            "request 1 GET / end; failed StreamIdle",
            "GOAWAY 1 PROTOCOL_ERROR",
        ),
        ("of the server", vec![window(2, 1)], idle, gone),
    ]);
    // No stream of the server is ever opened, whatever the client has opened above it.
    let idle = "request 3 GET / end; failed StreamIdle";
    let gone = "GOAWAY 3 PROTOCOL_ERROR";
    check(vec![
        ("DATA", vec![get(3), data(2, ES, b"x")], idle, gone),
        ("RST_STREAM", vec![get(3), reset(2, 0)], idle, gone),
        ("WINDOW_UPDATE", vec![get(3), window(2, 1)], idle, gone),
        (
            "PRIORITY",
            vec![get(3), frame(PRIORITY, 0, 2, &[0; 5])],
            "request 3 GET / end",
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_5_1_half_closed_remote() {
    let ended = "request 1 GET / end; ended 1 StreamEnded";
    let closed = "RST 1 STREAM_CLOSED; PING end 12345678";
    check(vec![
        (
            "DATA",
            vec![get(1), data(1, 0, b"x"), ping()],
            ended,
            closed,
        ),
        (
            "DATA with END_STREAM",
            vec![get(1), data(1, ES, b""), ping()],
            ended,
            closed,
        ),
        ("HEADERS", vec![get(1), get(1), ping()], ended, closed),
        (
            "WINDOW_UPDATE",
            vec![get(1), window(1, 1)],
            "request 1 GET / end",
            "",
        ),
        (
            "PRIORITY",
            vec![get(1), frame(PRIORITY, 0, 1, &[0; 5])],
            "request 1 GET / end",
            "",
        ),
        (
            "RST_STREAM",
            vec![get(1), reset(1, 8)],
            "request 1 GET / end; ended 1 by peer CANCEL",
            "",
        ),
        (
            "behind content",
            vec![post(1), data(1, ES, b"x"), data(1, ES, b"x")],
            "request 1 POST /; content 1; ended 1 StreamEnded",
            "RST 1 STREAM_CLOSED",
        ),
        (
            "behind trailers",
            vec![post(1), headers(1, ES, &[("t", "1")]), data(1, 0, b"x")],
            "request 1 POST /; trailers 1 t=1; ended 1 StreamEnded",
            "RST 1 STREAM_CLOSED",
        ),
    ]);
}

#[test]
fn rfc_9113_5_1_closed_by_the_client() {
    let closed = "request 1 POST /; ended 1 by peer CANCEL";
    let failed = "request 1 POST /; ended 1 by peer CANCEL; failed StreamEnded";
    let gone = "GOAWAY 1 STREAM_CLOSED";
    let open = || [post(1), reset(1, 8)].concat();
    check(vec![
        ("DATA", vec![open(), data(1, 0, b"x")], failed, gone),
        ("HEADERS", vec![open(), get(1)], failed, gone),
        ("WINDOW_UPDATE", vec![open(), window(1, 1)], closed, ""),
        ("RST_STREAM", vec![open(), reset(1, 8)], closed, ""),
        (
            "PRIORITY",
            vec![open(), frame(PRIORITY, 0, 1, &[0; 5])],
            closed,
            "",
        ),
        (
            "another stream",
            vec![open(), get(3)],
            "request 1 POST /; ended 1 by peer CANCEL; request 3 GET / end",
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_5_1_closed_by_a_reset_of_the_server() {
    // Content-Length says 1, so the first frame resets the stream; what was on its way is ignored.
    let open = || [post_of(1, "1"), data(1, 0, b"xx")].concat();
    let closed = "request 1 POST /; ended 1 ContentLength";
    let rst = "RST 1 PROTOCOL_ERROR";
    check(vec![
        ("DATA", vec![open(), data(1, ES, b"x")], closed, rst),
        (
            "trailers",
            vec![open(), headers(1, ES, &[("t", "1")])],
            closed,
            rst,
        ),
        ("WINDOW_UPDATE", vec![open(), window(1, 1)], closed, rst),
        ("RST_STREAM", vec![open(), reset(1, 8)], closed, rst),
        (
            "another stream",
            vec![open(), get(3)],
            "request 1 POST /; ended 1 ContentLength; request 3 GET / end",
            rst,
        ),
    ]);
}

#[test]
fn rfc_9113_5_1_closed_by_both_ends() {
    for (input, frames) in [
        (data(1, 0, b"x"), "GOAWAY 1 STREAM_CLOSED"),
        (get(1), "GOAWAY 1 STREAM_CLOSED"),
        (window(1, 5), ""),
        (reset(1, 8), ""),
        (frame(PRIORITY, 0, 1, &[0; 5]), ""),
    ] {
        let mut peer = Peer::started();
        peer.send(&get(1));
        peer.answer(1, 0);
        peer.drive();
        assert_eq!(peer.frames(), "HEADERS 1 :status=200; DATA 1 0 end");
        peer.send(&input);
        assert_eq!(peer.frames(), frames, "{input:?}");
    }
}

#[test]
fn rfc_9113_5_1_1_stream_numbers() {
    let even = "failed EvenStream";
    let protocol = "GOAWAY 0 PROTOCOL_ERROR";
    check(vec![
        (
            "in order",
            vec![get(1), get(3), get(5)],
            "request 1 GET / end; request 3 GET / end; request 5 GET / end",
            "",
        ),
        (
            "with gaps",
            vec![get(5), get(11)],
            "request 5 GET / end; request 11 GET / end",
            "",
        ),
        (
            "the largest",
            vec![get(0x7FFF_FFFF)],
            "request 2147483647 GET / end",
            "",
        ),
        ("even", vec![get(2)], even, protocol),
        (
            "even, above an odd one",
            vec![get(1), get(4)],
            "request 1 GET / end; failed EvenStream",
            "GOAWAY 1 PROTOCOL_ERROR",
        ),
        ("0", vec![get(0)], "failed StreamZero", protocol),
        (
            "below the last one",
            vec![get(5), get(3)],
            "request 5 GET / end; failed StreamOutOfOrder",
            "GOAWAY 5 PROTOCOL_ERROR",
        ),
        (
            "DATA on one that was passed over",
            vec![get(5), data(3, 0, b"x")],
            "request 5 GET / end; failed StreamEnded",
            "GOAWAY 5 STREAM_CLOSED",
        ),
    ]);
}

#[test]
fn rfc_9113_5_1_2_concurrent_streams() {
    let mut peer = Peer::started_with(H2Limits {
        concurrent_streams: 2,
        ..H2Limits::default()
    });
    peer.send(&[get(1), post(3), get(5)].concat());
    assert_eq!(peer.events(), "request 1 GET / end; request 3 POST /");
    assert_eq!(peer.frames(), "RST 5 REFUSED_STREAM");
    peer.send(&[data(5, ES, b"x"), reset(3, 8), get(7)].concat());
    assert_eq!(peer.events(), "ended 3 by peer CANCEL; request 7 GET / end");
    peer.answer(1, 0);
    peer.drive();
    peer.frames();
    peer.send(&get(9));
    assert_eq!(peer.events(), "sent 1; request 9 GET / end");
    assert_eq!(peer.connection.active_streams(), 2);
}

#[test]
fn rfc_9113_5_3_priority_is_deprecated() {
    check(vec![
        (
            "a stream that depends on one that was never opened",
            vec![frame(
                HEADERS,
                ES | EH | PRIO,
                1,
                &[b"\0\0\0\x63\x10", &block(&GET_FIELDS)[..]].concat(),
            )],
            "request 1 GET / end",
            "",
        ),
        (
            "PRIORITY of itself",
            vec![get(1), frame(PRIORITY, 0, 1, b"\0\0\0\x01\0")],
            "request 1 GET / end",
            "",
        ),
        (
            "PRIORITY of an even stream",
            vec![frame(PRIORITY, 0, 2, &[0; 5])],
            "",
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_5_4_1_a_connection_error_ends_everything_with_its_last_stream() {
    let mut peer = Peer::started();
    peer.send(&[get(1), post(3), get(5)].concat());
    peer.events();
    let input = [frame(PING, 0, 1, b"12345678"), get(7), ping()].concat();
    let taken = peer.connection.handle_bytes(&input, peer.now);
    assert_eq!(
        taken,
        input.len(),
        "what comes behind an error is thrown away"
    );
    assert!(!peer.connection.is_done(), "GOAWAY is still to be written");
    peer.drive();
    assert_eq!(peer.events(), "failed NotStreamZero");
    let frames = String::from_utf8_lossy(&peer.received).into_owned();
    assert!(frames.ends_with("a frame of the whole connection is on a stream"));
    assert_eq!(peer.frames(), "GOAWAY 5 PROTOCOL_ERROR");
    assert!(peer.connection.is_done());
    assert_eq!(peer.connection.active_streams(), 0);
    assert_eq!(peer.read(3, 10), None);
    peer.send(&get(9));
    assert_eq!(
        (peer.events(), peer.frames()),
        (String::new(), String::new())
    );
}

#[test]
fn rfc_9113_5_4_2_a_stream_error_leaves_the_others_alone() {
    check(vec![
        (
            "a malformed request",
            vec![get(1), headers(3, ES, &[("a", "b")]), get(5), ping()],
            "request 1 GET / end; request 5 GET / end",
            "RST 3 PROTOCOL_ERROR; PING end 12345678",
        ),
        (
            "content of others",
            vec![post(1), post(3), window(1, 0), data(3, ES, b"x")],
            "request 1 POST /; request 3 POST /; ended 1 ZeroIncrement; content 3",
            "RST 1 PROTOCOL_ERROR",
        ),
    ]);
}

#[test]
fn rfc_9113_5_4_the_end_of_the_connection_ends_what_is_not_complete() {
    let mut peer = Peer::started();
    peer.send(&[get(1), post(3)].concat());
    peer.events();
    peer.connection.handle_end();
    peer.drive();
    assert_eq!(peer.events(), "ended 3 by end");
    assert!(!peer.connection.is_done(), "stream 1 can be answered");
    peer.answer(1, 5);
    peer.drive();
    assert_eq!(
        peer.frames(),
        "HEADERS 1 :status=200; DATA 1 5; DATA 1 0 end"
    );
    assert!(peer.connection.is_done());
}

#[test]
fn rfc_9113_6_9_the_end_of_the_connection_ends_what_waits_for_a_window() {
    let mut peer = Peer::started();
    let small = settings(&[(4, 3)]);
    peer.send(&[small, get(1), get(3)].concat());
    peer.events();
    let (one, three) = (StreamId::new(1).unwrap(), StreamId::new(3).unwrap());
    let connection = &mut peer.connection;
    let mut out = Vec::new();
    for stream in [one, three] {
        connection.respond(stream, 200, std::iter::empty()).unwrap();
    }
    assert_eq!(connection.send_content(one, 5, &mut out), Ok(3));
    assert_eq!(connection.send_content(one, 2, &mut out), Ok(0));
    connection.handle_end();
    peer.drive();
    assert_eq!(peer.events(), "ended 1 by end");
    let connection = &mut peer.connection;
    assert_eq!(connection.send_content(three, 5, &mut out), Ok(3));
    let gone = connection.send_content(three, 2, &mut out);
    assert_eq!(gone, Err(SendError::Gone));
    peer.drive();
    assert!(peer.connection.is_done());
}

#[test]
fn rfc_9113_5_5_extensions_are_ignored() {
    check(vec![
        (
            "frames and settings",
            vec![
                frame(0x0A, 1, 1, b"x"),
                settings(&[(0x10, 1)]),
                frame(0x0C, 0, 0, b""),
                get(1),
            ],
            "request 1 GET / end",
            "SETTINGS ack",
        ),
        (
            "on an open stream",
            vec![post(1), frame(0xF0, 1, 1, b"x"), data(1, ES, b"x")],
            "request 1 POST /; content 1",
            "",
        ),
    ]);
}

#[test]
fn rfc_9113_5_2_content_beyond_a_window() {
    let full = || {
        [
            post(1),
            data(1, 0, &[b'x'; 16_384]).repeat(3),
            data(1, 0, &[b'x'; 16_383]),
        ]
        .concat()
    };
    check(vec![
        (
            "the whole window",
            vec![full(), ping()],
            "request 1 POST /; content 1",
            "PING end 12345678",
        ),
        (
            "the end needs none",
            vec![full(), data(1, ES, b"")],
            "request 1 POST /; content 1",
            "",
        ),
        (
            "6.9.1 a byte more on the stream",
            vec![full(), data(1, 0, b"x"), ping()],
            "request 1 POST /; content 1; ended 1 WindowExceeded",
            "RST 1 FLOW_CONTROL_ERROR; PING end 12345678",
        ),
        (
            "6.9.1 padding counts",
            vec![full(), data(1, PADDED, b"\0")],
            "request 1 POST /; content 1; ended 1 WindowExceeded",
            "RST 1 FLOW_CONTROL_ERROR",
        ),
    ]);
}

#[test]
fn rfc_9113_5_2_content_beyond_the_window_of_the_connection() {
    let mut peer = Peer::started_with(H2Limits {
        connection_window: 65_535,
        ..H2Limits::default()
    });
    let half = data(1, 0, &[b'x'; 16_384]).repeat(2);
    let other = data(3, 0, &[b'x'; 16_384]).repeat(2);
    peer.send(&[post(1), post(3), half, other[..other.len() - 1].to_vec()].concat());
    assert_eq!(peer.frames(), "", "a frame that is not whole");
    peer.send(b"x");
    assert_eq!(
        peer.events(),
        "request 1 POST /; request 3 POST /; content 1; content 3; failed WindowExceeded"
    );
    assert_eq!(peer.frames(), "GOAWAY 3 FLOW_CONTROL_ERROR");
}

#[test]
fn rfc_9113_5_2_2_windows_grow_again_when_content_is_read() {
    let mut peer = Peer::started_with(H2Limits {
        connection_window: 65_535,
        ..H2Limits::default()
    });
    peer.send(&[post(1), data(1, 0, &[b'x'; 16_384]).repeat(2)].concat());
    assert_eq!(peer.frames(), "", "nobody has read");
    assert_eq!(peer.read(1, 32_766), Some((32_766, false)));
    peer.drive();
    assert_eq!(peer.frames(), "", "less than half a window");
    assert_eq!(peer.read(1, 100), Some((2, false)));
    peer.drive();
    assert_eq!(peer.frames(), "WINDOW 1 +32768; WINDOW 0 +32768");
    assert_eq!(peer.read(1, 100), Some((0, false)));
}

#[test]
fn rfc_9113_6_9_1_padding_is_given_back_at_once() {
    let mut peer = Peer::started_with(H2Limits {
        connection_window: 65_535,
        ..H2Limits::default()
    });
    let padded = data(1, PADDED, &[&[254, b'x'][..], &[0; 254]].concat());
    peer.send(&[post(1), padded.repeat(128)].concat());
    assert_eq!(peer.frames(), "");
    peer.send(&padded);
    // 129 times the padding and its length; the content stays until it is read.
    assert_eq!(peer.frames(), "WINDOW 1 +32895; WINDOW 0 +32895");
    assert_eq!(peer.read(1, 1_000), Some((129, false)));
}

#[test]
fn h2_content_is_told_again_once_it_was_read_and_its_end_comes_last() {
    let mut peer = Peer::started();
    peer.send(&[post(1), data(1, 0, b"abc"), data(1, 0, b"def")].concat());
    assert_eq!(peer.events(), "request 1 POST /; content 1", "told once");
    assert_eq!(peer.read(1, 4), Some((4, false)));
    peer.send(&data(1, ES, b"ghij"));
    assert_eq!(peer.events(), "content 1", "told again");
    assert_eq!(peer.read(1, 5), Some((5, false)));
    assert_eq!(peer.read(1, 5), Some((1, true)));
    assert_eq!(peer.read(1, 5), Some((0, true)));
}

#[test]
fn rfc_9113_4_3_a_block_begins_anew_behind_one_of_several_frames() {
    let mut peer = Peer::started();
    let fields = block(&GET_FIELDS);
    for stream in [1, 3, 5] {
        peer.send(&frame(HEADERS, ES, stream, &fields[..10]));
        peer.send(&frame(CONTINUATION, EH, stream, &fields[10..]));
    }
    peer.send(&get(7));
    let requests = [1, 3, 5, 7].map(|stream| format!("request {stream} GET / end"));
    assert_eq!(peer.events(), requests.join("; "));
}

#[test]
fn h2_small_bodies_cost_no_window_update() {
    let mut peer = Peer::started();
    for stream in (1..20).step_by(2) {
        peer.send(&[post(stream), data(stream, ES, b"small")].concat());
        assert_eq!(peer.read(stream, 100), Some((5, true)));
        peer.answer(stream, 0);
        peer.drive();
        let frames = peer.frames();
        assert_eq!(
            frames,
            format!("HEADERS {stream} :status=200; DATA {stream} 0 end")
        );
    }
}

#[test]
fn rfc_9113_5_2_2_what_nobody_reads_is_given_back_to_the_connection() {
    let mut peer = Peer::started_with(H2Limits {
        connection_window: 65_535,
        ..H2Limits::default()
    });
    let content = data(1, 0, &[b'x'; 16_384]).repeat(2);
    for (behind, frames) in [
        // Reset by the client, by the server, and content of a stream that the server has reset.
        (reset(1, 8), "WINDOW 0 +32768"),
        (window(1, 0), "RST 1 PROTOCOL_ERROR; WINDOW 0 +32768"),
    ] {
        let mut peer = Peer::started_with(H2Limits {
            connection_window: 65_535,
            ..H2Limits::default()
        });
        peer.send(&[post(1), content.clone(), behind].concat());
        assert_eq!(peer.frames(), frames);
    }
    peer.send(&[post(1), window(1, 0)].concat());
    peer.frames();
    peer.send(&content.repeat(3));
    assert_eq!(
        peer.frames(),
        "WINDOW 0 +32768; WINDOW 0 +32768; WINDOW 0 +32768"
    );
}
