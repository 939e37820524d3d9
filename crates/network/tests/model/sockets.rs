//! What the bodies run over: sockets in memory and real ones, behind one trait.
//!
//! Owns: the two implementations, and waiting: in memory the time moves, on loopback the kernel gets it.

use std::fmt::Debug;
use std::io::{ErrorKind, IoSlice};
use std::net::{Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use httpsys_network::{Chance, Network, Rules};

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

/// Sockets of this crate.
#[derive(Debug)]
pub(crate) struct Memory {
    network: Network,
}

impl Memory {
    pub(crate) fn ideal() -> Memory {
        Memory {
            network: Network::new(1, Rules::default()),
        }
    }

    pub(crate) fn slow(seed: u64) -> Memory {
        let rules = Rules {
            segment: 1..=4000,
            delay: Duration::ZERO..=Duration::from_millis(20),
            split: Chance::from(0.3),
            full_send_buffer: Chance::NEVER,
            send_buffer: 30_000,
            receive_buffer: 20_000,
            ..Rules::default()
        };
        Memory {
            network: Network::new(seed, rules),
        }
    }
}

impl Socket for httpsys_network::Stream {
    fn read(&self, buffer: &mut [u8]) -> Outcome<usize> {
        self.read(buffer).map_err(|error| error.kind())
    }

    fn write(&self, bytes: &[u8]) -> Outcome<usize> {
        self.write(bytes).map_err(|error| error.kind())
    }

    fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> Outcome<usize> {
        self.write_vectored(pieces).map_err(|error| error.kind())
    }

    fn shutdown(&self, how: Shutdown) -> Outcome<()> {
        self.shutdown(how).map_err(|error| error.kind())
    }

    fn peer(&self) -> Outcome<SocketAddr> {
        self.peer_addr().map_err(|error| error.kind())
    }

    fn local(&self) -> SocketAddr {
        self.local_addr().unwrap()
    }

    fn take_error(&self) -> Option<ErrorKind> {
        self.take_error().unwrap().map(|error| error.kind())
    }

    fn unacknowledged(&self) -> u64 {
        self.unacknowledged()
    }

    fn reset(self) {
        self.reset();
    }
}

impl Sockets for Memory {
    type Stream = httpsys_network::Stream;
    type Listener = httpsys_network::Listener;
    type Poll = httpsys_network::Poll;
    const PIECE: usize = 3000;

    fn listen_at(&self, address: SocketAddr, backlog: usize) -> Outcome<Self::Listener> {
        let listener = self.network.listen(address, backlog);
        listener.map_err(|error| error.kind())
    }

    fn local(&self, listener: &Self::Listener) -> SocketAddr {
        listener.local_addr().unwrap()
    }

    fn connect(&self, to: SocketAddr) -> Self::Stream {
        self.network.connect(None, to).unwrap()
    }

    fn accept(&self, listener: &Self::Listener) -> Outcome<Self::Stream> {
        let accepted = listener.accept();
        accepted
            .map(|(stream, _)| stream)
            .map_err(|error| error.kind())
    }

    fn poll(&self) -> Self::Poll {
        httpsys_network::Poll::new(&self.network)
    }

    fn watch(&self, poll: &mut Self::Poll, stream: &mut Self::Stream, token: usize) {
        poll.register(&*stream, token).unwrap();
    }

    fn watch_listener(&self, poll: &mut Self::Poll, listener: &mut Self::Listener, token: usize) {
        poll.register(&*listener, token).unwrap();
    }

    fn leave(&self, poll: &mut Self::Poll, stream: &mut Self::Stream) {
        poll.deregister(&*stream).unwrap();
    }

    fn leave_listener(&self, poll: &mut Self::Poll, listener: &mut Self::Listener) {
        poll.deregister(&*listener).unwrap();
    }

    fn events(&self, poll: &mut Self::Poll) -> Vec<(usize, Ready)> {
        let mut events = Vec::new();
        poll.events(&mut events);
        let ready = events.iter().map(|event| {
            let ready = Ready {
                readable: event.readable,
                writable: event.writable,
                read_closed: event.read_closed,
                write_closed: event.write_closed,
                error: event.error,
            };
            (event.token, ready)
        });
        ready.collect()
    }

    fn wait(&self, _since: Instant) -> bool {
        match self.network.next() {
            Some(next) => self.network.advance(next),
            None => return false,
        }
        true
    }
}

/// Sockets of the system.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(crate) struct Loopback;

#[cfg(target_os = "linux")]
mod loopback {
    use std::io::{self, Read, Write};

    use mio::net::{TcpListener, TcpStream};
    use mio::{Events, Interest, Poll, Token};
    use socket2::{Domain, SockRef, Type};

    use super::*;

    /// Waiting longer than this is a failure.
    const PATIENCE: Duration = Duration::from_secs(20);

    fn kind<T>(result: io::Result<T>) -> Outcome<T> {
        result.map_err(|error| error.kind())
    }

    /// The send queue of the connection that has this address as its own, as SIOCOUTQ counts it (tcp(7)).
    fn send_queue(local: SocketAddr) -> u64 {
        let SocketAddr::V4(local) = local else {
            panic!("IPv4 is enough here");
        };
        let ip = u32::from_le_bytes(local.ip().octets());
        let address = format!("{ip:08X}:{:04X}", local.port());
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let line = table.lines().find(|line| {
            let mut fields = line.split_whitespace().skip(1);
            // 0A: a listener; 06: TIME-WAIT.
            fields.next() == Some(&address)
                && fields
                    .nth(1)
                    .is_some_and(|state| !["0A", "06"].contains(&state))
        });
        let queues = line.and_then(|line| line.split_whitespace().nth(4));
        let sent = queues.map_or("0", |queues| queues.split(':').next().unwrap());
        u64::from_str_radix(sent, 16).unwrap()
    }

    impl Socket for TcpStream {
        fn read(&self, buffer: &mut [u8]) -> Outcome<usize> {
            kind((&mut &*self).read(buffer))
        }

        fn write(&self, bytes: &[u8]) -> Outcome<usize> {
            kind((&mut &*self).write(bytes))
        }

        fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> Outcome<usize> {
            kind((&mut &*self).write_vectored(pieces))
        }

        fn shutdown(&self, how: Shutdown) -> Outcome<()> {
            kind(self.shutdown(how))
        }

        fn peer(&self) -> Outcome<SocketAddr> {
            kind(self.peer_addr())
        }

        fn local(&self) -> SocketAddr {
            self.local_addr().unwrap()
        }

        fn take_error(&self) -> Option<ErrorKind> {
            self.take_error().unwrap().map(|error| error.kind())
        }

        fn unacknowledged(&self) -> u64 {
            send_queue(self.local_addr().unwrap())
        }

        fn reset(self) {
            SockRef::from(&self)
                .set_linger(Some(Duration::ZERO))
                .unwrap();
        }
    }

    impl Sockets for Loopback {
        type Stream = TcpStream;
        type Listener = TcpListener;
        type Poll = Poll;
        const PIECE: usize = 200_000;

        fn listen_at(&self, address: SocketAddr, backlog: usize) -> Outcome<TcpListener> {
            let socket = kind(socket2::Socket::new(
                Domain::for_address(address),
                Type::STREAM,
                None,
            ))?;
            kind(socket.set_reuse_address(true))?;
            kind(socket.set_nonblocking(true))?;
            kind(socket.bind(&address.into()))?;
            kind(socket.listen(backlog as i32))?;
            Ok(TcpListener::from_std(socket.into()))
        }

        fn local(&self, listener: &TcpListener) -> SocketAddr {
            listener.local_addr().unwrap()
        }

        fn connect(&self, to: SocketAddr) -> TcpStream {
            let stream = TcpStream::connect(to).unwrap();
            // A small segment would wait for the acknowledgement of the one before; ours never do.
            stream.set_nodelay(true).unwrap();
            stream
        }

        fn accept(&self, listener: &TcpListener) -> Outcome<TcpStream> {
            let (stream, _) = kind(listener.accept())?;
            kind(stream.set_nodelay(true))?;
            Ok(stream)
        }

        fn poll(&self) -> Poll {
            Poll::new().unwrap()
        }

        fn watch(&self, poll: &mut Poll, stream: &mut TcpStream, token: usize) {
            let interest = Interest::READABLE | Interest::WRITABLE;
            let registry = poll.registry();
            registry.register(stream, Token(token), interest).unwrap();
        }

        fn watch_listener(&self, poll: &mut Poll, listener: &mut TcpListener, token: usize) {
            let registry = poll.registry();
            let interest = Interest::READABLE;
            registry.register(listener, Token(token), interest).unwrap();
        }

        fn leave(&self, poll: &mut Poll, stream: &mut TcpStream) {
            poll.registry().deregister(stream).unwrap();
        }

        fn leave_listener(&self, poll: &mut Poll, listener: &mut TcpListener) {
            poll.registry().deregister(listener).unwrap();
        }

        fn events(&self, poll: &mut Poll) -> Vec<(usize, Ready)> {
            let mut events = Events::with_capacity(128);
            poll.poll(&mut events, Some(Duration::ZERO)).unwrap();
            let ready = events.iter().map(|event| {
                let ready = Ready {
                    readable: event.is_readable(),
                    writable: event.is_writable(),
                    read_closed: event.is_read_closed(),
                    write_closed: event.is_write_closed(),
                    error: event.is_error(),
                };
                (event.token().0, ready)
            });
            ready.collect()
        }

        fn wait(&self, since: Instant) -> bool {
            std::thread::yield_now();
            since.elapsed() < PATIENCE
        }
    }
}
