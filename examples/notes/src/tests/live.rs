//! The WebSocket: messages, messages that are too long, clients that vanish.

use std::time::Duration;

use httpsys_sim::{Client, ClientEnd, Sim};
use tungstenite::Message;
use tungstenite::protocol::{Role, WebSocket};

use super::{Running, read_until, under_ten_seeds};

/// A client whose handshake is done.
pub(super) fn connect(sim: &Sim) -> Client {
    let mut client = sim.connect(80);
    client.send(
        "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    let head = read_until(&mut client, "\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    // The example of RFC 6455 section 1.3.
    assert!(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    client
}

#[test]
fn a_text_becomes_a_note_and_comes_back() {
    under_ten_seeds(|notes| {
        let mut client = WebSocket::from_raw_socket(connect(&notes.sim), Role::Client, None);
        for (id, text) in [(1, "a"), (2, "größer")] {
            client.send(Message::text(text)).unwrap();
            let note = format!(r#"{{"id":{id},"text":"{text}"}}"#);
            assert_eq!(client.read().unwrap(), Message::text(note));
        }
        client.send(Message::Ping("are you there".into())).unwrap();
        assert!(client.read().unwrap().is_pong());
        client.close(None).unwrap();
        assert!(client.read().unwrap().is_close());
        assert_eq!(client.get_mut().expect_end(), ClientEnd::Closed);
    });
}

#[test]
fn a_message_that_is_too_long_costs_the_connection() {
    let notes = Running::start();
    let mut client = WebSocket::from_raw_socket(connect(&notes.sim), Role::Client, None);
    // The server may be faster than the last byte.
    let _ = client.send(Message::text("x".repeat(64 * 1024 + 1)));
    assert_eq!(client.get_mut().expect_end(), ClientEnd::Reset);
    assert_eq!(notes.ask("GET /notes", "").text(), "[]");
    assert_eq!(notes.end(), 0);
}

#[test]
fn a_client_that_vanishes_in_the_middle_of_a_frame_ends_its_thread() {
    // A thread that did not end would be reported at the end.
    under_ten_seeds(|notes| {
        let mut client = connect(&notes.sim);
        client.send([0x81, 0x85, 0, 0, 0, 0, b'h', b'e']); // "hello" without its end
        notes.sim.advance(Duration::from_millis(10));
        client.reset();
        notes.sim.advance(Duration::from_secs(1));
        assert_eq!(notes.ask("GET /notes", "").text(), "[]");
    });
}

#[test]
fn a_client_that_closes_without_a_word_ends_its_thread() {
    let notes = Running::start();
    connect(&notes.sim).close();
    notes.sim.advance(Duration::from_secs(1));
    assert_eq!(notes.end(), 0);
}
