//! The machine of a connection: events and calls in any order that a driver may bring them, and effects
//! carried out as the engine does.
//!
//! Checks: an event has one effect at most; closing is final; an id is live from delivery to the last piece of its response, and for its queue only; a
//! response begins once; 100 Continue is due once; the connection ends or goes on as the plan says;
//! HTTP/1.0 goes on only where it asked for that and can see the end; looking for body bytes loses none; ids never come back.
#![no_main]

use std::collections::HashSet;

use httpsys_core::close_reason::TimerKind;
use httpsys_core::connection::{
    Cause, Connection, DeliveryState, Effect, Opaque, Phase, Progress, ResponseFacts,
    ResponseState, Wants,
};
use httpsys_core::ids::SlotIds;
use httpsys_core::{CloseReason, ConnectionId, HandleId, QueueId, RequestId};
use httpsys_proto::{
    BodyDecoder, BodyError, ConnectionLine, Parameters, RequestHead, Verb, Version,
};
use libfuzzer_sys::fuzz_target;

const HEADS: [&str; 9] = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\n",
];
const QUEUE: QueueId = QueueId(7);

/// What the exchange under way has been through.
struct Past {
    id: RequestId,
    body: BodyDecoder,
    is_1_0: bool,
    is_head: bool,
    /// The connection must end behind this response.
    closes: bool,
    /// The client has said that nothing comes behind the request.
    is_last: bool,
    expects: bool,
    body_seen: bool,
}

struct World<'a> {
    bytes: std::slice::Iter<'a, u8>,
    ids: SlotIds,
    known: HashSet<u64>,
    connection: Connection,
    parameters: Parameters,
    past: Option<Past>,
}

impl World<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.bytes.next().copied()
    }

    /// Up to nine bytes that a peer may send as a body.
    fn input(&mut self) -> Option<Vec<u8>> {
        let length = usize::from(self.byte()? % 10);
        Some(self.bytes.by_ref().take(length).copied().collect())
    }

    fn begin(&mut self, which: u8) {
        let head_text = HEADS[usize::from(which) % HEADS.len()].as_bytes();
        let mut head = RequestHead::new();
        let consumed = head_text.len();
        // In one piece or in two: the machine says the same in the end.
        let piece = usize::from(which) / HEADS.len() % consumed;
        if piece > 0 {
            let progress =
                self.connection
                    .handle_head(&head_text[..piece], &mut head, &self.parameters);
            assert_eq!(progress, Progress::Partial);
            assert_eq!(
                self.connection.wants(&self.parameters),
                Wants::Head { seen: piece }
            );
            let timer = Effect::StartTimer(TimerKind::HeaderWait);
            assert_eq!(self.connection.poll_effect(), Some(timer));
        }
        let progress = self
            .connection
            .handle_head(head_text, &mut head, &self.parameters);
        assert_eq!(progress, Progress::Complete { consumed });
        let id = self.ids.next_request().expect("ids enough");
        assert!(id.0 != 0 && self.known.insert(id.0), "an id came back");
        self.connection.begin_exchange(id, QUEUE, &head, 0, ());
        let body = BodyDecoder::new(head.framing());
        self.past = Some(Past {
            id,
            is_1_0: head.version() < Version::HTTP_1_1,
            is_head: head.verb() == Verb::Head,
            closes: head.close(),
            is_last: head.is_last(),
            expects: head.expects_continue() && !body.is_done(),
            body_seen: false,
            body,
        });
        self.check_live();
    }

    /// An id is live for its own queue, from delivery to the last piece.
    fn check_live(&mut self) {
        let (mut open, mut id) = (false, RequestId::NULL);
        if let Some(exchange) = self.connection.exchange() {
            open = exchange.is_open() && exchange.delivery() != DeliveryState::Queued;
            id = exchange.request();
        }
        let past_id = self.past.as_ref().map(|past| past.id);
        assert_eq!(past_id.unwrap_or(RequestId::NULL), id);
        assert_eq!(self.connection.live(id, QUEUE).is_ok(), open);
        assert!(self.connection.live(id, QueueId(8)).is_err());
        let other = RequestId(id.0 ^ 1 << 30);
        assert!(self.connection.live(other, QUEUE).is_err());
        assert!(self.connection.exchange_of(other, QUEUE).is_none());
    }

    /// The body through `exchange` beside a decoder of its own.
    fn read_body(&mut self, probe: bool) -> Option<()> {
        let input = self.input()?;
        let room = usize::from(self.byte()? % 5);
        let past = self.past.as_mut().expect("an exchange");
        let exchange = self
            .connection
            .exchange_of(past.id, QUEUE)
            .expect("the same");
        if exchange.opaque() != Opaque::No {
            return Some(());
        }
        let rest = match probe {
            true => match exchange.probe_body(&input) {
                Ok((found, skipped)) => {
                    assert!(!found || skipped == 0);
                    past.body.discard(&input[..skipped]).expect("framing only");
                    &input[skipped..]
                }
                Err(error) => return Self::expect_broken(past, &input, error),
            },
            false => &input[..],
        };
        let (mut out, mut other) = ([0; 5], [0; 5]);
        let decoded = exchange.decode_body(rest, &mut out[..room]);
        assert_eq!(decoded, past.body.decode(rest, &mut other[..room]));
        assert_eq!(out, other);
        past.body_seen |= !rest.is_empty();
        assert_eq!(exchange.body_done(), past.body.is_done());
        assert_eq!(exchange.direct_body_length(), past.body.remaining_length());
        Some(())
    }

    /// `probe_body` told of an error: so does a decoder with room for one byte.
    fn expect_broken(past: &Past, input: &[u8], error: BodyError) -> Option<()> {
        assert_eq!(past.body.clone().decode(input, &mut [0]), Err(error));
        Some(())
    }

    fn begin_response(&mut self) -> Option<()> {
        let (status, flags) = (self.byte()?, self.byte()?);
        let bit = |n: u8| flags >> n & 1 == 1;
        let facts = ResponseFacts {
            status: [200, 101, 204, 304, 100, 404, 500, 199][usize::from(status % 8)],
            has_content_length: bit(0),
            has_transfer_encoding: bit(1),
            upgrades_to_websocket: !bit(2),
            body_len: u64::from(status),
            more_data: bit(3),
            disconnect: bit(4),
            opaque: bit(5) && bit(6),
        };
        let past = self.past.as_mut().expect("an exchange");
        let exchange = self
            .connection
            .exchange_of(past.id, QUEUE)
            .expect("the same");
        let before = exchange.answer();
        let Ok(plan) = exchange.begin_response(&facts) else {
            assert!(
                before != ResponseState::None || facts.opaque,
                "refused for no reason"
            );
            assert_eq!(exchange.answer(), before);
            return Some(());
        };
        assert_eq!(before, ResponseState::None, "a response began twice");
        let expected = if facts.more_data {
            ResponseState::Streaming
        } else {
            ResponseState::Last
        };
        assert_eq!(exchange.answer(), expected);
        let waits = past.expects && !past.body_seen;
        past.closes |= facts.opaque || facts.disconnect || waits;
        let has_end = facts.has_content_length || !facts.more_data;
        past.closes |= past.is_1_0 && (facts.has_transfer_encoding || !has_end);
        if facts.opaque {
            assert_eq!(exchange.opaque(), Opaque::Open);
            assert_eq!((facts.status, past.is_1_0), (101, false));
            assert!(facts.upgrades_to_websocket);
            assert_eq!(plan.connection, ConnectionLine::None);
            assert_eq!(plan.content_length, None);
            return Some(());
        }
        let line = match (past.closes, past.is_1_0) {
            (true, _) => ConnectionLine::Close,
            (false, true) => ConnectionLine::KeepAlive,
            (false, false) => ConnectionLine::None,
        };
        assert_eq!(plan.connection, line);
        let no_body =
            matches!(facts.status, 100..200 | 204 | 304) || (past.is_head && facts.body_len == 0);
        let framed = facts.has_content_length || facts.has_transfer_encoding || facts.more_data;
        let length = (!no_body && !framed).then_some(facts.body_len);
        assert_eq!(plan.content_length, length);
        Some(())
    }

    fn continue_response(&mut self, flags: u8) {
        let past = self.past.as_mut().expect("an exchange");
        let exchange = self
            .connection
            .exchange_of(past.id, QUEUE)
            .expect("the same");
        let (before, more_data, disconnect) = (exchange.answer(), flags & 1 == 1, flags & 2 == 2);
        let result = exchange.continue_response(more_data, disconnect);
        assert_eq!(result.is_ok(), before == ResponseState::Streaming);
        if result.is_ok() {
            past.closes |= disconnect;
            // On an opaque connection a disconnect does not wait for the last piece (UPG-006).
            let ends = !more_data || (disconnect && exchange.opaque() != Opaque::No);
            assert_eq!(exchange.is_open(), !ends);
        }
    }

    fn end_exchange(&mut self) {
        let exchange = self.connection.exchange().expect("an exchange");
        let is_read = exchange.body_done();
        let has_ended = exchange.opaque() == Opaque::PeerEnded;
        let past = self.past.take().expect("an exchange");
        let has_input = past.is_head;
        let may_be_followed = !(past.is_last || has_ended);
        self.connection.end_exchange(has_input);
        let expected = match (past.closes, is_read) {
            (true, true) if !has_input && !may_be_followed => Effect::Close(Cause::Completed),
            (true, _) => Effect::EndOutput,
            (false, false) => Effect::StartTimer(TimerKind::DrainEntityBody),
            (false, true) => Effect::StartTimer(TimerKind::IdleConnection),
        };
        assert_eq!(self.connection.poll_effect(), Some(expected));
        let wants = self.connection.wants(&self.parameters);
        match (past.closes, is_read) {
            (true, _) => assert!(self.connection.is_closing()),
            (false, false) => assert_eq!(wants, Wants::Body),
            (false, true) => assert!(self.connection.is_idle()),
        }
    }

    /// What a driver without sockets does with an effect.
    fn carry_out(&mut self) {
        match self.connection.poll_effect() {
            None | Some(Effect::StartTimer(_) | Effect::Linger | Effect::Continue) => {}
            Some(Effect::EndOutput) => self.connection.output_ended(),
            Some(Effect::Expire) => {
                let past = self.past.take().expect("an exchange");
                let exchange = self
                    .connection
                    .exchange_of(past.id, QUEUE)
                    .expect("the same");
                assert_eq!(exchange.delivery(), DeliveryState::Queued);
                self.connection
                    .refuse(CloseReason::Timer(TimerKind::RequestQueue));
                self.connection.end_output();
                assert_eq!(self.connection.poll_effect(), Some(Effect::EndOutput));
            }
            Some(Effect::Close(_) | Effect::Reset(_)) => {
                let ended = self.connection.close();
                let past = self.past.take().map(|past| past.id);
                assert_eq!(
                    ended.exchange.map(|(exchange, ())| exchange.request()),
                    past
                );
            }
        }
        assert_eq!(
            self.connection.poll_effect(),
            None,
            "one effect for an event"
        );
    }

    /// Something that happens in any phase.
    fn happen(&mut self, what: u8) {
        let kinds = [
            TimerKind::IdleConnection,
            TimerKind::HeaderWait,
            TimerKind::RequestQueue,
            TimerKind::EntityBody,
            TimerKind::DrainEntityBody,
            TimerKind::MinSendRate,
        ];
        let before = self.connection.is_closing();
        match what {
            0..6 => self.connection.handle_timer(kinds[usize::from(what)]),
            6 => self.connection.handle_end(),
            7 => self.connection.handle_broken(),
            8 => self.connection.handle_hangup(),
            9 => self.connection.handle_linger(0),
            10 => self.connection.handle_linger(1),
            _ => self.connection.output_ended(),
        }
        self.carry_out();
        let closed = matches!(self.connection.phase(), Phase::Closed);
        assert!(
            !before || closed || self.connection.is_closing(),
            "closing is final"
        );
    }

    /// Bytes of the peer that are no head.
    fn throw_away(&mut self) -> Option<()> {
        let input = self.input()?;
        let used = self.connection.handle_bytes(&input, &self.parameters);
        assert!(used <= input.len());
        self.carry_out();
        Some(())
    }

    fn in_exchange(&mut self, what: u8) -> Option<()> {
        let id = self.past.as_ref().expect("an exchange").id;
        let exchange = self.connection.exchange_of(id, QUEUE).expect("the same");
        match what % 12 {
            0 | 1 => exchange.deliver(what >= 128, HandleId(1)),
            2 | 3 => return self.read_body(what % 12 == 2),
            4 => {
                let answer = exchange.answer();
                self.connection.body_is_awaited();
                let due = self.connection.poll_effect() == Some(Effect::Continue);
                let past = self.past.as_mut().expect("an exchange");
                let expected = past.expects && !past.body_seen && answer == ResponseState::None;
                assert_eq!(due, expected);
                past.expects &= !due;
            }
            5 => {
                let n = exchange
                    .direct_body_length()
                    .unwrap_or(0)
                    .min(u64::from(what) / 32);
                if n > 0 {
                    exchange.advance_body(n);
                    let past = self.past.as_mut().expect("an exchange");
                    past.body.advance(n);
                    past.body_seen = true;
                }
            }
            6 => {
                exchange.body_has_begun();
                self.past.as_mut().expect("an exchange").body_seen = true;
            }
            7 | 8 => return self.begin_response(),
            9 => self.continue_response(what / 12),
            10 if exchange.opaque() != Opaque::No => {
                exchange.end_opaque_input();
                assert!(exchange.body_done());
            }
            _ if !exchange.is_open() => self.end_exchange(),
            _ => {}
        }
        Some(())
    }

    fn step(&mut self) -> Option<()> {
        let what = self.byte()?;
        if what == 0xFE {
            self.connection.refuse(CloseReason::Unavailable("Disabled"));
            self.connection.end_output();
            self.past = None;
            self.carry_out();
        }
        if what == 0xFF {
            let ended = self.connection.close();
            assert_eq!(
                ended.exchange.map(|(exchange, ())| exchange.request()),
                self.past.take().map(|past| past.id)
            );
            assert!(matches!(self.connection.phase(), Phase::Closed));
        }
        if (0xF0..0xFC).contains(&what) {
            self.happen(what - 0xF0);
        }
        match self.connection.wants(&self.parameters) {
            Wants::Head { .. } => self.begin(what),
            Wants::Body | Wants::Rest => self.throw_away()?,
            Wants::Nothing if self.connection.exchange().is_some() => self.in_exchange(what)?,
            Wants::Nothing => return None,
            Wants::Frames => unreachable!("nobody made it a carrier"),
        }
        self.check_live();
        Some(())
    }
}

fuzz_target!(|data: &[u8]| {
    let mut ids = SlotIds::new(1, 2);
    let id: ConnectionId = ids.next_connection().expect("the first");
    let mut world = World {
        bytes: data.iter(),
        ids,
        known: HashSet::from([id.0]),
        connection: Connection::new(id),
        parameters: Parameters::default(),
        past: None,
    };
    while world.step().is_some() {
        assert_eq!(world.connection.id(), id);
    }
});
