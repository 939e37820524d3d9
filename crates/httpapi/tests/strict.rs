//! Strict mode at the C ABI: each misuse is a line, and correct programs have none.
//!
//! Owns: the kinds that C can show. Does not own those of the Rust API (`httpsys-sim`), nor environment variables
//! (`tests/programs`). Threading: one test at a time, since the findings are the process's.
#![cfg(not(windows))]

mod support;

use std::ffi::c_char;
use std::io::Read;
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use httpapi::api::initialize::{HttpInitialize, HttpTerminate};
use httpapi::api::request_queue::HttpCloseRequestQueue;
use httpapi::api::server_session::HttpCloseServerSession;
use httpapi::api::strict::{HttpsysClearFindings, HttpsysReadFindings};
use httpapi::api::url_group::{HttpCloseUrlGroup, HttpSetUrlGroupProperty};
use httpapi::types::*;
use support::operation::Operation;
use support::*;

/// The process in strict mode, for one test.
struct Strict(#[allow(dead_code, reason = "held")] MutexGuard<'static, ()>);

impl Strict {
    fn begin() -> Strict {
        static TURN: Mutex<()> = Mutex::new(());
        static ONCE: Once = Once::new();
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the other threads of this process wait for their turn.
        ONCE.call_once(|| unsafe { std::env::set_var("HTTPSYS_STRICT", "collect") });
        initialize();
        // SAFETY: no pointers.
        assert_eq!(unsafe { HttpsysClearFindings() }, 0);
        Strict(turn)
    }

    /// The findings so far, which are forgotten.
    fn lines(&self) -> Vec<String> {
        let mut needed = 0;
        // SAFETY: no buffer, and a place that outlives the call.
        let code = unsafe { HttpsysReadFindings(null_mut(), 0, &mut needed) };
        assert_eq!(code, 234);
        let mut text = vec![0_u8; needed as usize];
        let first = text.as_mut_ptr().cast::<c_char>();
        // SAFETY: as long as the call is told.
        unsafe {
            assert_eq!(HttpsysReadFindings(first, needed, &mut needed), 0);
            assert_eq!(HttpsysClearFindings(), 0);
        }
        assert_eq!(text.pop(), Some(0));
        let text = String::from_utf8(text).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Exactly one finding, whose line begins so.
    fn one(&self, begin: &str) -> String {
        let lines = self.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(begin), "{lines:?}");
        lines[0].clone()
    }
}

impl Drop for Strict {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.lines(), [""; 0]);
        }
    }
}

/// Closes what [`Server::version_2`] has made, in the documented order (SES-029).
fn close(server: Server) {
    // SAFETY: no pointers.
    unsafe {
        assert_eq!(HttpCloseUrlGroup(server.group), 0);
        assert_eq!(HttpCloseServerSession(server.session), 0);
        assert_eq!(HttpCloseRequestQueue(server.queue), 0);
    }
}

#[test]
fn snd_033_an_id_after_its_last_send_is_named_with_the_call() {
    let strict = Strict::begin();
    let server = Server::version_2();
    let (_stream, id) = server.exchange();
    assert_eq!(server.respond(id, 0, &[b"pong"]).0, 0);
    assert_eq!(server.read(id, 0, &mut [0; 8]).0, 1229);
    strict.one("RequestIdAfterLastSend: HttpReceiveRequestEntityBody(RequestId 0x");
    assert_eq!(server.send_body(id, 0, &[b"more"]).0, 1229);
    strict.one("RequestIdAfterLastSend: HttpSendResponseEntityBody(RequestId 0x");
    assert_eq!(server.receive(id, 0, &mut RequestMemory::new(4096)).0, 1229);
    strict.one("RequestIdAfterLastSend: HttpReceiveHttpRequest(RequestId 0x");
    // Who cancels cannot know that it is late, and an id that never was has no last send.
    assert_eq!(server.cancel(id), 1229);
    assert_eq!(server.respond(0x1234, 0, &[]).0, 1229);
    close(server);
}

#[test]
fn a_content_length_that_the_body_does_not_have_is_named() {
    let strict = Strict::begin();
    let server = Server::version_2();
    let (_stream, id) = server.exchange();
    let mut response = response(200, b"OK");
    let length = &mut response.Base.Headers.KnownHeaders[11];
    (length.pRawValue, length.RawValueLength) = (b"10".as_ptr(), 2);
    // HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
    assert_eq!(server.send(id, 2, &response).0, 0);
    assert_eq!(server.send_body(id, 0, &[b"hello"]).0, 0);
    let line = strict.one("ContentLengthMismatch: HttpSendResponseEntityBody(");
    assert!(line.contains("Content-Length 10, bytes given 5)"), "{line}");
    close(server);
}

#[test]
fn shd_007_requests_that_are_open_when_their_queue_closes_are_named() {
    let strict = Strict::begin();
    let server = Server::version_2();
    let ((_first, unanswered), (_second, begun)) = (server.exchange(), server.exchange());
    assert_eq!(server.respond(begun, 2, &[b"part"]).0, 0);
    close(server);
    let lines = strict.lines();
    let of = |kind: &str, id: u64| {
        let begin = format!("{kind}: HttpCloseRequestQueue(queue ");
        let (begin, end) = (begin.as_str(), format!("RequestId {id:#x})"));
        lines
            .iter()
            .any(|line| line.starts_with(begin) && line.contains(&end))
    };
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        of("RequestUnanswered", unanswered) && of("ResponseNotEnded", begun),
        "{lines:?}"
    );
}

#[test]
fn ses_029_what_is_open_at_http_terminate_is_named() {
    let strict = Strict::begin();
    close(Server::version_2());
    let terminate = || {
        // SAFETY: NULL.
        unsafe {
            assert_eq!(HttpTerminate(HTTP_INITIALIZE_SERVER, null_mut()), 0);
            let version = HTTPAPI_VERSION_2;
            assert_eq!(
                HttpInitialize(version, HTTP_INITIALIZE_SERVER, null_mut()),
                0
            );
        }
    };
    terminate();
    assert_eq!(strict.lines(), [""; 0], "all is closed");
    let server = Server::version_2();
    let _version_1 = Server::version_1();
    let (_stream, _id) = server.exchange();
    terminate();
    let lines = strict.lines();
    let of = |begin: &str| lines.iter().filter(|line| line.starts_with(begin)).count();
    assert_eq!(
        of("HandleLeaked: HttpTerminate(server session 0x"),
        1,
        "{lines:?}"
    );
    assert_eq!(
        of("HandleLeaked: HttpTerminate(URL group 0x"),
        1,
        "{lines:?}"
    );
    assert_eq!(
        of("HandleLeaked: HttpTerminate(request queue 0x"),
        2,
        "{lines:?}"
    );
    assert_eq!(
        of("RequestUnanswered: HttpTerminate(queue 0x"),
        1,
        "{lines:?}"
    );
    assert_eq!(lines.len(), 5);
}

#[test]
fn rcv_008_rcv_022_g_105_buffers_of_the_wrong_size_or_place_are_named() {
    let strict = Strict::begin();
    let server = Server::version_2();
    assert_eq!(server.receive(0, 0, &mut RequestMemory::new(V1)).0, 122);
    let line = strict.one("WrongSize: HttpReceiveHttpRequest(RequestBufferLength is ");
    assert!(line.contains(&format!("less than the {V2} of")), "{line}");
    let mut memory = RequestMemory::new(4096);
    let inside = memory.first().cast::<u8>().wrapping_add(4).cast();
    let queue = server.queue;
    // SAFETY: refused before it is used.
    let code = unsafe {
        use httpapi::api::receive_request::HttpReceiveHttpRequest;
        HttpReceiveHttpRequest(queue, 0, 0, inside, 2048, null_mut(), null_mut())
    };
    assert_eq!(code, 998);
    strict.one("Misaligned: HttpReceiveHttpRequest(");
    let (group, value) = (server.group, [0_u8; 3]);
    // SAFETY: refused before it is used.
    let code = unsafe { HttpSetUrlGroupProperty(group, 0, value.as_ptr().cast(), 3) };
    assert_eq!(code, 87);
    strict.one("WrongSize: HttpSetUrlGroupProperty(PropertyInformationLength is 3, not ");
    close(server);
}

/// What a program has that was compiled for version 1: its chunk lies right behind the response.
#[repr(C)]
struct OnTheStack {
    response: HTTP_RESPONSE_V1,
    chunk: HTTP_DATA_CHUNK,
}

#[test]
fn a_response_of_version_1_on_a_queue_of_version_2_is_named() {
    let strict = Strict::begin();
    for server in [Server::version_1(), Server::version_2()] {
        let (_stream, id) = server.exchange();
        let mut stack = OnTheStack {
            response: response(200, b"OK").Base,
            chunk: chunks(&[b"hello"])[0],
        };
        stack.response.EntityChunkCount = 1;
        stack.response.pEntityChunks = &raw mut stack.chunk;
        let first = (&raw const stack).cast::<HTTP_RESPONSE_V2>();
        // SAFETY: as large as both versions.
        let sent = server.send(id, 0, unsafe { &*first }).0;
        if server.group == 0 {
            assert_eq!(sent, 0, "the queue is of version 1");
            // SAFETY: no pointers.
            assert_eq!(unsafe { HttpCloseRequestQueue(server.queue) }, 0);
        } else {
            let line = strict.one("ResponseOfVersion1: HttpSendHttpResponse(RequestId 0x");
            assert!(
                line.contains("pEntityChunks is where ResponseInfoCount"),
                "{line}"
            );
            server.cancel(id);
            close(server);
        }
    }
    let server = Server::version_2();
    let (_stream, id) = server.exchange();
    let mut garbage = response(200, b"OK");
    garbage.ResponseInfoCount = 3;
    assert_eq!(server.send(id, 0, &garbage).0, 87);
    strict.one("ResponseOfVersion1: HttpSendHttpResponse(RequestId 0x");
    assert_eq!(server.respond(id, 0, &[]).0, 0);
    close(server);
}

#[test]
fn an_overlapped_of_a_pending_call_and_its_buffer_are_its_own() {
    let strict = Strict::begin();
    let server = Server::version_2();
    let mut buffers = [RequestMemory::new(4096), RequestMemory::new(4096)];
    let mut first = Operation::new(server.queue);
    assert_eq!(first.receive(0, 0, &mut buffers[0]), 997);
    let mut second = Operation::new(server.queue);
    assert_eq!(second.receive(0, 0, &mut buffers[1]), 997);
    assert_eq!(strict.lines(), [""; 0]);
    let mut third = Operation::new(server.queue);
    assert_eq!(third.receive(0, 0, &mut buffers[1]), 997);
    let line = strict.one("BufferShared: HttpReceiveHttpRequest(buffer 0x");
    assert!(
        line.contains("which a pending HttpReceiveHttpRequest fills"),
        "{line}"
    );
    let mut spare = RequestMemory::new(4096);
    assert_eq!(third.receive(0, 0, &mut spare), 997);
    let line = strict.one("OverlappedInUse: HttpReceiveHttpRequest(Overlapped 0x");
    assert!(
        line.contains("which a pending HttpReceiveHttpRequest has"),
        "{line}"
    );
    close(server);
    // The second end of the shared OVERLAPPED overwrites the first.
    assert_eq!([first.end().0, second.end().0, third.end().0], [995; 3]);
}

#[test]
fn snd_003_memory_of_a_pending_call_that_is_changed_is_named() {
    let strict = Strict::begin();
    let server = Server::version_2();
    let mut buffer = RequestMemory::new(4096);
    let mut receive = Operation::new(server.queue);
    assert_eq!(receive.receive(0, 0, &mut buffer), 997);
    // SAFETY: inside of the buffer.
    unsafe { buffer.first().cast::<u8>().add(2000).write_volatile(7) };
    let mut stream = server.request("GET / HTTP/1.1", b"");
    assert_eq!(receive.end().0, 0);
    strict.one("ReceiveBufferChanged: HttpReceiveHttpRequest(Overlapped 0x");

    let id = buffer.request().RequestId;
    let mut body = vec![b'x'; 32 << 20];
    let mut send = Operation::new(server.queue);
    // SAFETY: the same bytes, as a program in C has them twice.
    let lent = unsafe { std::slice::from_raw_parts(body.as_ptr(), body.len()) };
    assert_eq!(send.respond(id, 1, &[lent]), 997);
    // SAFETY: inside of the body.
    unsafe { body.as_mut_ptr().add(31 << 20).write_volatile(b'y') };
    let mut taken = Vec::new();
    stream.read_to_end(&mut taken).unwrap();
    assert_eq!(send.end().0, 0);
    strict.one("SendBufferChanged: HttpSendHttpResponse(Overlapped 0x");
    close(server);
}

#[test]
fn hst_007_a_part_of_the_url_that_is_read_up_to_a_nul_shows_it() {
    let strict = Strict::begin();
    let server = Server::version_2();
    let _stream = server.request("GET /path HTTP/1.1", b"");
    let mut buffer = RequestMemory::new(4096);
    assert_eq!(server.receive(0, 0, &mut buffer).0, 0);
    let request = buffer.request();
    let url = request.CookedUrl;
    let length = usize::from(url.AbsPathLength) / 2;
    // SAFETY: up to a NUL that is inside of the buffer.
    let (part, rest) = unsafe {
        let end = (0..).find(|at| *url.pAbsPath.add(*at) == 0).unwrap();
        std::slice::from_raw_parts(url.pAbsPath, end).split_at(length)
    };
    assert_eq!(String::from_utf16_lossy(part), "/path");
    let rest = String::from_utf16_lossy(rest);
    assert_eq!(rest, "<<behind the URL: use its length>>");
    assert_eq!(server.respond(request.RequestId, 0, &[]).0, 0);
    assert_eq!(strict.lines(), [""; 0]);
    close(server);
}

#[test]
fn hst_007_rcv_009_what_is_behind_the_url_asks_for_no_larger_buffer() {
    let strict = Strict::begin();
    let server = Server::version_2();
    let _stream = server.request("GET /path HTTP/1.1", b"");
    let mut small = RequestMemory::new(size_of::<HTTP_REQUEST_V2>() as u32);
    let (code, needed) = server.receive(0, 0, &mut small);
    assert_eq!(code, 234);
    let id = small.request().RequestId;
    let mut exact = RequestMemory::new(needed);
    assert_eq!(server.receive(id, 0, &mut exact), (0, needed));
    let url = exact.request().CookedUrl;
    // SAFETY: inside of the buffer.
    let behind = unsafe { *url.pFullUrl.add(usize::from(url.FullUrlLength) / 2) };
    assert_eq!(behind, 0);
    assert_eq!(server.respond(id, 0, &[]).0, 0);
    assert_eq!(strict.lines(), [""; 0]);
    close(server);
}

#[test]
fn a_correct_program_has_no_finding() {
    let strict = Strict::begin();
    let server = Server::version_2();
    let mut buffer = RequestMemory::new(4096);
    let mut operation = Operation::new(server.queue);
    for _ in 0..3 {
        assert_eq!(operation.receive(0, 0, &mut buffer), 997);
        let mut stream = server.request("POST / HTTP/1.1\r\nContent-Length: 4", b"");
        assert_eq!(operation.end().0, 0);
        let id = buffer.request().RequestId;
        let mut body = [0; 4];
        // HTTP_RECEIVE_REQUEST_ENTITY_BODY_FLAG_FILL_BUFFER: it waits twice.
        assert_eq!(operation.read(id, 1, &mut body), 997);
        std::io::Write::write_all(&mut stream, b"pi").unwrap();
        std::io::Write::write_all(&mut stream, b"ng").unwrap();
        assert_eq!(operation.end(), (0, 4));
        assert_eq!(operation.respond(id, 2, &[&body]), 0);
        assert_eq!(server.send_body(id, 1, &[]).0, 0);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("\r\n\r\nping"), "{answer}");
    }
    assert_eq!(strict.lines(), [""; 0]);
    close(server);
}
