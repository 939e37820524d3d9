//! Sockets of the system, on loopback.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, SockRef, Type};

use super::{Outcome, Ready, Socket, Sockets};

/// See the module head.
#[derive(Debug)]
pub(crate) struct Loopback;

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
