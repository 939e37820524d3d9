//! HttpReceiveHttpRequest: buffer sizes, byte counts, layout, bad pointers. C only.
//!
//! Owns: rows RCV-001 to RCV-003, RCV-008 to RCV-015, RCV-019 to RCV-022, RCV-029, RCV-030, and the
//! pointer rows of HST, HDR and PRS.

use std::ptr;

use httpsys_tests::client::Client;
use httpsys_tests::door::{CAbi, COPY_BODY, FLUSH_BODY, Reply, World};
use httpsys_tests::overlapped::{Overlapped, leaked_buffer};
use httpsys_tests::raw::{self, Handle, REQUEST_V1, REQUEST_V2, RequestBuffer};
use windows_sys::Win32::Networking::HttpServer as http;

const BIG: u32 = 64 * 1024;

fn world() -> World<CAbi> {
    World::new()
}

/// A receive of the next request into a big buffer.
fn receive_next(w: &World<CAbi>, flags: u32) -> RequestBuffer {
    let mut buffer = RequestBuffer::new(BIG as usize);
    let code = raw::receive(w.queue, 0, flags, &mut buffer, BIG, None);
    assert_eq!(code, 0);
    buffer
}

/// Its client, and the id and needed size of a request that a short receive saw.
fn short_receive(w: &World<CAbi>) -> (Client, u64, u32) {
    let mut client = w.connect();
    client.send(w.request("GET", "/path?query", "X-One: 1\r\nAccept: all\r\n"));
    let mut buffer = RequestBuffer::new(BIG as usize);
    let mut needed = 0;
    let code = raw::receive(w.queue, 0, 0, &mut buffer, REQUEST_V2, Some(&mut needed));
    assert_eq!(code, 234);
    (client, buffer.request().Base.RequestId, needed)
}

#[test]
fn rcv_001_a_bad_handle_fails_with_6() {
    let w = world();
    let mut buffer = RequestBuffer::new(BIG as usize);
    for handle in [0, usize::MAX, 0x7FFF_0000, w.queue.0 ^ 0x4000_0000] {
        let code = raw::receive(Handle(handle), 0, 0, &mut buffer, BIG, None);
        assert_eq!(code, 6, "{handle:#x}");
        let overlapped = Overlapped::with_event();
        let (memory, _) = leaked_buffer(4096);
        let code = overlapped.receive(Handle(handle), 0, 0, memory, None);
        assert_eq!(code, 6, "{handle:#x}");
        assert!(!overlapped.is_signalled());
    }
}

#[test]
fn rcv_002_an_unknown_id_fails_with_1229() {
    let w = world();
    let mut buffer = RequestBuffer::new(BIG as usize);
    for id in [0xDEAD_BEEF, 1, u64::MAX] {
        let code = raw::receive(w.queue, id, 0, &mut buffer, BIG, None);
        assert_eq!(code, 1229, "{id:#x}");
    }
    let (_client, request) = w.received_get("/");
    let (_group, other) = w.another_group();
    let code = raw::receive(other, request.id, 0, &mut buffer, BIG, None);
    assert_eq!(code, 1229, "the id of another queue");
    raw::close_queue(other);
}

#[test]
fn rcv_003_an_answered_id_fails_with_1229() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok()).expect("an answer");
    let mut buffer = RequestBuffer::new(BIG as usize);
    let code = raw::receive(w.queue, request.id, 0, &mut buffer, BIG, None);
    assert_eq!(code, 1229);
    client.read_response();
}

/// Windows 10 and later write 0 to the byte count.
#[test]
fn rcv_008_a_buffer_below_the_structure_fails_with_122_and_consumes_nothing() {
    let w = world();
    let mut client = w.connect();
    client.send(w.get("/x"));
    for size in [0, 1, 8, REQUEST_V1 - 1, REQUEST_V1, REQUEST_V2 - 1] {
        let mut buffer = RequestBuffer::new(BIG as usize);
        buffer.poison();
        let before = buffer.bytes().to_vec();
        let mut count = 0xABCD_EF01;
        let code = raw::receive(w.queue, 0, 0, &mut buffer, size, Some(&mut count));
        assert_eq!((code, count), (122, 0), "{size}");
        assert_eq!(buffer.bytes(), before, "{size}");
    }
    assert_eq!(w.receive().abs_path, "/x");
}

/// The fixed structure is that of the object's version: V1 for a handle of HttpCreateHttpHandle, as
/// in the row, V2 for a queue of version 2 (programs.md 4.1: below it 122 and no id).
#[test]
fn rcv_009_a_buffer_of_the_structure_gets_the_ids_and_the_size() {
    let w = world();
    short_receive_gets_ids(w.queue, REQUEST_V2, &w.url("/x"));
    let handle = raw::create_http_handle().expect("a handle");
    let url = w.url("/v1/");
    assert_eq!(raw::add_url(handle, &url), 0);
    short_receive_gets_ids(handle, REQUEST_V1, &url);
    short_receive_gets_ids(handle, REQUEST_V2, &url);
    assert!(raw::close_handle(handle));
}

fn short_receive_gets_ids(queue: Handle, size: u32, url: &str) {
    let port = url
        .split(['/', ':'])
        .nth(4)
        .and_then(|port| port.parse().ok());
    let mut client = Client::connect(port.expect("a port"));
    client.send(format!("GET {url} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    let mut buffer = RequestBuffer::new(BIG as usize);
    buffer.poison();
    let beyond = buffer.bytes()[size as usize..].to_vec();
    let mut needed = 0;
    let code = raw::receive(queue, 0, 0, &mut buffer, size, Some(&mut needed));
    assert_eq!(code, 234, "{size}");
    assert!(needed > size, "{needed}");
    let request = &buffer.request().Base;
    let (id, connection) = (request.RequestId, request.ConnectionId);
    assert!(id != 0 && connection != 0);
    assert_eq!(request.Version.MajorVersion, 0);
    assert_eq!(request.Version.MinorVersion, 0);
    assert_eq!(request.BytesReceived, 0);
    assert_eq!(request.Verb, 0);
    assert!(request.pRawUrl.is_null());
    assert!(request.CookedUrl.pFullUrl.is_null());
    let known = &request.Headers.KnownHeaders;
    assert!(known.iter().all(|it| it.pRawValue.is_null()));
    assert_eq!(
        &buffer.bytes()[size as usize..],
        beyond,
        "not beyond {size}"
    );

    let mut whole = RequestBuffer::new(needed as usize);
    assert_eq!(raw::receive(queue, id, 0, &mut whole, needed, None), 0);
    assert_eq!(whole.received().connection_id, connection);
}

#[test]
fn rcv_010_a_request_seen_by_a_short_receive_is_bound_to_its_id() {
    let w = world();
    let (_client, id, _) = short_receive(&w);
    let overlapped = Overlapped::with_event();
    let (buffer, completed) = leaked_buffer(4096);
    assert_eq!(overlapped.receive(w.queue, 0, 0, buffer, None), 997);
    let mut other = w.connect();
    other.send(w.get("/other"));
    overlapped.wait_result(w.queue).expect("the other request");
    let received = completed.buffer().received();
    assert_eq!(received.abs_path, "/other");
    assert_ne!(received.id, id);
}

#[test]
fn rcv_011_rcv_012_one_byte_too_few_is_234_and_the_exact_size_is_enough() {
    let w = world();
    let (_client, id, needed) = short_receive(&w);
    for _ in 0..2 {
        let mut buffer = RequestBuffer::new(BIG as usize);
        let mut again = 0;
        let size = needed - 1;
        let code = raw::receive(w.queue, id, 0, &mut buffer, size, Some(&mut again));
        assert_eq!((code, again), (234, needed));
        assert_eq!(buffer.request().Base.RequestId, id);
        let mut buffer = RequestBuffer::new(BIG as usize);
        assert_eq!(raw::receive(w.queue, id, 0, &mut buffer, size, None), 234);
        assert_eq!(buffer.request().Base.RequestId, id);
    }
    let mut buffer = RequestBuffer::new(BIG as usize);
    buffer.poison();
    let beyond = buffer.bytes()[needed as usize..].to_vec();
    let mut count = 0;
    let code = raw::receive(w.queue, id, 0, &mut buffer, needed, Some(&mut count));
    assert_eq!((code, count), (0, needed));
    assert_eq!(
        &buffer.bytes()[needed as usize..],
        beyond,
        "not beyond the end"
    );
    let request = buffer.received();
    assert_eq!(request.id, id);
    assert_eq!(request.raw_url, b"/path?query");
    assert_eq!(request.unknown, [("X-One".to_owned(), b"1".to_vec())]);
    assert_eq!(request.known[20].as_deref(), Some(&b"all"[..]));
}

/// "The request has been completely retrieved" (surface.md 1.5); by id, as id 0 names none twice.
#[test]
fn rcv_023_a_request_that_was_received_whole_is_not_received_again() {
    let w = world();
    let (mut client, first) = w.received_get("/once?x");
    let mut buffer = RequestBuffer::new(BIG as usize);
    for _ in 0..2 {
        let code = raw::receive(w.queue, first.id, 0, &mut buffer, BIG, None);
        assert_eq!(code, 38);
    }
    w.respond(first.id, &Reply::ok()).expect("an answer");
    client.read_response();
}

#[test]
fn rcv_013_a_retry_after_the_client_has_gone_fails_with_1229() {
    let w = world();
    let mut client = w.connect();
    client.send(w.get("/x"));
    let mut buffer = RequestBuffer::new(BIG as usize);
    assert_eq!(
        raw::receive(w.queue, 0, 0, &mut buffer, REQUEST_V2, None),
        234
    );
    let request = &buffer.request().Base;
    let (id, connection) = (request.RequestId, request.ConnectionId);
    let wait = Overlapped::with_event();
    assert_eq!(wait.wait_for_disconnect(w.queue, connection), 997);
    client.reset();
    wait.wait();
    let mut buffer = RequestBuffer::new(BIG as usize);
    assert_eq!(raw::receive(w.queue, id, 0, &mut buffer, BIG, None), 1229);
}

#[test]
fn rcv_015_rcv_030_everything_lies_in_the_buffer_and_the_count_says_how_much() {
    let w = world();
    let mut client = w.connect();
    let head = "X-One: 1\r\nX-Two: 22\r\nCookie: c\r\nContent-Length: 3\r\n";
    client.send(w.request("xyzzy", "/path?query", head) + "abc");
    let mut buffer = RequestBuffer::new(BIG as usize);
    buffer.poison();
    let mut count = 0;
    let code = raw::receive(w.queue, 0, COPY_BODY, &mut buffer, BIG, Some(&mut count));
    assert_eq!(code, 0);
    assert!(count > REQUEST_V2 && count < BIG, "{count}");
    // `received` follows every pointer and checks that it stays inside the buffer.
    let received = buffer.received();
    assert_eq!(received.unknown.len(), 2);
    // Inside what the count says, too.
    let request = &buffer.request().Base;
    for pointer in [request.pRawUrl, request.pUnknownVerb] {
        assert!(buffer.offset(pointer, 1).expect("inside") < count as usize);
    }
}

/// G-035: text is terminated; the URL's parts point into one string.
#[test]
fn hst_007_cooked_url_pointers_lead_into_one_terminated_string() {
    let w = world();
    let mut client = w.connect();
    client.send(w.get("/foobar?a=b"));
    let buffer = receive_next(&w, 0);
    let url = &buffer.request().Base.CookedUrl;
    assert_eq!(
        (
            url.FullUrlLength,
            url.HostLength,
            url.AbsPathLength,
            url.QueryStringLength
        ),
        (66, 30, 14, 8)
    );
    assert_eq!(url.pHost, url.pFullUrl.wrapping_add(7));
    assert_eq!(url.pAbsPath, url.pFullUrl.wrapping_add(22));
    assert_eq!(url.pQueryString, url.pFullUrl.wrapping_add(29));
    let end = buffer.slice(url.pFullUrl.wrapping_add(33).cast(), 2);
    assert_eq!(end, [0, 0]);
}

#[test]
fn hst_010_hdr_001_hdr_002_prs_014_strings_end_with_nul() {
    let w = world();
    let mut client = w.connect();
    client.send(w.request("xyzzy", "/raw", "Qux: foo baz \r\n"));
    let buffer = receive_next(&w, 0);
    let request = &buffer.request().Base;
    let unknown = buffer.offset(request.Headers.pUnknownHeaders, 24);
    assert!(unknown.is_some_and(|at| at % 8 == 0));
    // SAFETY: the offset was checked, and the array was written by the receive.
    let header = unsafe { *request.Headers.pUnknownHeaders };
    assert_eq!(request.UnknownVerbLength, 5);
    assert_eq!(request.RawUrlLength, 4);
    assert_eq!((header.NameLength, header.RawValueLength), (3, 7));
    for (pointer, text) in [
        (request.pUnknownVerb, &b"xyzzy\0"[..]),
        (request.pRawUrl, b"/raw\0"),
        (header.pName, b"Qux\0"),
        (header.pRawValue, b"foo baz\0"),
        (request.Headers.KnownHeaders[28].pRawValue, b"localhost:"),
    ] {
        assert_eq!(buffer.slice(pointer, text.len()), text);
    }
}

/// Target profile: Windows 10 2004 and later; gap A-11 for the values.
#[test]
fn hdr_016_hdr_018_no_ssl_info_and_a_raw_connection_id_on_clear_text() {
    let w = world();
    let mut client = w.connect();
    client.send(w.get("/"));
    let buffer = receive_next(&w, 0);
    let request = buffer.request();
    assert!(request.Base.pSslInfo.is_null());
    assert_ne!(request.Base.RawConnectionId, 0);
    assert_eq!(request.Base.Headers.TrailerCount, 0);
    assert!(request.Base.Headers.pTrailers.is_null());
}

#[test]
fn rcv_017_rcv_018_without_a_flag_no_chunks_are_given() {
    let w = world();
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 5\r\n") + "ping1");
    let buffer = receive_next(&w, 0);
    let request = &buffer.request().Base;
    assert_eq!((request.Flags, request.EntityChunkCount), (1, 0));
    assert!(request.pEntityChunks.is_null());
}

#[test]
fn rcv_019_rcv_028_bdy_024_copy_body_gives_a_body_that_is_here() {
    let w = world();
    let mut client = w.connect();
    let bytes = w.request("POST", "/", "Content-Length: 5\r\n") + "ping1";
    client.send(&bytes);
    let buffer = receive_next(&w, COPY_BODY);
    let request = &buffer.request().Base;
    assert_eq!((request.Flags, request.EntityChunkCount), (0, 1));
    assert_eq!(request.BytesReceived, bytes.len() as u64);
    let received = buffer.received();
    assert_eq!(received.body, b"ping1");
    let mut rest = [0; 8];
    assert_eq!(raw::read_body(w.queue, received.id, 0, &mut rest, None), 38);
}

#[test]
fn rcv_020_ent_008_copy_body_fills_the_buffer_and_the_rest_is_read() {
    let w = world();
    let body: Vec<u8> = (0..2048_u32).map(|at| (at % 251) as u8).collect();
    let mut client = w.connect();
    let head = w.request("POST", "/", "Content-Length: 2048\r\n");
    client.send([head.as_bytes(), &body].concat());
    let mut buffer = RequestBuffer::new(2000);
    let mut count = 0;
    let code = raw::receive(w.queue, 0, COPY_BODY, &mut buffer, 2000, Some(&mut count));
    assert_eq!((code, count), (0, 2000));
    let received = buffer.received();
    assert_eq!(received.flags, 1);
    assert_eq!(buffer.request().Base.EntityChunkCount, 1);
    let copied = received.body.len();
    assert!(copied > 0 && copied < 2000, "{copied}");
    let mut all = received.body;
    let mut block = [0; 700];
    let mut got = 0;
    while raw::read_body(w.queue, received.id, 0, &mut block, Some(&mut got)) == 0 {
        all.extend_from_slice(&block[..got as usize]);
    }
    assert_eq!(all, body);
}

/// G-039: the call waits for the whole body.
#[test]
fn rcv_021_flush_body_gives_the_whole_body() {
    let w = world();
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 10\r\n") + "01234");
    httpsys_tests::thread::scope(|scope| {
        let receiver = scope.spawn(|| receive_next(&w, FLUSH_BODY).received());
        client.send("56789");
        let received = receiver.join().expect("the receiver");
        assert_eq!(
            (received.flags, &received.body[..]),
            (0, &b"0123456789"[..])
        );
    });
}

#[test]
fn rcv_022_a_misaligned_or_null_buffer_fails_with_998() {
    let w = world();
    let mut client = w.connect();
    client.send(w.get("/x"));
    let mut buffer = RequestBuffer::new(BIG as usize);
    let start = buffer.pointer();
    for offset in 0..8 {
        let request = if offset == 0 {
            ptr::null_mut()
        } else {
            start.wrapping_byte_add(offset)
        };
        // SAFETY: the memory is there, misaligned as it is, and NULL is what the test is about.
        let code = unsafe {
            http::HttpReceiveHttpRequest(
                w.queue.raw(),
                0,
                0,
                request,
                BIG - 8,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        assert_eq!(code, 998, "offset {offset}");
    }
    assert_eq!(w.receive().abs_path, "/x", "nothing was consumed");
}

/// G-036.
#[test]
fn unknown_receive_flags_fail_with_87() {
    let w = world();
    let mut client = w.connect();
    client.send(w.get("/x"));
    let mut buffer = RequestBuffer::new(BIG as usize);
    for flags in [4, 0x80, 0x8000_0000] {
        let code = raw::receive(w.queue, 0, flags, &mut buffer, BIG, None);
        assert_eq!(code, 87, "{flags:#x}");
    }
    assert_eq!(w.receive().abs_path, "/x");
}

#[test]
fn rcv_029_four_kilobytes_are_enough_for_a_usual_request() {
    let w = world();
    let mut client = w.connect();
    client.send(w.request("GET", "/index.html?x=1", "User-Agent: a\r\nAccept: */*\r\n"));
    let mut buffer = RequestBuffer::new(4096);
    assert_eq!(raw::receive(w.queue, 0, 0, &mut buffer, 4096, None), 0);
    assert_eq!(buffer.received().abs_path, "/index.html");
}

/// Every size between the structure and what is needed is 234 and stays in its bounds.
#[test]
fn every_size_that_is_too_small_is_234_and_writes_nothing_beyond_it() {
    let w = world();
    let (_client, id, needed) = short_receive(&w);
    for size in REQUEST_V2..needed {
        let mut buffer = RequestBuffer::new(needed as usize + 64);
        buffer.poison();
        let before = buffer.bytes().to_vec();
        let mut count = 0;
        let code = raw::receive(w.queue, id, 0, &mut buffer, size, Some(&mut count));
        assert_eq!((code, count), (234, needed), "{size}");
        let size = size as usize;
        assert_eq!(&buffer.bytes()[size..], &before[size..], "{size}");
    }
}

/// The size needed is exact for requests of many shapes (G-035).
#[test]
fn the_size_needed_is_exact_for_many_requests() {
    let w = world();
    for length in 0..40 {
        let text = "x".repeat(length);
        let mut client = w.connect();
        let head = format!("X{text}: {text}\r\nAccept: {text}\r\n");
        client.send(w.request(&format!("V{text}"), &format!("/{text}?q{text}"), &head));
        let mut buffer = RequestBuffer::new(BIG as usize);
        let mut needed = 0;
        let code = raw::receive(w.queue, 0, 0, &mut buffer, REQUEST_V2, Some(&mut needed));
        assert_eq!(code, 234);
        let id = buffer.request().Base.RequestId;
        let mut buffer = RequestBuffer::new(needed as usize);
        let code = raw::receive(w.queue, id, 0, &mut buffer, needed - 1, None);
        assert_eq!(code, 234, "{length}");
        let code = raw::receive(w.queue, id, 0, &mut buffer, needed, None);
        assert_eq!(code, 0, "{length}");
        assert_eq!(buffer.received().query, Some(format!("?q{text}")));
        w.respond(id, &Reply::ok()).expect("an answer");
    }
}

#[test]
fn hdr_017_there_is_no_request_information() {
    let w = world();
    let mut client = w.connect();
    client.send(w.get("/"));
    let buffer = receive_next(&w, 0);
    let request = buffer.request();
    assert_eq!(request.RequestInfoCount, 0, "A-11: until one is built");
    assert!(request.pRequestInfo.is_null());
}

/// A program that provides three times the length of its longest URI has room for it.
#[test]
fn lim_023_a_long_uri_takes_about_three_times_its_size() {
    let w = world();
    let path = "/".to_owned() + &"segment/".repeat(200) + "?" + &"q".repeat(8_000);
    let mut client = w.connect();
    client.send(w.get(&path));
    let mut buffer = RequestBuffer::new(BIG as usize);
    let mut needed = 0;
    let code = raw::receive(w.queue, 0, 0, &mut buffer, REQUEST_V2, Some(&mut needed));
    assert_eq!(code, 234);
    let uri = path.len() as u32;
    assert!(needed >= 3 * uri, "{needed} for {uri}");
    assert!(needed < 3 * uri + 2_000, "{needed} for {uri}");
}
