//! A client that sends and expects bytes.
//!
//! Owns: one connection and its deadline. Does not own: what is right.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use socket2::{Domain, SockRef, Socket, Type};

use crate::PATIENCE;

/// See the module head.
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) fn connect(port: u16) -> Client {
        Client::of(TcpStream::connect(("127.0.0.1", port)).expect("it listens"))
    }

    /// Of which the system keeps few bytes that nobody has read.
    pub(crate) fn small(port: u16) -> Client {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_recv_buffer_size(16 * 1024).expect("an option");
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
        socket.connect(&address.into()).expect("it listens");
        Client::of(socket.into())
    }

    /// Connects from this address of the machine.
    #[cfg(not(target_os = "macos"))]
    pub(crate) fn connect_from(from: [u8; 4], port: u16) -> Client {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        let from = std::net::SocketAddr::from((from, 0));
        socket.bind(&from.into()).expect("an address of loopback");
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
        socket.connect(&address.into()).expect("it listens");
        Client::of(socket.into())
    }

    fn of(stream: TcpStream) -> Client {
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
        Client(stream)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).expect("sent");
    }

    /// Closes the sending side.
    pub(crate) fn finish(&mut self) {
        self.0.shutdown(Shutdown::Write).expect("a socket");
    }

    /// Breaks the connection off.
    pub(crate) fn reset(self) {
        let socket = SockRef::from(&self.0);
        socket
            .set_linger(Some(std::time::Duration::ZERO))
            .expect("an option");
    }

    /// Whether neither bytes nor an end are there.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.0.set_nonblocking(true).expect("a socket");
        let read = self.0.read(&mut [0]);
        self.0.set_nonblocking(false).expect("a socket");
        read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    /// The orderly end, with nothing before it.
    #[track_caller]
    pub(crate) fn expect_end(&mut self) {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).expect("an orderly end");
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }

    /// A reset, with nothing before it.
    #[track_caller]
    pub(crate) fn expect_reset(&mut self) {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Err(end) => assert_eq!(end.kind(), ErrorKind::ConnectionReset, "{end}"),
            // Wine's sockets tell a reader of an end; the first send fails at once only after a reset.
            Ok(_) => assert!(
                cfg!(windows) && self.0.write_all(b"x").is_err(),
                "an orderly end"
            ),
        }
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }

    /// Throws so many bytes away.
    #[track_caller]
    pub(crate) fn read(&mut self, mut length: usize) {
        let mut block = [0; 8192];
        while length > 0 {
            let most = length.min(block.len());
            let got = self.0.read(&mut block[..most]).expect("bytes");
            assert_ne!(got, 0, "{length} bytes are missing");
            length -= got;
        }
    }

    /// So many bytes.
    #[track_caller]
    pub(crate) fn read_exact(&mut self, buffer: &mut [u8]) {
        self.0.read_exact(buffer).expect("bytes");
    }

    /// The response with the body `ok`.
    #[track_caller]
    pub(crate) fn expect_ok(&mut self) {
        let mut got = Vec::new();
        let mut byte = [0];
        while !got.ends_with(b"\r\n\r\nok") {
            self.0.read_exact(&mut byte).expect("a response");
            got.push(byte[0]);
        }
        assert!(got.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }

    /// Everything until the connection ends, in order or not.
    pub(crate) fn rest(&mut self) -> (Vec<u8>, Result<(), ErrorKind>) {
        let mut rest = Vec::new();
        let end = self.0.read_to_end(&mut rest);
        // Wine's sockets tell a reader of an end; the first send fails at once only after a reset.
        if end.is_ok() && cfg!(windows) && self.0.write_all(b"x").is_err() {
            return (rest, Err(ErrorKind::ConnectionReset));
        }
        (rest, end.map(drop).map_err(|error| error.kind()))
    }
}
