//! The floor for https: mio + rustls + httparse + slab, one loop, no queue between reading and answering:
//! `tls_floor PORT PEM`.
//!
//! HTTP is that of `mio_floor`. Backpressure: a connection with unsent answers is not read.
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "modules of mio_floor")]

#[path = "../../../src/bin/mio_floor/answers.rs"]
mod answers;
#[path = "../../../src/bin/mio_floor/exchange.rs"]
mod exchange;

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token};
use rustls::{ServerConfig, ServerConnection};
use slab::Slab;

use answers::{Answers, big_body};
use exchange::Exchange;

const LISTENER: Token = Token(usize::MAX - 1);
/// Plain bytes that are encrypted at once.
const BURST: usize = 64 * 1024;

struct Conn {
    stream: TcpStream,
    tls: ServerConnection,
    exchange: Exchange,
    sent: usize,
    readable: bool,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(port), Some(pem)) = (
        arguments.next().and_then(|p| p.parse().ok()),
        arguments.next(),
    ) else {
        eprintln!("usage: tls_floor PORT PEM");
        std::process::exit(2);
    };
    let served = httpsys_benches_tls::server_config(&pem, &["http/1.1"])
        .and_then(|config| serve(port, &config).map_err(|e| e.to_string()));
    if let Err(e) = served {
        eprintln!("tls_floor: {e}");
        std::process::exit(1);
    }
}

fn serve(port: u16, config: &Arc<ServerConfig>) -> io::Result<()> {
    let mut listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let mut poll = Poll::new()?;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut conns: Slab<Conn> = Slab::new();
    let mut events = Events::with_capacity(1024);
    let mut buf = vec![0; BURST];
    let mut answers = Answers::new();
    loop {
        match poll.poll(&mut events, None) {
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            other => other?,
        }
        answers.refresh();
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, poll.registry(), config, &mut conns)?;
                continue;
            }
            let Token(key) = event.token();
            let Some(conn) = conns.get_mut(key) else {
                continue;
            };
            conn.readable |= event.is_readable() || event.is_read_closed() || event.is_error();
            match progress(conn, &answers, &mut buf) {
                Ok(true) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Ok(false) | Err(_) => drop(conns.remove(key)),
            }
        }
    }
}

fn accept(
    listener: &TcpListener,
    registry: &Registry,
    config: &Arc<ServerConfig>,
    conns: &mut Slab<Conn>,
) -> io::Result<()> {
    loop {
        let mut stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) if e.kind() == ErrorKind::ConnectionAborted => continue,
            Err(_) => return Ok(()),
        };
        let _ = stream.set_nodelay(true);
        let tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        let entry = conns.vacant_entry();
        let both = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut stream, Token(entry.key()), both)?;
        entry.insert(Conn {
            stream,
            tls,
            exchange: Exchange::default(),
            sent: 0,
            readable: false,
        });
    }
}

/// Sends and reads in turn until the connection waits for its peer; false at its end.
fn progress(conn: &mut Conn, answers: &Answers, buf: &mut [u8]) -> io::Result<bool> {
    loop {
        while conn.tls.wants_write() {
            conn.tls.write_tls(&mut conn.stream)?;
        }
        if !conn.exchange.is_quiet() {
            encrypt(conn)?;
            if conn.exchange.is_quiet() {
                conn.exchange.handle_kept(answers);
            }
            continue;
        }
        if conn.exchange.close {
            return Ok(false);
        }
        if !conn.readable {
            return Ok(true);
        }
        match conn.tls.read_tls(&mut conn.stream) {
            Ok(0) => return Ok(false),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                conn.readable = false;
                continue;
            }
            other => other?,
        };
        let state = conn.tls.process_new_packets().map_err(io::Error::other)?;
        let mut left = state.plaintext_bytes_to_read();
        while left > 0 {
            let n = conn.tls.reader().read(buf)?;
            conn.exchange.handle_input(&buf[..n], answers);
            left -= n;
        }
    }
}

fn encrypt(conn: &mut Conn) -> io::Result<()> {
    conn.tls.set_buffer_limit(Some(BURST));
    let exchange = &mut conn.exchange;
    if conn.sent < exchange.out.len() {
        conn.sent += conn.tls.writer().write(&exchange.out[conn.sent..])?;
        if conn.sent < exchange.out.len() {
            return Ok(());
        }
    }
    exchange.out.clear();
    conn.sent = 0;
    if exchange.big_left > 0 {
        let body = big_body();
        exchange.big_left -= conn
            .tls
            .writer()
            .write(&body[body.len() - exchange.big_left..])?;
    }
    Ok(())
}
