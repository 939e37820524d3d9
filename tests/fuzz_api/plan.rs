//! What is to happen to one request, drawn from its token alone.
//!
//! Owns: [`Plan`], which client and server make from the same token, so that neither has to tell the
//! other anything: the request's shape, what the server does with it, the response to the byte.
//! Does not own who carries it out ([`crate::client`], [`crate::answer`]). Threading: plain values.

use crate::random::Random;
use crate::site::Class;
use crate::token::Token;

/// Bytes of the file that file chunks are cut from.
pub(crate) const FILE_LENGTH: u64 = 300_000;
/// The key of its bytes.
pub(crate) const FILE_KEY: u64 = 0x66_69_6C_65;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Post,
}

/// The request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) length: u64,
    pub(crate) chunked: bool,
    pub(crate) expects: bool,
}

/// What the server reads of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Nothing,
    Some,
    All,
}

/// What the server does with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Respond,
    /// HttpCancelHttpRequest before anything was sent.
    CancelBefore,
    /// The same after the first call of a response that needs more.
    CancelBetween,
    /// CancelIoEx on the last send, if that is pending.
    CancelSend,
    /// A file chunk that is longer than its file.
    BadFile,
    /// 101, then every byte comes back.
    Upgrade,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeepAlive(pub(crate) bool);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// One call: the service adds Content-Length.
    Added,
    /// The program gives Content-Length.
    Length,
    /// The program frames.
    Chunked,
    /// The end of the connection.
    Close,
}

/// A data chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Memory { length: u64 },
    File { start: u64, length: u64 },
}

impl Segment {
    pub(crate) fn length(self) -> u64 {
        match self {
            Segment::Memory { length } | Segment::File { length, .. } => length,
        }
    }
}

/// Bytes on the wire behind the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// Chunk framing.
    Text(String),
    /// Of the body with this key.
    Pattern {
        key: u64,
        position: u64,
        length: u64,
        from_file: bool,
    },
}

impl Span {
    pub(crate) fn length(&self) -> u64 {
        match self {
            Span::Text(text) => text.len() as u64,
            Span::Pattern { length, .. } => *length,
        }
    }
}

/// See the module head.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) token: Token,
    /// HTTP/1.0, with `Connection: keep-alive` or without.
    pub(crate) old_version: Option<KeepAlive>,
    pub(crate) method: Method,
    pub(crate) upload: Upload,
    pub(crate) reading: Reading,
    pub(crate) flow: Flow,
    pub(crate) status: u16,
    pub(crate) framing: Framing,
    /// The body by calls; the first goes with the head.
    pub(crate) parts: Vec<Vec<Segment>>,
    /// A call without chunks ends the response.
    pub(crate) empty_end: bool,
    /// HTTP_SEND_RESPONSE_FLAG_DISCONNECT with the last call.
    pub(crate) disconnect: bool,
    /// Bytes of a field that makes the head long.
    pub(crate) padding: usize,
    /// Bytes that the client sends behind a 101.
    pub(crate) echo: u64,
}

impl Plan {
    pub(crate) fn of(seed: u64, token: Token) -> Plan {
        let mut random = Random::of(seed, token.0);
        let class = token.class();
        let flow = flow(&mut random, class);
        if flow == Flow::Upgrade {
            return Plan::upgrade(token, &mut random, class);
        }
        let method = random.pick(&[Method::Get, Method::Get, Method::Post, Method::Head]);
        let upload = upload(&mut random, method);
        let head_only = method == Method::Head;
        let framing = match random.below(if head_only { 1 } else { 10 }) {
            0..=4 => Framing::Added,
            5 | 6 => Framing::Length,
            7 | 8 => Framing::Chunked,
            _ => Framing::Close,
        };
        let mut plan = Plan {
            token,
            old_version: random
                .once_in(20)
                .then(|| KeepAlive(!head_only && random.once_in(2))),
            method,
            upload,
            reading: random.pick(&[Reading::All, Reading::All, Reading::Some, Reading::Nothing]),
            flow,
            status: random.pick(&[200, 200, 201, 404, 500, 999]),
            framing,
            parts: Vec::new(),
            empty_end: false,
            disconnect: framing == Framing::Close || random.once_in(20),
            padding: if random.once_in(12) {
                random.index(9000)
            } else {
                0
            },
            echo: 0,
        };
        let calls = match framing {
            Framing::Added => 1,
            _ => random.within(1, 5),
        };
        for _ in 0..calls {
            let part = part(&mut random, class);
            plan.parts.push(if head_only { Vec::new() } else { part });
        }
        plan.empty_end =
            (calls > 1 && random.once_in(3)) || (calls == 1 && framing == Framing::Close);
        plan.make_flow_possible(&mut random);
        plan
    }

    fn upgrade(token: Token, random: &mut Random, class: Class) -> Plan {
        Plan {
            token,
            old_version: None,
            method: Method::Get,
            upload: Upload {
                length: 0,
                chunked: false,
                expects: false,
            },
            reading: Reading::Nothing,
            flow: Flow::Upgrade,
            status: 101,
            framing: Framing::Close,
            parts: vec![Vec::new()],
            empty_end: true,
            disconnect: false,
            padding: 0,
            echo: length(random, class),
        }
    }

    /// Some ends need a response of a certain kind.
    fn make_flow_possible(&mut self, random: &mut Random) {
        match self.flow {
            Flow::CancelBetween => {
                // What comes after the cancel must be missed by the client.
                let early = [Segment::Memory {
                    length: random.below(3000),
                }];
                self.framing = Framing::Length;
                self.method = Method::Get;
                self.upload = Upload {
                    length: 0,
                    chunked: false,
                    expects: false,
                };
                self.parts = vec![early.to_vec(), vec![Segment::Memory { length: 10 }]];
                self.empty_end = false;
            }
            Flow::CancelSend => {
                self.method = Method::Get;
                self.upload = Upload {
                    length: 0,
                    chunked: false,
                    expects: false,
                };
                self.framing = Framing::Added;
                self.parts = vec![vec![Segment::Memory {
                    length: random.within(1, 2_000_000),
                }]];
                self.empty_end = false;
                self.disconnect = false;
            }
            Flow::BadFile => {
                let last = self.parts.last_mut().expect("at least one call");
                last.push(Segment::File {
                    start: FILE_LENGTH - 10,
                    length: 20,
                });
                self.empty_end = false;
                if self.method == Method::Head {
                    self.method = Method::Get;
                }
            }
            _ => {}
        }
    }

    /// What each call sends, the head aside.
    pub(crate) fn calls(&self) -> Vec<Vec<Span>> {
        let mut position = 0;
        let mut calls: Vec<Vec<Span>> = Vec::new();
        for part in &self.parts {
            let total: u64 = part.iter().map(|segment| segment.length()).sum();
            let mut spans = Vec::new();
            let is_framed = self.framing == Framing::Chunked && total > 0;
            if is_framed {
                spans.push(Span::Text(format!("{total:x}\r\n")));
            }
            for segment in part {
                let length = segment.length();
                let (key, start, from_file) = match *segment {
                    Segment::File { start, .. } => (FILE_KEY, start, true),
                    Segment::Memory { .. } => (self.token.response_key(), position, false),
                };
                spans.push(Span::Pattern {
                    key,
                    position: start,
                    length,
                    from_file,
                });
                position += if from_file { 0 } else { length };
            }
            if is_framed {
                spans.push(Span::Text("\r\n".into()));
            }
            calls.push(spans);
        }
        if let (Framing::Chunked, Some(last)) = (self.framing, calls.last_mut()) {
            last.push(Span::Text("0\r\n\r\n".into()));
        }
        if self.empty_end {
            calls.push(Vec::new());
        }
        calls
    }

    /// Whether the last of several calls sends nothing.
    pub(crate) fn ends_empty(&self) -> bool {
        let calls = self.calls();
        let last = calls.last().filter(|_| calls.len() > 1);
        last.is_some_and(|spans| spans.iter().all(|span| span.length() == 0))
    }

    /// Bytes behind the head.
    pub(crate) fn body_length(&self) -> u64 {
        self.calls().iter().flatten().map(Span::length).sum()
    }

    /// Whether its calls carry data for the access log.
    pub(crate) fn logs(&self) -> bool {
        self.flow == Flow::Respond && self.token.0 % 8 != 0
    }

    /// Whether the connection ends behind the response.
    pub(crate) fn closes(&self) -> bool {
        let is_framed = matches!(self.framing, Framing::Added | Framing::Length);
        let ends = self
            .old_version
            .is_some_and(|KeepAlive(keeps)| !(keeps && is_framed));
        self.disconnect || ends || self.flow == Flow::Upgrade
    }

    /// Whether the program itself breaks the response off.
    pub(crate) fn breaks(&self) -> bool {
        matches!(
            self.flow,
            Flow::CancelBefore | Flow::CancelBetween | Flow::BadFile
        )
    }

    /// The client may have sent what the server will not read before it closes.
    pub(crate) fn may_be_cut(&self) -> bool {
        self.closes() && self.upload.length > 0 && self.reading != Reading::All
    }
}

fn flow(random: &mut Random, class: Class) -> Flow {
    match random.below(100) {
        0..=2 => Flow::CancelBefore,
        3 | 4 => Flow::CancelBetween,
        5 => Flow::CancelSend,
        6 if class != Class::Logged => Flow::BadFile,
        7..=9 => Flow::Upgrade,
        _ => Flow::Respond,
    }
}

fn upload(random: &mut Random, method: Method) -> Upload {
    let mut upload = Upload {
        length: 0,
        chunked: false,
        expects: false,
    };
    if method == Method::Post {
        upload.length = match random.below(8) {
            0 => 0,
            1..=5 => random.below(3000),
            6 => random.below(40_000),
            _ => random.below(200_000),
        };
        upload.chunked = random.once_in(3);
        upload.expects = random.once_in(10);
    }
    upload
}

fn part(random: &mut Random, class: Class) -> Vec<Segment> {
    let count = random.pick(&[0, 1, 1, 1, 2, 3, 7]);
    let segment = |random: &mut Random| {
        let length = length(random, class);
        if random.once_in(6) {
            let start = random.below(FILE_LENGTH);
            let length = length.min(FILE_LENGTH - start);
            Segment::File { start, length }
        } else {
            Segment::Memory { length }
        }
    };
    (0..count).map(|_| segment(random)).collect()
}

/// Mostly little, often about the limits where the engine does something else.
fn length(random: &mut Random, class: Class) -> u64 {
    let length = match random.below(200) {
        0..=79 => random.below(1100),
        80..=104 => random.within(1020, 1030),
        105..=149 => random.below(9000),
        150..=189 => random.below(40_000),
        190..=198 => random.below(300_000),
        _ => random.below(2_500_000),
    };
    match class {
        // A limited site would need too long.
        Class::Throttled => length.min(random.within(1, 20_000)),
        _ => length,
    }
}
