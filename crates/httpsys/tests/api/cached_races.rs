//! Answers from the cache while it is changed from all sides at once: responses that replace each other for want of
//! room, flushes, URLs that come and go, and clients that take what they asked for slowly.
//!
//! Owns: that each answer is whole, is that of its URL, and is none that was flushed before it was asked for (CSH-003,
//! CSH-016, CSH-019). Does not own: which response is kept (the test `conformance`), nor seeds that repeat
//! (`tests/sim`).

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, RwLock};
use std::time::Duration;

use httpsys::{CachePolicy, Parameters, Response, Server, Service};

/// Bodies of these lengths, so that all do not fit into a megabyte.
const LENGTHS: [usize; 8] = [16, 1_600, 16, 240_000, 16_000, 240_000, 16, 250_000];
const PATHS: usize = 64;
const ROUNDS: usize = 60;

/// What a URL says: its version as long as somebody may send it, and what all clients must see.
#[derive(Default)]
struct Said {
    version: RwLock<u64>,
    flushed: AtomicU64,
}

struct Site {
    said: Vec<Said>,
    port: u16,
    ended: AtomicBool,
}

/// The body of a version: a mark of 16 bytes, again and again.
fn body(number: usize, version: u64) -> Vec<u8> {
    let mark = format!("{number:05} {version:08}.\n");
    let length = LENGTHS[number % LENGTHS.len()];
    mark.bytes().cycle().take(length).collect()
}

/// Numbers that are as good as random.
struct Mixed(u64);

impl Mixed {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % n
    }
}

impl Site {
    fn answer(&self, server: &Server) {
        while let Ok(request) = server.receive() {
            let path = request.path();
            let number: usize = path.rsplit('/').next().unwrap_or_default().parse().unwrap();
            // A flush waits for who sends what is to be flushed.
            let version = self.said[number].version.read().expect("nobody failed");
            let response = Response::ok().header("Content-Type", "text/plain");
            let response = response.cache(CachePolicy::UserInvalidates);
            let sent = request.respond(response.body(body(number, *version)));
            drop(version);
            assert!(sent.is_ok(), "{sent:?}");
        }
    }

    /// Changes what URLs say, and flushes them, or all.
    fn change(&self, server: &Server) {
        let mut random = Mixed(7);
        let base = format!("http://localhost:{}", self.port);
        while !self.ended.load(SeqCst) {
            let number = random.below(PATHS);
            let said = &self.said[number];
            let mut version = said.version.write().expect("nobody failed");
            *version += 1;
            let url = match random.below(4) {
                0 => format!("{base}/"),
                1 => format!("{base}/{}", number % 4),
                _ => format!("{base}/{}/{number}", number % 4),
            };
            let flushed = server
                .queue()
                .flush_cache(&url, random.below(2) == 0 || url.len() < base.len() + 4);
            assert!(flushed.is_ok(), "{flushed:?}");
            said.flushed.store(*version, SeqCst);
            drop(version);
            if random.below(8) == 0 {
                let below = format!("{base}/{}/below/", random.below(4));
                server.url_group().add_url(&below).expect("it is free");
                server.url_group().remove_url(&below).expect("it is there");
            }
        }
    }

    /// Asks for several URLs at once, wholly or in part, and looks at what comes.
    fn ask(&self, address: SocketAddr, seed: u64) {
        let mut random = Mixed(seed);
        let mut client = Asker(TcpStream::connect(address).expect("it listens"));
        let patience = Some(Duration::from_secs(60));
        client.0.set_read_timeout(patience).expect("a time");
        for _ in 0..ROUNDS {
            let asked: Vec<(usize, u64, bool)> = (0..1 + random.below(3))
                .map(|_| {
                    let number = random.below(PATHS);
                    let least = self.said[number].flushed.load(SeqCst);
                    (number, least, random.below(3) == 0)
                })
                .collect();
            let text = asked.iter().map(|(number, _, in_part)| {
                let part = if *in_part {
                    "Range: bytes=0-15,-16\r\n"
                } else {
                    ""
                };
                let (folder, port) = (number % 4, self.port);
                format!("GET /{folder}/{number} HTTP/1.1\r\nHost: localhost:{port}\r\n{part}\r\n")
            });
            let text: String = text.collect();
            client.0.write_all(text.as_bytes()).expect("sent");
            for (number, least, in_part) in asked {
                let (status, got) = client.answer();
                let of = |version: u64| body(number, version);
                let text = String::from_utf8(got).expect("text");
                if status == 206 {
                    assert!(in_part);
                    let mark = text.split("\r\n\r\n").nth(1).expect("a part");
                    let version: u64 = mark[6..14].parse().expect("a version");
                    assert!(version >= least, "{number}: {version} of {least}");
                    let mark = String::from_utf8(of(version)[..16].to_vec()).expect("text");
                    assert_eq!(text.matches(&mark).count(), 2, "{text}");
                } else {
                    assert_eq!(status, 200);
                    let version: u64 = text[6..14].parse().expect("a version");
                    assert!(version >= least, "{number}: {version} of {least}");
                    assert_eq!(text.as_bytes(), of(version), "{number} is not whole");
                }
            }
        }
    }

    /// Asks for large bodies and takes them in small pieces.
    fn take_slowly(&self, address: SocketAddr) {
        let mut client = Asker(TcpStream::connect(address).expect("it listens"));
        while !self.ended.load(SeqCst) {
            let text = format!("GET /3/7 HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", self.port);
            client.0.write_all(text.repeat(8).as_bytes()).expect("sent");
            for _ in 0..8 {
                let (status, got) = client.answer();
                let text = String::from_utf8(got).expect("text");
                let version: u64 = text[6..14].parse().expect("a version");
                assert_eq!((status, text.into_bytes()), (200, body(7, version)));
            }
        }
    }
}

struct Asker(TcpStream);

impl Asker {
    /// Status and body.
    fn answer(&mut self) -> (u16, Vec<u8>) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("a head");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("text");
        let length = head.split("Content-Length: ").nth(1).expect("a length");
        let length = length.split("\r\n").next().expect("a line").parse();
        let mut body = vec![0; length.expect("a number")];
        for piece in body.chunks_mut(4_000) {
            self.0.read_exact(piece).expect("a body");
        }
        (head[9..12].parse().expect("a status"), body)
    }
}

#[test]
fn csh_003_csh_019_answers_are_whole_and_new_while_the_cache_changes() {
    let mut parameters = Parameters::default();
    parameters.uri_max_cache_megabyte_count = 1;
    let service = Service::new(parameters).expect("a service");
    let server = Server::builder().service(&service);
    let server = server.url("http://localhost:0/").bind().expect("a port");
    let address = server.local_addr().expect("it listens");
    let site = Site {
        said: (0..PATHS).map(|_| Said::default()).collect(),
        port: address.port(),
        ended: AtomicBool::new(false),
    };
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let programs: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| site.answer(&server)))
            .collect();
        let others = [
            scope.spawn(|| site.change(&server)),
            scope.spawn(|| site.take_slowly(address)),
        ];
        let site = &site;
        let clients: Vec<_> = (1..4)
            .map(|seed| scope.spawn(move || site.ask(address, seed)))
            .collect();
        let join = |threads: Vec<std::thread::ScopedJoinHandle<'_, ()>>| {
            let ends = threads.into_iter().filter_map(|thread| thread.join().err());
            failed.lock().expect("nobody failed").extend(ends);
        };
        join(clients);
        site.ended.store(true, SeqCst);
        join(others.into());
        server.shutdown().expect("it is open");
        join(programs);
    });
    if let Some(end) = failed.into_inner().expect("nobody failed").pop() {
        std::panic::resume_unwind(end);
    }
    let counters = service.counters().service.uri_cache;
    assert!(counters.uri_cache_hits > 20, "{counters:?}");
    assert!(counters.total_flushed_uris > 20, "{counters:?}");
}
