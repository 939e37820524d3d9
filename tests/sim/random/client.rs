//! The clients.
//!
//! Owns: what a client sends, and what it must get. Does not own: what both sides must agree on
//! (`ledger.rs`). Threading: each client is a thread of the simulation.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use httpsys_network::{Network, Poll, Stream};
use httpsys_sim::sleep;
use httpsys_socket::world::World;

use crate::ledger::{Ledger, Outcome};
use crate::operation::byte;
use crate::script::{Exchange, Then};

/// The tokens of request bodies, so that none looks like a response's.
pub(crate) const REQUEST_BODY: u64 = 1 << 32;
/// After so long without a byte something was forgotten: every timer is shorter.
const FORGOTTEN: Duration = Duration::from_secs(4_000);

/// What all clients of a run share.
pub(crate) struct Clients {
    pub(crate) network: Network,
    pub(crate) world: Arc<dyn World>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) calm: bool,
}

/// A connection of a client.
struct Connection<'a> {
    clients: &'a Clients,
    stream: Stream,
    poll: Poll,
    port: u16,
    /// What came, and how much of it is used.
    inbox: Vec<u8>,
    used: usize,
    /// Nothing that was asked on it so far lets it end.
    intact: bool,
}

/// Sends and reads all exchanges of one client.
pub(crate) fn run(clients: &Clients, exchanges: &[Exchange]) {
    let mut connection = None;
    let mut left = exchanges;
    while !left.is_empty() {
        let (batch, rest) = left.split_at(batch(left));
        left = rest;
        let current = match connection.take() {
            Some(current) => current,
            None => Connection::new(clients),
        };
        connection = converse(current, batch);
    }
}

/// How many of these are sent before the first response is read.
fn batch(exchanges: &[Exchange]) -> usize {
    let goes_on = |pair: &[Exchange]| {
        pair[1].ask.pipelined && matches!(pair[0].ask.then, Then::Read | Then::ReadSlowly(..))
    };
    1 + exchanges
        .windows(2)
        .take_while(|pair| goes_on(pair))
        .count()
}

/// The connection, if it can be used on.
fn converse<'a>(mut connection: Connection<'a>, batch: &[Exchange]) -> Option<Connection<'a>> {
    // A reset takes along what is still on its way of the responses before; so does a close while more
    // requests come.
    let last = batch.len() - 1;
    let stays = |(at, exchange): (usize, &Exchange)| {
        let reply = &exchange.answer.reply;
        reply.is_whole() && (at == last || !reply.closes())
    };
    connection.intact &= batch.iter().enumerate().all(stays);
    let mut sent = 0;
    for exchange in batch {
        if connection.send(exchange).is_err() {
            break;
        }
        sent += 1;
    }
    let last = &batch[batch.len() - 1];
    let ledger = Arc::clone(&connection.clients.ledger);
    let port = connection.port;
    if sent == batch.len() {
        match last.ask.then {
            Then::Leave(after) | Then::Reset(after) => {
                sleep(after);
                for exchange in batch {
                    ledger.outcome(exchange.token, port, Outcome::Left);
                }
                if matches!(last.ask.then, Then::Reset(_)) {
                    connection.stream.reset();
                }
                return None;
            }
            Then::HalfClose => {
                let _ = connection.stream.shutdown(Shutdown::Write);
            }
            _ => {}
        }
    }
    for exchange in batch {
        let outcome = connection.response(exchange);
        ledger.outcome(exchange.token, port, outcome);
        let is_last = exchange.token == last.token;
        if is_last && exchange.answer.reply.closes() && matches!(outcome, Outcome::Complete(_)) {
            connection.expect_end_within(Duration::from_secs(1));
        }
        if matches!(outcome, Outcome::Ended | Outcome::Refused(_)) || exchange.answer.reply.closes()
        {
            let others = batch.iter().filter(|other| other.token > exchange.token);
            others.for_each(|other| ledger.outcome(other.token, port, Outcome::Ended));
            return None;
        }
    }
    match last.ask.then {
        Then::Idle => {
            connection.expect_end_after(Duration::from_secs(120));
            None
        }
        Then::HalfClose => None,
        _ => Some(connection),
    }
}

/// The bytes of a request in up to three pieces.
fn request(exchange: &Exchange) -> Vec<Vec<u8>> {
    let (token, ask) = (exchange.token, &exchange.ask);
    let framing = if ask.chunked {
        "Transfer-Encoding: chunked".to_owned()
    } else {
        format!("Content-Length: {}", ask.body)
    };
    let head = format!(
        "POST /q{}/{token} HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n",
        exchange.queue
    );
    let body = (0..ask.body).map(|at| byte(token + REQUEST_BODY, at));
    let mut body: Vec<u8> = body.collect();
    if ask.chunked {
        let mut coded = Vec::new();
        for chunk in body.chunks(700) {
            coded.extend(format!("{:x}\r\n", chunk.len()).bytes());
            coded.extend(chunk);
            coded.extend(b"\r\n");
        }
        coded.extend(b"0\r\n\r\n");
        body = coded;
    }
    let mut bytes = head.into_bytes();
    let half = bytes.len() / 2;
    let rest = bytes.split_off(half);
    let second = body.split_off(body.len() / 2);
    vec![bytes, [rest, body].concat(), second]
}

impl<'a> Connection<'a> {
    fn new(clients: &'a Clients) -> Connection<'a> {
        let to = SocketAddr::from(([127, 0, 0, 1], 80));
        let stream = clients.network.connect(None, to).expect("an address");
        let poll = Poll::new(&clients.network);
        poll.register(&stream, 1).expect("it is new");
        let port = stream.local_addr().map_or(0, |address| address.port());
        let (world, key) = (Arc::downgrade(&clients.world), key(port));
        poll.on_ready(move || {
            if let Some(world) = world.upgrade() {
                world.wake(key, true);
            }
        });
        Connection {
            clients,
            stream,
            poll,
            port,
            inbox: Vec::new(),
            used: 0,
            intact: clients.calm,
        }
    }

    /// Waits until something may have changed.
    fn wait(&self) -> io::Result<()> {
        let until = self.clients.world.now() + FORGOTTEN;
        while !self.poll.is_ready() {
            let woken = self.clients.world.wait(key(self.port), Some(until));
            assert!(woken, "a client was forgotten for {FORGOTTEN:?}");
        }
        self.poll.events(&mut Vec::new());
        Ok(())
    }

    fn send(&mut self, exchange: &Exchange) -> io::Result<()> {
        let pieces = request(exchange);
        let stalls = exchange.ask.then == Then::Stall;
        for piece in pieces.iter().take(if stalls { 1 } else { 3 }) {
            self.write(piece)?;
            if !exchange.ask.pause.is_zero() {
                sleep(exchange.ask.pause);
            }
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut left = bytes;
        while !left.is_empty() {
            match self.stream.write(left) {
                Ok(n) => left = &left[n..],
                // Whoever writes and does not read may wait for ever.
                Err(error) if error.kind() == ErrorKind::WouldBlock => match self.fill(4_096) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait()?,
                    Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                    other => drop(other?),
                },
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what is there into the inbox; 0: the end.
    fn fill(&mut self, most: usize) -> io::Result<usize> {
        let length = self.inbox.len();
        self.inbox.resize(length + most, 0);
        let read = self.stream.read(&mut self.inbox[length..]);
        let got = read.as_ref().map_or(0, |n| *n);
        self.inbox.truncate(length + got);
        read
    }

    /// Waits for more; an error is the end of the connection.
    fn more(&mut self, then: Then) -> io::Result<()> {
        let block = match then {
            Then::ReadSlowly(block, pause) => {
                sleep(pause);
                block as usize
            }
            _ => 4_096,
        };
        loop {
            match self.fill(block) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait()?,
                Err(error) => return Err(error),
            }
        }
    }

    fn response(&mut self, exchange: &Exchange) -> Outcome {
        if exchange.ask.then == Then::Stall {
            self.expect_end_after(Duration::from_secs(120));
            return Outcome::Ended;
        }
        let strict = self.intact && exchange.answer.reply.is_whole();
        let outcome = match self.read_response(exchange) {
            Ok(outcome) => outcome,
            Err(error) => {
                let token = exchange.token;
                assert!(!strict, "{token} has no response: {error}");
                Outcome::Ended
            }
        };
        let is_complete = matches!(outcome, Outcome::Complete(_));
        assert!(!strict || is_complete, "{exchange:?}: {outcome:?}");
        if exchange.answer.reply.closes() || !exchange.answer.reply.is_whole() {
            self.intact = false;
        }
        outcome
    }

    fn read_response(&mut self, exchange: &Exchange) -> io::Result<Outcome> {
        let (token, then) = (exchange.token, exchange.ask.then);
        let head = loop {
            let bytes = &self.inbox[self.used..];
            match bytes.windows(4).position(|end| end == b"\r\n\r\n") {
                Some(at) => break String::from_utf8_lossy(&bytes[..at + 4]).into_owned(),
                None => self.more(then)?,
            }
        };
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("{token}: no head: {head:?}"));
        if status != 200 {
            return Ok(Outcome::Refused(status));
        }
        let value = |name: &str| {
            let (_, value) = head.split_once(name)?;
            value.split("\r\n").next()?.parse::<u64>().ok()
        };
        assert_eq!(
            value("\r\nX-Token: "),
            Some(token),
            "it is another's: {head}"
        );
        let length = exchange.answer.reply.length();
        assert_eq!(value("\r\nContent-Length: "), Some(length), "{head}");
        self.used += head.len();
        let length = length as usize;
        let mut checked = 0;
        loop {
            let there = length.min(self.inbox.len() - self.used);
            for (at, got) in (checked..).zip(&self.inbox[self.used + checked..self.used + there]) {
                assert_eq!(
                    *got,
                    byte(token, at as u64),
                    "byte {at} of the body of {token}"
                );
            }
            if there == length {
                break;
            }
            checked = there;
            self.more(then)?;
        }
        self.used += length;
        self.inbox.drain(..self.used);
        self.used = 0;
        Ok(Outcome::Complete((head.len() + length) as u64))
    }

    /// The service closes the connection by itself.
    fn expect_end_within(&mut self, time: Duration) {
        let began = self.clients.world.now();
        while self.more(Then::Read).is_ok() {}
        let passed = self.clients.world.now() - began;
        assert!(
            passed <= time || !self.clients.calm,
            "it ended after {passed:?}"
        );
    }

    fn expect_end_after(&mut self, time: Duration) {
        let began = self.clients.world.now();
        while self.more(Then::Read).is_ok() {}
        let passed = self.clients.world.now() - began;
        if self.intact {
            let expected = time - Duration::from_secs(2)..=time + Duration::from_secs(3);
            assert!(expected.contains(&passed), "it ended after {passed:?}");
        }
    }
}

fn key(port: u16) -> usize {
    0xC11E_0000 + usize::from(port)
}
