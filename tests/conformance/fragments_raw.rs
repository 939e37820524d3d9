//! The fragment cache as C alone shows it: sizes, OVERLAPPED, NULL, and files. C only.

use std::ptr;

use httpsys_tests::door::{CAbi, CachePolicy, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped, Packet};
use httpsys_tests::raw::{self, Handle, memory_chunk};
use windows_sys::Win32::Networking::HttpServer as http;

const KEPT: CachePolicy = CachePolicy::UserInvalidates;

fn world() -> World<CAbi> {
    let w = World::new();
    let chunk = memory_chunk(b"0123456789");
    let added = raw::add_fragment(w.queue, &w.url("/part"), &chunk, KEPT, None);
    assert_eq!(added, 0);
    w
}

/// G-242.
#[test]
fn a_buffer_that_is_too_small_fails_with_234_and_the_size_needed() {
    let w = world();
    let url = w.url("/part");
    for (size, range, needed) in [(9, None, 10), (0, None, 10), (2, Some((1, 3)), 3)] {
        let mut buffer = vec![0xA5; size];
        let mut bytes = 77;
        let code = raw::read_fragment(w.queue, &url, range, &mut buffer, Some(&mut bytes), None);
        assert_eq!((code, bytes), (234, needed), "{size}");
        assert!(
            buffer.iter().all(|byte| *byte == 0xA5),
            "nothing was copied"
        );
    }
    let mut buffer = [0xA5; 12];
    let mut bytes = 77;
    let whole = Some((4, u64::MAX));
    let code = raw::read_fragment(w.queue, &url, whole, &mut buffer, Some(&mut bytes), None);
    assert_eq!((code, bytes), (0, 6), "to the end");
    assert_eq!(buffer[..7], *b"456789\xA5");
}

#[test]
fn overlapped_calls_end_at_once_and_deliver_their_completion() {
    let w = world();
    let url = w.url("/part");
    let port = CompletionPort::of(w.queue, 7);
    let packet = |overlapped: &Overlapped, bytes| Packet {
        bytes,
        key: 7,
        overlapped: overlapped.pointer() as usize,
        error: 0,
    };
    let add = Overlapped::without_event();
    let chunk = memory_chunk(b"abc");
    assert_eq!(
        raw::add_fragment(w.queue, &url, &chunk, KEPT, Some(&add)),
        0
    );
    assert_eq!(port.next(), packet(&add, 0));
    let read = Overlapped::without_event();
    let mut buffer = [0; 4];
    let code = raw::read_fragment(w.queue, &url, None, &mut buffer, None, Some(&read));
    assert_eq!(code, 0);
    assert_eq!(port.next(), packet(&read, 3));
    assert_eq!(buffer, *b"abc\0");
    let flush = Overlapped::without_event();
    assert_eq!(raw::flush_cache(w.queue, &url, 0, Some(&flush)), 0);
    assert_eq!(port.next(), packet(&flush, 0));
    // What fails completes nothing.
    let failed = Overlapped::without_event();
    let code = raw::read_fragment(w.queue, &url, None, &mut buffer, None, Some(&failed));
    assert_eq!(code, 3);
    let code = raw::add_fragment(w.queue, "x", &chunk, KEPT, Some(&failed));
    assert_eq!(code, 87);
    assert_eq!(raw::flush_cache(w.queue, &url, 2, Some(&failed)), 87);
    port.assert_empty();
}

#[test]
fn bad_arguments_fail_and_change_nothing() {
    let w = world();
    let url = w.url("/part");
    let wide = raw::wide(&url);
    let (chunk, policy) = (memory_chunk(b"new"), raw::cache_policy(KEPT));
    let mut unknown = policy;
    unknown.Policy = 3;
    let mut buffer = [0_u8; 16];
    let mut bytes = 0;
    // SAFETY: NULL is what the test is about; everything else outlives the calls.
    let codes = unsafe {
        let (queue, none) = (w.queue.raw(), ptr::null_mut());
        let place = buffer.as_mut_ptr().cast();
        [
            http::HttpAddFragmentToCache(queue, ptr::null(), &chunk, &policy, none),
            http::HttpAddFragmentToCache(queue, wide.as_ptr(), ptr::null(), &policy, none),
            http::HttpAddFragmentToCache(queue, wide.as_ptr(), &chunk, ptr::null(), none),
            http::HttpAddFragmentToCache(queue, wide.as_ptr(), &chunk, &unknown, none),
            http::HttpReadFragmentFromCache(
                queue,
                ptr::null(),
                ptr::null(),
                place,
                16,
                &mut bytes,
                none,
            ),
            http::HttpReadFragmentFromCache(
                queue,
                wide.as_ptr(),
                ptr::null(),
                place,
                16,
                ptr::null_mut(),
                none,
            ),
            http::HttpReadFragmentFromCache(
                queue,
                wide.as_ptr(),
                ptr::null(),
                ptr::null_mut(),
                16,
                &mut bytes,
                none,
            ),
            http::HttpFlushResponseCache(queue, ptr::null(), 0, none),
            http::HttpFlushResponseCache(queue, wide.as_ptr(), 2, none),
        ]
    };
    assert_eq!(codes, [87; 9]);
    let mut fields = raw::unknown_headers(&[("a", "b")]);
    let trailers = raw::trailers_chunk(&mut fields);
    assert_eq!(raw::add_fragment(w.queue, &url, &trailers, KEPT, None), 87);
    let no_queue = Handle(w.queue.0 ^ 0x4000_0000);
    assert_eq!(raw::add_fragment(no_queue, &url, &chunk, KEPT, None), 6);
    assert_eq!(raw::flush_cache(no_queue, &url, 0, None), 6);
    let code = raw::read_fragment(no_queue, &url, None, &mut buffer, Some(&mut bytes), None);
    assert_eq!(code, 6);
    let code = raw::read_fragment(w.queue, &url, None, &mut buffer, Some(&mut bytes), None);
    assert_eq!((code, &buffer[..10]), (0, &b"0123456789"[..]));
}

/// An overlapped send that the socket does not take at once keeps its fragment.
#[test]
fn an_overlapped_send_keeps_its_fragment() {
    const SIZE: usize = 8 << 20;
    let w = world();
    let url = w.url("/large");
    let body = vec![b'f'; SIZE];
    let code = raw::add_fragment(w.queue, &url, &memory_chunk(&body), KEPT, None);
    assert_eq!(code, 0);
    let (mut client, request) = w.received_get("/");
    let head = httpsys_tests::door::Reply::ok().flags(httpsys_tests::door::MORE_DATA);
    assert_eq!(raw::respond(w.queue, request.id, &head, None), 0);
    let mut names = Vec::new();
    let piece = httpsys_tests::door::CachePiece::Fragment(&url);
    let chunks = raw::chunks_of(&[piece], &mut names);
    let send = Overlapped::with_event();
    assert_eq!(send.send_chunks(w.queue, request.id, 0, &chunks), 997);
    drop((chunks, names));
    assert_eq!(raw::flush_cache(w.queue, &url, 0, None), 0);
    client.read_head();
    assert!(client.read_exactly(SIZE) == body);
    assert_eq!(send.wait_result(w.queue), Ok(SIZE as u32));
}
