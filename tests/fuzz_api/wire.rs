//! The bytes that a client gets, compared with what its plan says.
//!
//! Owns: one response on the wire, to the byte: status, the token in the head, the length that is
//! announced, framing and body. Does not own the connection ([`crate::connection`]). Threading: plain
//! values.

use crate::findings::finding;
use crate::plan::{Flow, Framing, Method, Plan, Span};
use crate::random::mismatch;

/// The longest head that is read.
const MOST_HEAD: usize = 32 * 1024;

/// How far a response came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    More,
    Complete,
    /// The head is not that of the plan: the service answers by itself.
    Refused(u16),
    /// A finding was made; the rest makes no sense.
    Wrong,
}

/// A response that comes.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) plan: Plan,
    /// The service had said before the request that its connection is gone.
    pub(crate) was_said_gone: bool,
    /// All bytes so far, without those of interim responses.
    pub(crate) wire: u64,
    pub(crate) says_close: bool,
    head: Vec<u8>,
    has_head: bool,
    spans: Vec<Span>,
    span: usize,
    within: u64,
}

impl Response {
    pub(crate) fn new(plan: Plan, was_said_gone: bool) -> Response {
        let mut spans: Vec<Span> = plan.calls().into_iter().flatten().collect();
        if plan.flow == Flow::Upgrade {
            let (key, length) = (plan.token.request_key(), plan.echo);
            spans.push(Span::Pattern {
                key,
                position: 0,
                length,
                from_file: false,
            });
        }
        Response {
            plan,
            was_said_gone,
            wire: 0,
            says_close: false,
            head: Vec::new(),
            has_head: false,
            spans,
            span: 0,
            within: 0,
        }
    }

    pub(crate) fn has_head(&self) -> bool {
        self.has_head
    }

    /// Whether anything came.
    pub(crate) fn has_begun(&self) -> bool {
        self.wire > 0 || !self.head.is_empty()
    }

    /// Takes bytes; the rest is not of this response.
    pub(crate) fn take<'b>(&mut self, mut bytes: &'b [u8]) -> (Progress, &'b [u8]) {
        while !self.has_head {
            match self.take_head(&mut bytes) {
                Progress::More if bytes.is_empty() => return (Progress::More, bytes),
                Progress::More => {}
                Progress::Complete => break,
                other => return (other, bytes),
            }
        }
        self.take_body(bytes)
    }

    fn take_head(&mut self, bytes: &mut &[u8]) -> Progress {
        let searched = self.head.len().saturating_sub(3);
        let before = self.head.len();
        self.head.extend_from_slice(bytes);
        let end = self.head[searched..]
            .windows(4)
            .position(|four| four == b"\r\n\r\n");
        let Some(end) = end.map(|at| searched + at + 4) else {
            *bytes = &[];
            if self.head.len() > MOST_HEAD {
                finding!("no head: {:?}", show(&self.head[..200]));
                return Progress::Wrong;
            }
            return Progress::More;
        };
        *bytes = &bytes[end - before..];
        self.head.truncate(end);
        let head = std::mem::take(&mut self.head);
        self.judge_head(&head)
    }

    fn judge_head(&mut self, head: &[u8]) -> Progress {
        let plan = &self.plan;
        let text = String::from_utf8_lossy(head);
        if text == "HTTP/1.1 100 Continue\r\n\r\n" {
            if !plan.upload.expects {
                finding!("{:x?}: 100 Continue that nobody asked for", plan.token);
            }
            return Progress::More;
        }
        let status = text.get(9..12).and_then(|status| status.parse().ok());
        let field = |name: &str| {
            let mut lines = text.split("\r\n").filter_map(|line| line.split_once(": "));
            lines
                .find(|(own, _)| own.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        };
        let Some(token) = field("X-Token") else {
            self.wire += head.len() as u64;
            return Progress::Refused(status.unwrap_or(0));
        };
        if token != format!("{:016x}", plan.token.0) {
            finding!("{:x?}: the response of another: {}", plan.token, show(head));
            return Progress::Wrong;
        }
        if status != Some(plan.status) {
            finding!("{:x?}: status {status:?}, not {}", plan.token, plan.status);
        }
        let announced = field("Content-Length").map(|length| length.parse().ok());
        let expected = match plan.framing {
            // Nobody knows how long the body would be that HEAD asks about.
            Framing::Added if plan.method == Method::Head => None,
            Framing::Added | Framing::Length => Some(Some(plan.body_length())),
            Framing::Chunked | Framing::Close => None,
        };
        if announced != expected {
            finding!("{:x?}: Content-Length {announced:?}: {plan:?}", plan.token);
        }
        self.says_close = field("Connection").is_some_and(|it| it.eq_ignore_ascii_case("close"));
        self.has_head = true;
        self.wire += head.len() as u64;
        Progress::Complete
    }

    fn take_body<'b>(&mut self, mut bytes: &'b [u8]) -> (Progress, &'b [u8]) {
        while let Some(span) = self.spans.get(self.span) {
            let left = span.length() - self.within;
            if left == 0 {
                (self.span, self.within) = (self.span + 1, 0);
                continue;
            }
            if bytes.is_empty() {
                return (Progress::More, bytes);
            }
            let count = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let (now, later) = bytes.split_at(count);
            let wrong = match span {
                Span::Text(text) => {
                    let from = self.within as usize;
                    now.iter()
                        .zip(&text.as_bytes()[from..])
                        .position(|(a, b)| a != b)
                }
                Span::Pattern { key, position, .. } => mismatch(now, *key, position + self.within),
            };
            if let Some(at) = wrong {
                let so_far = self.wire + at as u64;
                let rest = show(&now[at..now.len().min(at + 80)]);
                finding!(
                    "{:x?}: byte {so_far} is not the response's ({} of {span:?}), there is {rest}: \
                     {:?}",
                    self.plan.token,
                    self.within + at as u64,
                    self.plan
                );
                return (Progress::Wrong, bytes);
            }
            self.within += count as u64;
            self.wire += count as u64;
            bytes = later;
        }
        (Progress::Complete, bytes)
    }
}

pub(crate) fn show(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(400)].escape_ascii().to_string()
}
