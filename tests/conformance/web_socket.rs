//! WebSockets over opaque mode through both doors (UPG-008): both sides speak by tungstenite, and
//! the connection below the program's side is ours.
//!
//! Owns: messages, fragments and closing handshakes. Does not own: the pipe itself (`opaque`), nor
//! browsers and other clients (the test `interop`).

use httpsys_tests::net::TcpStream;
use httpsys_tests::thread;
use std::io::{Read, Write};

use httpsys_tests::both_doors;
use httpsys_tests::door::{DISCONNECT, Door, MORE_DATA, World};
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame};
use tungstenite::protocol::{Role, WebSocket};
use tungstenite::{Error, Message, client};

use crate::opaque::switching;

both_doors![
    upg_008_messages_go_both_ways,
    upg_008_a_message_may_come_in_fragments_with_a_ping_between,
    upg_008_the_client_closes_with_a_code,
    upg_008_the_program_closes_with_a_code,
];

/// The message that makes the program close.
const END: &str = "the end";

/// An upgraded request as a stream, for the WebSocket library.
struct Pipe<'w, D: Door> {
    world: &'w World<D>,
    id: u64,
}

fn failed(code: u32) -> std::io::Error {
    std::io::Error::other(format!("error {code}"))
}

impl<D: Door> Read for Pipe<'_, D> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self.world.read_body(self.id, out) {
            Err(38) => Ok(0),
            result => result.map_err(failed),
        }
    }
}

impl<D: Door> Write for Pipe<'_, D> {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let sent = self.world.send_body(self.id, &[data], MORE_DATA);
        sent.map_err(failed).map(|sent| sent as usize)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn reason(code: u16, reason: &'static str) -> CloseFrame {
    let (code, reason) = (code.into(), reason.into());
    CloseFrame { code, reason }
}

/// The program's side: sends each message back, closes when the client does or says [`END`].
fn echo<D: Door>(w: &World<D>) {
    let received = w.receive();
    let key = &received
        .unknown
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("Sec-WebSocket-Key"))
        .expect("a field of the handshake")
        .1;
    let reply = switching().header("Sec-WebSocket-Accept", derive_accept_key(key));
    w.respond(received.id, &reply).expect("upgraded");
    let pipe = Pipe {
        world: w,
        id: received.id,
    };
    let mut socket = WebSocket::from_raw_socket(pipe, Role::Server, None);
    loop {
        match socket.read() {
            Ok(message) if message.is_close() => {}
            Ok(message) if message.is_ping() || message.is_pong() => {}
            Ok(message) if message == Message::text(END) => {
                socket.close(Some(reason(4001, "enough"))).expect("closed");
            }
            Ok(message) => socket.send(message).expect("sent back"),
            Err(Error::ConnectionClosed) => break,
            Err(error) => panic!("{error}"),
        }
    }
    w.send_body(received.id, &[], DISCONNECT).expect("ended");
}

/// The client's side of a connection that [`echo`] serves; `talk` ends with the closing handshake.
fn talk<D: Door>(w: &World<D>, talk: impl FnOnce(&mut WebSocket<TcpStream>)) {
    thread::scope(|scope| {
        let server = scope.spawn(|| echo(w));
        let stream = TcpStream::connect(("127.0.0.1", w.port())).expect("connected");
        let url = format!("ws://localhost:{}/chat", w.port());
        let (mut socket, response) = client(url, stream).expect("a handshake");
        assert_eq!(response.status(), 101);
        talk(&mut socket);
        // The end of the connection, and not a reset.
        assert!(matches!(socket.read(), Err(Error::ConnectionClosed)));
        server.join().expect("the server ends");
    });
}

fn expect_close(socket: &mut WebSocket<TcpStream>, expected: CloseFrame) {
    match socket.read().expect("a close frame") {
        Message::Close(Some(frame)) => assert_eq!(frame, expected),
        other => panic!("{other}"),
    }
}

fn upg_008_messages_go_both_ways<D: Door>(w: &World<D>) {
    talk(w, |socket| {
        for message in [
            Message::text("Hello"),
            Message::text(""),
            Message::text("\u{1F600}".repeat(50_000)),
            Message::binary(vec![0u8, 1, 255]),
            Message::binary(vec![7u8; 100_000]),
        ] {
            socket.send(message.clone()).expect("sent");
            assert_eq!(socket.read().expect("an echo"), message);
        }
        socket.close(Some(reason(1000, ""))).expect("closed");
        expect_close(socket, reason(1000, ""));
    });
}

fn upg_008_a_message_may_come_in_fragments_with_a_ping_between<D: Door>(w: &World<D>) {
    talk(w, |socket| {
        let fragment = |text: &'static str, kind, last| {
            Message::Frame(Frame::message(text, OpCode::Data(kind), last))
        };
        for frame in [
            fragment("one ", Data::Text, false),
            fragment("two ", Data::Continue, false),
            Message::Ping("p".into()),
            fragment("three", Data::Continue, true),
        ] {
            socket.send(frame).expect("sent");
        }
        assert_eq!(socket.read().expect("a pong"), Message::Pong("p".into()));
        let whole = Message::text("one two three");
        assert_eq!(socket.read().expect("an echo"), whole);
        socket.close(None).expect("closed");
        let end = socket.read().expect("the other half of the handshake");
        assert_eq!(end, Message::Close(None));
    });
}

fn upg_008_the_client_closes_with_a_code<D: Door>(w: &World<D>) {
    talk(w, |socket| {
        socket.close(Some(reason(1001, "going"))).expect("closed");
        expect_close(socket, reason(1001, "going"));
    });
}

fn upg_008_the_program_closes_with_a_code<D: Door>(w: &World<D>) {
    talk(w, |socket| {
        socket.send(Message::text(END)).expect("sent");
        expect_close(socket, reason(4001, "enough"));
    });
}
