//! RFC 9113 and RFC 7541 by section, through both doors over TLS: what a client of raw frames sees of each rule.
//!
//! Owns: frames made by hand, and how a case is judged. A case is one line: its section and what it shows, the frames
//! for a stream, and what they lead to. Does not own: the same rules for bytes that come in pieces and for what a
//! driver is told, which the tables of `httpsys-proto` have. docs/TESTING.md counts the cases by section.

mod compression;
mod frames;
mod messages;
mod streams;

use httpsys_tests::door::{Door, Reply, World};
use httpsys_tests::h2::H2Client;

use crate::connect;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

/// END_STREAM, and ACK.
const ES: u8 = 0x1;
const EH: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIO: u8 = 0x20;

type Fields<'a> = &'a [(&'a str, &'a str)];

const GET: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "localhost"),
    (":path", "/"),
];
const POST: [(&str, &str); 4] = [
    (":method", "POST"),
    (":scheme", "https"),
    (":authority", "localhost"),
    (":path", "/"),
];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend(payload);
    out
}

/// A field block of literals that go into no table.
fn block(fields: Fields<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        out.push(0);
        for part in [name, value] {
            assert!(part.len() < 127, "a length of one byte");
            out.push(part.len() as u8);
            out.extend(part.as_bytes());
        }
    }
    out
}

fn headers(stream: u32, flags: u8, fields: Fields<'_>) -> Vec<u8> {
    frame(HEADERS, flags | EH, stream, &block(fields))
}

fn get(stream: u32) -> Vec<u8> {
    headers(stream, ES, &GET)
}

/// A GET with further fields.
fn get_with(stream: u32, more: Fields<'_>) -> Vec<u8> {
    headers(stream, ES, &[&GET[..], more].concat())
}

/// A request whose content follows.
fn post(stream: u32) -> Vec<u8> {
    headers(stream, 0, &POST)
}

/// As [`post`], with Content-Length.
fn post_of(stream: u32, length: &str) -> Vec<u8> {
    let length = [("content-length", length)];
    headers(stream, 0, &[&POST[..], &length].concat())
}

fn data(stream: u32, flags: u8, bytes: &[u8]) -> Vec<u8> {
    frame(DATA, flags, stream, bytes)
}

fn settings(entries: &[(u16, u32)]) -> Vec<u8> {
    let entries = entries.iter().map(|(id, value)| {
        let (id, value) = (id.to_be_bytes(), value.to_be_bytes());
        [&id[..], &value].concat()
    });
    frame(SETTINGS, 0, 0, &entries.collect::<Vec<_>>().concat())
}

fn window(stream: u32, increment: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &increment.to_be_bytes())
}

fn reset(stream: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())
}

fn ping() -> Vec<u8> {
    frame(PING, 0, 0, b"12345678")
}

/// The frames of a case for a stream of this number.
type Frames = fn(u32) -> Vec<u8>;

/// Section and rule, and its frames.
type Case = (&'static str, Frames);

/// Streams that a case may use.
const STRIDE: u32 = 10;

/// Each case on a connection of its own: a connection error with this code, and nobody else notices.
fn fails<D: Door>(w: &World<D>, code: &str, cases: &[Case]) {
    for (name, frames) in cases {
        let mut client = connect(w);
        client.client().try_send(frames(1));
        let text = loop {
            let text = client.next_text();
            if text.starts_with("GOAWAY") {
                break text;
            }
        };
        assert!(text.ends_with(&format!(" {code}")), "{name}: {text}");
        client.client().expect_eof();
    }
    serves_still(w, &mut connect(w), 1);
}

/// All cases on one connection: a stream error with this code, and the connection goes on.
fn resets<D: Door>(w: &World<D>, code: &str, cases: &[Case]) {
    let mut client = connect(w);
    let mut stream = 1;
    for (name, frames) in cases {
        client.client().send(frames(stream));
        client.client().send(ping());
        let expected = format!("RST_STREAM {stream} {code}");
        assert_eq!(client.next_text(), expected, "{name}");
        assert_eq!(client.next_text(), "PING ack", "{name}");
        stream += STRIDE;
    }
    serves_still(w, &mut client, stream);
}

/// All cases on one connection: nothing comes back for them.
fn ignores<D: Door>(w: &World<D>, cases: &[Case]) {
    let mut client = connect(w);
    let mut stream = 1;
    for (name, frames) in cases {
        client.client().send(frames(stream));
        client.client().send(ping());
        assert_eq!(client.next_text(), "PING ack", "{name}");
        stream += STRIDE;
    }
    serves_still(w, &mut client, stream);
}

/// All cases on one connection: each is a request that the program gets, with this content, and answers.
fn serves<D: Door>(w: &World<D>, content: &[u8], cases: &[Case]) {
    let mut client = connect(w);
    let mut stream = 1;
    for (name, frames) in cases {
        client.client().send(frames(stream));
        let received = w.receive();
        assert_eq!(received.version, (2, 0), "{name}");
        let (mut body, mut part) = (Vec::new(), [0; 4096]);
        while let Ok(length) = w.read_body(received.id, &mut part) {
            body.extend_from_slice(&part[..length]);
        }
        assert_eq!(body, content, "{name}");
        let sent = w.respond(received.id, &Reply::ok());
        assert!(sent.is_ok(), "{name}");
        while client.next_text() != format!("DATA {stream} 0 end") {}
        stream += STRIDE;
    }
    serves_still(w, &mut client, stream);
}

/// A last request is served. No other has come that was malformed, which all have the path /bad.
fn serves_still<D: Door>(w: &World<D>, client: &mut H2Client, stream: u32) {
    let mut fields = GET;
    fields[3] = (":path", "/last");
    client.client().send(headers(stream, ES, &fields));
    loop {
        let received = w.receive();
        assert_ne!(
            received.abs_path, "/bad",
            "a malformed request came through"
        );
        if received.abs_path == "/last" {
            w.respond(received.id, &Reply::ok()).expect("an answer");
            break;
        }
        // Of a stream that has ended, or that nobody has answered so far.
        let _ = w.cancel(received.id);
    }
    while client.next_text() != format!("DATA {stream} 0 end") {}
}
