//! HttpReceiveRequestEntityBody: areas ENT and BDY as far as the API shows them.
//!
//! Owns: reading bodies through both doors, and the pointer cases of C. Does not own: framing that
//! is refused on the wire (test `wire`).

use std::ptr;

use httpsys_tests::both_doors;
use httpsys_tests::door::{
    CAbi, COPY_BODY, DISCONNECT, Door, FILL_BUFFER, MORE_DATA, Reply, World,
};
use httpsys_tests::overlapped::Overlapped;
use httpsys_tests::raw::{self, Handle, RequestBuffer};
use httpsys_tests::thread;
use windows_sys::Win32::Networking::HttpServer as http;

both_doors![
    ent_002_ids_that_are_none_fail_with_1229,
    ent_003_a_whole_body_is_read_at_once,
    ent_004_a_body_is_read_in_pieces,
    ent_005_reading_after_the_last_byte_fails_with_38_again_and_again,
    ent_009_reading_after_the_response_fails_with_1229,
    ent_011_what_has_arrived_is_returned,
    ent_014_a_read_of_more_than_128_kib_works,
    ent_015_a_read_fails_when_the_client_resets,
    ent_018_bdy_021_the_first_read_makes_the_service_send_100_continue,
    a_body_may_be_read_after_the_response_has_begun,
    bdy_004_get_may_have_a_body,
    bdy_018_chunked_bodies_are_decoded,
    bdy_019_an_invalid_chunk_ends_the_body_with_a_reset,
    bdy_020_trailers_are_consumed,
    bdy_022_an_unread_body_that_has_arrived_is_thrown_away,
    bdy_023_an_unread_body_that_arrives_later_is_thrown_away,
    a_body_larger_than_any_buffer_arrives_whole,
];

fn read_all<D: Door>(w: &World<D>, id: u64) -> Vec<u8> {
    let mut body = Vec::new();
    let mut block = [0; 64];
    loop {
        match w.read_body(id, &mut block) {
            Ok(got) => body.extend_from_slice(&block[..got]),
            Err(code) => {
                assert_eq!(code, 38);
                return body;
            }
        }
    }
}

fn ent_002_ids_that_are_none_fail_with_1229<D: Door>(w: &World<D>) {
    for id in [0, 0xDEAD_BEEF, u64::MAX] {
        assert_eq!(w.read_body(id, &mut [0; 8]), Err(1229), "{id:#x}");
    }
}

fn ent_003_a_whole_body_is_read_at_once<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 5\r\n") + "ping1");
    let request = w.receive();
    let mut buffer = [0xAA; 2000];
    assert_eq!(w.read_body(request.id, &mut buffer), Ok(5));
    assert_eq!(&buffer[..5], b"ping1");
    assert!(buffer[5..].iter().all(|byte| *byte == 0xAA));
}

fn ent_004_a_body_is_read_in_pieces<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 5\r\n") + "pingX");
    let request = w.receive();
    let (mut two, mut one, mut four) = ([0; 2], [0; 1], [0; 4]);
    assert_eq!(w.read_body(request.id, &mut two), Ok(2));
    assert_eq!(w.read_body(request.id, &mut one), Ok(1));
    assert_eq!(w.read_body(request.id, &mut four), Ok(2));
    assert_eq!((&two, &one, &four), (b"pi", b"n", b"gX\0\0"));
    assert_eq!(w.read_body(request.id, &mut four), Err(38));
}

fn ent_005_reading_after_the_last_byte_fails_with_38_again_and_again<D: Door>(w: &World<D>) {
    for (more, body) in [
        ("Content-Length: 1\r\n", "x"),
        ("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n"),
    ] {
        let mut client = w.connect();
        client.send(w.request("POST", "/", more) + body);
        let request = w.receive();
        assert_eq!(w.read_body(request.id, &mut [0; 8]), Ok(1));
        for _ in 0..3 {
            assert_eq!(w.read_body(request.id, &mut [0; 8]), Err(38), "{more}");
        }
        w.respond(request.id, &Reply::ok()).expect("an answer");
        client.read_response();
    }
}

fn ent_009_reading_after_the_response_fails_with_1229<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 5\r\n") + "ping1");
    let request = w.receive();
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(w.read_body(request.id, &mut [0; 8]), Err(1229));
    client.read_response();
}

fn ent_011_what_has_arrived_is_returned<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 10\r\n") + "01234");
    let request = w.receive();
    let mut buffer = [0; 100];
    assert_eq!(w.read_body(request.id, &mut buffer), Ok(5));
    client.send("56789");
    assert_eq!(w.read_body(request.id, &mut buffer[5..]), Ok(5));
    assert_eq!(&buffer[..10], b"0123456789");
    assert_eq!(w.read_body(request.id, &mut buffer), Err(38));
}

fn ent_014_a_read_of_more_than_128_kib_works<D: Door>(w: &World<D>) {
    const SIZE: usize = 400_000;
    let body: Vec<u8> = (0..SIZE).map(|at| (at % 253) as u8).collect();
    let mut client = w.connect();
    let mut writer = client.writer();
    client.send(w.request("POST", "/", &format!("Content-Length: {SIZE}\r\n")));
    let request = w.receive();
    thread::scope(|scope| {
        scope.spawn(|| std::io::Write::write_all(&mut writer, &body).expect("send"));
        let mut all = Vec::new();
        let mut buffer = vec![0; SIZE];
        while all.len() < SIZE {
            let got = w.read_body(request.id, &mut buffer).expect("a part");
            all.extend_from_slice(&buffer[..got]);
        }
        assert!(all == body, "the body differs");
    });
    assert_eq!(w.read_body(request.id, &mut [0; 8]), Err(38));
}

/// 64, 995 and 1229 are what callers are known to map (BDY-025).
fn ent_015_a_read_fails_when_the_client_resets<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 10\r\n") + "012");
    let request = w.receive();
    let mut buffer = [0; 10];
    assert_eq!(w.read_body(request.id, &mut buffer), Ok(3));
    thread::scope(|scope| {
        let reader = scope.spawn(|| w.read_body(request.id, &mut [0; 10]));
        client.reset();
        let result = reader.join().expect("the reader");
        assert!(matches!(result, Err(64 | 995 | 1229)), "{result:?}");
    });
    assert_eq!(w.read_body(request.id, &mut [0; 10]), Err(1229));
}

/// G-041: not before the program asks for the body, and once.
fn ent_018_bdy_021_the_first_read_makes_the_service_send_100_continue<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let more = "Expect: 100-continue\r\nContent-Length: 5\r\n";
    client.send(w.request("POST", "/", more));
    let request = w.receive();
    thread::scope(|scope| {
        let reader = scope.spawn(|| read_all(w, request.id));
        assert_eq!(client.read_head(), b"HTTP/1.1 100 Continue\r\n\r\n");
        client.send("hello");
        assert_eq!(reader.join().expect("the reader"), b"hello");
    });
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
}

fn a_body_may_be_read_after_the_response_has_begun<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 5\r\n"));
    let request = w.receive();
    let head = Reply::ok().header("Content-Length", "5").flags(MORE_DATA);
    w.respond(request.id, &head).expect("the head");
    assert_eq!(client.read_response_head().status(), 200);
    client.send("hello");
    let body = read_all(w, request.id);
    assert_eq!(w.send_body(request.id, &[&body], 0), Ok(5));
    assert_eq!(client.read_exactly(5), b"hello");
}

fn bdy_004_get_may_have_a_body<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("GET", "/", "Content-Length: 4\r\n") + "body");
    let request = w.receive();
    assert!(request.has_body());
    assert_eq!(read_all(w, request.id), b"body");
}

fn bdy_018_chunked_bodies_are_decoded<D: Door>(w: &World<D>) {
    for (coded, plain) in [
        ("0\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("1\r\na\r\n2\r\nbc\r\n000\r\n\r\n", "abc"),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("a;x=y;z\r\n0123456789\r\n0;q\r\n\r\n", "0123456789"),
    ] {
        let mut client = w.connect();
        let head = w.request("POST", "/", "Transfer-Encoding: chunked\r\n");
        client.send(head + coded);
        let request = w.receive();
        assert_eq!(read_all(w, request.id), plain.as_bytes(), "{coded:?}");
        w.respond(request.id, &Reply::ok()).expect("an answer");
        assert_eq!(client.read_response().status(), 200);
        // The end of the body was found: the connection goes on.
        client.send(w.get("/next"));
        assert_eq!(w.receive().connection_id, request.connection_id);
    }
}

/// G-023: no 400, a reset; the read fails with 1229.
fn bdy_019_an_invalid_chunk_ends_the_body_with_a_reset<D: Door>(w: &World<D>) {
    for bad in [
        "zz\r\n",
        "-1\r\n",
        "0x5\r\n",
        "\r\n",
        "11111111111111111\r\n",
        "5\r\nhelloX\r\n",
    ] {
        let mut client = w.connect();
        client.send(w.request("POST", "/", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n");
        let request = w.receive();
        let mut buffer = [0; 64];
        assert_eq!(w.read_body(request.id, &mut buffer), Ok(3), "{bad:?}");
        client.send(bad);
        let mut result = w.read_body(request.id, &mut buffer);
        while result.is_ok() {
            result = w.read_body(request.id, &mut buffer);
        }
        assert_eq!(result, Err(1229), "{bad:?}");
        client.expect_reset();
    }
}

fn bdy_020_trailers_are_consumed<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    let head = w.request(
        "POST",
        "/",
        "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
    );
    client.send(head + "3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n" + &w.get("/next"));
    let request = w.receive();
    assert_eq!(read_all(w, request.id), b"abc");
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(w.receive().abs_path, "/next");
}

fn bdy_022_an_unread_body_that_has_arrived_is_thrown_away<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    client.send(w.request("POST", "/1", "Content-Length: 5\r\n") + "ping1" + &w.get("/2"));
    let first = w.receive();
    w.respond(first.id, &Reply::ok().chunk("1"))
        .expect("an answer");
    let second = w.receive();
    assert_eq!(second.abs_path, "/2");
    w.respond(second.id, &Reply::ok().chunk("2"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"1");
    assert_eq!(client.read_response().body, b"2");
}

/// Draining is not bounded in size (G-044), and the answer does not wait for it (G-045).
fn bdy_023_an_unread_body_that_arrives_later_is_thrown_away<D: Door>(w: &World<D>) {
    const SIZE: usize = 3_000_000;
    let mut client = w.connect();
    client.send(w.request("POST", "/1", &format!("Content-Length: {SIZE}\r\n")));
    let first = w.receive();
    w.respond(first.id, &Reply::ok().chunk("1"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"1");
    client.send(vec![b'x'; SIZE]);
    client.send(w.get("/2"));
    let second = w.receive();
    assert_eq!(second.abs_path, "/2");
    w.respond(second.id, &Reply::ok().chunk("2").flags(DISCONNECT))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"2");
}

fn a_body_larger_than_any_buffer_arrives_whole<D: Door>(w: &World<D>) {
    const CHUNKS: usize = 600;
    let mut client = w.connect();
    let mut writer = client.writer();
    client.send(w.request("PUT", "/", "Transfer-Encoding: chunked\r\n"));
    let request = w.receive();
    let piece = "0123456789abcdef".repeat(256);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..CHUNKS {
                let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
                std::io::Write::write_all(&mut writer, chunk.as_bytes()).expect("send");
            }
            std::io::Write::write_all(&mut writer, b"0\r\n\r\n").expect("send");
        });
        let mut total = 0;
        let mut buffer = [0; 5000];
        loop {
            match w.read_body(request.id, &mut buffer) {
                Ok(got) => {
                    for (at, byte) in buffer[..got].iter().enumerate() {
                        assert_eq!(*byte, b"0123456789abcdef"[(total + at) % 16]);
                    }
                    total += got;
                }
                Err(code) => {
                    assert_eq!((code, total), (38, CHUNKS * piece.len()));
                    break;
                }
            }
        }
    });
}

/// A request with this body, received without it.
fn posted(w: &World<CAbi>, length: usize, body: &str) -> (httpsys_tests::client::Client, u64) {
    let mut client = w.connect();
    client.send(w.request("POST", "/", &format!("Content-Length: {length}\r\n")) + body);
    let id = w.receive().id;
    (client, id)
}

#[test]
fn ent_001_a_bad_handle_fails_with_6() {
    let w = World::<CAbi>::new();
    let (_client, id) = posted(&w, 5, "ping1");
    for handle in [0, usize::MAX, w.queue.0 ^ 0x4000_0000] {
        let code = raw::read_body(Handle(handle), id, 0, &mut [0; 8], None);
        assert_eq!(code, 6, "{handle:#x}");
    }
}

/// The middle read has no byte count.
#[test]
fn ent_004_a_read_needs_no_byte_count() {
    let w = World::<CAbi>::new();
    let (_client, id) = posted(&w, 5, "ping1");
    let (mut two, mut one, mut four) = ([0; 2], [0; 1], [0; 4]);
    let mut count = 0;
    assert_eq!(
        raw::read_body(w.queue, id, 0, &mut two, Some(&mut count)),
        0
    );
    assert_eq!(count, 2);
    assert_eq!(raw::read_body(w.queue, id, 0, &mut one, None), 0);
    assert_eq!(
        raw::read_body(w.queue, id, 0, &mut four, Some(&mut count)),
        0
    );
    assert_eq!(count, 2);
    assert_eq!((&two, &one, &four[..2]), (b"pi", b"n", &b"g1"[..]));
}

/// Windows 10 and later write 0.
#[test]
fn ent_005_the_byte_count_at_the_end_is_0() {
    let w = World::<CAbi>::new();
    let (_client, id) = posted(&w, 1, "x");
    assert_eq!(raw::read_body(w.queue, id, 0, &mut [0; 8], None), 0);
    let mut count = 0xDEAD;
    assert_eq!(
        raw::read_body(w.queue, id, 0, &mut [0; 8], Some(&mut count)),
        38
    );
    assert_eq!(count, 0);
}

#[test]
fn ent_006_an_overlapped_read_at_the_end_returns_38_and_completes_nothing() {
    let w = World::<CAbi>::new();
    let (_client, id) = posted(&w, 1, "x");
    assert_eq!(raw::read_body(w.queue, id, 0, &mut [0; 8], None), 0);
    let overlapped = Overlapped::with_event();
    let buffer = Box::leak(Box::new([0; 8]));
    assert_eq!(overlapped.read_body(w.queue, id, 0, buffer), 38);
    assert!(!overlapped.is_signalled());
}

#[test]
fn ent_007_after_copy_body_of_all_the_first_read_returns_38() {
    let w = World::<CAbi>::new();
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 5\r\n") + "ping1");
    let mut buffer = RequestBuffer::new(4096);
    assert_eq!(
        raw::receive(w.queue, 0, COPY_BODY, &mut buffer, 4096, None),
        0
    );
    let request = buffer.received();
    assert_eq!(request.body, b"ping1");
    assert_eq!(
        raw::read_body(w.queue, request.id, 0, &mut [0; 8], None),
        38
    );
}

#[test]
fn ent_010_an_overlapped_read_of_bytes_that_are_here() {
    let w = World::<CAbi>::new();
    let (_client, id) = posted(&w, 5, "ping1");
    let overlapped = Overlapped::with_event();
    let memory: *mut [u8; 8] = Box::leak(Box::new([0; 8]));
    // SAFETY: freshly leaked and used by nobody else until the completion.
    let code = overlapped.read_body(w.queue, id, 0, unsafe { &mut *memory });
    assert!(matches!(code, 0 | 997), "{code}");
    assert_eq!(overlapped.wait_result(w.queue), Ok(5));
    // SAFETY: the read has completed.
    assert_eq!(unsafe { &(&*memory)[..5] }, b"ping1");
}

#[test]
fn ent_012_fill_buffer_waits_until_the_buffer_is_full_or_the_body_ends() {
    let w = World::<CAbi>::new();
    let (mut client, id) = posted(&w, 10, "012");
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut buffer = [0; 6];
            let mut count = 0;
            let code = raw::read_body(w.queue, id, FILL_BUFFER, &mut buffer, Some(&mut count));
            (code, count, buffer)
        });
        client.send("34");
        client.send("5");
        assert_eq!(reader.join().expect("the reader"), (0, 6, *b"012345"));
        client.send("6789");
        let mut buffer = [0; 6];
        let mut count = 0;
        let code = raw::read_body(w.queue, id, FILL_BUFFER, &mut buffer, Some(&mut count));
        assert_eq!((code, count, &buffer[..4]), (0, 4, &b"6789"[..]));
    });
}

#[test]
fn ent_013_a_buffer_of_no_bytes_is_234_with_a_count_of_1() {
    let w = World::<CAbi>::new();
    let (_client, id) = posted(&w, 5, "ping1");
    let mut count = 0;
    assert_eq!(
        raw::read_body(w.queue, id, 0, &mut [], Some(&mut count)),
        234
    );
    assert_eq!(count, 1);
    let mut buffer = [0; 5];
    assert_eq!(raw::read_body(w.queue, id, 0, &mut buffer, None), 0);
    assert_eq!(&buffer, b"ping1", "the probe consumed nothing");
}

#[test]
fn bdy_025_ent_015_a_pending_read_completes_with_an_error_when_the_client_resets() {
    let w = World::<CAbi>::new();
    let (client, id) = posted(&w, 10, "");
    let overlapped = Overlapped::with_event();
    let buffer = Box::leak(Box::new([0; 8]));
    assert_eq!(overlapped.read_body(w.queue, id, 0, buffer), 997);
    client.reset();
    let result = overlapped.wait_result(w.queue);
    assert!(matches!(result, Err(64 | 995 | 1229)), "{result:?}");
}

/// G-046 and programs.md 4.1: also after a FIN, and never 38.
#[test]
fn a_pending_read_completes_with_an_error_when_the_client_ends_too_early() {
    let w = World::<CAbi>::new();
    let (mut client, id) = posted(&w, 20, "01234");
    assert_eq!(raw::read_body(w.queue, id, 0, &mut [0; 5], None), 0);
    let overlapped = Overlapped::with_event();
    let buffer = Box::leak(Box::new([0; 8]));
    assert_eq!(overlapped.read_body(w.queue, id, 0, buffer), 997);
    client.finish();
    let result = overlapped.wait_result(w.queue);
    assert!(matches!(result, Err(64 | 995 | 1229)), "{result:?}");
}

/// G-040.
#[test]
fn ent_017_two_pending_reads_are_served_in_the_order_they_were_posted() {
    let w = World::<CAbi>::new();
    let (mut client, id) = posted(&w, 8, "");
    let reads: Vec<_> = (0..2)
        .map(|_| {
            let overlapped = Overlapped::with_event();
            let memory: *mut [u8; 4] = Box::leak(Box::new([0; 4]));
            // SAFETY: freshly leaked and used by nobody else until the completion.
            let code = overlapped.read_body(w.queue, id, 0, unsafe { &mut *memory });
            assert_eq!(code, 997);
            (overlapped, memory)
        })
        .collect();
    client.send("aaaa");
    assert_eq!(reads[0].0.wait_result(w.queue), Ok(4));
    client.send("bbbb");
    assert_eq!(reads[1].0.wait_result(w.queue), Ok(4));
    // SAFETY: both reads have completed.
    assert_eq!(unsafe { (&*reads[0].1, &*reads[1].1) }, (b"aaaa", b"bbbb"));
}

/// CancelIoEx of a read loses no bytes (programs.md 4.1).
#[test]
fn a_cancelled_read_loses_nothing() {
    let w = World::<CAbi>::new();
    let (mut client, id) = posted(&w, 5, "");
    let overlapped = Overlapped::with_event();
    let buffer = Box::leak(Box::new([0; 8]));
    assert_eq!(overlapped.read_body(w.queue, id, 0, buffer), 997);
    assert_eq!(overlapped.cancel(w.queue), Ok(()));
    assert_eq!(overlapped.wait_result(w.queue), Err(995));
    client.send("hello");
    let mut buffer = [0; 8];
    let mut count = 0;
    assert_eq!(
        raw::read_body(w.queue, id, FILL_BUFFER, &mut buffer, Some(&mut count)),
        0
    );
    assert_eq!(&buffer[..count as usize], b"hello");
}

#[test]
fn a_null_buffer_and_unknown_flags_are_refused() {
    let w = World::<CAbi>::new();
    let (_client, id) = posted(&w, 5, "ping1");
    let (queue, null) = (w.queue.raw(), ptr::null_mut());
    // SAFETY: NULL is what the test is about.
    let code = unsafe {
        http::HttpReceiveRequestEntityBody(queue, id, 0, null, 5, ptr::null_mut(), ptr::null_mut())
    };
    assert!(matches!(code, 87 | 998), "{code}");
    assert_eq!(raw::read_body(w.queue, id, 0x40, &mut [0; 5], None), 87);
    let mut buffer = [0; 5];
    assert_eq!(raw::read_body(w.queue, id, 0, &mut buffer, None), 0);
    assert_eq!(&buffer, b"ping1");
}
