//! Hostile clients: each limit ends the connection with its code, and nobody else notices.
//!
//! Owns: what the service does when a limit is passed. Does not own: the limits (`httpsys-proto`, whose tests
//! have each of them).

use httpsys_core::proto::h2::H2Code;
use httpsys_core::proto::h2::frame::{flag, kind};
use httpsys_tests::door::{Door, MORE_DATA, Reply, World};
use httpsys_tests::h2::H2Client;
use httpsys_tests::thread;

use crate::{agree, be_patient, connect, connect_with};

secure_doors![
    a_flood_of_pings_ends_the_connection,
    a_client_that_measures_with_pings_is_no_flood,
    a_client_that_grants_byte_by_byte_loses_its_connection,
    a_flood_of_resets_ends_the_connection,
    a_flood_of_settings_ends_the_connection,
    a_page_that_gets_no_window_ends_with_a_reset,
    a_field_block_without_end_ends_the_connection,
    a_bomb_of_fields_is_answered_with_400,
    the_end_of_a_connection_ends_what_its_streams_wait_for,
    a_stream_too_many_is_refused_alone,
    streams_too_many_before_settings_were_seen_are_refused_and_may_come_again,
];

/// Reads until GOAWAY, and the end behind it.
fn expect_calm(client: &mut H2Client) {
    loop {
        let text = client.next_text();
        if text.starts_with("GOAWAY") {
            assert!(text.ends_with("ENHANCE_YOUR_CALM"), "{text}");
            break;
        }
    }
    client.client().expect_eof();
}

/// The client may find the connection closed while it floods.
fn flood(client: &mut H2Client, frame: &[u8], times: usize) {
    let all = frame.repeat(times);
    client.client().try_send(all);
}

fn a_flood_of_pings_ends_the_connection<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let mut ping = vec![0, 0, 8, kind::PING, 0, 0, 0, 0, 0];
    ping.extend_from_slice(b"12345678");
    client.get("/");
    let received = w.receive();
    flood(&mut client, &ping, 200);
    expect_calm(&mut client);
    client.client().finish();
    // The stream that was under way and the connection say the same.
    for id in [received.connection_id, received.raw_connection_id] {
        expect_end(w, id, "Http2_EnhanceYourCalm");
    }
    assert_eq!(w.respond(received.id, &Reply::ok()), Err(1229));
}

/// As clients of gRPC do with each DATA frame, however small: a PING, and a window of what was in it.
fn a_client_that_measures_with_pings_is_no_flood<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let id = w.receive().id;
    let begun = w.respond(id, &Reply::ok().flags(MORE_DATA));
    assert!(begun.is_ok());
    assert_eq!(client.next_text(), format!("HEADERS {stream} 200"));
    for _ in 0..1_500 {
        assert_eq!(w.send_body(id, &[b"event"], MORE_DATA), Ok(5));
        assert_eq!(client.next_text(), format!("DATA {stream} 5"));
        client.together(|client| {
            client.grant(0, 5);
            client.grant(stream, 5);
            client.send(kind::PING, 0, 0, b"measured");
        });
        assert_eq!(client.next_text(), "PING ack");
    }
    assert_eq!(w.send_body(id, &[], 0), Ok(0));
    assert_eq!(client.next_text(), format!("DATA {stream} 0 end"));
    client.assert_quiet();
}

/// CVE-2019-9511: each byte in a frame of its own.
fn a_client_that_grants_byte_by_byte_loses_its_connection<D: Door>(w: &World<D>) {
    const INITIAL_WINDOW: u16 = 4;
    be_patient(w);
    let mut client = connect_with(w, &[(INITIAL_WINDOW, 0)]);
    let stream = client.get("/");
    let id = w.receive().id;
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(id, &Reply::ok().chunk(vec![b'x'; 5_000])));
        assert_eq!(client.next_text(), format!("HEADERS {stream} 200"));
        // A thousand, one for the stream, and one for each 64 bytes.
        let mut bytes = 0;
        let last = loop {
            client.grant(stream, 1);
            match client.next_text() {
                text if text == format!("DATA {stream} 1") => bytes += 1,
                text => break text,
            }
        };
        assert_eq!(last, format!("GOAWAY {stream} ENHANCE_YOUR_CALM"));
        assert!((1_001..1_050).contains(&bytes), "{bytes}");
        let result = send.join().expect("no panic");
        assert!(matches!(result, Err(64 | 995 | 1229)), "{result:?}");
    });
    client.client().expect_eof();
    w.assert_serves();
}

/// The connection has ended for this reason; the end of the client has its turn.
fn expect_end<D: Door>(w: &World<D>, connection: u64, name: &str) {
    while w.door.why_closed(connection) == Ok((0, "Open".to_owned())) {
        w.assert_serves();
    }
    assert_eq!(w.door.why_closed(connection), Ok((16, name.to_owned())));
}

fn a_flood_of_resets_ends_the_connection<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let authority = format!("localhost:{}", w.port());
    // GET, https, /, and the authority as a literal.
    let mut block = vec![0x82, 0x87, 0x84, 0x01, authority.len() as u8];
    block.extend_from_slice(authority.as_bytes());
    // In one piece: of what comes slowly the limit forgives a part.
    let mut all = Vec::new();
    for n in 0..800_u32 {
        let stream = (2 * n + 1).to_be_bytes();
        all.extend_from_slice(&[0, 0, block.len() as u8, kind::HEADERS]);
        all.push(flag::END_HEADERS);
        all.extend_from_slice(&stream);
        all.extend_from_slice(&block);
        all.extend_from_slice(&[0, 0, 4, kind::RST_STREAM, 0]);
        all.extend_from_slice(&stream);
        all.extend_from_slice(&H2Code::CANCEL.0.to_be_bytes());
    }
    client.client().try_send(all);
    expect_calm(&mut client);
    // What a receive got before its stream was found to be reset is nobody's any more.
    let mut other = connect(w);
    let stream = other.get("/well");
    loop {
        let received = w.receive();
        let sent = w.respond(received.id, &Reply::ok());
        if received.abs_path == "/well" {
            break assert!(sent.is_ok());
        }
        assert_eq!(sent, Err(1229));
    }
    assert_eq!(other.response(stream).status, "200");
}

fn a_flood_of_settings_ends_the_connection<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let settings = [0, 0, 0, kind::SETTINGS, 0, 0, 0, 0, 0];
    flood(&mut client, &settings, 200);
    expect_calm(&mut client);
    w.assert_serves();
}

/// END_STREAM would say that it is whole.
fn a_page_that_gets_no_window_ends_with_a_reset<D: Door>(w: &World<D>) {
    const INITIAL_WINDOW: u16 = 4;
    let mut client = connect_with(w, &[(INITIAL_WINDOW, 10)]);
    let stream = client.request("GET", "no-path", &[], true);
    assert_eq!(client.next_text(), format!("HEADERS {stream} 400"));
    assert_eq!(client.next_text(), format!("DATA {stream} 10"));
    // When the time is over in which a connection that closes takes what is left.
    assert_eq!(client.next_text(), format!("RST_STREAM {stream} CANCEL"));
    client.assert_quiet();
    w.assert_serves();
}

fn a_field_block_without_end_ends_the_connection<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.send(kind::HEADERS, flag::END_STREAM, 1, &[0x82]);
    for _ in 0..9 {
        client.send(kind::CONTINUATION, 0, 1, &[0x84]);
    }
    expect_calm(&mut client);
    w.assert_serves();
}

/// 16 KiB that would be 47 MB of fields: one of 3,900 bytes goes into the table, and is named 12,000 times.
fn a_bomb_of_fields_is_answered_with_400<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let mut block = b"\x82\x87\x84\x01\x09localhost\x40\x01a\x7F\xBD\x1D".to_vec();
    block.extend([b'x'; 3_900]);
    block.extend([0xBE; 12_000]);
    for stream in [1, 3, 5] {
        let flags = flag::END_HEADERS | flag::END_STREAM;
        client.send(kind::HEADERS, flags, stream, &block);
        assert_eq!(client.response(stream).status, "400");
    }
    client.assert_quiet();
    w.assert_serves();
}

fn the_end_of_a_connection_ends_what_its_streams_wait_for<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.request("POST", "/", &[], false);
    let received = w.receive();
    thread::scope(|scope| {
        let read = scope.spawn(|| w.read_body(received.id, &mut [0; 4]));
        client.data(99, b"x", false);
        let result = read.join().expect("no panic");
        assert!(matches!(result, Err(64 | 1229)), "{result:?}");
    });
    assert_eq!(client.next_text(), "GOAWAY 1 PROTOCOL_ERROR");
    client.client().expect_eof();
    client.client().finish();
    for id in [received.connection_id, received.raw_connection_id] {
        expect_end(w, id, "Http2_ProtocolError");
    }
}

fn a_stream_too_many_is_refused_alone<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let streams: Vec<u32> = (0..100).map(|_| client.get("/")).collect();
    let refused = client.get("/");
    assert_eq!(
        client.next_text(),
        format!("RST_STREAM {refused} REFUSED_STREAM")
    );
    for stream in streams {
        w.respond(w.receive().id, &Reply::ok()).expect("an answer");
        assert_eq!(client.response(stream).status, "200");
    }
}

/// RFC 9113 sections 5.1.2 and 8.7: a client that does not know the limit yet does nothing wrong, however far it is
/// above. What it has on its way on streams that were refused is ignored.
fn streams_too_many_before_settings_were_seen_are_refused_and_may_come_again<D: Door>(
    w: &World<D>,
) {
    let mut client = H2Client::begin_in_the_dark(agree(w), w.port(), &[]);
    let streams: Vec<u32> = (0..1_500)
        .map(|n| client.request("PUT", &format!("/{n}"), &[], false))
        .collect();
    for stream in &streams {
        client.grant(*stream, 1);
        client.data(*stream, b"x", true);
    }
    client.acknowledge();
    let (taken, refused) = streams.split_at(100);
    assert_eq!(client.next_text(), "SETTINGS");
    assert_eq!(client.next_text(), "SETTINGS ack");
    for stream in refused {
        let text = format!("RST_STREAM {stream} REFUSED_STREAM");
        assert_eq!(client.next_text(), text);
    }
    for stream in taken {
        w.respond(w.receive().id, &Reply::ok()).expect("an answer");
        assert_eq!(client.response(*stream).status, "200");
    }
    for n in 100..1_500 {
        let again = client.get(&format!("/{n}"));
        let received = w.receive();
        assert_eq!(received.abs_path, format!("/{n}"));
        w.respond(received.id, &Reply::ok()).expect("an answer");
        assert_eq!(client.response(again).status, "200");
    }
    client.assert_quiet();
}
