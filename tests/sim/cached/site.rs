//! What the program of both services says: the same for the same URL, queue and version of its content.
//!
//! Owns: drawing it, and sending. Does not own: when a version changes (`run.rs`). The file that bodies come from is
//! a real one, since the simulation has none for programs.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, OnceLock};

use httpsys::{CachePolicy, DataChunk, FileRange, Request, RequestQueue, Response, Verb};
use httpsys_sim::SeededRandom;

use crate::script::{DATES, pick};

/// How a response is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// In one call.
    Call,
    /// In one call, by the request's id.
    ById,
    /// With HTTP_SEND_RESPONSE_FLAG_DISCONNECT.
    Disconnect,
    /// In one call, with a coding of the program's own.
    Coded,
    /// In two calls.
    Parts,
    /// In chunks.
    Chunks,
}

#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Memory(Vec<u8>),
    /// Place and length in the file.
    File(u64, u64),
}

/// What a URL says.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) policy: CachePolicy,
    pub(crate) way: Way,
    pub(crate) pieces: Vec<Piece>,
    /// Which of [`DATES`] Last-Modified is.
    pub(crate) modified: Option<usize>,
    /// Last-Modified is no date.
    pub(crate) bad_date: bool,
    pub(crate) etag: Option<&'static str>,
    pub(crate) typed: bool,
}

const FILE: u64 = 256 * 1024;

fn byte(at: u64) -> u8 {
    (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8
}

fn file() -> &'static Arc<File> {
    static OPEN: OnceLock<Arc<File>> = OnceLock::new();
    OPEN.get_or_init(|| {
        let path = std::env::temp_dir().join(format!("httpsys-sim-cache-{}", std::process::id()));
        let mut file = File::create(&path).expect("a file");
        let bytes: Vec<u8> = (0..FILE).map(byte).collect();
        file.write_all(&bytes).expect("room");
        let open = File::open(&path).expect("it is there");
        std::fs::remove_file(&path).expect("it is there");
        Arc::new(open)
    })
}

/// Another number for each URL, queue and version.
fn purpose(url: &str, queue: usize, version: u64) -> u64 {
    let start = 0xCBF2_9CE4_8422_2325 ^ version.rotate_left(32) ^ queue as u64;
    url.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
    })
}

/// What a URL says to whoever asks.
pub(crate) fn content(seed: u64, url: &str, queue: usize, version: u64, tight: bool) -> Content {
    let mut random = SeededRandom::new(seed, purpose(url, queue, version));
    let random = &mut random;
    let others = [201, 203, 204, 206, 301, 304, 404, 410, 500, 503, 599, 600];
    let status = if random.one_in(6) {
        pick(random, &others)
    } else {
        200
    };
    let mark = format!("{url} of queue {queue}, version {version}. ");
    let mut content = Content {
        status,
        fields: Vec::new(),
        policy: policy(random),
        way: way(random),
        pieces: Vec::new(),
        modified: random.one_in(2).then(|| 1 + random.below(2) as usize),
        bad_date: false,
        etag: random
            .one_in(2)
            .then(|| pick(random, &["\"e1\"", "\"e2\"", "W/\"e1\""])),
        typed: !random.one_in(12),
    };
    if !matches!(status, 204 | 304) {
        content.pieces = pieces(random, &mark, tight);
    }
    content.bad_date = content.modified.is_none() && random.one_in(8);
    add_fields(random, &mut content);
    content.fields.push(("X-Mark", mark.trim_end().to_owned()));
    content
}

fn policy(random: &mut SeededRandom) -> CachePolicy {
    match random.below(16) {
        0 => CachePolicy::Nocache,
        1 => CachePolicy::TimeToLive(0),
        2 => CachePolicy::TimeToLive(u32::MAX),
        3..8 => CachePolicy::TimeToLive(1 + random.below(10) as u32),
        _ => CachePolicy::UserInvalidates,
    }
}

fn way(random: &mut SeededRandom) -> Way {
    match random.below(24) {
        0 => Way::Disconnect,
        1 => Way::Coded,
        2 => Way::Parts,
        3 => Way::Chunks,
        4..12 => Way::ById,
        _ => Way::Call,
    }
}

fn pieces(random: &mut SeededRandom, mark: &str, tight: bool) -> Vec<Piece> {
    let sizes = if tight {
        [150_000, 180_000, 200_000, 100]
    } else {
        [100, 100, 1_000, 5_000]
    };
    let size = match random.below(16) {
        0 => 0,
        1 => 1,
        2 => 70_000,
        _ => pick(random, &sizes),
    };
    let memory = |length: u64| {
        let text = mark.bytes().cycle().take(length as usize);
        Piece::Memory(text.collect())
    };
    match random.below(4) {
        _ if size == 0 => Vec::new(),
        0 => vec![Piece::File(random.below(FILE - size), size)],
        1 => {
            let first = random.below(size);
            let place = random.below(FILE - size);
            vec![memory(first), Piece::File(place, size - first)]
        }
        _ => vec![memory(size)],
    }
}

fn add_fields(random: &mut SeededRandom, content: &mut Content) {
    let fields = &mut content.fields;
    if content.typed {
        let kinds = ["text/plain", "text/html; charset=x"];
        fields.push(("Content-Type", pick(random, &kinds).to_owned()));
    }
    if let Some(at) = content.modified {
        fields.push(("Last-Modified", DATES[at].to_owned()));
    } else if content.bad_date {
        fields.push(("Last-Modified", "yesterday".to_owned()));
    }
    if let Some(etag) = content.etag {
        fields.push(("ETag", etag.to_owned()));
    }
    for (name, value) in [
        ("Vary", "Accept-Language"),
        ("Set-Cookie", "c=3"),
        ("Cache-Control", "no-store, max-age=1"),
        ("Expires", DATES[0]),
        ("Pragma", "no-cache"),
        ("Age", "5"),
        ("Date", DATES[0]),
        ("Server", "Own/1"),
        ("Content-Location", "/else"),
        ("Content-Language", "de"),
        ("WWW-Authenticate", "Basic realm=x"),
    ] {
        if random.one_in(6) {
            fields.push((name, value.to_owned()));
        }
    }
    let length = content.length();
    let whole = matches!(content.way, Way::Call | Way::ById | Way::Disconnect);
    if whole && random.one_in(8) && !matches!(content.status, 204 | 304) {
        content.fields.push(("Content-Length", length.to_string()));
    }
}

impl Content {
    pub(crate) fn length(&self) -> u64 {
        let lengths = self.pieces.iter().map(|piece| match piece {
            Piece::Memory(bytes) => bytes.len() as u64,
            Piece::File(_, length) => *length,
        });
        lengths.sum()
    }

    /// The whole body.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for piece in &self.pieces {
            match *piece {
                Piece::Memory(ref bytes) => body.extend_from_slice(bytes),
                Piece::File(at, length) => body.extend((at..at + length).map(byte)),
            }
        }
        body
    }

    /// Without its content.
    fn response(&self) -> Response<'_> {
        let mut response = Response::from_status(self.status).cache(self.policy);
        for (name, value) in &self.fields {
            response = response.header(*name, value.as_str());
        }
        response
    }

    fn chunks(&self) -> Vec<DataChunk<'_>> {
        let chunks = self.pieces.iter().map(|piece| match piece {
            Piece::Memory(bytes) => DataChunk::from(bytes.as_slice()),
            Piece::File(at, length) => FileRange::from(&**file()).range(*at, *length).into(),
        });
        chunks.collect()
    }

    /// Answers a request.
    pub(crate) fn send(&self, queue: &RequestQueue, request: Request) -> httpsys::Result<()> {
        let whole = || {
            let response = self.response();
            self.chunks().into_iter().fold(response, Response::chunk)
        };
        let is_bare = matches!(self.status, 204 | 304);
        match self.way {
            Way::Call => request.respond(whole()).map(drop),
            Way::Disconnect => request.respond(whole().disconnect()).map(drop),
            Way::ById if request.verb() == Verb::Head => queue
                .respond(request.into_id(), whole().head_only())
                .map(drop),
            Way::ById => queue.respond(request.into_id(), whole()).map(drop),
            Way::Coded if !is_bare => {
                let response = self.response().header("Transfer-Encoding", "chunked");
                let body = self.body();
                let mut coded = Vec::new();
                if !body.is_empty() {
                    coded.extend(format!("{:x}\r\n", body.len()).into_bytes());
                    coded.extend(body);
                    coded.extend(b"\r\n");
                }
                coded.extend(b"0\r\n\r\n");
                request.respond(response.body(coded)).map(drop)
            }
            Way::Parts if !is_bare => {
                let response = self.response().content_length(self.length());
                request
                    .start_response(response)?
                    .finish_with_chunks(&self.chunks())
            }
            Way::Chunks if !is_bare => request
                .start_chunked_response(self.response())?
                .finish_with_chunks(&self.chunks()),
            Way::Coded | Way::Parts | Way::Chunks => {
                request.start_response(self.response())?.finish()
            }
        }
    }
}
