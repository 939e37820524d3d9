//! Engineering floor: the cheapest server we know how to write with the parts we build on.
//!
//! mio + httparse + slab, one loop per thread, no queue between reading and answering: what an
//! HTTP/1.1 server costs before it has an API, request queues and threads of the application. With
//! more than one thread each has a listening socket of its own (SO_REUSEPORT; on Linux the kernel
//! spreads connections over them, other systems may not).
//!
//! Owns sockets and the loop; HTTP is in `exchange`, the bytes of the answers in `answers`. Loops
//! share nothing. Backpressure: a connection with unsent answers is not read.
#![forbid(unsafe_code)]

mod answers;
mod exchange;

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use httpsys_benches::args::Args;
use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token};
use slab::Slab;
use socket2::{Domain, Socket, Type};

use answers::{Answers, big_body};
use exchange::Exchange;

const LISTENER: Token = Token(usize::MAX - 1);
const BACKLOG: i32 = 4096;
const USAGE: &str = "usage: mio_floor [--port N] [--threads N] [--buf BYTES]";
/// See the load generator's `worker`: with edge-triggered readiness a short read is the last.
const SHORT_READ_EMPTIES: bool = cfg!(unix);

#[derive(Clone, Copy, Debug)]
struct Options {
    port: u16,
    threads: usize,
    buffer: usize,
}

#[derive(Debug)]
struct Conn {
    stream: TcpStream,
    exchange: Exchange,
    sent: usize,
    /// There may be something to read.
    readable: bool,
    /// The peer has ended its side: read up to the end, which is not announced again.
    to_the_end: bool,
}

/// Whether a connection stays.
#[derive(PartialEq, Eq)]
enum ConnectionStatus {
    Stays,
    Ends,
}

fn main() -> ExitCode {
    match options().and_then(|o| serve_all(o).map_err(|e| e.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("mio_floor: {e}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut o = Options {
        port: 8080,
        threads: 1,
        buffer: 128 * 1024,
    };
    let mut args = Args::from_env();
    while let Some(name) = args.option() {
        match name.as_str() {
            "--port" => o.port = args.value(&name)?,
            "--threads" => o.threads = args.value(&name)?,
            "--buf" => o.buffer = args.value(&name)?,
            _ => return Err(format!("unknown option {name}\n{USAGE}")),
        }
    }
    if o.threads == 0 || o.buffer == 0 {
        return Err("--threads and --buf are at least 1".into());
    }
    Ok(o)
}

fn serve_all(options: Options) -> io::Result<()> {
    let listeners = (0..options.threads)
        .map(|_| listen(options.port, options.threads > 1))
        .collect::<io::Result<Vec<_>>>()?;
    std::thread::scope(|scope| {
        let loops: Vec<_> = listeners
            .into_iter()
            .map(|listener| scope.spawn(move || serve(listener, options.buffer)))
            .collect();
        loops
            .into_iter()
            .try_for_each(|l| l.join().unwrap_or_else(|_| Err(ErrorKind::Other.into())))
    })
}

fn listen(port: u16, shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    #[cfg(unix)]
    {
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(shared)?;
    }
    #[cfg(not(unix))]
    if shared {
        return Err(ErrorKind::Unsupported.into());
    }
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], port)).into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// One loop; returns only with an error of the poll or its registration.
fn serve(mut listener: TcpListener, buffer: usize) -> io::Result<()> {
    let mut poll = Poll::new()?;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut conns: Slab<Conn> = Slab::new();
    let mut events = Events::with_capacity(1024);
    let mut buf = vec![0; buffer];
    let mut answers = Answers::new();
    loop {
        match poll.poll(&mut events, None) {
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            other => other?,
        }
        answers.refresh();
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, poll.registry(), &mut conns)?;
                continue;
            }
            let Token(key) = event.token();
            let Some(conn) = conns.get_mut(key) else {
                continue;
            };
            if on_event(conn, event, &answers, &mut buf) == ConnectionStatus::Ends {
                // Closing the socket takes it out of the poll as well.
                conns.remove(key);
            }
        }
    }
}

fn accept(listener: &TcpListener, registry: &Registry, conns: &mut Slab<Conn>) -> io::Result<()> {
    loop {
        let mut stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) if e.kind() == ErrorKind::ConnectionAborted => continue,
            // Nothing more, or no file descriptors: the next connection tries again.
            Err(_) => return Ok(()),
        };
        // It fails only for a connection that is gone already.
        let _ = stream.set_nodelay(true);
        let entry = conns.vacant_entry();
        let both = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut stream, Token(entry.key()), both)?;
        entry.insert(Conn {
            stream,
            exchange: Exchange::default(),
            sent: 0,
            readable: false,
            to_the_end: !SHORT_READ_EMPTIES,
        });
    }
}

fn on_event(conn: &mut Conn, event: &Event, answers: &Answers, buf: &mut [u8]) -> ConnectionStatus {
    conn.readable |= event.is_readable() || event.is_read_closed() || event.is_error();
    conn.to_the_end |= event.is_read_closed() || event.is_error();
    match progress(conn, answers, buf) {
        Ok(fate) => fate,
        Err(e) if e.kind() == ErrorKind::WouldBlock => ConnectionStatus::Stays,
        Err(_) => ConnectionStatus::Ends,
    }
}

/// Sends and reads in turn until the connection waits for its peer.
fn progress(conn: &mut Conn, answers: &Answers, buf: &mut [u8]) -> io::Result<ConnectionStatus> {
    loop {
        if !conn.exchange.is_quiet() {
            send(conn)?;
            conn.exchange.handle_kept(answers);
            continue;
        }
        if conn.exchange.close {
            return Ok(ConnectionStatus::Ends);
        }
        if !conn.readable {
            return Ok(ConnectionStatus::Stays);
        }
        match conn.stream.read(buf) {
            Ok(0) => return Ok(ConnectionStatus::Ends),
            Ok(n) => {
                conn.readable = n == buf.len() || conn.to_the_end;
                conn.exchange.handle_input(&buf[..n], answers);
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => {
                conn.readable = false;
                return Err(e);
            }
        }
    }
}

/// Sends all answers, or fails with `WouldBlock` and goes on at the next call.
fn send(conn: &mut Conn) -> io::Result<()> {
    let exchange = &mut conn.exchange;
    while conn.sent < exchange.out.len() || exchange.big_left > 0 {
        let out = &exchange.out[conn.sent..];
        let big = &big_body()[big_body().len() - exchange.big_left..];
        let wrote = match (out.is_empty(), big.is_empty()) {
            (_, true) => conn.stream.write(out),
            (true, false) => conn.stream.write(big),
            (false, false) => conn
                .stream
                .write_vectored(&[IoSlice::new(out), IoSlice::new(big)]),
        };
        match wrote {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => {
                let of_out = n.min(out.len());
                conn.sent += of_out;
                exchange.big_left -= n - of_out;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    exchange.out.clear();
    conn.sent = 0;
    Ok(())
}
