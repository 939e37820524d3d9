//! One connection of the load: its socket, the batch it is sending and the answers it waits for.
//!
//! Does the input and output of one socket and says what happened; what follows from that (next
//! batch, new connection, counting) is `worker`'s. Interest in writability is registered only while
//! a batch does not fit into the socket's buffer, so a short exchange costs one send and one
//! receive. Everything belongs to the thread of its worker.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use crate::answer::Answer;

/// A connection slot; the socket in it changes, the slot stays.
#[derive(Debug, Default)]
pub(crate) struct Link {
    stream: Option<TcpStream>,
    /// Number of sockets this slot had; tells an old one from its successor.
    pub(crate) generation: u32,
    pub(crate) answer: Answer,
    /// Answers of the current batch that came.
    pub(crate) answered: usize,
    /// A batch was begun on this socket and not all of it is answered.
    pub(crate) under_way: bool,
    /// Bytes of the batch written so far while it is being sent.
    sent: Option<usize>,
    waits_for_room: bool,
    /// The next thing to come is the end of the connection, and that is right.
    pub(crate) ends: bool,
    /// When the batch was begun, or was due in open loop.
    pub(crate) began_ns: u64,
    /// Open loop: when the next batch is to be begun.
    pub(crate) due_ns: u64,
}

impl Link {
    /// Replaces the socket by a new one that is being connected.
    ///
    /// # Errors
    /// The operating system's; the slot is without a socket then.
    pub(crate) fn connect(
        &mut self,
        addr: SocketAddr,
        registry: &Registry,
        token: Token,
    ) -> io::Result<()> {
        self.close();
        self.generation = self.generation.wrapping_add(1);
        self.answer.reset();
        self.answered = 0;
        self.waits_for_room = false;
        self.ends = false;
        let mut stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        registry.register(&mut stream, token, Interest::READABLE)?;
        self.stream = Some(stream);
        Ok(())
    }

    /// Ends the socket; closing takes it out of the poll as well.
    pub(crate) fn close(&mut self) {
        self.stream = None;
        self.sent = None;
        self.under_way = false;
    }

    pub(crate) fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    pub(crate) fn is_sending(&self) -> bool {
        self.sent.is_some()
    }

    /// Begins to send a batch; the caller goes on with [`Link::send`].
    pub(crate) fn begin(&mut self, began_ns: u64) {
        self.answered = 0;
        self.began_ns = began_ns;
        self.sent = Some(0);
        self.under_way = true;
    }

    /// Writes as much of `batch` as the socket takes.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) fn send(
        &mut self,
        batch: &[u8],
        registry: &Registry,
        token: Token,
    ) -> io::Result<()> {
        let (Some(stream), Some(mut sent)) = (&mut self.stream, self.sent) else {
            return Ok(());
        };
        while sent < batch.len() {
            match stream.write(&batch[sent..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => sent += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                // Not connected: still connecting, on systems where loopback takes a moment.
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    self.sent = Some(sent);
                    if !self.waits_for_room {
                        self.waits_for_room = true;
                        let both = Interest::READABLE | Interest::WRITABLE;
                        registry.reregister(stream, token, both)?;
                    }
                    return Ok(());
                }
                Err(e) => return Err(e),
            }
        }
        self.sent = None;
        if self.waits_for_room {
            self.waits_for_room = false;
            registry.reregister(stream, token, Interest::READABLE)?;
        }
        Ok(())
    }

    /// Reads into `buf`; 0 is the end of the connection.
    ///
    /// # Errors
    /// `WouldBlock` when nothing is there; anything else: the connection is broken.
    pub(crate) fn receive(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(stream) = &mut self.stream else {
            return Err(ErrorKind::WouldBlock.into());
        };
        loop {
            match stream.read(buf) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}
