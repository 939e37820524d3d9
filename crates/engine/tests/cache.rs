//! The response cache under a clock that the test turns, and its parameters. What is kept and answered, row by row, is
//! in the conformance tests.
#![allow(missing_docs, reason = "a test program")]

#[path = "support/port.rs"]
mod port;
#[path = "support/turned.rs"]
mod turned;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use httpsys_core::RequestId;
use httpsys_core::cache::CachePolicy;
use httpsys_core::call::{Control, Receive, SendResponse};
use httpsys_core::configuration::{CacheParameter, Change};
use httpsys_core::counters::UriCacheCounters;
use httpsys_core::proto::header::id;
use httpsys_engine::{Chunk, Verdict};
use httpsys_proto::ResponseParts;

use turned::World;

impl World {
    fn counters(&self) -> UriCacheCounters {
        self.service.counters().service.uri_cache
    }

    fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let patience = Some(Duration::from_secs(30));
        client.set_read_timeout(patience).expect("a time");
        client
    }

    fn get(&self, client: &mut TcpStream, path: &str) {
        let port = self.port;
        let head = format!("GET /{path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
        client.write_all(head.as_bytes()).expect("sent");
    }

    /// The program answers the next request.
    fn answer(&self, body: &[u8], policy: CachePolicy) {
        let receive = Receive {
            request: RequestId::NULL,
            copy_body: false,
            flush_body: false,
        };
        let mut request = RequestId::NULL;
        let received = self
            .service
            .receive(&self.queue, &receive, None, &mut |it| {
                request = it.request().id;
                Verdict::Taken
            });
        assert_eq!(received, Ok(()));
        let send = SendResponse {
            request,
            disconnect: false,
            more_data: false,
            opaque: false,
            go_away: false,
        };
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").expect("a status");
        head.known(id::CONTENT_TYPE, b"text/plain", true)
            .expect("a field");
        let body = [Chunk::Memory(body)];
        let parts = (&head, &body[..]);
        let keep = self
            .service
            .to_keep(&self.queue, &send, policy, None, parts, None);
        let sent =
            self.service
                .send_response_and_keep(&self.queue, &send, &mut head, &body, None, keep);
        assert!(sent.is_ok(), "{sent:?}");
    }

    /// Asks for a path, which the program answers and the cache keeps.
    fn keep(&self, client: &mut TcpStream, path: &str, size: usize, policy: CachePolicy) {
        self.get(client, path);
        self.answer(&vec![b'x'; size], policy);
        assert_eq!(read(client).len(), size);
    }

    /// Whether the cache answers; if not, the program does, and nothing is kept.
    fn is_kept(&self, client: &mut TcpStream, path: &str) -> bool {
        let before = self.counters().uri_cache_hits;
        self.get(client, path);
        // Behind it comes one that the program gets.
        self.get(client, "behind");
        self.answer(b"first", CachePolicy::Nocache);
        read(client);
        let is_hit = self.counters().uri_cache_hits > before;
        if !is_hit {
            self.answer(b"second", CachePolicy::Nocache);
        }
        read(client);
        is_hit
    }
}

/// The body of the next response.
fn read(client: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("text");
    let length = head.split("Content-Length: ").nth(1).expect("a length");
    let length = length.split("\r\n").next().expect("a line").parse();
    let mut body = vec![0; length.expect("a number")];
    client.read_exact(&mut body).expect("a body");
    body
}

/// Waits for what another thread does.
fn until(mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "it does not happen"
        );
        std::thread::yield_now();
    }
}

const KEPT: CachePolicy = CachePolicy::UserInvalidates;

#[test]
fn csh_003_csh_006_a_response_lives_as_long_as_its_policy_says() {
    let w = World::new(&[("UriScavengerPeriod", "1000000")]);
    let client = &mut w.connect();
    w.pass(700);
    w.keep(client, "ten", 1, CachePolicy::TimeToLive(10));
    w.keep(client, "kept", 1, KEPT);
    w.keep(client, "long", 1, CachePolicy::TimeToLive(u32::MAX));
    w.pass(9_999);
    assert!(w.is_kept(client, "ten"));
    w.pass(1);
    assert!(!w.is_kept(client, "ten"));
    w.pass(500_000_000);
    // In that time the connection may have ended as an idle one: as soon as a thread looks at the timers.
    let client = &mut w.connect();
    assert!(w.is_kept(client, "kept"));
    assert!(w.is_kept(client, "long"));
}

#[test]
fn lim_016_a_response_that_nobody_asks_for_goes_after_the_scavenger_period() {
    let w = World::new(&[("UriScavengerPeriod", "10")]);
    let client = &mut w.connect();
    w.keep(client, "used", 1, KEPT);
    w.keep(client, "idle", 1, KEPT);
    w.keep(client, "short", 1, CachePolicy::TimeToLive(2));
    w.pass(9_000);
    assert!(w.is_kept(client, "used"));
    assert_eq!(w.counters().current_uris_cached, 3);
    w.pass(1_000);
    w.service.run_timers();
    let counters = w.counters();
    assert_eq!(counters.current_uris_cached, 1, "also what is over");
    assert_eq!(counters.total_uris_cached, 3);
    assert_eq!(counters.total_flushed_uris, 2);
    assert!(w.is_kept(client, "used"));
}

#[test]
fn lim_016_responses_have_a_limit_and_the_cache_can_be_turned_off() {
    let w = World::new(&[("UriMaxUriBytes", "4096")]);
    let client = &mut w.connect();
    w.keep(client, "small", 3000, KEPT);
    w.keep(client, "large", 4096, KEPT);
    assert!(w.is_kept(client, "small"));
    assert!(!w.is_kept(client, "large"));
    let w = World::new(&[("UriEnableCache", "0")]);
    let client = &mut w.connect();
    w.keep(client, "small", 1, KEPT);
    assert!(!w.is_kept(client, "small"));
    assert_eq!(w.counters(), UriCacheCounters::default());
}

/// G-246.
/// What a hostile client can do: it asks for ever new URLs, of which the program keeps every one.
#[test]
fn lim_016_a_client_that_asks_for_everything_does_not_take_more_than_the_budget() {
    const BUDGET: u64 = 1 << 20;
    let w = World::new(&[("UriMaxCacheMegabyteCount", "1")]);
    let client = &mut w.connect();
    let state = || w.service.cache_state(None, usize::MAX).expect("a list");
    w.keep(client, "popular", 1000, KEPT);
    for number in 0..600 {
        let path = match number % 3 {
            0 => format!("a?{number}"),
            1 => format!("b/{number}"),
            // A key takes twice its length.
            _ => format!("c?{number}{}", "q".repeat(4000)),
        };
        let size = [0, 10, 5000, 100_000][number % 4];
        w.keep(client, &path, size, KEPT);
        let usage = state().usage;
        assert!(usage.bytes <= BUDGET, "{usage:?}");
        if number % 10 == 0 {
            assert!(w.is_kept(client, "popular"), "after {number}");
            let last = w.is_kept(client, &path);
            assert!(last, "the last one of {number}");
        }
    }
    let state = state();
    let least = state.entries.iter().map(|entry| {
        let url = 2 * entry.url.len() as u64;
        entry.head_length + entry.content_length + url
    });
    let least: u64 = least.sum();
    assert!(least <= state.usage.bytes, "{least}: {:?}", state.usage);
    assert!(state.usage.bytes > BUDGET / 2, "{:?}", state.usage);
    assert_eq!(state.limit, BUDGET);
    let counters = w.counters();
    assert_eq!(counters.total_uris_cached, 601);
    let gone = counters.total_flushed_uris;
    assert_eq!(gone + counters.current_uris_cached, 601);
    assert_eq!(counters.uri_cache_flushes, 0, "nobody flushed");
}

/// What is sent to clients that take it slowly counts, whatever becomes of its entry.
#[test]
fn lim_016_what_slow_clients_have_not_taken_counts() {
    const BUDGET: u64 = 1 << 20;
    let w = World::new(&[
        ("UriMaxCacheMegabyteCount", "1"),
        ("UriMaxUriBytes", "16777216"),
    ]);
    let client = &mut w.connect();
    let usage = || {
        let state = w.service.cache_state(None, 0).expect("a list");
        (state.usage.responses, state.usage.bytes)
    };
    let size = 900_000;
    w.keep(client, "large", size, KEPT);
    // More than a socket takes, by answers that are not read.
    let mut reader = w.connect();
    let unread = w.counters().uri_cache_hits;
    for _ in 0..30 {
        w.get(&mut reader, "large");
    }
    // The socket is full when the thread that polls serves others and no further response begins. Before that, the
    // program would get the next of these requests as soon as the response is flushed.
    until(|| {
        let begun = w.counters().uri_cache_hits;
        for _ in 0..50 {
            w.get(client, "behind");
            w.answer(b"", CachePolicy::Nocache);
            read(client);
        }
        begun > unread && w.counters().uri_cache_hits == begun
    });
    assert!(w.counters().uri_cache_hits < unread + 30);
    let url: Vec<u16> = format!("http://localhost:{}/", w.port)
        .encode_utf16()
        .collect();
    let flushed = w.service.flush_cache(&w.queue, &url, true);
    flushed.expect("flushed");
    let (responses, bytes) = usage();
    assert_eq!(responses, 0);
    assert!(bytes > size as u64, "it is being sent");
    // There is no room beside it.
    w.get(client, "other");
    w.answer(&vec![b'x'; 200_000], KEPT);
    read(client);
    let (responses, bytes) = usage();
    assert_eq!(responses, 0, "{bytes} bytes");
    assert!(bytes <= BUDGET);
    // And there is when the client has gone.
    drop(reader);
    until(|| {
        w.keep(client, "other", 200_000, KEPT);
        usage().0 == 1
    });
    assert!(usage().1 < 300_000);
}

#[test]
fn the_record_max_cache_response_size_takes_the_place_of_the_parameter() {
    let w = World::new(&[]);
    let client = &mut w.connect();
    w.keep(client, "large", 3000, KEPT);
    w.keep(client, "small", 10, KEPT);
    let parameter = CacheParameter::MaxCacheResponseSize;
    let set = |change| w.service.control(Control::Configure(change)).expect("set");
    set(Change::SetCacheParameter {
        parameter,
        bytes: 1000,
    });
    assert!(!w.is_kept(client, "large"), "what is too large now goes");
    assert!(w.is_kept(client, "small"));
    w.keep(client, "large", 3000, KEPT);
    assert!(!w.is_kept(client, "large"));
    set(Change::RemoveCacheParameter { parameter });
    w.keep(client, "large", 3000, KEPT);
    assert!(w.is_kept(client, "large"));
}

#[test]
fn the_counters_are_those_of_the_response_cache() {
    let w = World::new(&[]);
    let client = &mut w.connect();
    w.keep(client, "one", 1, KEPT);
    assert_eq!(
        w.counters().uri_cache_misses,
        0,
        "there was nothing to look at"
    );
    w.keep(client, "two", 1, KEPT);
    assert!(w.is_kept(client, "one"));
    let counters = w.counters();
    assert_eq!(counters.current_uris_cached, 2);
    assert_eq!(counters.uri_cache_hits, 1);
    assert_eq!(counters.uri_cache_misses, 2, "two, and the one behind");
    let url: Vec<u16> = format!("http://localhost:{}/", w.port)
        .encode_utf16()
        .collect();
    w.service
        .flush_cache(&w.queue, &url, true)
        .expect("flushed");
    let counters = w.counters();
    assert_eq!(counters.current_uris_cached, 0);
    assert_eq!(
        (counters.uri_cache_flushes, counters.total_flushed_uris),
        (1, 2)
    );
    assert_eq!(w.service.queue_counters(&w.queue).cache_hits, 1);
}
