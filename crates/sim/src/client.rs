//! A client of a simulated network, as tests write it: calls that wait in virtual time.
//!
//! Owns: waiting, what has come and was not read yet, how the connection ended. Does not own: the form of a
//! response (`response.rs`). Threading: one thread at a time, which belongs to the simulation.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use httpsys_network::{ConnectionNumber, Event, Network, Poll, Stream};
use httpsys_socket::world::{self, World};

use crate::response::{self, ClientResponse};

/// How long a call waits, unless [`Client::patience`] says otherwise.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long [`Client::end`] waits for what is under way.
const UNDER_WAY: Duration = Duration::from_secs(1);
/// Bytes that one read asks for.
const PIECE: usize = 16_384;

/// How a connection ended, as its client saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientEnd {
    /// With FIN: the server has closed it in order.
    Closed,
    /// With RST: it was broken off.
    Reset,
}

/// Its address is what a client waits for.
struct ClientKey(#[allow(dead_code, reason = "not empty, so that each has an address")] u8);

/// A client with one connection. Its calls wait in virtual time, while the threads of the simulation run;
/// [`Read`] and [`Write`] are those of a blocking socket. Dropped, it closes the connection.
///
/// [`crate::Sim::connect`] makes one; a thread of [`crate::Sim::spawn`] makes its own with
/// [`Client::connect`].
pub struct Client {
    stream: Stream,
    poll: Poll,
    key: Arc<ClientKey>,
    events: Vec<Event>,
    /// What has come and was not read.
    unread: Vec<u8>,
    end: Option<ClientEnd>,
    patience: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("number", &self.number())
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

fn world() -> Arc<dyn World> {
    world::current().expect("a thread of a simulation")
}

impl Client {
    /// Connects to the address, and waits until that is done.
    ///
    /// # Errors
    /// `ConnectionRefused` if nobody listens; `TimedOut`; what [`Network::connect`] says.
    ///
    /// # Panics
    /// The calling thread belongs to no simulation.
    pub fn connect(network: &Network, to: SocketAddr) -> io::Result<Client> {
        let key = Arc::new(ClientKey(0));
        let poll = Poll::new(network);
        let (rings, weak) = (Arc::clone(&key), Arc::downgrade(&world()));
        poll.on_ready(move || {
            if let Some(world) = weak.upgrade() {
                world.wake(address(&rings), true);
            }
        });
        let stream = network.connect(None, to)?;
        poll.register(&stream, 0)?;
        let mut client = Client {
            stream,
            poll,
            key,
            events: Vec::new(),
            unread: Vec::new(),
            end: None,
            patience: PATIENCE,
        };
        let until = client.deadline();
        while client.stream.peer_addr().is_err() {
            if let Some(error) = client.stream.take_error()? {
                return Err(error);
            }
            client.wait(until)?;
        }
        Ok(client)
    }

    /// How long each call waits in virtual time until it gives up: 600 s unless it is set.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Client {
        self.patience = patience;
        self
    }

    /// The number of the connection on its network, for [`crate::SimFault::of`] and in traces.
    #[must_use]
    pub fn number(&self) -> ConnectionNumber {
        self.stream.id().0
    }

    /// Sends all of it. It waits while the server reads nothing.
    ///
    /// # Panics
    /// The connection has ended, or the time is up ([`Client::patience`]): see [`Client::try_send`].
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        if let Err(error) = self.try_send(bytes) {
            self.fail("cannot send", &error);
        }
    }

    /// As [`Client::send`].
    ///
    /// # Errors
    /// Those of a socket; `TimedOut` after [`Client::patience`].
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.write_all(bytes.as_ref())
    }

    /// Waits for a response, and takes it: an interim one, or one that is complete, as its head says.
    ///
    /// # Panics
    /// The connection ends before, what comes is no response, or the time is up ([`Client::patience`]).
    #[track_caller]
    pub fn expect_response(&mut self) -> ClientResponse {
        match self.read_response() {
            Ok(response) => response,
            Err(error) => self.fail("no response", &error),
        }
    }

    /// As [`Client::expect_response`], for the response to a HEAD: a head without a body.
    ///
    /// # Panics
    /// As [`Client::expect_response`].
    #[track_caller]
    pub fn expect_head(&mut self) -> ClientResponse {
        match response::read_head(self) {
            Ok(response) => response,
            Err(error) => self.fail("no response", &error),
        }
    }

    /// As [`Client::expect_response`].
    ///
    /// # Errors
    /// `UnexpectedEof`, `ConnectionReset`, `InvalidData`; `TimedOut` after [`Client::patience`].
    pub fn read_response(&mut self) -> io::Result<ClientResponse> {
        response::read(self)
    }

    /// What has come until now and was not read; it does not wait.
    pub fn received(&mut self) -> &[u8] {
        while self.end.is_none() && self.read_now().is_ok() {}
        &self.unread
    }

    /// How the connection has ended. It waits for what is under way, for a second at most; what comes meanwhile
    /// can still be read. `None`: it is open.
    pub fn end(&mut self) -> Option<ClientEnd> {
        let until = world().now().saturating_add(UNDER_WAY);
        self.end_until(until)
    }

    /// Waits until the connection has ended, and says how.
    ///
    /// # Panics
    /// It is open after [`Client::patience`].
    #[track_caller]
    pub fn expect_end(&mut self) -> ClientEnd {
        let until = self.deadline();
        match self.end_until(until) {
            Some(end) => end,
            None => self.fail("the connection does not end", &ErrorKind::TimedOut.into()),
        }
    }

    fn end_until(&mut self, until: Duration) -> Option<ClientEnd> {
        // An error is an end, or the time is up.
        while self.end.is_none() && self.fill(until).is_ok() {}
        self.end
    }

    /// Sends FIN: the server sees the end of the stream, and can still send.
    ///
    /// # Panics
    /// The connection has ended.
    #[track_caller]
    pub fn half_close(&mut self) {
        if let Err(error) = self.stream.shutdown(Shutdown::Write) {
            self.fail("cannot half-close", &error);
        }
    }

    /// Closes the connection: with FIN, or with RST if bytes have arrived that the client did not take.
    pub fn close(self) {}

    /// Breaks the connection off: RST.
    pub fn reset(self) {
        self.stream.reset();
    }

    fn deadline(&self) -> Duration {
        world().now().saturating_add(self.patience)
    }

    #[track_caller]
    fn fail(&self, what: &str, error: &io::Error) -> ! {
        let number = self.number();
        let now = world().now();
        let unread = String::from_utf8_lossy(&self.unread);
        panic!("client {number} at {now:?}: {what}: {error}; it has {unread:?}");
    }

    /// Waits until something has changed.
    fn wait(&mut self, until: Duration) -> io::Result<()> {
        let world = world();
        while !self.poll.is_ready() {
            if !world.wait(address(&self.key), Some(until)) && !self.poll.is_ready() {
                return Err(ErrorKind::TimedOut.into());
            }
        }
        self.poll.events(&mut self.events);
        Ok(())
    }

    /// Takes what is there. Nothing is `WouldBlock`, and the end 0 bytes.
    fn read_now(&mut self) -> io::Result<usize> {
        match self.end {
            Some(ClientEnd::Closed) => return Ok(0),
            Some(ClientEnd::Reset) => return Err(ErrorKind::ConnectionReset.into()),
            None => {}
        }
        let length = self.unread.len();
        self.unread.resize(length + PIECE, 0);
        let read = self.stream.read(&mut self.unread[length..]);
        let came = *read.as_ref().unwrap_or(&0);
        self.unread.truncate(length + came);
        match &read {
            Ok(0) => self.end = Some(ClientEnd::Closed),
            Err(error) if error.kind() != ErrorKind::WouldBlock => {
                self.end = Some(ClientEnd::Reset);
            }
            _ => {}
        }
        read
    }

    /// As [`Client::read_now`], and waits for something.
    fn fill(&mut self, until: Duration) -> io::Result<usize> {
        loop {
            match self.read_now() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait(until)?,
                result => return result,
            }
        }
    }
}

fn address(key: &Arc<ClientKey>) -> usize {
    Arc::as_ptr(key) as usize
}

impl Read for Client {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.unread.is_empty() && !buffer.is_empty() {
            let until = self.deadline();
            self.fill(until)?;
        }
        let taken = buffer.len().min(self.unread.len());
        buffer[..taken].copy_from_slice(&self.unread[..taken]);
        self.unread.drain(..taken);
        Ok(taken)
    }
}

impl Write for Client {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let until = self.deadline();
        loop {
            match self.stream.write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait(until)?,
                Err(error) => {
                    if error.kind() == ErrorKind::ConnectionReset {
                        self.end = Some(ClientEnd::Reset);
                    }
                    return Err(error);
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
