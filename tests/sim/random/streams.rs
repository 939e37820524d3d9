//! Programs over HTTP/2, as plain data: connections with several streams each.
//!
//! Owns: what is drawn for streams beside what all programs have (`script.rs`). Does not own: carrying it out
//! (`h2_client.rs`, `server.rs`). Invariant: windows and pauses let more bytes go than the least that the service
//! asks for in a second, so that a calm program loses no stream to a timer.

use std::time::Duration;

use crate::script::{
    Answer, Ask, Draw, Exchange, Piece, Reading, Reply, Send, Settings, Step, Then,
};

/// What all connections of a run have in common.
#[derive(Clone, Debug)]
pub(crate) struct StreamSettings {
    /// SETTINGS_INITIAL_WINDOW_SIZE of the clients.
    pub(crate) window: u32,
    /// SETTINGS_HEADER_TABLE_SIZE of the clients.
    pub(crate) table: u32,
    /// How the window of the connection grows again.
    pub(crate) grant: Grant,
    /// The client takes so many bytes from the network at a time.
    pub(crate) read: Option<(u64, Duration)>,
    /// A client that was told to go away opens no more streams.
    pub(crate) obeys: bool,
    /// A client waits for the service to end the idle connection.
    pub(crate) idles: bool,
}

/// How a window of the client grows: as soon as it is smaller than `target`, by at most `portion`, and not again
/// before the pause is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub(crate) target: u32,
    pub(crate) portion: u32,
    pub(crate) pause: Duration,
}

/// What a client does with the stream of an exchange.
#[derive(Clone, Debug)]
pub(crate) struct StreamAsk {
    /// So long after the stream before was opened.
    pub(crate) begins: Duration,
    /// DATA frames have no more content than this.
    pub(crate) piece: u64,
    /// Bytes of padding in each.
    pub(crate) padding: u8,
    /// HEADERS has so much of the field block, and CONTINUATION the rest.
    pub(crate) cut: Option<u64>,
    /// The content ends with trailers.
    pub(crate) trailers: bool,
    /// Content-Length says more than there is.
    pub(crate) lies: bool,
    pub(crate) grant: Grant,
    pub(crate) reset: Option<StreamReset>,
}

/// When the client resets the stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StreamReset {
    /// So long after it was opened.
    After(Duration),
    /// With so many bytes of the response.
    With(u64),
}

/// What happens to a client's first connection, a while after its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Ping,
    /// Another SETTINGS_INITIAL_WINDOW_SIZE.
    Window(u32),
    /// A frame of a type that nobody knows, and one of PRIORITY.
    Unknown,
    /// The client's GOAWAY: it opens no more streams.
    GoAway,
    /// A frame that is an error of the connection.
    Fault(Fault),
    /// The client ends its sending side.
    HalfClose,
    Leave,
    Break,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// DATA on a stream that was never opened.
    Idle,
    /// WINDOW_UPDATE by 0.
    ZeroIncrement,
    /// More than SETTINGS_MAX_FRAME_SIZE.
    TooLong,
    /// HEADERS on a stream with an even number.
    Even,
    /// CONTINUATION of nothing.
    Stray,
    /// A field block that is none.
    Block,
}

impl Event {
    /// What the client asks for may not be answered.
    pub(crate) fn ends(self) -> bool {
        !matches!(
            self,
            Event::Ping | Event::Window(_) | Event::Unknown | Event::GoAway
        )
    }
}

/// The events of a client's first connection, in their order.
pub(crate) fn events(steps: &[Step], client: u64) -> Vec<(Duration, Event)> {
    let own = steps.iter().filter_map(|step| match step {
        Step::Event(of, after, event) if *of == client => Some((*after, *event)),
        _ => None,
    });
    let mut events: Vec<_> = own.collect();
    events.sort_by_key(|(after, _)| *after);
    events
}

impl Draw {
    pub(crate) fn stream_settings(&mut self) -> StreamSettings {
        let windows = [0, 1, 100, 1_000, 10_000, 65_535, 1 << 20];
        StreamSettings {
            window: windows[self.within(0..=6) as usize],
            table: if self.one_in(3) { 0 } else { 4_096 },
            // All streams share it.
            grant: self.grant(4_000),
            read: self
                .one_in(5)
                .then(|| (self.within(1_000..=4_000), self.millis(100))),
            obeys: self.one_in(2),
            idles: self.one_in(8),
        }
    }

    fn grant(&mut self, least: u64) -> Grant {
        let pause = self.one_in(3).then(|| self.millis(200));
        let portion = if self.one_in(3) {
            self.within(least..=2 * least) as u32
        } else {
            1 << 20
        };
        Grant {
            target: if self.one_in(2) { 4 * portion } else { portion },
            portion,
            pause: pause.unwrap_or_default(),
        }
    }

    fn stream(&mut self) -> StreamAsk {
        let reset = match self.within(0..=19) {
            0 => Some(StreamReset::After(self.millis(20))),
            1 => Some(StreamReset::With(self.within(0..=5_000))),
            _ => None,
        };
        StreamAsk {
            begins: if self.one_in(2) {
                Duration::ZERO
            } else {
                self.millis(30)
            },
            piece: (self.within(1..=5).pow(4) * 30).min(16_000),
            padding: if self.one_in(5) {
                self.within(1..=255) as u8
            } else {
                0
            },
            cut: self.one_in(8).then(|| self.within(0..=30)),
            trailers: self.one_in(8),
            lies: self.one_in(30),
            grant: self.grant(400),
            reset,
        }
    }

    /// More than a connection keeps for the network: other streams wait for room meanwhile.
    fn large_reply(&mut self) -> Reply {
        let send = Send {
            overlapped: self.one_in(2),
            cancel: false,
            pieces: vec![Piece::Memory(self.within(70_000..=150_000))],
        };
        Reply::Whole(send, false)
    }

    pub(crate) fn stream_exchange(
        &mut self,
        token: u64,
        clients: u64,
        queues: u64,
        calm: bool,
    ) -> Exchange {
        let body = match self.within(0..=29) {
            // Larger than the window of a stream.
            0 => self.within(60_000..=150_000),
            1..=14 => 0,
            _ => self.size(),
        };
        let pause = self.one_in(5).then(|| self.millis(800));
        let ask = Ask {
            body,
            chunked: self.one_in(3),
            expects: self.one_in(8),
            pause: pause.unwrap_or_default(),
            pipelined: true,
            then: Then::Read,
            stream: Some(Box::new(self.stream())),
        };
        let delay = match self.within(0..=59) {
            0 => Duration::from_secs(200),
            1..=14 => self.millis(20),
            _ => Duration::ZERO,
        };
        let reply = match self.one_in(10) {
            true => self.large_reply(),
            false => loop {
                let reply = self.reply(calm);
                if !matches!(reply, Reply::Upgrade(_)) {
                    break reply;
                }
            },
        };
        Exchange {
            token,
            client: self.within(0..=clients - 1),
            queue: self.within(0..=queues - 1),
            ask,
            answer: Answer {
                read: self.one_in(2).then(|| Reading {
                    overlapped: self.one_in(2),
                    fill: self.one_in(2),
                    buffer: self.within(1..=6_000),
                }),
                disconnect_wait: self.one_in(2),
                delay,
                reply,
                cut: self.one_in(12),
            },
        }
    }

    fn event(&mut self) -> Event {
        let faults = [
            Fault::Idle,
            Fault::ZeroIncrement,
            Fault::TooLong,
            Fault::Even,
            Fault::Stray,
            Fault::Block,
        ];
        match self.within(0..=19) {
            0..=5 => Event::Ping,
            6..=10 => Event::Window(self.within(0..=4).pow(5) as u32 * 64),
            11 | 12 => Event::Unknown,
            13 | 14 => Event::GoAway,
            15 | 16 => Event::Fault(faults[self.within(0..=5) as usize]),
            17 => Event::HalfClose,
            18 => Event::Leave,
            _ => Event::Break,
        }
    }
}

/// The rest of a program over HTTP/2.
pub(crate) fn draw(draw: &mut Draw, settings: &mut Settings) -> Vec<Step> {
    settings.streams = Some(draw.stream_settings());
    // So that all streams at once get what the service asks of each.
    settings.bandwidth = settings.bandwidth.map(|rate| rate + 8_192);
    if settings.flood {
        let clients = draw.within(8..=15);
        let ask = |token| {
            let mut exchange = draw.stream_exchange(token, 1, 1, true);
            exchange.client = token;
            if let Some(stream) = &mut exchange.ask.stream {
                (stream.lies, stream.reset) = (false, None);
            }
            Step::Exchange(exchange)
        };
        return (1..=clients).map(ask).collect();
    }
    let (clients, queues) = (draw.within(1..=3), draw.within(1..=2));
    let exchanges = draw.within(1..=14);
    let mut steps: Vec<_> = (1..=exchanges)
        .map(|token| Step::Exchange(draw.stream_exchange(token, clients, queues, settings.calm)))
        .collect();
    for _ in 0..draw.within(0..=3) {
        let client = draw.within(0..=clients - 1);
        let after = draw.millis(100);
        let event = draw.event();
        steps.push(Step::Event(client, after, event));
    }
    if !settings.calm {
        let acts = draw.within(0..=2);
        steps.extend((0..acts).map(|_| draw.act()));
    }
    steps
}
