//! Hostile clients: RFC 9113 section 10.5 and the attacks that have a CVE number. Each limit at its
//! value and one above; what is held in the meantime.

use std::time::Duration;

use super::peer::*;
use crate::h2::{H2Limits, Rate};

fn limits() -> H2Limits {
    let rate = Rate {
        burst: 10,
        per_minute: 60,
    };
    H2Limits {
        settings: rate,
        pings: rate,
        resets: rate,
        empty_frames: rate,
        idle_frames: rate,
        window_updates: 10,
        ..H2Limits::default()
    }
}

/// `frame` comes as often as allowed, once more a second later, and then once more: that is too often.
/// `already`: how many of them there were; fewer than none: how many `before` has earned.
fn check_rate(before: &[u8], frame: impl Fn(u32) -> Vec<u8>, already: i32, reason: &str) {
    let mut peer = Peer::started_with(limits());
    peer.send(before);
    let mut number = 0;
    let mut next = || {
        number += 1;
        frame(number)
    };
    for _ in already..10 {
        peer.send(&next());
    }
    peer.now = Duration::from_secs(1);
    peer.send(&next());
    assert!(!peer.events().contains("failed"), "{reason}");
    assert!(!peer.frames().contains("GOAWAY"), "{reason}");
    peer.send(&next());
    assert!(
        peer.events().ends_with(&format!("failed {reason}")),
        "{reason}"
    );
    assert!(peer.frames().ends_with(" ENHANCE_YOUR_CALM"), "{reason}");
    assert!(peer.connection.is_done());
}

#[test]
fn rfc_9113_10_5_floods_end_the_connection() {
    check_rate(b"", |_| ping(), 0, "PingFlood");
    // The SETTINGS with which the connection began count.
    check_rate(b"", |_| settings(&[]), 1, "SettingsFlood");
    check_rate(&post(1), |_| data(1, 0, b""), 0, "EmptyFrameFlood");
    check_rate(
        &post(1),
        |_| data(1, PADDED, b"\x01\0"),
        0,
        "EmptyFrameFlood",
    );
    check_rate(b"", |_| frame(PRIORITY, 0, 1, &[0; 5]), 0, "IdleFrameFlood");
    check_rate(b"", |_| frame(0xEE, 0, 0, b"x"), 0, "IdleFrameFlood");
    check_rate(b"", |_| frame(PING, 1, 0, &[0; 8]), 0, "IdleFrameFlood");
    check_rate(b"", |_| frame(SETTINGS, 1, 0, b""), 0, "IdleFrameFlood");
    check_rate(
        &[post(1), reset(1, 8)].concat(),
        |_| reset(1, 8),
        -2,
        "IdleFrameFlood",
    );
    // Content-Length says 0, so the first frame resets the stream; trailers on it are ignored.
    let refused = [post_of(1, "0"), data(1, 0, b"x")].concat();
    check_rate(
        &refused,
        |_| headers(1, ES, &[("t", "1")]),
        -2,
        "IdleFrameFlood",
    );
    let away = frame(GOAWAY, 0, 0, &[0; 8]);
    check_rate(&away, |_| away.clone(), 0, "IdleFrameFlood");
}

#[test]
fn cve_2023_44487_streams_that_are_opened_and_reset() {
    let rapid = |n: u32| [post(2 * n - 1), reset(2 * n - 1, 8)].concat();
    check_rate(b"", rapid, 0, "ResetFlood");
    let no_error = |n: u32| [get(2 * n - 1), reset(2 * n - 1, 0)].concat();
    check_rate(b"", no_error, 0, "ResetFlood");
}

#[test]
fn cve_2025_8671_streams_that_the_server_is_made_to_reset() {
    let zero = |n: u32| [post(2 * n - 1), window(2 * n - 1, 0)].concat();
    let mut generous = limits();
    generous.window_updates = 1_000;
    check_rate(
        b"",
        |n| headers(2 * n - 1, ES, &[("a", "b")]),
        0,
        "ResetFlood",
    );
    check_rate(
        b"",
        |n| [get(2 * n - 1), data(2 * n - 1, 0, b"x")].concat(),
        0,
        "ResetFlood",
    );
    let mut peer = Peer::started_with(generous);
    for n in 1..=11 {
        peer.send(&zero(n));
    }
    assert!(peer.events().ends_with("failed ResetFlood"));
}

#[test]
fn h2_streams_above_the_limit_count_as_resets() {
    let mut peer = Peer::started_with(H2Limits {
        concurrent_streams: 1,
        ..limits()
    });
    for n in 0..=10 {
        peer.send(&post(2 * n + 1));
    }
    assert_eq!(peer.events(), "request 1 POST /");
    peer.send(&post(23));
    assert_eq!(peer.events(), "failed ResetFlood");
}

/// A client whose first flight goes out before it has seen SETTINGS.
fn early(limits: H2Limits) -> Peer {
    let mut peer = Peer::new(limits);
    peer.send(&[&crate::h2::connection::PREFACE[..], &settings(&[])].concat());
    assert_eq!(peer.events(), "");
    peer.frames();
    peer
}

#[test]
fn rfc_9113_5_1_2_streams_above_the_limit_are_no_abuse_before_settings_are_acknowledged() {
    let limits = H2Limits {
        concurrent_streams: 2,
        ..limits()
    };
    let mut peer = early(limits);
    let number = |n: u32| 2 * n + 1;
    for n in 0..2_000 {
        peer.send(&post(number(n)));
    }
    assert_eq!(peer.events(), "request 1 POST /; request 3 POST /");
    let refused: Vec<String> = (2..2_000)
        .map(|n| format!("RST {} REFUSED_STREAM", number(n)))
        .collect();
    assert_eq!(peer.frames(), refused.join("; "));
    // What was on its way on all of them: a window, content, trailers, a reset, in any order of the streams.
    for n in 0..2_000 {
        let stream = number(n);
        let end = [window(stream, 1), data(stream, 0, b"x")].concat();
        peer.send(&end);
    }
    for n in (2..2_000).rev() {
        peer.send(&headers(number(n), ES, &[("t", "1")]));
        peer.send(&reset(number(n), 8));
    }
    assert_eq!(peer.events(), "content 1; content 3");
    assert!(!peer.frames().contains("GOAWAY"));
    // The client has read them all, and sends requests again.
    peer.send(&frame(SETTINGS, 1, 0, &[]));
    peer.answer(1, 0);
    peer.drive();
    peer.send(&post(number(2_000)));
    assert_eq!(peer.events(), "sent 1; request 4001 POST /");
    // From now on it knows.
    for n in 2_001..=2_010 {
        peer.send(&post(number(n)));
    }
    assert_eq!(peer.events(), "");
    peer.send(&post(number(2_011)));
    assert_eq!(peer.events(), "failed ResetFlood");
}

#[test]
fn rfc_9113_5_1_2_what_is_opened_before_settings_are_acknowledged_is_bounded_all_the_same() {
    let mut peer = early(H2Limits {
        concurrent_streams: 1,
        early_refusals: Rate {
            burst: 20,
            per_minute: 60,
        },
        ..limits()
    });
    for n in 0..=20 {
        peer.send(&get(2 * n + 1));
    }
    assert_eq!(peer.events(), "request 1 GET / end");
    peer.send(&get(43));
    assert_eq!(peer.events(), "failed ResetFlood");
    assert!(peer.frames().ends_with("GOAWAY 43 ENHANCE_YOUR_CALM"));
}

#[test]
fn h2_each_stream_may_have_a_window_and_two_frames_without_effect() {
    let mut peer = Peer::started_with(limits());
    for n in 0..1_000 {
        let stream = 2 * n + 1;
        let priority = frame(PRIORITY, 0, stream, &[0; 5]);
        peer.send(&[get(stream), window(stream, 1), priority].concat());
        peer.answer(stream, 0);
        peer.drive();
        peer.send(&reset(stream, 8));
    }
    assert!(!peer.events().contains("failed"));
    // What was earned is used up.
    for _ in 0..10 {
        peer.send(&[ping_ack(), window(1, 1)].concat());
    }
    assert_eq!(peer.events(), "");
    peer.send(&ping_ack());
    assert_eq!(peer.events(), "failed IdleFrameFlood");
}

fn ping_ack() -> Vec<u8> {
    frame(PING, 1, 0, &[0; 8])
}

/// A client of gRPC measures the connection with each DATA frame, however small, and grants what was in it.
#[test]
fn h2_each_data_frame_may_have_a_ping_and_two_windows() {
    let mut peer = Peer::started_with(limits());
    peer.send(&get(1));
    let fields = std::iter::empty();
    peer.connection.respond(id(1), 200, fields).unwrap();
    let mut out = Vec::new();
    for _ in 0..10_000 {
        let sent = peer.connection.send_content(id(1), 5, &mut out);
        assert_eq!(sent, Ok(5));
        out.clear();
        peer.send(&[window(0, 5), window(1, 5), ping()].concat());
    }
    assert_eq!(peer.events(), "request 1 GET / end");
    // What was earned is used up but for those of the stream.
    peer.send(&[window(0, 1).repeat(11), ping().repeat(11)].concat());
    assert_eq!(peer.events(), "");
    peer.send(&ping());
    assert_eq!(peer.events(), "failed PingFlood");
}

#[test]
fn cve_2019_9512_a_frame_that_uses_a_window_up_gives_no_ping() {
    let mut peer = Peer::started_with(limits());
    peer.send(&[settings(&[(4, 0)]), get(1)].concat());
    let fields = std::iter::empty();
    peer.connection.respond(id(1), 200, fields).unwrap();
    let mut out = Vec::new();
    for most in [1, 5].into_iter().cycle().take(11) {
        // A driver offers no more than there is room for, or all that it has.
        assert_eq!(peer.connection.send_content(id(1), 5, &mut out), Ok(0));
        peer.send(&[window(1, 1), ping()].concat());
        let sent = peer.connection.send_content(id(1), most, &mut out);
        assert_eq!(sent, Ok(1));
    }
    peer.send(&ping());
    assert!(peer.events().ends_with("failed PingFlood"));
}

#[test]
fn cve_2019_9511_windows_that_grow_by_nothing() {
    let mut peer = Peer::started_with(limits());
    peer.send(&[settings(&[(4, 0)]), get(1)].concat());
    peer.answer(1, 1_000_000);
    // Ten, and one for the stream.
    for _ in 0..11 {
        peer.send(&window(1, 1));
    }
    assert!(peer.frames().ends_with("DATA 1 1; DATA 1 1"));
    peer.send(&window(1, 1));
    assert_eq!(peer.events(), "request 1 GET / end; failed WindowDribble");
    assert_eq!(peer.frames(), "GOAWAY 1 ENHANCE_YOUR_CALM");
}

#[test]
fn h2_windows_may_grow_as_often_as_content_was_sent() {
    let mut peer = Peer::started_with(limits());
    peer.send(&get(1));
    peer.answer(1, 1_000_000_000);
    for _ in 0..10_000 {
        peer.send(&[window(0, 1_024), window(1, 1_024)].concat());
    }
    assert_eq!(peer.events(), "request 1 GET / end");
}

#[test]
fn cve_2024_27316_continuation_frames_without_end() {
    let mut peer = Peer::started_with(H2Limits {
        continuations: 3,
        ..H2Limits::default()
    });
    let more = frame(CONTINUATION, 0, 1, b"\0\x01a\x01b");
    peer.send(&[frame(HEADERS, ES, 1, &block(&GET_FIELDS)), more.repeat(3)].concat());
    assert!(peer.connection.has_open_block());
    assert_eq!(peer.events(), "");
    peer.send(&more);
    assert_eq!(peer.events(), "failed BlockTooLong");
    assert_eq!(peer.frames(), "GOAWAY 0 ENHANCE_YOUR_CALM");
}

#[test]
fn h2_empty_continuation_frames_count() {
    let mut peer = Peer::started_with(H2Limits {
        continuations: 1_000,
        ..limits()
    });
    peer.send(&frame(HEADERS, ES, 1, b""));
    for _ in 0..9 {
        peer.send(&frame(CONTINUATION, 0, 1, b""));
    }
    assert_eq!(peer.events(), "");
    peer.send(&frame(CONTINUATION, 0, 1, b""));
    assert_eq!(peer.events(), "failed EmptyFrameFlood");
}

#[test]
fn rfc_9113_10_5_1_a_block_has_so_many_bytes() {
    for (bytes, events) in [
        (100, "request 1 GET / over end"),
        (101, "failed BlockTooLong"),
    ] {
        let mut peer = Peer::started_with(H2Limits {
            block_bytes: 100,
            header_list_size: 180,
            ..H2Limits::default()
        });
        let mut fields = block(&GET_FIELDS);
        let value = "x".repeat(bytes - fields.len() - 4);
        fields.extend(block(&[("a", &value)]));
        assert_eq!(fields.len(), bytes);
        peer.send(&frame(HEADERS, ES | EH, 1, &fields));
        assert_eq!(peer.events(), events, "{bytes}");
    }
}

#[test]
fn rfc_9113_6_5_2_a_list_of_fields_has_a_size() {
    // The four fields of a GET count 4 * 32 + 37, each of the others 33 + 1.
    let size: usize = GET_FIELDS.iter().map(|(n, v)| n.len() + v.len() + 32).sum();
    for (more, events) in [
        (10, "request 1 GET / end"),
        (11, "request 1 GET / over end"),
    ] {
        let mut peer = Peer::started_with(H2Limits {
            header_list_size: size as u32 + 340,
            ..H2Limits::default()
        });
        peer.send(&get_with(&vec![("a", "b"); more]));
        assert_eq!(peer.events(), events);
        assert_eq!(peer.requests[0].len(), 14, "what is beyond is not kept");
        // Nobody answers such a request: but the connection goes on.
        peer.send(&get(3));
        assert_eq!(peer.events(), "request 3 GET / end");
    }
}

#[test]
fn rfc_9113_6_5_2_trailers_have_the_same_size_as_fields() {
    for (more, events) in [(8, "trailers 1 "), (9, "ended 1 TrailersTooLong")] {
        let mut peer = Peer::started_with(H2Limits {
            header_list_size: 34 * 8,
            ..H2Limits::default()
        });
        peer.send(&post(1));
        peer.events();
        peer.send(&headers(1, ES, &vec![("a", "b"); more]));
        assert!(peer.events().starts_with(events), "{more}");
        peer.send(&get(3));
        assert_eq!(peer.events(), "request 3 GET / end");
    }
}

#[test]
fn h2_a_list_that_is_cut_inside_its_pseudo_fields_is_delivered_as_too_long() {
    let mut peer = Peer::started_with(H2Limits {
        header_list_size: 100,
        ..H2Limits::default()
    });
    let path = "x".repeat(100);
    peer.send(&headers(
        1,
        ES,
        &[(":method", "GET"), (":path", &path), (":scheme", "https")],
    ));
    assert_eq!(peer.events(), "request 1 GET  over end");
}

#[test]
fn h2_a_settings_frame_has_so_many_settings() {
    // As row LIM-020.
    let lots = |count| settings(&vec![(3, 1); count]);
    let mut peer = Peer::started_with(H2Limits {
        settings_per_frame: Some(7),
        ..H2Limits::default()
    });
    peer.send(&lots(7));
    assert_eq!(peer.events(), "");
    peer.send(&lots(8));
    assert_eq!(peer.events(), "failed SettingsFlood");
    let mut peer = Peer::started_with(H2Limits {
        settings_per_minute: Some(10),
        ..H2Limits::default()
    });
    peer.send(&lots(10));
    peer.now = Duration::from_secs(59);
    peer.send(&lots(9));
    assert_eq!(peer.events(), "");
    peer.send(&lots(1));
    assert_eq!(peer.events(), "failed SettingsFlood");
}

#[test]
fn rfc_9113_6_5_3_settings_have_to_be_acknowledged_in_time() {
    let limit = H2Limits::default().settings_timeout;
    let mut peer = Peer::new(H2Limits::default());
    assert_eq!(peer.connection.deadline(), Some(limit));
    peer.send(crate::h2::connection::PREFACE);
    peer.send(&settings(&[]));
    peer.connection
        .handle_timer(limit - Duration::from_millis(1));
    peer.drive();
    assert_eq!(peer.events(), "");
    peer.connection.handle_timer(limit);
    peer.drive();
    assert_eq!(peer.events(), "failed SettingsTimeout");
    assert!(peer.frames().ends_with("GOAWAY 0 SETTINGS_TIMEOUT"));
    let mut peer = Peer::started();
    peer.connection.handle_timer(limit * 2);
    peer.drive();
    assert_eq!(peer.events(), "");
}

#[test]
fn h2_a_client_that_does_not_read_is_not_read() {
    let mut peer = Peer::started_with(H2Limits {
        pings: Rate {
            burst: 1_000_000,
            per_minute: 0,
        },
        ..H2Limits::default()
    });
    let pings = ping().repeat(10_000);
    let taken = peer.connection.handle_bytes(&pings, Duration::ZERO);
    assert!(taken < 20_000, "{taken}");
    assert!(!peer.connection.takes_bytes());
    assert_eq!(
        peer.connection
            .handle_bytes(&pings[taken..], Duration::ZERO),
        0
    );
    let mut out = Vec::new();
    assert_eq!(peer.connection.poll_transmit(&mut out, 100), None);
    assert!(out.len() < 16_384 + 100, "{}", out.len());
    assert!(peer.connection.takes_bytes());
}

#[test]
fn h2_a_driver_that_does_not_take_events_gets_no_more() {
    let mut peer = Peer::started_with(H2Limits {
        concurrent_streams: 1_000,
        ..H2Limits::default()
    });
    let requests: Vec<u8> = (0..500).flat_map(|n| get(2 * n + 1)).collect();
    let taken = peer.connection.handle_bytes(&requests, Duration::ZERO);
    assert_eq!(taken, requests[..].len() / 500 * 128);
    assert_eq!(peer.connection.active_streams(), 128);
    peer.drive();
    assert!(peer.connection.takes_bytes());
}

#[test]
fn h2_unread_content_is_bounded_by_the_connection_s_window() {
    let mut peer = Peer::started_with(H2Limits {
        connection_window: 1 << 20,
        ..H2Limits::default()
    });
    let full = |n: u32| {
        let content = data(n, 0, &[b'x'; 16_383]).repeat(4);
        [post(n), content].concat()
    };
    for n in 0..16 {
        peer.send(&full(2 * n + 1));
    }
    assert!(!peer.events().contains("failed"));
    assert_eq!(peer.frames(), "");
    peer.send(&full(101));
    assert!(peer.events().ends_with("failed WindowExceeded"));
}

#[test]
fn h2_long_heads_leave_no_memory_behind() {
    let mut peer = Peer::started();
    let with =
        |stream: u32, more: &[(&str, &str)]| headers(stream, ES, &[&GET_FIELDS[..], more].concat());
    let many = vec![("a", "b"); 450];
    let long = "x".repeat(110);
    let long = vec![("a", long.as_str()); 100];
    for n in 0..8 {
        peer.send(&with(8 * n + 1, &many));
        peer.send(&with(8 * n + 3, &long));
        let whole = with(8 * n + 5, &long);
        let (front, rest) = whole[9..].split_at(1_000);
        let split = [
            frame(HEADERS, ES, 8 * n + 5, front),
            frame(CONTINUATION, EH, 8 * n + 5, rest),
        ];
        peer.send(&split.concat());
        peer.send(&get(8 * n + 7));
    }
    assert_eq!(peer.events().matches("request").count(), 32);
    for section in std::mem::take(&mut peer.requests) {
        peer.connection.recycle(section);
    }
    let kept = &peer.connection.spare;
    assert!(!kept.is_empty() && kept.len() <= 4);
    assert!(kept.iter().all(|section| section.capacity() <= 8_192));
    assert_eq!(peer.connection.block_bytes.capacity(), 0);
}
