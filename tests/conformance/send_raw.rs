//! HttpSendHttpResponse and HttpSendResponseEntityBody: pointers, flags, chunk types. C only.

use std::ptr;

use httpsys_tests::door::{CAbi, MORE_DATA, Reply, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped, Packet};
use httpsys_tests::raw::{self, CResponse, Handle, memory_chunk};
use windows_sys::Win32::Networking::HttpServer as http;

fn world() -> World<CAbi> {
    World::new()
}

fn leak(reply: Reply) -> &'static Reply {
    Box::leak(Box::new(reply))
}

#[test]
fn sends_with_a_bad_handle_fail_with_6() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    for handle in [0, usize::MAX, w.queue.0 ^ 0x4000_0000] {
        let handle = Handle(handle);
        assert_eq!(raw::respond(handle, request.id, &Reply::ok(), None), 6);
        assert_eq!(raw::send_body(handle, request.id, 0, &[b"x"], None), 6);
    }
    assert_eq!(raw::respond(w.queue, request.id, &Reply::ok(), None), 0);
    client.read_response();
}

#[test]
fn snd_003_an_overlapped_send_completes_with_the_bytes_on_the_wire() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let send = Overlapped::with_event();
    let code = send.respond(w.queue, request.id, leak(Reply::ok().chunk("hello")));
    assert_eq!(code, 0, "it fits");
    let bytes = send.wait_result(w.queue).expect("success");
    let head = client.read_head();
    assert_eq!(bytes as usize, head.len() + 5);
    assert_eq!(client.read_exactly(5), b"hello");
}

#[test]
fn snd_004_an_overlapped_send_posts_a_packet_although_it_returned_0() {
    let w = world();
    let port = CompletionPort::of(w.queue, 0xABC);
    let (mut client, request) = w.received_get("/");
    let send = Overlapped::without_event();
    let code = send.respond(w.queue, request.id, leak(Reply::ok().flags(MORE_DATA)));
    assert_eq!(code, 0, "it fits");
    let head = client.read_head();
    let packet = |overlapped: &Overlapped, bytes| Packet {
        bytes,
        key: 0xABC,
        overlapped: overlapped.pointer() as usize,
        error: 0,
    };
    let length = u32::try_from(head.len()).expect("a short head");
    assert_eq!(port.next(), packet(&send, length));
    let rest = Overlapped::without_event();
    let code = rest.send_body(w.queue, request.id, 0, &[b"foo", b"bar"]);
    assert_eq!(code, 0, "it fits");
    assert_eq!(port.next(), packet(&rest, 6));
    assert_eq!(client.read_exactly(6), b"foobar");
    port.assert_empty();
}

#[test]
fn an_overlapped_send_that_fails_completes_nothing() {
    let w = world();
    let port = CompletionPort::of(w.queue, 1);
    let send = Overlapped::without_event();
    assert_eq!(send.respond(w.queue, 0xDEAD, leak(Reply::ok())), 1229);
    assert_eq!(send.send_body(w.queue, 0xDEAD, 0, &[b"x"]), 1229);
    port.assert_empty();
}

#[test]
fn snd_019_a_second_send_while_one_is_outstanding_fails_with_22() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let much = Reply::ok().chunk(vec![b'x'; 64 << 20]).flags(MORE_DATA);
    let send = Overlapped::with_event();
    assert_eq!(send.respond(w.queue, request.id, leak(much)), 997);
    let second = Overlapped::with_event();
    let code = second.send_body(w.queue, request.id, MORE_DATA, &[b"y"]);
    assert_eq!(code, 22);
    assert!(!second.is_signalled());
    assert_eq!(send.result(w.queue), Err(996), "the first is untouched");
    assert_eq!(raw::cancel(w.queue, request.id), 0);
    send.wait();
    client.read_to_reset();
}

#[test]
fn snd_026_a_large_overlapped_send_completes_when_the_client_has_read() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    const SIZE: usize = 32 << 20;
    let send = Overlapped::with_event();
    let reply = leak(Reply::ok().chunk(vec![b'z'; SIZE]));
    assert_eq!(send.respond(w.queue, request.id, reply), 997);
    let head = client.read_head();
    assert_eq!(send.result(w.queue), Err(996));
    assert_eq!(client.read_exactly(SIZE), reply.chunks[0]);
    let bytes = send.wait_result(w.queue).expect("success");
    assert_eq!(bytes as usize, head.len() + SIZE);
}

/// G-057, G-055.
#[test]
fn a_null_response_and_other_bad_arguments_fail_with_87() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    // SAFETY: NULL is what the test is about.
    let code = unsafe {
        http::HttpSendHttpResponse(
            w.queue.raw(),
            request.id,
            0,
            ptr::null(),
            ptr::null(),
            ptr::null_mut(),
            ptr::null(),
            0,
            ptr::null_mut(),
            ptr::null(),
        )
    };
    assert_eq!(code, 87, "no response");
    let refused = |change: &dyn Fn(&mut http::HTTP_RESPONSE_V2), flags: u32, what: &str| {
        let reply = Reply::ok().chunk("x");
        let mut response = CResponse::new(&reply);
        change(&mut response.value);
        let code = raw::send_response(w.queue, request.id, flags, &response.value, None);
        assert_eq!(code, 87, "{what}");
    };
    refused(&|it| it.Base.StatusCode = 0, 0, "status 0");
    refused(
        &|it| it.Base.pReason = ptr::null(),
        0,
        "a reason without text",
    );
    refused(
        &|it| it.Base.pEntityChunks = ptr::null_mut(),
        0,
        "no chunks",
    );
    refused(
        &|it| it.Base.Headers.UnknownHeaderCount = 1,
        0,
        "no headers",
    );
    refused(
        &|it| it.Base.Headers.KnownHeaders[23].RawValueLength = 4,
        0,
        "a header without text",
    );
    refused(&|it| it.Base.EntityChunkCount = 0, 0x40, "SND-021");
    refused(&|_| {}, 0x8000_0000, "an unknown flag");
    assert_eq!(raw::respond(w.queue, request.id, &Reply::ok(), None), 0);
    client.read_response();
}

#[test]
fn snd_020_more_than_9999_chunks_fail_with_87() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    raw::respond(w.queue, request.id, &Reply::ok().flags(MORE_DATA), None);
    let chunks = vec![memory_chunk(b"x"); 10_000];
    let code = raw::send_chunks(w.queue, request.id, MORE_DATA, &chunks, None);
    assert_eq!(code, 87);
    let mut sent = 0;
    let code = raw::send_chunks(w.queue, request.id, 0, &chunks[..9_999], Some(&mut sent));
    assert_eq!((code, sent), (0, 9_999));
    client.read_head();
    assert_eq!(client.read_exactly(9_999), [b'x'; 9_999]);
}

#[test]
fn snd_021_opaque_with_another_status_than_101_fails_with_87() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok().flags(0x40);
    assert_eq!(raw::respond(w.queue, request.id, &reply, None), 87);
    assert_eq!(raw::respond(w.queue, request.id, &Reply::ok(), None), 0);
    client.read_response();
}

#[test]
fn snd_023_the_flags_have_these_values() {
    assert_eq!(http::HTTP_SEND_RESPONSE_FLAG_DISCONNECT, 1);
    assert_eq!(http::HTTP_SEND_RESPONSE_FLAG_MORE_DATA, 2);
    assert_eq!(http::HTTP_SEND_RESPONSE_FLAG_BUFFER_DATA, 4);
    assert_eq!(http::HTTP_SEND_RESPONSE_FLAG_ENABLE_NAGLING, 8);
    assert_eq!(http::HTTP_SEND_RESPONSE_FLAG_PROCESS_RANGES, 0x20);
    assert_eq!(http::HTTP_SEND_RESPONSE_FLAG_OPAQUE, 0x40);
    assert_eq!(http::HTTP_SEND_RESPONSE_FLAG_GOAWAY, 0x100);
    // Each is taken by the library: a whole response with it arrives.
    let w = world();
    for flags in [0, 1, 4, 8, 0x20, 0x100, 1 | 4 | 8 | 0x100] {
        let (mut client, request) = w.received_get("/");
        let reply = Reply::ok().chunk("x").flags(flags);
        assert_eq!(
            raw::respond(w.queue, request.id, &reply, None),
            0,
            "{flags}"
        );
        assert_eq!(client.read_response().body, b"x");
    }
}

/// The structures may be gone when the send completes (programs.md section 3).
#[test]
fn snd_025_buffered_data_may_be_overwritten_after_the_call() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let head = Reply::ok()
        .header("Content-Length", "2000")
        .flags(MORE_DATA | 4);
    assert_eq!(raw::respond(w.queue, request.id, &head, None), 0);
    for letter in [b'a', b'b'] {
        let mut data = vec![letter; 1000];
        let flags = if letter == b'a' { MORE_DATA | 4 } else { 4 };
        let code = raw::send_body(w.queue, request.id, flags, &[&data], None);
        assert_eq!(code, 0);
        data.fill(b'!');
    }
    let body = client.read_response().body;
    assert_eq!(body, [[b'a'; 1000], [b'b'; 1000]].concat());
}

#[test]
fn snd_029_a_fragment_that_is_not_cached_fails_with_3() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let name = raw::wide(&w.url("/fragment"));
    let chunk = http::HTTP_DATA_CHUNK {
        DataChunkType: http::HttpDataChunkFromFragmentCache,
        Anonymous: http::HTTP_DATA_CHUNK_0 {
            FromFragmentCache: http::HTTP_DATA_CHUNK_0_2 {
                FragmentNameLength: u16::try_from((name.len() - 1) * 2).expect("short"),
                pFragmentName: name.as_ptr(),
            },
        },
    };
    raw::respond(w.queue, request.id, &Reply::ok().flags(MORE_DATA), None);
    let code = raw::send_chunks(w.queue, request.id, 0, &[chunk], None);
    assert_eq!(code, 3);
    client.read_head();
}

/// KnownHeaders[25] by its number.
#[test]
fn rsp_025_retry_after_by_its_slot() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok();
    let mut response = CResponse::new(&reply);
    response.value.Base.Headers.KnownHeaders[25] = http::HTTP_KNOWN_HEADER {
        RawValueLength: 3,
        pRawValue: b"120".as_ptr(),
    };
    let code = raw::send_response(w.queue, request.id, 0, &response.value, None);
    assert_eq!(code, 0);
    assert_eq!(client.read_response().header("Retry-After"), Some("120"));
}

#[test]
fn rsp_022_multiple_known_headers_are_separate_lines_in_order() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let mut values = [&b"a=1"[..], b"b=2", b"c=3"].map(|value| http::HTTP_KNOWN_HEADER {
        RawValueLength: 3,
        pRawValue: value.as_ptr(),
    });
    let mut multiple = http::HTTP_MULTIPLE_KNOWN_HEADERS {
        HeaderId: http::HttpHeaderSetCookie,
        Flags: http::HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER,
        KnownHeaderCount: 3,
        KnownHeaders: values.as_mut_ptr(),
    };
    let mut info = http::HTTP_RESPONSE_INFO {
        Type: http::HttpResponseInfoTypeMultipleKnownHeaders,
        Length: u32::try_from(size_of_val(&multiple)).expect("small"),
        pInfo: (&raw mut multiple).cast(),
    };
    let reply = Reply::ok();
    let mut response = CResponse::new(&reply);
    response.value.ResponseInfoCount = 1;
    response.value.pResponseInfo = &raw mut info;
    let code = raw::send_response(w.queue, request.id, 0, &response.value, None);
    assert_eq!(code, 0);
    let lines: Vec<_> = client
        .read_response()
        .headers
        .into_iter()
        .filter(|(name, _)| name == "Set-Cookie")
        .map(|(_, value)| value)
        .collect();
    assert_eq!(lines, ["a=1", "b=2", "c=3"]);
}

/// Chunk type Trailers, after a head and a body in parts: none of it goes out, and the response goes
/// on. The row does not say what the call returns.
#[test]
fn rsp_031_trailers_are_not_written() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let head = Reply::ok().header("Content-Length", "2").flags(MORE_DATA);
    assert_eq!(raw::respond(w.queue, request.id, &head, None), 0);
    let mut trailer = http::HTTP_UNKNOWN_HEADER {
        NameLength: 5,
        RawValueLength: 5,
        pName: b"X-Sum".as_ptr(),
        pRawValue: b"value".as_ptr(),
    };
    let chunk = http::HTTP_DATA_CHUNK {
        DataChunkType: http::HttpDataChunkTrailers,
        Anonymous: http::HTTP_DATA_CHUNK_0 {
            Trailers: http::HTTP_DATA_CHUNK_0_4 {
                TrailerCount: 1,
                pTrailers: &raw mut trailer,
            },
        },
    };
    raw::send_chunks(w.queue, request.id, MORE_DATA, &[chunk], None);
    assert_eq!(raw::send_body(w.queue, request.id, 0, &[b"ab"], None), 0);
    let response = client.read_response();
    assert_eq!(response.body, b"ab");
    client.send(w.get("/next"));
    assert_eq!(w.receive().connection_id, request.connection_id);
}

/// Trailers that another chunk follows, and further trailers, are refused, and nothing has changed (G-240).
#[test]
fn trailers_that_are_not_the_last_chunk_fail_with_87() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let head = Reply::ok().header("Content-Length", "2").flags(MORE_DATA);
    assert_eq!(raw::respond(w.queue, request.id, &head, None), 0);
    let mut fields = raw::unknown_headers(&[("X-Sum", "value")]);
    let trailers = raw::trailers_chunk(&mut fields);
    for chunks in [
        &[trailers, memory_chunk(b"ab")][..],
        &[memory_chunk(b"ab"), trailers, trailers],
    ] {
        assert_eq!(raw::send_chunks(w.queue, request.id, 0, chunks, None), 87);
    }
    let chunks = [memory_chunk(b"ab"), trailers];
    let send = Overlapped::with_event();
    assert_eq!(send.send_chunks(w.queue, request.id, 0, &chunks), 0);
    assert_eq!(send.wait_result(w.queue), Ok(2));
    assert_eq!(client.read_response().body, b"ab");
}

/// The strongest scheme first, whatever the order given.
#[test]
fn rsp_023_challenges_are_sorted_without_preserve_order() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let texts = [
        "Basic realm=\"x\"",
        "NTLM",
        "Digest nonce=\"1\"",
        "Negotiate",
    ];
    let mut values = texts.map(|text| http::HTTP_KNOWN_HEADER {
        RawValueLength: u16::try_from(text.len()).expect("short"),
        pRawValue: text.as_ptr(),
    });
    let mut multiple = http::HTTP_MULTIPLE_KNOWN_HEADERS {
        HeaderId: http::HttpHeaderWwwAuthenticate,
        Flags: 0,
        KnownHeaderCount: 4,
        KnownHeaders: values.as_mut_ptr(),
    };
    let mut info = http::HTTP_RESPONSE_INFO {
        Type: http::HttpResponseInfoTypeMultipleKnownHeaders,
        Length: u32::try_from(size_of_val(&multiple)).expect("small"),
        pInfo: (&raw mut multiple).cast(),
    };
    let reply = Reply::new(401, "Unauthorized");
    let mut response = CResponse::new(&reply);
    response.value.ResponseInfoCount = 1;
    response.value.pResponseInfo = &raw mut info;
    let code = raw::send_response(w.queue, request.id, 0, &response.value, None);
    assert_eq!(code, 0);
    let head = client.read_response();
    let lines: Vec<_> = head
        .headers
        .iter()
        .filter(|(name, _)| name == "WWW-Authenticate")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(lines, [texts[3], texts[1], texts[2], texts[0]]);
}

/// HTTP_RESPONSE.Version is ignored (PRS-011).
#[test]
fn prs_011_the_version_of_the_response_is_ignored() {
    let w = world();
    for version in [(1, 0), (0, 9), (2, 0), (7, 7)] {
        let (mut client, request) = w.received_get("/");
        let reply = Reply::ok();
        let mut response = CResponse::new(&reply);
        response.value.Base.Version.MajorVersion = version.0;
        response.value.Base.Version.MinorVersion = version.1;
        let code = raw::send_response(w.queue, request.id, 0, &response.value, None);
        assert_eq!(code, 0);
        assert_eq!(client.read_response().status_line, "HTTP/1.1 200 OK");
    }
}

/// A response may carry everything, framing too, in the unknown list (programs.md section 3).
#[test]
fn framing_headers_in_the_unknown_list_are_respected() {
    let w = world();
    let (mut client, request) = w.received_get("/");
    let reply = Reply::ok()
        .unknown_header("Content-Type", "text/plain")
        .unknown_header("Transfer-Encoding", "chunked")
        .chunk("2\r\nhi\r\n0\r\n\r\n");
    assert_eq!(raw::respond(w.queue, request.id, &reply, None), 0);
    let response = client.read_response();
    assert_eq!(response.body, b"hi");
    assert_eq!(response.header("Content-Type"), Some("text/plain"));
}
