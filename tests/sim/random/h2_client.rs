//! The clients of HTTP/2: several exchanges on one connection at once.
//!
//! Owns: when a client sends which frame, and what it must hear. Does not own: one stream (`h2_stream.rs`), frames
//! (`h2_wire.rs`), what both sides must agree on (`ledger.rs`). Threading: each client is a thread of the simulation,
//! which does all that is due, then waits for the service or for the next time.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use httpsys_proto::h2::H2Code;
use httpsys_proto::h2::frame::{FRAME_HEADER, flag, kind};

use crate::client::{Clients, REQUEST_BODY};
use crate::h2_stream::H2Exchange;
use crate::h2_wire::{H2Wire, Received};
use crate::ledger::Outcome;
use crate::operation::byte;
use crate::script::Exchange;
use crate::streams::{Event, Fault, Grant, StreamSettings};

/// The idle timer's time (TMO-004).
const IDLE: Duration = Duration::from_secs(120);
const NEVER: Duration = Duration::MAX;
/// While more waits to be sent, no content is added.
const ENOUGH: usize = 4_096;
/// The service and the network keep no more than this for the client.
const KEPT: usize = 256 * 1024;
const INITIAL_WINDOW: u16 = 4;
const TABLE_SIZE: u16 = 1;

/// Sends and reads all exchanges of one client.
pub(crate) fn run(
    clients: &Clients,
    plan: &StreamSettings,
    exchanges: &[Exchange],
    events: &[(Duration, Event)],
) {
    let (mut left, mut events) = (exchanges, events);
    while !left.is_empty() {
        let begun = H2Client::new(clients, plan, events).converse(left);
        if begun == 0 {
            let ledger = &clients.ledger;
            ledger.outcome(left[0].token, 0, Outcome::Ended);
        }
        left = &left[begun.max(1)..];
        events = &[];
    }
}

/// A connection.
struct H2Client<'a> {
    wire: H2Wire<'a>,
    plan: &'a StreamSettings,
    events: VecDeque<(Duration, Event)>,
    streams: BTreeMap<u32, H2Exchange<'a>>,
    /// The next time at which something is to be done.
    due: Duration,
    last_begun: Duration,
    last_ended: Duration,

    /// The values of SETTINGS_INITIAL_WINDOW_SIZE that were sent, and how many are acknowledged.
    windows: Vec<u32>,
    acknowledged: usize,
    send_window: i64,
    initial_send_window: i64,
    granted: i64,
    grants_at: Duration,
    reads_at: Duration,
    pings: VecDeque<u64>,
    next_ping: u64,

    /// The network is calm, and nothing was done that ends the connection.
    intact: bool,
    /// What the client has done wrong, and when; or when the last content came that the service had said before.
    fault: Option<(Fault, Duration)>,
    /// Bytes of that content.
    behind_fault: usize,
    /// Code and highest stream of the service's last GOAWAY.
    told: Option<(H2Code, u32)>,
    said_goodbye: bool,
    /// The idle timer may run out.
    idles: bool,
    /// It is left without a look at what comes, in order or with a reset.
    is_left: bool,
    breaks: bool,
    /// Content waits for the network to take what was sent before.
    is_full: bool,
}

impl<'a> H2Client<'a> {
    fn new(clients: &'a Clients, plan: &'a StreamSettings, events: &[(Duration, Event)]) -> Self {
        let mut wire = H2Wire::connect(clients);
        let began = wire.line.now();
        let mut settings = Vec::new();
        for (id, value) in [(INITIAL_WINDOW, plan.window), (TABLE_SIZE, plan.table)] {
            settings.extend_from_slice(&id.to_be_bytes());
            settings.extend_from_slice(&value.to_be_bytes());
        }
        wire.push(kind::SETTINGS, 0, 0, &settings);
        H2Client {
            wire,
            plan,
            events: events
                .iter()
                .map(|(after, event)| (began + *after, *event))
                .collect(),
            streams: BTreeMap::new(),
            due: NEVER,
            last_begun: began,
            last_ended: began,
            windows: vec![plan.window],
            acknowledged: 0,
            send_window: 65_535,
            initial_send_window: 65_535,
            granted: 65_535,
            grants_at: began,
            reads_at: began,
            pings: VecDeque::new(),
            next_ping: 1,
            intact: clients.calm,
            fault: None,
            behind_fault: 0,
            told: None,
            said_goodbye: false,
            idles: false,
            is_left: false,
            breaks: false,
            is_full: false,
        }
    }

    fn now(&self) -> Duration {
        self.wire.line.now()
    }

    /// Whether it is time; else it is looked at again then.
    fn is_due(&mut self, at: Duration) -> bool {
        let is_due = at <= self.now();
        if !is_due {
            self.due = self.due.min(at);
        }
        is_due
    }

    /// How many of these were begun on the connection; each of them has its outcome.
    fn converse(mut self, exchanges: &'a [Exchange]) -> usize {
        let mut left = exchanges;
        loop {
            self.due = NEVER;
            self.begin(&mut left);
            self.happen();
            self.speak();
            self.grant();
            self.wire.flush();
            let progressed = self.listen();
            let waits_for_more = !left.is_empty() && self.opens();
            if self.is_left || self.wire.has_ended || (!waits_for_more && self.is_done()) {
                break;
            }
            let goes_on = std::mem::take(&mut self.is_full) && self.wire.unsent() < ENOUGH;
            if !progressed && !goes_on {
                self.wire.line.wait_until(self.due);
            }
        }
        self.settle();
        self.end(left.is_empty());
        exchanges.len() - left.len()
    }

    /// Whether it opens streams, now or later.
    fn opens(&self) -> bool {
        let obeys = self
            .told
            .is_some_and(|(_, last)| self.plan.obeys || last < u32::MAX >> 1);
        !self.said_goodbye && !obeys && self.fault.is_none() && !self.wire.is_shut
    }

    fn is_done(&self) -> bool {
        self.fault.is_none()
            && self.events.is_empty()
            && self.is_answered()
            && self.streams.values().all(H2Exchange::is_over)
    }

    /// Whether nothing is missing that the service says for the client's SETTINGS and PING.
    fn is_answered(&self) -> bool {
        self.pings.is_empty() && self.acknowledged == self.windows.len()
    }

    fn begin(&mut self, left: &mut &'a [Exchange]) {
        while let [exchange, rest @ ..] = *left {
            let ask = exchange.ask.stream.as_ref().expect("of a stream");
            if !self.opens() || !self.is_due(self.last_begun + ask.begins) {
                return;
            }
            *left = rest;
            self.last_begun = self.now();
            let number = 2 * self.streams.len() as u32 + 1;
            let mut stream = H2Exchange::new(exchange, ask, self.last_begun);
            stream.settings = self.windows.len();
            stream.granted = i64::from(self.windows[self.windows.len() - 1]);
            stream.send_window = self.initial_send_window;
            let secure = self.wire.line.clients.offer.is_some();
            let path = format!("/q{}/{}", exchange.queue, exchange.token);
            let length = (exchange.ask.body + if ask.lies { 7 } else { 0 }).to_string();
            let mut fields = vec![
                (":method", "POST"),
                (":scheme", if secure { "https" } else { "http" }),
                (":authority", "localhost"),
                (":path", &path),
            ];
            if !exchange.ask.chunked || ask.lies {
                fields.push(("content-length", &length));
            }
            if exchange.ask.expects {
                fields.push(("expect", "100-continue"));
            }
            let ends =
                exchange.ask.body == 0 && !exchange.ask.chunked && !ask.trailers && !ask.lies;
            stream.request_ended = ends;
            self.wire.push_fields(number, &fields, ends, ask.cut);
            self.streams.insert(number, stream);
        }
    }

    /// Does what is to happen to the connection, and resets of streams.
    fn happen(&mut self) {
        while let Some((at, event)) = self.events.front().copied() {
            if !self.is_due(at) {
                break;
            }
            self.events.pop_front();
            self.intact &= !event.ends();
            self.carry_out(event);
        }
        let numbers: Vec<u32> = self.streams.keys().copied().collect();
        for number in numbers {
            let stream = &self.streams[&number];
            let resets_at = stream.resets_at().filter(|_| stream.outcome.is_none());
            if resets_at.is_some_and(|at| self.is_due(at)) {
                let code = H2Code::CANCEL.0.to_be_bytes();
                self.wire.push(kind::RST_STREAM, 0, number, &code);
                if let Some(stream) = self.streams.get_mut(&number) {
                    stream.outcome = Some(Outcome::Left);
                }
                self.last_ended = self.now();
            }
        }
    }

    fn carry_out(&mut self, event: Event) {
        match event {
            Event::Ping => {
                self.pings.push_back(self.next_ping);
                let data = self.next_ping.to_be_bytes();
                self.wire.push(kind::PING, 0, 0, &data);
                self.next_ping += 1;
            }
            Event::Window(size) => {
                let before = self.windows[self.windows.len() - 1];
                self.windows.push(size);
                let mut payload = INITIAL_WINDOW.to_be_bytes().to_vec();
                payload.extend_from_slice(&size.to_be_bytes());
                self.wire.push(kind::SETTINGS, 0, 0, &payload);
                let more = i64::from(size) - i64::from(before);
                if more > 0 {
                    self.streams
                        .values_mut()
                        .for_each(|stream| stream.granted += more);
                }
            }
            Event::Unknown => {
                self.wire.push(0xbe, 0xff, 0, b"nobody knows it");
                self.wire.push(kind::PRIORITY, 0, 1, &[0, 0, 0, 0, 7]);
            }
            Event::GoAway => {
                self.said_goodbye = true;
                self.wire.push(kind::GOAWAY, 0, 0, &[0; 8]);
            }
            // The first one ends the connection.
            Event::Fault(_) if self.fault.is_some() || self.wire.is_shut => {}
            Event::Fault(fault) => {
                self.fault = Some((fault, self.now()));
                match fault {
                    Fault::Idle => self.wire.push(kind::DATA, 0, 9_999, b"x"),
                    Fault::ZeroIncrement => self.wire.push(kind::WINDOW_UPDATE, 0, 0, &[0; 4]),
                    Fault::TooLong => self.wire.push(kind::PING, 0, 0, &[0; 16_385]),
                    Fault::Even => self.wire.push(kind::HEADERS, flag::END_HEADERS, 2, &[0x82]),
                    Fault::Stray => self.wire.push(kind::CONTINUATION, 0, 1, &[0x82]),
                    Fault::Block => {
                        self.wire
                            .push(kind::HEADERS, flag::END_HEADERS, 9_999, &[0xff])
                    }
                }
            }
            Event::HalfClose => {
                self.wire.end_sending();
                // It may have read until then, and all that there was.
                self.hear_all();
            }
            Event::Leave | Event::Break => self.is_left = true,
        }
        self.breaks = event == Event::Break;
    }

    /// Sends content of requests.
    fn speak(&mut self) {
        let numbers: Vec<u32> = self.streams.keys().copied().collect();
        for number in numbers {
            while self.wire.unsent() < ENOUGH && self.speak_on(number) {}
            self.is_full |= self.wire.unsent() >= ENOUGH;
        }
    }

    /// A frame of the content of a stream. `false`: there is none now.
    fn speak_on(&mut self, number: u32) -> bool {
        let stream = &self.streams[&number];
        let (sends_at, ends) = (stream.sends_at, stream.request_ended);
        if ends || stream.outcome == Some(Outcome::Left) || self.fault.is_some() {
            return false;
        }
        if !self.is_due(sends_at) {
            return false;
        }
        let now = self.now();
        let Some(stream) = self.streams.get_mut(&number) else {
            return false;
        };
        let (ask, token) = (&stream.exchange.ask, stream.exchange.token);
        if !stream.has_paused && stream.sent == ask.body / 2 {
            stream.has_paused = true;
            stream.sends_at = now + ask.pause;
            return true;
        }
        let is_padded = stream.ask.padding > 0;
        let extra = if is_padded {
            1 + i64::from(stream.ask.padding)
        } else {
            0
        };
        let room = stream.send_window.min(self.send_window) - extra;
        let wanted = stream.next_piece();
        let length = wanted.min(room.max(0) as u64);
        if (length == 0 && wanted > 0) || (is_padded && room < 0) {
            return false;
        }
        let from = stream.sent;
        stream.sent += length;
        let is_last = stream.sent == ask.body;
        let flow = length as i64 + extra;
        stream.send_window -= flow;
        self.send_window -= flow;
        let mut payload = Vec::new();
        if is_padded {
            payload.push(stream.ask.padding);
        }
        payload.extend((from..from + length).map(|at| byte(token + REQUEST_BODY, at)));
        payload.resize(payload.len() + usize::from(stream.ask.padding), 0);
        let trailers = stream.ask.trailers && is_last;
        stream.request_ended = is_last;
        let mut flags = if is_padded { flag::PADDED } else { 0 };
        if is_last && !trailers {
            flags |= flag::END_STREAM;
        }
        self.wire.push(kind::DATA, flags, number, &payload);
        if trailers {
            let fields = [("x-checksum", "of what came before")];
            self.wire.push_fields(number, &fields, true, None);
        }
        true
    }

    /// Makes windows larger.
    fn grant(&mut self) {
        if self.fault.is_some() {
            return;
        }
        let plan = self.plan.grant;
        if let Some(more) = more(plan, self.granted).filter(|_| self.is_due(self.grants_at)) {
            self.granted += i64::from(more);
            self.grants_at = self.now() + plan.pause;
            // It may not be enough.
            self.due = self.due.min(self.grants_at);
            self.wire
                .push(kind::WINDOW_UPDATE, 0, 0, &more.to_be_bytes());
        }
        let numbers: Vec<u32> = self.streams.keys().copied().collect();
        for number in numbers {
            let stream = &self.streams[&number];
            let (plan, at) = (stream.ask.grant, stream.grants_at);
            let more = more(plan, stream.granted).filter(|_| stream.outcome.is_none());
            let Some(more) = more.filter(|_| self.is_due(at)) else {
                continue;
            };
            let now = self.now();
            if let Some(stream) = self.streams.get_mut(&number) {
                stream.granted += i64::from(more);
                stream.grants_at = now + plan.pause;
            }
            self.due = self.due.min(now + plan.pause);
            self.wire
                .push(kind::WINDOW_UPDATE, 0, number, &more.to_be_bytes());
        }
    }

    /// Reads once, and hears what came. `false`: nothing did.
    fn listen(&mut self) -> bool {
        let (block, pause) = self.plan.read.unwrap_or((4_096, Duration::ZERO));
        if !self.is_due(self.reads_at) || !self.wire.read(block as usize) {
            return false;
        }
        self.reads_at = self.now() + pause;
        self.hear_all();
        true
    }

    /// Hears what was read.
    fn hear_all(&mut self) {
        while let Some(frame) = self.wire.next() {
            self.hear(&frame);
        }
    }

    fn hear(&mut self, frame: &Received) {
        let header = frame.header;
        let number = header.stream.map_or(0, |stream| stream.number());
        let is_end = header.flags & flag::END_STREAM != 0;
        let word = |at: usize| {
            let bytes = frame.payload.get(at..at + 4).expect("four bytes");
            u32::from_be_bytes(bytes.try_into().expect("four bytes"))
        };
        match header.kind {
            kind::SETTINGS if header.flags & flag::ACK != 0 => self.hear_acknowledgement(),
            kind::SETTINGS => {
                assert_eq!(header.length % 6, 0, "SETTINGS");
                self.wire.push(kind::SETTINGS, flag::ACK, 0, &[]);
            }
            kind::PING => {
                assert_ne!(header.flags & flag::ACK, 0, "the service asks nothing");
                let data = self.pings.pop_front().map(u64::to_be_bytes);
                assert_eq!(
                    data.as_ref().map(|data| &data[..]),
                    Some(&frame.payload[..])
                );
            }
            kind::GOAWAY => self.hear_goodbye(H2Code(word(4)), word(0)),
            kind::WINDOW_UPDATE if number == 0 => {
                assert_ne!(word(0), 0, "WINDOW_UPDATE");
                self.send_window += i64::from(word(0));
            }
            kind::WINDOW_UPDATE => self.opened(number).send_window += i64::from(word(0)),
            kind::DATA => {
                self.granted -= header.length as i64;
                assert!(self.granted >= 0, "more than the connection's window");
                self.hear_behind_fault(header.length);
                if self.opened(number).outcome != Some(Outcome::Left) {
                    self.opened(number).hear_data(&frame.payload, is_end);
                }
            }
            kind::HEADERS => {
                let fields = self.wire.fields(frame);
                let bytes = (FRAME_HEADER + header.length) as u64;
                let left = self.opened(number).outcome == Some(Outcome::Left);
                if !left {
                    self.opened(number).hear_head(&fields, bytes, is_end);
                }
            }
            kind::RST_STREAM => {
                let calm = self.intact;
                if self.opened(number).outcome != Some(Outcome::Left) {
                    self.opened(number).hear_reset(H2Code(word(0)), calm);
                }
            }
            other => panic!("a frame of type {other}"),
        }
        self.last_ended = self.now();
    }

    /// A connection error is told behind what was said before, which takes its time in a slow network.
    fn hear_behind_fault(&mut self, bytes: usize) {
        let now = self.now();
        if let Some((_, since)) = &mut self.fault {
            *since = now;
            self.behind_fault += bytes;
            assert!(self.behind_fault <= KEPT, "it goes on behind its error");
        }
    }

    fn opened(&mut self, number: u32) -> &mut H2Exchange<'a> {
        let stream = self.streams.get_mut(&number);
        stream.unwrap_or_else(|| panic!("stream {number} is none"))
    }

    /// From now on what was made smaller is.
    fn hear_acknowledgement(&mut self) {
        self.acknowledged += 1;
        let at = self.acknowledged;
        assert!(at <= self.windows.len(), "SETTINGS are acknowledged twice");
        if at < 2 {
            return;
        }
        let less = i64::from(self.windows[at - 1]) - i64::from(self.windows[at - 2]);
        let before = self
            .streams
            .values_mut()
            .filter(|stream| stream.settings < at);
        before.for_each(|stream| stream.granted += less.min(0));
    }

    fn hear_goodbye(&mut self, code: H2Code, last: u32) {
        if let Some((_, before)) = self.told {
            assert!(last <= before, "GOAWAY {last} behind GOAWAY {before}");
        }
        self.told = Some((code, last));
        let expected = match self.fault {
            None => H2Code::NO_ERROR,
            Some((Fault::TooLong, _)) => H2Code::FRAME_SIZE_ERROR,
            Some((Fault::Block, _)) => H2Code::COMPRESSION_ERROR,
            Some(_) => H2Code::PROTOCOL_ERROR,
        };
        let announced = self.fault.is_some() && code == H2Code::NO_ERROR;
        assert!(
            code == expected || announced,
            "GOAWAY with {code}, {:?}",
            self.fault
        );
        let closes = |stream: &H2Exchange<'_>| stream.exchange.answer.reply.closes();
        assert!(
            !self.intact || self.said_goodbye || self.idles || self.streams.values().any(closes),
            "GOAWAY {last} without a reason"
        );
    }

    /// What became of all streams.
    fn settle(&mut self) {
        let ledger = &self.wire.line.clients.ledger;
        for (number, stream) in &self.streams {
            let (token, port) = (stream.exchange.token, self.wire.line.port);
            let outcome = stream.outcome.unwrap_or(if self.is_left {
                Outcome::Left
            } else {
                Outcome::Ended
            });
            let is_complete = matches!(outcome, Outcome::Complete(_));
            let strict = self.intact && stream.exchange.is_whole_stream();
            assert!(
                !strict || is_complete,
                "{token}, stream {number}: {outcome:?}, {:?}",
                stream.exchange
            );
            if self.intact && is_complete && stream.exchange.answer.reply.closes() {
                let closes = self.told.is_some() || stream.exchange.answer.cut;
                assert!(closes, "{token} has not told to go away");
            }
            ledger.outcome(token, port, outcome);
        }
        let is_answered = self.is_answered() || self.said_goodbye;
        assert!(
            !self.intact || is_answered,
            "SETTINGS or PING are not answered"
        );
        if let Some((_, since)) = self.fault.filter(|_| !self.is_left) {
            let passed = self.now() - since;
            let is_slow = !self.wire.line.clients.calm || self.plan.read.is_some();
            let told = self.told.is_some_and(|(code, _)| code != H2Code::NO_ERROR);
            assert!(is_slow || told, "it ended without GOAWAY");
            assert!(
                is_slow || passed <= Duration::from_secs(1),
                "it ended {passed:?} behind its error"
            );
        }
    }

    /// The end of the connection behind all streams; `last`: nothing is left to be asked.
    fn end(mut self, last: bool) {
        if self.is_left {
            if self.breaks {
                self.wire.line.stream.reset();
            }
            return;
        }
        self.idles = last && self.plan.idles;
        if !self.idles || self.wire.is_shut || self.wire.has_ended {
            return;
        }
        let (since, told) = (self.last_ended, self.told);
        while !self.wire.has_ended {
            self.due = NEVER;
            self.wire.flush();
            if !self.listen() {
                self.wire.line.wait_until(self.due);
            }
        }
        let passed = self.now() - since;
        let expected = IDLE - Duration::from_secs(2)..=IDLE + Duration::from_secs(3);
        let is_timed = self.intact && told.is_none() && self.plan.read.is_none();
        assert!(
            !is_timed || expected.contains(&passed),
            "it ended after {passed:?}"
        );
    }
}

/// By how much a window grows now.
fn more(plan: Grant, granted: i64) -> Option<u32> {
    let missing = i64::from(plan.target) - granted;
    let least = i64::from(plan.portion.min(plan.target / 2).max(1));
    let most = u32::try_from(missing).unwrap_or(u32::MAX).min(plan.portion);
    (missing >= least).then_some(most)
}
