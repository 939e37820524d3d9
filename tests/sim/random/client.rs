//! The clients.
//!
//! Owns: what a client sends, and what it must get. Does not own: what both sides must agree on
//! (`ledger.rs`). Threading: each client is a thread of the simulation.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use httpsys_network::Network;
use httpsys_sim::sleep;
use httpsys_socket::world::World;
use rustls::ClientConfig;

use crate::ledger::{Ledger, Outcome};
use crate::line::Line;
use crate::operation::byte;
use crate::script::{Exchange, Reply, Then};

/// The tokens of request bodies, so that none looks like a response's.
pub(crate) const REQUEST_BODY: u64 = 1 << 32;

/// What all clients of a run share.
pub(crate) struct Clients {
    pub(crate) network: Network,
    pub(crate) world: Arc<dyn World>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) calm: bool,
    /// Where the program listens.
    pub(crate) address: SocketAddr,
    /// What they offer; `None`: they are not over TLS.
    pub(crate) offer: Option<Arc<ClientConfig>>,
}

/// A connection of a client.
struct Connection<'a> {
    line: Line<'a>,
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
        let ends = matches!(pair[0].answer.reply, Reply::Upgrade(_));
        let reads = matches!(pair[0].ask.then, Then::Read | Then::ReadSlowly(..));
        pair[1].ask.pipelined && reads && !ends
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
        let is_whole = exchange.answer.reply.is_whole() && !exchange.is_unasked();
        is_whole && (at == last || !exchange.closes())
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
    let ledger = Arc::clone(&connection.line.clients.ledger);
    let port = connection.line.port;
    if sent == batch.len() {
        match last.ask.then {
            Then::Leave(after) | Then::Reset(after) => {
                sleep(after);
                for exchange in batch {
                    ledger.outcome(exchange.token, port, Outcome::Left);
                }
                if matches!(last.ask.then, Then::Reset(_)) {
                    connection.line.stream.reset();
                }
                return None;
            }
            Then::HalfClose => {
                connection.end_sending();
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
        if matches!(outcome, Outcome::Ended | Outcome::Refused(_)) || exchange.closes() {
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

/// The bytes of a request in pieces: two of the head, two of the body.
fn request(exchange: &Exchange) -> [Vec<u8>; 4] {
    let (token, ask) = (exchange.token, &exchange.ask);
    let (mut verb, mut more) = ("POST", String::new());
    if matches!(exchange.answer.reply, Reply::Upgrade(_)) {
        verb = "GET";
        more.push_str("Upgrade: websocket\r\nConnection: Upgrade\r\n");
    } else if ask.chunked {
        more.push_str("Transfer-Encoding: chunked\r\n");
    } else {
        more.push_str(&format!("Content-Length: {}\r\n", ask.body));
    }
    if ask.expects {
        more.push_str("Expect: 100-continue\r\n");
    }
    let head = format!(
        "{verb} /q{}/{token} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n",
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
    [bytes, rest, body, second]
}

impl<'a> Connection<'a> {
    fn new(clients: &'a Clients) -> Connection<'a> {
        let mut connection = Connection {
            line: Line::connect(clients),
            inbox: Vec::new(),
            used: 0,
            intact: clients.calm,
        };
        // Of one that has failed the first call on it tells.
        while connection.line.stream.is_shaking_hands() {
            connection.line.wait();
        }
        connection
    }

    fn send(&mut self, exchange: &Exchange) -> io::Result<()> {
        let pieces = request(exchange);
        let stalls = exchange.ask.then == Then::Stall;
        for (number, piece) in pieces.iter().take(if stalls { 1 } else { 4 }).enumerate() {
            if number == 2 && exchange.ask.expects {
                self.wait_for_interim()?;
            }
            self.write(piece)?;
            if number % 2 == 0 && !piece.is_empty() && !exchange.ask.pause.is_zero() {
                sleep(exchange.ask.pause);
            }
        }
        Ok(())
    }

    /// Ends the sending side in order, once all is out; of a broken connection the next read tells.
    fn end_sending(&mut self) {
        while let Err(error) = self.line.stream.end_sending() {
            if error.kind() != ErrorKind::WouldBlock {
                return;
            }
            self.line.wait();
        }
    }

    /// Waits for bytes that nobody has looked at, for a second.
    fn wait_for_interim(&mut self) -> io::Result<()> {
        let until = self.line.now() + Duration::from_secs(1);
        while self.inbox.len() == self.used && self.line.now() < until {
            match self.fill(4_096) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.line.wait_until(until);
                }
                other => drop(other?),
            }
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut left = bytes;
        loop {
            let written = match left {
                [] => self.line.stream.flush().map(|()| 0),
                left => self.line.stream.write(left),
            };
            match written {
                Ok(_) if left.is_empty() => return Ok(()),
                Ok(n) => left = &left[n..],
                // Whoever writes and does not read may wait for ever.
                Err(error) if error.kind() == ErrorKind::WouldBlock => match self.fill(4_096) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => self.line.wait(),
                    Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                    other => drop(other?),
                },
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads what is there into the inbox; 0: the end.
    fn fill(&mut self, most: usize) -> io::Result<usize> {
        let length = self.inbox.len();
        self.inbox.resize(length + most, 0);
        let read = self.line.stream.read(&mut self.inbox[length..]);
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
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.line.wait(),
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
        if exchange.closes() || !exchange.answer.reply.is_whole() {
            self.intact = false;
        }
        outcome
    }

    fn read_response(&mut self, exchange: &Exchange) -> io::Result<Outcome> {
        let (token, then) = (exchange.token, exchange.ask.then);
        let (mut status, mut head) = self.read_head(exchange)?;
        if status == 100 {
            assert!(
                exchange.ask.expects,
                "{token} has not asked for 100 Continue"
            );
            self.used += head.len();
            (status, head) = self.read_head(exchange)?;
            assert_ne!(status, 100, "{token} has a second 100 Continue");
        }
        let upgrades = matches!(exchange.answer.reply, Reply::Upgrade(_));
        if status != if upgrades { 101 } else { 200 } {
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
        self.used += head.len();
        if upgrades {
            let bytes = (0..length).map(|at| byte(token + REQUEST_BODY, at));
            self.write(&bytes.collect::<Vec<_>>())?;
        } else {
            assert_eq!(value("\r\nContent-Length: "), Some(length), "{head}");
        }
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

    /// The next head, which stays in the inbox, and its status.
    fn read_head(&mut self, exchange: &Exchange) -> io::Result<(u16, String)> {
        let head = loop {
            let bytes = &self.inbox[self.used..];
            match bytes.windows(4).position(|end| end == b"\r\n\r\n") {
                Some(at) => break String::from_utf8_lossy(&bytes[..at + 4]).into_owned(),
                None => self.more(exchange.ask.then)?,
            }
        };
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("{}: no head: {head:?}", exchange.token));
        Ok((status, head))
    }

    /// The service closes the connection by itself.
    fn expect_end_within(&mut self, time: Duration) {
        let began = self.line.now();
        while self.more(Then::Read).is_ok() {}
        let passed = self.line.now() - began;
        assert!(
            passed <= time || !self.line.clients.calm,
            "it ended after {passed:?}"
        );
    }

    fn expect_end_after(&mut self, time: Duration) {
        let began = self.line.now();
        while self.more(Then::Read).is_ok() {}
        let passed = self.line.now() - began;
        if self.intact {
            let expected = time - Duration::from_secs(2)..=time + Duration::from_secs(3);
            assert!(expected.contains(&passed), "it ended after {passed:?}");
        }
    }
}
