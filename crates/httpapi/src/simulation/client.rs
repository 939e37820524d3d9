//! A client of a simulated network, for programs in C.
//!
//! Owns: waiting in virtual time, what has come and was not read, how the connection ended. Does not own: where a
//! response ends (`response.rs`). Threading: threads of the simulation; calls on one client take turns.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use httpsys_network::{Event, Network, Poll, Stream};
use httpsys_sim::note;
use httpsys_socket::lock::{Mutex, MutexGuard};
use httpsys_socket::world::{self, World};

use crate::code::{CallResult, ErrorCode};
use crate::reason::invalid;
use crate::simulation::response;

/// How long a call waits, in virtual time.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long [`SimulatedClient::end`] waits.
const UNDER_WAY: Duration = Duration::from_secs(1);
/// Bytes that one read asks for.
const PIECE: usize = 16_384;

/// ERROR_HANDLE_EOF: the server has closed the connection.
const ENDED: ErrorCode = ErrorCode::from_win32(38);
/// ERROR_NETNAME_DELETED: the connection was broken off.
const BROKEN: ErrorCode = ErrorCode::from_win32(64);
/// WAIT_TIMEOUT.
const TIMED_OUT: ErrorCode = ErrorCode::from_win32(258);

/// HTTPSYS_SIM_END of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SimulatedEnd {
    Open = 0,
    Closed = 1,
    Reset = 2,
}

/// HTTPSYS_SIM_CLIENT.
#[derive(Debug)]
pub(crate) struct SimulatedClient {
    connection: Mutex<ClientConnection>,
    poll: Poll,
    key: Arc<WaitAddress>,
}

/// Its address is what a thread waits for.
#[derive(Debug)]
struct WaitAddress(#[allow(dead_code, reason = "not empty, so that each has an address")] u8);

#[derive(Debug)]
struct ClientConnection {
    /// Until the client closes it.
    stream: Option<Stream>,
    /// What has come and was not read.
    unread: Vec<u8>,
    end: SimulatedEnd,
    /// The last response, with a NUL behind it, which the program may look at.
    shown: Vec<u8>,
}

fn world() -> Result<Arc<dyn World>, ErrorCode> {
    world::current().ok_or_else(|| invalid("the calling thread belongs to no simulation"))
}

impl SimulatedClient {
    /// Connects to the port of 127.0.0.1 and waits until that is done.
    pub(crate) fn connect(network: &Network, port: u16) -> Result<SimulatedClient, ErrorCode> {
        let refused = |error: io::Error| invalid(format!("no connection to port {port}: {error}"));
        let (poll, key) = (Poll::new(network), Arc::new(WaitAddress(0)));
        let (rings, home) = (Arc::as_ptr(&key) as usize, Arc::downgrade(&world()?));
        poll.on_ready(move || {
            if let Some(world) = home.upgrade() {
                world.wake(rings, true);
            }
        });
        note(&format!("client connects to port {port}"));
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = network.connect(None, to).map_err(refused)?;
        poll.register(&stream, 0).map_err(refused)?;
        let client = SimulatedClient {
            connection: Mutex::new(ClientConnection {
                stream: None,
                unread: Vec::new(),
                end: SimulatedEnd::Open,
                shown: Vec::new(),
            }),
            poll,
            key,
        };
        let until = world()?.now().saturating_add(PATIENCE);
        loop {
            client.wait(until)?;
            if let Some(error) = stream.take_error().map_err(refused)? {
                return Err(refused(error));
            }
            if stream.peer_addr().is_ok() {
                break;
            }
        }
        client.locked().stream = Some(stream);
        Ok(client)
    }

    /// Never held while the thread waits.
    fn locked(&self) -> MutexGuard<'_, ClientConnection> {
        self.connection.lock()
    }

    /// Waits until something has changed.
    fn wait(&self, until: Duration) -> CallResult {
        let world = world()?;
        while !self.poll.is_ready() {
            let woken = world.wait(Arc::as_ptr(&self.key) as usize, Some(until));
            if !woken && !self.poll.is_ready() {
                return Err(TIMED_OUT);
            }
        }
        let mut events: Vec<Event> = Vec::new();
        self.poll.events(&mut events);
        Ok(())
    }

    /// Sends all of the bytes.
    pub(crate) fn send(&self, bytes: &[u8]) -> CallResult {
        note(&format!("client sends {} bytes", bytes.len()));
        let until = world()?.now().saturating_add(PATIENCE);
        let mut left = bytes;
        while !left.is_empty() {
            let mut connection = self.locked();
            let stream = connection.stream.as_ref().ok_or(BROKEN)?;
            match stream.write(left) {
                Ok(written) => left = &left[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    drop(connection);
                    self.wait(until)?;
                }
                Err(error) => {
                    if error.kind() == ErrorKind::ConnectionReset {
                        connection.end = SimulatedEnd::Reset;
                    }
                    return Err(BROKEN);
                }
            }
        }
        Ok(())
    }

    /// Waits until there is something to read; how much was copied.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Result<usize, ErrorCode> {
        self.fill(|connection| !connection.unread.is_empty())?;
        let mut connection = self.locked();
        let length = buffer.len().min(connection.unread.len());
        buffer[..length].copy_from_slice(&connection.unread[..length]);
        connection.unread.drain(..length);
        Ok(length)
    }

    /// Waits for a whole response: where it is, with a NUL behind it, and its length.
    pub(crate) fn response(&self) -> Result<(*const u8, usize), ErrorCode> {
        let whole = |connection: &ClientConnection| {
            let ended = connection.end == SimulatedEnd::Closed;
            response::length(&connection.unread, ended)
        };
        self.fill(|connection| whole(connection).is_some())?;
        let mut connection = self.locked();
        let length = whole(&connection).ok_or(ENDED)?;
        let mut shown: Vec<u8> = connection.unread.drain(..length).collect();
        shown.push(0);
        connection.shown = shown;
        note(&format!("client has a response of {length} bytes"));
        Ok((connection.shown.as_ptr(), length))
    }

    /// Reads until it is enough, or fails with how the connection ended.
    fn fill(&self, enough: impl Fn(&ClientConnection) -> bool) -> CallResult {
        let until = world()?.now().saturating_add(PATIENCE);
        loop {
            let mut connection = self.locked();
            let is_open = connection.read();
            if enough(&connection) {
                return Ok(());
            }
            match connection.end {
                SimulatedEnd::Open if is_open => {}
                SimulatedEnd::Reset => return Err(BROKEN),
                _ => return Err(ENDED),
            }
            drop(connection);
            self.wait(until)?;
        }
    }

    /// How the server has ended the connection. What is under way gets a second to arrive.
    pub(crate) fn end(&self) -> Result<SimulatedEnd, ErrorCode> {
        self.end_within(UNDER_WAY)
    }

    /// Waits until the server has ended the connection, and tells how.
    pub(crate) fn expect_end(&self) -> Result<SimulatedEnd, ErrorCode> {
        self.end_within(PATIENCE)
    }

    fn end_within(&self, wait: Duration) -> Result<SimulatedEnd, ErrorCode> {
        let until = world()?.now().saturating_add(wait);
        loop {
            let mut connection = self.locked();
            let is_open = connection.read();
            let end = connection.end;
            drop(connection);
            if !is_open || end != SimulatedEnd::Open || self.wait(until).is_err() {
                return Ok(end);
            }
        }
    }

    /// Ends the client's stream.
    pub(crate) fn half_close(&self) -> CallResult {
        note("client half-closes");
        let connection = self.locked();
        let stream = connection.stream.as_ref().ok_or(BROKEN)?;
        stream.shutdown(Shutdown::Write).map_err(|_| BROKEN)
    }

    /// Closes the connection, if it is open.
    pub(crate) fn close(&self) {
        if let Some(stream) = self.take("client closes") {
            drop(stream);
        }
    }

    /// Breaks the connection off, if it is open.
    pub(crate) fn reset(&self) {
        if let Some(stream) = self.take("client resets") {
            stream.reset();
        }
    }

    fn take(&self, what: &str) -> Option<Stream> {
        let stream = self.locked().stream.take()?;
        note(what);
        Some(stream)
    }
}

impl ClientConnection {
    /// Reads what is there. False: there is nothing to read from any more.
    fn read(&mut self) -> bool {
        let Some(stream) = &self.stream else {
            return false;
        };
        while self.end == SimulatedEnd::Open {
            let length = self.unread.len();
            self.unread.resize(length + PIECE, 0);
            let read = stream.read(&mut self.unread[length..]);
            self.unread.truncate(length + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => self.end = SimulatedEnd::Closed,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.end = SimulatedEnd::Reset,
            }
        }
        true
    }
}
