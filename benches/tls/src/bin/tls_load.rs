//! Load over https, closed loop, every answer checked:
//! `tls_load --port N [--path /hello] [--bytes 13] [--conns 64] [--seconds 2] [--handshakes] [--tls12]`.
//!
//! With `--handshakes` each request has a connection of its own: a full handshake, one GET, and the client
//! closes. Prints a line of JSON. One loop, nothing shared.
#![forbid(unsafe_code)]

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use httpsys_benches::args::Args;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Registry, Token};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

#[derive(Debug)]
struct Options {
    port: u16,
    path: String,
    bytes: usize,
    conns: usize,
    seconds: f64,
    handshakes: bool,
    tls12: bool,
}

struct Link {
    stream: TcpStream,
    tls: ClientConnection,
    /// Of the answer under way.
    head: Vec<u8>,
    body: usize,
    in_body: bool,
}

struct Load<'a> {
    options: &'a Options,
    config: Arc<ClientConfig>,
    request: Vec<u8>,
    answered: u64,
}

fn main() {
    match options().and_then(|options| run(&options)) {
        Ok(line) => println!("{line}"),
        Err(e) => {
            eprintln!("tls_load: {e}");
            std::process::exit(1);
        }
    }
}

fn options() -> Result<Options, String> {
    let mut o = Options {
        port: 8443,
        path: "/hello".into(),
        bytes: 13,
        conns: 64,
        seconds: 2.0,
        handshakes: false,
        tls12: false,
    };
    let mut args = Args::from_env();
    while let Some(name) = args.option() {
        match name.as_str() {
            "--port" => o.port = args.value(&name)?,
            "--path" => o.path = args.value(&name)?,
            "--bytes" => o.bytes = args.value(&name)?,
            "--conns" => o.conns = args.value(&name)?,
            "--seconds" => o.seconds = args.value(&name)?,
            "--handshakes" => o.handshakes = true,
            "--tls12" => o.tls12 = true,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(o)
}

fn run(options: &Options) -> Result<String, String> {
    let mut load = Load {
        options,
        config: httpsys_benches_tls::client_config(options.tls12)?,
        request: format!(
            "GET {} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
            options.path, options.port
        )
        .into(),
        answered: 0,
    };
    let began = Instant::now();
    load.drive(began + Duration::from_secs_f64(options.seconds))
        .map_err(|e| e.to_string())?;
    let seconds = began.elapsed().as_secs_f64();
    Ok(format!(
        "{{\"ok\":{},\"elapsed\":{seconds:.4},\"rps\":{:.1}}}",
        load.answered,
        load.answered as f64 / seconds
    ))
}

impl Load<'_> {
    fn drive(&mut self, end: Instant) -> io::Result<()> {
        let mut poll = Poll::new()?;
        let mut links = Vec::new();
        for key in 0..self.options.conns {
            links.push(self.open(poll.registry(), key)?);
        }
        let mut events = Events::with_capacity(1024);
        let mut buf = vec![0; 64 * 1024];
        while Instant::now() < end {
            poll.poll(&mut events, Some(Duration::from_millis(100)))?;
            for event in &events {
                let Token(key) = event.token();
                match self.progress(&mut links[key], &mut buf) {
                    Ok(false) => {}
                    Ok(true) => links[key] = self.open(poll.registry(), key)?,
                    Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(())
    }

    /// A new connection with its first request under way.
    fn open(&self, registry: &Registry, key: usize) -> io::Result<Link> {
        let mut stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], self.options.port)))?;
        stream.set_nodelay(true)?;
        registry.register(
            &mut stream,
            Token(key),
            Interest::READABLE | Interest::WRITABLE,
        )?;
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let mut tls =
            ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other)?;
        tls.writer().write_all(&self.request)?;
        Ok(Link {
            stream,
            tls,
            head: Vec::new(),
            body: 0,
            in_body: false,
        })
    }

    /// Works until the server has to say something; true when the connection is to be replaced.
    fn progress(&mut self, link: &mut Link, buf: &mut [u8]) -> io::Result<bool> {
        loop {
            while link.tls.wants_write() {
                match link.tls.write_tls(&mut link.stream) {
                    // Still connecting: the poll tells.
                    Err(e) if e.kind() == ErrorKind::NotConnected => return Ok(false),
                    other => other?,
                };
            }
            if link.tls.read_tls(&mut link.stream)? == 0 {
                return Err(io::Error::other("the server has closed"));
            }
            let state = link.tls.process_new_packets().map_err(io::Error::other)?;
            let mut left = state.plaintext_bytes_to_read();
            while left > 0 {
                let n = link.tls.reader().read(buf)?;
                left -= n;
                if self.take(link, &buf[..n])? {
                    self.answered += 1;
                    if self.options.handshakes {
                        return Ok(true);
                    }
                    link.tls.writer().write_all(&self.request)?;
                }
            }
        }
    }

    /// True at the end of an answer, which is right.
    fn take(&self, link: &mut Link, mut data: &[u8]) -> io::Result<bool> {
        if !link.in_body {
            link.head.extend_from_slice(data);
            let Some(end) = link.head.windows(4).position(|four| four == b"\r\n\r\n") else {
                return Ok(false);
            };
            if !link.head.starts_with(b"HTTP/1.1 200 ") {
                let text = String::from_utf8_lossy(&link.head).into_owned();
                return Err(io::Error::other(text));
            }
            let rest = link.head.len() - end - 4;
            data = &data[data.len() - rest..];
            link.head.clear();
            link.in_body = true;
            link.body = 0;
        }
        link.body += data.len();
        if link.body > self.options.bytes {
            return Err(io::Error::other("a body that is too long"));
        }
        if link.body < self.options.bytes {
            return Ok(false);
        }
        link.in_body = false;
        Ok(true)
    }
}
