//! TCP urgent data (G-166): it is no part of what the client says, and what is behind it arrives.
//!
//! Owns: the urgent byte before, in and behind each part of a message. Does not own: the messages.

use httpsys_tests::both_doors;
use httpsys_tests::client::Client;
use httpsys_tests::door::{Door, Reply, World};

use crate::opaque::switching;

both_doors![
    g_166_an_urgent_byte_anywhere_in_a_request_with_a_length_changes_nothing,
    g_166_an_urgent_byte_anywhere_in_a_chunked_request_changes_nothing,
    g_166_an_urgent_byte_anywhere_in_an_opaque_stream_changes_nothing,
    g_166_an_urgent_byte_among_pipelined_requests_changes_nothing,
    g_166_urgent_bytes_in_a_body_that_nobody_reads_change_nothing,
];

fn send_with_urgent(client: &mut Client, text: &str, at: usize) {
    let (before, behind) = text.split_at(at);
    client.send(before);
    client.send_urgent(b'!');
    client.send(behind);
}

/// The request is received and its body read with the urgent byte at every place of it.
fn everywhere<D: Door>(w: &World<D>, text: &str) {
    for at in 0..=text.len() {
        let mut client = w.connect();
        send_with_urgent(&mut client, text, at);
        let request = w.receive();
        assert_eq!(request.raw_url, b"/urgent", "at {at}");
        let mut body = Vec::new();
        let mut block = [0; 64];
        while let Ok(got) = w.read_body(request.id, &mut block) {
            body.extend_from_slice(&block[..got]);
        }
        assert_eq!(body, b"0123456789", "at {at}");
        w.respond(request.id, &Reply::ok()).expect("answered");
        assert_eq!(client.read_response().status(), 200);
    }
}

fn g_166_an_urgent_byte_anywhere_in_a_request_with_a_length_changes_nothing<D: Door>(w: &World<D>) {
    let head = w.request("POST", "/urgent", "Content-Length: 10\r\n");
    everywhere(w, &(head + "0123456789"));
}

fn g_166_an_urgent_byte_anywhere_in_a_chunked_request_changes_nothing<D: Door>(w: &World<D>) {
    let head = w.request("POST", "/urgent", "Transfer-Encoding: chunked\r\n");
    everywhere(
        w,
        &(head + "4\r\n0123\r\n06;a=b\r\n456789\r\n0\r\nA: b\r\n\r\n"),
    );
}

fn g_166_an_urgent_byte_anywhere_in_an_opaque_stream_changes_nothing<D: Door>(w: &World<D>) {
    let text = "0123456789";
    for at in 0..=text.len() {
        let mut client = w.connect();
        client.send(w.request("GET", "/pipe", "Upgrade: a\r\nConnection: Upgrade\r\n"));
        let request = w.receive();
        w.respond(request.id, &switching()).expect("upgraded");
        assert_eq!(client.read_response_head().status(), 101);
        send_with_urgent(&mut client, text, at);
        let mut got = Vec::new();
        let mut block = [0; 64];
        while got.len() < text.len() {
            let read = w.read_body(request.id, &mut block).expect("more bytes");
            got.extend_from_slice(&block[..read]);
        }
        assert_eq!(got, text.as_bytes(), "at {at}");
        w.cancel(request.id).expect("cancelled");
    }
}

fn g_166_an_urgent_byte_among_pipelined_requests_changes_nothing<D: Door>(w: &World<D>) {
    let text = w.get("/1") + &w.get("/2");
    for at in 0..=text.len() {
        let mut client = w.connect();
        send_with_urgent(&mut client, &text, at);
        for path in ["/1", "/2"] {
            let request = w.receive();
            assert_eq!(request.raw_url, path.as_bytes(), "at {at}");
            w.respond(request.id, &Reply::ok()).expect("answered");
            assert_eq!(client.read_response().status(), 200);
        }
    }
}

/// The service reads it itself to find the next request.
fn g_166_urgent_bytes_in_a_body_that_nobody_reads_change_nothing<D: Door>(w: &World<D>) {
    let head = w.request("POST", "/urgent", "Content-Length: 10\r\n");
    for at in 0..=10 {
        let mut client = w.connect();
        client.send(&head);
        let request = w.receive();
        w.respond(request.id, &Reply::ok()).expect("answered");
        send_with_urgent(&mut client, "0123456789", at);
        assert_eq!(client.read_response().status(), 200);
        client.send(w.get("/next"));
        let next = w.receive();
        assert_eq!(next.raw_url, b"/next", "at {at}");
        w.respond(next.id, &Reply::ok()).expect("answered");
        assert_eq!(client.read_response().status(), 200);
    }
}
