//! What happens under a seed: requests, and what is done to the cache between them.
//!
//! Owns: drawing it. Does not own: what the program answers (`site.rs`), nor what must come of it. Threading: plain
//! data.

use std::time::Duration;

use httpsys_network::{Chance, Rules};
use httpsys_sim::SeededRandom;

/// Dates, each later than the one before it.
pub(crate) const DATES: [&str; 4] = [
    "Sat, 05 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:36 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Mon, 07 Nov 1994 08:49:37 GMT",
];

/// What is registered, for which of the two queues. The last one always is.
pub(crate) const URLS: [(usize, &str); 5] = [
    (0, "http://localhost:80/"),
    (0, "http://localhost:80/a/"),
    (1, "http://+:80/other/"),
    (1, "http://localhost:80/a/b/"),
    (1, "http://always:80/"),
];

const HOSTS: [&str; 6] = [
    "localhost",
    "localhost:80",
    "LOCALHOST",
    "127.0.0.1",
    "127.0.0.1:80",
    "always",
];

/// Those that come more often are in front.
const TARGETS: [&str; 18] = [
    "/a",
    "/a/b",
    "/a?q=1",
    "/a/b/c",
    "/other/x",
    "/a/",
    "/A/b",
    "/ab",
    "/%61/b",
    "/a/./b",
    "/a?q=2",
    "/a?Q=1",
    "/a/b?q=1",
    "/",
    "/other/x?q=1",
    "/other/y/../x",
    "/other",
    "/?",
];

/// What a flush names.
const FLUSHED: [&str; 14] = [
    "http://localhost:80/a",
    "http://localhost:80/a/",
    "http://localhost:80/A/B",
    "http://localhost:80/a/b",
    "http://localhost:80/a/b/c",
    "http://localhost:80/a?q=1",
    "http://localhost:80/ab",
    "http://localhost:80/",
    "http://LocalHost:80/a/b",
    "http://localhost:80/other/x",
    "http://127.0.0.1:80/other",
    "http://+:80/",
    "http://*:80/a",
    "http://elsewhere:80/",
];

const WAITS: [u64; 12] = [
    1, 10, 500, 999, 1_000, 1_001, 2_000, 3_500, 9_000, 15_000, 60_000, 300_000,
];

pub(crate) const CLIENTS: usize = 3;

#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) settings: Settings,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Settings {
    /// UriMaxUriBytes.
    pub(crate) most_bytes: u32,
    /// UriScavengerPeriod, in seconds.
    pub(crate) period: u32,
    /// Entries may lose their place: UriMaxCacheMegabyteCount is 1.
    pub(crate) tight: bool,
    /// The window at first of the streams of each client; `None`: it speaks HTTP/1.
    pub(crate) windows: [Option<u32>; CLIENTS],
    pub(crate) rules: Rules,
}

#[derive(Debug)]
pub(crate) enum Step {
    Ask(Ask),
    Act(Act),
}

/// Requests that one client sends at once.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) client: usize,
    pub(crate) items: Vec<Item>,
    /// What is done before the client reads.
    pub(crate) between: Option<Act>,
}

/// What is done to both services.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// HttpFlushResponseCache for a queue.
    Flush(usize, &'static str, bool),
    /// As an administrator does: all queues, a URL or everything.
    FlushAll(Option<&'static str>, bool),
    /// One of [`URLS`] is removed, or registered again.
    Toggle(usize),
    /// A group loses its queue, and gets it back.
    Rebind(usize),
    /// A queue becomes inactive, or active again.
    State(usize),
    /// So many milliseconds pass.
    Wait(u64),
    /// All entries with a time of ten seconds at most come to their end.
    Outlive,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) token: u64,
    pub(crate) verb: &'static str,
    pub(crate) target: String,
    pub(crate) host: &'static str,
    /// HTTP/1.0.
    pub(crate) old: bool,
    /// It is sent over HTTP/2.
    pub(crate) of_stream: bool,
    /// It has no content, and the service learns that from a frame behind its head.
    pub(crate) ends_late: bool,
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) ranges: Ranges,
    pub(crate) body: &'static str,
}

/// What a Range field asks for.
#[derive(Debug)]
pub(crate) enum Ranges {
    /// There is none.
    None,
    Of(Vec<Asked>),
    /// It is not well-formed: it counts as if there was none.
    Malformed(&'static str),
    /// A number of more than 64 bits.
    Overflow,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    Between(u64, u64),
    From(u64),
    Last(u64),
}

impl Item {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(own, _)| *own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// As it is sent over HTTP/2.
    pub(crate) fn stream_fields(&self) -> Vec<(String, String)> {
        let target = self.target.strip_prefix("http://");
        let absolute = target.map(|target| target.split_at(target.find('/').expect("a path")));
        let (host, path) = absolute.unwrap_or((self.host, &self.target));
        let pseudo = [
            (":method", self.verb),
            (":scheme", "http"),
            (":authority", host),
            (":path", path),
        ];
        let fields = self.fields.iter();
        let fields = fields.map(|(name, value)| (name.to_lowercase(), value.clone()));
        let range = self.ranges.text();
        let range = range.map(|range| ("range".to_owned(), range));
        let token = ("x-token".to_owned(), self.token.to_string());
        let pseudo = pseudo.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let all = pseudo.into_iter().chain(fields).chain(range);
        all.chain([token]).collect()
    }

    /// As it is sent over HTTP/1.
    pub(crate) fn text(&self) -> String {
        let (verb, target, host) = (self.verb, &self.target, self.host);
        let minor = u8::from(!self.old);
        let mut text = format!("{verb} {target} HTTP/1.{minor}\r\nHost: {host}\r\n");
        for (name, value) in &self.fields {
            text += &format!("{name}: {value}\r\n");
        }
        if let Some(range) = self.ranges.text() {
            text += &format!("Range: {range}\r\n");
        }
        text + &format!("X-Token: {}\r\n\r\n{}", self.token, self.body)
    }
}

impl Ranges {
    fn text(&self) -> Option<String> {
        let asked = match self {
            Ranges::None => return None,
            Ranges::Malformed(text) => return Some((*text).to_owned()),
            Ranges::Overflow => return Some("bytes=0-18446744073709551615".to_owned()),
            Ranges::Of(asked) => asked,
        };
        let asked = asked.iter().map(|asked| match asked {
            Asked::Between(first, last) => format!("{first}-{last}"),
            Asked::From(first) => format!("{first}-"),
            Asked::Last(count) => format!("-{count}"),
        });
        Some(format!("bytes={}", asked.collect::<Vec<_>>().join(",")))
    }
}

pub(crate) fn pick<T: Copy>(random: &mut SeededRandom, of: &[T]) -> T {
    of[random.below(of.len() as u64) as usize]
}

pub(crate) fn draw(seed: u64) -> Script {
    let mut random = SeededRandom::new(seed, 0xCACE);
    let random = &mut random;
    let mut rules = Rules::default();
    if random.one_in(4) {
        rules.split = Chance::from(0.3);
    }
    if random.one_in(8) {
        rules.delay = Duration::ZERO..=Duration::from_millis(5);
    }
    let settings = Settings {
        most_bytes: if random.one_in(3) { 4_096 } else { 262_144 },
        period: if random.one_in(3) { 10 } else { 120 },
        tight: random.one_in(8),
        windows: windows(random),
        rules,
    };
    let mut draw = Draw::new(random, settings.windows.map(|window| window.is_some()));
    let count = 12 + random.below(24);
    let mut steps = Vec::new();
    for _ in 0..count {
        if !random.one_in(4) {
            steps.push(Step::Ask(draw.ask(random)));
            continue;
        }
        let act = act(random);
        steps.push(Step::Act(act));
        // What keeps clients out does not last.
        if matches!(act, Act::Toggle(_) | Act::Rebind(_) | Act::State(_)) {
            steps.push(Step::Ask(draw.ask(random)));
            steps.push(Step::Act(act));
        }
    }
    Script { settings, steps }
}

/// What requests of a seed have in common.
struct Draw {
    token: u64,
    /// What is asked for most often.
    targets: [&'static str; 4],
    host: &'static str,
    /// Whether each client speaks HTTP/2.
    streams: [bool; CLIENTS],
}

/// One in five of the seeds has clients of both kinds; the others have HTTP/1 alone.
fn windows(random: &mut SeededRandom) -> [Option<u32>; CLIENTS] {
    let mixed = random.one_in(5);
    [(); CLIENTS].map(|()| {
        let window = pick(random, &[3_000, 65_535, 1 << 20]);
        (mixed && !random.one_in(3)).then_some(window)
    })
}

fn act(random: &mut SeededRandom) -> Act {
    let recursive = random.one_in(2);
    match random.below(14) {
        0..5 => Act::Flush(random.below(2) as usize, pick(random, &FLUSHED), recursive),
        5 => {
            let all = random.one_in(3);
            let url = pick(random, &FLUSHED);
            Act::FlushAll((!all).then_some(url), recursive)
        }
        6 | 7 => Act::Toggle(random.below(URLS.len() as u64 - 1) as usize),
        8 => match random.below(3) {
            0 => Act::State(random.below(2) as usize),
            _ => Act::Rebind(random.below(2) as usize),
        },
        9 => Act::Outlive,
        _ => Act::Wait(pick(random, &WAITS)),
    }
}

impl Draw {
    fn new(random: &mut SeededRandom, streams: [bool; CLIENTS]) -> Draw {
        Draw {
            token: 0,
            streams,
            targets: [(); 4].map(|()| pick(random, &TARGETS)),
            host: pick(random, &HOSTS[..3]),
        }
    }

    fn ask(&mut self, random: &mut SeededRandom) -> Ask {
        let between = random.one_in(8);
        let count = if between { 1 } else { 1 + random.below(4) };
        let client = random.below(CLIENTS as u64) as usize;
        let of_stream = self.streams[client];
        let items = (1..=count).map(|at| self.item(random, at == count, of_stream));
        let items = items.collect();
        let between = match act(random) {
            _ if !between => None,
            // A time limit of the client's connection is not what is looked at.
            Act::Wait(_) | Act::Outlive => None,
            // Nothing sets it right again.
            Act::Toggle(_) | Act::Rebind(_) | Act::State(_) => None,
            act => Some(act),
        };
        Ask {
            client,
            items,
            between,
        }
    }

    /// A request; the `last` one of several may end the connection.
    fn item(&mut self, random: &mut SeededRandom, last: bool, of_stream: bool) -> Item {
        self.token += 1;
        let target = match random.below(6) {
            0 => pick(random, &TARGETS),
            _ => pick(random, &self.targets),
        };
        let host = match random.below(8) {
            0 => pick(random, &HOSTS),
            _ => self.host,
        };
        let target = match random.below(10) {
            0 => format!("http://{host}{target}"),
            1 => format!("http://{}{target}", pick(random, &HOSTS)),
            _ => target.to_owned(),
        };
        let others = [
            "HEAD", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "OWN", "get",
        ];
        let verb = match random.below(8) {
            0 => pick(random, &others),
            _ => "GET",
        };
        let mut item = Item {
            token: self.token,
            verb,
            target,
            host,
            old: !of_stream && random.one_in(8),
            of_stream,
            ends_late: false,
            fields: Vec::new(),
            ranges: Ranges::None,
            body: "",
        };
        if verb == "POST" || verb == "PUT" || random.one_in(40) {
            item.body = pick(random, &["", "x", "hello"]);
            let length = item.body.len().to_string();
            item.fields.push(("Content-Length", length));
        } else {
            item.ends_late = of_stream && random.one_in(16);
        }
        if item.old && !last {
            item.fields.push(("Connection", "keep-alive".to_owned()));
        } else if last && !of_stream && random.one_in(10) {
            item.fields.push(("Connection", "close".to_owned()));
        }
        if random.one_in(4) {
            item.ranges = ranges(random, last);
        }
        add_fields(random, &mut item.fields);
        item
    }
}

fn ranges(random: &mut SeededRandom, last: bool) -> Ranges {
    let malformed = ["bytes=", "bytes=5-4", "lines=0-1", "bytes=a-b", "bytes"];
    match random.below(12) {
        0 => Ranges::Malformed(pick(random, &malformed)),
        // The answer ends the connection.
        1 if last => Ranges::Overflow,
        _ => {
            let count = if random.one_in(20) {
                33
            } else {
                1 + random.below(3)
            };
            let edges = [0, 1, 2, 10, 49, 50, 99, 100, 101, 5_000, u64::MAX - 1];
            let asked = (0..count).map(|_| {
                let (one, two) = (pick(random, &edges), pick(random, &edges));
                match random.below(4) {
                    0 => Asked::From(one),
                    1 => Asked::Last(one),
                    _ => Asked::Between(one.min(two), one.max(two)),
                }
            });
            Ranges::Of(asked.collect())
        }
    }
}

/// Fields that the cache looks at, and others that it does not.
fn add_fields(random: &mut SeededRandom, fields: &mut Vec<(&'static str, String)>) {
    let mut add = |random: &mut SeededRandom, times: u64, name: &'static str, values: &[&str]| {
        if random.one_in(times) {
            fields.push((name, pick(random, values).to_owned()));
        }
    };
    let dates = &DATES[..];
    add(
        random,
        8,
        "If-Range",
        &["\"e1\"", "\"e2\"", "W/\"e1\"", dates[1], dates[2]],
    );
    add(
        random,
        6,
        "If-Modified-Since",
        &[dates, &["1994"][..]].concat(),
    );
    add(random, 24, "If-None-Match", &["\"e1\"", "*"]);
    add(random, 40, "If-Match", &["\"e1\""]);
    add(random, 40, "If-Unmodified-Since", dates);
    add(random, 24, "Authorization", &["Basic eA=="]);
    add(random, 24, "Translate", &["f", "F", "t"]);
    add(random, 40, "Expect", &["100-continue"]);
    add(
        random,
        16,
        "Cache-Control",
        &["no-cache", "max-age=0", "no-store"],
    );
    add(random, 24, "Pragma", &["no-cache"]);
    add(random, 16, "Accept-Language", &["de", "en"]);
    add(random, 16, "Cookie", &["a=1", "b=2"]);
}
