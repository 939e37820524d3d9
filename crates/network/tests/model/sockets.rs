//! What the bodies run over: sockets in memory and real ones, behind one trait.
//!
//! Owns: the trait, and waiting: in memory the time moves, on loopback the kernel gets it. Does not own: the
//! two implementations.

use std::fmt::Debug;
use std::io::{ErrorKind, IoSlice};
use std::net::{Shutdown, SocketAddr};
use std::time::Instant;

#[cfg(target_os = "linux")]
mod loopback;
mod memory;

#[cfg(target_os = "linux")]
pub(crate) use loopback::Loopback;
pub(crate) use memory::Memory;

/// What a socket is ready for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ready {
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    pub(crate) read_closed: bool,
    pub(crate) write_closed: bool,
    pub(crate) error: bool,
}

impl Ready {
    pub(crate) const NOTHING: Ready = Ready {
        readable: false,
        writable: false,
        read_closed: false,
        write_closed: false,
        error: false,
    };
    pub(crate) const WRITABLE: Ready = Ready {
        writable: true,
        ..Ready::NOTHING
    };
    pub(crate) const READABLE: Ready = Ready {
        readable: true,
        ..Ready::NOTHING
    };
    pub(crate) const BOTH: Ready = Ready {
        readable: true,
        writable: true,
        ..Ready::NOTHING
    };
    /// The peer's FIN has come.
    pub(crate) const ENDED: Ready = Ready {
        read_closed: true,
        ..Ready::BOTH
    };
    /// Both directions have ended, without an error or with one that was taken.
    pub(crate) const CLOSED: Ready = Ready {
        write_closed: true,
        ..Ready::ENDED
    };
    pub(crate) const BROKEN: Ready = Ready {
        error: true,
        ..Ready::CLOSED
    };
}

pub(crate) type Outcome<T> = Result<T, ErrorKind>;

pub(crate) trait Socket: Debug {
    fn read(&self, buffer: &mut [u8]) -> Outcome<usize>;
    fn write(&self, bytes: &[u8]) -> Outcome<usize>;
    fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> Outcome<usize>;
    fn shutdown(&self, how: Shutdown) -> Outcome<()>;
    fn peer(&self) -> Outcome<SocketAddr>;
    fn local(&self) -> SocketAddr;
    fn take_error(&self) -> Option<ErrorKind>;
    fn unacknowledged(&self) -> u64;
    fn reset(self);
}

pub(crate) trait Sockets {
    type Stream: Socket;
    type Listener;
    type Poll;
    /// More than the buffers hold has 64 pieces of this size.
    const PIECE: usize;

    fn listen_at(&self, address: SocketAddr, backlog: usize) -> Outcome<Self::Listener>;
    fn local(&self, listener: &Self::Listener) -> SocketAddr;
    fn connect(&self, to: SocketAddr) -> Self::Stream;
    fn accept(&self, listener: &Self::Listener) -> Outcome<Self::Stream>;
    fn poll(&self) -> Self::Poll;
    fn watch(&self, poll: &mut Self::Poll, stream: &mut Self::Stream, token: usize);
    fn watch_listener(&self, poll: &mut Self::Poll, listener: &mut Self::Listener, token: usize);
    fn leave(&self, poll: &mut Self::Poll, stream: &mut Self::Stream);
    fn leave_listener(&self, poll: &mut Self::Poll, listener: &mut Self::Listener);
    fn events(&self, poll: &mut Self::Poll) -> Vec<(usize, Ready)>;
    /// Lets something happen; false when it has waited long enough.
    fn wait(&self, since: Instant) -> bool;

    /// Looks again and again until there is something.
    fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            if !self.wait(since) {
                return look().unwrap_or_else(|| panic!("never: {what}"));
            }
        }
    }

    fn listen(&self) -> (Self::Listener, SocketAddr) {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = self.listen_at(any, 64).unwrap();
        let address = self.local(&listener);
        (listener, address)
    }

    fn accepted(&self, listener: &Self::Listener) -> Self::Stream {
        self.until("a connection", || self.accept(listener).ok())
    }

    /// Both ends of a connection: the client's and the server's.
    fn pair(&self) -> (Self::Stream, Self::Stream) {
        let (listener, address) = self.listen();
        let client = self.connect(address);
        let server = self.accepted(&listener);
        (client, server)
    }

    /// What the socket is ready for now.
    fn ready(&self, stream: &mut Self::Stream) -> Ready {
        let mut poll = self.poll();
        self.watch(&mut poll, stream, 7);
        let events = self.events(&mut poll);
        self.leave(&mut poll, stream);
        let found = events.first();
        found.map_or(Ready::NOTHING, |(_, ready)| *ready)
    }

    fn listener_ready(&self, listener: &mut Self::Listener) -> Ready {
        let mut poll = self.poll();
        self.watch_listener(&mut poll, listener, 7);
        let events = self.events(&mut poll);
        self.leave_listener(&mut poll, listener);
        let found = events.first();
        found.map_or(Ready::NOTHING, |(_, ready)| *ready)
    }

    /// Waits until the socket is ready for exactly this.
    fn becomes(&self, stream: &mut Self::Stream, wanted: Ready) {
        let since = Instant::now();
        loop {
            let now = self.ready(stream);
            if now == wanted {
                return;
            }
            assert!(self.wait(since), "{stream:?}: {now:?}, not {wanted:?}");
        }
    }

    /// Reads exactly these bytes.
    fn expect(&self, stream: &Self::Stream, wanted: &[u8]) {
        let mut got = vec![0; wanted.len()];
        let mut filled = 0;
        while filled < wanted.len() {
            filled += self.until("bytes", || match stream.read(&mut got[filled..]) {
                Err(ErrorKind::WouldBlock) => None,
                other => Some(other.unwrap()),
            });
        }
        assert_eq!(got, wanted);
    }

    /// The next outcome of a read that is not "try again".
    fn outcome(&self, stream: &Self::Stream) -> Outcome<usize> {
        let mut buffer = [0; 65_536];
        self.until("the outcome of a read", || match stream.read(&mut buffer) {
            Err(ErrorKind::WouldBlock) => None,
            other => Some(other),
        })
    }

    /// Writes until the buffers on the way are full, and returns what was written.
    fn fill(&self, stream: &Self::Stream) -> Vec<u8> {
        self.until("connected", || stream.peer().ok());
        let mut all = Vec::new();
        let since = Instant::now();
        loop {
            let from = all.len();
            let chunk: Vec<u8> = (from..from + 10_007).map(|n| (n % 251) as u8).collect();
            match stream.write(&chunk) {
                Ok(n) => all.extend_from_slice(&chunk[..n]),
                Err(ErrorKind::WouldBlock) if all.is_empty() => assert!(self.wait(since)),
                Err(kind) => {
                    assert_eq!(kind, ErrorKind::WouldBlock);
                    return all;
                }
            }
        }
    }

    /// Reads until the end of the stream.
    fn read_to_end(&self, stream: &Self::Stream) -> Vec<u8> {
        let mut all = Vec::new();
        let mut buffer = [0; 8192];
        loop {
            let count = self.until("bytes or the end", || match stream.read(&mut buffer) {
                Err(ErrorKind::WouldBlock) => None,
                other => Some(other.unwrap()),
            });
            if count == 0 {
                return all;
            }
            all.extend_from_slice(&buffer[..count]);
        }
    }

    /// The token's event that comes next.
    fn event(&self, poll: &mut Self::Poll, token: usize) -> Ready {
        self.until("an event", || {
            let events = self.events(poll);
            let found = events.iter().find(|(of, _)| *of == token);
            found.map(|(_, ready)| *ready)
        })
    }
}
