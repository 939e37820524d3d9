//! HttpSendHttpResponse and HttpSendResponseEntityBody through both doors: area SND.
//!
//! Owns: return values and the bytes that follow from one call. Does not own: byte totals of heads
//! (test `wire`), pointers and flags that only C can say (`send_raw`).

use httpsys_tests::both_doors;
use httpsys_tests::client::mask_date;
use httpsys_tests::door::{DISCONNECT, Door, MORE_DATA, Reply, World};
use httpsys_tests::thread;

both_doors![
    snd_001_unknown_ids_fail_with_1229,
    snd_002_a_second_response_fails_with_1229,
    snd_005_the_byte_count_is_head_and_body,
    snd_006_the_byte_count_of_an_entity_call_is_its_body,
    snd_007_the_reason_goes_out_verbatim,
    snd_008_odd_statuses_with_empty_reasons_keep_the_blank,
    snd_009_one_call_gets_a_content_length,
    snd_010_a_content_length_of_the_program_is_kept,
    snd_011_a_date_of_the_program_is_ignored,
    snd_012_more_data_adds_no_framing,
    snd_013_an_entity_call_without_chunks_sends_nothing,
    snd_014_the_last_entity_call_ends_the_request,
    snd_015_a_response_may_end_without_chunks,
    snd_016_content_length_is_not_counted,
    snd_024_disconnect_with_more_data_closes_after_the_last_piece,
    snd_017_a_short_body_is_sent_as_it_is,
    snd_018_chunked_framing_of_the_program_passes,
    snd_030_snd_031_sends_after_the_client_has_gone_fail_in_the_end,
    snd_035_a_body_in_answer_to_head_is_sent,
    snd_034_a_second_head_fails_with_87_and_the_response_goes_on,
    an_entity_call_before_the_head_fails_with_87,
    line_breaks_in_header_values_fail_with_87,
    a_large_response_arrives_whole,
    a_client_that_reads_slowly_gets_everything,
    an_answer_to_a_half_closed_client_arrives,
];

fn snd_001_unknown_ids_fail_with_1229<D: Door>(w: &World<D>) {
    for id in [0, 0xDEAD_BEEF, u64::MAX] {
        assert_eq!(w.respond(id, &Reply::ok()), Err(1229), "{id:#x}");
        assert_eq!(w.send_body(id, &[b"x"], 0), Err(1229), "{id:#x}");
    }
}

fn snd_002_a_second_response_fails_with_1229<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok().chunk("one"))
        .expect("an answer");
    assert_eq!(w.respond(request.id, &Reply::ok().chunk("two")), Err(1229));
    assert_eq!(w.send_body(request.id, &[b"two"], 0), Err(1229));
    assert_eq!(client.read_response().body, b"one");
    client.send(w.get("/"));
    let next = w.receive();
    w.respond(next.id, &Reply::ok().chunk("three"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"three");
}

fn snd_005_the_byte_count_is_head_and_body<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::new(418, "I'm a teapot")
        .header("Retry-After", "120")
        .chunk("pingpong");
    let sent = w.respond(request.id, &reply).expect("an answer");
    let head = client.read_head();
    assert_eq!(sent, head.len() as u64 + 8);
    assert_eq!(client.read_exactly(8), b"pingpong");
}

fn snd_006_the_byte_count_of_an_entity_call_is_its_body<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let sent = w.respond(request.id, &Reply::ok().flags(MORE_DATA));
    let head = client.read_head();
    assert_eq!(sent, Ok(head.len() as u64));
    assert_eq!(w.send_body(request.id, &[b"foo", b"bar"], MORE_DATA), Ok(6));
    assert_eq!(w.send_body(request.id, &[b"", b"x"], MORE_DATA), Ok(1));
    assert_eq!(w.send_body(request.id, &[], 0), Ok(0));
    assert_eq!(client.read_exactly(7), b"foobarx");
}

fn snd_007_the_reason_goes_out_verbatim<D: Door>(w: &World<D>) {
    for (status, reason) in [
        (418, "I'm a teapot"),
        (200, ""),
        (200, "  two  blanks "),
        (404, "tab\there"),
    ] {
        let (mut client, request) = w.received_get("/");
        w.respond(request.id, &Reply::new(status, reason))
            .expect("an answer");
        assert_eq!(
            client.read_response().status_line,
            format!("HTTP/1.1 {status} {reason}")
        );
    }
}

fn snd_008_odd_statuses_with_empty_reasons_keep_the_blank<D: Door>(w: &World<D>) {
    for status in [999, 901, 987] {
        let (mut client, request) = w.received_get("/");
        w.respond(request.id, &Reply::new(status, ""))
            .expect("an answer");
        let line = client.read_response().status_line;
        assert_eq!(line, format!("HTTP/1.1 {status} "));
    }
}

fn snd_009_one_call_gets_a_content_length<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().chunk("ping").chunk("pong");
    w.respond(request.id, &reply).expect("an answer");
    let response = client.read_response();
    assert_eq!(response.names(), ["Server", "Date", "Content-Length"]);
    assert_eq!(response.header("Content-Length"), Some("8"));
    assert_eq!(response.body, b"pingpong");
}

fn snd_010_a_content_length_of_the_program_is_kept<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok()
        .header("Content-Length", "6")
        .chunk("ping")
        .chunk("pong");
    w.respond(request.id, &reply).expect("an answer");
    let response = client.read_response();
    assert_eq!(response.names(), ["Content-Length", "Server", "Date"]);
    assert_eq!(response.header("Content-Length"), Some("6"));
    assert_eq!(client.read_exactly(2), b"ng");
}

fn snd_011_a_date_of_the_program_is_ignored<D: Door>(w: &World<D>) {
    for date in ["now", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let (mut client, request) = w.received_get("/");
        w.respond(request.id, &Reply::ok().header("Date", date))
            .expect("an answer");
        let head = client.read_head();
        // Checks the form, too.
        let masked = mask_date(&head);
        assert_eq!(masked.matches("Date:").count(), 1);
        assert!(!String::from_utf8_lossy(&head).contains(date));
    }
}

fn snd_012_more_data_adds_no_framing<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().chunk("ping").chunk("pong").flags(MORE_DATA);
    w.respond(request.id, &reply).expect("the head");
    assert_eq!(client.read_response_head().names(), ["Server", "Date"]);
    assert_eq!(w.send_body(request.id, &[b"foo", b"bar"], 0), Ok(6));
    assert_eq!(client.read_exactly(14), b"pingpongfoobar");
    // G-051: the connection stays open.
    client.send(w.get("/next"));
    assert_eq!(w.receive().connection_id, request.connection_id);
}

fn snd_013_an_entity_call_without_chunks_sends_nothing<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok().chunk("a").flags(MORE_DATA))
        .expect("the head");
    for _ in 0..3 {
        assert_eq!(w.send_body(request.id, &[], MORE_DATA), Ok(0));
    }
    assert_eq!(w.send_body(request.id, &[b"b"], DISCONNECT), Ok(1));
    client.read_response_head();
    assert_eq!(client.read_to_end(), b"ab");
}

fn snd_014_the_last_entity_call_ends_the_request<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/1");
    client.send(w.get("/2"));
    let reply = Reply::ok().header("Content-Length", "1").flags(MORE_DATA);
    w.respond(request.id, &reply).expect("the head");
    assert_eq!(w.send_body(request.id, &[b"x"], 0), Ok(1));
    assert_eq!(w.send_body(request.id, &[b"y"], 0), Err(1229));
    assert_eq!(client.read_response().body, b"x");
    assert_eq!(w.receive().abs_path, "/2");
}

fn snd_015_a_response_may_end_without_chunks<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/1");
    let reply = Reply::ok().header("Content-Length", "0").flags(MORE_DATA);
    w.respond(request.id, &reply).expect("the head");
    assert_eq!(w.send_body(request.id, &[], 0), Ok(0));
    client.read_response();
    client.send(w.get("/2"));
    assert_eq!(w.receive().abs_path, "/2");
}

fn snd_016_content_length_is_not_counted<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/1");
    client.send(w.get("/2"));
    let reply = Reply::ok()
        .header("Content-Length", "2")
        .chunk("ab")
        .flags(MORE_DATA);
    w.respond(request.id, &reply).expect("the head");
    assert_eq!(client.read_response().body, b"ab");
    // All announced bytes are out, but the request lives: the next one is held back.
    w.assert_serves();
    assert_eq!(w.send_body(request.id, &[], 0), Ok(0));
    assert_eq!(w.receive().abs_path, "/2");
}

/// The documentation leaves it open; here the connection closes when the response ends.
fn snd_024_disconnect_with_more_data_closes_after_the_last_piece<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().chunk("one ").flags(MORE_DATA | DISCONNECT);
    assert!(w.respond(request.id, &reply).is_ok());
    assert_eq!(
        w.send_body(request.id, &[b"two "], MORE_DATA | DISCONNECT),
        Ok(4)
    );
    assert_eq!(w.send_body(request.id, &[b"three"], 0), Ok(5));
    let answer = String::from_utf8(client.read_to_end()).expect("text");
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\none two three"), "{answer}");
}

fn snd_017_a_short_body_is_sent_as_it_is<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/1");
    let reply = Reply::ok().header("Content-Length", "10").chunk("short");
    assert!(w.respond(request.id, &reply).is_ok());
    client.read_response_head();
    assert_eq!(client.read_exactly(5), b"short");
    client.send(w.get("/2"));
    assert_eq!(w.receive().connection_id, request.connection_id);
}

fn snd_018_chunked_framing_of_the_program_passes<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok()
        .header("Transfer-Encoding", "chunked")
        .chunk("5\r\nhello\r\n")
        .flags(MORE_DATA);
    w.respond(request.id, &reply).expect("the head");
    w.send_body(request.id, &[b"1\r\n!\r\n", b"0\r\n\r\n"], 0)
        .expect("the rest");
    let response = client.read_response();
    assert_eq!(response.names(), ["Transfer-Encoding", "Server", "Date"]);
    assert_eq!(response.body, b"hello!");
}

/// The first sends may succeed; then it is 64 or 1229 (G-061), and 1229 for ever.
fn snd_030_snd_031_sends_after_the_client_has_gone_fail_in_the_end<D: Door>(w: &World<D>) {
    let (client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok().flags(MORE_DATA))
        .expect("the head");
    client.reset();
    let block = vec![b'x'; 64 * 1024];
    let mut result = Ok(0);
    // More than any socket buffer takes.
    for _ in 0..1000 {
        result = w.send_body(request.id, &[&block], MORE_DATA);
        if result.is_err() {
            break;
        }
    }
    assert!(matches!(result, Err(64 | 1229)), "{result:?}");
    assert_eq!(w.send_body(request.id, &[b"x"], MORE_DATA), Err(1229));
    assert_eq!(w.send_body(request.id, &[b"x"], 0), Err(1229));
}

fn snd_035_a_body_in_answer_to_head_is_sent<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("HEAD", "/", "Connection: close\r\n"));
    let request = w.receive();
    w.respond(request.id, &Reply::ok().chunk("body"))
        .expect("an answer");
    let response = client.read_response_head();
    // G-047.
    assert_eq!(response.header("Content-Length"), Some("4"));
    assert_eq!(client.read_to_end(), b"body");
}

/// G-055.
fn snd_034_a_second_head_fails_with_87_and_the_response_goes_on<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    let head = Reply::ok().header("Content-Length", "4").flags(MORE_DATA);
    w.respond(request.id, &head).expect("the head");
    assert_eq!(w.respond(request.id, &head), Err(87));
    assert_eq!(w.respond(request.id, &Reply::ok()), Err(87));
    assert_eq!(w.send_body(request.id, &[b"body"], 0), Ok(4));
    assert_eq!(client.read_response().body, b"body");
}

/// G-056.
fn an_entity_call_before_the_head_fails_with_87<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    assert_eq!(w.send_body(request.id, &[b"x"], MORE_DATA), Err(87));
    assert_eq!(w.send_body(request.id, &[], 0), Err(87));
    w.respond(request.id, &Reply::ok().chunk("fine"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"fine");
}

/// G-058.
fn line_breaks_in_header_values_fail_with_87<D: Door>(w: &World<D>) {
    let (mut client, request) = w.received_get("/");
    for value in ["a\r\nX: y", "a\nX: y", "a\r", "\r\n"] {
        for name in ["Location", "X-Own"] {
            let reply = Reply::ok().header(name, value);
            assert_eq!(w.respond(request.id, &reply), Err(87), "{name} {value:?}");
        }
        let reply = Reply::new(200, value);
        assert_eq!(w.respond(request.id, &reply), Err(87), "reason {value:?}");
    }
    w.respond(request.id, &Reply::ok().chunk("fine"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"fine");
}

fn a_large_response_arrives_whole<D: Door>(w: &World<D>) {
    let body: Vec<u8> = (0..20_000_000_u32).map(|at| (at % 251) as u8).collect();
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().chunk(&body[..7]).chunk(&body[7..]);
    thread::scope(|scope| {
        let sender = scope.spawn(|| w.respond(request.id, &reply));
        let head = client.read_head();
        assert!(client.read_exactly(body.len()) == body, "the body differs");
        let sent = sender.join().expect("the sender");
        assert_eq!(sent, Ok((head.len() + body.len()) as u64));
    });
}

fn a_client_that_reads_slowly_gets_everything<D: Door>(w: &World<D>) {
    const BLOCK: usize = 1 << 20;
    const BLOCKS: usize = 16;
    let (mut client, request) = w.received_get("/");
    thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let block = vec![b'y'; BLOCK];
            let reply = Reply::ok()
                .header("Content-Length", (BLOCK * BLOCKS).to_string())
                .flags(MORE_DATA);
            w.respond(request.id, &reply).expect("the head");
            for at in 1..=BLOCKS {
                let flags = if at == BLOCKS { 0 } else { MORE_DATA };
                assert_eq!(w.send_body(request.id, &[&block], flags), Ok(BLOCK as u64));
            }
        });
        client.read_head();
        for _ in 0..BLOCK * BLOCKS / 4096 {
            assert!(client.read_exactly(4096).iter().all(|byte| *byte == b'y'));
        }
        sender.join().expect("the sender");
    });
}

/// G-074: a FIN of a client that still reads does not end its request.
fn an_answer_to_a_half_closed_client_arrives<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.get("/"));
    client.finish();
    let request = w.receive();
    w.respond(request.id, &Reply::ok().chunk("heard"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"heard");
    client.expect_eof();
}
