//! Content in both directions: windows, order, streams that hold up nobody.
//!
//! Owns: back-pressure and fairness. Does not own: the arithmetic of windows (`httpsys-proto`).

use httpsys_tests::door::{Door, MORE_DATA, Reply, World};
use httpsys_tests::thread;

use crate::{be_patient, connect, connect_with};

secure_doors![
    large_content_goes_both_ways,
    h2x_013_small_content_costs_no_window_update,
    content_that_nobody_reads_is_bounded_by_the_window,
    a_stream_whose_window_is_used_up_holds_up_no_other,
    a_window_that_grows_by_little_lets_little_go,
    settings_that_make_windows_larger_let_sends_go_on,
    many_streams_are_answered_in_turn,
    a_response_in_many_parts_arrives_whole,
    h2x_025_trailers_of_a_request_end_its_content_and_are_shown_to_nobody,
    trailers_that_are_too_long_reset_the_stream,
];

/// SETTINGS_INITIAL_WINDOW_SIZE.
const INITIAL_WINDOW: u16 = 4;

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

fn large_content_goes_both_ways<D: Door>(w: &World<D>) {
    const LENGTH: usize = 3_000_001;
    let mut client = connect(w);
    let content = bytes(LENGTH);
    let stream = client.request("POST", "/", &[], false);
    let received = w.receive();
    thread::scope(|scope| {
        let server = scope.spawn(|| {
            let mut read = Vec::new();
            let mut buffer = vec![0; 70_000];
            while let Ok(n) = w.read_body(received.id, &mut buffer) {
                read.extend_from_slice(&buffer[..n]);
            }
            assert!(read == bytes(LENGTH), "{} bytes", read.len());
            w.respond(received.id, &Reply::ok().chunk(&read))
        });
        let mut window = 65_535;
        for piece in content.chunks(16_384) {
            while window < piece.len() {
                let frame = client.read();
                let text = frame.text();
                if let Some(more) = text.strip_prefix(&format!("WINDOW_UPDATE {stream} ")) {
                    window += more.parse::<usize>().expect("a number");
                }
            }
            client.data(stream, piece, false);
            window -= piece.len();
        }
        client.data(stream, b"", true);
        let response = client.response(stream);
        assert!(response.body == content, "{} bytes", response.body.len());
        assert!(server.join().expect("no panic").is_ok());
    });
    client.assert_quiet();
}

fn h2x_013_small_content_costs_no_window_update<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.request("POST", "/", &[], false);
    client.data(stream, &bytes(1000), true);
    let received = w.receive();
    let mut buffer = [0; 2000];
    assert_eq!(w.read_body(received.id, &mut buffer), Ok(1000));
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read().text(), "HEADERS 1 200");
    assert_eq!(client.read().text(), "DATA 1 0 end");
}

fn content_that_nobody_reads_is_bounded_by_the_window<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let idle = client.request("POST", "/1", &[], false);
    for _ in 0..3 {
        client.data(idle, &bytes(16_384), false);
    }
    client.data(idle, &bytes(65_535 - 3 * 16_384), false);
    let unread = w.receive();
    // Another stream is read meanwhile.
    let busy = client.request("POST", "/2", &[], false);
    client.data(busy, b"hello", true);
    let received = w.receive();
    let mut buffer = [0; 100];
    assert_eq!(w.read_body(received.id, &mut buffer), Ok(5));
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read().text(), format!("HEADERS {busy} 200"));
    assert_eq!(client.read().text(), format!("DATA {busy} 0 end"));
    client.data(idle, b"x", false);
    assert_eq!(
        client.read().text(),
        format!("RST_STREAM {idle} FLOW_CONTROL_ERROR")
    );
    assert_eq!(w.respond(unread.id, &Reply::ok()), Err(1229));
}

fn a_stream_whose_window_is_used_up_holds_up_no_other<D: Door>(w: &World<D>) {
    be_patient(w);
    let mut client = connect_with(w, &[(INITIAL_WINDOW, 10)]);
    let slow = client.get("/slow");
    let received = w.receive();
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(received.id, &Reply::ok().chunk(bytes(20))));
        assert_eq!(client.next_text(), "HEADERS 1 200");
        assert_eq!(client.next_text(), "DATA 1 10");
        for _ in 0..5 {
            let other = client.get("/other");
            w.respond(w.receive().id, &Reply::ok().chunk("0123456789"))
                .expect("an answer");
            assert_eq!(client.response(other).body, b"0123456789");
        }
        client.grant(slow, 10);
        assert_eq!(client.next_text(), "DATA 1 10");
        assert_eq!(client.next_text(), "DATA 1 0 end");
        assert!(send.join().expect("no panic").is_ok());
    });
}

fn a_window_that_grows_by_little_lets_little_go<D: Door>(w: &World<D>) {
    be_patient(w);
    let mut client = connect_with(w, &[(INITIAL_WINDOW, 0)]);
    let stream = client.get("/");
    let received = w.receive();
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(received.id, &Reply::ok().chunk("abc")));
        assert_eq!(client.next_text(), "HEADERS 1 200");
        for _ in 0..3 {
            client.assert_quiet();
            client.grant(stream, 1);
            assert_eq!(client.next_text(), "DATA 1 1");
        }
        assert_eq!(client.next_text(), "DATA 1 0 end");
        assert!(send.join().expect("no panic").is_ok());
    });
}

fn settings_that_make_windows_larger_let_sends_go_on<D: Door>(w: &World<D>) {
    be_patient(w);
    let mut client = connect_with(w, &[(INITIAL_WINDOW, 0)]);
    client.get("/");
    let received = w.receive();
    thread::scope(|scope| {
        let send = scope.spawn(|| w.respond(received.id, &Reply::ok().chunk("abc")));
        assert_eq!(client.next_text(), "HEADERS 1 200");
        client.assert_quiet();
        client.send(4, 0, 0, &[0, 4, 0, 0, 0, 100]);
        assert_eq!(client.next_text(), "SETTINGS ack");
        assert_eq!(client.next_text(), "DATA 1 3");
        assert_eq!(client.next_text(), "DATA 1 0 end");
        assert!(send.join().expect("no panic").is_ok());
    });
}

/// All want more than there is room for.
fn many_streams_are_answered_in_turn<D: Door>(w: &World<D>) {
    const STREAMS: usize = 20;
    const LENGTH: usize = 200_000;
    let mut client = connect(w);
    let streams: Vec<u32> = (0..STREAMS).map(|_| client.get("/")).collect();
    let received: Vec<_> = (0..STREAMS).map(|_| w.receive()).collect();
    let content = bytes(LENGTH);
    thread::scope(|scope| {
        for one in &received {
            let reply = Reply::ok().chunk(&content);
            scope.spawn(move || w.respond(one.id, &reply).expect("an answer"));
        }
        for stream in &streams {
            assert!(client.response(*stream).body == content);
        }
    });
    client.assert_quiet();
}

fn a_response_in_many_parts_arrives_whole<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let id = w.receive().id;
    thread::scope(|scope| {
        scope.spawn(|| {
            w.respond(id, &Reply::ok().flags(MORE_DATA))
                .expect("a head");
            for at in 0..50 {
                let flags = if at == 49 { 0 } else { MORE_DATA };
                let part = bytes(at * 173);
                assert_eq!(w.send_body(id, &[&part], flags), Ok(part.len() as u64));
            }
        });
        let expected: Vec<u8> = (0..50).flat_map(|at| bytes(at * 173)).collect();
        assert!(client.response(stream).body == expected);
    });
}

/// That TrailerCount is 0 and pTrailers NULL is looked at with each request that a test receives.
fn h2x_025_trailers_of_a_request_end_its_content_and_are_shown_to_nobody<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.request("POST", "/", &[("trailer", "x-sum")], false);
    client.data(stream, b"abc", false);
    client.fields(stream, &[("x-sum", "1"), ("cookie", "a=b")], true);
    client.assert_quiet();
    let received = w.receive();
    let names: Vec<_> = received.unknown.iter().map(|(name, _)| name).collect();
    assert!(!names.iter().any(|name| *name == "x-sum"), "{names:?}");
    assert_eq!(received.known[COOKIE], None);
    let mut body = [0; 8];
    assert_eq!(w.read_body(received.id, &mut body), Ok(3));
    assert_eq!(w.read_body(received.id, &mut body), Err(38));
    w.respond(received.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(stream).status, "200");
}

/// HTTP_HEADER_ID of Cookie.
const COOKIE: usize = 25;

fn trailers_that_are_too_long_reset_the_stream<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.request("POST", "/", &[], false);
    let id = w.receive().id;
    let value = "x".repeat(1_000);
    let fields: Vec<(&str, &str)> = (0..16).map(|_| ("t", &*value)).collect();
    client.fields(stream, &fields[..15], false);
    assert_eq!(
        client.next_text(),
        format!("RST_STREAM {stream} PROTOCOL_ERROR")
    );
    assert!(matches!(w.read_body(id, &mut [0; 4]), Err(64 | 1229)));
    let stream = client.request("POST", "/", &[], false);
    let id = w.receive().id;
    client.fields(stream, &fields, true);
    assert_eq!(
        client.next_text(),
        format!("RST_STREAM {stream} ENHANCE_YOUR_CALM")
    );
    assert!(matches!(w.read_body(id, &mut [0; 4]), Err(64 | 1229)));
    let stream = client.request("POST", "/", &[], false);
    let id = w.receive().id;
    client.fields(stream, &fields[..15], true);
    assert_eq!(w.read_body(id, &mut [0; 4]), Err(38));
    w.respond(id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(stream).status, "200");
}
