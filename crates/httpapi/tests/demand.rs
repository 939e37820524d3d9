//! HttpWaitForDemandStart: who may wait, what ends a wait, and that the request stays.
//!
//! Owns the rows QUE-011 to QUE-016 and G-104. Does not own what the worker then does with the
//! request. Threading: tests run in parallel, each with a queue of its own; every wait has a limit
//! that only a failure reaches.
#![cfg(not(windows))]

mod support;

use std::io::Write;
use std::net::TcpStream;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};

use httpapi::api::demand::HttpWaitForDemandStart;
use httpapi::api::receive_request::HttpReceiveHttpRequest;
use httpapi::api::request_queue::{
    HttpCloseRequestQueue, HttpCreateRequestQueue, HttpShutdownRequestQueue,
};
use httpapi::api::server_session::HttpCreateServerSession;
use httpapi::api::url_group::{HttpAddUrlToUrlGroup, HttpCreateUrlGroup};
use httpapi::types::*;
use httpsys_win32::OVERLAPPED as WIN32_OVERLAPPED;
use httpsys_win32::api::events::CreateEventW;
use httpsys_win32::api::overlapped::{CancelIoEx, GetOverlappedResultEx};
use httpsys_win32::{close, last_error};
use support::*;

const LIMIT: u32 = 20_000;

/// A named queue with the handles of its controller and of a worker, and a URL.
struct Pair {
    controller: HANDLE,
    worker: HANDLE,
    group: u64,
    port: u16,
}

impl Pair {
    fn new() -> Pair {
        initialize();
        static PAIRS: AtomicU32 = AtomicU32::new(0);
        let number = PAIRS.fetch_add(1, Ordering::Relaxed);
        let name = wide(&format!("demand-{}-{number}", std::process::id()));
        let url = wide(URL);
        let (mut controller, mut worker, mut session, mut group) = (null_mut(), null_mut(), 0, 0);
        let version = HTTPAPI_VERSION_2;
        // SAFETY: the pointers are good for the calls.
        unsafe {
            let flag = HTTP_CREATE_REQUEST_QUEUE_FLAG_CONTROLLER;
            let made =
                HttpCreateRequestQueue(version, name.as_ptr(), null(), flag, &mut controller);
            assert_eq!(made, 0);
            let flag = HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING;
            let made = HttpCreateRequestQueue(version, name.as_ptr(), null(), flag, &mut worker);
            assert_eq!(made, 0);
            assert_eq!(HttpCreateServerSession(version, &mut session, 0), 0);
            assert_eq!(HttpCreateUrlGroup(session, &mut group, 0), 0);
            assert_eq!(bind(group, controller), 0);
            assert_eq!(HttpAddUrlToUrlGroup(group, url.as_ptr(), 0, 0), 0);
        }
        Pair {
            controller,
            worker,
            group,
            port: port_of(null_mut(), group),
        }
    }

    fn send(&self) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let text = format!("GET / HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", self.port);
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    fn receive(&self) -> u32 {
        let mut buffer = RequestMemory::new(4096);
        let none = null_mut();
        // SAFETY: the buffer lives through the call.
        unsafe { HttpReceiveHttpRequest(self.worker, 0, 0, buffer.first(), 4096, none, null_mut()) }
    }
}

/// One overlapped wait.
struct Wait {
    overlapped: Box<WIN32_OVERLAPPED>,
    queue: HANDLE,
}

impl Wait {
    fn begin(queue: HANDLE) -> (Wait, u32) {
        // SAFETY: no name.
        let event = unsafe { CreateEventW(null(), 1, 0, null()) };
        let mut wait = Wait {
            overlapped: Box::new(WIN32_OVERLAPPED {
                Internal: 0,
                InternalHigh: 0,
                Offset: 0,
                OffsetHigh: 0,
                hEvent: event,
            }),
            queue,
        };
        // SAFETY: the tests keep the structure until the end.
        let code = unsafe { HttpWaitForDemandStart(queue, wait.pointer().cast()) };
        (wait, code)
    }

    fn pointer(&mut self) -> *mut WIN32_OVERLAPPED {
        &raw mut *self.overlapped
    }

    /// The code of the end, if that comes within `limit` milliseconds; else 258 or 996.
    fn end(&mut self, limit: u32) -> u32 {
        let mut bytes = 0;
        // SAFETY: both live through the call.
        match unsafe { GetOverlappedResultEx(self.queue, self.pointer(), &mut bytes, limit, 0) } {
            0 => last_error::get(),
            _ => 0,
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        close(self.overlapped.hEvent);
    }
}

#[test]
fn que_011_a_wait_ends_with_the_first_request_which_stays_for_a_worker() {
    let pair = Pair::new();
    let (mut wait, code) = Wait::begin(pair.controller);
    assert_eq!(code, 997);
    assert_eq!(wait.end(0), 996);
    let _client = pair.send();
    assert_eq!(wait.end(LIMIT), 0);
    // It is over: a second request has no wait to end, and a new wait finds the first waiting.
    let (mut again, code) = Wait::begin(pair.controller);
    assert_eq!((code, again.end(LIMIT)), (0, 0));
    assert_eq!(pair.receive(), 0);
    let (mut last, code) = Wait::begin(pair.controller);
    assert_eq!((code, last.end(0)), (997, 996));
    assert!(close(pair.controller));
    assert_eq!(last.end(LIMIT), 995);
}

#[test]
fn que_011_a_blocking_wait_ends_with_the_first_request() {
    let pair = Pair::new();
    let queue = pair.controller as usize;
    let waiting = std::thread::spawn(move || {
        // SAFETY: no OVERLAPPED.
        unsafe { HttpWaitForDemandStart(queue as HANDLE, null_mut()) }
    });
    let _client = pair.send();
    assert_eq!(waiting.join().unwrap(), 0);
    assert_eq!(pair.receive(), 0);
}

#[test]
fn que_012_a_second_wait_is_refused_with_183() {
    let pair = Pair::new();
    let (mut first, code) = Wait::begin(pair.controller);
    assert_eq!(code, 997);
    assert_eq!(Wait::begin(pair.controller).1, 183);
    // SAFETY: no OVERLAPPED.
    let code = unsafe { HttpWaitForDemandStart(pair.controller, null_mut()) };
    assert_eq!(code, 183);
    assert_eq!(first.end(0), 996);
    let _client = pair.send();
    assert_eq!(first.end(LIMIT), 0);
}

#[test]
fn que_013_only_the_controller_may_wait() {
    let pair = Pair::new();
    let server = Server::version_2();
    for queue in [pair.worker, server.queue, Server::version_1().queue] {
        assert_eq!(Wait::begin(queue).1, 1343);
    }
}

#[test]
fn que_014_a_queue_that_is_shut_or_closed_gives_6() {
    let pair = Pair::new();
    let (mut wait, code) = Wait::begin(pair.controller);
    assert_eq!(code, 997);
    // SAFETY: no pointers.
    assert_eq!(unsafe { HttpShutdownRequestQueue(pair.controller) }, 0);
    assert_eq!(wait.end(LIMIT), 995);
    assert_eq!(Wait::begin(pair.controller).1, 6);
    // SAFETY: no pointers.
    assert_eq!(unsafe { HttpCloseRequestQueue(pair.controller) }, 0);
    assert_eq!(Wait::begin(pair.controller).1, 6);
}

/// A receive through `queue` for the next request, with a buffer for the structure only.
fn receive_id(queue: HANDLE) -> u32 {
    let size = size_of::<HTTP_REQUEST_V2>() as u32;
    let mut buffer = RequestMemory::new(size);
    // SAFETY: the buffer lives through the call.
    unsafe { HttpReceiveHttpRequest(queue, 0, 0, buffer.first(), size, null_mut(), null_mut()) }
}

/// SHD-001 speaks of the calling process: a worker's shutdown is not the controller's. What the
/// worker had not begun to work on asks for another one.
#[test]
fn que_014_shd_012_the_wait_outlives_the_shutdown_of_a_worker() {
    let pair = Pair::new();
    let (mut wait, code) = Wait::begin(pair.controller);
    assert_eq!(code, 997);
    let _client = pair.send();
    assert_eq!(wait.end(LIMIT), 0);
    assert_eq!(receive_id(pair.worker), 234);
    let (mut next, code) = Wait::begin(pair.controller);
    assert_eq!((code, next.end(0)), (997, 996));
    // SAFETY: no pointers.
    assert_eq!(unsafe { HttpShutdownRequestQueue(pair.worker) }, 0);
    assert_eq!(next.end(LIMIT), 0);
    assert_eq!(pair.receive(), 6);
}

/// And the controller's is not the worker's.
#[test]
fn que_014_shd_012_a_worker_goes_on_after_the_shutdown_of_the_controller() {
    let pair = Pair::new();
    let (mut wait, code) = Wait::begin(pair.controller);
    assert_eq!(code, 997);
    // SAFETY: no pointers.
    assert_eq!(unsafe { HttpShutdownRequestQueue(pair.controller) }, 0);
    assert_eq!(wait.end(LIMIT), 995);
    let _client = pair.send();
    assert_eq!(pair.receive(), 0);
}

#[test]
fn que_015_what_never_was_a_queue_gives_87() {
    initialize();
    // SAFETY: no name.
    let event = unsafe { CreateEventW(null(), 1, 0, null()) };
    for handle in [null_mut(), 0x1234_5678 as HANDLE, event] {
        assert_eq!(Wait::begin(handle).1, 87);
    }
    close(event);
}

#[test]
fn que_016_cancel_io_ex_ends_a_wait_and_makes_room_for_another() {
    let pair = Pair::new();
    let (mut wait, code) = Wait::begin(pair.controller);
    assert_eq!(code, 997);
    let at = wait.pointer();
    assert_ne!(CancelIoEx(pair.controller, at), 0);
    assert_eq!(wait.end(LIMIT), 995);
    assert_eq!(CancelIoEx(pair.controller, at), 0);
    let (mut next, code) = Wait::begin(pair.controller);
    assert_eq!(code, 997);
    let _client = pair.send();
    assert_eq!(next.end(LIMIT), 0);
}

/// G-104.
#[test]
fn binding_tells_a_closed_queue_from_what_never_was_one() {
    let pair = Pair::new();
    // SAFETY: no name.
    let event = unsafe { CreateEventW(null(), 1, 0, null()) };
    assert_eq!(bind(pair.group, event), 87);
    assert_eq!(bind(pair.group, 0x1234_5678 as HANDLE), 87);
    assert_eq!(bind(pair.group, usize::MAX as HANDLE), 87);
    assert!(close(pair.controller));
    assert_eq!(bind(pair.group, pair.controller), 6);
    close(event);
}

/// As on Windows.
#[test]
fn the_low_two_bits_of_a_handle_do_not_matter() {
    let pair = Pair::new();
    let tagged = pair.controller.wrapping_byte_add(3);
    assert_eq!(bind(pair.group, tagged), 0);
    // SAFETY: no pointers.
    assert_eq!(unsafe { HttpCloseRequestQueue(tagged) }, 0);
    assert_eq!(bind(pair.group, pair.controller), 6);
}
