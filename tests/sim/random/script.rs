//! A random program and its clients, as plain data.
//!
//! Owns: the steps, and drawing them from a seed. Does not own: carrying them out (`server.rs`,
//! `client.rs`). Invariant: each exchange has a token of its own, so that a script is still one when steps
//! are left out of it.

use std::ops::RangeInclusive;
use std::time::Duration;

use httpsys_network::{Chance, Rules};
use httpsys_sim::SeededRandom;

use crate::streams::{self, Event, StreamAsk, StreamSettings};

/// The least that HttpServerQueueLengthProperty takes.
pub(crate) const QUEUE_LENGTH: u32 = 10;

/// One program of so many is over TLS.
const TLS_SHARE: u64 = 8;

/// One program of so many is over HTTP/2.
const STREAM_SHARE: u64 = 4;

/// One program of so many has several shards.
const SHARDS_SHARE: u64 = 3;

/// What is fixed for the whole run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The network ends no connection, and the program refuses nobody: what is asked is answered.
    pub(crate) calm: bool,
    /// Threads that receive, of each queue.
    pub(crate) servers: u64,
    /// Bytes per second of the first URL group.
    pub(crate) bandwidth: Option<u32>,
    /// Connections of the first URL group.
    pub(crate) connection_limit: Option<u32>,
    /// All clients come at once, and the servers only after 2 s, to a queue with room for
    /// [`QUEUE_LENGTH`].
    pub(crate) flood: bool,
    /// A thread waits for demand at the second queue.
    pub(crate) controller: bool,
    /// So many connections are there before the clients', and ask for nothing.
    pub(crate) crowd: u64,
    /// Handles of each queue, through which its servers receive.
    pub(crate) handles: u64,
    /// The first URL group has an access log, and there is HTTPERR.
    pub(crate) logs: bool,
    /// All of it is over TLS.
    pub(crate) secure: bool,
    /// The parameter of this name.
    pub(crate) shards: u64,
    /// All of it is over HTTP/2.
    pub(crate) streams: Option<StreamSettings>,
    pub(crate) ending: Ending,
    pub(crate) rules: Rules,
}

impl Settings {
    /// Where the program listens.
    pub(crate) fn port(&self) -> u16 {
        if self.secure { 443 } else { 80 }
    }

    /// Requests that a queue holds. Those of a connection's streams wait at once.
    pub(crate) fn queue_length(&self) -> u32 {
        match self.streams {
            Some(_) if !self.flood => 10 * QUEUE_LENGTH,
            _ => QUEUE_LENGTH,
        }
    }
}

/// How the program shuts down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Stop,
    CloseEverything,
    CloseQueues,
    ShutDownQueues,
    Drain,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Exchange(Exchange),
    /// The program's main thread does something after a while.
    Act(Duration, Act),
    /// Something happens to a client's connection of HTTP/2.
    Event(u64, Duration, Event),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    CancelBlockedCalls(u64),
    CancelOperations(u64),
    ShutDownQueue(u64),
    CloseQueue(u64),
    Bandwidth(Option<u32>),
    /// The second handle of a queue ends.
    CloseHandle(u64),
    /// The URL goes, and comes again after so many milliseconds.
    RemoveUrl(u64, u64),
}

/// A request and its response.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) token: u64,
    pub(crate) client: u64,
    pub(crate) queue: u64,
    pub(crate) ask: Ask,
    pub(crate) answer: Answer,
}

/// What the client does.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) body: u64,
    pub(crate) chunked: bool,
    /// It waits for 100 Continue before the body, for a second.
    pub(crate) expects: bool,
    /// A pause in the middle of the head, and of the body.
    pub(crate) pause: Duration,
    /// It does not wait for the response before.
    pub(crate) pipelined: bool,
    pub(crate) then: Then,
    /// Over HTTP/2 this counts, and not the two before.
    pub(crate) stream: Option<Box<StreamAsk>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Read,
    ReadSlowly(u64, Duration),
    /// Reads, and then waits for the service to end the idle connection.
    Idle,
    /// Ends its sending side before it reads.
    HalfClose,
    /// Sends half of the head and nothing more.
    Stall,
    /// Closes without reading.
    Leave(Duration),
    Reset(Duration),
}

/// What the program does.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) read: Option<Reading>,
    pub(crate) disconnect_wait: bool,
    pub(crate) delay: Duration,
    pub(crate) reply: Reply,
    /// The request is cancelled while its first overlapped read or send is pending.
    pub(crate) cut: bool,
}

/// How it reads the entity body, to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) overlapped: bool,
    pub(crate) fill: bool,
    pub(crate) buffer: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// One call; `true`: and the connection closes.
    Whole(Send, bool),
    /// HTTP_SEND_RESPONSE_FLAG_MORE_DATA.
    Parts(Vec<Send>, bool),
    Cancel,
    /// 101, and then so many bytes both ways, as they are.
    Upgrade(u64),
    /// The first part, and then a cancel.
    Begin(Send),
}

#[derive(Clone, Debug)]
pub(crate) struct Send {
    pub(crate) overlapped: bool,
    /// An overlapped one that is pending is cancelled.
    pub(crate) cancel: bool,
    pub(crate) pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece {
    Memory(u64),
    File(u64),
}

impl Send {
    pub(crate) fn length(&self) -> u64 {
        let lengths = self.pieces.iter().map(|piece| match piece {
            Piece::Memory(length) | Piece::File(length) => *length,
        });
        lengths.sum()
    }
}

impl Exchange {
    /// Neither the client nor the program ends it before the response is whole.
    pub(crate) fn is_whole_stream(&self) -> bool {
        let stream = self.ask.stream.as_ref();
        stream.is_some_and(|stream| stream.reset.is_none() && !stream.lies)
            && self.answer.reply.is_whole()
            && !self.answer.cut
    }

    /// Nobody asks for the body for which the client waits to be asked: the connection ends behind the response
    /// (G-043), and if the client sends the body at last it may lose what is on its way.
    pub(crate) fn is_unasked(&self) -> bool {
        self.ask.expects && self.answer.read.is_none()
    }

    /// The connection ends behind it.
    pub(crate) fn closes(&self) -> bool {
        self.answer.reply.closes() || self.is_unasked()
    }
}

impl Reply {
    /// Bytes of the response's body, if all is sent.
    pub(crate) fn length(&self) -> u64 {
        match self {
            Reply::Whole(send, _) => send.length(),
            Reply::Parts(sends, _) => sends.iter().map(Send::length).sum(),
            Reply::Cancel => 0,
            Reply::Upgrade(bytes) => *bytes,
            Reply::Begin(send) => send.length() + 1,
        }
    }

    /// It is sent to its end, whatever the client does.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Reply::Whole(send, _) => !send.cancel,
            Reply::Parts(sends, _) => !sends.iter().any(|send| send.cancel),
            Reply::Upgrade(_) => true,
            Reply::Cancel | Reply::Begin(_) => false,
        }
    }

    /// The connection ends behind it.
    pub(crate) fn closes(&self) -> bool {
        match self {
            Reply::Whole(_, closes) | Reply::Parts(_, closes) => *closes,
            Reply::Cancel | Reply::Begin(_) | Reply::Upgrade(_) => true,
        }
    }
}

/// Its exchanges.
pub(crate) fn exchanges(steps: &[Step]) -> impl Iterator<Item = &Exchange> {
    steps.iter().filter_map(|step| match step {
        Step::Exchange(exchange) => Some(exchange),
        Step::Act(..) | Step::Event(..) => None,
    })
}

/// Draws from a seed.
pub(crate) struct Draw(SeededRandom);

impl Draw {
    pub(crate) fn seeded(seed: u64) -> Draw {
        Draw(SeededRandom::new(seed, 20))
    }

    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.0.one_in(times)
    }

    pub(crate) fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.0.below(range.end() - range.start() + 1)
    }

    pub(crate) fn millis(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.within(0..=most))
    }

    /// Most are small.
    pub(crate) fn size(&mut self) -> u64 {
        match self.0.below(8) {
            0 => 0,
            1..=3 => self.within(1..=100),
            4..=5 => self.within(100..=1_100),
            6 => self.within(1_000..=5_000),
            _ => self.within(5_000..=20_000),
        }
    }

    fn settings(&mut self) -> Settings {
        let calm = self.one_in(2);
        let chance = |chance: f64| {
            if calm {
                Chance::NEVER
            } else {
                Chance::from(chance)
            }
        };
        let rules = Rules {
            send_buffer: self.within(1..=3) as usize * 1_500,
            receive_buffer: self.within(1..=3) as usize * 1_000,
            segment: 1..=self.within(20..=1_500) as usize,
            delay: Duration::ZERO..=self.millis(6),
            split: Chance::from(0.1),
            full_send_buffer: Chance::from(0.05),
            reset: chance(0.003),
            refuse: chance(0.02),
            no_descriptors: Chance::from(0.03),
            aborted: chance(0.02),
            ..Rules::default()
        };
        let endings = [
            Ending::Stop,
            Ending::CloseEverything,
            Ending::CloseQueues,
            Ending::ShutDownQueues,
            Ending::Drain,
        ];
        Settings {
            calm,
            servers: self.within(1..=3),
            bandwidth: self.one_in(6).then(|| self.within(1_024..=20_000) as u32),
            connection_limit: (!calm && self.one_in(4)).then(|| self.within(1..=2) as u32),
            flood: calm && self.one_in(20),
            controller: self.one_in(2),
            crowd: if self.one_in(20) { 100 } else { 0 },
            handles: self.within(1..=2),
            logs: self.one_in(4),
            secure: false,
            shards: 1,
            streams: None,
            ending: endings[self.within(0..=4) as usize],
            rules,
        }
    }

    fn send(&mut self, calm: bool) -> Send {
        let pieces = (0..self.within(0..=2)).map(|_| match self.0.below(3) {
            0 => Piece::File(self.size()),
            _ => Piece::Memory(self.size()),
        });
        let pieces = pieces.collect();
        Send {
            overlapped: self.one_in(2),
            cancel: !calm && self.one_in(12),
            pieces,
        }
    }

    pub(crate) fn reply(&mut self, calm: bool) -> Reply {
        let closes = self.one_in(8);
        match self.0.below(13) {
            12 => Reply::Upgrade(self.size()),
            0 => Reply::Cancel,
            1 => Reply::Begin(self.send(calm)),
            2..=5 => {
                let sends = (0..self.within(2..=4)).map(|_| self.send(calm));
                Reply::Parts(sends.collect(), closes)
            }
            _ => Reply::Whole(self.send(calm), closes),
        }
    }

    fn then(&mut self) -> Then {
        match self.0.below(40) {
            0..=3 => Then::ReadSlowly(self.within(200..=2_000), self.millis(200)),
            4 => Then::Idle,
            5 => Then::HalfClose,
            6 => Then::Stall,
            7 => Then::Leave(self.millis(10)),
            8 => Then::Reset(self.millis(10)),
            _ => Then::Read,
        }
    }

    fn exchange(&mut self, token: u64, clients: u64, queues: u64, calm: bool) -> Exchange {
        let pause = self.one_in(5).then(|| self.millis(800));
        let mut ask = Ask {
            body: if self.one_in(2) { 0 } else { self.size() },
            chunked: self.one_in(3),
            expects: self.one_in(6),
            pause: pause.unwrap_or_default(),
            pipelined: self.one_in(4),
            then: self.then(),
            stream: None,
        };
        let delay = match self.0.below(40) {
            0 => Duration::from_secs(200),
            1..=9 => self.millis(20),
            _ => Duration::ZERO,
        };
        let reply = self.reply(calm);
        let mut read = self.one_in(2).then(|| Reading {
            overlapped: self.one_in(2),
            fill: self.one_in(2),
            buffer: self.within(1..=6_000),
        });
        if matches!(reply, Reply::Upgrade(_)) {
            // It has no body (BDY-026), and the client talks on.
            (ask.body, ask.chunked, ask.expects, read) = (0, false, false, None);
            ask.then = Then::Read;
        }
        Exchange {
            token,
            client: self.within(0..=clients - 1),
            queue: self.within(0..=queues - 1),
            ask,
            answer: Answer {
                read,
                disconnect_wait: self.one_in(3),
                delay,
                reply,
                cut: false,
            },
        }
    }

    /// Clients that ask once.
    fn flood(&mut self) -> Vec<Step> {
        let clients = self.within(8..=15);
        let ask = |token| {
            let mut exchange = self.exchange(token, 1, 1, true);
            exchange.client = token;
            exchange.ask.then = Then::Read;
            exchange.ask.pause = Duration::ZERO;
            Step::Exchange(exchange)
        };
        (1..=clients).map(ask).collect()
    }

    pub(crate) fn act(&mut self) -> Step {
        let queue = self.within(0..=1);
        let act = match self.0.below(12) {
            11 => Act::CloseHandle(queue),
            8 => Act::CloseHandle(queue),
            9 | 10 => Act::RemoveUrl(queue, self.within(0..=200)),
            0 => Act::ShutDownQueue(queue),
            1 => Act::CloseQueue(queue),
            2 => Act::Bandwidth(None),
            3 => Act::Bandwidth(Some(self.within(1_024..=50_000) as u32)),
            4 | 5 => Act::CancelOperations(queue),
            _ => Act::CancelBlockedCalls(queue),
        };
        Step::Act(self.millis(60), act)
    }
}

/// The program of a seed.
pub(crate) fn draw(seed: u64) -> (Settings, Vec<Step>) {
    let mut draw = Draw::seeded(seed);
    let mut settings = draw.settings();
    // Of its own, so that the script of a seed is the same with TLS and without.
    settings.secure = match std::env::var("HTTPSYS_SIM_TLS") {
        Ok(asked) => asked == "1",
        Err(_) => SeededRandom::new(seed, 21).one_in(TLS_SHARE),
    };
    let mut shards = SeededRandom::new(seed, 23);
    settings.shards = match std::env::var("HTTPSYS_SIM_SHARDS") {
        Ok(asked) => asked.parse().unwrap_or(1),
        Err(_) if shards.one_in(SHARDS_SHARE) => 2 + shards.below(3),
        Err(_) => 1,
    };
    let streams = match std::env::var("HTTPSYS_SIM_H2") {
        Ok(asked) => asked == "1",
        Err(_) => SeededRandom::new(seed, 22).one_in(STREAM_SHARE),
    };
    if streams {
        let steps = streams::draw(&mut draw, &mut settings);
        return (settings, steps);
    }
    if settings.flood {
        return (settings, draw.flood());
    }
    let (clients, queues) = (draw.within(1..=4), draw.within(1..=2));
    let exchanges = draw.within(1..=12);
    let mut steps: Vec<_> = (1..=exchanges)
        .map(|token| Step::Exchange(draw.exchange(token, clients, queues, settings.calm)))
        .collect();
    if !settings.calm {
        let acts = draw.within(0..=2);
        steps.extend((0..acts).map(|_| draw.act()));
    }
    (settings, steps)
}
