//! Opaque mode with OVERLAPPED, and what only C can say about it: flags of reads, DISCONNECT with
//! MORE_DATA, the lists of header fields.
//!
//! Owns: pending reads and sends of an upgraded connection. Does not own: what both doors can show
//! (`opaque`).

use httpsys_tests::client::{Client, mask_date};
use httpsys_tests::door::{
    BUFFER_DATA, CAbi, DISCONNECT, FILL_BUFFER, MORE_DATA, OPAQUE, Received, Reply, World,
};
use httpsys_tests::overlapped::{CompletionPort, Overlapped};
use httpsys_tests::raw;
use httpsys_tests::thread;

/// More than the buffers of both sockets take.
const LARGE: usize = 32 << 20;

/// As programs give it: `Connection` in the list of unknown fields (UPG-003).
fn switching() -> Reply {
    Reply::new(101, "Switching Protocols")
        .header("Upgrade", "websocket")
        .unknown_header("Connection", "Upgrade")
        .flags(OPAQUE | MORE_DATA | BUFFER_DATA)
}

fn upgraded(w: &World<CAbi>) -> (Client, Received) {
    let (mut client, received) = w.received_get("/pipe");
    let reply: &'static Reply = Box::leak(Box::new(switching()));
    let send = Overlapped::with_event();
    assert!(matches!(send.respond(w.queue, received.id, reply), 0 | 997));
    let sent = send.wait_result(w.queue).expect("upgraded");
    let head = client.read_head();
    assert_eq!(sent as usize, head.len());
    (client, received)
}

/// Memory that a pending call may use as long as the process lives, and a way to look into it.
fn leaked(length: usize) -> (&'static mut [u8], *const [u8]) {
    let memory: *mut [u8] = Box::leak(vec![0; length].into_boxed_slice());
    // SAFETY: freshly leaked; the pointer is read only after the completion (`filled`).
    (unsafe { &mut *memory }, memory)
}

/// The first bytes of leaked memory, once the call that writes there has completed.
fn filled(memory: *const [u8], length: u32) -> Vec<u8> {
    // SAFETY: leaked, and nobody writes any more.
    unsafe { (&*memory)[..length as usize].to_vec() }
}

fn large() -> &'static [u8] {
    // A prime period: bytes that come twice or never shift all that follow.
    let period: Vec<u8> = (0..251).collect();
    let mut bytes = period.repeat(LARGE / period.len() + 1);
    bytes.truncate(LARGE);
    bytes.leak()
}

#[test]
fn upg_003_con_012_connection_is_sent_from_the_unknown_fields_and_not_from_its_slot() {
    let w = World::<CAbi>::new();
    let (mut client, received) = w.received_get("/");
    w.respond(received.id, &switching()).expect("upgraded");
    let head = mask_date(&client.read_head());
    assert!(head.contains("\r\nUpgrade: websocket\r\n"), "{head}");
    assert!(head.contains("\r\nConnection: Upgrade\r\n"), "{head}");
    for absent in ["Content-Length", "Transfer-Encoding", "close"] {
        assert!(!head.contains(absent), "{head}");
    }
    let (mut client, received) = w.received_get("/");
    let in_slot = Reply::new(101, "Switching Protocols")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .flags(OPAQUE | MORE_DATA | BUFFER_DATA);
    w.respond(received.id, &in_slot).expect("upgraded");
    let head = mask_date(&client.read_head());
    assert!(!head.contains("Connection"), "{head}");
}

#[test]
fn ent_019_a_pending_read_completes_with_bytes_and_then_with_38() {
    let w = World::<CAbi>::new();
    let (mut client, received) = upgraded(&w);
    let read = Overlapped::with_event();
    let (buffer, memory) = leaked(10);
    assert_eq!(read.read_body(w.queue, received.id, 0, buffer), 997);
    assert!(!read.is_signalled());
    client.send("hello");
    let bytes = read.wait_result(w.queue).expect("bytes");
    assert_eq!(filled(memory, bytes), b"hello"[..bytes as usize]);
    let mut rest = vec![0; 5 - bytes as usize];
    if !rest.is_empty() {
        assert_eq!(w.read_body(received.id, &mut rest), Ok(rest.len()));
    }
    let read = Overlapped::with_event();
    let (buffer, _) = leaked(10);
    assert_eq!(read.read_body(w.queue, received.id, 0, buffer), 997);
    client.finish();
    assert_eq!(read.wait_result(w.queue), Err(38));
    // At once now, and sends go on (G-096).
    let read = Overlapped::with_event();
    let (buffer, _) = leaked(10);
    assert_eq!(read.read_body(w.queue, received.id, 0, buffer), 38);
    let send = Overlapped::with_event();
    let code = send.send_body(w.queue, received.id, DISCONNECT, &[b"by", b"e"]);
    assert!(matches!(code, 0 | 997), "{code}");
    assert_eq!(send.wait_result(w.queue), Ok(3));
    assert_eq!(client.read_to_end(), b"bye");
}

#[test]
fn upg_004_a_pending_read_and_a_pending_send_do_not_wait_for_each_other() {
    let w = World::<CAbi>::new();
    let port = CompletionPort::of(w.queue, 4);
    let (mut client, received) = {
        let (mut client, received) = w.received_get("/");
        w.respond(received.id, &switching()).expect("upgraded");
        client.read_head();
        (client, received)
    };
    let bytes = large();
    let chunks: &'static [&'static [u8]] = vec![bytes].leak();
    let (read, send) = (Overlapped::without_event(), Overlapped::without_event());
    let (buffer, memory) = leaked(4);
    assert_eq!(
        read.read_body(w.queue, received.id, FILL_BUFFER, buffer),
        997
    );
    assert_eq!(send.send_body(w.queue, received.id, MORE_DATA, chunks), 997);
    // The read completes while the send waits for the client.
    client.send("ping");
    let packet = port.next();
    assert_eq!(packet.overlapped, read.pointer() as usize);
    assert_eq!((packet.bytes, packet.error), (4, 0));
    assert_eq!(filled(memory, 4), b"ping");
    // And the send completes while a read waits.
    let read = Overlapped::without_event();
    let (buffer, _) = leaked(4);
    assert_eq!(read.read_body(w.queue, received.id, 0, buffer), 997);
    let reader = thread::spawn(move || {
        let got = client.read_exactly(LARGE);
        (client, got)
    });
    let packet = port.next();
    assert_eq!(packet.overlapped, send.pointer() as usize);
    assert_eq!((packet.bytes as usize, packet.error), (LARGE, 0));
    let (client, got) = reader.join().expect("all of it");
    assert!(got == bytes);
    drop(client);
    let packet = port.next();
    assert_eq!(
        (packet.overlapped, packet.error),
        (read.pointer() as usize, 38)
    );
}

#[test]
fn a_cancel_completes_pending_reads_and_sends_with_995() {
    let w = World::<CAbi>::new();
    let (mut client, received) = upgraded(&w);
    let (read, send) = (Overlapped::with_event(), Overlapped::with_event());
    let (buffer, _) = leaked(4);
    assert_eq!(read.read_body(w.queue, received.id, 0, buffer), 997);
    let chunks: &'static [&'static [u8]] = vec![large()].leak();
    assert_eq!(send.send_body(w.queue, received.id, MORE_DATA, chunks), 997);
    let second = Overlapped::with_event();
    let code = second.send_body(w.queue, received.id, MORE_DATA, &[b"x"]);
    assert_eq!(code, 22, "one send at a time");
    assert_eq!(w.cancel(received.id), Ok(()));
    assert_eq!(read.wait_result(w.queue), Err(995));
    assert_eq!(send.wait_result(w.queue), Err(995));
    client.read_to_reset();
    w.assert_serves();
}

/// What is on its way survives the end, though bytes of the client were never read.
#[test]
fn upg_006_a_pending_last_send_arrives_whole() {
    for flags in [0, DISCONNECT, DISCONNECT | MORE_DATA] {
        let w = World::<CAbi>::new();
        let (mut client, received) = upgraded(&w);
        client.send("unread");
        let bytes = large();
        let chunks: &'static [&'static [u8]] = vec![bytes].leak();
        let send = Overlapped::with_event();
        assert_eq!(send.send_body(w.queue, received.id, flags, chunks), 997);
        // The id is void since the call began (SND-033).
        assert_eq!(w.cancel(received.id), Err(1229));
        assert!(client.read_to_end() == bytes, "{flags}");
        assert_eq!(send.wait_result(w.queue), Ok(LARGE as u32));
        w.assert_serves();
    }
}

#[test]
fn upg_006_the_last_send_ends_a_pending_read() {
    let w = World::<CAbi>::new();
    let (mut client, received) = upgraded(&w);
    let read = Overlapped::with_event();
    let (buffer, _) = leaked(4);
    assert_eq!(read.read_body(w.queue, received.id, 0, buffer), 997);
    assert_eq!(w.send_body(received.id, &[b"bye"], 0), Ok(3));
    assert_eq!(read.wait_result(w.queue), Err(1229));
    assert_eq!(client.read_to_end(), b"bye");
    w.assert_serves();
}

/// What has no meaning in HTTP (SND-024) has one here.
#[test]
fn upg_006_disconnect_ends_the_connection_also_with_more_data() {
    let w = World::<CAbi>::new();
    let (mut client, received) = upgraded(&w);
    let sent = w.send_body(received.id, &[b"bye"], DISCONNECT | MORE_DATA);
    assert_eq!(sent, Ok(3));
    assert_eq!(client.read_to_end(), b"bye");
    assert_eq!(w.send_body(received.id, &[b"x"], MORE_DATA), Err(1229));
}

#[test]
fn ent_012_a_read_with_fill_buffer_waits_for_all_or_for_the_end() {
    let w = World::<CAbi>::new();
    let (mut client, received) = upgraded(&w);
    let read = |length: usize| {
        let mut buffer = vec![0; length];
        let mut bytes = 0;
        let count = Some(&mut bytes);
        let code = raw::read_body(w.queue, received.id, FILL_BUFFER, &mut buffer, count);
        buffer.truncate(bytes as usize);
        (code, buffer)
    };
    thread::scope(|scope| {
        let reader = scope.spawn(|| read(6));
        client.send("abc");
        client.send("defgh");
        assert_eq!(reader.join().expect("read"), (0, b"abcdef".to_vec()));
        let reader = scope.spawn(|| read(100));
        client.finish();
        assert_eq!(reader.join().expect("read"), (0, b"gh".to_vec()));
    });
    assert_eq!(read(100).0, 38);
}

#[test]
fn a_reset_by_the_peer_ends_pending_reads_and_sends() {
    let w = World::<CAbi>::new();
    let (client, received) = upgraded(&w);
    let reads = [(); 2].map(|()| Overlapped::with_event());
    for read in &reads {
        let (buffer, _) = leaked(4);
        assert_eq!(read.read_body(w.queue, received.id, 0, buffer), 997);
    }
    let send = Overlapped::with_event();
    let chunks: &'static [&'static [u8]] = vec![large()].leak();
    assert_eq!(send.send_body(w.queue, received.id, MORE_DATA, chunks), 997);
    client.reset();
    for read in &reads {
        // ENT-015.
        let end = read.wait_result(w.queue);
        assert!(matches!(end, Err(64 | 995 | 1229)), "{end:?}");
    }
    // G-061.
    assert_eq!(send.wait_result(w.queue), Err(64));
    assert_eq!(w.cancel(received.id), Err(1229));
    w.assert_serves();
}

/// ENT-013 as for bodies: no byte is lost.
#[test]
fn an_empty_buffer_tells_that_bytes_are_here() {
    let w = World::<CAbi>::new();
    let (mut client, received) = upgraded(&w);
    let probe = Overlapped::with_event();
    let (buffer, _) = leaked(0);
    assert_eq!(probe.read_body(w.queue, received.id, 0, buffer), 997);
    client.send("ab");
    assert_eq!(probe.wait_result(w.queue), Err(234));
    let mut bytes = [0; 1];
    for expected in [b"a", b"b"] {
        assert_eq!(w.read_body(received.id, &mut bytes), Ok(1));
        assert_eq!(&bytes, expected);
    }
    client.finish();
    let mut bytes = 0;
    let code = raw::read_body(w.queue, received.id, 0, &mut [], Some(&mut bytes));
    assert_eq!(code, 38);
}

#[test]
fn a_disconnect_wait_ends_with_the_pipe() {
    let w = World::<CAbi>::new();
    for by_peer in [true, false] {
        let (client, received) = upgraded(&w);
        let wait = Overlapped::with_event();
        let code = wait.wait_for_disconnect(w.queue, received.connection_id);
        assert_eq!(code, 997);
        assert!(!wait.is_signalled());
        if by_peer {
            client.reset();
        } else {
            w.cancel(received.id).expect("cancelled");
        }
        assert_eq!(wait.wait_result(w.queue), Ok(0), "{by_peer}");
    }
}

#[test]
fn cancel_io_ends_a_pending_read_and_leaves_the_pipe() {
    let w = World::<CAbi>::new();
    let (mut client, received) = upgraded(&w);
    let read = Overlapped::with_event();
    let (buffer, _) = leaked(4);
    assert_eq!(read.read_body(w.queue, received.id, 0, buffer), 997);
    assert_eq!(read.cancel(w.queue), Ok(()));
    assert_eq!(read.wait_result(w.queue), Err(995));
    client.send("more");
    let mut bytes = [0; 1];
    assert_eq!(w.read_body(received.id, &mut bytes), Ok(1));
    assert_eq!(w.send_body(received.id, &[b"!"], MORE_DATA), Ok(1));
    assert_eq!(client.read_exactly(1), b"!");
}
