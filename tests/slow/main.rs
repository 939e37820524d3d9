//! Slow, hostile and silent clients: what thousands of them cost the server, and the others.
//!
//! Owns: bounds on memory for each connection, stated as constants here, the claim that clients
//! which send a byte a second do not slow others down, and the one that connections at rest cost no
//! time (`rest`). The server is a process of its own, the
//! example hello, except where thousands of sends have to be pending (`hostile`).
//! `HTTPSYS_SLOW_CLIENTS` is the number of connections (2,000 by default; `make test-slow` has
//! 10,000). Does not own refusals (`wire`).
#![cfg(target_os = "linux")]

mod hostile;
mod rest;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use httpsys_tests::client::Client;
use httpsys_tests::program::{Program, cargo_build};
use httpsys_tests::watchdog::Watchdog;

/// Bytes of user memory for a connection with a short partial head or body.
const SLOW_BYTES: u64 = 2 * 1024;
/// The same with nearly 16 KiB of an unfinished head, the most that MaxRequestBytes allows: once as
/// received and once as parsed, each in a block that grows by doubling.
const FULL_HEAD_BYTES: u64 = 40 * 1024;
/// What else a server may grow by meanwhile: blocks and buffers that it keeps.
const SLACK: u64 = 4 << 20;
/// The least throughput of others beside slow clients, as a share of that without. Client, server
/// and slow clients share the machine: what sending the slow bytes costs is in it.
const LEAST_SHARE: f64 = 0.8;
/// The most server time that a byte of a slow client may take, as a multiple of what a whole request
/// of the others takes. A lonely byte costs a wake-up of the server, which requests share.
const MOST_TIME: f64 = 4.0;
/// One window of measuring; windows with and without slow clients take turns.
const WINDOW: Duration = Duration::from_millis(100);
const PAIRS: usize = 25;

struct Server {
    program: Program,
    _watchdog: Watchdog,
}

impl Server {
    fn start() -> Server {
        raise_limit();
        // Outside of the test's time limit.
        cargo_build(&["-p", "httpsys-examples", "--bin", "hello"]);
        let watchdog = Watchdog::start();
        let arguments = ["--port", "0", "--threads", "2"];
        Server {
            program: Program::start_example("hello", &arguments.map(str::to_owned)),
            _watchdog: watchdog,
        }
    }

    fn memory(&self) -> u64 {
        resident(self.program.id())
    }

    /// The time that its threads have run, in nanoseconds.
    fn time(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.program.id()));
        tasks
            .expect("a running server")
            .filter_map(|task| {
                let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
                text.split_whitespace().next()?.parse::<u64>().ok()
            })
            .sum()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.program.port())).expect("connected");
        stream.set_nodelay(true).expect("an option");
        stream
    }

    /// Shows that everything that was sent before was looked at: connections are served in order of
    /// their events, so a later request is answered after it.
    fn settle(&self) {
        for _ in 0..3 {
            let mut client = Client::connect(self.program.port());
            client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assert_eq!(client.read_response().status(), 200);
        }
    }

    /// Requires that memory has grown by at most `each` bytes for each of `count` connections.
    fn grew_at_most(&self, before: u64, count: usize, each: u64, what: &str) {
        self.settle();
        let grown = self.memory().saturating_sub(before);
        eprintln!("{what}: {} bytes for each of {count}", grown / count as u64);
        let bound = each * count as u64 + SLACK;
        assert!(
            grown <= bound,
            "{what}: {grown} bytes for {count}, bound {bound}"
        );
    }
}

/// The memory of a process's own, resident, in bytes: without the pages of files, which are its code and
/// come in when a line is run for the first time.
fn resident(process: u32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm"));
    let statm = statm.expect("a running process");
    let mut fields = statm.split_whitespace().skip(1);
    let mut pages = || -> u64 {
        let field = fields.next().and_then(|field| field.parse().ok());
        field.expect("the resident pages, and those of them that are shared")
    };
    let all = pages();
    (all - pages()) * 4096
}

/// The limits on this process's open files: the one in force, and what it may be raised to.
fn file_limits() -> (usize, usize) {
    let limits = std::fs::read_to_string("/proc/self/limits").expect("the limits");
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let mut fields = line.expect("a limit of files").split_whitespace().skip(3);
    let mut next = || {
        let field = fields.next().expect("a limit");
        field.parse().unwrap_or(usize::MAX)
    };
    (next(), next())
}

/// Allows this process, and the servers it starts, as many open files as the system lets it.
fn raise_limit() {
    let (soft, hard) = file_limits();
    if soft < hard {
        let wanted = format!("--nofile={hard}:{hard}");
        let process = std::process::id().to_string();
        let status = Command::new("prlimit")
            .args(["--pid", &process, &wanted])
            .status();
        if !status.is_ok_and(|status| status.success()) {
            eprintln!("prlimit cannot raise the limit of {soft} open files");
        }
    }
}

/// How many slow clients.
fn count() -> usize {
    count_of("HTTPSYS_SLOW_CLIENTS", 2_000)
}

/// How many clients: what was asked for in the environment, or fewer where the system does not allow
/// as many files.
fn count_of(variable: &str, default: usize) -> usize {
    let given = std::env::var(variable).ok();
    let wanted = given.and_then(|text| text.parse().ok()).unwrap_or(default);
    raise_limit();
    let possible = file_limits().0.saturating_sub(500).max(100);
    if possible < wanted {
        let text = format!("SKIPPED: {wanted} clients; {possible} are what open files allow\n");
        // Not by eprintln, which the test harness hides when all is well.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
    possible.min(wanted)
}

/// What slow client number `n` sends, a byte at a time: an endless head, or an endless body.
fn byte(n: usize, at: usize) -> u8 {
    const HEAD: &[u8] = b"GET /slow HTTP/1.1\r\nHost: localhost\r\nX: ";
    const BODY: &[u8] =
        b"POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nX: ";
    let text = if n % 4 == 0 { BODY } else { HEAD };
    text.get(at).copied().unwrap_or(b'x')
}

/// Answers that one thread gets from two keep-alive connections within a window.
fn throughput(clients: &mut [TcpStream]) -> u64 {
    const REQUEST: &[u8] = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let end = Instant::now() + WINDOW;
    let (mut answers, mut buffer) = (0, [0; 4096]);
    while Instant::now() < end {
        for client in clients.iter_mut() {
            client.write_all(REQUEST).expect("sent");
        }
        for client in clients.iter_mut() {
            let got = client.read(&mut buffer).expect("an answer");
            assert!(buffer[..got].ends_with(b"Hello, World!"));
            answers += 1;
        }
    }
    answers
}

/// What a pair of windows gave, or the sum of all.
#[derive(Default)]
struct Measured {
    /// Answers that others got without and beside slow clients.
    answers: [u64; 2],
    /// The server's nanoseconds meanwhile.
    time: [u64; 2],
    /// Bytes of slow clients.
    bytes: u64,
}

#[test]
fn clients_that_send_a_byte_a_second_cost_little_and_slow_nobody_down() {
    let server = Server::start();
    server.settle();
    let before = server.memory();
    let count = count();
    let mut slow: Vec<TcpStream> = (0..count).map(|_| server.connect()).collect();
    for at in 0..30 {
        for (n, client) in slow.iter_mut().enumerate() {
            client.write_all(&[byte(n, at)]).expect("sent");
        }
    }
    server.grew_at_most(before, count, SLOW_BYTES, "slow clients");
    let (all, share) = measure(&server, &mut slow);
    let each = all.time[0] as f64 / all.answers[0] as f64;
    let more = all.time[1] as f64 - each * all.answers[1] as f64;
    let byte = more / all.bytes as f64;
    eprintln!(
        "beside {count} slow clients, {} bytes: {share:.2} of the throughput; server time: {:.1} us \
         for a request, {:.1} us for a slow byte",
        all.bytes,
        each / 1e3,
        byte / 1e3
    );
    let due = count as f64 * PAIRS as f64 * WINDOW.as_secs_f64();
    assert!(all.bytes as f64 > due / 4.0, "only {} bytes", all.bytes);
    assert!(share >= LEAST_SHARE, "{share:.2} of the throughput");
    assert!(
        byte <= MOST_TIME * each,
        "{byte:.0} ns for a slow byte, {each:.0} for a request"
    );
    server.grew_at_most(before, count, SLOW_BYTES, "slow clients after a while");
}

/// Everything together, and the median of the pairs' throughput beside to that without.
fn measure(server: &Server, slow: &mut [TcpStream]) -> (Measured, f64) {
    let (on, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let sent = AtomicU64::new(0);
    let mut all = Measured::default();
    let mut shares = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| dribble(slow, &on, &stop, &sent));
        let mut clients = [server.connect(), server.connect()];
        throughput(&mut clients);
        for pair in 0..PAIRS {
            let mut answers = [0; 2];
            // In turn first and second, so that a trend favours neither.
            for half in 0..2 {
                let beside = (pair + half) % 2;
                on.store(beside == 1, Ordering::SeqCst);
                let (start, before) = (server.time(), sent.load(Ordering::SeqCst));
                answers[beside] = throughput(&mut clients);
                all.time[beside] += server.time() - start;
                all.answers[beside] += answers[beside];
                if beside == 1 {
                    all.bytes += sent.load(Ordering::SeqCst) - before;
                }
            }
            shares.push(answers[1] as f64 / answers[0].max(1) as f64);
        }
        stop.store(true, Ordering::SeqCst);
        on.store(false, Ordering::SeqCst);
    });
    shares.sort_by(f64::total_cmp);
    (all, shares[PAIRS / 2])
}

/// Sends a byte a second from each client while `on`.
fn dribble(clients: &mut [TcpStream], on: &AtomicBool, stop: &AtomicBool, sent: &AtomicU64) {
    let pause = Duration::from_secs(1) / u32::try_from(clients.len()).expect("a few thousand");
    let mut at = 30;
    loop {
        let mut due = Instant::now();
        for (n, client) in clients.iter_mut().enumerate() {
            while !on.load(Ordering::SeqCst) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                thread::sleep(Duration::from_millis(1));
                due = Instant::now();
            }
            due += pause;
            let early = due.saturating_duration_since(Instant::now());
            if early > Duration::from_millis(1) {
                thread::sleep(early);
            }
            client.write_all(&[byte(n, at)]).expect("sent");
            sent.fetch_add(1, Ordering::Relaxed);
        }
        at += 1;
    }
}

#[test]
fn unfinished_heads_of_full_length_cost_a_bounded_amount() {
    let server = Server::start();
    server.settle();
    let before = server.memory();
    let count = count() / 10;
    let field = format!("X: {}\r\n", "x".repeat(1000));
    let head = "GET / HTTP/1.1\r\nHost: localhost\r\n".to_owned() + &field.repeat(15);
    assert!(head.len() > 14_000);
    let open: Vec<TcpStream> = (0..count)
        .map(|_| {
            let mut client = server.connect();
            for piece in head.as_bytes().chunks(3000) {
                client.write_all(piece).expect("sent");
            }
            client
        })
        .collect();
    server.grew_at_most(before, count, FULL_HEAD_BYTES, "full heads");
    drop(open);
    server.settle();
}

#[test]
fn requests_pipelined_without_reading_cost_a_bounded_amount() {
    let server = Server::start();
    server.settle();
    let before = server.memory();
    let count = count() / 20;
    let requests = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    let mut open: Vec<TcpStream> = (0..count).map(|_| server.connect()).collect();
    for client in &mut open {
        client.set_nonblocking(true).expect("an option");
        // As much as the client's own socket takes, 10,000 requests at most.
        for _ in 0..100 {
            if client.write(requests.as_bytes()).is_err() {
                break;
            }
        }
    }
    // Answers that nobody reads block the program's threads, not the service: clients go away.
    let grown = server.memory().saturating_sub(before);
    eprintln!(
        "pipelined: {} bytes for each of {count}",
        grown / count as u64
    );
    assert!(grown <= 4 * SLOW_BYTES * count as u64 + SLACK, "{grown}");
    drop(open);
    server.settle();
}

#[test]
fn idle_connections_cost_less_than_420_bytes() {
    let server = Server::start();
    server.settle();
    let count = count();
    // The second half: by then blocks that are kept are there.
    let request = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut open = Vec::new();
    let mut memory = [0; 2];
    for half in &mut memory {
        for _ in 0..count / 2 {
            let mut client = server.connect();
            client.write_all(request).expect("sent");
            let mut answer = [0; 4096];
            assert!(client.read(&mut answer).expect("an answer") > 0);
            open.push(client);
        }
        *half = server.memory();
    }
    let half = count as u64 / 2;
    let grown = memory[1].saturating_sub(memory[0]);
    eprintln!("idle: {} bytes for each of {count}", grown / half);
    // The slack is for threads that do something for the first time.
    assert!(grown <= 420 * half + 128 * 1024, "{grown} for {half}");
}
