//! A request costs no allocation in the steady state.
//!
//! Counts the allocations of the serving thread, which is also the client: its buffers are on the
//! stack. The counter belongs to the thread, so other threads of the process do not disturb it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Read, Write};

use crate::support::{Client, server};
use httpsys::{Response, Server};

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the system allocator's precondition.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above; `memory` came from `System`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above; `memory` came from `System`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count() {
    // The thread may be ending.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

/// One request and its answer on a kept connection, both ends in this thread.
fn exchange(server: &Server, client: &mut Client, response: &Response<'_>) {
    let request = b"POST /items/7?x=y HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\
                    X-Trace: 1\r\nContent-Length: 5\r\n\r\nhello";
    client.0.write_all(request).unwrap();
    let request = server.receive().unwrap();
    assert!(request.path_after("/items/").is_some());
    assert_eq!(request.header("x-trace"), Some(&b"1"[..]));
    let mut body = [0; 16];
    assert_eq!(request.read_body(&mut body), Ok(5));
    assert_eq!(request.read_body(&mut body), Ok(0));
    request.respond(response).unwrap();
    let mut answer = [0; 1024];
    let mut got = 0;
    while !answer[..got].ends_with(b"\r\n\r\ndone") {
        let n = client.0.read(&mut answer[got..]).unwrap();
        assert_ne!(n, 0, "the connection is kept");
        got += n;
    }
}

#[test]
fn a_request_allocates_nothing_in_the_steady_state() {
    let (server, port) = server();
    let mut client = Client::connect(port);
    let build = || {
        Response::ok()
            .header("Content-Type", "text/plain")
            .header("X-Own", "1")
            .body("done")
    };
    for _ in 0..50 {
        exchange(&server, &mut client, &build());
    }
    // When the background thread was faster than this one, a call takes another path, and the
    // first visit there may fill a buffer. What a request costs each time shows in every round.
    let mut rounds = (0..10).map(|_| {
        let before = COUNT.get();
        for _ in 0..200 {
            exchange(&server, &mut client, &build());
        }
        COUNT.get() - before
    });
    assert!(rounds.any(|allocations| allocations == 0));
}
