//! A stream of a client: one exchange.
//!
//! Owns: how far its request and its response have come, and what the response must be. Does not own: the frames
//! (`h2_wire.rs`), the connection (`h2_client.rs`). Threading: the client's thread.

use std::time::Duration;

use httpsys_proto::h2::H2Code;

use crate::ledger::Outcome;
use crate::operation::byte;
use crate::script::{Exchange, Reply};
use crate::streams::{StreamAsk, StreamReset};

/// See the module head.
pub(crate) struct H2Exchange<'a> {
    pub(crate) exchange: &'a Exchange,
    pub(crate) ask: &'a StreamAsk,
    pub(crate) begun: Duration,
    /// SETTINGS that were sent before it.
    pub(crate) settings: usize,

    /// Of the content of the request.
    pub(crate) sent: u64,
    pub(crate) send_window: i64,
    pub(crate) sends_at: Duration,
    pub(crate) has_paused: bool,
    pub(crate) request_ended: bool,

    /// What the service may send now.
    pub(crate) granted: i64,
    pub(crate) grants_at: Duration,
    /// Bytes of the head's frame, once it is there.
    head: Option<u64>,
    status: u16,
    received: u64,
    /// END_STREAM, or a reset of the service.
    pub(crate) response_ended: bool,
    pub(crate) outcome: Option<Outcome>,
}

impl<'a> H2Exchange<'a> {
    pub(crate) fn new(exchange: &'a Exchange, ask: &'a StreamAsk, now: Duration) -> Self {
        H2Exchange {
            exchange,
            ask,
            begun: now,
            settings: 0,
            sent: 0,
            send_window: 65_535,
            sends_at: if exchange.ask.expects {
                now + Duration::from_secs(1)
            } else {
                now
            },
            has_paused: exchange.ask.pause.is_zero(),
            request_ended: false,
            granted: 0,
            grants_at: now,
            head: None,
            status: 0,
            received: 0,
            response_ended: false,
            outcome: None,
        }
    }

    /// Nothing more is to be said on it.
    pub(crate) fn is_over(&self) -> bool {
        self.outcome.is_some() && (self.request_ended || self.outcome == Some(Outcome::Left))
    }

    /// When the client resets it.
    pub(crate) fn resets_at(&self) -> Option<Duration> {
        match self.ask.reset {
            Some(StreamReset::After(after)) => Some(self.begun + after),
            Some(StreamReset::With(bytes)) => {
                (self.head.is_some() && self.received >= bytes).then_some(Duration::ZERO)
            }
            None => None,
        }
    }

    /// Bytes for the next DATA frame, as far as the exchange goes.
    pub(crate) fn next_piece(&self) -> u64 {
        let body = self.exchange.ask.body;
        // A long body goes in a hundred pieces at most.
        let piece = self.ask.piece.max(body / 100);
        let half = if self.has_paused { body } else { body / 2 };
        piece.min(half - self.sent.min(half))
    }

    pub(crate) fn hear_head(&mut self, fields: &[(String, String)], bytes: u64, is_end: bool) {
        let token = self.exchange.token;
        assert!(!self.response_ended, "{token} has a head behind its end");
        assert!(self.head.is_none(), "{token} has two heads");
        let value = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found.and_then(|(_, value)| value.parse::<u64>().ok())
        };
        let status = value(":status").expect("a status");
        if status == 100 {
            let asked = self.exchange.ask.expects && !is_end;
            assert!(asked, "{token} has not asked for 100 Continue");
            self.sends_at = self.sends_at.min(self.begun);
            return;
        }
        self.head = Some(bytes);
        self.status = status as u16;
        if status == 200 {
            assert_eq!(value("x-token"), Some(token), "it is another's: {fields:?}");
            let length = self.exchange.answer.reply.length();
            assert_eq!(value("content-length"), Some(length), "{fields:?}");
        }
        self.end_if(is_end);
    }

    pub(crate) fn hear_data(&mut self, data: &[u8], is_end: bool) {
        let token = self.exchange.token;
        assert!(!self.response_ended, "{token} has content behind its end");
        assert!(self.head.is_some(), "{token} has content before its head");
        self.granted -= data.len() as i64;
        // SETTINGS may have made the window negative, and an end without content needs none (RFC 9113 sections 6.9.1
        // and 6.9.2).
        let needs_window = !(data.is_empty() && is_end);
        assert!(
            !needs_window || self.granted >= 0,
            "{token} is sent more than its window"
        );
        if self.status == 200 {
            for (at, got) in (self.received..).zip(data) {
                assert_eq!(*got, byte(token, at), "byte {at} of the body of {token}");
            }
        }
        self.received += data.len() as u64;
        self.end_if(is_end);
    }

    fn end_if(&mut self, is_end: bool) {
        if !is_end {
            return;
        }
        self.response_ended = true;
        self.outcome = Some(if self.status == 200 {
            let (token, length) = (self.exchange.token, self.exchange.answer.reply.length());
            assert_eq!(self.received, length, "the body of {token} ends too soon");
            Outcome::Complete(self.head.unwrap_or_default() + length)
        } else {
            Outcome::Refused(self.status)
        });
    }

    /// `calm`: there is no reason for it but those of the script.
    pub(crate) fn hear_reset(&mut self, code: H2Code, calm: bool) {
        let token = self.exchange.token;
        self.request_ended = true;
        if self.outcome.is_some() {
            // It only asks for no more of the content (H2X-011).
            assert_eq!(code, H2Code::NO_ERROR, "{token} is reset behind its end");
            return;
        }
        let answer = &self.exchange.answer;
        let cancels = answer.cut || !answer.reply.is_whole();
        let own =
            own_code(token).filter(|_| matches!(answer.reply, Reply::Cancel | Reply::Begin(_)));
        let expected = match own {
            Some(own) => code == own || code == H2Code::CANCEL && answer.cut,
            None => code == H2Code::CANCEL,
        };
        let lies = self.ask.lies && code == H2Code::PROTOCOL_ERROR;
        assert!(
            !calm || cancels && expected || lies,
            "{token} is reset with {code}: {:?}",
            self.exchange
        );
        self.response_ended = true;
        self.outcome = Some(Outcome::Ended);
    }
}

/// The code that the program sets before it cancels (CXL-012).
pub(crate) fn own_code(token: u64) -> Option<H2Code> {
    (token % 3 == 0).then_some(H2Code(1_111))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Draw;

    /// Hears DATA of so many bytes and its end; the window is this. Whether the oracle is content.
    fn hears(window: i64, length: usize, is_end: bool) -> bool {
        let exchange = &Draw::seeded(1).stream_exchange(1, 1, 1, true);
        let ask = exchange.ask.stream.as_deref().expect("of a stream");
        let heard = std::panic::catch_unwind(|| {
            let mut stream = H2Exchange::new(exchange, ask, Duration::ZERO);
            let status = [(":status".to_owned(), "503".to_owned())];
            stream.hear_head(&status, 10, false);
            stream.granted = window;
            stream.hear_data(&vec![0; length], is_end);
        });
        heard.is_ok()
    }

    #[test]
    fn an_end_without_content_needs_no_window_and_everything_else_does() {
        assert!(hears(-36, 0, true), "SETTINGS have made the window smaller");
        assert!(hears(10, 10, false));
        assert!(!hears(10, 11, false));
        assert!(!hears(-36, 1, true));
        assert!(!hears(-36, 0, false));
    }
}
