//! A server on a free port and a raw client for the tests of this crate.
//!
//! Owns the client's time limit: a test that would hang fails instead.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use httpsys::{Parameters, Server};

/// The longest a client waits for the server.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of its own service on a free port.
pub(crate) fn server() -> (Server, u16) {
    let server = Server::builder()
        .parameters(Parameters::default())
        .url("http://localhost:0/")
        .bind()
        .expect("a server");
    let port = server.local_addr().expect("its address").port();
    (server, port)
}

/// A raw client.
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit");
        Client(stream)
    }

    /// Connects and sends.
    pub(crate) fn send(port: u16, text: &str) -> Self {
        let mut client = Client::connect(port);
        client.0.write_all(text.as_bytes()).expect("to send");
        client
    }

    /// All that comes until the server closes.
    pub(crate) fn read_all(mut self) -> String {
        let mut answer = Vec::new();
        self.0.read_to_end(&mut answer).expect("an orderly end");
        String::from_utf8(answer).expect("text")
    }

    /// True when the server reset the connection without sending a byte.
    pub(crate) fn was_reset(mut self) -> bool {
        self.read_to_reset().is_some_and(|answer| answer.is_empty())
    }

    /// What came before the reset; `None` after an orderly end. Wine's sockets tell a reader of an
    /// end in both cases; there the first send tells, which fails at once only after a reset.
    pub(crate) fn read_to_reset(&mut self) -> Option<Vec<u8>> {
        let mut answer = Vec::new();
        let reset = match self.0.read_to_end(&mut answer) {
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
            Ok(_) => cfg!(windows) && self.0.write_all(b"x").is_err(),
        };
        reset.then_some(answer)
    }
}

/// The body of an answer.
pub(crate) fn body_of(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").expect("a head").1
}
