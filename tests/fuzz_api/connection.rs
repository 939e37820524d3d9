//! One connection of a client that keeps the rules of HTTP, if not those of politeness.
//!
//! Owns: its requests in order, their responses, how the connection may end, and its manner: eager,
//! slow to read, writing byte by byte, closing its side, going away. Does not own what a response
//! must be ([`crate::wire`]), nor junk ([`crate::hostile`]). Invariant: nothing here blocks.
//! Threading: one thread.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::ask;
use crate::findings::{count, finding};
use crate::ledger::{ClientEnd, Ledger};
use crate::plan::{Flow, Plan};
use crate::random::{Random, fill};
use crate::wire::{Progress, Response, show};
use crate::world::World;

/// What the client is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Eager,
    SlowReader,
    ByteByByte,
    HalfCloser,
    Deserter,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Moved,
    Idle,
    Over,
}

/// See the module head.
pub(crate) struct Connection<'w> {
    world: &'w World,
    site: usize,
    manner: Manner,
    stream: TcpStream,
    link: u64,
    port: u16,
    out: Vec<u8>,
    out_at: usize,
    asked: VecDeque<Response>,
    /// Requests that it will still make.
    budget: u32,
    depth: usize,
    /// A response whose connection ends was asked for, or has come: no request follows.
    is_last: bool,
    has_closed_response: bool,
    has_finished: bool,
    was_reset: bool,
    is_small: bool,
    echo: Option<Plan>,
}

/// A connection with a small receive buffer, if it is to be.
pub(crate) fn connect(port: u16, small: bool) -> Option<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).ok()?;
    if small {
        let _ = socket.set_recv_buffer_size(2048);
    }
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    socket
        .connect_timeout(&address.into(), Duration::from_secs(5))
        .ok()?;
    let stream = TcpStream::from(socket);
    let _ = stream.set_nodelay(true);
    stream.set_nonblocking(true).ok()?;
    Some(stream)
}

impl<'w> Connection<'w> {
    pub(crate) fn open(world: &'w World, site: usize, random: &mut Random) -> Option<Self> {
        let manner = random.pick(&[
            Manner::Eager,
            Manner::Eager,
            Manner::Eager,
            Manner::SlowReader,
            Manner::SlowReader,
            Manner::ByteByByte,
            Manner::HalfCloser,
            Manner::Deserter,
        ]);
        let small = manner == Manner::SlowReader || random.once_in(4);
        let stream = connect(world.sites[site].number(), small)?;
        let port = stream.local_addr().ok()?.port();
        Some(Connection {
            world,
            site,
            manner,
            stream,
            link: world.next_link(),
            port,
            out: Vec::new(),
            out_at: 0,
            asked: VecDeque::new(),
            budget: random.within(1, 60) as u32,
            depth: random.pick(&[1, 1, 2, 4, 9]),
            is_last: false,
            has_closed_response: false,
            has_finished: false,
            was_reset: false,
            is_small: small,
            echo: None,
        })
    }

    fn ledger(&self) -> &'w Ledger {
        &self.world.ledger
    }

    /// One turn; with `Over` all requests have been accounted for.
    pub(crate) fn step(&mut self, next: &mut impl FnMut() -> u64, random: &mut Random) -> Step {
        if self.manner == Manner::Deserter && random.once_in(300) {
            return self.desert(random);
        }
        while self.asked.len() < self.depth && self.may_ask() && random.below(3) > 0 {
            self.ask(next, random);
        }
        if self.is_small && self.world.is_over() {
            // The system takes a fifth of a second for each kilobyte of a window that is shut.
            let _ = SockRef::from(&self.stream).set_recv_buffer_size(1 << 20);
            self.is_small = false;
        }
        let moved = self.write(random);
        self.finish(random);
        match self.read(random) {
            Step::Over => Step::Over,
            Step::Idle if self.is_done() => {
                // Nothing is outstanding: the client hangs up.
                self.leave();
                Step::Over
            }
            Step::Idle if moved => Step::Moved,
            step => step,
        }
    }

    fn is_done(&self) -> bool {
        self.asked.is_empty() && self.budget == 0 && !self.is_last && !self.has_finished
    }

    fn may_ask(&self) -> bool {
        self.budget > 0 && !self.is_last && !self.was_reset && !self.world.is_over()
    }

    fn ask(&mut self, next: &mut impl FnMut() -> u64, random: &mut Random) {
        let class = self.world.sites[self.site].class;
        let token = self.world.token(class, next());
        let plan = self.world.plan(token);
        if plan.flow == Flow::Upgrade && !self.asked.is_empty() {
            return;
        }
        self.budget -= 1;
        self.is_last = plan.closes();
        self.ledger().asked(token, self.link, self.port);
        let port = self.world.sites[self.site].number();
        self.out.extend(ask::request(&plan, port, random));
        if plan.may_be_cut() {
            self.ledger().may_break(token);
        }
        if plan.flow == Flow::Upgrade {
            if random.once_in(2) {
                self.send_echo(&plan);
            } else {
                self.echo = Some(plan.clone());
            }
        }
        self.asked
            .push_back(Response::new(plan, self.ledger().is_said_gone(self.link)));
    }

    fn send_echo(&mut self, plan: &Plan) {
        let from = self.out.len();
        self.out.resize(from + plan.echo as usize, 0);
        fill(&mut self.out[from..], plan.token.request_key(), 0);
        self.budget = 0;
        // The end of the bytes is the end of the client's side.
        self.manner = Manner::HalfCloser;
    }

    fn write(&mut self, random: &mut Random) -> bool {
        if self.out_at == self.out.len() || self.was_reset {
            return false;
        }
        let rest = &self.out[self.out_at..];
        let most = match self.manner {
            Manner::ByteByByte => random.within(1, 400) as usize,
            _ => 64 * 1024,
        };
        match self.stream.write(&rest[..rest.len().min(most)]) {
            Ok(count) => {
                self.out_at += count;
                if self.out_at == self.out.len() {
                    self.out.clear();
                    self.out_at = 0;
                }
                count > 0
            }
            Err(error) => {
                self.was_reset |= is_reset(&error);
                false
            }
        }
    }

    /// Closes its side when it has said all.
    fn finish(&mut self, random: &mut Random) {
        let said_all = self.out.is_empty() && (self.budget == 0 || self.is_last);
        let polite = self.manner == Manner::HalfCloser && random.once_in(4);
        if polite && said_all && self.echo.is_none() && !self.has_finished {
            self.has_finished = true;
            self.was_reset |= self.stream.shutdown(Shutdown::Write).is_err();
        }
    }

    fn read(&mut self, random: &mut Random) -> Step {
        let mut block = [0; 32 * 1024];
        let most = match self.manner {
            _ if self.world.is_over() => block.len(),
            Manner::SlowReader if random.below(8) > 0 => return Step::Idle,
            Manner::SlowReader => random.within(1, 6000) as usize,
            _ => block.len(),
        };
        match self.stream.read(&mut block[..most]) {
            Ok(0) if self.was_reset => self.ended(true),
            Ok(0) => self.ended(false),
            Ok(length) => self.take(&block[..length]),
            Err(error) if is_reset(&error) => self.ended(true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Step::Idle,
            Err(error) if error.kind() == ErrorKind::Interrupted => Step::Idle,
            Err(error) => {
                finding!("a client's read: {error}");
                self.ended(true)
            }
        }
    }

    fn take(&mut self, mut bytes: &[u8]) -> Step {
        while !bytes.is_empty() {
            let Some(response) = self.asked.front_mut() else {
                finding!(
                    "link {}: bytes that nobody asked for: {}",
                    self.link,
                    show(bytes)
                );
                return self.gone();
            };
            let (progress, rest) = response.take(bytes);
            bytes = rest;
            match progress {
                Progress::More => {
                    let has_head = response.has_head();
                    if let (true, Some(plan)) = (has_head, self.echo.take_if(|_| has_head)) {
                        self.send_echo(&plan);
                    }
                }
                Progress::Complete => self.complete(),
                Progress::Refused(status) => return self.refused(status),
                Progress::Wrong => return self.gone(),
            }
        }
        // A response without a body behind its head.
        if let Some(plan) = self.echo.take_if(|_| self.asked.is_empty()) {
            self.send_echo(&plan);
        }
        Step::Moved
    }

    fn complete(&mut self) {
        let response = self
            .asked
            .pop_front()
            .expect("the response that is complete");
        let token = response.plan.token;
        if response.was_said_gone {
            finding!("{token:x?}: answered on a connection that was said to be gone before");
        }
        if self.has_closed_response {
            finding!("{token:x?}: answered behind the last response of its connection");
        }
        count("responses complete", 1);
        if !self.has_closed_response && (response.says_close || response.plan.closes()) {
            self.has_closed_response = true;
            self.ledger().expects_end(token);
        }
        self.ledger()
            .client_ended(&response.plan, ClientEnd::Complete(response.wire));
    }

    /// The service answered by itself: the connection is of no more use.
    fn refused(&mut self, status: u16) -> Step {
        let response = self
            .asked
            .pop_front()
            .expect("the response that was refused");
        let token = response.plan.token;
        if !token.class().is_lenient() && !self.ledger().is_closing() {
            finding!("{token:x?}: refused with {status}: {:?}", response.plan);
        }
        count("requests refused", 1);
        self.ledger()
            .client_ended(&response.plan, ClientEnd::Refused(status));
        self.gone()
    }

    /// The connection has ended, by the server or by a fault on the way.
    fn ended(&mut self, reset: bool) -> Step {
        let lenient = self.world.sites[self.site].class.is_lenient() || self.ledger().is_closing();
        let excused = lenient || self.has_closed_response || self.ledger().allows_reset(self.link);
        if let Some(first) = self.asked.pop_front() {
            let token = first.plan.token;
            if !excused {
                let how = if reset { "reset" } else { "ended" };
                finding!(
                    "link {}: {how} for no reason while waiting for {token:x?} (begun: {}, {} \
                     bytes): {:?}",
                    self.link,
                    first.has_begun(),
                    first.wire,
                    first.plan
                );
            }
            let end = match reset {
                _ if self.has_closed_response => ClientEnd::Gone,
                true => ClientEnd::Reset,
                false => ClientEnd::Cut,
            };
            self.ledger().client_ended(&first.plan, end);
        } else {
            // Who has closed his side and has all answers is answered by the same.
            if !excused && !self.has_finished {
                finding!("link {}: idle, and ended (reset: {reset})", self.link);
            }
        }
        count(
            if reset {
                "connections reset"
            } else {
                "connections ended"
            },
            1,
        );
        self.gone()
    }

    /// The client goes away in the middle.
    fn desert(&mut self, random: &mut Random) -> Step {
        self.leave();
        if random.once_in(2) {
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
        count("connections deserted", 1);
        Step::Over
    }

    /// The client hangs up: nobody will see what comes.
    pub(crate) fn leave(&mut self) {
        if std::mem::take(&mut self.has_closed_response) {
            self.ledger().ended(self.world.sites[self.site].class);
        }
        for response in std::mem::take(&mut self.asked) {
            self.ledger().client_ended(&response.plan, ClientEnd::Gone);
        }
    }

    fn gone(&mut self) -> Step {
        self.leave();
        Step::Over
    }
}

pub(crate) fn is_reset(error: &std::io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionReset | BrokenPipe | ConnectionAborted
    )
}
