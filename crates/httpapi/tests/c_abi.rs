//! The C functions without OVERLAPPED, called as a program would.
//!
//! Owns the checks of codes, byte counts and contents of the rows named in the tests. Does not own
//! what is on the wire in detail (the conformance tests). Threading: tests run in parallel, each
//! with a server of its own.
#![cfg(not(windows))]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::ptr::{null, null_mut};

use httpapi::api::cancel::HttpCancelHttpRequest;
use httpapi::api::receive_entity_body::HttpReceiveRequestEntityBody;
use httpapi::api::receive_request::HttpReceiveHttpRequest;
use httpapi::api::request_queue::*;
use httpapi::api::send_response::{HttpSendHttpResponse, HttpSendResponseEntityBody};
use httpapi::api::server_session::*;
use httpapi::api::url::*;
use httpapi::api::url_group::*;
use httpapi::types::*;
use httpsys_win32::{close, insert};
use support::*;

fn create_queue(name: Option<&str>, flags: u32) -> (u32, HANDLE) {
    initialize();
    let name = name.map(wide);
    let name = name.as_ref().map_or(null(), |name| name.as_ptr());
    let mut queue = null_mut();
    // SAFETY: the pointers are good for the call.
    let code =
        unsafe { HttpCreateRequestQueue(HTTPAPI_VERSION_2, name, null(), flags, &mut queue) };
    (code, queue)
}

#[test]
fn ses_005_to_ses_013_sessions_and_groups() {
    initialize();
    let version = |major, minor| HTTPAPI_VERSION {
        HttpApiMajorVersion: major,
        HttpApiMinorVersion: minor,
    };
    let (mut session, mut group) = (0, 0xdead);
    // SAFETY: the pointers are good for each call, or NULL.
    unsafe {
        assert_eq!(HttpCreateServerSession(version(1, 0), null_mut(), 0), 87);
        assert_eq!(
            HttpCreateServerSession(version(1, 1), &mut session, 0),
            1306
        );
        assert_eq!(
            HttpCreateServerSession(version(3, 0), &mut session, 0),
            1306
        );
        assert_eq!(HttpCreateServerSession(version(2, 0), &mut session, 1), 87);
        assert_eq!(HttpCreateServerSession(version(1, 0), &mut session, 0), 0);
        assert_eq!(HttpCloseServerSession(session), 0);
        assert_eq!(HttpCloseServerSession(0xdead), 87);
        assert_eq!(HttpCreateUrlGroup(0, &mut group, 0), 87);
        assert_eq!(group, 0xdead);
        assert_eq!(HttpCreateServerSession(version(2, 0), &mut session, 0), 0);
        assert_eq!(HttpCreateUrlGroup(session, null_mut(), 0), 87);
        assert_eq!(HttpCreateUrlGroup(session, &mut group, 0), 0);
        assert_ne!(group, 0);
        assert_eq!(HttpCloseServerSession(session), 0);
        assert_eq!(HttpCloseUrlGroup(group), 87);
    }
}

#[test]
fn ses_014_to_ses_023_queues_of_both_versions() {
    initialize();
    let (mut one, mut two) = (null_mut(), null_mut());
    // SAFETY: the pointers are good for each call, or NULL.
    unsafe {
        assert_eq!(HttpCreateHttpHandle(null_mut(), 0), 87);
        assert_eq!(HttpCreateHttpHandle(&mut one, 0), 0);
        assert_eq!(HttpCreateHttpHandle(&mut two, 0), 0);
        let code = HttpCreateRequestQueue(HTTPAPI_VERSION_1, null(), null(), 0, &mut two);
        assert_eq!(code, 1306);
        let code = HttpCreateRequestQueue(HTTPAPI_VERSION_2, null(), null(), 0, null_mut());
        assert_eq!(code, 87);
    }
    assert!(!one.is_null() && !two.is_null() && one != two);
    assert!(close(one) && close(two) && !close(one));
    assert_eq!(create_queue(None, 4).0, 87);
    assert_eq!(create_queue(None, 1).0, 87);
    assert_eq!(create_queue(Some("missing"), 1).0, 2);
    assert_eq!(create_queue(Some("a\\b"), 0).0, 123);
    assert_eq!(create_queue(Some(&"n".repeat(261)), 0).0, 87);
    assert_eq!(create_queue(Some("both"), 3).0, 87);
}

#[test]
fn ses_017_and_ses_022_named_queues_and_controllers() {
    let (code, controller) = create_queue(Some("controlled"), 2);
    assert_eq!(code, 0);
    assert_eq!(create_queue(Some("controlled"), 0).0, 183);
    let (code, worker) = create_queue(Some("controlled"), 1);
    assert_eq!(code, 0);
    let mut buffer = RequestMemory::new(4096);
    let server = |queue| Server {
        queue,
        port: 0,
        group: 0,
        session: 0,
    };
    assert_eq!(server(controller).receive(0, 0, &mut buffer).0, 5);
    assert_eq!(server(controller).respond(1, 0, &[]).0, 5);
    assert_eq!(server(worker).receive(1, 0, &mut buffer).0, 1229);
    // SAFETY: no pointers.
    unsafe {
        assert_eq!(HttpCloseRequestQueue(worker), 0);
        assert_eq!(HttpCloseRequestQueue(worker), 6);
        assert_eq!(HttpCloseRequestQueue(controller), 0);
        assert_eq!(HttpCloseRequestQueue(null_mut()), 6);
    }
    assert_eq!(create_queue(Some("controlled"), 1).0, 2);
}

#[test]
fn pfx_016_pfx_017_and_pfx_023_bad_handles() {
    let server = Server::version_1();
    let url = wide(&format!("http://localhost:{}/x/", server.port));
    let version_2 = Server::version_2();
    // SAFETY: the pointers are good for each call, or NULL.
    unsafe {
        assert_eq!(HttpAddUrl(null_mut(), url.as_ptr(), null()), 6);
        assert_eq!(HttpRemoveUrl(null_mut(), url.as_ptr()), 87);
        assert_eq!(HttpAddUrl(server.queue, null(), null()), 87);
        assert_eq!(HttpAddUrl(server.queue, url.as_ptr(), null()), 0);
        assert_eq!(HttpAddUrl(server.queue, url.as_ptr(), null()), 183);
        assert_eq!(HttpRemoveUrl(server.queue, url.as_ptr()), 0);
        assert_eq!(HttpRemoveUrl(server.queue, url.as_ptr()), 2);
        assert_eq!(HttpAddUrl(version_2.queue, url.as_ptr(), null()), 87);
        assert!(close(server.queue));
        assert_eq!(HttpAddUrl(server.queue, url.as_ptr(), null()), 6);
        assert_eq!(HttpRemoveUrl(server.queue, url.as_ptr()), 6);
    }
    // SES-023: a version 1 handle is not for groups.
    assert_eq!(bind(version_2.group, Server::version_1().queue), 87);
}

#[test]
fn pfx_026_remove_all_wants_a_null_url() {
    let server = Server::version_2();
    let url = wide(&format!("http://localhost:{}/", server.port));
    // SAFETY: the pointers are good for each call, or NULL.
    unsafe {
        assert_eq!(HttpRemoveUrlFromUrlGroup(server.group, url.as_ptr(), 1), 87);
        assert_eq!(HttpRemoveUrlFromUrlGroup(server.group, null(), 0), 87);
        assert_eq!(HttpRemoveUrlFromUrlGroup(server.group, null(), 2), 87);
        assert_eq!(HttpRemoveUrlFromUrlGroup(server.group, null(), 1), 0);
        assert_eq!(HttpRemoveUrlFromUrlGroup(server.group, url.as_ptr(), 0), 2);
    }
}

#[test]
fn g_104_and_g_105_binding_is_checked() {
    struct Other;
    impl httpsys_win32::Object for Other {}

    let server = Server::version_2();
    let other = insert(std::sync::Arc::new(Other));
    assert_eq!(bind(server.group, other), 87);
    assert!(close(other));
    assert_eq!(bind(server.group, other), 6);
    assert_eq!(bind(server.group, null_mut()), 0);
    assert_eq!(bind(server.group, server.queue), 0);
    assert_eq!(bind(0xdead, server.queue), 87);
    let word = [0_u64; 4];
    let set = |property, first: *const u64, length| {
        // SAFETY: at least as long as said, or NULL.
        unsafe { HttpSetUrlGroupProperty(server.group, property, first.cast(), length) }
    };
    assert_eq!(set(HttpServerBindingProperty, word.as_ptr(), 8), 87);
    assert_eq!(set(HttpServerBindingProperty, null(), 16), 87);
    // G-105: the length is exactly that of the structure.
    assert_eq!(set(HttpServerTimeoutsProperty, word.as_ptr(), 16), 87);
    assert_eq!(set(HttpServerTimeoutsProperty, word.as_ptr(), 20), 0);
    assert_eq!(set(HttpServerDelegationProperty, word.as_ptr(), 16), 50);
    assert_eq!(set(HttpServerQueueLengthProperty, word.as_ptr(), 4), 87);
}

#[test]
fn rcv_001_to_rcv_003_bad_handles_and_ids() {
    let server = Server::version_1();
    let nobody = Server {
        queue: null_mut(),
        ..server
    };
    let mut buffer = RequestMemory::new(4096);
    assert_eq!(nobody.receive(0, 0, &mut buffer).0, 6);
    assert_eq!(server.receive(0xdead_beef, 0, &mut buffer).0, 1229);
    assert_eq!(server.receive(0, 0x80, &mut buffer).0, 87);
    let (mut stream, id) = server.exchange();
    assert_eq!(server.respond(id, 0, &[b"pong"]).0, 0);
    assert_eq!(read_response(&mut stream).1, b"pong");
    assert_eq!(server.receive(id, 0, &mut buffer).0, 1229);
    assert_eq!(server.respond(id, 0, &[b"pong"]).0, 1229);
    assert_eq!(server.respond(0xdead_beef, 0, &[b"pong"]).0, 1229);
}

#[test]
fn rcv_008_to_rcv_012_short_buffers() {
    for (server, fixed) in [(Server::version_1(), V1), (Server::version_2(), V2)] {
        let _stream = server.request("GET / HTTP/1.1\r\nX-Unknown: value", b"");
        // Nothing is consumed by a call that cannot succeed.
        let (code, bytes) = server.receive(0, 0, &mut RequestMemory::new(fixed - 1));
        assert_eq!((code, bytes), (122, 0));
        let mut small = RequestMemory::new(fixed);
        let (code, needed) = server.receive(0, 0, &mut small);
        assert_eq!(code, 234);
        assert!(needed > fixed);
        let request = small.request();
        assert_eq!(
            (request.Version.MajorVersion, request.BytesReceived),
            (0, 0)
        );
        assert_ne!((request.RequestId, request.ConnectionId), (0, 0));
        let id = request.RequestId;
        let mut short = RequestMemory::new(needed - 1);
        assert_eq!(server.receive(id, 0, &mut short), (234, needed));
        assert_eq!(short.request().RequestId, id);
        let mut exact = RequestMemory::new(needed);
        assert_eq!(server.receive(id, 0, &mut exact), (0, needed));
        assert_eq!(exact.request().Headers.UnknownHeaderCount, 1);
        // RCV-023: it is handed over whole.
        assert_eq!(server.receive(id, 0, &mut exact).0, 38);
    }
}

#[test]
fn rcv_022_misaligned_and_unreachable_buffers_are_refused() {
    let server = Server::version_2();
    let mut buffer = RequestMemory::new(4096);
    let odd = buffer.first().cast::<u8>().wrapping_add(4).cast();
    let last = (usize::MAX & !7) as *mut HTTP_REQUEST_V2;
    for bad in [odd, null_mut(), 64 as *mut HTTP_REQUEST_V2, last] {
        // SAFETY: refused, or within the buffer.
        let code = unsafe {
            HttpReceiveHttpRequest(server.queue, 0, 0, bad, 4000, null_mut(), null_mut())
        };
        assert_eq!(code, 998, "{bad:?}");
    }
}

#[test]
fn rcv_017_to_rcv_020_and_ent_007_bodies() {
    let server = Server::version_1();
    let mut out = [0; 4096];
    let mut buffer = RequestMemory::new(2000);

    let _first = server.request("POST / HTTP/1.1\r\nContent-Length: 5", b"hello");
    assert_eq!(server.receive(0, 0, &mut buffer).0, 0);
    let request = buffer.request();
    assert_eq!((request.Flags, request.EntityChunkCount), (1, 0));
    assert_eq!(server.read(request.RequestId, 0, &mut out), (0, 5));
    assert_eq!(server.read(request.RequestId, 0, &mut out), (38, 0));

    let mut second = server.request("POST / HTTP/1.1\r\nContent-Length: 5", b"");
    second.write_all(b"hello").unwrap();
    assert_eq!(server.receive(0, 2, &mut buffer).0, 0);
    assert_eq!(
        (buffer.request().Flags, buffer.body()),
        (0, b"hello".to_vec())
    );
    assert_eq!(
        server.read(buffer.request().RequestId, 0, &mut out),
        (38, 0)
    );

    let body: Vec<u8> = (0..2048_u32).map(|n| n as u8).collect();
    let _third = server.request("POST / HTTP/1.1\r\nContent-Length: 2048", &body);
    assert_eq!(server.receive(0, 2, &mut buffer), (0, 2000));
    let start = buffer.body();
    assert!(!start.is_empty() && start.len() < 2000 && buffer.request().Flags == 1);
    let mut whole = start;
    loop {
        let (code, bytes) = server.read(buffer.request().RequestId, 0, &mut out[..100]);
        if code == 38 {
            break;
        }
        assert_eq!(code, 0);
        whole.extend_from_slice(&out[..bytes as usize]);
    }
    assert_eq!(whole, body);
}

#[test]
fn rcv_019_copy_body_takes_what_is_here() {
    let server = Server::version_2();
    let body = vec![b'x'; 3000];
    let _stream = server.request(
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
        b"3\r\nabc\r\n0\r\n\r\n",
    );
    let mut buffer = RequestMemory::new(8192);
    // The head and these few bytes are one segment on the loopback.
    assert_eq!(server.receive(0, 1, &mut buffer).0, 0);
    assert_eq!(
        (buffer.request().Flags, buffer.body()),
        (0, b"abc".to_vec())
    );

    let _stream = server.request("POST / HTTP/1.1\r\nContent-Length: 3000", &body);
    let mut buffer = RequestMemory::new(1500);
    let (code, bytes) = server.receive(0, 1, &mut buffer);
    assert_eq!((code, buffer.request().Flags), (0, 1));
    assert!(bytes <= 1500 && buffer.body().iter().all(|byte| *byte == b'x'));
}

#[test]
fn g_038_copy_body_without_a_byte_returns_at_once() {
    let server = Server::version_2();
    let _stream = server.request("POST / HTTP/1.1\r\nContent-Length: 10", b"");
    let mut buffer = RequestMemory::new(4096);
    assert_eq!(server.receive(0, 1, &mut buffer).0, 0);
    assert_eq!(
        (buffer.request().Flags, buffer.request().EntityChunkCount),
        (1, 0)
    );
}

#[test]
fn ent_001_to_ent_013_reads() {
    let server = Server::version_1();
    let nobody = Server {
        queue: null_mut(),
        ..server
    };
    let mut out = [0; 64];
    assert_eq!(nobody.read(1, 0, &mut out).0, 6);
    assert_eq!(server.read(0, 0, &mut out).0, 1229);
    assert_eq!(server.read(1, 2, &mut out).0, 87);
    let mut stream = server.request("POST / HTTP/1.1\r\nContent-Length: 5", b"pinko");
    let mut buffer = RequestMemory::new(4096);
    assert_eq!(server.receive(0, 0, &mut buffer).0, 0);
    let id = buffer.request().RequestId;
    assert_eq!(server.read(id, 0, &mut []), (234, 1));
    assert_eq!(server.read(id, 0, &mut out[..2]), (0, 2));
    // SAFETY: the buffer has the length; no byte count is wanted.
    let code = unsafe {
        let first = out[2..].as_mut_ptr().cast();
        HttpReceiveRequestEntityBody(server.queue, id, 0, first, 1, null_mut(), null_mut())
    };
    assert_eq!(code, 0);
    assert_eq!(server.read(id, 1, &mut out[3..7]), (0, 2));
    assert_eq!(&out[..5], b"pinko");
    assert_eq!(server.read(id, 0, &mut out), (38, 0));
    // SAFETY: NULL is refused.
    let code = unsafe {
        HttpReceiveRequestEntityBody(server.queue, id, 0, null_mut(), 1, null_mut(), null_mut())
    };
    assert_eq!(code, 87);
    assert_eq!(server.respond(id, 0, &[]).0, 0);
    read_response(&mut stream);
    assert_eq!(server.read(id, 0, &mut out).0, 1229);
}

#[test]
fn snd_005_snd_006_and_snd_013_to_snd_015_byte_counts_and_ends() {
    let server = Server::version_2();
    let (mut stream, id) = server.exchange();
    let (code, bytes) = server.respond(id, 2, &[b"pong", b"pang"]);
    assert_eq!(code, 0);
    assert_eq!(server.send_body(id, 2, &[]), (0, 0));
    assert_eq!(server.send_body(id, 2, &[b"foo", b"", b"bar"]), (0, 6));
    assert_eq!(server.send_body(id, 0, &[]), (0, 0));
    assert_eq!(server.send_body(id, 0, &[]).0, 1229);
    let mut wire = vec![0; bytes as usize + 6];
    stream.read_exact(&mut wire).unwrap();
    assert!(wire.ends_with(b"\r\n\r\npongpangfoobar"));
}

#[test]
fn snd_020_to_snd_023_flags_and_arguments() {
    let server = Server::version_2();
    let (mut stream, id) = server.exchange();
    for flags in [0x10, 0x80, 0x200, 0x8000_0000, 0x40] {
        assert_eq!(server.respond(id, flags, &[]).0, 87, "{flags:#x}");
    }
    assert_eq!(
        server
            .send(id, 0x40, &response(101, b"Switching Protocols"))
            .0,
        87,
        "OPAQUE without MORE_DATA"
    );
    assert_eq!(server.send(id, 0, &response(0, b"")).0, 87);
    assert_eq!(server.send_body(id, 0x40, &[]).0, 87);
    assert_eq!(
        server.send_body(id, 0, &vec![b"x".as_slice(); 10_000]).0,
        87
    );
    // G-056: no head yet.
    assert_eq!(server.send_body(id, 0, &[b"x"]).0, 87);
    // SAFETY: NULL is refused.
    unsafe {
        let code = HttpSendHttpResponse(
            server.queue,
            id,
            0,
            null(),
            null(),
            null_mut(),
            null(),
            0,
            null_mut(),
            null(),
        );
        assert_eq!(code, 87);
        let code = HttpSendResponseEntityBody(
            server.queue,
            id,
            0,
            1,
            null(),
            null_mut(),
            null(),
            0,
            null_mut(),
            null(),
        );
        assert_eq!(code, 87);
    }
    // None of that has touched the request.
    assert_eq!(server.respond(id, 4 | 8, &[b"pong"]).0, 0);
    assert_eq!(read_response(&mut stream).1, b"pong");
}

#[test]
fn cxl_001_cancel_resets_the_connection_and_voids_the_id() {
    let server = Server::version_1();
    let (mut stream, id) = server.exchange();
    // SAFETY: no pointers.
    let code = unsafe { HttpCancelHttpRequest(null_mut(), id, null_mut()) };
    assert_eq!(code, 6);
    assert_eq!(server.cancel(0), 1229);
    assert_eq!(server.cancel(id ^ 1), 1229);
    assert_eq!(server.cancel(id), 0);
    assert_eq!(server.cancel(id), 1229);
    assert_eq!(server.respond(id, 0, &[b"late"]).0, 1229);
    let error = stream.read(&mut [0; 8]).expect_err("reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn g_065_a_request_of_which_only_the_id_was_received_can_be_cancelled() {
    let server = Server::version_1();
    let mut stream = server.request("GET / HTTP/1.1", b"");
    let mut buffer = RequestMemory::new(V1);
    assert_eq!(server.receive(0, 0, &mut buffer).0, 234);
    assert_eq!(server.cancel(buffer.request().RequestId), 0);
    assert!(stream.read(&mut [0; 8]).is_err());
}

#[test]
fn shd_002_to_shd_005_shutdown_and_close() {
    let server = Server::version_2();
    let (mut stream, id) = server.exchange();
    let waiting = std::thread::spawn(move || {
        let server = server;
        server.receive(0, 0, &mut RequestMemory::new(4096)).0
    });
    // Whether the receive waits already or comes later, it must not succeed (RCV-007, G-075).
    // SAFETY: no pointers.
    assert_eq!(unsafe { HttpShutdownRequestQueue(server.queue) }, 0);
    assert!([995, 6].contains(&waiting.join().unwrap()));
    assert_eq!(server.receive(0, 0, &mut RequestMemory::new(4096)).0, 6);
    assert_eq!(server.respond(id, 0, &[b"still"]).0, 0);
    assert_eq!(read_response(&mut stream).1, b"still");
    // A handle of version 2 given to CloseHandle is closed like by HttpCloseRequestQueue.
    assert!(close(server.queue));
    // SAFETY: no pointers.
    unsafe {
        assert_eq!(HttpCloseRequestQueue(server.queue), 6);
        assert_eq!(HttpShutdownRequestQueue(server.queue), 6);
        assert_eq!(HttpCloseUrlGroup(server.group), 0);
        assert_eq!(HttpCloseServerSession(server.session), 0);
    }
}
