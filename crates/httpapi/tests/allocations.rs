//! The hot path of the C ABI allocates nothing once it is warm.
//!
//! Owns one check, in a process of its own because it replaces the allocator by one that counts for
//! each thread. Threading: the server is the test's thread, the client another one.
#![cfg(not(windows))]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Read, Write};

use support::{RequestMemory, Server};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is the system allocator's; counting has no effect on memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: by the contract of the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: by the contract of the caller.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: by the contract of the caller.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_warm_receive_and_send_allocate_nothing() {
    const WARM_UP: usize = 200;
    const MEASURED: usize = 1000;
    // A way that is taken for the first time (another thread had polled) may allocate once what is
    // kept from then on; a busy machine takes such ways late.
    const ROUNDS: usize = 8;
    let server = Server::version_2();
    let mut stream = server.connect();
    let request = format!(
        "GET /a?b HTTP/1.1\r\nHost: localhost:{}\r\nX-A: b\r\n\r\n",
        server.port
    );
    let client = std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        for _ in 0..WARM_UP + ROUNDS * MEASURED {
            stream.write_all(request.as_bytes()).unwrap();
            let mut got = 0;
            while !buffer[..got].ends_with(b"\r\n\r\npong") {
                got += stream.read(&mut buffer[got..]).unwrap();
            }
        }
    });
    let mut buffer = RequestMemory::new(4096);
    let mut chunk = support::chunks(&[b"pong"]);
    let mut response = support::response(200, b"OK");
    response.Base.EntityChunkCount = 1;
    response.Base.pEntityChunks = chunk.as_mut_ptr();
    let mut exchange = |times| {
        let before = COUNT.with(Cell::get);
        for _ in 0..times {
            assert_eq!(server.receive(0, 0, &mut buffer).0, 0);
            assert_eq!(server.send(buffer.request().RequestId, 0, &response).0, 0);
        }
        COUNT.with(Cell::get) - before
    };
    exchange(WARM_UP);
    let rounds: Vec<usize> = (0..ROUNDS).map(|_| exchange(MEASURED)).collect();
    client.join().unwrap();
    let free = rounds.iter().filter(|count| **count == 0).count();
    let all: usize = rounds.iter().sum();
    assert!(
        free >= ROUNDS / 2 && all < 20,
        "allocations in rounds of {MEASURED}: {rounds:?}"
    );
}
