//! CancelIoEx without an OVERLAPPED while threads are blocked in calls on the handle. C only.
//!
//! Owns: each call that blocks, and what is left alone. Does not own overlapped operations
//! (`cancel_overlapped`, `overlapped`). A call is known to be blocked when a cancel has found it; then
//! it has to end without another one.

use httpsys_tests::door::{CAbi, Door as _, MORE_DATA, Reply, World};
use httpsys_tests::overlapped::{self, Overlapped};
use httpsys_tests::raw::{self, Handle, RequestBuffer};
use httpsys_tests::thread;

/// More than the socket buffers of a machine hold.
const MUCH: usize = 64 << 20;

fn world() -> World<CAbi> {
    World::new()
}

/// Cancels until a blocked call was found.
fn cancel(queue: Handle) {
    while let Err(error) = overlapped::cancel_all(queue) {
        assert_eq!(error, 1168, "ERROR_NOT_FOUND: nothing is blocked yet");
        thread::yield_now();
    }
}

/// A call of another thread is cancelled through `queue`: its result.
fn cancelled<T: Send>(queue: Handle, call: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let blocked = scope.spawn(call);
        cancel(queue);
        blocked.join().expect("no panic")
    })
}

fn receive(queue: Handle) -> u32 {
    let mut buffer = RequestBuffer::new(4096);
    raw::receive(queue, 0, 0, &mut buffer, 4096, None)
}

#[test]
fn cxl_016_a_blocked_receive_ends_with_995_and_the_next_one_works() {
    let w = world();
    for _ in 0..20 {
        assert_eq!(cancelled(w.queue, || receive(w.queue)), 995);
    }
    w.assert_serves();
}

/// One of them polls the sockets, the others sleep.
#[test]
fn cxl_016_all_threads_that_receive_end_with_995() {
    let w = world();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| receive(w.queue))).collect();
        while !threads.iter().all(thread::ScopedJoinHandle::is_finished) {
            // Those that come later need another cancel.
            let _ = overlapped::cancel_all(w.queue);
            thread::yield_now();
        }
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), 995);
        }
    });
    w.assert_serves();
}

#[test]
fn cxl_016_a_blocked_body_read_ends_with_995_and_the_request_lives() {
    let w = world();
    let mut client = w.connect();
    client.send(w.request("POST", "/", "Content-Length: 3\r\n"));
    let request = w.receive();
    let read = cancelled(w.queue, || w.read_body(request.id, &mut [0; 3]));
    assert_eq!(read, Err(995));
    client.send("abc");
    assert_eq!(w.read_body(request.id, &mut [0; 3]), Ok(3));
    w.respond(request.id, &Reply::ok()).expect("sent");
    assert_eq!(client.read_response().status(), 200);
}

/// As an overlapped one (SND-032): only a reset tells the client that the rest does not come.
#[test]
fn cxl_016_snd_032_a_blocked_send_ends_with_995_and_the_response_is_broken() {
    let w = world();
    let (mut client, request) = w.received_get("/x");
    let reply = Reply::ok().chunk(vec![b'x'; MUCH]);
    assert_eq!(
        cancelled(w.queue, || w.respond(request.id, &reply)),
        Err(995)
    );
    client.read_to_reset();
    w.assert_serves();
}

#[test]
fn cxl_016_snd_032_a_blocked_send_of_a_part_ends_with_995_and_the_response_is_broken() {
    let w = world();
    let (mut client, request) = w.received_get("/x");
    let head = Reply::ok().chunk("a part").flags(MORE_DATA);
    w.respond(request.id, &head).expect("sent");
    client.read_response_head();
    let body = vec![b'x'; MUCH];
    let sent = cancelled(w.queue, || w.send_body(request.id, &[&body], 0));
    assert_eq!(sent, Err(995));
    client.read_to_reset();
}

#[test]
fn cxl_016_a_blocked_disconnect_wait_ends_with_995_and_the_connection_lives() {
    let w = world();
    let (mut client, request) = w.received_get("/x");
    let wait = || raw::wait_for_disconnect(w.queue, request.connection_id);
    assert_eq!(cancelled(w.queue, wait), 995);
    w.respond(request.id, &Reply::ok()).expect("sent");
    assert_eq!(client.read_response().status(), 200);
}

/// What another handle of the same queue waits for is its own.
#[test]
fn cxl_016_g_120_calls_on_another_handle_of_the_queue_go_on() {
    let w = world();
    let name = format!("cancel-blocked-{}", std::process::id());
    let creator = w.door.create_named_queue(&name).expect("a queue");
    let opened = w.door.open_queue(&name).expect("the same queue");
    thread::scope(|scope| {
        let own = scope.spawn(|| receive(creator));
        assert_eq!(cancelled(opened, || receive(opened)), 995);
        assert_eq!(overlapped::cancel_all(opened), Err(1168));
        cancel(creator);
        assert_eq!(own.join().expect("no panic"), 995);
    });
    w.door.close_queue(&opened).expect("closed");
    w.door.close_queue(&creator).expect("closed");
}

/// CancelIo is about the operations that the calling thread has pending.
#[test]
fn cxl_016_cancel_io_leaves_blocked_calls_alone() {
    let w = world();
    let (client, request) = w.received_get("/x");
    let pending = Overlapped::with_event();
    assert_eq!(
        pending.wait_for_disconnect(w.queue, request.connection_id),
        997
    );
    thread::scope(|scope| {
        let blocked = scope.spawn(|| raw::wait_for_disconnect(w.queue, request.connection_id));
        assert_eq!(overlapped::cancel_io(w.queue), Ok(()));
        assert_eq!(pending.wait_result(w.queue), Err(995));
        drop(client);
        let end = blocked.join().expect("no panic");
        // 1229 if it began after the client had gone (DSC-003).
        assert!(matches!(end, 0 | 1229), "{end}");
    });
}
