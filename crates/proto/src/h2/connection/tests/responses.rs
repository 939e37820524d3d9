//! Responses: their frames, their order, flow control, and HTTP.sys's ends of streams and connections.
//! Nothing here goes through the engine yet, so no test has the id of a row of the catalog in its name.

use super::peer::*;
use crate::ResponseParts;
use crate::h2::{FieldSection, H2Code, H2Limits, Rate, SendError};

const NO_FIELDS: [(&[u8], &[u8]); 0] = [];

#[test]
fn rfc_9113_8_1_a_response_without_content_ends_with_an_empty_data_frame() {
    // As row H2X-002.
    let mut peer = Peer::started();
    peer.send(&get(1));
    peer.answer(1, 0);
    peer.drive();
    assert_eq!(peer.events(), "request 1 GET / end; sent 1");
    assert_eq!(peer.frames(), "HEADERS 1 :status=200; DATA 1 0 end");
    assert_eq!(peer.connection.active_streams(), 0);
}

#[test]
fn rfc_9113_8_1_content_is_followed_by_an_empty_data_frame() {
    // As row H2X-003.
    let mut peer = Peer::started();
    peer.send(&get(1));
    peer.answer(1, 20_000);
    peer.drive();
    let frames = "HEADERS 1 :status=200; DATA 1 16384; DATA 1 3616; DATA 1 0 end";
    assert_eq!(peer.frames(), frames);
}

#[test]
fn rfc_9113_8_1_content_may_be_offered_bit_by_bit() {
    let mut peer = Peer::started();
    peer.send(&get(1));
    let stream = id(1);
    peer.connection
        .respond(stream, 200, NO_FIELDS.into_iter())
        .unwrap();
    peer.drive();
    assert_eq!(peer.frames(), "HEADERS 1 :status=200");
    for _ in 0..2 {
        peer.connection.offer(stream, 10).unwrap();
        peer.drive();
        assert_eq!(peer.frames(), "DATA 1 10");
        assert!(!peer.connection.wants_transmit());
    }
    peer.connection.offer(stream, 0).unwrap();
    peer.drive();
    assert_eq!(peer.frames(), "");
    peer.connection.finish(stream).unwrap();
    peer.drive();
    assert_eq!(peer.frames(), "DATA 1 0 end");
}

#[test]
fn rfc_9113_8_1_trailers_end_a_response() {
    let mut peer = Peer::started();
    peer.send(&get(1));
    let stream = id(1);
    let mut trailers = FieldSection::new();
    for (name, value) in [("A", "1"), ("Connection", "x"), ("b", "2"), ("A", "3")] {
        trailers.push(name.as_bytes(), value.as_bytes());
    }
    peer.connection
        .respond(stream, 200, NO_FIELDS.into_iter())
        .unwrap();
    peer.connection.offer(stream, 3).unwrap();
    peer.connection
        .finish_with_trailers(stream, trailers)
        .unwrap();
    peer.drive();
    let frames = "HEADERS 1 :status=200; DATA 1 3; HEADERS 1 a=1 b=2 a=3 end";
    assert_eq!(peer.frames(), frames);
    assert_eq!(peer.events(), "request 1 GET / end; sent 1");
}

#[test]
fn rfc_9113_8_2_2_fields_of_an_http_1_connection_do_not_go_out() {
    let mut peer = Peer::started();
    peer.send(&get(1));
    let fields: [(&[u8], &[u8]); 7] = [
        (b"Connection", b"close"),
        (b"Keep-Alive", b"x"),
        (b"X-Name", b"Value"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Upgrade", b"h2c"),
        (b"Proxy-Connection", b"x"),
        (b"Content-Length", b"0"),
    ];
    peer.connection
        .respond(id(1), 404, fields.into_iter())
        .unwrap();
    peer.connection.finish(id(1)).unwrap();
    peer.drive();
    let frames = "HEADERS 1 :status=404 x-name=Value content-length=0; DATA 1 0 end";
    assert_eq!(peer.frames(), frames);
}

#[test]
fn rfc_9113_8_2_1_values_go_out_without_blanks_around_them() {
    let mut peer = Peer::started();
    peer.send(&get(1));
    let values = [" a", "a\t", "\t a  b \t", "  "];
    let fields = values.map(|value| (&b"x"[..], value.as_bytes()));
    let responded = peer.connection.respond(id(1), 200, fields.into_iter());
    assert_eq!(responded, Ok(()));
    let mut trailers = FieldSection::new();
    values
        .iter()
        .for_each(|value| trailers.push(b"y", value.as_bytes()));
    let finished = peer.connection.finish_with_trailers(id(1), trailers);
    assert_eq!(finished, Ok(()));
    peer.drive();
    let frames = "HEADERS 1 :status=200 x=a x=a x=a  b x=; HEADERS 1 y=a y=a y=a  b y= end";
    assert_eq!(peer.frames(), frames);
}

#[test]
fn h2_the_parts_of_a_response_go_out_in_their_order() {
    let mut parts = ResponseParts::new();
    parts.begin(200, b"OK").unwrap();
    parts.known(12, b"text/plain", true).unwrap();
    parts.unknown(b"X-B", b"1").unwrap();
    parts.unknown(b"X-A", b"2").unwrap();
    let mut peer = Peer::started();
    peer.send(&get(1));
    let fields = || parts.fields().map(|field| (field.name, field.value));
    let fields: Vec<_> = fields().collect();
    peer.connection
        .respond(id(1), parts.status(), fields.into_iter())
        .unwrap();
    peer.drive();
    let frames =
        "HEADERS 1 :status=200 content-type=text/plain server=Microsoft-HTTPAPI/2.0 x-b=1 x-a=2";
    assert_eq!(peer.frames(), frames);
}

#[test]
fn rfc_9113_8_1_interim_responses_come_before_the_response() {
    let mut peer = Peer::started();
    peer.send(&post(1));
    let fields: [(&[u8], &[u8]); 1] = [(b"Link", b"</a>")];
    peer.connection
        .interim(id(1), 100, NO_FIELDS.into_iter())
        .unwrap();
    peer.connection
        .interim(id(1), 103, fields.into_iter())
        .unwrap();
    peer.drive();
    assert_eq!(
        peer.frames(),
        "HEADERS 1 :status=100; HEADERS 1 :status=103 link=</a>"
    );
    peer.answer(1, 0);
    let late = peer.connection.interim(id(1), 100, NO_FIELDS.into_iter());
    assert_eq!(late, Err(SendError::Order));
}

#[test]
fn rfc_9113_8_6_there_is_no_101() {
    let mut peer = Peer::started();
    peer.send(&get(1));
    let connection = &mut peer.connection;
    for status in [0, 99, 101, 200, 999] {
        let sent = connection.interim(id(1), status, NO_FIELDS.into_iter());
        assert_eq!(sent, Err(SendError::Status), "{status}");
    }
    for status in [0, 100, 101, 199, 1000] {
        let sent = connection.respond(id(1), status, NO_FIELDS.into_iter());
        assert_eq!(sent, Err(SendError::Status), "{status}");
    }
    peer.drive();
    assert_eq!(peer.frames(), "");
}

#[test]
fn h2_parts_out_of_order_are_refused_and_change_nothing() {
    let mut peer = Peer::started();
    peer.send(&get(1));
    let (connection, stream) = (&mut peer.connection, id(1));
    assert_eq!(connection.offer(stream, 1), Err(SendError::Order));
    assert_eq!(connection.finish(stream), Err(SendError::Order));
    connection
        .respond(stream, 200, NO_FIELDS.into_iter())
        .unwrap();
    let again = connection.respond(stream, 200, NO_FIELDS.into_iter());
    assert_eq!(again, Err(SendError::Order));
    connection.finish(stream).unwrap();
    assert_eq!(connection.offer(stream, 1), Err(SendError::Order));
    assert_eq!(connection.finish(stream), Err(SendError::Order));
    assert_eq!(connection.finish(id(3)), Err(SendError::Gone));
    peer.drive();
    assert_eq!(peer.frames(), "HEADERS 1 :status=200; DATA 1 0 end");
    assert_eq!(peer.connection.offer(stream, 1), Err(SendError::Gone));
    assert_eq!(
        peer.connection.reset(stream, H2Code::CANCEL),
        Err(SendError::Gone)
    );
}

#[test]
fn rfc_9113_8_2_1_invalid_fields_are_refused() {
    let mut peer = Peer::started();
    peer.send(&get(1));
    for (name, value) in [
        ("", "x"),
        ("a b", "x"),
        (":status", "x"),
        ("a", "x\ny"),
        ("a", "\0"),
    ] {
        let fields = [(name.as_bytes(), value.as_bytes())];
        let sent = peer.connection.respond(id(1), 200, fields.into_iter());
        assert_eq!(sent, Err(SendError::Field), "{name} {value}");
        let mut trailers = FieldSection::new();
        trailers.push(name.as_bytes(), value.as_bytes());
        let sent = peer.connection.finish_with_trailers(id(1), trailers);
        assert_eq!(sent, Err(SendError::Field), "{name} {value}");
    }
    peer.drive();
    assert_eq!(peer.frames(), "");
}

#[test]
fn rfc_9113_8_1_a_complete_response_stops_a_request_that_goes_on() {
    // As rows H2X-011 and CXL-014.
    let mut peer = Peer::started();
    peer.send(&[post(1), data(1, 0, b"abc")].concat());
    peer.answer(1, 2);
    peer.drive();
    assert_eq!(peer.events(), "request 1 POST /; content 1; sent 1");
    let frames = "HEADERS 1 :status=200; DATA 1 2; DATA 1 0 end; RST 1 NO_ERROR";
    assert_eq!(peer.frames(), frames);
    assert_eq!(peer.read(1, 10), None, "what was not read is gone");
    peer.send(&[data(1, ES, b"def"), get(3)].concat());
    assert_eq!(peer.events(), "request 3 GET / end");
}

#[test]
fn h2_a_cancel_resets_its_stream_and_no_other() {
    // As rows CXL-011, CXL-012 and CXL-013.
    let mut peer = Peer::started();
    peer.send(&[get(1), get(3), get(5)].concat());
    peer.events();
    peer.connection.reset(id(1), H2Code::CANCEL).unwrap();
    peer.connection.reset(id(3), H2Code(1111)).unwrap();
    peer.answer(5, 1);
    peer.drive();
    let frames = "RST 1 CANCEL; RST 3 1111; HEADERS 5 :status=200; DATA 5 1; DATA 5 0 end";
    assert_eq!(peer.frames(), frames);
    assert_eq!(peer.events(), "sent 5");
    assert_eq!(
        peer.connection.reset(id(5), H2Code::CANCEL),
        Err(SendError::Gone)
    );
    peer.drive();
    assert_eq!(peer.frames(), "");
}

#[test]
fn h2_a_cancel_drops_content_that_was_offered() {
    let mut peer = Peer::started();
    peer.send(&[get(1), get(3)].concat());
    peer.answer(1, 1_000_000);
    peer.answer(3, 10);
    let mut out = Vec::new();
    let piece = peer.connection.poll_transmit(&mut out, 100).unwrap();
    assert_eq!(
        (piece.stream, piece.length),
        (id(1), 100 - out.len() + 9 - 9)
    );
    out.extend(vec![b'x'; piece.length]);
    peer.connection
        .reset(id(1), H2Code::INTERNAL_ERROR)
        .unwrap();
    peer.received = out;
    peer.drive();
    assert!(
        peer.frames()
            .ends_with("RST 1 INTERNAL_ERROR; DATA 3 10; DATA 3 0 end")
    );
}

#[test]
fn rfc_9113_6_9_content_waits_for_the_stream_s_window() {
    let mut peer = Peer::started();
    peer.send(&[settings(&[(4, 10)]), get(1), get(3)].concat());
    peer.frames();
    peer.answer(1, 25);
    peer.answer(3, 5);
    peer.drive();
    let frames = "HEADERS 1 :status=200; HEADERS 3 :status=200; DATA 1 10; DATA 3 5; DATA 3 0 end";
    assert_eq!(peer.frames(), frames);
    peer.send(&window(0, 100));
    assert_eq!(peer.frames(), "");
    peer.send(&window(1, 5));
    assert_eq!(peer.frames(), "DATA 1 5");
    peer.send(&window(1, 10));
    assert_eq!(peer.frames(), "DATA 1 10; DATA 1 0 end");
}

#[test]
fn rfc_9113_6_9_2_a_setting_changes_the_windows_of_all_streams() {
    let mut peer = Peer::started();
    peer.send(&[settings(&[(4, 10)]), get(1)].concat());
    peer.answer(1, 30);
    peer.drive();
    assert!(peer.frames().ends_with("DATA 1 10"));
    // Six of the ten that were used are taken away: the window is -6.
    peer.send(&settings(&[(4, 4)]));
    assert_eq!(peer.frames(), "SETTINGS ack");
    peer.send(&window(1, 6));
    assert_eq!(peer.frames(), "", "0 is not enough");
    peer.send(&window(1, 1));
    assert_eq!(peer.frames(), "DATA 1 1");
    peer.send(&settings(&[(4, 1_000)]));
    assert_eq!(peer.frames(), "SETTINGS ack; DATA 1 19; DATA 1 0 end");
}

#[test]
fn rfc_9113_6_9_1_an_end_without_content_goes_out_although_settings_have_made_the_window_negative()
{
    let mut peer = Peer::started();
    peer.send(&[settings(&[(4, 10)]), get(1)].concat());
    let stream = id(1);
    peer.connection
        .respond(stream, 200, NO_FIELDS.into_iter())
        .unwrap();
    peer.connection.offer(stream, 10).unwrap();
    peer.drive();
    assert!(peer.frames().ends_with("DATA 1 10"));
    peer.send(&settings(&[(4, 4)]));
    assert_eq!(peer.frames(), "SETTINGS ack");
    peer.connection.finish(stream).unwrap();
    peer.drive();
    assert_eq!(peer.frames(), "DATA 1 0 end");
}

#[test]
fn rfc_9113_6_9_1_content_waits_for_the_connection_s_window_and_ends_do_not() {
    let mut peer = Peer::started();
    peer.send(&[settings(&[(4, 1_000_000)]), get(1), get(3), get(5)].concat());
    peer.frames();
    peer.answer(1, 65_535 + 7);
    peer.drive();
    assert!(peer.frames().ends_with("DATA 1 16383"));
    peer.answer(3, 4);
    peer.answer(5, 0);
    peer.drive();
    let frames = "HEADERS 3 :status=200; HEADERS 5 :status=200; DATA 5 0 end";
    assert_eq!(peer.frames(), frames);
    peer.send(&window(0, 8));
    assert_eq!(peer.frames(), "DATA 1 7; DATA 3 1; DATA 1 0 end");
    peer.send(&window(0, 3));
    assert_eq!(peer.frames(), "DATA 3 3; DATA 3 0 end");
}

#[test]
fn h2_a_stream_that_ends_while_it_waits_leaves_the_queue() {
    let mut peer = Peer::started();
    peer.send(&[settings(&[(4, 1_000_000)]), get(1), get(3)].concat());
    peer.answer(1, 65_535);
    peer.drive();
    peer.answer(3, 10);
    peer.drive();
    assert!(
        peer.connection.wants_transmit(),
        "3 waits for the connection's window"
    );
    peer.send(&reset(3, 8));
    assert!(!peer.connection.wants_transmit());
    peer.send(&window(0, 100));
    assert!(!peer.frames().contains("DATA 3"));
}

#[test]
fn h2_streams_take_turns() {
    let mut peer = Peer::started();
    peer.send(&[get(1), get(3)].concat());
    peer.answer(1, 32_768);
    peer.answer(3, 20_000);
    peer.drive();
    let frames = peer.frames();
    let heads = "HEADERS 1 :status=200; HEADERS 3 :status=200; ";
    let content =
        "DATA 1 16384; DATA 3 16384; DATA 1 16384; DATA 3 3616; DATA 1 0 end; DATA 3 0 end";
    assert_eq!(frames, format!("{heads}{content}"));
}

#[test]
fn h2_the_room_of_the_driver_s_buffer_bounds_a_frame() {
    let mut peer = Peer::started();
    peer.send(&get(1));
    peer.answer(1, 1_000);
    let mut out = Vec::new();
    while let Some(piece) = peer.connection.poll_transmit(&mut out, 500) {
        out.extend(vec![b'x'; piece.length]);
    }
    assert_eq!(out.len(), 500);
    assert!(peer.connection.wants_transmit());
    let mut none = vec![0; 495];
    assert_eq!(peer.connection.poll_transmit(&mut none, 500), None);
    assert_eq!(none.len(), 495, "no header without content");
    assert!(peer.connection.wants_transmit());
    peer.drive();
    assert!(peer.frames().ends_with("DATA 1 0 end"));
    assert!(!peer.connection.wants_transmit());
}

#[test]
fn rfc_9113_6_8_the_first_goaway_has_the_highest_number_and_the_second_comes_at_stream_401() {
    // As rows H2X-008 and H2X-009.
    let mut peer = Peer::started();
    peer.send(&get(1));
    peer.connection.go_away();
    peer.connection.go_away();
    peer.answer(1, 0);
    peer.drive();
    let frames = "GOAWAY 2147483647 NO_ERROR; HEADERS 1 :status=200; DATA 1 0 end";
    assert_eq!(peer.frames(), frames);
    assert!(peer.connection.is_going_away() && !peer.connection.is_done());
    for stream in (3..=401).step_by(2) {
        peer.send(&get(stream));
        assert_eq!(
            peer.frames(),
            if stream == 401 {
                "GOAWAY 401 NO_ERROR"
            } else {
                ""
            }
        );
        peer.answer(stream, 0);
        peer.drive();
        peer.frames();
    }
    peer.events();
    peer.send(&[post(403), data(403, ES, b"x"), get(405), window(405, 1)].concat());
    assert_eq!(
        (peer.events(), peer.frames()),
        (String::new(), String::new())
    );
    assert!(peer.connection.is_done());
    peer.send(&frame(PING, 0, 1, b"12345678"));
    assert_eq!(
        peer.frames(),
        "GOAWAY 401 PROTOCOL_ERROR",
        "the number never grows"
    );
}

#[test]
fn rfc_9113_6_8_no_more_streams_from_now_on() {
    let mut peer = Peer::started();
    peer.send(&[get(1), get(3)].concat());
    peer.events();
    peer.connection.refuse_streams();
    peer.send(&get(5));
    assert_eq!(
        (peer.events().as_str(), peer.frames().as_str()),
        ("", "GOAWAY 3 NO_ERROR")
    );
    peer.answer(1, 0);
    peer.answer(3, 0);
    peer.drive();
    assert_eq!(peer.events(), "sent 1; sent 3");
    assert!(peer.connection.is_done());
}

#[test]
fn rfc_7541_4_2_the_client_s_table_size_is_followed() {
    let mut peer = Peer::started();
    peer.send(&[settings(&[(1, 0)]), get(1), get(3)].concat());
    let fields: [(&[u8], &[u8]); 1] = [(b"x-name", b"value")];
    for stream in [1, 3] {
        peer.connection
            .respond(id(stream), 200, fields.into_iter())
            .unwrap();
    }
    peer.drive();
    let frames =
        "SETTINGS ack; HEADERS 1 :status=200 x-name=value; HEADERS 3 :status=200 x-name=value";
    assert_eq!(peer.frames(), frames);
}

#[test]
fn rfc_7541_4_2_the_smallest_of_several_table_sizes_counts() {
    let mut peer = Peer::started();
    peer.send(&[get(1), get(3)].concat());
    let fields: [(&[u8], &[u8]); 1] = [(b"x-name", b"value")];
    let connection = &mut peer.connection;
    connection.respond(id(1), 200, fields.into_iter()).unwrap();
    peer.send(&settings(&[(1, 0), (1, 4_096)]));
    peer.frames();
    let connection = &mut peer.connection;
    connection.respond(id(3), 200, fields.into_iter()).unwrap();
    let mut out = Vec::new();
    assert_eq!(connection.poll_transmit(&mut out, 0), None);
    // Size 0, then 4096; `:status: 200`; then the field as a literal again.
    assert_eq!(out[9..15], [0x20, 0x3F, 0xE1, 0x1F, 0x88, 0x40]);
}

#[test]
fn rfc_9113_6_8_streams_behind_the_last_one_are_ignored_and_counted() {
    let mut peer = Peer::started_with(H2Limits {
        idle_frames: Rate {
            burst: 10,
            per_minute: 0,
        },
        ..H2Limits::default()
    });
    peer.connection.refuse_streams();
    for n in 0..10 {
        peer.send(&get(2 * n + 1));
    }
    assert_eq!(
        (peer.events().as_str(), peer.frames().as_str()),
        ("", "GOAWAY 0 NO_ERROR")
    );
    peer.send(&get(21));
    assert_eq!(peer.events(), "failed IdleFrameFlood");
    assert_eq!(peer.frames(), "GOAWAY 0 ENHANCE_YOUR_CALM");
}

#[test]
fn h2_a_connection_that_does_nothing_costs_no_content_buffer() {
    let mut peer = Peer::started_with(H2Limits::default());
    peer.drive();
    assert!(!peer.connection.wants_transmit());
    assert!(!peer.connection.has_open_block());
    assert_eq!(peer.connection.deadline(), None);
}
