//! Responses over HTTP/2, frame by frame.
//!
//! Owns: the order of frames, what the head loses and gets, GOAWAY.

use httpsys_tests::door::{DISCONNECT, Door, GO_AWAY, MORE_DATA, OPAQUE, Reply, World};
use httpsys_tests::thread;

use crate::connect;

secure_doors![
    h2x_002_a_response_without_content_ends_with_an_empty_data_frame,
    h2x_003_content_comes_before_the_empty_data_frame,
    h2x_003_parts_of_a_response_are_data_frames,
    h2x_007_content_for_head_resets_with_http_1_1_required,
    h2x_008_connection_close_sends_goaway_before_the_response,
    h2x_008_disconnect_sends_goaway_before_the_response,
    h2x_008_disconnect_on_a_later_part_sends_goaway_before_it,
    h2x_008_the_flag_goaway_sends_goaway_before_the_response,
    h2x_009_streams_behind_goaway_are_served_until_the_two_hundredth,
    h2x_009_a_cancel_of_the_last_request_behind_goaway_ends_the_connection_in_order,
    h2x_011_cxl_014_a_response_before_the_content_ends_the_stream_with_no_error,
    h2x_014_h2x_015_trailers_end_the_stream_in_their_order,
    h2x_017_long_trailers_go_out_beside_a_content_length,
    h2x_018_trailers_that_were_announced_may_be_missing,
    upg_009_an_upgrade_is_refused_with_87,
    bdy_021_a_program_that_reads_gets_100_continue_sent,
    connection_fields_of_the_program_are_dropped,
    blanks_around_a_value_of_the_program_are_dropped,
];

fn h2x_002_a_response_without_content_ends_with_an_empty_data_frame<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    w.respond(w.receive().id, &Reply::ok()).expect("an answer");
    let response = client.response(stream);
    assert_eq!(response.frames, ["HEADERS 1 200", "DATA 1 0 end"]);
    client.assert_quiet();
}

fn h2x_003_content_comes_before_the_empty_data_frame<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let reply = Reply::ok().header("Content-Type", "text/plain");
    let sent = w.respond(w.receive().id, &reply.chunk("one ").chunk("two"));
    let response = client.response(stream);
    assert_eq!(
        response.frames,
        ["HEADERS 1 200", "DATA 1 7", "DATA 1 0 end"]
    );
    assert_eq!(response.body, b"one two");
    assert!(response.fields.contains("content-type: text/plain\n"));
    assert!(response.fields.contains("content-length: 7\n"));
    assert!(response.fields.contains("\ndate: "));
    assert!(sent.expect("an answer") > 7, "SND-005: with the head");
}

fn h2x_003_parts_of_a_response_are_data_frames<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.get("/");
    let id = w.receive().id;
    w.respond(id, &Reply::ok().flags(MORE_DATA))
        .expect("a head");
    assert_eq!(client.next_text(), "HEADERS 1 200");
    assert_eq!(w.send_body(id, &[b"abc"], MORE_DATA), Ok(3));
    assert_eq!(client.next_text(), "DATA 1 3");
    assert_eq!(w.send_body(id, &[b"de", b"f"], MORE_DATA), Ok(3));
    assert_eq!(client.next_text(), "DATA 1 3");
    assert_eq!(w.send_body(id, &[], 0), Ok(0));
    assert_eq!(client.next_text(), "DATA 1 0 end");
    assert_eq!(w.send_body(id, &[b"x"], 0), Err(1229));
}

fn h2x_007_content_for_head_resets_with_http_1_1_required<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.request("HEAD", "/", &[], true);
    let id = w.receive().id;
    let sent = w.door.respond(&w.queue, id, &Reply::ok().chunk("x"));
    if sent.is_ok() {
        // The Rust API sends no content for HEAD.
        assert_eq!(client.response(1).frames, ["HEADERS 1 200", "DATA 1 0 end"]);
    } else {
        assert_eq!(sent, Err(1229));
        assert_eq!(client.next_text(), "RST_STREAM 1 HTTP_1_1_REQUIRED");
    }
    client.assert_quiet();
}

fn h2x_008_connection_close_sends_goaway_before_the_response<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let reply = Reply::ok().unknown_header("Connection", "close");
    w.respond(w.receive().id, &reply).expect("an answer");
    assert_eq!(client.next_text(), "GOAWAY 2147483647 NO_ERROR");
    let response = client.response(stream);
    assert_eq!(response.frames, ["HEADERS 1 200", "DATA 1 0 end"]);
    assert!(!response.fields.contains("connection"));
}

fn h2x_008_disconnect_sends_goaway_before_the_response<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.get("/");
    let reply = Reply::ok().flags(DISCONNECT);
    w.respond(w.receive().id, &reply).expect("an answer");
    assert_eq!(client.next_text(), "GOAWAY 2147483647 NO_ERROR");
    assert_eq!(client.next_text(), "HEADERS 1 200");
    assert_eq!(client.next_text(), "DATA 1 0 end");
}

fn h2x_008_disconnect_on_a_later_part_sends_goaway_before_it<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    client.get("/");
    let id = w.receive().id;
    let reply = Reply::ok().chunk("a").flags(MORE_DATA);
    w.respond(id, &reply).expect("a part");
    assert_eq!(client.next_text(), "HEADERS 1 200");
    assert_eq!(client.next_text(), "DATA 1 1");
    assert_eq!(w.send_body(id, &[b"b"], DISCONNECT), Ok(1));
    assert_eq!(client.next_text(), "GOAWAY 2147483647 NO_ERROR");
    assert_eq!(client.next_text(), "DATA 1 1");
    assert_eq!(client.next_text(), "DATA 1 0 end");
}

fn h2x_008_the_flag_goaway_sends_goaway_before_the_response<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let (one, two) = (client.get("/1"), client.get("/2"));
    let reply = Reply::ok().chunk("one").flags(GO_AWAY);
    w.respond(w.receive().id, &reply).expect("an answer");
    assert_eq!(client.next_text(), "GOAWAY 2147483647 NO_ERROR");
    assert_eq!(client.response(one).body, b"one");
    // It is said once; the others go on, and so does what the client had on its way.
    let reply = Reply::ok().chunk("t").flags(GO_AWAY | MORE_DATA);
    let id = w.receive().id;
    w.respond(id, &reply).expect("a part");
    assert_eq!(w.send_body(id, &[b"wo"], 0), Ok(2));
    assert_eq!(client.response(two).body, b"two");
    let three = client.get("/3");
    w.respond(w.receive().id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(three).status, "200");
    client.assert_quiet();
}

fn h2x_009_streams_behind_goaway_are_served_until_the_two_hundredth<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let reply = Reply::ok().flags(DISCONNECT);
    w.respond(w.receive().id, &reply).expect("an answer");
    assert_eq!(client.next_text(), "GOAWAY 2147483647 NO_ERROR");
    client.response(stream);
    for number in 1..=200 {
        let stream = client.get("/");
        w.respond(w.receive().id, &Reply::ok()).expect("an answer");
        if number == 200 {
            assert_eq!(client.next_text(), "GOAWAY 401 NO_ERROR");
        }
        assert_eq!(client.response(stream).status, "200");
    }
    // With the last stream the connection ends.
    client.client().expect_eof();
}

fn h2x_009_a_cancel_of_the_last_request_behind_goaway_ends_the_connection_in_order<D: Door>(
    w: &World<D>,
) {
    let mut client = connect(w);
    let stream = client.get("/");
    let reply = Reply::ok().flags(DISCONNECT);
    w.respond(w.receive().id, &reply).expect("an answer");
    assert_eq!(client.next_text(), "GOAWAY 2147483647 NO_ERROR");
    client.response(stream);
    for _ in 1..=200 {
        let stream = client.get("/");
        let id = w.receive().id;
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(w.cancel(id), Ok(())));
        });
        if stream == 401 {
            assert_eq!(client.next_text(), "GOAWAY 401 NO_ERROR");
        }
        assert_eq!(client.next_text(), format!("RST_STREAM {stream} CANCEL"));
    }
    // With the last stream the connection ends.
    client.client().expect_eof();
    w.assert_serves();
}

fn h2x_011_cxl_014_a_response_before_the_content_ends_the_stream_with_no_error<D: Door>(
    w: &World<D>,
) {
    let mut client = connect(w);
    let stream = client.request("POST", "/", &[], false);
    client.data(stream, b"half", false);
    let id = w.receive().id;
    w.respond(id, &Reply::ok()).expect("an answer");
    assert_eq!(client.next_text(), "HEADERS 1 200");
    assert_eq!(client.next_text(), "DATA 1 0 end");
    assert_eq!(client.next_text(), "RST_STREAM 1 NO_ERROR");
    assert_eq!(w.read_body(id, &mut [0; 4]), Err(1229));
    // What was on its way is ignored.
    client.data(stream, b"rest", true);
    client.assert_quiet();
}

fn h2x_014_h2x_015_trailers_end_the_stream_in_their_order<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let id = w.receive().id;
    let head = Reply::ok().flags(MORE_DATA);
    w.respond(id, &head).expect("a head");
    let trailers = [("X-A", "1"), ("X-B", ""), ("X-A", "2")];
    let sent = w
        .door
        .send_body_with_trailers(&w.queue, id, b"body", &trailers, 0);
    assert_eq!(sent, Ok(4));
    let response = client.response(stream);
    assert_eq!(
        response.frames,
        ["HEADERS 1 200", "DATA 1 4", "HEADERS 1 trailers end"]
    );
    assert_eq!(response.fields, "x-a: 1\nx-b: \nx-a: 2\n");
    client.assert_quiet();
}

fn h2x_017_long_trailers_go_out_beside_a_content_length<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let id = w.receive().id;
    let long = "~".repeat(10_000);
    let reply = Reply::ok().chunk("four");
    let trailers = [("x-long", &*long)];
    w.door
        .respond_with_trailers(&w.queue, id, &reply, &trailers)
        .expect("an answer");
    let response = client.response(stream);
    assert_eq!(response.frames[2], "HEADERS 1 trailers end");
    assert_eq!(response.fields, format!("x-long: {long}\n"));
    assert_eq!(response.body, b"four");
}

fn h2x_018_trailers_that_were_announced_may_be_missing<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let reply = Reply::ok().header("Trailer", "X-A").chunk("x");
    w.respond(w.receive().id, &reply).expect("an answer");
    let response = client.response(stream);
    assert!(response.fields.contains("trailer: X-A\n"));
    assert_eq!(response.frames[2], "DATA 1 0 end");
}

fn upg_009_an_upgrade_is_refused_with_87<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let id = w.receive().id;
    let reply = Reply::new(101, "Switching Protocols").header("Upgrade", "websocket");
    assert_eq!(w.respond(id, &reply.flags(OPAQUE | MORE_DATA)), Err(87));
    // Nothing has happened.
    w.respond(id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(stream).status, "200");
}

fn bdy_021_a_program_that_reads_gets_100_continue_sent<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let fields = [("expect", "100-continue"), ("content-length", "3")];
    let stream = client.request("POST", "/", &fields, false);
    let id = w.receive().id;
    thread::scope(|scope| {
        let read = scope.spawn(|| w.read_body(id, &mut [0; 10]));
        assert_eq!(client.next_text(), "HEADERS 1 100");
        client.data(stream, b"abc", true);
        assert_eq!(read.join().expect("no panic"), Ok(3));
    });
    w.respond(id, &Reply::ok()).expect("an answer");
    assert_eq!(client.response(stream).status, "200");
}

fn connection_fields_of_the_program_are_dropped<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let reply = Reply::ok()
        .header("Transfer-Encoding", "chunked")
        .header("X-Kept", "yes")
        .header("Keep-Alive", "1");
    w.respond(w.receive().id, &reply.chunk("x"))
        .expect("an answer");
    let response = client.response(stream);
    for name in ["transfer-encoding", "keep-alive"] {
        assert!(!response.fields.contains(name), "{}", response.fields);
    }
    assert!(response.fields.contains("x-kept: yes\n"));
    assert_eq!(response.body, b"x");
}

/// RFC 9113 section 8.2.1: a client may take a response with them for malformed. HTTP/1.1 has no such rule.
fn blanks_around_a_value_of_the_program_are_dropped<D: Door>(w: &World<D>) {
    let mut client = connect(w);
    let stream = client.get("/");
    let reply = Reply::ok()
        .header("Content-Type", " text/plain\t")
        .header("X-Blanks", "\t a  b ");
    let sent = w.respond(w.receive().id, &reply.chunk("x"));
    assert!(sent.is_ok());
    let response = client.response(stream);
    for field in ["content-type: text/plain\n", "x-blanks: a  b\n"] {
        assert!(response.fields.contains(field), "{}", response.fields);
    }
    assert!(!response.fields.contains(" \n") && !response.fields.contains("\t"));
}
